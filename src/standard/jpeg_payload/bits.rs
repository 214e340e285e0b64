//! Entropy-coded data, written bit by bit (ITU-T T.81 section F.1.2.3): a data byte FF has a 00 behind it,
//! the last byte is filled up with ones.

use crate::jpeg::bits::has_ff;

/// Writes bits.
#[derive(Debug)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Its lowest `count` bits are not in `bytes` yet.
    buffer: u64,
    /// 31 at most.
    count: u32,
}

impl BitWriter {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), buffer: 0, count: 0 }
    }

    /// Appends the lowest `length` bits of `bits`, 32 at most.
    pub(super) fn put(&mut self, bits: u64, length: u32) {
        self.buffer = self.buffer << length | bits;
        self.count += length;
        if self.count >= 32 {
            self.count -= 32;
            let [_, _, _, _, word @ ..] = (self.buffer >> self.count).to_be_bytes();
            if has_ff(u64::from(u32::from_be_bytes(word))) {
                for byte in word {
                    self.put_byte(byte);
                }
            } else {
                self.bytes.extend_from_slice(&word);
            }
        }
    }

    /// Fills the last byte up with ones and appends a marker.
    pub(super) fn put_marker(&mut self, code: u8) {
        self.fill_up();
        self.bytes.extend_from_slice(&[0xFF, code]);
    }

    /// Fills the last byte up with ones.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.fill_up();
        self.bytes
    }

    fn fill_up(&mut self) {
        let missing = self.count.wrapping_neg() % 8;
        let bits = self.buffer << missing | ((1 << missing) - 1);
        for byte in (0..(self.count + missing) / 8).rev() {
            self.put_byte((bits >> (8 * byte) & 0xFF) as u8);
        }
        (self.buffer, self.count) = (0, 0);
    }

    fn put_byte(&mut self, byte: u8) {
        self.bytes.push(byte);
        if byte == 0xFF {
            self.bytes.push(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jpeg::bits::BitReader;
    use proptest::prelude::*;

    #[test]
    fn ff_is_stuffed_and_the_last_byte_is_filled_up_with_ones() {
        let mut writer = BitWriter::with_capacity(0);
        for (bits, length) in [(0xFF, 8), (0x1, 1), (0xFE, 8), (0xFF_FFFF, 24), (0, 3)] {
            writer.put(bits, length);
        }
        // 11111111 1 11111110 1{24} 000, filled up with 1111.
        assert_eq!(writer.finish(), b"\xFF\0\xFF\0\x7F\xFF\0\xFF\0\x8F");
    }

    #[test]
    fn a_whole_byte_is_not_filled_up() {
        let mut writer = BitWriter::with_capacity(0);
        writer.put(0x1234, 16);
        writer.put_marker(0xD0);
        writer.put(0x56, 8);
        assert_eq!(writer.finish(), b"\x12\x34\xFF\xD0\x56");
    }

    #[test]
    fn reading_ends_at_a_marker_and_goes_on_behind_it() {
        let mut reader = BitReader::new(b"\x12\xFF\0\xFF\xFF\xD3\x34");
        assert_eq!(reader.peek() >> 48, 0x12FF);
        assert_eq!(reader.skip(17), None, "16 bits come before the marker");
        assert_eq!(reader.skip(4), Some(()));
        assert_eq!(reader.next_marker(), Some(0xD3));
        assert_eq!(reader.peek() >> 56, 0x34);
        assert_eq!(reader.bytes_left(), 1);
        assert_eq!((reader.next_marker(), reader.skip(1)), (None, None));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            pieces in proptest::collection::vec((prop_oneof![any::<u64>(), Just(u64::MAX)], 1..=32_u32), 0..200),
            markers in proptest::collection::vec(0..200_usize, 0..4),
        ) {
            let pieces: Vec<(u64, u32)> =
                pieces.into_iter().map(|(bits, length)| (bits >> (64 - length), length)).collect();
            let mut writer = BitWriter::with_capacity(0);
            for (number, &(bits, length)) in pieces.iter().enumerate() {
                writer.put(bits, length);
                if markers.contains(&number) {
                    writer.put_marker(0xD7);
                }
            }
            let bytes = writer.finish();
            let mut reader = BitReader::new(&bytes);
            for (number, &(bits, length)) in pieces.iter().enumerate() {
                prop_assert_eq!(reader.peek() >> (64 - length), bits);
                prop_assert_eq!(reader.skip(length), Some(()));
                if markers.contains(&number) {
                    prop_assert_eq!(reader.next_marker(), Some(0xD7));
                }
            }
            // What is left fills the last byte up.
            let left = (0..8).take_while(|_| reader.peek() >> 63 == 1 && reader.skip(1).is_some()).count();
            prop_assert!(left < 8 && reader.skip(1).is_none());
            prop_assert!(bytes.windows(2).all(|pair| pair[0] != 0xFF || pair[1] == 0 || pair[1] == 0xD7));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0xFF), Just(0)], 0..100),
            lengths in proptest::collection::vec(0..33_u32, 0..100),
        ) {
            let mut reader = BitReader::new(&bytes);
            for length in lengths {
                let before = reader.bytes_left();
                reader.peek();
                if reader.skip(length).is_none() {
                    reader.next_marker();
                }
                prop_assert!(reader.bytes_left() <= before + 1);
            }
        }
    }
}
