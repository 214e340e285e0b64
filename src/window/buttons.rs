//! The buttons below the video: which there are, and how they look.

use embedded_graphics::prelude::{Point, Size};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::palette::{
    BACKGROUND, BLUE, BUTTON, BUTTON_EDGE, DARK_INK, FAINT, HOVER, HOVER_BLUE, INK, OFF, SMALL,
    STRONG,
};
use crate::rtsp::Method;

/// Which buttons there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// In points.
    pub(super) width: u32,
}

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    pub(super) const fn all(self) -> &'static [Button] {
        match self {
            Self::Five => &FIVE,
            Self::Three => &THREE,
        }
    }
}

/// The lab's four buttons, and Describe. Python: `createWidgets`.
#[doc(alias = "createWidgets")]
const FIVE: [Button; 5] = [
    Button { method: Method::Setup, label: "Setup", key: "S", width: 112 },
    Button { method: Method::Play, label: "Play", key: "P", width: 104 },
    Button { method: Method::Pause, label: "Pause", key: "Space", width: 136 },
    Button { method: Method::Teardown, label: "Teardown", key: "T", width: 128 },
    Button { method: Method::Describe, label: "Describe", key: "D", width: 128 },
];

const THREE: [Button; 4] = [
    Button { method: Method::Play, label: "Play", key: "P", width: 144 },
    Button { method: Method::Pause, label: "Pause", key: "Space", width: 163 },
    Button { method: Method::Teardown, label: "Teardown", key: "T", width: 152 },
    Button { method: Method::Describe, label: "Describe", key: "D", width: 152 },
];

/// The label, and the key in a small box after it, both centred.
pub(super) fn draw_button(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    (label, key): (&str, &str),
    look: Look,
    hover: bool,
) {
    let (fill, edge, color) = match look {
        Look::Off => (BACKGROUND, FAINT, OFF),
        Look::On if hover => (HOVER, BLUE, INK),
        Look::On => (BUTTON, BUTTON_EDGE, INK),
        Look::Next if hover => (HOVER_BLUE, HOVER_BLUE, DARK_INK),
        Look::Next => (BLUE, BLUE, DARK_INK),
    };
    canvas.panel(area, 6, fill, edge);
    let (label_width, box_width) = (STRONG.width_of(label), SMALL.width_of(key) + 8);
    let margin = area.size.width.saturating_sub(label_width + 8 + box_width) / 2;
    let left = area.top_left.x.saturating_add_unsigned(margin);
    let label_area =
        Rectangle::new(Point::new(left, area.top_left.y), Size::new(label_width, area.size.height));
    canvas.text(label, label_area, STRONG.in_color(color), Alignment::Left);
    let box_left = left.saturating_add_unsigned(label_width + 8);
    let top_left = Point::new(box_left, area.center().y - 7);
    let box_area = Rectangle::new(top_left, Size::new(box_width, 15));
    canvas.panel(box_area, 2, fill, color);
    canvas.text(key, box_area, SMALL.in_color(color), Alignment::Center);
}
