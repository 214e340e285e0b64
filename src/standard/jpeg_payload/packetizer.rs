//! A JPEG, cut into payloads (RFC 2435 sections 3 and 4.3).

use std::borrow::Cow;
use std::num::NonZeroU16;

use super::cannot_carry::CannotCarry;
use super::headers::{Headers, MainHeader, RestartHeader, TableHeader};
use super::interchange::Interchange;
use super::jpeg::{MAX_DATA, Sampling};
use super::recode::recoded;
use super::tables::{STANDARD, Tables};

/// A frame as RFC 2435 carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JpegFrame<'a> {
    sampling: Sampling,
    width_blocks: u8,
    height_blocks: u8,
    restart_interval: Option<NonZeroU16>,
    tables: Tables,
    data: Cow<'a, [u8]>,
}

impl<'a> JpegFrame<'a> {
    /// Takes a JPEG apart. If its Huffman tables are not the standard ones, which receivers take
    /// for granted, its data is recoded; the pixels stay as they are.
    ///
    /// # Errors
    /// RFC 2435 can't carry it, or it is damaged.
    pub fn of(jpeg: &'a [u8]) -> Result<Self, CannotCarry> {
        let parts = Interchange::decode(jpeg)?;
        let data = if parts.huffman == STANDARD {
            Cow::Borrowed(parts.scan)
        } else {
            Cow::Owned(recoded(&parts, STANDARD)?)
        };
        if data.len() > MAX_DATA {
            return Err(CannotCarry::TooLong { length: data.len() });
        }
        let Interchange { sampling, restart_interval, quantisation: [luma, chroma], .. } = parts;
        Ok(Self {
            sampling,
            width_blocks: blocks(parts.width),
            height_blocks: blocks(parts.height),
            restart_interval,
            tables: [*luma, *chroma],
            data,
        })
    }

    /// Cuts the frame into payloads of at most `limit_bytes`, headers included. A limit below
    /// [`SMALLEST_LIMIT`] counts as that.
    pub fn packets(&self, limit_bytes: usize) -> Packets<'_> {
        Packets { frame: self, limit_bytes: limit_bytes.max(SMALLEST_LIMIT), offset: 0 }
    }

    /// How chroma is sampled.
    pub const fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Width and height in pixels as receivers show them: multiples of 8.
    pub fn size(&self) -> (u16, u16) {
        (u16::from(self.width_blocks) * 8, u16::from(self.height_blocks) * 8)
    }

    /// Whether the data had to be recoded.
    pub const fn is_recoded(&self) -> bool {
        matches!(self.data, Cow::Owned(_))
    }

    fn headers(&self, offset: usize) -> Headers {
        let restart_type = if self.restart_interval.is_some() { 64 } else { 0 };
        let main = MainHeader {
            type_specific: 0,
            offset: u32::try_from(offset).unwrap_or(u32::MAX),
            jpeg_type: self.sampling.jpeg_type() + restart_type,
            q: Q_IN_BAND,
            width_blocks: self.width_blocks,
            height_blocks: self.height_blocks,
        };
        let restart =
            self.restart_interval.map(|interval| RestartHeader::unaligned(interval.get()));
        let tables = main.has_table_header().then_some(BOTH_TABLES);
        Headers { main, restart, tables }
    }

    /// The bytes before the data.
    fn head_length(&self, offset: usize) -> usize {
        let restart = if self.restart_interval.is_some() { 4 } else { 0 };
        let tables = if offset == 0 { 4 + usize::from(BOTH_TABLES.length_bytes) } else { 0 };
        8 + restart + tables
    }
}

/// The payloads of a frame, in order.
#[derive(Clone, Debug)]
pub struct Packets<'f> {
    frame: &'f JpegFrame<'f>,
    limit_bytes: usize,
    offset: usize,
}

impl<'f> Iterator for Packets<'f> {
    type Item = Packet<'f>;

    fn next(&mut self) -> Option<Packet<'f>> {
        let (frame, offset) = (self.frame, self.offset);
        let rest = frame.data.get(offset..).filter(|rest| !rest.is_empty())?;
        let room = self.limit_bytes - frame.head_length(offset);
        let data = rest.get(..room).unwrap_or(rest);
        self.offset += data.len();
        Some(Packet { frame, offset, data, is_last: data.len() == rest.len() })
    }
}

/// A piece of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'f> {
    frame: &'f JpegFrame<'f>,
    offset: usize,
    data: &'f [u8],
    is_last: bool,
}

impl Packet<'_> {
    /// Appends the payload to `payload`, which may hold an RTP header already.
    pub fn write(&self, payload: &mut Vec<u8>) {
        self.frame.headers(self.offset).encode(payload);
        if self.offset == 0 {
            payload.extend_from_slice(self.frame.tables.as_flattened());
        }
        payload.extend_from_slice(self.data);
    }

    /// Whether it is the frame's last, which has the marker bit.
    pub const fn is_last(&self) -> bool {
        self.is_last
    }
}

/// In units of 8 pixels, rounded up; sizes that do not fit are refused before.
fn blocks(pixels: u16) -> u8 {
    u8::try_from(pixels.div_ceil(8)).unwrap_or(u8::MAX)
}

