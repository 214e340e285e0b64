//! Movie files of every kind, the names of movies, and fragments (protocol.md, "Movie files").

use std::fs;
use std::path::Path;

use crate::common::movies::{MOVIE, folder_with, lab_format, made_frame, made_frames, made_movie};
use crate::common::raw_client::RawClient;
use crate::common::rtp::{Packet, assert_frames};
use crate::common::server_process::ServerProcess;

#[test]
fn a_movie_of_plain_jpegs_plays() {
    let frames = made_frames(12);
    let folder = folder_with(&frames.concat());
    let server = ServerProcess::start(folder.path(), &[]);
    let client = RawClient::playing(server.address());
    assert_frames(&client.packets(12), &frames, 1);
    client.assert_no_packet("after the last frame");
}

#[test]
fn a_movie_that_is_cut_plays_its_whole_frames_and_then_says_so() {
    let frames = made_frames(4);
    let lab = lab_format(&frames);
    let plain = frames.concat();
    let last = frames.last().unwrap().len();
    let (lab_offset, plain_offset) = (lab.len() - last - 5, plain.len() - last);
    for (movie, offset) in [(lab, lab_offset), (plain, plain_offset)] {
        let cut = movie.get(..movie.len() - 7).unwrap();
        let warning = format!("could not read frame 4 at byte {offset}: the file ends inside its ");
        assert_plays_and_warns(cut, frames.get(..3).unwrap(), &warning);
    }
}

#[test]
fn a_movie_cut_inside_a_length_plays_its_whole_frames_and_then_says_so() {
    let frames = made_frames(3);
    let movie = [lab_format(&frames), b"001".to_vec()].concat();
    let warning = format!("could not read frame 4 at byte {}: the file ends", movie.len() - 3);
    assert_plays_and_warns(&movie, &frames, &warning);
}

#[test]
fn a_length_of_six_digits_is_named_with_its_offset() {
    let frames = made_frames(2);
    let start = lab_format(&frames);
    let long = made_frame(3, 100_000);
    let movie = [start.clone(), b"100000".to_vec(), long].concat();
    let warning = format!(
        "could not read frame 3 at byte {}: expected its length in five digits, found six",
        start.len()
    );
    assert_plays_and_warns(&movie, &frames, &warning);
}

#[test]
fn a_movie_that_is_damaged_plays_up_to_there_and_then_says_so() {
    let frames = made_frames(2);
    let start = lab_format(&frames);
    let movie = [start.clone(), b"hello, world".to_vec()].concat();
    let warning = format!("could not read frame 3 at byte {}: expected its length", start.len());
    assert_plays_and_warns(&movie, &frames, &warning);
}

/// The frames come, then the warning, once; and the session goes on: it can be played again.
#[track_caller]
fn assert_plays_and_warns(movie: &[u8], frames: &[Vec<u8>], warning: &str) {
    let folder = folder_with(movie);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::playing(server.address());
    assert_frames(&client.packets(frames.len()), frames, 1);
    let warned = server.wait_for(|line| line.contains("] warning: "));
    assert!(warned.contains(warning), "expected {warning:?} in {warned:?}");
    client.assert_no_packet("after the last whole frame");
    client.answered("SETUP", "455 Method Not Valid in This State");
    client.granted("PAUSE");
    client.granted("PLAY");
    let next = u16::try_from(frames.len()).unwrap() + 1;
    assert_frames(&client.packets(frames.len()), frames, next);
    client.granted("PAUSE");
    let warnings = server.warnings_of(client);
    assert!(warnings.iter().all(|said| said.contains(warning)), "no other warning: {warnings:?}");
    assert!(warnings.len() <= 2, "a warning for each time that it was played: {warnings:?}");
}

/// What fits a UDP datagram over IPv4 after the RTP header.
const MAX_PAYLOAD: usize = 65_507 - 12;

