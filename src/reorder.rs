//! Puts packets that overtook each other back in order, before anything is counted as lost.
//!
//! A packet that is early waits until those before it have come, or until it is clear that they
//! won't: when [`MOST`] packets wait, or the first of them has waited for [`LONGEST`]. The caller
//! owns the clock. What is late or doubled goes through at once; whoever counts packets sees it.
//!
//! ```
//! use rtsp_lab::reorder::{LONGEST, Reorder};
//! use std::time::Duration;
//!
//! let (mut reorder, now) = (Reorder::default(), Duration::ZERO);
//! for number in [1, 3, 2, 5] {
//!     reorder.push(number, number, now);
//! }
//! assert_eq!([reorder.pop(now), reorder.pop(now), reorder.pop(now)], [Some(1), Some(2), Some(3)]);
//! assert_eq!((reorder.pop(now), reorder.pop(now + LONGEST)), (None, Some(5)));
//! ```

use std::collections::VecDeque;
use std::time::Duration;

/// Packets, by their 16-bit sequence numbers.
#[derive(Clone, Debug)]
pub struct Reorder<T> {
    /// The number that comes next; `None` before the first.
    next: Option<u16>,
    /// What is early, in the order of the numbers.
    early: Vec<Early<T>>,
    /// What may go on.
    ready: VecDeque<T>,
}

#[derive(Clone, Debug)]
struct Early<T> {
    number: u16,
    since: Duration,
    packet: T,
}

impl<T> Default for Reorder<T> {
    fn default() -> Self {
        Self { next: None, early: Vec::new(), ready: VecDeque::new() }
    }
}

impl<T> Reorder<T> {
    /// Waits for this number first.
    pub fn expecting(number: u16) -> Self {
        Self { next: Some(number), ..Self::default() }
    }

    /// Whether nothing waits, and nothing can be popped.
    pub fn is_empty(&self) -> bool {
        self.early.is_empty() && self.ready.is_empty()
    }

    /// Of the packets that wait the one with the last number.
    pub fn last(&self) -> Option<&T> {
        self.early.last().map(|early| &early.packet)
    }

    /// When the first of them has waited long enough.
    pub fn deadline(&self) -> Option<Duration> {
        self.early.iter().map(|early| early.since + LONGEST).min()
    }

    /// Takes in a packet that came at `now`.
    pub fn push(&mut self, number: u16, packet: T, now: Duration) {
        let next = *self.next.get_or_insert(number);
        match number.wrapping_sub(next) {
            0 => self.go_on_with(number, packet),
            1..=MOST_AHEAD => {
                let place = self.early.partition_point(|other| {
                    other.number.wrapping_sub(next) <= number.wrapping_sub(next)
                });
                self.early.insert(place, Early { number, since: now, packet });
                if self.early.len() >= MOST {
                    self.give_up();
                }
            }
            ahead if ahead.wrapping_neg() <= MAX_MISORDER => self.ready.push_back(packet),
            _ => {
                // The numbers begin anew: what waits belongs to those before.
                self.flush();
                self.go_on_with(number, packet);
            }
        }
    }

    /// The next packet in order, if there is one at `now`.
    pub fn pop(&mut self, now: Duration) -> Option<T> {
        let is_overdue = |early: &Early<T>| now >= early.since + LONGEST;
        if self.ready.is_empty() && self.early.iter().any(is_overdue) {
            self.give_up();
        }
        self.ready.pop_front()
    }

    /// No packet before those that wait will come any more; with the next one any number may begin.
    pub fn flush(&mut self) {
        self.ready.extend(self.early.drain(..).map(|early| early.packet));
        self.next = None;
    }

    fn go_on_with(&mut self, number: u16, packet: T) {
        self.ready.push_back(packet);
        self.next = Some(number.wrapping_add(1));
        self.follow();
    }

    /// The packets that are missing before the first that waits are lost.
    fn give_up(&mut self) {
        self.next = self.early.first().map(|early| early.number);
        self.follow();
    }

    /// What waits and comes next needn't wait any more; nor what came twice.
    fn follow(&mut self) {
        let mut count = 0;
        for Early { number, .. } in &self.early {
            match (self.next, number.wrapping_add(1)) {
                (Some(next), _) if next == *number => self.next = Some(number.wrapping_add(1)),
                (Some(next), after) if next == after => {}
                _ => break,
            }
            count += 1;
        }
        self.ready.extend(self.early.drain(..count).map(|early| early.packet));
    }
}

