//! The real window's panels: the RTSP log, the RTP header, the list of keys. See `window.rs`.

use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::time::Duration;

use crate::common::server_process::ServerProcess;
use crate::desktop::panels::{Panel, Said};
use crate::desktop::places::{Size, Target};
use crate::desktop::player::Player;
use crate::desktop::screen::{Screen, State};
use crate::desktop::stage::{methods, processing, start};
use crate::harness::tests;

tests![
    each_key_opens_its_panel_and_closes_it_and_there_is_one_at_a_time,
    esc_takes_away_the_message_then_the_panel,
    the_header_is_that_of_the_frame_bit_by_bit,
    the_header_counts_while_the_movie_plays,
    the_log_shows_the_dialogue_as_it_happens,
    the_log_shows_a_refusal_in_red,
    the_log_scrolls_by_keys_and_wheel_and_stays_where_it_is_while_more_comes,
];

fn each_key_opens_its_panel_and_closes_it_and_there_is_one_at_a_time() {
    let (server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    let playing = player.wait_for("a frame", |screen| screen.frame_number() > 0);
    player.key("l");
    player.wait_for("the movie plays on beside the panel", |screen| {
        let moved = screen.frame_number() > playing.frame_number();
        moved && screen.panel() == Some(Panel::RtspLog)
    });
    player.key("l");
    player.wait_for("no panel", |screen| screen.panel().is_none());

    let keys = [
        ("l", Panel::RtspLog),
        ("h", Panel::RtpHeader),
        ("i", Panel::Statistics),
        ("question", Panel::Keys),
        ("F1", Panel::Keys),
    ];
    for (key, panel) in keys.into_iter().take(4) {
        player.key(key);
        player.wait_for(key, |screen| screen.panel() == Some(panel));
    }
    player.key("Escape");
    player.wait_for("no panel after Esc", |screen| screen.panel().is_none());
    for (key, panel) in keys {
        player.key(key);
        player.wait_for(key, |screen| screen.panel() == Some(panel));
        player.key(key);
        player.wait_for("no panel", |screen| screen.panel().is_none());
    }
    player.key("l");
    player.wait_for("the log", |screen| screen.panel() == Some(Panel::RtspLog));
    player.click(Target::Panel, "no panel after a click", |screen| screen.panel().is_none());
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    assert_eq!(methods(&server.kill()), ["SETUP", "PLAY", "TEARDOWN"], "panels send nothing");
}

fn esc_takes_away_the_message_then_the_panel() {
    let (server, desktop) = start();
    let taken = UdpSocket::bind("0.0.0.0:0").unwrap();
    let rtp = taken.local_addr().unwrap().port();
    let player = Player::start_at(&desktop, rtp, server.port(), "movie.Mjpeg", &[]);
    let open = |screen: &Screen| (screen.shows_warning(), screen.panel());
    player.key("h");
    player.wait_for("the panel", |screen| open(screen) == (false, Some(Panel::RtpHeader)));
    player.key("d");
    player.wait_for("the description", |screen| open(screen) == (false, Some(Panel::Description)));
    player.key("s");
    player.wait_for("the message", |screen| open(screen) == (true, Some(Panel::Description)));
    player.key("Escape");
    player.wait_for("no message", |screen| open(screen) == (false, Some(Panel::Description)));
    player.key("Escape");
    player.wait_for("nothing", |screen| open(screen) == (false, None));
    player.key("d");
    player.wait_for("the description again", Screen::shows_description);
    player.click(Target::Panel, "a click closes it", |screen| !screen.shows_description());
    player.click(Target::HeaderTab, "a click on a tab opens its panel", |screen| {
        screen.panel() == Some(Panel::RtpHeader)
    });
    assert_eq!(methods(&server.kill()), ["DESCRIBE", "DESCRIBE"]);
}

fn sequence_number(header: [u8; 12]) -> u32 {
    u32::from(header[2]) << 8 | u32::from(header[3])
}

/// From a pause, plays until there is another frame, and pauses again; then the header must be that
/// of the frame, which is on the same screen.
#[track_caller]
fn header_of_a_paused_frame(player: &Player<'_>) -> [u8; 12] {
    let before = player.wait_until_still();
    player.key("p");
    player.wait_for("another frame", |screen| screen.frame_number() > before);
    player.key("space");
    player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
    let frame = player.wait_until_still();
    let header = player.screen().rtp_header().expect("each bit is a cell");
    assert_eq!(sequence_number(header), frame, "the sequence number, bit by bit: {header:02X?}");
    assert_eq!(header[..2], [0x80, 26], "version 2, and JPEG: {header:02X?}");
    header
}

fn the_header_is_that_of_the_frame_bit_by_bit() {
    let (server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &[]);
    player.key("h");
    let empty = player.wait_for("the panel", |screen| screen.panel() == Some(Panel::RtpHeader));
    assert_eq!(empty.rtp_header(), None, "no packet has come");
    player.key("s");
    player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
    let (mut sources, mut frame) = (BTreeSet::new(), 0);
    for size in [Size::FIRST, Size::FIRST, Size::of(900, 700), Size::FIRST] {
        player.resize(size);
        // Until it is drawn at its new size, what lies where the number should be may be anything.
        player.wait_for("the same frame", |screen| screen.frame_number() == frame);
        let header = header_of_a_paused_frame(&player);
        frame = sequence_number(header);
        sources.insert(header[8..].to_vec());
    }
    assert_eq!(sources.len(), 1, "one SSRC for the whole session: {sources:?}");

    player.close();
    player.wait_for("the dialog", Screen::asks_to_close);
    player.key("Return");
    player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
    header_of_a_paused_frame(&player);
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    let expected = [vec!["SETUP"], ["PLAY", "PAUSE"].repeat(5), vec!["TEARDOWN"]].concat();
    assert_eq!(methods(&server.kill()), expected);
}

fn the_header_counts_while_the_movie_plays() {
    let (server, desktop) = start();
    let player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.key("h");
    let mut frame = 0;
    for what in ["a frame", "the next", "one more"] {
        // While it is being drawn, the panel is ahead of the strip below it.
        let counted = player.wait_for(what, |screen| {
            let header = screen.rtp_header();
            screen.frame_number() > frame
                && header.is_some_and(|header| sequence_number(header) == screen.frame_number())
        });
        frame = counted.frame_number();
    }
    assert_eq!(methods(&server.kill()), ["SETUP", "PLAY"]);
}

fn the_log_shows_the_dialogue_as_it_happens() {
    use Said::{Granted, Request};
    let (mut server, desktop) = start();
    let player = Player::start(&desktop, server.port(), "movie.Mjpeg", &[]);
    player.key("l");
    let empty = player.wait_for("the log", |screen| screen.panel() == Some(Panel::RtspLog));
    assert_eq!(empty.rtsp_log(), [], "nothing has been sent");
    let mut expected = Vec::new();
    for (key, method) in [("s", "SETUP"), ("p", "PLAY")] {
        player.key(key);
        server.wait_for(processing(1, method));
        expected.extend([Request, Granted]);
        player.wait_for(method, |screen| screen.rtsp_log() == expected);
    }
    player.key("space");
    server.wait_for(processing(1, "PAUSE"));
    expected.extend([Request, Granted]);
    player.wait_for("all of it", |screen| screen.rtsp_log() == expected);
}

/// Enough for several pages, while the movie plays on.
fn the_log_scrolls_by_keys_and_wheel_and_stays_where_it_is_while_more_comes() {
    let (mut server, desktop) = start();
    let player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    player.keys(&["p", "space"].repeat(6), Duration::from_millis(100));
    player.key("l");
    player.wait_for("the newest", |screen| screen.rtsp_log().len() > 7 && !screen.has_newer());
    for (key, back) in [("Prior", "Next"), ("Up", "Down"), ("Home", "End")] {
        player.key(key);
        player.wait_for(key, Screen::has_newer);
        // By page and by entry, reaching the last one is enough.
        for _ in 0..3 {
            player.key(back);
        }
        player.wait_for(back, |screen| !screen.has_newer());
    }
    player.wheel(true);
    let scrolled = player.wait_for("a turn of the wheel", Screen::has_newer).rtsp_log();
    plays_and_pauses(&mut server, &player);
    let screen = player.wait_for("more comes", Screen::has_newer);
    assert_eq!(screen.rtsp_log(), scrolled, "it stays where it is");
    player.click(Target::Newest, "a click on the chip", |screen| !screen.has_newer());
}

/// Once more, by Space.
fn plays_and_pauses(server: &mut ServerProcess, player: &Player<'_>) {
    player.key("space");
    server.wait_for(|line| line.ends_with("processing PLAY"));
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    player.key("space");
    player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
}

fn the_log_shows_a_refusal_in_red() {
    let (mut server, desktop) = start();
    let player = Player::start(&desktop, server.port(), "missing.Mjpeg", &[]);
    player.key("l");
    player.key("s");
    player.wait_for("the refusal", |screen| {
        screen.shows_error() && screen.rtsp_log() == [Said::Request, Said::Refused]
    });
    server.wait_for(|line| line.contains("answered 404"));
}
