//! What can be wrong with a message, and the answer that it gets.

use std::fmt;

use super::headers::TooManyHeaders;
use super::status::StandardStatus;
use super::url::BadUrl;

/// A request or reply that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadMessage {
    /// Its number, if one was found.
    pub cseq: Option<u32>,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What can be wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The first line is no request line.
    RequestLine(String),
    /// The first line is no status line.
    StatusLine(String),
    /// A request in another version than RTSP/1.0.
    Version(String),
    /// A method that RTSP does not know.
    Method(String),
    /// The URL is not valid.
    Url(BadUrl),
    /// No line has the request's number.
    NoCseq,
    /// There are too many header lines.
    Headers(TooManyHeaders),
    /// `Content-Length` is no number.
    ContentLength(String),
    /// There is no empty line.
    NoEnd,
    /// The body is shorter than `Content-Length` says.
    Body {
        /// What it says.
        expected: usize,
        /// How many bytes there are.
        found: usize,
    },
}

impl BadMessage {
    /// The status of the answer to a request.
    pub const fn status(&self) -> StandardStatus {
        match self.flaw {
            Flaw::Version(_) => StandardStatus::VersionNotSupported,
            Flaw::Method(_) => StandardStatus::NotImplemented,
            Flaw::RequestLine(_)
            | Flaw::StatusLine(_)
            | Flaw::Url(_)
            | Flaw::NoCseq
            | Flaw::Headers(_)
            | Flaw::ContentLength(_)
            | Flaw::NoEnd
            | Flaw::Body { .. } => StandardStatus::BadRequest,
        }
    }
}

impl fmt::Display for BadMessage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("read message: ")?;
        match &self.flaw {
            Flaw::RequestLine(line) => {
                write!(out, "expected METHOD URL RTSP/1.0 in line 1, found {line:?}")
            }
            Flaw::StatusLine(line) => {
                write!(out, "expected RTSP/1.0 and a status code in line 1, found {line:?}")
            }
            Flaw::Version(version) => {
                write!(out, "expected version RTSP/1.0 in line 1, found {version:?}")
            }
            Flaw::Method(method) => write!(out, "unknown method {method:?} in line 1"),
            Flaw::Url(error) => write!(out, "line 1: {error}"),
            Flaw::NoCseq => out.write_str("expected a line with CSeq and a number, found none"),
            Flaw::Headers(error) => error.fmt(out),
            Flaw::ContentLength(value) => {
                write!(out, "expected a number in Content-Length, found {value:?}")
            }
            Flaw::NoEnd => out.write_str("expected an empty line after the headers, found none"),
            Flaw::Body { expected, found } => {
                write!(out, "expected {expected} bytes of body, found {found}")
            }
        }
    }
}

impl std::error::Error for BadMessage {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.flaw {
            Flaw::Url(error) => Some(error),
            Flaw::Headers(error) => Some(error),
            Flaw::RequestLine(_)
            | Flaw::StatusLine(_)
            | Flaw::Version(_)
            | Flaw::Method(_)
            | Flaw::NoCseq
            | Flaw::ContentLength(_)
            | Flaw::NoEnd
            | Flaw::Body { .. } => None,
        }
    }
}
