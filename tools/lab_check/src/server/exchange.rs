//! A request and what came back, read as leniently as the lab's clients read.

use std::time::{Duration, Instant};

use crate::card::{Came, Evidence};

/// A request and its answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange {
    pub(crate) sent: Vec<u8>,
    pub(crate) came: Vec<u8>,
    /// From the request to the first byte of the answer; the time waited if there was none.
    pub(crate) took: Duration,
    /// When that byte came.
    pub(crate) answered: Option<Instant>,
    /// How many packets had come before the request was sent.
    pub(crate) packets_before: usize,
    /// Whether the connection has ended.
    pub(crate) closed: bool,
}

impl Exchange {
    /// The number in the first line that has one, after the version if there is one.
    pub(crate) fn status(&self) -> Option<u16> {
        let text = self.text();
        let mut words = text.lines().find(|line| !line.trim().is_empty())?.split_whitespace();
        let first = words.next()?;
        let number = if first.starts_with("RTSP/") { words.next()? } else { first };
        number.parse().ok()
    }

    pub(crate) fn is_granted(&self) -> bool {
        self.status() == Some(200)
    }

    /// Whether it was answered with a number that is not 200.
    pub(crate) fn is_refused(&self) -> bool {
        self.status().is_some_and(|status| status != 200)
    }

    /// The value of the header, whatever the case of its name.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.text().lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.came).into_owned()
    }

    /// The request.
    pub(crate) fn sent_text(&self) -> String {
        String::from_utf8_lossy(&self.sent).into_owned()
    }

    /// How many replies came.
    pub(crate) fn replies(&self) -> usize {
        self.text().matches("RTSP/").count()
    }

    /// What came, or words if it was nothing.
    pub(crate) fn as_came(&self) -> Came {
        if !self.came.is_empty() {
            return Came::Bytes(self.came.clone());
        }
        let waited = if self.closed { "the end of the connection after" } else { "nothing for" };
        Came::Words(format!("{waited} {:.1} s", self.took.as_secs_f64()))
    }

    /// The evidence of a failure: the answer is not what was expected.
    pub(crate) fn evidence(&self, expected: &str) -> Evidence {
        let expected = expected.to_owned();
        Evidence { sent: self.sent.clone(), came: self.as_came(), expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(bytes: &[u8]) -> Exchange {
        Exchange { came: bytes.to_vec(), ..Exchange::default() }
    }

    #[test]
    fn a_status_is_found_with_and_without_a_version() {
        for (bytes, status) in [
            (&b"RTSP/1.0 200 OK\nCSeq: 1"[..], Some(200)),
            (b"404 NOT FOUND\r\n", Some(404)),
            (b"\nRTSP/1.4 455\n", Some(455)),
            (b"OK 200", None),
            (b"\xFF\xFE", None),
            (b"", None),
        ] {
            assert_eq!(came(bytes).status(), status, "{bytes:?}");
        }
    }

    #[test]
    fn a_header_is_found_in_any_case() {
        let exchange = came(b"RTSP/1.0 200 OK\r\nCseq: 7\r\nsession:  571600 \r\n");
        assert_eq!(exchange.header("CSeq").as_deref(), Some("7"));
        assert_eq!(exchange.header("Session").as_deref(), Some("571600"));
        assert_eq!(exchange.header("Range"), None);
    }
}
