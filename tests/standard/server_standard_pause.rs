//! A real player is paused and plays on: no frame is missing, and none comes twice. Skipped with a
//! line where GStreamer is not installed; with `PLAYERS=required` that is a failure.

use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use crate::common::movies::{folder_with, lab_format, real_frames};
use crate::common::server_process::{Killed, ServerProcess};
use rtsp_lab::picture::Picture;
use rtsp_lab::video_stream::VideoStream;

/// Python's own packages may hide the system's.
const PYTHONS: [&str; 2] = ["/usr/bin/python3", "python3"];
/// Three seconds of the movie.
const FRAMES: usize = 60;
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn gstreamer_is_paused_and_plays_on() {
    let Some(python) = python() else {
        println!("left out: no GStreamer for Python");
        assert!(env::var_os("PLAYERS").is_none_or(|value| value != "required"));
        return;
    };
    let frames: Vec<_> = real_frames().drain(..FRAMES).collect();
    let expected: Vec<_> = frames.iter().map(|jpeg| Picture::decode(jpeg).unwrap()).collect();
    let folder = folder_with(&lab_format(&frames));
    for protocols in ["tcp", "udp"] {
        let server = ServerProcess::start(folder.path(), &["--bind", "127.0.0.1"]);
        let file = folder.path().join(protocols);
        let methods = play(python, server, protocols, &file);
        // At its end it may say PAUSE once more, before TEARDOWN.
        let dialogue = ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "PLAY"];
        assert!(methods.iter().take(dialogue.len()).eq(dialogue), "{protocols}: {methods:?}");
        assert!(pictures(&file) == expected, "{protocols}: every frame, once and in order");
    }
}

fn python() -> Option<&'static str> {
    let import = "import gi; gi.require_version('Gst', '1.0'); from gi.repository import Gst; \
                  Gst.init(None); assert Gst.ElementFactory.find('rtpjpegdepay')";
    let has_gstreamer = |python: &&str| {
        let mut command = Command::new(python);
        let asked = command.args(["-c", import]).stdin(Stdio::null()).stderr(Stdio::null());
        asked.status().is_ok_and(|status| status.success())
    };
    PYTHONS.into_iter().find(has_gstreamer)
}

/// Plays the movie into a file, with a pause; what the server was asked for.
fn play(python: &str, mut server: ServerProcess, protocols: &str, file: &Path) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/gst_pause.py");
    let url = format!("rtsp://{}/movie.Mjpeg", server.address());
    let mut command = Command::new(python);
    command.arg(script).args([&url, protocols]).arg(file).stdin(Stdio::piped());
    let mut player = Killed(command.spawn().unwrap());
    server.wait_for(|line| line.ends_with("processing PAUSE"));
    player.0.stdin.take().unwrap().write_all(b"play on\n").unwrap();
    let deadline = Instant::now() + LIMIT;
    while player.0.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "{protocols}: the player does not end by itself");
        thread::sleep(Duration::from_millis(20));
    }
    let transcript = server.kill();
    let methods = transcript.iter().filter_map(|line| line.split_once("processing "));
    methods.map(|(_, method)| method.to_owned()).collect()
}

fn pictures(file: &Path) -> Vec<Picture> {
    assert!(fs::metadata(file).unwrap().len() > 0, "something was written");
    let mut video = VideoStream::new(BufReader::new(File::open(file).unwrap())).unwrap();
    let mut pictures = Vec::new();
    while let Some(jpeg) = video.next_frame().unwrap() {
        pictures.push(Picture::decode(jpeg).unwrap());
    }
    pictures
}
