//! A buffer of pixels that embedded-graphics can draw on, and that a picture can be scaled into.

use std::convert::Infallible;

use embedded_graphics::Pixel;
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::{
    Dimensions, DrawTarget, Drawable, IntoStorage, OriginDimensions, Point, Primitive, Size,
};
use embedded_graphics::primitives::{PrimitiveStyleBuilder, Rectangle, RoundedRectangle};
use embedded_graphics::text::{Alignment, Baseline, Text, TextStyleBuilder};

use crate::picture::Picture;

/// `width * height` pixels, each `0x00RRGGBB`, rows from the top.
#[derive(Debug)]
pub(crate) struct Canvas<'a> {
    pixels: &'a mut [u32],
    width: usize,
    height: usize,
}

impl<'a> Canvas<'a> {
    /// `None` if there are fewer pixels than the size needs.
    pub(crate) fn new(pixels: &'a mut [u32], width: usize, height: usize) -> Option<Self> {
        let pixels = pixels.get_mut(..width.checked_mul(height)?)?;
        Some(Self { pixels, width, height })
    }

    /// Fills a rectangle; what lies outside is cut off.
    pub(crate) fn fill(&mut self, area: Rectangle, color: Rgb888) {
        let Ok(()) = self.fill_solid(&area, color);
    }

    /// A box with round corners, its edge one pixel wide.
    pub(crate) fn panel(&mut self, area: Rectangle, radius: u32, fill: Rgb888, edge: Rgb888) {
        let style = PrimitiveStyleBuilder::new().fill_color(fill).stroke_color(edge);
        let style = style.stroke_width(1).build();
        let corners = Size::new_equal(radius);
        let rounded = RoundedRectangle::with_equal_corners(area, corners);
        let Ok(()) = rounded.into_styled(style).draw(self);
    }

    /// One line of text, its middle at `at.y`; characters outside Latin-1 become `?`.
    pub(crate) fn text(
        &mut self,
        text: &str,
        at: Point,
        font: &MonoFont<'_>,
        color: Rgb888,
        alignment: Alignment,
    ) {
        let style = TextStyleBuilder::new().alignment(alignment).baseline(Baseline::Middle).build();
        let text = Text::with_text_style(text, at, MonoTextStyle::new(font, color), style);
        let Ok(_end) = text.draw(self);
    }

    /// Takes every pixel down to two fifths, so that what is drawn next stands out.
    pub(crate) fn darken(&mut self) {
        for pixel in self.pixels.iter_mut() {
            let [_, channels @ ..] = pixel.to_be_bytes();
            let [red, green, blue] = channels.map(|channel| channel / 5 * 2);
            *pixel = u32::from_be_bytes([0, red, green, blue]);
        }
    }

    /// Scales a picture into an area with bilinear interpolation.
    pub(crate) fn picture(&mut self, picture: &Picture, area: Rectangle) {
        let visible = area.intersection(&self.bounding_box());
        if visible.is_zero_sized() {
            return;
        }
        let columns: Vec<Sample> = (0..visible.size.width)
            .map(|x| Sample::of(x + offset(visible, area).0, area.size.width, picture.width))
            .collect();
        for y in 0..visible.size.height {
            let row = Sample::of(y + offset(visible, area).1, area.size.height, picture.height);
            let start =
                Point::new(visible.top_left.x, visible.top_left.y.saturating_add_unsigned(y));
            let Some(target) = self.row(start, columns.len()) else { continue };
            let (upper, lower) = (source_row(picture, row.first), source_row(picture, row.second));
            for (pixel, column) in target.iter_mut().zip(&columns) {
                let top = column.mix(upper);
                let bottom = column.mix(lower);
                *pixel = blend(top, bottom, row.weight);
            }
        }
    }

    fn row(&mut self, start: Point, length: usize) -> Option<&mut [u32]> {
        let (x, y) = (usize::try_from(start.x).ok()?, usize::try_from(start.y).ok()?);
        let first = y.checked_mul(self.width)?.checked_add(x)?;
        self.pixels.get_mut(first..first.checked_add(length)?)
    }
}

impl OriginDimensions for Canvas<'_> {
    fn size(&self) -> Size {
        let side = |pixels| u32::try_from(pixels).unwrap_or(u32::MAX);
        Size::new(side(self.width), side(self.height))
    }
}

