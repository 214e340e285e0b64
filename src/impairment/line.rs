//! The line to one client: packets go in, and come out when their time has come.

use std::collections::VecDeque;
use std::time::Duration;

use super::fate::{Fate, Impairment};
use super::tally::{Deeds, Tally};

/// A queue with a bad network's ways. The caller owns the clock.
///
/// Delays keep the order, however much they vary: a packet that is faster than the one before waits
/// for it, as in a real router's queue. Only swapping lets one packet overtake another.
///
/// ```
/// use rtsp_lab::impairment::{Impairment, Line};
/// use std::time::Duration;
///
/// let delay = |name: &str| (name == "delay").then(|| "40".to_owned());
/// let (mut line, at) = (Line::new(Impairment::read(delay, 7)?), Duration::from_millis);
/// line.push(b"first", at(0));
/// line.push(b"second", at(10));
/// assert_eq!((line.next_due(), line.pop(at(39))), (Some(at(40)), None));
/// assert_eq!(line.pop(at(40)).as_deref(), Some(b"first".as_slice()));
/// line.flush();
/// assert_eq!(line.pop(at(41)).as_deref(), Some(b"second".as_slice()));
/// # Ok::<(), rtsp_lab::impairment::BadImpairment>(())
/// ```
#[derive(Clone, Debug)]
pub struct Line {
    impairment: Impairment,
    tally: Tally,
    deeds: Deeds,
    /// The packet that is to leave after the next one.
    held: Option<Held>,
    /// When each leaves, in that order.
    waiting: VecDeque<(Duration, Vec<u8>)>,
    /// When the last of them leaves.
    last_due: Duration,
}

/// What becomes of a packet that was pushed into a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Its number, counted from 1: what its fate follows from.
    pub number: u64,
    /// What is done to it.
    pub fate: Fate,
    /// How much later it leaves, if no other is in its way.
    pub delay: Duration,
    /// The network that does it.
    pub network: Impairment,
}

impl Pushed {
    /// What is done to the packet, and by which options: `lost on purpose: --loss 5, seed 7`. `None` if it
    /// is let alone.
    pub fn in_words(&self) -> Option<String> {
        let seed = self.network.seed();
        let option = self.network.option_of(self.fate);
        match self.fate {
            Fate::Passed if self.delay.is_zero() => None,
            Fate::Passed => {
                let ms = self.delay.as_secs_f64() * 1000.0;
                Some(format!("delayed on purpose by {ms:.1} ms, seed {seed}"))
            }
            Fate::Lost => Some(format!("lost on purpose: {option}, seed {seed}")),
            Fate::Doubled => Some(format!("sent twice on purpose: {option}, seed {seed}")),
            Fate::Swapped => Some(format!("sent after the next on purpose: {option}, seed {seed}")),
        }
    }
}

#[derive(Clone, Debug)]
struct Held {
    number: u64,
    due: Duration,
    packet: Vec<u8>,
}

impl Line {
    /// An empty line: the next packet is number 1.
    pub fn new(impairment: Impairment) -> Self {
        Self {
            impairment,
            tally: Tally::default(),
            deeds: Deeds::default(),
            held: None,
            waiting: VecDeque::new(),
            last_due: Duration::ZERO,
        }
    }

    /// Uses this network from the next packet on.
    pub const fn change(&mut self, impairment: Impairment) {
        self.impairment = impairment;
    }

    /// Takes in the next packet of the session at `now`; returns what becomes of it.
    pub fn push(&mut self, packet: &[u8], now: Duration) -> Pushed {
        self.tally.packets += 1;
        let (number, network) = (self.tally.packets, self.impairment);
        let (fate, delay) = (network.fate(number), network.delay(number));
        self.take(packet, (number, fate), (now, now + delay));
        Pushed { number, fate, delay, network }
    }

    fn take(
        &mut self,
        packet: &[u8],
        (number, fate): (u64, Fate),
        (now, due): (Duration, Duration),
    ) {
        match fate {
            Fate::Swapped if self.held.is_none() => {
                self.held = Some(Held { number, due, packet: packet.to_vec() });
                return;
            }
            Fate::Lost => {
                self.tally.lost += 1;
                self.deeds.lost.push(number);
                // Hold the one before no longer, or its turn might never come.
                return self.end();
            }
            Fate::Doubled => {
                self.tally.doubled += 1;
                self.deeds.doubled.push(number);
                self.leave(packet.to_vec(), due);
                self.leave(packet.to_vec(), due);
            }
            Fate::Passed | Fate::Swapped => self.leave(packet.to_vec(), due),
        }
        self.tally.delayed(self.last_due.saturating_sub(now));
        if let Some(held) = self.held.take() {
            self.tally.swapped += 1;
            self.deeds.swapped.push(held.number);
            self.leave(held.packet, held.due);
        }
    }

