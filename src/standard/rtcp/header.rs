//! The first word of a packet: what it is, and where it ends.

use super::bad_rtcp::BadRtcp;

/// The first word of a packet, without its length.
pub(super) struct Header {
    pub(super) count: u8,
    pub(super) packet_type: u8,
}

/// The first packet's header and its body without padding, and what follows it.
pub(super) fn split_packet(bytes: &[u8]) -> Result<(Header, &[u8], &[u8]), BadRtcp> {
    let mut rest = bytes;
    let [flags, packet_type, high, low] = take(&mut rest, "header")?;
    if flags >> 6 != VERSION {
        return Err(BadRtcp::Version { found: flags >> 6 });
    }
    if !(SENDER_REPORT..=LAST_TYPE).contains(&packet_type) {
        return Err(BadRtcp::PacketType { found: packet_type });
    }
    let length = 4 * usize::from(u16::from_be_bytes([high, low]));
    let found = rest.len();
    let cut = BadRtcp::Cut { part: "packet", expected: length, found };
    let (mut body, after) = rest.split_at_checked(length).ok_or(cut)?;
    if flags & 0x20 != 0 {
        // The last byte counts the bytes of padding, including itself: whole words.
        let count = body.last().map_or(4, |&count| usize::from(count));
        let length = body.len().checked_sub(count).filter(|_| count > 0 && count % 4 == 0);
        let cut = BadRtcp::Cut { part: "padding", expected: count, found: body.len() };
        body = length.and_then(|length| body.get(..length)).ok_or(cut)?;
    }
    Ok((Header { count: flags & 0x1F, packet_type }, body, after))
}

/// Writes a packet; `body` is whole words.
pub(super) fn push_packet(datagram: &mut Vec<u8>, count: usize, packet_type: u8, body: &[u8]) {
    let count = u8::try_from(count.min(MAX_COUNT)).unwrap_or_default();
    let words = u16::try_from(body.len() / 4).unwrap_or(u16::MAX);
    datagram.extend_from_slice(&[VERSION << 6 | count, packet_type]);
    datagram.extend_from_slice(&words.to_be_bytes());
    datagram.extend_from_slice(body);
}

/// Takes the next `N` bytes off the front.
pub(super) fn take<const N: usize>(
    bytes: &mut &[u8],
    part: &'static str,
) -> Result<[u8; N], BadRtcp> {
    let cut = BadRtcp::Cut { part, expected: N, found: bytes.len() };
    let (first, rest) = bytes.split_first_chunk::<N>().ok_or(cut)?;
    *bytes = rest;
    Ok(*first)
}

pub(super) fn take_u32(bytes: &mut &[u8], part: &'static str) -> Result<u32, BadRtcp> {
    take(bytes, part).map(u32::from_be_bytes)
}

const VERSION: u8 = 2;
pub(super) const SENDER_REPORT: u8 = 200;
pub(super) const RECEIVER_REPORT: u8 = 201;
pub(super) const SOURCE_DESCRIPTION: u8 = 202;
pub(super) const GOODBYE: u8 = 203;
/// Feedback (RFC 4585), the last type that players send.
const LAST_TYPE: u8 = 206;
/// The most reports or sources in one packet: their count has five bits.
pub(super) const MAX_COUNT: usize = 31;
