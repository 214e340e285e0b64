//! The rows of the table of figures: the name of each, its source, and how it is written.

use std::time::Duration;

use super::figures::Spread;
use super::measures::{Left, Measures, Streaming};

/// A line of the table of figures.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row {
    /// What the rows below are about.
    Heading(&'static str),
    /// A figure of both servers.
    Figure(&'static str, Unit, fn(&Measures) -> Option<f64>),
}

/// How a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Milliseconds,
    /// Seconds of a processor, counted in hundredths.
    Seconds,
    /// The same, extrapolated to a minute.
    SecondsAMinute,
    FramesASecond,
    Mebibytes,
    Kibibytes,
    Number,
    /// Threads for each session: mostly a whole number.
    Mean,
}

impl Unit {
    /// The figure with its unit.
    pub(crate) fn write(self, figure: f64) -> String {
        // -0.0 is written with its sign.
        let figure = figure + 0.0;
        match self {
            Self::Milliseconds if figure < 1.0 => format!("{figure:.2} ms"),
            Self::Milliseconds => format!("{figure:.1} ms"),
            Self::Seconds => format!("{figure:.2} s"),
            Self::SecondsAMinute => format!("{figure:.1} s"),
            Self::FramesASecond => format!("{figure:.2} fps"),
            Self::Mebibytes => format!("{figure:.1} MiB"),
            Self::Kibibytes => format!("{figure:.0} KiB"),
            Self::Number => format!("{figure:.0}"),
            Self::Mean if figure.fract() == 0.0 => format!("{figure:.0}"),
            Self::Mean => format!("{figure:.1}"),
        }
    }

    /// The second figure as a multiple of the first, where that means something: for times and
    /// amounts that are not too small to be measured well.
    pub(crate) fn ratio(self, [first, second]: [f64; 2]) -> Option<String> {
        let grain = match self {
            Self::Milliseconds => 0.005,
            Self::SecondsAMinute | Self::Mebibytes => 0.1,
            Self::Kibibytes => 1.0,
            Self::Seconds | Self::FramesASecond | Self::Number | Self::Mean => return None,
        };
        if first < grain || second < grain {
            return None;
        }
        let ratio = second / first;
        let digits = match ratio {
            ..0.0005 => return Some("<x0.001".to_owned()),
            ..0.0095 => 3,
            ..0.095 => 2,
            ..9.95 => 1,
            _ => 0,
        };
        Some(format!("x{ratio:.digits$}"))
    }
}

