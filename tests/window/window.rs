//! The real window: started under Xvfb, used with real keys and clicks, and read back from the
//! screen.
//!
//! Here is the dialogue: what the keys and the buttons do. The other subjects have modules of their
//! own, `window_*.rs`.

use std::time::Duration;

use crate::desktop::places::Target;
use crate::desktop::player::Player;
use crate::desktop::screen::{Look, Screen, State};
use crate::desktop::stage::{methods, processing, start};
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;

tests![
    the_whole_dialogue_by_keys,
    the_whole_dialogue_by_clicks,
    keys_and_buttons_that_the_state_forbids_do_nothing,
    play_and_pause_in_quick_turn_end_as_they_should,
    without_arguments_the_movie_plays_at_once,
];

/// In that state, with those buttons lit that its table allows, and the blue one that leads on.
fn shows(state: State) -> impl Fn(&Screen) -> bool {
    use Look::{Next, Off, On};
    let looks = match state {
        State::Init => [Next, Off, Off, Off, On],
        State::Ready => [Off, Next, Off, On, On],
        State::Playing => [Off, Off, Next, On, On],
    };
    move |screen| screen.state() == Some(state) && screen.looks() == looks
}

fn the_whole_dialogue_by_keys() {
    let (mut server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &[]);
    player.wait_for("INIT", shows(State::Init));
    player.key("s");
    player.wait_for("READY", shows(State::Ready));
    player.key("p");
    let first = player.wait_for("PLAYING", shows(State::Playing));
    let frame = first.frame_number();
    player.wait_for("ten frames later", |screen| screen.frame_number() >= frame + 10);

    player.key("space");
    server.wait_for(processing(1, "PAUSE"));
    player.wait_for("READY", shows(State::Ready));
    let paused = player.wait_until_still();
    assert!(paused >= frame + 10, "paused at {paused}, after {frame}");

    player.key("d");
    player.wait_for("the description", Screen::shows_description);
    server.wait_for(processing(1, "DESCRIBE"));
    player.key("Escape");
    player.wait_for("no description", |screen| !screen.shows_description());

    player.key("p");
    player.wait_for("it plays on", |screen| {
        shows(State::Playing)(screen) && screen.frame_number() > paused
    });
    player.key("t");
    assert_eq!(player.exit_code(), Some(0), "TEARDOWN closes the program");
    let transcript = server.kill();
    assert_eq!(methods(&transcript), ["SETUP", "PLAY", "PAUSE", "DESCRIBE", "PLAY", "TEARDOWN"]);
}

fn the_whole_dialogue_by_clicks() {
    let (mut server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &[]);
    player.wait_for("INIT", shows(State::Init));
    player.click(Target::Setup, "READY", shows(State::Ready));
    player.click(Target::Play, "ten frames", |screen| {
        shows(State::Playing)(screen) && screen.frame_number() >= 10
    });
    player.click(Target::Pause, "READY", shows(State::Ready));
    server.wait_for(processing(1, "PAUSE"));
    let paused = player.wait_until_still();

    player.click(Target::Describe, "the description", Screen::shows_description);
    server.wait_for(processing(1, "DESCRIBE"));
    player.key("Escape");
    player.wait_for("no description", |screen| !screen.shows_description());

    player.click(Target::Play, "it plays on", |screen| {
        shows(State::Playing)(screen) && screen.frame_number() > paused
    });
    player.press(Target::Teardown);
    assert_eq!(player.exit_code(), Some(0), "TEARDOWN closes the program");
    let transcript = server.kill();
    assert_eq!(methods(&transcript), ["SETUP", "PLAY", "PAUSE", "DESCRIBE", "PLAY", "TEARDOWN"]);
}

fn keys_and_buttons_that_the_state_forbids_do_nothing() {
    let (server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &[]);
    player.wait_for("INIT", shows(State::Init));
    player.keys(&["p", "space", "t", "Return", "q", "Escape"], Duration::ZERO);
    player.click_once(Target::Play);
    player.click_once(Target::Pause);
    player.click_once(Target::Teardown);
    player.click(Target::Setup, "READY", shows(State::Ready));
    player.keys(&["u", "s", "q"], Duration::ZERO);
    player.click_once(Target::Setup);
    player.click_once(Target::Pause);
    player.click(Target::Play, "PLAYING", shows(State::Playing));
    player.keys(&["p", "s", "q"], Duration::ZERO);
    player.click_once(Target::Setup);
    player.click_once(Target::Play);
    player.press(Target::Teardown);
    assert_eq!(player.exit_code(), Some(0));
    let transcript = server.kill();
    assert_eq!(methods(&transcript), ["SETUP", "PLAY", "TEARDOWN"]);
    let refused = transcript.iter().find(|line| line.contains(" answered "));
    assert_eq!(refused, None, "nothing was asked that had to be refused");
}

fn play_and_pause_in_quick_turn_end_as_they_should() {
    let (mut server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &[]);
    player.key("s");
    player.wait_for("READY", shows(State::Ready));
    let pairs = ["p", "space", "p", "space", "p", "space", "p", "space"];
    let (mut expected, mut frame) = (vec!["SETUP"], 0);
    for (turn, delay) in [(1, Duration::ZERO), (2, Duration::from_millis(30))] {
        player.keys(&pairs, delay);
        server.wait_for(processing(5 * turn - 1, "PAUSE"));
        player.wait_for("READY", shows(State::Ready));
        player.wait_until_still();
        player.key("p");
        player.wait_for("it plays on", |screen| {
            shows(State::Playing)(screen) && screen.frame_number() > frame
        });
        player.key("space");
        player.wait_for("READY", shows(State::Ready));
        frame = player.wait_until_still();
        expected.extend(["PLAY", "PAUSE"].repeat(5));
    }
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    expected.push("TEARDOWN");
    assert_eq!(methods(&server.kill()), expected);
}

fn without_arguments_the_movie_plays_at_once() {
    let desktop = Desktop::start();
    let mut player = Player::start_with(&desktop, &[]);
    let first = player.wait_for("PLAYING", shows(State::Playing));
    let frame = first.frame_number();
    player.wait_for("ten frames later", |screen| screen.frame_number() >= frame + 10);
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
}
