//! Where in the movie we are, and how to get elsewhere.

use std::time::Duration;

use crate::client::player::Seek;
use crate::standard::rtsp::npt::NptRange;
use crate::standard::rtsp::{Headers, RtpInfo, RtspUrl};
use crate::statistics::{Reception, step_between};

/// Where the movie stands: where it stood at the last PLAY, and the timestamps since.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Position {
    /// Where the last PLAY began, or is to begin.
    start: Duration,
    /// The RTP timestamp of that place, if the server has told it.
    timestamp: Option<u32>,
    /// Which PLAY that was; `None` while the movie stands.
    run: Option<u32>,
    /// Where the next PLAY is to begin, if not where the movie stands.
    begin_at: Option<Duration>,
    /// How fast timestamps run.
    clock_hz: u32,
}

impl Position {
    /// A session begins. The first PLAY says from where, be it the beginning.
    pub(super) fn begin_session(&mut self, clock_hz: u32) {
        self.clock_hz = clock_hz;
        self.begin_at.get_or_insert_default();
        self.stand_at(Duration::ZERO);
    }

    /// The next PLAY is to begin there, or where the movie stands.
    pub(super) const fn set_next(&mut self, begin_at: Option<Duration>) {
        self.begin_at = begin_at;
    }

    /// PLAY is being sent: where it is to begin, if not where the movie stands.
    pub(super) fn take_next(&mut self) -> Option<Duration> {
        let start = self.begin_at.take()?;
        self.stand_at(start);
        Some(start)
    }

    /// PLAY is about to be sent: only the packets of that run tell where the movie stands.
    pub(super) const fn begin_run(&mut self, run: u32) {
        self.run = Some(run);
    }

    /// The server plays, from where the reply to PLAY says.
    pub(super) fn granted(&mut self, reply: &Headers, track: &RtspUrl) {
        let range = reply.get("Range").and_then(|range| NptRange::parse(range).ok());
        let tracks = RtpInfo::parse_list(&reply.list("RTP-Info"));
        self.start = range.and_then(|range| range.start()).unwrap_or(self.start);
        self.timestamp = RtpInfo::of_track(&tracks, track).and_then(|info| info.timestamp);
    }

    /// The movie stands: where it is now, the next PLAY goes on.
    pub(super) fn hold(&mut self, reception: &Reception) {
        self.stand_at(self.of_last_packet(reception));
        self.run = None;
    }

    /// Where the movie stands, or will from the next PLAY on.
    pub(super) fn now(&self, reception: &Reception) -> Duration {
        self.begin_at.unwrap_or_else(|| self.of_last_packet(reception))
    }

    const fn stand_at(&mut self, start: Duration) {
        self.start = start;
        self.timestamp = None;
    }

    /// Where the last packet belongs.
    fn of_last_packet(&self, reception: &Reception) -> Duration {
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

/// Where an arrow key leads from `now`, in a movie from `first` to `last`.
pub(super) fn sought(now: Duration, seek: Seek, (first, last): (Duration, Duration)) -> Duration {
    let wanted = match seek {
        Seek::Back => now.saturating_sub(SEEK),
        Seek::Forward => now.saturating_add(SEEK),
    };
    wanted.min(last.saturating_sub(LAST_PART)).max(first)
}

/// The value of `Range` from `start` on, with three decimals, as every player writes it.
pub(super) fn range_from(start: Duration) -> String {
    format!("npt={:.3}-", start.as_secs_f64())
}

/// How far an arrow key leads.
const SEEK: Duration = Duration::from_secs(10);
/// What is left to be seen after a step past the end.
const LAST_PART: Duration = Duration::from_secs(1);
/// A first packet so far from the timestamp of RTP-Info has another one.
const MOST_LEAD_SECONDS: u64 = 10;
