//! Where the JPEG is in the packets.
//!
//! A piece of a frame may look like anything, so most rules want that no packet at all has begun as
//! a JPEG does since a frame was shown.

use std::time::Duration;

use super::class::{Class, is_header};
use super::evidence::{ALIKE, HOLD, NOTED, Series};
use super::finding::Finding;
use super::look::Look;
use super::texts::notes as note_texts;
use super::{disguise, texts};
use crate::rtp_packet::HEADER_SIZE;

/// What has been seen since a frame was shown last, or since PLAY.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    packets: Series,
    /// How many began as a JPEG does.
    starts: u32,
    /// How many ended a frame, by their marker or by their bytes.
    ends: u32,
    /// Packets of one kind without one of another between them.
    run: Series,
    last: Option<Look>,
    /// Packets of each kind, and the last of them.
    kinds: [Option<Kind>; KINDS],
    /// Since PLAY: packets with digits before the JPEG.
    digits: Series,
    /// Since PLAY: datagrams that are digits and nothing else.
    lengths_alone: Series,
    /// JPEGs in a row without digits before them.
    without_digits: u32,
    /// Since PLAY: the very first packet.
    first: Option<Look>,
    /// Since PLAY: whether a frame was shown.
    has_shown: bool,
    /// Packets in a row with the JPEG later than in the one before, by the same number of bytes.
    grown: Series,
    growth: usize,
    /// Where it was last.
    grown_to: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Kind {
    seen: Series,
    look: Look,
    /// How many have had the JPEG at the same place as the one before of their kind.
    same_place: u32,
}

impl Layout {
    pub(super) fn packet(&mut self, look: &Look) {
        let now = look.arrival;
        self.packets.add(now);
        if look.class == Class::Jpeg {
            self.starts += 1;
            self.without_digits += 1;
        } else if look.class == Class::Digits {
            self.without_digits = 0;
        } else if look.class == Class::Short && disguise::is_number(look.start()) {
            self.lengths_alone.add(now);
        }
        let is_marked = look.header.is_some_and(|header| header.marker);
        self.ends += u32::from(is_marked || look.payload.is_end);
        if let Some(at) = look.jpeg_at {
            let growth = self.grown_to.and_then(|before| at.checked_sub(before));
            self.grown.go_on(growth == Some(self.growth) && self.growth > 0, now);
            (self.growth, self.grown_to) = (growth.unwrap_or_default(), Some(at));
        }
        let is_alike = |last: &Look| (last.class, last.jpeg_at) == (look.class, look.jpeg_at);
        self.run.go_on(self.last.as_ref().is_some_and(is_alike), now);
        if let Some(kind) = self.kinds.get_mut(look.class as usize) {
            let kind =
                kind.get_or_insert(Kind { seen: Series::default(), look: *look, same_place: 0 });
            kind.seen.add(now);
            let is_same = kind.look.jpeg_at == look.jpeg_at;
            if look.class == Class::Digits {
                self.digits.go_on(is_same || is_length(look), now);
            }
            kind.same_place = if is_same { kind.same_place + 1 } else { 1 };
            kind.look = *look;
        }
        self.first.get_or_insert(*look);
        self.last = Some(*look);
    }

    /// A frame was shown: what did not begin as a JPEG may have been a piece of it.
    pub(super) fn frame_shown(&mut self) {
        let Self { digits, without_digits, lengths_alone, first, .. } = *self;
        let has_shown = true;
        *self = Self { digits, lengths_alone, without_digits, first, has_shown, ..Self::default() };
    }

    /// What is wrong, the most telling first.
    pub(super) fn findings(&self, is_silent: bool) -> impl Iterator<Item = Finding> {
        let rules: [fn(&Self, bool) -> Option<Finding>; 7] = [
            Self::grows,
            Self::digits,
            Self::two_datagrams,
            Self::header,
            Self::elsewhere,
            Self::disguised,
            Self::not_jpeg,
        ];
        rules.into_iter().filter_map(move |rule| rule(self, is_silent))
    }

    /// What is odd, though it plays.
    pub(super) fn notes(&self) -> Option<Finding> {
        if self.lengths_alone.is_firm(NOTED) {
            return Some(note_texts::lengths_alone());
        }
        let is_empty = self.last.is_some_and(|last| last.class == Class::Empty);
        (self.has_shown && is_empty && self.run.is_firm(NOTED)).then(note_texts::end_empty)
    }

    /// The JPEG comes later and later.
    fn grows(&self, _: bool) -> Option<Finding> {
        let at = self.grown_to.filter(|_| self.grown.is_firm(ALIKE))?;
        Some(texts::header_grows(self.growth, at))
    }

