//! Where in the movie we are, and how to get elsewhere.

use std::time::Duration;

use crate::client::player::Seek;
use crate::standard::rtsp::npt::NptRange;
use crate::standard::rtsp::{Headers, RtpInfo, RtspUrl};
use crate::statistics::{Reception, step_between};

/// Where the movie is: where it was at the last PLAY, and the timestamps since.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Position {
    /// Where the last PLAY began, or is to begin.
    start: Duration,
    /// The RTP timestamp of that place, if the server has given it.
    timestamp: Option<u32>,
    /// Which PLAY that was; `None` while the movie does not play.
    run: Option<u32>,
    /// Where the next PLAY is to begin, if not where the movie is.
    begin_at: Option<Duration>,
    /// How fast timestamps run.
    clock_hz: u32,
}

impl Position {
    /// Begins a session. The first PLAY always says where to begin, even if that is the beginning.
    pub(super) fn begin_session(&mut self, clock_hz: u32) {
        self.clock_hz = clock_hz;
        self.begin_at.get_or_insert_default();
        self.stand_at(Duration::ZERO);
    }

    /// Sets where the next PLAY is to begin; `None` is where the movie is.
    pub(super) const fn set_next(&mut self, begin_at: Option<Duration>) {
        self.begin_at = begin_at;
    }

    /// For a PLAY that is being sent: where it is to begin, if not where the movie is.
    pub(super) fn take_next(&mut self) -> Option<Duration> {
        let start = self.begin_at.take()?;
        self.stand_at(start);
        Some(start)
    }

    /// PLAY is about to be sent: from now on only packets of that run tell where the movie is.
    pub(super) const fn begin_run(&mut self, run: u32) {
        self.run = Some(run);
    }

    /// The server plays, from the place that its reply to PLAY gives.
    pub(super) fn granted(&mut self, reply: &Headers, track: &RtspUrl) {
        let range = reply.get("Range").and_then(|range| NptRange::parse(range).ok());
        let tracks = RtpInfo::parse_list(&reply.list("RTP-Info"));
        self.start = range.and_then(|range| range.start()).unwrap_or(self.start);
        self.timestamp = RtpInfo::of_track(&tracks, track).and_then(|info| info.timestamp);
    }

    /// The movie has stopped: the next PLAY goes on from where it is now.
    pub(super) fn hold(&mut self, reception: &Reception) {
        self.stand_at(self.of_last_packet(reception));
        self.run = None;
    }

    /// Where the movie is, or will be from the next PLAY on.
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
        // Some servers give a timestamp that has nothing to do with their packets.
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
        Seek::Start => first,
    };
    wanted.min(last.saturating_sub(LAST_PART)).max(first)
}

/// Where a place lies in a movie from `first` to `last`: one that goes on after its end has begun anew.
pub(super) fn within(place: Duration, (first, last): (Duration, Duration)) -> Duration {
    let length = last.saturating_sub(first).as_nanos();
    let beyond = place.saturating_sub(first).as_nanos();
    if place < last || length == 0 {
        return place.min(last);
    }
    u64::try_from(beyond % length).map_or(last, |rest| first + Duration::from_nanos(rest))
}

/// The value of `Range` from `start` on, with three decimals, as every player writes it.
pub(super) fn range_from(start: Duration) -> String {
    format!("npt={:.3}-", start.as_secs_f64())
}

/// How far an arrow key leads.
const SEEK: Duration = Duration::from_secs(10);
/// How much of the movie is left to play after a step past its end.
const LAST_PART: Duration = Duration::from_secs(1);
/// If the first packet is this far from the timestamp in RTP-Info, that timestamp is wrong.
const MOST_LEAD_SECONDS: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movie_that_goes_on_after_its_end_has_begun_anew() {
        let ms = Duration::from_millis;
        for (place, (first, last), expected) in [
            (0, (0, 2500), 0),
            (2499, (0, 2500), 2499),
            (2500, (0, 2500), 0),
            (7600, (0, 2500), 100),
            (1700, (1000, 1500), 1200),
            (900, (1000, 1500), 900),
            (900, (0, 0), 0),
            (900, (1000, 500), 500),
        ] {
            assert_eq!(within(ms(place), (ms(first), ms(last))), ms(expected), "{place}");
        }
    }
}
