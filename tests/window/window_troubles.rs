//! What the real window says when something goes wrong, and that it goes on. See `window.rs`.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::Duration;

use crate::client_common::MOVIE;
use crate::client_common::jpeg::{colour, jpeg};
use crate::client_common::rtp::packet;
use crate::client_common::scripted_server::ScriptedServer;
use crate::common::server_process::{ServerProcess, server_command};
use crate::desktop::panels::Panel;
use crate::desktop::places::Target;
use crate::desktop::player::Player;
use crate::desktop::screen::{Screen, State};
use crate::desktop::stage::{folder, methods, processing, start};
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;

tests![
    a_missing_movie_is_a_message_and_the_window_stays_usable,
    a_server_that_goes_while_playing_is_a_message_and_the_next_one_serves,
    a_server_that_goes_while_paused_is_a_message_and_the_next_one_serves,
    a_server_that_goes_while_the_dialog_asks_is_not_asked_to_play_on,
    a_taken_rtp_port_is_a_warning_and_setup_works_when_it_is_free,
    a_mistake_of_the_server_is_a_message_and_its_field_is_red_until_it_is_fixed,
];

/// Lets another server serve at that port.
fn another_server(port: u16) -> ServerProcess {
    ServerProcess::start_with(server_command(folder()).arg(port.to_string())).unwrap()
}

/// Sets up and plays with the server that is there now, and ends.
#[track_caller]
fn sets_up_and_plays_again(mut player: Player<'_>, server: ServerProcess) {
    player.key("s");
    player.wait_for("READY, no message", |screen| {
        screen.state() == Some(State::Ready) && screen.shows_no_message()
    });
    player.key("p");
    let first = player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    // The first may be the last one of the session before.
    let mut frame = first.frame_number();
    for what in ["a frame", "another frame"] {
        let next = player.wait_for(what, |screen| screen.frame_number() != frame);
        frame = next.frame_number();
    }
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    assert_eq!(methods(&server.kill()), ["SETUP", "PLAY", "TEARDOWN"]);
}

fn a_missing_movie_is_a_message_and_the_window_stays_usable() {
    let (mut server, desktop) = start();
    let player = Player::start(&desktop, server.port(), "missing.Mjpeg", &[]);
    player.key("s");
    player.wait_for("the message", Screen::shows_error);
    player.key("Escape");
    player.wait_for("no message", Screen::shows_no_message);
    player.key("s");
    player.wait_for("the message again", Screen::shows_error);
    player.click(Target::Message, "no message again", Screen::shows_no_message);
    player.click(Target::Setup, "the message once more", Screen::shows_error);
    assert_eq!(player.screen().state(), Some(State::Init));
    server.wait_for(|line| line.contains("answered 404"));
    let transcript = server.kill();
    let refused = transcript.iter().filter(|line| line.contains("answered 404")).count();
    assert_eq!(refused, 3, "{transcript:#?}");
    assert_eq!(methods(&transcript), ["SETUP"; 3]);
}

fn a_server_that_goes_while_playing_is_a_message_and_the_next_one_serves() {
    let (server, desktop) = start();
    let port = server.port();
    let player = Player::start(&desktop, port, "movie.Mjpeg", &["--play"]);
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    drop(server);
    player.wait_for("the message", Screen::shows_error);
    assert_eq!(player.screen().state(), Some(State::Init));
    player.key("Escape");
    player.wait_for("no message", Screen::shows_no_message);
    player.key("s");
    player.wait_for("the server is not there", Screen::shows_error);
    assert_eq!(player.screen().state(), Some(State::Init));
    sets_up_and_plays_again(player, another_server(port));
}

fn a_server_that_goes_while_paused_is_a_message_and_the_next_one_serves() {
    let (mut server, desktop) = start();
    let port = server.port();
    let player = Player::start(&desktop, port, "movie.Mjpeg", &["--play"]);
    player.wait_for("ten frames", |screen| screen.frame_number() >= 10);
    player.key("space");
    server.wait_for(processing(1, "PAUSE"));
    player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
    let frame = player.wait_until_still();
    assert_eq!(methods(&server.kill()), ["SETUP", "PLAY", "PAUSE"]);
    let told = player.wait_for("the message", Screen::shows_warning);
    assert_eq!(told.state(), Some(State::Init));
    assert_eq!(told.frame_number(), frame, "the last picture stays");
    sets_up_and_plays_again(player, another_server(port));
}

fn a_server_that_goes_while_the_dialog_asks_is_not_asked_to_play_on() {
    let (server, desktop) = start();
    let port = server.port();
    let player = Player::start(&desktop, port, "movie.Mjpeg", &["--play"]);
    player.wait_for("ten frames", |screen| screen.frame_number() >= 10);
    player.close();
    player.wait_for("the dialog", Screen::asks_to_close);
    player.wait_until_still();
    drop(server);
    let server = another_server(port);
    player.key("Return");
    player.wait_for("INIT, and why", |screen| {
        screen.state() == Some(State::Init) && screen.shows_warning()
    });
    sets_up_and_plays_again(player, server);
}

fn a_taken_rtp_port_is_a_warning_and_setup_works_when_it_is_free() {
    let (server, desktop) = start();
    let taken = UdpSocket::bind("0.0.0.0:0").unwrap();
    let rtp = taken.local_addr().unwrap().port();
    let player = Player::start_at(&desktop, rtp, server.port(), "movie.Mjpeg", &[]);
    player.key("s");
    let told = player.wait_for("the warning", Screen::shows_warning);
    assert_eq!(told.state(), Some(State::Init));
    player.key("Escape");
    player.wait_for("no message", Screen::shows_no_message);
    player.click(Target::Setup, "the warning again", Screen::shows_warning);
    drop(taken);
    sets_up_and_plays_again(player, server);
}

/// The first byte of its packets is the one that it is told; 0 ends it.
fn a_mistake_of_the_server_is_a_message_and_its_field_is_red_until_it_is_fixed() {
    let desktop = Desktop::start();
    let mut server = ScriptedServer::start();
    let port = server.port();
    let first_byte = Arc::new(AtomicU8::new(0x02));
    let told = Arc::clone(&first_byte);
    let serving = thread::spawn(move || {
        server.grants("SETUP");
        server.grants("PLAY");
        for number in 1.. {
            let mut datagram = packet(number, &jpeg(64, 48, colour(number)));
            datagram[0] = told.load(Ordering::Relaxed);
            if datagram[0] == 0 {
                return server.grants("TEARDOWN");
            }
            server.sends(&datagram);
            thread::sleep(Duration::from_millis(50));
        }
    });
    let mut player = Player::start(&desktop, port, MOVIE, &["--play"]);
    player.wait_for("the message", Screen::shows_error);
    player.key("h");
    let header = player.wait_for("the panel", |screen| screen.panel() == Some(Panel::RtpHeader));
    assert_eq!(header.rtp_header().map(|header| header[0]), Some(0x02));
    assert_eq!(header.red_bits(), (0..8).collect::<Vec<_>>(), "V, P, X, CC");
    first_byte.store(0x80, Ordering::Relaxed);
    let fixed = player.wait_for("no message any more", Screen::shows_no_message);
    assert_eq!(fixed.red_bits(), []);
    first_byte.store(0, Ordering::Relaxed);
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    serving.join().unwrap();
}