impl DrawTarget for Canvas<'_> {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Infallible>
    where
        I: IntoIterator<Item = Pixel<Rgb888>>,
    {
        let area = self.bounding_box();
        for Pixel(point, color) in pixels {
            if area.contains(point) {
                if let Some([pixel]) = self.row(point, 1) {
                    *pixel = color.into_storage();
                }
            }
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Rgb888) -> Result<(), Infallible> {
        let visible = area.intersection(&self.bounding_box());
        let length = usize::try_from(visible.size.width).unwrap_or(0);
        for y in visible.rows() {
            if let Some(row) = self.row(Point::new(visible.top_left.x, y), length) {
                row.fill(color.into_storage());
            }
        }
        Ok(())
    }
}

/// Two neighbours in the source, and how much of the second to take, in 256ths.
struct Sample {
    first: usize,
    second: usize,
    weight: u32,
}

impl Sample {
    /// The source of pixel `at` when `from` pixels are scaled to `to`: centres lie on centres.
    fn of(at: u32, to: u32, from: usize) -> Self {
        let last = from.saturating_sub(1);
        let (at, to) = (u64::from(at), u64::from(to.max(1)));
        let position = ((2 * at + 1) * from as u64 * 128 / to).saturating_sub(128);
        let first = usize::try_from(position / 256).unwrap_or(0).min(last);
        let weight = u32::try_from(position % 256).unwrap_or(0);
        Self { first, second: (first + 1).min(last), weight }
    }

    fn mix(&self, row: &[u32]) -> u32 {
        let pixel = |index| row.get(index).copied().unwrap_or_default();
        blend(pixel(self.first), pixel(self.second), self.weight)
    }
}

/// `weight` 256ths of the second pixel; red and blue in one multiplication.
const fn blend(first: u32, second: u32, weight: u32) -> u32 {
    let red_blue = (first & 0xFF_00FF) * (256 - weight) + (second & 0xFF_00FF) * weight;
    let green = (first & 0x00_FF00) * (256 - weight) + (second & 0x00_FF00) * weight;
    (red_blue >> 8) & 0xFF_00FF | (green >> 8) & 0x00_FF00
}

fn source_row(picture: &Picture, row: usize) -> &[u32] {
    let start = row * picture.width;
    picture.pixels.get(start..start + picture.width).unwrap_or_default()
}

/// How far the visible part lies inside its area.
fn offset(visible: Rectangle, area: Rectangle) -> (u32, u32) {
    let inside = visible.top_left - area.top_left;
    (inside.x.unsigned_abs(), inside.y.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkers() -> Picture {
        Picture { width: 2, height: 2, pixels: vec![0, 0xFF_FFFF, 0xFF_FFFF, 0] }
    }

    #[test]
    fn a_picture_at_its_own_size_is_unchanged() {
        let mut pixels = [1; 4];
        let mut canvas = Canvas::new(&mut pixels, 2, 2).unwrap();
        canvas.picture(&checkers(), Rectangle::new(Point::zero(), Size::new(2, 2)));
        assert_eq!(pixels.to_vec(), checkers().pixels);
    }

    #[test]
    fn scaling_blends_between_the_centres_and_keeps_the_corners() {
        let mut pixels = [0; 16];
        let mut canvas = Canvas::new(&mut pixels, 4, 4).unwrap();
        canvas.picture(&checkers(), Rectangle::new(Point::zero(), Size::new(4, 4)));
        assert_eq!((pixels[0], pixels[3]), (0, 0xFF_FFFF));
        assert_eq!(pixels[1], 0x3F_3F3F);
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let mut pixels = [7; 4];
        let mut canvas = Canvas::new(&mut pixels, 2, 2).unwrap();
        for (x, y) in [(-5, -5), (1, 1), (90, 90), (-90, 1_000_000)] {
            let area = Rectangle::new(Point::new(x, y), Size::new(4, 4));
            canvas.picture(&checkers(), area);
            canvas.fill(Rectangle::new(Point::new(x, y), Size::new(1, 1)), Rgb888::new(1, 2, 3));
        }
        assert_eq!(pixels[0], 7);
        assert_eq!(pixels[3], 0x01_0203);
    }

    #[test]
    fn a_buffer_that_is_too_small_is_no_canvas() {
        assert!(Canvas::new(&mut [0; 3], 2, 2).is_none());
        assert!(Canvas::new(&mut [0; 3], usize::MAX, 2).is_none());
    }
}
