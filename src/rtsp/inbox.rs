//! Where a message ends in a stream of bytes: bytes and the time in, messages out.
//!
//! TCP knows no messages, and the lab's have neither a length nor an empty line at their end. One
//! `recv` may bring half a request, or two with nothing between them. So the end is told by, in
//! this order:
//!
//! 1. an empty line (then `Content-Length` bytes of body, if any);
//! 2. the start of the next message;
//! 3. a whole message whose last line is ended, or after which nothing came for [`SHORT_SILENCE`];
//! 4. [`LONG_SILENCE`]: what is there is taken as it stands. Only for a request that comes line by
//!    line or key by key, from someone who types, it is [`TYPING_SILENCE`].
//!
//! # Deviation
//! The lab's programs take what one `recv` brings for one message. What is cut off by rule 3 too
//! early (further header lines that come later) is recognised and dropped; only a number that is
//! split between two segments more than [`SHORT_SILENCE`] apart, in a message without a last line
//! end, can't be put together again. That is a flaw of the lab's protocol, and a lesson.

use std::fmt;
use std::time::Duration;

use super::header::{content_length, empty_line, header, position};
use super::reply::Reply;
use super::request::{Lack, Request};
use super::state::Method;

/// How long to wait for more after a whole message whose last line has no end.
pub const SHORT_SILENCE: Duration = Duration::from_millis(10);
/// How long to wait for the rest of what is no whole message yet.
pub const LONG_SILENCE: Duration = Duration::from_millis(200);
/// How long to wait for the next line of a request that somebody types.
pub const TYPING_SILENCE: Duration = Duration::from_secs(5);
/// The most bytes that a request may have.
pub const MAX_REQUEST: usize = 4096;
/// The most bytes that a reply or a description may have.
pub const MAX_REPLY: usize = 65_536;

/// What has come and is not yet cut into messages.
#[derive(Debug)]
pub struct Inbox {
    expected: Expected,
    bytes: Vec<u8>,
    last_arrival: Duration,
    cut_early: bool,
    /// Each read has brought one line.
    by_lines: bool,
    keys: Keys,
    /// RTP has begun where replies are awaited.
    is_in_rtp: bool,
}

/// Whether a message comes key by key, as telnet sends it on Windows.
#[derive(Clone, Copy, Debug)]
struct Keys {
    /// When the message began.
    began: Duration,
    reads: u32,
    /// Each read has brought a character, or a line end.
    are_small: bool,
}

impl Keys {
    const NONE: Self = Self { began: Duration::ZERO, reads: 0, are_small: true };

    fn push(&mut self, bytes: &[u8]) {
        self.reads = self.reads.saturating_add(1);
        self.are_small &= bytes.len() <= 4;
    }

    /// Nobody types a hundred keys a second.
    fn are_typed(&self, now: Duration) -> bool {
        let gaps = self.reads.saturating_sub(1);
        self.are_small && now.saturating_sub(self.began) >= SHORT_SILENCE.saturating_mul(gaps)
    }
}

/// What kind of messages come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Requests,
    Replies,
}

impl Inbox {
    /// The inbox of a server.
    pub const fn of_requests() -> Self {
        Self::new(Expected::Requests)
    }

    /// The inbox of a client: replies, and descriptions that come without one.
    pub const fn of_replies() -> Self {
        Self::new(Expected::Replies)
    }

    const fn new(expected: Expected) -> Self {
        Self {
            expected,
            bytes: Vec::new(),
            last_arrival: Duration::ZERO,
            cut_early: false,
            by_lines: true,
            keys: Keys::NONE,
            is_in_rtp: false,
        }
    }

    /// Takes in what one `read` brought at the time `now`.
    pub fn push(&mut self, bytes: &[u8], now: Duration) {
        let is_line =
            bytes.iter().position(|&byte| byte == b'\n').map(|at| at + 1) == Some(bytes.len());
        self.by_lines = is_line && (self.by_lines || self.bytes.is_empty());
        if self.bytes.is_empty() {
            self.keys = Keys { began: now, ..Keys::NONE };
        }
        self.keys.push(bytes);
        self.bytes.extend_from_slice(bytes);
        self.last_arrival = now;
    }

