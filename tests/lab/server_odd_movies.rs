//! Movies as people have them: what lies between the frames, what the frames lack, and files that are
//! no movies at all (protocol.md, "Movie files").

use std::fs;

use rtsp_lab::picture::Picture;

use crate::client_common::program::{rtp_port, run_client};
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{folder_with, lab_format, made_frames, real_frames};
use crate::common::raw_client::RawClient;
use crate::common::rtp::assert_frames;
use crate::common::server_process::ServerProcess;

/// These frames come, and at most one warning: its text, or nothing.
#[track_caller]
fn plays(movie: &[u8], frames: &[Vec<u8>]) -> String {
    let folder = folder_with(movie);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::playing(server.address());
    assert_frames(&client.packets(frames.len()), frames, 1);
    client.assert_no_packet("after the last frame");
    client.granted("PAUSE");
    client.granted("PLAY");
    client.packets(frames.len());
    client.granted("PAUSE");
    let warnings = server.warnings_of(client);
    assert!(warnings.len() <= 1, "one warning at most: {warnings:?}");
    warnings.concat()
}

/// The frames, each with `after(index)` after it.
fn with(frames: &[Vec<u8>], after: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let pieces = frames.iter().enumerate().map(|(index, frame)| [frame.clone(), after(index)]);
    pieces.flatten().flatten().collect()
}

#[test]
fn what_lies_between_frames_is_skipped_with_one_warning_that_counts_it() {
    let frames = jpegs(PLAIN, 8);
    let size = frames[0].len();
    for (what, stray) in [
        ("a second end", &b"\xFF\xD9"[..]),
        ("zeros", &[0; 13]),
        ("fill bytes", b"\xFF\xFF\xFF\xFF\xFF"),
        ("a line end", b"\r\n"),
        ("text", b"frame follows\n"),
        ("an AVI chunk", b"00dc\x10\x27\0\0"),
        ("half a start", b"\xFF\xD8"),
        ("a start of nothing", b"\xFF\xD8\xFF\xE0\0\x04ab"),
    ] {
        // After the last frame, half a start would be that of a frame which is cut.
        let between = |index| if index < 7 { stray.to_vec() } else { Vec::new() };
        let told = plays(&with(&frames, between), &frames);
        let (bytes, places) = (7 * stray.len(), 7);
        let expected = format!("skipped {bytes} bytes at {places} places of the movie");
        assert!(told.contains(&expected), "{what}: {told}");
        assert!(told.contains(&format!("at byte {size}, before frame 2")), "{what}: {told}");
    }
    assert_eq!(plays(&frames.concat(), &frames), "", "nothing is skipped here");
}

#[test]
fn a_second_start_stands_alone() {
    let frames = jpegs(PLAIN, 12);
    let twice = |index| if index == 4 || index == 8 { b"\xFF\xD8".to_vec() } else { Vec::new() };
    let told = plays(&with(&frames, twice), &frames);
    assert!(told.contains("skipped 4 bytes at 2 places"), "{told}");
}

#[test]
fn a_frame_without_its_last_two_bytes_gets_them() {
    let frames = jpegs(PLAIN, 9);
    let cut = |frame: &Vec<u8>| frame[..frame.len() - 2].to_vec();
    let all: Vec<Vec<u8>> = frames.iter().map(cut).collect();
    let mut one = frames.clone();
    one[3] = cut(&one[3]);
    for movie in [all.concat(), one.concat(), lab_format(&all)] {
        assert_eq!(plays(&movie, &frames), "");
    }
    let padded = with(&all, |_| b"\r\n".to_vec());
    let folder = folder_with(&padded);
    let server = ServerProcess::start(folder.path(), &[]);
    for (packet, frame) in RawClient::playing(server.address()).packets(9).iter().zip(&frames) {
        let found = Picture::decode(&packet.payload).unwrap();
        assert_eq!(found, Picture::decode(frame).unwrap(), "whatever is taken for its data");
    }
}

/// The JPEG without its DHT segments.
fn without_tables(jpeg: &[u8]) -> Vec<u8> {
    let (mut bare, mut at) = (jpeg[..2].to_vec(), 2);
    while jpeg[at + 1] != 0xDA {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        if jpeg[at + 1] != 0xC4 {
            bare.extend(&jpeg[at..end]);
        }
        at = end;
    }
    bare.extend(&jpeg[at..]);
    bare
}

#[test]
fn frames_without_huffman_tables_get_those_of_the_standard() {
    for frames in [jpegs(PLAIN, 6), real_frames()[..6].to_vec()] {
        let bare: Vec<Vec<u8>> = frames.iter().map(|frame| without_tables(frame)).collect();
        assert!(Picture::decode(&bare[0]).is_err(), "a client can't do without them");
        for movie in [bare.concat(), lab_format(&bare)] {
            let folder = folder_with(&movie);
            let server = ServerProcess::start(folder.path(), &[]);
            let packets = RawClient::playing(server.address()).packets(6);
            for (packet, frame) in packets.iter().zip(&frames) {
                let found = Picture::decode(&packet.payload).unwrap();
                assert_eq!(found, Picture::decode(frame).unwrap());
            }
        }
    }
}

