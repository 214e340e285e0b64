//! What is said of things that are odd and play all the same.

use super::sentence::{NUMBER, note};
use crate::diagnosis::finding::{Finding, Guilty};
use crate::diagnosis::words::{hex, packets, quoted};

const TIMESTAMP: Guilty = Guilty::bytes(4..8);

// The header's fields.

pub(in crate::diagnosis) fn version(version: u8, first: u8) -> Finding {
    note(
        "version",
        Guilty::Bits(0..2),
        format!("Version {version}, expected 2: played all the same"),
        [format!("First byte {first:02X}, expected: 80.")],
    )
}

pub(in crate::diagnosis) fn padding_bit(first: u8) -> Finding {
    note(
        "padding_bit",
        Guilty::Bits(2..3),
        "P is 1, but there is no padding: played",
        [format!("First byte {first:02X}, expected: 80.")],
    )
}

pub(in crate::diagnosis) fn payload_type(kind: u8, second: u8) -> Finding {
    note(
        "payload_type",
        Guilty::Bits(9..16),
        format!("Payload type {kind}, expected 26: played"),
        [format!("Second byte {second:02X}, expected: 1A (9A with the marker).")],
    )
}

pub(in crate::diagnosis) fn timestamp_0() -> Finding {
    note(
        "timestamp_0",
        TIMESTAMP,
        "The timestamp is 0 in every packet: played",
        ["Expected: the time, int(time()).".into()],
    )
}

pub(in crate::diagnosis) fn timestamp_still(timestamp: u32, ssrc: Option<u32>) -> Finding {
    let how = if ssrc == Some(timestamp) { ", the same as the SSRC" } else { " for more than 2 s" };
    note(
        "timestamp_still",
        TIMESTAMP,
        "The timestamp stands still: played",
        [format!("It is {timestamp}{how}.")],
    )
}

pub(in crate::diagnosis) fn ssrc() -> Finding {
    note(
        "ssrc",
        Guilty::bytes(8..12),
        "The SSRC is another in every packet: played",
        ["Expected: one number for the whole session.".into()],
    )
}

