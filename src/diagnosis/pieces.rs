//! Frames in pieces: their headers, their order, the marker on the last.

use std::time::Duration;

use super::class::Class;
use super::evidence::{ALIKE, Ring, Series};
use super::finding::Finding;
use super::look::{Header, Look};
use super::texts;
use crate::statistics::Order;

/// What has been seen since PLAY, or since ten frames were shown in a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Pieces {
    starts: Series,
    /// Starts that do not end, too.
    open_starts: u32,
    marked_open_starts: u32,
    /// Packets that begin none.
    others: u32,
    marked_others: u32,
    /// Marked pieces that do not end as a JPEG does.
    marked_middles: u32,
    /// Last pieces without the marker: the next frame has begun right after them.
    unmarked_ends: Series,
    /// Ends after which a piece came that is neither start nor end.
    ends_then_middles: Series,
    /// Frames in two pieces that share a number.
    sharing: Pairs,
    /// Frames in two pieces with a number each.
    numbered: Pairs,
    /// Pieces whose number is one below that of the piece before.
    back: Series,
    /// Marked packets, and packets that end as a JPEG does.
    ends: u32,
    /// Starts with a gap before them.
    gaps: u32,
    before: Option<Last>,
    /// Starts after which a piece came that is no end.
    starts_then_middles: u32,
    /// Pieces that begin otherwise than a header.
    foreign: Series,
    /// The last of them.
    foreign_start: [u8; 2],
    /// What the packet of a start begins with.
    start_head: Option<[u8; 2]>,
    /// Whether pieces have the number of their frame.
    shares_numbers: bool,
    /// Frames in a row that share their number with all their pieces, begin and end as they should, and
    /// follow each other without a gap.
    edges: u32,
    /// The payloads of the packets before, and whether each of the last packets has one of them again.
    prints: [u64; 8],
    copies: Ring,
    /// Pieces of the present frame, and the most of one.
    in_frame: u32,
    most_in_frame: u32,
    /// Whether the first packet of all was the end of a frame.
    begins_with_end: Option<bool>,
    last: Option<Last>,
}

/// The start and the end of a frame, one right after the other.
#[derive(Clone, Copy, Debug, Default)]
struct Pairs {
    in_order: u32,
    /// The end came first.
    swapped: Series,
}

impl Pairs {
    /// Whether they come swapped as a rule. On a network that lets packets overtake each other some do.
    fn are_swapped(&self) -> bool {
        self.swapped.is_firm(ALIKE) && 4 * self.in_order < self.swapped.count
    }
}

/// Of the packet before.
#[derive(Clone, Copy, Debug)]
struct Last {
    number: u16,
    print: u64,
    is_start: bool,
    is_end: bool,
    marker: bool,
}

impl Last {
    const fn of(look: &Look, header: &Header) -> Self {
        Self {
            number: header.number,
            print: look.payload.print,
            is_start: look.payload.is_start,
            is_end: look.payload.is_end,
            marker: header.marker,
        }
    }

    /// Whether it is the first of more pieces than one.
    const fn begins(&self) -> bool {
        self.is_start && !self.is_end
    }

    /// Whether it is the last of more pieces than one.
    const fn ends(&self) -> bool {
        self.is_end && !self.is_start
    }
}

impl Pieces {
    pub(super) fn packet(&mut self, look: &Look) {
        self.begins_with_end.get_or_insert(look.is_piece() && look.payload.is_end);
        let head = look.start().first_chunk::<2>().map(|&[flags, kind]| [flags, kind & 0x7F]);
        if look.payload.is_start {
            self.start_head = head;
        } else if let Some(head) = head.filter(|_| self.start_head.is_some() && look.size > 0) {
            let is_foreign = self.start_head != Some(head) && look.class != Class::Short;
            self.foreign_start = look.start().first_chunk().copied().unwrap_or_default();
            if is_foreign {
                self.foreign.add(look.arrival);
            }
        }
        if let Some(header) = look.header.filter(|_| look.payload.length > 0) {
            self.note_copy(look.payload.print);
            self.as_they_come(look, &header);
            // After a marked piece nobody expects another one under the same number.
            let is_next =
                |last: Last| last.number == header.number && last.print != look.payload.print;
            let order = match header.order {
                Order::Again if self.last.is_some_and(is_next) => Order::Same,
                Order::Next | Order::Gap | Order::Same | Order::Late | Order::Again => header.order,
            };
            if order.goes_on() {
                self.in_order(look, &Header { order, ..header });
            }
        }
    }

    fn note_copy(&mut self, print: u64) {
        self.copies.push(self.prints.contains(&print));
        self.prints.rotate_right(1);
        if let Some(newest) = self.prints.first_mut() {
            *newest = print;
        }
    }

    /// Whatever their order.
    fn as_they_come(&mut self, look: &Look, header: &Header) {
        let (now, payload) = (look.arrival, &look.payload);
        self.ends += u32::from(payload.is_end || header.marker);
        self.gaps += u32::from(payload.is_start && header.order == Order::Gap);
        let last = Last::of(look, header);
        if let Some(before) = self.before {
            if !before.is_start && last.number.checked_add(1) == Some(before.number) {
                self.back.add(now);
            }
            self.as_a_pair(before, last, now);
        }
        self.before = Some(last);
    }

