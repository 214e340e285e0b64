//! The standard RTP payload of JPEG (RFC 2435), as every common player and server speaks it.
//!
//! A payload is eight bytes of header and a piece of the frame's entropy-coded data. What else a
//! JPEG has before that data is not sent: the receiver builds it again from the header.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! | Type-specific |              Fragment Offset                  |  main header (3.1)
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |      Type     |       Q       |     Width     |     Height    |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |       Restart Interval        |F|L|       Restart Count       |  if type is 64 to 127 (3.1.7)
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |      MBZ      |   Precision   |             Length            |  if Q is 128 to 255 and the
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  offset is 0 (3.1.8)
//! |                 Quantization Table Data ...                   |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! Type 0 is a picture with 4:2:2 chroma, type 1 one with 4:2:0; 64 is added if there are restart
//! markers. [`JpegFrame`] takes a JPEG apart and cuts it into payloads; [`Reassembler`] puts it
//! together again. Between the two, every pixel stays as it is:
//!
//! ```
//! use rtsp_lab::standard::jpeg_payload::{Headers, JpegFrame, Reassembler};
//! use rtsp_lab::rtp_packet::RtpPacket;
//! use rtsp_lab::statistics::Order;
//! # use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
//! # let mut jpeg = Vec::new();
//! # let mut encoder = Encoder::new(&mut jpeg, 75);
//! # encoder.set_sampling_factor(SamplingFactor::F_2_2);
//! # encoder.encode(&[77; 3 * 32 * 16], 32, 16, ColorType::Rgb)?;
//!
//! let frame = JpegFrame::of(&jpeg)?;
//! let (mut number, mut payload, mut reassembler) = (0, Vec::new(), Reassembler::default());
//! for packet in frame.packets(1400) {
//!     payload.clear();
//!     packet.write(&mut payload);
//!     let (Headers { main, .. }, _) = Headers::decode(&payload)?;
//!     assert_eq!((main.jpeg_type, main.q, main.width_blocks), (1, 255, 4));
//!     let marker = packet.is_last();
//!     let packet = RtpPacket { marker, ..RtpPacket::jpeg(number, 0, 0, &payload) };
//!     reassembler.push(&packet, Order::Next);
//!     number += 1;
//! }
//! assert!(reassembler.next_frame().unwrap().starts_with(b"\xFF\xD8"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Deviation
//! Fields of interlaced video (type-specific 1 to 3, section 4.1) are shown as pictures of their
//! own.

use crate::rtp_packet::DecodeError;

mod bits;
mod cannot_carry;
mod cannot_decode;
mod interchange;
mod packetizer;
mod reassembler;
mod rebuild;
mod recode;
mod scan;
mod tables;

pub use cannot_carry::CannotCarry;
pub use cannot_decode::CannotDecode;
pub use packetizer::{JpegFrame, Packet, Packets, SMALLEST_LIMIT};
pub use reassembler::Reassembler;

/// How often chroma is sampled, which is all that types 0 and 1 tell apart (RFC 2435 section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// 4:2:2, type 0: one chroma sample for two pixels of a row.
    Yuv422,
    /// 4:2:0, type 1: one chroma sample for a square of four pixels.
    Yuv420,
}

impl Sampling {
    /// What the header calls it, without restart markers.
    const fn jpeg_type(self) -> u8 {
        match self {
            Self::Yuv422 => 0,
            Self::Yuv420 => 1,
        }
    }

    /// `None` for a type that is not defined in section 4.1; restart markers make no difference.
    const fn of(jpeg_type: u8) -> Option<Self> {
        match jpeg_type {
            0 | 64 => Some(Self::Yuv422),
            1 | 65 => Some(Self::Yuv420),
            _ => None,
        }
    }

    /// The sampling factors of luma, across and down; those of chroma are 1 and 1.
    const fn luma_factors(self) -> (u8, u8) {
        match self {
            Self::Yuv422 => (2, 1),
            Self::Yuv420 => (2, 2),
        }
    }
}

