//! What the standard dialect sends, bit by bit: RTP (RFC 3550) with JPEG (RFC 2435).

use std::io::{Seek, Write};
use std::thread;

use crate::common::jpeg_pieces::{Frame, Parts, assert_carry, assert_runs_on};
use crate::common::jpegs::{Kind, PLAIN, jpeg, jpegs};
use crate::common::library_server::LibraryServer;
use crate::common::movies::{MOVIE, folder_with, lab_format, real_frames};
use crate::common::server_process::ServerProcess;
use crate::common::standard_client::StandardClient;
use jpeg_encoder::SamplingFactor;
use rtsp_lab::server::Settings;

/// More than the server reads of a movie at once: what is after that can still be changed.
const READ_AHEAD: usize = 400_000;

#[test]
fn all_frames_of_the_movie_arrive_over_udp_and_over_tcp_as_they_are_in_the_file() {
    let frames = real_frames();
    assert_eq!(frames.len(), 500);
    let folder = folder_with(&lab_format(&frames));
    let server = ServerProcess::start(folder.path(), &[]);
    // Two clients for each quarter, who watch at the same time.
    thread::scope(|scope| {
        for (quarter, from) in frames.chunks(125).zip(["0", "6.250", "12.500", "18.750"]) {
            for client in StandardClient::ready_both(server.address()) {
                scope.spawn(move || watch_a_quarter(client, from, quarter));
            }
        }
    });
}

fn watch_a_quarter(mut client: StandardClient, from: &str, frames: &[Vec<u8>]) {
    let (reply, number, timestamp) = client.play(Some(&format!("npt={from}-")));
    assert_eq!(reply.header("Range"), Some(format!("npt={from}-25.000").as_str()));
    let received = client.frames(frames.len());
    let first = received.first().unwrap();
    assert_eq!((first.sequence_number, first.timestamp), (number, timestamp), "RTP-Info");
    assert_carry(&received, frames);
    for packet in received.iter().flat_map(|frame| &frame.packets) {
        let size = packet.payload.len();
        assert!(size <= 1400, "a payload of at most 1400 bytes, found {size}");
    }
    if from == "18.750" {
        client.assert_no_packet("after the last frame");
    }
}

#[test]
fn numbers_timestamps_and_sources_begin_anywhere() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 5)));
    let server = ServerProcess::start(folder.path(), &[]);
    let firsts: Vec<_> = (0..4)
        .map(|_| {
            let mut client = StandardClient::ready_tcp(server.address());
            client.play(None);
            client.packet()
        })
        .collect();
    let differ = |value: fn(&crate::common::rtp::Packet) -> u32| {
        let mut values: Vec<_> = firsts.iter().map(value).collect();
        values.sort_unstable();
        values.dedup();
        values.len() > 1
    };
    assert!(differ(|packet| u32::from(packet.sequence_number)), "{firsts:?}");
    assert!(differ(|packet| packet.timestamp) && differ(|packet| packet.ssrc), "{firsts:?}");
}

/// Each kind that can be carried, with the type that the header must have.
const KINDS: [(u8, SamplingFactor, u16); 5] = [
    (0, SamplingFactor::F_2_1, 0),
    (1, SamplingFactor::F_2_2, 0),
    (64, SamplingFactor::F_2_1, 3),
    (65, SamplingFactor::F_2_2, 1),
    (65, SamplingFactor::F_2_2, 500),
];

#[test]
fn samplings_and_restart_markers_are_told_in_the_headers() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(folder.path(), &[]);
    for (jpeg_type, sampling, restart) in KINDS {
        for size in [(96, 64), (380, 286)] {
            let frames = jpegs(Kind { size, sampling, restart, ..PLAIN }, 4);
            let received = watch(folder.path(), &server, &frames);
            assert!(received.iter().all(|frame| frame.jpeg_type == jpeg_type), "{sampling:?}");
            assert_carry(&received, &frames);
        }
    }
}

#[test]
fn other_huffman_tables_are_replaced_by_the_standard_ones_and_no_pixel_changes() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(folder.path(), &[]);
    for (_, sampling, restart) in KINDS {
        let plain = jpegs(Kind { size: (100, 60), sampling, restart, ..PLAIN }, 3);
        let others: Vec<_> = plain.iter().map(|jpeg| with_other_tables(jpeg)).collect();
        let received = watch(folder.path(), &server, &others);
        assert_runs_on(&received);
        for ((frame, plain), other) in received.iter().zip(&plain).zip(&others) {
            assert!(frame.data != Parts::of(other).scan, "{sampling:?}: it was recoded");
            assert!(pixels(&with_data_of(plain, frame)) == pixels(other), "{sampling:?}");
            assert!(pixels(plain) != pixels(other), "{sampling:?}: the test means nothing");
        }
    }
}

/// The same scan with another table: two codes of one length have changed places, which stand for
/// runs of different length before a coefficient of the same size. So it is another picture.
fn with_other_tables(jpeg: &[u8]) -> Vec<u8> {
    let mut jpeg = jpeg.to_vec();
    // The table of chroma's later coefficients, with sixteen counts before the symbols.
    let start = [0xFF, 0xC4, 0, 181, 0x11];
    let at = jpeg.windows(5).position(|bytes| bytes == start).expect("a Huffman table");
    let symbols = jpeg.get_mut(at + 5 + 16..at + 2 + 181).unwrap();
    let [one, other] = [0x21, 0x31].map(|wanted| symbols.iter().position(|&one| one == wanted));
    symbols.swap(one.unwrap(), other.unwrap());
    jpeg
}

