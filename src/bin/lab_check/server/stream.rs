//! What came over RTP, as frames of the movie.
//!
//! A frame is known by its bytes, not by its number: so a wrong number is seen as that, and as nothing
//! else.

use std::time::Instant;

use rtsp_lab::lab_payload::Assembler;
use rtsp_lab::rtp_packet::{HEADER_SIZE, RtpPacket};
use rtsp_lab::statistics::Order;

use super::ear::Arrival;
use super::film::Film;

/// A frame that was put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Which of the movie's it is, from 0; `None` if it is none of them.
    pub(crate) index: Option<usize>,
    /// Its size in bytes.
    pub(crate) length: usize,
    /// When its last packet came.
    pub(crate) at: Instant,
    /// How many of the packets brought it.
    pub(crate) packets: usize,
}

/// Puts frames together, from wherever in the datagrams the JPEG begins.
pub(crate) fn frames(arrivals: &[Arrival], film: &Film) -> Vec<Seen> {
    let header = header_length(arrivals).unwrap_or(HEADER_SIZE);
    let mut assembler = Assembler::default();
    let (mut seen, mut packets, mut next) = (Vec::new(), 0, 0);
    for arrival in arrivals {
        let payload = arrival.bytes.get(header..).unwrap_or_default();
        let marker = arrival.bytes.get(1).is_some_and(|byte| byte & 0x80 != 0);
        let packet = RtpPacket { marker, ..RtpPacket::jpeg(0, 0, 0, payload) };
        assembler.push(&packet, Order::Next);
        packets += 1;
        while let Some(frame) = assembler.next_frame() {
            let index = film.find(&frame, next);
            next = index.map_or(next, |index| index + 1);
            seen.push(Seen { index, length: frame.len(), at: arrival.at, packets });
            packets = 0;
        }
    }
    seen
}

/// Where the JPEG begins in the first datagram: behind 12 bytes, if the header is right.
pub(crate) fn header_length(arrivals: &[Arrival]) -> Option<usize> {
    let first = &arrivals.first()?.bytes;
    let begins = |at: &usize| first.get(*at..).is_some_and(|rest| rest.starts_with(SOI));
    [HEADER_SIZE].into_iter().chain(0..LONGEST_HEADER).find(begins)
}

/// The start of every JPEG (ITU-T T.81 table B.1).
const SOI: &[u8] = b"\xFF\xD8";
/// A header with 15 CSRCs has 72 bytes.
const LONGEST_HEADER: usize = 80;
