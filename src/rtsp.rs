//! RTSP as the lab speaks it (RFC 2326, much simplified): methods, states, status codes, messages.
//!
//! Everything about the state of a session is here, in one table that the server, the client and
//! the buttons of the window share: the screen can't disagree with the protocol. Messages are in
//! [`request`] and [`reply`]; where one ends in a stream of bytes is told by [`inbox`].
//!
//! ```text
//! C: SETUP movie.Mjpeg RTSP/1.0                      S: RTSP/1.0 200 OK
//!    CSeq: 1                                            CSeq: 1
//!    Transport: RTP/UDP; client_port= 5008              Session: 571600
//! ```

use std::fmt;

pub mod inbox;
pub mod reply;
pub mod request;

pub use inbox::Inbox;
pub use reply::Reply;
pub use request::{BadRequest, Request};

/// What a client may ask for (RFC 2326 section 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Allocate resources for a movie and start a session.
    Setup,
    /// Send the movie.
    Play,
    /// Stop sending, keep the session.
    Pause,
    /// End the session.
    Teardown,
    /// Describe the movie (the report's extension 3).
    Describe,
    /// Say which methods there are.
    Options,
}

impl Method {
    /// All of them, in the order of a dialogue.
    pub const ALL: [Self; 6] =
        [Self::Setup, Self::Play, Self::Pause, Self::Teardown, Self::Describe, Self::Options];

    /// The word in a request line. Python: `ServerWorker.SETUP`, `PLAY`, `PAUSE`, `TEARDOWN`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Setup => "SETUP",
            Self::Play => "PLAY",
            Self::Pause => "PAUSE",
            Self::Teardown => "TEARDOWN",
            Self::Describe => "DESCRIBE",
            Self::Options => "OPTIONS",
        }
    }

    /// The method with that name; RTSP's methods are case-sensitive (RFC 2326 section 6.1).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Where a session is (the report's figure 1). Python: `INIT`, `READY`, `PLAYING`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// No session yet, or no longer.
    #[default]
    Init,
    /// Set up or paused.
    Ready,
    /// The movie is being sent.
    Playing,
}

impl State {
    /// All of them, in the order of a dialogue.
    pub const ALL: [Self; 3] = [Self::Init, Self::Ready, Self::Playing];

    /// The state after `method` succeeds; `None` where the method is not valid (status 455).
    #[expect(clippy::match_same_arms, reason = "a row for each line of the report's figure 1")]
    pub const fn after(self, method: Method) -> Option<Self> {
        match (self, method) {
            (Self::Init, Method::Setup) => Some(Self::Ready),
            (Self::Init, Method::Play | Method::Pause | Method::Teardown) => None,
            (Self::Ready | Self::Playing, Method::Setup) => None,
            (Self::Ready | Self::Playing, Method::Play) => Some(Self::Playing),
            (Self::Ready | Self::Playing, Method::Pause) => Some(Self::Ready),
            (Self::Ready | Self::Playing, Method::Teardown) => Some(Self::Init),
            (state, Method::Describe | Method::Options) => Some(state),
        }
    }

    /// The name in the report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Init => "INIT",
            Self::Ready => "READY",
            Self::Playing => "PLAYING",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

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

/// A header line's name in lower case and its value. Lab programs also write `CSeq 1`, or just `1`.
pub(crate) fn header(line: &str) -> (String, &str) {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    let (name, value) = line.split_at(end.unwrap_or(line.len()));
    (name.to_ascii_lowercase(), value.trim_start_matches([' ', '\t', ':']).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_table_is_the_documents() {
        use State::{Init, Playing, Ready};
        #[rustfmt::skip]
        let table = [
            //          SETUP        PLAY           PAUSE        TEARDOWN    DESCRIBE       OPTIONS
            (Init,    [Some(Ready), None,          None,        None,       Some(Init),    Some(Init)]),
            (Ready,   [None,        Some(Playing), Some(Ready), Some(Init), Some(Ready),   Some(Ready)]),
            (Playing, [None,        Some(Playing), Some(Ready), Some(Init), Some(Playing), Some(Playing)]),
        ];
        for (state, row) in table {
            for (method, expected) in Method::ALL.into_iter().zip(row) {
                assert_eq!(state.after(method), expected, "{method} in {state}");
            }
        }
    }

    #[test]
    fn every_method_is_found_by_its_name_and_by_no_other() {
        for method in Method::ALL {
            assert_eq!(Method::named(method.name()), Some(method));
            assert_eq!(Method::named(&method.name().to_lowercase()), None);
        }
        assert_eq!(Method::named("RECORD"), None);
    }
}