    fn kind(&self, class: Class) -> Option<&Kind> {
        self.kinds.get(class as usize)?.as_ref()
    }

    /// A kind that no healthy stream has, seen often enough.
    fn enough(&self, class: Class, is_silent: bool) -> Option<&Look> {
        self.kind(class).filter(|kind| kind.seen.is_enough(is_silent)).map(|kind| &kind.look)
    }

    fn digits(&self, is_silent: bool) -> Option<Finding> {
        let look = &self.kind(Class::Digits)?.look;
        // Of a whole file only the first packet has them.
        let is_alone = self.digits.count == 1 && self.packets.count > 1;
        let is_over = self.without_digits >= OVER;
        (self.digits.is_enough(is_silent) && !is_alone && !is_over)
            .then(|| texts::digits(&before_jpeg(look)))
    }

    fn two_datagrams(&self, _: bool) -> Option<Finding> {
        let seen = |class| self.kind(class).map_or(0, |kind: &Kind| kind.seen.count);
        let is_so = seen(Class::Empty) >= 3 && seen(Class::NoHeader) >= 3;
        (is_so && self.packets.time() >= HOLD).then(texts::two_datagrams)
    }

    fn header(&self, is_silent: bool) -> Option<Finding> {
        if let Some(look) = self.enough(Class::NoHeader, is_silent) {
            let is_last = is_header(look.end());
            return Some(if is_last {
                texts::header_after(look.end())
            } else {
                texts::no_header()
            });
        }
        if let Some(look) = self.enough(Class::TextHeader, is_silent) {
            let before = look.start().get(..look.jpeg_at?).unwrap_or(look.start());
            let number = std::str::from_utf8(before).ok().and_then(|text| text.trim().parse().ok());
            let is_length = number.is_some_and(|number: usize| number + before.len() == look.size);
            let text = if is_length { texts::no_header_but_length } else { texts::header_text };
            return Some(text(before));
        }
        if let Some(look) = self.enough(Class::Flags, is_silent) {
            return Some(flags(look));
        }
        // A header that grows has two of them once.
        let look = self.enough(Class::TwoHeaders, is_silent).filter(|_| self.growth == 0)?;
        Some(texts::header_twice(look.after_header().get(..4).unwrap_or_default()))
    }

    /// The JPEG is found, in another place than where it belongs.
    fn elsewhere(&self, is_silent: bool) -> Option<Finding> {
        let kind = self.kind(Class::Elsewhere).filter(|_| self.starts == 0)?;
        let is_last = self.last.is_some_and(|last| last.class == Class::Elsewhere);
        if is_last && self.run.is_enough(is_silent) {
            return jpeg_at(&kind.look);
        }
        let of_digits = self.kind(Class::Digits).map_or(0, |kind| kind.seen.count);
        let others = self.packets.count - kind.seen.count - of_digits;
        let is_with_pieces = kind.same_place >= 3 && kind.seen.time() >= HOLD && others >= 3;
        let at = kind.look.jpeg_at.filter(|_| is_with_pieces)?;
        match at.checked_sub(HEADER_SIZE) {
            Some(count) => Some(texts::piece_header(count, kind.look.after_header())),
            None => jpeg_at(&kind.look),
        }
    }

    /// Packet after packet looks like something else that is known.
    fn disguised(&self, is_silent: bool) -> Option<Finding> {
        let look = self.last.as_ref().filter(|_| self.starts == 0)?;
        self.run.is_enough(is_silent).then(|| self.disguise(look))?
    }

    /// What it is. After the pictures empty packets are the movie's end, most likely.
    fn disguise(&self, look: &Look) -> Option<Finding> {
        let is_end = self.has_shown && look.class == Class::Empty;
        if is_end { None } else { disguise(look) }
    }

    /// No packet begins as a JPEG does, and it can't be the middle of a frame any more.
    fn not_jpeg(&self, is_silent: bool) -> Option<Finding> {
        let (needed, time) = if is_silent { (2, LONG_IN_SILENCE) } else { (5, LONG) };
        let is_long = self.packets.count >= needed && self.packets.time() >= time;
        // After the end of a frame the next one begins, unless that packet is lost: of so many, not all.
        let is_between_ends = self.ends == 0 || self.ends >= 6;
        let (first, last) = (self.first.as_ref()?, self.last.as_ref()?);
        // Of a file that nobody has cut into frames a part may begin with one.
        let has_starts = 8 * self.starts > self.packets.count;
        if first.class == Class::Digits && is_long && !has_starts {
            return Some(texts::file_raw(&before_jpeg(first)));
        }
        if self.starts > 0 || !is_long || !is_between_ends {
            return None;
        }
        let often = self.kinds.iter().flatten().filter(|kind| kind.seen.count >= 3);
        let known =
            often.map(|kind| &kind.look).chain([first]).find_map(|look| self.disguise(look));
        let start = last.after_header().get(..2).unwrap_or_default();
        known.or_else(|| (last.payload.length > 0).then(|| texts::not_jpeg(start)))
    }
}

