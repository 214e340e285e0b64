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
use super::state::Method;

/// One reply of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code; any number, so that a log can show it.
    pub code: u16,
    /// The words after the code.
    pub reason: String,
    /// The number of the request that is answered; some servers leave it out or write -1.
    pub cseq: Option<u32>,
    /// Whether there is a word instead of that number: some servers repeat the wrong one.
    pub has_word_for_cseq: bool,
    /// The session, as the server wrote it; not always a number.
    pub session: Option<String>,
    /// A session description, where it came with the reply: what stands after an empty line, or
    /// else after the lines that are known.
    pub body: Option<String>,
    /// How many bytes its `Content-Length` promises and the body lacks.
    pub missing: usize,
    /// Where the movie has moved to (RFC 2326 section 12.25).
    pub location: Option<String>,
    /// Whether it has a line that servers of RFC 2326 write, and none of the lab.
    pub has_other_headers: bool,
}

impl Reply {
    /// A reply of our own server; session 0 is none.
    pub fn new(status: Status, cseq: u32, session: u32) -> Self {
        Self {
            code: status.code(),
            reason: status.reason().to_owned(),
            cseq: Some(cseq),
            has_word_for_cseq: false,
            session: Some(session.to_string()),
            body: None,
            missing: 0,
            location: None,
            has_other_headers: false,
        }
    }

