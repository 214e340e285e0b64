//! Many clients of the standard dialect at once, and every way in which one of them can end.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::{env, io, thread};

use crate::common::jpeg_pieces::{Frame, Parts, assert_carry};
use crate::common::jpegs::{Kind, PLAIN, jpeg, jpegs};
use crate::common::movies::{folder_with, lab_format};
use crate::common::raw_client::RawClient;
use crate::common::rtp::assert_frames;
use crate::common::server_process::{Killed, ServerProcess, wait_until};
use crate::common::standard_client::StandardClient;

#[test]
fn twenty_clients_of_both_dialects_at_once_lose_no_frame() {
    let jpegs = jpegs(PLAIN, 40);
    let folder = folder_with(&lab_format(&jpegs));
    let server = ServerProcess::start(folder.path(), &[]);
    let (jpegs, address) = (jpegs.as_slice(), server.address());
    thread::scope(|scope| {
        for number in 0..20 {
            scope.spawn(move || match number % 3 {
                0 => {
                    let mut client = RawClient::playing(address);
                    assert_frames(&client.packets(jpegs.len()), jpegs, 1);
                    client.granted("TEARDOWN");
                }
                kind => {
                    let mut client = StandardClient::connect(address);
                    client.granted("OPTIONS", &[]);
                    client.granted("DESCRIBE", &[]);
                    if kind == 1 {
                        client.setup_udp()
                    } else {
                        client.setup_tcp()
                    };
                    client.play(Some("npt=0-"));
                    assert_carry(&client.frames(jpegs.len()), jpegs);
                    client.granted("TEARDOWN", &[]);
                }
            });
        }
    });
}

/// What a client may do in the midst of its movie.
const ENDS: [fn(StandardClient); 8] = [
    |mut client| drop(client.granted("TEARDOWN", &[])),
    |mut client| {
        client.granted("PAUSE", &[]);
    },
    drop,
    // A close with bytes unread is a reset.
    |mut client| {
        let request = client.request("OPTIONS", "*", &[]);
        client.send(request);
        client.wait_for_bytes();
    },
    |mut client| {
        client.shut_down_writing();
        client.assert_closed();
    },
    |mut client| client.send("PLAY rtsp://127.0.0.1/movie.Mj"),
    |mut client| client.send(b"$\0\xFF\xFFhalf a packet"),
    |mut client| {
        client.send("x".repeat(70_000));
        client.assert_closed();
    },
];

#[test]
fn however_a_client_ends_it_disturbs_no_other_and_leaves_nothing_behind() {
    let movie = jpegs(PLAIN, 100);
    let folder = folder_with(&lab_format(&movie));
    std::fs::write(folder.path().join(LONG_MOVIE), lab_format(&jpegs(PLAIN, 1000))).unwrap();
    let mut server = ServerProcess::start(folder.path(), &[]);
    let before = resources(&server);
    let mut witnesses = StandardClient::ready_both(server.address());
    let mut frames = witnesses.each_mut().map(|client| {
        client.play(None);
        client.frames(1)
    });
    let mut addresses = witnesses.each_ref().map(StandardClient::address).to_vec();
    for end in ENDS {
        for client in playing_a_long_movie(server.address()) {
            addresses.push(client.address());
            end(client);
        }
        watch(&mut witnesses, &mut frames, 2);
    }
    addresses.push(kill_a_client(server.address()));
    let rest = movie.len() - frames.each_ref().map(Vec::len)[0];
    watch(&mut witnesses, &mut frames, rest);
    for frames in frames {
        assert_carry(&frames, &movie);
    }
    drop(witnesses);
    for address in addresses {
        server.transcript_of(address);
    }
    assert_idle(&server, before);
}

#[test]
fn clients_that_vanish_leave_nothing_behind() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 400)));
    let mut server = ServerProcess::start(folder.path(), &[]);
    let before = resources(&server);
    let clients: Vec<_> = (0..15)
        .flat_map(|_| StandardClient::ready_both(server.address()))
        .map(|mut client| {
            client.play(None);
            client
        })
        .collect();
    let addresses: Vec<_> = clients.iter().map(StandardClient::address).collect();
    drop(clients);
    for address in addresses {
        server.transcript_of(address);
    }
    assert_idle(&server, before);
}

/// A frame of which twenty a second fill every buffer on the way soon.
fn large_frame() -> Vec<u8> {
    jpeg(Kind { size: (2040, 1400), ..PLAIN }, 1)
}

