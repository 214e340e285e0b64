//! The time limit of a case: none waits for ever, whatever the program under test does.

use std::time::{Duration, Instant};

/// The end of a case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// From now on.
    pub(crate) fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// What is left; at least a millisecond, because a socket accepts no timeout of zero.
    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
    }

    /// Whether it is over.
    pub(crate) fn is_over(self) -> bool {
        Instant::now() >= self.0
    }
}

/// No case takes longer than ten seconds; the last half of one is for its end.
pub(crate) const CASE_LIMIT: Duration = Duration::from_millis(9500);