/// A JPEG with standard Huffman tables, and in it the data of the frame.
fn with_data_of(plain: &[u8], frame: &Frame) -> Vec<u8> {
    let head = plain.len() - Parts::of(plain).scan.len() - 2;
    [plain.get(..head).unwrap(), &frame.data, b"\xFF\xD9"].concat()
}

fn pixels(jpeg: &[u8]) -> Vec<u8> {
    jpeg_decoder::Decoder::new(jpeg).decode().expect("a JPEG")
}

#[test]
fn payloads_are_no_longer_than_the_mtu_and_full_up_to_the_last() {
    let frames = jpegs(Kind { size: (320, 240), ..PLAIN }, 3);
    let folder = folder_with(&lab_format(&frames));
    for mtu in [256, 548, 1400, 8000, 60_000] {
        let movies = folder.path().to_owned();
        let server = LibraryServer::start(Settings { movies, mtu, ..Settings::default() });
        for mut client in StandardClient::ready_both(server.address()) {
            client.play(None);
            let received = client.frames(3);
            assert_carry(&received, &frames);
            for frame in received {
                let (_, full) = frame.packets.split_last().unwrap();
                let sizes: Vec<_> = full.iter().map(|packet| packet.payload.len()).collect();
                assert!(sizes.iter().all(|&size| size == mtu), "{mtu}: {sizes:?}");
                assert!(frame.packets.last().unwrap().payload.len() <= mtu);
            }
        }
    }
}

#[test]
fn frames_that_become_unfit_while_the_movie_plays_are_left_out_and_told_once() {
    let large = Kind { size: (320, 240), ..PLAIN };
    let mut frames = jpegs(large, 1);
    while frames.iter().map(Vec::len).sum::<usize>() < READ_AHEAD {
        frames.push(jpeg(large, frames.len() + 1));
    }
    let first_unfit = frames.len() + 1;
    frames.extend(jpegs(large, 4));
    let content = lab_format(&frames);
    let folder = folder_with(&content);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = StandardClient::ready_udp(server.address());
    // The same lengths, but what was a baseline JPEG calls itself a progressive one.
    for frame in frames.get_mut(first_unfit - 1..first_unfit + 1).unwrap() {
        let at = frame.windows(2).position(|bytes| bytes == b"\xFF\xC0").unwrap();
        *frame.get_mut(at + 1).unwrap() = 0xC2;
    }
    let mut file = std::fs::OpenOptions::new().write(true).open(folder.path().join(MOVIE)).unwrap();
    file.rewind().unwrap();
    file.write_all(&lab_format(&frames)).unwrap();
    client.play(None);
    let received = client.frames(frames.len() - 2);
    let (before, after) = received.split_at(first_unfit - 1);
    assert_carry(before, frames.get(..first_unfit - 1).unwrap());
    assert_carry(after, frames.get(first_unfit + 1..).unwrap());
    let (last, next) = (before.last().unwrap(), after.first().unwrap());
    assert_eq!(next.sequence_number, last.next_number(), "nothing is lost on the way");
    assert_eq!(next.timestamp.wrapping_sub(last.timestamp), 3 * 4500, "the time of two frames");
    let address = client.address();
    drop(client);
    let transcript = server.transcript_of(address);
    let warnings: Vec<_> = transcript.iter().filter(|line| line.starts_with("warning")).collect();
    let expected = format!(
        "warning: could not send frame {first_unfit}: carry frame as RTP/JPEG: expected a baseline \
         JPEG, found a progressive one"
    );
    assert!(
        warnings.len() == 1 && warnings.first().unwrap().starts_with(&expected),
        "{warnings:?}"
    );
}

#[test]
fn numbers_wrap_and_run_on_through_seeks() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 60)));
    let server = ServerProcess::start(folder.path(), &[]);
    for mut client in StandardClient::ready_both(server.address()) {
        let mut frames = Vec::new();
        for second in [0, 2, 1, 0, 2] {
            let (_, number, timestamp) = client.play(Some(&format!("npt={second}-")));
            // What came before the reply belongs to the place before.
            let first = loop {
                let frame = client.frame();
                if (frame.sequence_number, frame.timestamp) == (number, timestamp) {
                    break frame;
                }
                frames.push(frame);
            };
            let expected = jpeg(PLAIN, second * 20 + 1);
            assert!(first.data == Parts::of(&expected).scan, "the frame at {second} s");
            frames.push(first);
            frames.extend(client.frames(2));
        }
        assert_runs_on(&frames);
    }
}

/// All frames of such a movie, played from its beginning.
fn watch(folder: &std::path::Path, server: &ServerProcess, frames: &[Vec<u8>]) -> Vec<Frame> {
    std::fs::write(folder.join(MOVIE), lab_format(frames)).unwrap();
    let mut client = StandardClient::ready_udp(server.address());
    let (_, number, timestamp) = client.play(None);
    let received = client.frames(frames.len());
    let first = received.first().unwrap();
    assert_eq!((first.sequence_number, first.timestamp), (number, timestamp), "RTP-Info");
    received
}
