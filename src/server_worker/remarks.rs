//! What is odd in a client's requests, and served all the same: said once, for who writes the client.

use std::fmt;
use std::mem::{Discriminant, discriminant};
use std::net::SocketAddr;

use crate::rtsp::Request;
use crate::rtsp::request::Lack;

/// What was said to one client, and what its next request is compared with.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    told: Vec<Discriminant<Remark>>,
    last_cseq: Option<u32>,
}

/// What can be odd.
#[derive(Debug)]
pub(super) enum Remark {
    /// More lines have to come.
    Waits(Lack),
    /// The numbers do not count up by one (RFC 2326 section 12.17).
    Cseq { last: u32, found: u32 },
    /// A request in a session does not name it.
    NoSession { session: u32 },
    /// A request in a session names another movie.
    OtherMovie { named: String, movie: String },
    /// The packets of another session go to the same port.
    SamePort(SocketAddr),
}

impl Remarks {
    /// What is odd in a request, in the session of that id and movie, if there is one.
    pub(super) fn on(&mut self, request: &Request, session: Option<(u32, &str)>) -> Vec<String> {
        let found = request.cseq;
        let last = self.last_cseq.replace(found);
        let cseq = last
            .filter(|last| last.checked_add(1) != Some(found))
            .map(|last| Remark::Cseq { last, found });
        let no_session = session
            .filter(|_| request.session.as_deref().unwrap_or_default().is_empty())
            .map(|(session, _)| Remark::NoSession { session });
        let other_movie = session.zip(request.target.as_ref()).and_then(|((_, movie), named)| {
            let (movie, named) = (movie.to_owned(), named.clone());
            (movie != named).then_some(Remark::OtherMovie { named, movie })
        });
        [cseq, no_session, other_movie]
            .into_iter()
            .flatten()
            .filter_map(|it| self.once(&it))
            .collect()
    }

    /// The remark in words, if nothing of its kind was said before.
    pub(super) fn once(&mut self, remark: &Remark) -> Option<String> {
        let kind = discriminant(remark);
        let is_new = !self.told.contains(&kind);
        is_new.then(|| {
            self.told.push(kind);
            remark.to_string()
        })
    }
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
    use crate::rtsp::Method;

    fn request(cseq: u32, session: Option<&str>, target: Option<&str>) -> Request {
        let (session, target) = (session.map(str::to_owned), target.map(str::to_owned));
        Request { method: Method::Play, target, cseq, session, client_port: None }
    }

    #[test]
    fn what_is_as_it_should_be_needs_no_remark() {
        let mut remarks = Remarks::default();
        for (cseq, session) in (1..).zip([None, Some((5, "m")), Some((5, "m")), None]) {
            let request = request(cseq, session.map(|_| "5"), Some("m"));
            assert_eq!(remarks.on(&request, session), [""; 0]);
        }
        let without_target = request(5, Some("5"), None);
        assert_eq!(remarks.on(&without_target, Some((5, "m"))), [""; 0]);
    }

    #[test]
    fn each_oddity_is_told_once() {
        let mut remarks = Remarks::default();
        assert_eq!(remarks.on(&request(7, None, Some("m")), None), [""; 0], "the first may be any");
        let told = remarks.on(&request(7, Some(""), Some("other")), Some((5, "m")));
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].contains("CSeq 8 after 7, found 7"), "{told:?}");
        assert!(told[1].contains("session 5"), "{told:?}");
        assert!(told[2].contains(r#""other""#) && told[2].contains(r#""m""#), "{told:?}");
        assert_eq!(remarks.on(&request(7, None, Some("other")), Some((5, "m"))), [""; 0]);
        assert!(remarks.once(&Remark::Waits(Lack::Cseq)).is_some());
        assert!(remarks.once(&Remark::Waits(Lack::Session)).is_none());
    }
}
