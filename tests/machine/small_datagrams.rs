//! A system that sends no datagram above 9,216 bytes, as macOS does unless it is told otherwise: the
//! movie that comes with the project plays, and of any other the user is told why it does not.
//!
//! A library stands in for such a system (`tests/peers/small_datagrams.c`), so this needs Linux and a
//! C compiler.

#![cfg(target_os = "linux")]

use std::path::Path;

use crate::client_common::LIMIT;
use crate::client_common::program::{Ended, Program, client_command};
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{folder_with, lab_format, made_frame, real_frames};
use crate::common::preload::Preload;
use crate::common::programs::project;
use crate::common::raw_client::RawClient;
use crate::common::server_process::{ServerProcess, server_command};
use crate::harness::tests;
use tempfile::TempDir;

tests![
    every_frame_of_the_movie_fits_with_its_header,
    the_movie_plays_and_no_frame_is_missing,
    frames_up_to_the_limit_leave_and_the_server_says_once_why_others_do_not,
    in_pieces_every_frame_leaves,
    who_plays_from_the_own_server_is_told,
];

fn every_frame_of_the_movie_fits_with_its_header() {
    let sizes: Vec<_> = real_frames().iter().map(|frame| frame.len() + HEADER_SIZE).collect();
    assert_eq!(sizes.len(), 500);
    assert!(sizes.iter().all(|size| *size <= LARGEST), "{:?}", sizes.iter().max());
}

fn the_movie_plays_and_no_frame_is_missing() {
    let ended = play_from_own_server(project(), "4");
    let count = |name| ended.figure(name).parse::<usize>().unwrap();
    let played = count("frames shown") + count("frames left out");
    assert!(played > 20, "four seconds have more frames: {ended:?}");
    assert_eq!(played, count("packets received"), "{ended:?}");
    for name in ["packets lost", "malformed packets", "damaged frames"] {
        assert_eq!(count(name), 0, "{name}: {ended:?}");
    }
    assert!(!ended.output.contains(TOLD), "{ended:?}");
}

fn frames_up_to_the_limit_leave_and_the_server_says_once_why_others_do_not() {
    let most = LARGEST - HEADER_SIZE;
    let sizes = [most, most + 1, 500, 20_000, most];
    let (mut server, client, _folder) = serve(&sizes, &[]);
    let payloads: Vec<_> = client.packets(3).iter().map(|packet| packet.payload.len()).collect();
    assert_eq!(payloads, [most, 500, most], "the frames that fit");
    let expected = "warning: could not send frame 2: this system sends no datagram above 9216 bytes, \
                    found 9217; such frames are left out, --fragment 1400 sends them in pieces";
    assert_eq!(server.warnings_of(client), [expected], "what helps here, and nothing else");
}

fn in_pieces_every_frame_leaves() {
    let (mut server, client, _folder) = serve(&[20_000, 500], &["--fragment", "1400"]);
    let packets = client.packets(16);
    let bytes: usize = packets.iter().map(|packet| packet.payload.len()).sum();
    assert_eq!(bytes, 20_500);
    assert_eq!(server.warnings_of(client), [""; 0]);
}

fn who_plays_from_the_own_server_is_told() {
    let frames = jpegs(PLAIN, 10);
    let large: Vec<_> = frames.iter().map(|frame| padded(frame, 20_000)).collect();
    let folder = folder_with(&lab_format(&large));
    let ended = play_from_own_server(folder.path(), "4");
    let told: Vec<_> = ended.output.lines().filter(|line| line.contains(TOLD)).collect();
    let cure =
        "No datagram above 9216 bytes leaves this system: `server --fragment 1400` sends pieces.";
    assert_eq!(told, [format!("{TOLD}: {cure}")], "{ended:?}");
    assert!(!ended.output.contains("Nothing comes"), "it is not the firewall: {ended:?}");
}

/// A server before which such a system stands, of frames of these sizes; and a client that plays them.
fn serve(sizes: &[usize], options: &[&str]) -> (ServerProcess, RawClient, TempDir) {
    let frames: Vec<_> = (1..).zip(sizes).map(|(number, size)| made_frame(number, *size)).collect();
    let folder = folder_with(&lab_format(&frames));
    let mut command = server_command(folder.path());
    let command = command.args(options).arg("0");
    let server = ServerProcess::start_with(system().before(command)).expect("it starts");
    let client = RawClient::playing(server.address());
    (server, client, folder)
}

/// The client without arguments, for so many seconds.
fn play_from_own_server(folder: &Path, seconds: &str) -> Ended {
    let mut command = client_command(&["--headless", "--seconds", seconds]);
    let command = command.current_dir(folder).env_remove("CARGO_MANIFEST_DIR");
    Program::start(system().before(command)).end(LIMIT)
}

/// The frame, with bytes after its end that a decoder passes over.
fn padded(frame: &[u8], size: usize) -> Vec<u8> {
    let (picture, end) = frame.split_at(frame.len() - 2);
    [picture, vec![0; size - frame.len()].as_slice(), end].concat()
}

fn system() -> Preload {
    Preload::build("small_datagrams.c")
}

/// The bytes of an RTP header.
const HEADER_SIZE: usize = 12;
/// The size in bytes of the largest datagram that leaves such a system.
const LARGEST: usize = 9_216;
/// What the user's message begins with.
const TOLD: &str = "Frames are left out";
