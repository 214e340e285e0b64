//! The headers that a payload of RTP/JPEG begins with, ready to be drawn (RFC 2435 section 3.1).

use crate::client::findings::{HeaderField, LatestPacket, PayloadHeader};
use crate::rtp_packet::RtpPacket;
use crate::standard::jpeg_payload::{Headers, RestartHeader, TableHeader};

/// The beginning of `datagram`, which has been decoded to `packet`, with the headers of its payload.
pub fn latest_packet(datagram: &[u8], packet: &RtpPacket<'_>) -> Option<LatestPacket> {
    let mut latest = LatestPacket::of(datagram, packet)?;
    latest.payload_header = payload_header(packet.payload);
    Some(latest)
}

fn payload_header(payload: &[u8]) -> Option<PayloadHeader> {
    let (headers, _) = Headers::decode(payload).ok()?;
    let lines = [headers.restart.map(restart), headers.tables.map(tables)];
    Some(PayloadHeader { fields: &MAIN_HEADER, lines: lines.into_iter().flatten().collect() })
}

fn restart(header: RestartHeader) -> String {
    let (first, last) = (u8::from(header.first), u8::from(header.last));
    let (interval, count) = (header.interval, header.count);
    format!("restart: interval {interval}, F {first}, L {last}, count {count}")
}

fn tables(header: TableHeader) -> String {
    let (precision, length) = (header.precision, header.length_bytes);
    format!("tables: precision {precision}, {length} bytes")
}

/// The eight bytes that every payload has.
const MAIN_HEADER: [HeaderField; 6] = [
    HeaderField::new("type spec.", 0, 8),
    HeaderField::new("fragment offset", 8, 24),
    HeaderField { meanings: &TYPES, ..HeaderField::new("type", 32, 8) },
    HeaderField::new("Q", 40, 8),
    HeaderField { unit: " x 8", ..HeaderField::new("width", 48, 8) },
    HeaderField { unit: " x 8", ..HeaderField::new("height", 56, 8) },
];

/// How the colours are sampled (section 4.1).
const TYPES: [(u128, &str); 4] =
    [(0, "0 = 4:2:2"), (1, "1 = 4:2:0"), (64, "64 = 4:2:2"), (65, "65 = 4:2:0")];
