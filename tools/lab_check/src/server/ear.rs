//! The client's RTP port: notes every packet and when it came.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::story::Log;

/// A packet that came.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) at: Instant,
    pub(crate) bytes: Arc<[u8]>,
}

/// Listens from when it is made until it is dropped.
#[derive(Debug)]
pub(crate) struct Ear {
    address: SocketAddr,
    heard: Vec<Arrival>,
    bytes: usize,
    arrivals: Receiver<Arrival>,
    stop: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
    log: Option<Log>,
}

impl Ear {
    /// At any free port, or at that one.
    ///
    /// # Errors
    /// There is none: in one line.
    pub(crate) fn open(address: IpAddr, port: u16) -> Result<Self, String> {
        let could_not = |error| format!("could not listen for RTP at port {port}: {error}");
        let socket = UdpSocket::bind((address, port)).map_err(could_not)?;
        socket.set_read_timeout(Some(LOOK_INTERVAL)).map_err(could_not)?;
        let address = socket.local_addr().map_err(could_not)?;
        let (sender, arrivals) = mpsc::sync_channel(MOST_WAITING);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let listener = thread::Builder::new()
            .name("listen_rtp".to_owned())
            .spawn(move || listen(&socket, &sender, &stopped))
            .map_err(could_not)?;
        let (heard, listener, log) = (Vec::new(), Some(listener), None);
        Ok(Self { address, heard, bytes: 0, arrivals, stop, listener, log })
    }

    /// From now on each packet is noted there.
    pub(crate) fn note_in(&mut self, log: Log) {
        self.log = Some(log);
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// All that has come.
    pub(crate) fn heard(&mut self) -> &[Arrival] {
        // A flood does not end, so take no more than could have been waiting.
        for _ in 0..MOST_WAITING {
            let Ok(arrival) = self.arrivals.try_recv() else { break };
            self.keep(arrival);
        }
        &self.heard
    }

    /// How many packets have come.
    pub(crate) fn count(&mut self) -> usize {
        self.heard().len()
    }

    /// Waits until this many packets have come, at most until `end`; returns whether they have.
    pub(crate) fn wait_for(&mut self, count: usize, end: Instant) -> bool {
        while self.count() < count {
            let left = end.saturating_duration_since(Instant::now());
            match self.arrivals.recv_timeout(left) {
                Ok(arrival) => self.keep(arrival),
                Err(_) => return self.count() >= count,
            }
            if left.is_zero() {
                return self.count() >= count;
            }
        }
        true
    }

    /// Waits for a `silence` without packets, at most until `end`; returns whether there was one.
    pub(crate) fn falls_silent(&mut self, silence: Duration, end: Instant) -> bool {
        loop {
            let count = self.count();
            let enough = Instant::now() + silence;
            if !self.wait_for(count + 1, enough.min(end)) {
                return enough <= end;
            }
            if Instant::now() >= end {
                return false;
            }
        }
    }

    /// A silence that says that nothing more comes: `least`, or three times as long as the longest
    /// that there was between packets, of a slow server.
    pub(crate) fn telling_silence(&mut self, least: Duration) -> Duration {
        let gap = |pair: &[Arrival]| match pair {
            [one, other] => other.at.saturating_duration_since(one.at),
            _ => Duration::ZERO,
        };
        let longest = self.heard().windows(2).map(gap).max().unwrap_or_default();
        least.max(3 * longest.min(LONGEST_GAP))
    }

    /// Waits until `end` for a packet that comes after `begin`; returns whether one came.
    pub(crate) fn hears_since(&mut self, begin: Instant, end: Instant) -> bool {
        loop {
            let count = self.count();
            if self.heard.iter().rev().any(|arrival| arrival.at > begin) {
                return true;
            }
            if !self.wait_for(count + 1, end) {
                return false;
            }
        }
    }

    fn keep(&mut self, arrival: Arrival) {
        self.bytes += arrival.bytes.len() + PACKET_BYTES;
        if self.bytes <= MOST_BYTES {
            if let Some((log, number)) = self.log.as_ref().zip(number(&arrival)) {
                log.packet(number, arrival.at);
            }
            self.heard.push(arrival);
        }
    }
}

/// The sequence number of a packet.
pub(crate) fn number(arrival: &Arrival) -> Option<u16> {
    let (_, rest) = arrival.bytes.split_at_checked(2)?;
    rest.first_chunk().copied().map(u16::from_be_bytes)
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // Wakes the thread; if this fails, the thread checks in a moment.
        if let Ok(socket) = UdpSocket::bind((self.address.ip(), 0)) {
            socket.send_to(b"", self.address).ok();
        }
        if let Some(listener) = self.listener.take() {
            listener.join().ok();
        }
    }
}

