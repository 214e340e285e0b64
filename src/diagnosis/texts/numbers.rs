//! What is said of sequence numbers.

use super::sentence::{HEADER, NUMBER, mistake};
use crate::diagnosis::finding::{Finding, Weight};

pub(in crate::diagnosis) fn header_empty() -> Finding {
    mistake(
        "header_empty",
        HEADER,
        "The RTP header is empty",
        [
            "All its 12 bytes are 0 in every packet.".into(),
            "Is the header that is filled in the one that is sent?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn number_still(number: u16) -> Finding {
    mistake(
        "number_still",
        NUMBER,
        format!("Frame after frame has the number {number}"),
        [
            "Only the first of them is shown, the others look repeated.".into(),
            "Does the frame's number reach bytes 2 and 3 (both)?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn number_grows(number: u16) -> Finding {
    mistake(
        "number_grows",
        NUMBER,
        "The sequence number only gains bits",
        [
            format!("It has come to {number} and stands still there."),
            "Is the header cleared before the next packet (= before |=)?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn same_packet(number: u16, length: usize) -> Finding {
    mistake(
        "same_packet",
        NUMBER,
        "The same packet comes again and again",
        [
            format!("Number {number}, {length} bytes, not one of them different."),
            "Is nextFrame called each time, and a new packet made?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn number_down(step: u32, number: u16) -> Finding {
    mistake(
        "number_down",
        NUMBER,
        "The sequence number counts down",
        [
            format!("It goes down by {step}, and is {number} now."),
            "Expected: 1 more with each packet.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn number_restarts(number: u16) -> Finding {
    mistake(
        "number_restarts",
        NUMBER,
        "The number begins anew with each frame",
        [
            format!("Each frame's first piece has the number {number}."),
            "It counts all packets, or it is the number of the frame.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn number_anew(last: u16, first: u16) -> Finding {
    mistake(
        "number_anew",
        NUMBER,
        format!("After {last} the number begins anew, with {first}"),
        [
            "What comes then looks late or repeated, and is not shown.".into(),
            "It counts up to 65535. Is it cut, or set back?".into(),
        ],
    )
}

/// What is a note where whole frames come, of frames in pieces.
pub(in crate::diagnosis) fn in_pieces(note: Finding) -> Finding {
    let lines = note.lines.into_iter().chain(["With gaps no frame can be put together.".into()]);
    Finding { weight: Weight::Mistake, lines: lines.collect(), ..note }
}

pub(in crate::diagnosis) fn number_jumps(number: u16) -> Finding {
    mistake(
        "number_jumps",
        NUMBER,
        "The sequence numbers are in no order",
        [
            format!("Most packets look too late, and are not shown (now {number})."),
            "Expected: 1 more with each packet.".into(),
        ],
    )
}
