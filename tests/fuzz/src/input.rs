//! How bytes are taken for something else: for numbers, or for the way in which a text is cut.

/// Numbers and pieces, taken off the front of the bytes; after their end come zeros.
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn u8(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    pub fn u16(&mut self) -> u16 {
        u16::from_be_bytes([self.u8(), self.u8()])
    }

    pub fn u32(&mut self) -> u32 {
        u32::from(self.u16()) << 16 | u32::from(self.u16())
    }

    pub fn u64(&mut self) -> u64 {
        u64::from(self.u32()) << 32 | u64::from(self.u32())
    }

    /// As many bytes as there are, `count` at most.
    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// A piece that says in two bytes how long it is.
    pub fn piece(&mut self) -> &'a [u8] {
        let length = self.u16();
        self.take(length.into())
    }
}

/// Numbers that look random and are always the same for the same bytes. With them a target can take
/// its bytes as they stand, for a text that a person can read, and cut them anywhere.
pub struct Chance(u64);

impl Chance {
    /// Seeded by all of the bytes (FNV-1a).
    pub fn of(data: &[u8]) -> Self {
        let step = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3);
        Self(data.iter().fold(0xCBF2_9CE4_8422_2325, step))
    }

    /// A number below `end`, which is not 0 (xorshift, taken by its better bits).
    pub fn below(&mut self, end: usize) -> usize {
        self.0 |= 1;
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % end
    }

    /// The bytes as they stand, or, now and then, so often that they are longer than `limit`.
    pub fn stretch(&mut self, data: &[u8], limit: usize) -> Vec<u8> {
        let times = if self.below(64) == 0 { limit / data.len().max(1) + 2 } else { 1 };
        data.repeat(times)
    }

    /// The bytes in pieces: all at once, byte by byte, or anything between. As a reader looks at
    /// all that waits with each of them, many bytes come in few; but no read brings more than
    /// 4,096.
    pub fn cut<'a>(&mut self, mut bytes: &'a [u8]) -> Vec<&'a [u8]> {
        let least = bytes.len().pow(2) / 200_000;
        let longest = [bytes.len(), 1, 3, 40, 1000][self.below(5)].max(least).max(1);
        let mut pieces = Vec::new();
        while !bytes.is_empty() {
            let length = (1 + self.below(longest)).min(bytes.len()).min(4096);
            let (piece, rest) = bytes.split_at(length);
            pieces.push(piece);
            bytes = rest;
        }
        pieces
    }
}
