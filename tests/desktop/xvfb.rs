//! An X server without a screen, and a window manager.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::super::common::left_out::needs_all;
use super::pixels::{keep, pixels};
use super::places::Area;
use tempfile::TempDir;

/// A display of its own for each test; gone when this is dropped.
pub(crate) struct Desktop {
    display: String,
    server: Child,
    manager: Child,
    /// Where the server keeps what the screen shows.
    folder: TempDir,
    whole: Area,
    _says: [Output; 2],
}

impl Desktop {
    /// The test ends if a program that this needs is not installed.
    pub(crate) fn start() -> Self {
        Self::start_with("1024x768")
    }

    /// With a screen of so many pixels.
    pub(crate) fn start_with(screen: &str) -> Self {
        needs_all(&PROGRAMS);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sides = screen.split_once('x').expect("WIDTHxHEIGHT");
        let [width, height] = [sides.0, sides.1].map(|side| side.parse().expect("a number"));
        let whole = Area { x: 0, y: 0, width, height };
        let screen = format!("{screen}x24");
        // Without -noreset it forgets everything when its last client goes.
        let options = ["-displayfd", "1", "-screen", "0", &screen, "-noreset"];
        let mut server = Command::new("Xvfb")
            .args(options)
            .arg("-fbdir")
            .arg(folder.path())
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
        let says = [server_says, manager_says];
        let desktop = Self { display, server, manager, folder, whole, _says: says };
        // The pointer stands in the middle, and would hide what a window shows there. In this corner
        // a window has its title.
        let moved = desktop.output("xdotool", &["mousemove", "0", "0"]);
        assert!(moved.is_some(), "move the pointer away");
        desktop
    }

    /// Where X clients find it.
    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// The pixels of a part of the screen, four bytes each; `None` if it has no such part.
    pub(super) fn pixels(&self, part: Area) -> Option<Vec<u8>> {
        pixels(&self.screen(), part)
    }

    /// Keeps a picture of the whole screen.
    pub(super) fn keep(&self, picture: &Path) -> Option<()> {
        keep(&self.screen(), self.whole, picture)
    }

    fn screen(&self) -> PathBuf {
        self.folder.path().join("Xvfb_screen0")
    }

    /// What a program prints; `None` if it fails, or does not end.
    pub(super) fn output(&self, program: &str, words: &[&str]) -> Option<Vec<u8>> {
        let mut command = Command::new("timeout");
        command.args(["10", program]).args(words).env("DISPLAY", &self.display);
        let output = command.stdin(Stdio::null()).output().ok()?;
        output.status.success().then_some(output.stdout)
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in [&mut self.manager, &mut self.server] {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// The first line that is wanted. The rest is read too, because closing its output might end the
/// program.
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

/// What a desktop is made of and worked with, and the packages that have it.
const PROGRAMS: [(&str, &str); 5] = [
    ("Xvfb", "xvfb"),
    ("openbox", "openbox"),
    ("xdotool", "xdotool"),
    ("wmctrl", "wmctrl"),
    ("xwininfo", "x11-utils"),
];
