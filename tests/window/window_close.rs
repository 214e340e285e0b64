//! The real window's close button: it pauses and asks. See `window.rs`.

use std::time::Duration;

use crate::desktop::places::Target;
use crate::desktop::player::Player;
use crate::desktop::screen::{Screen, State};
use crate::desktop::stage::{methods, processing, start};
use crate::harness::tests;

tests![
    closing_pauses_and_asks_and_both_answers_count_three_times_in_a_row,
    esc_continues_and_a_click_on_close_closes,
    while_it_asks_the_other_keys_and_buttons_do_nothing,
    a_paused_movie_is_asked_for_too_and_stays_paused,
    closing_twice_closes,
    without_a_session_closing_asks_and_sends_nothing,
];

/// Presses the close button of a movie that plays; returns where it was paused.
#[track_caller]
fn close_and_be_asked(player: &Player<'_>) -> u32 {
    player.close();
    player.wait_for("the dialog", Screen::asks_to_close);
    let paused = player.wait_until_still();
    assert!(player.screen().asks_to_close(), "it waits for an answer");
    paused
}

fn plays_after(frame: u32) -> impl Fn(&Screen) -> bool {
    move |screen| {
        let number = screen.frame_number();
        assert!(number >= frame, "it goes on where it was, at {frame}; found {number}");
        screen.state() == Some(State::Playing) && number > frame
    }
}

fn closing_pauses_and_asks_and_both_answers_count_three_times_in_a_row() {
    let (mut server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    let place = player.place();

    let frame = close_and_be_asked(&player);
    server.wait_for(processing(1, "PAUSE"));
    player.key("Return");
    player.wait_for("it plays on", plays_after(frame));
    server.wait_for(processing(2, "PLAY"));

    let frame = close_and_be_asked(&player);
    server.wait_for(processing(2, "PAUSE"));
    player.click(Target::Continue, "it plays on again", plays_after(frame));
    server.wait_for(processing(3, "PLAY"));
    assert_eq!(player.place(), place, "the window is where it was");

    close_and_be_asked(&player);
    server.wait_for(processing(3, "PAUSE"));
    player.key("q");
    assert_eq!(player.exit_code(), Some(0));
    let pairs = ["PAUSE", "PLAY", "PAUSE", "PLAY", "PAUSE", "TEARDOWN"];
    assert_eq!(methods(&server.kill()), [["SETUP", "PLAY"].as_slice(), &pairs].concat());
}

fn esc_continues_and_a_click_on_close_closes() {
    let (mut server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    let frame = close_and_be_asked(&player);
    player.key("Escape");
    player.wait_for("it plays on", plays_after(frame));
    server.wait_for(processing(2, "PLAY"));

    close_and_be_asked(&player);
    player.press(Target::Close);
    assert_eq!(player.exit_code(), Some(0));
    let expected = ["SETUP", "PLAY", "PAUSE", "PLAY", "PAUSE", "TEARDOWN"];
    assert_eq!(methods(&server.kill()), expected);
}

fn while_it_asks_the_other_keys_and_buttons_do_nothing() {
    let (server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    let frame = close_and_be_asked(&player);
    player.keys(&["p", "d", "t", "s", "space"], Duration::ZERO);
    for target in [Target::Play, Target::Describe, Target::Teardown] {
        player.click_once(target);
    }
    let screen = player.screen();
    assert!(screen.asks_to_close(), "it asks still");
    assert_eq!(screen.frame_number(), frame, "it stands still");
    player.key("q");
    assert_eq!(player.exit_code(), Some(0));
    assert_eq!(methods(&server.kill()), ["SETUP", "PLAY", "PAUSE", "TEARDOWN"]);
}

fn a_paused_movie_is_asked_for_too_and_stays_paused() {
    let (mut server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("ten frames", |screen| screen.frame_number() >= 10);
    player.key("space");
    player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
    server.wait_for(processing(1, "PAUSE"));
    let frame = player.wait_until_still();
    for (what, answer) in [("Enter", "Return"), ("Esc", "Escape")] {
        assert_eq!(close_and_be_asked(&player), frame, "it stands still");
        player.key(answer);
        player.wait_for(what, |screen| screen.state() == Some(State::Ready));
        assert_eq!(player.wait_until_still(), frame, "it stays paused after {what}");
    }
    player.close();
    player.wait_for("the dialog", Screen::asks_to_close);
    player.key("q");
    assert_eq!(player.exit_code(), Some(0));
    assert_eq!(methods(&server.kill()), ["SETUP", "PLAY", "PAUSE", "TEARDOWN"]);
}

fn closing_twice_closes() {
    let (server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    player.close();
    player.wait_for("the dialog", Screen::asks_to_close);
    player.close();
    assert_eq!(player.exit_code(), Some(0));
    assert_eq!(methods(&server.kill()), ["SETUP", "PLAY", "PAUSE", "TEARDOWN"]);
}

fn without_a_session_closing_asks_and_sends_nothing() {
    let (server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &[]);
    player.wait_for("INIT", |screen| screen.state() == Some(State::Init));
    player.close();
    player.wait_for("the dialog", Screen::asks_to_close);
    player.key("Return");
    player.wait_for("INIT again", |screen| screen.state() == Some(State::Init));
    player.close();
    player.wait_for("the dialog again", Screen::asks_to_close);
    player.press(Target::Close);
    assert_eq!(player.exit_code(), Some(0));
    let transcript = server.kill();
    assert!(!transcript.iter().any(|line| line.ends_with(" connected")), "{transcript:#?}");
}
