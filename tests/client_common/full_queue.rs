//! A server that does not answer who wants to connect, as one behind a firewall.

#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::super::common::programs::project;
use super::LIMIT;

/// The program `tests/peers/full_queue.py`; killed when this is dropped.
pub(crate) struct FullQueue {
    child: Child,
    output: BufReader<ChildStdout>,
    port: u16,
}

impl FullQueue {
    /// `None` where there is no Python, whose `listen` takes a length.
    pub(crate) fn start() -> Option<Self> {
        let script = project().join("tests/peers/full_queue.py");
        let mut command = Command::new("python3");
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let Ok(mut child) = command.spawn() else {
            eprintln!("skipped: there is no python3 on this machine");
            return None;
        };
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self { child, output, port: 0 };
        let line = server.line();
        server.port = line.rsplit(' ').next().unwrap().parse().expect("its port");
        Some(server)
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the system tries to connect somebody (Linux tells it).
    #[track_caller]
    pub(crate) fn until_somebody_tries(&self) {
        let start = Instant::now();
        let trying = format!("0100007F:{:04X} 02 ", self.port);
        while !fs::read_to_string("/proc/net/tcp").unwrap().contains(&trying) {
            assert!(start.elapsed() < LIMIT, "nobody tries to connect");
            thread::sleep(LOOK);
        }
    }

    /// Lets in who still waits; says what became of it.
    pub(crate) fn lets_in(&mut self) -> String {
        self.child.stdin.take().unwrap().write_all(b"\n").unwrap();
        self.line()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for FullQueue {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// How long to wait between two looks at what sends no word.
const LOOK: Duration = Duration::from_millis(5);
