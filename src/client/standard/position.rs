//! Where in the film we are, and how to get elsewhere.

use std::time::Duration;

use super::Standard;
use crate::client::Client;
use crate::rtsp::{Method, State};
use crate::statistics::{Reception, step_between};

/// Where the film stands: where it stood at the last PLAY, and the timestamps since.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Position {
    /// Where the last PLAY began, or is to begin.
    start: Duration,
    /// The RTP timestamp of that place, if the server has told it.
    timestamp: Option<u32>,
    /// Which PLAY that was; `None` while the film stands.
    run: Option<u32>,
    /// How fast timestamps run.
    pub(super) clock_hz: u32,
}

/// To where the arrow keys lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seek {
    /// Ten seconds back.
    Back,
    /// Ten seconds on.
    Forward,
}

impl Position {
    /// The film stands there until more is known.
    pub(super) const fn begin_at(&mut self, start: Duration) {
        self.start = start;
        self.timestamp = None;
    }

    /// The server plays from there.
    pub(super) fn granted(&mut self, start: Option<Duration>, timestamp: Option<u32>) {
        self.start = start.unwrap_or(self.start);
        self.timestamp = timestamp;
    }

    /// Where the last packet belongs.
    fn now(&self, reception: &Reception) -> Duration {
        let of_this_run = reception.timestamps.filter(|_| self.run == Some(reception.runs));
        let Some(timestamps) = of_this_run else { return self.start };
        // Some servers tell a timestamp that has nothing to do with their packets.
        let lead = self.timestamp.map_or(0, |told| step_between(told, timestamps.first));
        let is_likely = lead.unsigned_abs() <= u64::from(self.clock_hz) * MOST_LEAD_SECONDS;
        let ticks = timestamps.ticks + if is_likely { lead } else { 0 };
        let ticks = u64::try_from(ticks).unwrap_or(0);
        let clock_hz = u64::from(self.clock_hz.max(1));
        let rest = Duration::from_nanos(ticks % clock_hz * 1_000_000_000 / clock_hz);
        self.start.saturating_add(Duration::from_secs(ticks / clock_hz)).saturating_add(rest)
    }
}

impl Standard {
    /// From where to where one can go; `None` if the description does not say it, or of what is live.
    fn range(&self) -> Option<(Duration, Duration)> {
        let range = self.description.as_ref()?.range?;
        Some((range.start()?, range.end()?))
    }
}

impl Client {
    /// Left or right arrow: goes ten seconds back or on, if the description says how long the film
    /// is. While the film plays: PAUSE, then PLAY with a Range.
    pub fn seek_movie(&mut self, direction: Seek) {
        let plays = self.will_play();
        let Some(now) = self.position().filter(|_| self.state != State::Init) else { return };
        let Some(standard) = &mut self.standard else { return };
        let Some((first, last)) = standard.range() else { return };
        let wanted = match direction {
            Seek::Back => now.saturating_sub(SEEK),
            Seek::Forward => now.saturating_add(SEEK),
        };
        standard.begin_at = Some(wanted.min(last.saturating_sub(LAST_PART)).max(first));
        // A PLAY that is still to come takes it along.
        if plays && !self.wishes.contains(&Method::Play) {
            self.pause_movie();
            // Nobody waits if the connection has just ended.
            if self.is_waiting() {
                self.play_movie();
            }
        }
    }

    /// Where the film stands, in the standard dialect.
    pub fn position(&self) -> Option<Duration> {
        let standard = self.standard.as_ref()?;
        let at =
            standard.begin_at.unwrap_or_else(|| standard.position.now(&self.statistics.reception));
        Some(standard.range().map_or(at, |(_, last)| at.min(last)))
    }

    /// How long the film is, if its description says so.
    pub fn length(&self) -> Option<Duration> {
        self.standard.as_ref()?.range().map(|(_, last)| last)
    }

    /// The film stands: where it is now, the next PLAY goes on.
    pub(super) fn hold_position(&mut self) {
        if let Some(standard) = &mut self.standard {
            let now = standard.position.now(&self.statistics.reception);
            standard.position.begin_at(now);
            standard.position.run = None;
        }
    }

    /// PLAY is about to be sent: only what comes from here on tells where the film stands.
    pub(in crate::client) fn begin_run(&mut self, reception: &Reception) {
        if let Some(standard) = &mut self.standard {
            standard.position.run = Some(reception.runs);
            self.statistics.receive(reception.clone());
        }
    }
}

/// How far an arrow key leads.
const SEEK: Duration = Duration::from_secs(10);
/// What is left to be seen after a step behind the end.
const LAST_PART: Duration = Duration::from_secs(1);
/// A first packet so far from the timestamp of RTP-Info has another one.
const MOST_LEAD_SECONDS: u64 = 10;
