//! Every text lies whole in its box, every box in another or beside it; no two texts lie on each
//! other, and nothing lies on any of them but the shade of the dialog.

use embedded_graphics::geometry::{AnchorX, Point, Size};
use embedded_graphics::primitives::Rectangle;
use rtsp_lab::window::Mark;

use super::example::{Example, examples};
use super::views::Scene;
use crate::harness::tests;

tests![
    texts_lie_in_their_boxes_and_nothing_lies_on_them,
    what_is_usual_is_shown_whole,
    every_kind_of_fault_is_seen,
];

fn texts_lie_in_their_boxes_and_nothing_lies_on_them() {
    let low = [((640, 560), 1), ((640, 400), 1), ((640, 360), 1)];
    let large = [((1024, 768), 1), ((1920, 1080), 1), ((1280, 1120), 2), ((1281, 1001), 2)];
    let mut faults = Vec::new();
    for example in examples() {
        for (size, scale) in low.into_iter().chain(large) {
            let scene = Scene { scale, ..example.scene.clone() };
            let example = Example { size, scene, ..example };
            let found = faults_of(&example.marks(), window(&example));
            let place = format!("{} at {size:?}, scale {scale}", example.name);
            faults.extend(found.iter().map(|fault| format!("{place}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn what_is_usual_is_shown_whole() {
    for example in examples().iter().filter(|example| example.is_ordinary) {
        for mark in example.marks() {
            let cut = matches!(&mark, Mark::Text(text, _) if text.ends_with("..."));
            assert!(!cut, "{}: {mark:?} is cut", example.name);
        }
    }
}

/// A text that can be read.
struct Seen<'a> {
    text: &'a str,
    area: Rectangle,
}

/// In points.
fn window(example: &Example) -> Rectangle {
    let points = |pixels: usize| u32::try_from(pixels.div_ceil(example.scene.scale)).unwrap();
    let (width, height) = example.size;
    Rectangle::new(Point::zero(), Size::new(points(width), points(height)))
}

fn faults_of(marks: &[Mark], window: Rectangle) -> Vec<String> {
    let (mut faults, mut seen) = (crossings(marks, window), Vec::new());
    for (number, mark) in marks.iter().enumerate() {
        let Mark::Text(text, area) = mark else { continue };
        if area.is_zero_sized() {
            continue;
        }
        match sight(*area, window, &marks[..number], &marks[number + 1..]) {
            Ok(true) => seen.push(Seen { text, area: *area }),
            Ok(false) => {}
            Err(fault) => faults.push(format!("{text:?} {area:?} {fault}")),
        }
    }
    let close = pairs(&seen).filter(|(one, two)| too_close(one.area, two.area));
    faults.extend(close.map(|(one, two)| {
        format!("{:?} {:?} is too close to {:?} {:?}", one.text, one.area, two.text, two.area)
    }));
    faults
}

/// Whether a text is seen, drawn after some marks and before others, or lies in the shade.
fn sight(
    text: Rectangle,
    window: Rectangle,
    before: &[Mark],
    after: &[Mark],
) -> Result<bool, String> {
    if !contains(window, text) {
        return Err("leaves the window".to_owned());
    }
    let touching = |mark: &Mark| match mark {
        Mark::Cover(area) if touches(*area, text) => Some(*area),
        Mark::Cover(_) | Mark::Text(..) => None,
    };
    match before.iter().rev().find_map(touching) {
        // The edge of a box is its own.
        Some(ground) if contains(ground.offset(-1), text) => {}
        Some(ground) => return Err(format!("leaves its ground {ground:?}")),
        None => return Err("lies on nothing".to_owned()),
    }
    match after.iter().find_map(touching) {
        Some(shade) if contains(shade, window) => Ok(false),
        Some(cover) => Err(format!("lies under {cover:?}")),
        None => Ok(true),
    }
}

/// The boxes that lie partly on others. Fields of a table share an edge.
fn crossings(marks: &[Mark], window: Rectangle) -> Vec<String> {
    let mut faults = Vec::new();
    let mut boxes = Vec::new();
    for mark in marks {
        let Mark::Cover(area) = *mark else { continue };
        if contains(area, window) {
            boxes.clear();
        }
        let crosses = |other: &&Rectangle| {
            let common = area.intersection(other);
            common.size.width > 1 && common.size.height > 1 && common != area && common != **other
        };
        let other = boxes.iter().find(crosses);
        faults.extend(other.map(|other| format!("{area:?} crosses {other:?}")));
        boxes.push(area);
    }
    faults
}

/// On each other, or beside each other with hardly a gap.
fn too_close(one: Rectangle, two: Rectangle) -> bool {
    touches(one.resized_width(one.size.width + 2 * GAP, AnchorX::Center), two)
}

fn contains(outer: Rectangle, inner: Rectangle) -> bool {
    outer.intersection(&inner) == inner
}

fn touches(one: Rectangle, two: Rectangle) -> bool {
    !one.intersection(&two).is_zero_sized()
}

fn pairs<T>(all: &[T]) -> impl Iterator<Item = (&T, &T)> {
    all.iter().enumerate().flat_map(|(at, one)| all[at + 1..].iter().map(move |two| (one, two)))
}

/// Between the bits of the RTP header there is no more.
const GAP: u32 = 2;

fn every_kind_of_fault_is_seen() {
    let area = |x, y, width, height| Rectangle::new(Point::new(x, y), Size::new(width, height));
    let text = |x, y| Mark::Text("text".to_owned(), area(x, y, 24, 10));
    let window = area(0, 0, 100, 50);
    let ground = || Mark::Cover(window);
    let cases = [
        (vec![ground(), text(1, 1), text(27, 1), text(1, 11)], ""),
        (vec![ground(), text(77, 1)], "leaves the window"),
        (vec![text(1, 1)], "lies on nothing"),
        (vec![ground(), text(0, 1)], "leaves its ground"),
        (vec![ground(), Mark::Cover(area(10, 10, 30, 30)), text(5, 15)], "leaves its ground"),
        (vec![ground(), text(1, 1), text(26, 1)], "too close"),
        (vec![ground(), text(1, 1), text(1, 10)], "too close"),
        (vec![ground(), text(1, 1), Mark::Cover(area(24, 1, 9, 9))], "lies under"),
        (vec![ground(), text(1, 1), Mark::Cover(area(0, 0, 50, 50))], "lies under"),
        (vec![ground(), text(1, 1), ground(), text(1, 1)], ""),
        (vec![ground(), Mark::Cover(area(9, 9, 9, 9)), Mark::Cover(area(17, 9, 9, 9))], ""),
        (vec![ground(), Mark::Cover(area(9, 9, 9, 9)), Mark::Cover(area(16, 9, 9, 9))], "crosses"),
    ];
    for (marks, expected) in cases {
        let faults = faults_of(&marks, window);
        assert_eq!(faults.len(), usize::from(!expected.is_empty()), "{marks:?}: {faults:?}");
        assert!(faults.join("").contains(expected), "{faults:?}");
    }
}
