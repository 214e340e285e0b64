//! Why frames are dropped although all of them comes.

use std::fmt;

use crate::rtp_packet::DecodeError;

/// Why a payload can't be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannotDecode {
    /// It ends inside its headers or its tables.
    Header(DecodeError),
    /// It is a JPEG file, as in the lab's dialect.
    WholeJpeg,
    /// Only types 0, 1, 64 and 65 are defined (RFC 2435 section 4.1).
    Type {
        /// What the header says.
        jpeg_type: u8,
    },
    /// The width or the height is 0: the picture is too large for the header (section 3.1.5).
    Size,
    /// The restart interval is 0 (section 3.1.7).
    RestartInterval,
    /// Q is 0 or 100 to 127 (section 4.2).
    ReservedQ {
        /// What the header says.
        q: u8,
    },
    /// The tables are neither in this frame nor known from an earlier one (section 4.2).
    NoTables {
        /// What the header says.
        q: u8,
    },
    /// A table has values of 16 bits, which baseline JPEG has not (section 3.1.8).
    Precision {
        /// Bit n: those of table n.
        precision: u8,
    },
    /// The tables are neither one nor two of 64 bytes (section 3.1.8).
    TableLength {
        /// What the header says, in bytes.
        length_bytes: u16,
    },
}

impl fmt::Display for CannotDecode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Header(error) = self {
            return error.fmt(out);
        }
        write!(out, "decode RTP/JPEG payload: ")?;
        match self {
            Self::Header(_) => Ok(()),
            Self::WholeJpeg => {
                write!(out, "expected the headers of RFC 2435, found a JPEG file (FF D8)")
            }
            Self::Type { jpeg_type } => {
                write!(out, "expected type 0, 1, 64 or 65, found {jpeg_type}")
            }
            Self::Size => write!(out, "expected a width and a height, found 0"),
            Self::RestartInterval => write!(out, "expected a restart interval, found 0"),
            Self::ReservedQ { q } => {
                write!(out, "expected Q from 1 to 99 or from 128 to 255, found {q}")
            }
            Self::NoTables { q } => {
                write!(out, "expected quantisation tables for Q {q}, found none so far")
            }
            Self::Precision { precision } => write!(
                out,
                "expected quantisation tables of 8 bits, found precision bits {precision:#b}"
            ),
            Self::TableLength { length_bytes } => {
                write!(out, "expected quantisation tables of 64 or 128 bytes, found {length_bytes}")
            }
        }
    }
}

impl std::error::Error for CannotDecode {}

/// What has been told, and what is to be told.
#[derive(Clone, Debug, Default)]
pub(super) struct Reasons {
    all: Vec<CannotDecode>,
    told: usize,
}

impl Reasons {
    /// Some reasons are enough: a stream of random bytes has all of them.
    pub(super) fn note(&mut self, reason: CannotDecode) {
        if self.all.len() < MOST_REASONS && !self.all.contains(&reason) {
            self.all.push(reason);
        }
    }

    pub(super) fn next(&mut self) -> Option<CannotDecode> {
        let reason = self.all.get(self.told).copied()?;
        self.told += 1;
        Some(reason)
    }
}

/// How many different reasons are told.
pub(super) const MOST_REASONS: usize = 8;
