//! Clients that ask, one after the other, and keep their connections.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use super::common::LIMIT;
use super::common::movies::MOVIE;

/// What the clients speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Lab,
    Standard,
}

/// A client whose movie plays, and how long it had to wait.
pub(crate) struct Session {
    pub(crate) setup: Duration,
    pub(crate) play: Duration,
    /// When PLAY was sent.
    pub(crate) asked_to_play: Instant,
    /// Closing it ends the session.
    _connection: TcpStream,
}

/// Opens a session for each port, in steps that spread the frames of all evenly.
pub(crate) fn open(
    server: SocketAddr,
    dialect: Dialect,
    ports: &[u16],
    reports: &UdpSocket,
) -> Vec<Session> {
    let reports = reports.local_addr().unwrap().port();
    let (mut due, mut sessions) = (Instant::now(), Vec::new());
    for &port in ports {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        due += PACE;
        sessions.push(match dialect {
            Dialect::Lab => lab(server, port),
            Dialect::Standard => standard(server, port, reports),
        });
    }
    sessions
}

fn lab(server: SocketAddr, port: u16) -> Session {
    let mut connection = connect(server);
    let request =
        format!("SETUP {MOVIE} RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= {port}\n");
    let (setup, reply) = ask(&mut connection, &request, is_lab_reply);
    let session = reply.trim_end().rsplit(' ').next().unwrap();
    let request = format!("PLAY {MOVIE} RTSP/1.0\nCSeq: 2\nSession: {session}\n");
    let asked_to_play = Instant::now();
    let (play, _) = ask(&mut connection, &request, is_lab_reply);
    Session { setup, play, asked_to_play, _connection: connection }
}

fn standard(server: SocketAddr, port: u16, reports: u16) -> Session {
    let mut connection = connect(server);
    let url = format!("rtsp://{server}/{MOVIE}");
    let request = format!(
        "SETUP {url}/track1 RTSP/1.0\r\nCSeq: 1\r\n\
         Transport: RTP/AVP;unicast;client_port={port}-{reports}\r\n\r\n"
    );
    let (setup, reply) = ask(&mut connection, &request, is_standard_reply);
    let session = reply.lines().find_map(|line| line.strip_prefix("Session: ")).unwrap();
    let session = session.split(';').next().unwrap();
    let request = format!("PLAY {url} RTSP/1.0\r\nCSeq: 2\r\nSession: {session}\r\n\r\n");
    let asked_to_play = Instant::now();
    let (play, _) = ask(&mut connection, &request, is_standard_reply);
    Session { setup, play, asked_to_play, _connection: connection }
}

pub(crate) fn connect(server: SocketAddr) -> TcpStream {
    let connection = TcpStream::connect_timeout(&server, LIMIT).expect("connect to the server");
    connection.set_nodelay(true).unwrap();
    connection.set_read_timeout(Some(LIMIT)).unwrap();
    connection
}

/// Sends a request and waits for its whole reply, which must grant it.
pub(crate) fn ask(
    connection: &mut TcpStream,
    request: &str,
    is_whole: fn(&str) -> bool,
) -> (Duration, String) {
    let start = Instant::now();
    connection.write_all(request.as_bytes()).expect("ask the server");
    let (mut reply, mut bytes) = (String::new(), [0; 1024]);
    while !is_whole(&reply) {
        let count = connection.read(&mut bytes).expect("a reply");
        assert!(count > 0, "the server has closed the connection after {reply:?}");
        reply.push_str(std::str::from_utf8(&bytes[..count]).expect("text"));
    }
    let time = start.elapsed();
    assert!(reply.starts_with("RTSP/1.0 200 OK"), "{reply:?} to {request:?}");
    (time, reply)
}

pub(crate) fn is_lab_reply(text: &str) -> bool {
    text.matches('\n').count() == 3
}

fn is_standard_reply(text: &str) -> bool {
    text.ends_with("\r\n\r\n")
}

/// From one session to the next: 0.618 frame intervals by 16, so that no two begin a frame at the
/// same moment for long.
pub(crate) const PACE: Duration = Duration::from_micros(1_931);
