//! The programs as their users run them: started, read line by line, ended.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::super::common::programs::program;
use super::LIMIT;

/// A running program; killed when it is dropped.
pub(crate) struct Program {
    child: Child,
    lines: Receiver<String>,
    errors: Option<JoinHandle<String>>,
}

/// How a program ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in output.lines() {
                let Ok(line) = line else { return };
                sender.send(line).ok();
            }
        });
        let errors = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).ok();
            text
        });
        Self { child, lines, errors: Some(errors) }
    }

    /// The most memory that it had, resident; `None` where the system does not tell.
    pub(crate) fn most_kilobytes(&self) -> Option<usize> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        value.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// The next line of its output that contains `part`.
    #[track_caller]
    pub(crate) fn line_with(&self, part: &str) -> String {
        let deadline = Instant::now() + LIMIT;
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(rest) {
                Ok(line) if line.contains(part) => return line,
                Ok(_) => {}
                Err(why) => panic!("no line with {part:?}: {why}"),
            }
        }
    }

    /// Waits until the program ends by itself.
    #[track_caller]
    pub(crate) fn end(mut self, limit: Duration) -> Ended {
        let (deadline, mut output) = (Instant::now() + limit, String::new());
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(rest) {
                Ok(line) => output += &(line + "\n"),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("still running; it said:\n{output}"),
            }
        }
        let code = self.child.wait().unwrap().code();
        let errors = self.errors.take().unwrap().join().unwrap();
        Ended { code, output, errors }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Ended {
    /// The value of a `name: value` line.
    #[track_caller]
    pub(crate) fn figure(&self, name: &str) -> &str {
        let value =
            self.output.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        value.unwrap_or_else(|| panic!("no figure {name:?} in {self:?}"))
    }

    /// Asserts that this many frames were shown, and that nothing went wrong.
    #[track_caller]
    pub(crate) fn assert_played(&self, frames: u32) {
        let frames = frames.to_string();
        for (name, value) in [
            ("current frame", frames.as_str()),
            ("frames shown", &frames),
            ("packets received", &frames),
            ("packets lost", "0"),
            ("packets lost rate", "0.00 %"),
            ("late packets", "0"),
            ("duplicate packets", "0"),
            ("damaged frames", "0"),
            ("frames left out", "0"),
        ] {
            assert_eq!(self.figure(name), value, "{name} in {self:?}");
        }
        self.assert_replies(&["SETUP", "PLAY", "TEARDOWN"]);
        assert_eq!(self.code, Some(0), "{self:?}");
        assert_eq!(self.errors, "", "nothing to complain about");
    }

    /// Asserts that the time to the reply is printed for each of these.
    #[track_caller]
    pub(crate) fn assert_replies(&self, methods: &[&str]) {
        for method in methods {
            let time = self.figure(&format!("reply to {method}"));
            let milliseconds = time.strip_suffix(" ms").and_then(|number| number.parse().ok());
            assert!(milliseconds.is_some_and(|number: f64| number >= 0.0), "{method}: {time}");
        }
    }

    /// The three lines after each `Data sent:`.
    pub(crate) fn requests_sent(&self) -> Vec<String> {
        let after = self.output.split("Data sent:\n").skip(1);
        after.map(|text| text.split_inclusive('\n').take(3).collect()).collect()
    }
}

/// The project's client.
pub(crate) fn client_command(words: &[&str]) -> Command {
    let mut command = Command::new(program("client_launcher"));
    command.args(words).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command
}

/// Runs the client until it ends.
#[track_caller]
pub(crate) fn run_client(words: &[&str]) -> Ended {
    Program::start(&mut client_command(words)).end(LIMIT)
}

/// The project's server in that folder, at a free port.
pub(crate) struct Server {
    _program: Program,
    pub(crate) port: String,
}

impl Server {
    pub(crate) fn start(folder: &Path, options: &[&str]) -> Self {
        let mut command = Command::new(program("server"));
        command.args(options).arg("0").current_dir(folder);
        let program = Program::start(&mut command);
        let line = program.line_with("serving the movies in ");
        let (_, port) = line.rsplit_once(':').expect("ADDR:PORT");
        Self { port: port.to_owned(), _program: program }
    }
}

/// An RTP port for a client that can't choose a free one itself. It is below those that systems
/// hand out by themselves, and no other test of this run gets it.
pub(crate) fn rtp_port() -> String {
    let process = u16::try_from(std::process::id() % 1000).unwrap();
    let own = 20_000 + 10 * process..32_000;
    let free = |number: &u16| UdpSocket::bind(("0.0.0.0", *number)).is_ok();
    let mut numbers = own.skip(NEXT.fetch_add(1, Ordering::Relaxed).into());
    numbers.find(free).expect("a free UDP port").to_string()
}

static NEXT: AtomicU16 = AtomicU16::new(0);
