//! Notices that no packet has come for 2 s although the movie plays.

use std::time::Duration;

use crate::statistics::Reception;

/// What had come before PLAY, and since when packets have been awaited.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Silence {
    /// When PLAY was granted last.
    pub(crate) since: Duration,
    packets: u64,
    malformed: u64,
    strangers: u64,
    is_silent: bool,
    /// The silence is the end of the movie, most likely.
    is_end: bool,
}

/// What a silence that has just begun means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Packets have come since PLAY: the end of the movie, most likely.
    End,
    /// Nothing has come at all.
    NoPackets,
    /// Something has come that is no RTP.
    NoRtp,
    /// Something has come, but not from the server.
    OnlyStrangers,
}

impl Silence {
    /// Notes what has come before a PLAY that is about to be sent.
    pub(crate) const fn before_play(&mut self, reception: &Reception) {
        self.packets = reception.packets;
        self.malformed = reception.malformed;
        self.strangers = reception.strangers;
    }

    /// The movie plays from here on.
    pub(crate) const fn play(&mut self, now: Duration) {
        self.since = now;
        self.is_silent = false;
    }

    /// The movie does not play.
    pub(crate) const fn end(&mut self) {
        self.is_silent = false;
    }

    /// Whether nothing has come for 2 s.
    pub(crate) const fn is_silent(&self) -> bool {
        self.is_silent
    }

    /// Whether that is the end of the movie, most likely.
    pub(crate) const fn is_end(&self) -> bool {
        self.is_silent && self.is_end
    }

    /// Looks at the clock while the movie plays. Returns whether silence has begun or ended and, if
    /// it has begun, what it means.
    pub(crate) fn look(&mut self, reception: &Reception, now: Duration) -> (bool, Option<Cause>) {
        let last = reception.last_arrival.unwrap_or_default();
        let is_silent = now >= last.max(self.since) + DATA_WAIT;
        let changed = is_silent != std::mem::replace(&mut self.is_silent, is_silent);
        let cause = is_silent.then(|| self.cause(reception));
        self.is_end = cause == Some(Cause::End);
        (changed, cause.filter(|_| changed))
    }

    const fn cause(&self, reception: &Reception) -> Cause {
        // Not `!=`: counts can be lower than before PLAY, if the last findings were dropped on
        // their way.
        if reception.packets > self.packets {
            Cause::End
        } else if reception.malformed > self.malformed {
            Cause::NoRtp
        } else if reception.strangers > self.strangers {
            Cause::OnlyStrangers
        } else {
            Cause::NoPackets
        }
    }
}

/// After that time without a packet the user is told.
const DATA_WAIT: Duration = Duration::from_secs(2);
