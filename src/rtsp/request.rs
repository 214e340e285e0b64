//! Requests: strict in what is sent, tolerant in what is taken.
//!
//! ```
//! use rtsp_lab::rtsp::{Method, Request};
//!
//! let text = "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n";
//! let request = Request::parse(text)?;
//! assert_eq!((request.method, request.cseq, request.client_port), (Method::Setup, 1, Some(5008)));
//! assert_eq!(request.encode(), text);
//! # Ok::<(), rtsp_lab::rtsp::BadRequest>(())
//! ```

use std::fmt;

use super::header::{header, session_id};
use super::reply::Status;
use super::state::Method;

/// One request of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// The movie: a file name, or a URL in the standard dialect. Some clients leave it out.
    pub target: Option<String>,
    /// The request's number, echoed in the reply (RFC 2326 section 12.17).
    pub cseq: u32,
    /// The session that the client means, as it wrote it. Some clients leave it out.
    pub session: Option<String>,
    /// Where the client waits for RTP; there in every SETUP.
    pub client_port: Option<u16>,
}

/// How requests are written: some public servers understand but one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// As the lab has it.
    #[default]
    Lab,
    /// Lines end in CRLF.
    Crlf,
    /// The same, and without the space in `client_port= 5008`.
    CrlfWithoutSpace,
}

impl Manner {
    /// What to try next; `None` after the last.
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Lab => Some(Self::Crlf),
            Self::Crlf => Some(Self::CrlfWithoutSpace),
            Self::CrlfWithoutSpace => None,
        }
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Lab => "lines that end in LF",
            Self::Crlf => "lines that end in CRLF",
            Self::CrlfWithoutSpace => "CRLF, and client_port=N without a space",
        })
    }
}

impl Request {
    /// The request as the lab writes it: lines that end in LF, and no empty line.
    ///
    /// # Deviation
    /// The report's requests have no LF at the very end. With it a server sees where the last line
    /// ends, and no lab server minds.
    pub fn encode(&self) -> String {
        self.encode_in(Manner::Lab)
    }

    /// The same in another manner.
    pub fn encode_in(&self, manner: Manner) -> String {
        let Self { method, cseq, .. } = self;
        let target = self.target.as_deref().unwrap_or_default();
        let last_line = match self.client_port {
            // The space before the port must stay: lab servers take the fourth word of this line.
            Some(port) if manner == Manner::CrlfWithoutSpace => {
                format!("Transport: RTP/UDP; client_port={port}")
            }
            Some(port) => format!("Transport: RTP/UDP; client_port= {port}"),
            None => format!("Session: {}", self.session.as_deref().unwrap_or("0")),
        };
        let end = if manner == Manner::Lab { "\n" } else { "\r\n" };
        format!("{method} {target} RTSP/1.0{end}CSeq: {cseq}{end}{last_line}{end}")
    }

    /// Reads a request in any of the forms that lab clients write. Python: `processRtspRequest`.
    ///
    /// # Errors
    /// There is no request line, no known method, no `CSeq`, or no port in a SETUP.
    pub fn parse(text: &str) -> Result<Self, BadRequest> {
        let mut lines = text.trim_start().lines();
        let request_line = lines.next().unwrap_or_default().trim();
        let headers = Headers::read(lines);
        let bad = |flaw| BadRequest { cseq: headers.cseq.unwrap_or(0), flaw };

        let (method, target) = read_request_line(request_line).map_err(bad)?;
        let cseq = headers.cseq.ok_or_else(|| bad(no_cseq(request_line, &headers)))?;
        let client_port = match (method, headers.transport) {
            (Method::Setup, Some(line)) => Some(read_port(line).map_err(bad)?),
            (Method::Setup, None) => return Err(bad(Flaw::NoPort(String::new()))),
            _ => None,
        };
        Ok(Self { method, target, cseq, session: headers.session.map(str::to_owned), client_port })
    }

    /// What a request still lacks of what its method needs, if its first line is a request line of the
    /// lab: more lines may come, from someone who types.
    pub(crate) fn lacks(text: &str) -> Option<Lack> {
        let mut lines = text.trim_start().lines();
        let (method, target) = read_request_line(lines.next()?.trim()).ok()?;
        let headers = Headers::read(lines);
        match method {
            _ if target.as_deref().is_some_and(is_url) => None,
            _ if headers.cseq.is_none() => Some(Lack::Cseq),
            Method::Setup if headers.transport.is_none() => Some(Lack::Transport),
            Method::Setup => None,
            Method::Play
            | Method::Pause
            | Method::Teardown
            | Method::Describe
            | Method::Options => headers.session.is_none().then_some(Lack::Session),
        }
    }

