//! RTP packets: twelve bytes of header, then the payload (RFC 3550 section 5.1). Python: `RtpPacket.py`.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |                           timestamp                           |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |           synchronization source (SSRC) identifier            |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! ```
//! use rtsp_lab::rtp_packet::RtpPacket;
//!
//! let mut datagram = Vec::new();
//! RtpPacket::jpeg(1, 1_700_000_000, 0x1234_5678, b"\xFF\xD8...\xFF\xD9").encode(&mut datagram);
//! assert_eq!(datagram[..12], [0x80, 26, 0, 1, 0x65, 0x53, 0xF1, 0, 0x12, 0x34, 0x56, 0x78]);
//! assert_eq!(RtpPacket::decode(&datagram)?.payload, b"\xFF\xD8...\xFF\xD9");
//! # Ok::<(), rtsp_lab::rtp_packet::DecodeError>(())
//! ```

use std::fmt;

/// One RTP packet; the payload is borrowed from the frame or from the datagram. Python: `RtpPacket`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    /// 2 in every real packet; other numbers are kept so that a log can show them.
    pub version: Version,
    /// Marks the last packet of a frame, where the sender uses it.
    pub marker: bool,
    /// What the payload is: 26 for JPEG.
    #[doc(alias = "payloadType")]
    pub payload_type: PayloadType,
    /// Counts packets, modulo 65,536. Python: `seqNum`.
    #[doc(alias = "seqNum")]
    pub sequence_number: u16,
    /// When the payload was sampled; Unix seconds in the lab's dialect.
    pub timestamp: u32,
    /// The synchronization source: one number for one stream.
    pub ssrc: u32,
    /// What is carried, without header extension and padding. Python: `getPayload`.
    #[doc(alias = "getPayload")]
    pub payload: &'a [u8],
}

impl<'a> RtpPacket<'a> {
    /// A JPEG packet as the lab sends it: version 2, payload type 26, no marker. Python: `__init__`.
    #[doc(alias = "__init__")]
    pub const fn jpeg(sequence_number: u16, timestamp: u32, ssrc: u32, payload: &'a [u8]) -> Self {
        let (version, payload_type) = (Version::TWO, PayloadType::JPEG);
        Self { version, marker: false, payload_type, sequence_number, timestamp, ssrc, payload }
    }

    /// Writes the packet into `datagram`, in place of what was there. Python: `encode`, `getPacket`.
    ///
    /// # Deviation
    /// Padding, extension and CC are always 0, as the report asks, so they are no arguments; the
    /// buffer is the caller's, so that one serves a whole movie.
    #[doc(alias = "getPacket")]
    pub fn encode(&self, datagram: &mut Vec<u8>) {
        datagram.clear();
        datagram.resize(HEADER_SIZE, 0);
        datagram.extend_from_slice(self.payload);
        self.encode_before(datagram);
    }

    /// Writes the header to the start of `datagram`, where the payload is in its place after room for
    /// [`HEADER_SIZE`] bytes. Where there is no such room, nothing is written.
    pub fn encode_before(&self, datagram: &mut [u8]) {
        if let Some(room) = datagram.first_chunk_mut() {
            *room = self.header();
        }
    }

    #[doc(alias = "encode")]
    fn header(&self) -> [u8; HEADER_SIZE] {
        let (flags, kind) = (self.version.0 << 6, u8::from(self.marker) << 7 | self.payload_type.0);
        let [s1, s0] = self.sequence_number.to_be_bytes();
        let [t3, t2, t1, t0] = self.timestamp.to_be_bytes();
        let [r3, r2, r1, r0] = self.ssrc.to_be_bytes();
        [flags, kind, s1, s0, t3, t2, t1, t0, r3, r2, r1, r0]
    }

