//! What a client tells of itself: the transcript that Python prints.

use std::fmt;
use std::net::SocketAddr;

use super::Message;

/// One thing that happened; its text is what the report's figures 10, 13, 15 and 17 show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// The server has been reached.
    Connected(SocketAddr),
    /// A request has gone out. Python: `print('\nData sent:\n' + request)`.
    Sent(String),
    /// A message has come.
    Received(String),
    /// The message that came last means nothing here; why, in words.
    Ignored(String),
    /// What the user is told.
    Told(Message),
}

impl fmt::Display for ClientEvent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected(address) => write!(out, "connected to {address}"),
            Self::Sent(text) => write!(out, "Data sent:\n{}", printable(text)),
            Self::Received(text) => write!(out, "Data received:\n{}", printable(text)),
            Self::Ignored(why) => write!(out, "ignored: {why}"),
            Self::Told(message) => write!(out, "{}", printable(&message.to_string())),
        }
    }
}

/// Without what could play tricks with a terminal.
fn printable(text: &str) -> String {
    let lines = text.trim_end().lines();
    let clean = lines.map(|line| line.replace(|c: char| c.is_control() && c != '\t', "\u{FFFD}"));
    clean.collect::<Vec<_>>().join("\n")
}