    /// Whether everything that the lab's client writes is there, so that there is no need to wait
    /// for more.
    pub(crate) fn is_whole(text: &str) -> bool {
        Self::parse(text).is_ok_and(|request| {
            let names_file = !request.target.as_deref().is_some_and(is_url);
            let named = request.session.is_some_and(|session| !session.is_empty());
            names_file && (request.client_port.is_some() || named)
        })
    }
}

/// Whether a request, even one that can't be parsed, is for a URL or for `*`, as RFC 2326 has it,
/// and not for a file of the lab.
pub fn target_is_url(request: &str) -> bool {
    let request_line = request.trim_start().lines().next().unwrap_or_default();
    request_line.split_whitespace().nth(1).is_some_and(is_url)
}

fn is_url(target: &str) -> bool {
    target == "*" || target.contains("://")
}

/// A line that a request has not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    LineEnd,
    Cseq,
    Transport,
    Session,
}

impl fmt::Display for Lack {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::LineEnd => "the end of a line",
            Self::Cseq => "CSeq",
            Self::Transport => "Transport",
            Self::Session => "Session",
        })
    }
}

/// The header lines that mean something in the lab.
#[derive(Default)]
struct Headers<'a> {
    cseq: Option<u32>,
    /// A line that has the name and no number.
    bad_cseq: Option<&'a str>,
    session: Option<&'a str>,
    transport: Option<&'a str>,
}

impl<'a> Headers<'a> {
    fn read(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut headers = Self::default();
        for (index, line) in lines.take_while(|line| !line.trim().is_empty()).enumerate() {
            let (name, value) = header(line.trim());
            match name.as_str() {
                "cseq" | "seeq" => match value.parse() {
                    Ok(number) => headers.cseq = headers.cseq.or(Some(number)),
                    Err(_) => headers.bad_cseq = Some(line.trim()),
                },
                "session" => headers.session = headers.session.or(Some(session_id(value))),
                "transport" | "rtp" | "client_port" => headers.transport = Some(line),
                // The oldest clients: " RTSP/1.0 RTP/UDP 5008" is a line of its own.
                "rtsp" if value.contains("RTP/") => headers.transport = Some(line),
                number if index == 0 && value.is_empty() => headers.cseq = number.parse().ok(),
                _ => {}
            }
        }
        headers
    }
}

/// `PLAY movie.Mjpeg RTSP/1.0`, where the name, the version or both may be missing.
fn read_request_line(line: &str) -> Result<(Method, Option<String>), Flaw> {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let version = rest.rfind("RTSP/");
    let Some(method) = Method::named(word) else {
        let flaw = if version.is_some() { Flaw::Method } else { Flaw::RequestLine };
        return Err(flaw(line.to_owned()));
    };
    let target = match version {
        Some(start) => rest.get(..start).unwrap_or(rest),
        None => match rest.split_whitespace().next_back().filter(|word| is_version(word)) {
            Some(other) => return Err(Flaw::Version(other.to_owned())),
            None => rest,
        },
    };
    let target = target.trim();
    Ok((method, (!target.is_empty()).then(|| target.to_owned())))
}

/// Whether a word is like `HTTP/1.1`, the version of some protocol, or like `RTSP1.0`, and not the name
/// of a movie.
fn is_version(word: &str) -> bool {
    let is_numeric = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if word.strip_prefix("RTSP").is_some_and(is_numeric) {
        return true;
    }
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts =
        word.split_once('/').and_then(|(name, version)| Some((name, version.split_once('.')?)));
    parts.is_some_and(|(name, (major, minor))| {
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_name && is_number(major) && is_number(minor)
    })
}

/// What is wrong with a request in which no number was found.
fn no_cseq(request_line: &str, headers: &Headers<'_>) -> Flaw {
    match headers.bad_cseq {
        Some(line) => Flaw::Cseq(line.to_owned()),
        None if request_line.to_ascii_lowercase().contains("cseq") => {
            Flaw::OneLine(request_line.to_owned())
        }
        None => Flaw::NoCseq,
    }
}

