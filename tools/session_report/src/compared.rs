//! The page of a comparison: two programs side by side, in the style of a session's page.
//!
//! Text and numbers go in, each of them as the one who measured prints it; no name is trusted.

use crate::page::still;
use crate::svg::{Anchor, Svg, polyline};
use crate::text::{amount, commas, counted, escaped, line, shortened, whole};
use crate::view::parts::{BESIDE, LEFT, RIGHT, cell, scale, section, value};

/// Two programs, and what was found out about them.
#[derive(Debug)]
pub struct Compared {
    /// What the two are called.
    pub names: [String; 2],
    /// How they were started.
    pub commands: [String; 2],
    /// What could not be measured, and why: a line each.
    pub notes: Vec<String>,
    /// The rows of the table of figures, as they are printed.
    pub figures: Vec<Row>,
    /// The rows of the two cards.
    pub card: Vec<Row>,
    /// The times between frames, in milliseconds, for each number of sessions.
    pub gaps: Vec<(String, [Vec<f64>; 2])>,
    /// What was used over time.
    pub curves: Vec<Curve>,
    /// The command that does all this again.
    pub again: String,
}

/// A row of a table.
#[derive(Debug)]
pub enum Row {
    /// What the rows below are about.
    Heading(String),
    /// A name, what there is of both, and what stands beside them.
    Cells(String, [String; 2], String),
}

/// Something measured over time, of both.
#[derive(Debug)]
pub struct Curve {
    /// What it is, and its unit.
    pub title: String,
    /// Seconds, and the value then. None at all where the system does not tell.
    pub points: [Vec<(f64, f64)>; 2],
}

/// The page.
pub fn compared(about: &Compared) -> String {
    let [one, other] = &about.names;
    let title = format!("{one} and {other}, side by side");
    let gaps = about.gaps.iter().map(|(title, gaps)| histogram(title, gaps, &about.names));
    let curves = about.curves.iter().map(|of| curve(of, &about.names));
    let lines = "Time from one frame to the next as they arrived, in bins of 5 ms. The first is the \
                 whole line, the second the broken one.";
    let sections = [
        head(about, &title),
        section("card", "long", "The card", "", &table(&about.card, &about.names, "")),
        section(
            "figures",
            "long",
            "Figures",
            "Ratio: the second in terms of the first. What is left of clients that \
             have gone stands in the last three parts.",
            &table(&about.figures, &about.names, "ratio"),
        ),
        section("gaps", "long", "Time between frames", lines, &gaps.collect::<String>()),
        section(
            "curves",
            "long",
            "Processor and memory over time",
            "",
            &curves.collect::<String>(),
        ),
        section("again", "", "Once more", "", &format!("<pre>{}</pre>\n", escaped(&about.again))),
    ];
    still(&title, &sections.concat())
}

fn head(about: &Compared, title: &str) -> String {
    let names = about.names.iter().zip(&about.commands);
    let entry = |(name, command): (&String, &String)| {
        format!("<dt>{}</dt><dd><code>{}</code></dd>", line(name), line(command))
    };
    let names: String = names.map(entry).collect();
    let note = |note: &String| format!("<li class=\"bad\">not measured: {}</li>\n", line(note));
    let notes: String = about.notes.iter().map(note).collect();
    let notes =
        if notes.is_empty() { notes } else { format!("<ul class=\"notes\">{notes}</ul>\n") };
    format!("<header><h1>{}</h1>\n<dl>{names}</dl>\n{notes}</header>\n", line(title))
}

fn table(rows: &[Row], [one, other]: &[String; 2], beside: &str) -> String {
    let row = |row: &Row| match row {
        Row::Heading(text) => format!("<tr><th colspan=\"4\">{}</th></tr>\n", line(text)),
        Row::Cells(name, [one, other], beside) => {
            let cells =
                [one, other].map(|text| cell(if text == "FAIL" { "n bad" } else { "n" }, text));
            format!("<tr>{}{}{}</tr>\n", cell("", name), cells.concat(), cell("n", beside))
        }
    };
    let rows: String = rows.iter().map(row).collect();
    let [one, other, beside] = [one.as_str(), other, beside].map(line);
    format!(
        "<table><tr><th></th><th class=\"n\">{one}</th><th class=\"n\">{other}</th>\
         <th class=\"n\">{beside}</th></tr>\n{rows}</table>\n"
    )
}

const BIN: f64 = 5.0;
/// The last of them takes all that is longer.
const BINS: usize = 34;
const TOP: f64 = 46.0;
const BOTTOM: f64 = 246.0;
const HEIGHT: f64 = 282.0;
/// The classes of the two lines: another colour, and broken.
const LINES: [&str; 2] = ["c1", "c4 o2"];
const WORDS: [&str; 2] = ["dl c1t", "dl c4t"];

