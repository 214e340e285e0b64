//! Plain MJPEG: one JPEG after the other, each found by walking its segments (ITU-T T.81 annex B).
//!
//! Searching for `FF D9` would not do: a thumbnail inside an APP segment ends with it too. What lies
//! between two JPEGs belongs to neither: padding, line ends, the headers of a multipart stream.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use super::movie_error::{Flaw, MAX_FRAME, SOI, fill};
use crate::jpeg::huffman::{STANDARD_CHROMA, STANDARD_LUMA};
use crate::jpeg::walk::{Outcome, walk};

/// A file of that format.
#[derive(Debug)]
pub(super) struct Plain<R> {
    source: BufReader<R>,
    /// The `FF D8` of the next frame was read with the one before, which has no `FF D9`.
    has_begun: bool,
    /// How many bytes before the frame that was read last belong to none.
    skipped: u64,
}

impl<R: Read> Plain<R> {
    /// The frames of `source` from here on.
    pub(super) fn new(source: R) -> Self {
        let source = BufReader::with_capacity(READ_SIZE, source);
        Self { source, has_begun: false, skipped: 0 }
    }

    /// The file itself.
    pub(super) fn get_ref(&self) -> &R {
        self.source.get_ref()
    }

    /// How many bytes before the frame that was read last, or before the end, belong to no frame.
    pub(super) const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Appends the next JPEG to `frame`, which is empty, as it stands in the file; `false` if there
    /// is none.
    pub(super) fn read_frame(&mut self, frame: &mut Vec<u8>) -> Result<bool, Flaw> {
        if !self.find_start()? {
            return Ok(false);
        }
        frame.extend_from_slice(&START);
        let mut has_scan = false;
        match self.copy_rest(frame, &mut has_scan) {
            // At the end of the file, the last two bytes alone may be missing.
            Err(Flaw::Cut { .. }) if has_scan && is_whole(frame) => Ok(true),
            copied => copied.map(|()| true),
        }
    }

    /// Goes past the next JPEG; returns its length as [`Self::read_frame`] would, `None` if only that can
    /// tell.
    pub(super) fn skip_frame(&mut self) -> Option<u64> {
        if !self.find_start().ok()? {
            return None;
        }
        let mut passed = Passed(0);
        passed.put(&START);
        self.copy_rest(&mut passed, &mut false).ok()?;
        Some(passed.length() as u64)
    }

    /// Reads as far as the start of a JPEG; `false` if there is none.
    fn find_start(&mut self) -> Result<bool, Flaw> {
        let mut found = if std::mem::take(&mut self.has_begun) { SOI.len() } else { 0 };
        let mut read = found;
        self.skipped = 0;
        loop {
            let mut byte = [0];
            if fill(&mut self.source, &mut byte)? == 0 {
                // A file that grows may have the first byte of a frame only.
                if read > 0 && read == found {
                    return Err(cut(&Passed(read)));
                }
                self.skipped = read as u64;
                return Ok(false);
            }
            read += 1;
            found = match (found, byte) {
                (2, [0xFF]) => break,
                (1, [0xD8]) => 2,
                (_, [0xFF]) => 1,
                _ => 0,
            };
            if read > MAX_FRAME {
                return Err(Flaw::NoStart);
            }
        }
        self.skipped = (read - START.len()) as u64;
        Ok(true)
    }

    /// Copies a JPEG from its third byte, the `FF` of its first marker, to its end.
    fn copy_rest(&mut self, frame: &mut impl Sink, has_scan: &mut bool) -> Result<(), Flaw> {
        let mut marker = copy_code(&mut self.source, frame)?;
        loop {
            marker = match marker {
                EOI => return Ok(()),
                SECOND_SOI if *has_scan => {
                    frame.shorten(frame.length().saturating_sub(SOI.len()));
                    self.has_begun = true;
                    return Ok(());
                }
                // It stands alone (T.81 table B.1), and what is before it is no picture.
                SECOND_SOI => {
                    self.skipped += frame.length().saturating_sub(SOI.len()) as u64;
                    frame.shorten(0);
                    frame.put(&SOI);
                    next_marker(&mut self.source, frame)?
                }
                TEM | RST0..=RST7 => next_marker(&mut self.source, frame)?,
                SOS => {
                    copy_segment(&mut self.source, frame)?;
                    *has_scan = true;
                    skip_scan(&mut self.source, frame)?
                }
                _ => {
                    copy_segment(&mut self.source, frame)?;
                    next_marker(&mut self.source, frame)?
                }
            };
        }
    }
}

