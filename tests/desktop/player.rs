//! The client on a desktop, used as a person would use it.

use std::cell::RefCell;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::super::common::programs::program;
use super::places::{Area, Buttons, FIVE, Places, Size, THREE, Target};
use super::screen::Screen;
use super::xvfb::Desktop;
use super::{LIMIT, LOOK, stage};

/// The running program; killed and reaped when this is dropped.
pub(crate) struct Player<'a> {
    desktop: &'a Desktop,
    child: Child,
    scale: i32,
    buttons: Buttons,
    /// The window as it was last found, because searching for it takes long.
    last_window: RefCell<Option<String>>,
}

/// Where a window is, without its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) size: Size,
}

impl<'a> Player<'a> {
    /// Plays a movie from a server on this machine, at a free RTP port.
    pub(crate) fn start(desktop: &'a Desktop, server: u16, movie: &str, options: &[&str]) -> Self {
        let rtp = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::start_at(desktop, rtp, server, movie, options)
    }

    /// As [`start`](Self::start), at that RTP port.
    pub(crate) fn start_at(
        desktop: &'a Desktop,
        rtp: u16,
        server: u16,
        movie: &str,
        options: &[&str],
    ) -> Self {
        let (server, rtp) = (server.to_string(), rtp.to_string());
        Self::start_with(desktop, &[options, &["127.0.0.1", &server, &rtp, movie]].concat())
    }

    pub(crate) fn start_with(desktop: &'a Desktop, words: &[&str]) -> Self {
        let mut command = Command::new(program("client_launcher"));
        command.args(words).current_dir(stage::folder());
        Self::run(desktop, command.stdout(Stdio::null()))
    }

    /// Runs the command, which is a client's.
    pub(crate) fn run(desktop: &'a Desktop, command: &mut Command) -> Self {
        command.env("DISPLAY", desktop.display()).env_remove("WAYLAND_DISPLAY");
        let child = command.stdin(Stdio::null()).spawn().unwrap();
        let words: Vec<_> = command.get_args().map(|word| word.to_str().unwrap()).collect();
        let scale = words.iter().skip_while(|word| **word != "--scale").nth(1);
        let scale = scale.map_or(1, |word| word.parse().unwrap());
        let buttons = if words.contains(&"--three-buttons") { THREE } else { FIVE };
        let last_window = RefCell::default();
        let player = Self { desktop, child, scale, buttons, last_window };
        player.wait_for("a window", |_| true);
        player
    }

    /// The player draws at that scale, whatever it was asked for at first.
    pub(crate) fn drawn_at(mut self, scale: i32) -> Self {
        self.scale = scale;
        self
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The window; `None` while there is none, or while the old one and the new one are both there.
    fn window(&self) -> Option<String> {
        let found =
            self.desktop.output("xdotool", &["search", "--onlyvisible", "--name", TITLE])?;
        let found = String::from_utf8(found).unwrap();
        let mut windows = found.split_whitespace();
        windows.next().filter(|_| windows.next().is_none()).map(str::to_owned)
    }

    /// The window, and where it is.
    fn placed_window(&self) -> Option<(String, Place)> {
        let window = self.window()?;
        let place = self.place_of(&window)?;
        self.last_window.replace(Some(window.clone()));
        Some((window, place))
    }

    #[track_caller]
    fn wait_for_window(&self) -> (String, Place) {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(found) = self.placed_window() {
                return found;
            }
            assert!(Instant::now() < deadline, "no window within {LIMIT:?}, {}", self.situation());
            thread::sleep(LOOK);
        }
    }

    /// Types a key into the window.
    #[track_caller]
    pub(crate) fn key(&self, key: &str) {
        self.keys(&[key], Duration::ZERO);
    }

    /// Types keys into the window, one soon after the other.
    #[track_caller]
    pub(crate) fn keys(&self, keys: &[&str], delay: Duration) {
        let (window, delay) = (self.wait_for_window().0, delay.as_millis().to_string());
        let words = ["windowactivate", "--sync", &window, "key", "--delay", &delay];
        let typed = self.desktop.output("xdotool", &[&words, keys].concat());
        assert!(typed.is_some(), "type {keys:?}");
    }

    /// Presses the mouse button until its effect shows: on a busy machine a short click may be
    /// missed.
    #[track_caller]
    pub(crate) fn click(
        &self,
        target: Target,
        what: &str,
        shown: impl Fn(&Screen) -> bool,
    ) -> Screen {
        self.press(target);
        let screen = self.wait_for(what, shown);
        self.release();
        screen
    }

    /// A click as short as a hand's, without waiting for its effect.
    #[track_caller]
    pub(crate) fn click_once(&self, target: Target) {
        self.point_at(target);
        self.press_there(target);
        thread::sleep(A_HANDS_CLICK);
        self.release();
        thread::sleep(A_HANDS_CLICK);
    }

    /// Presses the mouse button, and holds it.
    #[track_caller]
    pub(crate) fn press(&self, target: Target) {
        let screen = self.point_at(target);
        match screen.places().button(target) {
            // When the target is highlighted, the window knows that the mouse button is up, and
            // can notice when it goes down.
            Some(_) => drop(self.wait_for("the pointer", |screen| screen.is_under_pointer(target))),
            None => thread::sleep(A_HANDS_CLICK),
        }
        self.press_there(target);
    }

    #[track_caller]
    fn press_there(&self, target: Target) {
        assert!(self.desktop.output("xdotool", &["mousedown", "1"]).is_some(), "press {target:?}");
    }

