//! What the threads that send and receive RTP tell of each packet and each frame.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::event::{Described, Event, FrameId, ReportValues};
use super::handle::{Kind, Trace, Wire};
use super::journey::Journey;
use crate::impairment::{Fate, Pushed};
use crate::rtp_packet::RtpPacket;
use crate::statistics::Order;

/// The number of a packet, extended to 64 bits (RFC 3550 appendix A.1): the one nearest to the highest so
/// far.
fn extended(highest: Option<u64>, number: u16) -> u64 {
    let Some(highest) = highest else { return number.into() };
    let [.., high, low] = highest.to_be_bytes();
    let ahead = number.wrapping_sub(u16::from_be_bytes([high, low]));
    let behind = ahead.wrapping_neg();
    if ahead <= behind {
        highest + u64::from(ahead)
    } else {
        highest.checked_sub(behind.into()).unwrap_or_else(|| number.into())
    }
}

/// Reports are not counted as packets of the movie, but they are captured.
fn tell_report(trace: &Trace, is_sent: bool, values: ReportValues, wire: Option<Wire>) {
    trace.put(Instant::now(), Event::Report { is_sent, values }, wire);
}

/// What a server tells of the packets of one session.
#[derive(Debug)]
pub(crate) struct Departures {
    trace: Trace,
    from: SocketAddr,
    to: SocketAddr,
    is_tcp: bool,
    count: Cell<u64>,
    highest: Cell<Option<u64>>,
    /// The last packet, if it was let alone: that it leaves goes without saying.
    plain: Cell<Option<u16>>,
    /// What the capture says of the others when they leave.
    comments: RefCell<VecDeque<(u16, String)>>,
}

impl Departures {
    /// Of packets that go from one address to the other.
    pub(crate) const fn new(trace: Trace, from: SocketAddr, to: SocketAddr, is_tcp: bool) -> Self {
        let (count, highest, plain) = (Cell::new(0), Cell::new(None), Cell::new(None));
        let comments = RefCell::new(VecDeque::new());
        Self { trace, from, to, is_tcp, count, highest, plain, comments }
    }

    /// Of reports alone, by their own addresses.
    pub(crate) fn of_reports(trace: Trace, from: SocketAddr, to: SocketAddr, is_tcp: bool) -> Self {
        let before = |mut address: SocketAddr| {
            if !is_tcp {
                address.set_port(address.port().saturating_sub(1));
            }
            address
        };
        Self::new(trace, before(from), before(to), is_tcp)
    }

    /// Packets take another way from now on.
    pub(crate) const fn go(&mut self, (from, to): (SocketAddr, SocketAddr), is_tcp: bool) {
        (self.from, self.to, self.is_tcp) = (from, to, is_tcp);
    }

    /// A packet is about to be sent, of the frame with that number; `pushed` is what the bad network does
    /// to it.
    pub(crate) fn sent(&self, datagram: &[u8], frame: u64, pushed: Option<&Pushed>) {
        if !self.trace.is_on() {
            return;
        }
        let Ok(packet) = RtpPacket::decode(datagram) else { return };
        let at = Instant::now();
        let seq = extended(self.highest.get(), packet.sequence_number);
        if self.highest.replace(Some(seq)).is_none() {
            let (ssrc, fps) = (Some(packet.ssrc), Some(FPS));
            let described = Described { ssrc, fps, ..Described::default() };
            self.trace.tell_at(at, || Event::Described(described));
        }
        self.count.set(self.count.get() + 1);
        let (fate, by) = pushed.map_or((Fate::Passed, Duration::ZERO), |it| (it.fate, it.delay));
        let is_plain = fate == Fate::Passed && by.is_zero();
        self.plain.set(is_plain.then_some(packet.sequence_number));
        let comment = || {
            let done = pushed.and_then(Pushed::in_words);
            let done = done.map_or_else(String::new, |done| format!(": {done}"));
            format!("packet {seq}, frame {frame}{done}")
        };
        let wire = if fate == Fate::Lost {
            self.wire(Kind::Lost, datagram, comment)
        } else if is_plain {
            self.wire(Kind::Rtp, datagram, comment)
        } else {
            if self.trace.captures() {
                let mut comments = self.comments.borrow_mut();
                if comments.len() == MOST_COMMENTS {
                    comments.pop_front();
                }
                comments.push_back((packet.sequence_number, comment()));
            }
            None
        };
        let (bytes, m, ts) = (packet.payload.len(), packet.marker, packet.timestamp);
        let count = pushed.map_or(self.count.get(), |pushed| pushed.number);
        self.trace.put(at, Event::PacketSent { seq, count, frame, bytes, m, ts, fate, by }, wire);
    }

