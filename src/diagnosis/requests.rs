//! What is odd in a client's requests, and served all the same: words for who writes the client.

use std::fmt;

use crate::rtsp::request::Lack;
use crate::rtsp::{Method, Request};

/// What can be odd.
#[derive(Debug)]
pub(crate) enum Remark {
    /// More lines have to come.
    Waits(Lack),
    /// The numbers do not count up by one (RFC 2326 section 12.17).
    Cseq { last: u32, found: u32 },
    /// A request in a session does not name it.
    NoSession { session: u32 },
    /// A request in a session names another movie.
    OtherMovie { named: String, movie: String },
    /// The packets of another session go to the same port.
    SamePort(String),
}

/// What is odd in a request after the one with the number `last`.
pub(crate) fn oddities(
    request: &Request,
    last: Option<u32>,
    session: Option<(u32, &str)>,
) -> impl Iterator<Item = Remark> {
    let found = request.cseq;
    let last = last.filter(|last| last.checked_add(1) != Some(found));
    // An empty name is a wrong one, and refused.
    let is_named = request.session.is_some();
    // SETUP needs none.
    let unnamed = session.filter(|_| !is_named && request.method != Method::Setup);
    let target = request.target.clone();
    let other =
        session.zip(target).filter(|((_, movie), named)| named.trim_start_matches("./") != *movie);
    let remarks = [
        last.map(|last| Remark::Cseq { last, found }),
        unnamed.map(|(session, _)| Remark::NoSession { session }),
        other.map(|((_, movie), named)| Remark::OtherMovie { named, movie: movie.to_owned() }),
    ];
    remarks.into_iter().flatten()
}

impl fmt::Display for Remark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waits(lack) => {
                write!(out, "a request without {lack}: waiting for its other lines")
            }
            Self::Cseq { last, found } => {
                let expected = last.wrapping_add(1);
                write!(out, "expected CSeq {expected} after {last}, found {found}: does it count?")
            }
            Self::NoSession { session } => write!(
                out,
                "a request without Session: taken for session {session}, the only one of this connection"
            ),
            Self::OtherMovie { named, movie } => write!(
                out,
                "the request names {named:?}, and this session has {movie:?}: another movie takes \
                 TEARDOWN and SETUP"
            ),
            Self::SamePort(address) => write!(
                out,
                "the packets of another session go to {address}, too: each client needs an RTP port \
                 of its own"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The remarks on a PLAY with that number, Session and target.
    fn on(
        (cseq, named, target): (u32, Option<&str>, Option<&str>),
        last: Option<u32>,
        session: Option<(u32, &str)>,
    ) -> Vec<String> {
        let (named, target) = (named.map(str::to_owned), target.map(str::to_owned));
        let method = Method::Play;
        let request = Request { method, target, cseq, session: named, client_port: None };
        oddities(&request, last, session).map(|remark| remark.to_string()).collect()
    }

    #[test]
    fn what_is_as_it_should_be_needs_no_remark() {
        assert_eq!(on((7, None, Some("m")), None, None), [""; 0], "the first number may be any");
        assert_eq!(on((8, Some("5"), Some("m")), Some(7), Some((5, "m"))), [""; 0]);
        assert_eq!(on((8, Some("5"), Some("./m")), Some(7), Some((5, "m"))), [""; 0]);
        assert_eq!(on((9, Some("5"), None), Some(8), Some((5, "m"))), [""; 0]);
    }

    #[test]
    fn each_oddity_has_its_words() {
        let told = on((7, None, Some("other")), Some(7), Some((5, "m")));
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].contains("CSeq 8 after 7, found 7"), "{told:?}");
        assert!(told[1].contains("session 5"), "{told:?}");
        assert!(told[2].contains(r#""other""#) && told[2].contains(r#""m""#), "{told:?}");
        assert_eq!(on((1, None, None), Some(u32::MAX), None).len(), 1, "no number after the last");
    }
}
