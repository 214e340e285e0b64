//! The colours and the kinds of text.

use embedded_graphics::mono_font::MonoFont;
use embedded_graphics::mono_font::iso_8859_1::{
    FONT_6X10, FONT_6X13, FONT_7X13, FONT_7X13_BOLD, FONT_8X13_BOLD, FONT_9X18_BOLD,
};
use embedded_graphics::pixelcolor::Rgb888;

pub(super) const BACKGROUND: Rgb888 = Rgb888::new(0x12, 0x16, 0x1B);
pub(super) const PANEL: Rgb888 = Rgb888::new(0x1A, 0x20, 0x27);
pub(super) const CHART: Rgb888 = Rgb888::new(0x15, 0x1A, 0x20);
pub(super) const EDGE: Rgb888 = Rgb888::new(0x2C, 0x35, 0x3F);
pub(super) const FAINT: Rgb888 = Rgb888::new(0x23, 0x2B, 0x34);
pub(super) const BUTTON: Rgb888 = Rgb888::new(0x2A, 0x32, 0x3C);
pub(super) const BUTTON_EDGE: Rgb888 = Rgb888::new(0x3D, 0x48, 0x54);
pub(super) const HOVER: Rgb888 = Rgb888::new(0x3A, 0x46, 0x52);
pub(super) const HOVER_BLUE: Rgb888 = Rgb888::new(0x7F, 0xC8, 0xFF);
pub(super) const INK: Rgb888 = Rgb888::new(0xEC, 0xEF, 0xF2);
pub(super) const DIM: Rgb888 = Rgb888::new(0x97, 0xA3, 0xAF);
pub(super) const OFF: Rgb888 = Rgb888::new(0x56, 0x61, 0x6C);
pub(super) const BLUE: Rgb888 = Rgb888::new(0x4F, 0xB3, 0xFF);
pub(super) const DARK_BLUE: Rgb888 = Rgb888::new(0x17, 0x32, 0x4A);
pub(super) const GREEN: Rgb888 = Rgb888::new(0x5C, 0xCB, 0x8B);
pub(super) const DARK_GREEN: Rgb888 = Rgb888::new(0x1B, 0x3A, 0x2B);
pub(super) const AMBER: Rgb888 = Rgb888::new(0xF2, 0xB8, 0x4B);
pub(super) const RED: Rgb888 = Rgb888::new(0xEF, 0x64, 0x61);
pub(super) const DARK_INK: Rgb888 = Rgb888::new(0x0B, 0x1A, 0x26);
pub(super) const VIDEO: Rgb888 = Rgb888::new(0x05, 0x06, 0x07);

/// A font and a colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    pub(super) font: &'static MonoFont<'static>,
    pub(super) color: Rgb888,
}

impl Ink {
    /// The same font in another colour.
    pub(super) const fn in_color(self, color: Rgb888) -> Self {
        Self { color, ..self }
    }

    /// How many pixels a text is wide.
    pub(super) fn width_of(self, text: &str) -> u32 {
        let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        characters.saturating_mul(self.font.character_size.width)
    }
}

pub(super) const TITLE: Ink = Ink { font: &FONT_9X18_BOLD, color: INK };
pub(super) const STRONG: Ink = Ink { font: &FONT_8X13_BOLD, color: INK };
pub(super) const VALUE: Ink = Ink { font: &FONT_7X13_BOLD, color: INK };
pub(super) const PLAIN: Ink = Ink { font: &FONT_7X13, color: INK };
pub(super) const LABEL: Ink = Ink { font: &FONT_6X13, color: DIM };
pub(super) const SMALL: Ink = Ink { font: &FONT_6X10, color: DIM };
