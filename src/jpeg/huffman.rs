//! Huffman codes (ITU-T T.81 annex C), and those that annex K recommends.

/// A Huffman table as DHT has it: how many codes there are of 1 to 16 bits, then their symbols
/// (ITU-T T.81 section B.2.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Huffman<'a> {
    counts: &'a [u8; 16],
    symbols: &'a [u8],
}

/// A symbol and its code: the lowest `length` bits of `bits`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// What the code stands for.
    pub symbol: u8,
    /// The code itself.
    pub bits: u16,
    /// In bits, 1 to 16.
    pub length: u8,
}

impl<'a> Huffman<'a> {
    /// Reads a table; returns what comes after it, too. `None` if it is cut or has more codes of a
    /// length than there are.
    pub fn decode(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (counts, rest) = bytes.split_first_chunk::<16>()?;
        let total = counts.iter().map(|&count| usize::from(count)).sum();
        let (symbols, rest) = rest.split_at_checked(total)?;
        // In units of codes of 16 bits, of which there are 65,536.
        let taken: u32 =
            counts.iter().zip(1..).map(|(&count, length)| u32::from(count) << (16 - length)).sum();
        (total <= 256 && taken <= 1 << 16).then_some((Self { counts, symbols }, rest))
    }

    /// Appends the table as DHT has it.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.counts);
        bytes.extend_from_slice(self.symbols);
    }

    /// How many bytes it has in DHT.
    pub const fn length_bytes(&self) -> usize {
        self.counts.len() + self.symbols.len()
    }

    /// The codes in ascending order (ITU-T T.81 annex C).
    pub fn codes(&self) -> impl Iterator<Item = Code> + use<'a> {
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

/// Finds the code that bits begin with.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// By the next bits, for codes that are not longer; of length 0 where there is none.
    short: [Code; 1 << SHORT],
    /// The longer codes, ascending, each with the first 16 bits that are after it.
    long: Vec<(u32, Code)>,
}

impl Lookup {
    /// Prepares a table for many codes.
    pub fn new(table: Huffman<'_>) -> Self {
        let (mut short, mut long) = ([Code::default(); 1 << SHORT], Vec::new());
        for code in table.codes() {
            let (bits, length) = (u32::from(code.bits), u32::from(code.length));
            if let Some(free) = SHORT.checked_sub(length) {
                let (start, end) = (bits << free, (bits + 1) << free);
                if let Some(slots) = short.get_mut(start as usize..end as usize) {
                    slots.fill(code);
                }
            } else {
                long.push(((bits + 1) << (16 - length), code));
            }
        }
        Self { short, long }
    }

    /// The code at the beginning of `bits`, the highest of them first.
    pub fn find(&self, bits: u64) -> Option<Code> {
        let code = *self.short.get((bits >> (64 - SHORT)) as usize)?;
        if code.length != 0 {
            return Some(code);
        }
        let next = (bits >> 48) as u32;
        let place = self.long.partition_point(|&(end, _)| end <= next);
        self.long.get(place).map(|&(_, code)| code)
    }
}

/// Codes of so many bits are looked up at once; longer ones are rare.
const SHORT: u32 = 9;

/// The DC and the AC table of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HuffmanPair<'a> {
    /// For the first coefficient of a block.
    pub dc: Huffman<'a>,
    /// For the other 63.
    pub ac: Huffman<'a>,
}

/// The tables of luma, which have the number 0 (ITU-T T.81 tables K.3 and K.5).
#[rustfmt::skip]
pub const STANDARD_LUMA: HuffmanPair<'static> = HuffmanPair {
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
pub const STANDARD_CHROMA: HuffmanPair<'static> = HuffmanPair {
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
        assert_eq!(Huffman::decode(&table), None, "a code of 16 bits after 0 and 1");
    }
}
