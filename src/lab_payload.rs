//! The lab's RTP payload: a frame's whole JPEG, or pieces of it, put together again.
//!
//! The report sends each frame in one packet, without the marker bit. The newer assignment's "HD"
//! mode cuts large frames into pieces and marks the last. A payload from `FF D8` to `FF D9` is a
//! frame; one that only begins with `FF D8` starts a frame to which later packets append until one
//! is marked. A gap, or a new start, drops the unfinished frame; but where pieces are numbered one by
//! one, a late one is waited for, as long as [`reorder`](crate::reorder) does.
//!
//! ```
//! use rtsp_lab::lab_payload::Assembler;
//! use rtsp_lab::rtp_packet::RtpPacket;
//! use rtsp_lab::statistics::{Order, Reception};
//! use std::time::Duration;
//!
//! let (mut assembler, mut reception) = (Assembler::default(), Reception::default());
//! let first = RtpPacket::jpeg(1, 0, 0, b"\xFF\xD8 first,");
//! let second = RtpPacket::jpeg(2, 0, 0, b" second,");
//! let last = RtpPacket { marker: true, ..RtpPacket::jpeg(3, 0, 0, b" last \xFF\xD9") };
//! let now = Duration::ZERO;
//! for (packet, order) in [(first, Order::Next), (last, Order::Gap), (second, Order::Late)] {
//!     assert_eq!(assembler.next_frame(), None);
//!     assert_eq!(reception.record(&packet, assembler.continues(&packet), now), order);
//!     assembler.receive(&packet, order, now);
//! }
//! assert_eq!(assembler.next_frame().unwrap(), b"\xFF\xD8 first, second, last \xFF\xD9");
//! ```

use std::collections::VecDeque;
use std::time::Duration;

use crate::jpeg::walk::{Outcome, walk};
use crate::reorder::{MOST, Reorder};
use crate::rtp_packet::RtpPacket;
use crate::statistics::Order;

/// Puts frames together from packets.
#[derive(Clone, Debug, Default)]
pub struct Assembler {
    /// Each with how many packets it came in, and the number of the last of them.
    frames: VecDeque<(Vec<u8>, u32, u16)>,
    /// The numbers of the last packets of frames that were dropped, as many as there is room for.
    broken: VecDeque<u16>,
    open: Open,
    /// Whether the server leaves the last two bytes of whole frames away.
    ends_are_missing: bool,
    /// Whether a piece has come after the start of a frame.
    has_pieces: bool,
    /// Whether pieces have had the number of the one before.
    shares_numbers: bool,
    /// The number after that of the last packet.
    next_number: Option<u16>,
    /// What waits for a late piece.
    early: Reorder<Early>,
    damaged: u64,
}

/// A packet that waits.
#[derive(Clone, Debug)]
struct Early {
    marker: bool,
    sequence_number: u16,
    payload: Vec<u8>,
}

/// The frame that is being put together.
#[derive(Clone, Debug, Default)]
enum Open {
    /// None: the last one is complete.
    #[default]
    Nothing,
    /// Its first packets have come.
    Started { frame: Vec<u8>, packets: u32, sequence_number: u16 },
    /// A part of it is lost, and it has been counted; what came last.
    Broken { piece: Vec<u8>, sequence_number: u16, packets: u64 },
}

impl Assembler {
    /// Takes in a packet as it comes at `now`, a late one and a repeated one, too. After a piece that
    /// is missing the next ones wait for it.
    pub fn receive(&mut self, packet: &RtpPacket<'_>, order: Order, now: Duration) {
        if order == Order::Same {
            // Of pieces with one number none can be told to be early.
            self.shares_numbers = true;
            self.early.flush();
            self.go_on(now);
        }
        let waits = !self.early.is_empty() || order == Order::Gap && self.may_be_early(packet);
        match (waits, order) {
            (_, Order::Again) | (false, Order::Late) => {}
            (false, Order::Next | Order::Gap | Order::Same) => self.push(packet, order),
            (true, _) => self.hold(packet, now),
        }
    }

    /// When [`Self::go_on`] is due, if nothing comes before.
    pub fn deadline(&self) -> Option<Duration> {
        self.early.deadline()
    }

