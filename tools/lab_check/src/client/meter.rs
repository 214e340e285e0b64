//! How busy the client is while it has nothing to do.

use std::time::{Duration, Instant};

use crate::usage::Usage;

/// Measures from a given moment on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    begin: Instant,
    first: Option<(Instant, Usage)>,
}

impl Meter {
    /// Begins when the client has had time to come to rest.
    pub(crate) fn new() -> Self {
        Self { begin: Instant::now() + REST, first: None }
    }

    /// Looks at the clock.
    pub(crate) fn turn(&mut self, group: u32) {
        if self.first.is_none() && Instant::now() >= self.begin {
            self.first = Usage::of_group(group).map(|usage| (Instant::now(), usage));
        }
    }

    /// Whether it has measured long enough, or never will.
    pub(crate) fn is_done(&self) -> bool {
        let measured = self.first.is_some_and(|(start, _)| start.elapsed() >= ENOUGH);
        measured || self.begin.elapsed() >= 4 * ENOUGH
    }

    /// The share of a processor that the group of processes has used since then, out of the time in
    /// which it could have had one; `None` if that is not known.
    pub(crate) fn share(&self, group: u32) -> Option<f64> {
        let (start, first) = self.first.filter(|(start, _)| start.elapsed() >= ENOUGH / 2)?;
        let now = Usage::of_group(group)?;
        let used = now.cpu.saturating_sub(first.cpu).as_secs_f64();
        let waited = now.waited.saturating_sub(first.waited).as_secs_f64();
        let all = start.elapsed().as_secs_f64();
        if used / all < NOTHING {
            // On a busy machine even a process that wants little has to wait all the time.
            return Some(used / all);
        }
        Some(used / (all - waited).max(used))
    }
}

/// Above this share of a processor a program that has nothing to do spins.
pub(crate) const SPINS: f64 = 0.3;
/// Below this share nothing spins, however busy the machine is.
const NOTHING: f64 = 0.05;
/// The lab's clients look every half a second whether they are paused.
const REST: Duration = Duration::from_millis(600);
const ENOUGH: Duration = Duration::from_millis(400);