impl<R: Read + Seek> Seek for Plain<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        (self.has_begun, self.skipped) = (false, 0);
        self.source.seek(to)
    }
}

/// Adds to a frame what clients need and files leave out: the Huffman tables that webcams take for
/// granted (T.81 annex K), and `FF D9`. The frame is what `buffer` holds from `start` on, `length`
/// bytes; returns how many it has then.
pub(super) fn complete(buffer: &mut Vec<u8>, start: usize, length: usize) -> usize {
    let frame = buffer.get(start..start + length).unwrap_or_default();
    let tables = place_of_tables(frame);
    let has_end = frame.ends_with(&[0xFF, EOI]);
    if has_end && tables.is_none() {
        return length;
    }
    buffer.truncate(start + length);
    if !has_end {
        buffer.extend_from_slice(&[0xFF, EOI]);
    }
    if let Some(at) = tables.map(|at| start + at) {
        buffer.splice(at..at, tables_segment());
    }
    buffer.len() - start
}

/// Where the tables of a baseline JPEG of 8 bits without any have to be: before its scan.
fn place_of_tables(frame: &[u8]) -> Option<usize> {
    let (mut at, mut is_baseline) = (SOI.len(), false);
    loop {
        match *frame.get(at..)? {
            [0xFF, 0xFF, ..] => at += 1,
            [0xFF, SOS, ..] => return is_baseline.then_some(at),
            [0xFF, DHT | EOI, ..] => return None,
            [0xFF, TEM | RST0..=RST7 | SECOND_SOI, ..] => at += 2,
            [0xFF, code, high, low, bits, ..] => {
                is_baseline |= matches!((code, bits), (SOF0 | SOF1, 8));
                at += 2 + usize::from(u16::from_be_bytes([high, low]));
            }
            _ => return None,
        }
    }
}

/// DHT with the four tables of annex K (T.81 section B.2.4.2).
fn tables_segment() -> Vec<u8> {
    let mut tables = Vec::new();
    for (number, pair) in [(0, STANDARD_LUMA), (1, STANDARD_CHROMA)] {
        for (class, table) in [(0x00, pair.dc), (0x10, pair.ac)] {
            tables.push(class | number);
            table.encode(&mut tables);
        }
    }
    // 418 bytes.
    let length = u16::try_from(tables.len() + 2).unwrap_or(u16::MAX);
    [&[0xFF, DHT], length.to_be_bytes().as_slice(), &tables].concat()
}

/// Whether every block of a picture is there.
fn is_whole(frame: &[u8]) -> bool {
    matches!(walk(frame).outcome, Outcome::Ok | Outcome::Long { .. })
}

/// Where the bytes of a frame go.
trait Sink {
    /// How many have gone there.
    fn length(&self) -> usize;

    /// Leaves the first so many.
    fn shorten(&mut self, length: usize);

    fn put(&mut self, bytes: &[u8]);

    /// Takes as many bytes as there are in the source, `count` at most.
    fn take(&mut self, source: &mut impl BufRead, count: u64) -> io::Result<u64>;

    /// Takes bytes as far as the next `FF`, `count` at most.
    fn take_to_ff(&mut self, source: &mut impl BufRead, count: u64) -> io::Result<()>;
}

/// They are kept.
impl Sink for Vec<u8> {
    fn length(&self) -> usize {
        self.len()
    }

    fn shorten(&mut self, length: usize) {
        self.truncate(length);
    }

    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn take(&mut self, source: &mut impl BufRead, count: u64) -> io::Result<u64> {
        Ok(source.by_ref().take(count).read_to_end(self)? as u64)
    }

    fn take_to_ff(&mut self, source: &mut impl BufRead, count: u64) -> io::Result<()> {
        source.by_ref().take(count).read_until(0xFF, self).map(drop)
    }
}

/// They are counted.
struct Passed(usize);

