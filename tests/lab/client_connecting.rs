//! The client while it connects: it listens to its user, however long the server takes.

#![cfg(target_os = "linux")]

use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use crate::client_common::MOVIE;
use crate::client_common::connecting::{TRIES, looks_at_its_user, play_waits_for_no_connection};
use crate::client_common::full_queue::FullQueue;
use crate::client_common::program::{rtp_port, run_client};
use crate::client_common::scripted_server::ScriptedServer;
use crate::client_common::stage::{Stage, TURN, client_of};
use rtsp_lab::client::{Client, ClientEvent, Player};
use rtsp_lab::rtsp::State;

#[test]
fn while_a_server_does_not_answer_the_client_looks_at_its_user() {
    looks_at_its_user(|port| client_of(port, 0));
}

#[test]
fn play_in_init_waits_for_no_connection_and_is_not_forgotten() {
    play_waits_for_no_connection(|port| client_of(port, 0));
}

#[test]
fn what_is_pressed_while_it_connects_is_done_in_order() {
    let mut server = ScriptedServer::start();
    let (mut client, events) = client_of(server.port(), 0);
    // The connection may be there at once; only `wait` notices.
    client.setup_movie();
    client.play_movie();
    client.pause_movie();
    assert!(client.is_connecting() && events.borrow().is_empty());
    let serving = thread::spawn(move || {
        server.grants("SETUP");
        server.grants("PLAY");
        server.grants("PAUSE");
        server
    });
    while client.is_waiting() {
        client.wait(TURN);
    }
    assert_eq!((client.state(), client.message()), (State::Ready, None));
    let events = events.borrow();
    assert!(
        matches!(events.as_slice(), [ClientEvent::Connected(_), ClientEvent::Sent(_), ..]),
        "{events:?}"
    );
    serving.join().unwrap();
}

#[test]
fn a_taken_rtp_port_is_told_once_although_play_was_pressed_too() {
    let occupant = UdpSocket::bind("0.0.0.0:0").unwrap();
    let server = ScriptedServer::start();
    let (mut client, events) = client_of(server.port(), occupant.local_addr().unwrap().port());
    client.setup_movie();
    client.play_movie();
    while client.is_waiting() {
        client.wait(TURN);
    }
    assert!(!client.wait(Duration::ZERO), "nothing follows");
    let events = events.borrow();
    assert!(
        matches!(events.as_slice(), [ClientEvent::Connected(_), ClientEvent::Told(_)]),
        "{events:?}"
    );
}

#[test]
fn whoever_leaves_while_it_connects_is_gone_and_the_connection_is_not_taken_up_later() {
    let mut stage = Stage::new();
    stage.client.setup_movie();
    stage.client.play_movie();
    // The first connection is there now, but the client has not been told.
    stage.server.accept();
    assert!(stage.client.is_connecting());
    stage.client.exit_client();
    assert!(stage.client.is_torn_down() && !stage.client.is_waiting());
    stage.client.setup_movie();
    let mut server = std::mem::replace(&mut stage.server, ScriptedServer::start());
    let serving = thread::spawn(move || {
        assert_eq!(server.rest(), "", "the first one is closed, and nothing was sent there");
        server.grants("SETUP");
        server
    });
    stage.until("READY", |client| client.state() == State::Ready);
    stage.server = serving.join().unwrap();
    assert!(!stage.client.is_torn_down() && !stage.client.is_waiting(), "PLAY was given up, too");
    stage.play();
    stage.teardown();
}

#[test]
fn a_connection_that_nobody_waits_for_any_more_is_closed() {
    let mut server = ScriptedServer::start();
    let (mut client, _) = client_of(server.port(), 0);
    client.setup_movie();
    server.accept();
    drop(client);
    assert_eq!(server.rest(), "");
}

#[test]
fn a_connection_that_was_given_up_is_closed_when_it_is_there() {
    let mut server = ScriptedServer::start();
    let (mut client, events) = client_of(server.port(), 0);
    client.setup_movie();
    server.accept();
    client.exit_client();
    let serving = thread::spawn(move || server.rest());
    while !serving.is_finished() {
        client.wait(TURN);
    }
    assert_eq!(serving.join().unwrap(), "");
    assert_eq!((client.state(), client.is_waiting()), (State::Init, false));
    assert_eq!(events.borrow().as_slice(), []);
}

/// Whether it is let in after `leave`, which shows that `leave` did not wait for the system to give
/// up.
fn is_let_in_after(leave: fn(Client)) -> bool {
    let server = FullQueue::start();
    let (mut client, _) = client_of(server.port(), 0);
    client.setup_movie();
    server.until_somebody_tries();
    leave(client);
    let left_behind = server.lets_in();
    assert!(left_behind.is_none_or(|bytes| bytes == 0), "{left_behind:?} bytes");
    left_behind.is_some()
}

#[test]
fn to_leave_waits_for_no_server() {
    let ways: [fn(Client); 2] = [drop, |mut client| client.exit_client()];
    for leave in ways {
        assert!((0..TRIES).any(|_| is_let_in_after(leave)), "it has waited {TRIES} times");
    }
}

#[test]
fn without_a_window_it_is_told_once_and_the_code_is_1() {
    let server = FullQueue::start();
    let port = server.port().to_string();
    let ended = run_client(&["--headless", "127.0.0.1", &port, &rtp_port(), MOVIE]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.output.matches("Connection failed: ").count(), 1, "{ended:?}");
    assert_eq!(ended.output.matches("connected to").count(), 0, "{ended:?}");
}
