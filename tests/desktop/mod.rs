//! A desktop of its own for each test, and the player on it: keys and clicks in, pixels out.

#![allow(dead_code, reason = "every test program uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Nothing that a test waits for takes so long, on any machine; then it fails.
const LIMIT: Duration = Duration::from_secs(30);
/// How long to wait between two looks at the screen.
const LOOK: Duration = Duration::from_millis(20);
const TITLE: &str = "RTSP lab client";

/// Where the buttons are in a window of the first size.
pub(crate) const SETUP: (i32, i32) = (66, 384);
pub(crate) const PLAY: (i32, i32) = (177, 384);
pub(crate) const PAUSE: (i32, i32) = (300, 384);
pub(crate) const TEARDOWN: (i32, i32) = (435, 384);
pub(crate) const CONTINUE: (i32, i32) = (200, 238);

/// An X server without a screen, and a window manager.
pub(crate) struct Desktop {
    display: String,
    server: Child,
    manager: Child,
    _says: [Output; 2],
}

impl Desktop {
    /// `None` if a program that this needs is not installed.
    pub(crate) fn start() -> Option<Self> {
        for program in ["Xvfb", "openbox", "xdotool", "wmctrl", "xwininfo", "import"] {
            let found = Command::new("which").arg(program).output().unwrap().status.success();
            if !found {
                let required = std::env::var("WINDOW_TESTS").is_ok_and(|word| word == "required");
                assert!(!required, "{program} is not installed");
                eprintln!("skipped: {program} is not installed");
                return None;
            }
        }
        // Without -noreset it forgets everything whenever its last client goes.
        let options = ["-displayfd", "1", "-screen", "0", "1024x768x24", "-noreset"];
        let mut server = Command::new("Xvfb")
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (server_says, number) = read_until(&mut server, |line| !line.is_empty());
        let display = format!(":{number}");
        // What openbox is told to start, it starts when it is ready.
        let mut manager = Command::new("openbox")
            .args(["--startup", "echo ready"])
            .env("DISPLAY", &display)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (manager_says, _) = read_until(&mut manager, |line| line == "ready");
        Some(Self { display, server, manager, _says: [server_says, manager_says] })
    }

    /// Where X clients find it.
    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// What a program prints; `None` if it fails, or does not end.
    fn output(&self, program: &str, words: &[&str]) -> Option<Vec<u8>> {
        let mut command = Command::new("timeout");
        command.args(["10", program]).args(words).env("DISPLAY", &self.display);
        let output = command.stdin(Stdio::null()).output().ok()?;
        output.status.success().then_some(output.stdout)
    }
}

/// The first line that is wanted, and the rest: to close its output might end the program.
fn read_until(child: &mut Child, wanted: impl Fn(&str) -> bool) -> (Output, String) {
    let mut output = BufReader::new(child.stdout.take().unwrap());
    loop {
        let mut line = String::new();
        let count = output.read_line(&mut line).unwrap();
        assert_ne!(count, 0, "a program of the desktop has ended");
        if wanted(line.trim()) {
            return (output, line.trim().to_owned());
        }
    }
}

type Output = BufReader<ChildStdout>;

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in [&mut self.manager, &mut self.server] {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// The client on a desktop; killed and reaped when this is dropped.
pub(crate) struct Player<'a> {
    desktop: &'a Desktop,
    child: Child,
}

impl<'a> Player<'a> {
    /// Plays a movie from a server on this machine, at a free RTP port.
    pub(crate) fn start(desktop: &'a Desktop, server: u16, movie: &str, options: &[&str]) -> Self {
        let rtp = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (server, rtp) = (server.to_string(), rtp.to_string());
        Self::start_with(desktop, &[options, &["127.0.0.1", &server, &rtp, movie]].concat())
    }

    pub(crate) fn start_with(desktop: &'a Desktop, words: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_client_launcher"));
        command.args(words).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
        Self::run(desktop, command.stdout(Stdio::null()))
    }

