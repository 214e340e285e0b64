//! The frames, as they were put together and decoded.

use std::time::Duration;

use super::evidence::{ALIKE, NOTED, Ring, Series};
use super::finding::Finding;
use super::look::print_of;
use super::pieces::Pieces;
use super::texts::{self, notes as note_texts};
use crate::jpeg::walk::{Outcome, Walk};

/// What is to be known of a frame: of a fixed size but for the decoder's words, and made where the
/// frame is decoded.
#[derive(Clone, Debug)]
pub struct Frame {
    length: usize,
    packets: u32,
    outcome: Outcome,
    print: u64,
    /// Its last two bytes.
    end: [u8; 2],
    /// How many bytes come after its `FF D9`, and whether they are another picture.
    after: usize,
    is_twin: bool,
    bytes: Bytes,
}

/// How often some bytes are in a frame.
#[derive(Clone, Copy, Debug, Default)]
struct Bytes {
    line_feeds: u32,
    returns: u32,
    returned_line_feeds: u32,
    /// `EF BF BD`, what UTF-8 puts in the place of what it can't read.
    replaced: u32,
}

impl Frame {
    /// A frame that was put together from so many packets, and what a walk and a decoder say of it:
    /// where the decoder has refused it, the outcome is [`Outcome::Bad`] with its words.
    pub fn of(jpeg: &[u8], packets: u32, walk: &Walk) -> Self {
        let end = jpeg.last_chunk().copied().unwrap_or_default();
        let after = jpeg.get(walk.length..).unwrap_or_default();
        // Nobody asks this of a picture that is whole.
        let bytes = if walk.outcome == Outcome::Ok { Bytes::default() } else { Bytes::of(jpeg) };
        Self {
            length: jpeg.len(),
            packets,
            outcome: walk.outcome.clone(),
            print: print_of(jpeg),
            end,
            after: after.len(),
            is_twin: after.starts_with(b"\xFF\xD8"),
            bytes,
        }
    }

    /// Whether a whole picture is shown.
    pub(super) const fn is_shown(&self) -> bool {
        self.outcome.is_whole()
    }

    fn is_end(&self) -> bool {
        self.end == *b"\xFF\xD9"
    }

    /// Whether it is cut off: it has no end, and its last block is missing.
    fn is_cut(&self) -> bool {
        self.outcome == Outcome::Short && !self.is_end()
    }

    /// Whether it is broken in another way.
    fn is_broken(&self) -> bool {
        matches!(self.outcome, Outcome::Bad(_)) || self.outcome == Outcome::Short && self.is_end()
    }

    fn is_long(&self) -> bool {
        matches!(self.outcome, Outcome::Long { .. })
    }
}

impl Bytes {
    fn of(jpeg: &[u8]) -> Self {
        let count = |wanted: fn(&[u8]) -> bool| {
            u32::try_from(jpeg.windows(3).filter(|bytes| wanted(bytes)).count()).unwrap_or(u32::MAX)
        };
        Self {
            line_feeds: count(|bytes| matches!(bytes, [_, b'\n', _])),
            returns: count(|bytes| matches!(bytes, [_, b'\r', _])),
            returned_line_feeds: count(|bytes| matches!(bytes, [b'\r', b'\n', _])),
            replaced: count(|bytes| bytes == b"\xEF\xBF\xBD"),
        }
    }
}

/// What has been seen since PLAY.
#[derive(Clone, Debug, Default)]
pub(super) struct Frames {
    /// Frames in a row that are cut off, each in one packet; and those in pieces.
    cut: Series,
    cut_in_pieces: Series,
    /// Frames in one packet that are cut off after the same number of bytes, whatever is between.
    cut_alike: Series,
    cut_length: usize,
    /// Whether each of the last frames, all of them in one packet, was cut off.
    cut_now_and_then: Ring,
    /// Progressive ones without an end, in a row, of the same length.
    endless_alike: Series,
    /// The longest frame in one packet.
    longest: usize,
    /// Frames in a row that are not as they were, and their bytes.
    unfit: Series,
    unfit_bytes: Bytes,
    /// Those of one packet that can't be decoded.
    broken: Series,
    last: Option<Frame>,
    /// Whether each of the last frames came in pieces and was no picture; or was too long a one.
    garbled: Ring,
    long: Ring,
    /// Frames in a row with bytes after their end, or with a second picture.
    padded: u32,
    twins: u32,
    repeats: Repeats,
}

/// How often the same picture comes.
#[derive(Clone, Copy, Debug, Default)]
struct Repeats {
    /// So often so far.
    now: u32,
    /// So often each of the last different ones.
    each: u32,
    /// How many of them.
    pictures: u32,
}

impl Repeats {
    fn add(&mut self, is_same: bool) {
        if is_same {
            self.now += 1;
            return;
        }
        self.pictures = if self.now == self.each { self.pictures + 1 } else { 1 };
        self.each = self.now;
        self.now = 1;
    }
}

impl Frames {
    pub(super) fn frame(&mut self, frame: &Frame, now: Duration) {
        let is_alone = frame.packets <= 1;
        self.cut.add_or_end(frame.is_cut() && is_alone, now);
        self.cut_in_pieces.add_or_end(frame.is_cut() && !is_alone, now);
        self.note_length(frame, is_alone, now);
        let is_unfit = frame.is_broken() || frame.is_long() || frame.is_cut();
        self.unfit.add_or_end(is_unfit, now);
        self.unfit_bytes =
            if is_unfit { self.unfit_bytes.with(frame.bytes) } else { Bytes::default() };
        self.broken.add_or_end(frame.is_broken() && is_alone, now);
        self.garbled.push(!is_alone && is_unfit && !frame.is_long());
        self.long.push(!is_alone && frame.is_long());
        self.padded = if frame.after > 0 && !frame.is_twin { self.padded + 1 } else { 0 };
        self.twins = if frame.is_twin { self.twins + 1 } else { 0 };
        if frame.is_shown() {
            self.repeats.add(self.last.as_ref().is_some_and(|last| last.print == frame.print));
        }
        self.last = Some(frame.clone());
    }

