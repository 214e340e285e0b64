//! Servers of which nothing comes that could be looked at.

use super::has;
use super::sender::{MOVIE as FRAMES, header, with};
use super::table::SILENCES;
use crate::client_common::program::{Ended, Program, client_command, rtp_port};
use crate::client_common::scripted_server::ScriptedServer;
use crate::client_common::{LIMIT, MOVIE};

/// The client after SETUP, and its server.
fn set_up() -> (Program, ScriptedServer) {
    let mut server = ScriptedServer::start();
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let words = ["--headless", "127.0.0.1", &port, &rtp_port, MOVIE];
    let client = Program::start(&mut client_command(&words));
    server.grants("SETUP");
    (client, server)
}

/// Asserts that the client says what the table has for the server that does so, and nothing else.
#[track_caller]
fn assert_said(name: &str, (ended, port): (Ended, u16)) {
    let (_, says) = SILENCES.iter().find(|(row, _)| *row == name).unwrap();
    let says = says.replace("5008", &port.to_string());
    assert!(has(&ended.output, &says), "{says} in {ended:?}");
    assert_eq!(ended.code, Some(1), "{ended:?}");
}

fn packet(number: u16) -> Vec<u8> {
    with(&header(0x80, number), &FRAMES[0])
}

#[test]
fn nothing() {
    let (client, mut server) = set_up();
    server.grants("PLAY");
    server.grants("TEARDOWN");
    assert_said("nothing is sent", (client.end(LIMIT), server.client_port));
}

#[test]
fn on_the_rtsp_connection() {
    let (client, mut server) = set_up();
    server.expects("PLAY");
    let reply = server.reply("200 OK");
    server.says([reply.as_bytes(), &packet(1)].concat());
    for number in 2..10 {
        server.says(packet(number));
    }
    server.grants("TEARDOWN");
    let ended = client.end(LIMIT);
    assert!(ended.output.len() < 4000, "no binary in the console: {ended:?}");
    let name = "RTP is sent on the RTSP connection, right after the reply";
    assert_said(name, (ended, server.client_port));
}

#[test]
fn without_a_reply() {
    let (client, mut server) = set_up();
    server.expects("PLAY");
    for number in 1..10 {
        server.sends(&packet(number));
    }
    let (ended, port) = (client.end(LIMIT), server.client_port);
    assert_said("RTP is sent, and no reply to PLAY", (ended, port));
}

#[test]
fn from_another_address() {
    let (client, mut server) = set_up();
    server.grants("PLAY");
    for number in 1..10 {
        server.strangers_send(&packet(number));
    }
    server.grants("TEARDOWN");
    assert_said("RTP is sent from another address", (client.end(LIMIT), server.client_port));
}

#[test]
fn before_play() {
    let mut server = ScriptedServer::start();
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let words = ["--headless", "127.0.0.1", &port, &rtp_port, MOVIE];
    let client = Program::start(&mut client_command(&words));
    server.expects("SETUP");
    // They lie at the port when its reply comes.
    for number in 1..10 {
        server.sends(&packet(number));
    }
    server.says(server.reply("200 OK"));
    server.grants("PLAY");
    server.grants("TEARDOWN");
    let name = "RTP is sent after SETUP, and no more after PLAY";
    assert_said(name, (client.end(LIMIT), server.client_port));
}

#[test]
fn closed() {
    let (client, mut server) = set_up();
    server.grants("PLAY");
    server.closes();
    let name = "the server ends after its reply to PLAY";
    assert_said(name, (client.end(LIMIT), server.client_port));
}
