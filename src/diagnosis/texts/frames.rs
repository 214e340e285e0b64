//! What is said of frames, whole and in pieces.

use super::sentence::{HEADER, MARKER, PAYLOAD, mistake};
use crate::diagnosis::finding::{Finding, Guilty};
use crate::diagnosis::words::hex;

pub(in crate::diagnosis) fn piece_no_header(start: &[u8]) -> Finding {
    mistake(
        "piece_no_header",
        HEADER,
        "Only the first piece has an RTP header",
        [
            format!("The others begin with bytes of the JPEG: {}", hex(start)),
            "Each datagram needs its own 12 bytes.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn pieces_reversed() -> Finding {
    mistake(
        "pieces_reversed",
        PAYLOAD,
        "The pieces come in reverse order",
        [
            "The end of the JPEG comes first, its FF D8 last.".into(),
            "Expected: the piece with FF D8 first.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn marker_none() -> Finding {
    mistake(
        "marker_none",
        MARKER,
        "No packet ends a frame: M is always 0",
        [
            "The frames come in pieces, none is marked as the last.".into(),
            "Set the marker to 1 in the last packet of each frame.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn marker_first() -> Finding {
    mistake(
        "marker_first",
        MARKER,
        "The marker is on the first piece",
        [
            "M is 1 where FF D8 begins, and 0 where FF D9 ends.".into(),
            "It belongs to the last packet of a frame.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn marker_all() -> Finding {
    mistake(
        "marker_all",
        MARKER,
        "Every piece has the marker",
        [
            "M is 1 in all packets: each looks like the end of a frame.".into(),
            "It belongs to the last packet of a frame only.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn marker_wrong() -> Finding {
    mistake(
        "marker_wrong",
        MARKER,
        "The marker is not on the last piece",
        [
            "M is 0 where the JPEG ends, and 1 before that.".into(),
            "Count the pieces again: which one is the last?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn pieces_missing(end: &[u8]) -> Finding {
    mistake(
        "pieces_missing",
        PAYLOAD,
        "The last piece of each frame is missing",
        [
            format!("The marked packet ends with {}, expected: FF D9.", hex(end)),
            "Is the rest that is shorter than a piece sent, too?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn no_ends() -> Finding {
    mistake(
        "no_ends",
        PAYLOAD,
        "The last piece of each frame is missing",
        [
            "No packet ends with FF D9, and none has the marker.".into(),
            "Is the rest that is shorter than a piece sent, too?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn pieces_broken(garbled: u32, frames: u32) -> Finding {
    mistake(
        "pieces_broken",
        PAYLOAD,
        "Frames in pieces come out broken",
        [
            format!("{garbled} of {frames} are garbled or broken, yet no packet is missing."),
            "Does each piece begin where the one before has ended?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn cut_same(length: usize) -> Finding {
    mistake(
        "cut_same",
        Guilty::Length,
        format!("The frames are cut off after {length} bytes"),
        [
            "Each ends there, in the middle of the picture.".into(),
            "Is it a buffer of fixed size? Longer frames need pieces.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn cut(end: &[u8]) -> Finding {
    mistake(
        "cut",
        Guilty::Length,
        "The end of each JPEG is missing",
        [
            format!("It ends with {}, in the middle of the picture.", hex(end)),
            "Expected: FF D9. Is the frame read to its full length?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn text_mode(are_added: bool) -> Finding {
    let seen =
        if are_added { "Every 0A has a 0D before it." } else { "There is not one byte 0D in it." };
    mistake(
        "text_mode",
        PAYLOAD,
        "Line ends were changed in the JPEG",
        [seen.into(), "Is the file opened as binary (\"rb\")?".into()],
    )
}

pub(in crate::diagnosis) fn broken(count: u32, why: &str) -> Finding {
    let why: String = why.chars().take(59).collect();
    mistake(
        "broken",
        PAYLOAD,
        "The JPEGs are broken",
        [format!("{count} came from FF D8 to FF D9, none can be decoded:"), why + "."],
    )
}
