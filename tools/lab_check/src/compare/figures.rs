//! Figures from what was recorded. Nothing here looks at a clock, a socket or a process.

use std::time::{Duration, Instant};

use super::receiver::Arrival;

/// How times are distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) max: Duration,
}

impl Spread {
    /// `None` if there are no times.
    pub(crate) fn of(mut times: Vec<Duration>) -> Option<Self> {
        times.sort_unstable();
        let max = *times.last()?;
        Some(Self { p50: percentile(&times, 50)?, p99: percentile(&times, 99)?, max })
    }
}

/// The smallest of the sorted times that this percentage of them does not exceed.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

/// The arrivals between two moments.
pub(crate) fn within(arrivals: &[Arrival], [from, to]: [Instant; 2]) -> Vec<Arrival> {
    let is_within = |arrival: &&Arrival| (from..to).contains(&arrival.at);
    arrivals.iter().filter(is_within).copied().collect()
}

/// When each frame began. A frame may come in pieces, the first of which begins as a JPEG does.
pub(crate) fn frame_times(arrivals: &[Arrival]) -> Vec<Instant> {
    arrivals.iter().filter(|arrival| arrival.begins_frame).map(|arrival| arrival.at).collect()
}

/// Frames a second; `None` if there are fewer than two.
pub(crate) fn rate(frames: &[Instant]) -> Option<f64> {
    let (first, last) = (frames.first()?, frames.last()?);
    let intervals = u32::try_from(frames.len() - 1).ok().filter(|count| *count > 0)?;
    let time = last.duration_since(*first).as_secs_f64();
    (time > 0.0).then(|| f64::from(intervals) / time)
}

/// The time from each frame to the next.
pub(crate) fn gaps(frames: &[Instant]) -> Vec<Duration> {
    let intervals = frames.iter().zip(frames.iter().skip(1));
    intervals.map(|(one, next)| next.duration_since(*one)).collect()
}

/// By how much each frame came too early or too late after the one before it.
pub(crate) fn deviations(frames: &[Instant]) -> Vec<Duration> {
    gaps(frames).into_iter().map(|gap| gap.abs_diff(FRAME_INTERVAL)).collect()
}

/// The packets of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// How many there should be by the sequence numbers, from the first to the highest.
    pub(crate) expected: u64,
    pub(crate) lost: u64,
}

/// Counts the sequence numbers that are missing; they may wrap.
pub(crate) fn count(arrivals: &[Arrival]) -> Count {
    let Some(first) = arrivals.first() else { return Count::default() };
    let (mut highest, mut expected, mut received) = (first.number, 1_u64, 1_u64);
    let mut gaps: Vec<u16> = Vec::new();
    for Arrival { number, .. } in arrivals.iter().skip(1) {
        let step = number.wrapping_sub(highest);
        if step == 0 || step >= BACKWARD {
            // It is late, or another piece of a frame whose pieces share one number. A late one is
            // new.
            let gap = gaps.iter().position(|gap| gap == number);
            if let Some(index) = gap {
                gaps.swap_remove(index);
                received += 1;
            }
            continue;
        }
        gaps.extend((1..step).map(|skipped| highest.wrapping_add(skipped)));
        highest = *number;
        expected += u64::from(step);
        received += 1;
    }
    Count { expected, lost: expected - received }
}

/// What a program needs in a minute if it needs `used` in `time`.
pub(crate) fn a_minute(used: Duration, time: Duration) -> Option<Duration> {
    let seconds = time.as_secs_f64();
    (seconds > 0.0).then(|| used.mul_f64(60.0 / seconds))
}

/// The report's `wait(0.05)`.
const FRAME_INTERVAL: Duration = Duration::from_millis(50);
/// A step of the sequence number of this size or more is a step back.
const BACKWARD: u16 = 0x8000;

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn arrivals(numbers: &[u16]) -> Vec<Arrival> {
        let at = Instant::now();
        numbers.iter().map(|&number| Arrival { at, number, begins_frame: true }).collect()
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let hundred: Vec<_> = (1..=100).rev().map(ms).collect();
        let spread = Spread { p50: ms(50), p99: ms(99), max: ms(100) };
        assert_eq!(Spread::of(hundred), Some(spread));
        let twenty = (1..=20).map(ms).collect();
        let spread = Spread { p50: ms(10), p99: ms(20), max: ms(20) };
        assert_eq!(Spread::of(twenty), Some(spread));
        assert_eq!(Spread::of(vec![ms(7)]), Some(Spread { p50: ms(7), p99: ms(7), max: ms(7) }));
        assert_eq!(Spread::of(Vec::new()), None);
    }

    #[test]
    fn the_rate_counts_intervals_and_not_frames() {
        let start = Instant::now();
        let frames: Vec<_> = (0..5).map(|number| start + ms(50) * number).collect();
        assert_eq!(rate(&frames), Some(20.0));
        assert_eq!(rate(&frames[..1]), None);
        assert_eq!(rate(&[]), None);
        assert_eq!(rate(&[start, start]), None);
    }

    #[test]
    fn a_frame_deviates_that_is_early_or_late() {
        let start = Instant::now();
        let frames = [0, 50, 103, 150].map(|time| start + ms(time));
        assert_eq!(deviations(&frames), [ms(0), ms(3), ms(3)]);
    }

    #[test]
    fn a_frame_in_pieces_is_one_frame() {
        let mut pieces = arrivals(&[1, 2, 3, 4]);
        pieces[1].begins_frame = false;
        pieces[3].begins_frame = false;
        assert_eq!(frame_times(&pieces), [pieces[0].at, pieces[2].at]);
    }

    #[test]
    fn only_what_lies_within_the_window_counts() {
        let start = Instant::now();
        let mut all = arrivals(&[1, 2, 3, 4]);
        for (arrival, time) in all.iter_mut().zip([0, 10, 20, 30]) {
            arrival.at = start + ms(time);
        }
        let some = within(&all, [start + ms(10), start + ms(30)]);
        assert_eq!(some.iter().map(|arrival| arrival.number).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn missing_numbers_are_lost_also_where_they_wrap() {
        for (numbers, expected, lost) in [
            (&[][..], 0, 0),
            (&[7], 1, 0),
            (&[1, 2, 3], 3, 0),
            (&[1, 2, 5], 5, 2),
            (&[1, 3, 2, 4], 4, 0),
            (&[1, 2, 2, 2, 3], 3, 0),
            (&[1, 4, 2, 2, 5], 5, 1),
            (&[65_534, 65_535, 1, 2], 5, 1),
            (&[65_535, 1, 0, 2], 4, 0),
        ] {
            assert_eq!(count(&arrivals(numbers)), Count { expected, lost }, "{numbers:?}");
        }
    }

    #[test]
    fn eight_seconds_are_extrapolated_to_a_minute() {
        assert_eq!(a_minute(ms(400), ms(8000)), Some(ms(3000)));
        assert_eq!(a_minute(ms(400), ms(0)), None);
    }
}
