//! The time between frames that arrive, as a histogram.

use super::parts::{BESIDE, LEFT, RIGHT, scale, section, value};
use crate::figures::{quantile, within};
use crate::series;
use crate::session::Session;
use crate::svg::{Anchor, Svg};
use crate::text::escaped;
use crate::text::{amount, commas, counted, short, whole};

const BIN: f64 = 5.0;
const MOST_BINS: u64 = 34;
const BOTTOM: f64 = 276.0;
const TOP: f64 = 46.0;

/// The section.
pub(crate) fn gaps(session: &Session) -> String {
    let mut gaps = series::gaps(session);
    gaps.sort_by(f64::total_cmp);
    let title = "Time between frames that arrive";
    let (Some(middle), Some(most), Some(longest)) =
        (quantile(&gaps, 0.5), within(&gaps, 0.99), gaps.last())
    else {
        let about = "No two frames came in one run, or the log does not tell which packets are of one frame.";
        return section("gaps", "", title, about, "");
    };
    let about = format!(
        "{} gaps: median {middle:.1} ms, 99 % within {most:.1} ms, longest {longest:.1} ms. Late packets \
         and duplicates are no new frames; the pause is no gap.",
        commas(gaps.len() as u64)
    );
    section("gaps", "", title, &escaped(&about), &histogram(&gaps, 1000.0 / session.fps()))
}

/// What a gap means: how many frames are missing in it.
fn missing(gap: f64, period: f64) -> usize {
    match gap / period {
        ..1.7 => 0,
        ..2.5 => 1,
        _ => 2,
    }
}

fn histogram(gaps: &[f64], period: f64) -> String {
    let longest = gaps.last().copied().unwrap_or_default();
    let bins = (whole((longest / BIN).floor()) + 2).clamp(24, MOST_BINS);
    let mut counts = vec![0_u64; usize::try_from(bins).unwrap_or_default()];
    let last = counts.len() - 1;
    for gap in gaps {
        let place = usize::try_from(whole((gap / BIN).floor())).unwrap_or(last).min(last);
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
    }
    let most = counts.iter().max().copied().map_or(1.0, counted);
    let (step, steps) = scale(most);
    let high = step * amount(steps);
    let y = |count: f64| BOTTOM - (BOTTOM - TOP) * count / high;
    let width = (RIGHT - LEFT) / counted(bins);
    let x = |gap: f64| LEFT + width * gap / BIN;
    let mut svg = Svg::default();
    for place in 0..=steps {
        let at = step * amount(place);
        if at.fract() == 0.0 {
            let class = if place == 0 { "axis" } else { "grid" };
            svg.line(class, (LEFT, y(at)), (RIGHT, y(at)));
            svg.text("ax", (LEFT - 12.0, y(at) + 6.0), Anchor::End, &value(at));
        }
    }
    svg.text("pt", (38.0, 22.0), Anchor::Start, "number of gaps, in bins of 5 ms");
    for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let from = BIN * amount(place);
        let class = if missing(from + BIN / 2.0, period) == 0 { "b1" } else { "b4" };
        let top = y(counted(*count)).min(BOTTOM - 2.0);
        svg.rect(class, (x(from) + 1.0, top), (width - 2.0, BOTTOM - top));
    }
    svg.line("goal", (x(period), TOP - 2.0), (x(period), BOTTOM));
    let rate = format!("{} ms: {} frames a second", short(period), short(1000.0 / period));
    svg.text("dl", (x(period) + 8.0, 58.0), Anchor::Start, &rate);
    marks(&mut svg, bins, x);
    words(&mut svg, gaps, period, &counts, (x, y));
    svg.finish(312.0, "", "Histogram of the time between frames that arrive")
}

fn marks(svg: &mut Svg, bins: u64, x: impl Fn(f64) -> f64) {
    let step = if bins > 60 { 50.0 } else { 25.0 };
    let last = counted(bins - 1) * BIN;
    let mut at = 0.0;
    while at <= last {
        svg.line("axis", (x(at), BOTTOM), (x(at), BOTTOM + 7.0));
        svg.text("ax", (x(at), BOTTOM + 26.0), Anchor::Middle, &short(at));
        at += step;
    }
    svg.text("ax", (BESIDE, BOTTOM + 26.0), Anchor::Start, "ms");
}

/// What the gaps beyond a period are, above them.
fn words(
    svg: &mut Svg,
    gaps: &[f64],
    period: f64,
    counts: &[u64],
    (x, y): (impl Fn(f64) -> f64, impl Fn(f64) -> f64),
) {
    let end = BIN * amount(counts.len());
    let words = ["", "one frame missing", "two or more missing"];
    for (of, word) in words.into_iter().enumerate().skip(1) {
        let own: Vec<f64> =
            gaps.iter().copied().filter(|gap| missing(*gap, period) == of).collect();
        let (Some(middle), Some(first)) = (quantile(&own, 0.5), own.first()) else { continue };
        let bins = counts.iter().enumerate().filter(|(place, _)| {
            let middle = BIN * amount(*place) + BIN / 2.0;
            missing(middle, period) == of || middle > *first && of == 2
        });
        let highest = bins.map(|(_, count)| counted(*count)).fold(0.0, f64::max);
        let x = x(middle.min(end - BIN)).min(RIGHT - 90.0);
        // The second word stands higher, so that neither is over the other.
        let up = if of == 1 { 12.0 } else { 40.0 };
        let text = format!("{}: {word}", commas(own.len() as u64));
        svg.text("dl c4t", (x, (y(highest) - up).max(84.0)), Anchor::Middle, &text);
    }
}
