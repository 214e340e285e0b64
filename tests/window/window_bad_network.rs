//! The real window's keys `[` and `]`, which change what the embedded server loses, and `,` and `.`,
//! which change the playout buffer, while it plays. See `window.rs`.

use std::fs::{self, File};
use std::process::Command;
use std::time::Duration;

use crate::common::programs::program;
use crate::desktop::panels::Panel;
use crate::desktop::player::Player;
use crate::desktop::screen::Screen;
use crate::desktop::stage::{folder, start};
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;

tests![
    brackets_change_the_loss_of_the_embedded_server_while_it_plays,
    another_servers_network_is_its_own,
    points_change_the_playout_buffer_while_it_plays,
];

fn brackets_change_the_loss_of_the_embedded_server_while_it_plays() {
    let desktop = Desktop::start();
    let printed = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new(program("client_launcher"));
    command.current_dir(folder()).stdout(File::create(printed.path()).unwrap());
    let mut player = Player::run(&desktop, &mut command);
    let screen = player.wait_for("a frame", |screen| screen.frame_number() > 20);
    assert!(!screen.loses_on_purpose() && !screen.has_lost(), "a good network at first");

    player.keys(&["bracketright"; 30], Duration::from_millis(20));
    player.wait_for("the loss that is chosen", Screen::loses_on_purpose);
    player.wait_for("packets that are lost", Screen::has_lost);
    // More often than the other: below 0 % it does not go.
    player.keys(&["bracketleft"; 32], Duration::from_millis(20));
    let good = player.wait_for("a good network again", |screen| !screen.loses_on_purpose());
    assert!(good.has_lost(), "the figures stay");
    player.keys(&["bracketright"], Duration::ZERO);
    player.wait_for("a step from 0 %, not from less", Screen::loses_on_purpose);

    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    let printed = fs::read_to_string(printed.path()).unwrap();
    let lost = printed.lines().find_map(|line| line.strip_prefix("packets lost: ")).unwrap();
    assert!(lost.parse::<u64>().unwrap() > 0, "{printed}");
}

fn another_servers_network_is_its_own() {
    let (server, desktop) = start();
    let mut player = Player::start(&desktop, server.port(), "movie.Mjpeg", &["--play"]);
    player.wait_for("a frame", |screen| screen.frame_number() > 0);
    player.keys(&["bracketright"; 30], Duration::from_millis(20));
    // Keys are taken in their order.
    player.key("l");
    let screen = player.wait_for("the log", |screen| screen.panel() == Some(Panel::RtspLog));
    let next = screen.frame_number() + 40;
    let screen = player.wait_for("two seconds more", |screen| screen.frame_number() > next);
    assert!(!screen.loses_on_purpose() && !screen.has_lost());
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
}

fn points_change_the_playout_buffer_while_it_plays() {
    let desktop = Desktop::start();
    let printed = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new(program("client_launcher"));
    command.current_dir(folder()).stdout(File::create(printed.path()).unwrap());
    let mut player = Player::run(&desktop, &mut command);
    player.wait_for("a frame", |screen| screen.frame_number() > 5);
    player.keys(&["comma", "period", "period", "period", "period", "comma"], Duration::ZERO);
    let next = player.screen().frame_number() + 20;
    player.wait_for("a second more", |screen| screen.frame_number() > next);
    player.key("t");
    assert_eq!(player.exit_code(), Some(0));
    let printed = fs::read_to_string(printed.path()).unwrap();
    assert!(printed.contains("\nbuffer: 300 ms\n"), "{printed}");
}