    /// When the next packet leaves; `None` if none waits.
    pub fn next_due(&self) -> Option<Duration> {
        self.waiting.front().map(|(due, _)| *due)
    }

    /// The next packet, if it is due at `now` or was before.
    pub fn pop(&mut self, now: Duration) -> Option<Vec<u8>> {
        if self.next_due()? > now {
            return None;
        }
        self.waiting.pop_front().map(|(_, packet)| packet)
    }

    /// Notes that no packet follows for now: one that waits to be overtaken leaves in its own time.
    pub fn end(&mut self) {
        if let Some(held) = self.held.take() {
            self.leave(held.packet, held.due);
        }
    }

    /// Makes everything due at once.
    pub fn flush(&mut self) {
        self.end();
        for (due, _) in &mut self.waiting {
            *due = Duration::ZERO;
        }
        self.last_due = Duration::ZERO;
    }

    /// What was done so far.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// What was done since this was last asked.
    pub fn take_deeds(&mut self) -> Deeds {
        std::mem::take(&mut self.deeds)
    }

    fn leave(&mut self, packet: Vec<u8>, due: Duration) {
        self.last_due = self.last_due.max(due);
        self.waiting.push_back((self.last_due, packet));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::impairment::fate::tests::network;

    const FRAME: Duration = Duration::from_millis(50);

    fn line(options: &str) -> Line {
        Line::new(network(options).unwrap())
    }

    fn push(line: &mut Line, number: u32, now: Duration) {
        line.push(&number.to_be_bytes(), now);
    }

    fn pop(line: &mut Line, now: Duration) -> Option<u32> {
        line.pop(now).map(|packet| u32::from_be_bytes(packet.try_into().unwrap()))
    }

    /// Packets 1 to `count`, one every 50 ms, as they come out, with the times.
    fn through(line: &mut Line, count: u32) -> Vec<(u32, Duration)> {
        let mut out = Vec::new();
        for number in 1..=count {
            let now = FRAME * number;
            while let Some(due) = line.next_due().filter(|due| *due < now) {
                out.push((pop(line, due).unwrap(), due));
            }
            push(line, number, now);
        }
        line.end();
        while let Some(due) = line.next_due() {
            out.push((pop(line, due).unwrap(), due));
        }
        out
    }

    fn numbers(out: &[(u32, Duration)]) -> Vec<u32> {
        out.iter().map(|(number, _)| *number).collect()
    }

    #[test]
    fn who_pushes_is_told_what_becomes_of_the_packet_and_why() {
        let options = "--loss 5 --duplicate 1 --reorder 2 --delay 40 --jitter 15 --seed 7";
        let (mut line, network) = (line(options), network(options).unwrap());
        let pushed: Vec<_> = (1..=500).map(|_| line.push(b"", Duration::ZERO)).collect();
        for (told, number) in pushed.iter().zip(1..) {
            let (fate, delay) = (network.fate(number), network.delay(number));
            assert_eq!(*told, Pushed { number, fate, delay, network });
        }
        let words = |number: usize| pushed[number - 1].in_words();
        assert_eq!(words(1).as_deref(), Some("delayed on purpose by 37.0 ms, seed 7"));
        assert_eq!(words(23).as_deref(), Some("lost on purpose: --loss 5, seed 7"));
        let mut good = Line::new(Impairment::default());
        assert_eq!(good.push(b"", Duration::ZERO).in_words(), None);
    }

    #[test]
    fn a_good_network_lets_everything_through_at_once() {
        let mut line = Line::new(Impairment::default());
        let expected: Vec<_> = (1..=100).map(|number| (number, FRAME * number)).collect();
        assert_eq!(through(&mut line, 100), expected);
        assert!(line.take_deeds().is_empty());
    }

    /// Made up from the fates alone, in another way than the line does it.
    #[test]
    fn what_comes_out_is_what_the_fates_say() {
        for seed in 0..50 {
            let options = format!("--loss 10 --duplicate 10 --reorder 20 --seed {seed}");
            let impairment = network(&options).unwrap();
            let of = |fate| {
                let chosen = (1..=300_u64).filter(move |&number| impairment.fate(number) == fate);
                chosen.collect::<Vec<_>>()
            };
            let mut places: Vec<(f64, u32)> = Vec::new();
            for number in 1..=300_u32 {
                let copies = match impairment.fate(number.into()) {
                    Fate::Lost => 0,
                    Fate::Doubled => 2,
                    Fate::Passed | Fate::Swapped => 1,
                };
                let is_swapped = impairment.fate(number.into()) == Fate::Swapped;
                let place = f64::from(number) + if is_swapped { 1.5 } else { 0.0 };
                places.extend(vec![(place, number); copies]);
            }
            places.sort_by(|one, other| one.partial_cmp(other).unwrap());
            let expected: Vec<_> = places.into_iter().map(|(_, number)| number).collect();
            let mut line = Line::new(impairment);
            assert_eq!(numbers(&through(&mut line, 300)), expected, "seed {seed}");
            let (tally, deeds) = (line.tally(), line.take_deeds());
            assert_eq!((tally.packets, tally.lost), (300, of(Fate::Lost).len() as u64));
            assert_eq!(deeds.lost, of(Fate::Lost));
            assert_eq!(deeds.doubled, of(Fate::Doubled));
            // The last packet has no next one.
            let mut swapped = of(Fate::Swapped);
            swapped.retain(|&number| number < 300);
            assert_eq!(deeds.swapped, swapped, "seed {seed}");
            assert_eq!(
                (tally.doubled, tally.swapped),
                (deeds.doubled.len() as u64, swapped.len() as u64)
            );
        }
    }

    #[test]
    fn a_delay_that_varies_keeps_the_order_and_its_bounds() {
        let mut line = line("--delay 1000 --jitter 1000 --seed 7");
        let out = through(&mut line, 500);
        assert_eq!(numbers(&out), (1..=500).collect::<Vec<_>>());
        assert!(out.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        for (number, due) in out {
            assert!((FRAME * number..=FRAME * number + 2 * Duration::from_secs(1)).contains(&due));
        }
        // A slow packet holds up those after it, so no average is as low as the option says.
        let (least, most) = line.tally().delays.unwrap();
        assert!(!least.is_zero() && most > Duration::from_millis(1990), "{least:?} to {most:?}");
    }

    #[test]
    fn each_delay_is_the_packets_own_where_none_waits_for_another() {
        let impairment = network("--delay 40 --jitter 15 --seed 7").unwrap();
        for (number, due) in through(&mut Line::new(impairment), 500) {
            assert_eq!(due, FRAME * number + impairment.delay(number.into()), "packet {number}");
        }
    }

    #[test]
    fn a_packet_that_waits_for_a_next_one_does_not_wait_for_ever() {
        let impairment = network("--reorder 50 --delay 40 --seed 1").unwrap();
        let first = (1..100).find(|&n| impairment.fate(n) == Fate::Swapped).unwrap();
        let first = u32::try_from(first).unwrap();
        let mut line = Line::new(impairment);
        let out = through(&mut line, first);
        assert_eq!(out.last(), Some(&(first, FRAME * first + Duration::from_millis(40))));
        assert_eq!((line.tally().swapped, line.take_deeds().swapped), (0, vec![]));
    }

    #[test]
    fn after_a_flush_nothing_is_left_and_the_numbers_run_on() {
        let options = "--delay 10000 --jitter 10000 --loss 20 --reorder 30 --seed 5";
        let (mut flushed, mut whole) = (line(options), line(options));
        let (mut out, mut expected) = (Vec::new(), Vec::new());
        for number in 1..=200 {
            for line in [&mut flushed, &mut whole] {
                push(line, number, FRAME * number);
            }
            // Where one waits for the next, there is no next one before a pause.
            if number % 20 == 0 {
                flushed.flush();
                out.extend(std::iter::from_fn(|| pop(&mut flushed, FRAME * number)));
                assert_eq!(flushed.next_due(), None);
            }
        }
        whole.flush();
        expected.extend(std::iter::from_fn(|| pop(&mut whole, Duration::ZERO)));
        out.sort_unstable();
        expected.sort_unstable();
        assert_eq!(out, expected, "the same packets, whenever there is a pause");
        assert_eq!(flushed.tally().lost, whole.tally().lost);
    }

    #[test]
    fn what_waits_for_a_lost_packet_waits_no_longer() {
        let mut line = line("--reorder 50 --seed 1");
        let impairment = network("--reorder 50 --seed 1").unwrap();
        let first = (1..100).find(|&n| impairment.fate(n) == Fate::Swapped).unwrap();
        let first = u32::try_from(first).unwrap();
        for number in 1..=first {
            push(&mut line, number, Duration::ZERO);
        }
        // A loss that is raised between the two.
        line.change(impairment.with_loss(crate::impairment::Percent::whole(99)));
        push(&mut line, first + 1, Duration::ZERO);
        let out: Vec<_> = std::iter::from_fn(|| pop(&mut line, Duration::ZERO)).collect();
        assert_eq!(out, (1..=first).collect::<Vec<_>>());
        assert_eq!((line.tally().swapped, line.tally().lost), (0, 1));
    }
}
