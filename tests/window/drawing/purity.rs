//! A picture depends on the view alone, and fills the window and no more.

use rtsp_lab::rtsp::Method;
use rtsp_lab::window::{Drawn, Target, draw, redraw};

use super::example::{Example, examples};
use super::overlays;
use super::views::Scene;
use crate::harness::tests;

tests![
    every_view_fills_its_window,
    what_has_changed_is_drawn_and_nothing_else_is_missing,
    a_window_of_any_size_is_filled,
    what_lies_behind_the_window_is_not_touched,
    where_there_are_too_few_pixels_nothing_is_drawn,
];

/// The pixels that become of those that were there.
fn drawn_over(mut pixels: Vec<u32>, example: &Example) -> Vec<u32> {
    let (width, height) = example.size;
    draw(&mut pixels, width, height, &example.scene.view());
    pixels
}

/// After each view of another, by itself and with the mouse elsewhere.
fn what_has_changed_is_drawn_and_nothing_else_is_missing() {
    let examples = examples();
    let of_size = |size| examples.iter().filter(move |example| example.size == size);
    for size in [(640, 560), (1366, 748), (480, 420), (380, 206)] {
        let mut pixels = vec![0; size.0 * size.1];
        let mut before = Drawn::default();
        for example in of_size(size) {
            for hover in [Some(Target::Button(Method::Describe)), example.scene.hover] {
                let scene = Scene { hover, ..example.scene.clone() };
                before = redraw(&mut pixels, size, &scene.view(), before);
                let whole = Example { scene, ..example.clone() }.shot();
                assert!(pixels == whole.pixels, "{} {hover:?}", example.name);
            }
        }
    }
}

/// What was there before would show: it is different each time, and none of it is a colour.
fn assert_filled(example: &Example) {
    let count = u32::try_from(example.size.0 * example.size.1).unwrap();
    let first = drawn_over((0..count).map(|pixel| !pixel).collect(), example);
    let second = drawn_over((0..count).map(|pixel| !pixel ^ 0x55_5555).collect(), example);
    let at = (example.name, example.size, example.scene.scale);
    assert!(first == second, "{at:?}");
    assert!(first.iter().all(|pixel| pixel >> 24 == 0), "{at:?}");
}

fn every_view_fills_its_window() {
    examples().iter().for_each(assert_filled);
}

fn a_window_of_any_size_is_filled() {
    let small = [(0, 0), (1, 900), (900, 1), (639, 559), (37, 41), (3000, 30), (30, 2000)];
    let large = [(1281, 1001), (1283, 1121)];
    for size in small.into_iter().chain(large) {
        for scale in [0, 1, 2, 3, 4, 1000] {
            for scene in [overlays::everything(), Scene::init()] {
                let asks_to_close = size.0 % 2 == 0;
                let scene = Scene { scale, asks_to_close, ..scene };
                assert_filled(&Example::sized("", size, scene));
            }
        }
    }
}

fn what_lies_behind_the_window_is_not_touched() {
    let example = Example::sized("", (320, 200), Scene::playing_with_log());
    let pixels = drawn_over(vec![7; 320 * 200 + 99], &example);
    assert!(pixels[320 * 200..].iter().all(|&pixel| pixel == 7));
    assert!(pixels[..320 * 200] == drawn_over(vec![0; 320 * 200], &example));
}

fn where_there_are_too_few_pixels_nothing_is_drawn() {
    let example = Example::sized("", (320, 200), Scene::playing());
    for count in [0, 1, 320 * 200 - 1] {
        assert!(drawn_over(vec![7; count], &example).iter().all(|&pixel| pixel == 7), "{count}");
    }
    let endless = Example::sized("", (usize::MAX, 2), Scene::playing());
    assert_eq!(drawn_over(vec![7; 9], &endless), [7; 9]);
}
