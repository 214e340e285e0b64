//! The real window answers keys while it connects to a server that does not answer. See
//! `window.rs`.

#![cfg(target_os = "linux")]

use std::time::Duration;

use crate::client_common::MOVIE;
use crate::client_common::full_queue::FullQueue;
use crate::desktop::panels::Panel;
use crate::desktop::player::Player;
use crate::desktop::screen::Screen;
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;

tests![keys_are_answered_while_it_connects,];

/// The system tries for 2 s to connect, and then there is a message. A machine may be too busy for a
/// look in between, but not each time.
#[track_caller]
fn answers_before_the_message(player: &Player<'_>, key: &str, panel: Panel) {
    for _ in 0..5 {
        player.keys(&["Escape", "Escape"], Duration::ZERO);
        player.wait_for("the video alone", |screen| {
            screen.panel().is_none() && screen.shows_no_message()
        });
        player.keys(&["s", key], Duration::ZERO);
        let screen = player.wait_for(key, |screen| screen.panel() == Some(panel));
        let in_time = screen.shows_no_message();
        player.wait_for("the message", Screen::shows_error);
        if in_time {
            return;
        }
    }
    panic!("{key} was never answered while it connected");
}

fn keys_are_answered_while_it_connects() {
    let desktop = Desktop::start();
    let server = FullQueue::start();
    let mut player = Player::start(&desktop, server.port(), MOVIE, &["--quiet"]);
    for (key, panel) in [("h", Panel::RtpHeader), ("l", Panel::RtspLog), ("question", Panel::Keys)]
    {
        answers_before_the_message(&player, key, panel);
    }
    player.keys(&["s", "t"], Duration::ZERO);
    assert_eq!(player.exit_code(), Some(0), "whoever leaves is not kept");
}
