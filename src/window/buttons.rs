//! The buttons below the movie: which there are, and how they look.

use embedded_graphics::prelude::{Point, Size};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::layout::part;
use super::palette::{Color, SMALL, STRONG, VALUE};
use crate::rtsp::Method;

/// Which buttons there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Buttons {
    /// Setup, Play, Pause, Teardown, Describe: one for each request.
    #[default]
    Five,
    /// The report's extension 2: Play, Pause and Teardown, and Describe; Play does SETUP, too.
    Three,
}

/// One button.
#[derive(Clone, Copy, Debug)]
pub(super) struct Button {
    pub(super) method: Method,
    pub(super) label: &'static str,
    /// What is written on its key.
    pub(super) key: &'static str,
    /// The least, in points: label and key beside each other, and below each other.
    pub(super) widths: (u32, u32),
}

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Look {
    /// The state forbids it.
    Off,
    /// It can be pressed.
    On,
    /// It is what one would press next.
    Next,
}

impl Buttons {
    /// The buttons from left to right.
    pub(super) fn all(self) -> &'static [Button] {
        match self {
            Self::Five => &ALL,
            Self::Three => ALL.get(1..).unwrap_or_default(),
        }
    }

    /// The least widths of each.
    pub(super) fn widths(self) -> Vec<(u32, u32)> {
        self.all().iter().map(|button| button.widths).collect()
    }
}

/// The lab's four buttons, and Describe. Python: `createWidgets`.
#[doc(alias = "createWidgets")]
const ALL: [Button; 5] = [
    Button { method: Method::Setup, label: "Setup", key: "S", widths: (70, 46) },
    Button { method: Method::Play, label: "Play", key: "P", widths: (94, 46) },
    Button { method: Method::Pause, label: "Pause", key: "U", widths: (94, 46) },
    Button { method: Method::Teardown, label: "Teardown", key: "T", widths: (94, 64) },
    Button { method: Method::Describe, label: "Describe", key: "D", widths: (94, 64) },
];

impl Button {
    /// Its label and its key. Space does what is blue, if that is Play, Again or Pause.
    pub(super) const fn texts(&self, look: Look, is_over: bool) -> (&'static str, &'static str) {
        match (self.method, look) {
            (Method::Play, Look::Next) if is_over => ("Again", "Space"),
            (Method::Play | Method::Pause, Look::Next) => (self.label, "Space"),
            _ => (self.label, self.key),
        }
    }
}

/// The label, and the key in a small box after it or below it.
pub(super) fn draw_button(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    (label, key): (&str, &str),
    (look, is_one_line): (Look, bool),
    hover: bool,
) {
    let (fill, edge, color) = match look {
        Look::Off => (Color::Background, Color::Faint, Color::Off),
        Look::On if hover => (Color::Hover, Color::Blue, Color::Ink),
        Look::On => (Color::Button, Color::ButtonEdge, Color::Ink),
        Look::Next if hover => (Color::HoverBlue, Color::HoverBlue, Color::OnFill),
        Look::Next => (Color::Blue, Color::Blue, Color::OnFill),
    };
    canvas.panel(area, 6, fill, edge);
    if !is_one_line {
        let label_area = part(area, 1, 2, area.size.width.saturating_sub(2), 14);
        canvas.text(label, label_area, VALUE.in_color(color), Alignment::Center);
        let margin = area.size.width.saturating_sub(key_width(key)) / 2;
        return draw_key(canvas, part(area, margin, 17, key_width(key), 12), key, (fill, color));
    }
    let (label_width, box_width) = (STRONG.width_of(label), key_width(key));
    let margin = area.size.width.saturating_sub(label_width + KEY_GAP + box_width) / 2;
    let label_area = part(area, margin, 0, label_width, area.size.height);
    canvas.text(label, label_area, STRONG.in_color(color), Alignment::Left);
    let x = margin + label_width + KEY_GAP;
    let top_left = Point::new(part(area, x, 0, 0, 0).top_left.x, area.center().y - 7);
    let key_area = Rectangle::new(top_left, Size::new(box_width, KEY_HEIGHT));
    draw_key(canvas, key_area, key, (fill, color));
}

/// How wide the box of a key is.
pub(super) fn key_width(key: &str) -> u32 {
    SMALL.width_of(key) + 8
}

/// A key in a small box.
pub(super) fn draw_key(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    key: &str,
    (fill, color): (Color, Color),
) {
    canvas.panel(area, 2, fill, color);
    canvas.text(key, area, SMALL.in_color(color), Alignment::Center);
}

/// The height of a key's box.
pub(super) const KEY_HEIGHT: u32 = 15;
const KEY_GAP: u32 = 8;