    /// Reads a packet; CSRC list, header extension and padding are skipped. Python: `decode`.
    ///
    /// # Errors
    /// The datagram ends before what its header announces.
    pub fn decode(datagram: &'a [u8]) -> Result<Self, DecodeError> {
        let (header, rest) = datagram.split_first_chunk::<HEADER_SIZE>().ok_or(DecodeError {
            part: "header",
            expected: HEADER_SIZE,
            found: datagram.len(),
        })?;
        let [flags, kind, s1, s0, t3, t2, t1, t0, r3, r2, r1, r0] = *header;
        let (padding, extension) = (flags & 0x20 != 0, flags & 0x10 != 0);
        let mut payload = skip("CSRC list", rest, 4 * usize::from(flags & 0x0F))?;
        if extension {
            payload = skip_extension(payload)?;
        }
        if padding {
            payload = strip_padding(payload)?;
        }
        Ok(Self {
            version: Version(flags >> 6),
            marker: kind & 0x80 != 0,
            payload_type: PayloadType(kind & 0x7F),
            sequence_number: u16::from_be_bytes([s1, s0]),
            timestamp: u32::from_be_bytes([t3, t2, t1, t0]),
            ssrc: u32::from_be_bytes([r3, r2, r1, r0]),
            payload,
        })
    }
}

/// The two version bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(u8);

impl Version {
    /// The version of RFC 3550.
    pub const TWO: Self = Self(2);

    /// `None` above 3: it would not fit the two bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value <= 3 { Some(Self(value)) } else { None }
    }

    /// The number, 0 to 3.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// The seven bits that name the payload's format (RFC 3551 section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadType(u8);

impl PayloadType {
    /// Motion JPEG.
    pub const JPEG: Self = Self(26);

    /// `None` above 127: it would set the marker bit.
    pub const fn new(value: u8) -> Option<Self> {
        if value <= 127 { Some(Self(value)) } else { None }
    }

    /// The number, 0 to 127.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// The datagram ends before what its header announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The part of the packet that is cut.
    pub part: &'static str,
    /// How many bytes it needs.
    pub expected: usize,
    /// How many are there.
    pub found: usize,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, expected, found } = self;
        write!(out, "decode RTP {part}: expected {expected} bytes, found {found}")
    }
}

impl std::error::Error for DecodeError {}

/// RFC 3550 section 5.3.1: two bytes that the profile defines, the length in words, the words.
fn skip_extension(bytes: &[u8]) -> Result<&[u8], DecodeError> {
    let (head, rest) = bytes.split_first_chunk::<4>().ok_or(DecodeError {
        part: "header extension",
        expected: 4,
        found: bytes.len(),
    })?;
    let [_, _, high, low] = *head;
    skip("header extension", rest, 4 * usize::from(u16::from_be_bytes([high, low])))
}

/// RFC 3550 section 5.1: the last byte counts the bytes of padding, itself among them. The end of a
/// JPEG is none: a server that sets P by accident would lose the last 217 bytes of each picture.
fn strip_padding(bytes: &[u8]) -> Result<&[u8], DecodeError> {
    if bytes.ends_with(b"\xFF\xD9") {
        return Ok(bytes);
    }
    let count = bytes.last().map_or(1, |&count| usize::from(count).max(1));
    let length = bytes.len().checked_sub(count);
    length.and_then(|length| bytes.get(..length)).ok_or(DecodeError {
        part: "padding",
        expected: count,
        found: bytes.len(),
    })
}

fn skip<'a>(part: &'static str, bytes: &'a [u8], count: usize) -> Result<&'a [u8], DecodeError> {
    bytes.get(count..).ok_or(DecodeError { part, expected: count, found: bytes.len() })
}

