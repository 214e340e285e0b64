//! The life of each packet: sent, lost or arrived, on time or late, and what became of its frame.

use std::collections::HashMap;

use super::frames::{Frames, Reason};
use super::packet::{End, Packet};
use crate::log::{Event, Header, Missing, Order, Side, UNNAMED, What};

/// The header with what was known only later.
pub(super) fn described(mut header: Header, events: &[Event]) -> Header {
    for event in events {
        if let What::Described { movie, dialect, .. } = &event.what {
            header.is_standard |= dialect.as_deref() == Some("standard");
            if let Some(movie) = movie.as_ref().filter(|_| header.title == UNNAMED) {
                header.title.clone_from(movie);
            }
        }
    }
    header
}

/// In the lab's dialect without fragments; a client tells by naming frames by their numbers.
pub(super) fn frames_are_packets(header: &Header, events: &[Event]) -> bool {
    let is_unnumbered = |event: &Event| match &event.what {
        What::Complete(frame) | What::Damaged(frame, _) | What::Shown(frame, _) => {
            frame.number.is_none()
        }
        _ => false,
    };
    !header.is_standard && header.fragment.is_none() && !events.iter().any(is_unnumbered)
}

/// Above so many packets no more are noted as missing: a line of a log can name 65,536.
const MOST_PACKETS: usize = 4_000_000;

/// All packets, while the events are read.
#[derive(Debug)]
pub(super) struct Table {
    packets: Vec<Packet>,
    /// Where a packet stands. A client's numbers may begin anew: then they are others.
    places: HashMap<(u64, u64), usize>,
    turn: u64,
    frames: Frames,
}

impl Table {
    /// Follows the packets through the events.
    pub(super) fn of(events: &[Event], header: &Header, one_each: bool, both: bool) -> Self {
        let mut table = Self {
            packets: Vec::new(),
            places: HashMap::new(),
            turn: 0,
            frames: Frames::new(one_each),
        };
        let delay = header.network.as_ref().map_or(0.0, |network| network.delay);
        for event in events.iter().filter(|event| event.side == Side::Server) {
            table.note_server(event, delay);
        }
        for event in events.iter().filter(|event| event.side == Side::Client) {
            table.note_client(event, both);
        }
        table
    }

    /// The packets by when their lives began, and the reasons why frames were not shown.
    pub(super) fn finish(self) -> (Vec<Packet>, Vec<Reason>) {
        let Self { mut packets, frames, .. } = self;
        let reasons = frames.finish(&mut packets);
        packets.sort_by(|one, other| one.begin().total_cmp(&other.begin()));
        (packets, reasons)
    }

    fn packet(&mut self, seq: u64) -> (usize, &mut Packet) {
        let new = self.packets.len();
        let place = *self.places.entry((self.turn, seq)).or_insert(new);
        if place == new {
            self.packets.push(Packet::new(seq, End::Lost));
        }
        #[expect(clippy::indexing_slicing, reason = "it is the place of one, or the last")]
        (place, &mut self.packets[place])
    }

    fn note_server(&mut self, event: &Event, delay: f64) {
        if let What::Sent { seq, frame, bytes, ts, net, by } = event.what {
            let by = if by > 0.0 { by } else { delay };
            let (_, packet) = self.packet(seq);
            packet.sent.get_or_insert(event.time);
            (packet.frame, packet.ts, packet.bytes) = (frame, ts, bytes);
            (packet.net, packet.by) = (net, by);
        }
    }

    fn note_client(&mut self, event: &Event, both: bool) {
        let time = event.time;
        match &event.what {
            What::NumbersAnew if !both => self.turn += 1,
            What::Received { seq, bytes, ts, order, is_kept, missing } => {
                if let Some(missing) = missing {
                    self.note_missing(*missing, time);
                }
                self.note_received((*seq, *bytes, *ts), (*order, *is_kept), time);
            }
            What::Complete(frame) => self.frames.complete(*frame, &self.packets),
            What::Damaged(frame, why) => self.frames.damaged(*frame, why, &self.packets),
            What::Shown(frame, _) => self.frames.shown(*frame, time),
            What::LeftOut(frame, why) => self.frames.left_out(*frame, why),
            _ => {}
        }
    }

    fn note_missing(&mut self, Missing { first, last }: Missing, time: f64) {
        if self.packets.len() >= MOST_PACKETS {
            return;
        }
        for seq in first..=last {
            let one_each = self.frames.one_each();
            let (_, packet) = self.packet(seq);
            packet.missed.get_or_insert(time);
            packet.frame = packet.frame.or(Some(seq).filter(|_| one_each));
        }
    }

    fn note_received(
        &mut self,
        (seq, bytes, ts): (u64, u64, Option<u64>),
        (order, is_kept): (Order, bool),
        time: f64,
    ) {
        let one_each = self.frames.one_each();
        let (place, packet) = self.packet(seq);
        if order == Order::Again || packet.arrived.is_some() {
            // The first of the two may have come before the log began.
            if packet.arrived.is_none() {
                packet.arrived = Some(time);
                (packet.is_late, packet.end) = (true, End::Late);
            }
            packet.again.push(time);
            return;
        }
        packet.arrived = Some(time);
        packet.bytes = bytes;
        packet.ts = packet.ts.or(ts);
        packet.frame = packet.frame.or(Some(seq).filter(|_| one_each));
        packet.is_late = order == Order::Late;
        let is_taken = !packet.is_late || is_kept;
        packet.end = if is_taken { End::Open } else { End::Late };
        if is_taken {
            self.frames.take(place);
        }
    }
}
