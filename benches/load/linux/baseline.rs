//! The least server that does the job: the movie is in memory, a thread for each session sleeps to
//! absolute deadlines, fills twelve bytes of header and calls `send_to`. There are no requests, no
//! checks, and no way to stop it.
//!
//! It is a process of its own, so that its computing and its memory can be told from the bench's:
//! the bench starts itself with `--baseline`, waits for a byte, and writes the ports.

use std::io::{self, BufRead, Read, Write};
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::FRAME_INTERVAL;
use super::common::movies::frames_of;
use super::common::server_process::Killed;
use super::sessions::PACE;

/// The process, until this is dropped.
pub(crate) struct Baseline(Killed);

impl Baseline {
    /// Starts it; when this returns, it has the movie.
    pub(crate) fn start(movie: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--baseline").arg(movie).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut baseline = Self(Killed(command.spawn().expect("start this program once more")));
        let stdout = baseline.child().stdout.as_mut().unwrap();
        stdout.read_exact(&mut [0]).expect("the baseline is ready");
        baseline
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.0.id()
    }

    /// Plays the movie to each of the ports, beginning with one after another.
    pub(crate) fn play(&mut self, ports: &[u16]) {
        let ports = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(" ");
        let stdin = self.child().stdin.as_mut().unwrap();
        writeln!(stdin, "{ports}").expect("tell the baseline its ports");
    }

    const fn child(&mut self) -> &mut Child {
        &mut self.0.0
    }
}

/// What the process does, until it is killed or its movie ends.
pub(crate) fn serve(movie: &Path) {
    let frames: Arc<[Vec<u8>]> = frames_of(movie).into();
    print!(".");
    io::stdout().flush().unwrap();
    let mut ports = String::new();
    io::stdin().lock().read_line(&mut ports).unwrap();
    let start = Instant::now();
    let send_to = |(index, port): (u32, &str)| {
        let (frames, port) = (Arc::clone(&frames), port.parse().unwrap());
        thread::spawn(move || send(&frames, port, start + PACE * index))
    };
    let senders = (0..).zip(ports.split_whitespace()).map(send_to).collect::<Vec<_>>();
    for sender in senders {
        sender.join().unwrap();
    }
}

fn send(frames: &[Vec<u8>], port: u16, mut due: Instant) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut datagram = Vec::new();
    for (number, frame) in (1_u16..).zip(frames) {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let [high, low] = number.to_be_bytes();
        datagram.clear();
        datagram.extend_from_slice(&[0x80, 26, high, low, 0, 0, 0, 0, 0, 0, 0, 0]);
        datagram.extend_from_slice(frame);
        socket.send_to(&datagram, (Ipv4Addr::LOCALHOST, port)).unwrap();
        due += FRAME_INTERVAL;
    }
}