#[test]
fn a_camera_s_stream_saved_to_a_file_plays() {
    let frames = jpegs(PLAIN, 8);
    let part = |frame: &Vec<u8>| {
        let length = frame.len();
        let head = format!("Content-Type: image/jpeg\r\nContent-Length: {length}\r\n\r\n");
        [b"--myboundary\r\n", head.as_bytes(), frame, b"\r\n"].concat()
    };
    let parts: Vec<u8> = frames.iter().flat_map(part).collect();
    let http = b"HTTP/1.0 200 OK\r\nServer: cam\r\n\
        Content-Type: multipart/x-mixed-replace;boundary=myboundary\r\n\r\n";
    let without_first = parts.split_at(b"--myboundary\r\n".len()).1;
    for movie in [
        parts.clone(),
        [http, parts.as_slice()].concat(),
        [http, without_first].concat(),
        without_first.to_vec(),
        [parts.as_slice(), b"--myboundary--\r\n"].concat(),
    ] {
        let told = plays(&movie, &frames);
        assert!(told.contains("skipped ") && told.contains("before frame 1"), "{told}");
    }
}

/// First bytes of files, with the words that name them.
const FOREIGN: [(&str, &[u8], &str); 16] = [
    (
        "x.avi",
        b"RIFF\x24\x10\0\0AVI LIST\0\0\0\0hdrl\xFF\xD8\xFF\xE0",
        "x.avi is an AVI file: `ffmpeg -i x.avi -vf ",
    ),
    ("x.mp4", b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2", "x.mp4 is an MP4 file: `ffmpeg -i x.mp4 "),
    ("x.mov", b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "x.mov is a MOV file: `ffmpeg -i x.mov "),
    ("old.mov", b"\0\0\x10\0moov\0\0\0\x6Cmvhd", "old.mov is a MOV file: `ffmpeg "),
    (
        "x.mkv",
        b"\x1A\x45\xDF\xA3\xA3\x42\x86\x81\x01\x42\x82\x88matroska",
        "x.mkv is an MKV file: `ffmpeg ",
    ),
    (
        "x.webm",
        b"\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82\x84webm",
        "x.webm is a WebM file: `ffmpeg ",
    ),
    ("x.gif", b"GIF89a\x10\0\x10\0", "x.gif is a GIF picture: `ffmpeg "),
    ("x.png", b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", "x.png is a PNG picture: `ffmpeg "),
    ("page", b"\n<!DOCTYPE html>\n<html><body>Not found</body></html>", "page is a web page"),
    ("saved", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<HTML>", "saved is a web page"),
    (
        "lfs",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n",
        "lfs is a Git LFS pointer, not the movie itself: `git lfs pull`",
    ),
    ("README", b"# Movies\n", "README is text"),
    ("2024.log", b"2024-01-01 12:00 began\n", "2024.log is text"),
    ("empty", b"", "expected five digits or the start of a JPEG (FF D8), found nothing"),
    (
        "six",
        b"000036\xFF\xD8\xFF\xD9",
        "read frame 1 at byte 0: expected its length in five digits, found six",
    ),
    ("spaced", b"   36\xFF\xD8\xFF\xD9", "found 2 and a space: 20 20 20 33 36"),
];

#[test]
fn a_file_that_is_no_movie_is_refused_at_once_and_named() {
    let folder = folder_with(&lab_format(&made_frames(3)));
    for (name, content, _) in FOREIGN {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let mut server = ServerProcess::start(folder.path(), &[]);
    for (name, _, words) in FOREIGN {
        let mut client = RawClient::of(name, server.address());
        for method in ["SETUP", "DESCRIBE"] {
            let request = client.request(method);
            let reply = client.ask(request);
            let lines: Vec<&str> = reply.lines().collect();
            assert!(lines[0].starts_with("RTSP/1.0 415 Unsupported Media Type: "), "{reply}");
            assert!(lines[0].contains(words), "expected {words:?} in {reply:?}");
            assert_eq!(lines[1..], [&format!("CSeq: {}", client.cseq), "Session: 0"]);
        }
        client.answered("PLAY", "455 Method Not Valid in This State");
        client.movie = "movie.Mjpeg".to_owned();
        client.setup();
        let start =
            format!("[{}] answered 415 Unsupported Media Type: could not ", client.address());
        server.wait_for(|line| line.starts_with(&start) && line.contains(words));
    }
}

#[test]
fn the_client_shows_what_the_file_is() {
    let folder = folder_with(b"RIFF\x24\x10\0\0AVI LIST");
    let server = ServerProcess::start(folder.path(), &[]);
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let ended = run_client(&["--headless", "127.0.0.1", &port, &rtp_port, "movie.Mjpeg"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let words =
        "415 Unsupported Media Type: could not read movie: movie.Mjpeg is an AVI file: `ffmpeg";
    assert!(ended.errors.contains(words) || ended.output.contains(words), "{ended:?}");
}
