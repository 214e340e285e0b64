//! The movie, and what is said where it is: that there is none yet, that it is paused, that it is over.

use embedded_graphics::prelude::{Point, Size};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::buttons::Buttons;
use super::canvas::{Canvas, wrapped};
use super::controls::End;
use super::layout::{Layout, count, middle, part};
use super::palette::{Color, PLAIN, TEXT, TITLE};
use super::view::View;
use crate::rtsp::State;

/// The last frame, its aspect kept; `free` is what a message leaves.
pub(super) fn draw_movie(
    canvas: &mut Canvas<'_>,
    layout: &Layout,
    free: Rectangle,
    view: &View<'_>,
) {
    canvas.cover(layout.movie, Color::Video);
    let Some(picture) = view.picture else {
        let title = "No video yet";
        return match (view.state, view.undecoded) {
            (State::Playing, 1..) => {
                let text = format!("{} frames have come, none could be decoded", view.undecoded);
                draw_hint(canvas, free, (title, Color::Ink), &[&text]);
            }
            (State::Playing, 0) => {
                draw_hint(canvas, free, (title, Color::Ink), &["waiting for the first frame"]);
            }
            (State::Ready, _) => {
                draw_hint(canvas, free, (title, Color::Ink), &["press Play", ALL_KEYS]);
            }
            (State::Init, _) => {
                draw_hint(canvas, free, (title, Color::Ink), &[first_steps(view), ALL_KEYS]);
            }
        };
    };
    let area = layout.fitted(picture.width, picture.height);
    canvas.picture(picture, area);
    match (view.state, &view.end) {
        (State::Init, _) => {
            canvas.darken(area);
            draw_hint(canvas, free, ("No session", Color::OnDark), &[first_steps(view), ALL_KEYS]);
        }
        (State::Ready, _) => draw_paused(canvas, free),
        (State::Playing, Some(end)) => {
            canvas.darken(area);
            draw_end(canvas, free, end);
        }
        (State::Playing, None) => {}
    }
}

fn first_steps(view: &View<'_>) -> &'static str {
    match view.buttons {
        Buttons::Five => "press Setup, then Play",
        Buttons::Three => "press Play",
    }
}

/// Lines in the middle of what is free, as many as fit.
fn draw_hint(
    canvas: &mut Canvas<'_>,
    free: Rectangle,
    (title, color): (&str, Color),
    lines: &[&str],
) {
    let width = free.size.width.saturating_sub(2 * CLEAR);
    let lines: Vec<String> =
        lines.iter().flat_map(|line| wrapped(line, PLAIN.columns(width))).collect();
    let room = (free.size.height.saturating_sub(2 * CLEAR) / HINT).min(count(lines.len()) + 1);
    let place = middle(free, Size::new(width, room * HINT));
    let titles = [(title, TITLE.in_color(color))].into_iter();
    let texts = titles.chain(lines.iter().map(|line| (line.as_str(), PLAIN.in_color(color))));
    for ((text, ink), row) in texts.zip(0..room) {
        canvas.text(text, part(place, 0, row * HINT, width, HINT), ink, Alignment::Center);
    }
}

/// A dark disc with two bars.
fn draw_paused(canvas: &mut Canvas<'_>, free: Rectangle) {
    let Some(center) = disc_in(canvas, free, DISC) else { return };
    for x in [-14, 4] {
        let bar = Rectangle::new(center + Point::new(x, -16), Size::new(10, 32));
        canvas.fill(bar, Color::Ink);
    }
}

/// A disc in the middle of an area, if it has room; its centre.
fn disc_in(canvas: &mut Canvas<'_>, area: Rectangle, diameter: u32) -> Option<Point> {
    let room = area.size.width.min(area.size.height);
    let center = Some(area.center()).filter(|_| room >= diameter)?;
    canvas.disc(center, diameter, Color::Background);
    Some(center)
}

/// What Space does now. Where there is too little room for the box, the status line says enough.
fn draw_end(canvas: &mut Canvas<'_>, free: Rectangle, end: &End<'_>) {
    let room = Size::new(
        free.size.width.saturating_sub(2 * CLEAR),
        free.size.height.saturating_sub(2 * CLEAR),
    );
    if room.height < END.height || room.width < END_TEXT {
        return;
    }
    let has_sign = room.width >= END.width;
    let width = if has_sign { END.width } else { END_TEXT };
    let area = middle(free, Size::new(width, END.height));
    canvas.panel(area, 8, Color::Panel, Color::Amber);
    let left = if has_sign { SIGN } else { 12 };
    if has_sign {
        draw_again(canvas, part(area, 12, 20, 64, 64));
    }
    let title = if end.is_told { "The end of the movie" } else { "The end of the movie?" };
    let line = |y, height| part(area, left, y, width - left - 6, height);
    canvas.text(title, line(11, 20), TITLE.in_color(Color::Amber), Alignment::Left);
    let nothing = (!end.is_told).then_some("Nothing has come for 2 s.");
    let lines = nothing.into_iter().chain([SPACE, end.how]);
    for (text, y) in lines.zip((if end.is_told { 46 } else { 39 }..).step_by(16)) {
        canvas.text(text, line(y, 16), TEXT, Alignment::Left);
    }
}

/// An arrow that goes around.
fn draw_again(canvas: &mut Canvas<'_>, area: Rectangle) {
    let Some(center) = disc_in(canvas, area, area.size.width) else { return };
    canvas.open_circle(center, 32, 5, Color::Ink);
    let corner = |x, y| center + Point::new(x, y);
    canvas.triangle([corner(4, -16), corner(20, -18), corner(18, -4)], Color::Ink);
}

/// What a text without a box keeps clear at each side.
const CLEAR: u32 = 8;
const HINT: u32 = 20;
const DISC: u32 = 72;
const END: Size = Size::new(330, 104);
const END_TEXT: u32 = 240;
/// Where the text begins after the sign.
const SIGN: u32 = 85;
const SPACE: &str = "Space plays it again from the start:";
const ALL_KEYS: &str = "? lists all keys";
