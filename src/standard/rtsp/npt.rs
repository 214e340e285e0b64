//! Normal play time: a place in a movie, in seconds from its beginning (RFC 2326 section 3.6).
//!
//! The header `Range` (section 12.29) and a description's `a=range` (section C.1.5) have it.
//!
//! ```
//! use rtsp_lab::standard::rtsp::npt::NptRange;
//! use std::time::Duration;
//!
//! let range = NptRange::parse("npt=10.5-")?;
//! assert_eq!((range.start(), range.end()), (Some(Duration::from_millis(10_500)), None));
//! let movie = NptRange::between(Duration::ZERO, Duration::from_secs(25));
//! assert_eq!(movie.to_string(), "npt=0-25.000");
//! # Ok::<(), rtsp_lab::standard::rtsp::npt::BadRange>(())
//! ```

use std::fmt;
use std::time::Duration;

use super::status::StandardStatus;

/// A stretch of a movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NptRange {
    /// `10-` or `10-20`.
    From {
        /// Where it begins.
        start: NptTime,
        /// Where it ends, if not with the movie.
        end: Option<NptTime>,
    },
    /// `-20`: from where the movie is until there.
    Until(NptTime),
}

/// A place in a movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NptTime {
    /// In a live source: what is sent at this moment.
    Now,
    /// This long after the beginning.
    At(Duration),
}

impl NptRange {
    /// From there to the end of the movie.
    pub const fn starting_at(start: Duration) -> Self {
        Self::From { start: NptTime::At(start), end: None }
    }

    /// From one place to another.
    pub const fn between(start: Duration, end: Duration) -> Self {
        Self::From { start: NptTime::At(start), end: Some(NptTime::At(end)) }
    }

    /// Where it begins; `None` is where the movie is, or what is live.
    pub const fn start(&self) -> Option<Duration> {
        match self {
            Self::From { start: NptTime::At(start), .. } => Some(*start),
            Self::From { start: NptTime::Now, .. } | Self::Until(_) => None,
        }
    }

    /// Where it ends; `None` is the movie's end, or what is live.
    pub const fn end(&self) -> Option<Duration> {
        match self {
            Self::From { end: Some(NptTime::At(end)), .. } | Self::Until(NptTime::At(end)) => {
                Some(*end)
            }
            Self::From { end: Some(NptTime::Now) | None, .. } | Self::Until(NptTime::Now) => None,
        }
    }

    /// Reads `npt=START-END`; parameters after a semicolon, such as `time=`, are skipped.
    ///
    /// # Errors
    /// The unit is not `npt`, or there is no range in seconds or in `h:mm:ss`.
    pub fn parse(text: &str) -> Result<Self, BadRange> {
        let bad = || BadRange::Time(text.to_owned());
        let range = text.split(';').next().unwrap_or_default();
        let (unit, range) = range.split_once('=').ok_or_else(bad)?;
        if !unit.trim().eq_ignore_ascii_case("npt") {
            return Err(BadRange::Unit(text.to_owned()));
        }
        let (start, end) = range.split_once('-').ok_or_else(bad)?;
        match (start.trim(), end.trim()) {
            ("", end) => NptTime::parse(end).map(Self::Until),
            (start, "") => NptTime::parse(start).map(|start| Self::From { start, end: None }),
            (start, end) => NptTime::parse(start)
                .zip(NptTime::parse(end))
                .map(|(start, end)| Self::From { start, end: Some(end) }),
        }
        .ok_or_else(bad)
    }
}

impl fmt::Display for NptRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From { start, end: None } => write!(out, "npt={start}-"),
            Self::From { start, end: Some(end) } => write!(out, "npt={start}-{end}"),
            Self::Until(end) => write!(out, "npt=-{end}"),
        }
    }
}

impl NptTime {
    /// `now`, seconds, or hours, minutes and seconds; some players write a decimal comma.
    fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("now") {
            return Some(Self::Now);
        }
        let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let mut parts = whole.split(':');
        let seconds = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(seconds), None, ..) => number(seconds)?,
            (Some(hours), Some(minutes), Some(seconds), None) => {
                let below_60 = |text| number(text).filter(|&number| number < 60);
                3600 * number(hours)? + 60 * below_60(minutes)? + below_60(seconds)?
            }
            _ => return None,
        };
        let nanoseconds = nanoseconds(fraction)?;
        (seconds <= MAX_SECONDS).then(|| Self::At(Duration::new(seconds, nanoseconds)))
    }
}

/// At least three decimals, and as many as it takes to get the same time back.
impl fmt::Display for NptTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => out.write_str("now"),
            Self::At(Duration::ZERO) => out.write_str("0"),
            Self::At(time) => {
                let (seconds, fraction) = (time.as_secs(), format!("{:09}", time.subsec_nanos()));
                let (first, more) = fraction.split_at_checked(3).unwrap_or_default();
                write!(out, "{seconds}.{first}{}", more.trim_end_matches('0'))
            }
        }
    }
}

/// A number of at most nine digits.
fn number(digits: &str) -> Option<u64> {
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| all_digits && digits.len() <= 9)
}

/// The first nine digits of a fraction; an empty one is 0.
fn nanoseconds(fraction: &str) -> Option<u32> {
    let all_digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    let nine = fraction.get(..9).unwrap_or(fraction);
    format!("{nine:0<9}").parse().ok().filter(|_| all_digits)
}

