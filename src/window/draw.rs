//! Draws a [`View`]: a pure function onto pixels. Python: the widgets of `createWidgets`.

use embedded_graphics::mono_font::MonoFont;
use embedded_graphics::mono_font::iso_8859_1::{
    FONT_6X10, FONT_6X13, FONT_7X13, FONT_7X13_BOLD, FONT_8X13_BOLD, FONT_9X18_BOLD,
};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::{Drawable, Point, Primitive, Size};
use embedded_graphics::primitives::{Circle, PrimitiveStyle, Rectangle};
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::layout::{BUTTONS, Layout};
use super::view::{Button, Column, View};
use crate::client::{Message, Severity};
use crate::rtsp::State;

/// Draws the whole window, `width * height` pixels of `0x00RRGGBB`.
pub(crate) fn draw(pixels: &mut [u32], width: usize, height: usize, view: &View<'_>) {
    let Some(mut canvas) = Canvas::new(pixels, width, height) else { return };
    let layout = Layout::of(width, height);
    draw_video(&mut canvas, &layout, view);
    draw_status(&mut canvas, layout.status, view);
    draw_buttons(&mut canvas, &layout, view);
    draw_statistics(&mut canvas, layout.statistics, view);
    if let Some(description) = view.description {
        draw_description(&mut canvas, layout.video, description);
    }
    if let Some(message) = view.message {
        draw_message(&mut canvas, layout.message, message);
    }
    if view.asks_to_close {
        canvas.darken();
        draw_dialog(&mut canvas, &layout, view.state);
    }
}

fn draw_status(canvas: &mut Canvas<'_>, area: Rectangle, view: &View<'_>) {
    canvas.fill(area, PANEL);
    canvas.fill(line_below(area), EDGE);
    let color = match view.state {
        State::Init => DIM,
        State::Ready => AMBER,
        State::Playing => GREEN,
    };
    let Ok(()) = Circle::new(Point::new(13, 11), 9)
        .into_styled(PrimitiveStyle::with_fill(color))
        .draw(canvas);
    let state = view.state.name();
    canvas.text(state, Point::new(30, 15), &FONT_8X13_BOLD, color, Alignment::Left);
    let middle = Point::new(area.center().x, 15);
    let title = if view.no_data { "no data: end of the movie?" } else { &view.title };
    let title_color = if view.no_data { AMBER } else { INK };
    canvas.text(title, middle, &FONT_7X13, title_color, Alignment::Center);
    let session =
        view.session.map_or_else(|| "no session".to_owned(), |id| format!("session {id}"));
    canvas.text(&session, Point::new(right(area) - 12, 15), &FONT_6X10, DIM, Alignment::Right);
}

fn draw_video(canvas: &mut Canvas<'_>, layout: &Layout, view: &View<'_>) {
    canvas.fill(layout.video, VIDEO);
    let center = layout.video.center();
    let Some(picture) = view.picture else {
        canvas.text("No video yet", center, &FONT_9X18_BOLD, OFF, Alignment::Center);
        let hint = match view.state {
            State::Init => "press Setup, then Play",
            State::Ready => "press Play",
            State::Playing => "waiting for the first frame",
        };
        let below = center + Point::new(0, 22);
        canvas.text(hint, below, &FONT_6X13, OFF, Alignment::Center);
        return;
    };
    canvas.picture(picture, layout.fitted(picture.width, picture.height));
    if view.state == State::Ready {
        draw_paused(canvas, center);
    }
}

/// A dark disc with two bars.
fn draw_paused(canvas: &mut Canvas<'_>, center: Point) {
    let disc = Circle::with_center(center, 72).into_styled(PrimitiveStyle::with_fill(BACKGROUND));
    let Ok(()) = disc.draw(canvas);
    for x in [-14, 4] {
        let bar = Rectangle::new(center + Point::new(x, -16), Size::new(10, 32));
        canvas.fill(bar, INK);
    }
}

fn draw_buttons(canvas: &mut Canvas<'_>, layout: &Layout, view: &View<'_>) {
    canvas.fill(layout.controls, BACKGROUND);
    canvas.fill(line_above(layout.controls), EDGE);
    for (((_, label, key, _), area), look) in
        BUTTONS.into_iter().zip(layout.buttons()).zip(view.buttons)
    {
        draw_button(canvas, area, label, key, look);
    }
}