/// The number after `client_port`, or the last one of the line where that word is missing.
fn read_port(line: &str) -> Result<u16, Flaw> {
    let digits = match line.split_once("client_port") {
        Some((_, value)) => first_number(value),
        // On the RTSP connection, by channels: nothing of this is a port.
        None if line.contains("interleaved") => "",
        None => last_number(line),
    };
    let port = digits.parse().ok().filter(|&port: &u16| port != 0);
    port.ok_or_else(|| Flaw::NoPort(line.to_owned()))
}

/// The digits that a text begins with, but for signs; none of a number below zero, and none of a word
/// like `50O8`.
fn first_number(text: &str) -> &str {
    let number = text.trim_start_matches(|c: char| c != '-' && !c.is_ascii_alphanumeric());
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    let (digits, rest) = number.split_at(end);
    let goes_on = |c: char| c.is_alphanumeric() || c == '.';
    if rest.starts_with(goes_on) { "" } else { digits }
}

/// The last digits of a text, none of a number below zero. `5008-5009` is a range of ports.
fn last_number(text: &str) -> &str {
    let is_digit = |c: char| c.is_ascii_digit();
    let text = text.trim_end_matches(|c| !is_digit(c));
    let before = text.trim_end_matches(is_digit);
    let number = text.strip_prefix(before).unwrap_or_default();
    let is_negative = before.strip_suffix('-').is_some_and(|before| !before.ends_with(is_digit));
    if is_negative { "" } else { number }
}

/// A request that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRequest {
    /// Its number, 0 if none was found.
    pub cseq: u32,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What can be wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The first line is no request line.
    RequestLine(String),
    /// The first line names a method that is not known here.
    Method(String),
    /// The first line ends in the version of another protocol.
    Version(String),
    /// No line has the request's number.
    NoCseq,
    /// The line of the request's number has something else.
    Cseq(String),
    /// Nothing ends the first line, so it has all the headers.
    OneLine(String),
    /// A SETUP whose Transport line (empty if there is none) has no port from 1 to 65,535.
    NoPort(String),
    /// More bytes than a request may have, without an end.
    TooLong(usize),
}

impl BadRequest {
    /// The answer that it gets.
    pub const fn status(&self) -> Status {
        match self.flaw {
            Flaw::Method(_) => Status::NotImplemented501,
            Flaw::RequestLine(_)
            | Flaw::Version(_)
            | Flaw::NoCseq
            | Flaw::Cseq(_)
            | Flaw::OneLine(_)
            | Flaw::NoPort(_)
            | Flaw::TooLong(_) => Status::BadRequest400,
        }
    }
}

/// What most likely has become of a request line.
fn hint(line: &str) -> Option<String> {
    let word = line.split_whitespace().next()?;
    let is_method = |method: &&Method| method.name().eq_ignore_ascii_case(word);
    if let Some(method) = Method::ALL.iter().find(is_method) {
        return Some(format!(": expected {method}, in capitals"));
    }
    if line.starts_with('\u{feff}') {
        return Some(": a byte order mark comes first; it is not sent".into());
    }
    if line.matches('\0').count() * 3 > line.chars().count() {
        return Some(": two or four bytes a character; expected one, as in UTF-8".into());
    }
    if ["b'", "b\"", "'", "\"", "[", "(", "{"].iter().any(|start| line.starts_with(start)) {
        return Some(": it looks like what Python prints, and not like the text itself".into());
    }
    if line.starts_with("\u{16}\u{3}") {
        return Some(": it looks like TLS; expected plain text".into());
    }
    if line.starts_with("\u{fffd}\u{1a}") {
        return Some(
            ": it looks like an RTP packet (80 1A), which goes to the client by UDP".into(),
        );
    }
    if line.contains(" HTTP/1.") {
        return Some(": it looks like a web browser's".into());
    }
    if let Some(method) = Method::ALL.iter().find(|method| word.starts_with(method.name())) {
        return Some(format!(": expected a space after {method}"));
    }
    let at = |method: &Method| Some((line.find(&format!("{method} "))?, *method));
    let (at, method) =
        Method::ALL.iter().filter_map(at).filter(|&(at, _)| at > 0).min_by_key(|&(at, _)| at)?;
    Some(format!(": expected {method} first, and nothing before it; found {:?}", line.get(..at)?))
}

