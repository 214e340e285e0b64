//! What the views have in common: sections, the axis of time, scales.

use crate::session::Session;
use crate::svg::{Anchor, Svg};
use crate::text::{escaped, line, short};

/// Where the plots of all figures begin and end, so that the same time is at the same place.
pub(crate) const LEFT: f64 = 98.0;
pub(crate) const RIGHT: f64 = 1050.0;
/// Where what is written at the right of a plot begins.
pub(crate) const BESIDE: f64 = 1064.0;
pub(super) const COLUMNS: f64 = 476.0;

/// A section, with its heading and what it says before its figure.
pub(crate) fn section(id: &str, class: &str, title: &str, about: &str, body: &str) -> String {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let about = if about.is_empty() { String::new() } else { format!("<p>{about}</p>\n") };
    let title = escaped(title);
    format!("<section id=\"{id}\"{class}><h2>{title}</h2>\n{about}{body}</section>\n")
}

/// The axis of time of a figure, from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeAxis {
    pub(super) until: f64,
}

/// Distances of the marks of an axis of time, in milliseconds.
const TICKS: [f64; 19] = [
    100.0, 200.0, 500.0, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3,
    3600e3, 7200e3, 14_400e3, 86_400e3,
];
/// From here on minutes are easier to read.
const IN_MINUTES: f64 = 180_000.0;

impl TimeAxis {
    pub(super) fn x(self, time: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * (time / self.until).clamp(0.0, 1.0)
    }

    /// Hatched where the movie does not play.
    pub(super) fn pauses(self, svg: &mut Svg, session: &Session, y: f64, height: f64) {
        let mut from = 0.0;
        let starts = session.runs.iter().map(|run| (run.from, run.to));
        for (start, end) in starts.chain([(self.until, self.until)]) {
            let (x1, x2) = (self.x(from), self.x(start));
            if x2 - x1 >= 1.0 {
                svg.rect("pause", (x1, y), (x2 - x1, height));
            }
            from = end;
        }
    }

    /// Marks and numbers below a plot.
    pub(super) fn marks(self, svg: &mut Svg, y: f64) {
        svg.line("axis", (LEFT, y), (RIGHT, y));
        let fits = |step: &&f64| self.until / **step <= 15.0;
        let step = TICKS.iter().find(fits).copied().unwrap_or(self.until);
        let mut time = 0.0;
        while time <= self.until + 1e-6 {
            svg.line("axis", (self.x(time), y), (self.x(time), y + 7.0));
            svg.text("ax", (self.x(time), y + 26.0), Anchor::Middle, &self.label(time));
            time += step;
        }
        let unit = if self.until > IN_MINUTES { "min:s" } else { "s" };
        let gap = if self.until > IN_MINUTES { 36.0 } else { 24.0 };
        svg.text("ax", (RIGHT + gap, y + 26.0), Anchor::Start, unit);
    }

    fn label(self, time: f64) -> String {
        if self.until <= IN_MINUTES {
            return short(time / 1000.0);
        }
        let seconds = crate::text::whole(time / 1000.0);
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}

/// A scale of values with at most four steps of 1, 2, 2.5 or 5, from 0 to at least that value.
pub(crate) fn scale(most: f64) -> (f64, usize) {
    let least = (most / 4.0).max(1e-3);
    let power = 10_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * power);
    let step = steps.into_iter().find(|step| *step >= least * 0.999).unwrap_or(10.0 * power);
    (step, usize::try_from(crate::text::whole((most / step).ceil().max(1.0))).unwrap_or(1))
}

/// A value with thousands.
pub(crate) fn value(number: f64) -> String {
    if number >= 1000.0 { crate::text::commas(crate::text::whole(number)) } else { short(number) }
}

/// A cell of a table.
pub(crate) fn cell(class: &str, text: &str) -> String {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    format!("<td{class}>{}</td>", line(text))
}
