//! The real window on the screens of lecture halls: maximised, with each panel, through a whole session,
//! to the end of the movie and on. See `window.rs`.

use tempfile::TempDir;

use crate::common::movies::{folder_with, lab_format, real_frames};
use crate::common::server_process::ServerProcess;
use crate::desktop::panels::Panel;
use crate::desktop::places::Size;
use crate::desktop::player::Player;
use crate::desktop::screen::{Screen, State};
use crate::desktop::stage::{folder, methods};
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;

tests![
    maximised_on_a_screen_of_768_lines_everything_is_twice_as_large,
    maximised_on_a_screen_of_1080_lines_everything_is_three_times_as_large,
    the_end_of_the_movie_offers_to_play_it_again_in_the_labs_dialect,
    the_end_of_the_movie_offers_to_play_it_again_in_the_standard_dialect,
    a_movie_that_loops_has_no_end,
];

fn maximised_on_a_screen_of_768_lines_everything_is_twice_as_large() {
    maximised("1366x768", 2);
}

fn maximised_on_a_screen_of_1080_lines_everything_is_three_times_as_large() {
    maximised("1920x1080", 3);
}

/// A whole lecture with the keys, at the scale that the window has then.
fn maximised(screen: &str, scale: i32) {
    let desktop = Desktop::start_with(screen);
    let server = ServerProcess::start(folder(), &[]);
    let player = Player::start(&desktop, server.port(), "movie.Mjpeg", &[]);
    player.wait_for("the first size", |screen| screen.size() == Size::FIRST);
    player.maximise("add");
    player.wait_for("a large window", |screen| screen.size().width > 1300);
    let player = player.drawn_at(scale);
    player.wait_for("it to be drawn at that scale", Screen::bottom_is_laid_out);

    player.key("s");
    player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
    player.key("space");
    player.wait_for("ten frames", |screen| {
        screen.state() == Some(State::Playing) && screen.frame_number() >= 10
    });
    let panels = [
        ("l", Panel::RtspLog),
        ("i", Panel::Statistics),
        ("question", Panel::Keys),
        ("d", Panel::Description),
        ("h", Panel::RtpHeader),
    ];
    for (key, panel) in panels {
        player.key(key);
        player.wait_for(key, |screen| screen.panel() == Some(panel));
    }
    // A busy machine may leave a frame out, whose packet is shown all the same.
    player.wait_for("the header of the frame, bit by bit", |screen| {
        let number = |header: [u8; 12]| u32::from(header[2]) << 8 | u32::from(header[3]);
        let is_of_movie = |header: &[u8; 12]| header[..2] == [0x80, 26];
        let header = screen.rtp_header().filter(is_of_movie);
        header.is_some_and(|header| number(header) == screen.frame_number())
    });
    player.key("space");
    player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
    let frame = player.wait_until_still();
    let paused = player.screen();
    assert!(paused.video_is_framed() && paused.shows_pause_sign(), "the movie is beside the panel");
    player.key("Escape");
    player.wait_for("no panel", |screen| screen.panel().is_none());

    player.key("f");
    player.wait_for("the movie alone", Screen::is_movie_only);
    player.key("Escape");
    player.wait_for("all of it", Screen::bottom_is_laid_out);
    player.key("minus");
    let mut player = player.drawn_at(scale - 1);
    player.wait_for("smaller", Screen::bottom_is_laid_out);
    player.key("plus");
    player = player.drawn_at(scale);
    player.wait_for("larger", Screen::bottom_is_laid_out);
    player.key("0");
    player.maximise("remove");
    player = player.drawn_at(1);
    let is_first = |screen: &Screen| screen.size() == Size::FIRST && screen.bottom_is_laid_out();
    player.wait_for("the first size again", is_first);
    assert_eq!(player.wait_until_still(), frame, "it has stood still");
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    let expected = ["SETUP", "PLAY", "DESCRIBE", "PAUSE", "TEARDOWN"];
    assert_eq!(methods(&server.kill()), expected);
}

/// A second and a half of the movie.
fn short_movie() -> TempDir {
    folder_with(&lab_format(&real_frames()[..30]))
}

/// Plays to the end, and once more.
fn plays_again(player: &Player<'_>) {
    player.wait_for("the end", |screen| screen.shows_end() && screen.has_pill());
    player.key("space");
    player.wait_for("it plays again", |screen| {
        let plays = screen.state() == Some(State::Playing) && !screen.shows_end();
        plays && (1..30).contains(&screen.frame_number())
    });
    player.wait_for("the end again", Screen::shows_end);
}

fn the_end_of_the_movie_offers_to_play_it_again_in_the_labs_dialect() {
    let (desktop, folder) = (Desktop::start(), short_movie());
    let server = ServerProcess::start(folder.path(), &[]);
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    plays_again(&player);
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    let expected = ["SETUP", "PLAY", "TEARDOWN", "SETUP", "PLAY", "TEARDOWN"];
    assert_eq!(methods(&server.kill()), expected);
}

fn the_end_of_the_movie_offers_to_play_it_again_in_the_standard_dialect() {
    let (desktop, folder) = (Desktop::start(), short_movie());
    let server = ServerProcess::start(folder.path(), &[]);
    let url = format!("rtsp://127.0.0.1:{}/movie.Mjpeg", server.port());
    let mut player = Player::start_with(&desktop, &["--play", &url]);
    plays_again(&player);
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    let transcript = server.kill();
    let plays = transcript.iter().filter(|line| line.contains("PLAY rtsp://")).count();
    assert_eq!(plays, 2, "{transcript:#?}");
    assert!(transcript.iter().any(|line| line.contains("npt=0.000-")), "{transcript:#?}");
}

fn a_movie_that_loops_has_no_end() {
    let (desktop, folder) = (Desktop::start(), short_movie());
    let server = ServerProcess::start(folder.path(), &["--loop"]);
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play", "--light"]);
    for turn in 0..3 {
        player.wait_for("its last frames", |screen| screen.frame_number() > 20);
        player.wait_for(&format!("its first ones, turn {turn}"), |screen| {
            (1..10).contains(&screen.frame_number())
        });
    }
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    assert_eq!(methods(&server.kill()), ["SETUP", "PLAY", "TEARDOWN"]);
}
