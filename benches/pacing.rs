//! How fast the server answers and how evenly it sends: `cargo bench --bench pacing`, a minute.
//!
//! The release server plays the project's movie to one raw client of the lab on this machine. What
//! the machine itself can do is measured in the same run: a bare thread that sleeps to absolute
//! deadlines sends the same frames to the same client.

#![allow(clippy::print_stdout, reason = "the figures are the purpose")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "without a server there is no figure"
)]

use std::net::{Ipv4Addr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use common::movies::real_frames;
use common::programs::project;
use common::raw_client::RawClient;
use common::server_process::ServerProcess;

#[path = "../tests/common/mod.rs"]
mod common;

const DIALOGUES: usize = 200;
const PLAYS: usize = 100;
const FRAME_INTERVAL: Duration = Duration::from_millis(50);

fn main() {
    let folder = project();
    let server = ServerProcess::start(folder, &["--bind", "127.0.0.1"]);
    let (setups, plays) = reply_times(&server);
    let first_packets = first_packet_times(&server);
    println!("                                    p50       p99       max");
    let [setup, ..] = print_row(&format!("reply to SETUP, {DIALOGUES} times"), setups);
    let [play, ..] = print_row(&format!("reply to PLAY, {DIALOGUES} times"), plays);
    let [packet, ..] = print_row(&format!("PLAY reply to packet, {PLAYS} times"), first_packets);

    let frames = real_frames();
    let played = Arrivals::received(&RawClient::playing(server.address()), frames.len());
    let bare = bare_thread(&server, frames);
    let server_delays = print_row("server, behind the 50 ms grid", played.delays());
    let bare_delays = print_row("bare thread, behind the grid", bare.delays());
    let [p50, p99, max] = [0, 1, 2].map(|index| server_delays[index] / bare_delays[index]);
    println!("{:<32} {p50:>6.2}    {p99:>6.2}    {max:>6.2}", "server / bare thread");
    let rate = played.print("server");
    bare.print("bare thread");

    // Limits so wide that only a fault exceeds them, not a busy machine.
    assert!((19.8..20.2).contains(&rate), "20 frames a second by absolute deadlines");
    assert!(setup < 5.0 && play < 5.0, "a reply within 5 ms, as a rule");
    assert!(packet < 5.0, "the first packet within 5 ms of the reply to PLAY, as a rule");
}

/// How long SETUP and PLAY wait for their replies, each time in a connection of its own.
fn reply_times(server: &ServerProcess) -> (Vec<Duration>, Vec<Duration>) {
    let dialogue = || {
        let mut client = RawClient::connect(server.address());
        let (setup, reply) = timed_request(&mut client, "SETUP");
        client.session_opened(&reply);
        let (play, reply) = timed_request(&mut client, "PLAY");
        assert_eq!(reply, client.reply_with("200 OK"), "the reply to PLAY");
        client.granted("TEARDOWN");
        (setup, play)
    };
    (0..DIALOGUES).map(|_| dialogue()).unzip()
}

fn timed_request(client: &mut RawClient, method: &str) -> (Duration, String) {
    let request = client.request(method);
    let length = format!("RTSP/1.0 200 OK\nCSeq: {}\nSession: 571600\n", client.cseq).len();
    let start = Instant::now();
    client.send(request);
    let reply = client.read_text(length);
    (start.elapsed(), reply)
}

/// How long after the reply to PLAY the first packet comes.
fn first_packet_times(server: &ServerProcess) -> Vec<Duration> {
    let mut client = RawClient::ready(server.address());
    let mut play = || {
        timed_request(&mut client, "PLAY");
        let start = Instant::now();
        client.packet();
        let time = start.elapsed();
        client.granted("PAUSE");
        client.waiting_packets();
        time
    };
    (0..PLAYS).map(|_| play()).collect()
}

/// Sends the frames as simply as possible: the delays that remain are the machine's.
fn bare_thread(server: &ServerProcess, frames: Vec<Vec<u8>>) -> Arrivals {
    let client = RawClient::connect(server.address());
    let (port, count) = (client.rtp_port(), frames.len());
    let sender = thread::spawn(move || {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut due = Instant::now();
        for (number, frame) in (1_u16..).zip(frames) {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let [high, low] = number.to_be_bytes();
            let datagram = [&[0x80, 26, high, low, 0, 0, 0, 0, 0, 0, 0, 0], frame.as_slice()];
            socket.send_to(&datagram.concat(), (Ipv4Addr::LOCALHOST, port)).unwrap();
            due += FRAME_INTERVAL;
        }
    });
    let received = Arrivals::received(&client, count);
    sender.join().unwrap();
    received
}

/// When each frame of a movie came, and its number.
struct Arrivals(Vec<(u16, Instant)>);

impl Arrivals {
    /// Receives packets up to the last frame's.
    fn received(client: &RawClient, frames: usize) -> Self {
        let mut arrivals: Vec<(u16, Instant)> = Vec::new();
        while arrivals.last().is_none_or(|(number, _)| usize::from(*number) < frames) {
            arrivals.push((client.packet().sequence_number, Instant::now()));
        }
        Self(arrivals)
    }

    /// How late each frame came by the 50 ms grid through the earliest one.
    fn delays(&self) -> Vec<Duration> {
        let (_, start) = self.0[0];
        let grid = |number: u16| FRAME_INTERVAL * u32::from(number);
        // An hour is added so that no difference is negative.
        let offset = |&(number, at): &(u16, Instant)| {
            (Duration::from_secs(3600) + at.duration_since(start)).saturating_sub(grid(number))
        };
        let earliest = self.0.iter().map(offset).min().unwrap_or_default();
        self.0.iter().map(|arrival| offset(arrival).saturating_sub(earliest)).collect()
    }

    /// Prints the rate in frames a second, and returns it.
    fn print(&self, sender: &str) -> f64 {
        let ((first, start), (last, end)) = (self.0[0], self.0[self.0.len() - 1]);
        let seconds = end.duration_since(start).as_secs_f64();
        let rate = f64::from(last - first) / seconds;
        let frames = self.0.len();
        println!("{sender}: {frames} frames in {seconds:.3} s, {rate:.2} frames a second");
        rate
    }
}

/// Prints the median, the 99th percentile and the maximum, in milliseconds, and returns them.
fn print_row(what: &str, mut times: Vec<Duration>) -> [f64; 3] {
    times.sort();
    let last = times.len() - 1;
    let figures = [last / 2, last * 99 / 100, last].map(|index| times[index].as_secs_f64() * 1e3);
    let [p50, p99, max] = figures;
    println!("{what:<32} {p50:>6.3} ms {p99:>6.3} ms {max:>6.3} ms");
    figures
}
