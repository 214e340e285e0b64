//! What became of the frames, and so of their packets.

use std::collections::{HashMap, VecDeque};

use super::packet::{End, Packet};
use crate::log::Frame;

/// The frames, while the client's events are read.
#[derive(Debug)]
pub(super) struct Frames {
    /// Whether each packet is a frame, with the same number.
    one_each: bool,
    /// The packets since the last frame was complete or damaged.
    open: Vec<usize>,
    /// The packets of complete frames, by what the client calls the frame.
    complete: HashMap<Frame, VecDeque<Vec<usize>>>,
    /// What became of packets.
    ends: Vec<(Vec<usize>, End)>,
    /// What became of frames of one packet, by its number.
    single: HashMap<u64, End>,
    reasons: Vec<Reason>,
}

/// Why frames that came were not shown, and how many.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    pub(crate) why: String,
    pub(crate) frames: u64,
}

impl Frames {
    pub(super) fn new(one_each: bool) -> Self {
        Self {
            one_each,
            open: Vec::new(),
            complete: HashMap::new(),
            ends: Vec::new(),
            single: HashMap::new(),
            reasons: Vec::new(),
        }
    }

    pub(super) const fn one_each(&self) -> bool {
        self.one_each
    }

    /// A packet came in time.
    pub(super) fn take(&mut self, place: usize) {
        if !self.one_each {
            self.open.push(place);
        }
    }

    pub(super) fn complete(&mut self, frame: Frame, packets: &[Packet]) {
        let own = self.collected(frame, packets);
        // Two frames that are broken at their common edge look like one to a client that has no
        // number for them; the server's numbers tell the parts of the first.
        let which = |place: &usize| packets.get(*place).map(|it| (it.frame, it.ts));
        let last = own.last().and_then(which);
        let is_of_it = |place: &usize| which(place) == last;
        let (own, others): (Vec<_>, Vec<_>) = own.into_iter().partition(is_of_it);
        if !others.is_empty() {
            let end = End::NotShown(self.reason("damaged: a part did not come", 0));
            self.ends.push((others, end));
        }
        self.complete.entry(frame).or_default().push_back(own);
    }

    pub(super) fn damaged(&mut self, frame: Frame, why: &str, packets: &[Packet]) {
        let end = End::NotShown(self.reason(&format!("damaged: {why}"), 1));
        // A frame that was complete may still not be decodable.
        match self.completed(frame) {
            Some(own) => self.ends.push((own, end)),
            None if self.one_each => self.of_one_packet(frame, end),
            None => {
                let own = self.collected(frame, packets);
                let own = self.without_the_next(own, packets);
                self.ends.push((own, end));
            }
        }
    }

    /// A gap shows when the first packet after it is there, which may be of the next frame.
    fn without_the_next(&mut self, own: Vec<usize>, packets: &[Packet]) -> Vec<usize> {
        let number = |place: &usize| packets.get(*place).and_then(|it| it.frame);
        let ends = [own.first(), own.last()].map(|place| place.and_then(number));
        match ends {
            [Some(first), Some(last)] if first != last => {
                let is_before = |place: &usize| number(place) != Some(last);
                let (before, next): (Vec<_>, Vec<_>) = own.into_iter().partition(is_before);
                self.open.extend(next);
                before
            }
            _ => own,
        }
    }

    pub(super) fn shown(&mut self, frame: Frame, time: f64) {
        self.ended(frame, End::Shown(time));
    }

    pub(super) fn left_out(&mut self, frame: Frame, why: &str) {
        let why = match why {
            "PAUSE" | "TEARDOWN" => format!("waiting at {why}"),
            _ => format!("left out: {why}"),
        };
        let end = End::NotShown(self.reason(&why, 1));
        self.ended(frame, end);
    }

    /// A frame of one packet has no event of its own when it is complete.
    fn ended(&mut self, frame: Frame, end: End) {
        match self.completed(frame) {
            Some(own) => self.ends.push((own, end)),
            None => self.of_one_packet(frame, end),
        }
    }

    fn of_one_packet(&mut self, frame: Frame, end: End) {
        if let Some(number) = frame.last.or(frame.number) {
            self.single.entry(number).or_insert(end);
        }
    }

    fn completed(&mut self, frame: Frame) -> Option<Vec<usize>> {
        let own = self.complete.get_mut(&frame)?.pop_front();
        own.filter(|own| !own.is_empty())
    }

    /// The packets since the last frame, up to the last one of this.
    fn collected(&mut self, frame: Frame, packets: &[Packet]) -> Vec<usize> {
        let last = frame.last.unwrap_or(u64::MAX);
        let is_own = |place: &usize| packets.get(*place).is_some_and(|packet| packet.seq <= last);
        let (own, others): (Vec<_>, Vec<_>) = self.open.drain(..).partition(is_own);
        self.open = others;
        own
    }

    /// The number of a reason, which that many more frames have.
    fn reason(&mut self, why: &str, frames: u64) -> usize {
        let place = self.reasons.iter().position(|reason| reason.why == why);
        let place = place.unwrap_or(self.reasons.len());
        match self.reasons.get_mut(place) {
            Some(known) => known.frames += frames,
            None => self.reasons.push(Reason { why: why.to_owned(), frames }),
        }
        place
    }

    /// Writes the ends into the packets; gives the reasons.
    pub(super) fn finish(self, packets: &mut [Packet]) -> Vec<Reason> {
        for (own, end) in &self.ends {
            for place in own {
                if let Some(packet) = packets.get_mut(*place) {
                    packet.end = *end;
                }
            }
        }
        for packet in packets.iter_mut().filter(|packet| packet.end == End::Open) {
            packet.end = self.single.get(&packet.seq).copied().unwrap_or(End::Open);
        }
        self.reasons
    }
}