/// Everything in a payload before the tables' values and the data (RFC 2435 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headers {
    /// The eight bytes that every payload has.
    pub main: MainHeader,
    /// There if the type is 64 to 127.
    pub restart: Option<RestartHeader>,
    /// There if Q is 128 or more and the offset is 0.
    pub tables: Option<TableHeader>,
}

impl Headers {
    /// Appends the headers to `payload`.
    pub fn encode(&self, payload: &mut Vec<u8>) {
        self.main.encode(payload);
        if let Some(restart) = self.restart {
            restart.encode(payload);
        }
        if let Some(tables) = self.tables {
            tables.encode(payload);
        }
    }

    /// Reads the headers; returns what comes behind them, too: the tables' values, then the data.
    ///
    /// Sixteen bytes of a payload are enough.
    ///
    /// # Errors
    /// The payload ends inside its headers.
    pub fn decode(payload: &[u8]) -> Result<(Self, &[u8]), DecodeError> {
        let (main, mut rest) = MainHeader::decode(payload)?;
        let (mut restart, mut tables) = (None, None);
        if main.has_restart_header() {
            let (header, behind) = RestartHeader::decode(rest)?;
            (restart, rest) = (Some(header), behind);
        }
        if main.has_table_header() {
            let (header, behind) = TableHeader::decode(rest)?;
            (tables, rest) = (Some(header), behind);
        }
        Ok((Self { main, restart, tables }, rest))
    }
}

/// The eight bytes at the start of every payload (RFC 2435 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MainHeader {
    /// 0 for whole pictures, 1 to 3 for fields of interlaced video (section 4.1).
    pub type_specific: u8,
    /// Where in the frame's data this piece begins, in bytes; 24 bits are sent (3.1.2).
    pub offset: u32,
    /// Sampling, and whether there are restart markers (3.1.3).
    pub jpeg_type: u8,
    /// Which quantisation tables: 1 to 99 computed, 128 to 255 sent (3.1.4).
    pub q: u8,
    /// The width in units of 8 pixels (3.1.5).
    pub width_blocks: u8,
    /// The height in units of 8 pixels (3.1.6).
    pub height_blocks: u8,
}

impl MainHeader {
    fn encode(&self, payload: &mut Vec<u8>) {
        let Self { type_specific, offset, jpeg_type, q, width_blocks, height_blocks } = *self;
        let [_, o2, o1, o0] = offset.to_be_bytes();
        payload.extend_from_slice(&[type_specific, o2, o1, o0]);
        payload.extend_from_slice(&[jpeg_type, q, width_blocks, height_blocks]);
    }

    fn decode(payload: &[u8]) -> Result<(Self, &[u8]), DecodeError> {
        let (header, rest) = split("JPEG main header", payload)?;
        let [type_specific, o2, o1, o0, jpeg_type, q, width_blocks, height_blocks] = *header;
        let offset = u32::from_be_bytes([0, o2, o1, o0]);
        Ok((Self { type_specific, offset, jpeg_type, q, width_blocks, height_blocks }, rest))
    }

    /// Types 64 to 127 are types 0 to 63 with restart markers (section 3.1.3).
    pub const fn has_restart_header(&self) -> bool {
        matches!(self.jpeg_type, 64..=127)
    }

    /// The first packet of a frame tells its tables, or that they are known (section 3.1.8).
    pub const fn has_table_header(&self) -> bool {
        self.q >= 128 && self.offset == 0
    }
}

/// Restart markers, and where among them the payload is (RFC 2435 section 3.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartHeader {
    /// MCUs from one restart marker to the next; 0 is forbidden.
    pub interval: u16,
    /// F: this packet begins a restart interval.
    pub first: bool,
    /// L: it ends one.
    pub last: bool,
    /// The position of the first interval; 0x3FFF: the whole frame is needed. 14 bits are sent.
    pub count: u16,
}

impl RestartHeader {
    /// For packets that are cut without regard to the intervals: `first`, `last` and 0x3FFF.
    pub const fn unaligned(interval: u16) -> Self {
        Self { interval, first: true, last: true, count: COUNT_BITS }
    }

