//! What is said of what comes in the place of a JPEG.

use super::sentence::{HEADER, PAYLOAD, mistake};
use crate::diagnosis::disguise::Change;
use crate::diagnosis::finding::{Finding, Guilty};
use crate::diagnosis::words::{bytes, hex, quoted};

pub(in crate::diagnosis) fn magic(raw: &[u8], name: &str) -> Finding {
    let start = hex(raw.get(..4).unwrap_or(raw));
    mistake(
        "magic",
        PAYLOAD,
        "The payload is no JPEG",
        [
            format!("It begins with {start}: it is {name}."),
            "Send the bytes of each JPEG as they are in the file.".into(),
        ],
    )
}

/// The header is packed, too.
pub(in crate::diagnosis) fn magic_packet(start: &[u8], name: &str) -> Finding {
    let start = hex(start.get(..4).unwrap_or(start));
    mistake(
        "magic",
        HEADER,
        "The packet is packed, header and all",
        [
            format!("It begins with {start}: it is {name}."),
            "Send the 12 bytes and the JPEG's bytes as they are.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn text(
    text: &[u8],
    like: Option<&str>,
    is_whole_packet: bool,
) -> Finding {
    let (title, guilty) = if is_whole_packet {
        ("The packet is text", HEADER)
    } else {
        ("The payload is text, not a JPEG", PAYLOAD)
    };
    let like = match like {
        Some(like) if like.len() <= 20 => format!(": it looks like {like}"),
        Some(like) => format!(": {like}"),
        None => String::new(),
    };
    let room = 42_usize.saturating_sub(like.len()).min(10);
    mistake(
        "text",
        guilty,
        title,
        [
            format!("It begins with {}{like}.", quoted(text, room)),
            "Expected: the bytes themselves, FF D8 ..., not their text.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn encoded(raw: &[u8], how: &str) -> Finding {
    let start = hex(raw.get(..4).unwrap_or(raw));
    mistake(
        "encoded",
        PAYLOAD,
        "The JPEG went through a text encoding",
        [
            format!("It begins with {start}, not FF D8: {how}."),
            "Bytes stay bytes: no encode, decode or str.".into(),
        ],
    )
}

/// The header went through it, too.
pub(in crate::diagnosis) fn encoded_packet(start: &[u8], how: &str) -> Finding {
    let start = hex(start.get(..4).unwrap_or(start));
    mistake(
        "encoded",
        HEADER,
        "The packet went through a text encoding",
        [
            format!("It begins with {start}, not 80 1A: {how}."),
            "Bytes stay bytes: no encode, decode or str.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn encoded_inside() -> Finding {
    mistake(
        "encoded",
        PAYLOAD,
        "The JPEG went through a text encoding",
        [
            "There is EF BF BD in it, again and again.".into(),
            "Bytes stay bytes: no encode, decode or str.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn swapped(raw: &[u8], size: usize) -> Finding {
    let start = hex(raw.get(..4).unwrap_or(raw));
    let groups = if size == 2 { "pairs".to_owned() } else { format!("groups of {size}") };
    mistake(
        "swapped_pairs",
        PAYLOAD,
        format!("The JPEG's bytes are swapped in {groups}"),
        [
            format!("It begins with {start}, expected: FF D8 FF."),
            format!("Are they handled as {}-bit numbers?", 8 * size),
        ],
    )
}

pub(in crate::diagnosis) fn changed(raw: &[u8], change: Change) -> Finding {
    let start = hex(raw.get(..4).unwrap_or(raw));
    mistake(
        "changed",
        PAYLOAD,
        "Each byte of the JPEG is changed",
        [
            format!("It begins with {start}, expected: FF D8 FF."),
            match change {
                Change::BitsReversed => "The bits of each byte are in reverse order.".into(),
                Change::Xor(0xFF) => "Each bit is turned round.".into(),
                Change::Xor(key) => format!("Each is combined (xor) with {key:02X}."),
            },
        ],
    )
}

pub(in crate::diagnosis) fn eaten(raw: &[u8], count: usize) -> Finding {
    let (title, late) = match count {
        1 => ("The first byte of the JPEG is missing".to_owned(), "1 byte".to_owned()),
        _ => (format!("The first {count} bytes of the JPEG are missing"), format!("{count} bytes")),
    };
    mistake(
        "eaten",
        PAYLOAD,
        title,
        [
            format!("It begins with {}, expected: FF D8 FF.", hex(raw.get(..4).unwrap_or(raw))),
            format!("Does a read or a slice begin {late} too late?"),
        ],
    )
}

pub(in crate::diagnosis) fn no_payload(size: usize) -> Finding {
    mistake(
        "no_payload",
        Guilty::Length,
        "The packets are empty",
        [
            format!("{size} bytes come: the header, and nothing after it."),
            "Is the payload added before it is sent?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn short(size: usize, start: &[u8]) -> Finding {
    let found = if size > 0 {
        format!(": {}", hex(start.get(..6).unwrap_or(start)))
    } else {
        String::new()
    };
    let come = if size == 1 { "comes" } else { "come" };
    mistake(
        "short",
        HEADER,
        "The packets are too short",
        [
            format!("{} {come}{found}; the header alone has 12.", bytes(size)),
            "Is the whole packet handed to sendto?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn rtpjpeg() -> Finding {
    mistake(
        "rtpjpeg",
        Guilty::bytes(12..20),
        "This is RTP/JPEG for real players",
        [
            "The payload has a JPEG header of RFC 2435, and no FF D8.".into(),
            "The lab sends JPEG files; for this, call rtsp://HOST:PORT/.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn file_raw(digits: &[u8]) -> Finding {
    mistake(
        "file_raw",
        PAYLOAD,
        "The movie is sent as it is in the file",
        [
            format!("The first payload begins with {}: the first length.", quoted(digits, 6)),
            "Read 5 digits, then so many bytes: one frame a packet.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn backwards(raw: &[u8]) -> Finding {
    let start = hex(raw.get(..2).unwrap_or(raw));
    mistake(
        "backwards",
        PAYLOAD,
        "The JPEG is sent backwards",
        [
            format!("It begins with {start} and ends with D8 FF."),
            "Expected: FF D8 first, FF D9 last.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn not_jpeg(start: &[u8]) -> Finding {
    mistake(
        "not_jpeg",
        PAYLOAD,
        "The payload does not begin with a JPEG",
        [
            format!("It begins with {}, expected: FF D8.", hex(start)),
            "Is the frame read from the right place of the movie?".into(),
        ],
    )
}
