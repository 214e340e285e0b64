//! Frames in pieces: their headers, their order, the marker on the last.

use super::evidence::{ALIKE, Series};
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
    /// Whether the first packet of all was the end of a frame.
    begins_with_end: Option<bool>,
    last: Option<Last>,
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

impl Pieces {
    pub(super) fn packet(&mut self, look: &Look) {
        self.begins_with_end.get_or_insert(look.is_piece() && look.payload.is_end);
        let head = look.start().first_chunk::<2>().map(|&[flags, kind]| [flags, kind & 0x7F]);
        if look.payload.is_start {
            self.start_head = head;
        } else if let Some(head) = head.filter(|_| self.start_head.is_some() && look.size > 0) {
            let is_foreign = self.start_head != Some(head);
            self.foreign_start = look.start().first_chunk().copied().unwrap_or_default();
            if is_foreign {
                self.foreign.add(look.arrival);
            }
        }
        if let Some(header) = look.header.filter(|_| look.payload.length > 0) {
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

    fn in_order(&mut self, look: &Look, header: &Header) {
        let (now, payload, marker) = (look.arrival, &look.payload, header.marker);
        let follows = header.order != Order::Gap;
        let last = self.last.filter(|_| follows);
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
        self.last = Some(Last {
            number: header.number,
            print: payload.print,
            is_start: payload.is_start,
            is_end: payload.is_end,
            marker,
        });
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
