//! A buffer of pixels that embedded-graphics can draw on, and that a picture can be scaled into.

use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash, Hasher};

use embedded_graphics::Pixel;
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::prelude::{
    Angle, AngleUnit, Dimensions, DrawTarget, Drawable, OriginDimensions, Point, Primitive, Size,
};
use embedded_graphics::primitives::{
    Arc, Circle, PrimitiveStyle, PrimitiveStyleBuilder, Rectangle, RoundedRectangle, Triangle,
};
use embedded_graphics::text::{Alignment, Baseline, Text, TextStyleBuilder};

use super::palette::{Color, Ink, Theme};
use super::target::{Drawn, Parts, Target};
use crate::picture::Picture;

/// The pixels of a window, each `0x00RRGGBB`, rows from the top. What is drawn is measured in
/// points: squares of `scale` by `scale` pixels. Only a picture uses every pixel.
#[derive(Debug)]
pub(super) struct Canvas<'a> {
    pixels: &'a mut [u32],
    width: usize,
    height: usize,
    scale: usize,
    theme: Theme,
    marks: Option<&'a mut Vec<Mark>>,
    /// What can be clicked, and what can be scrolled.
    pub(super) drawn: Drawn,
    /// What the pixels show of each part, from the time before.
    before: Parts,
    /// What is drawn now is there already.
    is_there: bool,
}

/// Where something is, in points: what the tests of the layout look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A text, and the rectangle that it fills.
    Text(String, Rectangle),
    /// Something that hides what is below it.
    Cover(Rectangle),
}

impl<'a> Canvas<'a> {
    /// `None` if there are fewer pixels than the size needs.
    pub(super) fn new(
        pixels: &'a mut [u32],
        (width, height): (usize, usize),
        (scale, theme): (usize, Theme),
        before: Parts,
    ) -> Option<Self> {
        let pixels = pixels.get_mut(..width.checked_mul(height)?)?;
        let (scale, drawn, is_there) = (scale.max(1), Drawn::default(), false);
        let marks = None;
        Some(Self { pixels, width, height, scale, theme, marks, drawn, before, is_there })
    }

    /// One without pixels, which only notes what is where.
    pub(super) fn of_marks(size: (usize, usize), scale: usize, marks: &'a mut Vec<Mark>) -> Self {
        let ((width, height), scale, drawn) = (size, scale.max(1), Drawn::default());
        let (pixels, theme) = (Default::default(), Theme::default());
        let (marks, before, is_there) = (Some(marks), Parts::default(), false);
        Self { pixels, width, height, scale, theme, marks, drawn, before, is_there }
    }

    /// Begins a drawing: nothing is there any more unless `base`, which all parts depend on, is as the
    /// time before.
    pub(super) fn begin(&mut self, base: &impl Hash) {
        let base = number_of(base);
        if self.before.base != base {
            self.before.keys.clear();
        }
        self.drawn.parts.base = base;
    }

    /// Draws a part that fills its area, and depends on `key`: if that is as the time before, the part is
    /// there already.
    pub(super) fn part(&mut self, area: Rectangle, key: &impl Hash, draw: impl FnOnce(&mut Self)) {
        let key = number_of(key);
        let is_same = self.before.keys.get(&area) == Some(&key);
        self.drawn.parts.keys.insert(area, key);
        self.unless(is_same, draw);
    }

    /// Draws what stays as long as `base` does.
    pub(super) fn fixed(&mut self, draw: impl FnOnce(&mut Self)) {
        let is_there = !self.before.keys.is_empty();
        self.unless(is_there, draw);
    }

    /// Draws, or only notes what can be clicked.
    fn unless(&mut self, is_there: bool, draw: impl FnOnce(&mut Self)) {
        let outside = self.is_there;
        self.is_there |= is_there;
        draw(self);
        self.is_there = outside;
    }

    /// A click on that area is one on the target. What is drawn later lies above.
    pub(super) fn target(&mut self, target: Target, area: Rectangle) {
        self.drawn.targets.push((target, area));
    }

    /// Fills a rectangle; what lies outside is cut off.
    pub(super) fn fill(&mut self, area: Rectangle, color: Color) {
        let Ok(()) = self.fill_solid(&area, color);
    }

    /// Fills a rectangle, and hides what was there.
    pub(super) fn cover(&mut self, area: Rectangle, color: Color) {
        self.mark(Mark::Cover(area));
        self.fill(area, color);
    }

