//! What no client gets: ports of the system, sessions of others, files outside the folder of
//! movies.

#![cfg(unix)]

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use crate::common::LIMIT;
use crate::common::movies::{MOVIE, lab_format, made_frame, made_movie};
use crate::common::raw_client::RawClient;
use crate::common::server_process::ServerProcess;
use proptest::prelude::*;
use rtsp_lab::video_stream::VideoStream;
use tempfile::TempDir;

/// The status line of the reply to a SETUP with that port.
fn setup_at(server: SocketAddr, port: u16) -> String {
    let mut client = RawClient::connect(server);
    let transport = format!("Transport: RTP/UDP; client_port= {port}");
    let reply = client.ask(format!("SETUP {MOVIE} RTSP/1.0\nCSeq: 1\n{transport}\n"));
    reply.lines().next().unwrap().to_owned()
}

#[test]
fn rtp_goes_to_no_port_below_1024_unless_that_is_allowed() {
    let (folder, _) = made_movie(10);
    let mut server = ServerProcess::start(folder.path(), &[]);
    for port in [1, 53, 1023] {
        assert_eq!(setup_at(server.address(), port), "RTSP/1.0 461 Unsupported Transport");
    }
    server.wait_for(|line| line.contains("found 1023; --allow-low-ports allows it"));
    assert_eq!(setup_at(server.address(), 1024), "RTSP/1.0 200 OK");
    let open = ServerProcess::start(folder.path(), &["--allow-low-ports"]);
    assert_eq!(setup_at(open.address(), 1023), "RTSP/1.0 200 OK");
}

#[test]
fn the_session_of_another_can_be_neither_paused_nor_ended() {
    let (folder, frames) = made_movie(60);
    let server = ServerProcess::start(folder.path(), &[]);
    let owner = RawClient::playing(server.address());
    let mut thief = RawClient::connect(server.address());
    thief.session = owner.session;
    for method in ["PLAY", "PAUSE", "TEARDOWN"] {
        let request = thief.request(method);
        assert!(thief.ask(request).starts_with("RTSP/1.0 455 "), "{method} without a session");
    }
    thief.session = 0;
    thief.setup();
    let own = thief.session;
    for method in ["PLAY", "PAUSE", "TEARDOWN"] {
        thief.session = owner.session;
        let request = thief.request(method);
        assert!(thief.ask(request).starts_with("RTSP/1.0 454 "), "{method} with a session");
    }
    thief.session = own;
    crate::common::rtp::assert_frames(&owner.packets(30), frames.get(..30).unwrap(), 1);
    thief.granted("TEARDOWN");
}

/// A folder of movies with links that lead in and out of it; outside lies one that nobody may get.
fn maze() -> (TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let movies = root.path().join("movies");
    fs::create_dir_all(movies.join("sub/below")).unwrap();
    fs::create_dir(root.path().join("movies2")).unwrap();
    let write = |path: PathBuf, number| {
        fs::write(path, lab_format(&[made_frame(number, 100)])).unwrap();
    };
    write(movies.join("in"), INSIDE);
    write(movies.join("sub/below/deep"), INSIDE);
    write(root.path().join("outside"), OUTSIDE);
    write(root.path().join("movies2/outside"), OUTSIDE);
    let outside = root.path().join("outside");
    for (target, link) in [
        (Path::new("../outside"), "out"),
        (&outside, "absolute"),
        (Path::new(".."), "up"),
        (Path::new("../movies2"), "beside"),
        (Path::new("../../.."), "sub/far"),
        (Path::new("in"), "link"),
        (Path::new("."), "self"),
        (Path::new("../sub/below"), "sub/round"),
        (Path::new("circle"), "circle"),
        (Path::new("/proc/self/fd"), "open"),
        (Path::new("/dev/zero"), "zero"),
    ] {
        symlink(target, movies.join(link)).unwrap();
    }
    let movies = movies.canonicalize().unwrap();
    (root, movies)
}

const INSIDE: usize = 1;
const OUTSIDE: usize = 2;

/// Names most of which lead nowhere, and some to a movie.
fn names(root: &Path) -> impl Strategy<Value = String> + use<> {
    prop_oneof![3 => tricks(root), 1 => ways_in()]
}

/// Names of the two movies of the folder, by straight ways and by ways round.
fn ways_in() -> impl Strategy<Value = String> {
    let way = proptest::sample::select(vec!["./", "self/", "self/./", "self//"]);
    let movie = proptest::sample::select(vec!["in", "link", "sub/below/deep", "sub/round/deep"]);
    (proptest::collection::vec(way, 0..5), movie)
        .prop_map(|(ways, movie)| format!("{}{movie}", ways.concat()))
}