/// The label, and the key in a small box behind it, both centred.
fn draw_button(canvas: &mut Canvas<'_>, area: Rectangle, label: &str, key: &str, look: Button) {
    let (fill, edge, ink) = match look {
        Button::Off => (BACKGROUND, FAINT, OFF),
        Button::On => (BUTTON, BUTTON_EDGE, INK),
        Button::Next => (BLUE, BLUE, DARK_INK),
    };
    canvas.panel(area, 6, fill, edge);
    let label_width = width_of(label, &FONT_8X13_BOLD);
    let box_width = width_of(key, &FONT_6X10) + 8;
    let left = area.center().x - (label_width + 8 + box_width) / 2;
    let middle = area.center().y;
    canvas.text(label, Point::new(left, middle), &FONT_8X13_BOLD, ink, Alignment::Left);
    let box_left = left + label_width + 8;
    let size = Size::new(box_width.unsigned_abs(), 15);
    canvas.panel(Rectangle::new(Point::new(box_left, middle - 7), size), 2, fill, ink);
    canvas.text(key, Point::new(box_left + 4, middle), &FONT_6X10, ink, Alignment::Left);
}

fn draw_statistics(canvas: &mut Canvas<'_>, area: Rectangle, view: &View<'_>) {
    canvas.fill(area, PANEL);
    canvas.fill(line_above(area), EDGE);
    for (column, (left, width)) in view.columns.iter().zip([(14, 184), (218, 184), (424, 204)]) {
        let top_left = area.top_left + Point::new(left, 14);
        draw_column(canvas, top_left, width, column);
    }
}

fn draw_column(canvas: &mut Canvas<'_>, top_left: Point, width: i32, column: &Column) {
    canvas.text(column.caption, top_left, &FONT_6X10, OFF, Alignment::Left);
    for ((name, value), row) in column.rows.iter().zip(0..) {
        let left = top_left + Point::new(0, 18 + 19 * row);
        if row > 0 {
            let line = Rectangle::new(left - Point::new(0, 10), Size::new(width.unsigned_abs(), 1));
            canvas.fill(line, FAINT);
        }
        canvas.text(name, left, &FONT_6X13, DIM, Alignment::Left);
        let end = left + Point::new(width, 0);
        let loss = ["Packets lost", "Loss rate", "Frames damaged"].contains(&name.as_str());
        let color = if loss && !value.starts_with("0.0 ") && value != "0" { AMBER } else { INK };
        canvas.text(value, end, &FONT_7X13_BOLD, color, Alignment::Right);
    }
}

fn draw_message(canvas: &mut Canvas<'_>, area: Rectangle, message: &Message) {
    let color = match message.severity {
        Severity::Warning => AMBER,
        Severity::Error => RED,
    };
    canvas.panel(area, 6, PANEL, color);
    canvas.fill(Rectangle::new(area.top_left + Point::new(0, 3), Size::new(6, 40)), color);
    let (title, text) = (area.top_left + Point::new(17, 14), area.top_left + Point::new(17, 33));
    let (title_room, text_room) =
        (area.size.width.saturating_sub(80), area.size.width.saturating_sub(34));
    let title_text = fitted(&message.title, title_room, &FONT_8X13_BOLD);
    canvas.text(&title_text, title, &FONT_8X13_BOLD, color, Alignment::Left);
    let sentence = fitted(&message.text, text_room, &FONT_6X13);
    canvas.text(&sentence, text, &FONT_6X13, INK, Alignment::Left);
    let hint = Point::new(right(area) - 12, title.y);
    canvas.text("Esc \u{d7}", hint, &FONT_6X10, DIM, Alignment::Right);
}

