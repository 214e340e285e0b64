//! What the first bytes of a payload are, if they are no JPEG's.

/// Whether all bytes are characters of ASCII, and there are some.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let is_character = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    !bytes.is_empty() && bytes.iter().all(is_character)
}

/// Whether they are a number in digits, with spaces or line ends around it.
pub(super) fn is_number(bytes: &[u8]) -> bool {
    let digits = bytes.trim_ascii();
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// What a text looks like: how a JPEG's first bytes are written.
pub(super) fn text_like(text: &[u8]) -> Option<&'static str> {
    let known = TEXTS.iter().find(|(starts, _)| {
        starts.iter().any(|start| {
            text.get(..start.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes()))
        })
    });
    known.map(|&(_, name)| name)
}

/// How an encoding of characters has changed the first bytes: what has become of them.
pub(super) fn encoded(raw: &[u8]) -> Option<&'static str> {
    let known = ENCODINGS.iter().find(|(start, _)| raw.starts_with(start));
    let is_seven_bits = || raw.starts_with(b"\x00\x10JFIF") && raw.is_ascii();
    known.map(|&(_, name)| name).or_else(|| is_seven_bits().then_some("no byte above 7F"))
}

/// What kind of file it is.
pub(super) fn magic(raw: &[u8]) -> Option<&'static str> {
    let at =
        |place: usize, bytes: &[u8]| raw.get(place..).is_some_and(|raw| raw.starts_with(bytes));
    let is = |magic: &Magic| at(0, magic.start) && at(magic.place, magic.name_of);
    let known = MAGIC.iter().find(|magic| is(magic)).map(|magic| magic.is);
    let is_transport = || at(0, b"\x47") && at(188, b"\x47");
    known
        .or_else(|| is_transport().then_some("an MPEG transport stream"))
        .or_else(|| packed_by(raw))
}

/// What packs bytes as they are, so that a JPEG may be seen inside.
pub(super) fn packed_by(raw: &[u8]) -> Option<&'static str> {
    match raw {
        [0x80, 2..=5, ..] | [b'c', b'_', b'c', b'o', b'd', b'e', b'c', b's', ..] => {
            Some("Python's pickle")
        }
        [b'P', b'K', 3, 4, ..] => Some("a ZIP file"),
        _ => None,
    }
}

/// What has packed the whole packet, header and all: no header begins like this.
pub(super) fn whole_packed_by(datagram: &[u8]) -> Option<&'static str> {
    match datagram {
        [b'x', 0x01 | 0x5E | 0x9C | 0xDA, ..] => Some("zlib data"),
        [0x1F, 0x8B, 8, ..]
        | [b'B', b'Z', b'h', ..]
        | [0xFD, b'7', b'z', ..]
        | [b'P', b'K', 3, 4, ..] => magic(datagram),
        _ => is_pickled(datagram).then_some("Python's pickle"),
    }
}

/// Whether Python's pickle has packed the whole packet: from protocol 4 on its frame has a length of
/// eight bytes; before that it names what it packs.
fn is_pickled(datagram: &[u8]) -> bool {
    match datagram {
        [0x80, 4 | 5, 0x95, _, _, _, 0, 0, 0, 0, 0, ..]
        | [0x80, 2 | 3, b']' | b'}', b'q', 0, ..]
        | [0x80, 2 | 3, b'c', b'_', ..]
        | [b'c', b'_', b'c', b'o', b'd', b'e', b'c', b's', ..] => true,
        [0x80, 3, b'B', length @ ..] => {
            let length = length.first_chunk().map(|&length| u32::from_le_bytes(length) as usize);
            length.is_some_and(|length| datagram.len().saturating_sub(length) < 32)
        }
        _ => false,
    }
}