    fn encode(self, payload: &mut Vec<u8>) {
        let Self { interval, first, last, count } = self;
        let word = u16::from(first) << 15 | u16::from(last) << 14 | count & COUNT_BITS;
        payload.extend_from_slice(&interval.to_be_bytes());
        payload.extend_from_slice(&word.to_be_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<(Self, &[u8]), DecodeError> {
        let (header, rest) = split("JPEG restart header", bytes)?;
        let [i1, i0, w1, w0] = *header;
        let (interval, word) = (u16::from_be_bytes([i1, i0]), u16::from_be_bytes([w1, w0]));
        let (first, last) = (word & 0x8000 != 0, word & 0x4000 != 0);
        Ok((Self { interval, first, last, count: word & COUNT_BITS }, rest))
    }
}

/// What is said of the quantisation tables behind it (RFC 2435 section 3.1.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableHeader {
    /// Must be zero; receivers do not look at it.
    pub mbz: u8,
    /// Bit n: the values of table n have 16 bits, not 8.
    pub precision: u8,
    /// Bytes of values behind this header; 0: the tables have been sent before, with the same Q.
    pub length_bytes: u16,
}

impl TableHeader {
    fn encode(self, payload: &mut Vec<u8>) {
        let Self { mbz, precision, length_bytes } = self;
        payload.extend_from_slice(&[mbz, precision]);
        payload.extend_from_slice(&length_bytes.to_be_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<(Self, &[u8]), DecodeError> {
        let (header, rest) = split("JPEG table header", bytes)?;
        let [mbz, precision, l1, l0] = *header;
        Ok((Self { mbz, precision, length_bytes: u16::from_be_bytes([l1, l0]) }, rest))
    }
}

fn split<'a, const SIZE: usize>(
    part: &'static str,
    bytes: &'a [u8],
) -> Result<(&'a [u8; SIZE], &'a [u8]), DecodeError> {
    let found = bytes.len();
    bytes.split_first_chunk().ok_or(DecodeError { part, expected: SIZE, found })
}

/// The 14 bits of the restart count.
const COUNT_BITS: u16 = 0x3FFF;
/// Start and end of image (ITU-T T.81 table B.1).
const SOI: &[u8] = b"\xFF\xD8";
const EOI: &[u8] = b"\xFF\xD9";
/// The most pixels of a side: 255 times 8 (RFC 2435 section 3.1.5).
const MOST_PIXELS: u16 = 2040;
/// The most bytes of a frame's data: so far the fragment offset reaches.
const MAX_DATA: usize = 16 << 20;

/// JPEGs for the tests of this folder.
#[cfg(test)]
mod samples {
    use std::path::Path;

    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    use super::interchange::Interchange;
    use super::recode::recoded;
    use super::{JpegFrame, Packet};
    use crate::jpeg::huffman::{HuffmanPair, STANDARD_CHROMA, STANDARD_LUMA};
    use crate::picture::Picture;
    use crate::video_stream::VideoStream;

    /// A picture with flat parts, edges and noise, as a 4:2:0 JPEG, unless `change` wants another.
    pub(super) fn jpeg(
        (width, height): (u16, u16),
        change: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
    ) -> Vec<u8> {
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, 80);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        change(&mut encoder);
        encoder.encode(&pixels(width, height, 3), width, height, ColorType::Rgb).unwrap();
        jpeg
    }

    /// The same picture with one to four channels.
    pub(super) fn pixels(width: u16, height: u16, channels: u32) -> Vec<u8> {
        let mut random = 1_u32;
        let mut noise = move |x: u32, y: u32, channel: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = if (x / 24 + y / 16).is_multiple_of(3) { random >> 24 } else { 0 };
            u8::try_from((x * (channel + 1) + y * 2 + noise) % 256).unwrap()
        };
        let (width, height) = (u32::from(width), u32::from(height));
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        places
            .flat_map(|(x, y)| (0..channels).map(move |c| (x, y, c)))
            .map(|(x, y, c)| noise(x, y, c))
            .collect()
    }

