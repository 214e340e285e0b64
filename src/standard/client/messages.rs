//! Messages to the user that only a client of the standard dialect needs.

use crate::client::message::Message;

/// Nothing comes over UDP.
pub(super) fn tries_tcp(port: u16) -> Message {
    let text = format!("No RTP at UDP port {port}, maybe because of a firewall: trying TCP.");
    Message::warning("No packets over UDP".to_owned(), text)
}

/// The server sends over UDP alone, and the user has asked for TCP alone.
pub(super) fn no_tcp(reason: &str) -> Message {
    let text = "The server does not send RTP over TCP: leave --tcp out.".to_owned();
    Message::error(format!("461 {reason}"), text)
}

/// What may help where the server is one of the lab.
pub(super) fn call_by_words(host: &str, port: u16, movie: &str) -> String {
    format!("If it is a server of the lab, call it so: client_launcher {host} {port} 5008 {movie}")
}

/// There is neither a pair of ports nor a pair of channels.
pub(super) fn no_source(why: &str) -> Message {
    let text = format!("Nothing can be offered in SETUP: {why}.");
    Message::error("No way for RTP".to_owned(), text)
}

/// The answer to DESCRIBE has no movie that can be played.
pub(super) fn unplayable(why: &str) -> Message {
    let text = format!("The description of the movie can't be used: could not {why}.");
    Message::error("Can't be played".to_owned(), text)
}

/// The answer to SETUP has something that was not asked for.
pub(super) fn bad_transport(why: &str) -> Message {
    let text = format!("The reply to SETUP has a transport that can't be used: {why}.");
    Message::error("Bad transport".to_owned(), text)
}

/// Frames come whole but can't be put together or decoded.
pub(super) fn undecodable(why: &str) -> Message {
    Message::warning("Frames are dropped".to_owned(), format!("The client could not {why}."))
}
