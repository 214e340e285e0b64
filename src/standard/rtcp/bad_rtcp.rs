//! What can be wrong with a datagram that should be RTCP.

use std::fmt;

/// A datagram that is no RTCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRtcp {
    /// A packet is of another version.
    Version {
        /// Its version.
        found: u8,
    },
    /// A packet is of a type that does not exist.
    PacketType {
        /// Its type.
        found: u8,
    },
    /// The datagram or a packet ends before what its header announces.
    Cut {
        /// The part that is cut.
        part: &'static str,
        /// How many bytes it needs.
        expected: usize,
        /// How many are there.
        found: usize,
    },
}

impl fmt::Display for BadRtcp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { found } => {
                write!(out, "decode RTCP header: expected version 2, found {found}")
            }
            Self::PacketType { found } => {
                write!(out, "decode RTCP header: expected a type from 200 to 206, found {found}")
            }
            Self::Cut { part, expected, found } => {
                write!(out, "decode RTCP {part}: expected {expected} bytes, found {found}")
            }
        }
    }
}

impl std::error::Error for BadRtcp {}
