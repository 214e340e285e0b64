//! Payloads, put together to JPEGs again: what the client does (RFC 2435 sections 3 and 4).

use std::collections::{BTreeMap, VecDeque};

use super::cannot_decode::{CannotDecode, Reasons};
use super::headers::{Headers, MainHeader, TableHeader};
use super::jpeg::{EOI, SOI, Sampling};
use super::rebuild::{Shape, jpeg_head};
use super::tables::{Tables, computed};
use crate::rtp_packet::{DecodeError, RtpPacket};
use crate::statistics::Order;

/// Puts frames together from packets. What is not whole is dropped, and has a reason.
#[derive(Clone, Debug, Default)]
pub struct Reassembler {
    frames: VecDeque<(u32, Vec<u8>)>,
    open: Open,
    /// Frames end with the timestamp of the next: the sender sets no markers.
    is_unmarked: bool,
    /// The tables of Q 128 to 254, which need not be sent in every frame (section 4.2).
    sent_tables: BTreeMap<u8, Tables>,
    damaged: u64,
    /// The timestamps of the frames that were dropped, as many as there is room for.
    broken: VecDeque<u32>,
    reasons: Reasons,
}

/// The frame that is being put together.
#[derive(Clone, Debug, Default)]
enum Open {
    /// None: the last one is complete.
    #[default]
    Nothing,
    /// All of it has come so far.
    Started(Started),
    /// A part of it is lost, and it has been counted.
    Broken { timestamp: u32 },
}

#[derive(Clone, Debug)]
struct Started {
    timestamp: u32,
    /// What the first packet says, and so must the others.
    look: Look,
    jpeg: Vec<u8>,
    /// Bytes of data in `jpeg`: the offset that comes next.
    length: usize,
}

/// Type, width, height and restart interval, as a packet has them. Q is the first packet's: some cameras
/// send another with the pieces that have no tables.
type Look = (u8, u8, u8, Option<u16>);

impl Reassembler {
    /// Takes in a packet that is not late; complete frames wait in [`Self::next_frame`].
    pub fn push(&mut self, packet: &RtpPacket<'_>, order: Order) {
        if !order.goes_on() {
            return;
        }
        self.end_before(packet, order);
        // Some senders fill up with packets that have nothing in them.
        if !packet.payload.is_empty() {
            if let Err(reason) = self.take(packet, order) {
                self.give_up(packet.timestamp, reason);
            }
        }
        if packet.marker {
            self.is_unmarked = false;
            self.finish();
        }
    }

    /// Nothing more will come: an unfinished frame stays so, unless the sender never marks an end.
    pub fn end(&mut self) {
        match self.open {
            Open::Started(Started { timestamp, .. }) if !self.is_unmarked => {
                self.give_up(timestamp, CannotDecode::End);
                self.open = Open::Nothing;
            }
            Open::Nothing | Open::Started(_) | Open::Broken { .. } => self.finish(),
        }
    }

    /// Notes from now on which frames were dropped.
    pub(crate) fn note_broken(&mut self) {
        self.broken.reserve(MOST_BROKEN);
    }

