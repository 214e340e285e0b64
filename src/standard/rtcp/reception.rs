//! What a receiver counts for its reports (RFC 3550 appendices A.1, A.3 and A.8).
//!
//! ```
//! use rtsp_lab::standard::rtcp::SourceStatistics;
//! use std::time::Duration;
//!
//! let mut source = SourceStatistics::new(0x1234_5678, 90_000);
//! for (number, frame) in [(65_534, 0), (65_535, 1), (1, 3)] {
//!     source.record(number, 4500 * frame, Duration::from_millis(50) * frame);
//! }
//! let report = source.report(Duration::from_secs(1)).unwrap();
//! assert_eq!((report.extended_highest, report.cumulative_lost), (0x1_0001, 1));
//! assert_eq!((report.fraction_lost, report.jitter), (64, 0));
//! ```

use std::time::Duration;

use super::ntp::{ticks, to_short};
use super::report::{LEAST_LOST, MOST_LOST, ReportBlock, SenderReport};

/// The statistics of one source, from its first packet on. All times count from one moment that the
/// caller chooses.
#[derive(Clone, Debug)]
pub struct SourceStatistics {
    ssrc: u32,
    clock_hz: u32,
    sequence: Option<Sequence>,
    transit: Option<u32>,
    jitter: f64,
    /// The middle 32 bits of the last sender report's NTP time, and when it came.
    last_sr: Option<(u32, Duration)>,
}

/// The packets of a source (appendix A.1: `source`).
#[derive(Clone, Debug)]
struct Sequence {
    /// The first number.
    base: u64,
    /// The highest number so far, with the count of its cycles above its 16 bits.
    highest: u64,
    received: u64,
    /// After a jump, the number that would show that the source has begun anew.
    bad: Option<u16>,
    expected_prior: u64,
    received_prior: u64,
}

impl SourceStatistics {
    /// For a source with that number and clock, from which nothing has come yet.
    pub const fn new(ssrc: u32, clock_hz: u32) -> Self {
        Self { ssrc, clock_hz, sequence: None, transit: None, jitter: 0.0, last_sr: None }
    }

    /// Takes in a packet; returns whether it counts. One whose number is far from those before does
    /// not, unless the next packet has the number after it: then the source has begun anew, and so
    /// does the count.
    ///
    /// # Deviation
    /// Appendix A.1 accepts a source after two packets in order. Here the reply to SETUP has named
    /// it, so it counts from the first.
    pub fn record(&mut self, sequence_number: u16, timestamp: u32, arrival: Duration) -> bool {
        let counts = match &mut self.sequence {
            None => {
                self.sequence = Some(Sequence::starting_at(sequence_number));
                true
            }
            Some(sequence) => sequence.record(sequence_number),
        };
        if counts {
            if self.received() == 1 {
                // The first packet of a new beginning has none before it either.
                self.transit = None;
            }
            self.record_transit(ticks(arrival, self.clock_hz).wrapping_sub(timestamp));
        }
        counts
    }

    /// Appendix A.8: by how much the packet's time on the way differs from that of the one before.
    fn record_transit(&mut self, transit: u32) {
        if let Some(before) = self.transit.replace(transit) {
            // The clock wraps: of the two ways from one to the other, the shorter one.
            let difference = transit.wrapping_sub(before).min(before.wrapping_sub(transit));
            self.jitter += (f64::from(difference) - self.jitter) / 16.0;
        }
    }

    /// Takes in a report of the source.
    pub fn record_sender_report(&mut self, report: &SenderReport, arrival: Duration) {
        self.last_sr = Some((report.ntp_time.middle(), arrival));
    }

    /// The source resumes after a pause: its timestamps may not have advanced as much as our clock
    /// has, and that is no jitter.
    pub const fn resume(&mut self) {
        self.transit = None;
    }

    /// Packets that came.
    pub fn received(&self) -> u64 {
        self.sequence.as_ref().map_or(0, |sequence| sequence.received)
    }

    /// Packets that should have come (appendix A.3).
    pub fn expected(&self) -> u64 {
        self.sequence.as_ref().map_or(0, Sequence::expected)
    }