    /// The next message that is complete at the time `now`. Bytes that are no text become `�`.
    ///
    /// # Errors
    /// No message ends within the most bytes that one may have.
    pub fn next(&mut self, now: Duration) -> Result<Option<String>, TooLong> {
        Ok(self.end_of_next(now)?.map(|end| self.cut(end)))
    }

    /// What of RTP has come where replies are awaited, from its first byte to the next reply: some lab
    /// servers send it there. It is no text, and no message.
    pub fn next_rtp(&mut self) -> Option<Vec<u8>> {
        let is_reply = self.bytes.starts_with(b"RTSP/");
        self.is_in_rtp = !is_reply && (self.is_in_rtp || rtp(&self.bytes) == Some(0));
        if !self.is_in_rtp || self.bytes.is_empty() || self.expected == Expected::Requests {
            return None;
        }
        let end = position(&self.bytes, 0, is_status_line).unwrap_or(self.bytes.len());
        let rest = self.bytes.split_off(end);
        Some(std::mem::replace(&mut self.bytes, rest))
    }

    /// Whether [`Self::next`] would return a message or an error at the time `now`.
    pub fn has_next(&mut self, now: Duration) -> bool {
        !matches!(self.end_of_next(now), Ok(None))
    }

    /// What is not yet cut into messages.
    pub fn waiting(&self) -> &[u8] {
        &self.bytes
    }

    /// What is left, for another kind of inbox.
    pub fn into_rest(self) -> Vec<u8> {
        self.bytes
    }

    /// How long after `now` to wait for more bytes; `None` if no message has begun.
    pub fn patience(&self, now: Duration) -> Option<Duration> {
        let is_whole = self.is_whole() && !self.is_within_typed_line();
        let limit = if is_whole { SHORT_SILENCE } else { self.long_silence() };
        let silence = now.saturating_sub(self.last_arrival);
        (!self.bytes.is_empty()).then(|| limit.saturating_sub(silence))
    }

    /// What somebody who types has still to type, once it is clear that nothing comes by itself.
    pub(crate) fn awaits(&self, now: Duration) -> Option<Lack> {
        let is_silent = now.saturating_sub(self.last_arrival) >= LONG_SILENCE;
        if is_silent { self.lacks() } else { None }
    }

    /// Whether somebody types key by key, and has not typed the end of the line.
    fn is_within_typed_line(&self) -> bool {
        let is_typed = self.keys.are_typed(self.last_arrival) && !self.bytes.is_empty();
        is_typed && self.expected == Expected::Requests && !self.bytes.ends_with(b"\n")
    }

    fn lacks(&self) -> Option<Lack> {
        if self.is_within_typed_line() {
            return Some(Lack::LineEnd);
        }
        let is_typed = self.by_lines || self.keys.are_typed(self.last_arrival);
        let is_typed = is_typed && self.expected == Expected::Requests;
        is_typed.then(|| Request::lacks(&String::from_utf8_lossy(&self.bytes))).flatten()
    }

    fn long_silence(&self) -> Duration {
        if self.lacks().is_some() { TYPING_SILENCE } else { LONG_SILENCE }
    }

    fn end_of_next(&mut self, now: Duration) -> Result<Option<usize>, TooLong> {
        let silence = now.saturating_sub(self.last_arrival);
        self.drop_what_belongs_to_the_last_message(silence);
        let end = if self.bytes.is_empty() { None } else { self.end_of_message(silence) };
        let end = end.map(|end| self.end_before_rtp(end));
        let limit = self.limit();
        if end.unwrap_or(self.bytes.len()) > limit {
            return Err(TooLong { limit });
        }
        Ok(end)
    }

    fn end_before_rtp(&self, end: usize) -> usize {
        let message = self.bytes.get(..end).filter(|_| self.expected == Expected::Replies);
        message.and_then(rtp).filter(|&start| start > 0).unwrap_or(end)
    }