    /// A box with round corners, its edge one point wide, that hides what was there.
    pub(super) fn panel(&mut self, area: Rectangle, radius: u32, fill: Color, edge: Color) {
        self.mark(Mark::Cover(area));
        let style = PrimitiveStyleBuilder::new().fill_color(fill).stroke_color(edge);
        let style = style.stroke_width(1).build();
        let corners = Size::new_equal(radius);
        let rounded = RoundedRectangle::with_equal_corners(area, corners);
        let Ok(()) = rounded.into_styled(style).draw(self);
    }

    /// A filled circle.
    pub(super) fn disc(&mut self, center: Point, diameter: u32, color: Color) {
        let style = PrimitiveStyle::with_fill(color);
        let Ok(()) = Circle::with_center(center, diameter).into_styled(style).draw(self);
    }

    /// A triangle as wide as its height twice, less one: its tip is at the top, or else at the foot.
    pub(super) fn arrow(&mut self, tip: Point, height: i32, is_up: bool) {
        for row in 0..height {
            let y = if is_up { tip.y + row } else { tip.y - row };
            let width = (2 * row + 1).unsigned_abs();
            self.fill(Rectangle::new(Point::new(tip.x - row, y), Size::new(width, 1)), Color::Ink);
        }
    }

    /// A filled triangle.
    pub(super) fn triangle(&mut self, corners: [Point; 3], color: Color) {
        let [one, two, three] = corners;
        let style = PrimitiveStyle::with_fill(color);
        let Ok(()) = Triangle::new(one, two, three).into_styled(style).draw(self);
    }

    /// Most of a circle, open at the upper right.
    pub(super) fn open_circle(&mut self, center: Point, diameter: u32, width: u32, color: Color) {
        let style = PrimitiveStyle::with_stroke(color, width);
        let (start, sweep): (Angle, Angle) = (0.0.deg(), 285.0.deg());
        let Ok(()) = Arc::with_center(center, diameter, start, sweep).into_styled(style).draw(self);
    }

    /// One line of text in a box, half way down; what does not fit ends in three dots. Characters
    /// that the font does not have become `?`.
    pub(super) fn text(&mut self, text: &str, area: Rectangle, ink: Ink, alignment: Alignment) {
        let text = fitted(text, area.size.width, ink);
        let left = match alignment {
            Alignment::Left => area.top_left.x,
            Alignment::Center => area.center().x,
            Alignment::Right => area.top_left.x.saturating_add_unsigned(area.size.width),
        };
        let at = Point::new(left, area.center().y);
        let style = TextStyleBuilder::new().alignment(alignment).baseline(Baseline::Middle).build();
        let character_style = MonoTextStyle::new(ink.font, ink.color);
        let text = Text::with_text_style(&text, at, character_style, style);
        self.mark(Mark::Text(text.text.to_owned(), text.bounding_box()));
        if !self.is_there {
            let Ok(_end) = text.draw(self);
        }
    }

    /// Hides all that has been drawn in a shade.
    pub(super) fn shade(&mut self, area: Rectangle) {
        self.mark(Mark::Cover(area));
        self.darken(area);
    }

    /// Takes every pixel of an area down to two fifths, so that what is drawn next stands out.
    pub(super) fn darken(&mut self, area: Rectangle) {
        let area = self.visible(area);
        for y in area.rows() {
            for pixel in self.row(Point::new(area.top_left.x, y), area.size.width) {
                let [_, channels @ ..] = pixel.to_be_bytes();
                let [red, green, blue] = channels.map(|channel| channel / 5 * 2);
                *pixel = u32::from_be_bytes([0, red, green, blue]);
            }
        }
    }

    /// Scales a picture into an area with bilinear interpolation.
    pub(super) fn picture(&mut self, picture: &Picture, area: Rectangle) {
        if self.pixels.is_empty() {
            return;
        }
        let visible = self.visible(area);
        let area = self.in_pixels(area);
        let (right, down) = offset(visible, area);
        let columns: Vec<Sample> = (0..visible.size.width)
            .map(|x| Sample::of(x + right, area.size.width, picture.width))
            .collect();
        let (mut upper, mut lower) = (MixedRow::default(), MixedRow::default());
        for (line, y) in (0..).zip(visible.rows()) {
            let row = Sample::of(line + down, area.size.height, picture.height);
            if lower.row == Some(row.first) {
                std::mem::swap(&mut upper, &mut lower);
            }
            upper.take(picture, row.first, &columns);
            lower.take(picture, row.second, &columns);
            let target = self.row(Point::new(visible.top_left.x, y), visible.size.width);
            for ((pixel, &top), &bottom) in target.iter_mut().zip(&upper.pixels).zip(&lower.pixels)
            {
                *pixel = blend(top, bottom, row.weight);
            }
        }
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(marks) = &mut self.marks {
            marks.push(mark);
        }
    }