/// All rows, from top to bottom.
pub(crate) const ROWS: [Row; 52] = [
    Row::Heading("20 clients, one after another"),
    Row::Figure("reply to SETUP, p50", Unit::Milliseconds, |all| p50(all.setup)),
    Row::Figure("reply to SETUP, p99", Unit::Milliseconds, |all| p99(all.setup)),
    Row::Figure("reply to SETUP, max", Unit::Milliseconds, |all| max(all.setup)),
    Row::Figure("reply to PLAY, p50", Unit::Milliseconds, |all| p50(all.play)),
    Row::Figure("reply to PLAY, p99", Unit::Milliseconds, |all| p99(all.play)),
    Row::Figure("reply to PLAY, max", Unit::Milliseconds, |all| max(all.play)),
    Row::Figure("from that reply to the first packet, p50", Unit::Milliseconds, |all| {
        p50(all.first_packet)
    }),
    Row::Figure("from that reply to the first packet, max", Unit::Milliseconds, |all| {
        max(all.first_packet)
    }),
    Row::Figure("reply to TEARDOWN, p50", Unit::Milliseconds, |all| p50(all.teardown)),
    Row::Figure("reply to TEARDOWN, max", Unit::Milliseconds, |all| max(all.teardown)),
    Row::Heading("One session, watched for 8 s"),
    Row::Figure("rate (the report's is 20)", Unit::FramesASecond, |all| all.one?.rate),
    Row::Figure("deviation from 50 ms, p50", Unit::Milliseconds, |all| p50(all.one?.deviation)),
    Row::Figure("deviation from 50 ms, p99", Unit::Milliseconds, |all| p99(all.one?.deviation)),
    Row::Figure("deviation from 50 ms, max", Unit::Milliseconds, |all| max(all.one?.deviation)),
    Row::Figure("packets sent", Unit::Number, |all| expected(all.one)),
    Row::Figure("packets lost", Unit::Number, |all| lost(all.one)),
    Row::Figure("CPU a minute (8 s, times 7.5)", Unit::SecondsAMinute, |all| cpu(all.one)),
    Row::Heading("5 sessions at once, watched for 8 s"),
    Row::Figure("rate of the slowest", Unit::FramesASecond, |all| all.few?.rate),
    Row::Figure("packets lost", Unit::Number, |all| lost(all.few)),
    Row::Figure("CPU a minute, all 5 (8 s, times 7.5)", Unit::SecondsAMinute, |all| cpu(all.few)),
    Row::Heading("20 sessions at once, watched for 8 s"),
    Row::Figure("rate of the slowest", Unit::FramesASecond, |all| all.many?.rate),
    Row::Figure("deviation from 50 ms, p50", Unit::Milliseconds, |all| p50(all.many?.deviation)),
    Row::Figure("deviation from 50 ms, p99", Unit::Milliseconds, |all| p99(all.many?.deviation)),
    Row::Figure("deviation from 50 ms, max", Unit::Milliseconds, |all| max(all.many?.deviation)),
    Row::Figure("packets sent", Unit::Number, |all| expected(all.many)),
    Row::Figure("packets lost", Unit::Number, |all| lost(all.many)),
    Row::Figure("CPU a minute, all 20 (8 s, times 7.5)", Unit::SecondsAMinute, |all| cpu(all.many)),
    Row::Heading("Memory and threads"),
    Row::Figure("memory at rest", Unit::Mebibytes, |all| {
        Some(mebibytes(all.at_rest?.resident_kib))
    }),
    Row::Figure("memory with 20 sessions", Unit::Mebibytes, |all| {
        Some(mebibytes(all.many?.resident_kib?))
    }),
    Row::Figure("memory for each of the 20", Unit::Kibibytes, |all| all.many?.kib_a_session),
    Row::Figure("threads at rest", Unit::Number, |all| Some(number(all.at_rest?.threads))),
    Row::Figure("threads for each of the 20", Unit::Mean, |all| all.many?.threads_a_session),
    Row::Heading("Left of 3 clients that played, a second after TEARDOWN"),
    Row::Figure(STILL_SENT, Unit::Number, |all| packets(all.torn_down)),
    Row::Figure(STILL_CPU, Unit::Seconds, |all| left_cpu(all.torn_down)),
    Row::Figure(STILL_THREADS, Unit::Number, |all| threads(all.torn_down)),
    Row::Figure(STILL_OPEN, Unit::Number, |all| descriptors(all.torn_down)),
    Row::Heading("... after they closed their connections without it"),
    Row::Figure(STILL_SENT, Unit::Number, |all| packets(all.closed)),
    Row::Figure(STILL_CPU, Unit::Seconds, |all| left_cpu(all.closed)),
    Row::Figure(STILL_THREADS, Unit::Number, |all| threads(all.closed)),
    Row::Figure(STILL_OPEN, Unit::Number, |all| descriptors(all.closed)),
    Row::Heading("... after they were killed"),
    Row::Figure(STILL_SENT, Unit::Number, |all| packets(all.killed)),
    Row::Figure(STILL_CPU, Unit::Seconds, |all| left_cpu(all.killed)),
    Row::Figure(STILL_THREADS, Unit::Number, |all| threads(all.killed)),
    Row::Figure(STILL_OPEN, Unit::Number, |all| descriptors(all.killed)),
];

const STILL_SENT: &str = "packets still sent, in a second";
const STILL_CPU: &str = "CPU, in that second";
const STILL_THREADS: &str = "threads more than at rest";
const STILL_OPEN: &str = "descriptors more than at rest";

