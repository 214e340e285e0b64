//! The times of reports: NTP's and RTP's (RFC 3550 sections 4 and 6.4.1).
//!
//! ```
//! use rtsp_lab::standard::rtcp::{NtpTime, RtpClock};
//! use std::time::Duration;
//!
//! let start = Duration::from_secs(1_700_000_000);
//! let clock = RtpClock { start, first: 1000, clock_hz: 90_000 };
//! assert_eq!(clock.at(start + Duration::from_millis(50)), 1000 + 4500);
//! assert_eq!(NtpTime::from_unix(start).bits(), (1_700_000_000 + 2_208_988_800) << 32);
//! ```

use std::time::Duration;

/// A moment as NTP writes it: seconds since 1900 in the upper half, modulo 2^32, and their
/// fraction in the lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NtpTime(u64);

impl NtpTime {
    /// That moment, given as the time since 1970.
    pub fn from_unix(time: Duration) -> Self {
        let seconds = time.as_secs().wrapping_add(UNIX_EPOCH);
        // Rounded up, so that converting back gives the same nanosecond.
        let fraction = (u64::from(time.subsec_nanos()) << 32).div_ceil(NANOS_PER_SECOND);
        Self(seconds << 32 | fraction)
    }

    /// The time since 1970 of a moment from 1970 to 2104; NTP's seconds begin anew in 2036.
    pub const fn unix(self) -> Duration {
        let (seconds, fraction) = (self.0 >> 32, self.0 & 0xFFFF_FFFF);
        let era = if seconds < 1 << 31 { 1 << 32 } else { 0 };
        let seconds = (seconds + era).saturating_sub(UNIX_EPOCH);
        let nanoseconds = (fraction * NANOS_PER_SECOND) >> 32;
        Duration::from_secs(seconds).saturating_add(Duration::from_nanos(nanoseconds))
    }

    /// The 64 bits of a packet.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The 64 bits of a packet.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The middle 32 bits, which name a report: seconds modulo 65,536, in 1/65,536 s.
    pub fn middle(self) -> u32 {
        u32::try_from(self.0 >> 16 & 0xFFFF_FFFF).unwrap_or_default()
    }
}

/// How the RTP timestamps of a source relate to the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpClock {
    /// When the source began, or resumed.
    pub start: Duration,
    /// Its timestamp at that moment, random at the very beginning (section 5.1).
    pub first: u32,
    /// How fast it counts: 90,000 a second for video.
    pub clock_hz: u32,
}

impl RtpClock {
    /// The timestamp of that moment, also of one before the start.
    pub fn at(&self, time: Duration) -> u32 {
        let ticks = match time.checked_sub(self.start) {
            Some(after) => ticks(after, self.clock_hz),
            None => ticks(self.start.saturating_sub(time), self.clock_hz).wrapping_neg(),
        };
        self.first.wrapping_add(ticks)
    }
}

/// A time in timestamp units, modulo 2^32.
pub(super) fn ticks(time: Duration, clock_hz: u32) -> u32 {
    let ticks = time.as_nanos() * u128::from(clock_hz) / u128::from(NANOS_PER_SECOND);
    u32::try_from(ticks & 0xFFFF_FFFF).unwrap_or_default()
}

/// A time in 1/65,536 s, 18 hours at most.
pub(super) fn to_short(time: Duration) -> u32 {
    let units = (time.as_nanos() << 16) / u128::from(NANOS_PER_SECOND);
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// A time from 1/65,536 s.
pub(super) fn from_short(units: u32) -> Duration {
    Duration::from_nanos((u64::from(units) * NANOS_PER_SECOND) >> 16)
}

/// Seconds from 1900 to 1970: 70 years, 17 of them leap years.
const UNIX_EPOCH: u64 = 2_208_988_800;
const NANOS_PER_SECOND: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_epochs_are_70_years_apart() {
        assert_eq!(UNIX_EPOCH, (70 * 365 + 17) * 24 * 3600);
        assert_eq!(NtpTime::from_unix(Duration::ZERO).bits(), 0x83AA_7E80_0000_0000);
    }

    #[test]
    fn half_a_second_is_half_of_the_fraction() {
        let time = NtpTime::from_unix(Duration::from_millis(1500));
        assert_eq!(time.bits(), 0x83AA_7E81_8000_0000);
        assert_eq!(time.middle(), 0x7E81_8000);
    }

    #[test]
    fn the_seconds_begin_anew_in_2036_and_are_still_understood() {
        let last = Duration::from_secs((1 << 32) - UNIX_EPOCH - 1);
        let next = last + Duration::from_secs(1);
        assert_eq!(NtpTime::from_unix(last).bits() >> 32, 0xFFFF_FFFF);
        assert_eq!(NtpTime::from_unix(next).bits(), 0);
        assert_eq!(NtpTime::from_unix(next).unix(), next);
        assert_eq!(NtpTime::from_bits(0x8000_0000 << 32).unix(), Duration::ZERO, "before 1970");
    }

    #[test]
    fn a_moment_before_the_start_has_an_earlier_timestamp() {
        let clock = RtpClock { start: Duration::from_secs(10), first: 100, clock_hz: 90_000 };
        assert_eq!(clock.at(Duration::from_secs(9)), 100_u32.wrapping_sub(90_000));
    }

    #[test]
    fn short_times_are_65536ths_and_end_at_18_hours() {
        assert_eq!(to_short(Duration::from_millis(1500)), 0x1_8000);
        assert_eq!(from_short(0x1_8000), Duration::from_millis(1500));
        assert_eq!(to_short(Duration::from_secs(65_536)), u32::MAX);
        assert_eq!(to_short(Duration::MAX), u32::MAX);
    }

    proptest! {
        #[test]
        fn a_time_from_1970_to_2104_comes_back(
            seconds in 0..(1_u64 << 32) + (1 << 31) - UNIX_EPOCH,
            nanoseconds in 0..1_000_000_000_u32,
        ) {
            let time = Duration::new(seconds, nanoseconds);
            prop_assert_eq!(NtpTime::from_unix(time).unix(), time);
        }

        #[test]
        fn timestamps_run_with_the_time_and_wrap(
            (first, start, after) in any::<(u32, u32, u32)>(), clock_hz in 1..1_000_000_u32,
        ) {
            let start = Duration::from_secs(start.into());
            let clock = RtpClock { start, first, clock_hz };
            let seconds = clock.at(start + Duration::from_secs(after.into()));
            prop_assert_eq!(seconds, first.wrapping_add(clock_hz.wrapping_mul(after)));
            let earlier = start.saturating_sub(Duration::from_millis(after.into()));
            let _ = (clock.at(earlier), clock.at(Duration::MAX), NtpTime::from_unix(Duration::MAX));
        }

        #[test]
        fn any_bits_are_a_time(bits in any::<u64>()) {
            let time = NtpTime::from_bits(bits);
            let _ = (time.unix(), time.middle());
            prop_assert_eq!(time.bits(), bits);
        }
    }
}
