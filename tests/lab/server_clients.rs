//! Many clients at once, their pauses, and every way in which one of them can end.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, io, thread};

use crate::common::LIMIT;
use crate::common::movies::{MOVIE, folder_with, lab_format, made_frame, made_frames, made_movie};
use crate::common::raw_client::RawClient;
use crate::common::rtp::{Packet, assert_frames};
use crate::common::server_process::{Killed, ServerProcess, wait_until};

#[test]
fn two_clients_watch_two_movies_each_from_its_first_frame() {
    let (folder, frames) = made_movie(15);
    let other_frames: Vec<_> = (1..=20).map(|number| made_frame(1000 + number, 700)).collect();
    std::fs::write(folder.path().join("other.Mjpeg"), lab_format(&other_frames)).unwrap();
    let server = ServerProcess::start(folder.path(), &[]);
    let one = RawClient::playing(server.address());
    let mut other = RawClient::of("other.Mjpeg", server.address());
    one.packet();
    other.setup();
    other.granted("PLAY");
    assert_frames(&one.packets(14), frames.get(1..).unwrap(), 2);
    assert_frames(&other.packets(20), &other_frames, 1);
    assert_ne!(one.session, other.session, "each has a session of its own");
}

#[test]
fn fifty_clients_at_once_lose_no_frame() {
    let (folder, frames) = made_movie(20);
    let server = ServerProcess::start(folder.path(), &[]);
    let mut clients: Vec<_> = (0..50).map(|_| RawClient::ready(server.address())).collect();
    // A whole movie fits the buffer of a client's socket, so nobody need read while it comes.
    for client in &mut clients {
        client.granted("PLAY");
    }
    for client in &clients {
        assert_frames(&client.packets(frames.len()), &frames, 1);
    }
    assert!(clients.iter().all(|client| client.waiting_packets().is_empty()), "no packet more");
    let sessions: HashSet<_> = clients.iter().map(|client| client.session).collect();
    assert_eq!(sessions.len(), 50, "each session has an id of its own");
    for client in &mut clients {
        client.granted("TEARDOWN");
    }
}

#[test]
fn pausing_again_and_again_loses_and_repeats_no_frame() {
    let (folder, frames) = made_movie(30);
    let server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::ready(server.address());
    let mut packets = Vec::new();
    for round in 0..10 {
        client.granted("PLAY");
        packets.extend(client.packets(round % 3));
        client.granted("PAUSE");
        packets.extend(client.waiting_packets());
    }
    client.assert_no_packet("while the session is paused");
    client.granted("PLAY");
    packets.extend(client.packets(frames.len() - packets.len()));
    assert_frames(&packets, &frames, 1);
}

#[test]
fn pause_and_play_without_any_rest_lose_repeat_and_hurry_no_frame() {
    let (folder, frames) = made_movie(200);
    let server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::ready(server.address());
    let start = Instant::now();
    for _ in 0..100 {
        client.granted("PLAY");
        client.granted("PAUSE");
    }
    client.granted("PLAY");
    let packets = client.packets(1);
    client.granted("PAUSE");
    let most = 1 + start.elapsed().as_millis() / 50;
    let packets = [packets, client.waiting_packets()].concat();
    assert_frames(&packets, frames.get(..packets.len()).unwrap(), 1);
    assert!(packets.len() as u128 <= most, "{} packets, at most {most}", packets.len());
}

#[test]
fn play_while_playing_goes_on() {
    let (folder, frames) = made_movie(12);
    let server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::playing(server.address());
    let mut packets = Vec::new();
    for _ in 0..4 {
        packets.extend(client.packets(3));
        client.granted("PLAY");
    }
    assert_frames(&packets, &frames, 1);
}

#[test]
fn at_the_end_of_the_movie_sending_stops_and_the_session_stays() {
    let (folder, frames) = made_movie(5);
    let server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::playing(server.address());
    assert_frames(&client.packets(5), &frames, 1);
    client.assert_no_packet("after the last frame");
    client.answered("SETUP", "455 Method Not Valid in This State");
    client.granted("PLAY");
    client.assert_no_packet("after PLAY in PLAYING at the end");
    for round in 1..3 {
        client.granted("PAUSE");
        client.granted("PLAY");
        assert_frames(&client.packets(5), &frames, 1 + 5 * round);
        client.assert_no_packet("after the last frame again");
    }
    client.granted("TEARDOWN");
}

#[test]
fn a_pause_at_once_after_the_last_frame_is_one_at_the_end() {
    let (folder, frames) = made_movie(3);
    let server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::playing(server.address());
    assert_frames(&client.packets(3), &frames, 1);
    client.granted("PAUSE");
    client.granted("PLAY");
    assert_frames(&client.packets(3), &frames, 4);
}

#[test]
fn a_movie_that_loses_its_frames_after_setup_ends_at_once_and_may_be_played_again() {
    let folder = folder_with(&lab_format(&made_frames(2)));
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::ready(server.address());
    std::fs::write(folder.path().join(MOVIE), b"00100\xFF\xD8 cut").unwrap();
    client.granted("PLAY");
    server.wait_for(|line| line.contains("warning: could not read frame 1 at byte 0"));
    client.granted("PAUSE");
    client.granted("PLAY");
    client.assert_no_packet("of a movie without frames");
    client.granted("TEARDOWN");
}

