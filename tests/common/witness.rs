//! A client that behaves well while others do not.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::movies::{lab_format, made_frames};
use super::raw_client::RawClient;
use super::rtp::{Packet, assert_frames};
use super::said::say;
use super::server_process::{ServerProcess, wait_until};

/// A client that plays a movie of its own, and what the server used before it came.
pub(crate) struct Witness {
    frames: Vec<Vec<u8>>,
    before: Resources,
    done: Arc<AtomicBool>,
    thread: JoinHandle<Vec<(Instant, Packet)>>,
}

/// What the kernel knows of a server.
#[derive(Clone, Copy, Debug)]
struct Resources {
    threads: usize,
    descriptors: usize,
    kilobytes: usize,
}

impl Resources {
    fn of(server: &ServerProcess) -> Self {
        let (threads, descriptors) = (server.threads(), server.descriptors());
        Self { threads, descriptors, kilobytes: server.kilobytes() }
    }
}

impl Witness {
    /// Comes to a server that rests, and plays until it is asked for its result.
    pub(crate) fn start(server: &ServerProcess, folder: &Path) -> Self {
        let frames = made_frames(2000);
        fs::write(folder.join(NAME), lab_format(&frames)).expect("write a movie");
        let before = if cfg!(target_os = "linux") {
            Resources::of(server)
        } else {
            Resources { threads: 0, descriptors: 0, kilobytes: 0 }
        };
        let mut client = RawClient::of(NAME, server.address());
        client.setup();
        client.granted("PLAY");
        let done = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&done);
        let thread = thread::spawn(move || {
            let mut packets = Vec::new();
            while !told.load(Ordering::Relaxed) {
                let packet = client.packet();
                packets.push((Instant::now(), packet));
            }
            client.granted("PAUSE");
            let now = Instant::now();
            packets.extend(client.waiting_packets().into_iter().map(|packet| (now, packet)));
            client.granted("TEARDOWN");
            packets
        });
        Self { frames, before, done, thread }
    }

    /// Ends the movie, and asserts that each frame came and that the server is soon as it was.
    #[track_caller]
    pub(crate) fn lost_nothing_and_all_is_as_before(self, server: &ServerProcess) {
        let before = self.before;
        self.lost_nothing();
        if cfg!(target_os = "linux") {
            wait_until("the threads and descriptors are those before", || {
                let now = Resources::of(server);
                (now.threads, now.descriptors) == (before.threads, before.descriptors)
            });
            let now = Resources::of(server);
            say(format_args!("the server before: {before:?}, after: {now:?}"));
            assert!(now.kilobytes <= before.kilobytes + MOST_KILOBYTES, "{before:?}, {now:?}");
        }
    }

    /// Ends the movie, and asserts that each frame came.
    #[track_caller]
    pub(crate) fn lost_nothing(self) {
        self.done.store(true, Ordering::Relaxed);
        let arrived = self.thread.join().expect("the witness plays to its end");
        let (times, packets): (Vec<_>, Vec<_>) = arrived.into_iter().unzip();
        let frames = self.frames.get(..packets.len()).expect("no more packets than frames");
        assert_frames(&packets, frames, 1);
        say_deviation(&times);
    }
}

/// How far from 50 ms the intervals between frames were. Machines are noisy, so this is only
/// printed.
fn say_deviation(times: &[Instant]) {
    let distances = times.windows(2).map(|pair| pair[1] - pair[0]);
    let mut off: Vec<_> = distances.map(|distance| distance.abs_diff(FRAME_INTERVAL)).collect();
    off.sort();
    let part = |percent: usize| off.get(off.len() * percent / 100).copied().unwrap_or_default();
    let (frames, max) = (times.len(), off.last().copied().unwrap_or_default());
    let (half, most) = (part(50), part(99));
    say(format_args!("the witness: {frames} frames, off by {half:?} (p50) {most:?} (p99) {max:?}"));
}

const NAME: &str = "witness.Mjpeg";
const FRAME_INTERVAL: Duration = Duration::from_millis(50);
/// How much more memory a server may have at rest than before any client came.
const MOST_KILOBYTES: usize = 64 << 10;
