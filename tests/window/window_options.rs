//! The options of the real window: three buttons, a larger drawing, a window that stays open. See
//! `window.rs`.

use std::time::Duration;

use crate::common::server_process::ServerProcess;
use crate::desktop::panels::Panel;
use crate::desktop::places::{Size, Target};
use crate::desktop::player::Player;
use crate::desktop::screen::{Look, Screen, State};
use crate::desktop::stage::{folder, methods, processing, start};
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;

tests![
    with_three_buttons_play_does_setup_first,
    a_scale_that_the_screen_has_no_room_for_is_less,
    at_scale_2_everything_is_twice_as_large,
    a_window_that_stays_open_sets_up_again_on_a_new_connection,
];

fn with_three_buttons_play_does_setup_first() {
    use Look::{Next, Off, On};
    let (mut server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--three-buttons"]);
    player.wait_for("INIT", |screen| {
        screen.state() == Some(State::Init) && screen.looks() == [Next, Off, Off, On]
    });
    player.keys(&["s", "u", "t"], Duration::ZERO);
    player.click_once(Target::Pause);
    assert_eq!(player.screen().state(), Some(State::Init), "no key does SETUP alone");
    player.click(Target::Play, "ten frames", |screen| {
        let playing = screen.state() == Some(State::Playing);
        playing && screen.looks() == [Off, Next, On, On] && screen.frame_number() >= 10
    });
    player.click(Target::Pause, "READY", |screen| {
        screen.state() == Some(State::Ready) && screen.looks() == [Next, Off, On, On]
    });
    server.wait_for(processing(1, "PAUSE"));
    let paused = player.wait_until_still();
    player.click(Target::Describe, "the description", Screen::shows_description);
    player.key("Escape");
    player.key("space");
    player.wait_for("it plays on", |screen| {
        screen.state() == Some(State::Playing) && screen.frame_number() > paused
    });
    player.press(Target::Teardown);
    assert_eq!(player.exit_code(), Some(0));
    let expected = ["SETUP", "PLAY", "PAUSE", "DESCRIBE", "PLAY", "TEARDOWN"];
    assert_eq!(methods(&server.kill()), expected);
}

fn a_scale_that_the_screen_has_no_room_for_is_less() {
    let (server, desktop) = start();
    let player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--scale", "4"]);
    let mut player = player.drawn_at(2);
    player.wait_for("INIT", |screen| screen.state() == Some(State::Init));
    assert!(player.place().size.width <= 1024);
    player.click(Target::Setup, "READY", |screen| screen.state() == Some(State::Ready));
    player.press(Target::Teardown);
    assert_eq!(player.exit_code(), Some(0));
    assert_eq!(methods(&server.kill()), ["SETUP", "TEARDOWN"]);
}

/// The usual places, twice as far apart, and the clicks there.
fn at_scale_2_everything_is_twice_as_large() {
    let desktop = Desktop::start_with("1600x1300");
    let server = ServerProcess::start(folder(), &[]);
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--scale", "2"]);
    player.wait_for("INIT", |screen| screen.state() == Some(State::Init));
    let place = player.place();
    assert_eq!(place.size, Size::of(1280, 700));
    player.click(Target::Setup, "READY", |screen| screen.state() == Some(State::Ready));
    player.click(Target::Play, "ten frames", |screen| {
        screen.state() == Some(State::Playing) && screen.frame_number() >= 10
    });
    player.click(Target::Pause, "READY", |screen| screen.state() == Some(State::Ready));
    let frame = player.wait_until_still();
    let is_laid_out = |screen: &Screen| {
        let whole = screen.video_is_framed() && screen.bottom_is_laid_out();
        screen.frame_number() == frame && screen.shows_pause_sign() && whole
    };
    player.wait_for("all in its place", is_laid_out);
    player.close();
    player.wait_for("the dialog", Screen::asks_to_close);
    player.click(Target::Continue, "no dialog", is_laid_out);
    assert_eq!(player.place(), place, "the window is where it was");

    player.key("h");
    let header = player.wait_for("the header", |screen| screen.panel() == Some(Panel::RtpHeader));
    let header = header.rtp_header().expect("each bit is a cell");
    assert_eq!(u32::from(header[2]) << 8 | u32::from(header[3]), frame, "{header:02X?}");
    player.key("h");
    // Half a point is left over at the right and at the bottom.
    player.resize(Size::of(1401, 1021));
    player.wait_for("all in its place again", is_laid_out);
    player.press(Target::Teardown);
    assert_eq!(player.exit_code(), Some(0));
    assert_eq!(methods(&server.kill()), ["SETUP", "PLAY", "PAUSE", "TEARDOWN"]);
}

fn a_window_that_stays_open_sets_up_again_on_a_new_connection() {
    let (mut server, desktop) = start();
    let options = ["--stay-open", "--play"];
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &options);
    player.wait_for("forty frames", |screen| screen.frame_number() >= 40);
    player.key("t");
    server.wait_for(processing(1, "TEARDOWN"));
    player.wait_for("the last picture, dark", |screen| {
        screen.state() == Some(State::Init) && screen.picture_is_dark()
    });
    let last = player.wait_until_still();
    assert!(last >= 40, "the last picture stays, found {last}");

    player.click(Target::Setup, "READY, without the picture of the session before", |screen| {
        let paused = screen.shows_pause_sign();
        screen.state() == Some(State::Ready) && screen.frame_number() == 0 && !paused
    });
    let mut frame = 0;
    // At the first try there may be no time for a frame.
    for _ in 0..5 {
        player.keys(&["p", "space"], Duration::from_millis(150));
        player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
        frame = player.wait_until_still();
        if frame != 0 {
            break;
        }
    }
    assert!((1..last).contains(&frame), "it begins from the beginning, found {frame} after {last}");
    assert!(!player.screen().picture_is_dark(), "its pictures are not dark");

    player.click(Target::Teardown, "INIT", |screen| {
        screen.state() == Some(State::Init) && screen.picture_is_dark()
    });
    server.wait_for(processing(2, "TEARDOWN"));
    player.close();
    player.wait_for("the dialog", Screen::asks_to_close);
    player.key("q");
    assert_eq!(player.exit_code(), Some(0));
    let transcript = server.kill();
    let methods = methods(&transcript);
    assert_eq!(methods[..4], ["SETUP", "PLAY", "TEARDOWN", "SETUP"]);
    assert_eq!(methods.last(), Some(&"TEARDOWN"));
    let connected = transcript.iter().filter(|line| line.ends_with(" connected")).count();
    assert_eq!(connected, 2, "{transcript:#?}");
}
