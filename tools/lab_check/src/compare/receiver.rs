//! A simple lab client's side of RTP: notes when each packet comes, and nothing else.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{io, mem};

/// A packet that has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) at: Instant,
    /// Its sequence number.
    pub(crate) number: u16,
    /// Whether its payload is the beginning of a JPEG.
    pub(crate) begins_frame: bool,
}

/// The thread that receives one client's packets; ended and joined when this is dropped.
#[derive(Debug)]
pub(crate) struct Receiver {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Received>>,
}

#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    count: AtomicUsize,
}

/// What the thread brings back.
#[derive(Debug)]
pub(crate) struct Received {
    /// The socket, which is still bound.
    pub(crate) socket: UdpSocket,
    pub(crate) arrivals: Vec<Arrival>,
}

impl Receiver {
    /// Starts the thread `rtp_NUMBER`.
    ///
    /// # Errors
    /// The system has no room for it: in one line.
    pub(crate) fn start(socket: UdpSocket, number: usize) -> Result<Self, String> {
        let could_not = |error: io::Error| format!("could not receive packets: {error}");
        socket.set_read_timeout(Some(LOOK_INTERVAL)).map_err(could_not)?;
        let shared = Arc::new(Shared::default());
        let seen = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name(format!("rtp_{number}"))
            .spawn(move || receive(socket, &seen))
            .map_err(could_not)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// How many packets have come so far.
    pub(crate) fn count(&self) -> usize {
        self.shared.count.load(Ordering::Relaxed)
    }

    /// Asks the thread to end. That takes a moment, which many threads can spend at the same time.
    pub(crate) fn stop(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }

    /// Ends the thread; `None` if it has panicked.
    pub(crate) fn finish(mut self) -> Option<Received> {
        self.stop();
        mem::take(&mut self.thread)?.join().ok()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn receive(socket: UdpSocket, shared: &Shared) -> Received {
    let mut arrivals = Vec::with_capacity(USUAL_PACKETS);
    let mut datagram = vec![0; LARGEST_DATAGRAM];
    while !shared.stop.load(Ordering::Relaxed) {
        // Nothing came in time, which is all that can go wrong here: check whether it is over.
        let Ok(length) = socket.recv(&mut datagram) else { continue };
        let at = Instant::now();
        let arrival = datagram.get(..length).and_then(|bytes| read(bytes, at));
        if let Some(arrival) = arrival.filter(|_| arrivals.len() < MOST_PACKETS) {
            arrivals.push(arrival);
            shared.count.store(arrivals.len(), Ordering::Relaxed);
        }
    }
    Received { socket, arrivals }
}

/// `None` if it is shorter than an RTP header.
fn read(datagram: &[u8], at: Instant) -> Option<Arrival> {
    let (header, payload) = datagram.split_first_chunk::<12>()?;
    let [_, _, high, low, ..] = *header;
    let number = u16::from_be_bytes([high, low]);
    Some(Arrival { at, number, begins_frame: payload.starts_with(b"\xFF\xD8") })
}

/// How often to check whether it is over.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// What a few seconds bring, so that no memory is allocated while time is measured.
const USUAL_PACKETS: usize = 1024;
/// The most packets that are kept: more are a flood, which must not fill the memory.
const MOST_PACKETS: usize = 100_000;
/// A smaller buffer would cut packets off or fail to receive them.
pub(crate) const LARGEST_DATAGRAM: usize = 65_536;
