//! Where a JPEG ends: found by walking its segments (ITU-T T.81 annex B).
//!
//! Searching for `FF D9` would not do: a thumbnail inside an APP segment ends with it too.

use std::io::{BufRead, Read};

use super::movie_error::{Flaw, MAX_FRAME, SOI, fill};

/// Appends one JPEG to `frame`; `false` if the source is at its end.
pub(super) fn read_jpeg(source: &mut impl BufRead, frame: &mut Vec<u8>) -> Result<bool, Flaw> {
    let mut start = [0; SOI.len()];
    match fill(source, &mut start)? {
        0 => return Ok(false),
        2 if start == SOI => frame.extend_from_slice(&start),
        2 => return Err(Flaw::NoJpeg(start)),
        found => return Err(cut(start.get(..found).unwrap_or_default())),
    }
    let mut marker = next_marker(source, frame)?;
    loop {
        marker = match marker {
            EOI => return Ok(true),
            TEM | RST0..=RST7 => next_marker(source, frame)?,
            SOS => {
                copy_segment(source, frame)?;
                skip_scan(source, frame)?
            }
            _ => {
                copy_segment(source, frame)?;
                next_marker(source, frame)?
            }
        };
    }
}

/// Copies the bytes up to and including the next marker, and returns its code.
fn next_marker(source: &mut impl BufRead, frame: &mut Vec<u8>) -> Result<u8, Flaw> {
    copy_to_ff(source, frame)?;
    loop {
        // Any number of FF may fill the space before a marker's code.
        match copy_byte(source, frame)? {
            0xFF => {}
            code => return Ok(code),
        }
    }
}

/// Copies entropy-coded data: its `FF 00` is a data byte, its restart markers belong to it.
fn skip_scan(source: &mut impl BufRead, frame: &mut Vec<u8>) -> Result<u8, Flaw> {
    loop {
        match next_marker(source, frame)? {
            0x00 | RST0..=RST7 => {}
            code => return Ok(code),
        }
    }
}

/// Copies a segment: two bytes of length, which counts itself, and the rest.
fn copy_segment(source: &mut impl BufRead, frame: &mut Vec<u8>) -> Result<(), Flaw> {
    let high = copy_byte(source, frame)?;
    let low = copy_byte(source, frame)?;
    let rest = u64::from(u16::from_be_bytes([high, low]).saturating_sub(2));
    let copied = source.by_ref().take(rest).read_to_end(frame).map_err(Flaw::Read)?;
    if copied as u64 == rest { within_limit(frame) } else { Err(cut(frame)) }
}

fn copy_byte(source: &mut impl BufRead, frame: &mut Vec<u8>) -> Result<u8, Flaw> {
    let mut byte = [0];
    if fill(source, &mut byte)? == 0 {
        return Err(cut(frame));
    }
    frame.extend_from_slice(&byte);
    let [byte] = byte;
    Ok(byte)
}

fn copy_to_ff(source: &mut impl BufRead, frame: &mut Vec<u8>) -> Result<(), Flaw> {
    let room = (MAX_FRAME + 1).saturating_sub(frame.len()) as u64;
    source.by_ref().take(room).read_until(0xFF, frame).map_err(Flaw::Read)?;
    within_limit(frame)?;
    if frame.last() == Some(&0xFF) { Ok(()) } else { Err(cut(frame)) }
}

fn within_limit(frame: &[u8]) -> Result<(), Flaw> {
    if frame.len() > MAX_FRAME { Err(Flaw::TooLarge) } else { Ok(()) }
}

/// How much is missing can't be told, only that it is at least one byte.
fn cut(frame: &[u8]) -> Flaw {
    Flaw::Cut { part: "JPEG", expected: frame.len() + 1, found: frame.len() }
}

/// Markers that stand alone, and the start of scan (T.81 table B.1).
const TEM: u8 = 0x01;
const RST0: u8 = 0xD0;
const RST7: u8 = 0xD7;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