    /// Runs the command, which is a client's.
    pub(crate) fn run(desktop: &'a Desktop, command: &mut Command) -> Self {
        command.env("DISPLAY", &desktop.display).env_remove("WAYLAND_DISPLAY");
        let child = command.stdin(Stdio::null()).spawn().unwrap();
        let player = Self { desktop, child };
        player.wait_for("a window", |_| true);
        player
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The window; `None` while there is none, or the old one and the new one stand side by side.
    fn window(&self) -> Option<String> {
        let found =
            self.desktop.output("xdotool", &["search", "--onlyvisible", "--name", TITLE])?;
        let found = String::from_utf8(found).unwrap();
        let mut windows = found.split_whitespace();
        windows.next().filter(|_| windows.next().is_none()).map(str::to_owned)
    }

    #[track_caller]
    fn wait_for_window(&self) -> String {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(window) = self.window() {
                return window;
            }
            assert!(Instant::now() < deadline, "no window within {LIMIT:?}");
            thread::sleep(LOOK);
        }
    }

    /// Types a key into the window, as a person would.
    pub(crate) fn key(&self, key: &str) {
        let window = self.wait_for_window();
        let words = ["windowactivate", "--sync", &window, "key", key];
        assert!(self.desktop.output("xdotool", &words).is_some(), "type {key}");
    }

    /// Clicks into the window. The button is held for long: what goes down and up between two looks
    /// of the window at the mouse is not seen, and on a busy machine it seldom looks.
    pub(crate) fn click(&self, (x, y): (i32, i32)) {
        let (window, x, y) = (self.wait_for_window(), x.to_string(), y.to_string());
        let words = ["mousemove", "--sync", "--window", &window, &x, &y];
        // Moving to where the pointer is would wait for ever.
        self.desktop.output("xdotool", &["mousemove", "0", "0"]);
        assert!(self.desktop.output("xdotool", &words).is_some(), "move to {x},{y}");
        let words = ["mousedown", "1", "sleep", "0.2", "mouseup", "1"];
        assert!(self.desktop.output("xdotool", &words).is_some(), "click at {x},{y}");
    }

    /// Presses the window's close button.
    pub(crate) fn close(&self) {
        let number: u64 = self.wait_for_window().parse().unwrap();
        let closed = self.desktop.output("wmctrl", &["-i", "-c", &format!("{number:#x}")]);
        assert!(closed.is_some(), "close the window");
    }

    /// Where the window is on the screen, and how large.
    pub(crate) fn place(&self) -> Place {
        let window = self.wait_for_window();
        self.place_of(&window).expect("the window has a place")
    }

    fn place_of(&self, window: &str) -> Option<Place> {
        let output = self.desktop.output("xwininfo", &["-id", window])?;
        let output = String::from_utf8(output).ok()?;
        let value = |name: &str| {
            let line = output.lines().find_map(|line| line.trim().strip_prefix(name))?;
            line.trim().parse().ok()
        };
        let (x, y) = (value("Absolute upper-left X:")?, value("Absolute upper-left Y:")?);
        Some(Place { x, y, width: value("Width:")?, height: value("Height:")? })
    }

    /// The part of the screen where the window is. (To take a picture of the window itself hangs
    /// if it goes away meanwhile.)
    fn try_screen(&self) -> Option<Screen> {
        let Place { x, y, width, height } = self.place_of(&self.window()?)?;
        let crop = format!("{width}x{height}+{x}+{y}");
        let words = ["-silent", "-window", "root", "-crop", &crop, "-depth", "8", "rgb:-"];
        let bytes = self.desktop.output("import", &words)?;
        (bytes.len() == WIDTH * HEIGHT * 3).then_some(Screen { bytes })
    }

    /// What the window shows.
    #[track_caller]
    pub(crate) fn screen(&self) -> Screen {
        self.wait_for("a picture of the window", |_| true)
    }

