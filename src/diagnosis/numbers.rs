//! The sequence numbers.

use std::time::Duration;

use super::evidence::{ALIKE, NOTED, Ring, Series};
use super::finding::Finding;
use super::look::{Header, Look};
use super::texts::{self, notes as note_texts};
use crate::statistics::Order;

/// What the numbers have done since PLAY.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    last: Option<Last>,
    /// Packets in a row with the same number.
    same: Series,
    /// How many of them began a frame.
    same_starts: u32,
    /// How many of those began another one than the start before.
    same_changes: u32,
    /// Whether they had headers of zeros.
    is_empty: bool,
    /// How many different numbers have come.
    different: u32,
    /// Whether each of them has kept all bits of the one before.
    only_gains: bool,
    /// Steps in a row that are the same, from one number to another.
    steps: Series,
    step: i32,
    /// Frames in a row that begin with the same number, while other numbers come between them.
    restarts: Series,
    /// The number that the last frame began with.
    first_of_frame: Option<u16>,
    /// Whether another number has come since.
    has_left: bool,
    /// Numbers in a row that are two digits, and count up as such.
    texts: u32,
    wrap: Wrap,
    anew: Anew,
    packets: u64,
    missing: u64,
    late: Ring,
    again: Ring,
    /// Which of those have other bytes than the packet before, under the same number.
    again_otherwise: Ring,
    starts: Ring,
}

/// Where the numbers begin anew.
#[derive(Clone, Copy, Debug, Default)]
struct Wrap {
    /// 0 has just come after 255.
    has_begun: bool,
    /// And 1 after that.
    is_at_255: bool,
}

/// Numbers that count up, begin again below where they were, and count up as before: whatever comes
/// then looks late, or like a packet that has come already.
#[derive(Clone, Copy, Debug, Default)]
struct Anew {
    /// Frames in a row whose number is one more than the one before.
    counted: u32,
    /// The number before the last beginning, and the first one after it.
    turn: Option<(u16, u16)>,
    /// Frames since the first turn at this place, each with another picture than the one before.
    frames: Series,
}

impl Anew {
    /// A frame in one packet; `changes` says that the picture is another one.
    fn frame(&mut self, before: u16, header: &Header, changes: bool, now: Duration) {
        let number = header.number;
        let is_next = before.checked_add(1) == Some(number);
        let turn = (before, number);
        let turns = number < before && (self.counted >= ALIKE || self.turn == Some(turn));
        if turns && self.turn != Some(turn) {
            self.turn = Some(turn);
            self.frames = Series::default();
        }
        self.counted = if is_next { self.counted + 1 } else { 0 };
        let goes_on = is_next || turns;
        if !goes_on || header.order.goes_on() || !changes {
            (self.turn, self.frames) = (None, Series::default());
        } else if self.turn.is_some() {
            self.frames.add(now);
        }
    }
}

/// Of the packet before.
#[derive(Clone, Copy, Debug)]
struct Last {
    number: u16,
    /// Of its payload.
    payload: u64,
    /// Of the frame that began last.
    print: u64,
    length: usize,
}

impl Numbers {
    pub(super) fn packet(&mut self, look: &Look, header: &Header) {
        let (now, payload) = (look.arrival, &look.payload);
        self.packets += 1;
        self.late.push(header.order == Order::Late);
        self.again.push(header.order == Order::Again);
        self.starts.push(payload.is_start);
        let number = header.number;
        let last = self.last.unwrap_or(Last { number, payload: 0, print: 0, length: 0 });
        let is_first = self.last.is_none();
        let is_other = last.number == number && last.payload != payload.print;
        self.again_otherwise.push(header.order == Order::Again && is_other);
        if is_first || last.number != header.number {
            self.begin_number(header, last.number, is_first, now);
        }
        self.is_empty =
            look.start().get(..12).is_some_and(|head| head.iter().all(|&byte| byte == 0));
        self.same.add(now);
        if !payload.is_start {
            self.anew = Anew::default();
        }
        if payload.is_start {
            self.anew.frame(last.number, header, payload.print != last.print, now);
            self.same_changes += u32::from(self.same_starts > 0 && payload.print != last.print);
            self.same_starts += 1;
            self.begin_frame(header.number, now);
        }
        let (print, length) = if payload.is_start {
            (payload.print, payload.length)
        } else {
            (last.print, last.length)
        };
        self.last = Some(Last { number, payload: payload.print, print, length });
    }

    /// Another number than the one before.
    fn begin_number(&mut self, header: &Header, before: u16, is_first: bool, now: Duration) {
        let number = header.number;
        (self.same, self.same_starts, self.same_changes) = (Series::default(), 0, 0);
        self.only_gains = is_first || self.only_gains && number & before == before;
        self.different += 1;
        self.has_left |= self.first_of_frame != Some(number);
        if is_first {
            return;
        }
        let step = i32::from(i16::from_be_bytes(number.wrapping_sub(before).to_be_bytes()));
        self.steps.go_on(step == self.step, now);
        self.step = step;
        if header.order.goes_on() && (2..3000).contains(&step) {
            self.missing += u64::from(step.unsigned_abs()) - 1;
        }
        let counts_on = matches!((two_digits(before), two_digits(number)), (Some(before), Some(now)) if now == before + 1);
        self.texts = if counts_on { self.texts + 1 } else { 0 };
        self.wrap.is_at_255 |= self.wrap.has_begun && number == 1;
        self.wrap.has_begun = (before, number) == (255, 0);
    }

