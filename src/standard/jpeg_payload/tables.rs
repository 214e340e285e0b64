//! The tables that RFC 2435 does not send: quantisation by Q, and the Huffman codes.

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

/// A Huffman table as DHT has it: how many codes there are of 1 to 16 bits, then their symbols
/// (ITU-T T.81 section B.2.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Huffman<'a> {
    counts: &'a [u8; 16],
    symbols: &'a [u8],
}

/// A symbol and its code: the lowest `length` bits of `bits`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) symbol: u8,
    pub(super) bits: u16,
    /// In bits, 1 to 16.
    pub(super) length: u8,
}

impl<'a> Huffman<'a> {
    /// Reads a table; returns what comes behind it, too. `None` if it is cut or has more codes of a
    /// length than there are.
    pub(super) fn decode(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (counts, rest) = bytes.split_first_chunk::<16>()?;
        let total = counts.iter().map(|&count| usize::from(count)).sum();
        let (symbols, rest) = rest.split_at_checked(total)?;
        // In units of codes of 16 bits, of which there are 65,536.
        let taken: u32 =
            counts.iter().zip(1..).map(|(&count, length)| u32::from(count) << (16 - length)).sum();
        (total <= 256 && taken <= 1 << 16).then_some((Self { counts, symbols }, rest))
    }

    /// Appends the table as DHT has it.
    pub(super) fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.counts);
        bytes.extend_from_slice(self.symbols);
    }

    /// How many bytes it has in DHT.
    pub(super) const fn length_bytes(&self) -> usize {
        self.counts.len() + self.symbols.len()
    }

    /// The codes in ascending order (ITU-T T.81 annex C).
    pub(super) fn codes(&self) -> impl Iterator<Item = Code> + use<'a> {
        let lengths = self
            .counts
            .iter()
            .zip(1..)
            .flat_map(|(&count, length)| std::iter::repeat_n(length, usize::from(count)));
        let (mut next, mut before) = (0_u32, 1);
        self.symbols.iter().zip(lengths).map(move |(&symbol, length): (_, u8)| {
            next <<= length - before;
            before = length;
            // It fits: `decode` has seen that there are enough codes.
            let bits = u16::try_from(next).unwrap_or(u16::MAX);
            next += 1;
            Code { symbol, bits, length }
        })
    }
}

/// The DC and the AC table of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HuffmanPair<'a> {
    pub(super) dc: Huffman<'a>,
    pub(super) ac: Huffman<'a>,
}

/// What receivers take for granted: tables for luma, and twice for chroma (RFC 2435 section 4.1).
pub(super) const STANDARD: [HuffmanPair<'static>; 3] =
    [STANDARD_LUMA, STANDARD_CHROMA, STANDARD_CHROMA];

/// The tables of luma, which have the number 0 (ITU-T T.81 tables K.3 and K.5).
#[rustfmt::skip]
pub(super) const STANDARD_LUMA: HuffmanPair<'static> = HuffmanPair {
    dc: Huffman {
        counts: &[0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
        symbols: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    },
    ac: Huffman {
        counts: &[0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
        symbols: &[
            0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51,
            0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1,
            0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0A, 0x16, 0x17, 0x18,
            0x19, 0x1A, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39,
            0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57,
            0x58, 0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75,
            0x76, 0x77, 0x78, 0x79, 0x7A, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92,
            0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7,
            0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3,
            0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8,
            0xD9, 0xDA, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF1, 0xF2,
            0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
        ],
    },
};

/// The tables of chroma, which have the number 1 (ITU-T T.81 tables K.4 and K.6).
#[rustfmt::skip]
pub(super) const STANDARD_CHROMA: HuffmanPair<'static> = HuffmanPair {
    dc: Huffman {
        counts: &[0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
        symbols: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    },
    ac: Huffman {
        counts: &[0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
        symbols: &[
            0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07,
            0x61, 0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09,
            0x23, 0x33, 0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25,
            0xF1, 0x17, 0x18, 0x19, 0x1A, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x35, 0x36, 0x37, 0x38,
            0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56,
            0x57, 0x58, 0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74,
            0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
            0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5,
            0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA,
            0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6,
            0xD7, 0xD8, 0xD9, 0xDA, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF2,
            0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
        ],
    },
};

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn a_table_with_more_codes_than_there_are_is_refused() {
        let mut table = vec![2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8];
        let (huffman, rest) = Huffman::decode(&table).unwrap();
        assert_eq!((huffman.length_bytes(), rest.len()), (18, 0));
        let codes: Vec<(u8, u16)> = huffman.codes().map(|code| (code.symbol, code.bits)).collect();
        assert_eq!(codes, [(7, 0), (8, 1)]);
        assert_eq!(Huffman::decode(&table[..17]), None, "cut");
        table[15] = 1;
        table.push(9);
        assert_eq!(Huffman::decode(&table), None, "a code of 16 bits behind 0 and 1");
    }
}
