//! How figures are printed.

use std::fmt::Display;
use std::time::Duration;

/// Times of the same thing.
#[derive(Debug)]
pub(crate) struct Times(Vec<Duration>);

/// In milliseconds.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) median: f64,
    p95: f64,
    max: f64,
}

impl FromIterator<Duration> for Times {
    fn from_iter<I: IntoIterator<Item = Duration>>(times: I) -> Self {
        let mut times: Vec<_> = times.into_iter().collect();
        times.sort();
        Self(times)
    }
}

impl Times {
    fn figures(&self) -> Figures {
        let last = self.0.len() - 1;
        let figure = |index: usize| self.0[index].as_secs_f64() * 1e3;
        Figures { median: figure(last / 2), p95: figure(last * 95 / 100), max: figure(last) }
    }

    /// Prints a row, and returns its figures.
    pub(crate) fn print(&self, what: &str, goal: &str) -> Figures {
        let figures = self.figures();
        let Figures { median, p95, max } = figures;
        let what = format!("{what}, {} times", self.0.len());
        println!("{what:<38} {median:>8.3} ms {p95:>8.3} ms {max:>8.3} ms   {goal}");
        figures
    }
}

pub(crate) fn print_header() {
    println!("{:<38} {:>8}    {:>8}    {:>8}      goal", "", "median", "p95", "max");
}

/// Prints a row of one figure.
pub(crate) fn print_figure(what: &str, figure: impl Display, goal: &str) {
    println!("{what:<38} {figure:>11} {:>26} {goal}", "");
}