/// Bytes before the payload in every packet of the lab. Python: `HEADER_SIZE`.
pub const HEADER_SIZE: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(packet: &RtpPacket<'_>) -> Vec<u8> {
        let mut datagram = vec![0xAA; 3];
        packet.encode(&mut datagram);
        datagram
    }

    #[test]
    fn a_header_is_written_before_a_payload_that_is_in_its_place() {
        let packet = RtpPacket::jpeg(7, 8, 9, b"payload");
        let mut datagram = [[0; HEADER_SIZE].as_slice(), b"payload"].concat();
        packet.encode_before(&mut datagram);
        assert_eq!(datagram, encoded(&packet));
        let mut too_short = [1; HEADER_SIZE - 1];
        packet.encode_before(&mut too_short);
        assert_eq!(too_short, [1; HEADER_SIZE - 1]);
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(
            (version, marker, kind) in (0..4_u8, any::<bool>(), 0..128_u8),
            (sequence_number, timestamp, ssrc) in any::<(u16, u32, u32)>(),
            payload in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            let packet = RtpPacket {
                version: Version::new(version).unwrap(),
                marker,
                payload_type: PayloadType::new(kind).unwrap(),
                sequence_number,
                timestamp,
                ssrc,
                payload: &payload,
            };
            let datagram = encoded(&packet);
            prop_assert_eq!(RtpPacket::decode(&datagram), Ok(packet));
        }

        #[test]
        fn any_datagram_is_decoded_or_refused(datagram in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(packet) = RtpPacket::decode(&datagram) {
                prop_assert!(packet.payload.len() + HEADER_SIZE <= datagram.len());
            }
        }
    }

    #[test]
    fn the_header_is_the_reports_bit_by_bit() {
        let datagram = encoded(&RtpPacket::jpeg(0x0102, 0x0304_0506, 0x0708_090A, b"jpeg"));
        assert_eq!(datagram, b"\x80\x1A\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0Ajpeg");
        let marked = RtpPacket { marker: true, ..RtpPacket::jpeg(1, 2, 3, b"") };
        assert_eq!(encoded(&marked)[1], 0x9A);
    }

    /// Two CSRCs, an extension of one word, "jpeg", three bytes of padding.
    const EVERYTHING: &[u8] = b"\xB2\x9A\0\x07\0\0\0\x09\0\0\0\x01\
        CSR1CSR2\xBE\xDE\0\x01word\
        jpeg\0\0\x03";

    #[test]
    fn csrcs_extension_and_padding_are_skipped() {
        let packet = RtpPacket::decode(EVERYTHING).unwrap();
        assert_eq!(packet.payload, b"jpeg");
        assert_eq!((packet.sequence_number, packet.marker), (7, true));
    }

    #[test]
    fn the_end_of_a_jpeg_is_no_padding() {
        let jpeg = [b"\xFF\xD8", &[7; 300][..], b"\xFF\xD9"].concat();
        let mut datagram = encoded(&RtpPacket::jpeg(1, 2, 3, &jpeg));
        datagram[0] |= 0x20;
        assert_eq!(RtpPacket::decode(&datagram).unwrap().payload, jpeg);
        let padded = [&datagram[..], b"\0\0\0\x04"].concat();
        assert_eq!(RtpPacket::decode(&padded).unwrap().payload, jpeg);
    }

    #[test]
    fn a_cut_anywhere_is_an_error_or_a_shorter_payload_never_a_panic() {
        for cut in 0..EVERYTHING.len() {
            match RtpPacket::decode(&EVERYTHING[..cut]) {
                Ok(packet) => assert!(packet.payload.len() < EVERYTHING.len() - HEADER_SIZE),
                Err(error) => assert!(error.to_string().starts_with("decode RTP "), "{error}"),
            }
        }
        let plain = encoded(&RtpPacket::jpeg(1, 2, 3, b"payload"));
        for cut in 0..HEADER_SIZE {
            let error = RtpPacket::decode(&plain[..cut]).unwrap_err();
            assert_eq!(error, DecodeError { part: "header", expected: 12, found: cut });
        }
        for cut in HEADER_SIZE..plain.len() {
            assert_eq!(RtpPacket::decode(&plain[..cut]).unwrap().payload, &plain[12..cut]);
        }
    }

    #[test]
    fn an_error_says_what_was_expected_and_found() {
        let error = RtpPacket::decode(b"\x83\x1A\0\x01\0\0\0\0\0\0\0\0CSR1").unwrap_err();
        assert_eq!(error.to_string(), "decode RTP CSRC list: expected 12 bytes, found 4");
    }
}
