//! The report's non-functional requirements, each measured: `cargo bench --bench requirements`, a
//! minute and a half.
//!
//! The release programs run on this machine, over loopback. `docs/numbers.md` shows what was
//! printed.

#![allow(clippy::print_stdout, reason = "the figures are the purpose")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "without a server there is no figure"
)]

use std::time::{Duration, Instant};

use client_common::program::{Ended, Program, client_command, rtp_port};
use client_common::rtp::packet;
use client_common::stage::{Stage, TURN};
use common::movies::{MOVIE, folder_with, lab_format, real_frames};
use common::programs::project;
use common::raw_client::RawClient;
use common::server_process::ServerProcess;
use rtsp_lab::client::Player;

#[path = "../tests/client_common/mod.rs"]
mod client_common;
#[path = "../tests/common/mod.rs"]
mod common;

const DIALOGUES: usize = 200;
const TRANSFERS: u16 = 200;
const FRAMES: usize = 40;
const CLIENTS: usize = 10;
const METHODS: [&str; 5] = ["SETUP", "PLAY", "PAUSE", "DESCRIBE", "TEARDOWN"];
/// What the report asks for, in milliseconds and in percent.
const REPLY_LIMIT: f64 = 50.0;
const TRANSFER_LIMIT: f64 = 500.0;
const LOSS_LIMIT: f64 = 0.1;
/// The whole movie takes 25 s, and its end is seen after 2 s more.
const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    println!("                                            p50       p99       max   the report");
    let replies = reply_times();
    let slowest = replies.iter().map(|row| row[0]).fold(0.0, f64::max);
    let transfers = [12_000, 20_000, 65_495].map(transfer_times);
    let slowest_transfer = transfers.iter().map(|row| row[0]).fold(0.0, f64::max);
    println!("\n{:<52} shown    lost", "frames, of 40 sent");
    let shown = frames_of_every_size();
    let lost = loss();

    // Limits so wide that only a fault exceeds them, not a busy machine.
    assert!(slowest < REPLY_LIMIT, "a reply within the report's 50 ms, as a rule");
    assert!(slowest_transfer < TRANSFER_LIMIT, "a frame within the report's 0.5 s, as a rule");
    assert!(shown > 6 * FRAMES / 2, "most frames of every size are shown");
    assert!(lost < 10.0 * LOSS_LIMIT, "hardly a packet is lost on loopback");
}

/// From before a request is written until its reply has been read, each time in a connection of its
/// own.
fn reply_times() -> Vec<[f64; 3]> {
    let server = ServerProcess::start(project(), &["--bind", "127.0.0.1"]);
    let mut times = METHODS.map(|_| Vec::new());
    for _ in 0..DIALOGUES {
        let mut client = RawClient::connect(server.address());
        for (method, times) in METHODS.iter().zip(&mut times) {
            let request = client.request(method);
            let start = Instant::now();
            client.send(request);
            let reply = client.reply();
            times.push(start.elapsed());
            match *method {
                "SETUP" => client.session_opened(&reply),
                "DESCRIBE" => drop(client.read_text(description_length(&server))),
                _ => {}
            }
        }
    }
    let rows = METHODS.iter().zip(times);
    rows.map(|(method, times)| {
        print_row(&format!("reply to {method}, {DIALOGUES} times"), times, "< 50 ms")
    })
    .collect()
}

fn description_length(server: &ServerProcess) -> usize {
    let body = format!("m=video {} RTP/AVP 26", server.port()).len() + 2 + 5 + 27 + 33;
    let head = "\nSession Description: \n\nContent-Base: movie.Mjpeg\r\n\
                Content-Type: application/sdp\r\nContent-Length: \r\n";
    head.len() + body.to_string().len() + body
}

