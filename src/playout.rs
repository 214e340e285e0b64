//! The playout buffer: frames in as the network brings them, frames out at the movie's rate.
//!
//! It fills up to its target, then gives out each frame when it is due: as long after the first as it
//! stands after it in the movie. If nothing is there for a frame that is due, the buffer has run
//! empty, and fills up again (an underrun). The caller owns the clock.
//!
//! ```
//! use rtsp_lab::playout::{Playout, Target};
//! use std::time::Duration;
//!
//! let at = Duration::from_millis;
//! let mut playout = Playout::default();
//! playout.set_target(Some(Target::Time(at(100))));
//! playout.play();
//! for (frame, media, arrival) in [("first", 0, 60), ("second", 50, 135), ("third", 100, 140)] {
//!     assert_eq!(playout.pop(at(arrival)), None);
//!     assert!(playout.push(frame, at(media), at(arrival)).is_ok());
//! }
//! // Full at 140: the frames stand 50 ms apart again.
//! assert_eq!((playout.pop(at(140)), playout.pop(at(189))), (Some("first"), None));
//! assert_eq!((playout.pop(at(190)), playout.next_due()), (Some("second"), Some(at(240))));
//! ```

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

/// How much a buffer is to hold before it gives anything out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// So much of the movie, from the first frame that waits to the last.
    Time(Duration),
    /// So many frames.
    Frames(usize),
}

impl Target {
    /// Reads `100`, milliseconds, or `30f`, frames; `Some(None)` is `0`: no buffer. `None` if it is
    /// neither, or above the most: 2,000 ms, 40 frames.
    pub fn parse(word: &str) -> Option<Option<Self>> {
        let (digits, of_frames) = word.strip_suffix('f').map_or((word, false), |word| (word, true));
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number: u32 = digits.parse().ok()?;
        let most = if of_frames { MOST_MS / INTERVAL_MS } else { MOST_MS };
        match number {
            0 => Some(None),
            _ if number > most => None,
            _ if of_frames => Some(Some(Self::Frames(usize::try_from(number).ok()?))),
            _ => Some(Some(Self::Time(Duration::from_millis(number.into())))),
        }
    }

    /// 100 ms more, 2,000 at most.
    pub fn one_more(target: Option<Self>) -> Option<Self> {
        let time = target.map_or(Duration::ZERO, |target| target.time(INTERVAL));
        Some(Self::Time((time + STEP).min(MOST)))
    }

    /// 100 ms less; none below that.
    pub fn one_less(target: Option<Self>) -> Option<Self> {
        let time = target?.time(INTERVAL);
        (time > STEP).then(|| Self::Time(time.saturating_sub(STEP)))
    }

    /// The time that it takes to play as much, with a frame each `interval`.
    pub fn time(self, interval: Duration) -> Duration {
        match self {
            Self::Time(time) => time,
            Self::Frames(frames) => {
                interval.saturating_mul(u32::try_from(frames).unwrap_or(u32::MAX))
            }
        }
    }
}

/// `100 ms`, `30 frames`.
impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) => write!(out, "{} ms", time.as_millis()),
            Self::Frames(frames) => write!(out, "{frames} frames"),
        }
    }
}

/// What there is to be seen of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// How much it is to hold.
    pub target: Target,
    /// How much of the movie waits, from the first frame to the last.
    pub level: Duration,
    /// How many frames wait.
    pub frames: usize,
    /// It fills: nothing is given out until it is full.
    pub is_buffering: bool,
    /// How often it ran empty while the movie went on.
    pub underruns: u64,
    /// Frames that came after they were due.
    pub late: u64,
    /// Frames that were thrown away: at a jump in the movie, or at the end of the session.
    pub emptied: u64,
    /// Frames given out.
    pub played: u64,
    /// How long these have waited, in all.
    pub waited: Duration,
}

impl Figures {
    /// How long a frame has waited on average: the delay that the buffer adds.
    pub fn delay(&self) -> Duration {
        let played = u32::try_from(self.played.max(1)).unwrap_or(u32::MAX);
        self.waited / played
    }
}

/// `40 of 100 ms`, `12 of 30 frames`.
impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.target {
            Target::Time(_) => write!(out, "{} of {}", self.level.as_millis(), self.target),
            Target::Frames(_) => write!(out, "{} of {}", self.frames, self.target),
        }
    }
}

