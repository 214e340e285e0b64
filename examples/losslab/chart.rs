//! A chart as SVG: curves with bands, and marks beside them.

use std::fmt::Write;

/// What is to be drawn.
#[derive(Debug)]
pub(crate) struct Chart {
    pub(crate) title: String,
    /// Below it, a line each.
    pub(crate) notes: Vec<String>,
    pub(crate) x_name: String,
    pub(crate) y_name: String,
    /// The values that were measured, each with its words.
    pub(crate) ticks: Vec<(f64, String)>,
    /// Equal factors are equally far apart, not equal differences.
    pub(crate) is_logarithmic: bool,
    pub(crate) series: Vec<Series>,
}

/// A curve, and what was measured of it. Shares are from 0 to 1.
#[derive(Debug, Default)]
pub(crate) struct Series {
    pub(crate) name: String,
    /// Place, share, and the range around it.
    pub(crate) curve: Vec<(f64, f64, f64, f64)>,
    /// All runs together.
    pub(crate) marks: Vec<(f64, f64)>,
    /// Each run.
    pub(crate) dots: Vec<(f64, f64)>,
}

impl Chart {
    /// The chart as an SVG document.
    pub(crate) fn svg(&self) -> String {
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"15\" fill=\"#1a1f26\">\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
        );
        text(&mut out, (60.0, 42.0), "font-size=\"25\" font-weight=\"bold\"", &self.title);
        for (note, y) in self.notes.iter().zip([68.0, 88.0, 108.0]) {
            text(&mut out, (60.0, y), "fill=\"#4a5360\"", note);
        }
        self.draw_axes(&mut out);
        for (series, look) in self.series.iter().zip(LOOKS.iter().cycle()) {
            self.draw_band(&mut out, series, look);
        }
        for (series, look) in self.series.iter().zip(LOOKS.iter().cycle()) {
            self.draw_series(&mut out, series, look);
        }
        self.draw_names(&mut out);
        out + "</svg>\n"
    }

    fn draw_axes(&self, out: &mut String) {
        text(out, (60.0, TOP - 14.0), "font-weight=\"bold\"", &self.y_name);
        for step in 0..=5 {
            let share = self.most() * f64::from(step) / 5.0;
            let y = self.y(share);
            line(out, "stroke=\"#dfe3e8\"", &[(LEFT, y), (RIGHT, y)]);
            let words = format!("{:.0}", 100.0 * share);
            text(out, (LEFT - 12.0, y + 5.0), "text-anchor=\"end\" fill=\"#4a5360\"", &words);
        }
        for (value, words) in &self.ticks {
            let x = self.x(*value);
            line(out, "stroke=\"#8a94a0\"", &[(x, BOTTOM), (x, BOTTOM + 6.0)]);
            text(out, (x, BOTTOM + 24.0), "text-anchor=\"middle\" fill=\"#4a5360\"", words);
        }
        let place = (f64::midpoint(LEFT, RIGHT), BOTTOM + 54.0);
        text(out, place, "text-anchor=\"middle\" font-weight=\"bold\"", &self.x_name);
    }

    fn draw_band(&self, out: &mut String, series: &Series, (color, _): &Look) {
        let there = series.curve.iter().map(|(x, _, least, _)| self.point(*x, *least));
        let back = series.curve.iter().rev().map(|(x, _, _, most)| self.point(*x, *most));
        let points = points(there.chain(back));
        writeln!(out, "<polygon fill=\"{color}\" fill-opacity=\"0.16\" points=\"{points}\"/>").ok();
    }

    fn draw_series(&self, out: &mut String, series: &Series, (color, shape): &Look) {
        let curve: Vec<_> = series.curve.iter().map(|(x, y, ..)| self.point(*x, *y)).collect();
        line(out, &format!("stroke=\"{color}\" stroke-width=\"2\""), &curve);
        // Side by side, as many have the same place.
        for ((x, y), number) in series.dots.iter().zip(0_u32..) {
            let (x, y) = self.point(*x, *y);
            let x = x + f64::from(number % 10) * 3.4 - 15.3;
            writeln!(out,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.6\" fill=\"{color}\" fill-opacity=\"0.7\"/>",
).ok();
        }
        for (x, y) in &series.marks {
            let (x, y) = self.point(*x, *y);
            let corners = shape.iter().map(|(dx, dy)| (x + dx, y + dy));
            writeln!(
                out,
                "<polygon fill=\"#fff\" stroke=\"{color}\" stroke-width=\"2.6\" points=\"{}\"/>",
                points(corners)
            )
            .ok();
        }
    }

    /// Each beside the end of its curve, or below the one before if there is no room.
    fn draw_names(&self, out: &mut String) {
        let end = |series: &Series| series.curve.last().map_or(0.0, |(_, y, ..)| *y);
        let mut all: Vec<_> = self.series.iter().zip(LOOKS.iter().cycle()).collect();
        all.sort_by(|(one, _), (other, _)| end(other).total_cmp(&end(one)));
        let room = 22.0 * f64::from(u32::try_from(all.len()).unwrap_or(0));
        let mut next = TOP;
        for ((series, (color, _)), place) in all.into_iter().zip(1_u32..) {
            let lowest = BOTTOM + 5.0 - room + 22.0 * f64::from(place);
            let y = (self.y(end(series)) + 5.0).max(next).min(lowest);
            next = y + 22.0;
            let look = format!("fill=\"{color}\" font-weight=\"bold\"");
            text(out, (RIGHT + 12.0, y), &look, &series.name);
        }
    }

    /// The highest share that there is room for.
    fn most(&self) -> f64 {
        let all = self.series.iter().flat_map(|series| {
            let of_curve = series.curve.iter().map(|(_, _, _, most)| *most);
            let others = series.marks.iter().chain(&series.dots);
            of_curve.chain(others.map(|(_, y)| *y))
        });
        let most = all.fold(0.0, f64::max);
        if most <= 0.05 { 0.05 } else { ((most * 10.0).ceil() / 10.0).min(1.0) }
    }

    fn point(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x(x), self.y(y))
    }

    fn x(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.is_logarithmic { value.ln() } else { value };
        let of_tick = |tick: Option<&(f64, String)>| tick.map_or(1.0, |(value, _)| scale(*value));
        let (first, last) = (of_tick(self.ticks.first()), of_tick(self.ticks.last()));
        let span = if last > first { last - first } else { 1.0 };
        LEFT + 50.0 + (RIGHT - LEFT - 100.0) * (scale(value) - first) / span
    }

    fn y(&self, share: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * share / self.most()
    }
}

