//! The first line of a reply in the standard dialect (RFC 2326 sections 7.1.1 and 11).
//!
//! ```
//! use rtsp_lab::standard::rtsp::StandardStatus;
//!
//! assert_eq!(StandardStatus::UnsupportedTransport.to_string(), "461 Unsupported transport");
//! ```

use std::fmt;

/// A status code that this project sends; those of the lab, with the report's words, are `Status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StandardStatus {
    /// 200.
    Ok,
    /// 400: the request can't be understood.
    BadRequest,
    /// 404: no such movie.
    NotFound,
    /// 405: a method of RTSP that is not served; the reply names those that are, in `Allow`.
    MethodNotAllowed,
    /// 413: no end of the request within the most bytes that one may have.
    RequestEntityTooLarge,
    /// 415: a movie that RTP can't carry, or a body that is not a list of parameters.
    UnsupportedMediaType,
    /// 451: `GET_PARAMETER` or `SET_PARAMETER` with an unknown parameter.
    ParameterNotUnderstood,
    /// 453: too many sessions.
    NotEnoughBandwidth,
    /// 454: there is no such session, or no longer.
    SessionNotFound,
    /// 455: not in this state; the reply names the methods that are possible, in `Allow`.
    MethodNotValidInThisState,
    /// 457: a Range outside the movie.
    InvalidRange,
    /// 459: SETUP of a whole movie, where a track is to be named.
    AggregateOperationNotAllowed,
    /// 461: none of the transports offered is served.
    UnsupportedTransport,
    /// 500: the system lacks something that is needed.
    InternalServerError,
    /// 501: a method that RTSP does not know.
    NotImplemented,
    /// 505: the request is not RTSP/1.0.
    VersionNotSupported,
    /// 551: a `Require` that is not met; the reply repeats it in `Unsupported`.
    OptionNotSupported,
}

impl StandardStatus {
    /// All of them, by number.
    pub const ALL: [Self; 17] = [
        Self::Ok,
        Self::BadRequest,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestEntityTooLarge,
        Self::UnsupportedMediaType,
        Self::ParameterNotUnderstood,
        Self::NotEnoughBandwidth,
        Self::SessionNotFound,
        Self::MethodNotValidInThisState,
        Self::InvalidRange,
        Self::AggregateOperationNotAllowed,
        Self::UnsupportedTransport,
        Self::InternalServerError,
        Self::NotImplemented,
        Self::VersionNotSupported,
        Self::OptionNotSupported,
    ];

    /// The number.
    pub const fn code(self) -> u16 {
        self.line().0
    }

    /// The words after the number, as the RFC recommends them.
    pub const fn reason(self) -> &'static str {
        self.line().1
    }

    const fn line(self) -> (u16, &'static str) {
        match self {
            Self::Ok => (200, "OK"),
            Self::BadRequest => (400, "Bad Request"),
            Self::NotFound => (404, "Not Found"),
            Self::MethodNotAllowed => (405, "Method Not Allowed"),
            Self::RequestEntityTooLarge => (413, "Request Entity Too Large"),
            Self::UnsupportedMediaType => (415, "Unsupported Media Type"),
            Self::ParameterNotUnderstood => (451, "Parameter Not Understood"),
            Self::NotEnoughBandwidth => (453, "Not Enough Bandwidth"),
            Self::SessionNotFound => (454, "Session Not Found"),
            Self::MethodNotValidInThisState => (455, "Method Not Valid in This State"),
            Self::InvalidRange => (457, "Invalid Range"),
            Self::AggregateOperationNotAllowed => (459, "Aggregate operation not allowed"),
            Self::UnsupportedTransport => (461, "Unsupported transport"),
            Self::InternalServerError => (500, "Internal Server Error"),
            Self::NotImplemented => (501, "Not Implemented"),
            Self::VersionNotSupported => (505, "RTSP Version not supported"),
            Self::OptionNotSupported => (551, "Option not supported"),
        }
    }
}

impl fmt::Display for StandardStatus {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.code(), self.reason())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_there_by_number() {
        let codes = StandardStatus::ALL.map(StandardStatus::code);
        assert!(codes.is_sorted());
        let served =
            [200, 400, 404, 405, 413, 415, 451, 453, 454, 455, 457, 459, 461, 500, 501, 505, 551];
        assert_eq!(codes, served);
    }
}