/// The buffer. Without a target it gives out at once what comes in.
#[derive(Clone, Debug)]
pub struct Playout<T> {
    target: Option<Target>,
    waiting: VecDeque<Waiting<T>>,
    /// The movie plays, or is to.
    is_playing: bool,
    /// When each frame is due; `None` while the buffer fills.
    schedule: Option<Schedule>,
    /// What was the schedule until the buffer ran empty: by it the next frames are late.
    missed: Option<Schedule>,
    /// The buffer has run empty, but the movie may have ended with that.
    ran_empty: bool,
    last: Option<Last>,
    /// The next frame's media time has nothing to do with the last one's.
    begins_anew: bool,
    interval: Duration,
    counts: Counts,
}

/// What has been counted.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    underruns: u64,
    late: u64,
    emptied: u64,
    played: u64,
    waited: Duration,
}

/// A frame that is not yet due.
#[derive(Clone, Debug)]
struct Waiting<T> {
    frame: T,
    media: Duration,
    arrival: Duration,
}

/// The frame that came last.
#[derive(Clone, Copy, Debug)]
struct Last {
    /// Its media time as the caller gave it.
    given: Duration,
    /// The same, counted from the first frame, without jumps.
    media: Duration,
    arrival: Duration,
}

/// At `at` the frame with the media time `media` is due.
#[derive(Clone, Copy, Debug)]
struct Schedule {
    at: Duration,
    media: Duration,
}

impl Schedule {
    fn due(self, media: Duration) -> Duration {
        (self.at + media).saturating_sub(self.media)
    }
}

impl<T> Playout<T> {
    /// Changes the target. While the movie plays, what waits is due so much later, or earlier; without
    /// a target, at once.
    pub fn set_target(&mut self, target: Option<Target>) {
        match (self.target, target) {
            (Some(old), Some(new)) => {
                let (old, new) = (old.time(self.interval), new.time(self.interval));
                if let Some(schedule) = &mut self.schedule {
                    schedule.at = (schedule.at + new).saturating_sub(old);
                }
            }
            (None, _) | (_, None) => self.stop(),
        }
        self.target = target;
    }

    /// Whether the movie plays.
    pub const fn is_playing(&self) -> bool {
        self.is_playing
    }

    /// The target.
    pub const fn target(&self) -> Option<Target> {
        self.target
    }

    /// The movie plays from here on: with what was kept, once that is enough.
    pub const fn play(&mut self) {
        self.is_playing = true;
    }

    /// The movie is paused. What waits is kept.
    pub const fn pause(&mut self) {
        self.is_playing = false;
        self.begins_anew = true;
        self.stop();
    }

    /// The movie goes on elsewhere: throws away what waits, and returns it.
    pub fn clear(&mut self) -> Vec<T> {
        self.counts.emptied += self.waiting.len() as u64;
        self.begins_anew = true;
        self.stop();
        self.waiting.drain(..).map(|waiting| waiting.frame).collect()
    }

    const fn stop(&mut self) {
        self.schedule = None;
        self.missed = None;
        self.ran_empty = false;
    }

    /// Takes in a frame that came at `arrival` and stands at `media` in the movie. A step back, or one
    /// of more than 5 s, is taken for a new beginning, which follows at once.
    ///
    /// # Errors
    /// There is no room: a server sends far too fast. The frame comes back.
    pub fn push(&mut self, frame: T, media: Duration, arrival: Duration) -> Result<(), T> {
        if self.waiting.len() >= MOST_WAITING {
            return Err(frame);
        }
        self.look(arrival);
        let media = self.place(media, arrival);
        let schedule = self.schedule.or(self.missed);
        self.counts.late += u64::from(schedule.is_some_and(|known| arrival > known.due(media)));
        self.counts.underruns += u64::from(std::mem::take(&mut self.ran_empty));
        self.waiting.push_back(Waiting { frame, media, arrival });
        self.look(arrival);
        Ok(())
    }

    /// The next frame, if it is due at `now` or was before.
    pub fn pop(&mut self, now: Duration) -> Option<T> {
        self.look(now);
        if self.target.is_some() {
            let (schedule, first) = (self.schedule?, self.waiting.front()?);
            if schedule.due(first.media) > now {
                return None;
            }
        }
        let Waiting { frame, arrival, .. } = self.waiting.pop_front()?;
        self.counts.played += 1;
        self.counts.waited += now.saturating_sub(arrival);
        Some(frame)
    }