    /// Packets lost, within what 24 bits can hold; repeated ones make it negative (appendix A.3).
    pub fn cumulative_lost(&self) -> i32 {
        let lost = i128::from(self.expected()) - i128::from(self.received());
        let lost = lost.clamp(LEAST_LOST.into(), MOST_LOST.into());
        i32::try_from(lost).unwrap_or_default()
    }

    /// How unevenly packets come, in timestamp units (appendix A.8).
    pub const fn jitter(&self) -> f64 {
        self.jitter
    }

    /// How unevenly packets come, in milliseconds.
    pub fn jitter_ms(&self) -> f64 {
        1000.0 * self.jitter / f64::from(self.clock_hz.max(1))
    }

    /// The block of a report at `now`; `None` if nothing has come yet. Its fraction is that of the
    /// time since the report before.
    pub fn report(&mut self, now: Duration) -> Option<ReportBlock> {
        let cumulative_lost = self.cumulative_lost();
        let sequence = self.sequence.as_mut()?;
        let (last_sr, delay) = self
            .last_sr
            .map_or((0, Duration::ZERO), |(middle, arrival)| (middle, now.saturating_sub(arrival)));
        Some(ReportBlock {
            ssrc: self.ssrc,
            fraction_lost: sequence.take_fraction_lost(),
            cumulative_lost,
            extended_highest: u32::try_from(sequence.highest & 0xFFFF_FFFF).unwrap_or_default(),
            jitter: whole(self.jitter),
            last_sr,
            delay_since_last_sr: to_short(delay),
        })
    }
}

impl Sequence {
    fn starting_at(number: u16) -> Self {
        let number = number.into();
        Self {
            base: number,
            highest: number,
            received: 1,
            bad: None,
            expected_prior: 0,
            received_prior: 0,
        }
    }

    /// Appendix A.1: `update_seq`.
    fn record(&mut self, number: u16) -> bool {
        let [.., high, low] = self.highest.to_be_bytes();
        let ahead = number.wrapping_sub(u16::from_be_bytes([high, low]));
        if ahead < MAX_DROPOUT {
            self.highest += u64::from(ahead);
        } else if ahead.wrapping_neg() >= MAX_MISORDER {
            if self.bad != Some(number) {
                self.bad = Some(number.wrapping_add(1));
                return false;
            }
            *self = Self::starting_at(number);
            return true;
        }
        self.received += 1;
        true
    }

    const fn expected(&self) -> u64 {
        self.highest - self.base + 1
    }

    /// Appendix A.3, with the time since the last call as interval.
    fn take_fraction_lost(&mut self) -> u8 {
        let expected = self.expected().saturating_sub(self.expected_prior);
        let received = self.received.saturating_sub(self.received_prior);
        self.expected_prior = self.expected();
        self.received_prior = self.received;
        let lost = expected.saturating_sub(received);
        let fraction = (lost << 8).checked_div(expected).unwrap_or(0);
        u8::try_from(fraction).unwrap_or(u8::MAX)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2^31")]
const fn whole(jitter: f64) -> u32 {
    jitter as u32
}

/// The largest step forward that counts as a loss and not as a new beginning.
const MAX_DROPOUT: u16 = 3000;
/// The smallest step back that does not count as reordering.
const MAX_MISORDER: u16 = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::rtcp::{NtpTime, RtpClock};
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);

    /// Records packets of 4,500 units that come as they were sent.
    fn record_all(numbers: impl IntoIterator<Item = u16>) -> SourceStatistics {
        let mut source = SourceStatistics::new(1, 90_000);
        for (number, frame) in numbers.into_iter().zip(0..) {
            source.record(number, 4500 * frame, 50 * MS * frame);
        }
        source
    }

    fn counts(numbers: impl IntoIterator<Item = u16>) -> (u64, u64, i32) {
        let source = record_all(numbers);
        (source.expected(), source.received(), source.cumulative_lost())
    }

    #[test]
    fn nothing_has_come_yet() {
        let mut source = record_all([]);
        assert_eq!((source.expected(), source.received(), source.cumulative_lost()), (0, 0, 0));
        assert_eq!(source.report(MS), None);
    }

