//! What can be wrong with the options of a bad network.

use std::fmt;
use std::time::Duration;

use super::percent::Percent;

/// Options that describe no network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadImpairment {
    /// A share is none.
    Percent {
        /// The option.
        name: &'static str,
        /// What it says.
        found: String,
    },
    /// A time is none, or too long.
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
    /// There is a seed, and nothing that could follow from it.
    SeedAlone,
    /// Every packet would be lost.
    NothingLeft,
    /// More than every second packet would be swapped.
    TooManySwaps {
        /// How many.
        found: Percent,
    },
    /// More would be done to packets than there are.
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
        /// What it varies by.
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

/// The longest delay. The client gives a server up that says nothing for 2 s.
pub(super) const MAX_DELAY_MS: u64 = 10_000;