    /// The timestamps of the frames that were dropped since this was last asked.
    pub(crate) fn take_broken(&mut self) -> impl Iterator<Item = u32> + '_ {
        self.broken.drain(..)
    }

    fn count_broken(&mut self, timestamp: u32, reason: CannotDecode) {
        self.damaged += 1;
        self.reasons.note(reason);
        if self.broken.len() < self.broken.capacity() {
            self.broken.push_back(timestamp);
        }
    }

    /// The next complete frame: a JPEG of its own.
    pub fn next_frame(&mut self) -> Option<Vec<u8>> {
        self.next_timed().map(|(_, jpeg)| jpeg)
    }

    /// The same with its RTP timestamp.
    pub fn next_timed(&mut self) -> Option<(u32, Vec<u8>)> {
        self.frames.pop_front()
    }

    /// How many frames were dropped because a part of them did not come or can't be understood.
    pub const fn damaged(&self) -> u64 {
        self.damaged
    }

    /// Why frames are dropped; every kind of reason is told once.
    pub fn next_reason(&mut self) -> Option<CannotDecode> {
        self.reasons.next()
    }

    /// An unfinished frame is broken where packets are missing, and ends where another frame begins.
    fn end_before(&mut self, packet: &RtpPacket<'_>, order: Order) {
        let timestamp = match &self.open {
            Open::Nothing => return,
            Open::Started(frame) => frame.timestamp,
            Open::Broken { timestamp } => *timestamp,
        };
        if order == Order::Gap {
            self.give_up(timestamp, CannotDecode::Lost);
        }
        if timestamp != packet.timestamp {
            self.is_unmarked |= matches!(self.open, Open::Started(_));
            self.finish();
        }
    }

    fn take(&mut self, packet: &RtpPacket<'_>, order: Order) -> Result<(), CannotDecode> {
        let piece = Piece::decode(packet.payload)?;
        let offset = piece.headers.main.offset;
        match &mut self.open {
            Open::Nothing if offset == 0 => {
                self.open = Open::Started(self.start(packet.timestamp, &piece)?);
            }
            Open::Nothing if order == Order::Gap => return Err(CannotDecode::Lost),
            Open::Nothing => return Err(CannotDecode::NoStart { offset }),
            Open::Started(frame) => {
                frame.check(&piece)?;
                frame.append(piece.data);
            }
            Open::Broken { .. } => {}
        }
        Ok(())
    }

    /// A frame begins. After the headers some senders put a whole JPEG file, which needs nothing of them.
    fn start(&mut self, timestamp: u32, piece: &Piece<'_>) -> Result<Started, CannotDecode> {
        let jpeg = if piece.data.starts_with(SOI) {
            Vec::new()
        } else {
            let shape = shape_of(&piece.headers)?;
            jpeg_head(shape, &self.tables_for(piece)?)
        };
        let mut frame = Started { timestamp, look: look(&piece.headers), jpeg, length: 0 };
        frame.append(piece.data);
        Ok(frame)
    }

    /// Computed, sent with this frame, or sent before with the same Q (section 4.2).
    fn tables_for(&mut self, piece: &Piece<'_>) -> Result<Tables, CannotDecode> {
        let q = piece.headers.main.q;
        match (q, piece.tables) {
            (255, Some(tables)) => Ok(tables),
            (_, Some(tables)) => {
                self.sent_tables.insert(q, tables);
                Ok(tables)
            }
            (128..=254, None) => {
                self.sent_tables.get(&q).copied().ok_or(CannotDecode::NoTables { q })
            }
            (255, None) => Err(CannotDecode::NoTables { q }),
            (_, None) => computed(q).ok_or(CannotDecode::ReservedQ { q }),
        }
    }

    /// Counts the open frame, or the one that can't begin, as damaged, once.
    fn give_up(&mut self, timestamp: u32, reason: CannotDecode) {
        if !matches!(self.open, Open::Broken { .. }) {
            self.count_broken(timestamp, reason);
        }
        self.open = Open::Broken { timestamp };
    }

    /// The frame's last packet has been taken.
    fn finish(&mut self) {
        match std::mem::take(&mut self.open) {
            Open::Started(frame) if frame.length == 0 => {
                self.count_broken(frame.timestamp, CannotDecode::NoData);
            }
            Open::Started(frame) => self.frames.push_back((frame.timestamp, frame.into_jpeg())),
            Open::Nothing | Open::Broken { .. } => {}
        }
    }
}

impl Started {
    /// Whether the piece begins where the one before ended, and belongs to the same picture. As
    /// offsets have 24 bits, a frame can't fill the memory.
    fn check(&self, piece: &Piece<'_>) -> Result<(), CannotDecode> {
        let (expected, found) = (self.length, piece.headers.main.offset);
        if usize::try_from(found) != Ok(expected) {
            return Err(CannotDecode::Offset { expected, found });
        }
        if look(&piece.headers) == self.look { Ok(()) } else { Err(CannotDecode::Change) }
    }

    fn append(&mut self, data: &[u8]) {
        self.jpeg.extend_from_slice(data);
        self.length += data.len();
    }

    /// The data may have its end marker already (RFC 2435 section 3.1.9).
    fn into_jpeg(mut self) -> Vec<u8> {
        if !self.jpeg.ends_with(EOI) {
            self.jpeg.extend_from_slice(EOI);
        }
        self.jpeg
    }
}

/// More frames do not break between two questions.
const MOST_BROKEN: usize = 64;

fn look(headers: &Headers) -> Look {
    let MainHeader { jpeg_type, width_blocks, height_blocks, .. } = headers.main;
    (jpeg_type, width_blocks, height_blocks, headers.restart.map(|restart| restart.interval))
}

/// What the headers say of the picture. A restart interval of 0, though forbidden, means that there
/// are no markers.
fn shape_of(headers: &Headers) -> Result<Shape, CannotDecode> {
    let (jpeg_type, width_blocks, height_blocks, restart_interval) = look(headers);
    let sampling = Sampling::of(jpeg_type).ok_or(CannotDecode::Type { jpeg_type })?;
    if width_blocks == 0 || height_blocks == 0 {
        return Err(CannotDecode::Size);
    }
    let restart_interval = restart_interval.unwrap_or_default();
    Ok(Shape { sampling, width_blocks, height_blocks, restart_interval })
}

