//! Packets as a student's server makes them, by hand.

use std::sync::LazyLock;

use crate::common::programs::project;

/// A frame of the movie.
pub(super) struct Frame<'a> {
    /// From 1 on.
    pub(super) number: u16,
    pub(super) jpeg: &'a [u8],
}

/// The report's header, with that first byte.
pub(super) fn header(flags: u8, number: u16) -> [u8; 12] {
    let [high, low] = number.to_be_bytes();
    // Where the number is right, one more each second.
    let [.., time] = (number / 20).to_be_bytes();
    [flags, 26, high, low, 0x65, 0x53, 0xF1, time, 0x12, 0x34, 0x56, 0x78]
}

pub(super) fn with(header: &[u8], payload: &[u8]) -> Vec<u8> {
    [header, payload].concat()
}

/// The frame in pieces of 1,400 bytes with numbers of their own; `is_marked` says of a piece and the
/// last one whether it has the marker, and `extra` comes before each.
pub(super) fn pieces(
    frame: &Frame<'_>,
    is_marked: fn(usize, usize) -> bool,
    extra: &[u8],
) -> Vec<Vec<u8>> {
    let pieces: Vec<_> = frame.jpeg.chunks(1400).collect();
    let last = pieces.len() - 1;
    let packet = |(piece, payload): (usize, &&[u8])| {
        // All frames have as many.
        let number = usize::from(frame.number - 1) * pieces.len() + piece + 1;
        let mut header = header(0x80, u16::try_from(number).unwrap());
        header[7] = u8::try_from(frame.number / 20).unwrap();
        header[1] |= if is_marked(piece, last) { 0x80 } else { 0 };
        [&header, extra, payload].concat()
    };
    pieces.iter().enumerate().map(packet).collect()
}

impl Frame<'_> {
    pub(super) fn base64(&self) -> Vec<u8> {
        const DIGITS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digits = |three: &[u8]| {
            let bits = three.iter().fold(0, |bits, &byte| bits << 8 | usize::from(byte));
            [18, 12, 6, 0].map(|shift| DIGITS[bits >> shift & 63])
        };
        self.jpeg.chunks_exact(3).flat_map(digits).collect()
    }

    /// `str(bytes)` of Python.
    pub(super) fn printed(&self) -> Vec<u8> {
        let digits: Vec<_> = self.jpeg.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        format!("b'{}'", digits.concat()).into_bytes()
    }
}

/// Three seconds of the project's movie; all frames are as long as the longest, with zeros in a comment
/// (ITU-T T.81 section B.2.4.5), so that what is said of one is said of any.
pub(super) static MOVIE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let content = std::fs::read(project().join("movie.Mjpeg")).unwrap();
    let (mut rest, mut frames) = (content.as_slice(), Vec::new());
    while frames.len() < 60 {
        let (digits, after) = rest.split_at(5);
        let length = std::str::from_utf8(digits).unwrap().parse().unwrap();
        let (frame, next) = after.split_at(length);
        frames.push(frame.to_vec());
        rest = next;
    }
    let longest = frames.iter().map(Vec::len).max().unwrap() + 4;
    frames.iter().map(|frame| padded(frame, longest)).collect()
});

fn padded(frame: &[u8], length: usize) -> Vec<u8> {
    let (start, rest) = frame.split_at(2);
    // The first part stays in its place.
    let end = 2 + usize::from(u16::from_be_bytes([rest[2], rest[3]]));
    let (first, rest) = rest.split_at(end);
    let zeros = length - frame.len() - 4;
    let [high, low] = u16::try_from(zeros + 2).unwrap().to_be_bytes();
    [start, first, &[0xFF, 0xFE, high, low], &vec![0; zeros], rest].concat()
}