    /// When there is something to do next: when a frame is due, or would be if it had come.
    pub fn next_due(&self) -> Option<Duration> {
        match (self.schedule, self.waiting.front()) {
            _ if self.target.is_none() || !self.is_playing => None,
            (Some(schedule), Some(first)) => Some(schedule.due(first.media)),
            (Some(schedule), None) => Some(self.next_missed(schedule)?.saturating_add(TICK)),
            (None, Some(_)) => Some(self.last?.arrival + QUIET),
            (None, None) => None,
        }
    }

    /// How many frames wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing was there when a frame was due. If another frame comes, that was an underrun; if
    /// not, the end of the movie.
    pub const fn has_run_empty(&self) -> bool {
        self.ran_empty
    }

    /// What there is to be seen; `None` without a target.
    pub fn figures(&self) -> Option<Figures> {
        let Counts { underruns, late, emptied, played, waited } = self.counts;
        Some(Figures {
            target: self.target?,
            level: self.level(),
            frames: self.waiting.len(),
            is_buffering: self.is_playing && self.schedule.is_none(),
            underruns,
            late,
            emptied,
            played,
            waited,
        })
    }

    /// Notes what time has brought: the buffer is full, or empty, or nothing more comes to fill it.
    fn look(&mut self, now: Duration) {
        let Some(target) = self.target.filter(|_| self.is_playing) else { return };
        match (self.schedule, self.waiting.front()) {
            (Some(schedule), None) if self.next_missed(schedule).is_some_and(|due| now > due) => {
                self.missed = Some(schedule);
                self.schedule = None;
                self.ran_empty = true;
            }
            (None, Some(first)) => {
                let is_full = match target {
                    Target::Time(time) => self.level() >= time,
                    Target::Frames(frames) => self.waiting.len() >= frames,
                };
                let is_quiet = self.last.is_some_and(|last| now >= last.arrival + QUIET);
                if is_full || is_quiet {
                    self.schedule = Some(Schedule { at: now, media: first.media });
                    self.missed = None;
                }
            }
            (Some(_), _) | (None, None) => {}
        }
    }

    /// When the frame after the last is due.
    fn next_missed(&self, schedule: Schedule) -> Option<Duration> {
        Some(schedule.due(self.last?.media + self.interval))
    }

    fn level(&self) -> Duration {
        let ends = self.waiting.front().zip(self.waiting.back());
        ends.map_or(Duration::ZERO, |(first, last)| last.media.saturating_sub(first.media))
    }

    /// Where the frame stands, counted from the first one.
    fn place(&mut self, given: Duration, arrival: Duration) -> Duration {
        let media = match self.last {
            None => Duration::ZERO,
            Some(last) => {
                let step = given.saturating_sub(last.given);
                let goes_on = !self.begins_anew && !step.is_zero() && step <= MOST_STEP;
                if goes_on && (step < self.interval || last.media.is_zero()) {
                    self.interval = step;
                }
                last.media + if goes_on { step } else { self.interval }
            }
        };
        self.begins_anew = false;
        self.last = Some(Last { given, media, arrival });
        media
    }
}

impl<T> Default for Playout<T> {
    /// Without a target, and paused.
    fn default() -> Self {
        Self {
            target: None,
            waiting: VecDeque::new(),
            is_playing: false,
            schedule: None,
            missed: None,
            ran_empty: false,
            last: None,
            begins_anew: false,
            interval: INTERVAL,
            counts: Counts::default(),
        }
    }
}

