//! What keys open: the panels, and the one that lists all keys.

use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::buttons::Buttons;
use super::canvas::Canvas;
use super::layout::part;
use super::palette::{BUTTON, BUTTON_EDGE, INK, LABEL, SMALL};
use crate::rtsp::Method;

/// A panel that a key opens, whatever is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PanelKind {
    /// The last requests and replies.
    RtspLog,
    /// The packet that came last.
    RtpHeader,
    /// What each key does.
    Keys,
}

/// A line for each key: the key in a small box, and what it does.
pub(super) fn draw_keys(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    buttons: Buttons,
    (can_seek, can_lose): (bool, bool),
) {
    let of_buttons = buttons.all().iter().map(|button| (button.key, meaning(button.method)));
    let (seek, loss) = (can_seek.then_some(SEEK), can_lose.then_some(LOSS));
    let keys: Vec<_> = of_buttons.chain(seek).chain(loss).chain(OTHERS).collect();
    let share = area.size.height / u32::try_from(keys.len()).unwrap_or(u32::MAX);
    let height = share.clamp(LEAST_LINE, LINE);
    let rows = (0..area.size.height / height).map(|row| row * height);
    for ((key, meaning), y) in keys.into_iter().zip(rows) {
        let key_box = part(area, 0, y + (height - 15) / 2, SMALL.width_of(key) + 8, 15);
        canvas.panel(key_box, 2, BUTTON, BUTTON_EDGE);
        canvas.text(key, key_box, SMALL.in_color(INK), Alignment::Center);
        let line = part(area, KEYS_WIDTH, y, area.size.width - KEYS_WIDTH, height);
        canvas.text(meaning, line, LABEL.in_color(INK), Alignment::Left);
    }
}

const fn meaning(method: Method) -> &'static str {
    match method {
        Method::Setup => "Setup: open a session",
        Method::Play => "Play",
        Method::Pause => "Pause",
        Method::Teardown => "Teardown: end the session",
        Method::Describe => "Describe: what the movie is",
        Method::Options => "",
    }
}

const SEEK: (&str, &str) = ("Arrows", "left and right: 10 s back, on");

const LOSS: (&str, &str) = ("[  ]", "lose 1 % less, 1 % more on purpose");

const OTHERS: [(&str, &str); 7] = [
    (",  .", "buffer 100 ms less, more"),
    ("L", "RTSP log: requests and replies"),
    ("H", "RTP header: the latest packet"),
    ("?", "this list; F1 as well"),
    ("Esc", "close a message, a list, a panel"),
    ("Enter", "in the dialog: continue watching"),
    ("Q", "in the dialog: close"),
];

const KEYS_WIDTH: u32 = 52;
/// The height of a line, and the least that it is where a message is below.
const LINE: u32 = 22;
const LEAST_LINE: u32 = 17;
