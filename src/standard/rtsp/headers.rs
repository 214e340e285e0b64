//! The header lines of a message (RFC 2326 sections 4.2 and 12).
//!
//! ```
//! use rtsp_lab::standard::rtsp::Headers;
//!
//! let lines = "Cseq: 2\r\nTransport: RTP/AVP;unicast;\r\n client_port=6-7\r\n".lines();
//! let headers = Headers::read(lines)?;
//! assert_eq!(headers.get("CSeq"), Some("2"));
//! assert_eq!(headers.get("transport"), Some("RTP/AVP;unicast; client_port=6-7"));
//! # Ok::<(), rtsp_lab::standard::rtsp::TooManyHeaders>(())
//! ```

use std::fmt;

/// Names and values, in the order of their lines. They contain no line ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No lines yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Reads the lines after the first of a message. A line that begins with a space continues the
    /// one before (section 4.2: as in HTTP); a line without a colon is skipped.
    ///
    /// # Errors
    /// There are more than [`MAX_HEADERS`].
    pub fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Self, TooManyHeaders> {
        let mut headers = Self::new();
        for line in lines {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.0.last_mut() {
                    go_on(value, &one_line(line));
                }
            } else if let Some((name, value)) = line.split_once(':') {
                let name = one_line(name);
                if !name.is_empty() {
                    headers.0.push((name, one_line(value)));
                }
            }
            if headers.0.len() > MAX_HEADERS {
                return Err(TooManyHeaders);
            }
        }
        Ok(headers)
    }

    /// The first value under that name, in whatever case it is written (VLC: `Cseq`).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value under that name: a client may write a list as several lines.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let found = self.0.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The values under that name as one list with commas (section 4.2), empty if there is none.
    pub fn list(&self, name: &str) -> String {
        self.all(name).collect::<Vec<_>>().join(", ")
    }

    /// Adds a line. Line ends in the value become spaces: they would begin another header.
    pub fn push(&mut self, name: &'static str, value: impl fmt::Display) {
        self.0.push((name.to_owned(), one_line(&value.to_string())));
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Takes the lines with that name out; the first one's value.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let value = self.get(name).map(str::to_owned);
        self.0.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        value
    }
}

/// Each as a line that ends in CRLF.
impl fmt::Display for Headers {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|(name, value)| write!(out, "{name}: {value}\r\n"))
    }
}

/// Appends a continuation line. Nothing is read twice, because there may be thousands of such
/// lines.
fn go_on(value: &mut String, more: &str) {
    if !value.is_empty() && !more.is_empty() {
        value.push(' ');
    }
    value.push_str(more);
}

/// The text as a line may contain it: control characters become spaces, and its ends are trimmed.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ").trim().to_owned()
}

/// The message has more than [`MAX_HEADERS`] header lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyHeaders;

impl fmt::Display for TooManyHeaders {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "read headers: expected at most {MAX_HEADERS}, found more")
    }
}

impl std::error::Error for TooManyHeaders {}

/// The most header lines that a message may have.
pub const MAX_HEADERS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Headers {
        Headers::read(text.lines()).unwrap()
    }

    #[test]
    fn names_are_found_in_any_case_and_the_first_counts() {
        let headers = read("Cseq: 1\nCSEQ : 2\nServer:VLC/3.0.24\n");
        assert_eq!(headers.get("CSeq"), Some("1"));
        assert_eq!(headers.get("server"), Some("VLC/3.0.24"));
        assert_eq!(headers.get("Session"), None);
    }

    #[test]
    fn several_lines_of_one_name_are_a_list() {
        let headers = read("Transport: RTP/AVP;unicast\ntransport: RTP/AVP/TCP, RAW/RAW/UDP\n");
        assert_eq!(headers.list("Transport"), "RTP/AVP;unicast, RTP/AVP/TCP, RAW/RAW/UDP");
        assert_eq!(headers.list("Range"), "");
    }

    #[test]
    fn folded_lines_are_one_and_what_is_no_header_is_skipped() {
        let headers = read("  lost\nnothing here\nA: b\n\tc:d\n \n  e  \nF:\n g\n");
        let lines: Vec<_> = headers.iter().collect();
        assert_eq!(lines, [("A", "b c:d e"), ("F", "g")]);
    }

    #[test]
    fn a_line_end_in_a_value_begins_no_header() {
        let mut headers = Headers::new();
        headers.push("Content-Base", "rtsp://h/x\r\nSession: 1");
        assert_eq!(headers.to_string(), "Content-Base: rtsp://h/x  Session: 1\r\n");
    }

    #[test]
    fn too_many_are_refused() {
        let line = "A: b\n";
        assert_eq!(read(&line.repeat(MAX_HEADERS)).iter().count(), MAX_HEADERS);
        let more = line.repeat(MAX_HEADERS + 1);
        assert_eq!(Headers::read(more.lines()), Err(TooManyHeaders));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            lines in proptest::collection::vec(("[A-Za-z-]{1,12}", "\\PC{0,30}"), 0..10),
        ) {
            let lines = lines.into_iter().map(|(name, value)| (name, one_line(&value)));
            let headers = Headers(lines.collect());
            prop_assert_eq!(read(&headers.to_string()), headers);
        }

        #[test]
        fn any_text_is_read_and_can_be_written(text in "([A-Za-z: \t\r]|\\PC|\n){0,200}") {
            if let Ok(headers) = Headers::read(text.lines()) {
                prop_assert_eq!(read(&headers.to_string()), headers);
            }
        }
    }
}
