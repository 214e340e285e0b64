//! Turns what came over RTP into frames of the movie.
//!
//! A frame is recognised by its bytes, not by its number, so a wrong number shows as just that.

use std::time::Instant;

use rtsp_lab::rtp_packet::HEADER_SIZE;

use super::ear::Arrival;
pub(crate) use super::ear::number;
use super::frames::{Frames, SOI};
use super::movie::Movie;

/// A frame that was put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Its place in the movie, from 0; `None` if it is none of the movie's frames.
    pub(crate) index: Option<usize>,
    /// Its size in bytes.
    pub(crate) length: usize,
    /// When its last packet came.
    pub(crate) at: Instant,
    /// How many packets it came in.
    pub(crate) packets: usize,
    /// How many packets there were up to its last.
    pub(crate) end: usize,
}

/// Puts frames together, from wherever in the datagrams the JPEG begins.
pub(crate) fn frames(arrivals: &[Arrival], movie: &Movie) -> Vec<Seen> {
    let header = header_length(arrivals).unwrap_or(HEADER_SIZE);
    let mut frames = Frames::default();
    let (mut seen, mut packets, mut next) = (Vec::new(), 0, 0);
    for (place, arrival) in arrivals.iter().enumerate() {
        let payload = arrival.bytes.get(header..).unwrap_or_default();
        let marker = arrival.bytes.get(1).is_some_and(|byte| byte & 0x80 != 0);
        packets += 1;
        for frame in frames.push(marker, payload) {
            let index = movie.find(&frame, next);
            next = index.map_or(next, |index| index + 1);
            let (length, at, end) = (frame.len(), arrival.at, place + 1);
            seen.push(Seen { index, length, at, packets, end });
            packets = 0;
        }
    }
    seen
}

/// Whether the header has its twelve bytes.
pub(crate) fn has_right_header(arrivals: &[Arrival]) -> bool {
    header_length(arrivals) == Some(HEADER_SIZE)
}

/// The step from one number to another; numbers wrap.
#[expect(clippy::cast_possible_wrap, reason = "the upper half are the steps back")]
pub(crate) const fn step(before: u16, number: u16) -> i16 {
    number.wrapping_sub(before) as i16
}

/// Where the JPEG begins in the first datagram: after 12 bytes, if the header is right.
pub(crate) fn header_length(arrivals: &[Arrival]) -> Option<usize> {
    let first = &arrivals.first()?.bytes;
    let begins = |at: &usize| first.get(*at..).is_some_and(|rest| rest.starts_with(SOI));
    [HEADER_SIZE].into_iter().chain(0..LONGEST_HEADER).find(begins)
}

/// A header with 15 CSRCs has 72 bytes.
const LONGEST_HEADER: usize = 80;
