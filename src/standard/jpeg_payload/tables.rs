//! The tables that RFC 2435 does not send: quantisation by Q, and the Huffman codes.

use crate::jpeg::huffman::{HuffmanPair, STANDARD_CHROMA, STANDARD_LUMA};

/// The quantisation tables of luma and chroma, in zig-zag order, as DQT and the payload have them.
pub(super) type Tables = [[u8; 64]; 2];

/// The tables that are computed from Q; `None` where Q is not 1 to 99 (RFC 2435 appendix A).
///
/// The RFC prints its two tables row by row. Receivers put them into DQT in zig-zag order, as here.
pub(super) fn computed(q: u8) -> Option<Tables> {
    let percent = match u32::from(q) {
        factor @ 1..50 => 5000 / factor,
        factor @ 50..100 => 200 - factor * 2,
        _ => return None,
    };
    let scaled = |value: u8| {
        let value = (u32::from(value) * percent + 50) / 100;
        u8::try_from(value.max(1)).unwrap_or(u8::MAX)
    };
    Some([LUMA.map(scaled), CHROMA.map(scaled)])
}

/// ITU-T T.81 table K.1 in zig-zag order, a diagonal a line.
#[rustfmt::skip]
const LUMA: [u8; 64] = [
    16,
    11, 12,
    14, 12, 10,
    16, 14, 13, 14,
    18, 17, 16, 19, 24,
    40, 26, 24, 22, 22, 24,
    49, 35, 37, 29, 40, 58, 51,
    61, 60, 57, 51, 56, 55, 64, 72,
    92, 78, 64, 68, 87, 69, 55,
    56, 80, 109, 81, 87, 95,
    98, 103, 104, 103, 62,
    77, 113, 121, 112,
    100, 120, 92,
    101, 103,
    99,
];

/// ITU-T T.81 table K.2 in zig-zag order, a diagonal a line.
#[rustfmt::skip]
const CHROMA: [u8; 64] = [
    17,
    18, 18,
    24, 21, 24,
    47, 26, 26, 47,
    99, 66, 56, 66, 99,
    99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99,
    99, 99, 99, 99,
    99, 99, 99,
    99, 99,
    99,
];

/// What receivers take for granted: tables for luma, and twice for chroma (RFC 2435 section 4.1).
pub(super) const STANDARD: [HuffmanPair<'static>; 3] =
    [STANDARD_LUMA, STANDARD_CHROMA, STANDARD_CHROMA];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jpeg::huffman::Huffman;
    use crate::standard::jpeg_payload::interchange::Interchange;
    use crate::standard::jpeg_payload::samples::{jpeg, jpeg_of_quality};

    #[test]
    fn q_50_is_the_table_q_1_the_coarsest_and_q_99_the_finest() {
        assert_eq!(computed(50), Some([LUMA, CHROMA]));
        // 5,000 %: 10, the smallest value, becomes 500.
        assert_eq!(computed(1), Some([[255; 64]; 2]));
        // 2 %, rounded: 75 becomes 2 and 74 becomes 1; 0 is no divisor.
        let [luma, chroma] = computed(99).unwrap();
        assert_eq!(luma[..3], [1, 1, 1]);
        assert_eq!(LUMA[34..39], [64, 72, 92, 78, 64]);
        assert_eq!(luma[34..39], [1, 1, 2, 2, 1]);
        assert_eq!((luma[63], chroma[63], chroma[12]), (2, 2, 1));
    }

    #[test]
    fn q_75_halves_and_rounds_up() {
        let [luma, chroma] = computed(75).unwrap();
        assert_eq!(luma[..10], [8, 6, 6, 7, 6, 5, 8, 7, 7, 7]);
        assert_eq!(chroma[..10], [9, 9, 9, 12, 11, 12, 24, 13, 13, 24]);
        let [luma, _] = computed(25).unwrap();
        assert_eq!(luma[..3], [32, 22, 24]);
    }

    #[test]
    fn every_q_is_the_quality_of_the_usual_encoders() {
        for q in 1..=99 {
            let jpeg = jpeg_of_quality(q, (8, 8), |_| ());
            let [luma, chroma] = Interchange::decode(&jpeg).unwrap().quantisation;
            assert_eq!(computed(q), Some([*luma, *chroma]), "Q {q}");
        }
    }

    #[test]
    fn other_qs_are_not_computed() {
        assert!((0..=u8::MAX).filter(|&q| computed(q).is_some()).eq(1..100));
    }

    #[test]
    fn the_standard_codes_are_those_of_the_standard() {
        let jpeg = jpeg((8, 8), |_| ());
        let parts = Interchange::decode(&jpeg).unwrap();
        assert!(jpeg[..parts.scan_offset].windows(2).any(|marker| marker == [0xFF, 0xC4]));
        assert_eq!(parts.huffman, STANDARD);
        let code = |huffman: Huffman<'_>, symbol| {
            let code = huffman.codes().find(|code| code.symbol == symbol).unwrap();
            format!("{:0length$b}", code.bits, length = usize::from(code.length))
        };
        // ITU-T T.81 tables K.3 to K.6.
        assert_eq!(code(STANDARD_LUMA.dc, 0), "00");
        assert_eq!(code(STANDARD_LUMA.dc, 11), "111111110");
        assert_eq!(code(STANDARD_CHROMA.dc, 11), "11111111110");
        assert_eq!(code(STANDARD_LUMA.ac, 0x00), "1010");
        assert_eq!(code(STANDARD_LUMA.ac, 0xF0), "11111111001");
        assert_eq!(code(STANDARD_LUMA.ac, 0xFA), "1111111111111110");
        assert_eq!(code(STANDARD_CHROMA.ac, 0x00), "00");
        assert_eq!(code(STANDARD_CHROMA.ac, 0xF0), "1111111010");
        assert_eq!(code(STANDARD_CHROMA.ac, 0xFA), "1111111111111110");
    }
}
