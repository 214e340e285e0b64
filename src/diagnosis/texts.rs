//! What is said of mistakes, a function each. A title has at most 45 characters, a line 60.

use super::disguise::Change;
use super::finding::{Finding, Guilty, Weight};
use super::words::{bytes, hex, packets, quoted, some_hex};

fn mistake<const LINES: usize>(
    id: &'static str,
    guilty: Guilty,
    title: impl Into<String>,
    lines: [String; LINES],
) -> Finding {
    Finding { id, weight: Weight::Mistake, title: title.into(), lines: lines.into(), guilty }
}

const HEADER: Guilty = Guilty::bytes(0..12);
const FIRST: Guilty = Guilty::bytes(0..1);
const NUMBER: Guilty = Guilty::bytes(2..4);
const PAYLOAD: Guilty = Guilty::bytes(12..14);
const MARKER: Guilty = Guilty::Bits(8..9);

// Where the JPEG is.

pub(super) fn digits(before: &[u8]) -> Finding {
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

pub(super) fn two_datagrams() -> Finding {
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

pub(super) fn no_header() -> Finding {
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

pub(super) fn no_header_but_length(before: &[u8]) -> Finding {
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

pub(super) fn header_after(end: &[u8]) -> Finding {
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

pub(super) fn header_text(before: &[u8]) -> Finding {
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

pub(super) fn header_backwards(start: &[u8]) -> Finding {
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

pub(super) fn header_bits(start: &[u8]) -> Finding {
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

pub(super) fn first_byte(byte: u8) -> Finding {
    let fields = [
        ("V", byte >> 6, 2),
        ("P", byte >> 5 & 1, 0),
        ("X", byte >> 4 & 1, 0),
        ("CC", byte & 15, 0),
    ];
    let wrong = fields.iter().filter(|(_, found, expected)| found != expected);
    let wrong: Vec<_> = wrong.map(|(name, found, _)| format!("{name} is {found}")).collect();
    let hint = match byte {
        1 | 2 | 4 | 8 | 16 | 32 => {
            format!("Is V shifted left by 6: {} << 6?", if byte == 1 { 1 } else { 2 })
        }
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

pub(super) fn header_twice(second: &[u8]) -> Finding {
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

pub(super) fn header_short(at: usize) -> Finding {
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
pub(super) fn header_long(extra: usize, before: &[u8], length: Option<usize>) -> Finding {
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

fn title_at(at: usize) -> String {
    format!("The JPEG begins at byte {at}, not at 12")
}

pub(super) fn piece_header(count: usize, before: &[u8]) -> Finding {
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

// What comes in the place of a JPEG.

pub(super) fn magic(raw: &[u8], name: &str) -> Finding {
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

pub(super) fn text(text: &[u8], like: Option<&str>, is_whole_packet: bool) -> Finding {
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

pub(super) fn encoded(raw: &[u8], how: &str) -> Finding {
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

pub(super) fn encoded_inside() -> Finding {
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

pub(super) fn swapped(raw: &[u8], size: usize) -> Finding {
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

pub(super) fn changed(raw: &[u8], change: Change) -> Finding {
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

pub(super) fn eaten(raw: &[u8], count: usize) -> Finding {
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

pub(super) fn no_payload(size: usize) -> Finding {
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

pub(super) fn short(size: usize, start: &[u8]) -> Finding {
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

pub(super) fn rtpjpeg() -> Finding {
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

pub(super) fn file_raw(digits: &[u8]) -> Finding {
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

pub(super) fn backwards(raw: &[u8]) -> Finding {
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

pub(super) fn not_jpeg(start: &[u8]) -> Finding {
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

// The numbers.

pub(super) fn header_empty() -> Finding {
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

pub(super) fn number_still(number: u16) -> Finding {
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

pub(super) fn number_grows(number: u16) -> Finding {
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

pub(super) fn same_packet(number: u16, length: usize) -> Finding {
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

pub(super) fn number_down(step: u32, number: u16) -> Finding {
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

pub(super) fn number_restarts(number: u16) -> Finding {
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

pub(super) fn number_jumps(number: u16) -> Finding {
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

// Frames in pieces.

pub(super) fn piece_no_header(start: &[u8]) -> Finding {
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

pub(super) fn pieces_reversed() -> Finding {
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

pub(super) fn marker_none() -> Finding {
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

pub(super) fn marker_first() -> Finding {
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

pub(super) fn marker_all() -> Finding {
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

pub(super) fn marker_wrong() -> Finding {
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

pub(super) fn pieces_missing(end: &[u8]) -> Finding {
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

pub(super) fn pieces_broken(garbled: u32, frames: u32) -> Finding {
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

// The frames.

pub(super) fn cut_same(length: usize) -> Finding {
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

pub(super) fn cut(end: &[u8]) -> Finding {
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

pub(super) fn text_mode(are_added: bool) -> Finding {
    let seen =
        if are_added { "Every 0A has a 0D before it." } else { "There is not one byte 0D in it." };
    mistake(
        "text_mode",
        PAYLOAD,
        "Line ends were changed in the JPEG",
        [seen.into(), "Is the file opened as binary (\"rb\")?".into()],
    )
}

pub(super) fn broken(count: u32, why: &str) -> Finding {
    let why: String = why.chars().take(59).collect();
    mistake(
        "broken",
        PAYLOAD,
        "The JPEGs are broken",
        [format!("{count} came from FF D8 to FF D9, none can be decoded:"), why + "."],
    )
}

// Silence.

pub(super) fn nothing_comes(port: u16) -> Finding {
    mistake(
        "nothing_comes",
        Guilty::Nothing,
        format!("Nothing comes to UDP port {port}"),
        [
            "Is that the port of SETUP, and does the sender run?".into(),
            "Frames above 65,495 bytes can't be sent whole.".into(),
        ],
    )
}

pub(super) fn rtp_on_rtsp(start: &[u8], port: u16) -> Finding {
    mistake(
        "rtp_on_rtsp",
        Guilty::Nothing,
        "RTP comes on the RTSP connection",
        [
            format!("After the reply: {} ... It belongs into a UDP datagram,", hex(start)),
            format!("sent with sendto to port {port}."),
        ],
    )
}

pub(super) fn play_unanswered(count: u32) -> Finding {
    mistake(
        "play_unanswered",
        Guilty::Nothing,
        "RTP comes, but PLAY was not answered",
        [format!("{} came.", packets(count)), "The reply RTSP/1.0 200 OK goes first.".into()],
    )
}

pub(super) fn rtp_from(stranger: &str, server: &str) -> Finding {
    // An address of IPv6 may leave no room for words.
    let title = format!("RTP comes from {stranger}");
    let (title, first) = match title.len() {
        ..=45 => (title, format!("The server is {server}: those packets are left out.")),
        _ => ("RTP comes from another address".into(), format!("from {stranger}")),
    };
    let first = if first.len() <= 60 { first } else { "The server has another address.".into() };
    mistake(
        "rtp_from",
        Guilty::Nothing,
        title,
        [first, "Is the sending socket bound to another address?".into()],
    )
}

pub(super) fn rtp_before_play(count: u32) -> Finding {
    mistake(
        "rtp_before_play",
        Guilty::Nothing,
        "RTP came before PLAY, then no more",
        [format!("{} came after SETUP.", packets(count)), "Sending begins with PLAY.".into()],
    )
}

pub(super) fn server_closed() -> Finding {
    mistake(
        "server_closed",
        Guilty::Nothing,
        "The server has closed the connection",
        ["It answered PLAY, then ended: see its terminal.".into()],
    )
}