/// What a client may do in the middle of its movie.
const ENDS: [fn(RawClient); 6] = [
    |mut client| client.granted("TEARDOWN"),
    drop,
    RawClient::reset,
    |mut client| {
        client.shut_down_writing();
        assert_eq!(client.rest(), "", "the server closes its half too");
    },
    |mut client| client.send("PLAY movie.Mj"),
    |mut client| {
        client.send("x".repeat(5000));
        client.rest();
    },
];

#[test]
fn however_a_client_ends_it_disturbs_no_other_and_leaves_nothing_behind() {
    let (folder, frames) = made_movie(40);
    std::fs::write(folder.path().join(LONG_MOVIE), lab_format(&made_frames(1000))).unwrap();
    let mut server = ServerProcess::start(folder.path(), &[]);
    let before = resources(&server);
    let mut witness = RawClient::playing(server.address());
    let silent = playing_a_long_movie(server.address());
    let mut addresses = vec![witness.address(), silent.address()];
    let mut packets = witness.packets(2);
    for end in ENDS {
        let client = playing_a_long_movie(server.address());
        addresses.push(client.address());
        client.packet();
        end(client);
        packets.extend(witness.packets(2));
    }
    addresses.push(kill_a_client(server.address()));
    packets.extend(witness.packets(frames.len() - packets.len()));
    assert_frames(&packets, &frames, 1);
    witness.granted("TEARDOWN");
    drop((witness, silent));
    for address in addresses {
        server.transcript_of(address);
    }
    assert_idle(&server, before);
}

#[test]
fn fifty_clients_that_vanish_leave_nothing_behind() {
    let (folder, _) = made_movie(1000);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let before = resources(&server);
    let clients: Vec<_> = (0..50).map(|_| RawClient::playing(server.address())).collect();
    let addresses: Vec<_> = clients.iter().map(RawClient::address).collect();
    drop(clients);
    for address in addresses {
        server.transcript_of(address);
    }
    assert_idle(&server, before);
}

#[test]
fn connections_without_a_request_leave_nothing_behind() {
    let (folder, _) = made_movie(10);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let before = resources(&server);
    for _ in 0..20 {
        let address = RawClient::connect(server.address()).address();
        server.transcript_of(address);
    }
    assert_idle(&server, before);
}

/// So long that no test waits for its end: a sender that goes on after its client has gone is
/// noticed.
const LONG_MOVIE: &str = "long.Mjpeg";

fn playing_a_long_movie(server: SocketAddr) -> RawClient {
    let mut client = RawClient::of(LONG_MOVIE, server);
    client.setup();
    client.granted("PLAY");
    client
}

/// What a server uses up: threads and descriptors.
fn resources(server: &ServerProcess) -> (usize, usize) {
    if cfg!(target_os = "linux") { (server.threads(), server.descriptors()) } else { (0, 0) }
}

/// Asserts that the server is as it was before any client came, and that it rests.
fn assert_idle(server: &ServerProcess, before: (usize, usize)) {
    if cfg!(not(target_os = "linux")) {
        return;
    }
    wait_until("the threads and descriptors are those before", || resources(server) == before);
    let ticks = server.cpu_ticks();
    // Nothing is waited for here: this is the time for which the server is watched.
    thread::sleep(Duration::from_millis(700));
    let busy = server.cpu_ticks() - ticks;
    assert!(busy <= 2, "a server without clients computed for {busy} hundredths of a second");
}

/// Runs a client in a process of its own and kills it in the middle of its movie.
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
        .args(["--exact", "server_clients::the_client_to_be_killed", "--ignored", "--nocapture"])
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
    let client = playing_a_long_movie(server.parse().unwrap());
    client.packet();
    println!("\nplaying at {}", client.address());
    // Its end comes here; if not by a signal, then when the test program is gone.
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn a_client_that_reads_no_packet_stays_connected_and_may_go_on() {
    let frames = made_frames(12);
    let folder = folder_with(&lab_format(&frames));
    let server = ServerProcess::start(folder.path(), &[]);
    let mut silent = RawClient::playing(server.address());
    let other = RawClient::playing(server.address());
    assert_frames(&other.packets(12), &frames, 1);
    assert_frames(&silent.packets(12), &frames, 1);
    silent.granted("PAUSE");
}

#[test]
fn a_port_where_nobody_listens_for_a_while_is_sent_to_all_the_same() {
    let (folder, frames) = made_movie(200);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::connect(server.address());
    let bind = |port| UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).expect("the port");
    let socket = bind(0);
    let port = socket.local_addr().unwrap().port();
    client.cseq = 1;
    let transport = format!("Transport: RTP/UDP; client_port= {port}");
    let reply = client.ask(format!("SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\n{transport}\n"));
    client.session_opened(&reply);
    client.granted("PLAY");
    let before = packet_at(&socket);
    drop(socket);
    // Packets to another client show that time goes by.
    RawClient::playing(server.address()).packets(6);
    let socket = bind(port);
    let packets: Vec<_> = (0..6).map(|_| packet_at(&socket)).collect();
    let first = packets.first().unwrap().sequence_number;
    let expected = frames.iter().skip(usize::from(first) - 1).take(6).cloned();
    assert!(first > before.sequence_number + 3, "frames were sent meanwhile");
    assert_frames(&packets, &expected.collect::<Vec<_>>(), first);
    assert_eq!(server.warnings_of(client), Vec::<String>::new());
}

fn packet_at(socket: &UdpSocket) -> Packet {
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    let mut datagram = [0; 2048];
    let length = socket.recv(&mut datagram).expect("a packet");
    Packet::read(datagram.get(..length).unwrap())
}
