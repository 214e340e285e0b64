//! Replies: what a server answers, ours or another.

use std::fmt;

use super::bad_message::{BadMessage, Flaw};
use super::headers::Headers;
use super::message::{Message, VERSION, encode};
use super::status::StandardStatus;
use crate::rtsp::reply::read_status_line;

/// One reply (RFC 2326 section 7), of our server or of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardReply {
    /// The status code; any number, so that a log can show it.
    pub code: u16,
    /// The words after the code.
    pub reason: String,
    /// The number of the request that is answered; none if that had none.
    pub cseq: Option<u32>,
    /// All other lines but `Content-Length`, which is the body's.
    pub headers: Headers,
    /// What follows the empty line: a description.
    pub body: String,
}

impl StandardReply {
    /// A reply without further headers.
    pub fn new(status: StandardStatus, cseq: impl Into<Option<u32>>) -> Self {
        Self {
            code: status.code(),
            reason: status.reason().to_owned(),
            cseq: cseq.into(),
            headers: Headers::new(),
            body: String::new(),
        }
    }

    /// The reply with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.headers.push(name, value);
        self
    }

    /// The reply with a body of that type.
    #[must_use]
    pub fn with_body(self, content_type: &str, body: String) -> Self {
        Self { body, ..self.with("Content-Type", content_type) }
    }

    /// Status code, the words after it, and [`Self::reason_given`].
    pub(crate) fn words(&self) -> (u16, &str, Option<String>) {
        (self.code, &self.reason, self.reason_given())
    }

    /// What the server says for itself: where the movie is, or the first line of the body.
    pub(crate) fn reason_given(&self) -> Option<String> {
        let moved = self.headers.get("Location").filter(|_| self.code / 100 == 3);
        let moved = moved.map(|to| format!("The movie has moved to {to}: call that address."));
        let line = self.body.lines().map(str::trim).find(|line| !line.is_empty());
        moved.or_else(|| line.map(str::to_owned))
    }

    /// The reply as bytes on the wire, in lines that end in CRLF: some players wait for ever for
    /// the CR.
    pub fn encode(&self) -> String {
        let Self { code, reason, cseq, headers, body } = self;
        encode(&format!("{VERSION} {code} {reason}"), *cseq, headers, body)
    }

    /// Reads one reply, whose lines may end in CRLF or LF, of any version.
    ///
    /// # Errors
    /// It is not complete, or its first line has no status code.
    pub fn parse(message: &[u8]) -> Result<Self, BadMessage> {
        let Message { first_line, cseq, headers, body, end } = Message::read(message);
        let bad = |flaw| BadMessage { cseq, flaw };
        let status = Some(first_line.as_str()).filter(|line| line.starts_with("RTSP/"));
        let (code, reason) = match status.and_then(read_status_line) {
            Some((code, reason)) => (code, reason.to_owned()),
            None => return Err(bad(Flaw::StatusLine(first_line))),
        };
        end.map_err(bad)?;
        Ok(Self { code, reason, cseq, headers, body })
    }

    /// Whether the request was granted.
    pub const fn is_ok(&self) -> bool {
        self.code / 100 == 2
    }
}

impl BadMessage {
    /// The answer to a request, with its number if it has one.
    pub fn answer(&self) -> StandardReply {
        StandardReply::new(self.status(), self.cseq)
    }
}
