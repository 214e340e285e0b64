//! PLAY, PAUSE and seeking in the standard dialect: which frame comes when, and what replies say.

#[cfg(target_os = "linux")]
use std::time::Duration;
use std::time::Instant;

use crate::common::jpeg_pieces::{Frame, Parts, assert_carry, assert_runs_on};
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{folder_with, lab_format};
use crate::common::server_process::ServerProcess;
use crate::common::standard_client::StandardClient;
use tempfile::TempDir;

/// A server of one movie of so many frames, and the frames.
fn server_of(frames: usize) -> (TempDir, ServerProcess, Vec<Vec<u8>>) {
    let frames = jpegs(PLAIN, frames);
    let folder = folder_with(&lab_format(&frames));
    let server = ServerProcess::start(folder.path(), &[]);
    (folder, server, frames)
}

/// Asserts what a PLAY is answered, and which frames come.
#[track_caller]
fn assert_plays(client: &mut StandardClient, asked: Option<&str>, told: &str, jpegs: &[Vec<u8>]) {
    let (reply, number, timestamp) = client.play(asked);
    assert_eq!(reply.header("Range"), Some(told), "for {asked:?}");
    let frames = client.frames(jpegs.len());
    let first = frames.first().expect("a frame");
    assert_eq!((first.sequence_number, first.timestamp), (number, timestamp), "for {asked:?}");
    assert_carry(&frames, jpegs);
}

#[test]
fn a_range_says_from_where_and_to_where() {
    // Two seconds and a half.
    let (_folder, server, jpegs) = server_of(50);
    for (asked, told, from, count) in [
        (None, "npt=0-2.500", 0, 2),
        (Some("npt=0.000-"), "npt=0-2.500", 0, 2),
        (Some("npt=0-2.5"), "npt=0-2.500", 0, 2),
        (Some("npt=now-"), "npt=0-2.500", 0, 2),
        (Some("npt=1-"), "npt=1.000-2.500", 20, 2),
        (Some("npt=1.03-"), "npt=1.000-2.500", 20, 2),
        (Some("npt=0:00:01.05-"), "npt=1.050-2.500", 21, 2),
        (Some("npt=2.45-"), "npt=2.450-2.500", 49, 1),
        (Some("npt=1-1.2"), "npt=1.000-1.200", 20, 4),
        (Some("npt=1-1.21"), "npt=1.000-1.250", 20, 5),
        (Some("npt=2.3-99"), "npt=2.300-2.500", 46, 4),
        (Some("npt=-0.1"), "npt=0-0.100", 0, 2),
    ] {
        for mut client in StandardClient::ready_both(server.address()) {
            assert_plays(&mut client, asked, told, jpegs.get(from..from + count).unwrap());
        }
    }
}

#[test]
fn playing_stops_where_the_range_ends_and_then_says_goodbye() {
    let (_folder, server, jpegs) = server_of(50);
    for mut client in StandardClient::ready_both(server.address()) {
        let part = jpegs.get(20..24).unwrap();
        assert_plays(&mut client, Some("npt=1-1.2"), "npt=1.000-1.200", part);
        client.assert_no_packet("after the end of the range");
        assert!(!client.report().goodbye, "no goodbye at the beginning");
        assert!(client.report().goodbye, "a goodbye at the end");
        // From there on, and again from a place of its own.
        assert_plays(&mut client, None, "npt=1.200-2.500", jpegs.get(24..26).unwrap());
        client.granted("PAUSE", &[]);
        client.waiting_frames();
        let (reply, ..) = client.play(Some("npt=-1.5"));
        let range = reply.header("Range").unwrap();
        assert!(range.starts_with("npt=1.") && range.ends_with("-1.500"), "{range}");
    }
}

