//! Replies and their status codes: three lines when sent, nearly anything when read.
//!
//! ```
//! use rtsp_lab::rtsp::{Reply, Status};
//!
//! let text = "RTSP/1.0 200 OK\nCSeq: 1\nSession: 571600\n";
//! assert_eq!(Reply::new(Status::Ok200, 1, 571_600).encode(), text);
//! assert_eq!(Reply::parse(text)?.session.as_deref(), Some("571600"));
//! # Ok::<(), rtsp_lab::rtsp::reply::BadReply>(())
//! ```

use std::fmt;

use super::header::{empty_line, header, session_id};

/// One reply of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code; any number, so that a log can show it.
    pub code: u16,
    /// The words after the code.
    pub reason: String,
    /// The number of the request that is answered; some servers leave it out or write -1.
    pub cseq: Option<u32>,
    /// The session, as the server wrote it; not always a number.
    pub session: Option<String>,
    /// A session description, where it came with the reply: what stands after an empty line, or
    /// else after the lines that are known.
    pub body: Option<String>,
}

impl Reply {
    /// A reply of our own server; session 0 is none.
    pub fn new(status: Status, cseq: u32, session: u32) -> Self {
        Self {
            code: status.code(),
            reason: status.reason().to_owned(),
            cseq: Some(cseq),
            session: Some(session.to_string()),
            body: None,
        }
    }

    /// A reply that says no. Where the usual words say too little, `why` follows them in the first
    /// line: lab clients have no place for a body.
    pub(crate) fn refusal(status: Status, cseq: u32, session: u32, why: &str) -> Self {
        let mut reply = Self::new(status, cseq, session);
        if status == Status::UnsupportedMediaType415 {
            reply.reason += &format!(": {}", why.replace(char::is_control, "?"));
        }
        reply
    }

    /// The three lines of a lab reply. Python: `ServerWorker.replyRtsp`.
    ///
    /// Lab clients read these lines by their index and convert the third line's second word to a
    /// number, so there must be no further line and no CRLF.
    pub fn encode(&self) -> String {
        let Self { code, reason, .. } = self;
        let cseq = self.cseq.unwrap_or(0);
        let session = self.session.as_deref().unwrap_or("0");
        format!("RTSP/1.0 {code} {reason}\nCSeq: {cseq}\nSession: {session}\n")
    }

    /// Reads a reply in any of the forms that lab servers write. Python: `parseRtspReply`.
    ///
    /// # Errors
    /// The first line has no status code.
    pub fn parse(text: &str) -> Result<Self, BadReply> {
        let (head, body) = split_body(text.trim_start());
        let mut lines = head.lines();
        let status_line = lines.next().unwrap_or_default().trim();
        let (code, reason) = read_status_line(status_line)
            .ok_or_else(|| BadReply { status_line: status_line.to_owned() })?;
        let (mut cseq, mut session, mut others) = (None, None, Vec::new());
        for (index, line) in lines.enumerate() {
            let (name, value) = header(line.trim());
            match name.as_str() {
                "cseq" => cseq = cseq.or(value.parse().ok()),
                "session" => session = session.or(Some(session_id(value).to_owned())),
                number if index == 0 && value.is_empty() => cseq = number.parse().ok(),
                _ if session.is_some() => others.push(line),
                _ => {}
            }
        }
        let body = body.map_or_else(|| others.join("\n"), str::to_owned);
        let body = Some(body).filter(|body| !body.is_empty());
        Ok(Self { code, reason: reason.to_owned(), cseq, session, body })
    }

    /// Whether the request was granted.
    pub const fn is_ok(&self) -> bool {
        self.code == Status::Ok200.code()
    }

    /// Whether all three lines are there, so that there is no need to wait for more.
    pub(crate) fn is_whole(text: &str) -> bool {
        Self::parse(text).is_ok_and(|reply| {
            reply.cseq.is_some() && reply.session.is_some_and(|session| !session.is_empty())
        })
    }
}

/// `RTSP/1.0 200 OK`, any version, or none.
pub(crate) fn read_status_line(line: &str) -> Option<(u16, &str)> {
    let rest = match line.strip_prefix("RTSP/") {
        Some(rest) => rest.split_once(' ')?.1.trim_start(),
        None => line,
    };
    let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let code = code.parse().ok().filter(|code| (100..1000).contains(code))?;
    Some((code, reason.trim()))
}

