//! The server's bad network and the client's figures: both programs as their users run them, 1,000
//! packets and ten seeds, in both dialects. What the client counts is what was done.

use std::path::Path;
use std::thread;

use crate::client_common::program::{Ended, Program, client_command, rtp_port};
use crate::common::LIMIT;
use crate::common::bad_network::{Client, Counts, leaving, summary};
use crate::common::jpegs::{Kind, PLAIN, jpegs};
use crate::common::movies::{MOVIE, folder_with, lab_format};
use crate::common::server_process::ServerProcess;
use rtsp_lab::standard::jpeg_payload::JpegFrame;

const SEEDS: [u64; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const PACKETS: u64 = 1000;
/// Each is ten packets, in either dialect.
const FRAMES: usize = 100;
const PACKETS_A_FRAME: usize = 10;
const BAD: [&str; 10] =
    ["--loss", "5", "--duplicate", "1", "--reorder", "2", "--delay", "40", "--jitter", "15"];

#[test]
fn in_the_labs_dialect_the_client_counts_what_was_done() {
    let fragment = SIZE.div_ceil(PACKETS_A_FRAME).to_string();
    play_with_every_seed(&["--fragment", &fragment], Client::Lab);
}

#[test]
fn in_the_standard_dialect_the_client_counts_what_was_done() {
    play_with_every_seed(&["--mtu", "256"], Client::Standard);
}

fn play_with_every_seed(options: &[&str], client: Client) {
    let folder = folder_with(&lab_format(&frames()));
    thread::scope(|scope| {
        for seed in SEEDS {
            let folder = folder.path();
            scope.spawn(move || play_with(seed, folder, options, client));
        }
    });
}

fn play_with(seed: u64, folder: &Path, options: &[&str], client: Client) {
    let seed = seed.to_string();
    let bad = [&BAD[..], &["--seed", &seed]].concat();
    let mut server = ServerProcess::start(folder, &[options, &bad].concat());
    let ended = play(&server, client);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");

    let leaving = leaving(&bad, PACKETS);
    let told = server.wait_for(|line| line.contains(" network: of "));
    assert!(told.contains(&summary(&leaving, PACKETS)), "seed {seed}: {told}");
    assert!(told.ends_with(&format!(" ms (seed {seed})")), "{told}");
    let figure = |name| ended.figure(name).parse::<u64>().expect(name);
    let counts = Counts {
        packets: figure("packets received"),
        lost: figure("packets lost"),
        late: figure("late packets"),
        duplicates: figure("duplicate packets"),
        // A computer that is too slow leaves frames out, and says so.
        whole: figure("frames shown") + figure("frames left out"),
    };
    let packets_a_frame = u64::try_from(PACKETS_A_FRAME).unwrap();
    assert_eq!(counts, Counts::of(&leaving, client, packets_a_frame), "seed {seed}");
    assert!(counts.lost > 0 && counts.duplicates > 0, "seed {seed}: {counts:?}");
    assert!(counts.late > 0 || client == Client::Standard, "seed {seed}: {counts:?}");
    assert_eq!(figure("malformed packets"), 0);
}

fn play(server: &ServerProcess, client: Client) -> Ended {
    let (port, url) = (server.port().to_string(), format!("rtsp://{}/{MOVIE}", server.address()));
    let rtp_port = rtp_port();
    let words = match client {
        Client::Lab => vec!["--headless", "127.0.0.1", &port, &rtp_port, MOVIE],
        Client::Standard => vec!["--headless", &url],
    };
    Program::start(&mut client_command(&words)).end(3 * LIMIT)
}

/// JPEGs of ten packets in the standard dialect, and all of one length by a comment in front.
fn frames() -> Vec<Vec<u8>> {
    let mut frames = jpegs(Kind { size: (112, 88), ..PLAIN }, 2 * FRAMES);
    frames.retain(|jpeg| JpegFrame::of(jpeg).unwrap().packets(256).count() == PACKETS_A_FRAME);
    frames.truncate(FRAMES);
    let padded = frames.into_iter().map(|jpeg| {
        let (start, rest) = jpeg.split_at(2);
        let blanks = vec![b' '; SIZE - jpeg.len() - 4];
        let length = u16::try_from(blanks.len() + 2).unwrap().to_be_bytes();
        [start, &[0xFF, 0xFE], &length, &blanks, rest].concat()
    });
    padded.collect()
}

/// The length of each frame.
const SIZE: usize = 4000;
