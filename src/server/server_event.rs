//! What a server tells of itself: the transcript that Python prints.

use std::fmt::{self, Write};
use std::io;
use std::net::SocketAddr;

use crate::rtsp::header::is_tricky;
use crate::trace::{Event, Trace};

/// One thing that happened. Its text is what the report's figures 11 and 14 to 18 show, every line
/// with the client before it, so that several clients can be told apart.
#[derive(Debug)]
pub enum ServerEvent {
    /// A client has connected.
    Connected {
        /// The client.
        peer: SocketAddr,
    },
    /// A message has come. Python: `print("Data received:\n" + data)`.
    Request {
        /// The client.
        peer: SocketAddr,
        /// The message as it came.
        text: String,
    },
    /// The request is being granted. Python: `print("processing SETUP\n")`.
    Processing {
        /// The client.
        peer: SocketAddr,
        /// What it asked for.
        method: &'static str,
    },
    /// The request was refused.
    Refused {
        /// The client.
        peer: SocketAddr,
        /// The answer.
        status: String,
        /// Why, in words.
        why: String,
    },
    /// A reply or a description was sent.
    Sent {
        /// The client.
        peer: SocketAddr,
        /// The message as it went.
        text: String,
    },
    /// A request is odd, and served all the same: for who writes the client.
    Note {
        /// The client.
        peer: SocketAddr,
        /// What, in words.
        text: String,
    },
    /// Something is wrong with the movie or the way to the client; the session goes on.
    Warning {
        /// The client.
        peer: SocketAddr,
        /// What, in words.
        what: String,
    },
    /// A frame was left out because the system sends no datagram of its size.
    TooLarge {
        /// The client.
        peer: SocketAddr,
        /// What happened, and what helps, in words.
        what: String,
        /// The size in bytes of the largest datagram that the system sends.
        limit: usize,
    },
    /// Something was done to packets on purpose.
    Network {
        /// The client.
        peer: SocketAddr,
        /// What, in words.
        text: String,
    },
    /// A receiver has reported how packets reach it.
    Report {
        /// The client.
        peer: SocketAddr,
        /// What it says.
        text: String,
    },
    /// The connection has ended, and with it everything that belonged to it.
    Closed {
        /// The client.
        peer: SocketAddr,
        /// Why, in words.
        why: String,
    },
    /// The system is short of something that the server needs.
    Trouble {
        /// What it could not do.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
}

impl ServerEvent {
    /// Tells it to who looks on. What is sent, what becomes of packets and where connections lead is told by
    /// those who know more of it.
    pub(super) fn trace(&self, trace: &Trace) {
        if !trace.is_on() {
            return;
        }
        let trace = self.peer().map_or_else(|| trace.of_server(), |peer| trace.of_client(peer));
        let told = |level, message: String| trace.tell(|| Event::Told { level, message });
        match self {
            Self::Request { text, .. } => {
                trace.tell(|| Event::Message { is_sent: false, text: text.clone() });
            }
            Self::Closed { why, .. } => {
                trace.tell(|| Event::Closed { by: ended_by(why), why: why.clone() });
            }
            Self::Refused { status, why, .. } => told("loglevel:info", format!("{status}: {why}")),
            Self::Note { text, .. } => told("loglevel:info", text.clone()),
            Self::Warning { what, .. } | Self::TooLarge { what, .. } => {
                told("loglevel:warning", what.clone());
            }
            Self::Trouble { .. } => told("loglevel:error", self.to_string()),
            Self::Connected { .. }
            | Self::Sent { .. }
            | Self::Processing { .. }
            | Self::Network { .. }
            | Self::Report { .. } => {}
        }
    }