#[test]
fn a_frame_too_large_for_a_datagram_is_left_out_with_one_warning_that_helps() {
    let sizes = [500, MAX_PAYLOAD + 1, MAX_PAYLOAD, 70_000, 500];
    let frames: Vec<_> = (1..).zip(sizes).map(|(number, size)| made_frame(number, size)).collect();
    let folder = folder_with(&frames.concat());
    let mut server = ServerProcess::start(folder.path(), &[]);
    let client = RawClient::playing(server.address());
    let packets = client.packets(3);
    let numbers: Vec<_> = packets.iter().map(|packet| packet.sequence_number).collect();
    assert_eq!(numbers, [1, 3, 5], "the sequence number is the frame's");
    for (packet, index) in packets.iter().zip([0, 2, 4]) {
        assert!(Some(&packet.payload) == frames.get(index), "the frame at index {index}");
    }
    let warnings = server.warnings_of(client);
    let [warning] = warnings.as_slice() else { panic!("one warning, found {warnings:?}") };
    for word in ["frame 2", "65496", "65495", "--fragment"] {
        assert!(warning.contains(word), "expected {word} in {warning:?}");
    }
}

#[test]
fn the_longest_frame_of_the_labs_format_is_left_out_too() {
    let frames = [made_frame(1, 99_999), made_frame(2, 500)];
    let folder = folder_with(&lab_format(&frames));
    let mut server = ServerProcess::start(folder.path(), &[]);
    let client = RawClient::playing(server.address());
    assert_frames(&[client.packet()], frames.get(1..).unwrap(), 2);
    server.wait_for(|line| line.contains("frame 1") && line.contains("99999"));
}

#[test]
fn fragments_are_small_marked_at_each_frames_end_and_numbered_one_by_one() {
    let sizes = [200, 1399, 1400, 1401, 2800, 2801, 14_000];
    let frames: Vec<_> = (1..).zip(sizes).map(|(number, size)| made_frame(number, size)).collect();
    let folder = folder_with(&lab_format(&frames));
    let server = ServerProcess::start(folder.path(), &["--fragment", "1400"]);
    let client = RawClient::playing(server.address());
    let count = |frame: &Vec<u8>| frame.len().div_ceil(1400);
    let packets = client.packets(frames.iter().map(count).sum());
    let largest = packets.iter().map(|packet| packet.payload.len()).max();
    assert_eq!(largest, Some(1400), "pieces are as large as they may be and no larger");
    let pieces = frames.iter().flat_map(|frame| frame.chunks(1400).map(<[u8]>::to_vec));
    assert_frames(&packets, &pieces.collect::<Vec<_>>(), 1);
    assert_eq!(reassembled(&packets), frames, "each frame ends with its marked packet");
    client.assert_no_packet("after the last frame");
}

#[test]
fn with_marker_every_frame_ends_with_a_marked_packet_and_none_is_cut() {
    let frames = made_frames(8);
    let folder = folder_with(&lab_format(&frames));
    for (options, is_marked) in [(&["--marker"][..], true), (&[], false)] {
        let server = ServerProcess::start(folder.path(), options);
        let packets = RawClient::playing(server.address()).packets(8);
        assert!(packets.iter().all(|packet| packet.marker == is_marked), "{options:?}");
        assert_frames(&packets, &frames, 1);
    }
    let server = ServerProcess::start(folder.path(), &["--marker", "--fragment", "300"]);
    let count: usize = frames.iter().map(|frame| frame.len().div_ceil(300)).sum();
    assert_eq!(reassembled(&RawClient::playing(server.address()).packets(count)), frames);
}

/// The payloads up to each marker.
fn reassembled(packets: &[Packet]) -> Vec<Vec<u8>> {
    let frames = packets.split_inclusive(|packet| packet.marker);
    frames.map(|pieces| pieces.iter().flat_map(|piece| piece.payload.clone()).collect()).collect()
}

#[test]
fn with_fragments_a_frame_larger_than_a_datagram_plays() {
    let frames = [made_frame(1, 99_999), made_frame(2, 100)];
    let folder = folder_with(&lab_format(&frames));
    let mut server = ServerProcess::start(folder.path(), &["--fragment", "60000"]);
    let client = RawClient::playing(server.address());
    assert_eq!(reassembled(&client.packets(3)), frames);
    assert_eq!(server.warnings_of(client), [""; 0], "no warning");
}

#[test]
fn a_pause_never_comes_inside_a_frame_of_fragments() {
    let frames: Vec<_> = (1..=20).map(|number| made_frame(number, 10_000)).collect();
    let folder = folder_with(&lab_format(&frames));
    let server = ServerProcess::start(folder.path(), &["--fragment", "500"]);
    let mut client = RawClient::ready(server.address());
    let mut packets = Vec::new();
    for _ in 0..5 {
        client.granted("PLAY");
        packets.extend(client.packets(3));
        client.granted("PAUSE");
        packets.extend(client.waiting_packets());
    }
    let played = reassembled(&packets);
    assert_eq!(played, frames.get(..played.len()).unwrap(), "whole frames, none left out");
    assert!(played.len() >= 5, "each PLAY sends a frame at once");
}

