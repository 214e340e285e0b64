//! The real window: started under Xvfb, used with real keys and clicks, and read back from the
//! screen. What needs a program that is not installed is skipped with a line that says so, unless
//! the variable `WINDOW_TESTS` is `required`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may fail")]

mod common;
mod desktop;

use std::path::Path;

use common::server_process::ServerProcess;
use desktop::{Desktop, Player, State};

/// A server of the real movie, and a display; `None` where there can be no window.
fn start() -> Option<(ServerProcess, Desktop)> {
    let desktop = Desktop::start()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    Some((ServerProcess::start(folder, &[]), desktop))
}

fn processing(method: &str) -> impl Fn(&str) -> bool {
    let end = format!("processing {method}");
    move |line: &str| line.ends_with(&end)
}

fn methods(transcript: &[String]) -> Vec<&str> {
    transcript.iter().filter_map(|line| line.split_once("processing ")).map(|line| line.1).collect()
}

#[test]
fn the_whole_dialogue_by_keys() {
    let Some((mut server, desktop)) = start() else { return };
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &[]);
    player.wait_for("INIT", |screen| screen.state() == Some(State::Init));
    player.key("s");
    player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
    player.key("p");
    let first = player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    let frame = first.frame_number();
    player.wait_for("ten frames later", |screen| screen.frame_number() >= frame + 10);

    player.key("space");
    server.wait_for(processing("PAUSE"));
    let paused = player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
    for _ in 0..5 {
        assert_eq!(player.screen().frame_number(), paused.frame_number(), "it stands still");
    }

    player.key("d");
    player.wait_for("the description", desktop::Screen::shows_description);
    player.key("Escape");
    player.wait_for("no description", |screen| !screen.shows_description());

    player.key("t");
    assert_eq!(player.exit_code(), Some(0), "TEARDOWN closes the program");
    let transcript = server.kill();
    assert_eq!(methods(&transcript), ["SETUP", "PLAY", "PAUSE", "DESCRIBE", "TEARDOWN"]);
}

#[test]
fn the_dialogue_by_clicks() {
    let Some((server, desktop)) = start() else { return };
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &[]);
    for (button, state) in [
        (desktop::SETUP, State::Ready),
        (desktop::PLAY, State::Playing),
        (desktop::PAUSE, State::Ready),
        (desktop::PLAY, State::Playing),
    ] {
        player.click(button);
        player.wait_for(&format!("{state:?}"), |screen| screen.state() == Some(state));
    }
    player.click(desktop::TEARDOWN);
    assert_eq!(player.exit_code(), Some(0));
    assert_eq!(methods(&server.kill()), ["SETUP", "PLAY", "PAUSE", "PLAY", "TEARDOWN"]);
}

#[test]
fn closing_pauses_and_asks_and_continue_plays_on() {
    let Some((mut server, desktop)) = start() else { return };
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    let place = player.place();

    player.close();
    server.wait_for(processing("PAUSE"));
    let asked = player.wait_for("the dialog", desktop::Screen::asks_to_close);
    let frame = asked.frame_number();
    assert_eq!(player.screen().frame_number(), frame, "it stands still");
    player.key("Return");
    player.wait_for("it plays on", |screen| {
        screen.state() == Some(State::Playing) && screen.frame_number() > frame
    });

    player.close();
    player.wait_for("the dialog again", desktop::Screen::asks_to_close);
    player.click(desktop::CONTINUE);
    player.wait_for("it plays on again", |screen| screen.state() == Some(State::Playing));
    assert_eq!(player.place(), place, "the window is where it was");

    player.close();
    player.wait_for("the dialog once more", desktop::Screen::asks_to_close);
    player.key("q");
    assert_eq!(player.exit_code(), Some(0));
    let pairs = ["PAUSE", "PLAY", "PAUSE", "PLAY", "PAUSE", "TEARDOWN"];
    assert_eq!(methods(&server.kill()), [["SETUP", "PLAY"].as_slice(), &pairs].concat());
}

#[test]
fn closing_twice_closes() {
    let Some((server, desktop)) = start() else { return };
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    player.close();
    player.wait_for("the dialog", desktop::Screen::asks_to_close);
    player.close();
    assert_eq!(player.exit_code(), Some(0));
    assert_eq!(methods(&server.kill()), ["SETUP", "PLAY", "PAUSE", "TEARDOWN"]);
}

#[test]
fn a_missing_movie_is_a_message_and_the_window_stays_usable() {
    let Some((server, desktop)) = start() else { return };
    let player = Player::start(&desktop, server.port(), "missing.Mjpeg", &[]);
    player.key("s");
    player.wait_for("the message", desktop::Screen::shows_error);
    player.key("Escape");
    player.wait_for("no message", |screen| !screen.shows_error());
    player.key("s");
    player.wait_for("the message again", desktop::Screen::shows_error);
    assert_eq!(player.screen().state(), Some(State::Init));
}

#[test]
fn a_server_that_goes_while_playing_is_a_message() {
    let Some((server, desktop)) = start() else { return };
    let player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    drop(server);
    player.wait_for("the message", desktop::Screen::shows_error);
    assert_eq!(player.screen().state(), Some(State::Init));
    player.key("s");
    player.wait_for("the server is not there", desktop::Screen::shows_error);
}

#[test]
fn without_arguments_the_movie_plays_at_once() {
    let Some(desktop) = Desktop::start() else { return };
    let mut player = Player::start_with(&desktop, &[]);
    let first = player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    let frame = first.frame_number();
    player.wait_for("ten frames later", |screen| screen.frame_number() >= frame + 10);
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
}