    /// The client that it is about.
    pub(super) const fn peer(&self) -> Option<SocketAddr> {
        match self {
            Self::Connected { peer }
            | Self::Request { peer, .. }
            | Self::Processing { peer, .. }
            | Self::Refused { peer, .. }
            | Self::Sent { peer, .. }
            | Self::Note { peer, .. }
            | Self::Warning { peer, .. }
            | Self::TooLarge { peer, .. }
            | Self::Network { peer, .. }
            | Self::Report { peer, .. }
            | Self::Closed { peer, .. } => Some(*peer),
            Self::Trouble { .. } => None,
        }
    }
}

impl fmt::Display for ServerEvent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected { peer } => prefixed(out, peer, "connected"),
            Self::Request { peer, text } => {
                prefixed(out, peer, "Data received:")?;
                out.write_str("\n")?;
                prefixed(out, peer, text)
            }
            Self::Processing { peer, method } => {
                prefixed(out, peer, &format!("processing {method}"))
            }
            Self::Refused { peer, status, why } => {
                prefixed(out, peer, &format!("answered {status}: {why}"))
            }
            Self::Sent { peer, text } => {
                prefixed(out, peer, "Data sent:")?;
                out.write_str("\n")?;
                prefixed(out, peer, text)
            }
            Self::Warning { peer, what } | Self::TooLarge { peer, what, .. } => {
                prefixed(out, peer, &format!("warning: {what}"))
            }
            Self::Note { peer, text } => prefixed(out, peer, &format!("note: {text}")),
            Self::Network { peer, text } => prefixed(out, peer, &format!("network: {text}")),
            Self::Report { peer, text } => prefixed(out, peer, &format!("report: {text}")),
            Self::Closed { peer, why } => prefixed(out, peer, &format!("closed: {why}")),
            Self::Trouble { what, source } => write!(out, "could not {what}: {source}"),
        }
    }
}

/// Who has ended a connection, by the words of its end.
fn ended_by(why: &str) -> &'static str {
    match why {
        "the client has closed the connection" => "client",
        "the server stops" => "server",
        _ => "error",
    }
}

/// Each line of the text, without characters that a terminal would act upon. A flood is cut short:
/// its beginning shows what it is.
fn prefixed(out: &mut fmt::Formatter<'_>, peer: &SocketAddr, text: &str) -> fmt::Result {
    let mut lines = text.trim_end().lines();
    for (index, line) in lines.by_ref().take(MOST_LINES).enumerate() {
        let end = if index == 0 { "" } else { "\n" };
        write!(out, "{end}[{peer}] ")?;
        let mut letters = line.chars();
        for letter in letters.by_ref().take(MOST_LETTERS) {
            out.write_char(if is_tricky(letter) { '\u{FFFD}' } else { letter })?;
        }
        match letters.as_str().len() {
            0 => {}
            more => write!(out, " ({more} bytes more)")?,
        }
    }
    match lines.count() {
        0 => Ok(()),
        more => write!(out, "\n[{peer}] ({more} lines more)"),
    }
}

/// The most lines of one message that are shown.
const MOST_LINES: usize = 64;
/// The most characters of one line that are shown.
const MOST_LETTERS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_reads_as_in_the_reports_figure_11() {
        let peer = "127.0.0.1:40000".parse().unwrap();
        let text = "SETUP movie.Mjpeg RTSP/1.0\r\nCSeq: 1\n".to_owned();
        assert_eq!(
            ServerEvent::Request { peer, text }.to_string(),
            "[127.0.0.1:40000] Data received:\n\
             [127.0.0.1:40000] SETUP movie.Mjpeg RTSP/1.0\n\
             [127.0.0.1:40000] CSeq: 1"
        );
        let processing = ServerEvent::Processing { peer, method: "SETUP" };
        assert_eq!(processing.to_string(), "[127.0.0.1:40000] processing SETUP");
    }

    #[test]
    fn a_flood_is_cut_short() {
        let peer = "127.0.0.1:40000".parse().unwrap();
        let text = format!("{}\n", "x".repeat(1003)) + &"\u{e9}\n".repeat(100);
        let shown = ServerEvent::Warning { peer, what: text }.to_string();
        let lines: Vec<_> = shown.lines().collect();
        assert!(lines[0].ends_with("xxx (12 bytes more)"), "{}", lines[0]);
        assert_eq!(lines.len(), 65);
        assert_eq!(lines[64], "[127.0.0.1:40000] (37 lines more)");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let peer = "127.0.0.1:40000".parse().unwrap();
        let text = "\u{1b}[2J\u{202E}".to_owned();
        let shown = ServerEvent::Request { peer, text }.to_string();
        assert!(shown.ends_with("\u{FFFD}[2J\u{FFFD}"), "{shown:?}");
    }
}
