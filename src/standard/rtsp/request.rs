//! Requests: what a player or our client asks for.

use std::fmt;

use super::bad_message::{BadMessage, Flaw};
use super::headers::Headers;
use super::message::{Message, VERSION, encode};
use super::method::StandardMethod;
use super::url::RtspUrl;

/// One request (RFC 2326 section 6), of a player or of our client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardRequest {
    /// What to do.
    pub method: StandardMethod,
    /// What to do it with.
    pub target: Target,
    /// The request's number, echoed in the reply (section 12.17).
    pub cseq: u32,
    /// All other lines but `Content-Length`, which is the body's.
    pub headers: Headers,
    /// What follows the empty line, mostly nothing.
    pub body: String,
}

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `*`: the server itself (section 10.1).
    Server,
    /// A movie or its track.
    Url(RtspUrl),
}

impl StandardRequest {
    /// A request without further headers.
    pub const fn new(method: StandardMethod, target: Target, cseq: u32) -> Self {
        Self { method, target, cseq, headers: Headers::new(), body: String::new() }
    }

    /// The request with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.headers.push(name, value);
        self
    }

    /// The request as bytes on the wire, in lines that end in CRLF.
    pub fn encode(&self) -> String {
        let Self { method, target, cseq, headers, body } = self;
        encode(&format!("{method} {target} {VERSION}"), Some(*cseq), headers, body)
    }

    /// Reads one request, whose lines may end in CRLF or LF.
    ///
    /// # Errors
    /// It is not complete, not RTSP/1.0, or has no `CSeq`, no known method or no URL. It knows
    /// the answer: [`BadMessage::answer`].
    pub fn parse(message: &[u8]) -> Result<Self, BadMessage> {
        let Message { first_line, cseq, headers, body, end } = Message::read(message);
        let bad = |flaw| BadMessage { cseq, flaw };
        let (method, rest) = first_line.split_once([' ', '\t']).unwrap_or((&first_line, ""));
        let (target, version) = rest.rsplit_once([' ', '\t']).unwrap_or(("", rest));
        if !version.starts_with("RTSP/") || target.trim().is_empty() {
            return Err(bad(Flaw::RequestLine(first_line)));
        }
        if version != VERSION {
            return Err(bad(Flaw::Version(version.to_owned())));
        }
        end.map_err(bad)?;
        let cseq = cseq.ok_or_else(|| bad(Flaw::NoCseq))?;
        let named = StandardMethod::named(method);
        let method = named.ok_or_else(|| bad(Flaw::Method(method.to_owned())))?;
        let target = match target.trim() {
            "*" => Target::Server,
            url => Target::Url(RtspUrl::parse(url).map_err(|error| bad(Flaw::Url(error)))?),
        };
        Ok(Self { method, target, cseq, headers, body })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server => out.write_str("*"),
            Self::Url(url) => url.fmt(out),
        }
    }
}