    fn limit(&self) -> usize {
        match self.expected {
            Expected::Requests => MAX_REQUEST,
            Expected::Replies => MAX_REPLY,
        }
    }

    fn cut(&mut self, end: usize) -> String {
        let rest = self.bytes.split_off(end.min(self.bytes.len()));
        let message = std::mem::replace(&mut self.bytes, rest);
        self.cut_early = empty_line(&message).is_none();
        String::from_utf8_lossy(&message).into_owned()
    }

    /// Removes line ends, and header lines that came after their request had been taken for
    /// complete.
    fn drop_what_belongs_to_the_last_message(&mut self, silence: Duration) {
        loop {
            let ends = self.bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.bytes.drain(..ends);
            let line_end = self.bytes.iter().position(|&byte| byte == b'\n');
            let line = self.bytes.get(..line_end.unwrap_or(self.bytes.len())).unwrap_or_default();
            let late = self.cut_early && self.expected == Expected::Requests && is_header(line);
            match line_end {
                Some(end) if late => drop(self.bytes.drain(..=end)),
                None if late && silence >= LONG_SILENCE => self.bytes.clear(),
                Some(_) | None => return,
            }
        }
    }

    fn end_of_message(&self, silence: Duration) -> Option<usize> {
        let all = Some(self.bytes.len());
        if silence >= LONG_SILENCE && silence >= self.long_silence() {
            return self.next_start(self.bytes.len()).or(all);
        }
        if !self.is_message() {
            return self.next_start(self.bytes.len()).or_else(|| description_end(&self.bytes));
        }
        let empty_line = empty_line(&self.bytes);
        // If many short messages wait, do not search all of them for the end of each.
        let until = empty_line.map_or(self.bytes.len(), |end| end + 1);
        if let Some(start) = self.next_start(until) {
            return Some(start);
        }
        if let Some(end) = empty_line {
            let end = end.saturating_add(content_length(&self.bytes, end).unwrap_or(0));
            return (end <= self.bytes.len()).then_some(end);
        }
        let ended =
            self.bytes.ends_with(b"\n") || silence >= SHORT_SILENCE && !self.is_within_typed_line();
        if ended && self.is_whole() { all } else { None }
    }

    /// A client also gets descriptions without a status line; these have rules of their own.
    fn is_message(&self) -> bool {
        match self.expected {
            Expected::Requests => true,
            Expected::Replies => {
                self.bytes.starts_with(b"RTSP/")
                    || self.bytes.iter().take_while(|byte| byte.is_ascii_digit()).count() == 3
            }
        }
    }

    fn is_whole(&self) -> bool {
        let text = String::from_utf8_lossy(&self.bytes);
        match self.expected {
            Expected::Requests => Request::is_whole(&text),
            Expected::Replies => Reply::is_whole(&text),
        }
    }

    /// Where another message begins after the one at the front, and before `until`.
    fn next_start(&self, until: usize) -> Option<usize> {
        let bytes = self.bytes.as_slice();
        // The first line is the present message's own, as far as its version.
        let first = position(bytes, 1, |at| at.starts_with(b"RTSP/") || at.starts_with(b"\n"));
        let from = match self.expected {
            Expected::Requests => first?,
            Expected::Replies => 1,
        };
        if self.expected == Expected::Requests {
            // A cheap test that nearly always settles it: there is no second request line.
            position(bytes, from, |at| at.starts_with(b" RTSP/"))?;
        }
        let is_start = |at: &[u8]| match self.expected {
            Expected::Requests => is_request_line(at),
            Expected::Replies => is_status_line(at) || at.starts_with(b"\nSession Description:"),
        };
        (from..until.min(bytes.len())).find(|&at| bytes.get(at..).is_some_and(is_start))
    }
}

/// A known method, then its line's `RTSP/`.
fn is_request_line(bytes: &[u8]) -> bool {
    Method::ALL.iter().any(|method| {
        bytes.strip_prefix(method.name().as_bytes()).is_some_and(|rest| {
            let line = rest.split(|&byte| byte == b'\n').next().unwrap_or_default();
            line.starts_with(b" ") && position(line, 0, |at| at.starts_with(b" RTSP/")).is_some()
        })
    })
}