    /// A reply that says no. Where the usual words say too little, `why` follows them in the first
    /// line: lab clients have no place for a body.
    pub(crate) fn refusal(status: Status, cseq: u32, session: u32, why: &str) -> Self {
        let mut reply = Self::new(status, cseq, session);
        if status == Status::UnsupportedMediaType415 {
            reply.reason = format!("{}: {}", reply.reason, why.replace(char::is_control, "?"));
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
        let (mut has_word_for_cseq, mut location, mut length) = (false, None, 0_usize);
        let mut has_other_headers = false;
        for (index, line) in lines.enumerate() {
            let (name, value) = header(line.trim());
            match name.as_str() {
                "cseq" => {
                    cseq = cseq.or(value.parse().ok());
                    has_word_for_cseq = !value.is_empty() && value.parse::<i64>().is_err();
                }
                "location" => location = Some(value.to_owned()),
                "date" | "server" | "allow" | "public" => has_other_headers = true,
                "content-length" if body.is_some() => length = value.parse().unwrap_or(0),
                "session" => session = session.or(Some(session_id(value).to_owned())),
                number if index == 0 && value.is_empty() => cseq = number.parse().ok(),
                _ if session.is_some() => others.push(line),
                _ => {}
            }
        }
        let missing = body.map_or(0, |body| length.saturating_sub(body.len()));
        let body = body.map_or_else(|| others.join("\n"), str::to_owned);
        let body = Some(body).filter(|body| !body.is_empty());
        Ok(Self {
            code,
            reason: reason.to_owned(),
            cseq,
            has_word_for_cseq,
            session,
            body,
            missing,
            location,
            has_other_headers,
        })
    }

    /// Whether the request was granted.
    pub const fn is_ok(&self) -> bool {
        self.code / 100 == 2
    }

    /// The number of the request that is answered, while only that with the number `waiting` waits. Some
    /// servers refuse in one line, without a number.
    pub fn answers(&self, waiting: u32) -> Option<u32> {
        let is_bare_refusal = self.code >= 400 && self.session.is_none();
        self.cseq.or_else(|| (self.has_word_for_cseq || is_bare_refusal).then_some(waiting))
    }

    /// What is odd about a reply that grants a request, and does no harm.
    pub fn oddity(&self) -> Option<String> {
        if self.code != Status::Ok200.code() {
            let status = format!("{} {}", self.code, self.reason);
            return Some(format!("{}: expected 200, taken for it", status.trim_end()));
        }
        let Self { missing, body, .. } = self;
        let found = body.as_ref().map_or(0, String::len);
        let expected = found + missing;
        let is_cut = *missing > 0;
        is_cut.then(|| format!("the body is cut short: expected {expected} bytes, found {found}"))
    }

    /// What its log says of a reply that is not that to request `expected`.
    pub(crate) fn other_cseq(&self, expected: u32) -> String {
        let found = self.cseq.map_or_else(|| "none".to_owned(), |cseq| cseq.to_string());
        format!("expected CSeq {expected}, found {found}")
    }

    /// Status code, the words after it, and [`Self::reason_given`].
    pub(crate) fn words(&self) -> (u16, &str, Option<String>) {
        (self.code, &self.reason, self.reason_given())
    }

    /// What the server says for itself: where the movie is, or the first line of the body, or what
    /// follows the usual words.
    pub fn reason_given(&self) -> Option<String> {
        if let Some(location) = self.location.as_ref().filter(|_| self.code / 100 == 3) {
            return Some(format!("The movie has moved to {location}: call that address."));
        }
        let line =
            self.body.as_ref().and_then(|body| body.lines().find(|line| !line.trim().is_empty()));
        let after = self.reason.split_once(": ").map(|(_, after)| after);
        let hint = self.has_other_headers.then_some(CALL_BY_URL);
        line.map(str::trim).or(after).or(hint).map(str::to_owned)
    }

    /// Where a reply of 3xx points, as server, port and movie. A mere name is one of the same server,
    /// which is `here`.
    pub(crate) fn points_to(&self, here: (&str, u16)) -> Option<(String, u16, String)> {
        let location = self.location.as_ref().filter(|_| self.code / 100 == 3)?;
        let Some((scheme, rest)) = location.split_once("://") else {
            let (host, port) = here;
            return Some((host.to_owned(), port, location.trim_matches('/').to_owned()));
        };
        let (place, movie) = rest.split_once('/')?;
        let bare_v6 = place.strip_suffix(']').and_then(|place| place.strip_prefix('['));
        let (host, port) = match (bare_v6, place.rsplit_once(':')) {
            (None, Some((host, port))) => (host.trim_matches(['[', ']']), port.parse().ok()?),
            _ => (bare_v6.unwrap_or(place), RTSP_PORT),
        };
        let is_place = scheme.eq_ignore_ascii_case("rtsp") && !host.is_empty() && port != 0;
        let movie = Some(movie.trim_matches('/')).filter(|movie| is_place && !movie.is_empty())?;
        Some((host.to_owned(), port, movie.to_owned()))
    }

    /// Whether all three lines are there, so that there is no need to wait for more.
    pub(crate) fn is_whole(text: &str) -> bool {
        Self::parse(text).is_ok_and(|reply| {
            (reply.cseq.is_some() || reply.has_word_for_cseq)
                && reply.session.is_some_and(|session| !session.is_empty())
        })
    }
}

/// What is wrong with a message that came while the reply to request `cseq` was awaited, in a sentence.
pub fn what_is_wrong(text: &str, cseq: u32) -> String {
    let letters = text.replace(['\0', '\u{FFFD}', '\u{FEFF}'], "");
    let text = text.trim_start();
    let line = text.lines().next().unwrap_or_default().trim_end();
    let line: String = line.chars().take(MOST_QUOTED).collect();
    let is_method = |method: &Method| line.split(' ').next() == Some(method.name());
    if text.contains('\0') && letters.contains("RTSP/") {
        return "The reply is UTF-16, two bytes for each letter: expected one, as in ASCII."
            .to_owned();
    }
    if ["\u{15}\u{3}", "\u{16}\u{3}"].iter().any(|record| text.starts_with(record)) {
        return "A TLS server answers there: it wants encryption, and RTSP has none here."
            .to_owned();
    }
    if text.starts_with("SSH-") {
        return format!("An SSH server answers there: {line:?}.");
    }
    if text.starts_with("HTTP/") || text.starts_with('<') {
        return format!("A web server answers there: {line:?}. Expected: \"RTSP/1.0 200 OK\".");
    }
    // The inbox may have cut off what is before RTSP/.
    let is_python = text.starts_with(['b', '\'', '"']) || line.ends_with(['\'', '"']);
    if is_python && line.contains("RTSP/") {
        return format!("The reply is {line:?}: str() of bytes. Send the bytes themselves.");
    }
    if line.contains("\\n") {
        return format!("The reply is {line:?}: a \\ and an n are no line end.");
    }
    if Method::ALL.iter().any(is_method) {
        return format!("The server sends the request back: {line:?}.");
    }
    if text.trim_end().contains('\r') && !text.contains('\n') {
        return "The reply's lines end in \\r alone: expected \\n, or \\r\\n.".to_owned();
    }
    if line.starts_with("RTSP/") && line.to_ascii_lowercase().contains(" cseq") {
        return format!("The reply is one line, {line:?}: a \\n belongs before CSeq and Session.");
    }
    match Reply::parse(text).map(|reply| reply.cseq) {
        Err(_) => format!("The reply begins with {line:?}, expected: \"RTSP/1.0 200 OK\"."),
        Ok(None) => {
            let found = text.lines().find(|line| header(line).0 == "cseq");
            let found = found.map_or("no CSeq".to_owned(), |line| format!("{:?}", line.trim_end()));
            format!("The reply has {found}, expected the request's: \"CSeq: {cseq}\".")
        }
        Ok(Some(found)) => {
            format!("The reply has CSeq {found}, expected the number of the request: {cseq}.")
        }
    }
}

/// What may help where the server is none of the lab.
pub(crate) const CALL_BY_URL: &str =
    "If it is no server of the lab, call it by its URL: rtsp://SERVER:PORT/MOVIE.";
/// The port of a URL that names none (RFC 2326 section 3.2).
const RTSP_PORT: u16 = 554;
/// How many characters of a line are quoted.
const MOST_QUOTED: usize = 60;

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