    #[test]
    fn gaps_are_lost_also_across_the_wrap() {
        assert_eq!(counts([1, 2, 5, 6]), (6, 4, 2));
        assert_eq!(counts([65_534, 2]), (5, 2, 3));
        assert_eq!(counts((65_000..=u16::MAX).chain(0..=1000)), (1537, 1537, 0));
        let mut source = record_all([65_535, 0]);
        assert_eq!(source.report(MS).unwrap().extended_highest, 0x1_0000);
    }

    #[test]
    fn what_comes_late_was_not_lost_and_what_comes_again_is_less_than_nothing() {
        assert_eq!(counts([1, 3, 2, 4]), (4, 4, 0));
        assert_eq!(counts([65_535, 1, 0]), (3, 3, 0));
        assert_eq!(counts([1, 2, 2, 1]), (2, 4, -2));
        assert_eq!(counts([5, 4]), (1, 2, -1), "before the first");
    }

    #[test]
    fn a_jump_counts_only_if_the_next_follows_it_and_is_then_a_new_beginning() {
        assert_eq!(counts([1, 2, 30_000, 3]), (3, 3, 0));
        assert_eq!(counts([1, 2, 30_000, 40_000, 3]), (3, 3, 0));
        assert_eq!(counts([1, 2, 30_000, 30_001, 30_003]), (3, 2, 1));
        assert_eq!(counts([1, 3000]), (3000, 2, 2998), "the largest step");
        assert_eq!(counts([1, 3001]), (1, 1, 0));
        assert_eq!(counts([200, 101]), (1, 2, -1), "the largest step back");
        assert_eq!(counts([200, 100]), (1, 1, 0));
    }

    #[test]
    fn the_fraction_is_that_of_the_time_since_the_last_report() {
        let mut source = record_all([1, 2, 4]);
        assert_eq!(source.report(MS).unwrap().fraction_lost, 64);
        assert_eq!(source.report(MS).unwrap().fraction_lost, 0, "nothing was expected");
        for number in [5, 6, 8, 10] {
            source.record(number, 0, MS);
        }
        let report = source.report(MS).unwrap();
        assert_eq!((report.fraction_lost, report.cumulative_lost), (85, 3));
        source.record(9, 0, MS);
        source.record(11, 0, MS);
        assert_eq!(source.report(MS).unwrap().fraction_lost, 0, "more came than was expected");
    }

    #[test]
    fn losses_end_at_24_bits() {
        let mut source = record_all([0]);
        for step in 0..3000_u32 {
            let [.., high, low] = (2999 * step).to_be_bytes();
            source.record(u16::from_be_bytes([high, low]), 0, MS);
        }
        assert_eq!(source.cumulative_lost(), MOST_LOST);
    }

    #[test]
    fn packets_that_come_as_they_were_sent_have_no_jitter_and_others_a_sixteenth() {
        let mut source = record_all(0..100);
        assert!(source.jitter().abs() < 1e-9);
        source.record(100, 450_000, 5000 * MS + 16 * MS);
        assert!((source.jitter() - 90.0).abs() < 1e-9);
        assert!((source.jitter_ms() - 1.0).abs() < 1e-9);
        assert_eq!(source.report(MS).unwrap().jitter, 90);
    }

    #[test]
    fn neither_a_pause_nor_a_new_beginning_is_jitter() {
        let mut source = record_all([1, 2]);
        source.resume();
        source.record(3, 9000, Duration::from_secs(3600));
        source.record(30_000, 77, Duration::from_secs(3600));
        source.record(30_001, 4577, Duration::from_secs(3600));
        assert!(source.jitter().abs() < 1e-9);
    }