/// A plot with room for values up to that one.
struct Plot {
    svg: Svg,
    high: f64,
    until: f64,
}

impl Plot {
    fn new(title: &str, names: &[String; 2], most: f64, until: f64) -> Self {
        let (step, steps) = scale(most);
        let mut plot = Self { svg: Svg::default(), high: step * amount(steps), until };
        for place in 0..=steps {
            let at = step * amount(place);
            let y = plot.y(at);
            plot.svg.line(if place == 0 { "axis" } else { "grid" }, (LEFT, y), (RIGHT, y));
            plot.svg.text("ax", (LEFT - 12.0, y + 6.0), Anchor::End, &value(at));
        }
        plot.svg.text("pt", (38.0, 22.0), Anchor::Start, title);
        // In the line of the title, where no curve comes.
        let places = [RIGHT - 560.0, RIGHT - 230.0];
        for ((name, x), (class, words)) in
            names.iter().zip(places).zip(LINES.into_iter().zip(WORDS))
        {
            plot.svg.line(class, (x, 16.0), (x + 50.0, 16.0));
            plot.svg.text(words, (x + 60.0, 22.0), Anchor::Start, &shortened(name, 24));
        }
        plot
    }

    fn x(&self, at: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * (at / self.until).clamp(0.0, 1.0)
    }

    fn y(&self, at: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * at / self.high
    }

    fn draw(&mut self, which: usize, points: &[(f64, f64)]) {
        let path = polyline(points.iter().map(|(x, y)| (self.x(*x), self.y(*y))));
        self.svg.path(LINES.get(which).copied().unwrap_or_default(), &path);
    }

    fn finish(mut self, step: f64, unit: &str, label: &str) -> String {
        let mut at = 0.0;
        while at <= self.until + 1e-6 {
            let x = self.x(at);
            self.svg.line("axis", (x, BOTTOM), (x, BOTTOM + 7.0));
            self.svg.text("ax", (x, BOTTOM + 26.0), Anchor::Middle, &value(at));
            at += step;
        }
        self.svg.text("ax", (BESIDE + 10.0, BOTTOM + 26.0), Anchor::Start, unit);
        self.svg.finish(HEIGHT, "", label)
    }
}

fn histogram(title: &str, gaps: &[Vec<f64>; 2], names: &[String; 2]) -> String {
    let counts = gaps.each_ref().map(|gaps| binned(gaps));
    let most = counts.iter().flatten().max().copied().unwrap_or(1);
    let label = format!("{title}: number of gaps");
    let mut plot = Plot::new(&label, names, counted(most), BIN * amount(BINS));
    for (which, counts) in counts.iter().enumerate() {
        let steps = counts.iter().enumerate().flat_map(|(place, count)| {
            let (from, height) = (BIN * amount(place), counted(*count));
            [(from, height), (from + BIN, height)]
        });
        plot.draw(which, &steps.collect::<Vec<_>>());
    }
    let said = names.iter().zip(gaps).map(|(name, gaps)| paragraph(&summary(name, gaps)));
    plot.finish(25.0, "ms", &label) + &said.collect::<String>()
}

/// How many gaps are in each bin.
fn binned(gaps: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; BINS];
    for gap in gaps {
        let place = usize::try_from(whole((gap / BIN).floor())).unwrap_or(BINS);
        if let Some(count) = counts.get_mut(place.min(BINS - 1)) {
            *count += 1;
        }
    }
    counts
}

fn summary(name: &str, gaps: &[f64]) -> String {
    let mut sorted = gaps.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(middle), Some(longest)) = (crate::figures::quantile(&sorted, 0.5), sorted.last())
    else {
        return format!("{name}: no two frames came");
    };
    let count = commas(gaps.len() as u64);
    format!("{name}: {count} gaps, median {middle:.1} ms, longest {longest:.1} ms")
}

fn curve(curve: &Curve, names: &[String; 2]) -> String {
    let Curve { title, points } = curve;
    if points.iter().all(Vec::is_empty) {
        return paragraph(&format!("{title}: {NOT_MEASURED}"));
    }
    let all = || points.iter().flatten();
    let most = all().map(|(_, value)| *value).fold(4.0, f64::max);
    let until = all().map(|(time, _)| *time).fold(1.0, f64::max);
    let mut plot = Plot::new(title, names, most, until);
    for (which, points) in points.iter().enumerate() {
        plot.draw(which, points);
    }
    let missing = names.iter().zip(points).filter(|(_, points)| points.is_empty());
    let missing = missing.map(|(name, _)| paragraph(&format!("{name}: {NOT_MEASURED}")));
    plot.finish(1.0, "s", title) + &missing.collect::<String>()
}

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", line(text))
}

/// Only Linux tells what a program uses.
const NOT_MEASURED: &str = "not measured here";
