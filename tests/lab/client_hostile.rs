//! The client against a server, or strangers, that mean it harm: floods, bombs, silence.
//!
//! It stays small (200 MB), goes on with what is valid, and says what is wrong.

#![cfg(target_os = "linux")]

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use crate::client_common::jpeg::{colour, frame, jpeg};
use crate::client_common::program::{Program, client_command, rtp_port};
use crate::client_common::rtp::{marked, packet};
use crate::client_common::scripted_server::ScriptedServer;
use crate::client_common::stage::{Stage, TURN, client_of};
use crate::client_common::{LIMIT, MOVIE};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rtsp_lab::client::{Client, ClientEvent, Player};
use rtsp_lab::rtsp::State;

const MOST_KILOBYTES: usize = 200_000;

/// A reply that nobody has asked for.
const UNASKED: &[u8] = b"RTSP/1.0 200 OK\nCSeq: 99\nSession: 123456\n";

#[test]
fn replies_that_nobody_reads_end_the_connection_before_they_fill_the_memory() {
    let mut stage = Stage::playing();
    // The client does nothing now, as if its window were held; its thread reads on.
    let mut connection = stage.server.connection();
    connection.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
    let mut written = 0_usize;
    while connection.write_all(UNASKED).is_ok() {
        written += UNASKED.len();
        assert!(written < 64 << 20, "{written} bytes are kept");
    }
    stage.until("INIT", |client| client.state() == State::Init);
    let told = stage.client.message().unwrap();
    assert!(told.text.contains("more messages came than can be read"), "{told}");
    stage.server.closes();
    stage.server.cseq = 2;
    stage.setup();
    stage.play();
    stage.sends_a_frame();
    stage.teardown();
}

fn messages(events: &Rc<RefCell<Vec<ClientEvent>>>) -> usize {
    let is_message = |event: &&ClientEvent| matches!(event, ClientEvent::Received(_));
    events.borrow().iter().filter(is_message).count()
}

#[test]
fn between_many_replies_there_are_turns_for_keys() {
    let mut server = ScriptedServer::start();
    let (mut client, events) = client_of(server.port(), 0);
    client.setup_movie();
    while client.is_connecting() {
        client.wait(TURN);
    }
    server.grants("SETUP");
    server.says(UNASKED.repeat(200));
    // So that all of it waits; on a machine that is too slow for that, the test proves nothing.
    thread::sleep(Duration::from_millis(500));
    let start = Instant::now();
    let (mut turns, mut most) = (0, 0);
    while messages(&events) < 201 {
        let before = messages(&events);
        client.wait(TURN);
        most = most.max(messages(&events) - before);
        turns += 1;
        assert!(start.elapsed() < LIMIT, "{} messages", messages(&events));
    }
    assert!(most <= 64, "{most} messages in one of {turns} turns");
    assert_eq!(client.state(), State::Ready, "the reply among them is taken");
}

#[test]
fn packets_of_strangers_are_counted_and_not_shown() {
    let mut stage = Stage::playing();
    for number in 1..=20 {
        for stranger in 0..20 {
            stage.server.strangers_send(&packet(number + stranger, &frame(99)));
        }
        stage.sends(&packet(number, &frame(number)), number.into());
        stage.until_shown(number.into());
        stage.assert_shows(colour(number));
    }
    stage
        .until("the strangers' packets", |client| client.statistics().0.reception.strangers == 400);
    stage.pause();
    assert_eq!(stage.counts(), (20, 0, 0));
    let summary = stage.client.statistics();
    let summary = summary.0.summary(summary.1).to_string();
    assert!(summary.contains("packets from strangers: 400\n"), "{summary}");
    stage.until_ignored(1);
    stage.teardown();
}

#[test]
fn when_only_strangers_send_the_user_is_told_so() {
    let mut stage = Stage::playing();
    stage.server.strangers_send(&packet(1, &frame(1)));
    let text = stage.message("RTP comes from 127.0.0.2");
    assert!(text.contains("The server is 127.0.0.1"), "{text}");
    stage.until_ignored(1);
    // A lab's server sends from any port of its own.
    stage.sends(&packet(1, &frame(1)), 1);
    stage.until_shown(1);
    stage.teardown();
}

/// A flat picture, in as few bytes as can be.
fn flat(width: u16, height: u16, colours: ColorType, progressive: bool) -> Vec<u8> {
    let channels = [ColorType::Luma, ColorType::Rgb, ColorType::Cmyk];
    let channels = [1, 3, 4][channels.iter().position(|other| *other == colours).unwrap()];
    let bytes = usize::from(width) * usize::from(height) * channels;
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 30);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.set_progressive(progressive);
    encoder.encode(&vec![77; bytes], width, height, colours).unwrap();
    jpeg
}

