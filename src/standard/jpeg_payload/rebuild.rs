//! The part of a JPEG that RFC 2435 does not send, built again from the header (appendix B).

use super::jpeg::{SOI, Sampling};
use super::tables::Tables;
use crate::jpeg::huffman::{HuffmanPair, STANDARD_CHROMA, STANDARD_LUMA};

/// What the headers say of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) sampling: Sampling,
    /// In units of 8 pixels.
    pub(super) width_blocks: u8,
    /// In units of 8 pixels.
    pub(super) height_blocks: u8,
    /// In MCUs; 0: there are no restart markers.
    pub(super) restart_interval: u16,
}

/// A JPEG up to the start of its data.
pub(super) fn jpeg_head(shape: Shape, tables: &Tables) -> Vec<u8> {
    let mut jpeg = Vec::with_capacity(TYPICAL_FRAME);
    jpeg.extend_from_slice(SOI);
    push_quantisation(&mut jpeg, tables);
    if shape.restart_interval != 0 {
        jpeg.extend_from_slice(&[0xFF, 0xDD, 0, 4]);
        jpeg.extend_from_slice(&shape.restart_interval.to_be_bytes());
    }
    push_frame_header(&mut jpeg, shape);
    push_huffman(&mut jpeg);
    push_scan_header(&mut jpeg);
    jpeg
}

/// DQT (ITU-T T.81 section B.2.4.1), one for each table.
fn push_quantisation(jpeg: &mut Vec<u8>, tables: &Tables) {
    for (table, number) in tables.iter().zip(0..) {
        jpeg.extend_from_slice(&[0xFF, 0xDB, 0, 67, number]);
        jpeg.extend_from_slice(table);
    }
}

/// SOF0 (ITU-T T.81 section B.2.2): luma uses table 0, both chromas use table 1.
fn push_frame_header(jpeg: &mut Vec<u8>, shape: Shape) {
    let (across, down) = shape.sampling.luma_factors();
    jpeg.extend_from_slice(&[0xFF, 0xC0, 0, 17, 8]);
    jpeg.extend_from_slice(&(u16::from(shape.height_blocks) * 8).to_be_bytes());
    jpeg.extend_from_slice(&(u16::from(shape.width_blocks) * 8).to_be_bytes());
    jpeg.extend_from_slice(&[3, 1, across << 4 | down, 0, 2, 0x11, 1, 3, 0x11, 1]);
}

/// DHT (ITU-T T.81 section B.2.4.2), one for each table: DC has the class 0, AC 1.
fn push_huffman(jpeg: &mut Vec<u8>) {
    for (HuffmanPair { dc, ac }, number) in [STANDARD_LUMA, STANDARD_CHROMA].iter().zip(0..) {
        for (table, class) in [(dc, 0), (ac, 0x10)] {
            // A table has 272 bytes at most.
            let length = u16::try_from(3 + table.length_bytes()).unwrap_or(u16::MAX);
            jpeg.extend_from_slice(&[0xFF, 0xC4]);
            jpeg.extend_from_slice(&length.to_be_bytes());
            jpeg.push(class | number);
            table.encode(jpeg);
        }
    }
}

/// SOS (ITU-T T.81 section B.2.3): one scan of three components and all 64 coefficients.
fn push_scan_header(jpeg: &mut Vec<u8>) {
    jpeg.extend_from_slice(&[0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]);
}

/// Bytes to begin with, so that the usual frame does not move while it grows.
const TYPICAL_FRAME: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use super::*;
    use crate::standard::jpeg_payload::interchange::Interchange;
    use crate::standard::jpeg_payload::tables::{STANDARD, computed};

    #[test]
    fn the_head_says_what_the_headers_said() {
        for (sampling, restart_interval) in
            [(Sampling::Yuv422, 0), (Sampling::Yuv420, 0), (Sampling::Yuv420, 300)]
        {
            let shape = Shape { sampling, width_blocks: 255, height_blocks: 1, restart_interval };
            let tables = computed(60).unwrap();
            let mut jpeg = jpeg_head(shape, &tables);
            let length = jpeg.len();
            jpeg.extend_from_slice(b"data\xFF\xD9");
            let parts = Interchange::decode(&jpeg).unwrap();
            assert_eq!((parts.width, parts.height, parts.sampling), (2040, 8, sampling));
            assert_eq!(parts.restart_interval, NonZeroU16::new(restart_interval));
            assert_eq!(parts.quantisation, [&tables[0], &tables[1]]);
            assert_eq!(parts.huffman, STANDARD);
            assert_eq!((parts.scan, parts.scan_offset), (&b"data"[..], length));
        }
    }
}