    #[track_caller]
    fn point_at(&self, target: Target) -> Screen {
        let ((window, _), screen) = (self.wait_for_window(), self.screen());
        let (x, y) = screen.places().middle_of(target);
        let (x, y) = (x * self.scale, y * self.scale);
        let words = ["mousemove", "--sync", "--window", &window, &x.to_string(), &y.to_string()];
        // Moving the pointer to where it is already would wait for ever.
        self.desktop.output("xdotool", &["mousemove", "0", "0"]);
        assert!(self.desktop.output("xdotool", &words).is_some(), "move to {target:?}");
        screen
    }

    #[track_caller]
    fn release(&self) {
        assert!(self.desktop.output("xdotool", &["mouseup", "1"]).is_some(), "let the button go");
    }

    /// Turns the wheel by one, over the middle of the window.
    #[track_caller]
    pub(crate) fn wheel(&self, is_up: bool) {
        let (window, place) = self.wait_for_window();
        let (x, y) = (place.size.width / 2, place.size.height / 2);
        let words = ["mousemove", "--window", &window, &x.to_string(), &y.to_string()];
        let button = if is_up { "4" } else { "5" };
        let turned = self.desktop.output("xdotool", &[&words[..], &["click", button]].concat());
        assert!(turned.is_some(), "turn the wheel");
    }

    /// Makes the window as large as the screen, or as it was before.
    #[track_caller]
    pub(crate) fn maximise(&self, how: &str) {
        let words = ["-b", &format!("{how},maximized_vert,maximized_horz")];
        assert!(self.manage("-r", &words), "maximise the window");
    }

    /// Presses the window's close button.
    #[track_caller]
    pub(crate) fn close(&self) {
        assert!(self.manage("-c", &[]), "close the window");
    }

    /// Gives the inside of the window another size, and waits until it has it.
    #[track_caller]
    pub(crate) fn resize(&self, size: Size) {
        let place = format!("0,-1,-1,{},{}", size.width, size.height);
        assert!(self.manage("-r", &["-e", &place]), "resize the window");
        self.wait_for(&format!("{size:?}"), |screen| screen.size() == size);
    }

    /// Asks the window manager for something.
    fn manage(&self, option: &str, words: &[&str]) -> bool {
        let number: u64 = self.wait_for_window().0.parse().unwrap();
        let number = format!("{number:#x}");
        self.desktop.output("wmctrl", &[&["-i", option, &number], words].concat()).is_some()
    }

    /// Where the window is on the screen, and how large.
    #[track_caller]
    pub(crate) fn place(&self) -> Place {
        self.wait_for_window().1
    }

    fn place_of(&self, window: &str) -> Option<Place> {
        let output = self.desktop.output("xwininfo", &["-id", window])?;
        let output = String::from_utf8(output).ok()?;
        let value = |name: &str| {
            let line = output.lines().find_map(|line| line.trim().strip_prefix(name))?;
            line.trim().parse().ok()
        };
        let (x, y) = (value("Absolute upper-left X:")?, value("Absolute upper-left Y:")?);
        Some(Place { x, y, size: Size::of(value("Width:")?, value("Height:")?) })
    }

    fn places(&self, size: Size) -> Places {
        Places::of(size, self.scale, self.buttons)
    }

    /// The part of the screen where the window is.
    fn try_screen(&self) -> Option<Screen> {
        let last = self.last_window.borrow().clone();
        let last = last.and_then(|window| self.place_of(&window).map(|place| (window, place)));
        let (window, place) = last.or_else(|| self.placed_window())?;
        let Place { x, y, size: Size { width, height } } = place;
        let bytes = self.desktop.pixels(Area { x, y, width, height })?;
        // It may have been moved or resized before the picture was taken.
        let screen = Screen::of(place.size, self.places(place.size), bytes);
        screen.filter(|_| self.place_of(&window) == Some(place))
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

    /// Looks until the movie stands still, and returns the number of its frame. The last frames may
    /// still be on their way when the reply to PAUSE has come.
    #[track_caller]
    pub(crate) fn wait_until_still(&self) -> u32 {
        let deadline = Instant::now() + LIMIT;
        let (mut number, mut looks) = (0, 0);
        while looks < LOOKS_AT_STILL {
            let found = self.screen().frame_number();
            looks = if found == number { looks + 1 } else { 0 };
            number = found;
            assert!(Instant::now() < deadline, "it moves still after {LIMIT:?}: {number}");
        }
        number
    }

    /// What a failed test should say; the screen as it was is kept, too.
    fn situation(&self) -> String {
        let name = format!("window{}.ppm", self.desktop.display().replace(':', "_"));
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let kept = self.desktop.keep(&picture).is_some();
        let tree = self.desktop.output("xwininfo", &["-root", "-tree"]).unwrap_or_default();
        format!(
            "window {:?}; {} {}; {}",
            self.window(),
            if kept { "see" } else { "there is no" },
            picture.display(),
            String::from_utf8_lossy(&tree)
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
            assert!(
                Instant::now() < deadline,
                "the player has not ended within {LIMIT:?}, {}",
                self.situation()
            );
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

const TITLE: &str = "RTSP lab client";
/// How long a hand holds the button of a mouse.
const A_HANDS_CLICK: Duration = Duration::from_millis(200);
/// A movie that plays changes between two looks.
const LOOKS_AT_STILL: u32 = 5;
