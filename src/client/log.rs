//! What has happened, for the terminal, the window and the user; and when, by the client's clock.

use std::fmt;
use std::time::{Duration, Instant};

use super::client_event::ClientEvent;
use super::message::Message;

/// Something that happened, and when, counted from the start of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The time.
    pub at: Duration,
    /// What happened.
    pub event: ClientEvent,
}

/// The last entries, and who is told of each.
pub(crate) struct Log {
    clock: Instant,
    report: Box<dyn FnMut(ClientEvent)>,
    entries: Vec<LogEntry>,
    message: Option<Message>,
}

impl Log {
    /// An empty one; `report` is called with what happens from now on.
    pub(crate) fn new(report: impl FnMut(ClientEvent) + 'static) -> Self {
        let (clock, report) = (Instant::now(), Box::new(report));
        Self { clock, report, entries: Vec::new(), message: None }
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

    /// Something has happened at that time, and is known only now; the oldest entry makes room.
    fn report_at(&mut self, at: Duration, event: ClientEvent) {
        if self.entries.len() == MOST {
            self.entries.remove(0);
        }
        self.entries.push(LogEntry { at, event: event.clone() });
        (self.report)(event);
    }

    /// A message of the server has come; says when by the client's clock.
    pub(crate) fn received(&mut self, text: &str, arrival: Instant) -> Duration {
        let at = arrival.saturating_duration_since(self.clock);
        self.report_at(at, ClientEvent::Received(text.to_owned()));
        at
    }

    /// The message that came last means nothing here; why, in words.
    pub(crate) fn ignore(&mut self, why: String) {
        self.report(ClientEvent::Ignored(why));
    }

    /// Tells the user something, which stays until it is dismissed or another takes its place.
    pub(crate) fn tell(&mut self, message: Message) {
        self.report(ClientEvent::Told(message.clone()));
        self.message = Some(message);
    }

    /// What the user should know.
    pub(crate) const fn message(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    /// The user has read it, or it is true no more.
    pub(crate) fn dismiss(&mut self) {
        self.message = None;
    }

    /// What has happened last, the oldest first.
    pub(crate) fn entries(&self) -> &[LogEntry] {
        &self.entries
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Log").field("entries", &self.entries).finish_non_exhaustive()
    }
}

/// More than any screen has room for.
const MOST: usize = 64;
