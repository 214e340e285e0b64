//! One client sends as much as it can, and a witness beside it loses no frame.
//!
//! `FLOOD=16 cargo test --release --test long server_floods -- --nocapture --test-threads 1` sends
//! a gigabyte, opens 10,000 connections, and so on; without `FLOOD` it is a sixteenth of that.

use std::env;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::movies::made_movie;
use crate::common::said::say;
use crate::common::server_process::ServerProcess;
use crate::common::witness::Witness;
use crate::harness::tests;

tests![
    requests_without_end_are_answered_at_a_bounded_rate,
    garbage_is_not_kept,
    requests_with_much_after_them_are_not_kept_either,
    connections_that_come_and_go_leave_nothing_behind,
];

/// How many times as much as in a plain test.
fn times() -> usize {
    env::var("FLOOD").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// How much more memory a server may take in a flood than at rest.
const MOST_KILOBYTES: usize = 64 << 10;

/// Runs the flood beside a witness; the server's memory stays bounded, and it is soon as before.
#[track_caller]
fn beside_a_witness(what: &str, flood: impl FnOnce(SocketAddr)) {
    let (folder, _) = made_movie(1);
    let server = ServerProcess::start(folder.path(), &["--setup", "3"]);
    let linux = cfg!(target_os = "linux");
    let rest = if linux { server.kilobytes() } else { 0 };
    let witness = Witness::start(&server, folder.path());
    let begin = Instant::now();
    flood(server.address());
    say(format_args!("{what}: {:.1?}", begin.elapsed()));
    if linux {
        let most = server.most_kilobytes();
        say(format_args!("{what}: {rest} kB before, {most} kB at most"));
        assert!(most <= rest + MOST_KILOBYTES, "{what}: {rest} kB before, {most} kB at most");
    }
    witness.lost_nothing_and_all_is_as_before(&server);
}

/// Sends `piece` again and again, so many bytes at most, until the server closes or the time is
/// over; reads what is answered if that is wanted. How many bytes have left.
fn send(server: SocketAddr, piece: &[u8], bytes: usize, reads: bool) -> usize {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_write_timeout(Some(LONGEST)).unwrap();
    let mut answers = stream.try_clone().unwrap();
    let reading = thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while reads && matches!(answers.read(&mut buffer), Ok(1..)) {}
    });
    let (mut sent, begin) = (0, Instant::now());
    while sent < bytes && begin.elapsed() < LONGEST && stream.write_all(piece).is_ok() {
        sent += piece.len();
    }
    stream.shutdown(Shutdown::Both).ok();
    reading.join().unwrap();
    sent
}

/// So long a flood lasts at most that the server does not end.
const LONGEST: Duration = Duration::from_secs(3);

/// 64 MiB, or a gigabyte with `FLOOD=16`.
fn many_bytes() -> usize {
    times() << 26
}

fn requests_without_end_are_answered_at_a_bounded_rate() {
    let lab = b"OPTIONS movie.Mjpeg RTSP/1.0\nCSeq: 1\nSession: 0\n".as_slice();
    let standard = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n".as_slice();
    for (dialect, request) in [("lab", lab), ("standard", standard)] {
        for (what, reads) in [("read", true), ("unread", false)] {
            beside_a_witness(&format!("{dialect} requests, answers {what}"), |server| {
                let sent = send(server, &request.repeat(50), many_bytes(), reads);
                say(format_args!("{} requests have left", sent / request.len()));
            });
        }
    }
}

fn garbage_is_not_kept() {
    let noise = (0_u32..65_536).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]);
    for (what, piece) in [
        ("zeros", vec![0; 65_536]),
        ("noise", noise.collect()),
        ("line ends", b"\r\n".repeat(4096)),
        ("messages that make no sense", b"x\n\n".repeat(100)),
    ] {
        beside_a_witness(what, |server| {
            let sent = send(server, &piece, many_bytes(), true);
            say(format_args!("{what}: {sent} bytes have left"));
        });
    }
}

fn requests_with_much_after_them_are_not_kept_either() {
    let lab = b"SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n";
    let standard = b"GET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 60000\r\n\r\n";
    for (what, request, after) in [
        ("header lines", lab.as_slice(), b"X: y\n".repeat(13_000)),
        ("a line without an end", lab, vec![b'x'; 65_536]),
        ("bodies", standard, vec![b'x'; 60_000]),
        ("packets", standard, [vec![b'x'; 60_000], b"$\0\xFF\xFF".repeat(20_000)].concat()),
    ] {
        beside_a_witness(what, |server| {
            let sent = send(server, &[request, &after].concat(), many_bytes(), true);
            say(format_args!("{what}: {sent} bytes have left"));
        });
    }
}

fn connections_that_come_and_go_leave_nothing_behind() {
    let request = b"OPTIONS movie.Mjpeg RTSP/1.0\nCSeq: 1\nSession: 0\n";
    beside_a_witness("connections", |server| {
        for number in 0..625 * times() {
            let mut stream = TcpStream::connect(server).unwrap();
            match number % 3 {
                // A close before the answer, one with the answer unread (a reset), one in silence.
                0 => stream.write_all(request).unwrap(),
                1 => {
                    stream.write_all(request).unwrap();
                    stream.peek(&mut [0]).unwrap();
                }
                _ => {}
            }
        }
    });
}
