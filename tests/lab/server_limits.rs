//! What the server can run out of: time for silent clients, places, descriptors. (Threads: see
//! `tests/machine/other_users.rs`.)
//!
//! Each time a witness plays a movie and loses no frame, and at the end the server is as it was.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::common::LIMIT;
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::library_server::LibraryServer;
use crate::common::movies::{folder_with, lab_format, made_movie};
use crate::common::raw_client::RawClient;
use crate::common::server_process::{ServerProcess, wait_until};
use crate::common::standard_client::StandardClient;
use crate::common::witness::Witness;
use rtsp_lab::server::Settings;

/// A server with these limits, in this process.
fn server_with(mut settings: Settings) -> (tempfile::TempDir, LibraryServer) {
    let (folder, _) = made_movie(100);
    folder.path().clone_into(&mut settings.movies);
    (folder, LibraryServer::start(settings))
}

/// A second before SETUP, and no other limit.
fn hasty() -> Settings {
    Settings { setup_limit: Duration::from_secs(1), idle_limit: LONG, ..Settings::default() }
}

const LONG: Duration = Duration::from_secs(3600);

/// What is written at first, and then again and again.
const SLOW: &[(&str, &str)] = &[
    ("", ""),
    ("SETUP movie.Mjpeg RTSP/1.0\nCS", ""),
    ("", "x"),
    ("SETUP movie.Mjpeg RTSP/1.0\n", "C"),
    ("", "\r\n"),
    ("OPTIONS * RTSP/1.0\r\nCSe", ""),                  // wing
    ("OPTIONS * RTSP/1.0\r\nCSeq: 1", "1"),             // wing
    ("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n", "$\x01\0\0"), // wing
];

/// Writes on until the server has closed; a limit that does not hold fails the test.
fn drip(mut stream: TcpStream, start: &str, drop: &str) {
    stream.set_read_timeout(Some(Duration::from_millis(250))).unwrap();
    stream.write_all(start.as_bytes()).unwrap();
    let begin = Instant::now();
    while begin.elapsed() < LIMIT {
        match stream.read(&mut [0; 1000]) {
            Ok(0) => return,
            Ok(_) => continue,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return,
        }
        if stream.write_all(drop.as_bytes()).is_err() {
            return;
        }
    }
    panic!("{start:?} and then {drop:?}: not closed within {LIMIT:?}");
}

#[test]
fn before_setup_whoever_sends_no_whole_request_is_closed() {
    let (_folder, mut server) = server_with(hasty());
    let address = server.address();
    let begin = |&(start, drop): &(&'static str, &'static str)| {
        let stream = TcpStream::connect(address).unwrap();
        let client = stream.local_addr().unwrap();
        (client, start, std::thread::spawn(move || drip(stream, start, drop)))
    };
    let slow: Vec<_> = SLOW.iter().map(begin).collect();
    for (client, start, thread) in slow {
        thread.join().unwrap();
        let why = server.end_of(client);
        let expected = "no request for 1 s before SETUP; --setup SECONDS is this limit";
        assert_eq!(why, expected, "{start:?}");
    }
}

#[test]
fn after_teardown_it_is_as_before_setup() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 20)));
    let mut server = LibraryServer::start(Settings { movies: folder.path().to_owned(), ..hasty() });
    let mut client = RawClient::ready(server.address());
    client.granted("TEARDOWN");
    assert_eq!(client.rest(), "");
    assert!(server.end_of(client.address()).contains("before SETUP"));
    let mut client = StandardClient::ready_udp(server.address()); // wing
    client.granted("TEARDOWN", &[]); // wing
    client.assert_closed(); // wing
    assert!(server.end_of(client.address()).contains("before SETUP")); // wing
}

#[test]
fn requests_that_make_no_sense_keep_no_paused_session_alive() {
    let settings = Settings { idle_limit: Duration::from_secs(1), ..Settings::default() };
    let (_folder, mut server) = server_with(settings);
    let mut client = RawClient::ready(server.address());
    let deadline = Instant::now() + LIMIT;
    // Its answers are 400, until there is none.
    while client.is_answered("nonsense\n\n") {
        assert!(Instant::now() < deadline, "not closed within {LIMIT:?}");
        client.hears_nothing(Duration::from_millis(50));
    }
    let why = server.end_of(client.address());
    let expected = "no request for 1 s while nothing was sent; --idle SECONDS is this limit";
    assert_eq!(why, expected);
}

#[test]
fn the_limits_are_10_s_and_a_minute_and_4096_clients() {
    let Settings { setup_limit, idle_limit, max_clients, .. } = Settings::default();
    let seconds = |seconds| Duration::from_secs(seconds);
    assert_eq!((setup_limit, idle_limit, max_clients), (seconds(10), seconds(60), 4096));
}

#[test]
fn the_programs_limits_are_those_of_its_options() {
    let (folder, _) = made_movie(3);
    let mut server = ServerProcess::start(folder.path(), &["--setup", "1", "--idle", "2"]);
    let mut silent = RawClient::connect(server.address());
    let mut paused = RawClient::ready(server.address());
    assert_eq!(silent.rest(), "");
    assert_eq!(paused.rest(), "");
    let end = |client: RawClient, server: &mut ServerProcess| {
        server.transcript_of(client.address()).pop().unwrap()
    };
    assert!(end(silent, &mut server).contains("no request for 1 s before SETUP"));
    assert!(end(paused, &mut server).contains("no request for 2 s while nothing was sent"));
}

