//! The real window answers keys while server and strangers flood its client. See `window.rs`.

#![cfg(target_os = "linux")]

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client_common::MOVIE;
use crate::client_common::jpeg::{colour, jpeg};
use crate::client_common::rtp::packet;
use crate::client_common::scripted_server::ScriptedServer;
use crate::common::said::say;
use crate::desktop::panels::Panel;
use crate::desktop::player::Player;
use crate::desktop::screen::State;
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;

tests![keys_are_answered_in_a_flood, keys_are_answered_while_play_waits_for_setup,];

/// Replies that nobody asked for, RTP of strangers, junk, and frames that change their size.
fn flood(server: &mut ScriptedServer, done: &AtomicBool) {
    let mut connection = server.connection();
    let replies = b"RTSP/1.0 200 OK\nCSeq: 99\nSession: 123456\n".repeat(20);
    let sizes = (1..=40).map(|number| jpeg(16 * number, 16 * (41 - number), colour(number)));
    let frames: Vec<_> = sizes.collect();
    for number in 1.. {
        if done.load(Ordering::Relaxed) {
            return;
        }
        connection.write_all(&replies).unwrap();
        let frame = &frames[usize::from(number) % frames.len()];
        server.sends(&packet(number, frame));
        for _ in 0..20 {
            server.strangers_send(&packet(number, frame));
            server.sends(b"junk");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn keys_are_answered_in_a_flood() {
    let desktop = Desktop::start();
    let mut server = ScriptedServer::start();
    let port = server.port();
    let done = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&done);
    let serving = thread::spawn(move || {
        server.grants("SETUP");
        server.grants("PLAY");
        flood(&mut server, &told);
        server.grants("TEARDOWN");
    });
    let mut player = Player::start(&desktop, port, MOVIE, &["--play", "--quiet"]);
    for (key, panel) in [("h", Panel::RtpHeader), ("l", Panel::RtspLog), ("question", Panel::Keys)]
    {
        player.key(key);
        let pressed = Instant::now();
        player.wait_for(key, |screen| screen.panel() == Some(panel));
        // To take a picture of the screen is part of it.
        say(format_args!("{key} is answered within {:?}", pressed.elapsed()));
        player.key(key);
        player.wait_for("no panel", |screen| screen.panel().is_none());
    }
    done.store(true, Ordering::Relaxed);
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    serving.join().unwrap();
}

fn keys_are_answered_while_play_waits_for_setup() {
    let desktop = Desktop::start();
    let mut server = ScriptedServer::start();
    let options = ["--three-buttons", "--quiet"];
    let mut player = Player::start(&desktop, server.port(), MOVIE, &options);
    player.wait_for("INIT", |screen| screen.state() == Some(State::Init));
    player.keys(&["p", "h"], Duration::ZERO);
    let pressed = Instant::now();
    player.wait_for("h", |screen| screen.panel() == Some(Panel::RtpHeader));
    say(format_args!("h is answered within {:?}", pressed.elapsed()));
    // Only now does it get its reply.
    server.grants("SETUP");
    server.grants("PLAY");
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    player.key("t");
    server.grants("TEARDOWN");
    assert_eq!(player.exit_code(), Some(0));
}
