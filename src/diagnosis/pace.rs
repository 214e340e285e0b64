//! How fast frames come, and that none come any more.

use std::time::Duration;

use super::finding::Finding;
use super::look::Look;
use super::texts::notes as note_texts;
use crate::statistics::Order;

/// What has been seen since PLAY.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    packets: u32,
    last: Option<Look>,
    /// Frames that began within a while: for too slow a pace, and for too fast a one.
    slow: Window,
    fast: Window,
    /// Whether packets are lost in the window.
    has_gaps: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    since: Duration,
    /// Frames after the first.
    frames: u32,
    is_open: bool,
    /// The longest time from one frame to the next.
    longest: Duration,
    last: Duration,
}

impl Window {
    fn open(now: Duration) -> Self {
        Self { since: now, frames: 0, is_open: true, longest: Duration::ZERO, last: now }
    }

    /// Takes in a frame; how long the window is open.
    fn add(&mut self, now: Duration) -> Duration {
        if !self.is_open {
            *self = Self::open(now);
            return Duration::ZERO;
        }
        self.frames += 1;
        self.longest = self.longest.max(now.saturating_sub(self.last));
        self.last = now;
        now.saturating_sub(self.since)
    }
}

impl Pace {
    /// A packet; what is odd, though it plays.
    pub(super) fn packet(&mut self, look: &Look) -> Option<Finding> {
        self.packets = self.packets.saturating_add(1);
        self.last = Some(*look);
        let order = look.header.map(|header| header.order);
        self.has_gaps |= matches!(order, Some(Order::Gap | Order::Late));
        let goes_on = order.is_some_and(Order::goes_on);
        if look.payload.is_start && goes_on { self.frame(look.arrival) } else { None }
    }

    fn frame(&mut self, now: Duration) -> Option<Finding> {
        let open = self.fast.add(now);
        if open > FAST {
            self.fast = Window::open(now);
        } else if self.fast.frames >= MANY {
            return Some(note_texts::fast(self.fast.frames, open.as_secs_f64()));
        }
        let open = self.slow.add(now);
        if open < SLOW {
            return None;
        }
        let Window { frames, longest, .. } = self.slow;
        let (rate, has_gaps) = (f64::from(frames) / open.as_secs_f64(), self.has_gaps);
        self.slow = Window::open(now);
        self.has_gaps = false;
        // One long pause is no slow pace.
        let is_even = longest * frames <= open * 3;
        (rate < 8.0 && is_even && !has_gaps && frames >= 3).then(|| note_texts::slow(rate))
    }

    /// A few packets have come, and then no more.
    pub(super) fn silence(&self, now: Duration, is_shown: bool) -> Option<Finding> {
        let last = self.last?;
        let has_stopped = (1..=4).contains(&self.packets) && self.is_silent(now);
        let start = last.after_header().get(..2).filter(|_| !is_shown && last.payload.length > 1);
        let end = last.end().get(10..).unwrap_or_default();
        has_stopped.then(|| note_texts::stopped(self.packets, start.map(|start| (start, end))))
    }

    /// Whether nothing has come for long.
    pub(super) fn is_silent(&self, now: Duration) -> bool {
        self.last.is_some_and(|last| now >= last.arrival + STOPPED)
    }

    /// When the last packet came.
    pub(super) fn last_arrival(&self) -> Option<Duration> {
        self.last.map(|look| look.arrival)
    }
}

const SLOW: Duration = Duration::from_secs(3);
const FAST: Duration = Duration::from_millis(700);
/// Frames in that time: five times the lab's pace, after a stall of more than two seconds.
const MANY: u32 = 60;
const STOPPED: Duration = Duration::from_secs(2);
