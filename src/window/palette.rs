//! The colours, in their two palettes, and the kinds of text.

use embedded_graphics::mono_font::MonoFont;
use embedded_graphics::mono_font::iso_8859_1::{
    FONT_6X10, FONT_6X12, FONT_6X13, FONT_7X13, FONT_7X13_BOLD, FONT_8X13_BOLD, FONT_9X18_BOLD,
};
use embedded_graphics::prelude::PixelColor;

/// Which colours the window has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light: for a hall that can't be darkened.
    Light,
}

/// A colour by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Color {
    Background,
    Panel,
    Chart,
    Edge,
    Faint,
    Button,
    ButtonEdge,
    Hover,
    HoverBlue,
    Ink,
    Dim,
    Off,
    Blue,
    DarkBlue,
    Green,
    DarkGreen,
    Amber,
    DarkAmber,
    Red,
    /// Text on blue and on red.
    OnFill,
    /// Text on a picture that is dark.
    OnDark,
    Video,
}

impl PixelColor for Color {
    type Raw = ();
}

impl Color {
    /// As `0x00RRGGBB`. Text has a contrast of 4.5 or more on all that it stands on in the dark palette,
    /// and of 7 in the light one; what is off, 3.3 and 4.1.
    pub(super) const fn pixel(self, theme: Theme) -> u32 {
        let (dark, light) = match self {
            Self::Background => (0x12_161B, 0xEE_F1F4),
            Self::Panel => (0x1A_2027, 0xFB_FCFD),
            Self::Chart => (0x15_1A20, 0xF2_F4F6),
            Self::Edge => (0x2C_353F, 0xB9_C3CD),
            Self::Faint => (0x23_2B34, 0xD3_DAE1),
            Self::Button => (0x2A_323C, 0xE0_E6EC),
            Self::ButtonEdge => (0x65_727F, 0x6F_7B87),
            Self::Hover => (0x3A_4652, 0xD2_DAE2),
            Self::HoverBlue => (0x7F_C8FF, 0x14_579A),
            Self::Ink => (0xEC_EFF2, 0x0E_1317),
            Self::Dim => (0xA9_B4BF, 0x36_404A),
            Self::Off => (0x75_818D, 0x62_6C76),
            Self::Blue => (0x4F_B3FF, 0x00_437F),
            Self::DarkBlue => (0x17_324A, 0xD3_E5F6),
            Self::Green => (0x5C_CB8B, 0x08_512C),
            Self::DarkGreen => (0x1B_3A2B, 0xD2_ECDD),
            Self::Amber => (0xF2_B84B, 0x5E_3B00),
            Self::DarkAmber => (0x43_351A, 0xFB_EBC6),
            Self::Red => (0xFF_7A75, 0x8C_1512),
            Self::OnFill => (0x0B_1A26, 0xFF_FFFF),
            Self::OnDark => (0xEC_EFF2, 0xFF_FFFF),
            Self::Video => (0x05_0607, 0xDD_E3E8),
        };
        match theme {
            Theme::Dark => dark,
            Theme::Light => light,
        }
    }
}

/// A font and a colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    pub(super) font: &'static MonoFont<'static>,
    pub(super) color: Color,
}

impl Ink {
    /// The same font in another colour.
    pub(super) const fn in_color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// How many points a text is wide.
    pub(super) fn width_of(self, text: &str) -> u32 {
        let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        characters.saturating_mul(self.font.character_size.width)
    }

    /// How many characters fit.
    pub(super) const fn columns(self, width: u32) -> u32 {
        width / self.font.character_size.width
    }
}

pub(super) const TITLE: Ink = Ink { font: &FONT_9X18_BOLD, color: Color::Ink };
pub(super) const STRONG: Ink = Ink { font: &FONT_8X13_BOLD, color: Color::Ink };
pub(super) const VALUE: Ink = Ink { font: &FONT_7X13_BOLD, color: Color::Ink };
pub(super) const PLAIN: Ink = Ink { font: &FONT_7X13, color: Color::Ink };
pub(super) const TEXT: Ink = Ink { font: &FONT_6X13, color: Color::Ink };
pub(super) const LABEL: Ink = TEXT.in_color(Color::Dim);
/// For rows of the header where there is little room.
pub(super) const LOW: Ink = Ink { font: &FONT_6X12, color: Color::Dim };
/// For what needs not be understood: keys' names, captions, times.
pub(super) const SMALL: Ink = Ink { font: &FONT_6X10, color: Color::Dim };

#[cfg(test)]
mod tests {
    use super::*;

    /// Of two colours (WCAG 2, "contrast ratio").
    fn contrast(one: u32, other: u32) -> f64 {
        let luminance = |pixel: u32| {
            let [_, red, green, blue] = pixel.to_be_bytes().map(|channel| {
                let share = f64::from(channel) / 255.0;
                if share <= 0.03928 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
        };
        let (one, other) = (luminance(one), luminance(other));
        one.max(other) / one.min(other)
    }

    #[test]
    fn every_text_can_be_read_from_the_last_row() {
        use Color::{
            Amber, Background, Blue, Button, DarkAmber, DarkBlue, Dim, Green, Ink, Off, OnFill,
            Panel, Red, Video,
        };
        let grounds = [Background, Panel, Button, Video];
        for (theme, text, off) in [(Theme::Dark, 4.5, 3.2), (Theme::Light, 7.0, 4.0)] {
            let assert_readable = |ink: Color, ground: Color, least: f64| {
                let found = contrast(ink.pixel(theme), ground.pixel(theme));
                assert!(found >= least, "{ink:?} on {ground:?}, {theme:?}: {found:.2}");
            };
            for ground in grounds {
                for ink in [Ink, Dim, Blue, Green, Amber, Red] {
                    assert_readable(ink, ground, text);
                }
                assert_readable(Off, ground, off);
            }
            for (ink, ground) in [
                (OnFill, Blue),
                (OnFill, Red),
                (Dim, DarkBlue),
                (Amber, DarkAmber),
                (Blue, DarkBlue),
            ] {
                assert_readable(ink, ground, text);
            }
        }
    }
}