/// So many packets after a gap say that it won't be filled.
pub const MOST: usize = 8;
/// So long a packet waits for those before it.
pub const LONGEST: Duration = Duration::from_millis(60);
/// A number that is farther back begins a new count (RFC 3550 appendix A.1).
const MAX_MISORDER: u16 = 100;
/// Half of all numbers lie ahead, the others back.
const MOST_AHEAD: u16 = 0x7FFF;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Duration = Duration::ZERO;

    /// What comes out as the numbers come in at once, and what only after a while.
    fn through(numbers: impl IntoIterator<Item = u16>) -> (Vec<u16>, Vec<u16>) {
        let mut reorder = Reorder::default();
        let mut at_once = Vec::new();
        for number in numbers {
            reorder.push(number, number, NOW);
            at_once.extend(std::iter::from_fn(|| reorder.pop(NOW)));
        }
        let later = std::iter::from_fn(|| reorder.pop(NOW + LONGEST)).collect();
        (at_once, later)
    }

    #[test]
    fn what_comes_in_order_goes_through_at_once_across_the_wrap_too() {
        let numbers: Vec<_> = (65_530..=u16::MAX).chain(0..10).collect();
        assert_eq!(through(numbers.clone()), (numbers, vec![]));
    }

    #[test]
    fn packets_that_overtook_each_other_are_put_in_order() {
        assert_eq!(through([1, 3, 2, 4]), (vec![1, 2, 3, 4], vec![]));
        assert_eq!(through([1, 5, 4, 3, 2, 6]), (vec![1, 2, 3, 4, 5, 6], vec![]));
        assert_eq!(through([65_535, 1, 0, 2]), (vec![65_535, 0, 1, 2], vec![]));
    }

    #[test]
    fn a_gap_is_given_up_after_eight_packets_or_after_60_ms() {
        assert_eq!(through([1].into_iter().chain(3..10)), (vec![1], (3..10).collect()));
        let all = [1].into_iter().chain(3..11);
        assert_eq!(through(all.clone()), (all.collect(), vec![]));
        let mut reorder = Reorder::default();
        reorder.push(1, 1, NOW);
        reorder.push(3, 3, NOW);
        assert_eq!(reorder.pop(NOW), Some(1));
        assert_eq!(reorder.pop(NOW + LONGEST.saturating_sub(Duration::from_nanos(1))), None);
        assert_eq!(reorder.pop(NOW + LONGEST), Some(3));
    }

    #[test]
    fn after_a_gap_that_was_given_up_the_next_one_is_waited_for_again() {
        let numbers = [1].into_iter().chain(3..11).chain([13, 12, 14, 16]);
        let expected = [1].into_iter().chain(3..11);
        assert_eq!(through(numbers), (expected.collect(), vec![12, 13, 14, 16]));
    }

    #[test]
    fn what_is_late_or_doubled_is_there_as_often_as_it_came() {
        assert_eq!(through([1, 2, 2, 1, 3]), (vec![1, 2, 2, 1, 3], vec![]));
        assert_eq!(through([1, 3, 3, 2, 4]), (vec![1, 2, 3, 3, 4], vec![]));
        assert_eq!(through([1, 4, 4]), (vec![1], vec![4, 4]));
    }

    #[test]
    fn a_new_beginning_far_back_holds_nothing_up() {
        assert_eq!(through([30_000, 30_002, 5, 7, 6]), (vec![30_000, 30_002, 5, 6, 7], vec![]));
    }

    #[test]
    fn a_stray_number_delays_but_loses_nothing() {
        let numbers = [1, 2, 20_000].into_iter().chain(3..20);
        let (at_once, later) = through(numbers);
        assert_eq!((at_once.len() + later.len(), later), (20, vec![20_000]));
    }

    #[test]
    fn what_is_expected_is_waited_for_from_the_start() {
        let mut reorder = Reorder::expecting(7);
        assert_eq!((reorder.is_empty(), reorder.deadline()), (true, None));
        reorder.push(9, 9, NOW);
        reorder.push(8, 8, NOW + LONGEST);
        assert_eq!((reorder.pop(NOW), reorder.last()), (None, Some(&9)));
        assert_eq!((reorder.is_empty(), reorder.deadline()), (false, Some(NOW + LONGEST)));
        reorder.push(7, 7, NOW);
        let all: Vec<_> = std::iter::from_fn(|| reorder.pop(NOW)).collect();
        assert_eq!((all, reorder.is_empty()), (vec![7, 8, 9], true));
    }

    #[test]
    fn after_a_flush_any_number_may_begin() {
        let mut reorder = Reorder::default();
        for number in [10, 12] {
            reorder.push(number, number, NOW);
        }
        reorder.flush();
        reorder.push(5, 5, NOW);
        let all: Vec<_> = std::iter::from_fn(|| reorder.pop(NOW)).collect();
        assert_eq!(all, [10, 12, 5]);
    }

    proptest! {
        #[test]
        fn nothing_gets_lost_and_nothing_is_invented(
            numbers in proptest::collection::vec(prop_oneof![any::<u16>(), 0..30_u16], 0..200)
        ) {
            let (at_once, later) = through(numbers.clone());
            let mut out = [at_once, later].concat();
            let mut expected = numbers;
            out.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(out, expected);
        }

        #[test]
        fn any_order_within_eight_is_undone(seed in proptest::collection::vec(0..7_usize, 40)) {
            let mut numbers: Vec<u16> = (1..=40).collect();
            let mut at = 0;
            for step in seed {
                // Within a block, so that none overtakes more than seven.
                let block = at / 8 * 8;
                numbers[block + 1..block + 8].swap(at % 7, step);
                at = (at + 1) % 40;
            }
            let (at_once, later) = through(numbers);
            prop_assert_eq!(at_once, (1..=40).collect::<Vec<u16>>());
            prop_assert!(later.is_empty());
        }
    }
}
