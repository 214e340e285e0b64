//! The last requests and replies, for whoever wants to see them beside the movie.

use std::time::Duration;

use super::ClientEvent;

/// Something that happened, and when, counted from the start of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The time.
    pub at: Duration,
    /// What happened.
    pub event: ClientEvent,
}

/// The last entries.
#[derive(Debug, Default)]
pub(super) struct RtspLog(Vec<LogEntry>);

impl RtspLog {
    /// Notes what happened; the oldest entry makes room.
    pub(super) fn push(&mut self, at: Duration, event: ClientEvent) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(LogEntry { at, event });
    }

    /// The entries, the oldest first.
    pub(super) fn entries(&self) -> &[LogEntry] {
        &self.0
    }
}

/// More than any screen has room for.
const MOST: usize = 64;
