//! How much has to be seen before it is said.

use std::time::Duration;

/// Something that was seen again and again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Series {
    /// How often.
    pub(super) count: u32,
    first: Duration,
    last: Duration,
}

impl Series {
    /// Once more.
    pub(super) fn add(&mut self, now: Duration) {
        if self.count == 0 {
            self.first = now;
        }
        self.last = now;
        self.count = self.count.saturating_add(1);
    }

    /// Once more if it is `alike`; else once, as the first of another kind.
    pub(super) fn go_on(&mut self, alike: bool, now: Duration) {
        if !alike {
            *self = Self::default();
        }
        self.add(now);
    }

    /// Once more if it is so; else the series is over.
    pub(super) fn add_or_end(&mut self, is_so: bool, now: Duration) {
        if is_so {
            self.add(now);
        } else {
            *self = Self::default();
        }
    }

    /// From the first to the last.
    pub(super) fn time(&self) -> Duration {
        self.last.saturating_sub(self.first)
    }

    /// Whether it was seen `count` times over a while: what comes in one burst is one event.
    pub(super) fn is_firm(&self, count: u32) -> bool {
        self.count >= count && self.time() >= HOLD
    }

    /// Whether it was seen often enough; once is enough if nothing else comes.
    pub(super) fn is_enough(&self, is_silent: bool) -> bool {
        self.is_firm(ALIKE) || is_silent && self.count > 0
    }
}

/// The last 64 answers to a question, the newest in bit 0.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ring {
    bits: u64,
    count: u32,
}

impl Ring {
    pub(super) fn push(&mut self, answer: bool) {
        self.bits = self.bits << 1 | u64::from(answer);
        self.count = (self.count + 1).min(64);
    }

    /// How many answers there are, 64 at most.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// How many of the last `count` were yes, 64 at most.
    pub(super) const fn yes(&self, count: u32) -> u32 {
        (self.bits & (u64::MAX >> (64 - count))).count_ones()
    }
}

/// So many packets or frames alike are no accident.
pub(super) const ALIKE: u32 = 5;
/// So many are needed for a note.
pub(super) const NOTED: u32 = 10;
/// Over this time they have to be seen.
pub(super) const HOLD: Duration = Duration::from_millis(300);
