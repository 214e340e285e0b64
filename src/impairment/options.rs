//! What the options of a bad network say: a share of packets, and what can be wrong with them.

use std::fmt;
use std::time::Duration;

/// A share from 0 to 100 %, in steps of a ten-thousandth of a percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent {
    millionths: u32,
}

impl Percent {
    /// That many whole percent, 100 at most.
    pub const fn whole(percent: u8) -> Self {
        let percent = if percent > 100 { 100 } else { percent };
        // `u32::from` can't be used in constants yet.
        Self { millionths: percent as u32 * (ALL / 100) }
    }

    /// `None` above a million.
    pub const fn of_millionths(millionths: u32) -> Option<Self> {
        if millionths <= ALL { Some(Self { millionths }) } else { None }
    }

    /// Millionths of all packets.
    pub const fn millionths(self) -> u32 {
        self.millionths
    }

    /// One percent more, but 99 at most: something must come.
    #[must_use]
    pub const fn one_more(self) -> Self {
        let most = ALL / 100 * 99;
        let millionths = self.millionths + ALL / 100;
        Self { millionths: if millionths > most { most } else { millionths } }
    }

    /// One percent less, but at least none.
    #[must_use]
    pub const fn one_less(self) -> Self {
        Self { millionths: self.millionths.saturating_sub(ALL / 100) }
    }

    /// Digits, and up to four more after a point. A sign, an exponent and `NaN` are refused.
    pub fn parse(word: &str) -> Option<Self> {
        let (whole, fraction) = word.split_once('.').unwrap_or((word, "0"));
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !are_digits(whole) || !are_digits(fraction) || !(1..=4).contains(&fraction.len()) {
            return None;
        }
        let whole: u32 = whole.parse().ok()?;
        let fraction: u32 = format!("{fraction:0<4}").parse().ok()?;
        Self::of_millionths(whole.checked_mul(ALL / 100)?.checked_add(fraction)?)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.millionths / (ALL / 100), self.millionths % (ALL / 100));
        if rest == 0 {
            return write!(out, "{whole} %");
        }
        let digits = format!("{rest:04}");
        write!(out, "{whole}.{} %", digits.trim_end_matches('0'))
    }
}

/// 100 %, in millionths.
pub(super) const ALL: u32 = 1_000_000;

/// Options that describe no network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadImpairment {
    /// A share is not a number from 0 to 100.
    Percent {
        /// The option.
        name: &'static str,
        /// What it says.
        found: String,
    },
    /// A time is not a number, or too long.
    Time {
        /// The option.
        name: &'static str,
        /// What it says.
        found: String,
    },
    /// The seed is no number.
    Seed {
        /// What it says.
        found: String,
    },
    /// There is a seed, but no option that uses it.
    SeedAlone,
    /// Every packet would be lost.
    NothingLeft,
    /// More than every second packet would be swapped.
    TooManySwaps {
        /// How many.
        found: Percent,
    },
    /// The shares add up to more than all packets.
    MoreThanAll {
        /// The share that is lost.
        loss: Percent,
        /// The share that is doubled.
        duplicate: Percent,
        /// The share that is swapped.
        reorder: Percent,
    },
    /// Packets would come before they were sent.
    JitterAboveDelay {
        /// The delay.
        delay: Duration,
        /// How much it varies.
        jitter: Duration,
    },
}

impl fmt::Display for BadImpairment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent { name, found } => {
                let range = match *name {
                    "loss" => "0 to less than 100",
                    "reorder" => "0 to 50",
                    _ => "0 to 100",
                };
                write!(out, "expected --{name} from {range} percent, as 5 or 0.5, found {found:?}")
            }
            Self::Time { name, found } => {
                write!(out, "expected --{name} from 0 to {MAX_DELAY_MS} ms, found {found:?}")
            }
            Self::Seed { found } => {
                write!(out, "expected --seed from 0 to {}, found {found:?}", u64::MAX)
            }
            Self::SeedAlone => {
                out.write_str("expected --seed with --loss, --duplicate, --reorder or --delay, ")?;
                out.write_str("found it alone")
            }
            Self::NothingLeft => {
                out.write_str("expected --loss of less than 100 %, found 100 %: ")?;
                out.write_str("such a network shows nothing")
            }
            Self::TooManySwaps { found } => {
                write!(
                    out,
                    "expected --reorder of at most 50 %, found {found}: it takes two to swap"
                )
            }
            Self::MoreThanAll { loss, duplicate, reorder } => {
                out.write_str(
                    "expected --loss, --duplicate and --reorder of at most 100 % together, ",
                )?;
                write!(out, "found {loss}, {duplicate} and {reorder}")
            }
            Self::JitterAboveDelay { delay, jitter } => {
                let (delay, jitter) = (delay.as_millis(), jitter.as_millis());
                write!(out, "expected --jitter of at most the --delay, {delay} ms, ")?;
                write!(out, "found {jitter} ms: no packet comes before it is sent")
            }
        }
    }
}

impl std::error::Error for BadImpairment {}

/// The longest delay. The client gives up a server that says nothing for 2 s.
pub(super) const MAX_DELAY_MS: u64 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_reads_as_it_is_written() {
        for (word, millionths, shown) in [
            ("0", 0, "0 %"),
            ("5", 50_000, "5 %"),
            ("05", 50_000, "5 %"),
            ("0.5", 5_000, "0.5 %"),
            ("0.0001", 1, "0.0001 %"),
            ("12.50", 125_000, "12.5 %"),
            ("99.9999", 999_999, "99.9999 %"),
            ("100", 1_000_000, "100 %"),
        ] {
            let percent = Percent::parse(word).unwrap();
            assert_eq!((percent.millionths(), percent.to_string().as_str()), (millionths, shown));
        }
    }

    #[test]
    fn what_is_no_share_is_none() {
        for word in [
            "",
            " ",
            ".",
            "5.",
            ".5",
            "-1",
            "-0",
            "+5",
            "x",
            "5x",
            "5%",
            "5 ",
            "0,5",
            "1e1",
            "NaN",
            "inf",
            "100.0001",
            "101",
            "0.00001",
            "4294967296",
            "42949672960",
            "١",
        ] {
            assert_eq!(Percent::parse(word), None, "{word:?}");
        }
    }

    #[test]
    fn steps_are_one_percent_and_end_at_0_and_99() {
        let mut percent = Percent::default();
        let up: Vec<_> = (0..101)
            .map(|_| {
                percent = percent.one_more();
                percent.millionths() / 10_000
            })
            .collect();
        assert_eq!(up, (1..=99).chain([99, 99]).collect::<Vec<_>>());
        assert_eq!(Percent::whole(1).one_less().one_less(), Percent::default());
        assert_eq!(Percent::whole(100).one_more(), Percent::whole(99));
    }

    #[test]
    fn whole_percents_end_at_100() {
        assert_eq!(Percent::whole(7).millionths(), 70_000);
        assert_eq!(Percent::whole(255), Percent::whole(100));
    }
}
