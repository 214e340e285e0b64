//! When to report (RFC 3550 section 6.2 and appendix A.7).
//!
//! ```
//! use rtsp_lab::standard::rtcp::report_interval;
//!
//! assert_eq!(report_interval(0.0).as_millis(), 2052);
//! assert_eq!(report_interval(0.5).as_millis(), 4104);
//! ```

use std::f64::consts::E;
use std::time::Duration;

/// How long to wait before the next report: from 2.05 to 6.16 s, by a new `random` from 0 to 1 each
/// time, so that receivers which began together do not report together for ever.
///
/// # Deviation
/// The RFC's calculation also has the number of members and the bandwidth, to keep a large group
/// from flooding itself. In a session of two the minimum of 5 s always wins.
pub fn report_interval(random: f64) -> Duration {
    let random = if random.is_nan() { 0.5 } else { random.clamp(0.0, 1.0) };
    // The division makes up for an algorithm that converges below the intended average.
    MINIMUM.mul_f64((random + 0.5) / (E - 1.5))
}

/// The least that the deterministic interval may be.
const MINIMUM: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_interval_is_five_seconds_by_half_to_one_and_a_half_compensated() {
        for (random, seconds) in
            [(0.0, 2.5 / 1.218_28), (0.5, 5.0 / 1.218_28), (1.0, 7.5 / 1.218_28)]
        {
            let difference = report_interval(random).as_secs_f64() - seconds;
            assert!(difference.abs() < 1e-4, "{random}: {difference}");
        }
        assert_eq!(report_interval(f64::NAN), report_interval(0.5));
    }

    proptest! {
        #[test]
        fn any_number_makes_an_interval(random in any::<f64>()) {
            let interval = report_interval(random).as_secs_f64();
            prop_assert!((2.05..6.16).contains(&interval), "{}", interval);
        }
    }
}
