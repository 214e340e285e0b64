//! Entropy-coded data, read bit by bit (ITU-T T.81 section F.1.2.3): a data byte FF has a 00 after it,
//! the last byte is filled up with ones.

/// Reads bits up to the next marker or the end of the data.
#[derive(Debug)]
pub struct BitReader<'a> {
    /// What is not in the buffer yet.
    rest: &'a [u8],
    /// The next bits, from the highest on. After the first `count` there are those of the next
    /// byte already, or zeros, so that the byte can be added to them.
    buffer: u64,
    /// How many bits of the buffer are valid.
    count: u32,
}

impl<'a> BitReader<'a> {
    /// Reads `rest` from its first bit on.
    pub const fn new(rest: &'a [u8]) -> Self {
        Self { rest, buffer: 0, count: 0 }
    }

    /// The next 64 bits; 33 at least are data, if there are so many before the next marker.
    pub fn peek(&mut self) -> u64 {
        if self.count <= 32 {
            self.refill();
        }
        self.buffer
    }

    /// Goes `length` bits on, 63 at most; `None` if there are not so many.
    pub fn skip(&mut self, length: u32) -> Option<()> {
        self.count = self.count.checked_sub(length)?;
        self.buffer <<= length;
        Some(())
    }

    /// Goes past the next marker and returns its code; the bits before it are left out.
    pub fn next_marker(&mut self) -> Option<u8> {
        self.leave_data().1
    }

    /// Goes past the next marker; how many whole bytes of data were left before it, and its code.
    pub fn leave_data(&mut self) -> (usize, Option<u8>) {
        let mut left = self.count as usize / 8;
        (self.buffer, self.count) = (0, 0);
        let mut after_ff = false;
        while let Some((&byte, rest)) = self.rest.split_first() {
            self.rest = rest;
            if after_ff && byte != 0x00 && byte != 0xFF {
                return (left, Some(byte));
            }
            // An FF is data only with the 00 that comes after it.
            left += usize::from(byte != 0xFF);
            after_ff = byte == 0xFF;
        }
        (left, None)
    }

    /// What has not been looked at yet.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many bytes are still to be read, about.
    pub const fn bytes_left(&self) -> usize {
        self.rest.len() + self.count as usize / 8
    }

    fn refill(&mut self) {
        if let Some(next) = self.rest.first_chunk::<8>() {
            let word = u64::from_be_bytes(*next);
            if !has_ff(word) {
                // As many whole bytes as fit, and some bits of the next one.
                let bytes = (64 - self.count) / 8;
                self.buffer |= word >> self.count;
                self.rest = self.rest.get(bytes as usize..).unwrap_or_default();
                self.count += 8 * bytes;
                return;
            }
        }
        self.refill_slowly();
    }

    /// Byte by byte, where an FF or the end is near.
    fn refill_slowly(&mut self) {
        while self.count <= 56 {
            let (byte, rest) = match self.rest {
                [0xFF, 0x00, rest @ ..] => (0xFF, rest),
                [] | [0xFF, ..] => return,
                [byte, rest @ ..] => (*byte, rest),
            };
            self.rest = rest;
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }
}

/// Whether one of the eight bytes is FF: only then is its complement 00, which borrows from the bit
/// above it.
pub const fn has_ff(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    (!word).wrapping_sub(ONES) & word & (ONES << 7) != 0
}