/// Names made of existing names, of detours, and of tricks.
fn tricks(root: &Path) -> impl Strategy<Value = String> + use<> {
    let root = root.to_str().unwrap().to_owned();
    let part = prop_oneof![
        4 => proptest::sample::select(vec![
            "in", "sub", "below", "deep", "out", "absolute", "up", "beside", "far", "link", "self",
            "round", "circle", "open", "zero", "outside", "movies", "movies2", "0", "3", "9",
        ]).prop_map(str::to_owned),
        3 => proptest::sample::select(vec!["..", ".", ""]).prop_map(str::to_owned),
        1 => proptest::sample::select(vec![
            "...", "%2e%2e", "..%2f", "..\\", "\\..\\", "~", "..\0", "\0", "C:", "file:", "|", "*",
            "in\0.Mjpeg", ".. ", "\u{2024}\u{2024}", "\u{ff0e}\u{ff0e}",
        ]).prop_map(str::to_owned),
        1 => Just(root),
        1 => "[a-z]{1,300}",
    ];
    let parts = proptest::collection::vec(part, 1..7);
    (any::<bool>(), parts).prop_map(|(rooted, parts)| {
        let start = if rooted { "/" } else { "" };
        format!("{start}{}", parts.join("/"))
    })
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Whether the name leads to a movie of the folder, as the test itself follows it.
fn leads_inside(movies: &Path, name: &str) -> bool {
    let path = movies.join(name).canonicalize();
    path.is_ok_and(|path| path.starts_with(movies) && path.is_file())
}

/// Whether no movie lies there; one that is named from the root or through `..` is refused too.
fn may_be_refused(movies: &Path, name: &str) -> bool {
    !leads_inside(movies, name) || name.starts_with('/') || name.contains("..")
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let (root, movies) = maze();
    let inside = made_frame(INSIDE, 100);
    let mut runner = proptest::test_runner::TestRunner::new(cases(5000));
    let (mut opened, mut refused) = (0, 0);
    runner
        .run(&names(&root.path().canonicalize().unwrap()), |name| {
            match VideoStream::open(&movies, &name) {
                Ok(mut video) => {
                    let frame = video.next_frame().unwrap();
                    prop_assert_eq!(frame, Some(inside.as_slice()), "{}", name);
                }
                Err(_) => prop_assert!(may_be_refused(&movies, &name), "{} is a movie", name),
            }
            Ok(())
        })
        .unwrap();
    for name in ["in", "sub/below/deep", "link", "self/self/in", "sub/round/deep", "./in"] {
        opened += usize::from(VideoStream::open(&movies, name).is_ok());
    }
    for name in ["out", "absolute", "up/outside", "beside/outside", "zero", "open/0", "self"] {
        refused += usize::from(VideoStream::open(&movies, name).is_err());
    }
    assert_eq!((opened, refused), (6, 7), "the maze is as it is meant");
}

#[test]
fn no_name_leads_out_of_the_folder_over_the_wire() {
    let (root, movies) = maze();
    let server = ServerProcess::start(&movies, &["--max-clients", "9"]);
    let mut runner = proptest::test_runner::TestRunner::new(cases(500));
    let names = names(&root.path().canonicalize().unwrap());
    let granted = std::cell::Cell::new(0);
    runner
        .run(&names, |name| {
            // In a dialogue these begin the other dialect.
            prop_assume!(!name.contains("://") && name.trim() != "*");
            let mut client = RawClient::of(name.trim(), server.address());
            let request = client.request("SETUP");
            let reply = client.ask(request);
            if reply.starts_with("RTSP/1.0 200 OK") {
                prop_assert!(leads_inside(&movies, name.trim()), "{}", name);
                granted.set(granted.get() + 1);
            } else {
                let refused = ["404 ", "400 ", "461 "].iter().any(|code| reply.contains(code));
                prop_assert!(refused, "{} to {}", reply, name);
                prop_assert!(may_be_refused(&movies, name.trim()), "{} is a movie", name);
            }
            Ok(())
        })
        .unwrap();
    assert!(granted.get() > 0, "some names are movies");
}

#[test]
fn a_path_that_is_swapped_while_it_is_opened_leads_nowhere_and_waits_for_nobody() {
    let (root, movies) = maze();
    let pipe = root.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    let has_pipe = made.is_ok_and(|status| status.success());
    let done = Arc::new(AtomicBool::new(false));
    let (told, place) = (Arc::clone(&done), movies.join("swapped"));
    let (inside, outside) = (movies.join("in"), root.path().join("outside"));
    fs::hard_link(&inside, &place).unwrap();
    let swapping = thread::spawn(move || {
        let next = place.with_file_name("next");
        let mut rounds = 0_u32;
        while !told.load(Ordering::Relaxed) {
            match rounds % 3 {
                0 => fs::hard_link(&inside, &next).unwrap(),
                1 => symlink(&outside, &next).unwrap(),
                _ if has_pipe => fs::hard_link(&pipe, &next).unwrap(),
                _ => fs::hard_link(&inside, &next).unwrap(),
            }
            fs::rename(&next, &place).unwrap();
            // A rename of two names of one file does nothing.
            fs::remove_file(&next).ok();
            rounds += 1;
        }
        rounds
    });
    let (sender, opened) = channel();
    let opening = thread::spawn(move || {
        let inside = made_frame(INSIDE, 100);
        for _ in 0..20_000 {
            if let Ok(mut video) = VideoStream::open(&movies, "swapped") {
                let frame = video.next_frame().unwrap().unwrap();
                assert!(frame == inside, "a movie from outside");
                sender.send(()).unwrap();
            }
        }
    });
    let mut count = 0;
    loop {
        match opened.recv_timeout(LIMIT) {
            Ok(()) => count += 1,
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("a pipe is waited for"),
        }
    }
    done.store(true, Ordering::Relaxed);
    opening.join().expect("nothing from outside");
    assert!(swapping.join().unwrap() > 100 && count > 100, "both had their turns");
}

#[test]
fn a_link_that_is_swapped_while_its_movie_plays_changes_the_next_session_only() {
    let (root, movies) = maze();
    let frames: Vec<_> = (1..=30).map(|number| made_frame(number, 3000)).collect();
    fs::write(movies.join("in"), lab_format(&frames)).unwrap();
    let server = ServerProcess::start(&movies, &[]);
    let mut client = RawClient::of("link", server.address());
    client.setup();
    client.granted("PLAY");
    client.packet();
    fs::remove_file(movies.join("link")).unwrap();
    symlink(root.path().join("outside"), movies.join("link")).unwrap();
    crate::common::rtp::assert_frames(&client.packets(29), frames.get(1..).unwrap(), 2);
    let mut next = RawClient::of("link", server.address());
    next.answered("SETUP", "404 File Not Found");
}
