//! The real window at other sizes. See `window.rs`.

use crate::desktop::places::{Size, Target};
use crate::desktop::player::Player;
use crate::desktop::screen::{Screen, State};
use crate::desktop::stage::{methods, start};
use crate::harness::tests;

tests![
    the_video_takes_the_extra_room_and_the_buttons_go_along,
    a_window_smaller_than_at_first_can_be_used,
    a_window_without_room_for_the_video_plays_on,
    the_dialog_is_in_the_middle_of_a_larger_window_which_keeps_its_size_and_place,
];

/// Paused at that frame, which is shown where the size demands it, with all else around it.
fn is_laid_out_at(frame: u32) -> impl Fn(&Screen) -> bool {
    move |screen| {
        screen.state() == Some(State::Ready)
            && screen.frame_number() == frame
            && screen.shows_pause_sign()
            && screen.video_is_framed()
            && screen.bottom_is_laid_out()
    }
}

/// Resizes the window, and lets the buttons there play on and pause; returns the frame then.
#[track_caller]
fn resized_and_used(player: &Player<'_>, size: Size, frame: u32) -> u32 {
    player.resize(size);
    player.wait_for(&format!("the same at {size:?}"), is_laid_out_at(frame));
    player.click(Target::Play, "it plays", |screen| {
        screen.state() == Some(State::Playing) && screen.frame_number() > frame
    });
    player.click(Target::Pause, "it pauses", |screen| screen.state() == Some(State::Ready));
    let frame = player.wait_until_still();
    assert!(is_laid_out_at(frame)(&player.screen()), "all is in its place after the click");
    frame
}

fn the_video_takes_the_extra_room_and_the_buttons_go_along() {
    let (server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("ten frames", |screen| screen.frame_number() >= 10);
    player.key("space");
    let mut frame = player.wait_until_still();
    player.wait_for("the first size", is_laid_out_at(frame));
    let mut expected = vec!["SETUP", "PLAY", "PAUSE"];
    for (width, height) in [(900, 700), (640, 700), (640, 560)] {
        frame = resized_and_used(&player, Size::of(width, height), frame);
        expected.extend(["PLAY", "PAUSE"]);
    }
    player.press(Target::Teardown);
    assert_eq!(player.exit_code(), Some(0));
    expected.push("TEARDOWN");
    assert_eq!(methods(&server.kill()), expected);
}

fn a_window_smaller_than_at_first_can_be_used() {
    let (server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("ten frames", |screen| screen.frame_number() >= 10);
    player.key("space");
    let mut frame = player.wait_until_still();
    let mut expected = vec!["SETUP", "PLAY", "PAUSE"];
    for (width, height) in [(560, 460), (520, 380)] {
        frame = resized_and_used(&player, Size::of(width, height), frame);
        expected.extend(["PLAY", "PAUSE"]);
    }
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    expected.push("TEARDOWN");
    assert_eq!(methods(&server.kill()), expected);
}

fn a_window_without_room_for_the_video_plays_on() {
    let (mut server, desktop) = start();
    let player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("ten frames", |screen| screen.frame_number() >= 10);
    for (width, height) in [(300, 200), (120, 30)] {
        player.resize(Size::of(width, height));
    }
    player.key("space");
    server.wait_for(crate::desktop::stage::processing(1, "PAUSE"));
    player.resize(Size::FIRST);
    player.wait_for("it to be drawn at its first size", Screen::bottom_is_laid_out);
    let frame = player.wait_until_still();
    player.wait_for("the first size", is_laid_out_at(frame));
}

fn the_dialog_is_in_the_middle_of_a_larger_window_which_keeps_its_size_and_place() {
    let (server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("ten frames", |screen| screen.frame_number() >= 10);
    player.resize(Size::of(900, 700));
    let place = player.place();
    player.close();
    player.wait_for("the dialog", Screen::asks_to_close);
    let frame = player.wait_until_still();
    player.click(Target::Continue, "it plays on", |screen| {
        screen.state() == Some(State::Playing) && screen.frame_number() > frame
    });
    assert_eq!(player.place(), place);
    player.close();
    player.wait_for("the dialog again", Screen::asks_to_close);
    player.press(Target::Close);
    assert_eq!(player.exit_code(), Some(0));
    let pairs = ["SETUP", "PLAY", "PAUSE", "PLAY", "PAUSE", "TEARDOWN"];
    assert_eq!(methods(&server.kill()), pairs);
}
