//! What has happened and when (by the client's clock), for the terminal, the window and the user.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::message::Message;
use crate::rtsp::header::is_tricky;

/// One thing that happened; its text is as in figures 10, 13, 15 and 17 of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// The server has been reached.
    Connected(SocketAddr),
    /// A request has gone out. Python: `print('\nData sent:\n' + request)`.
    Sent(String),
    /// A message has come.
    Received(String),
    /// The last message was ignored; why, in words.
    Ignored(String),
    /// What the user is told.
    Told(Message),
    /// What the user was told is true no more; its title.
    TakenBack(String),
    /// What is odd, though the movie plays.
    Noted(String),
}

impl fmt::Display for ClientEvent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected(address) => write!(out, "connected to {address}"),
            Self::Sent(text) => write!(out, "Data sent:\n{}", printable(text)),
            Self::Received(text) => write!(out, "Data received:\n{}", printable(text)),
            Self::Ignored(why) => write!(out, "ignored: {}", printable(why)),
            Self::Told(message) => write!(out, "{}", printable(&message.to_string())),
            Self::TakenBack(title) => write!(out, "taken back: {}", printable(title)),
            Self::Noted(note) => write!(out, "note: {}", printable(note)),
        }
    }
}

/// The text without characters that a terminal would act upon.
fn printable(text: &str) -> String {
    let lines = text.trim_end().lines();
    let clean = lines.map(|line| line.replace(is_tricky, "\u{FFFD}"));
    clean.collect::<Vec<_>>().join("\n")
}

/// Something that happened, and when, counted from the start of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The time.
    pub at: Duration,
    /// What happened.
    pub event: ClientEvent,
}

/// The last entries, and the function that is told of each.
pub(crate) struct Log {
    clock: Instant,
    report: Box<dyn FnMut(ClientEvent)>,
    entries: Vec<LogEntry>,
    forgotten: usize,
    message: Option<Message>,
    limit: Arc<OnceLock<usize>>,
    is_limit_told: bool,
}

impl Log {
    /// An empty one; `report` is called with what happens from now on.
    pub(crate) fn new(report: impl FnMut(ClientEvent) + 'static) -> Self {
        let (clock, report) = (Instant::now(), Box::new(report));
        let (entries, forgotten, limit) = (Vec::new(), 0, Arc::default());
        Self { clock, report, entries, forgotten, message: None, limit, is_limit_told: false }
    }

    /// Where a server inside this program says that it leaves frames out, with the size in bytes of
    /// the largest datagram that the system sends. That explains why packets are missing.
    pub(crate) fn watch(&mut self, limit: Arc<OnceLock<usize>>) {
        self.limit = limit;
    }

    /// Tells the user, once, why a server inside this program leaves frames out, if it does;
    /// returns whether it told.
    pub(crate) fn tell_limit(&mut self) -> bool {
        let Some(limit) = self.limit.get().filter(|_| !self.is_limit_told) else { return false };
        let message = Message::too_large(*limit);
        self.is_limit_told = true;
        self.tell(message);
        true
    }

    /// Tells the user that nothing comes, and why, if that is known.
    pub(crate) fn tell_silence(&mut self, message: Message) {
        let message = self.limit.get().map_or(message, |limit| Message::too_large(*limit));
        if self.message.as_ref() != Some(&message) {
            self.tell(message);
        }
    }

    /// What all times are counted from.
    pub(crate) const fn clock(&self) -> Instant {
        self.clock
    }

    /// The time.
    pub(crate) fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Something has happened.
    pub(crate) fn report(&mut self, event: ClientEvent) {
        self.report_at(self.now(), event);
    }

    /// Notes something that happened at that time and is known only now; the oldest entry makes
    /// room.
    fn report_at(&mut self, at: Duration, event: ClientEvent) {
        if self.entries.len() == MOST {
            self.entries.remove(0);
            self.forgotten += 1;
        }
        self.entries.push(LogEntry { at, event: event.clone() });
        (self.report)(event);
    }

    /// Notes a message of the server; returns when it came, by the client's clock.
    pub(crate) fn received(&mut self, text: &str, arrival: Instant) -> Duration {
        let at = arrival.saturating_duration_since(self.clock);
        self.report_at(at, ClientEvent::Received(text.to_owned()));
        at
    }

    /// Notes that the last message was ignored; why, in words.
    pub(crate) fn ignore(&mut self, why: String) {
        self.report(ClientEvent::Ignored(why));
    }

    /// What is odd, though it does no harm.
    pub(crate) fn note(&mut self, what: Option<String>) {
        if let Some(what) = what {
            self.report(ClientEvent::Noted(what));
        }
    }

    /// Shows the user a message, which stays until it is dismissed or another takes its place.
    pub(crate) fn tell(&mut self, message: Message) {
        self.report(ClientEvent::Told(message.clone()));
        self.message = Some(message);
    }

    /// What was told is true no more.
    pub(crate) fn take_back(&mut self, message: &Message) {
        self.report(ClientEvent::TakenBack(message.title.clone()));
        self.message.take_if(|told| told == message);
    }

    /// What the user should know.
    pub(crate) const fn message(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    /// Takes the message away: the user has read it, or it is no longer true.
    pub(crate) fn dismiss(&mut self) {
        self.message = None;
    }

    /// What has happened last, the oldest first.
    pub(crate) fn entries(&self) -> &[LogEntry] {
        &self.entries
    }

    /// How many there were before those.
    pub(crate) const fn forgotten(&self) -> usize {
        self.forgotten
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Log").field("entries", &self.entries).finish_non_exhaustive()
    }
}

/// As many as anybody scrolls through.
const MOST: usize = 500;
