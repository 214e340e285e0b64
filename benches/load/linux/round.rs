//! One round: a server plays, and the receiver and the kernel tell how well.

use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::SETTLE;
use super::baseline::Baseline;
use super::common::movies::MOVIE;
use super::common::server_process::ServerProcess;
use super::figures::Figures;
use super::process::{Usage, dropped_at, machine_ticks};
use super::receiver::{Receiver, Stream};
use super::sessions::{self, Dialect, PACE, Session};

/// All that was seen.
pub(crate) struct Round {
    /// Before the first session.
    pub(crate) rest: Usage,
    /// At the begin and at the end of what is measured.
    pub(crate) looks: [Look; 2],
    pub(crate) streams: Vec<Stream>,
    /// Empty for the baseline, which takes no requests.
    pub(crate) sessions: Vec<Session>,
}

/// What is seen at a moment.
pub(crate) struct Look {
    pub(crate) at: Instant,
    pub(crate) usage: Usage,
    /// Datagrams that did not fit the receiver's buffers so far.
    pub(crate) dropped: u32,
    /// How long the machine has worked, and how long it was idle.
    pub(crate) machine: [u64; 2],
}

pub(crate) fn of_server(folder: &Path, dialect: Dialect, count: u16, seconds: u32) -> Figures {
    let server =
        ServerProcess::start(folder, &["--bind", "127.0.0.1", "--max-clients-per-address", "4096"]);
    let receiver = Receiver::start(count, dialect);
    let reports = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let open = |ports: &[u16]| sessions::open(server.address(), dialect, ports, &reports);
    measure(server.id(), receiver, seconds, open)
}

pub(crate) fn of_baseline(folder: &Path, count: u16, seconds: u32) -> Figures {
    let mut baseline = Baseline::start(&folder.join(MOVIE));
    let receiver = Receiver::start(count, Dialect::Lab);
    measure(baseline.id(), receiver, seconds, |ports| {
        baseline.play(ports);
        thread::sleep(PACE * u32::from(count));
        Vec::new()
    })
}

fn measure(
    process: u32,
    receiver: Receiver,
    seconds: u32,
    open: impl FnOnce(&[u16]) -> Vec<Session>,
) -> Figures {
    let rest = Usage::of(process);
    let sessions = open(&receiver.ports);
    thread::sleep(SETTLE);
    let look = || Look {
        at: Instant::now(),
        usage: Usage::of(process),
        dropped: dropped_at(&receiver.ports),
        machine: machine_ticks(),
    };
    let start = look();
    thread::sleep(Duration::from_secs(seconds.into()));
    let looks = [start, look()];
    let streams = receiver.finish();
    Figures::of(&Round { rest, looks, streams, sessions })
}
