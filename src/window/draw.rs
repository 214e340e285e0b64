//! Draws a [`View`]: a pure function onto pixels. Python: the widgets of `createWidgets`.

use embedded_graphics::prelude::{OriginDimensions, Point, Size};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::buttons::{Buttons, draw_button};
use super::canvas::{Canvas, Mark};
use super::controls::Target;
use super::curves::draw_curve;
use super::layout::{Layout, end_of, line_above, line_below, part};
use super::overlays::{description_area, draw_description, draw_dialog, draw_message, draw_panel};
use super::palette::{
    AMBER, BACKGROUND, BLUE, DIM, EDGE, FAINT, GREEN, INK, Ink, LABEL, OFF, PANEL, PLAIN, SMALL,
    STRONG, TITLE, VALUE, VIDEO,
};
use super::view::{Column, View};
use crate::rtsp::State;

/// Draws the whole window, `width * height` pixels of `0x00RRGGBB`, rows from the top. If there are
/// fewer pixels than that, nothing is drawn. Python: `Client.createWidgets`.
#[doc(alias = "createWidgets")]
pub fn draw(pixels: &mut [u32], width: usize, height: usize, view: &View<'_>) {
    if let Some(canvas) = Canvas::new(pixels, (width, height), view.scale, None) {
        draw_on(canvas, view);
    }
}

/// Draws the window and tells what is where, in the order of drawing, for tests of the layout.
pub fn marks(width: usize, height: usize, view: &View<'_>) -> Vec<Mark> {
    let (mut pixels, mut marks) = (vec![0; width * height], Vec::new());
    let canvas = Canvas::new(&mut pixels, (width, height), view.scale, Some(&mut marks));
    if let Some(canvas) = canvas {
        draw_on(canvas, view);
    }
    marks
}

/// The whole window, from its parts. Python: `createWidgets`.
///
/// # Deviation
/// There are no widgets that keep what they show: whatever changes, the window is drawn anew from the
/// client's data, so the two can't disagree.
#[doc(alias = "createWidgets")]
fn draw_on(mut canvas: Canvas<'_>, view: &View<'_>) {
    let canvas = &mut canvas;
    let layout = Layout::of(canvas.size()).with_message(view.message);
    draw_video(canvas, &layout, view);
    draw_status(canvas, layout.status, view);
    draw_buttons(canvas, &layout, view);
    draw_statistics(canvas, &layout, view);
    let message = view.message.is_some();
    if let Some(panel) = &view.panel {
        draw_panel(canvas, layout.panel(message), panel, view.buttons);
    }
    if let Some(description) = view.description {
        let room = layout.description(message, view.panel.is_some());
        draw_description(canvas, description_area(room, description), description);
    }
    if let Some(message) = view.message {
        draw_message(canvas, layout.message, message);
    }
    if view.asks_to_close {
        canvas.darken(Rectangle::new(Point::zero(), canvas.size()));
        draw_dialog(canvas, &layout, view);
    }
}

fn draw_status(canvas: &mut Canvas<'_>, area: Rectangle, view: &View<'_>) {
    canvas.cover(area, PANEL);
    canvas.fill(line_below(area), EDGE);
    let color = match view.state {
        State::Init => DIM,
        State::Ready => AMBER,
        State::Playing => GREEN,
    };
    let width = area.size.width;
    canvas.disc(area.top_left + Point::new(17, 15), 9, color);
    let state = part(area, 30, 0, STATE_WIDTH, 31);
    canvas.text(view.state.name(), state, STRONG.in_color(color), Alignment::Left);
    let session = view.session.map_or("no session".to_owned(), |id| format!("session {id}"));
    let session = view.last_reply.map_or(session.clone(), |time| {
        format!("reply {:.1} ms   {session}", 1000.0 * time.as_secs_f64())
    });
    let session_width = SMALL.width_of(&session).clamp(SESSION_WIDTH, width / 3);
    let session_area = part(area, width - 12 - session_width, 0, session_width, 31);
    canvas.text(&session, session_area, SMALL, Alignment::Right);
    let (title, color) = if view.has_ended {
        ("end of the movie", AMBER)
    } else if view.no_data {
        ("no data: end of the movie?", AMBER)
    } else {
        (view.title.as_str(), INK)
    };
    let left = 30 + STATE_WIDTH + 8;
    let right = 12 + session_width + 8;
    draw_title(canvas, area, (left, right), title, PLAIN.in_color(color));
}

/// In the middle of the window, or of what the margins leave if it is too long for that.
fn draw_title(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    (left, right): (u32, u32),
    title: &str,
    ink: Ink,
) {
    let (width, wider) = (area.size.width, left.max(right));
    let fits = ink.width_of(title).saturating_add(2 * wider) <= width;
    let (left, right) = if fits { (wider, wider) } else { (left, right) };
    let place = part(area, left, 0, width.saturating_sub(left + right), 31);
    canvas.text(title, place, ink, Alignment::Center);
}