/// `RTSP/` and a digit, wherever it stands: no header of a reply contains it.
fn is_status_line(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"RTSP/") else { return false };
    let version = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    // The end of a request's first line, which some servers send back, is no status line.
    version > 0 && rest.get(version).is_none_or(|&byte| byte == b' ')
}

/// Where the first packet of a JPEG begins, alone or after the four bytes that announce it (RFC 2326
/// section 10.12): no text has these bytes.
fn rtp(bytes: &[u8]) -> Option<usize> {
    let is_announced = |at: &[u8]| matches!(at, [b'$', _, _, _, 0x80, 0x1A | 0x9A, ..]);
    position(bytes, 0, |at| is_announced(at) || matches!(at, [0x80, 0x1A | 0x9A, ..]))
}

/// `Name: value`, and not the first line of a request.
fn is_header(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let (name, _) = header(&line);
    !name.is_empty()
        && line.get(name.len()..).is_some_and(|rest| rest.starts_with(':'))
        && !line.contains("RTSP/")
}

/// The end of a description that states its length; free text has none and ends in silence.
fn description_end(bytes: &[u8]) -> Option<usize> {
    let body = position(bytes, 0, |at| at.starts_with(b"\nv="))? + 1;
    let end = body.checked_add(content_length(bytes, body)?)?;
    (end <= bytes.len()).then_some(end)
}

/// No message ends within the most bytes that one may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The number of bytes.
    pub limit: usize,
}

impl fmt::Display for TooLong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "find the end of a message: no end within {} bytes", self.limit)
    }
}