    #[test]
    fn what_is_wrong_is_quoted() {
        let ok = |rest: &str| format!("RTSP/1.0 200 OK\n{rest}Session: 123456\n");
        for (text, words) in [
            (ok(""), r#"The reply has no CSeq, expected the request's: "CSeq: 3"."#),
            (ok("CSeq: -1\n"), r#"The reply has "CSeq: -1", expected the request's: "CSeq: 3"."#),
            (ok("CSeq: 2\n"), "The reply has CSeq 2, expected the number of the request: 3."),
            (
                "HTTP/1.1 200 OK\r\n\r\n<html>".into(),
                r#"A web server answers there: "HTTP/1.1 200 OK". "#,
            ),
            ("<html>\n<body>no".into(), r#"A web server answers there: "<html>". "#),
            (
                "RTSP/1.0 200OK\nCSeq: 3\n".into(),
                r#"The reply begins with "RTSP/1.0 200OK", expected: "RTSP/1.0 200 OK"."#,
            ),
            ("rtsp/1.0 200 ok\n".into(), r#"The reply begins with "rtsp/1.0 200 ok", expected"#),
            ("OK".into(), r#"The reply begins with "OK", expected"#),
            ("\u{1B}[2J".into(), r#"The reply begins with "\u{1b}[2J", expected"#),
            (
                "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 3\n".into(),
                r#"sends the request back: "SETUP movie.Mjpeg RTSP/1.0"."#,
            ),
            ("\u{FFFD}\u{FFFD}R\0T\0S\0P\0/\0".into(), "The reply is UTF-16"),
            ("\0R\0T\0S\0P\0/\x001\0".into(), "The reply is UTF-16"),
            (r"b'RTSP/1.0 200 OK\nCSeq: 3\n'".into(), "str() of bytes"),
            (r"RTSP/1.0 200 OK\nCSeq: 3\nSession: 1\n".into(), r"a \ and an n are no line end"),
            (
                "RTSP/1.0 200 OK\rCSeq: 3\rSession: 1\r".into(),
                r"lines end in \r alone: expected \n",
            ),
            (
                "RTSP/1.0 200 OK CSeq: 3 Session: 1\n".into(),
                r"a \n belongs before CSeq and Session.",
            ),
            ("\u{15}\u{3}\u{3}\0\u{2}\u{2}".into(), "A TLS server answers there"),
            (
                "SSH-2.0-OpenSSH_9.2\r\n".into(),
                r#"An SSH server answers there: "SSH-2.0-OpenSSH_9.2"."#,
            ),
        ] {
            let told = what_is_wrong(&text, 3);
            assert!(told.contains(words), "{text:?}: expected {words:?} in {told:?}");
        }
    }

    #[test]
    fn a_refusal_in_one_line_answers_what_waits() {
        let answers = |text: &str| Reply::parse(text).unwrap().answers(7);
        assert_eq!(answers("404 NOT FOUND\n"), Some(7));
        assert_eq!(answers("RTSP/1.0 404 File Not Found\nCSeq: 3\n"), Some(3));
        assert_eq!(answers("RTSP/1.0 200 OK\n"), None);
        assert_eq!(answers("RTSP/1.0 500 Error\nSession: 1\n"), None);
    }

    #[test]
    fn a_word_for_the_cseq_answers_what_waits() {
        let answers = |cseq: &str| {
            let text = format!("RTSP/1.0 200 OK\n{cseq}\nSession: 1\n");
            Reply::parse(&text).unwrap().answers(7)
        };
        for (cseq, expected) in [
            ("CSeq: CSeq:", Some(7)),
            ("CSeq: SETUP", Some(7)),
            ("CSeq: 5", Some(5)),
            ("CSeq: -1", None),
            ("CSeq:", None),
            ("X: 7", None),
        ] {
            assert_eq!(answers(cseq), expected, "{cseq}");
        }
    }

    #[test]
    fn oddities_and_reasons_are_told() {
        let parse = |text: &str| Reply::parse(text).unwrap();
        let created = parse("RTSP/1.0 201 Created\nCSeq: 1\nSession: 1\n");
        assert!(created.is_ok());
        assert_eq!(created.oddity().unwrap(), "201 Created: expected 200, taken for it");
        assert_eq!(parse("RTSP/1.0 200 OK\nCSeq: 1\nSession: 1\n").oddity(), None);
        let cut = parse("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 90\r\n\r\nv=0");
        assert_eq!(cut.oddity().unwrap(), "the body is cut short: expected 90 bytes, found 3");
        let given = |text: &str| parse(text).reason_given();
        assert_eq!(
            given("RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n\r\nno such\r\nx").unwrap(),
            "no such"
        );
        assert_eq!(
            given("RTSP/1.0 415 No: it is text\nCSeq: 1\nSession: 0\n").unwrap(),
            "it is text"
        );
        let moved = given("RTSP/1.0 302 Moved\nCSeq: 1\nLocation: rtsp://other/m\nSession: 0\n");
        assert!(moved.unwrap().contains("moved to rtsp://other/m"));
        assert_eq!(given("RTSP/1.0 404 Not Found\nCSeq: 1\nSession: 0\n"), None);
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
