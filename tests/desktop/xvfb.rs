//! An X server without a screen, and a window manager.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::super::common::left_out::needs_all;

/// A display of its own for each test; gone when this is dropped.
pub(crate) struct Desktop {
    display: String,
    server: Child,
    manager: Child,
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
        let screen = format!("{screen}x24");
        // Without -noreset it forgets everything whenever its last client goes.
        let options = ["-displayfd", "1", "-screen", "0", &screen, "-noreset"];
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
        Self { display, server, manager, _says: [server_says, manager_says] }
    }

    /// Where X clients find it.
    pub(crate) fn display(&self) -> &str {
        &self.display
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

/// What a desktop is made of and worked with, and the packages that have it.
const PROGRAMS: [(&str, &str); 6] = [
    ("Xvfb", "xvfb"),
    ("openbox", "openbox"),
    ("xdotool", "xdotool"),
    ("wmctrl", "wmctrl"),
    ("xwininfo", "x11-utils"),
    ("import", "imagemagick"),
];
