//! What is said of where the JPEG is.

use super::sentence::{FIRST, HEADER, mistake};
use crate::diagnosis::finding::{Finding, Guilty};
use crate::diagnosis::words::{bytes, hex, quoted, some_hex};

pub(in crate::diagnosis) fn digits(before: &[u8]) -> Finding {
    let (known, text) = (before.get(..6).unwrap_or(before), quoted(before, 6));
    mistake(
        "digits",
        Guilty::bytes(12..12 + before.len()),
        "The length is still in front of the JPEG",
        [
            format!("It begins with {} ({text}), then FF D8.", hex(known)),
            "Those digits are read first, and are not sent.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn two_datagrams() -> Finding {
    mistake(
        "two_datagrams",
        HEADER,
        "Header and JPEG come in two datagrams",
        [
            "12 bytes come alone, then the JPEG without a header.".into(),
            "One sendto must send both: header + payload.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn no_header() -> Finding {
    mistake(
        "no_header",
        HEADER,
        "The packets have no RTP header",
        [
            "They begin with FF D8, which is the JPEG itself.".into(),
            "Put the 12 bytes in front of it.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn no_header_but_length(before: &[u8]) -> Finding {
    mistake(
        "no_header",
        HEADER,
        "The packets have no RTP header",
        [
            format!("They begin with {}, the length, then the JPEG.", quoted(before, 12)),
            "Leave those digits out, and put the 12 bytes there.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn header_after(end: &[u8]) -> Finding {
    let end = hex(end.get(..2).unwrap_or(end));
    mistake(
        "header_after",
        HEADER,
        "The RTP header comes after the JPEG",
        [
            format!("The first bytes are FF D8, {end} comes 12 before the end."),
            "The header goes in front: header + payload.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn header_text(before: &[u8]) -> Finding {
    mistake(
        "header_text",
        HEADER,
        "The RTP header is text, not 12 bytes",
        [
            format!("The packet begins with {}.", quoted(before, 24)),
            "Build the 12 bytes with shifts and |, or struct.pack.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn header_backwards(start: &[u8]) -> Finding {
    let start = hex(start.get(..4).unwrap_or(start));
    mistake(
        "header_backwards",
        HEADER,
        "The header is the wrong way round",
        [
            format!("It begins with {start}, expected: 80 1A."),
            "The high byte of each field comes first (\">\" in struct).".into(),
        ],
    )
}

pub(in crate::diagnosis) fn header_bits(start: &[u8]) -> Finding {
    let start = hex(start.get(..4).unwrap_or(start));
    mistake(
        "header_bits",
        HEADER,
        "The bits of the header are in reverse",
        [
            format!("It begins with {start}, expected: 80 1A."),
            "The first field has the highest bits of its byte.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn first_byte(byte: u8) -> Finding {
    let fields = [
        ("V", byte >> 6, 2),
        ("P", byte >> 5 & 1, 0),
        ("X", byte >> 4 & 1, 0),
        ("CC", byte & 15, 0),
    ];
    let wrong = fields.iter().filter(|(_, found, expected)| found != expected);
    let wrong: Vec<_> = wrong.map(|(name, found, _)| format!("{name} is {found}")).collect();
    let hint = match byte {
        1 | 2 | 4 | 8 | 16 | 32 => "Is V shifted left by 6: 2 << 6?".into(),
        0x1A | 0x9A => "26 belongs into the second byte.".into(),
        _ => "P, X and CC are 0 in this lab.".into(),
    };
    mistake(
        "first_byte",
        FIRST,
        format!("The first byte is {byte:02X}, not 80"),
        [format!("{}: the JPEG is taken apart.", wrong.join(", ")), hint],
    )
}

pub(in crate::diagnosis) fn header_twice(second: &[u8]) -> Finding {
    mistake(
        "header_twice",
        Guilty::bytes(12..24),
        "There are two RTP headers",
        [
            format!("Bytes 12 to 23 look like one again: {} ...", hex(second)),
            "Is encode called twice for the same packet?".into(),
        ],
    )
}

pub(in crate::diagnosis) fn header_short(at: usize) -> Finding {
    mistake(
        "jpeg_at",
        Guilty::bytes(at..12),
        title_at(at),
        [
            format!("The header has only {}.", bytes(at)),
            "Is a field missing, or one too short?".into(),
        ],
    )
}

/// `length` is the JPEG's, if that is what stands before it.
pub(in crate::diagnosis) fn header_long(
    extra: usize,
    before: &[u8],
    length: Option<usize>,
) -> Finding {
    let at = 12 + extra;
    mistake(
        "jpeg_at",
        Guilty::bytes(12..at),
        title_at(at),
        [
            format!("{} too many before it: {}", bytes(extra), some_hex(before, 8, extra)),
            match length {
                Some(length) => format!("That is its length, {length}: it is not sent."),
                None => "Is a field too wide, or something sent along?".into(),
            },
        ],
    )
}

/// A header as it should be is there, and `before` stands in front of it.
pub(in crate::diagnosis) fn header_at(before: &[u8]) -> Finding {
    let count = before.len();
    let is_text = before.iter().all(u8::is_ascii_graphic);
    let text = if is_text { format!(" ({})", quoted(before, 6)) } else { String::new() };
    let come = if count == 1 { "comes" } else { "come" };
    mistake(
        "header_at",
        Guilty::bytes(0..count.min(12)),
        format!("The RTP header begins at byte {count}, not at 0"),
        [
            format!("{} {come} before it: {}{text}.", bytes(count), some_hex(before, 6, count)),
            "A datagram begins with the header: 80 1A.".into(),
        ],
    )
}

pub(in crate::diagnosis) fn header_grows(growth: usize, at: usize) -> Finding {
    mistake(
        "header_grows",
        HEADER,
        "The header grows with each packet",
        [
            format!("The JPEG comes {} later each time, at {at} now.", bytes(growth)),
            "Is the header made anew for each packet?".into(),
        ],
    )
}

fn title_at(at: usize) -> String {
    format!("The JPEG begins at byte {at}, not at 12")
}

pub(in crate::diagnosis) fn piece_header(count: usize, before: &[u8]) -> Finding {
    let start = some_hex(before, count.min(8), count);
    mistake(
        "piece_header",
        Guilty::bytes(12..12 + count),
        "The pieces have a header of their own",
        [
            format!("{} come before each piece: {start}", bytes(count)),
            "Expected: RTP header, then at once the piece of the JPEG.".into(),
        ],
    )
}