    fn note_length(&mut self, frame: &Frame, is_alone: bool, now: Duration) {
        if !is_alone {
            self.cut_now_and_then = Ring::default();
            return;
        }
        self.cut_now_and_then.push(frame.is_cut());
        self.longest = self.longest.max(frame.length);
        if frame.is_cut() {
            self.cut_alike.go_on(frame.length == self.cut_length, now);
            self.cut_length = frame.length;
        }
        let is_same = |last: &Frame| last.length == frame.length && last.print != frame.print;
        let is_endless = frame.outcome == Outcome::Unknown && !frame.is_end() && frame.after == 0;
        self.endless_alike.add_or_end(is_endless && self.last.as_ref().is_none_or(is_same), now);
    }

    pub(super) fn is_last_shown(&self) -> bool {
        self.last.as_ref().is_some_and(Frame::is_shown)
    }

    /// What is wrong, the most telling first. `come_in_pieces` says that frames do.
    pub(super) fn findings(&self, pieces: &Pieces, come_in_pieces: bool) -> Vec<Finding> {
        let are_numbered = pieces.are_numbered();
        let rules = [
            self.pieces_missing(are_numbered),
            self.cut(come_in_pieces),
            self.text_mode(),
            self.broken(),
            self.pieces_broken(pieces),
        ];
        rules.into_iter().flatten().collect()
    }

    fn pieces_missing(&self, are_numbered: bool) -> Option<Finding> {
        let last = self.last.as_ref()?;
        // A marker in the wrong place would be seen by now.
        let is_so = are_numbered && self.cut_in_pieces.is_firm(8);
        is_so.then(|| texts::pieces_missing(&last.end))
    }

    fn cut(&self, come_in_pieces: bool) -> Option<Finding> {
        let last = self.last.as_ref().filter(|_| !come_in_pieces)?;
        if self.cut_alike.is_firm(ALIKE) && self.cut_length == self.longest {
            return Some(texts::cut_same(self.cut_length));
        }
        if self.endless_alike.is_firm(ALIKE) {
            return Some(texts::cut_same(last.length));
        }
        self.cut.is_firm(ALIKE).then(|| texts::cut(&last.end))
    }

    fn text_mode(&self) -> Option<Finding> {
        let bytes = self.unfit_bytes;
        if !self.unfit.is_firm(ALIKE) {
            return None;
        }
        if bytes.replaced >= 20 {
            return Some(texts::encoded_inside());
        }
        let has_line_feeds = bytes.line_feeds >= 20;
        let are_all_returned = bytes.line_feeds == bytes.returned_line_feeds;
        match (are_all_returned, bytes.returns) {
            _ if !has_line_feeds => None,
            (true, _) => Some(texts::text_mode(true)),
            (false, 0) => Some(texts::text_mode(false)),
            (false, _) => None,
        }
    }

    fn broken(&self) -> Option<Finding> {
        let last = self.last.as_ref().filter(|_| self.broken.is_firm(ALIKE))?;
        let why = match &last.outcome {
            Outcome::Bad(why) => why,
            Outcome::Ok | Outcome::Long { .. } | Outcome::Short | Outcome::Unknown => {
                "the data ends too early"
            }
        };
        Some(texts::broken(self.broken.count, why))
    }

    /// Where a lost piece would be seen by its number, or by the frames that begin or end with one.
    fn pieces_broken(&self, pieces: &Pieces) -> Option<Finding> {
        let frames = self.garbled.count().min(16);
        let (broken, long) = (self.garbled.yes(16), self.long.yes(16));
        // Too long ones alone are shown.
        let is_so = frames >= 8 && 4 * (broken + long) >= 3 * frames && 4 * broken >= frames;
        let is_no_loss = pieces.are_numbered() || pieces.have_edges();
        (is_so && is_no_loss).then(|| texts::pieces_broken(broken + long, frames))
    }

    /// What is odd, though it plays.
    pub(super) fn notes(&self, are_numbered: bool) -> Option<Finding> {
        let Repeats { now, each, pictures } = self.repeats;
        if now > 20 {
            return Some(note_texts::same_picture(now));
        }
        if each >= 2 && pictures >= ALIKE {
            return Some(note_texts::picture_twice(each));
        }
        if self.twins >= NOTED {
            return Some(note_texts::two_pictures());
        }
        // What comes by UDP comes whole: this is how it was sent.
        let (cut, of) = (self.cut_now_and_then.yes(24), self.cut_now_and_then.count().min(24));
        if of == 24 && (4..of).contains(&cut) {
            return Some(note_texts::some_cut(cut, of));
        }
        let last = self.last.as_ref()?;
        if self.padded >= NOTED {
            return Some(note_texts::padding(last.length));
        }
        let Outcome::Long { bytes } = last.outcome else { return None };
        // Without numbers of their own, two that are swapped look the same.
        let do_overlap = are_numbered && self.long.yes(16) >= ALIKE;
        do_overlap.then(|| note_texts::pieces_overlap(bytes))
    }
}

impl Bytes {
    fn with(self, other: Self) -> Self {
        Self {
            line_feeds: self.line_feeds.saturating_add(other.line_feeds),
            returns: self.returns.saturating_add(other.returns),
            returned_line_feeds: self.returned_line_feeds.saturating_add(other.returned_line_feeds),
            replaced: self.replaced.saturating_add(other.replaced),
        }
    }
}