    /// Looks until the window shows it, and returns that picture.
    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str, shown: impl Fn(&Screen) -> bool) -> Screen {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(screen) = self.try_screen().filter(|screen| shown(screen)) {
                return screen;
            }
            assert!(
                Instant::now() < deadline,
                "{what}: not within {LIMIT:?}, {}",
                self.situation()
            );
            thread::sleep(LOOK);
        }
    }

    /// What a failed test should say.
    fn situation(&self) -> String {
        let found = self.desktop.output("xdotool", &["search", "--name", ""]).unwrap_or_default();
        let tree = self.desktop.output("xwininfo", &["-root", "-tree"]).unwrap_or_default();
        let (found, tree) = (String::from_utf8_lossy(&found), String::from_utf8_lossy(&tree));
        format!(
            "window {:?}, place {:?}: {found} {tree}",
            self.window(),
            self.window().map(|window| self.place_of(&window))
        )
    }

    /// Waits for the program's end.
    #[track_caller]
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "the player has not ended within {LIMIT:?}");
            thread::sleep(LOOK);
        }
    }
}

impl Drop for Player<'_> {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The size that the window has at first.
const WIDTH: usize = 640;
const HEIGHT: usize = 560;

/// Where a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) x: u32,
    pub(crate) y: u32,
    width: u32,
    height: u32,
}

/// Where the dot in the status line is.
pub(crate) const DOT: (usize, usize) = (17, 15);

/// A picture of the window.
pub(crate) struct Screen {
    bytes: Vec<u8>,
}

/// What the dot in the status line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Init,
    Ready,
    Playing,
}

impl State {
    /// The color of the dot.
    pub(crate) const fn color(self) -> [u8; 3] {
        match self {
            Self::Init => [0x97, 0xA3, 0xAF],
            Self::Ready => [0xF2, 0xB8, 0x4B],
            Self::Playing => [0x5C, 0xCB, 0x8B],
        }
    }
}

impl Screen {
    fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let start = (y * WIDTH + x) * 3;
        self.bytes[start..start + 3].try_into().unwrap()
    }

    fn is(&self, x: usize, y: usize, color: [u8; 3]) -> bool {
        self.pixel(x, y).iter().zip(color).all(|(found, wanted)| found.abs_diff(wanted) <= 2)
    }

    /// `None` while a dialog darkens it.
    pub(crate) fn state(&self) -> Option<State> {
        let (x, y) = DOT;
        let mut states = [State::Init, State::Ready, State::Playing].into_iter();
        states.find(|state| self.is(x, y, state.color()))
    }

    /// The number that the movie itself shows: the strip of 16 cells along its bottom edge, which
    /// is 437 pixels wide here and begins at x = 101.
    pub(crate) fn frame_number(&self) -> u32 {
        let white = if self.asks_to_close() { 50 } else { 128 };
        (0..16).fold(0, |number, cell| {
            let x = 101 + (2 * cell + 1) * 437 / 32;
            number << 1 | u32::from(self.pixel(x, 355)[1] > white)
        })
    }

    /// The blue button of the close dialog.
    pub(crate) fn asks_to_close(&self) -> bool {
        [BLUE, HOVER_BLUE].into_iter().any(|color| self.is(150, 238, color))
    }

    /// The blue edge of the description's panel.
    pub(crate) fn shows_description(&self) -> bool {
        self.is(200, 40, BLUE)
    }

    /// The red edge of an error message.
    pub(crate) fn shows_error(&self) -> bool {
        self.is(320, 304, [0xEF, 0x64, 0x61])
    }
}

const BLUE: [u8; 3] = [0x4F, 0xB3, 0xFF];
/// Under the pointer, which a click leaves where it was.
const HOVER_BLUE: [u8; 3] = [0x7F, 0xC8, 0xFF];
