//! What a datagram looks like: what the rules need to know of it, in a fixed size.

use std::time::Duration;

use super::class::Class;
use crate::rtp_packet::{HEADER_SIZE, RtpPacket};
use crate::statistics::Order;

/// A look at a datagram.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) arrival: Duration,
    /// Bytes of the datagram.
    pub(super) size: usize,
    /// Where `FF D8 FF` is, if it is near the beginning.
    pub(super) jpeg_at: Option<usize>,
    pub(super) class: Class,
    /// The first bytes of the datagram, 64 at most.
    start: Bytes<64>,
    /// The last ones.
    end: Bytes<HEADER_SIZE>,
    /// Its header, if it could be decoded.
    pub(super) header: Option<Header>,
    pub(super) payload: Payload,
}

/// The header's fields, and where the packet stands among those before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) version: u8,
    pub(super) marker: bool,
    pub(super) payload_type: u8,
    pub(super) number: u16,
    pub(super) timestamp: u32,
    pub(super) ssrc: u32,
    pub(super) order: Order,
}

/// The payload as it was decoded, or what comes after twelve bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Payload {
    /// In bytes.
    pub(super) length: usize,
    /// Whether it begins as a JPEG does.
    pub(super) is_start: bool,
    /// Whether it ends as one does.
    pub(super) is_end: bool,
    /// The same for the same bytes, and hardly ever for others.
    pub(super) print: u64,
}

impl Look {
    pub(super) fn at(
        datagram: &[u8],
        decoded: Option<(&RtpPacket<'_>, Order)>,
        arrival: Duration,
    ) -> Self {
        let decoded_payload = decoded.map(|(packet, _)| packet.payload);
        let after_header = datagram.get(HEADER_SIZE..).unwrap_or_default();
        let payload = decoded_payload.unwrap_or(after_header);
        let jpeg_at = datagram.windows(3).take(FAR).position(|bytes| bytes == b"\xFF\xD8\xFF");
        Self {
            arrival,
            size: datagram.len(),
            jpeg_at,
            class: Class::of(datagram, jpeg_at, decoded_payload),
            start: Bytes::of(datagram),
            end: Bytes::of(datagram.get(datagram.len().saturating_sub(12)..).unwrap_or_default()),
            header: decoded.map(|(packet, order)| Header::of(packet, order)),
            payload: Payload {
                length: payload.len(),
                is_start: decoded.is_some() && payload.starts_with(b"\xFF\xD8"),
                is_end: payload.ends_with(b"\xFF\xD9"),
                print: print_of(payload),
            },
        }
    }

    /// The first bytes of the datagram, 64 at most.
    pub(super) fn start(&self) -> &[u8] {
        self.start.get()
    }

    /// The first bytes after the twelve of the header.
    pub(super) fn after_header(&self) -> &[u8] {
        self.start().get(HEADER_SIZE..).unwrap_or_default()
    }

    /// The last bytes of the datagram, 12 at most.
    pub(super) fn end(&self) -> &[u8] {
        self.end.get()
    }

    /// Whether it is a piece of a frame, as far as its first bytes tell.
    pub(super) const fn is_piece(&self) -> bool {
        !self.payload.is_start && self.payload.length > 0
    }
}

impl Header {
    fn of(packet: &RtpPacket<'_>, order: Order) -> Self {
        Self {
            version: packet.version.get(),
            marker: packet.marker,
            payload_type: packet.payload_type.get(),
            number: packet.sequence_number,
            timestamp: packet.timestamp,
            ssrc: packet.ssrc,
            order,
        }
    }
}

/// A few bytes, kept.
#[derive(Clone, Copy, Debug)]
struct Bytes<const MOST: usize> {
    bytes: [u8; MOST],
    count: usize,
}

impl<const MOST: usize> Bytes<MOST> {
    fn of(from: &[u8]) -> Self {
        let mut bytes = [0; MOST];
        for (kept, byte) in bytes.iter_mut().zip(from) {
            *kept = *byte;
        }
        Self { bytes, count: from.len().min(MOST) }
    }

    fn get(&self) -> &[u8] {
        self.bytes.get(..self.count).unwrap_or_default()
    }
}

/// A number for bytes: made of their length and of 64 of them (FNV-1a).
pub(super) fn print_of(bytes: &[u8]) -> u64 {
    let samples = bytes.iter().step_by((bytes.len() / 64).max(1));
    samples.fold(bytes.len() as u64 ^ 0xCBF2_9CE4_8422_2325, |print, &byte| {
        (print ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// So far from the beginning a JPEG is looked for.
const FAR: usize = 512;
