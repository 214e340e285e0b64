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

mod bits;
mod cannot_carry;
mod cannot_decode;
mod headers;
mod interchange;
mod jpeg;
mod packetizer;
mod quality;
mod reassembler;
mod rebuild;
mod recode;
mod scan;
mod tables;

pub use cannot_carry::CannotCarry;
pub use cannot_decode::CannotDecode;
pub use headers::{Headers, MainHeader, RestartHeader, TableHeader};
pub use jpeg::Sampling;
pub use packetizer::{JpegFrame, Packet, Packets, SMALLEST_LIMIT};
pub use quality::Quality;
pub use reassembler::Reassembler;

/// JPEGs for the tests of this folder.
#[cfg(test)]
mod samples {

    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    use super::interchange::Interchange;
    use super::recode::recoded;
    use super::{JpegFrame, Packet};
    use crate::jpeg::huffman::{HuffmanPair, STANDARD_CHROMA, STANDARD_LUMA};
    use crate::picture::Picture;

    /// A picture with flat parts, edges and noise, as a 4:2:0 JPEG, unless `change` wants another.
    pub(super) fn jpeg(
        (width, height): (u16, u16),
        change: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
    ) -> Vec<u8> {
        jpeg_of_quality(80, (width, height), change)
    }

    /// The same of a quality from 1 to 100.
    pub(super) fn jpeg_of_quality(
        quality: u8,
        (width, height): (u16, u16),
        change: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
    ) -> Vec<u8> {
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, quality);
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
            let noise = if (x / 24 + y / 16) % 3 == 0 { random >> 24 } else { 0 };
            u8::try_from((x * (channel + 1) + y * 2 + noise) % 256).unwrap()
        };
        let (width, height) = (u32::from(width), u32::from(height));
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        places
            .flat_map(|(x, y)| (0..channels).map(move |c| (x, y, c)))
            .map(|(x, y, c)| noise(x, y, c))
            .collect()
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
    use super::samples::{SWAPPED, all_pixels, jpeg, payloads, with_huffman};
    use super::*;
    use crate::rtp_packet::RtpPacket;
    use crate::statistics::Order;
    use crate::video_stream::tests::movie_frames;
    use jpeg_encoder::{Encoder, SamplingFactor};

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
}
