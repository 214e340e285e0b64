//! What threads tell by, without waiting.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use super::event::Event;

/// What a part of the program tells by. All clones tell the same recorder; the default tells nobody.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    channel: Option<Arc<Channel>>,
    origin: Origin,
}

/// The side that saw it, and for a server whose connection it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    pub(crate) side: Side,
    pub(crate) peer: Option<SocketAddr>,
}

/// Who saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    #[default]
    Client,
    Server,
}

/// One event, when it happened, and the bytes that went over the wire, if they are captured.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) at: Instant,
    pub(super) origin: Origin,
    pub(super) event: Event,
    pub(super) wire: Option<Wire>,
}

/// Bytes on their way, for the capture.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) kind: Kind,
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) is_tcp: bool,
    pub(super) comment: String,
    pub(super) bytes: Box<[u8]>,
}

/// Who understands the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Rtsp,
    Rtp,
    Rtcp,
    /// A packet that never left: no analysis of the stream may count it.
    Lost,
}

/// The channel to the thread that writes.
#[derive(Debug)]
pub(super) struct Channel {
    records: SyncSender<Record>,
    captures: bool,
    /// Bytes that wait in it.
    waiting: AtomicUsize,
    dropped: AtomicU64,
}

impl Channel {
    pub(super) fn open(captures: bool) -> (Arc<Self>, Receiver<Record>) {
        let (records, arriving) = sync_channel(MOST_WAITING);
        let (waiting, dropped) = (AtomicUsize::new(0), AtomicU64::new(0));
        (Arc::new(Self { records, captures, waiting, dropped }), arriving)
    }

    /// A record has been taken out.
    pub(super) fn taken(&self, record: &Record) {
        self.waiting.fetch_sub(weight(record), Ordering::Relaxed);
    }

    /// How many did not fit since this was last asked.
    pub(super) fn take_dropped(&self) -> u64 {
        self.dropped.swap(0, Ordering::Relaxed)
    }

    fn put(&self, record: Record) {
        let weight = weight(&record);
        let before = self.waiting.fetch_add(weight, Ordering::Relaxed);
        let has_room = before.saturating_add(weight) <= MOST_BYTES_WAITING;
        if !has_room || self.records.try_send(record).is_err() {
            self.waiting.fetch_sub(weight, Ordering::Relaxed);
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn weight(record: &Record) -> usize {
    record.event.weight() + record.wire.as_ref().map_or(0, |wire| wire.bytes.len())
}

impl Trace {
    pub(super) fn to(channel: Arc<Channel>) -> Self {
        Self { channel: Some(channel), origin: Origin::default() }
    }

    /// What the server tells of itself.
    pub(crate) fn of_server(&self) -> Self {
        let origin = Origin { side: Side::Server, peer: None };
        Self { channel: self.channel.clone(), origin }
    }

    /// What the server tells of the connection of `peer`.
    pub(crate) fn of_client(&self, peer: SocketAddr) -> Self {
        let origin = Origin { side: Side::Server, peer: Some(peer) };
        Self { channel: self.channel.clone(), origin }
    }

    /// Whether anybody listens.
    pub(crate) const fn is_on(&self) -> bool {
        self.channel.is_some()
    }

    /// Whether bytes are captured, too.
    pub(crate) fn captures(&self) -> bool {
        self.channel.as_ref().is_some_and(|channel| channel.captures)
    }

    /// Tells what happens now.
    pub(crate) fn tell(&self, event: impl FnOnce() -> Event) {
        if self.is_on() {
            self.put(Instant::now(), event(), None);
        }
    }

    /// Tells what happened then.
    pub(crate) fn tell_at(&self, at: Instant, event: impl FnOnce() -> Event) {
        if self.is_on() {
            self.put(at, event(), None);
        }
    }

    pub(super) fn put(&self, at: Instant, event: Event, wire: Option<Wire>) {
        if let Some(channel) = &self.channel {
            channel.put(Record { at, origin: self.origin, event, wire });
        }
    }

    /// Tells the figures that the program prints at its end, as it prints them: `name: value` lines.
    pub fn summary(&self, text: &str) {
        self.tell(|| Event::Summary(text.to_owned()));
    }
}

/// Events that may wait for the disk.
const MOST_WAITING: usize = 65_536;
/// The same in bytes of packets and messages.
const MOST_BYTES_WAITING: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(message: &str) -> Event {
        Event::Told { level: "loglevel:info", message: message.to_owned() }
    }

    #[test]
    fn what_does_not_fit_is_counted_and_holds_up_nobody() {
        let (channel, arriving) = Channel::open(false);
        let trace = Trace::to(Arc::clone(&channel));
        for _ in 0..MOST_WAITING + 3 {
            trace.tell(|| told(""));
        }
        assert_eq!((channel.take_dropped(), channel.take_dropped()), (3, 0));
        assert_eq!(arriving.try_iter().count(), MOST_WAITING);
    }

    #[test]
    fn long_texts_do_not_fill_the_memory() {
        let (channel, arriving) = Channel::open(false);
        let trace = Trace::to(Arc::clone(&channel));
        let long = "x".repeat(MOST_BYTES_WAITING / 3);
        for _ in 0..5 {
            trace.tell(|| told(&long));
        }
        let taken: Vec<_> = arriving.try_iter().inspect(|record| channel.taken(record)).collect();
        assert_eq!((taken.len(), channel.take_dropped()), (3, 2));
        trace.tell(|| told(&long));
        assert_eq!(arriving.try_iter().count(), 1, "there is room again");
    }

    #[test]
    fn to_nobody_nothing_is_made() {
        let trace = Trace::default();
        trace.tell(|| panic!("made"));
        trace.tell_at(Instant::now(), || panic!("made"));
        assert!(!trace.is_on() && !trace.captures());
    }
}
