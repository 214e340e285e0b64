//! The capture: blocks of pcapng, each with one message or packet as an exported PDU, which names the
//! program that understands it, so that Wireshark need not guess (draft-ietf-opsawg-pcapng;
//! Wireshark's `exported_pdu.h`).
//!
//! The package `pcap-file` has comments, but its release is of 2022 with macros of that age, and the
//! next wants a newer Rust; these are three blocks.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::handle::{Kind, Wire};

/// What a capture begins with: who wrote it, and that exported PDUs follow.
pub(super) fn beginning(program: &str) -> Vec<u8> {
    let mut section = Vec::new();
    section.extend(MAGIC.to_le_bytes());
    section.extend(1_u16.to_le_bytes());
    section.extend(0_u16.to_le_bytes());
    // It is not known how long the section will be.
    section.extend(u64::MAX.to_le_bytes());
    option(&mut section, USER_APPLICATION, program.as_bytes());
    section.extend(END);
    let mut interface = Vec::new();
    interface.extend(EXPORTED_PDU.to_le_bytes());
    interface.extend(0_u16.to_le_bytes());
    // Packets of any length.
    interface.extend(0_u32.to_le_bytes());
    [block(SECTION_HEADER, &section), block(INTERFACE_DESCRIPTION, &interface)].concat()
}

/// One message or packet, at that Unix time.
pub(super) fn packet(wire: &Wire, at: Duration) -> Vec<u8> {
    let mut data = tags(wire);
    data.extend_from_slice(&wire.bytes);
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let micros = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
    let high = u32::try_from(micros >> 32).unwrap_or_default();
    let low = u32::try_from(micros & u64::from(u32::MAX)).unwrap_or_default();
    let mut body = Vec::new();
    body.extend(0_u32.to_le_bytes());
    body.extend(high.to_le_bytes());
    body.extend(low.to_le_bytes());
    body.extend(length.to_le_bytes());
    body.extend(length.to_le_bytes());
    body.extend_from_slice(&data);
    pad(&mut body);
    option(&mut body, COMMENT, wire.comment.as_bytes());
    body.extend(END);
    block(ENHANCED_PACKET, &body)
}

/// Who understands it, where it comes from and where it goes to. Tags have the order of bytes of a
/// network, blocks that of this program.
fn tags(wire: &Wire) -> Vec<u8> {
    let name: &[u8] = match wire.kind {
        Kind::Rtsp => b"rtsp",
        Kind::Rtp => b"rtp",
        Kind::Rtcp => b"rtcp",
        Kind::Lost => b"data",
    };
    let mut tags = Vec::new();
    tag(&mut tags, DISSECTOR_NAME, name);
    address(&mut tags, [IPV4_SOURCE, IPV6_SOURCE], wire.from);
    address(&mut tags, [IPV4_DESTINATION, IPV6_DESTINATION], wire.to);
    let is_tcp = wire.is_tcp || wire.kind == Kind::Rtsp;
    let kind: u32 = if is_tcp { TCP } else { UDP };
    tag(&mut tags, PORT_TYPE, &kind.to_be_bytes());
    tag(&mut tags, SOURCE_PORT, &u32::from(wire.from.port()).to_be_bytes());
    tag(&mut tags, DESTINATION_PORT, &u32::from(wire.to.port()).to_be_bytes());
    // The end of the tags.
    tags.extend([0; 4]);
    tags
}

fn address(tags: &mut Vec<u8>, [of_v4, of_v6]: [u16; 2], address: SocketAddr) {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => tag(tags, of_v4, &ip.octets()),
        IpAddr::V6(ip) => tag(tags, of_v6, &ip.octets()),
    }
}

fn tag(tags: &mut Vec<u8>, number: u16, value: &[u8]) {
    let length = u16::try_from(value.len().next_multiple_of(4)).unwrap_or_default();
    tags.extend(number.to_be_bytes());
    tags.extend(length.to_be_bytes());
    tags.extend_from_slice(value);
    pad(tags);
}

fn option(body: &mut Vec<u8>, number: u16, value: &[u8]) {
    let value = value.get(..MOST_COMMENT).unwrap_or(value);
    let length = u16::try_from(value.len()).unwrap_or_default();
    body.extend(number.to_le_bytes());
    body.extend(length.to_le_bytes());
    body.extend_from_slice(value);
    pad(body);
}

fn block(number: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 12).unwrap_or(u32::MAX).to_le_bytes();
    [&number.to_le_bytes(), &length, body, &length].concat()
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// The types of blocks.
const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
/// It tells the order of bytes.
const MAGIC: u32 = 0x1A2B_3C4D;
/// The types of options, and the end of a list of them.
const COMMENT: u16 = 1;
const USER_APPLICATION: u16 = 4;
const END: [u8; 4] = [0; 4];
/// `LINKTYPE_WIRESHARK_UPPER_PDU`.
const EXPORTED_PDU: u16 = 252;
/// The tags of an exported PDU.
const DISSECTOR_NAME: u16 = 12;
const IPV4_SOURCE: u16 = 20;
const IPV4_DESTINATION: u16 = 21;
const IPV6_SOURCE: u16 = 22;
const IPV6_DESTINATION: u16 = 23;
const PORT_TYPE: u16 = 24;
const SOURCE_PORT: u16 = 25;
const DESTINATION_PORT: u16 = 26;
/// Types of ports.
const TCP: u32 = 2;
const UDP: u32 = 3;
/// More is no comment.
const MOST_COMMENT: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(from: &str, kind: Kind) -> Wire {
        let (from, to) = (from.parse().unwrap(), "127.0.0.1:5008".parse().unwrap());
        let (comment, bytes) = ("frame 7".to_owned(), b"12345".as_slice().into());
        Wire { kind, from, to, is_tcp: false, comment, bytes }
    }

    #[test]
    fn tags_are_padded_and_name_the_program_and_both_ends() {
        let found = tags(&wire("127.0.0.2:2048", Kind::Rtp));
        let expected = b"\0\x0C\0\x04rtp\0\0\x14\0\x04\x7F\0\0\x02\0\x15\0\x04\x7F\0\0\x01\
            \0\x18\0\x04\0\0\0\x03\0\x19\0\x04\0\0\x08\0\0\x1A\0\x04\0\0\x13\x90\0\0\0\0";
        assert_eq!(found, expected);
        assert_eq!(tags(&wire("[::1]:2048", Kind::Rtsp)).len(), expected.len() + 12);
    }

    #[test]
    fn blocks_tell_their_length_at_both_ends_and_lie_at_words() {
        let blocks = [beginning("me"), packet(&wire("[::1]:9", Kind::Rtcp), Duration::ZERO)];
        let (bytes, mut at, mut count) = (blocks.concat(), 0, 0);
        while at < bytes.len() {
            let length = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap());
            let end = at + usize::try_from(length).unwrap();
            assert_eq!((length % 4, &bytes[end - 4..end]), (0, &length.to_le_bytes()[..]));
            (at, count) = (end, count + 1);
        }
        assert_eq!(count, 3);
    }
}