/// How an encoding of characters has changed the header's first bytes, `80 1A`: what has become of them.
pub(super) fn whole_encoded(datagram: &[u8]) -> Option<&'static str> {
    match datagram {
        [0xC2, 0x80, 0x1A, ..] | [0xC2, 0x80, 0xC2, 0x9A, ..] => Some("80 became C2 80"),
        [0xEF, 0xBF, 0xBD, 0x1A, ..] => Some("80 became EF BF BD"),
        [b'?', 0x1A, ..] => Some("80 became 3F"),
        [0xFF, 0xFE, 0x80, 0, 0x1A | 0x9A, 0, ..] | [0x80, 0, 0x1A | 0x9A, 0, ..] => {
            Some("80 became 80 00")
        }
        _ => None,
    }
}

/// How many bytes belong together that are in reverse order.
pub(super) fn swapped(raw: &[u8]) -> Option<usize> {
    let bytes = raw.first_chunk::<8>()?;
    [2, 4, 8].into_iter().find(|&size| {
        let mut bytes = *bytes;
        bytes.chunks_mut(size).for_each(<[u8]>::reverse);
        is_jpeg(&bytes)
    })
}

/// What was done to each byte.
pub(super) fn changed(raw: &[u8]) -> Option<Change> {
    let bytes = raw.first_chunk::<4>()?;
    if is_jpeg(&bytes.map(u8::reverse_bits)) {
        return Some(Change::BitsReversed);
    }
    let [first, ..] = bytes;
    let key = first ^ 0xFF;
    is_jpeg(&bytes.map(|byte| byte ^ key)).then_some(Change::Xor(key))
}

/// Something that is done to each byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Its lowest bit is the highest.
    BitsReversed,
    /// It is combined with this one.
    Xor(u8),
}

/// How many bytes of a JPEG are missing at the beginning: after `FF D8` there is a segment, with a
/// marker and two bytes of length.
pub(super) fn eaten(raw: &[u8]) -> Option<usize> {
    match raw {
        [0xD8, 0xFF, ..] => Some(1),
        [0xFF, code, 0 | 1, ..] if is_segment(*code) => Some(2),
        [code, 0, 0x10 | 0x43 | 0x84, ..] if is_segment(*code) => Some(3),
        [0x00, 0x10, b'J', b'F', ..] => Some(4),
        [0x00, 0x43 | 0x84, 0, ..] | [0x00, 0x1F | 0xB5, 0..=0x13, ..] | [0x01, 0xA2, 0, ..] => {
            Some(4)
        }
        _ => None,
    }
}

/// The first four bytes of a JPEG.
fn is_jpeg(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, 0xD8, 0xFF, code, ..] if is_segment(*code))
}

/// The segments that a JPEG begins with: frame header, Huffman and quantisation tables, APP, comment.
const fn is_segment(code: u8) -> bool {
    matches!(code, 0xC0..=0xC4 | 0xDB | 0xDD | 0xE0..=0xEF | 0xFE)
}

/// How `FF D8 FF` is written as text.
const TEXTS: [(&[&str], &str); 13] = [
    (&["/9j/", "gBoA", "gJoA"], "base64"),
    (&["_9j_"], "base64 for URLs"),
    (&["b'/9j", "b\"/9j"], "str() of base64"),
    (&["data:"], "a data URL"),
    (&["77MP", "7/Y"], "base32"),
    (&["|JeW"], "base85"),
    (&["s4IA", "<~s4IA"], "ASCII85"),
    (
        &[
            "ffd8", "ff d8", "ff:d8", "ff-d8", "ff,d8", "0xff", "b'ffd8", "b'ff d8", "'ffd8",
            "801a", "80 1a", "80:1a", "809a",
        ],
        "hex digits",
    ),
    (
        &[
            "b'\\xff",
            "b\"\\xff",
            "b'\\x80",
            "b\"\\x80",
            "bytearray(",
            "bytes(",
            "\\xff",
            "'\\xff",
            "memoryview",
            "<memory",
        ],
        "str() of bytes",
    ),
    (
        &[
            "[255", "(255", "255,", "255 ", "255;", "{255", "[ 255", "255\n", "[-1, -40", "-1 -40",
            "-1,-40",
        ],
        "a list of numbers",
    ),
    (&["11111111", "0b11111111", "1111 1111"], "bits"),
    (
        &["%FF%D8", "=FF=D8", "\"\\u00ff", "\\u00ff", "&#255", "&yuml"],
        "an encoding for URLs, mails or web pages",
    ),
    (&["{", "[", "<"], "JSON or XML"),
];