/// The body begins after an empty line, or where SDP's first line stands without one.
fn split_body(text: &str) -> (&str, Option<&str>) {
    let start = empty_line(text.as_bytes()).or_else(|| text.find("\nv=").map(|at| at + 1));
    match start {
        Some(start) => (text.get(..start).unwrap_or(text), text.get(start..)),
        None => (text, None),
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
    /// 415: the file is no movie.
    UnsupportedMediaType415,
    /// 453: there are too many clients.
    NotEnoughBandwidth453,
    /// 454: the request names another session.
    SessionNotFound454,
    /// 455: the method is not valid in this state.
    MethodNotValid455,
    /// 461: the server does not send RTP to that port.
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
            Self::UnsupportedMediaType415 => 415,
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
            Self::UnsupportedMediaType415 => "Unsupported Media Type",
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

/// Not a reply: its first line has no status code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadReply {
    /// That line.
    pub status_line: String,
}

impl fmt::Display for BadReply {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "read reply: expected RTSP/1.0 and a status code, found {:?}", self.status_line)
    }
}

impl std::error::Error for BadReply {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_replies_are_the_reports_byte_for_byte() {
        for (status, cseq, session, text) in [
            (Status::Ok200, 1, 571_600, "RTSP/1.0 200 OK\nCSeq: 1\nSession: 571600\n"),
            (Status::FileNotFound404, 1, 0, "RTSP/1.0 404 File Not Found\nCSeq: 1\nSession: 0\n"),
            (
                Status::ConErr500,
                2,
                571_600,
                "RTSP/1.0 500 Connection Error\nCSeq: 2\nSession: 571600\n",
            ),
            (
                Status::MethodNotValid455,
                3,
                571_600,
                "RTSP/1.0 455 Method Not Valid in This State\nCSeq: 3\nSession: 571600\n",
            ),
        ] {
            assert_eq!(Reply::new(status, cseq, session).encode(), text);
        }
    }

    #[test]
    fn odd_replies_are_understood() {
        for (text, code, cseq, session) in [
            ("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456", 200, Some(1), Some("123456")),
            ("RTSP/2.7 200 OK\r\nCSeq: 1\r\nSession: abc-DEF\r\n", 200, Some(1), Some("abc-DEF")),
            ("404 NOT FOUND\nCSeq: 1\nSession: 0", 404, Some(1), Some("0")),
            (
                "RTSP/1.0 200 OK\nserver\nX: y\nCSeq: 1\nSession: 123456;timeout=60",
                200,
                Some(1),
                Some("123456"),
            ),
            ("RTSP/1.0 200 OK\nCSeq: 2\n", 200, Some(2), None),
            (
                "RTSP/1.0 200 OK\nCSeq: 2\nSession: 1\nSession Description: none",
                200,
                Some(2),
                Some("1"),
            ),
            ("RTSP/1.0 200\nCSeq: -1\nSession: 1\n", 200, None, Some("1")),
        ] {
            let reply = Reply::parse(text).unwrap();
            assert_eq!((reply.code, reply.cseq), (code, cseq), "{text}");
            assert_eq!(reply.session.as_deref(), session, "{text}");
        }
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        for text in ["", "RTSP/1.0 END\nCSeq: -1\n", "RTSP/1.0", "hello", "12345 x", "\u{e9}"] {
            assert!(Reply::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn free_text_after_the_session_is_a_description() {
        let text = "RTSP/1.0 200 OK\nServer: x\nCSeq: 4\nSession: 1\nThe movie\nis good.";
        assert_eq!(Reply::parse(text).unwrap().body.as_deref(), Some("The movie\nis good."));
    }

    #[test]
    fn a_description_is_found_with_and_without_an_empty_line() {
        for text in [
            "RTSP/1.0 200 OK\r\nCSeq: 4\r\nContent-Length: 3\r\n\r\nv=0",
            "RTSP/1.0 200 OK\nCSeq: 4\nSession: 1\nContent-Length: 3\nv=0",
            "RTSP/1.0 200 OK\nCSeq: 4\nSession: 1\nv=0",
        ] {
            assert_eq!(Reply::parse(text).unwrap().body.as_deref(), Some("v=0"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_parsed(
            status in proptest::sample::select(vec![
                Status::Ok200, Status::FileNotFound404, Status::ConErr500, Status::BadRequest400,
                Status::SessionNotFound454, Status::MethodNotValid455, Status::NotImplemented501,
            ]),
            cseq in any::<u32>(),
            session in any::<u32>(),
        ) {
            let reply = Reply::new(status, cseq, session);
            prop_assert_eq!(Reply::parse(&reply.encode()), Ok(reply));
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in "(RTSP/1.0 )?[0-9]{0,4}\\PC{0,30}(\n\\PC{0,30}){0,4}") {
            if let Err(error) = Reply::parse(&text) {
                prop_assert!(error.to_string().starts_with("read reply: "));
            }
        }
    }
}
