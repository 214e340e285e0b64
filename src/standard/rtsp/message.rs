//! What requests and replies have in common: a first line, headers, an empty line, a body (RFC 2326
//! section 4).

use super::bad_message::Flaw;
use super::headers::{Headers, one_line};
use crate::rtsp::header::empty_line;
use crate::rtsp::inbox::TooLong;

/// The length in bytes of the message at the front, with the line ends before it and its body;
/// `None` if more is to come.
///
/// # Errors
/// The message is longer than `limit` bytes.
pub fn end_of_message(bytes: &[u8], limit: usize) -> Result<Option<usize>, TooLong> {
    let end = match end_of_head(bytes) {
        Some(end) => {
            let length = Head::read(bytes.get(..end).unwrap_or_default()).content_length;
            end.saturating_add(length.unwrap_or(0))
        }
        None => bytes.len().saturating_add(1),
    };
    if end > limit {
        Err(TooLong { limit })
    } else {
        Ok(Some(end).filter(|&end| end <= bytes.len()))
    }
}

/// The message as bytes on the wire.
pub(super) fn encode(first: &str, cseq: Option<u32>, headers: &Headers, body: &str) -> String {
    let cseq = cseq.map(|cseq| format!("CSeq: {cseq}\r\n")).unwrap_or_default();
    let length = match body.len() {
        0 => String::new(),
        length => format!("Content-Length: {length}\r\n"),
    };
    format!("{}\r\n{cseq}{headers}{length}\r\n{body}", one_line(first))
}

/// A message of which only the first line is still to be understood.
pub(super) struct Message {
    pub(super) first_line: String,
    pub(super) cseq: Option<u32>,
    pub(super) headers: Headers,
    pub(super) body: String,
    /// Whether all of it is there; the first line is worth reading even if not.
    pub(super) end: Result<(), Flaw>,
}

impl Message {
    /// Reads one message, and ignores what follows it.
    pub(super) fn read(message: &[u8]) -> Self {
        let end = end_of_head(message);
        let (head, rest) =
            message.split_at_checked(end.unwrap_or(message.len())).unwrap_or_default();
        let Head { first_line, cseq, headers, content_length } = Head::read(head);
        let body = content_length.and_then(|expected| {
            rest.get(..expected).ok_or(Flaw::Body { expected, found: rest.len() })
        });
        let (body, end) = match (body, end) {
            (Ok(body), Some(_)) => (String::from_utf8_lossy(body).into_owned(), Ok(())),
            (Err(flaw), Some(_)) => (String::new(), Err(flaw)),
            (_, None) => (String::new(), Err(Flaw::NoEnd)),
        };
        Self { first_line, cseq, headers, body, end }
    }
}

/// What precedes the body.
struct Head {
    first_line: String,
    cseq: Option<u32>,
    headers: Headers,
    content_length: Result<usize, Flaw>,
}

impl Head {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.trim_start_matches(['\r', '\n']).lines();
        let first_line = one_line(lines.next().unwrap_or_default());
        let (mut headers, mut content_length) = match Headers::read(lines) {
            Ok(headers) => (headers, Ok(0)),
            Err(error) => (Headers::new(), Err(Flaw::Headers(error))),
        };
        let cseq = headers.take("CSeq").and_then(|number| number.parse().ok());
        if let Some(length) = headers.take("Content-Length") {
            content_length = length.parse().map_err(|_| Flaw::ContentLength(length));
        }
        Self { first_line, cseq, headers, content_length }
    }
}

/// The place just after the empty line; line ends before the first line do not count.
fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let start = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    Some(start + empty_line(bytes.get(start..)?)?)
}

/// The version that is spoken here (RFC 2326 section 3.1).
pub(super) const VERSION: &str = "RTSP/1.0";