    /// A packet comes out of the bad network and goes to the socket.
    pub(crate) fn left(&self, datagram: &[u8]) {
        if !self.trace.is_on() {
            return;
        }
        let Ok(packet) = RtpPacket::decode(datagram) else { return };
        if self.plain.get() == Some(packet.sequence_number) {
            return;
        }
        let seq = extended(self.highest.get(), packet.sequence_number);
        let wire = self.wire(Kind::Rtp, datagram, || {
            let comments = self.comments.borrow();
            let found = comments.iter().rev().find(|(of, _)| *of == packet.sequence_number);
            found.map_or_else(|| format!("packet {seq}"), |(_, comment)| comment.clone())
        });
        self.trace.put(Instant::now(), Event::PacketLeft { seq }, wire);
    }

    /// A report has been sent or has come; its bytes.
    pub(crate) fn report(&self, is_sent: bool, values: ReportValues, datagram: &[u8]) {
        let wire = self.wire(Kind::Rtcp, datagram, || values.kind.to_owned());
        let wire = wire.map(|wire| {
            let (from, to) = (beside(wire.from, wire.is_tcp), beside(wire.to, wire.is_tcp));
            let (from, to) = if is_sent { (from, to) } else { (to, from) };
            Wire { from, to, ..wire }
        });
        tell_report(&self.trace, is_sent, values, wire);
    }

    /// Whether anybody listens.
    pub(crate) const fn is_on(&self) -> bool {
        self.trace.is_on()
    }

    fn wire(&self, kind: Kind, bytes: &[u8], comment: impl FnOnce() -> String) -> Option<Wire> {
        self.trace.captures().then(|| {
            let Self { from, to, is_tcp, .. } = *self;
            Wire { kind, from, to, is_tcp, comment: comment(), bytes: bytes.into() }
        })
    }
}

/// The port for RTCP: the next one (RFC 3550 section 11), or the same connection.
fn beside(mut address: SocketAddr, is_tcp: bool) -> SocketAddr {
    if !is_tcp {
        address.set_port(address.port().saturating_add(1));
    }
    address
}

/// Where the last datagram came from: its socket knows, who looks at it afterwards does not. The default,
/// where nothing is captured, keeps nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whence(Option<Arc<Mutex<Option<SocketAddr>>>>);

impl Whence {
    /// A datagram has come from there.
    pub(crate) fn note(&self, from: SocketAddr) {
        if let Some(last) = &self.0 {
            *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(from);
        }
    }

