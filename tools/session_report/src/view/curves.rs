//! Rates, loss, delay, jitter and the buffer over time, one below the other on one axis.

use std::fmt::Write as _;

use super::packets::glyph;
use super::parts::{BESIDE, LEFT, RIGHT, TimeAxis, scale, section, value};
use crate::figures::{Totals, quantile};
use crate::series::{self, Line, Steps};
use crate::session::Session;
use crate::svg::{Anchor, Svg, polyline};
use crate::text::escaped;
use crate::text::{counted, short};

const HEIGHT: f64 = 116.0;
const PANEL: f64 = 174.0;
const MOST_POINTS: usize = 476;
/// Above so many dots there are columns instead.
const MOST_DOTS: usize = 3000;

/// One curve with its title and what stands at its right.
#[derive(Debug, Default)]
struct Panel {
    title: String,
    class: &'static str,
    lines: Vec<Line>,
    /// Dots, and whether they are late.
    dots: Vec<(f64, f64, bool)>,
    /// Lowest, middle and highest per column.
    columns: Vec<(f64, [f64; 3])>,
    goal: Option<(f64, String)>,
    beside: String,
    crosses: Vec<f64>,
    is_steps: bool,
}

/// The section.
pub(crate) fn curves(session: &Session, totals: &Totals) -> String {
    let steps = Steps::of(session);
    let panels = panels(session, totals, steps);
    if panels.is_empty() {
        return section("curves", "", "Over time", "Nothing was played.", "");
    }
    let axis = TimeAxis { until: steps.until };
    let mut svg = Svg::default();
    let mut top = 0.0;
    for panel in &panels {
        panel.draw(&mut svg, session, axis, top);
        top += PANEL;
    }
    axis.marks(&mut svg, top - PANEL + 44.0 + HEIGHT);
    let label = "Rates, loss, delay, jitter and buffer over time";
    let figure = svg.finish(top + 24.0, "", label);
    section("curves", "", "Over time", &about(session, totals), &figure)
}

fn about(session: &Session, totals: &Totals) -> String {
    let mut about =
        "Seconds since the log began. Hatched: not playing. Rates are of the second before, \
                     as the player's window shows them."
            .to_owned();
    if session.has_one_clock() {
        about.push_str(" What is under way at PAUSE and TEARDOWN leaves at once.");
    }
    let of_sent = totals.loss_per_sent().filter(|_| totals.lost > 0 && session.has_client);
    if let Some(of_sent) = of_sent {
        let _ = write!(
            about,
            " The mean of the loss is lost per sent, {of_sent:.1} %; the head says lost per received, \
             {:.2} %, as the report does.",
            totals.loss_rate()
        );
    }
    escaped(&about)
}

fn panels(session: &Session, totals: &Totals, steps: Steps) -> Vec<Panel> {
    let window = match steps.window {
        window if window > 1000.0 => format!("a second, over {} s", short(window / 1000.0)),
        _ => "in the last second".to_owned(),
    };
    let mut panels = Vec::new();
    if session.has_client && !session.runs.is_empty() {
        panels.push(frames(session, totals, steps, &window));
        panels.push(kilobits(session, totals, steps, &window));
        panels.push(loss(session, totals, steps));
    }
    panels.extend(delay(session, steps));
    panels.extend(jitter(session));
    panels.extend(buffer(session));
    panels
}

fn seconds_played(session: &Session) -> f64 {
    session.play_time().max(50.0) / 1000.0
}

fn frames(session: &Session, totals: &Totals, steps: Steps, window: &str) -> Panel {
    let fps = session.fps();
    let average = counted(totals.shown) / seconds_played(session);
    Panel {
        title: format!("frames shown {window}"),
        class: "c1",
        lines: series::frames(session, steps),
        goal: Some((fps, format!("{} sent", short(fps)))),
        beside: format!("{average:.1} average"),
        is_steps: true,
        ..Panel::default()
    }
}

fn kilobits(session: &Session, totals: &Totals, steps: Steps, window: &str) -> Panel {
    let average = counted(totals.bytes) * 8.0 / 1000.0 / seconds_played(session);
    Panel {
        title: format!("kbit received {window}"),
        class: "c1",
        lines: series::kilobits(session, steps),
        beside: format!("{} average", value(average.round())),
        is_steps: true,
        ..Panel::default()
    }
}