/// A payload, taken apart.
struct Piece<'a> {
    headers: Headers,
    /// As they are sent, in the first packet of a frame.
    tables: Option<Tables>,
    data: &'a [u8],
}

impl<'a> Piece<'a> {
    fn decode(payload: &'a [u8]) -> Result<Self, CannotDecode> {
        if payload.starts_with(SOI) {
            return Err(CannotDecode::WholeJpeg);
        }
        let (headers, rest) = Headers::decode(payload).map_err(CannotDecode::Header)?;
        let (tables, data) = match headers.tables {
            Some(header) => sent_tables(header, rest)?,
            None => (None, rest),
        };
        Ok(Self { headers, tables, data })
    }
}

/// The tables after their header; a single one is for chroma, too, and a third, of cameras with a
/// table for each component, is left out: both chromas use the second (section 4.1). Returns the rest
/// as well.
fn sent_tables(header: TableHeader, bytes: &[u8]) -> Result<(Option<Tables>, &[u8]), CannotDecode> {
    let TableHeader { precision, length_bytes, .. } = header;
    if precision != 0 {
        return Err(CannotDecode::Precision { precision });
    }
    let (expected, found) = (usize::from(length_bytes), bytes.len());
    let Some((values, rest)) = bytes.split_at_checked(expected) else {
        let part = "JPEG quantisation tables";
        return Err(CannotDecode::Header(DecodeError { part, expected, found }));
    };
    let tables = match (length_bytes, values.split_first_chunk()) {
        (0, _) => None,
        (64, Some((both, _))) => Some([*both, *both]),
        (128 | 192, Some((luma, chroma))) => chroma.first_chunk().map(|chroma| [*luma, *chroma]),
        _ => return Err(CannotDecode::TableLength { length_bytes }),
    };
    Ok((tables, rest))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jpeg_encoder::SamplingFactor;
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::standard::jpeg_payload::samples::{
        all_pixels, jpeg, jpeg_of_quality, payloads, position,
    };
    use crate::standard::jpeg_payload::{JpegFrame, RestartHeader};
    use crate::statistics::Reception;

    /// Order, timestamp, marker and payload.
    type Pushed = (Order, u32, bool, Vec<u8>);

    /// Pushes packets; returns the frames, the damaged count and the reasons.
    fn reassemble(packets: &[Pushed]) -> (Vec<Vec<u8>>, u64, Vec<CannotDecode>) {
        let (mut reassembler, mut frames) = (Reassembler::default(), Vec::new());
        for (order, timestamp, marker, payload) in packets {
            let packet =
                RtpPacket { marker: *marker, ..RtpPacket::jpeg(0, *timestamp, 0, payload) };
            reassembler.push(&packet, *order);
            frames.extend(std::iter::from_fn(|| reassembler.next_frame()));
        }
        let reasons = std::iter::from_fn(|| reassembler.next_reason()).collect();
        (frames, reassembler.damaged(), reasons)
    }

    /// The data of the JPEGs, which here is text.
    fn texts(frames: &[Vec<u8>]) -> Vec<String> {
        let head = jpeg_head(SHAPE, &[[0; 64]; 2]).len();
        let text = |jpeg: &Vec<u8>| jpeg[head..].strip_suffix(EOI).unwrap().to_vec();
        frames.iter().map(|jpeg| String::from_utf8(text(jpeg)).unwrap()).collect()
    }

    const SHAPE: Shape = Shape {
        sampling: Sampling::Yuv420,
        width_blocks: 2,
        height_blocks: 3,
        restart_interval: 0,
    };

    /// A piece of a frame with Q 60.
    fn piece(offset: u32, data: &str) -> Vec<u8> {
        payload(MainHeader { offset, ..MAIN }, &[data.as_bytes()])
    }

    fn payload(main: MainHeader, after: &[&[u8]]) -> Vec<u8> {
        let mut payload = Vec::new();
        main.encode(&mut payload);
        payload.extend(after.concat());
        payload
    }

    const MAIN: MainHeader = MainHeader {
        type_specific: 0,
        offset: 0,
        jpeg_type: 1,
        q: 60,
        width_blocks: 2,
        height_blocks: 3,
    };

    use Order::{Gap, Next};

    #[test]
    fn pieces_are_joined_and_the_marker_ends_the_frame() {
        let (frames, damaged, reasons) = reassemble(&[
            (Next, 1, false, piece(0, "one ")),
            (Next, 1, false, piece(4, "")),
            (Next, 1, true, piece(4, "two")),
            (Next, 2, true, piece(0, "three")),
        ]);
        assert_eq!(
            (texts(&frames), damaged, reasons),
            (vec!["one two".into(), "three".into()], 0, vec![])
        );
    }

    #[test]
    fn every_kind_of_hole_drops_the_frame_and_counts_it_once() {
        let whole = || [(Next, 9, false, piece(0, "who")), (Next, 9, true, piece(3, "le"))];
        for (what, packets, expected) in [
            (
                "a lost middle",
                vec![
                    (Next, 1, false, piece(0, "a")),
                    (Gap, 1, false, piece(2, "c")),
                    (Next, 1, true, piece(3, "d")),
                ],
                1,
            ),
            ("a lost end", vec![(Next, 1, false, piece(0, "a")), (Gap, 2, true, piece(0, ""))], 2),
            (
                "a lost end and start",
                vec![(Next, 1, false, piece(0, "a")), (Gap, 2, false, piece(1, "b"))],
                2,
            ),
            (
                "a lost start",
                vec![(Gap, 1, false, piece(1, "b")), (Next, 1, true, piece(2, "c"))],
                1,
            ),
            ("only the end came", vec![(Gap, 1, true, piece(1, "b"))], 1),
            (
                "no hole in the numbers",
                vec![(Next, 1, false, piece(0, "a")), (Next, 1, true, piece(2, "c"))],
                1,
            ),
            (
                "an overlap",
                vec![(Next, 1, false, piece(0, "ab")), (Next, 1, true, piece(1, "bc"))],
                1,
            ),
            (
                "two starts",
                vec![
                    (Next, 1, false, piece(0, "ab")),
                    (Next, 1, false, piece(0, "ab")),
                    (Next, 1, true, piece(2, "c")),
                ],
                1,
            ),
            (
                "more after the marker",
                vec![
                    (Next, 0, true, piece(1, "-")),
                    (Next, 1, false, piece(1, "b")),
                    (Next, 1, true, piece(2, "c")),
                ],
                2,
            ),
            (
                "no data at all",
                vec![(Next, 1, false, piece(0, "")), (Next, 1, true, piece(0, ""))],
                1,
            ),
            (
                "a gap, although the pieces fit",
                vec![(Next, 1, false, piece(0, "a")), (Gap, 1, true, piece(1, "b"))],
                1,
            ),
            (
                "cut headers",
                vec![
                    (Next, 1, false, piece(0, "a")),
                    (Next, 1, false, vec![0; 7]),
                    (Next, 1, true, piece(1, "b")),
                ],
                1,
            ),
            (
                "cut headers after a gap",
                vec![(Next, 1, false, piece(0, "a")), (Gap, 2, true, vec![0; 3])],
                2,
            ),
        ] {
            let packets = [packets, whole().to_vec()].concat();
            let (frames, damaged, _) = reassemble(&packets);
            assert_eq!((texts(&frames), damaged), (vec!["whole".to_owned()], expected), "{what}");
        }
    }

    #[test]
    fn a_late_packet_changes_nothing() {
        let (frames, damaged, _) = reassemble(&[
            (Next, 2, false, piece(0, "a")),
            (Order::Late, 1, true, piece(9, "old")),
            (Order::Late, 1, true, vec![]),
            (Next, 2, true, piece(1, "b")),
        ]);
        assert_eq!((texts(&frames), damaged), (vec!["ab".to_owned()], 0));
    }

    #[test]
    fn frames_with_the_same_timestamp_are_told_apart_by_the_marker() {
        let (frames, damaged, _) = reassemble(&[
            (Next, 0, false, piece(0, "a")),
            (Next, 0, true, piece(1, "b")),
            (Next, 0, true, piece(0, "c")),
        ]);
        assert_eq!((texts(&frames), damaged), (vec!["ab".into(), "c".into()], 0));
    }

    #[test]
    fn a_frame_whose_headers_change_is_dropped() {
        for other in [
            MainHeader { jpeg_type: 0, ..MAIN },
            MainHeader { width_blocks: 3, ..MAIN },
            MainHeader { height_blocks: 2, ..MAIN },
        ] {
            let other = payload(MainHeader { offset: 1, ..other }, &[b"b"]);
            let (frames, damaged, reasons) =
                reassemble(&[(Next, 1, false, piece(0, "a")), (Next, 1, true, other)]);
            assert_eq!((frames.len(), damaged, reasons), (0, 1, vec![CannotDecode::Change]));
        }
    }

    #[test]
    fn an_end_that_was_sent_is_not_added_again() {
        let (frames, ..) = reassemble(&[(Next, 1, true, payload(MAIN, &[b"data", EOI]))]);
        assert_eq!(texts(&frames), ["data"]);
    }

    /// A frame of one packet with Q and what is after the main header.
    fn with_q(q: u8, after: &[&[u8]]) -> Pushed {
        (Next, 1, true, payload(MainHeader { q, ..MAIN }, after))
    }

    /// The tables of the first frame: luma and chroma.
    fn tables_of(jpeg: &[u8]) -> [Vec<u8>; 2] {
        let dqt = position(jpeg, 0xDB);
        [jpeg[dqt + 4..dqt + 68].to_vec(), jpeg[dqt + 73..dqt + 137].to_vec()]
    }

    #[test]
    fn tables_are_computed_sent_or_remembered() {
        let (luma, chroma) = ([7; 64], [8; 64]);
        let (frames, damaged, reasons) = reassemble(&[
            with_q(50, &[b"computed"]),
            with_q(255, &[b"\0\0\0\x80", &luma, &chroma, b"sent"]),
            with_q(255, &[b"\0\0\0\x40", &luma, b"one"]),
            with_q(255, &[b"\0\0\0\xC0", &luma, &chroma, &[9; 64], b"three"]),
            with_q(128, &[b"\0\0\0\x80", &luma, &chroma, b"sent"]),
            with_q(254, &[b"\0\0\0\x40", &chroma, b"sent"]),
            with_q(128, &[b"\0\0\0\0", b"remembered"]),
            with_q(254, &[b"\0\0\0\0", b"remembered"]),
            with_q(128, &[b"\x99\0\0\x40", &chroma, b"sent anew"]),
            with_q(128, &[b"\0\0\0\0", b"remembered"]),
        ]);
        assert_eq!((damaged, reasons), (0, vec![]));
        let [standard_luma, standard_chroma] = computed(50).unwrap();
        for (frame, [l, c]) in frames.iter().zip([
            [standard_luma, standard_chroma],
            [luma, chroma],
            [luma, luma],
            [luma, chroma],
            [luma, chroma],
            [chroma, chroma],
            [luma, chroma],
            [chroma, chroma],
            [chroma, chroma],
            [chroma, chroma],
        ]) {
            assert_eq!(tables_of(frame), [l.to_vec(), c.to_vec()]);
        }
        assert_eq!(frames.len(), 10);
    }

    #[test]
    fn what_cannot_be_decoded_is_dropped_and_the_reason_is_told_once() {
        let table = [7; 64];
        let mut restart = Vec::new();
        RestartHeader::unaligned(1).encode(&mut restart);
        for (payload, text) in [
            (
                payload(MainHeader { jpeg_type: 2, ..MAIN }, &[b"data"]),
                "expected type 0, 1, 64 or 65, found 2",
            ),
            (
                payload(MainHeader { jpeg_type: 66, ..MAIN }, &[&restart, b"data"]),
                "expected type 0, 1, 64 or 65, found 66",
            ),
            (
                payload(MainHeader { jpeg_type: 128, ..MAIN }, &[b"data"]),
                "expected type 0, 1, 64 or 65, found 128",
            ),
            (
                payload(MainHeader { width_blocks: 0, ..MAIN }, &[b"data"]),
                "expected a width and a height, found 0",
            ),
            (
                payload(MainHeader { height_blocks: 0, ..MAIN }, &[b"data"]),
                "expected a width and a height, found 0",
            ),
            (with_q(0, &[b"data"]).3, "expected Q from 1 to 99 or from 128 to 255, found 0"),
            (with_q(100, &[b"data"]).3, "expected Q from 1 to 99 or from 128 to 255, found 100"),
            (with_q(127, &[b"data"]).3, "expected Q from 1 to 99 or from 128 to 255, found 127"),
            (
                with_q(255, &[b"\0\0\0\0data"]).3,
                "expected quantisation tables for Q 255, found none so far",
            ),
            (
                with_q(130, &[b"\0\0\0\0data"]).3,
                "expected quantisation tables for Q 130, found none so far",
            ),
            (
                with_q(255, &[b"\0\x02\0\x80", &table, &table, b"data"]).3,
                "expected quantisation tables of 8 bits, found precision bits 0b10",
            ),
            (
                with_q(255, &[b"\0\0\0\x41", &table, b"data"]).3,
                "expected quantisation tables of 64, 128 or 192 bytes, found 65",
            ),
            (
                b"\xFF\xD8\xFF\xE0 whole".to_vec(),
                "expected the headers of RFC 2435, found a JPEG file (FF D8)",
            ),
        ] {
            let packets = [(Next, 1, true, payload.clone()), (Next, 2, true, payload)];
            let (frames, damaged, reasons) = reassemble(&packets);
            assert_eq!((frames.len(), damaged, reasons.len()), (0, 2, 1), "{text}");
            assert_eq!(reasons[0].to_string(), format!("decode RTP/JPEG payload: {text}"));
        }
        let cut = with_q(255, &[b"\0\0\0\x80", &table]);
        let (_, damaged, reasons) = reassemble(&[cut]);
        assert_eq!(damaged, 1);
        assert_eq!(
            reasons[0].to_string(),
            "decode RTP JPEG quantisation tables: expected 128 bytes, found 64"
        );
    }

    #[test]
    fn a_kind_of_reason_is_told_once_whatever_its_figures() {
        let mut packets: Vec<_> = (100..128).map(|q| with_q(q, &[b"data"])).collect();
        packets.push((Next, 1, true, payload(MainHeader { jpeg_type: 2, ..MAIN }, &[b"data"])));
        let (_, damaged, reasons) = reassemble(&packets);
        let expected = [CannotDecode::ReservedQ { q: 100 }, CannotDecode::Type { jpeg_type: 2 }];
        assert_eq!((damaged, reasons), (29, expected.to_vec()));
    }

    #[test]
    fn every_frame_that_is_dropped_has_its_reason() {
        for (packets, expected, text) in [
            (
                vec![(Next, 1, false, piece(0, "a")), (Gap, 1, true, piece(2, "c"))],
                CannotDecode::Lost,
                "packets of it are missing",
            ),
            (vec![(Gap, 1, true, piece(1, "b"))], CannotDecode::Lost, "packets of it are missing"),
            (
                vec![(Next, 1, true, piece(5, "b"))],
                CannotDecode::NoStart { offset: 5 },
                "it begins at offset 5",
            ),
            (
                vec![(Next, 1, false, piece(0, "a")), (Next, 1, true, piece(7, "c"))],
                CannotDecode::Offset { expected: 1, found: 7 },
                "expected offset 1, found 7",
            ),
            (
                vec![(Next, 1, true, piece(0, ""))],
                CannotDecode::NoData,
                "none of its packets has data",
            ),
        ] {
            let (_, damaged, reasons) = reassemble(&packets);
            assert_eq!((damaged, &reasons[..]), (1, &[expected][..]), "{text}");
            assert_eq!(reasons[0].to_string(), format!("put a frame together: {text}"));
        }
        let mut reassembler = Reassembler::default();
        reassembler.push(&RtpPacket::jpeg(0, 1, 0, &piece(0, "a")), Next);
        reassembler.end();
        assert_eq!(reassembler.next_reason(), Some(CannotDecode::End));
        assert_eq!((reassembler.damaged(), reassembler.next_frame()), (1, None));
    }

    #[test]
    fn later_pieces_may_have_another_q() {
        for q in [0, 61, 127, 255] {
            let later = payload(MainHeader { offset: 4, q, ..MAIN }, &[b"two"]);
            let (frames, damaged, reasons) =
                reassemble(&[(Next, 1, false, piece(0, "one ")), (Next, 1, true, later)]);
            assert_eq!((texts(&frames), damaged, reasons), (vec!["one two".into()], 0, vec![]));
            assert_eq!(tables_of(&frames[0]), computed(60).unwrap().map(|table| table.to_vec()));
        }
    }

    #[test]
    fn a_whole_jpeg_after_the_headers_is_taken_as_it_is() {
        // Larger than any header of RFC 2435 says, with tables of its own.
        let jpeg = jpeg((40, 24), |encoder| encoder.set_sampling_factor(SamplingFactor::F_1_1));
        let tables = [9; 128];
        for (main, after) in [
            (MAIN, &b""[..]),
            (MainHeader { q: 0, ..MAIN }, b""),
            (MainHeader { jpeg_type: 9, ..MAIN }, b""),
            (MainHeader { width_blocks: 0, height_blocks: 0, ..MAIN }, b""),
            (MainHeader { q: 255, ..MAIN }, b"\0\0\0\0"),
            (MainHeader { q: 255, ..MAIN }, &[&b"\0\0\0\x80"[..], &tables].concat()),
        ] {
            let pieces = (0..).step_by(100).zip(jpeg.chunks(100));
            let packets: Vec<_> = pieces
                .map(|(offset, data)| {
                    let marker = usize::try_from(offset).unwrap() + data.len() == jpeg.len();
                    let after = if offset == 0 { after } else { b"" };
                    (Next, 1, marker, payload(MainHeader { offset, ..main }, &[after, data]))
                })
                .collect();
            assert_eq!(reassemble(&packets), (vec![jpeg.clone()], 0, vec![]), "{main:?}");
        }
    }

    #[test]
    fn empty_packets_within_a_frame_and_between_frames_are_no_harm() {
        let (frames, damaged, reasons) = reassemble(&[
            (Next, 1, false, vec![]),
            (Next, 1, false, piece(0, "a")),
            (Next, 1, false, vec![]),
            (Next, 1, false, piece(1, "b")),
            (Next, 1, true, vec![]),
            (Next, 1, true, vec![]),
            (Next, 2, true, piece(0, "c")),
        ]);
        assert_eq!((texts(&frames), damaged, reasons), (vec!["ab".into(), "c".into()], 0, vec![]));
    }

    #[test]
    fn without_markers_the_next_timestamp_ends_a_frame_and_the_goodbye_the_last() {
        let mut reassembler = Reassembler::default();
        let mut push = |order, timestamp, marker, payload: &[u8]| {
            let packet = RtpPacket { marker, ..RtpPacket::jpeg(0, timestamp, 0, payload) };
            reassembler.push(&packet, order);
        };
        for (timestamp, text) in [(1, "one"), (2, "two")] {
            push(Next, timestamp, false, &piece(0, text));
            push(Next, timestamp, false, &piece(3, "."));
        }
        // Its end is lost, and then its beginning.
        push(Next, 3, false, &piece(0, "lost"));
        push(Gap, 4, false, &piece(3, "lost"));
        push(Next, 5, false, &piece(0, "three"));
        reassembler.end();
        let frames: Vec<_> = std::iter::from_fn(|| reassembler.next_frame()).collect();
        assert_eq!(texts(&frames), ["one.", "two.", "three"]);
        assert_eq!(reassembler.damaged(), 2);

        let mut reassembler = Reassembler::default();
        for timestamp in 0..3 {
            reassembler.push(&RtpPacket::jpeg(0, timestamp, 0, &piece(0, "all")), Next);
        }
        reassembler.end();
        let frames: Vec<_> = std::iter::from_fn(|| reassembler.next_frame()).collect();
        assert_eq!((texts(&frames), reassembler.damaged()), (vec!["all".to_owned(); 3], 0));
    }

    #[test]
    fn a_restart_interval_of_0_means_that_there_are_no_markers() {
        let mut restart = Vec::new();
        RestartHeader::unaligned(0).encode(&mut restart);
        let packet = payload(MainHeader { jpeg_type: 65, ..MAIN }, &[&restart, b"data"]);
        let (frames, damaged, _) = reassemble(&[(Next, 1, true, packet)]);
        assert_eq!((texts(&frames), damaged), (vec!["data".to_owned()], 0));
    }

    #[test]
    fn a_quality_sent_as_q_gives_the_same_picture() {
        let jpeg = jpeg_of_quality(75, (48, 32), |_| ());
        let (_, first) = payloads(&JpegFrame::of(&jpeg).unwrap(), 60_000).remove(0);
        let data = &first[8 + 4 + 128..];
        let main = MainHeader { q: 75, width_blocks: 6, height_blocks: 4, ..MAIN };
        let (frames, ..) = reassemble(&[(Next, 1, true, payload(main, &[data]))]);
        assert_eq!(all_pixels(&frames[0]), all_pixels(&jpeg));
    }

    #[test]
    fn a_frame_without_end_does_not_fill_the_memory() {
        let mut reassembler = Reassembler::default();
        let data = vec![7; 60_000];
        for number in 0..600 {
            let payload =
                payload(MainHeader { offset: number * 60_000 % (1 << 24), ..MAIN }, &[&data]);
            reassembler.push(&RtpPacket::jpeg(0, 1, 0, &payload), Next);
        }
        assert_eq!(reassembler.damaged(), 1);
        assert!(matches!(reassembler.open, Open::Broken { .. }));
    }

    /// A packet and the number of its frame.
    type Numbered = (u16, bool, Vec<u8>);

    /// Frames of one to some packets each, and what is to come of them.
    fn movie(frames: u16) -> (Vec<Numbered>, Vec<Vec<u8>>) {
        let (mut packets, mut expected) = (Vec::new(), Vec::new());
        for number in 0..frames {
            let size = (16 + 24 * (number % 4), 16);
            let jpeg = jpeg(size, |encoder| encoder.set_restart_interval(number % 3));
            let payloads = payloads(&JpegFrame::of(&jpeg).unwrap(), 256);
            let alone: Vec<_> = payloads
                .iter()
                .map(|(marker, payload)| (Next, 0, *marker, payload.clone()))
                .collect();
            expected.extend(reassemble(&alone).0);
            packets.extend(payloads.into_iter().map(|(marker, payload)| (number, marker, payload)));
        }
        (packets, expected)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        /// What the caller's [`Reception`] lets through decides: a frame of which all came is shown,
        /// one of which a part came is damaged.
        #[test]
        fn over_any_network_only_whole_frames_come_out_and_the_count_is_exact(
            start in any::<u16>(),
            fates in proptest::collection::vec(0..20_u8, 100),
        ) {
            let (packets, expected) = movie(12);
            let mut arrivals = Vec::new();
            for (number, fate) in (0..packets.len()).zip(fates.iter().cycle()) {
                match fate {
                    0 => {}
                    1 => arrivals.extend([number, number]),
                    2 if !arrivals.is_empty() => arrivals.insert(arrivals.len() - 1, number),
                    _ => arrivals.push(number),
                }
            }
            let (mut reception, mut reassembler) = (Reception::default(), Reassembler::default());
            let (mut taken, mut frames) = (vec![0; expected.len()], Vec::new());
            for place in arrivals {
                let (frame, marker, payload) = &packets[place];
                let number = start.wrapping_add(u16::try_from(place).unwrap());
                let packet = RtpPacket {
                    marker: *marker,
                    ..RtpPacket::jpeg(number, u32::from(*frame) * 3000, 0, payload)
                };
                let order = reception.record(&packet, false, Duration::ZERO);
                taken[usize::from(*frame)] += usize::from(order.goes_on());
                reassembler.push(&packet, order);
                frames.extend(std::iter::from_fn(|| reassembler.next_frame()));
            }
            // The last frame may still be open, for its end is lost.
            let other = RtpPacket { marker: true, ..RtpPacket::jpeg(0, 1, 0, &packets[0].2) };
            reassembler.push(&other, Gap);
            reassembler.next_frame();

            let (mut intact, mut damaged) = (Vec::new(), 0);
            for (frame, taken) in taken.into_iter().enumerate() {
                let all = packets.iter().filter(|packet| usize::from(packet.0) == frame).count();
                if taken == all {
                    intact.push(expected[frame].clone());
                } else if taken > 0 {
                    damaged += 1;
                }
            }
            prop_assert_eq!(frames, intact);
            prop_assert_eq!(reassembler.damaged(), damaged);
            let reasons: Vec<_> = std::iter::from_fn(|| reassembler.next_reason()).collect();
            prop_assert_eq!(reasons.is_empty(), damaged == 0);
            prop_assert!(reasons.iter().all(CannotDecode::is_of_the_network));
        }

        #[test]
        fn any_payloads_are_taken_without_a_panic(
            packets in proptest::collection::vec(
                (proptest::collection::vec(any::<u8>(), 0..200), 0..3_u32, any::<bool>(), 0..5_usize),
                0..50,
            ),
        ) {
            let orders = [Next, Gap, Order::Same, Order::Late, Order::Again];
            let packets: Vec<_> = packets
                .into_iter()
                .map(|(payload, timestamp, marker, order)| (orders[order], timestamp, marker, payload))
                .collect();
            let (frames, damaged, _) = reassemble(&packets);
            prop_assert!(frames.len() as u64 + damaged <= packets.len() as u64 + 1);
        }

        #[test]
        fn damaged_packets_are_taken_without_a_panic(
            damages in proptest::collection::vec((any::<Index>(), 0..20_usize, any::<u8>()), 1..20),
            cuts in proptest::collection::vec((any::<Index>(), any::<Index>()), 0..3),
        ) {
            let (packets, _) = movie(6);
            let mut packets: Vec<_> = packets
                .into_iter()
                .map(|(frame, marker, payload)| (Next, frame.into(), marker, payload))
                .collect();
            for (packet, place, byte) in damages {
                let packet = packet.index(packets.len());
                packets[packet].3[place] = byte;
            }
            for (packet, length) in cuts {
                let packet = packet.index(packets.len());
                let length = length.index(packets[packet].3.len());
                packets[packet].3.truncate(length.max(20));
            }
            let (frames, damaged, _) = reassemble(&packets);
            prop_assert!(frames.iter().all(|frame| frame.starts_with(SOI) && frame.ends_with(EOI)));
            prop_assert_eq!(frames.len() as u64 + damaged, 6);
        }
    }
}
