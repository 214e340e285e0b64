//! Numbers change all the time; nothing else may move when they do.

use std::time::Duration;

use embedded_graphics::primitives::Rectangle;
use rtsp_lab::window::Mark;

use super::example::Example;
use super::views::{Scene, curves, network_column, picture_column};
use crate::harness::tests;

tests![when_a_number_gets_wider_nothing_else_moves,];

/// Playing, with these numbers in place of those that change from frame to frame; the title has as
/// much room as they leave.
fn playing(frame: &str, rate: u64, reply: Duration) -> Scene {
    let bits = rate.to_string();
    Scene {
        movie: "a-rather-long-name.Mjpeg".to_owned(),
        address: "streaming.example.org:2048".to_owned(),
        last_reply: Some(reply),
        columns: [
            picture_column(Some([frame, frame, "20", "19.8", "0", "0:11.6"])),
            network_column(Some(["1.42 MB", &bits, &bits, "0", "0.0 %", "0"])),
        ],
        curves: curves(Some([20, rate]), [vec![20; 9], vec![rate; 9]]),
        ..Scene::playing_with_log()
    }
}

/// What lies where; of the texts that the numbers are in, only the right edge, which stays.
fn places(scene: Scene, size: (usize, usize)) -> Vec<String> {
    let example = Example::sized("", size, scene);
    let is_number = |text: &str| text.contains(" ms  ");
    let right = |area: &Rectangle| area.top_left.x.checked_add_unsigned(area.size.width);
    let place = |mark: &Mark| match mark {
        Mark::Text(text, area) if is_number(text) || text.parse::<u64>().is_ok() => {
            format!("a number up to {:?}, from y {}", right(area), area.top_left.y)
        }
        mark @ (Mark::Text(..) | Mark::Cover(_)) => format!("{mark:?}"),
    };
    example.marks().iter().map(place).collect()
}

fn when_a_number_gets_wider_nothing_else_moves() {
    let fast = Duration::from_micros(412);
    let usual = playing("99", 999, fast);
    let others = [
        playing("9", 9, fast),
        playing("12345", 99_999, fast),
        playing("99", 999, Duration::from_micros(99_900)),
        playing("12345", 9, Duration::from_micros(9_949)),
    ];
    for size in [(640, 560), (641, 560), (1024, 768), (1920, 1080)] {
        let expected = places(usual.clone(), size);
        for (other, number) in others.iter().zip(1..) {
            assert_eq!(places(other.clone(), size), expected, "{size:?}, case {number}");
        }
    }
}