/// From before a frame is written to the socket until the client has its decoded picture.
fn transfer_times(size: usize) -> [f64; 3] {
    let frames = real_frames();
    let mut stage = Stage::playing();
    let mut times = Vec::new();
    for (number, frame) in (1..=TRANSFERS).zip(frames.iter().cycle()) {
        let datagram = packet(number, &of_size(frame, size));
        let start = Instant::now();
        stage.server.sends(&datagram);
        while stage.client.statistics().0.frames_shown < u64::from(number) {
            assert!(start.elapsed() < LIMIT, "a frame of {size} bytes is not shown");
            stage.client.wait(TURN);
        }
        times.push(start.elapsed());
    }
    print_row(&format!("{size} bytes to picture, {TRANSFERS} times"), times, "<= 500 ms")
}

/// Prints how many frames of movies of all kinds are shown; returns their number.
fn frames_of_every_size() -> usize {
    let fragment = ["--fragment", "1400"];
    let sizes = [
        (12_000, &[][..], true),
        (12_000, &[][..], false),
        (20_000, &[], true),
        (65_495, &[], true),
        (99_999, &fragment, true),
        (400_000, &fragment, false),
    ];
    let shown = |(size, options, is_labs): (usize, &[&str], bool)| {
        let frames = real_frames();
        let frames: Vec<_> = frames.iter().take(FRAMES).map(|frame| of_size(frame, size)).collect();
        let movie = if is_labs { lab_format(&frames) } else { frames.concat() };
        let folder = folder_with(&movie);
        let server = ServerProcess::start(folder.path(), options);
        let ended = watched(&server).end(LIMIT);
        let kind = if is_labs { "the lab's file" } else { "plain MJPEG" };
        let what = format!("{size} bytes, {kind} {}", options.join(" "));
        let shown = ended.figure("frames shown");
        println!("{what:<52} {shown:>5} {:>7}", ended.figure("packets lost"));
        shown.parse::<usize>().unwrap()
    };
    sizes.map(shown).iter().sum()
}

/// Prints and returns the share of packets that are lost of whole movies, in percent.
fn loss() -> f64 {
    let server = ServerProcess::start(project(), &["--bind", "127.0.0.1"]);
    let clients: Vec<_> = (0..CLIENTS).map(|_| watched(&server)).collect();
    let ended: Vec<_> = clients.into_iter().map(|client| client.end(LIMIT)).collect();
    let sum = |name| -> u32 {
        ended.iter().map(|ended: &Ended| ended.figure(name).parse::<u32>().unwrap()).sum()
    };
    let (received, lost) = (sum("packets received"), sum("packets lost"));
    let percent = 100.0 * f64::from(lost) / f64::from(received);
    println!("\n{CLIENTS} clients at once: {received} packets, {lost} lost");
    println!("{:<58} {percent:>5.3} %   < 0.1 %", "loss rate");
    percent
}

/// A client without a window that plays from that server.
fn watched(server: &ServerProcess) -> Program {
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let words = ["--headless", "--quiet", "127.0.0.1", &port, &rtp_port, MOVIE];
    Program::start(&mut client_command(&words))
}

/// The JPEG, made that large by comments, which do not change its picture.
fn of_size(jpeg: &[u8], size: usize) -> Vec<u8> {
    let mut missing = size.saturating_sub(jpeg.len());
    let (start, rest) = jpeg.split_at(2);
    let mut frame = start.to_vec();
    while missing > 0 {
        // A comment has at least a marker and a length.
        let whole = missing.clamp(4, 65_000);
        let whole = if missing - whole < 4 && missing > whole { whole - 4 } else { whole };
        let [high, low] = u16::try_from(whole - 2).unwrap().to_be_bytes();
        frame.extend([0xFF, 0xFE, high, low]);
        frame.resize(frame.len() + whole - 4, b' ');
        missing = missing.saturating_sub(whole);
    }
    frame.extend(rest);
    frame
}

/// Prints the median, the 99th percentile and the maximum, in milliseconds, and returns them.
fn print_row(what: &str, mut times: Vec<Duration>, limit: &str) -> [f64; 3] {
    times.sort();
    let last = times.len() - 1;
    let figures = [last / 2, last * 99 / 100, last].map(|index| times[index].as_secs_f64() * 1e3);
    let [p50, p99, max] = figures;
    println!("{what:<38} {p50:>6.3} ms {p99:>6.3} ms {max:>6.3} ms   {limit}");
    figures
}
