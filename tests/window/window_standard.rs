//! The real window in the standard dialect, used with real keys, against a server that the test
//! plays. See `window.rs`.

use crate::client_common::rfc2435::{Form, Sender, frame, payloads};
use crate::client_common::standard_server::StandardServer;
use crate::desktop::player::Player;
use crate::desktop::screen::State;
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;

tests![keys_play_seek_and_end_a_movie,];

fn keys_play_seek_and_end_a_movie() {
    let desktop = Desktop::start();
    let mut server = StandardServer::start();
    let mut player = Player::start_with(&desktop, &[&server.url()]);
    player.key("s");
    for method in ["OPTIONS", "DESCRIBE", "SETUP"] {
        server.grants(method);
    }
    player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
    player.key("p");
    server.grants("PLAY");
    player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    for panel in ["l", "h", "F1"] {
        player.key(panel);
        for packet in Sender::default().packets(&payloads(&frame(1, 80), Form::default())) {
            server.sends_rtp(&packet);
        }
    }
    for (key, range) in [("Right", "npt=10."), ("Left", "npt=0.")] {
        player.key(key);
        server.grants("PAUSE");
        server.grants("PLAY");
        let found = server.request.header("Range").unwrap_or_default();
        assert!(found.starts_with(range), "{key}: {found}");
        player.wait_for("PLAYING", |screen| screen.state() == Some(State::Playing));
    }
    player.key("t");
    server.grants("TEARDOWN");
    assert_eq!(player.exit_code(), Some(0), "TEARDOWN closes the program");
}