fn listen(socket: &UdpSocket, sender: &SyncSender<Arrival>, stop: &AtomicBool) {
    let mut datagram = vec![0; 65_536];
    while !stop.load(Ordering::Acquire) {
        let length = match socket.recv_from(&mut datagram) {
            Ok((length, _)) => length,
            // Windows reports here that a datagram has met a closed port.
            Err(error) if is_passing(error.kind()) => continue,
            Err(_) => return,
        };
        let at = Instant::now();
        let bytes = datagram.get(..length).unwrap_or_default();
        if bytes.is_empty() {
            continue;
        }
        // Packets that nobody fetches are dropped: a flood must not fill the memory.
        let arrival = Arrival { at, bytes: bytes.into() };
        if matches!(sender.try_send(arrival), Err(TrySendError::Disconnected(_))) {
            return;
        }
    }
}

const fn is_passing(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::WouldBlock
            | ErrorKind::TimedOut
            | ErrorKind::Interrupted
            | ErrorKind::ConnectionReset
    )
}

/// The longest time between packets that is believed to be a server's own.
const LONGEST_GAP: Duration = Duration::from_millis(600);
/// How often to check whether to stop.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// The most packets that wait to be fetched.
const MOST_WAITING: usize = 4096;
/// What a packet needs besides its own bytes.
const PACKET_BYTES: usize = 64;
/// The most bytes that are kept; what comes after them is not counted.
const MOST_BYTES: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    /// An ear to which packets come faster than from any socket.
    fn flooded() -> Ear {
        let (sender, arrivals) = mpsc::sync_channel(MOST_WAITING);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let packet = Arrival { at: Instant::now(), bytes: [0; 13].as_slice().into() };
        let flood = move || {
            while !stopped.load(Ordering::Acquire) {
                sender.try_send(packet.clone()).ok();
            }
        };
        let address = SocketAddr::from(([127, 0, 0, 1], 9));
        let listener = Some(thread::spawn(flood));
        Ear { address, heard: Vec::new(), bytes: 0, arrivals, stop, listener, log: None }
    }

    #[test]
    fn of_a_slow_server_a_longer_silence_is_waited_for() {
        let mut ear = Ear::open(IpAddr::from([127, 0, 0, 1]), 0).unwrap();
        let (least, begin) = (Duration::from_millis(300), Instant::now());
        assert_eq!(ear.telling_silence(least), least);
        for (after, silence) in [(0, 300), (50, 300), (450, 1200), (9450, 1800)] {
            let at = begin + Duration::from_millis(after);
            ear.keep(Arrival { at, bytes: [0].as_slice().into() });
            assert_eq!(ear.telling_silence(least), Duration::from_millis(silence), "{after}");
        }
    }

    #[test]
    fn a_flood_is_not_listened_to_for_ever() {
        let mut ear = flooded();
        let soon = || Instant::now() + Duration::from_millis(50);
        assert!(!ear.wait_for(usize::MAX, soon()));
        // Longer than a busy machine may interrupt the flood.
        assert!(!ear.falls_silent(Duration::from_secs(60), soon()));
        let begin = Instant::now();
        assert!(!ear.hears_since(begin, soon()), "all packets are of the time before");
        assert!(ear.heard().len() <= MOST_BYTES / PACKET_BYTES);
    }
}