impl fmt::Display for BadRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("read request: ")?;
        match &self.flaw {
            Flaw::RequestLine(line) => {
                let hint = hint(line).unwrap_or_default();
                write!(out, "expected METHOD movie RTSP/1.0 in line 1, found {line:?}{hint}")
            }
            Flaw::Method(line) => {
                write!(out, "unknown method in {line:?}")?;
                let known =
                    || format!(": expected one of {}", Method::ALL.map(Method::name).join(", "));
                out.write_str(&hint(line).unwrap_or_else(known))
            }
            Flaw::Version(version) => {
                write!(out, "expected RTSP/1.0 at the end of line 1, found {version:?}")
            }
            Flaw::Cseq(line) => write!(out, "expected CSeq and a number in a line, found {line:?}"),
            Flaw::OneLine(line) => {
                let letters = if line.contains("\\n") { ", not the letters \\ and n" } else { "" };
                let expected = "expected a line end (\\n) after the version and after each header";
                write!(out, "{expected}{letters}: the request is one line, {line:?}")
            }
            Flaw::NoCseq => out.write_str("expected a line with CSeq and a number, found none"),
            Flaw::NoPort(line) if line.is_empty() => {
                out.write_str("expected a line with Transport and client_port, found none")
            }
            Flaw::NoPort(line) => {
                write!(out, "expected client_port from 1 to 65535 in Transport, found {line:?}")?;
                let hint = if line.contains('{') { ": an f-string without its f?" } else { "" };
                out.write_str(hint)
            }
            Flaw::TooLong(limit) => write!(out, "no end within {limit} bytes"),
        }
    }
}

impl std::error::Error for BadRequest {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn setup_port(transport: &str) -> Result<Option<u16>, BadRequest> {
        Request::parse(&format!("SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\n{transport}"))
            .map(|request| request.client_port)
    }

    #[test]
    fn every_way_to_write_the_port_is_understood() {
        for transport in [
            "Transport: RTP/UDP; client_port= 5008",
            "Transport: RTP/UDP; client_port=5008",
            "Transport: RTP/UDP; client_port = 5008",
            "Transport: RTP/UDP; client_port: 5008",
            "RTP/UDP 5008",
            "RTP/UDP 5008-5009 5008",
            "Transport: RTP/UDP \u{FFFD}5008\u{FFFD}",
            " RTSP/1.0 RTP/UDP 5008",
            "Transport: RTP/UDP; client_port= [5008]",
            "Transport: TCP/UDP ; client_port = 5008",
            "Transport: RTP/AVP;unicast;client_port=5008",
            "Transport: RTP/AVP;unicast;client_port=5008-5009",
            "transport: rtp/udp; client_port= 5008  ",
            "Prefer: SD\nTRANSPORT:RTP/UDP;client_port= 5008\r\n\r\n",
        ] {
            assert_eq!(setup_port(transport), Ok(Some(5008)), "{transport}");
        }
    }

    #[test]
    fn a_port_that_is_none_is_refused_and_named() {
        for transport in [
            "",
            "Transport: RTP/UDP",
            "Transport: x; client_port= 0",
            "client_port: 70000",
            "Transport: RTP/UDP; client_port= -5",
            "Transport: RTP/UDP; client_port=-5008",
            "Transport: RTP/UDP; client_port = five 5008",
            "RTP/UDP -5008",
        ] {
            let error = setup_port(transport).unwrap_err();
            assert_eq!((error.cseq, error.status()), (1, Status::BadRequest400), "{transport}");
            assert_eq!(error.flaw, Flaw::NoPort(transport.to_owned()));
        }
    }

    #[test]
    fn odd_requests_are_understood() {
        for (text, method, target, cseq, session) in [
            (
                "PLAY a.Mjpeg RTSP/1.0\nCseq: 2\nSession: 123456",
                Method::Play,
                Some("a.Mjpeg"),
                2,
                true,
            ),
            (
                "PLAY a.Mjpeg RTSP/1.4\nSEeq: 2\nSession: 123456",
                Method::Play,
                Some("a.Mjpeg"),
                2,
                true,
            ),
            ("PLAY a.Mjpeg\n2\nSession: 123456", Method::Play, Some("a.Mjpeg"), 2, true),
            ("PLAY \n2", Method::Play, None, 2, false),
            ("PAUSE \n 3 ", Method::Pause, None, 3, false),
            ("DESCRIBE movies/1\nCSeq: 3", Method::Describe, Some("movies/1"), 3, false),
            ("PAUSE RTSP/1.0\r\nSession: 123456\r\nCSeq: 9 \r\n\r\n", Method::Pause, None, 9, true),
            ("TEARDOWN\nCSeq: 4", Method::Teardown, None, 4, false),
            (
                "DESCRIBE my movie.Mjpeg RTSP/1.0\nCSeq: 4\n",
                Method::Describe,
                Some("my movie.Mjpeg"),
                4,
                false,
            ),
            (
                "\r\nPLAY m RTSP/1.0\nCSeq 7\nSession: 123456;timeout=60",
                Method::Play,
                Some("m"),
                7,
                true,
            ),
        ] {
            let request = Request::parse(text).unwrap();
            assert_eq!((request.method, request.cseq), (method, cseq), "{text}");
            assert_eq!(request.target.as_deref(), target, "{text}");
            assert_eq!(request.session.as_deref(), session.then_some("123456"), "{text}");
        }
    }

