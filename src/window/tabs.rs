//! The panels' names: beside the buttons, or as the head of the one that is open.

use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::layout::{Layout, count, inside, line_below, part};
use super::palette::{Color, LABEL, SMALL, TEXT, VALUE};
use super::target::{PanelKind, Target};

/// A panel's key and its name.
type Tab = (PanelKind, &'static str, &'static str);

const TABS: [Tab; 4] = [
    (PanelKind::RtspLog, "L", "log"),
    (PanelKind::RtpHeader, "H", "header"),
    (PanelKind::Statistics, "I", "stats"),
    (PanelKind::Keys, "?", "keys"),
];

/// While there is an answer to DESCRIBE.
const DESCRIPTION: Tab = (PanelKind::Description, "D", "sdp");

/// Beside the buttons: the keys, with the names below them if the window is wide enough.
pub(super) fn draw_tabs(canvas: &mut Canvas<'_>, layout: &Layout, hover: Option<Target>) {
    let (controls, width) = (layout.controls, layout.tabs_width());
    if width == 0 {
        return;
    }
    let has_words = width > 100;
    let mut x = controls.size.width - 10 - width;
    for (kind, key, word) in TABS {
        let (wide, gap) = if has_words { (SMALL.width_of(word), 10) } else { (BOX, 3) };
        let slot = part(controls, x, 0, wide, controls.size.height);
        let middle = controls.size.height / 2;
        let top = if has_words { middle.saturating_sub(15) } else { middle.saturating_sub(7) };
        let key_box = part(slot, (wide - BOX.min(wide)) / 2, top, BOX, BOX);
        draw_letter(canvas, key_box, key, (false, hover == Some(Target::Tab(kind))));
        if has_words {
            let below = part(slot, 0, middle + 2, wide, 12);
            canvas.text(word, below, SMALL, Alignment::Center);
        }
        canvas.target(Target::Tab(kind), inside(slot, [0, 1, 0, 0]));
        x += wide + gap;
    }
}

/// The head of the panel that is open: all names, its own in bold, and the key that closes it.
pub(super) fn draw_head(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    (open, has_description): (PanelKind, bool),
    hover: Option<Target>,
) {
    canvas.fill(line_below(area), Color::Edge);
    let has_description = has_description || open == PanelKind::Description;
    let tabs: Vec<Tab> = TABS.into_iter().chain(has_description.then_some(DESCRIPTION)).collect();
    let esc_width = SMALL.width_of("Esc") + 8;
    let room = area.size.width.saturating_sub(2 * MARGIN + esc_width + GAP);
    let width_of = |(kind, _, word): &Tab, all: bool| {
        let word_width = if *kind == open { VALUE.width_of(word) } else { TEXT.width_of(word) };
        BOX + if all || *kind == open { WORD_GAP + word_width } else { 0 }
    };
    let gaps = GAP * count(tabs.len().saturating_sub(1));
    let has_all = tabs.iter().map(|tab| width_of(tab, true)).sum::<u32>() + gaps <= room;
    let mut x = MARGIN;
    for tab @ (kind, key, word) in tabs {
        let (width, is_open) = (width_of(&tab, has_all), kind == open);
        let slot = part(area, x, 0, width, area.size.height);
        draw_letter(
            canvas,
            part(slot, 0, 4, BOX, BOX),
            key,
            (is_open, hover == Some(Target::Tab(kind))),
        );
        if width > BOX {
            let ink = if is_open { VALUE } else { LABEL };
            let text = part(slot, BOX + WORD_GAP, 4, width - BOX - WORD_GAP, BOX);
            canvas.text(word, text, ink, Alignment::Left);
        }
        if is_open {
            canvas.fill(part(area, x - 3, area.size.height - 3, width + 6, 2), Color::Blue);
        }
        canvas.target(Target::Tab(kind), slot);
        x += width + GAP;
    }
    let esc = part(area, area.size.width.saturating_sub(MARGIN + esc_width), 4, esc_width, BOX);
    draw_esc(canvas, esc, hover == Some(Target::Panel));
    canvas.target(Target::Panel, esc);
}

/// The key that takes something away.
pub(super) fn draw_esc(canvas: &mut Canvas<'_>, area: Rectangle, hover: bool) {
    canvas.panel(area, 2, if hover { Color::Hover } else { Color::Panel }, Color::Dim);
    canvas.text("Esc", area, SMALL, Alignment::Center);
}

/// A letter that opens a panel.
pub(super) fn draw_letter(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    letter: &str,
    (is_open, hover): (bool, bool),
) {
    let (fill, color) = match (is_open, hover) {
        (true, _) => (Color::DarkBlue, Color::Ink),
        (false, true) => (Color::Hover, Color::Blue),
        (false, false) => (Color::Background, Color::Blue),
    };
    canvas.panel(area, 2, fill, Color::Blue);
    canvas.text(letter, inside(area, [1, 0, 0, 0]), TEXT.in_color(color), Alignment::Center);
}

/// The height of the head.
pub(super) const HEAD: u32 = 25;
const BOX: u32 = 15;
const MARGIN: u32 = 8;
const GAP: u32 = 9;
const WORD_GAP: u32 = 5;