    /// Every `step`th frame of the project's movie.
    pub(super) fn movie_frames(step: usize) -> Vec<Vec<u8>> {
        let mut movie =
            VideoStream::open(Path::new(env!("CARGO_MANIFEST_DIR")), "movie.Mjpeg").unwrap();
        let mut frames = Vec::new();
        while let Some(frame) = movie.next_frame().unwrap() {
            frames.push(frame.to_vec());
        }
        frames.into_iter().step_by(step).collect()
    }

    /// Where the code of the first such marker is.
    pub(super) fn position(jpeg: &[u8], code: u8) -> usize {
        jpeg.windows(2).position(|bytes| bytes == [0xFF, code]).unwrap() + 1
    }

    /// The frame's payloads, each with its marker bit.
    pub(super) fn payloads(frame: &JpegFrame<'_>, limit_bytes: usize) -> Vec<(bool, Vec<u8>)> {
        let payload = |packet: Packet<'_>| {
            let mut payload = Vec::new();
            packet.write(&mut payload);
            (packet.is_last(), payload)
        };
        frame.packets(limit_bytes).map(payload).collect()
    }

    /// The pixels, also those that fill up the last units of 8x8, which RFC 2435 makes visible.
    pub(super) fn all_pixels(jpeg: &[u8]) -> Picture {
        let mut jpeg = jpeg.to_vec();
        let sizes = position(&jpeg, 0xC0) + 4;
        for size in jpeg[sizes..sizes + 4].chunks_exact_mut(2) {
            let rounded = u16::from_be_bytes([size[0], size[1]]).next_multiple_of(8);
            size.copy_from_slice(&rounded.to_be_bytes());
        }
        Picture::decode(&jpeg).unwrap()
    }

    /// The standard tables for the wrong components.
    pub(super) const SWAPPED: [HuffmanPair<'static>; 3] =
        [STANDARD_CHROMA, STANDARD_LUMA, STANDARD_LUMA];

    /// The same picture with other Huffman tables, which get these numbers.
    pub(super) fn with_huffman(
        jpeg: &[u8],
        tables: [HuffmanPair<'_>; 3],
        numbers: [u8; 3],
    ) -> Vec<u8> {
        let parts = Interchange::decode(jpeg).unwrap();
        let scan = recoded(&parts, tables).unwrap();
        // Two definitions of a table: the later one counts.
        let sos = parts.scan_offset - 14;
        let mut changed = jpeg[..sos].to_vec();
        for (HuffmanPair { dc, ac }, number) in tables.iter().zip(numbers) {
            for (table, class) in [(dc, 0), (ac, 0x10)] {
                let length = 3 + u16::try_from(table.length_bytes()).unwrap();
                changed
                    .extend([&[0xFF, 0xC4][..], &length.to_be_bytes(), &[class | number]].concat());
                table.encode(&mut changed);
            }
        }
        let mut header = jpeg[sos..parts.scan_offset].to_vec();
        for (component, number) in numbers.into_iter().enumerate() {
            header[6 + 2 * component] = number << 4 | number;
        }
        changed.extend([&header[..], &scan, b"\xFF\xD9"].concat());
        changed
    }
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{Encoder, SamplingFactor};
    use proptest::prelude::*;

    use super::samples::{SWAPPED, all_pixels, jpeg, movie_frames, payloads, with_huffman};
    use super::*;
    use crate::rtp_packet::RtpPacket;
    use crate::statistics::Order;

    /// A JPEG to payloads and back.
    fn there_and_back(jpeg: &[u8], limit_bytes: usize) -> Vec<u8> {
        let (frame, mut reassembler) = (JpegFrame::of(jpeg).unwrap(), Reassembler::default());
        for ((marker, payload), number) in payloads(&frame, limit_bytes).iter().zip(0..) {
            assert_eq!(reassembler.next_frame(), None, "before the marked packet");
            let packet = RtpPacket { marker: *marker, ..RtpPacket::jpeg(number, 7, 0, payload) };
            reassembler.push(&packet, Order::Next);
        }
        assert_eq!((reassembler.damaged(), reassembler.next_reason()), (0, None));
        reassembler.next_frame().unwrap()
    }

    fn assert_same_pixels(jpeg: &[u8], what: &str) {
        for limit_bytes in [SMALLEST_LIMIT, 1400, 65_000] {
            let back = there_and_back(jpeg, limit_bytes);
            assert_eq!(all_pixels(&back), all_pixels(jpeg), "{what}, limit {limit_bytes}");
        }
    }

    #[test]
    fn the_movie_keeps_its_pixels_and_its_data_is_not_copied() {
        for jpeg in movie_frames(20) {
            assert!(!JpegFrame::of(&jpeg).unwrap().is_recoded());
            assert_same_pixels(&jpeg, "the movie");
        }
    }

    #[test]
    fn every_kind_that_can_be_carried_keeps_its_pixels() {
        for sampling in [SamplingFactor::F_2_1, SamplingFactor::F_2_2] {
            for restart_interval in [0, 1, 3, 40] {
                for recoded in [false, true] {
                    for size in [(64, 48), (8, 8), (1, 1), (35, 21), (50, 90), (2040, 17)] {
                        let mut jpeg = jpeg(size, |encoder: &mut Encoder<_>| {
                            encoder.set_sampling_factor(sampling);
                            encoder.set_restart_interval(restart_interval);
                        });
                        if recoded {
                            jpeg = with_huffman(&jpeg, SWAPPED, [0, 1, 1]);
                        }
                        let what = format!(
                            "{sampling:?}, restart {restart_interval}, {recoded}, {size:?}"
                        );
                        assert_eq!(JpegFrame::of(&jpeg).unwrap().is_recoded(), recoded, "{what}");
                        assert_same_pixels(&jpeg, &what);
                    }
                }
            }
        }
    }

    #[test]
    fn the_headers_are_the_rfcs_bit_by_bit() {
        let headers = Headers {
            main: MainHeader {
                type_specific: 1,
                offset: 0x02_0304,
                jpeg_type: 65,
                q: 200,
                width_blocks: 7,
                height_blocks: 8,
            },
            restart: Some(RestartHeader {
                interval: 0x0A0B,
                first: true,
                last: false,
                count: 0x0C0D,
            }),
            tables: None,
        };
        let mut payload = b"before".to_vec();
        headers.encode(&mut payload);
        assert_eq!(payload, b"before\x01\x02\x03\x04\x41\xC8\x07\x08\x0A\x0B\x8C\x0D");
        payload.extend(b"data");
        assert_eq!(Headers::decode(&payload[6..]), Ok((headers, &b"data"[..])));

        let first = b"\0\0\0\0\x01\xFF\x30\x24\0\0\0\x80";
        let (headers, rest) = Headers::decode(first).unwrap();
        let tables = TableHeader { mbz: 0, precision: 0, length_bytes: 128 };
        assert_eq!((headers.restart, headers.tables, rest), (None, Some(tables), &b""[..]));
        assert_eq!((headers.main.width_blocks, headers.main.height_blocks), (48, 36));
        let mut unaligned = Vec::new();
        RestartHeader::unaligned(2).encode(&mut unaligned);
        assert_eq!(unaligned, b"\0\x02\xFF\xFF");
    }

    #[test]
    fn cut_headers_say_what_is_missing() {
        let whole = b"\0\0\0\0\x41\xFF\x30\x24\0\x02\xFF\xFF\0\0\0\x80";
        for (length, part, expected, found) in [
            (7, "JPEG main header", 8, 7),
            (11, "JPEG restart header", 4, 3),
            (12, "JPEG table header", 4, 0),
        ] {
            let error = Headers::decode(&whole[..length]).unwrap_err();
            assert_eq!(error, DecodeError { part, expected, found });
        }
        assert!(Headers::decode(whole).is_ok());
    }

    proptest! {
        #[test]
        fn headers_that_were_encoded_are_decoded(payload in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok((headers, rest)) = Headers::decode(&payload) {
                let mut again = Vec::new();
                headers.encode(&mut again);
                again.extend_from_slice(rest);
                prop_assert_eq!(again, payload);
            }
        }
    }
}