    /// The pixels of an area of points; they may lie outside.
    fn in_pixels(&self, area: Rectangle) -> Rectangle {
        let scale = u32::try_from(self.scale).unwrap_or(1);
        let side = |points: u32| points.saturating_mul(scale);
        let place = |points: i32| points.saturating_mul(i32::try_from(scale).unwrap_or(1));
        let Rectangle { top_left, size } = area;
        Rectangle::new(
            Point::new(place(top_left.x), place(top_left.y)),
            Size::new(side(size.width), side(size.height)),
        )
    }

    /// Those pixels of an area of points that there are.
    fn visible(&self, area: Rectangle) -> Rectangle {
        let size = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let all = Rectangle::new(Point::zero(), Size::new(size(self.width), size(self.height)));
        self.in_pixels(area).intersection(&all)
    }

    /// So many pixels of one row, if there are so many, and if they are to be drawn.
    fn row(&mut self, start: Point, length: u32) -> &mut [u32] {
        if self.is_there {
            return Default::default();
        }
        let index = |number: i32| usize::try_from(number).ok();
        let range = index(start.x).zip(index(start.y)).and_then(|(x, y)| {
            let first = y.checked_mul(self.width)?.checked_add(x)?;
            Some(first..first.checked_add(usize::try_from(length).ok()?)?)
        });
        range.and_then(|range| self.pixels.get_mut(range)).unwrap_or_default()
    }
}

impl OriginDimensions for Canvas<'_> {
    fn size(&self) -> Size {
        let points = |pixels: usize| u32::try_from(pixels.div_ceil(self.scale)).unwrap_or(u32::MAX);
        Size::new(points(self.width), points(self.height))
    }
}

impl DrawTarget for Canvas<'_> {
    type Color = Color;
    type Error = Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Infallible>
    where
        I: IntoIterator<Item = Pixel<Color>>,
    {
        for Pixel(point, color) in pixels {
            self.fill(Rectangle::new(point, Size::new(1, 1)), color);
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Color) -> Result<(), Infallible> {
        if self.is_there {
            return Ok(());
        }
        let (visible, color) = (self.visible(*area), color.pixel(self.theme));
        for y in visible.rows() {
            self.row(Point::new(visible.top_left.x, y), visible.size.width).fill(color);
        }
        Ok(())
    }
}

