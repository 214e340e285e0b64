//! Status codes.

use std::fmt;

/// A status code (RFC 2326 section 7.1.1); the first three are the report's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 200. Python: `OK_200`.
    Ok200,
    /// 404: no such movie. Python: `FILE_NOT_FOUND_404`.
    FileNotFound404,
    /// 500: no way to send to this client. Python: `CON_ERR_500`.
    ConErr500,
    /// 400: the request can't be understood.
    BadRequest400,
    /// 453: there are too many clients.
    NotEnoughBandwidth453,
    /// 454: the session is another one.
    SessionNotFound454,
    /// 455: not now.
    MethodNotValid455,
    /// 461: no way for RTP that the server would take.
    UnsupportedTransport461,
    /// 501: no such method.
    NotImplemented501,
}

impl Status {
    /// The number.
    pub const fn code(self) -> u16 {
        match self {
            Self::Ok200 => 200,
            Self::FileNotFound404 => 404,
            Self::ConErr500 => 500,
            Self::BadRequest400 => 400,
            Self::NotEnoughBandwidth453 => 453,
            Self::SessionNotFound454 => 454,
            Self::MethodNotValid455 => 455,
            Self::UnsupportedTransport461 => 461,
            Self::NotImplemented501 => 501,
        }
    }

    /// The words after the number; those of 404 and 500 are the report's.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Ok200 => "OK",
            Self::FileNotFound404 => "File Not Found",
            Self::ConErr500 => "Connection Error",
            Self::BadRequest400 => "Bad Request",
            Self::NotEnoughBandwidth453 => "Not Enough Bandwidth",
            Self::SessionNotFound454 => "Session Not Found",
            Self::MethodNotValid455 => "Method Not Valid in This State",
            Self::UnsupportedTransport461 => "Unsupported Transport",
            Self::NotImplemented501 => "Not Implemented",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.code(), self.reason())
    }
}
