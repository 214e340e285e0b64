//! When the next frame is due.

use std::time::{Duration, Instant};

/// The deadline after `due`; after a standstill (the computer slept) the frames missed are not made
/// up for in a burst.
pub(crate) fn next_deadline(due: Instant, now: Instant) -> Instant {
    let next = due + FRAME_INTERVAL;
    now.checked_sub(MAX_DELAY).map_or(next, |earliest| next.max(earliest))
}

/// Python: `wait(0.05)`.
pub(crate) const FRAME_INTERVAL: Duration = Duration::from_millis(50);
/// How late a sender may be and still catch up.
const MAX_DELAY: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_do_not_drift() {
        let start = Instant::now();
        let mut due = start;
        for _ in 0..500 {
            due = next_deadline(due, due + Duration::from_millis(3));
        }
        assert_eq!(due - start, Duration::from_secs(25));
    }

    #[test]
    fn after_a_standstill_only_half_a_second_is_made_up_for() {
        let due = Instant::now();
        let now = due + Duration::from_secs(3600);
        assert_eq!(now - next_deadline(due, now), MAX_DELAY);
    }
}