    /// Whether pieces wait for one that is late.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.early.is_empty()
    }

    /// Gives up what has been waited for long enough.
    pub fn go_on(&mut self, now: Duration) {
        while let Some(Early { marker, sequence_number, payload }) = self.early.pop(now) {
            let packet = RtpPacket { marker, ..RtpPacket::jpeg(sequence_number, 0, 0, &payload) };
            match sequence_number.wrapping_sub(self.next_number.unwrap_or(sequence_number)) {
                0 => self.push(&packet, Order::Next),
                1..=0x7FFF => self.push(&packet, Order::Gap),
                u16::MAX if self.continues(&packet) => self.push(&packet, Order::Same),
                // It has been given up already.
                _ => {}
            }
        }
    }

    /// Whether the packets before it may still come, and are wanted: pieces of a frame.
    fn may_be_early(&self, packet: &RtpPacket<'_>) -> bool {
        let ahead = packet.sequence_number.wrapping_sub(self.next_number.unwrap_or_default());
        let is_near = usize::from(ahead) < MOST;
        let is_piece = !packet.payload.starts_with(SOI) && !packet.payload.is_empty();
        let is_inside = matches!(self.open, Open::Started { .. }) || is_piece;
        is_near && is_inside && !self.shares_numbers
    }

    fn hold(&mut self, packet: &RtpPacket<'_>, now: Duration) {
        if self.early.is_empty() {
            self.early = Reorder::expecting(self.next_number.unwrap_or(packet.sequence_number));
        }
        let RtpPacket { marker, sequence_number, payload, .. } = *packet;
        let early = Early { marker, sequence_number, payload: payload.to_vec() };
        self.early.push(sequence_number, early, now);
        self.go_on(now);
    }

    /// Takes in a packet that is in order; complete frames wait in [`Self::next_frame`].
    pub fn push(&mut self, packet: &RtpPacket<'_>, order: Order) {
        self.next_number = Some(packet.sequence_number.wrapping_add(1));
        if packet.payload.is_empty() {
            // It brings nothing, but what is missing before it is missing.
            if order == Order::Gap && matches!(self.open, Open::Started { .. }) {
                self.give_up(packet);
            }
            return;
        }
        match (packet.payload.starts_with(SOI), order) {
            (true, _) => self.start(packet, order),
            (false, Order::Next | Order::Same) => self.append(packet),
            (false, Order::Gap) => {
                if matches!(self.open, Open::Started { .. }) {
                    self.has_pieces = true;
                    self.give_up(packet);
                }
                self.append(packet);
            }
            (false, Order::Late | Order::Again) => {}
        }
    }

    /// The next complete frame.
    pub fn next_frame(&mut self) -> Option<Vec<u8>> {
        self.next_counted().map(|(frame, _)| frame)
    }

    /// The next complete frame, and how many packets it came in.
    pub fn next_counted(&mut self) -> Option<(Vec<u8>, u32)> {
        self.next_numbered().map(|(frame, packets, _)| (frame, packets))
    }

    /// The same with the number of its last packet.
    pub(crate) fn next_numbered(&mut self) -> Option<(Vec<u8>, u32, u16)> {
        self.frames.pop_front()
    }

    /// Notes from now on where frames that were dropped have ended.
    pub(crate) fn note_broken(&mut self) {
        self.broken.reserve(MOST_BROKEN);
    }

    /// The numbers of the last packets of the frames that were dropped since this was last asked, as far
    /// as they have ended.
    pub(crate) fn take_broken(&mut self) -> impl Iterator<Item = u16> + '_ {
        self.broken.drain(..)
    }

    /// A frame that was dropped has ended with the packet of that number.
    fn end_broken(&mut self, last: u16) {
        if self.broken.len() < self.broken.capacity() {
            self.broken.push_back(last);
        }
    }

    /// How many frames were dropped because a part of them did not come, and payloads that are none.
    pub const fn damaged(&self) -> u64 {
        match &self.open {
            Open::Broken { packets, .. } if !self.has_pieces => self.damaged + *packets - 1,
            Open::Nothing | Open::Started { .. } | Open::Broken { .. } => self.damaged,
        }
    }

    /// Whether a packet with the number of the last one carries the next piece of the same frame:
    /// some servers number frames, not packets. A repeated packet carries what is there already.
    pub fn continues(&self, packet: &RtpPacket<'_>) -> bool {
        let waiting = self.early.last().map(|early| (&early.payload, &early.sequence_number));
        let (before, sequence_number) = match &self.open {
            _ if waiting.is_some() => return waiting.is_some_and(|last| is_more(last, packet)),
            Open::Nothing => return false,
            Open::Started { frame, sequence_number, .. } => (frame, sequence_number),
            Open::Broken { piece, sequence_number, .. } => (piece, sequence_number),
        };
        is_more((before, sequence_number), packet)
    }

    fn start(&mut self, packet: &RtpPacket<'_>, order: Order) {
        self.end_before_a_start(order);
        let whole = packet.marker
            || packet.payload.ends_with(EOI)
            || self.ends_are_missing && has_all_blocks(packet.payload);
        let (frame, sequence_number) = (packet.payload.to_vec(), packet.sequence_number);
        if whole {
            self.frames.push_back((frame, 1, sequence_number));
        } else {
            self.open = Open::Started { frame, packets: 1, sequence_number };
        }
    }

    /// A start after an unmarked start: a server that sends whole frames without the final `FF D9`
    /// goes on to do so. Of one that cuts frames up a piece is lost, which the numbers do not show
    /// where they are those of the frames.
    fn end_before_a_start(&mut self, order: Order) {
        // Payloads that are no frames end no frame; each of them counts.
        self.damaged = self.damaged();
        match std::mem::take(&mut self.open) {
            Open::Started { frame, packets: 1, sequence_number } if has_all_blocks(&frame) => {
                self.frames.push_back((frame, 1, sequence_number));
                self.ends_are_missing = true;
            }
            // It is cut, or of a kind that only decoders know: they will tell.
            Open::Started { frame, packets: 1, sequence_number }
                if order == Order::Next && !self.has_pieces =>
            {
                self.frames.push_back((frame, 1, sequence_number));
            }
            Open::Started { sequence_number, .. } => {
                self.damaged += 1;
                self.end_broken(sequence_number);
            }
            Open::Broken { sequence_number, .. } => self.end_broken(sequence_number),
            Open::Nothing => {}
        }
    }

    fn append(&mut self, packet: &RtpPacket<'_>) {
        match &mut self.open {
            Open::Started { frame, packets, sequence_number } => {
                // A server that cuts frames up does not leave their ends away, whatever it seemed.
                (self.has_pieces, self.ends_are_missing) = (true, false);
                frame.extend_from_slice(packet.payload);
                *packets += 1;
                *sequence_number = packet.sequence_number;
                if frame.len() > MAX_FRAME {
                    self.give_up(packet);
                }
            }
            Open::Nothing => self.give_up(packet),
            Open::Broken { piece, sequence_number, packets } => {
                *piece = packet.payload.to_vec();
                *sequence_number = packet.sequence_number;
                *packets += 1;
            }
        }
        match std::mem::take(&mut self.open) {
            Open::Started { frame, packets, sequence_number } if packet.marker => {
                self.frames.push_back((frame, packets, sequence_number));
            }
            // What comes next belongs to another frame.
            Open::Broken { sequence_number, .. }
                if packet.marker || packet.payload.ends_with(EOI) =>
            {
                self.end_broken(sequence_number);
            }
            open @ (Open::Nothing | Open::Started { .. } | Open::Broken { .. }) => self.open = open,
        }
    }

    /// Counts the frame that `packet` belongs to as damaged, once.
    fn give_up(&mut self, packet: &RtpPacket<'_>) {
        if matches!(self.open, Open::Broken { .. }) {
            return;
        }
        self.damaged += 1;
        let (piece, sequence_number) = (packet.payload.to_vec(), packet.sequence_number);
        self.open = Open::Broken { piece, sequence_number, packets: 1 };
    }
}