/// What stands between the header and the JPEG, as far as it is kept.
fn before_jpeg(look: &Look) -> Vec<u8> {
    let end = look.jpeg_at.unwrap_or(HEADER_SIZE);
    let start = look.start();
    start.get(HEADER_SIZE..end).unwrap_or(look.after_header()).to_vec()
}

/// Whether the digits before the JPEG are its length.
fn is_length(look: &Look) -> bool {
    let digits = before_jpeg(look);
    let number = std::str::from_utf8(&digits).ok().and_then(|text| text.trim().parse().ok());
    number.is_some_and(|number: usize| number + look.jpeg_at.unwrap_or_default() == look.size)
}

fn jpeg_at(look: &Look) -> Option<Finding> {
    let at = look.jpeg_at?;
    let Some(extra) = at.checked_sub(HEADER_SIZE) else { return Some(texts::header_short(at)) };
    if extra > 0 && look.start().get(extra..at).is_some_and(is_header) {
        return Some(texts::header_at(look.start().get(..extra)?));
    }
    let before = before_jpeg(look);
    let length = look.size - at;
    let is_length = |number: u64| number == length as u64 && before.len() >= 2;
    let big =
        before.iter().try_fold(0_u64, |sum, &byte| Some(sum.checked_mul(256)? + u64::from(byte)));
    let little = before
        .iter()
        .rev()
        .try_fold(0_u64, |sum, &byte| Some(sum.checked_mul(256)? + u64::from(byte)));
    let is_the_length =
        before.len() == extra && (big.is_some_and(is_length) || little.is_some_and(is_length));
    Some(texts::header_long(extra, &before, is_the_length.then_some(length)))
}

/// The first byte announces what is not there.
fn flags(look: &Look) -> Finding {
    let start = look.start();
    let is_backwards =
        [0, 2, 10].iter().any(|&place| matches!(start.get(place..), Some([0x1A | 0x9A, 0x80, ..])));
    match start {
        _ if is_backwards => texts::header_backwards(start),
        [0x01, 0x58 | 0x59, ..] => texts::header_bits(start),
        _ => texts::first_byte(start.first().copied().unwrap_or_default()),
    }
}

/// The words for a kind that is known by its first bytes.
fn disguise(look: &Look) -> Option<Finding> {
    let raw = look.after_header();
    match look.class {
        Class::Magic => match disguise::whole_packed_by(look.start()) {
            Some(name) => Some(texts::magic_packet(look.start(), name)),
            None => disguise::magic(raw).map(|name| texts::magic(raw, name)),
        },
        Class::Text => {
            let is_whole = disguise::is_text(look.start());
            let text = if is_whole { look.start() } else { raw };
            Some(texts::text(text, disguise::text_like(text), is_whole))
        }
        Class::Encoded => {
            if let Some(how) = disguise::whole_encoded(look.start()) {
                return Some(texts::encoded_packet(look.start(), how));
            }
            // Of one that has lost all high bytes the start alone is kept.
            Some(texts::encoded(raw, disguise::encoded(raw)?))
        }
        Class::Swapped => disguise::swapped(raw).map(|size| texts::swapped(raw, size)),
        Class::Changed => disguise::changed(raw).map(|change| texts::changed(raw, change)),
        Class::Eaten => disguise::eaten(raw).map(|count| texts::eaten(raw, count)),
        Class::Backwards => Some(texts::backwards(raw)),
        Class::RtpJpeg => Some(texts::rtpjpeg()),
        Class::Empty => Some(texts::no_payload(look.size)),
        Class::Short => Some(texts::short(look.size, look.start())),
        Class::Jpeg
        | Class::Flags
        | Class::NoHeader
        | Class::TextHeader
        | Class::Digits
        | Class::TwoHeaders
        | Class::Elsewhere
        | Class::Other => None,
    }
}

/// After so many JPEGs without digits they are no mistake of the present.
const OVER: u32 = 16;
const KINDS: usize = Class::Other as usize + 1;
/// So long no frame is in pieces.
const LONG: Duration = Duration::from_millis(1200);
/// The same if nothing more comes.
const LONG_IN_SILENCE: Duration = Duration::from_millis(200);