#[test]
fn five_hundred_slow_clients_keep_no_new_one_waiting_and_leave_nothing_behind() {
    let (folder, _) = made_movie(1);
    let server = ServerProcess::start(folder.path(), &["--setup", "5"]);
    let witness = Witness::start(&server, folder.path());
    let slow: Vec<_> = (0..500)
        .map(|number| {
            let (start, _) = SLOW[number % SLOW.len()];
            let mut stream = TcpStream::connect(server.address()).unwrap();
            stream.write_all(start.as_bytes()).unwrap();
            stream
        })
        .collect();
    let begin = Instant::now();
    let new = RawClient::ready(server.address());
    let took = begin.elapsed();
    println!("connect and SETUP beside 500 slow clients: {took:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop(new);
    // Nobody hangs up; the server does.
    for mut stream in slow {
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let closed = stream.read_to_end(&mut Vec::new());
        let is_reset = |error: &std::io::Error| error.kind() == ErrorKind::ConnectionReset;
        assert!(closed.as_ref().err().is_none_or(is_reset), "{closed:?}");
    }
    witness.lost_nothing_and_all_is_as_before(&server);
}

#[cfg(target_os = "linux")]
#[test]
fn a_crowd_that_has_gone_leaves_no_stacks_behind_though_nobody_comes_after_it() {
    let (folder, _) = made_movie(1);
    let server = ServerProcess::start(folder.path(), &[]);
    let crowd: Vec<_> = (0..500).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
    wait_until("a stack each", || server.stacks() >= 500);
    drop(crowd);
    wait_until("joined threads", || server.stacks() < 250);
}

#[test]
fn one_client_too_many_gets_453_in_its_dialect_and_is_closed() {
    let (folder, _) = made_movie(1);
    let mut server = ServerProcess::start(folder.path(), &["--max-clients", "3"]);
    let witness = Witness::start(&server, folder.path());
    let others = [RawClient::ready(server.address()), RawClient::ready(server.address())];
    let mut lab = RawClient::connect(server.address());
    let request = lab.request("SETUP");
    lab.send(&request);
    assert_eq!(lab.rest(), "RTSP/1.0 453 Not Enough Bandwidth\nCSeq: 1\nSession: 0\n");
    let lines = server.transcript_of(lab.address());
    let why = "answered 453 Not Enough Bandwidth: 3 clients are connected; --max-clients N";
    assert!(lines.iter().any(|line| line.starts_with(why)), "{lines:?}");
    let mut standard = StandardClient::connect(server.address()); // wing
    let reply = standard.ask("OPTIONS", "*", &[]); // wing
    assert_eq!(reply.status, "453 Not Enough Bandwidth"); // wing
    standard.assert_closed(); // wing
    let mut silent = RawClient::connect(server.address());
    assert_eq!(silent.rest(), "", "closed without a word, if it says none");
    drop(others);
    wait_until("a place for one more", || is_served(server.address()));
    witness.lost_nothing_and_all_is_as_before(&server);
}

#[test]
fn one_address_can_not_take_all_places() {
    let (folder, _) = made_movie(1);
    let options = ["--max-clients", "9", "--max-clients-per-address", "2"];
    let mut server = ServerProcess::start(folder.path(), &options);
    let others = [RawClient::ready(server.address()), RawClient::ready(server.address())];
    let mut third = RawClient::connect(server.address());
    let request = third.request("SETUP");
    third.send(&request);
    assert_eq!(third.rest(), "RTSP/1.0 453 Not Enough Bandwidth\nCSeq: 1\nSession: 0\n");
    let why = "answered 453 Not Enough Bandwidth: 2 clients of 127.0.0.1 are connected; \
               --max-clients-per-address N is this limit";
    let lines = server.transcript_of(third.address());
    assert!(lines.iter().any(|line| line == why), "{lines:?}");
    drop(others);
    wait_until("a place for one more", || is_served(server.address()));
}

/// Whether a new client gets its session.
fn is_served(server: SocketAddr) -> bool {
    let mut client = RawClient::connect(server);
    let request = client.request("SETUP");
    client.ask(request).starts_with("RTSP/1.0 200 OK")
}

#[cfg(target_os = "linux")]
#[test]
fn a_crowd_of_clients_too_many_is_closed_at_once_and_takes_no_threads() {
    let (folder, _) = made_movie(1);
    let server = ServerProcess::start(folder.path(), &["--max-clients", "2"]);
    let witness = Witness::start(&server, folder.path());
    let other = RawClient::ready(server.address());
    let crowd: Vec<_> = (0..300).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
    assert!(server.threads() < 80, "{} threads for clients too many", server.threads());
    for mut stream in crowd {
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0, "closed");
    }
    drop(other);
    witness.lost_nothing_and_all_is_as_before(&server);
}

#[cfg(target_os = "linux")]
#[test]
fn without_descriptors_the_server_says_so_once_and_serves_on_when_there_is_room() {
    use crate::common::limited::{limited, ticks_while_it_waits};
    use crate::common::programs::program;

    let (folder, _) = made_movie(1);
    let sh = ["sh", "-c", "ulimit -n 64 && exec \"$0\" \"$@\""];
    let mut server =
        limited(&program("server"), folder.path(), &sh).expect("a server with 64 descriptors");
    let witness = Witness::start(&server, folder.path());
    let crowd: Vec<_> = (0..90).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
    let trouble = |line: &str| line.starts_with("could not accept a connection: ");
    server.wait_for(trouble);
    let mut new = RawClient::connect(server.address());
    let request = new.request("SETUP");
    new.send(request);
    let ticks = ticks_while_it_waits(&server, &mut new);
    assert!(ticks < 30, "it computed for {ticks} hundredths of a second");
    drop(crowd);
    let reply = new.reply();
    new.session_opened(&reply);
    drop(new);
    witness.lost_nothing_and_all_is_as_before(&server);
    let lines = server.kill();
    assert_eq!(lines.iter().filter(|line| trouble(line)).count(), 1, "once");
}