    #[test]
    fn what_is_no_request_is_400_and_an_unknown_method_501() {
        for (text, status, cseq) in [
            ("", 400, 0),
            ("garbage", 400, 0),
            ("garbage\nCSeq: 3\n", 400, 3),
            ("PLAY movie.Mjpeg RTSP/1.0\nSession: 123456\n", 400, 0),
            ("PLAY movie.Mjpeg RTSP/1.0\nCSeq: -1\n", 400, 0),
            ("RECORD movie.Mjpeg RTSP/1.0\nCSeq: 5\n", 501, 5),
            ("play movie.Mjpeg RTSP/1.0\nCSeq: 6\n", 501, 6),
        ] {
            let error = Request::parse(text).unwrap_err();
            assert_eq!((error.status().code(), error.cseq), (status, cseq), "{text:?}: {error}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_what_was_found() {
        for (text, said) in [
            (
                "SETUP movie.Mjpeg RTSP/1.0 CSeq: 1 Transport: RTP/UDP; client_port= 5008",
                "expected a line end (\\n) after the version and after each header: the request is one line",
            ),
            (
                r"SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008",
                "after each header, not the letters \\ and n: the request is one line",
            ),
            ("SETUP movie.Mjpeg HTTP/1.1\nCSeq: 1\n", "at the end of line 1, found \"HTTP/1.1\""),
            ("PLAY rtsp/1.0\nCSeq: 1\n", "at the end of line 1, found \"rtsp/1.0\""),
            ("PLAY m RTSP/1.0\nCSeq: 2Session: 9\n", "found \"CSeq: 2Session: 9\""),
            ("PLAY m RTSP/1.0\nCSeq: \nSession: 9\n", "found \"CSeq:\""),
        ] {
            let error = Request::parse(text).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
            assert_eq!(error.status(), Status::BadRequest400, "{text}");
        }
    }

    #[test]
    fn what_a_request_lacks_is_what_its_method_needs() {
        for (text, lack) in [
            ("SETUP movie.Mjpeg RTSP/1.0\n", Some(Lack::Cseq)),
            ("SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\n", Some(Lack::Transport)),
            ("SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: x\n", None),
            ("PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\n", Some(Lack::Session)),
            ("PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nSession: 123456\n", None),
            ("OPTIONS rtsp://h/m RTSP/1.0\n", None),
            ("garbage\n", None),
            ("", None),
        ] {
            assert_eq!(Request::lacks(text), lack, "{text:?}");
        }
    }

    #[test]
    fn a_url_is_told_from_the_name_of_a_file() {
        for (target, expected) in [
            ("movie.Mjpeg", false),
            ("movies/movie.Mjpeg", false),
            ("*", true),
            ("rtsp://127.0.0.1:2048/movie.Mjpeg", true),
        ] {
            let request = format!("RECORD {target} RTSP/1.0\n");
            assert_eq!(target_is_url(&request), expected, "{target}");
        }
        assert!(!target_is_url("PLAY"));
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_parsed(
            method in proptest::sample::select(Method::ALL.to_vec()),
            target in "[A-Za-z0-9_.-]{1,20}",
            cseq in any::<u32>(),
            session in 100_000..1_000_000_u32,
            port in 1..=u16::MAX,
        ) {
            let setup = method == Method::Setup;
            let request = Request {
                method,
                target: Some(target),
                cseq,
                session: (!setup).then(|| session.to_string()),
                client_port: setup.then_some(port),
            };
            prop_assert_eq!(Request::parse(&request.encode()), Ok(request));
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in "\\PC{0,20}[ \n:]{0,3}\\PC{0,20}\n?(CSeq: [0-9]{1,12})?") {
            if let Err(error) = Request::parse(&text) {
                prop_assert!(error.to_string().starts_with("read request: "));
            }
        }
    }
}
