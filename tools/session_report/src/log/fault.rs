//! What can be wrong with a log.

use std::error::Error;
use std::fmt;
use std::io;

/// A log of which no page can be made: where, and why.
#[derive(Debug)]
pub struct BadLog {
    /// The name of the file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with a log.
#[derive(Debug)]
pub enum Fault {
    /// The file can't be read.
    Unreadable(io::Error),
    /// There is nothing in it.
    Empty,
    /// Line 1 is not the header of an event log.
    NoHeader {
        /// How the line begins.
        found: String,
    },
    /// Line 1 names another format.
    OtherFormat {
        /// The format.
        found: String,
    },
    /// A line is no JSON object.
    NoEvent {
        /// How the line begins.
        found: String,
        /// Where it stops being JSON, from 1.
        column: usize,
    },
    /// The last line ends in the middle.
    CutOff,
    /// A line has no end.
    TooLong {
        /// How many bytes a line may have.
        most: u64,
    },
    /// A member of an event has a value that it can't have.
    Member {
        /// The name of the event.
        event: String,
        /// The name of the member.
        member: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A number of logs from which no page is made.
    Count {
        /// How many there are.
        found: usize,
    },
    /// Two logs of the same end, or one that has both.
    Ends {
        /// What the two are of.
        found: String,
    },
    /// The client's log and the server's are of two sessions.
    OtherSession {
        /// What the client's log is of.
        wanted: String,
        /// What the server's log has.
        found: String,
    },
}

impl fmt::Display for BadLog {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}, line {}: {}", self.file.escape_debug(), self.line, self.fault)
    }
}

impl Error for BadLog {}

const HEADER: &str = r#"the header of an event log, {"file_schema":"urn:rtsp-lab:log:1",...}"#;

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(out, "it can't be read: {error}"),
            Self::Empty => write!(out, "the file is empty; expected {HEADER}"),
            Self::NoHeader { found } => write!(out, "expected {HEADER}, found: {found}"),
            Self::OtherFormat { found } => {
                write!(out, "expected the format urn:rtsp-lab:log:1, found: {found}")
            }
            Self::NoEvent { found, column } => write!(
                out,
                "expected an event, a JSON object on one line, found in column {column} something \
                 else: {found}"
            ),
            Self::CutOff => write!(
                out,
                "the line ends in the middle of an event; expected a whole one: the log was cut \
                 off here, what is above this line is a log"
            ),
            Self::TooLong { most } => {
                write!(out, "expected an event, found a line of more than {most} bytes")
            }
            Self::Member { event, member, expected, found } => {
                write!(out, "`{member}` of {event}: expected {expected}, found {found}")
            }
            Self::Count { found } => {
                write!(out, "expected one log, or a client's and a server's; found {found} logs")
            }
            Self::Ends { found } => {
                write!(out, "expected a client's log and a server's, found {found}")
            }
            Self::OtherSession { wanted, found } => {
                write!(out, "expected the server's log of {wanted}, found {found}")
            }
        }
    }
}