fn text(out: &mut String, (x, y): (f64, f64), look: &str, words: &str) {
    let words = escaped(words);
    writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" {look}>{words}</text>").ok();
}

fn line(out: &mut String, look: &str, through: &[(f64, f64)]) {
    let points = points(through.iter().copied());
    writeln!(out, "<polyline fill=\"none\" {look} points=\"{points}\"/>").ok();
}

fn points(points: impl Iterator<Item = (f64, f64)>) -> String {
    points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

/// Text for SVG and HTML.
pub(crate) fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A colour, and the corners of a mark.
type Look = (&'static str, &'static [(f64, f64)]);

/// Told apart by colour-blind people, and by shape.
const LOOKS: [Look; 4] = [
    (
        "#0060a0",
        &[
            (-7.0, -3.0),
            (-3.0, -7.0),
            (3.0, -7.0),
            (7.0, -3.0),
            (7.0, 3.0),
            (3.0, 7.0),
            (-3.0, 7.0),
            (-7.0, 3.0),
        ],
    ),
    ("#0f7d57", &[(-7.0, -7.0), (7.0, -7.0), (7.0, 7.0), (-7.0, 7.0)]),
    ("#b86e00", &[(0.0, -9.0), (9.0, 0.0), (0.0, 9.0), (-9.0, 0.0)]),
    ("#c03a00", &[(0.0, -9.0), (9.0, 7.0), (-9.0, 7.0)]),
];

const WIDTH: f64 = 1100.0;
const HEIGHT: f64 = 690.0;
const LEFT: f64 = 110.0;
const RIGHT: f64 = 940.0;
const TOP: f64 = 160.0;
const BOTTOM: f64 = 610.0;