/// The smallest limit: the longest headers, and some data.
pub const SMALLEST_LIMIT: usize = 256;
/// The tables are in the first packet of each frame (RFC 2435 section 4.2).
const Q_IN_BAND: u8 = 255;
/// Two tables of 8 bits. The standard's players need both, even if they are equal.
const BOTH_TABLES: TableHeader = TableHeader { mbz: 0, precision: 0, length_bytes: 128 };

#[cfg(test)]
mod tests {
    use jpeg_encoder::{Encoder, SamplingFactor};

    use super::*;
    use crate::standard::jpeg_payload::samples::{jpeg, payloads, position};
    use crate::video_stream::tests::movie_frames;

    #[test]
    fn the_first_packet_has_the_tables_and_the_others_have_not() {
        let movie = movie_frames(500).remove(0);
        let frame = JpegFrame::of(&movie).unwrap();
        assert_eq!((frame.sampling(), frame.size()), (Sampling::Yuv420, (384, 288)));
        let payloads = payloads(&frame, 1400);
        let tables = position(&movie, 0xDB) + 4;
        let scan = 623..movie.len() - 2;

        let (_, first) = &payloads[0];
        assert_eq!(first[..12], *b"\0\0\0\0\x01\xFF\x30\x24\0\0\0\x80");
        assert_eq!(first[12..76], movie[tables..tables + 64]);
        assert_eq!(first[76..140], movie[tables + 69..tables + 133]);
        assert_eq!(first[140..], movie[scan.start..scan.start + 1260]);
        let (_, second) = &payloads[1];
        assert_eq!(second[..8], *b"\0\0\x04\xEC\x01\xFF\x30\x24", "offset 1260");
        assert_eq!(second[8..], movie[scan.start + 1260..scan.start + 1260 + 1392]);

        let data: Vec<u8> = payloads
            .iter()
            .flat_map(|(_, payload)| {
                payload[if payload[..4] == [0; 4] { 140 } else { 8 }..].to_vec()
            })
            .collect();
        assert_eq!(data, movie[scan]);
        let markers: Vec<bool> = payloads.iter().map(|&(marker, _)| marker).collect();
        assert_eq!(markers.iter().position(|&marker| marker), Some(markers.len() - 1));
    }

    #[test]
    fn restart_markers_are_announced_in_every_packet() {
        for (sampling, jpeg_type) in [(SamplingFactor::F_2_1, 64), (SamplingFactor::F_2_2, 65)] {
            let jpeg = jpeg((64, 64), |encoder: &mut Encoder<_>| {
                encoder.set_sampling_factor(sampling);
                encoder.set_restart_interval(3);
            });
            let payloads = payloads(&JpegFrame::of(&jpeg).unwrap(), 256);
            assert!(payloads.len() > 3);
            for (_, payload) in &payloads {
                assert_eq!(payload[4], jpeg_type);
                assert_eq!(payload[8..12], *b"\0\x03\xFF\xFF", "F, L and 0x3FFF");
            }
            assert_eq!(payloads[0].1[12..16], *b"\0\0\0\x80");
        }
    }

    #[test]
    fn no_payload_is_longer_than_the_limit_and_all_but_the_last_are_as_long() {
        let jpeg = jpeg((200, 100), |encoder| encoder.set_restart_interval(7));
        let frame = JpegFrame::of(&jpeg).unwrap();
        for limit in [256, 257, 1000, 1400, 65_000, usize::MAX] {
            let payloads = payloads(&frame, limit);
            let (last, others) = payloads.split_last().unwrap();
            assert!(others.iter().all(|(marker, payload)| payload.len() == limit && !marker));
            assert!(last.0 && last.1.len() <= limit && last.1.len() > 12);
        }
        assert_eq!(payloads(&frame, 0), payloads(&frame, SMALLEST_LIMIT));
    }

    #[test]
    fn one_table_for_all_components_is_sent_twice_and_names_do_not_matter() {
        let mut one = jpeg((40, 24), |_| ());
        let (sof, sos) = (position(&one, 0xC0), position(&one, 0xDA));
        for (component, name) in [0, 10, 20].into_iter().enumerate() {
            one[sof + 9 + 3 * component] = name;
            one[sof + 11 + 3 * component] = 0;
            one[sos + 4 + 2 * component] = name;
        }
        let payloads = payloads(&JpegFrame::of(&one).unwrap(), 1400);
        let first = &payloads[0].1;
        assert_eq!(first[12..76], first[76..140]);
        let dqt = position(&one, 0xDB);
        assert_eq!(first[12..76], one[dqt + 4..dqt + 68]);
    }

    #[test]
    fn a_packet_is_appended_to_its_rtp_header() {
        let jpeg = jpeg((40, 24), |_| ());
        let frame = JpegFrame::of(&jpeg).unwrap();
        let mut datagram = b"twelve bytes".to_vec();
        frame.packets(1400).next().unwrap().write(&mut datagram);
        assert_eq!(datagram[..12], *b"twelve bytes");
        assert_eq!(datagram[12..], payloads(&frame, 1400)[0].1);
    }
}
