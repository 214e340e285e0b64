//! Payloads, put together to JPEGs again: what the client does (RFC 2435 sections 3 and 4).

use std::collections::{BTreeMap, VecDeque};

use super::cannot_decode::{CannotDecode, Reasons};
use super::headers::{Headers, MainHeader, TableHeader};
use super::jpeg::{EOI, SOI, Sampling};
use super::rebuild::{Shape, jpeg_head};
use super::tables::{Tables, computed};
use crate::rtp_packet::{DecodeError, RtpPacket};
use crate::statistics::Order;

/// Puts frames together from packets. What is not whole is dropped.
#[derive(Clone, Debug, Default)]
pub struct Reassembler {
    frames: VecDeque<(u32, Vec<u8>)>,
    open: Open,
    /// The tables of Q 128 to 254, which need not be sent in every frame (section 4.2).
    sent_tables: BTreeMap<u8, Tables>,
    damaged: u64,
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
    shape: Shape,
    q: u8,
    jpeg: Vec<u8>,
    /// Bytes of data in `jpeg`: the offset that comes next.
    length: usize,
}

impl Reassembler {
    /// Takes in a packet that is not late; complete frames wait in [`Self::next_frame`].
    pub fn push(&mut self, packet: &RtpPacket<'_>, order: Order) {
        if !order.goes_on() {
            return;
        }
        self.end_before(packet, order);
        match Piece::decode(packet.payload) {
            Ok(piece) => self.take(packet, &piece),
            Err(reason) => {
                self.reasons.note(reason);
                self.give_up(packet);
            }
        }
        if packet.marker {
            self.finish();
        }
    }