fn loss(session: &Session, totals: &Totals, steps: Steps) -> Panel {
    let due = counted(totals.received - totals.again + totals.lost);
    let share = totals.loss_per_sent().unwrap_or(100.0 * counted(totals.lost) / due.max(1.0));
    let over = match steps.window {
        window if window > 1000.0 => format!("within {} s", short(window / 1000.0)),
        _ => "in the last second".to_owned(),
    };
    Panel {
        title: format!("lost, of those due {over} (%)"),
        class: "c4",
        lines: series::loss(session, steps),
        beside: format!("{share:.1} average"),
        is_steps: true,
        ..Panel::default()
    }
}

fn delay(session: &Session, steps: Steps) -> Option<Panel> {
    let dots = series::delays(session);
    let mut all: Vec<f64> = dots.iter().map(|(_, delay, _)| *delay).collect();
    all.sort_by(f64::total_cmp);
    let middle = quantile(&all, 0.5)?;
    let is_many = dots.len() > MOST_DOTS || !session.seconds.is_empty();
    let title = if is_many {
        "from sent to arrived (ms): the middle, and 5 to 95 %"
    } else {
        "from sent to arrived (ms), each packet a dot; triangles came late"
    };
    let columns = if is_many { columns(&dots, steps) } else { Vec::new() };
    let dots = if is_many { Vec::new() } else { dots };
    let beside = format!("{} median", short(middle));
    Some(Panel { title: title.to_owned(), class: "c1", dots, columns, beside, ..Panel::default() })
}

fn columns(dots: &[(f64, f64, bool)], steps: Steps) -> Vec<(f64, [f64; 3])> {
    let width = steps.until / counted(MOST_POINTS as u64);
    let mut sorted: Vec<(u64, f64)> =
        dots.iter().map(|(time, delay, _)| (crate::text::whole(time / width), *delay)).collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    let of_column = |column: &[(u64, f64)]| {
        let delays: Vec<f64> = column.iter().map(|(_, delay)| *delay).collect();
        let at = |share| quantile(&delays, share).unwrap_or_default();
        let time = column.first().map_or(0.0, |(place, _)| counted(*place) * width);
        (time, [at(0.05), at(0.5), at(0.95)])
    };
    sorted.chunk_by(|one, other| one.0 == other.0).map(of_column).collect()
}

fn jitter(session: &Session) -> Option<Panel> {
    let lines = series::jitter(session);
    let last = lines.iter().rev().find_map(|line| line.last())?.1;
    let timestamp = if session.header.is_standard {
        String::new()
    } else {
        format!(", with the {} ms grid in place of the timestamp", short(1000.0 / session.fps()))
    };
    Some(Panel {
        title: format!("interarrival jitter (ms): RFC 3550 A.8{timestamp}"),
        class: "c1",
        lines,
        beside: format!("{last:.1} at the end"),
        ..Panel::default()
    })
}

fn buffer(session: &Session) -> Option<Panel> {
    let levels: Line =
        session.levels.iter().map(|(time, level)| (*time, counted(*level))).collect();
    let has_one = session.header.buffer > 0.0 || levels.iter().any(|(_, level)| *level > 0.0);
    if !has_one || levels.is_empty() {
        return None;
    }
    let of_run = |run: &crate::session::Run| {
        let own = levels.iter().filter(|(time, _)| (run.from..=run.to + 1000.0).contains(time));
        own.copied().collect::<Line>()
    };
    let underruns = session.underruns.len();
    let of = match session.header.buffer {
        // The keys have made one.
        0.0 => String::new(),
        target => format!(" of {} ms", short(target)),
    };
    Some(Panel {
        title: format!("frames waiting in the buffer{of}; a cross: it had run empty"),
        class: "c1",
        lines: session.runs.iter().map(of_run).collect(),
        beside: format!("{underruns} × empty"),
        crosses: session.underruns.clone(),
        is_steps: true,
        ..Panel::default()
    })
}

impl Panel {
    fn highest(&self) -> f64 {
        let of_lines = self.lines.iter().flatten().map(|(_, value)| *value);
        let of_dots = self.dots.iter().map(|(_, value, _)| *value);
        let of_columns = self.columns.iter().map(|(_, [_, _, high])| *high);
        let goal = self.goal.iter().map(|(goal, _)| *goal);
        of_lines.chain(of_dots).chain(of_columns).chain(goal).fold(0.0, f64::max)
    }