    fn begin_frame(&mut self, number: u16, now: Duration) {
        let is_same = self.first_of_frame == Some(number);
        match (is_same, self.has_left) {
            // The same packet once more says nothing.
            (true, false) => {}
            (true, true) => self.restarts.add(now),
            (false, _) => {
                self.restarts = Series::default();
                self.restarts.add(now);
            }
        }
        (self.first_of_frame, self.has_left) = (Some(number), false);
    }

    /// What is wrong, the most telling first.
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> {
        let rules: [fn(&Self) -> Option<Finding>; 4] =
            [Self::still, Self::down, Self::restarts, Self::begins_anew];
        rules.into_iter().filter_map(move |rule| rule(self))
    }

    fn still(&self) -> Option<Finding> {
        let last = self.last.filter(|_| self.same.is_firm(ALIKE) && self.same_starts >= ALIKE)?;
        let number = last.number;
        let is_all_ones = number > 2 && number.checked_add(1).is_none_or(u16::is_power_of_two);
        match self.same_changes {
            // After a movie that has played it may be its end.
            0 if self.different == 1 => Some(texts::same_packet(number, last.length)),
            ..4 => None,
            _ if self.is_empty => Some(texts::header_empty()),
            _ if is_all_ones && self.only_gains && self.different >= 3 => {
                Some(texts::number_grows(number))
            }
            _ => Some(texts::number_still(number)),
        }
    }

    fn down(&self) -> Option<Finding> {
        let last = self.last.filter(|_| self.steps.is_firm(ALIKE))?;
        (-100..0)
            .contains(&self.step)
            .then(|| texts::number_down(self.step.unsigned_abs(), last.number))
    }

    fn restarts(&self) -> Option<Finding> {
        self.restarts
            .is_firm(4)
            .then(|| texts::number_restarts(self.first_of_frame.unwrap_or_default()))
    }

    fn begins_anew(&self) -> Option<Finding> {
        let (last, first) = self.anew.turn.filter(|_| self.anew.frames.is_firm(NOTED))?;
        Some(texts::number_anew(last, first))
    }

    /// Most packets look late, and no other rule says why.
    pub(super) fn jumps(&self) -> Option<Finding> {
        let are_starts = self.starts.count() >= 16 && self.starts.yes(16) == 16;
        let is_so = are_starts && self.late.yes(16) >= 11 && self.again.yes(16) <= 2;
        let last = self.last.filter(|_| is_so)?;
        Some(texts::number_jumps(last.number))
    }

    /// Numbers that go up by more than one. Whole frames are shown all the same.
    fn wide_steps(&self) -> Option<Finding> {
        match self.step {
            _ if !self.steps.is_firm(NOTED) => None,
            256 => Some(note_texts::number_swapped()),
            257 => Some(note_texts::number_twice()),
            2..3000 => Some(note_texts::number_step(self.step)),
            _ => None,
        }
    }

    /// The same where nothing is shown: of frames in pieces it looks as if most of them were lost.
    pub(super) fn wide_steps_in_pieces(&self) -> Option<Finding> {
        self.wide_steps().map(texts::in_pieces)
    }

    /// Packets that come once more, or others under the same number.
    fn repeats(&self) -> Option<Finding> {
        let (count, again) = (self.again.count(), self.again.yes(64));
        if count < 40 || 100 * again < 45 * count {
            return None;
        }
        let last = self.last?;
        if 2 * self.again_otherwise.yes(64) > again {
            return Some(note_texts::number_shared(last.number));
        }
        let is_one = self.same.is_firm(NOTED);
        Some(if is_one {
            note_texts::packet_again(last.number)
        } else {
            note_texts::packet_repeats()
        })
    }

    /// Nothing has come for long after a number that is the highest of one byte.
    pub(super) fn silence(&self) -> Option<Finding> {
        let is_so = self.different >= 20 && self.step == 1;
        self.last.filter(|last| is_so && last.number == 255).map(|_| note_texts::stopped_255())
    }

    /// What is odd, though it plays.
    pub(super) fn notes(&self, look: &Look) -> Option<Finding> {
        if self.texts + 1 >= 12 {
            return Some(note_texts::number_text(look.start().get(2..4).unwrap_or_default()));
        }
        if let Some(note) = self.wide_steps() {
            return Some(note);
        }
        if self.wrap.is_at_255 {
            return Some(note_texts::number_255());
        }
        if let Some(note) = self.repeats().filter(|_| look.payload.length > 0) {
            return Some(note);
        }
        if self.late.count() >= 32 && self.late.yes(32) >= 16 {
            return Some(note_texts::number_disorder());
        }
        // Where nine of ten packets are lost nobody watches.
        let has_gaps = self.different >= 20 && self.missing >= 9 * self.packets;
        has_gaps.then(|| note_texts::number_gaps(self.missing, self.packets))
    }
}

/// The number that two digits of text would be.
fn two_digits(number: u16) -> Option<u16> {
    let [tens, ones] = number.to_be_bytes();
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    Some(10 * digit(tens)? + digit(ones)?)
}