/// Whether a packet has the number of the one before, and brings what that has not brought.
fn is_more((before, number): (&Vec<u8>, &u16), packet: &RtpPacket<'_>) -> bool {
    *number == packet.sequence_number
        && !packet.payload.starts_with(SOI)
        && !before.ends_with(packet.payload)
}

/// Whether a frame lacks nothing but its `FF D9`.
fn has_all_blocks(frame: &[u8]) -> bool {
    matches!(walk(frame).outcome, Outcome::Ok | Outcome::Long { .. })
}

/// More frames do not break between two questions.
const MOST_BROKEN: usize = 64;
/// The start of every JPEG (ITU-T T.81 table B.1).
const SOI: &[u8] = b"\xFF\xD8";
/// Its end.
const EOI: &[u8] = b"\xFF\xD9";
/// The most bytes of a frame, so that a stream without markers can't fill the memory.
const MAX_FRAME: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Reception;

    /// Pushes packets (number, order, marker, payload); returns the frames and the damaged count.
    fn assemble(packets: &[(u16, Order, bool, &[u8])]) -> (Vec<Vec<u8>>, u64) {
        let (mut assembler, mut frames) = (Assembler::default(), Vec::new());
        for &(sequence_number, order, marker, payload) in packets {
            let packet = RtpPacket { marker, ..RtpPacket::jpeg(sequence_number, 0, 0, payload) };
            assembler.push(&packet, order);
            frames.extend(std::iter::from_fn(|| assembler.next_frame()));
        }
        (frames, assembler.damaged())
    }

    const WHOLE: &[u8] = b"\xFF\xD8whole\xFF\xD9";
    const HEAD: &[u8] = b"\xFF\xD8head";
    const MIDDLE: &[u8] = b"middle";
    const TAIL: &[u8] = b"tail\xFF\xD9";
    const JOINED: &[u8] = b"\xFF\xD8headmiddletail\xFF\xD9";

    #[test]
    fn a_gap_before_an_empty_packet_is_a_gap() {
        let packets = [
            (1, Order::Next, false, HEAD),
            (3, Order::Gap, false, b"".as_slice()),
            (4, Order::Next, true, TAIL),
            (5, Order::Next, true, WHOLE),
        ];
        assert_eq!(assemble(&packets), (vec![WHOLE.to_vec()], 1));
    }

    #[test]
    fn a_whole_jpeg_is_a_frame_marked_or_not() {
        for marker in [false, true] {
            let (frames, damaged) = assemble(&[(1, Order::Next, marker, WHOLE)]);
            assert_eq!((frames, damaged), (vec![WHOLE.to_vec()], 0));
        }
    }

    #[test]
    fn pieces_are_joined_in_both_numberings() {
        for (numbers, order) in [([1, 2, 3], Order::Next), ([1, 1, 1], Order::Same)] {
            let (frames, damaged) = assemble(&[
                (numbers[0], Order::Next, false, HEAD),
                (numbers[1], order, false, MIDDLE),
                (numbers[2], order, true, TAIL),
            ]);
            assert_eq!((frames, damaged), (vec![JOINED.to_vec()], 0), "{numbers:?}");
        }
    }

    #[test]
    fn a_gap_drops_the_frame_counts_it_once_and_the_next_frame_is_whole() {
        let (frames, damaged) = assemble(&[
            (1, Order::Next, false, HEAD),
            (3, Order::Gap, false, MIDDLE),
            (4, Order::Next, true, TAIL),
            (5, Order::Next, true, WHOLE),
        ]);
        assert_eq!((frames, damaged), (vec![WHOLE.to_vec()], 1));
    }

    #[test]
    fn a_lost_start_counts_once_and_a_lost_end_counts_once() {
        let (frames, damaged) = assemble(&[
            (2, Order::Gap, false, MIDDLE),
            (3, Order::Next, true, TAIL),
            (4, Order::Next, false, HEAD),
            (5, Order::Next, false, MIDDLE),
            (7, Order::Gap, true, WHOLE),
        ]);
        assert_eq!((frames, damaged), (vec![WHOLE.to_vec()], 2));
    }

    /// A picture without its last two bytes.
    fn endless(grey: u8) -> Vec<u8> {
        let mut jpeg = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 75);
        encoder.encode(&[grey; 64], 8, 8, jpeg_encoder::ColorType::Luma).unwrap();
        jpeg.truncate(jpeg.len() - 2);
        jpeg
    }

    #[test]
    fn whole_frames_without_their_last_two_bytes_are_all_shown() {
        let frames = [endless(1), endless(2), endless(3)];
        for orders in [[Order::Next; 3], [Order::Next, Order::Gap, Order::Next]] {
            let packets = [1, 2, 3].map(|number: u16| {
                let place = usize::from(number) - 1;
                (number, orders[place], false, frames[place].as_slice())
            });
            assert_eq!(assemble(&packets), (frames.to_vec(), 0), "{orders:?}");
        }
    }

    #[test]
    fn a_cut_frame_goes_on_to_the_decoder_which_tells() {
        let cut = &endless(1)[..100];
        let packets = [1, 2, 3].map(|number: u16| (number, Order::Next, false, cut));
        assert_eq!(assemble(&packets), (vec![cut.to_vec(); 2], 0), "the third may still go on");
    }

    /// Of frames whose pieces have the frame's number, one piece is lost.
    fn assemble_with_frame_numbers(lost: &[usize]) -> (Vec<Vec<u8>>, u64) {
        let mut reception = Reception::default();
        let (mut assembler, mut frames) = (Assembler::default(), Vec::new());
        for place in (0..30).filter(|place| !lost.contains(place)) {
            let (number, payload) =
                (u16::try_from(place / 3).unwrap(), [HEAD, MIDDLE, TAIL][place % 3]);
            let marker = place % 3 == 2;
            let packet = RtpPacket { marker, ..RtpPacket::jpeg(number, 0, 0, payload) };
            let continues = assembler.continues(&packet);
            let order = reception.record(&packet, continues, Duration::ZERO);
            if order.goes_on() {
                assembler.push(&packet, order);
            }
            frames.extend(std::iter::from_fn(|| assembler.next_frame()));
        }
        assert_eq!((reception.duplicates, reception.late), (0, 0));
        (frames, assembler.damaged())
    }

    #[test]
    fn a_lost_tail_costs_one_frame_where_pieces_have_its_number() {
        assert_eq!(assemble_with_frame_numbers(&[]), (vec![JOINED.to_vec(); 10], 0));
        for frame in 0..9 {
            let lost = [3 * frame + 1, 3 * frame + 2];
            let (frames, damaged) = assemble_with_frame_numbers(&lost);
            // Of a first frame without pieces the decoder has to tell that it is none.
            let expected = if frame == 0 { (10, 0) } else { (9, 1) };
            assert_eq!((frames.len(), damaged), expected, "frame {frame}");
            let (frames, damaged) = assemble_with_frame_numbers(&lost[1..]);
            assert_eq!((frames.len(), damaged), (9, 1), "frame {frame}");
            assert!(frames.iter().all(|frame| frame == JOINED));
        }
    }

    #[test]
    fn every_payload_that_is_no_frame_counts() {
        let texts =
            [1, 2, 3, 4].map(|number: u16| (number, Order::Next, false, b"/9j/".as_slice()));
        assert_eq!(assemble(&texts), (vec![], 4));
        let marked = texts.map(|(number, order, _, payload)| (number, order, true, payload));
        assert_eq!(assemble(&marked), (vec![], 4));
        let late = texts.map(|(number, _, _, payload)| (number, Order::Gap, false, payload));
        assert_eq!(assemble(&late), (vec![], 4));
        let digits = [1, 2, 3]
            .map(|number: u16| (number, Order::Next, false, b"00009\xFF\xD8\xFF\xD9".as_slice()));
        assert_eq!(assemble(&digits), (vec![], 3));
        let fixed = [&texts[..], &[(5, Order::Next, false, WHOLE)]].concat();
        assert_eq!(assemble(&fixed), (vec![WHOLE.to_vec()], 4));
    }

    /// What a client does with packets as they come, all at one time; and then 60 ms later.
    fn receive(packets: &[(u16, bool, &[u8])]) -> (Vec<Vec<u8>>, Reception, u64) {
        let (mut assembler, mut reception) = (Assembler::default(), Reception::default());
        for &(sequence_number, marker, payload) in packets {
            let packet = RtpPacket { marker, ..RtpPacket::jpeg(sequence_number, 0, 0, payload) };
            let continues = assembler.continues(&packet);
            let order = reception.record(&packet, continues, Duration::ZERO);
            assembler.receive(&packet, order, Duration::ZERO);
        }
        if let Some(deadline) = assembler.deadline() {
            assembler.go_on(deadline);
        }
        let frames = std::iter::from_fn(|| assembler.next_frame()).collect();
        (frames, reception, assembler.damaged())
    }

    /// Three frames in three pieces.
    fn three_frames() -> Vec<(u16, bool, &'static [u8])> {
        (1..10)
            .zip([HEAD, MIDDLE, TAIL].into_iter().cycle())
            .map(|(number, piece)| (number, piece == TAIL, piece))
            .collect()
    }

    #[test]
    fn two_pieces_that_are_swapped_cost_nothing_and_count_as_late() {
        for first in 1..8 {
            let mut packets = three_frames();
            packets.swap(first, first + 1);
            let (frames, reception, damaged) = receive(&packets);
            assert_eq!((frames, damaged), (vec![JOINED.to_vec(); 3], 0), "packet {first}");
            assert_eq!((reception.late, reception.lost), (1, 0), "packet {first}");
        }
    }

    #[test]
    fn a_piece_that_comes_within_eight_packets_is_waited_for_and_no_longer() {
        let pieces: Vec<_> = (1..=20)
            .map(|number| (number, number == 20, if number == 1 { HEAD } else { MIDDLE }))
            .collect();
        let joined = [HEAD, &MIDDLE.repeat(19)].concat();
        for (after, expected) in [(7, vec![joined]), (8, vec![])] {
            let mut packets = pieces.clone();
            packets[2..3 + after].rotate_left(1);
            let (frames, ..) = receive(&packets);
            assert_eq!(frames, expected, "{after} packets later");
        }
    }

    #[test]
    fn a_piece_that_never_comes_costs_its_frame() {
        for lost in 0..9 {
            let mut packets = three_frames();
            packets.remove(lost);
            let (frames, _, damaged) = receive(&packets);
            // That of the first and the last one is missing nobody can tell.
            let expected = if lost == 8 { (2, 0) } else { (2, 1) };
            assert_eq!((frames.len(), damaged), expected, "without packet {lost}");
        }
    }

    #[test]
    fn whole_frames_do_not_wait() {
        let packets = [(1, false, WHOLE), (3, false, WHOLE), (2, false, WHOLE)];
        let (frames, reception, _) = receive(&packets);
        assert_eq!((frames.len(), reception.late), (2, 1));
    }

    #[test]
    fn the_rest_of_a_frame_that_had_begun_before_counts_once() {
        let packets = [
            (1, Order::Next, false, MIDDLE),
            (2, Order::Next, false, MIDDLE),
            (3, Order::Next, true, TAIL),
            (4, Order::Next, true, WHOLE),
        ];
        assert_eq!(assemble(&packets), (vec![WHOLE.to_vec()], 1));
    }

    #[test]
    fn a_repeated_piece_does_not_continue_the_frame_and_a_new_one_does() {
        let mut assembler = Assembler::default();
        assembler.push(&RtpPacket::jpeg(1, 0, 0, HEAD), Order::Next);
        assembler.push(&RtpPacket::jpeg(1, 0, 0, MIDDLE), Order::Same);
        assert!(!assembler.continues(&RtpPacket::jpeg(1, 0, 0, MIDDLE)));
        assert!(!assembler.continues(&RtpPacket::jpeg(1, 0, 0, HEAD)));
        assert!(!assembler.continues(&RtpPacket::jpeg(2, 0, 0, TAIL)));
        assert!(assembler.continues(&RtpPacket::jpeg(1, 0, 0, TAIL)));
    }

    #[test]
    fn a_frame_without_end_does_not_fill_the_memory() {
        let mut assembler = Assembler::default();
        assembler.push(&RtpPacket::jpeg(0, 0, 0, HEAD), Order::Next);
        let piece = vec![0; 60_000];
        for number in 1..600 {
            assembler.push(&RtpPacket::jpeg(number, 0, 0, &piece), Order::Next);
        }
        assert_eq!(assembler.damaged(), 1);
        assert!(matches!(assembler.open, Open::Broken { .. }));
    }
}
