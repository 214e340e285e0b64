//! What is written over each picture: the frame number, the seconds, and the strip of cells.

use embedded_graphics::Drawable;
use embedded_graphics::Pixel;
use embedded_graphics::mono_font::ascii::{FONT_6X10, FONT_10X20};
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{DrawTarget, OriginDimensions, Point, Size};
use embedded_graphics::text::{Alignment, Baseline, Text};

use crate::movie::FRAMES_PER_SECOND;
use crate::picture::{HEIGHT, Picture, WIDTH};

/// The cells of the strip: one for each bit of the frame number.
const CELLS: usize = 16;

/// The height of the strip: the blocks of a JPEG are as high, so the cells stay sharp.
const CELL_HEIGHT: usize = 8;

/// The lettering is drawn at half size and doubled.
const SCALE: usize = 2;

/// The width of the line of lettering, before it is doubled: it goes across the whole picture.
const LINE_WIDTH: usize = WIDTH / SCALE;

/// The height of the line of lettering, before it is doubled.
const LINE_HEIGHT: usize = 24;

/// How far the lettering stays away from the edges of the picture, before it is doubled.
const MARGIN: i32 = 5;

/// The row on which the lettering stands, before it is doubled.
const FOOT: i32 = 17;

/// Between a word and its digits, before it is doubled.
const GAP: i32 = 4;

/// The lettering of numbers.
const DIGITS: &MonoFont<'_> = &FONT_10X20;

/// The lettering of words.
const WORDS: &MonoFont<'_> = &FONT_6X10;

/// Writes number, time and strip over the picture of this frame.
pub(crate) fn draw(picture: &mut Picture, number: u32) {
    draw_line(picture, &Line::for_frame(number));
    draw_strip(picture, number);
}

/// The frame number in binary: 16 cells, the highest bit first, white for 1 and black for 0.
///
/// A program can thus tell from a picture of the screen which frame is being shown.
fn draw_strip(picture: &mut Picture, number: u32) {
    for row in HEIGHT - CELL_HEIGHT..HEIGHT {
        for column in 0..WIDTH {
            let cell = column * CELLS / WIDTH;
            let bit = (number >> (CELLS - 1 - cell)) & 1;
            if let Some(pixel) = picture.pixel_mut(column, row) {
                *pixel = if bit == 1 { [255; 3] } else { [0; 3] };
            }
        }
    }
}

/// White letters with a dark edge, legible on any background.
fn draw_line(picture: &mut Picture, line: &Line) {
    for row in 0..LINE_HEIGHT * SCALE {
        for column in 0..WIDTH {
            let (letter, edge) = (line.letter_at(column, row), line.edge_at(column, row));
            if let Some(pixel) = picture.pixel_mut(column, row) {
                *pixel = pixel.map(|byte| mixed(mixed(byte, 12, edge), 255, letter));
            }
        }
    }
}

/// From `under` (at share 0) to `over` (at share 16).
fn mixed(under: u8, over: u8, share: u32) -> u8 {
    ((u32::from(under) * (16 - share) + u32::from(over) * share + 8) / 16) as u8
}

/// The lettering of one frame as dots, not yet doubled.
#[derive(Debug, Clone)]
struct Line {
    dots: Vec<bool>,
}

impl Line {
    /// The number at the left, the time at the right. Frame 1 is shown at 0 seconds.
    ///
    /// The words are small: they are in every frame, and letters cost more bytes than anything
    /// else.
    fn for_frame(number: u32) -> Self {
        let hundredths = (number - 1) * 100 / FRAMES_PER_SECOND;
        let seconds = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let right = LINE_WIDTH as i32 - MARGIN;
        let mut line = Self { dots: vec![false; LINE_WIDTH * LINE_HEIGHT] };
        line.write("frame", WORDS, MARGIN, Alignment::Left);
        line.write(&number.to_string(), DIGITS, MARGIN + width_of("frame") + GAP, Alignment::Left);
        line.write(&seconds, DIGITS, right - width_of("s") - GAP, Alignment::Right);
        line.write("s", WORDS, right, Alignment::Right);
        line
    }

    /// Adds a text that begins (or, aligned to the right, ends) at `x`.
    fn write(&mut self, text: &str, font: &MonoFont<'_>, x: i32, alignment: Alignment) {
        let style = MonoTextStyle::new(font, BinaryColor::On);
        let mut lettering = Text::with_alignment(text, Point::new(x, FOOT), style, alignment);
        lettering.text_style.baseline = Baseline::Alphabetic;
        // Drawing dots into memory cannot fail: the error type has no values.
        let Ok(_) = lettering.draw(self);
    }

    /// 1 if there is a dot at this place, otherwise (and outside) 0.
    fn dot(&self, column: Option<usize>, row: Option<usize>) -> u32 {
        let place = column.zip(row).filter(|(column, _)| *column < LINE_WIDTH);
        let dot = place.and_then(|(column, row)| self.dots.get(row * LINE_WIDTH + column));
        u32::from(dot == Some(&true))
    }

    /// How white a pixel of the doubled lettering is, 0 to 16.
    ///
    /// Each quarter of a dot also looks at the three dots around its corner: weights 9, 3, 3 and 1,
    /// as in linear interpolation. Twice the contrast makes straight edges sharp again and leaves
    /// only the corners grey, so slanted strokes have no steps.
    fn letter_at(&self, column: usize, row: usize) -> u32 {
        let (near_column, far_column) = nearest_two(column);
        let (near_row, far_row) = nearest_two(row);
        let sum = 9 * self.dot(near_column, near_row)
            + 3 * self.dot(far_column, near_row)
            + 3 * self.dot(near_column, far_row)
            + self.dot(far_column, far_row);
        (2 * sum).saturating_sub(8).min(16)
    }

    /// How dark the edge around the letters is at a pixel, 0 to 16: the most white within 2 pixels.
    fn edge_at(&self, column: usize, row: usize) -> u32 {
        let around = (0..5).flat_map(|down| (0..5).map(move |right| (right, down)));
        let disc = around.filter(|place| !matches!(place, (0 | 4, 0 | 4)));
        let white = disc.filter_map(|(right, down)| {
            Some(self.letter_at((column + right).checked_sub(2)?, (row + down).checked_sub(2)?))
        });
        white.max().unwrap_or(0) * 3 / 4
    }
}

/// The width of a word, before it is doubled.
fn width_of(word: &str) -> i32 {
    word.len() as i32 * WORDS.character_size.width as i32
}

/// The dot a pixel of the doubled lettering is part of, and the neighbour it is closer to.
fn nearest_two(position: usize) -> (Option<usize>, Option<usize>) {
    let dot = position / SCALE;
    let neighbour = if position % SCALE == 0 { dot.checked_sub(1) } else { Some(dot + 1) };
    (Some(dot), neighbour)
}

impl OriginDimensions for Line {
    fn size(&self) -> Size {
        Size::new(LINE_WIDTH as u32, LINE_HEIGHT as u32)
    }
}

impl DrawTarget for Line {
    type Color = BinaryColor;
    type Error = std::convert::Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Self::Error>
    where
        I: IntoIterator<Item = Pixel<Self::Color>>,
    {
        for Pixel(point, colour) in pixels {
            let place = usize::try_from(point.x).ok().zip(usize::try_from(point.y).ok());
            let inside = place.filter(|(column, _)| *column < LINE_WIDTH);
            let index = inside.map(|(column, row)| row * LINE_WIDTH + column);
            if let Some(dot) = index.and_then(|index| self.dots.get_mut(index)) {
                *dot = colour.is_on();
            }
        }
        Ok(())
    }
}