/// The latest time that is accepted, some 31 years: nothing that is added to it overflows.
const MAX_SECONDS: u64 = 999_999_999;

/// No range in normal play time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadRange {
    /// In another unit: `smpte=` or `clock=`.
    Unit(String),
    /// In no form that section 3.6 knows.
    Time(String),
}

impl BadRange {
    /// The answer to a request with such a Range (sections 12.29 and 11.3.8).
    pub const fn status(&self) -> StandardStatus {
        match self {
            Self::Unit(_) => StandardStatus::NotImplemented,
            Self::Time(_) => StandardStatus::InvalidRange,
        }
    }
}

impl fmt::Display for BadRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit(text) => write!(out, "read range: expected the unit npt, found {text:?}"),
            Self::Time(text) => write!(
                out,
                "read range: expected npt=START-END in seconds or h:mm:ss, found {text:?}"
            ),
        }
    }
}

impl std::error::Error for BadRange {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn at(milliseconds: u64) -> NptTime {
        NptTime::At(Duration::from_millis(milliseconds))
    }

    #[test]
    fn every_form_is_read() {
        for (text, range) in [
            ("npt=0.000-", NptRange::starting_at(Duration::ZERO)),
            ("npt=0-25", NptRange::between(Duration::ZERO, Duration::from_secs(25))),
            ("NPT = 10. - 20,5 ", NptRange::From { start: at(10_000), end: Some(at(20_500)) }),
            ("npt=999999999-", NptRange::starting_at(Duration::from_secs(MAX_SECONDS))),
            ("npt=-20", NptRange::Until(at(20_000))),
            ("npt=now-", NptRange::From { start: NptTime::Now, end: None }),
            ("npt=-NOW", NptRange::Until(NptTime::Now)),
            (
                "npt=1:02:03.5-100:0:1",
                NptRange::From { start: at(3_723_500), end: Some(at(360_001_000)) },
            ),
            ("npt=1-;time=19970123T153600Z", NptRange::starting_at(Duration::from_secs(1))),
            ("npt=0.0000000019-", NptRange::starting_at(Duration::from_nanos(1))),
        ] {
            assert_eq!(NptRange::parse(text), Ok(range), "{text}");
        }
    }

    #[test]
    fn start_and_end_are_none_where_the_movie_itself_tells() {
        let ends = |text| NptRange::parse(text).map(|range| (range.start(), range.end())).unwrap();
        let second = Some(Duration::from_secs(1));
        assert_eq!(ends("npt=1-"), (second, None));
        assert_eq!(ends("npt=1-1"), (second, second));
        assert_eq!(ends("npt=-1"), (None, second));
        assert_eq!(ends("npt=now-1"), (None, second));
        assert_eq!(ends("npt=1-now"), (second, None));
        assert_eq!(ends("npt=-now"), (None, None));
    }

    #[test]
    fn what_is_no_range_is_457_and_another_unit_501() {
        for (text, code) in [
            ("", 457),
            ("npt", 457),
            ("npt=", 457),
            ("npt=-", 457),
            ("npt=5", 457),
            ("npt=--5", 457),
            ("npt=-5-10", 457),
            ("npt=+1-", 457),
            ("npt=1e3-", 457),
            ("npt=1.+5-", 457),
            ("npt=0000000001-", 457),
            ("npt=1.2.3-", 457),
            ("npt=1:02-", 457),
            ("npt=1:60:00-", 457),
            ("npt=1:00:60-", 457),
            ("npt=1:2:3:4-", 457),
            ("npt=0.\u{e9}-", 457),
            ("npt=1000000000-", 457),
            ("npt=999999999:59:59-", 457),
            ("npt=1-2,npt=3-4", 457),
            ("smpte=10:12:33:20-", 501),
            ("clock=19961108T142300Z-", 501),
        ] {
            assert_eq!(NptRange::parse(text).unwrap_err().status().code(), code, "{text}");
        }
        assert_eq!(
            NptRange::parse("npt=x-").unwrap_err().to_string(),
            "read range: expected npt=START-END in seconds or h:mm:ss, found \"npt=x-\""
        );
    }

    #[test]
    fn written_times_have_three_decimals_or_more() {
        for (nanoseconds, written) in [
            (0, "0"),
            (1, "0.000000001"),
            (50_000_000, "0.050"),
            (12_500_000_000, "12.500"),
            (33_366_700, "0.0333667"),
        ] {
            assert_eq!(NptTime::At(Duration::from_nanos(nanoseconds)).to_string(), written);
        }
    }

    prop_compose! {
        fn time()(
            now in any::<bool>(), seconds in 0..=MAX_SECONDS, nanoseconds in 0..1_000_000_000_u32,
        ) -> NptTime {
            if now { NptTime::Now } else { NptTime::At(Duration::new(seconds, nanoseconds)) }
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            (start, end) in (proptest::option::of(time()), time()), open in any::<bool>(),
        ) {
            let range = match start {
                Some(start) => NptRange::From { start, end: Some(end).filter(|_| !open) },
                None => NptRange::Until(end),
            };
            prop_assert_eq!(NptRange::parse(&range.to_string()), Ok(range));
        }

        #[test]
        fn any_text_is_read_or_refused(
            text in "(npt=)?([0-9.:,now-]|\\PC){0,20}(-[0-9:.]{0,30})?",
        ) {
            if let Err(error) = NptRange::parse(&text) {
                prop_assert!(error.to_string().starts_with("read range: "));
            }
        }
    }
}
