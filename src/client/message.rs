//! What the client has to say to its user, in plain words. Python: `tkinter.messagebox`.

use std::time::Duration;
use std::{fmt, io};

use super::silence::Cause;
use crate::connection::address;
use crate::datagram;
use crate::rtsp::Method;
use crate::rtsp::reply::CALL_BY_URL;

/// One message: what happened, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How bad it is.
    pub severity: Severity,
    /// What happened, in a few words.
    pub title: String,
    /// More of it, or what to check, in one sentence.
    pub text: String,
}

/// How bad a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The user can fix it here, or there is nothing to fix.
    Warning,
    /// The server, or the way to it, is at fault.
    Error,
}

impl Message {
    pub(crate) fn connection_failed(host: &str, port: u16, error: &io::Error) -> Self {
        let text = if error.kind() == io::ErrorKind::NotFound {
            format!("No computer is named {host}: check the name. ({error})")
        } else {
            format!("Is the server running, and is {} its address? ({error})", address(host, port))
        };
        Self::error("Connection failed".to_owned(), text)
    }

    /// The report's `showwarning('Unable to Bind', 'Unable to bind PORT=%d')`.
    pub(crate) fn unable_to_bind(port: u16, error: &io::Error) -> Self {
        let text = if error.kind() == io::ErrorKind::AddrInUse {
            format!("RTP port {port} is already in use on this computer: choose another one.")
        } else {
            format!("RTP port {port} can't be opened on this computer: {error}.")
        };
        Self::warning(format!("Unable to bind PORT={port}"), text)
    }

    /// The server has said no; `told` is what it says for itself.
    pub(crate) fn refused(
        method: Method,
        (code, reason, told): (u16, &str, Option<String>),
        movie: &str,
    ) -> Self {
        let title = format!("{code} {}", reason.split(": ").next().unwrap_or_default());
        let text = match code {
            300..=399 | 415 if told.is_some() => String::new(),
            404 => format!("The server has no movie named {movie}: check its name and folder."),
            453 => "The server has as many clients as it takes: try again later.".to_owned(),
            454 => "The server does not know this session any more: press Setup again.".to_owned(),
            455 => format!("The server does not accept {method} now: it is in another state."),
            401 => "The server wants a password, which can't be given here.".to_owned(),
            461 => {
                "The server sends RTP neither over UDP nor over TCP to us; is the port below 1024?"
                    .to_owned()
            }
            500 => "The server can't start to send: its console says why.".to_owned(),
            _ => format!("The server has refused {method}."),
        };
        let told = told.filter(|told| !told.is_empty());
        let text = [text].into_iter().filter(|text| !text.is_empty()).chain(told);
        Self::error(title, text.collect::<Vec<_>>().join(" "))
    }

    pub(crate) fn wrong_session(expected: &str, found: &str) -> Self {
        let text = format!("The reply is for session {found}, ours is {expected}: it is ignored.");
        Self::warning("Wrong session".to_owned(), text)
    }

    /// This one, unless it is known what is wrong with the server's replies.
    pub(crate) fn unless_wrong(self, what: Option<String>) -> Self {
        what.map_or(self, |what| Self::error("No reply that can be read".to_owned(), what))
    }

    /// The same when what failed was to play the movie once more.
    pub(crate) fn not_again(self, is_again: bool) -> Self {
        if is_again { Self { title: "Can't play it again".to_owned(), ..self } } else { self }
    }

    /// With one more sentence.
    pub(crate) fn with(self, sentence: Option<&str>) -> Self {
        let text =
            sentence.map_or(self.text.clone(), |sentence| format!("{} {sentence}", self.text));
        Self { text, ..self }
    }

    pub(crate) fn no_reply(method: Method, wait: Duration) -> Self {
        let wait = wait.as_secs();
        let text = format!("The server has not answered {method} within {wait} s: try again.");
        Self::error("No reply".to_owned(), text)
    }

    /// The same of a server that should be of the lab, and may be none.
    pub(crate) fn no_lab_reply(method: Method, wait: Duration) -> Self {
        Self::no_reply(method, wait).with((method == Method::Setup).then_some(CALL_BY_URL))
    }

    /// The same of a server that may be busy with sending.
    pub(crate) fn while_it_sends(self, is_sending: bool) -> Self {
        self.with(is_sending.then_some(
            "Its packets still come: does it read requests while it sends, and stop the sending then?",
        ))
    }

    /// The connection has ended, and the reply to `awaited` has not come.
    pub(crate) fn server_gone(why: &str, awaited: Option<Method>) -> Self {
        let text = match awaited {
            Some(method) => format!(
                "The connection has ended ({why}) and {method} was not answered: \
                 does the server's terminal show an error?"
            ),
            None => format!("The connection has ended ({why}): is the server still running?"),
        };
        Self::error("Server gone".to_owned(), text)
    }

    /// Servers end sessions in which nothing is said for a while.
    pub(crate) fn session_ended(why: &str) -> Self {
        let text = format!(
            "The connection has ended while nothing was played ({why}): \
             Setup and Play begin the movie anew."
        );
        Self::warning("Session ended".to_owned(), text)
    }

    /// What a silence means, if it means anything; RTP is awaited at `place`.
    pub(crate) fn silence(cause: Cause, place: &str) -> Option<Self> {
        match cause {
            Cause::End => None,
            Cause::NoPackets => Some(Self::no_packets(place)),
            Cause::NoRtp => Some(Self::no_rtp(place)),
            Cause::OnlyStrangers => Some(Self::only_strangers(place)),
        }
    }

    fn no_packets(place: &str) -> Self {
        let text = format!("No RTP within 2 s: check {place}, the firewall, the server.");
        Self::warning("No packets".to_owned(), text)
    }

    /// The server inside this program leaves frames out; `limit` is the size in bytes of the
    /// largest datagram that this system sends.
    pub(super) fn too_large(limit: usize) -> Self {
        let cure = datagram::REMEDY.unwrap_or("`server --fragment 1400` sends pieces");
        let text = format!("No datagram above {limit} bytes leaves this system: {cure}.");
        Self::warning("Frames are left out".to_owned(), text)
    }

    fn no_rtp(place: &str) -> Self {
        let text = format!("What comes at {place} is no RTP: check the server's header.");
        Self::warning("No RTP packets".to_owned(), text)
    }

    fn only_strangers(place: &str) -> Self {
        let text = format!(
            "What comes at {place} is not from the server's address. Does the server have several? \
             Call it by the one in the log."
        );
        Self::warning("No RTP from the server".to_owned(), text)
    }

    pub(crate) fn no_thread(error: &io::Error) -> Self {
        Self::error("No thread".to_owned(), format!("The system can't start a thread: {error}."))
    }

    /// A message about something that the user can fix, or that needs no fixing.
    pub(crate) const fn warning(title: String, text: String) -> Self {
        Self { severity: Severity::Warning, title, text }
    }

    /// A message about a fault of the server, or of the way to it.
    pub(crate) const fn error(title: String, text: String) -> Self {
        Self { severity: Severity::Error, title, text }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.title, self.text)
    }
}