    fn draw(&self, svg: &mut Svg, session: &Session, axis: TimeAxis, top: f64) {
        let (above, below) = (top + 44.0, top + 44.0 + HEIGHT);
        let highest = self.highest();
        let (step, count) = scale(highest);
        // A little room above the highest step or value.
        let most = (step * crate::text::amount(count)).min(highest * 1.2).max(step * 0.5);
        let y = |value: f64| below - HEIGHT * (value / most).clamp(0.0, 1.0);
        axis.pauses(svg, session, above, HEIGHT);
        svg.text("pt", (38.0, top + 22.0), Anchor::Start, &self.title);
        for place in 0..=count {
            let at = step * crate::text::amount(place);
            if at <= most * 1.001 {
                let class = if place == 0 { "axis" } else { "grid" };
                svg.line(class, (LEFT, y(at)), (RIGHT, y(at)));
                svg.text("ax", (LEFT - 12.0, y(at) + 6.0), Anchor::End, &value(at));
            }
        }
        let mut beside = y(self.middle().unwrap_or_default()) + 6.0;
        if let Some((goal, text)) = &self.goal {
            svg.line("goal", (LEFT, y(*goal)), (RIGHT, y(*goal)));
            svg.text("dl", (BESIDE, y(*goal) + 6.0), Anchor::Start, text);
            beside = beside.max(y(*goal) + 30.0);
        }
        self.curve(svg, axis, y);
        for time in &self.crosses {
            glyph(svg, "lost", axis.x(*time), y(0.0));
        }
        let class =
            if self.class == "c4" || !self.crosses.is_empty() { "dl c4t" } else { "dl c1t" };
        svg.text(
            class,
            (BESIDE, beside.clamp(above + 6.0, below + 2.0)),
            Anchor::Start,
            &self.beside,
        );
    }

    /// Where the text at the right stands: at the last value.
    fn middle(&self) -> Option<f64> {
        let last = self.lines.iter().rev().find(|line| !line.is_empty());
        let of_line = last.and_then(|line| {
            let values: Vec<f64> = line.iter().map(|(_, value)| *value).collect();
            series::mean(&values)
        });
        let values: Vec<f64> = self.dots.iter().map(|(_, value, _)| *value).collect();
        of_line.or_else(|| series::mean(&values)).or(self.columns.last().map(|(_, it)| it[1]))
    }

    fn curve(&self, svg: &mut Svg, axis: TimeAxis, y: impl Fn(f64) -> f64) {
        let lines = self.lines.len().max(1);
        for line in &self.lines {
            let thin = series::thinned(line, 2 * MOST_POINTS / lines);
            let point = |(time, value): (f64, f64)| (axis.x(time), y(value));
            if self.is_steps {
                svg.path(self.class, &stairs(thin.into_iter().map(point)));
            } else {
                svg.path(self.class, &polyline(thin.into_iter().map(point)));
            }
        }
        let mut dots = String::new();
        for (time, value, is_late) in &self.dots {
            if *is_late {
                glyph(svg, "late", axis.x(*time), y(*value));
            } else {
                let _ = write!(dots, "M{} {}h0", short(axis.x(*time)), short(y(*value)));
            }
        }
        svg.path("d1", &dots);
        let mut bars = String::new();
        for (time, [low, _, high]) in &self.columns {
            let _ =
                write!(bars, "M{} {}V{}", short(axis.x(*time)), short(y(*low)), short(y(*high)));
        }
        svg.path("range", &bars);
        let middle = self.columns.iter().map(|(time, [_, middle, _])| (axis.x(*time), y(*middle)));
        svg.path("c1", &polyline(middle));
    }
}

/// A path that keeps a value until the next one.
fn stairs(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    let mut last = String::new();
    for (x, y) in points {
        let (x, y) = (short(x), short(y));
        if path.is_empty() {
            let _ = write!(path, "M{x} {y}");
        } else if y == last {
            // One line does for values that are the same: the last of them ends it.
            continue_to(&mut path, &x);
        } else {
            let _ = write!(path, "H{x}V{y}");
        }
        last = y;
    }
    path
}

/// Lengthens the horizontal line at the end of a path, or begins one.
fn continue_to(path: &mut String, x: &str) {
    if let Some(place) = path.rfind(['M', 'H', 'V']) {
        if path.get(place..).is_some_and(|end| end.starts_with('H')) {
            path.truncate(place);
        }
    }
    path.push('H');
    path.push_str(x);
}