fn draw_video(canvas: &mut Canvas<'_>, layout: &Layout, view: &View<'_>) {
    canvas.cover(layout.video, VIDEO);
    let free = free_video(layout, view);
    let Some(picture) = view.picture else {
        let (title, hint) = match view.state {
            State::Init => ("No video yet", first_steps(view)),
            State::Ready => ("No video yet", "press Play"),
            State::Playing => ("No video yet", "waiting for the first frame"),
        };
        return draw_hint(canvas, layout, free, (title, hint));
    };
    let area = layout.fitted(picture.width, picture.height);
    canvas.picture(picture, area);
    match view.state {
        State::Init => {
            canvas.darken(area);
            draw_hint(canvas, layout, free, ("No session", first_steps(view)));
        }
        State::Ready => draw_paused(canvas, layout, free),
        State::Playing => {}
    }
}

fn first_steps(view: &View<'_>) -> &'static str {
    match view.buttons {
        Buttons::Five => "press Setup, then Play",
        Buttons::Three => "press Play",
    }
}

/// What panel, description and message leave of the video.
fn free_video(layout: &Layout, view: &View<'_>) -> Rectangle {
    let (message, panel) = (view.message.is_some(), view.panel.is_some());
    let free = layout.free_video(panel);
    let foot = if message { layout.message.top_left.y } else { end_of(free) };
    let head = view.description.map_or(free.top_left.y, |text| {
        end_of(description_area(layout.description(message, panel), text))
    });
    let height = u32::try_from(foot - head).unwrap_or(0);
    Rectangle::new(Point::new(free.top_left.x, head), Size::new(free.size.width, height))
}

/// Two lines in the middle of the video, and the key that tells all others.
fn draw_hint(
    canvas: &mut Canvas<'_>,
    layout: &Layout,
    free: Rectangle,
    (title, hint): (&str, &str),
) {
    let Some(place) = layout.clear(free, (-10, 62)) else { return };
    let line = |y| part(place, 0, y, place.size.width, 20);
    canvas.text(title, line(0), TITLE.in_color(DIM), Alignment::Center);
    canvas.text(hint, line(22), LABEL, Alignment::Center);
    canvas.text("? lists all keys", line(42), LABEL, Alignment::Center);
}

/// A dark disc with two bars.
fn draw_paused(canvas: &mut Canvas<'_>, layout: &Layout, free: Rectangle) {
    let Some(place) = layout.clear(free, (-35, 72)) else { return };
    let center = place.center();
    canvas.disc(center, 72, BACKGROUND);
    for x in [-14, 4] {
        canvas.fill(Rectangle::new(center + Point::new(x, -16), Size::new(10, 32)), INK);
    }
}

fn draw_buttons(canvas: &mut Canvas<'_>, layout: &Layout, view: &View<'_>) {
    canvas.cover(layout.controls, BACKGROUND);
    canvas.fill(line_above(layout.controls), EDGE);
    let buttons = view.buttons.all().iter().zip(layout.buttons(view.buttons));
    for ((button, area), look) in buttons.zip(&view.looks) {
        let hover = view.hover == Some(Target::Button(button.method));
        draw_button(canvas, area, (button.label, button.key), *look, hover);
    }
    let (beside, more) = (layout.beside_buttons(), "L RTSP log   H RTP header   ? all keys");
    if SMALL.width_of(more) <= beside.size.width {
        canvas.text(more, beside, SMALL, Alignment::Right);
    }
}

fn draw_statistics(canvas: &mut Canvas<'_>, layout: &Layout, view: &View<'_>) {
    canvas.cover(layout.statistics, PANEL);
    canvas.fill(line_above(layout.statistics), EDGE);
    for (column, area) in view.columns.iter().zip(layout.columns()) {
        draw_column(canvas, area, column);
    }
    for ((curve, area), color) in view.curves.iter().zip(layout.curves()).zip([GREEN, BLUE]) {
        draw_curve(canvas, area, curve, color);
    }
}

fn draw_column(canvas: &mut Canvas<'_>, area: Rectangle, column: &Column) {
    let width = area.size.width;
    let caption_width = SMALL.width_of(column.caption);
    canvas.text(column.caption, part(area, 0, 1, caption_width, 20), SMALL, Alignment::Left);
    if let Some(note) = &column.note {
        let note_area = part(area, caption_width + 4, 1, width - caption_width - 4, 20);
        canvas.text(note, note_area, SMALL.in_color(AMBER), Alignment::Right);
    }
    for (figure, y) in column.rows.iter().zip((19..).step_by(19)) {
        if y > 19 {
            canvas.fill(part(area, 0, y, width, 1), FAINT);
        }
        let value = figure.value.as_deref().unwrap_or("-");
        let ink = match figure.value {
            Some(_) if figure.warns => VALUE.in_color(AMBER),
            Some(_) => VALUE,
            None => VALUE.in_color(OFF),
        };
        let name_width = LABEL.width_of(figure.name);
        canvas.text(figure.name, part(area, 0, y, name_width, 19), LABEL, Alignment::Left);
        let value_area = part(area, name_width + 4, y, width - name_width - 4, 19);
        canvas.text(value, value_area, ink, Alignment::Right);
    }
}

/// As much as `PLAYING` needs.
const STATE_WIDTH: u32 = 60;
/// As much as a session of six digits needs, as the lab has it, and a reply of 99.9 ms.
const SESSION_WIDTH: u32 = 180;