#[test]
fn who_stops_reading_for_a_while_misses_whole_frames_and_holds_up_nobody() {
    let jpegs = jpegs(PLAIN, 80);
    let folder = folder_with(&lab_format(&jpegs));
    std::fs::write(folder.path().join(LONG_MOVIE), large_frame().repeat(400)).unwrap();
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut slow = StandardClient::of(LONG_MOVIE, server.address());
    slow.setup_tcp();
    slow.play(None);
    let witnesses = StandardClient::ready_both(server.address());
    thread::scope(|scope| {
        for mut witness in witnesses {
            let jpegs = jpegs.as_slice();
            scope.spawn(move || {
                witness.play(None);
                assert_carry(&witness.frames(jpegs.len()), jpegs);
            });
        }
    });
    let expected = Parts::of(&large_frame());
    let mut frames: Vec<Frame> = Vec::new();
    let mut packets = Vec::new();
    let mut gap = false;
    while !gap {
        let (channel, bytes) = slow.interleaved().expect("frames");
        if channel != 0 {
            let report = crate::common::rtcp::SenderReport::read(&bytes);
            assert!(!report.goodbye, "no frame is left out, or those left out have had no time");
            continue;
        }
        packets.push(crate::common::rtp::Packet::read(&bytes));
        if packets.last().is_some_and(|packet| packet.marker) {
            let mut frame = Frame::of(std::mem::take(&mut packets));
            assert!(frame.data == expected.scan, "every frame is whole");
            frame.data.clear();
            if let Some(before) = frames.last() {
                assert_eq!(frame.sequence_number, before.next_number(), "nothing is lost");
                let step = frame.timestamp.wrapping_sub(before.timestamp);
                assert_eq!(step % 4500, 0, "timestamps of frames");
                gap = step > 4500;
            }
            frames.push(frame);
        }
    }
    let address = slow.address();
    drop(slow);
    let mut transcript = server.transcript_of(address);
    transcript
        .retain(|line| line.ends_with(": the client reads too slowly; what is late is left out"));
    assert_eq!(transcript.len(), 1, "{transcript:?}");
}

#[test]
fn who_reads_nothing_for_ten_seconds_is_sent_away() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 20)));
    std::fs::write(folder.path().join(LONG_MOVIE), large_frame().repeat(400)).unwrap();
    let mut server = ServerProcess::start(folder.path(), &[]);
    let before = resources(&server);
    let mut silent = StandardClient::of(LONG_MOVIE, server.address());
    silent.setup_tcp();
    silent.play(None);
    let address = silent.address();
    let ends = format!("[{address}] closed: ");
    // As long as it takes: the witness plays meanwhile, again and again.
    let mut witness = StandardClient::ready_udp(server.address());
    let jpegs = jpegs(PLAIN, 20);
    for _ in 0..8 {
        witness.play(Some("npt=0-"));
        assert_carry(&witness.frames(20), &jpegs);
    }
    let line = server.wait_for(|line| line.starts_with(&ends));
    assert!(line.contains("the client has read nothing for 10 s"), "{line}");
    drop((silent, witness));
    assert_idle(&server, before);
}

/// No test waits for the end of this one: a sender that goes on for a client that has gone is seen.
const LONG_MOVIE: &str = "long.Mjpeg";

/// A client of each kind.
fn playing_a_long_movie(server: SocketAddr) -> [StandardClient; 2] {
    [StandardClient::setup_udp, StandardClient::setup_tcp].map(|setup| {
        let mut client = StandardClient::of(LONG_MOVIE, server);
        setup(&mut client);
        client.play(None);
        client.frame();
        client
    })
}

/// Takes so many frames more of each.
fn watch(clients: &mut [StandardClient; 2], frames: &mut [Vec<Frame>; 2], count: usize) {
    for (client, frames) in clients.iter_mut().zip(frames) {
        frames.extend(client.frames(count));
    }
}

/// What a server uses up: threads and descriptors.
fn resources(server: &ServerProcess) -> (usize, usize) {
    if cfg!(target_os = "linux") { (server.threads(), server.descriptors()) } else { (0, 0) }
}

/// Asserts that the server is as it was before any client came.
fn assert_idle(server: &ServerProcess, before: (usize, usize)) {
    wait_until("the threads and descriptors are those before", || resources(server) == before);
}

/// Runs a client in a process of its own and kills it in the midst of its movie.
fn kill_a_client(server: SocketAddr) -> SocketAddr {
    let mut client = client_process(server);
    let stdout = BufReader::new(client.0.stdout.take().unwrap());
    let mut lines = stdout.lines().map_while(Result::ok);
    let address = lines.find_map(|line| line.split_once("playing at ")?.1.parse().ok());
    address.expect("the client to be killed plays")
}

/// This test program once more, as the client to be killed.
fn client_process(server: SocketAddr) -> Killed {
    let child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "server_standard_clients::the_client_to_be_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(SERVER_TO_PLAY_FROM, server.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    Killed(child.unwrap())
}

const SERVER_TO_PLAY_FROM: &str = "SERVER_TO_PLAY_FROM";

#[test]
#[ignore = "no test: kill_a_client runs it"]
fn the_client_to_be_killed() {
    let Ok(server) = env::var(SERVER_TO_PLAY_FROM) else { return };
    let [udp, tcp] = playing_a_long_movie(server.parse().unwrap());
    drop(tcp);
    println!("\nplaying at {}", udp.address());
    // Its end comes here; if not by a signal, then when the test program is gone.
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
