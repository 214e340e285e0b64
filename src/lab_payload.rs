//! The lab's RTP payload: a frame's whole JPEG, or pieces of it, put together again.
//!
//! The report sends each frame in one packet, without the marker bit. The newer assignment's "HD"
//! mode cuts large frames into pieces and marks the last. A payload from `FF D8` to `FF D9` is a
//! frame; one that only begins with `FF D8` starts a frame to which later packets append until one
//! is marked. A gap, or a new start, drops the unfinished frame.
//!
//! ```
//! use rtsp_lab::lab_payload::Assembler;
//! use rtsp_lab::rtp_packet::RtpPacket;
//! use rtsp_lab::statistics::Order;
//!
//! let mut assembler = Assembler::default();
//! assembler.push(&RtpPacket::jpeg(1, 0, 0, b"\xFF\xD8 first half"), Order::Next);
//! assert_eq!(assembler.next_frame(), None);
//! let last = RtpPacket { marker: true, ..RtpPacket::jpeg(2, 0, 0, b", second half \xFF\xD9") };
//! assembler.push(&last, Order::Next);
//! assert_eq!(assembler.next_frame().unwrap(), b"\xFF\xD8 first half, second half \xFF\xD9");
//! ```

use std::collections::VecDeque;

use crate::rtp_packet::RtpPacket;
use crate::statistics::Order;

/// Puts frames together from packets.
#[derive(Clone, Debug, Default)]
pub struct Assembler {
    frames: VecDeque<Vec<u8>>,
    open: Open,
    ends_are_missing: bool,
    damaged: u64,
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
    Broken { piece: Vec<u8>, sequence_number: u16 },
}

impl Assembler {
    /// Takes in a packet that is not late; complete frames wait in [`Self::next_frame`].
    pub fn push(&mut self, packet: &RtpPacket<'_>, order: Order) {
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
                self.give_up(packet);
                self.append(packet);
            }
            (false, Order::Late | Order::Again) => {}
        }
    }

    /// The next complete frame.
    pub fn next_frame(&mut self) -> Option<Vec<u8>> {
        self.frames.pop_front()
    }

    /// How many frames were dropped because a part of them did not come.
    pub const fn damaged(&self) -> u64 {
        self.damaged
    }

    /// Whether a packet with the number of the last one carries the next piece of the same frame:
    /// some servers number frames, not packets. A repeated packet carries what is there already.
    pub fn continues(&self, packet: &RtpPacket<'_>) -> bool {
        let (before, sequence_number) = match &self.open {
            Open::Nothing => return false,
            Open::Started { frame, sequence_number, .. } => (frame, sequence_number),
            Open::Broken { piece, sequence_number } => (piece, sequence_number),
        };
        *sequence_number == packet.sequence_number
            && !packet.payload.starts_with(SOI)
            && !before.ends_with(packet.payload)
    }

    fn start(&mut self, packet: &RtpPacket<'_>, order: Order) {
        self.end_before_a_start(order);
        let whole = packet.marker || packet.payload.ends_with(EOI) || self.ends_are_missing;
        let (frame, sequence_number) = (packet.payload.to_vec(), packet.sequence_number);
        if whole {
            self.frames.push_back(frame);
        } else {
            self.open = Open::Started { frame, packets: 1, sequence_number };
        }
    }

    /// A start right behind an unmarked start: no piece can have been lost between them, so the
    /// server sends whole frames without the final `FF D9`, and goes on to do so.
    fn end_before_a_start(&mut self, order: Order) {
        match std::mem::take(&mut self.open) {
            Open::Started { frame, packets: 1, .. } if order == Order::Next => {
                self.frames.push_back(frame);
                self.ends_are_missing = true;
            }
            Open::Started { .. } => self.damaged += 1,
            Open::Nothing | Open::Broken { .. } => {}
        }
    }

    fn append(&mut self, packet: &RtpPacket<'_>) {
        match &mut self.open {
            Open::Started { frame, packets, sequence_number } => {
                frame.extend_from_slice(packet.payload);
                *packets += 1;
                *sequence_number = packet.sequence_number;
                if frame.len() > MAX_FRAME {
                    self.give_up(packet);
                }
            }
            Open::Nothing => {
                // A server that cuts frames up does not leave their ends away, whatever it seemed.
                self.ends_are_missing = false;
                self.give_up(packet);
            }
            Open::Broken { piece, sequence_number } => {
                *piece = packet.payload.to_vec();
                *sequence_number = packet.sequence_number;
            }
        }
        if packet.marker {
            if let Open::Started { frame, .. } = std::mem::take(&mut self.open) {
                self.frames.push_back(frame);
            }
        }
    }

    /// Counts the frame that `packet` belongs to as damaged, once.
    fn give_up(&mut self, packet: &RtpPacket<'_>) {
        self.damaged += u64::from(!matches!(self.open, Open::Broken { .. }));
        let (piece, sequence_number) = (packet.payload.to_vec(), packet.sequence_number);
        self.open = Open::Broken { piece, sequence_number };
    }
}

/// The start of every JPEG (ITU-T T.81 table B.1).
const SOI: &[u8] = b"\xFF\xD8";
/// Its end.
const EOI: &[u8] = b"\xFF\xD9";
/// The most bytes of a frame, so that a stream without markers can't fill the memory.
const MAX_FRAME: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn whole_frames_without_their_last_two_bytes_are_all_shown() {
        let (frames, damaged) = assemble(&[
            (1, Order::Next, false, b"\xFF\xD8one"),
            (2, Order::Next, false, b"\xFF\xD8two"),
            (3, Order::Next, false, b"\xFF\xD8three"),
        ]);
        let expected =
            [b"\xFF\xD8one".to_vec(), b"\xFF\xD8two".to_vec(), b"\xFF\xD8three".to_vec()];
        assert_eq!((frames, damaged), (expected.to_vec(), 0));
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
