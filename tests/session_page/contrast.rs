//! The colours of the page, in light, in dark and on paper: text has a contrast of 4.5 to 1, marks of 3.

use std::collections::HashMap;

use crate::harness::tests;
use crate::html::page_of;
use crate::made_up::log;

tests![text_and_marks_can_be_told_from_the_paper];

type Palette = HashMap<String, [f64; 3]>;

fn text_and_marks_can_be_told_from_the_paper() {
    let page = page_of(&log(20, 20, "movie.Mjpeg"));
    let style = page.between("<style>", "</style>");
    let blocks: Vec<&str> =
        style.split(":root {").skip(1).filter_map(|it| it.split('}').next()).collect();
    assert_eq!(blocks.len(), 3, "light, dark, print");
    for (name, block) in ["light", "dark", "print"].into_iter().zip(blocks) {
        let colours = palette(block);
        for paper in ["paper", "panel"] {
            for ink in ["ink", "soft", "on", "late", "lost", "twice", "pass", "fail"] {
                assert_contrast(name, &colours, (ink, paper), 4.5);
            }
        }
        for mark in ["axis", "init", "playing"] {
            let least = if mark == "axis" { 3.0 } else { 1.5 };
            assert_contrast(name, &colours, (mark, "paper"), least);
        }
        if colours.contains_key("state") {
            for state in ["init", "ready", "playing"] {
                assert_contrast(name, &colours, ("state", state), 4.5);
            }
        }
    }
}

fn palette(block: &str) -> Palette {
    let of_line = |part: &str| {
        let (name, value) = part.trim().strip_prefix("--")?.split_once(':')?;
        let digits = value.trim().strip_prefix('#')?;
        let wide: String = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit; 2]).collect(),
            6 => digits.to_owned(),
            _ => return None,
        };
        let part =
            |at: usize| f64::from(u8::from_str_radix(&wide[at..at + 2], 16).unwrap()) / 255.0;
        Some((name.to_owned(), [part(0), part(2), part(4)]))
    };
    block.split(';').filter_map(of_line).collect()
}

/// As the Web Content Accessibility Guidelines have it.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear =
        |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[track_caller]
fn assert_contrast(name: &str, colours: &Palette, (one, other): (&str, &str), least: f64) {
    let [one_light, other_light] = [one, other].map(|colour| luminance(colours[colour]) + 0.05);
    let contrast = one_light.max(other_light) / one_light.min(other_light);
    assert!(contrast >= least, "{name}: {one} on {other}: {contrast:.2}");
}