    fn as_a_pair(&mut self, before: Last, last: Last, now: Duration) {
        if before.begins() && last.ends() {
            self.sharing.in_order += u32::from(last.number == before.number);
            self.numbered.in_order += u32::from(before.number.checked_add(1) == Some(last.number));
        } else if before.ends() && last.begins() {
            if last.number == before.number {
                self.sharing.swapped.add(now);
            } else if last.number.checked_add(1) == Some(before.number) {
                self.numbered.swapped.add(now);
            }
        }
    }

    fn in_order(&mut self, look: &Look, header: &Header) {
        let (now, payload, marker) = (look.arrival, &look.payload, header.marker);
        let follows = header.order != Order::Gap;
        let last = self.last.filter(|_| follows);
        self.look_at_edges(header.order, payload.is_start);
        if payload.is_start {
            self.starts.add(now);
            self.open_starts += u32::from(!payload.is_end);
            self.marked_open_starts += u32::from(marker && !payload.is_end);
            // Where pieces share a number nobody sees that the last one is lost; but the bytes tell.
            let was_last = |last: Last| last.is_end || !self.shares_numbers && self.others >= ALIKE;
            if last.is_some_and(|last| !last.is_start && !last.marker && was_last(last)) {
                self.unmarked_ends.add(now);
            }
        } else {
            self.others += 1;
            self.marked_others += u32::from(marker);
            self.marked_middles += u32::from(marker && !payload.is_end);
            self.shares_numbers |= header.order == Order::Same;
            if last.is_some_and(|last| !last.is_start && last.is_end) && !payload.is_end {
                self.ends_then_middles.add(now);
            }
            let after_start = last.is_some_and(|last| last.is_start && !last.is_end);
            self.starts_then_middles += u32::from(after_start && !payload.is_end);
        }
        self.last = Some(Last::of(look, header));
    }

    fn look_at_edges(&mut self, order: Order, is_start: bool) {
        if order == Order::Same {
            self.in_frame += 1;
            return;
        }
        let is_ended = self.last.is_none_or(|last| last.is_end || last.marker);
        let is_next = order == Order::Next && is_start && is_ended;
        self.edges = if is_next { self.edges + 1 } else { 0 };
        self.most_in_frame = self.most_in_frame.max(self.in_frame);
        self.in_frame = 1;
    }

    /// Whether so many frames have lost neither their first piece nor their last that none in the middle
    /// can be lost, or come twice, so often that most frames are broken.
    pub(super) const fn have_edges(&self) -> bool {
        let have_copies = 10 * self.copies.yes(64) >= self.copies.count();
        self.shares_numbers
            && !have_copies
            && self.edges >= 16
            && self.edges >= 4 * self.most_in_frame
    }

    /// Whether the pieces are numbered one by one, so that a lost one is seen.
    pub(super) const fn are_numbered(&self) -> bool {
        self.others >= ALIKE && !self.shares_numbers
    }

    /// What is wrong, the most telling first.
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> {
        let rules: [fn(&Self) -> Option<Finding>; 4] =
            [Self::no_header, Self::reversed, Self::unmarked, Self::all_marked];
        rules.into_iter().filter_map(move |rule| rule(self))
    }

    fn no_header(&self) -> Option<Finding> {
        let others = self.others.saturating_sub(self.foreign.count);
        let is_so = self.foreign.is_firm(ALIKE) && self.foreign.count >= 3 * others;
        is_so.then(|| texts::piece_no_header(&self.foreign_start))
    }

    fn reversed(&self) -> Option<Finding> {
        let is_so = self.ends_then_middles.is_firm(3)
            && self.starts.is_firm(3)
            && 4 * self.starts_then_middles < self.ends_then_middles.count;
        // Of two pieces in reverse order the first packet tells, and the marker on the second.
        let are_two = self.begins_with_end == Some(true)
            && self.starts.is_firm(3)
            && self.marked_open_starts >= 3
            && self.marked_others == 0
            && self.starts_then_middles == 0;
        (is_so || are_two).then(texts::pieces_reversed)
    }

    /// The pieces come in reverse order, and too many of them to be put in order again.
    pub(super) fn backwards(&self) -> Option<Finding> {
        let pieces = self.others.max(self.back.count);
        let are_back = self.back.is_firm(2 * ALIKE) && 4 * self.back.count >= 3 * pieces;
        let are_two = (self.sharing.are_swapped() || self.numbered.are_swapped())
            && self.starts_then_middles == 0;
        (are_back || are_two).then(texts::pieces_reversed)
    }

    /// Frames begin, and none of them ends.
    pub(super) fn endless(&self) -> Option<Finding> {
        let come_in_pieces = self.others >= ALIKE || self.gaps >= ALIKE;
        let is_so = self.ends == 0 && self.starts.is_firm(8) && come_in_pieces;
        is_so.then(texts::no_ends)
    }

    fn unmarked(&self) -> Option<Finding> {
        let is_so = self.starts.is_firm(3) && self.unmarked_ends.is_firm(3);
        match (self.marked_open_starts, self.marked_others, self.marked_middles) {
            _ if !is_so => None,
            (0, 0, _) => Some(texts::marker_none()),
            (3.., 0, _) => Some(texts::marker_first()),
            (_, _, 3..) => Some(texts::marker_wrong()),
            _ => None,
        }
    }

    fn all_marked(&self) -> Option<Finding> {
        let (starts, pieces) = (self.marked_open_starts, self.marked_others);
        let are_all = starts == self.open_starts && pieces == self.others;
        (are_all && starts >= 3 && pieces >= 3 && self.starts.is_firm(3)).then(texts::marker_all)
    }
}