#[test]
fn a_range_that_is_none_is_refused_and_changes_nothing() {
    let (_folder, server, jpegs) = server_of(50);
    for mut client in StandardClient::ready_both(server.address()) {
        for playing in [false, true] {
            for (range, status) in [
                ("npt=2.5-", "457 Invalid Range"),
                ("npt=10-12", "457 Invalid Range"),
                ("npt=1-1", "457 Invalid Range"),
                ("npt=2-1", "457 Invalid Range"),
                ("npt=-0", "457 Invalid Range"),
                ("npt=-", "457 Invalid Range"),
                ("junk", "457 Invalid Range"),
                ("npt=x-y", "457 Invalid Range"),
                ("smpte=10:07:00-10:07:33:05.01", "501 Not Implemented"),
                ("clock=19961108T143720.25Z-", "501 Not Implemented"),
            ] {
                let reply = client.refused("PLAY", &[&format!("Range: {range}")], status);
                assert_eq!(reply.header("RTP-Info"), None, "{range}");
            }
            if !playing {
                assert_plays(&mut client, None, "npt=0-2.500", jpegs.get(..2).unwrap());
            }
        }
        assert_carry(&client.frames(8), jpegs.get(2..10).unwrap());
    }
}

#[test]
fn a_range_that_ends_before_the_place_where_the_movie_stands_is_refused() {
    let (_folder, server, jpegs) = server_of(50);
    let mut client = StandardClient::ready_tcp(server.address());
    assert_plays(&mut client, Some("npt=2-"), "npt=2.000-2.500", jpegs.get(40..42).unwrap());
    client.refused("PLAY", &["Range: npt=-1"], "457 Invalid Range");
    // It goes on as if nothing had been asked.
    assert_carry(&client.frames(3), jpegs.get(42..45).unwrap());
    client.granted("PAUSE", &[]);
    client.refused("PLAY", &["Range: npt=-1"], "457 Invalid Range");
    client.refused("PLAY", &["Range: npt=now-1"], "457 Invalid Range");
}

#[test]
fn a_movie_that_was_paused_goes_on_with_the_next_frame_and_the_next_number() {
    let (_folder, server, jpegs) = server_of(60);
    for mut client in StandardClient::ready_both(server.address()) {
        let mut frames: Vec<Frame> = Vec::new();
        for round in 0..6 {
            let (_, number, timestamp) = client.play(None);
            let first = client.frame();
            assert_eq!((first.sequence_number, first.timestamp), (number, timestamp));
            frames.push(first);
            frames.extend(client.frames(round % 3));
            client.granted("PAUSE", &[]);
            frames.extend(client.waiting_frames());
        }
        client.assert_no_packet("while the session is paused");
        assert_carry(&frames, jpegs.get(..frames.len()).unwrap());
        let (reply, number, _) = client.play(Some("npt=0.5-"));
        assert_eq!(reply.header("Range"), Some("npt=0.500-3.000"));
        assert_eq!(number, frames.last().unwrap().next_number(), "numbers run on");
        let next = client.frame();
        assert!(next.data == Parts::of(jpegs.get(10).unwrap()).scan, "the frame at 0.5 s");
        frames.push(next);
        assert_runs_on(&frames);
    }
}

#[test]
fn play_while_playing_goes_on_without_a_range_and_seeks_with_one() {
    let (_folder, server, jpegs) = server_of(60);
    for mut client in StandardClient::ready_both(server.address()) {
        client.play(None);
        let mut frames = client.frames(2);
        let reply = client.granted("PLAY", &[]);
        assert_eq!(reply.header("RTP-Info"), None, "nothing begins");
        frames.extend(client.frames(3));
        assert_carry(&frames, jpegs.get(..5).unwrap());
        let (_, number, timestamp) = client.play(Some("npt=2-"));
        let first = loop {
            let frame = client.frame();
            if frame.sequence_number == number {
                break frame;
            }
            frames.push(frame);
        };
        assert_eq!(first.timestamp, timestamp, "RTP-Info");
        assert_carry(&frames, jpegs.get(..frames.len()).unwrap());
        let after = [vec![first], client.frames(2)].concat();
        assert_carry(&after, jpegs.get(40..43).unwrap());
        assert_runs_on(&[frames, after].concat());
    }
}

#[test]
fn after_its_end_a_movie_begins_again() {
    let (_folder, server, jpegs) = server_of(4);
    for mut client in StandardClient::ready_both(server.address()) {
        assert_plays(&mut client, None, "npt=0-0.200", &jpegs);
        client.assert_no_packet("after the last frame");
        // It is PLAYING still, or PAUSE would be refused.
        client.refused("PLAY", &["Range: npt=9-"], "457 Invalid Range");
        client.granted("PAUSE", &[]);
        assert_plays(&mut client, None, "npt=0-0.200", &jpegs);
        client.assert_no_packet("after the last frame again");
        assert_plays(&mut client, Some("npt=0.1-"), "npt=0.100-0.200", jpegs.get(2..).unwrap());
        client.granted("TEARDOWN", &[]);
        client.refused("PLAY", &[], "454 Session Not Found");
    }
}