#[test]
fn names_inside_the_folder_of_movies_play() {
    let (folder, frames) = made_movie(3);
    let sub = folder.path().join("movies/old");
    fs::create_dir_all(&sub).unwrap();
    fs::copy(folder.path().join(MOVIE), sub.join("a movie.Mjpeg")).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let movies = folder.path().to_str().unwrap();
    let mut server = ServerProcess::start(elsewhere.path(), &["--movies", movies]);
    server.wait_for(|line| line.starts_with(&format!("serving the movies in {movies} at ")));
    for name in [MOVIE, "./movie.Mjpeg", "movies/old/a movie.Mjpeg", "movies/./old/a movie.Mjpeg"] {
        let mut client = RawClient::of(name, server.address());
        client.setup();
        client.granted("PLAY");
        assert_frames(&client.packets(3), &frames, 1);
    }
}

#[test]
fn names_that_lead_out_of_the_folder_get_404() {
    let (folder, _) = made_movie(3);
    let movies = folder.path().join("movies");
    fs::create_dir_all(movies.join("sub")).unwrap();
    let outside = folder.path().join(MOVIE);
    fs::copy(&outside, movies.join("in.Mjpeg")).unwrap();
    let server = ServerProcess::start(&movies, &[]);
    for name in [
        outside.to_str().unwrap(),
        movies.join("in.Mjpeg").to_str().unwrap(),
        "/etc/passwd",
        "../movie.Mjpeg",
        "sub/../../movie.Mjpeg",
        "sub/../in.Mjpeg",
        "..",
        "/",
    ] {
        assert_not_found(&server, name);
    }
}

#[test]
fn names_of_what_is_no_file_get_404() {
    let (folder, _) = made_movie(3);
    fs::create_dir(folder.path().join("sub")).unwrap();
    let server = ServerProcess::start(folder.path(), &[]);
    let slashes = ["sub/", "./", "movie.Mjpeg/", "movie.Mjpeg/.", "movie.Mjpeg\\", "sub\\"];
    let others = ["none.Mjpeg", "sub", ".", "movie.Mjpeg\0", "\0", "%"];
    for name in slashes.into_iter().chain(others) {
        assert_not_found(&server, name);
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_gets_404_and_one_that_stays_in_plays() {
    use std::os::unix::fs::symlink;
    let (folder, frames) = made_movie(3);
    let movies = folder.path().join("movies");
    fs::create_dir(&movies).unwrap();
    fs::copy(folder.path().join(MOVIE), movies.join("in.Mjpeg")).unwrap();
    symlink("../movie.Mjpeg", movies.join("out")).unwrap();
    symlink("..", movies.join("up")).unwrap();
    symlink("circle", movies.join("circle")).unwrap();
    symlink("in.Mjpeg", movies.join("in")).unwrap();
    let server = ServerProcess::start(&movies, &[]);
    for name in ["out", "up/movie.Mjpeg", "circle"] {
        assert_not_found(&server, name);
    }
    let mut client = RawClient::of("in", server.address());
    client.setup();
    client.granted("PLAY");
    assert_frames(&client.packets(3), &frames, 1);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_folder_gets_404_and_blocks_nobody() {
    let (folder, _) = made_movie(3);
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success(), "make a pipe");
    assert_not_found(&ServerProcess::start(folder.path(), &[]), "pipe");
}

#[track_caller]
fn assert_not_found(server: &ServerProcess, name: &str) {
    let mut client = RawClient::of(name, server.address());
    client.answered("SETUP", "404 File Not Found");
    client.answered("DESCRIBE", "404 File Not Found");
    client.answered("PLAY", "455 Method Not Valid in This State");
}

#[test]
fn a_movie_may_grow_be_replaced_or_vanish_while_it_plays() {
    let (folder, frames) = made_movie(8);
    let path: &Path = &folder.path().join(MOVIE);
    let server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::playing(server.address());
    client.packet();
    fs::remove_file(path).unwrap();
    assert_frames(&client.packets(7), frames.get(1..).unwrap(), 2);
    client.granted("TEARDOWN");
    client.session = 0;
    client.answered("SETUP", "404 File Not Found");
    fs::write(path, lab_format(&frames)).unwrap();
    client.setup();
}