fn p50(spread: Option<Spread>) -> Option<f64> {
    Some(milliseconds(spread?.p50))
}

fn p99(spread: Option<Spread>) -> Option<f64> {
    Some(milliseconds(spread?.p99))
}

fn max(spread: Option<Spread>) -> Option<f64> {
    Some(milliseconds(spread?.max))
}

fn expected(streaming: Option<Streaming>) -> Option<f64> {
    Some(number(streaming?.packets.expected))
}

fn lost(streaming: Option<Streaming>) -> Option<f64> {
    Some(number(streaming?.packets.lost))
}

fn cpu(streaming: Option<Streaming>) -> Option<f64> {
    Some(streaming?.cpu?.as_secs_f64())
}

fn packets(left: Option<Left>) -> Option<f64> {
    Some(number(left?.packets))
}

fn left_cpu(left: Option<Left>) -> Option<f64> {
    Some(left?.cpu?.as_secs_f64())
}

fn threads(left: Option<Left>) -> Option<f64> {
    Some(signed(left?.threads?))
}

fn descriptors(left: Option<Left>) -> Option<f64> {
    Some(signed(left?.descriptors?))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn mebibytes(kib: u64) -> f64 {
    number(kib) / 1024.0
}

/// Nothing that is counted here comes near the limit of these numbers.
fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn signed(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::scenario::{A_FEW, AFTERWARDS, CLIENTS, GRACE, LEAVERS, WATCHED};
    use super::*;

    #[test]
    fn the_headings_tell_what_the_scenarios_do() {
        let clients = format!("{CLIENTS} clients, one after another");
        let one = format!("One session, watched for {} s", WATCHED.as_secs());
        let many = format!("{CLIENTS} sessions at once, watched for {} s", WATCHED.as_secs());
        let few = format!("{A_FEW} sessions at once, watched for {} s", WATCHED.as_secs());
        let left = format!("Left of {LEAVERS} clients that played, a second after TEARDOWN");
        for told in [clients, one, few, many, left] {
            let is_told = |row: &Row| matches!(row, Row::Heading(heading) if *heading == told);
            assert!(ROWS.iter().any(is_told), "no heading {told:?}");
        }
        assert_eq!([GRACE, AFTERWARDS], [Duration::from_secs(1); 2]);
    }

    #[test]
    fn figures_are_written_with_their_units() {
        for (unit, figure, written) in [
            (Unit::Milliseconds, 0.123, "0.12 ms"),
            (Unit::Milliseconds, 50.36, "50.4 ms"),
            (Unit::Seconds, 0.98, "0.98 s"),
            (Unit::Kibibytes, 68.4, "68 KiB"),
            (Unit::Number, -0.0, "0"),
            (Unit::Number, -2.0, "-2"),
            (Unit::Mean, 2.0, "2"),
            (Unit::Mean, 1.95, "1.9"),
        ] {
            assert_eq!(unit.write(figure), written);
        }
    }

    #[test]
    fn a_ratio_stands_only_where_it_says_something() {
        for (unit, figures, ratio) in [
            (Unit::Milliseconds, [1.0, 0.3], Some("x0.3")),
            (Unit::Milliseconds, [50.0, 2.0], Some("x0.04")),
            (Unit::Milliseconds, [50.0, 0.1], Some("x0.002")),
            (Unit::Milliseconds, [300.0, 0.1], Some("<x0.001")),
            (Unit::Milliseconds, [1.0, 1.0], Some("x1.0")),
            (Unit::Mebibytes, [3.0, 60.0], Some("x20")),
            (Unit::SecondsAMinute, [4.0, 0.05], None),
            (Unit::Number, [1.0, 3.0], None),
            (Unit::FramesASecond, [19.8, 20.0], None),
        ] {
            assert_eq!(unit.ratio(figures).as_deref(), ratio, "{unit:?} {figures:?}");
        }
    }
}