    #[test]
    fn the_last_sender_report_is_named_with_its_age() {
        let mut source = record_all([1]);
        let report = source.report(MS).unwrap();
        assert_eq!((report.last_sr, report.delay_since_last_sr), (0, 0));
        let sent = Duration::new(1_700_000_000, 500_000_000);
        let clock = RtpClock { start: sent, first: 0, clock_hz: 90_000 };
        source.record_sender_report(&SenderReport::new(1, &clock, sent, 0, 0), 2000 * MS);
        let report = source.report(3500 * MS).unwrap();
        assert_eq!(report.last_sr, NtpTime::from_unix(sent).middle());
        assert_eq!(report.delay_since_last_sr, 0x1_8000);
        let back = NtpTime::from_unix(sent + 1500 * MS + 250 * MS);
        assert_eq!(report.round_trip(back), Some(250 * MS));
    }

    /// A packet of a made-up network: how far behind the newest it is, and how late it comes.
    #[derive(Clone, Debug)]
    struct Arrival {
        step: i64,
        behind: i64,
        late_ms: i64,
        then_report: bool,
    }

    fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
        // Steps of 0 are repeated packets; no packet is so far behind that it is a jump.
        let arrival =
            (0..40_i64, 0..99_i64, 0..80_i64, 0..10_u8).prop_map(|(step, back, late, kind)| {
                let behind = if kind < 3 { back } else { 0 };
                Arrival { step: step / 10, behind, late_ms: late, then_report: kind == 9 }
            });
        proptest::collection::vec(arrival, 0..600)
    }

    proptest! {
        /// Against a count of numbers that never wrap, and against the formulas as they stand.
        #[test]
        fn counts_fractions_and_jitter_are_those_of_a_naive_count(
            (first, first_timestamp) in (any::<u16>(), any::<u32>()),
            arrivals in arrivals(),
        ) {
            let mut source = SourceStatistics::new(9, 90_000);
            let (mut newest, mut highest, mut received, mut jitter) = (0_i64, 0_i64, 0_i64, 0.0);
            let (mut before, mut expected_before, mut received_before) = (None, 0, 0);
            for (arrival, slot) in arrivals.iter().zip(0_i64..) {
                if slot > 0 {
                    newest += arrival.step;
                }
                let offset = if slot == 0 { 0 } else { newest - arrival.behind };
                let sent_ms = 50 * (offset + 1000);
                let came_ms = 50_000 + 50 * slot + arrival.late_ms;
                let came = Duration::from_millis(came_ms.unsigned_abs());
                let [.., high, low] = (i64::from(first) + offset).to_be_bytes();
                let timestamp = first_timestamp.wrapping_add(u32::try_from(90 * sent_ms).unwrap());
                prop_assert!(source.record(u16::from_be_bytes([high, low]), timestamp, came));
                highest = highest.max(offset);
                received += 1;
                let transit = i32::try_from(90 * (came_ms - sent_ms)).unwrap();
                if let Some(before) = before.replace(transit) {
                    jitter += (f64::from(transit - before).abs() - jitter) / 16.0;
                }
                let expected = highest + 1;
                prop_assert_eq!(i64::try_from(source.expected()), Ok(expected));
                prop_assert_eq!(i64::from(source.cumulative_lost()), expected - received);
                prop_assert!((source.jitter() - jitter).abs() < 1e-6);
                if arrival.then_report {
                    let report = source.report(came).unwrap();
                    let interval = expected - expected_before;
                    let lost = (interval - (received - received_before)).max(0);
                    let fraction = if interval == 0 { 0 } else { lost * 256 / interval };
                    prop_assert_eq!(i64::from(report.fraction_lost), fraction);
                    prop_assert_eq!(i64::from(report.extended_highest), i64::from(first) + highest);
                    (expected_before, received_before) = (expected, received);
                }
            }
        }

        #[test]
        fn any_packets_make_a_report_that_can_be_sent(
            packets in proptest::collection::vec(any::<(u16, u32, u32)>(), 0..200),
        ) {
            let mut source = SourceStatistics::new(1, 90_000);
            for (number, timestamp, arrival) in packets {
                source.record(number, timestamp, Duration::from_micros(arrival.into()));
                let report = source.report(Duration::from_micros(arrival.into())).unwrap();
                prop_assert!((LEAST_LOST..=MOST_LOST).contains(&report.cumulative_lost));
                prop_assert!(source.jitter() >= 0.0 && source.jitter() < 2_147_483_648.0);
            }
        }
    }
}