pub(in crate::diagnosis) fn end_empty() -> Finding {
    note(
        "end_empty",
        Guilty::Length,
        "Empty packets come after the pictures",
        [
            "12 bytes and nothing after them: is the movie at its end?".into(),
            "Where nextFrame has no more, nothing is sent.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn some_empty(empty: u32, packets: u32) -> Finding {
    note(
        "some_empty",
        Guilty::Length,
        format!("{empty} of {packets} packets are empty"),
        ["12 bytes and nothing after them.".into()],
    )
}

// The numbers.

pub(in crate::diagnosis) fn number_text(text: &[u8]) -> Finding {
    note(
        "number_text",
        NUMBER,
        format!("The sequence number is text: {}", quoted(text, 2)),
        ["Expected: a 16-bit number in bytes 2 and 3.".into()],
    )
}

pub(in crate::diagnosis) fn number_swapped() -> Finding {
    note(
        "number_swapped",
        NUMBER,
        "The sequence number goes up by 256",
        ["Are its two bytes swapped? The high one comes first.".into()],
    )
}

pub(in crate::diagnosis) fn number_twice() -> Finding {
    note(
        "number_twice",
        NUMBER,
        "The sequence number goes up by 257",
        ["Both bytes are the same: the first one is number >> 8.".into()],
    )
}

pub(in crate::diagnosis) fn number_step(step: i32) -> Finding {
    let question = match step {
        2 => "Is it counted, or is nextFrame called, twice a packet?".into(),
        ..=20 => format!("Is it counted, or is nextFrame called, {step} times a packet?"),
        _ => "Expected: 1 more with each packet.".into(),
    };
    note("number_step", NUMBER, format!("The sequence number goes up by {step}"), [question])
}

pub(in crate::diagnosis) fn lengths_alone() -> Finding {
    note(
        "lengths_alone",
        Guilty::Length,
        "The length comes in a datagram of its own",
        ["It is left out: a datagram has its length already.".into()],
    )
}

pub(in crate::diagnosis) fn number_255() -> Finding {
    note(
        "number_255",
        NUMBER,
        "The sequence number goes from 255 back to 0",
        ["Is its high byte missing: number >> 8?".into()],
    )
}

pub(in crate::diagnosis) fn number_gaps(missing: u64, packets: u64) -> Finding {
    note(
        "number_gaps",
        NUMBER,
        "The sequence numbers have large gaps",
        [format!("{missing} are missing after {packets} packets: expected 1 more each.")],
    )
}

pub(in crate::diagnosis) fn number_disorder() -> Finding {
    note(
        "number_disorder",
        NUMBER,
        "Half of the packets come too late",
        ["Their numbers are below the one before.".into()],
    )
}

pub(in crate::diagnosis) fn packet_repeats() -> Finding {
    note(
        "packet_repeats",
        NUMBER,
        "Every packet comes more than once",
        ["Is sendto called twice?".into()],
    )
}

/// The last packet, most likely at the movie's end.
pub(in crate::diagnosis) fn packet_again(number: u16) -> Finding {
    note(
        "packet_again",
        NUMBER,
        "The same packet comes again and again",
        [
            format!("Number {number}: is the movie at its end?"),
            "Where nextFrame has no more, nothing is sent.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn number_shared(number: u16) -> Finding {
    note(
        "number_shared",
        NUMBER,
        "Several packets have the same number",
        [
            format!("They differ, and are all number {number}: one is shown."),
            "Expected: 1 more with each packet.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn stopped_255() -> Finding {
    note(
        "stopped_255",
        NUMBER,
        "After number 255 nothing more comes",
        [
            "256 does not fit into a byte: is it number & 255?".into(),
            "(Or the movie has ended there.)".into(),
        ],
    )
}

// The frames.

pub(in crate::diagnosis) fn picture_twice(times: u32) -> Finding {
    let times = if times == 2 { "twice".to_owned() } else { format!("{times} times") };
    note(
        "picture_twice",
        Guilty::Nothing,
        format!("Every picture comes {times}"),
        ["Under new numbers: is nextFrame called each time?".into()],
    )
}

pub(in crate::diagnosis) fn same_picture(frames: u32) -> Finding {
    let title = format!("The picture has not changed for {frames} frames");
    note(
        "same_picture",
        Guilty::Nothing,
        title,
        ["Is nextFrame called each time? (Or the movie stands still.)".into()],
    )
}

pub(in crate::diagnosis) fn some_cut(cut: u32, of: u32) -> Finding {
    note(
        "some_cut",
        Guilty::Length,
        format!("{cut} of {of} frames end too early"),
        ["In the middle of the picture. Are they read and sent whole?".into()],
    )
}

pub(in crate::diagnosis) fn two_pictures() -> Finding {
    note(
        "two_pictures",
        Guilty::Length,
        "There are two pictures in each packet",
        ["Only the first is shown.".into()],
    )
}

pub(in crate::diagnosis) fn padding(length: usize) -> Finding {
    note(
        "padding",
        Guilty::Length,
        "There are bytes after FF D9: played",
        [format!("The payload has {length} bytes: is it a buffer of fixed size?")],
    )
}

pub(in crate::diagnosis) fn pieces_overlap(bytes: usize) -> Finding {
    note(
        "pieces_overlap",
        Guilty::Length,
        "The pieces hold more than the picture",
        [format!("{bytes} bytes too many in a frame: do they overlap?")],
    )
}

// The pace.

pub(in crate::diagnosis) fn slow(rate: f64) -> Finding {
    note(
        "slow",
        Guilty::Nothing,
        format!("Only {rate:.1} frames a second come"),
        ["The lab sends 20: one every 0.05 s.".into()],
    )
}

pub(in crate::diagnosis) fn fast(frames: u32, seconds: f64) -> Finding {
    note(
        "fast",
        Guilty::Nothing,
        format!("{frames} frames came in {seconds:.1} s"),
        ["Does the sender wait 0.05 s between them?".into()],
    )
}

/// `payload` are the first and last bytes of one that is not shown.
pub(in crate::diagnosis) fn stopped(count: u32, payload: Option<(&[u8], &[u8])>) -> Finding {
    let other = match payload {
        Some((start, _)) if !start.starts_with(b"\xFF\xD8") => {
            format!("The payload begins with {}, expected: FF D8.", hex(start))
        }
        Some((_, end)) if !end.ends_with(b"\xFF\xD9") => {
            format!("The payload ends with {}, expected: FF D9.", hex(end))
        }
        _ => "Or does it wait too long? 50 ms are wait(0.05).".into(),
    };
    let error = "An error in the sending thread? See the server's terminal.".into();
    note(
        "stopped",
        Guilty::Nothing,
        format!("{} came, then no more", packets(count)),
        if payload.is_some() { [other, error] } else { [error, other] },
    )
}