/// The largest target.
const MOST_MS: u32 = 2000;
const MOST: Duration = Duration::from_millis(MOST_MS as u64);
/// What a key adds or takes away.
const STEP: Duration = Duration::from_millis(100);
/// The same in milliseconds.
const INTERVAL_MS: u32 = 50;
/// Between two frames of the lab's movies, until the movie's own rate is seen.
pub const INTERVAL: Duration = Duration::from_millis(INTERVAL_MS as u64);
/// The largest step from frame to frame that is a loss, and no new beginning.
const MOST_STEP: Duration = Duration::from_secs(5);
/// After so long without a frame the movie is over: what waits is played.
const QUIET: Duration = Duration::from_millis(500);
/// A frame that comes at the very moment when it is due is in time.
const TICK: Duration = Duration::from_micros(1);
/// Twice what the largest target needs at 60 frames a second.
const MOST_WAITING: usize = 240;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn playing(target: Target) -> Playout<u64> {
        let mut playout = Playout::default();
        playout.set_target(Some(target));
        playout.play();
        playout
    }

    /// Takes out all that is due until `now`, when it is due.
    fn run(playout: &mut Playout<u64>, now: Duration, out: &mut Vec<(u64, Duration)>) {
        while let Some(due) = playout.next_due().filter(|due| *due <= now) {
            out.extend(playout.pop(due).map(|frame| (frame, due)));
        }
    }

    /// Frames 0, 1 … that come at these times, as they go out.
    fn through(playout: &mut Playout<u64>, arrivals: &[u64]) -> Vec<(u64, Duration)> {
        let mut out = Vec::new();
        for (frame, &arrival) in (0..).zip(arrivals) {
            run(playout, at(arrival).saturating_sub(TICK), &mut out);
            playout.push(frame, at(50 * frame), at(arrival)).unwrap();
            run(playout, at(arrival), &mut out);
        }
        run(playout, Duration::MAX, &mut out);
        out
    }

    #[test]
    fn a_frame_that_is_missing_leaves_its_time_free() {
        let mut playout = playing(Target::Time(at(100)));
        for frame in [1, 2, 3, 5, 6] {
            playout.push(frame, at(50 * frame), at(50 * frame)).unwrap();
        }
        let mut out = Vec::new();
        run(&mut playout, at(1000), &mut out);
        let times: Vec<_> = out.iter().map(|(_, time)| time.as_millis()).collect();
        assert_eq!(times, [150, 200, 250, 350, 400]);
        // Nothing came after the last one: that was the end, and no underrun.
        let figures = playout.figures().unwrap();
        assert_eq!((figures.underruns, figures.late, figures.is_buffering), (0, 0, true));
    }

    #[test]
    fn an_empty_buffer_is_an_underrun_and_fills_again() {
        let mut playout = playing(Target::Time(at(100)));
        // Frame 3 is due at 250 and comes at 300, after its turn; so is frame 4, due at 300.
        let out = through(&mut playout, &[0, 50, 100, 300, 301, 302, 303, 400]);
        let times: Vec<_> = out.iter().map(|(_, time)| time.as_millis()).collect();
        assert_eq!(times, [100, 150, 200, 302, 352, 402, 452, 502]);
        let figures = playout.figures().unwrap();
        assert_eq!((figures.underruns, figures.late), (1, 2));
        assert_eq!(figures.to_string(), "0 of 100 ms");
    }

    #[test]
    fn frames_are_counted_where_the_target_counts_frames() {
        let mut playout = playing(Target::Frames(3));
        let out = through(&mut playout, &[0, 70, 90, 150]);
        assert_eq!(out.first(), Some(&(0, at(90))));
        playout.push(9, at(450), at(900)).unwrap();
        assert_eq!(playout.figures().unwrap().to_string(), "1 of 3 frames");
    }

    #[test]
    fn a_pause_keeps_what_waits_and_a_jump_does_not() {
        let mut playout = playing(Target::Time(at(100)));
        for frame in 0..4 {
            playout.push(frame, at(50 * frame), at(50 * frame)).unwrap();
        }
        assert_eq!(playout.pop(at(150)), Some(0));
        playout.pause();
        assert_eq!((playout.pop(at(9000)), playout.next_due()), (None, None));
        playout.play();
        // Three frames are enough, and the next number is another one: it follows all the same.
        assert_eq!(playout.pop(at(9000)), Some(1));
        playout.push(4, at(70_000), at(9010)).unwrap();
        assert_eq!(playout.pop(at(9050)), Some(2));
        assert_eq!((playout.pop(at(9100)), playout.pop(at(9149))), (Some(3), None));
        assert_eq!(playout.pop(at(9150)), Some(4));
        playout.push(5, at(70_050), at(9151)).unwrap();
        playout.clear();
        let figures = playout.figures().unwrap();
        assert_eq!((figures.frames, figures.emptied, figures.is_buffering), (0, 1, true));
        assert_eq!((figures.underruns, figures.late), (0, 0), "nobody waited for them");
    }

    #[test]
    fn a_larger_target_makes_all_later_and_none_gives_all_out() {
        let mut playout = playing(Target::Time(at(100)));
        for frame in 0..4 {
            playout.push(frame, at(50 * frame), at(50 * frame)).unwrap();
        }
        assert_eq!(playout.next_due(), Some(at(100)));
        playout.set_target(Some(Target::Time(at(300))));
        assert_eq!(playout.next_due(), Some(at(300)));
        playout.set_target(Some(Target::Time(at(50))));
        assert_eq!(playout.next_due(), Some(at(50)));
        playout.set_target(None);
        let all: Vec<_> = std::iter::from_fn(|| playout.pop(Duration::ZERO)).collect();
        assert_eq!((all, playout.figures()), (vec![0, 1, 2, 3], None));
    }

    #[test]
    fn what_never_becomes_full_is_played_at_the_end() {
        let mut playout = playing(Target::Time(at(2000)));
        let out = through(&mut playout, &[0, 50, 100]);
        assert_eq!(out, [(0, at(600)), (1, at(650)), (2, at(700))]);
    }

    #[test]
    fn a_flood_finds_no_room() {
        let mut playout = playing(Target::Time(at(2000)));
        let refused = (0..1000).filter(|&n| playout.push(n, at(n), at(0)).is_err()).count();
        assert_eq!(refused, 1000 - MOST_WAITING);
    }

    #[test]
    fn a_target_reads_as_it_is_written() {
        for (word, target, shown) in [
            ("100", Target::Time(at(100)), "100 ms"),
            ("2000", Target::Time(at(2000)), "2000 ms"),
            ("30f", Target::Frames(30), "30 frames"),
        ] {
            assert_eq!(Target::parse(word), Some(Some(target)));
            assert_eq!(target.to_string(), shown);
        }
        assert_eq!((Target::parse("0"), Target::parse("0f")), (Some(None), Some(None)));
        for word in ["", "f", "-1", "+1", "1.5", "2001", "41f", "100ms", "1e2", "99999999999"] {
            assert_eq!(Target::parse(word), None, "{word}");
        }
        let time = |ms| Some(Target::Time(at(ms)));
        assert_eq!((Target::one_more(None), Target::one_less(time(100))), (time(100), None));
        assert_eq!(Target::one_more(time(1950)), time(2000));
        assert_eq!(Target::one_less(Some(Target::Frames(30))), time(1400));
        assert_eq!(Target::one_less(None), None);
    }

    proptest! {
        /// Whatever the network does, each frame goes out once, in order, never before it came; and
        /// between two underruns as long after the one before as it stands after it in the movie.
        #[test]
        fn frames_keep_their_order_and_their_distance(
            delays in prop::collection::vec(0_u64..400, 1..120),
            target in prop_oneof![
                (0_u64..500).prop_map(|ms| Target::Time(at(ms))),
                (1_usize..20).prop_map(Target::Frames),
            ],
        ) {
            let mut latest = 0;
            let arrivals: Vec<_> = (0..).zip(&delays).map(|(frame, delay)| {
                latest = (50 * frame + delay).max(latest);
                latest
            }).collect();
            let mut playout = playing(target);
            let out = through(&mut playout, &arrivals);
            let frames: Vec<_> = out.iter().map(|(frame, _)| *frame).collect();
            prop_assert_eq!(frames, (0..arrivals.len() as u64).collect::<Vec<_>>());
            let early = out.iter().zip(&arrivals).any(|((_, time), arrival)| *time < at(*arrival));
            prop_assert!(!early);
            let figures = playout.figures().unwrap();
            let uneven = out.windows(2).filter(|pair| pair[1].1 != pair[0].1 + at(50)).count();
            prop_assert!(uneven as u64 <= figures.underruns, "{uneven} of {figures:?}");
            prop_assert!(figures.late >= figures.underruns);
            prop_assert_eq!((figures.frames, figures.played), (0, arrivals.len() as u64));
        }

        /// A target of as much as delays vary leaves nothing late: no jerk, at any jitter.
        #[test]
        fn a_target_of_the_whole_jitter_is_enough(
            delays in prop::collection::vec(0_u64..=150, 10..200),
        ) {
            let mut latest = 0;
            let arrivals: Vec<_> = (0..).zip(&delays).map(|(frame, delay)| {
                latest = (50 * frame + delay).max(latest);
                latest
            }).collect();
            let mut playout = playing(Target::Time(at(150)));
            let out = through(&mut playout, &arrivals);
            prop_assert!(out.windows(2).all(|pair| pair[1].1 == pair[0].1 + at(50)));
            let figures = playout.figures().unwrap();
            prop_assert_eq!((figures.late, figures.underruns), (0, 0));
        }
    }
}
