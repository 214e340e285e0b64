//! What both formats share: how bytes are read, the limits of a frame, and what can be wrong with one.

use std::io::{self, Read};

use super::movie_error::MovieError;

/// What is wrong with a frame; the movie adds where.
#[derive(Debug)]
pub(super) enum Flaw {
    Read(io::Error),
    Cut { part: &'static str, expected: usize, found: usize },
    Length([u8; LENGTH_DIGITS]),
    SixDigits,
    NoJpeg([u8; 2]),
    TooLarge,
}

impl Flaw {
    /// The same with the frame, from 1, and the bytes before it.
    pub(super) fn at(self, frame: u64, offset: u64) -> MovieError {
        match self {
            Self::Read(source) => MovieError::Read { offset, source },
            Self::Cut { part, expected, found } => {
                MovieError::Cut { frame, offset, part, expected, found }
            }
            Self::Length(digits) => MovieError::Length { frame, offset, digits },
            Self::SixDigits => MovieError::SixDigits { frame, offset },
            Self::NoJpeg(found) => MovieError::NoJpeg { frame, offset, found },
            Self::TooLarge => MovieError::TooLarge { frame, offset, limit: MAX_FRAME },
        }
    }
}

/// Reads until `buffer` is full or the source ends; how many bytes that were.
pub(super) fn fill(source: &mut impl Read, buffer: &mut [u8]) -> Result<usize, Flaw> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Flaw::Read(error)),
        }
    }
    Ok(filled)
}

/// The lab's length field. Python: `self.file.read(5)`.
pub(super) const LENGTH_DIGITS: usize = 5;
/// The start of every JPEG (ITU-T T.81 table B.1).
pub(super) const SOI: [u8; 2] = [0xFF, 0xD8];
/// The most bytes that a frame of a plain movie may have, so that no file can fill the memory.
pub(super) const MAX_FRAME: usize = 16 << 20;
