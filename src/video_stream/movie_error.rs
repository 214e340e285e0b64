//! What can be wrong with a movie file, and where; and how both formats read their bytes.

use std::fmt;
use std::io::{self, Read};

use super::foreign::Foreign;
use crate::rtsp::Status;

/// A movie that can't be opened or read further.
#[derive(Debug)]
pub enum MovieError {
    /// There is no such file in the folder of movies.
    NoFile {
        /// What was asked for.
        name: String,
        /// A file whose name is much like it.
        near: Option<String>,
    },
    /// The name is a link that leads out of the folder of movies.
    Outside {
        /// What was asked for.
        name: String,
    },
    /// The operating system can't read it.
    Read {
        /// The bytes before it.
        offset: u64,
        /// Why.
        source: io::Error,
    },
    /// It begins neither with a length nor with a JPEG.
    NoMovie {
        /// Its first bytes.
        start: Vec<u8>,
    },
    /// It is another kind of file.
    Foreign {
        /// Its name.
        name: String,
        /// What it is.
        kind: Foreign,
    },
    /// The file ends inside a frame.
    Cut {
        /// The frame, from 1.
        frame: u64,
        /// The bytes before it.
        offset: u64,
        /// What is cut.
        part: &'static str,
        /// How many bytes it needs.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The file has become shorter, and ends after a whole frame.
    Shrunk {
        /// How many bytes there were.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// A length that is no number.
    Length {
        /// The frame, from 1.
        frame: u64,
        /// The bytes before it.
        offset: u64,
        /// What stands there.
        digits: [u8; 5],
    },
    /// A length of six digits, as converters write it for frames above 99,999 bytes.
    SixDigits {
        /// The frame, from 1.
        frame: u64,
        /// The bytes before it.
        offset: u64,
    },
    /// A length in another form than five digits.
    OddLength {
        /// The frame, from 1.
        frame: u64,
        /// The bytes before it.
        offset: u64,
        /// What is odd.
        what: String,
        /// The bytes before the JPEG.
        found: Vec<u8>,
    },
    /// A frame that does not begin as a JPEG does.
    NoJpeg {
        /// The frame, from 1.
        frame: u64,
        /// The bytes before it.
        offset: u64,
        /// What it begins with.
        found: [u8; 2],
    },
    /// Too many bytes that belong to no frame.
    NoStart {
        /// The frame that does not come, from 1.
        frame: u64,
        /// The bytes before them.
        offset: u64,
        /// The most that are skipped.
        limit: usize,
    },
    /// A frame without an end.
    TooLarge {
        /// The frame, from 1.
        frame: u64,
        /// The bytes before it.
        offset: u64,
        /// The most bytes that a frame may have.
        limit: usize,
    },
}

impl MovieError {
    /// How a client is answered that asks for the movie: there is none for it, or the system lacks
    /// something that is needed to open it, or it is no movie.
    pub fn status(&self) -> Status {
        match self {
            Self::Read { source, .. } if source.kind() != io::ErrorKind::PermissionDenied => {
                Status::ConErr500
            }
            Self::NoFile { .. } | Self::Outside { .. } | Self::Read { .. } => {
                Status::FileNotFound404
            }
            Self::NoMovie { .. }
            | Self::Foreign { .. }
            | Self::Cut { .. }
            | Self::Shrunk { .. }
            | Self::Length { .. }
            | Self::SixDigits { .. }
            | Self::OddLength { .. }
            | Self::NoJpeg { .. }
            | Self::NoStart { .. }
            | Self::TooLarge { .. } => Status::UnsupportedMediaType415,
        }
    }
}

impl fmt::Display for MovieError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFile { name, near } => {
                write!(out, "find movie {name:?} in the folder of movies")?;
                if name.is_empty() {
                    out.write_str(": the request names none")?;
                }
                near.as_ref().map_or(Ok(()), |near| write!(out, "; there is {near:?}"))
            }
            Self::Outside { name } => {
                write!(
                    out,
                    "serve movie {name:?}: it is a link that leads out of the folder of movies"
                )
            }
            Self::Read { offset, source } => write!(out, "read movie at byte {offset}: {source}"),
            Self::NoMovie { start } => write!(
                out,
                "read movie at byte 0: expected five digits or the start of a JPEG (FF D8), found {}",
                hex(start)
            ),
            Self::Foreign { name, kind } => {
                write!(out, "read movie: ")?;
                kind.tell(name, out)
            }
            Self::Cut { frame, offset, part, expected, found } => write!(
                out,
                "read frame {frame} at byte {offset}: the file ends inside its {part}: \
                 expected {expected} bytes, found {found}"
            ),
            Self::Shrunk { expected, found } => write!(
                out,
                "read movie at byte {found}: the file was cut after it was opened: \
                 expected {expected} bytes, found {found}"
            ),
            Self::Length { frame, offset, digits } => write!(
                out,
                "read frame {frame} at byte {offset}: expected its length in five digits, found {}",
                hex(digits)
            ),
            Self::SixDigits { frame, offset } => write!(
                out,
                "read frame {frame} at byte {offset}: expected its length in five digits, found six: \
                 frames above 99999 bytes do not fit this format, write plain MJPEG instead"
            ),
            Self::OddLength { frame, offset, what, found } => write!(
                out,
                "read frame {frame} at byte {offset}: expected its length in five digits, found \
                 {what}: {}",
                hex(found)
            ),
            Self::NoJpeg { frame, offset, found } => write!(
                out,
                "read frame {frame} at byte {offset}: expected the start of a JPEG (FF D8), found {}",
                hex(found)
            ),
            Self::NoStart { frame, offset, limit } => write!(
                out,
                "find frame {frame} after byte {offset}: expected the start of a JPEG (FF D8 FF) \
                 within {limit} bytes, found none"
            ),
            Self::TooLarge { frame, offset, limit } => {
                write!(out, "read frame {frame} at byte {offset}: no end within {limit} bytes")
            }
        }
    }
}

