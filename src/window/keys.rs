//! The panel that lists all keys.

use embedded_graphics::prelude::Point;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::buttons::{Buttons, key_width};
use super::canvas::Canvas;
use super::figures::more_rows;
use super::layout::{count, inside, part};
use super::palette::{Color, LABEL, SMALL, TEXT};
use crate::rtsp::Method;

/// Keys, and what they do.
type Row = (&'static [&'static str], &'static str);

/// A line for each key: the key in a small box, and what it does. `scale` is the window's.
pub(super) fn draw_keys(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    buttons: Buttons,
    (can_seek, can_lose, scale): (bool, bool, usize),
) {
    let area = inside(area, [0, 5, 0, 0]);
    let of_buttons = buttons.all().iter().filter_map(|button| of_method(button.method));
    let (seek, loss) = (can_seek.then_some(SEEK), can_lose.then_some(LOSS));
    let rows: Vec<Row> = [SPACE]
        .into_iter()
        .chain(of_buttons)
        .chain(PANELS)
        .chain(seek)
        .chain(SCROLL)
        .chain(loss)
        .chain([BUFFER, PAGE])
        .chain(OTHERS)
        .collect();
    let height = (area.size.height / count(rows.len()).max(1)).clamp(LEAST_LINE, LINE);
    let room = usize::try_from(area.size.height / height).unwrap_or(0);
    let shown = if rows.len() > room { room.saturating_sub(1) } else { rows.len() };
    for ((keys, meaning), row) in rows.iter().take(shown).zip(0..) {
        let place = part(area, 0, row * height, area.size.width, height);
        let mut x = 0;
        for key in *keys {
            let width = key_width(key).max(15);
            draw_one(canvas, part(place, x, (height - 15) / 2, width, 15), key);
            x += width + 3;
        }
        let text = inside(place, [MEANINGS, 0, 0, 0]);
        canvas.text(meaning, text, TEXT, Alignment::Left);
    }
    if shown < rows.len() && room > 0 {
        let place = part(area, 0, count(shown) * height, area.size.width, height);
        let text = more_rows(rows.len() - shown, scale);
        canvas.text(&text, place, LABEL, Alignment::Left);
    }
}

/// A key in its box. The font has no arrows, so these are drawn.
fn draw_one(canvas: &mut Canvas<'_>, area: Rectangle, key: &str) {
    canvas.panel(area, 2, Color::Background, Color::Ink);
    let side = match key {
        LEFT => -1,
        RIGHT => 1,
        _ => return canvas.text(key, area, SMALL.in_color(Color::Ink), Alignment::Center),
    };
    let corner = |x, y| area.center() + Point::new(side * x, y);
    canvas.triangle([corner(3, 0), corner(-2, -4), corner(-2, 4)], Color::Ink);
}

const fn of_method(method: Method) -> Option<Row> {
    match method {
        Method::Setup => Some((&["S"], "Setup: open a session")),
        Method::Play => Some((&["P"], "Play; at the end: again")),
        Method::Pause => Some((&["U"], "Pause")),
        Method::Teardown => Some((&["T"], "Teardown: end the session")),
        Method::Describe => Some((&["D"], "Describe: what the movie is")),
        Method::Options => None,
    }
}

const LEFT: &str = "<";
const RIGHT: &str = ">";

const SPACE: Row = (&["Space"], "play, pause; at the end: again");
const SEEK: Row = (&[LEFT, RIGHT], "10 s back, 10 s on");
const LOSS: Row = (&["[", "]"], "lose 1 % less, 1 % more");
const BUFFER: Row = (&[",", "."], "buffer 100 ms less, more");
const PANELS: [Row; 4] = [
    (&["L"], "RTSP log: requests and replies"),
    (&["H"], "RTP header: the latest packet"),
    (&["I"], "statistics: all figures"),
    (&["F"], "movie only; F or Esc: back"),
];
const SCROLL: [Row; 1] = [(&["PgUp", "Dn"], "scroll the log; End: newest")];
const PAGE: Row = (&["R"], "page of the session so far");
const OTHERS: [Row; 4] = [
    (&["+", "-", "0"], "larger, smaller, automatic"),
    (&["?"], "this list; F1 as well"),
    (&["Esc"], "close what is open"),
    (&["Enter", "Q"], "when asked: go on, close"),
];

/// Where the meanings begin.
const MEANINGS: u32 = 70;
/// The height of a line, and the least that it is where there is little room.
const LINE: u32 = 20;
const LEAST_LINE: u32 = 17;
