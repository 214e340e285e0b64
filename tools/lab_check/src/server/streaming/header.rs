//! The twelve bytes before the JPEG.

use std::time::Duration;

use crate::card::Requirement;

use super::super::ear::Arrival;
use super::super::requirements as need;
use super::super::scene::Scene;
use super::super::stream::{self, Seen};

use rtsp_lab::rtp_packet::HEADER_SIZE;

/// Whether the JPEG begins where it should.
pub(super) fn judge(scene: &mut Scene<'_>, arrivals: &[Arrival]) -> bool {
    let length = stream::header_length(arrivals);
    let met = length == Some(HEADER_SIZE);
    if met {
        scene.pass(&need::HEADER);
    } else if let Some(first) = arrivals.first() {
        let begin = hexadecimal(first.bytes.get(..HEADER_SIZE + 4).unwrap_or(&first.bytes));
        let came = match length {
            Some(length) => format!("{begin} …: the JPEG begins at byte {length}"),
            None => format!("{begin} …: no JPEG begins there"),
        };
        scene.fail_playing(&need::HEADER, &came, "FF D8 at byte 12, the first being byte 0");
    }
    met
}

/// Checks each field in every packet.
pub(super) fn judge_fields(scene: &mut Scene<'_>, arrivals: &[Arrival], seen: &[Seen]) {
    let headers: Vec<_> = arrivals.iter().filter_map(Header::of).collect();
    for (requirement, field, expected) in CONSTANTS {
        let wrong = headers.iter().position(|header| field(header) != expected);
        judge_field(scene, requirement, &headers, wrong, field, &format!("{expected}"));
    }
    if headers.iter().all(|header| payload_type(header) == JPEG) {
        judge_marker(scene, &headers, seen);
    } else {
        scene.not_checked(&need::MARKER, "the byte that it is in has another payload type");
    }
    let wrong = headers.first().filter(|first| first.number() != 1).map(|_| 0);
    judge_field(scene, &need::FIRST_NUMBER, &headers, wrong, Header::number, "1");
    let back = |pair: &[Header]| matches!(pair, [a, b] if is_back(a.timestamp(), b.timestamp()));
    let wrong = headers.windows(2).position(back).map(|before| before + 1);
    judge_field(
        scene,
        &need::TIMESTAMP,
        &headers,
        wrong,
        Header::timestamp,
        "what it was, or more",
    );
    judge_clock(scene, arrivals, &headers);
    let first = headers.first().map(Header::ssrc);
    let wrong = headers.iter().position(|header| Some(header.ssrc()) != first);
    let expected = format!("{}, as in the first packet", first.unwrap_or_default());
    judge_field(scene, &need::SSRC, &headers, wrong, Header::ssrc, &expected);
}

/// Whether the timestamp has changed from the first packet to the last.
fn judge_clock(scene: &mut Scene<'_>, arrivals: &[Arrival], headers: &[Header]) {
    let ends = arrivals.first().zip(arrivals.last());
    let apart = ends.map(|(first, last)| last.at.saturating_duration_since(first.at));
    if apart.is_none_or(|apart| apart < A_TICK) {
        return scene.not_checked(&need::TIMESTAMP_RUNS, "the movie is over before it must change");
    }
    let last = headers.len().saturating_sub(1);
    let same =
        headers.first().zip(headers.last()).is_some_and(|(a, b)| a.timestamp() == b.timestamp());
    let expected = "another one than in the first packet";
    let wrong = same.then_some(last);
    judge_field(scene, &need::TIMESTAMP_RUNS, headers, wrong, Header::timestamp, expected);
}

/// A frame that fits one packet may be unmarked, as in the report; in the newer assignment every
/// frame ends with a marked packet.
fn judge_marker(scene: &mut Scene<'_>, headers: &[Header], seen: &[Seen]) {
    let lasts: Vec<usize> = seen
        .iter()
        .scan(0, |count, frame| {
            *count += frame.packets;
            Some(*count - 1)
        })
        .collect();
    let whole = lasts.last().map_or(0, |last| last + 1);
    let headers = headers.get(..whole).unwrap_or_default();
    let marks = headers.iter().filter(|header| marker(header) == 1).count();
    let wrong = |(number, header): (usize, &Header)| {
        u8::from(marks > 0 && lasts.contains(&number)) != marker(header)
    };
    let wrong = headers.iter().enumerate().position(wrong);
    let expected = "0 in all packets, or 1 in the last of every frame and in no other";
    judge_field(scene, &need::MARKER, headers, wrong, marker, expected);
}

/// Notes a pass, or the first wrong packet.
fn judge_field<T: std::fmt::Display>(
    scene: &mut Scene<'_>,
    requirement: &'static Requirement,
    headers: &[Header],
    wrong: Option<usize>,
    field: impl Fn(&Header) -> T,
    expected: &str,
) {
    let Some((number, header)) = wrong.and_then(|at| Some((at + 1, headers.get(at)?))) else {
        return scene.pass(requirement);
    };
    let came = format!("packet {number}: {}: here {}", hexadecimal(&header.0), field(header));
    scene.fail_playing(requirement, &came, expected);
}

/// The header of a packet.
#[derive(Clone, Copy, Debug)]
struct Header([u8; HEADER_SIZE]);

impl Header {
    fn of(arrival: &Arrival) -> Option<Self> {
        arrival.bytes.first_chunk().copied().map(Self)
    }

    fn number(&self) -> u16 {
        u16::from_be_bytes([self.0[2], self.0[3]])
    }

    fn timestamp(&self) -> u32 {
        u32::from_be_bytes([self.0[4], self.0[5], self.0[6], self.0[7]])
    }

    fn ssrc(&self) -> u32 {
        u32::from_be_bytes([self.0[8], self.0[9], self.0[10], self.0[11]])
    }
}

/// Whether the timestamp `other` is before `one`: they wrap, so the shorter way between them
/// counts.
const fn is_back(one: u32, other: u32) -> bool {
    other.wrapping_sub(one) > u32::MAX / 2
}

const fn marker(header: &Header) -> u8 {
    header.0[1] >> 7
}

const fn payload_type(header: &Header) -> u8 {
    header.0[1] & 0x7F
}

/// A clock of seconds has gone on after this long, even if the first packet was late.
const A_TICK: Duration = Duration::from_millis(1500);

/// Bytes as Wireshark shows them.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}

/// The value of a field in a header.
type Field = fn(&Header) -> u8;
/// The fields that are the same in every packet of the lab.
const CONSTANTS: [(&Requirement, Field, u8); 5] = [
    (&need::VERSION, |header| header.0[0] >> 6, 2),
    (&need::PADDING, |header| header.0[0] >> 5 & 1, 0),
    (&need::EXTENSION, |header| header.0[0] >> 4 & 1, 0),
    (&need::CSRC_COUNT, |header| header.0[0] & 0x0F, 0),
    (&need::PAYLOAD_TYPE, payload_type, JPEG),
];
/// Motion JPEG (RFC 3551 section 6).
const JPEG: u8 = 26;