    /// Nothing more will come: an unfinished frame stays so.
    pub fn end(&mut self) {
        let open = std::mem::take(&mut self.open);
        self.damaged += u64::from(matches!(open, Open::Started(_)));
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

    /// Why frames are dropped although all of them comes; every reason is told once.
    pub fn next_reason(&mut self) -> Option<CannotDecode> {
        self.reasons.next()
    }

    /// An unfinished frame ends where packets are missing and where another frame begins.
    fn end_before(&mut self, packet: &RtpPacket<'_>, order: Order) {
        let timestamp = match &self.open {
            Open::Nothing => return,
            Open::Started(frame) => frame.timestamp,
            Open::Broken { timestamp } => *timestamp,
        };
        if order == Order::Gap {
            self.break_off(timestamp);
        }
        if timestamp != packet.timestamp {
            self.break_off(timestamp);
            self.open = Open::Nothing;
        }
    }

    fn take(&mut self, packet: &RtpPacket<'_>, piece: &Piece<'_>) {
        match &mut self.open {
            Open::Nothing if piece.headers.main.offset == 0 => {
                match self.start(packet.timestamp, piece) {
                    Ok(frame) => self.open = Open::Started(frame),
                    Err(reason) => {
                        self.reasons.note(reason);
                        self.give_up(packet);
                    }
                }
            }
            Open::Started(frame) if frame.is_continued_by(piece) => frame.append(piece.data),
            Open::Nothing | Open::Started(_) => self.give_up(packet),
            Open::Broken { .. } => {}
        }
    }

    fn start(&mut self, timestamp: u32, piece: &Piece<'_>) -> Result<Started, CannotDecode> {
        if piece.data.starts_with(SOI) {
            return Err(CannotDecode::WholeJpeg);
        }
        let tables = self.tables_for(piece)?;
        let (shape, q, jpeg) = (piece.shape, piece.headers.main.q, jpeg_head(piece.shape, &tables));
        let mut frame = Started { timestamp, shape, q, jpeg, length: 0 };
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

    /// Counts the frame that `packet` belongs to as damaged, once.
    fn give_up(&mut self, packet: &RtpPacket<'_>) {
        self.break_off(packet.timestamp);
    }

    fn break_off(&mut self, timestamp: u32) {
        self.damaged += u64::from(!matches!(self.open, Open::Broken { .. }));
        self.open = Open::Broken { timestamp };
    }

    /// The marked packet has been taken.
    fn finish(&mut self) {
        match std::mem::take(&mut self.open) {
            Open::Started(frame) if frame.length == 0 => self.damaged += 1,
            Open::Started(frame) => self.frames.push_back((frame.timestamp, frame.into_jpeg())),
            Open::Nothing | Open::Broken { .. } => {}
        }
    }
}

impl Started {
    /// Whether the piece begins where the one before ended, and belongs to the same picture. As
    /// offsets have 24 bits, a frame can't fill the memory.
    fn is_continued_by(&self, piece: &Piece<'_>) -> bool {
        let MainHeader { offset, q, .. } = piece.headers.main;
        usize::try_from(offset) == Ok(self.length) && q == self.q && piece.shape == self.shape
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

/// A payload, taken apart.
struct Piece<'a> {
    headers: Headers,
    shape: Shape,
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
        let MainHeader { jpeg_type, width_blocks, height_blocks, .. } = headers.main;
        let sampling = Sampling::of(jpeg_type).ok_or(CannotDecode::Type { jpeg_type })?;
        if width_blocks == 0 || height_blocks == 0 {
            return Err(CannotDecode::Size);
        }
        let restart_interval = headers.restart.map(|restart| restart.interval);
        if restart_interval == Some(0) {
            return Err(CannotDecode::RestartInterval);
        }
        let restart_interval = restart_interval.unwrap_or_default();
        let shape = Shape { sampling, width_blocks, height_blocks, restart_interval };
        let (tables, data) = match headers.tables {
            Some(header) => sent_tables(header, rest)?,
            None => (None, rest),
        };
        Ok(Self { headers, shape, tables, data })
    }
}

/// The tables after their header; a single one is for chroma, too. Returns the rest as well.
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
        (128, Some((luma, chroma))) => chroma.first_chunk().map(|chroma| [*luma, *chroma]),
        _ => return Err(CannotDecode::TableLength { length_bytes }),
    };
    Ok((tables, rest))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::standard::jpeg_payload::cannot_decode::MOST_REASONS;
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
            (
                "a lost end",
                vec![(Next, 1, false, piece(0, "a")), (Next, 1, false, piece(1, "b"))],
                1,
            ),
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
                vec![(Next, 1, false, piece(0, "a")), (Gap, 2, true, vec![])],
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
            MainHeader { q: 61, ..MAIN },
            MainHeader { width_blocks: 3, ..MAIN },
            MainHeader { height_blocks: 2, ..MAIN },
        ] {
            let other = payload(MainHeader { offset: 1, ..other }, &[b"b"]);
            let (frames, damaged, _) =
                reassemble(&[(Next, 1, false, piece(0, "a")), (Next, 1, true, other)]);
            assert_eq!((frames.len(), damaged), (0, 1));
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
            [chroma, chroma],
            [luma, chroma],
            [chroma, chroma],
            [chroma, chroma],
            [chroma, chroma],
        ]) {
            assert_eq!(tables_of(frame), [l.to_vec(), c.to_vec()]);
        }
        assert_eq!(frames.len(), 9);
    }

    #[test]
    fn what_cannot_be_decoded_is_dropped_and_the_reason_is_told_once() {
        let table = [7; 64];
        let restart = |interval| {
            let mut bytes = Vec::new();
            RestartHeader::unaligned(interval).encode(&mut bytes);
            bytes
        };
        for (payload, text) in [
            (
                payload(MainHeader { jpeg_type: 2, ..MAIN }, &[b"data"]),
                "expected type 0, 1, 64 or 65, found 2",
            ),
            (
                payload(MainHeader { jpeg_type: 66, ..MAIN }, &[&restart(1), b"data"]),
                "expected type 0, 1, 64 or 65, found 66",
            ),
            (
                payload(MainHeader { jpeg_type: 128, ..MAIN }, &[b"data"]),
                "expected type 0, 1, 64 or 65, found 128",
            ),
            (
                payload(MainHeader { jpeg_type: 65, ..MAIN }, &[&restart(0), b"data"]),
                "expected a restart interval, found 0",
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
                with_q(255, &[b"\0\0\0\xC0", &table, &table, &table, b"data"]).3,
                "expected quantisation tables of 64 or 128 bytes, found 192",
            ),
            (
                with_q(255, &[b"\0\0\0\x41", &table, b"data"]).3,
                "expected quantisation tables of 64 or 128 bytes, found 65",
            ),
            (
                b"\xFF\xD8\xFF\xE0 whole".to_vec(),
                "expected the headers of RFC 2435, found a JPEG file (FF D8)",
            ),
            (
                payload(MAIN, &[b"\xFF\xD8\xFF\xE0"]),
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
    fn a_film_with_all_kinds_of_reasons_has_some_told() {
        let packets: Vec<_> = (100..128).map(|q| with_q(q, &[b"data"])).collect();
        let (_, damaged, reasons) = reassemble(&packets);
        assert_eq!((damaged, reasons.len()), (28, MOST_REASONS));
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
            // The last frame may still be open.
            let other = RtpPacket { marker: true, ..RtpPacket::jpeg(0, 1, 0, &packets[0].2) };
            reassembler.push(&other, Next);
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
            prop_assert_eq!(reassembler.next_reason(), None);
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
