//! The figures of the report's extension 1: below the buttons, all or those that a line has room for,
//! and in a panel of their own.

use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::curves::draw_curve;
use super::layout::{Layout, below, count, inside, line_above, part};
use super::palette::{Color, LABEL, SMALL, VALUE};
use super::target::Target;
use super::view::{Column, Curve, Figure, Item, View};

/// Below the buttons.
pub(super) fn draw_statistics(canvas: &mut Canvas<'_>, layout: &Layout, view: &View<'_>) {
    let area = layout.statistics;
    canvas.fixed(|canvas| {
        canvas.cover(area, Color::Panel);
        canvas.fill(line_above(area), Color::Edge);
    });
    if !layout.is_full {
        canvas.target(Target::Statistics, area);
        let line = inside(area, [12, 1, 12, 0]);
        return canvas.part(line, &view.line, |canvas| {
            canvas.fill(line, Color::Panel);
            draw_line(canvas, line, &view.line);
        });
    }
    for (column, area) in view.columns.iter().zip(layout.columns()) {
        draw_column(canvas, area, column, 19);
    }
    for ((curve, area), color) in view.curves.iter().zip(layout.curves()).zip(CURVES) {
        curve_in(canvas, area, curve, color);
    }
}

fn curve_in(canvas: &mut Canvas<'_>, area: Rectangle, curve: &Curve, color: Color) {
    canvas.part(area, curve, |canvas| {
        canvas.fill(area, Color::Panel);
        draw_curve(canvas, area, curve, color);
    });
}

/// As many as there is room for, and how many there are besides.
pub(super) fn draw_line(canvas: &mut Canvas<'_>, area: Rectangle, items: &[Item]) {
    let (shown, gap) = fitting(area.size.width, items);
    let mut x = 0;
    for item in items.iter().take(shown) {
        draw_item(canvas, below_left(area, x), item);
        x += item.width() + gap;
    }
    if shown < items.len() {
        let more = format!("{} more: I", items.len() - shown);
        canvas.text(&more, area, LABEL, Alignment::Right);
    }
}

/// How many fit, and the gap between two.
fn fitting(room: u32, items: &[Item]) -> (usize, u32) {
    let width = |shown: usize, gap: u32| {
        let of_items: u32 = items.iter().take(shown).map(|item| item.width() + gap).sum();
        match items.len() - shown {
            0 => of_items.saturating_sub(gap),
            more => of_items + LABEL.width_of(&format!("{more} more: I")),
        }
    };
    let most = |gap| (0..=items.len()).rev().find(|&shown| width(shown, gap) <= room).unwrap_or(0);
    let (wide, narrow) = (most(GAP), most(LEAST_GAP));
    if narrow > wide { (narrow, LEAST_GAP) } else { (wide, GAP) }
}

fn below_left(area: Rectangle, x: u32) -> Rectangle {
    inside(area, [x, 0, 0, 0])
}

/// The value in the room that it usually needs, so that nothing moves while it counts.
fn draw_item(canvas: &mut Canvas<'_>, area: Rectangle, item: &Item) {
    let mut x = 0;
    let height = area.size.height;
    if !item.before.is_empty() {
        let width = LABEL.width_of(item.before);
        canvas.text(item.before, part(area, x, 0, width, height), LABEL, Alignment::Left);
        x += width + WORD;
    }
    let ink = match item.value {
        Some(_) if item.warns => VALUE.in_color(Color::Amber),
        Some(_) => VALUE,
        None => VALUE.in_color(Color::Off),
    };
    let (value, width) = (item.text(), item.value_width());
    let side = if item.before.is_empty() { Alignment::Right } else { Alignment::Left };
    canvas.text(value, part(area, x, 0, width, height), ink, side);
    if !item.after.is_empty() {
        let width_after = LABEL.width_of(item.after);
        let after = part(area, x + width + WORD, 0, width_after, height);
        canvas.text(item.after, after, LABEL, Alignment::Left);
    }
}

impl Item {
    fn text(&self) -> &str {
        self.value.as_deref().unwrap_or("-")
    }

    fn value_width(&self) -> u32 {
        VALUE.width_of(self.text()).max(self.usual * VALUE.width_of("0"))
    }

    fn width(&self) -> u32 {
        let word = |text: &str| if text.is_empty() { 0 } else { LABEL.width_of(text) + WORD };
        word(self.before) + self.value_width() + word(self.after)
    }
}