fn draw_description(canvas: &mut Canvas<'_>, video: Rectangle, description: &str) {
    let lines: Vec<&str> = description.lines().collect();
    let height = u32::try_from(lines.len()).unwrap_or(0).saturating_mul(15).saturating_add(24);
    let size = Size::new(video.size.width.saturating_sub(24), height.min(video.size.height));
    let area = Rectangle::new(video.top_left + Point::new(12, 10), size);
    canvas.panel(area, 6, PANEL, BLUE);
    let middle = Point::new(right(area) - 12, area.top_left.y + 14);
    canvas.text("Esc \u{d7}", middle, &FONT_6X10, DIM, Alignment::Right);
    for (line, row) in lines.into_iter().zip(0..) {
        let at = area.top_left + Point::new(17, 18 + 15 * row);
        canvas.text(line, at, &FONT_6X13, INK, Alignment::Left);
    }
}

fn draw_dialog(canvas: &mut Canvas<'_>, layout: &Layout, state: State) {
    canvas.panel(layout.dialog, 8, PANEL, BUTTON_EDGE);
    let line = |y| Point::new(layout.dialog.center().x, layout.dialog.top_left.y + y);
    canvas.text("Close the player?", line(29), &FONT_9X18_BOLD, INK, Alignment::Center);
    let lines = match state {
        State::Init => ["There is no session to end.", ""],
        State::Ready => {
            ["The video is paused. Closing ends the session", "with a TEARDOWN request."]
        }
        State::Playing => {
            ["The video still plays. Closing ends the session", "with a TEARDOWN request."]
        }
    };
    for (text, y) in lines.into_iter().zip([55, 71]) {
        canvas.text(text, line(y), &FONT_6X13, DIM, Alignment::Center);
    }
    let [stay, close] = layout.dialog_buttons();
    draw_button(canvas, stay, "Continue watching", "Enter", Button::Next);
    draw_button(canvas, close, "Close", "Q", Button::On);
}

/// The text, or as much of it as there is room for, and three dots.
fn fitted(text: &str, room: u32, font: &MonoFont<'_>) -> String {
    let most = usize::try_from(room / font.character_size.width.max(1)).unwrap_or(0);
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(3)).chain("...".chars()).collect()
}

fn width_of(text: &str, font: &MonoFont<'_>) -> i32 {
    let characters = i32::try_from(text.chars().count()).unwrap_or(0);
    characters.saturating_mul(i32::try_from(font.character_size.width).unwrap_or(0))
}

fn line_above(area: Rectangle) -> Rectangle {
    Rectangle::new(area.top_left, Size::new(area.size.width, 1))
}

fn line_below(area: Rectangle) -> Rectangle {
    let down = Point::new(0, i32::try_from(area.size.height).unwrap_or(0) - 1);
    line_above(Rectangle::new(area.top_left + down, area.size))
}

fn right(area: Rectangle) -> i32 {
    area.top_left.x.saturating_add_unsigned(area.size.width)
}

const BACKGROUND: Rgb888 = Rgb888::new(0x12, 0x16, 0x1B);
const PANEL: Rgb888 = Rgb888::new(0x1A, 0x20, 0x27);
const EDGE: Rgb888 = Rgb888::new(0x2C, 0x35, 0x3F);
const FAINT: Rgb888 = Rgb888::new(0x23, 0x2B, 0x34);
const BUTTON: Rgb888 = Rgb888::new(0x2A, 0x32, 0x3C);
const BUTTON_EDGE: Rgb888 = Rgb888::new(0x3D, 0x48, 0x54);
const INK: Rgb888 = Rgb888::new(0xEC, 0xEF, 0xF2);
const DIM: Rgb888 = Rgb888::new(0x97, 0xA3, 0xAF);
const OFF: Rgb888 = Rgb888::new(0x56, 0x61, 0x6C);
const BLUE: Rgb888 = Rgb888::new(0x4F, 0xB3, 0xFF);
const GREEN: Rgb888 = Rgb888::new(0x5C, 0xCB, 0x8B);
const AMBER: Rgb888 = Rgb888::new(0xF2, 0xB8, 0x4B);
const RED: Rgb888 = Rgb888::new(0xEF, 0x64, 0x61);
const DARK_INK: Rgb888 = Rgb888::new(0x0B, 0x1A, 0x26);
const VIDEO: Rgb888 = Rgb888::new(0x05, 0x06, 0x07);