#[test]
fn play_as_soon_as_the_last_frame_has_come_begins_again() {
    let (_folder, server, jpegs) = server_of(3);
    for mut client in StandardClient::ready_both(server.address()) {
        // Neither the last frame's own 50 ms nor the time until the goodbye is waited for.
        for _ in 0..4 {
            assert_plays(&mut client, None, "npt=0-0.150", &jpegs);
        }
        assert_plays(&mut client, Some("npt=0.05-0.1"), "npt=0.050-0.100", &jpegs[1..2]);
        assert_plays(&mut client, None, "npt=0.100-0.150", &jpegs[2..]);
    }
}

#[test]
fn no_request_while_playing_makes_the_movie_faster() {
    let (_folder, server, jpegs) = server_of(200);
    for mut client in StandardClient::ready_both(server.address()) {
        let start = Instant::now();
        client.play(None);
        for _ in 0..40 {
            client.refused("PLAY", &["Range: npt=99-"], "457 Invalid Range");
            client.play(Some("npt=now-"));
            client.granted("PAUSE", &[]);
            client.play(None);
        }
        client.granted("PAUSE", &[]);
        let most = 1 + start.elapsed().as_millis() / 50;
        let frames = client.waiting_frames();
        assert!(frames.len() as u128 <= most, "{} frames, at most {most}", frames.len());
        assert_carry(&frames, jpegs.get(..frames.len()).unwrap());
    }
}

#[test]
fn a_movie_that_loops_begins_anew_and_its_packets_go_on() {
    let jpegs = jpegs(PLAIN, 5);
    let folder = folder_with(&lab_format(&jpegs));
    let server = ServerProcess::start(folder.path(), &["--loop"]);
    for mut client in StandardClient::ready_both(server.address()) {
        let (reply, ..) = client.play(None);
        assert_eq!(reply.header("Range"), Some("npt=0-"), "it has no end");
        let frames = client.frames(13);
        let expected: Vec<_> = jpegs.iter().cycle().take(13).cloned().collect();
        assert_carry(&frames, &expected);
        assert_runs_on(&frames);
        let (reply, ..) = client.play(Some("npt=0.1-"));
        assert_eq!(reply.header("Range"), Some("npt=0.100-"));
        assert!(!client.report().goodbye);
        client.granted("PAUSE", &[]);
        client.waiting_frames();
        // Who asks for an end gets it.
        assert_plays(&mut client, Some("npt=0-0.1"), "npt=0-0.100", &jpegs[..2]);
        client.assert_no_packet("after the end of the range");
    }
}

/// Ctrl-Z and `fg`, or a laptop that slept: it is not the client that stood still.
#[cfg(target_os = "linux")]
#[test]
fn a_server_that_was_stopped_goes_on_where_it_was_and_leaves_nothing_out() {
    let (_folder, mut server, jpegs) = server_of(50);
    for mut client in StandardClient::ready_both(server.address()) {
        let (_, _, first) = client.play(None);
        let mut packets = vec![client.packet()];
        server.signal("STOP");
        // Until nothing has come for longer than any frame may be late.
        while let Some(packet) = client.packet_within(STANDSTILL) {
            packets.push(packet);
        }
        let before = packets.iter().filter(|packet| packet.marker).count();
        assert!(before < 40, "{before} frames before the server stood still");
        server.signal("CONT");
        while packets.iter().filter(|packet| packet.marker).count() < jpegs.len() {
            packets.push(client.packet());
        }
        let ends = packets.iter().filter(|packet| packet.marker);
        let timestamps: Vec<u32> = ends.map(|packet| packet.timestamp).collect();
        let all: Vec<u32> = (0..50).map(|frame| first.wrapping_add(4500 * frame)).collect();
        assert_eq!(timestamps, all);
        client.granted("TEARDOWN", &[]);
    }
    assert_eq!(server.count("reads too slowly"), 0);
}

/// More than the half second that a frame may be late.
#[cfg(target_os = "linux")]
const STANDSTILL: Duration = Duration::from_millis(1500);
