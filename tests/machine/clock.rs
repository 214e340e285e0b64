//! The clock of the day is set again and again while the movie plays, and nobody minds: all waiting is
//! by the clock that measures durations.
//!
//! The programs are told wrong times by a library that stands in for the system's
//! (`tests/peers/clock.c`), so this needs Linux and a C compiler.

#![cfg(target_os = "linux")]

use crate::client_common::program::{Program, client_command, rtp_port};
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{MOVIE, folder_with, lab_format};
use crate::common::preload::Preload;
use crate::common::raw_client::RawClient;
use crate::common::rtp::assert_frames;
use crate::common::server_process::{ServerProcess, server_command};
use crate::harness::tests;
use tempfile::TempDir;

tests![
    the_server_sends_every_frame_and_stamps_it_with_the_time_that_it_is_told,
    server_and_client_play_the_whole_movie_in_both_dialects,
];

fn the_server_sends_every_frame_and_stamps_it_with_the_time_that_it_is_told() {
    let wrong = Preload::build("clock.c");
    let (server, frames, _folder) = serve(&wrong);
    let client = RawClient::playing(server.address());
    let packets = client.packets(frames.len());
    assert_frames(&packets, &frames, 1);
    let stamps: Vec<_> = packets.iter().map(|packet| packet.timestamp).collect();
    assert!(!stamps.is_sorted(), "the clock has been set back: {stamps:?}");
}

fn server_and_client_play_the_whole_movie_in_both_dialects() {
    let wrong = Preload::build("clock.c");
    let (server, frames, _folder) = serve(&wrong);
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let url = format!("rtsp://127.0.0.1:{port}/{MOVIE}");
    let lab = ["127.0.0.1", &port, &rtp_port, MOVIE];
    let clients = [&lab[..], &[&url], &["--tcp", &url]].map(|words| {
        let mut command = client_command(&[&["--headless"], words].concat());
        Program::start(wrong.before(&mut command))
    });
    for client in clients {
        let ended = client.end(crate::client_common::LIMIT);
        let count = |name| ended.figure(name).parse::<usize>().unwrap();
        // A busy machine may leave a picture out when the next one has come already.
        assert_eq!(count("frames shown") + count("frames left out"), frames.len(), "{ended:?}");
        for name in ["packets lost", "late packets", "malformed packets", "damaged frames"] {
            assert_eq!(count(name), 0, "{name}: {ended:?}");
        }
    }
}

/// A server with wrong times, and what it plays: three seconds.
fn serve(wrong: &Preload) -> (ServerProcess, Vec<Vec<u8>>, TempDir) {
    let frames = jpegs(PLAIN, 60);
    let folder = folder_with(&lab_format(&frames));
    let mut command = server_command(folder.path());
    let server = ServerProcess::start_with(wrong.before(&mut command).arg("0")).expect("it starts");
    (server, frames, folder)
}
