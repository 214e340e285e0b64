//! A small writer of SVG: lines, rectangles, paths and text. Colours are the style sheet's, by the
//! classes, so that a figure is right in light, in dark and on paper.

use std::fmt::Write as _;

use crate::text::{line, short};

/// How wide every figure is, in its own units.
pub(crate) const WIDTH: f64 = 1200.0;

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A figure that is being drawn.
#[derive(Debug, Default)]
pub(crate) struct Svg {
    drawn: String,
}

impl Svg {
    pub(crate) fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(short);
        self.add(format_args!(
            "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"
        ));
    }

    pub(crate) fn rect(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
        let [x, y, width, height] = [x, y, width, height].map(short);
        self.add(format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        ));
    }

    /// A path in SVG's own words; one without any is not drawn.
    pub(crate) fn path(&mut self, class: &str, words: &str) {
        if !words.is_empty() {
            self.add(format_args!("<path class=\"{class}\" d=\"{words}\"/>"));
        }
    }

    pub(crate) fn circle(&mut self, class: &str, (x, y): (f64, f64), radius: f64) {
        let [x, y, radius] = [x, y, radius].map(short);
        self.add(format_args!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>"));
    }

    pub(crate) fn text(&mut self, class: &str, (x, y): (f64, f64), anchor: Anchor, text: &str) {
        let ([x, y], anchor, text) = ([x, y].map(short), anchor.word(), line(text));
        self.add(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    /// Text turned by so many degrees about its point.
    pub(crate) fn turned(&mut self, class: &str, (x, y): (f64, f64), degrees: f64, text: &str) {
        let ([x, y], text) = ([x, y].map(short), line(text));
        self.add(format_args!(
            "<text class=\"{class}\" text-anchor=\"middle\" \
             transform=\"translate({x} {y}) rotate({degrees:.2})\">{text}</text>"
        ));
    }

    /// What is SVG already.
    pub(crate) fn raw(&mut self, svg: &str) {
        self.drawn.push_str(svg);
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string can't fail.
        let _ = self.drawn.write_fmt(element);
    }

    /// The figure of that height, with what a screen reader says of it.
    pub(crate) fn finish(self, height: f64, attributes: &str, label: &str) -> String {
        let (width, height, label) = (short(WIDTH), short(height), line(label));
        let drawn = self.drawn;
        format!(
            "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\"{attributes}>\
             {drawn}</svg>"
        )
    }
}

/// A path through points: `M` for the first, then lines.
pub(crate) fn polyline(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (x, y) in points {
        let letter = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{} {}", short(x), short(y));
    }
    path
}
