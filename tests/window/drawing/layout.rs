//! Every text lies whole in its box, every box in another or beside it; no two texts lie on each
//! other, and nothing lies on any of them but the shade of the dialog.

use embedded_graphics::geometry::{AnchorX, Point, Size};
use embedded_graphics::primitives::Rectangle;
use rtsp_lab::window::{Buttons, Mark, Panel, Tone};

use super::example::{Example, examples};
use super::overlays;
use super::states::ended;
use super::views::{Open, Scene};
use crate::harness::tests;

tests![
    texts_lie_in_their_boxes_and_nothing_lies_on_them,
    in_a_window_of_any_size_nothing_is_covered_cut_or_left_out_uncounted,
    the_movie_and_the_buttons_stay_whatever_happens,
    what_is_usual_is_shown_whole,
    every_kind_of_fault_is_seen,
];

fn texts_lie_in_their_boxes_and_nothing_lies_on_them() {
    let low = [((640, 560), 1), ((640, 400), 1), ((640, 333), 1)];
    let large = [((1024, 740), 1), ((1366, 749), 2), ((1281, 1001), 2), ((1920, 1061), 3)];
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

/// The window's least and most, and where the layout changes.
const WIDTHS: [usize; 11] = [380, 401, 445, 446, 479, 607, 608, 640, 683, 960, 1399];
const HEIGHTS: [usize; 9] = [206, 233, 319, 333, 353, 375, 439, 440, 899];

/// What a lesson shows: each panel, with and without a message, both forms of the buttons.
fn scenes() -> Vec<(String, Scene)> {
    let panels = examples().into_iter().filter(|example| SWEPT.contains(&example.name));
    let mut scenes = Vec::new();
    for Example { name, scene, .. } in panels {
        let message = Scene { message: overlays::everything().message, ..scene.clone() };
        let three = Scene { buttons: Buttons::Three, has_description: true, ..scene.clone() };
        scenes.push((name.to_owned(), scene));
        scenes.push((format!("{name} with a message"), message));
        scenes.push((format!("{name} with three buttons"), three));
    }
    scenes
}

const SWEPT: [&str; 13] = [
    "init",
    "ready",
    "playing",
    "paused",
    "ended",
    "losses-on-purpose",
    "log-scrolled",
    "log-full",
    "header-lab",
    "header-standard",
    "keys-loss",
    "statistics-loss",
    "description",
];

fn in_a_window_of_any_size_nothing_is_covered_cut_or_left_out_uncounted() {
    let mut faults = Vec::new();
    for (name, scene) in scenes() {
        for width in WIDTHS {
            for height in HEIGHTS {
                let example = Example::sized("", (width, height), scene.clone());
                let marks = example.marks();
                let mut found = faults_of(&marks, window(&example));
                found.extend(cut(&marks, &example.scene));
                found.extend(uncounted(&example, &marks));
                let place = format!("{name} at {width}x{height}");
                faults.extend(found.iter().map(|fault| format!("{place}: {fault}")));
            }
        }
    }
    let some = faults.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(faults.is_empty(), "{} faults, such as:\n{some}", faults.len());
}

/// Texts that end in dots. Only the movie's name may, where there is no room for it.
fn cut(marks: &[Mark], scene: &Scene) -> Vec<String> {
    let payload = payload_lines(scene);
    let texts = marks.iter().filter_map(|mark| match mark {
        Mark::Text(text, _) if text.ends_with("...") && !payload.contains(text) => Some(text),
        Mark::Text(..) | Mark::Cover(_) => None,
    });
    texts
        .filter(|text| !"movie.Mjpeg".starts_with(text.trim_end_matches('.')))
        .map(|text| format!("{text:?} is cut"))
        .collect()
}

/// The lines of the payload as characters, with a dot for each byte that is none.
fn payload_lines(scene: &Scene) -> Vec<String> {
    let Some(Open::RtpHeader(Some(packet))) = &scene.panel else { return Vec::new() };
    let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
    let lines = |columns| packet.payload_start().chunks(columns);
    lines(8).chain(lines(12)).map(|line| line.iter().map(shown).collect()).collect()
}

/// What is shown of rows and figures, and what is said to be left out, is all there is.
fn uncounted(example: &Example, marks: &[Mark]) -> Vec<String> {
    let view = example.scene.view();
    let texts: Vec<&str> = marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Text(text, _) => Some(text.as_str()),
            Mark::Cover(_) => None,
        })
        .collect();
    let number = |end: &str| {
        texts.iter().find_map(|text| {
            text.split_once(end).and_then(|(number, _)| number.parse::<usize>().ok())
        })
    };
    let left_out = number(" more row").unwrap_or(0);
    let has = |wanted: &str| texts.contains(&wanted);
    let mut faults = Vec::new();
    let mut judge = |what: &str, shown: usize, left_out: usize, all: usize| {
        if shown + left_out != all {
            faults.push(format!("{what}: {shown} shown and {left_out} counted of {all}"));
        }
    };
    match &view.panel {
        Some(Panel::Statistics) => {
            let names = view.columns.iter().flat_map(|column| &column.rows).chain(&view.extra);
            let names: Vec<&str> = names.map(|figure| figure.name).collect();
            // With all of them below the buttons, too, each is there twice.
            let below =
                if has("PICTURE") && texts.iter().filter(|text| **text == "PICTURE").count() > 1 {
                    12
                } else {
                    0
                };
            let shown = texts.iter().filter(|text| names.contains(text)).count() - below;
            judge("figures", shown, left_out, names.len());
        }
        Some(Panel::RtpHeader { packet: Some(packet), .. }) => {
            let names = ["sequence number", "timestamp", "SSRC", "fragment offset", "Q"];
            let fields = names.iter().filter(|row| has(row)).count();
            let header = packet.payload_header.as_ref();
            let lines = header.map_or(0, |header| header.lines.len());
            let green =
                header.map_or(0, |header| header.lines.iter().filter(|line| has(line)).count());
            let about = usize::from(texts.iter().any(|text| text.contains(" bytes of payload")));
            let (left, width) = panel(example.size.0);
            let columns = if width - 16 >= 344 { 12 } else { 8 };
            let bytes = lines_of_bytes(marks, left + 8 + 48);
            let of_payload = packet.payload_start().len().div_ceil(columns);
            let all = 3 + if header.is_some() { 2 } else { 0 } + lines + 2 + of_payload;
            judge("rows", fields + green + about + bytes, left_out, all);
        }
        Some(Panel::RtspLog { entries, .. }) => {
            let times = texts.iter().filter(|text| is_time(text)).count();
            let earlier = number(" earlier").unwrap_or(0);
            let newer = number(" newer: End").unwrap_or(0);
            let unseen = number(" entries: ").unwrap_or(0);
            judge("entries", times, earlier + newer + unseen, entries.len());
        }
        Some(Panel::Keys { .. } | Panel::Description { .. } | Panel::RtpHeader { .. }) | None => {}
    }
    faults
}