/// What becomes of `FF D8`.
const ENCODINGS: [(&[u8], &str); 12] = [
    (b"\xC3\xBF\xC3\x98", "FF became C3 BF"),
    (b"\xEF\xBB\xBF\xC3\xBF", "FF became C3 BF"),
    (b"\xC3\x83\xC2\xBF", "FF became C3 83 C2 BF"),
    (b"\xEF\xBF\xBD\xEF\xBF\xBD", "FF became EF BF BD"),
    (b"????", "FF became 3F"),
    (b"\xFF\xFE\xFF\x00\xD8\x00", "FF became FF 00"),
    (b"\xFE\xFF\x00\xFF\x00\xD8", "FF became 00 FF"),
    (b"\xFF\x00\x00\x00\xD8\x00", "FF became FF 00 00 00"),
    (b"\xFF\xFE\x00\x00\xFF\x00", "FF became FF 00 00 00"),
    (b"\xFF\x00\xD8\x00", "FF became FF 00"),
    (b"\x00\xFF\x00\xD8", "FF became 00 FF"),
    (b"\x00\x00\x00\xFF\x00\x00", "FF became 00 00 00 FF"),
];

/// How a file begins, and what stands at some place of it.
struct Magic {
    start: &'static [u8],
    place: usize,
    name_of: &'static [u8],
    is: &'static str,
}

const fn magic_at(
    start: &'static [u8],
    place: usize,
    name_of: &'static [u8],
    is: &'static str,
) -> Magic {
    Magic { start, place, name_of, is }
}

const fn starts(start: &'static [u8], is: &'static str) -> Magic {
    magic_at(start, 0, b"", is)
}

const MAGIC: [Magic; 29] = [
    starts(b"\x89PNG", "a PNG picture"),
    starts(b"GIF8", "a GIF picture"),
    starts(b"BM", "a BMP picture"),
    starts(b"P6\n", "a PPM picture"),
    starts(b"P5\n", "a PGM picture"),
    magic_at(b"RIFF", 8, b"AVI", "an AVI file"),
    magic_at(b"RIFF", 8, b"WEBP", "a WebP picture"),
    starts(b"RIFF", "a RIFF file"),
    magic_at(b"", 4, b"ftypavi", "an AVIF picture"),
    magic_at(b"", 4, b"ftyphei", "a HEIC picture"),
    magic_at(b"", 4, b"ftyp", "an MP4 or MOV file"),
    magic_at(b"", 4, b"moov", "an MP4 or MOV file"),
    starts(b"\x1A\x45\xDF\xA3", "an MKV or WebM file"),
    starts(b"\x00\x00\x01\xBA", "an MPEG file"),
    starts(b"\x00\x00\x01\xB3", "an MPEG file"),
    starts(b"\x00\x00\x00\x01", "H.264 or H.265 video"),
    starts(b"FLV\x01", "an FLV file"),
    starts(b"OggS", "an Ogg file"),
    starts(b"II*\x00", "a TIFF picture"),
    starts(b"MM\x00*", "a TIFF picture"),
    starts(b"\x00\x00\x00\x0CjP", "a JPEG 2000 picture"),
    starts(b"\xFF\x4F\xFF\x51", "a JPEG 2000 picture"),
    starts(b"\xFF\x0A", "a JPEG XL picture"),
    starts(b"\x1F\x8B\x08", "gzip data"),
    starts(b"x\x9C", "zlib data"),
    starts(b"x\xDA", "zlib data"),
    starts(b"BZh", "bzip2 data"),
    starts(b"\xFD7zXZ", "xz data"),
    starts(b"\x93NUMPY", "a NumPy array"),
];