fn draw_column(canvas: &mut Canvas<'_>, area: Rectangle, column: &Column, pitch: u32) {
    let width = area.size.width;
    let caption = part(area, 0, 1, width, pitch);
    canvas.fixed(|canvas| canvas.text(column.caption, caption, SMALL, Alignment::Left));
    for (figure, y) in column.rows.iter().zip((pitch..).step_by(pitch as usize)) {
        draw_figure(canvas, part(area, 0, y, width, pitch), figure, y > pitch);
    }
}

fn draw_figure(canvas: &mut Canvas<'_>, area: Rectangle, figure: &Figure, has_line: bool) {
    canvas.part(area, figure, |canvas| draw_row(canvas, area, figure, has_line));
}

fn draw_row(canvas: &mut Canvas<'_>, area: Rectangle, figure: &Figure, has_line: bool) {
    let Rectangle { size, .. } = area;
    canvas.fill(area, Color::Panel);
    if has_line {
        canvas.fill(line_above(area), Color::Faint);
    }
    let value = figure.value.as_deref().unwrap_or("-");
    let ink = match figure.value {
        Some(_) if figure.warns => VALUE.in_color(Color::Amber),
        Some(_) => VALUE,
        None => VALUE.in_color(Color::Off),
    };
    let name_width = LABEL.width_of(figure.name);
    canvas.text(figure.name, part(area, 0, 0, name_width, size.height), LABEL, Alignment::Left);
    canvas.text(value, inside(area, [name_width + 3, 0, 0, 0]), ink, Alignment::Right);
}

/// All figures and the two curves, in a panel. Where there is little room, the curves go first, and
/// then rows, which are counted.
pub(super) fn draw_all(canvas: &mut Canvas<'_>, area: Rectangle, view: &View<'_>) {
    let (width, height) = (area.size.width, area.size.height);
    let column = width.saturating_sub(12) / 2;
    let [one, other] = &view.columns;
    let top = if height < 2 * PITCH { 0 } else { PITCH };
    for (caption, x) in [(one.caption, 0), (other.caption, width - column)] {
        if top > 0 {
            let place = part(area, x, 1, column, PITCH);
            canvas.fixed(|canvas| canvas.text(caption, place, SMALL, Alignment::Left));
        }
    }
    // Each row is one of both columns, or one of its own.
    let pairs = one.rows.len().max(other.rows.len());
    let rows = count(pairs + view.extra.len());
    let room = (height - top) / PITCH;
    let shown = if rows <= room { rows } else { room.saturating_sub(1) };
    let mut left_out = 0;
    for row in 0..pairs + view.extra.len() {
        let y = top + PITCH * count(row);
        let place = |x, width| part(area, x, y, width, PITCH);
        let both = [one.rows.get(row), other.rows.get(row)];
        let own = row.checked_sub(pairs).and_then(|row| view.extra.get(row));
        let places = [place(0, column), place(width - column, column), place(0, width)];
        for (figure, place) in both.into_iter().chain([own]).zip(places) {
            let Some(figure) = figure else { continue };
            if count(row) < shown {
                draw_figure(canvas, place, figure, row > 0);
            } else {
                left_out += 1;
            }
        }
    }
    if left_out > 0 {
        let line = part(area, 0, top + PITCH * shown, width, PITCH);
        let text = more_rows(left_out, view.scale);
        return canvas.part(line, &text, |canvas| {
            canvas.fill(line, Color::Panel);
            canvas.text(&text, line, LABEL, Alignment::Left);
        });
    }
    let rest = below(area, top + PITCH * rows + 4);
    let each = rest.size.height / 2;
    if each >= LEAST_CURVE {
        for ((curve, y), color) in view.curves.iter().zip([0, each]).zip(CURVES) {
            curve_in(canvas, part(rest, 0, y, width, each - 4), curve, color);
        }
    }
}

/// What stands in the place of rows that have no room.
pub(super) fn more_rows(rows: usize, scale: usize) -> String {
    let plural = if rows == 1 { "" } else { "s" };
    let smaller = if scale >= 2 { ", or press -" } else { "" };
    format!("{rows} more row{plural}: enlarge the window{smaller}")
}

const CURVES: [Color; 2] = [Color::Green, Color::Blue];
/// Between two figures of the line, and if one more fits then.
const GAP: u32 = 16;
const LEAST_GAP: u32 = 10;
/// Between a value and its word.
const WORD: u32 = 6;
/// The height of a row in the panel.
const PITCH: u32 = 17;
/// The least height of a curve with its name.
const LEAST_CURVE: u32 = 15 + 30 + 4;