/// Where the panel begins, and its width, in a window so wide.
fn panel(width: usize) -> (i32, usize) {
    let panel = if width < 608 { width } else { (width * 45 / 100).clamp(304, 480) };
    (i32::try_from(width - panel).unwrap(), panel)
}

/// How many lines begin with a byte there.
fn lines_of_bytes(marks: &[Mark], x: i32) -> usize {
    let is_byte =
        |text: &str| text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_first = |mark: &&Mark| matches!(mark, Mark::Text(text, area) if is_byte(text) && area.top_left.x == x);
    marks.iter().filter(is_first).count()
}

/// As the log writes it.
fn is_time(text: &str) -> bool {
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    let parts =
        text.split_once(':').and_then(|(minutes, rest)| Some((minutes, rest.split_once('.')?)));
    parts.is_some_and(|(minutes, (seconds, hundredths))| {
        is_number(minutes) && seconds.len() == 2 && hundredths.len() == 2 && is_number(hundredths)
    })
}

/// Texts and boxes change; where the movie and the buttons are does not.
fn the_movie_and_the_buttons_stay_whatever_happens() {
    for (width, height) in [(640, 560), (683, 375), (640, 353), (480, 420), (380, 206)] {
        for is_open in [false, true] {
            let panel =
                |scene: Scene| Scene { panel: is_open.then_some(Open::Statistics), ..scene };
            let usual = places(&panel(Scene::playing()), (width, height));
            assert_eq!(usual.len(), 7, "the movie, the row and five buttons: {usual:?}");
            let message = overlays::everything().message;
            let pills = vec![("NO DATA", Tone::Warning)];
            for scene in [
                Scene::init(),
                Scene::ready(),
                ended(false),
                Scene { message, ..Scene::playing() },
                Scene { pills, ..Scene::playing() },
            ] {
                assert_eq!(places(&panel(scene), (width, height)), usual, "{width}x{height}");
            }
        }
    }
}

/// The movie, the row below it, and the buttons: boxes 32 points high.
fn places(scene: &Scene, size: (usize, usize)) -> Vec<Rectangle> {
    let marks = Example::sized("", size, scene.clone()).marks();
    let covers: Vec<Rectangle> = marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Cover(area) => Some(*area),
            Mark::Text(..) => None,
        })
        .collect();
    let is_button = |area: &&Rectangle| area.size.height == 32 && area.size.width < 200;
    let movie = covers[0];
    let below = movie.top_left.y + i32::try_from(movie.size.height).unwrap();
    let row = covers.iter().find(|area| area.top_left == Point::new(0, below)).unwrap();
    [movie, *row].into_iter().chain(covers.iter().filter(is_button).copied()).collect()
}

fn what_is_usual_is_shown_whole() {
    for example in examples().iter().filter(|example| example.is_ordinary) {
        let cut = cut(&example.marks(), &example.scene);
        assert!(cut.is_empty(), "{}: {cut:?}", example.name);
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
