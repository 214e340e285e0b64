//! The two curves: a rate over the last minute.

use embedded_graphics::prelude::Size;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::layout::part;
use super::palette::{Color, SMALL, VALUE};
use super::view::Curve;
use crate::statistics::MOST;

/// The name and the present value, and below them the curve, which ends at the right: now.
pub(super) fn draw_curve(canvas: &mut Canvas<'_>, area: Rectangle, curve: &Curve, color: Color) {
    let width = area.size.width;
    let top = part(area, 0, 0, width, TOP - 2);
    let chart = part(area, 0, TOP, width, area.size.height - TOP);
    let name_width = SMALL.width_of(curve.name);
    canvas.text(curve.name, part(top, 0, 0, name_width, top.size.height), SMALL, Alignment::Left);
    let minute = part(top, name_width + 9, 0, SMALL.width_of(MINUTE), top.size.height);
    canvas.text(MINUTE, minute, SMALL, Alignment::Left);
    let value = curve.value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    let ink = VALUE.in_color(if curve.value.is_some() { color } else { Color::Off });
    let value_left = name_width + 9 + SMALL.width_of(MINUTE) + 6;
    let value_area = part(top, value_left, 0, width - value_left, top.size.height);
    canvas.text(&value, value_area, ink, Alignment::Right);
    canvas.fill(chart, Color::Chart);
    for third in [1, 2] {
        canvas.fill(part(chart, 0, chart.size.height * third / 3, width, 1), Color::Faint);
    }
    draw_samples(canvas, chart, &curve.samples, color);
}

/// A line through the samples, and the area below it filled.
fn draw_samples(canvas: &mut Canvas<'_>, chart: Rectangle, samples: &[u64], color: Color) {
    let shade = if color == Color::Green { Color::DarkGreen } else { Color::DarkBlue };
    let Size { width, height } = chart.size;
    let top = ceiling(samples.iter().copied().max().unwrap_or(0));
    let mut before = None;
    for x in 0..width {
        let Some(value) = value_at(samples, width - 1 - x, width) else { continue };
        let rise = u128::from(value) * u128::from(height - 2) / u128::from(top);
        let y = height - 2 - u32::try_from(rise).unwrap_or(0);
        // What is steep is drawn without gaps.
        let (from, to) = (y.min(before.unwrap_or(y)), y.max(before.unwrap_or(y)));
        canvas.fill(part(chart, x, y, 1, height - y), shade);
        canvas.fill(part(chart, x, from, 1, to - from + 1), color);
        before = Some(y);
    }
}

/// The value so many points left of the newest one, on the straight line between two samples.
fn value_at(samples: &[u64], back: u32, width: u32) -> Option<u64> {
    let span = u64::from(width.saturating_sub(1).max(1));
    let position = u64::from(back) * (MOST as u64 - 1);
    let sample = |index: u64| {
        let newest = samples.len().checked_sub(1)?;
        samples.get(newest.checked_sub(usize::try_from(index).ok()?)?).copied()
    };
    let (index, weight) = (position / span, position % span);
    let newer = u128::from(sample(index)?);
    let older = sample(index + 1).map_or(newer, u128::from);
    let mixed = newer * u128::from(span - weight) + older * u128::from(weight);
    u64::try_from(mixed / u128::from(span)).ok()
}

/// The value at the chart's upper edge: a round one, a little above the greatest.
fn ceiling(greatest: u64) -> u64 {
    let needed = greatest.saturating_add(greatest / 9);
    let mut unit: u64 = 1;
    loop {
        let steps = [5, 10, 20, 25].map(|step| unit.saturating_mul(step));
        if let Some(top) = steps.into_iter().find(|&top| top >= needed) {
            return top;
        }
        unit = unit.saturating_mul(10);
    }
}

const MINUTE: &str = "last 60 s";
/// The height of the line above the chart.
const TOP: u32 = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_ends_at_a_round_value_above_the_greatest() {
        let cases = [(0, 5), (4, 5), (20, 25), (21, 25), (23, 25), (24, 50), (2011, 2500)];
        for (greatest, top) in cases {
            assert_eq!(ceiling(greatest), top, "{greatest}");
        }
        assert_eq!(ceiling(u64::MAX), u64::MAX);
    }

    #[test]
    fn the_newest_sample_is_at_the_right_and_a_minute_is_the_width() {
        let samples: Vec<u64> = (0..121).map(|number| number * 10).collect();
        let at = |back| value_at(&samples, back, 241);
        assert_eq!([at(0), at(1), at(2), at(240)], [Some(1200), Some(1195), Some(1190), Some(0)]);
        assert_eq!(value_at(&samples[..3], 4, 241), Some(0));
        assert_eq!(value_at(&samples[..3], 6, 241), None, "what was before is not known");
        assert_eq!(value_at(&[], 0, 241), None);
    }
}
