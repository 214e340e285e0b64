//! Why frames are dropped.

use std::fmt;
use std::mem::discriminant;

use crate::rtp_packet::DecodeError;

/// Why a frame can't be put together.
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
    /// The tables are not one, two or three of 64 bytes (section 3.1.8).
    TableLength {
        /// What the header says, in bytes.
        length_bytes: u16,
    },
    /// Packets of the frame have not come.
    Lost,
    /// No packet is missing, and the first has not the frame's beginning.
    NoStart {
        /// What it has, in bytes.
        offset: u32,
    },
    /// No packet is missing, and yet data is, or there twice (section 3.1.2).
    Offset {
        /// Where the last packet ended, in bytes.
        expected: usize,
        /// Where the next begins.
        found: u32,
    },
    /// Type, size or restart interval are others than those of the first packet.
    Change,
    /// There are headers, and nothing after them.
    NoData,
    /// The source has ended within the frame.
    End,
}

impl CannotDecode {
    /// Whether the network may be the cause, or that the stream had begun before: nothing is wrong
    /// with the sender.
    pub const fn is_of_the_network(&self) -> bool {
        matches!(self, Self::Lost | Self::NoStart { .. } | Self::End)
    }

    /// What is wrong with the frame as a whole, if its packets can be read.
    const fn is_of_the_frame(&self) -> bool {
        matches!(self, Self::Offset { .. } | Self::Change | Self::NoData)
            || self.is_of_the_network()
    }
}

impl fmt::Display for CannotDecode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Header(error) = self {
            return error.fmt(out);
        }
        out.write_str(if self.is_of_the_frame() {
            "put a frame together: "
        } else {
            "decode RTP/JPEG payload: "
        })?;
        match self {
            Self::Header(_) => Ok(()),
            Self::WholeJpeg => {
                write!(out, "expected the headers of RFC 2435, found a JPEG file (FF D8)")
            }
            Self::Type { jpeg_type } => {
                write!(out, "expected type 0, 1, 64 or 65, found {jpeg_type}")
            }
            Self::Size => write!(out, "expected a width and a height, found 0"),
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
                write!(
                    out,
                    "expected quantisation tables of 64, 128 or 192 bytes, found {length_bytes}"
                )
            }
            Self::Lost => write!(out, "packets of it are missing"),
            Self::NoStart { offset } => write!(out, "it begins at offset {offset}"),
            Self::Offset { expected, found } => {
                write!(out, "expected offset {expected}, found {found}")
            }
            Self::Change => write!(out, "type, size or restart interval change within it"),
            Self::NoData => write!(out, "none of its packets has data"),
            Self::End => write!(out, "the source has ended within it"),
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
    /// A kind of reason is told once, with the figures of its first frame.
    pub(super) fn note(&mut self, reason: CannotDecode) {
        if !self.all.iter().any(|known| discriminant(known) == discriminant(&reason)) {
            self.all.push(reason);
        }
    }

    pub(super) fn next(&mut self) -> Option<CannotDecode> {
        let reason = self.all.get(self.told).copied()?;
        self.told += 1;
        Some(reason)
    }
}