impl std::error::Error for MovieError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let Self::Read { source, .. } = self { Some(source) } else { None }
    }
}

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "nothing".to_owned();
    }
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}

/// What is wrong with a frame; the movie adds the place.
#[derive(Debug)]
pub(super) enum Flaw {
    Read(io::Error),
    Cut { part: &'static str, expected: usize, found: usize },
    Length([u8; LENGTH_DIGITS]),
    SixDigits,
    OddLength { what: String, found: Vec<u8> },
    NoJpeg([u8; 2]),
    NoStart,
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
            Self::OddLength { what, found } => MovieError::OddLength { frame, offset, what, found },
            Self::NoStart => MovieError::NoStart { frame, offset, limit: MAX_FRAME },
            Self::NoJpeg(found) => MovieError::NoJpeg { frame, offset, found },
            Self::TooLarge => MovieError::TooLarge { frame, offset, limit: MAX_FRAME },
        }
    }
}

/// What of a file belongs to no frame, as far as it has been read.
#[derive(Debug, Default)]
pub(super) struct Stray {
    bytes: u64,
    places: u64,
    /// The frame after the first of them, from 1, and the bytes before it.
    first: (u64, u64),
    /// How far the file has been read: what is read twice is counted once.
    read_to: u64,
    was_told: bool,
}

impl Stray {
    /// `bytes` were skipped before a frame; the next one begins at `end`.
    pub(super) fn count(&mut self, bytes: u64, frame: u64, (offset, end): (u64, u64)) {
        if bytes > 0 && offset >= self.read_to {
            if self.places == 0 {
                self.first = (frame, offset);
            }
            self.bytes += bytes;
            self.places += 1;
        }
        self.read_to = self.read_to.max(end);
    }

    /// That in words, once.
    pub(super) fn tell(&mut self) -> Option<String> {
        let Self { bytes, places, first: (frame, offset), was_told, .. } = *self;
        if places == 0 || was_told {
            return None;
        }
        self.was_told = true;
        let (bytes, places) = (counted(bytes, "byte"), counted(places, "place"));
        Some(format!(
            "skipped {bytes} at {places} of the movie that belong to no frame, the first at byte \
             {offset}, before frame {frame}"
        ))
    }
}

/// `1 byte`, `2 bytes`.
fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Reads until `buffer` is full or the source ends; returns the number of bytes.
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