impl std::error::Error for TooLong {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);

    const REQUESTS: [&str; 5] = [
        "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008",
        "PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nSession: 571600",
        "PAUSE movie.Mjpeg RTSP/1.0\nCSeq: 3\nSession: 571600",
        "DESCRIBE movie.Mjpeg RTSP/1.0\nCSeq: 4\nSession: 571600",
        "TEARDOWN movie.Mjpeg RTSP/1.0\nCSeq: 5\nSession: 571600",
    ];
    const REPLIES: [&str; 3] = [
        "RTSP/1.0 200 OK\nCSeq: 1\nSession: 571600",
        "RTSP/1.0 404 File Not Found\nCSeq: 1\nSession: 0",
        "RTSP/1.0 500 Connection Error\nCSeq: 2\nSession: 571600",
    ];
    const DESCRIPTION: &str = "\nSession Description: \n\nContent-Base: movie.Mjpeg\r\n\
        Content-Type: application/sdp\r\nContent-Length: 90\r\n\
        v=0\r\nm=video 2048 RTP/AVP 26\r\na=control:streamid=791629\r\n\
        a=mimetype:string;\"video/MJPEG\"\r\n";

    /// Feeds the parts a millisecond apart and takes what comes out, then lets silence fall.
    fn feed(mut inbox: Inbox, parts: &[&[u8]]) -> Vec<String> {
        let (mut now, mut messages) = (Duration::ZERO, Vec::new());
        for part in parts {
            now += MS;
            inbox.push(part, now);
            while let Some(message) = inbox.next(now).unwrap() {
                messages.push(message);
            }
        }
        now += LONG_SILENCE;
        while let Some(message) = inbox.next(now).unwrap() {
            messages.push(message);
        }
        assert_eq!(inbox.patience(now), None, "nothing is left over");
        messages
    }

    fn parsed(messages: &[String]) -> Vec<Request> {
        messages.iter().map(|message| Request::parse(message).unwrap()).collect()
    }

    /// The ways in which programs end a message.
    fn endings(message: &str) -> [String; 5] {
        let crlf = message.replace('\n', "\r\n");
        [
            message.to_owned(),
            format!("{message}\n"),
            format!("{message}\n\n"),
            format!("{crlf}\r\n"),
            format!("{crlf}\r\n\r\n"),
        ]
    }

    #[test]
    fn a_request_split_at_any_point_is_one_request() {
        for request in REQUESTS {
            for text in endings(request) {
                for split in 0..=text.len() {
                    let (head, tail) = text.as_bytes().split_at(split);
                    let messages = feed(Inbox::of_requests(), &[head, tail]);
                    let expected = [Request::parse(request).unwrap()];
                    assert_eq!(parsed(&messages), expected, "{text:?} split at {split}");
                }
            }
        }
    }

    #[test]
    fn any_two_requests_glued_and_split_at_any_point_are_two() {
        for (one, other) in REQUESTS.into_iter().flat_map(|one| REQUESTS.map(|other| (one, other)))
        {
            let expected = [Request::parse(one).unwrap(), Request::parse(other).unwrap()];
            for text in endings(one)
                .into_iter()
                .flat_map(|one| endings(other).map(|other| one.clone() + &other))
            {
                for split in 0..=text.len() {
                    let (head, tail) = text.as_bytes().split_at(split);
                    let messages = feed(Inbox::of_requests(), &[head, tail]);
                    assert_eq!(parsed(&messages), expected, "{text:?} split at {split}");
                }
            }
        }
    }

    #[test]
    fn a_request_byte_by_byte_is_one_request() {
        for text in REQUESTS.into_iter().flat_map(endings) {
            let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
            assert_eq!(feed(Inbox::of_requests(), &bytes).len(), 1, "{text:?}");
        }
    }

    #[test]
    fn replies_split_and_glued_are_replies() {
        for (one, other) in REPLIES.into_iter().flat_map(|one| REPLIES.map(|other| (one, other))) {
            let expected = [Reply::parse(one).unwrap(), Reply::parse(other).unwrap()];
            for text in endings(one)
                .into_iter()
                .flat_map(|one| endings(other).map(|other| one.clone() + &other))
            {
                for split in 0..=text.len() {
                    let (head, tail) = text.as_bytes().split_at(split);
                    let messages = feed(Inbox::of_replies(), &[head, tail]);
                    let replies: Vec<_> =
                        messages.iter().map(|text| Reply::parse(text).unwrap()).collect();
                    assert_eq!(replies, expected, "{text:?} split at {split}");
                }
            }
        }
    }

    #[test]
    fn reply_and_description_are_told_apart_at_any_split() {
        for reply in endings(REPLIES[0]) {
            let text = format!("{reply}{DESCRIPTION}");
            for split in 0..=text.len() {
                let (head, tail) = text.as_bytes().split_at(split);
                let messages = feed(Inbox::of_replies(), &[head, tail]);
                let [first, second] = messages.as_slice() else {
                    panic!("{messages:?} at {split}")
                };
                assert_eq!(Reply::parse(first), Reply::parse(REPLIES[0]), "split at {split}");
                assert_eq!(second, DESCRIPTION.trim_start(), "split at {split}");
            }
        }
    }

    #[test]
    fn the_next_reply_after_a_description_is_no_part_of_it() {
        let text = format!("{}\n{DESCRIPTION}{}", REPLIES[0], REPLIES[2]);
        let messages = feed(Inbox::of_replies(), &[text.as_bytes()]);
        assert_eq!(messages[1..], [DESCRIPTION.trim_start(), REPLIES[2]]);
    }

    #[test]
    fn our_own_messages_need_no_waiting() {
        let mut inbox = Inbox::of_requests();
        inbox.push(format!("{}\n", REQUESTS[1]).as_bytes(), MS);
        assert!(inbox.next(MS).unwrap().is_some());
        let mut inbox = Inbox::of_replies();
        inbox.push(format!("{}\n", REPLIES[0]).as_bytes(), MS);
        assert!(inbox.next(MS).unwrap().is_some());
    }

    #[test]
    fn a_whole_message_without_line_end_waits_for_the_short_silence() {
        let mut inbox = Inbox::of_requests();
        inbox.push(REQUESTS[0].as_bytes(), MS);
        assert_eq!(inbox.next(SHORT_SILENCE).unwrap(), None);
        assert_eq!(inbox.patience(SHORT_SILENCE), Some(MS));
        assert_eq!(inbox.next(SHORT_SILENCE + MS).unwrap().as_deref(), Some(REQUESTS[0]));
    }

    #[test]
    fn half_a_message_waits_for_the_long_silence_and_is_then_taken_as_it_stands() {
        let mut inbox = Inbox::of_requests();
        inbox.push(b"PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2", MS);
        assert_eq!(inbox.next(LONG_SILENCE).unwrap(), None);
        assert_eq!([LONG_SILENCE, LONG_SILENCE + MS].map(|now| inbox.has_next(now)), [false, true]);
        let message = inbox.next(LONG_SILENCE + MS).unwrap().unwrap();
        assert_eq!(Request::parse(&message).unwrap().session, None);
    }

    #[test]
    fn header_lines_that_come_after_their_request_was_taken_are_dropped() {
        for late in ["Prefer: SD\n", "Prefer: SD\r\nUser-Agent: lab\r\n\r\n", "Prefer: SD"] {
            let request = format!("{}\n", REQUESTS[1]);
            let messages = feed(Inbox::of_requests(), &[request.as_bytes(), late.as_bytes()]);
            assert_eq!(messages, std::slice::from_ref(&request), "{late:?}");
            let glued = format!("{late}{}", REQUESTS[2]);
            if late.ends_with('\n') {
                let messages = feed(Inbox::of_requests(), &[request.as_bytes(), glued.as_bytes()]);
                assert_eq!(messages, [request.as_str(), REQUESTS[2]], "{late:?}");
            }
        }
    }

    #[test]
    fn a_request_of_the_standard_dialect_ends_with_its_empty_line_only() {
        let text = "SETUP rtsp://h/m RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP;client_port=6-7\r\n";
        let mut inbox = Inbox::of_requests();
        inbox.push(text.as_bytes(), MS);
        assert_eq!(inbox.next(SHORT_SILENCE * 2).unwrap(), None);
        inbox.push(b"User-Agent: x\r\n\r\n", MS);
        assert!(inbox.next(MS).unwrap().unwrap().ends_with("User-Agent: x\r\n\r\n"));
    }

    #[test]
    fn a_body_belongs_to_its_message() {
        let text = "PLAY m RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nhello";
        let both = format!("{text}{}\n", REQUESTS[2]);
        let messages = feed(Inbox::of_requests(), &[both.as_bytes()]);
        assert_eq!(messages[0], text);
        assert_eq!(messages.len(), 2);
    }

    #[test]
    fn a_message_without_end_is_an_error_and_as_long_as_allowed_is_none() {
        let mut inbox = Inbox::of_requests();
        inbox.push(&[b'x'; MAX_REQUEST], MS);
        assert_eq!(inbox.next(MS).unwrap(), None);
        inbox.push(b"x", MS);
        assert_eq!(
            inbox.next(MS).unwrap_err().to_string(),
            "find the end of a message: no end within 4096 bytes"
        );
    }

    #[test]
    fn many_short_requests_in_one_read_may_be_longer_than_one() {
        let text = format!("{}\n", REQUESTS[1]).repeat(100);
        assert_eq!(feed(Inbox::of_requests(), &[text.as_bytes()]).len(), 100);
    }

    proptest! {
        #[test]
        fn any_bytes_come_out_or_are_refused_and_nothing_hangs(
            parts in proptest::collection::vec(
                proptest::collection::vec(proptest::sample::select(
                    b"\r\n\n\n: SETUP PLAY a RTSP/1.0CSeq: 1Session: 2v=Content-Length: 9\xFF".to_vec(),
                ), 0..300), 0..5),
            replies in any::<bool>(),
        ) {
            let mut inbox = if replies { Inbox::of_replies() } else { Inbox::of_requests() };
            for (part, now) in parts.iter().zip(1..) {
                inbox.push(part, MS * now);
                while inbox.next(MS * now).unwrap().is_some() {}
            }
            while inbox.next(TYPING_SILENCE * 2).unwrap().is_some() {}
            prop_assert_eq!(inbox.patience(TYPING_SILENCE * 2), None);
        }
    }
}
