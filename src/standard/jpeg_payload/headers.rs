//! The headers of a payload, up to the tables' values and the data (RFC 2435 section 3.1).

use crate::rtp_packet::DecodeError;

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

    /// Reads the headers; returns what comes after them, too: the tables' values, then the data.
    ///
    /// Sixteen bytes of a payload are enough.
    ///
    /// # Errors
    /// The payload ends inside its headers.
    pub fn decode(payload: &[u8]) -> Result<(Self, &[u8]), DecodeError> {
        let (main, mut rest) = MainHeader::decode(payload)?;
        let (mut restart, mut tables) = (None, None);
        if main.has_restart_header() {
            let (header, after) = RestartHeader::decode(rest)?;
            (restart, rest) = (Some(header), after);
        }
        if main.has_table_header() {
            let (header, after) = TableHeader::decode(rest)?;
            (tables, rest) = (Some(header), after);
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
    pub(super) fn encode(&self, payload: &mut Vec<u8>) {
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

    pub(super) fn encode(self, payload: &mut Vec<u8>) {
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

/// What is said of the quantisation tables after it (RFC 2435 section 3.1.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableHeader {
    /// Must be zero; receivers do not look at it.
    pub mbz: u8,
    /// Bit n: the values of table n have 16 bits, not 8.
    pub precision: u8,
    /// Bytes of values after this header; 0: the tables have been sent before, with the same Q.
    pub length_bytes: u16,
}

impl TableHeader {
    pub(super) fn encode(self, payload: &mut Vec<u8>) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