fn number_of(key: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The text, or as much of it as there is room for, and three dots; what would be a line end or a
/// tabulator is a space.
fn fitted(text: &str, room: u32, ink: Ink) -> String {
    let most = usize::try_from(room / ink.font.character_size.width.max(1)).unwrap_or(0);
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    if text.chars().count() <= most {
        return plain.collect();
    }
    plain.take(most.saturating_sub(3)).chain("...".chars()).take(most).collect()
}

/// The lines of a text; those of more than so many columns go on in the next one.
pub(super) fn wrapped(text: &str, columns: u32) -> Vec<String> {
    let columns = usize::try_from(columns).unwrap_or(1).max(1);
    text.lines().flat_map(|line| pieces(line.trim_end(), columns)).collect()
}

/// A line cut at its spaces, or where there is none, at its last column.
fn pieces(line: &str, columns: usize) -> Vec<String> {
    let (mut pieces, mut rest) = (Vec::new(), line);
    while let Some((full, next)) = rest.char_indices().nth(columns) {
        let with_next = rest.get(..full + next.len_utf8()).unwrap_or_default();
        let space = with_next.rfind(' ').filter(|&at| at > 0);
        let (end, start) = space.map_or((full, full), |at| (at, at + 1));
        pieces.push(rest.get(..end).unwrap_or_default().to_owned());
        rest = rest.get(start..).unwrap_or_default();
    }
    pieces.push(rest.to_owned());
    pieces
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

/// A row of the source, as wide as the target: what is mixed once may serve several lines.
#[derive(Default)]
struct MixedRow {
    row: Option<usize>,
    pixels: Vec<u32>,
}

impl MixedRow {
    fn take(&mut self, picture: &Picture, row: usize, columns: &[Sample]) {
        if self.row != Some(row) {
            let source = source_row(picture, row);
            self.row = Some(row);
            self.pixels.clear();
            self.pixels.extend(columns.iter().map(|column| column.mix(source)));
        }
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
        let mut canvas =
            Canvas::new(&mut pixels, (2, 2), (1, Theme::Dark), Parts::default()).unwrap();
        canvas.picture(&checkers(), Rectangle::new(Point::zero(), Size::new(2, 2)));
        assert_eq!(pixels.to_vec(), checkers().pixels);
    }

    #[test]
    fn scaling_blends_between_the_centres_and_keeps_the_corners() {
        let mut pixels = [0; 16];
        let mut canvas =
            Canvas::new(&mut pixels, (4, 4), (1, Theme::Dark), Parts::default()).unwrap();
        canvas.picture(&checkers(), Rectangle::new(Point::zero(), Size::new(4, 4)));
        assert_eq!((pixels[0], pixels[3]), (0, 0xFF_FFFF));
        assert_eq!(pixels[1], 0x3F_3F3F);
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let mut pixels = [7; 4];
        let mut canvas =
            Canvas::new(&mut pixels, (2, 2), (1, Theme::Dark), Parts::default()).unwrap();
        for (x, y) in [(-5, -5), (1, 1), (90, 90), (-90, 1_000_000)] {
            let area = Rectangle::new(Point::new(x, y), Size::new(4, 4));
            canvas.picture(&checkers(), area);
            canvas.fill(Rectangle::new(Point::new(x, y), Size::new(1, 1)), Color::Ink);
        }
        assert_eq!(pixels[0], 7);
        assert_eq!(pixels[3], 0xEC_EFF2);
    }

    #[test]
    fn a_buffer_that_is_too_small_is_no_canvas() {
        assert!(Canvas::new(&mut [0; 3], (2, 2), (1, Theme::Dark), Parts::default()).is_none());
        assert!(
            Canvas::new(&mut [0; 3], (usize::MAX, 2), (1, Theme::Dark), Parts::default()).is_none()
        );
    }

    #[test]
    fn a_point_is_a_square_of_pixels_and_a_picture_uses_each_of_them() {
        let mut pixels = [7; 16];
        let mut canvas =
            Canvas::new(&mut pixels, (4, 4), (2, Theme::Dark), Parts::default()).unwrap();
        canvas.picture(&checkers(), Rectangle::new(Point::zero(), Size::new(2, 2)));
        canvas.fill(Rectangle::new(Point::new(1, 0), Size::new(9, 1)), Color::Ink);
        assert_eq!(canvas.size(), Size::new(2, 2));
        let top = [0, 0x3F_3F3F, 0xEC_EFF2, 0xEC_EFF2];
        let (first, second) = (&pixels[..4], &pixels[4..8]);
        assert_eq!(first, top);
        assert_eq!(second[2..], top[2..]);
        assert_eq!(pixels[15], 0);
    }

    #[test]
    fn half_a_point_at_the_edge_is_drawn_too() {
        let mut pixels = [0; 9];
        let mut canvas =
            Canvas::new(&mut pixels, (3, 3), (2, Theme::Dark), Parts::default()).unwrap();
        canvas.fill(Rectangle::new(Point::zero(), canvas.size()), Color::Ink);
        assert_eq!(pixels, [0xEC_EFF2; 9]);
    }

    #[test]
    fn a_text_that_is_too_long_ends_in_dots() {
        let fitted = |text, room| fitted(text, room, crate::window::palette::LABEL);
        assert_eq!(fitted("Setup", 30), "Setup");
        assert_eq!(fitted("Teardown", 30), "Te...");
        assert_eq!(fitted("Teardown", 12), "..");
        assert_eq!(fitted("Teardown", 0), "");
        assert_eq!(fitted("a\tb\r\n", 60), "a b  ");
    }

    #[test]
    fn a_line_that_is_too_long_goes_on_in_the_next_one() {
        assert_eq!(wrapped("abcdefg\r\n\r\nhi \n", 3), ["abc", "def", "g", "", "hi"]);
        assert_eq!(wrapped("ab cd efg", 5), ["ab cd", "efg"]);
        assert_eq!(wrapped("ab cd efg", 4), ["ab", "cd", "efg"]);
        assert_eq!(wrapped(" \u{e9}\u{e9}\u{e9}\u{e9}", 4), [" \u{e9}\u{e9}\u{e9}", "\u{e9}"]);
        assert_eq!(wrapped("ab", 0), ["a", "b"]);
        assert!(wrapped("", 3).is_empty());
    }
}
