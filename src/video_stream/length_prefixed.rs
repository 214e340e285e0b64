//! The lab's own format: five digits before each JPEG tell how long it is.

use std::io::{Read, Seek, SeekFrom};
use std::{io, str};

use super::movie_error::{Flaw, LENGTH_DIGITS, SOI, fill};

/// A file of that format. A frame is read straight to where it is wanted, together with the next
/// one's length: one `read` for each frame, and no copy.
#[derive(Debug)]
pub(super) struct LengthPrefixed<R> {
    source: R,
    /// The next frame's length, as far as it has been read.
    digits: [u8; LENGTH_DIGITS],
    found: usize,
}

impl<R> LengthPrefixed<R> {
    /// The file itself.
    pub(super) const fn get_ref(&self) -> &R {
        &self.source
    }
}

impl<R: Read + Seek> LengthPrefixed<R> {
    /// The frames of `source` from here on.
    pub(super) const fn new(source: R) -> Self {
        Self { source, digits: [0; LENGTH_DIGITS], found: 0 }
    }

    /// Reads a frame into `buffer`, from `start` on, and returns its length; `None` at the end of
    /// the file. What the buffer holds after it means nothing.
    pub(super) fn read_frame(
        &mut self,
        buffer: &mut Vec<u8>,
        start: usize,
    ) -> Result<Option<usize>, Flaw> {
        let Some(length) = self.read_length()? else { return Ok(None) };
        let end = start + length + LENGTH_DIGITS;
        if buffer.capacity() < end {
            // Frames differ a little in size: with an eighth more, the buffer need not grow for the
            // next.
            buffer.reserve_exact((end + end / 8).saturating_sub(buffer.len()));
        }
        // What is left of the frame before need not be cleared: it is overwritten.
        buffer.resize(end, 0);
        let buffer = buffer.get_mut(start..).unwrap_or_default();
        let found = fill(&mut self.source, buffer)?;
        match *buffer.get(..found.min(3)).unwrap_or_default() {
            [b'0'..=b'9', 0xFF, 0xD8] => return Err(Flaw::SixDigits),
            [first, second, ..] if [first, second] != SOI => {
                let start = [&self.digits, buffer.get(..found).unwrap_or_default()].concat();
                return Err(odd_length(&start).unwrap_or(Flaw::NoJpeg([first, second])));
            }
            _ => {}
        }
        if found < length {
            return Err(Flaw::Cut { part: "frame", expected: length, found });
        }
        self.found = found - length;
        self.digits = buffer.last_chunk().copied().unwrap_or_default();
        Ok(Some(length))
    }

    /// How many bytes the frame at `offset` takes, its digits among them, if it begins as a frame does and
    /// ends before `end`. The place in the file is another one then.
    pub(super) fn length_at(&mut self, offset: u64, end: u64) -> Option<u64> {
        let mut head = [0; LENGTH_DIGITS + SOI.len()];
        self.source.seek(SeekFrom::Start(offset)).ok()?;
        self.source.read_exact(&mut head).ok()?;
        let (digits, soi) = head.split_first_chunk()?;
        let length = (LENGTH_DIGITS + length_of(*digits)?) as u64;
        (soi == SOI && offset + length <= end).then_some(length)
    }

    /// `None` at the end of the file; where that was seen before, the file may have grown.
    fn read_length(&mut self) -> Result<Option<usize>, Flaw> {
        let rest = self.digits.get_mut(self.found..).unwrap_or_default();
        self.found += fill(&mut self.source, rest)?;
        match self.found {
            0 => return Ok(None),
            LENGTH_DIGITS => {}
            found => return Err(Flaw::Cut { part: "length", expected: LENGTH_DIGITS, found }),
        }
        let length = length_of(self.digits);
        if length.is_some() {
            return Ok(length);
        }
        let mut rest = [0; MOST_ODD];
        let found = fill(&mut self.source, &mut rest)?;
        let start = [&self.digits, rest.get(..found).unwrap_or_default()].concat();
        Err(odd_length(&start).unwrap_or(Flaw::Length(self.digits)))
    }
}

/// What is odd about a length, if there is one at all before the JPEG: digits, or digits and space.
pub(super) fn odd_length(start: &[u8]) -> Option<Flaw> {
    let place = start.windows(SOI.len()).take(MOST_ODD).position(|bytes| bytes == SOI)?;
    let found = start.get(..place)?;
    let digits = found.iter().filter(|byte| byte.is_ascii_digit()).count();
    let has = |ends: &[u8]| found.iter().any(|byte| ends.contains(byte));
    let is_odd = digits > 0 && found.iter().all(|byte| b"0123456789 \t\r\n\0".contains(byte));
    let what = match digits {
        6 if place == 6 => return Some(Flaw::SixDigits),
        _ if has(b"\r\n") => format!("{digits} and a line end"),
        _ if has(b" \t") => format!("{digits} and a space"),
        _ if has(b"\0") => format!("{digits} and a zero byte"),
        _ => digits.to_string(),
    };
    is_odd.then(|| Flaw::OddLength { what, found: found.to_vec() })
}

/// No length is longer in any form.
const MOST_ODD: usize = 16;

impl<R: Seek> Seek for LengthPrefixed<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.found = 0;
        self.source.seek(to)
    }
}

/// A frame has a start at least.
fn length_of(digits: [u8; LENGTH_DIGITS]) -> Option<usize> {
    let text = str::from_utf8(&digits).ok().filter(|text| is_number(text))?;
    text.parse().ok().filter(|&length| length >= SOI.len())
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