impl Sink for Passed {
    fn length(&self) -> usize {
        self.0
    }

    fn shorten(&mut self, length: usize) {
        self.0 = self.0.min(length);
    }

    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }

    fn take(&mut self, source: &mut impl BufRead, count: u64) -> io::Result<u64> {
        let passed = io::copy(&mut source.by_ref().take(count), &mut io::sink())?;
        self.0 += usize::try_from(passed).unwrap_or(usize::MAX);
        Ok(passed)
    }

    fn take_to_ff(&mut self, source: &mut impl BufRead, count: u64) -> io::Result<()> {
        self.0 += source.by_ref().take(count).skip_until(0xFF)?;
        Ok(())
    }
}

/// Copies the bytes up to and including the next marker, and returns its code.
fn next_marker(source: &mut impl BufRead, frame: &mut impl Sink) -> Result<u8, Flaw> {
    copy_to_ff(source, frame)?;
    copy_code(source, frame)
}

/// The code of a marker whose `FF` has been copied.
fn copy_code(source: &mut impl BufRead, frame: &mut impl Sink) -> Result<u8, Flaw> {
    loop {
        // Any number of FF may fill the space before a marker's code.
        match copy_byte(source, frame)? {
            0xFF => {}
            code => return Ok(code),
        }
    }
}

/// Copies entropy-coded data: its `FF 00` is a data byte, its restart markers belong to it, and what
/// can't come after a scan is damage, of which the decoder makes what it can.
fn skip_scan(source: &mut impl BufRead, frame: &mut impl Sink) -> Result<u8, Flaw> {
    loop {
        match next_marker(source, frame)? {
            SECOND_SOI if source.fill_buf().map_err(Flaw::Read)?.first() != Some(&0xFF) => {}
            code @ (DHT | SECOND_SOI..=DHP | APP0..=APP15 | COM) => return Ok(code),
            _ => {}
        }
    }
}

/// Copies a segment: two bytes of length, which counts itself, and the rest.
fn copy_segment(source: &mut impl BufRead, frame: &mut impl Sink) -> Result<(), Flaw> {
    let high = copy_byte(source, frame)?;
    let low = copy_byte(source, frame)?;
    let rest = u64::from(u16::from_be_bytes([high, low]).saturating_sub(2));
    let copied = frame.take(source, rest).map_err(Flaw::Read)?;
    if copied == rest { within_limit(frame) } else { Err(cut(frame)) }
}

fn copy_byte(source: &mut impl BufRead, frame: &mut impl Sink) -> Result<u8, Flaw> {
    let Some(&byte) = source.fill_buf().map_err(Flaw::Read)?.first() else {
        return Err(cut(frame));
    };
    source.consume(1);
    frame.put(&[byte]);
    Ok(byte)
}

/// What comes after the `FF` finds the end of the file, if there is none.
fn copy_to_ff(source: &mut impl BufRead, frame: &mut impl Sink) -> Result<(), Flaw> {
    let room = (MAX_FRAME + 1).saturating_sub(frame.length()) as u64;
    frame.take_to_ff(source, room).map_err(Flaw::Read)?;
    within_limit(frame)
}

fn within_limit(frame: &impl Sink) -> Result<(), Flaw> {
    if frame.length() > MAX_FRAME { Err(Flaw::TooLarge) } else { Ok(()) }
}

/// How much is missing can't be told, only that it is at least one byte.
fn cut(frame: &impl Sink) -> Flaw {
    let found = frame.length();
    Flaw::Cut { part: "JPEG", expected: found + 1, found }
}

/// A JPEG's first bytes: SOI, and the `FF` of another marker.
pub(super) const START: [u8; 3] = [0xFF, 0xD8, 0xFF];
/// About a frame is read at a time.
const READ_SIZE: usize = 16 << 10;

/// Markers (T.81 table B.1).
const TEM: u8 = 0x01;
const SOF0: u8 = 0xC0;
const SOF1: u8 = 0xC1;
const DHT: u8 = 0xC4;
const RST0: u8 = 0xD0;
const RST7: u8 = 0xD7;
const SECOND_SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DHP: u8 = 0xDE;
const APP0: u8 = 0xE0;
const APP15: u8 = 0xEF;
const COM: u8 = 0xFE;
