//! RTSP as the lab speaks it (RFC 2326, much simplified): methods, states, status codes, messages.
//!
//! Everything about the state of a session is in one table, [`State::after`], that the server, the
//! client and the buttons of the window share: the screen can't disagree with the protocol. Messages
//! are in [`request`] and [`reply`]; where one ends in a stream of bytes is told by [`inbox`].
//!
//! ```text
//! C: SETUP movie.Mjpeg RTSP/1.0                      S: RTSP/1.0 200 OK
//!    CSeq: 1                                            CSeq: 1
//!    Transport: RTP/UDP; client_port= 5008              Session: 571600
//! ```

pub(crate) mod header;
pub mod inbox;
pub mod reply;
pub mod request;
mod state;

pub use inbox::Inbox;
pub use reply::{Reply, Status};
pub use request::{BadRequest, Request};
pub use state::{Method, State};

/// The two ways to speak RTSP that one server can tell apart by the request's target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The report's: the target is a bare file name.
    Lab,
    /// RFC 2326: the target is a URL, or `*`.
    Standard,
}

impl Dialect {
    /// The dialect of a request, even of one that can't be parsed.
    pub fn of_request(text: &str) -> Self {
        let request_line = text.trim_start().lines().next().unwrap_or_default();
        request_line.split_whitespace().nth(1).map_or(Self::Lab, Self::of)
    }

    /// The dialect of a request with that target.
    pub fn of(target: &str) -> Self {
        if target == "*" || target.contains("://") { Self::Standard } else { Self::Lab }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_names_the_dialect() {
        for (target, dialect) in [
            ("movie.Mjpeg", Dialect::Lab),
            ("films/movie.Mjpeg", Dialect::Lab),
            ("*", Dialect::Standard),
            ("rtsp://127.0.0.1:2048/movie.Mjpeg", Dialect::Standard),
        ] {
            assert_eq!(Dialect::of(target), dialect, "{target}");
            assert_eq!(Dialect::of_request(&format!("RECORD {target} RTSP/1.0\n")), dialect);
        }
    }
}