/// The same with a header that announces another size.
fn bomb(mut jpeg: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
    let sof = jpeg.windows(2).position(|at| at == [0xFF, 0xC0] || at == [0xFF, 0xC2]).unwrap();
    jpeg[sof + 5..sof + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[sof + 7..sof + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

/// A large progressive picture whose last scan comes 3,000 times: a decoder goes over all of it for each.
fn of_many_scans() -> Vec<u8> {
    let jpeg = bomb(flat(64, 64, ColorType::Rgb, true), 3840, 2160);
    let last = jpeg.windows(2).rposition(|at| at == [0xFF, 0xDA]).unwrap();
    let (head, scan) = jpeg[..jpeg.len() - 2].split_at(last);
    [head, &scan.repeat(3000), b"\xFF\xD9"].concat()
}

/// Every kind of picture that takes much memory, or much time.
fn bombs() -> Vec<Vec<u8>> {
    let mut bombs = Vec::new();
    for progressive in [false, true] {
        for colours in [ColorType::Luma, ColorType::Rgb, ColorType::Cmyk] {
            let small = flat(64, 64, colours, progressive);
            for (width, height) in
                [(65_500, 65_500), (65_535, 129), (1, 65_535), (0, 0), (5760, 5760)]
            {
                bombs.push(bomb(small.clone(), width, height));
            }
            bombs.push(flat(3840, 2160, colours, progressive));
        }
    }
    bombs.extend(vec![of_many_scans(); 9]);
    bombs
}

/// The packets of a frame, as many as it needs.
fn packets(first: u16, jpeg: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = (first..).zip(jpeg.chunks(60_000)).peekable();
    let mut packets = Vec::new();
    while let Some((number, piece)) = pieces.next() {
        let make = if pieces.peek().is_none() { marked } else { packet };
        packets.push(make(number, piece));
    }
    packets
}

#[test]
fn bombs_and_sizes_that_change_with_every_frame_take_no_more_than_200_mb() {
    let sizes = (1..60).map(|number| jpeg(16 * number, 16 * (60 - number), colour(number)));
    let frames: Vec<_> = bombs().into_iter().chain(sizes).collect();
    let mut server = ScriptedServer::start();
    let (port, rtp) = (server.port().to_string(), rtp_port());
    let words = ["--headless", "--quiet", "127.0.0.1", &port, &rtp, MOVIE];
    let program = Program::start(&mut client_command(&words));
    server.grants("SETUP");
    server.grants("PLAY");
    let mut next = 1;
    for frame in frames {
        for packet in packets(next, &frame) {
            server.sends(&packet);
            next = next.wrapping_add(1);
            // As fast as a movie of large frames; more would only fill the system's buffer.
            thread::sleep(Duration::from_millis(2));
        }
    }
    // Two seconds: a busy machine leaves many of them out, but not most.
    for _ in 0..40 {
        server.sends(&packet(next, &frame(next)));
        next = next.wrapping_add(1);
        thread::sleep(Duration::from_millis(50));
    }
    let most = program.most_kilobytes().unwrap();
    println!("the client had {most} kB at most");
    assert!(most < MOST_KILOBYTES, "{most} kB");
    server.grants("TEARDOWN");
    let ended = program.end(LIMIT);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let shown: u32 = ended.figure("frames shown").parse().unwrap();
    println!("{shown} frames shown, {} left out", ended.figure("frames left out"));
    assert!(shown >= 10, "the frames after the bombs are shown: {ended:?}");
}

#[test]
fn floods_of_replies_and_of_packets_take_no_more_than_200_mb() {
    let mut server = ScriptedServer::start();
    let (port, rtp) = (server.port().to_string(), rtp_port());
    let words = ["--headless", "--quiet", "127.0.0.1", &port, &rtp, MOVIE];
    let program = Program::start(&mut client_command(&words));
    server.grants("SETUP");
    server.grants("PLAY");
    let mut connection = server.connection();
    let replies = thread::spawn(move || {
        let (flood, start) = (UNASKED.repeat(1000), Instant::now());
        let mut count = 0_u64;
        while start.elapsed() < FLOOD && connection.write_all(&flood).is_ok() {
            count += 1000;
        }
        count
    });
    let start = Instant::now();
    let (mut datagrams, mut most) = (0_u64, None);
    let junk = [packet(1, &[0xFF; 1400]), vec![0; 60_000], packet(500, b"\xFF\xD8"), Vec::new()];
    // Without packets the client would take the movie to be over before the server goes.
    while start.elapsed() < FLOOD || !replies.is_finished() {
        for datagram in &junk {
            server.sends(datagram);
            server.strangers_send(datagram);
            datagrams += 2;
        }
        most = program.most_kilobytes().or(most);
    }
    let replies = replies.join().unwrap();
    println!("{replies} replies, {datagrams} datagrams: the client had {most:?} kB at most");
    assert!(most.is_none_or(|most| most < MOST_KILOBYTES), "{most:?} kB");
    server.closes();
    let ended = program.end(LIMIT);
    assert_eq!(ended.code, Some(1), "no frame was shown: {ended:?}");
    assert!(ended.errors.contains("Server gone"), "{ended:?}");
}

const FLOOD: Duration = Duration::from_secs(2);

/// What a button of the window calls.
type Button = fn(&mut Client);

/// What the server has answered before it falls silent, and whether it has begun the next answer.
fn falls_silent(answers: usize, begun: bool) {
    let steps: [(&str, Button); 5] = [
        ("SETUP", Client::setup_movie),
        ("PLAY", Client::play_movie),
        ("PAUSE", Client::pause_movie),
        ("DESCRIBE", Client::describe_movie),
        ("TEARDOWN", Client::exit_client),
    ];
    let mut stage = Stage::new();
    for (method, call) in &steps[..answers] {
        stage.press(*call);
        stage.server.grants(method);
        stage.until("the reply", |client| !client.is_waiting());
    }
    let (method, call) = steps[answers];
    stage.press(call);
    stage.server.expects(method);
    if begun {
        stage.server.says("RTSP/1.0 200 ");
    }
    stage.until("patience to end", |client| !client.is_waiting());
    // A user who leaves then can leave, whatever the server does.
    stage.client.exit_client();
    stage.server.closes();
    stage.until("the end", |client| client.state() == State::Init);
    drop(stage.client);
}

#[test]
fn a_server_that_falls_silent_in_any_state_is_told_and_can_be_left() {
    let cases = (0..5).flat_map(|answers| [(answers, false), (answers, true)]);
    let threads: Vec<_> =
        cases.map(|(answers, begun)| thread::spawn(move || falls_silent(answers, begun))).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
