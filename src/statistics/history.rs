//! What the two curves of the window show: the rates of the last minute.

use std::collections::VecDeque;
use std::time::Duration;

/// The rates of the last 60 s, two samples a second.
#[derive(Clone, Debug, Default)]
pub struct History {
    samples: VecDeque<Sample>,
    next: Option<Duration>,
}

/// The rates at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Frames shown in the second before.
    pub frames: u64,
    /// Bits received in the second before.
    pub bits: u64,
}

impl History {
    /// Notes a sample if one is due at `now`. Whoever comes late, because the program stood still,
    /// fills the samples that were missed, so that a second stays as wide as every other.
    pub fn record(&mut self, now: Duration, sample: Sample) {
        let due = self.next.unwrap_or(now);
        let Some(late) = now.checked_sub(due) else { return };
        let missed = u32::try_from(late.as_millis() / INTERVAL.as_millis()).unwrap_or(u32::MAX);
        self.next = Some(due.saturating_add(INTERVAL.saturating_mul(missed.saturating_add(1))));
        let count = usize::try_from(missed).unwrap_or(MOST).min(MOST) + 1;
        self.samples.extend(std::iter::repeat_n(sample, count));
        self.samples.drain(..self.samples.len().saturating_sub(MOST));
    }

    /// The samples, the oldest first; at most [`MOST`].
    pub fn samples(&self) -> impl DoubleEndedIterator<Item = Sample> + ExactSizeIterator + '_ {
        self.samples.iter().copied()
    }
}

/// The time between two samples of a [`History`].
pub const INTERVAL: Duration = Duration::from_millis(500);
/// The samples of a [`History`]: those of 60 s, and the one that they begin with.
pub const MOST: usize = 121;

#[cfg(test)]
mod tests {
    use super::*;

    fn after(times: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut history = History::default();
        for (number, time) in (0..).zip(times) {
            let sample = Sample { frames: number, bits: 0 };
            history.record(Duration::from_millis(time), sample);
        }
        history.samples().map(|sample| sample.frames).collect()
    }

    #[test]
    fn there_are_two_samples_a_second_however_often_it_is_asked() {
        assert_eq!(after((0..200).map(|turn| 7000 + turn * 10)), [0, 50, 100, 150]);
    }

    #[test]
    fn late_turns_do_not_move_the_grid() {
        assert_eq!(after([0, 510, 1020, 1499, 1501]), [0, 1, 2, 4]);
    }

    #[test]
    fn what_was_missed_is_filled() {
        assert_eq!(after([0, 1600, 2000]), [0, 1, 1, 1, 2]);
    }

    #[test]
    fn a_minute_is_kept_and_no_more() {
        let samples = after((0..1000).map(|turn| turn * 500));
        assert_eq!((samples.len(), samples[0], samples[120]), (121, 879, 999));
        assert_eq!(after([0, u64::MAX / 2]).len(), 121);
    }
}