    fn last(&self) -> Option<SocketAddr> {
        *self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a client tells of the packets and frames of one session.
#[derive(Debug)]
pub(crate) struct Arrivals {
    trace: Trace,
    clock: Instant,
    /// Where packets come from, and where to.
    from: Whence,
    to: SocketAddr,
    is_tcp: bool,
    ssrc: Option<u32>,
    highest: Option<u64>,
    /// The last packet of the last frame, and the packets since then.
    ended: Option<u64>,
    packets: u32,
    strangers: u64,
    next_stranger: Duration,
}

impl Arrivals {
    /// Of packets that come to that address; times are counted from `clock` on.
    pub(crate) fn new(trace: Trace, clock: Instant, to: SocketAddr, is_tcp: bool) -> Self {
        Self {
            from: Whence(trace.captures().then(Arc::default)),
            trace,
            clock,
            to,
            is_tcp,
            ssrc: None,
            highest: None,
            ended: None,
            packets: 0,
            strangers: 0,
            next_stranger: Duration::ZERO,
        }
    }

    /// What times are counted from.
    pub(crate) const fn clock(&self) -> Instant {
        self.clock
    }

    /// What the socket notes where datagrams come from.
    pub(crate) fn whence(&self) -> Whence {
        self.from.clone()
    }

    /// A packet has come at that time; so many are missing before it. A late one may be kept for its frame.
    pub(crate) fn packet(
        &mut self,
        (datagram, packet): (&[u8], &RtpPacket<'_>),
        (order, missing, is_kept): (Order, u64, bool),
        at: Duration,
    ) {
        if !self.trace.is_on() {
            return;
        }
        let at = self.clock + at;
        if self.ssrc.replace(packet.ssrc) != Some(packet.ssrc) {
            let (ssrc, fps) = (Some(packet.ssrc), Some(FPS));
            self.trace
                .tell_at(at, || Event::Described(Described { ssrc, fps, ..Described::default() }));
        }
        let seq = self.place(packet.sequence_number, (order, missing), at);
        if order.goes_on() {
            self.packets += 1;
        }
        let (bytes, m, ts) = (packet.payload.len(), packet.marker, packet.timestamp);
        let pt = packet.payload_type.get();
        let event = Event::PacketReceived { seq, bytes, m, ts, pt, order, missing, is_kept };
        let comment = || match order {
            Order::Next | Order::Same => format!("packet {seq}"),
            Order::Gap => format!("packet {seq}, {missing} lost before it"),
            Order::Late => format!("packet {seq}, came late"),
            Order::Again => format!("packet {seq}, came twice"),
        };
        let wire = self.wire(Kind::Rtp, datagram, comment);
        self.trace.put(at, event, wire);
    }

    /// The packet's number, and whether the numbers begin anew with it.
    fn place(&mut self, number: u16, (order, missing): (Order, u64), at: Instant) -> u64 {
        let seq = extended(self.highest, number);
        let Some(highest) = self.highest else {
            self.highest = Some(seq);
            return seq;
        };
        if order.goes_on() && (order == Order::Gap && missing == 0 || seq > highest + FAR) {
            let to = number.into();
            self.trace.tell_at(at, || Event::NumbersAnew { from: highest, to });
            self.highest = Some(to);
            return to;
        }
        self.highest = Some(if order.goes_on() { seq } else { highest });
        seq
    }

    /// A datagram that is no packet of the movie.
    pub(crate) fn malformed(&self, datagram: &[u8]) {
        self.trace.tell(|| Event::Malformed {
            length: datagram.len(),
            reason: match RtpPacket::decode(datagram) {
                Ok(_) => "of another source or payload type".to_owned(),
                Err(error) => error.to_string(),
            },
            head: datagram.iter().take(HEAD).copied().collect(),
        });
    }

    /// A datagram of somebody else: the first is told, then how many there were in a second.
    pub(crate) fn stranger(&mut self, from: SocketAddr) {
        if !self.trace.is_on() {
            return;
        }
        let at = Instant::now();
        let now = at.saturating_duration_since(self.clock);
        self.strangers += 1;
        if now >= self.next_stranger {
            self.next_stranger = now + Duration::from_secs(1);
            let count = std::mem::take(&mut self.strangers);
            self.trace.tell_at(at, || Event::Stranger { from, count });
        }
    }

    /// A report has been sent or has come; its bytes.
    pub(crate) fn report(&self, is_sent: bool, values: ReportValues, datagram: &[u8]) {
        let wire = self.wire(Kind::Rtcp, datagram, || values.kind.to_owned());
        let wire = wire.map(|wire| {
            let (from, to) = (beside(wire.from, wire.is_tcp), beside(wire.to, wire.is_tcp));
            let (from, to) = if is_sent { (to, from) } else { (from, to) };
            Wire { from, to, ..wire }
        });
        tell_report(&self.trace, is_sent, values, wire);
    }

    /// Whether anybody listens.
    pub(crate) const fn is_on(&self) -> bool {
        self.trace.is_on()
    }

    /// A whole frame sets out for the screen: where it is known, its packets' last number and how many
    /// they were.
    pub(crate) fn whole(
        &mut self,
        (last, packets): (Option<u16>, Option<u32>),
        is_numbered: bool,
        (ts, bytes): (u32, usize),
        at: Duration,
    ) -> Journey {
        if !self.trace.is_on() {
            return Journey::default();
        }
        let last = self.last(last);
        let packets = packets.unwrap_or(self.packets).max(1);
        (self.packets, self.ended) = (0, Some(last));
        let number = Some(last).filter(|_| is_numbered && packets == 1);
        let (id, at, trace) = (FrameId { number, ts, last }, self.clock + at, self.trace.clone());
        if packets > 1 {
            self.trace.tell_at(at, || Event::FrameComplete { id, packets, bytes });
        }
        Journey::begun(trace, id, at)
    }

    /// A frame can't be put together.
    pub(crate) fn broken(&mut self, last: Option<u16>, ts: u32, at: Duration) {
        if self.trace.is_on() {
            let last = self.last(last);
            let id = FrameId { number: None, ts, last };
            (self.packets, self.ended) = (0, Some(last));
            let why = "a part of it did not come".to_owned();
            self.trace.tell_at(self.clock + at, || Event::FrameDamaged { id, why });
        }
    }

    /// Nothing more will come: what has come since the last frame is part of one that has no end.
    pub(crate) fn end(&mut self, ts: u32) {
        let last = self.highest.filter(|highest| Some(*highest) > self.ended);
        let Some(last) = last.filter(|_| self.trace.is_on()) else { return };
        self.ended = Some(last);
        let (id, why) = (FrameId { number: None, ts, last }, "no end".to_owned());
        self.trace.tell(|| Event::FrameDamaged { id, why });
    }

    fn last(&self, number: Option<u16>) -> u64 {
        number.map_or(self.highest.unwrap_or_default(), |number| extended(self.highest, number))
    }

    fn wire(&self, kind: Kind, bytes: &[u8], comment: impl FnOnce() -> String) -> Option<Wire> {
        self.trace.captures().then(|| {
            let Self { to, is_tcp, .. } = *self;
            let from = self.from.last().unwrap_or_else(|| SocketAddr::new(to.ip(), 0));
            Wire { kind, from, to, is_tcp, comment: comment(), bytes: bytes.into() }
        })
    }
}

/// Frames a second, in both dialects of this server.
const FPS: u32 = 20;
/// Packets that may be on their way through a bad network with a comment of their own.
const MOST_COMMENTS: usize = 4096;
/// How many bytes of a malformed packet are written.
const HEAD: usize = 32;
/// A step that is no gap but a new beginning (RFC 3550 appendix A.1: `MAX_DROPOUT`).
const FAR: u64 = 3000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_last_number_of_16_bits_comes_the_next_of_64() {
        let mut highest = None;
        let numbers = [65_534_u16, 65_535, 0, 65_533, 1, 2];
        let extended: Vec<u64> = numbers
            .iter()
            .map(|&number| {
                let found = extended(highest, number);
                highest = Some(highest.unwrap_or(0).max(found));
                found
            })
            .collect();
        assert_eq!(extended, [65_534, 65_535, 65_536, 65_533, 65_537, 65_538]);
        assert_eq!(super::extended(Some(2), 65_535), 65_535, "there is none below 0");
    }
}
