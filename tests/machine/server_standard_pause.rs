//! A real player is paused and plays on: no frame is missing, and none comes twice.

use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::left_out::{leave_out, runs};
use crate::common::movies::{folder_with, lab_format, real_frames};
use crate::common::programs::project;
use crate::common::server_process::{Killed, ServerProcess};
use crate::harness::tests;
use rtsp_lab::picture::Picture;
use rtsp_lab::video_stream::VideoStream;

/// Python's own packages may hide the system's.
const PYTHONS: [&str; 2] = ["/usr/bin/python3", "python3"];
const PACKAGES: &str = "python3-gi gir1.2-gstreamer-1.0 gstreamer1.0-plugins-good";
/// Three seconds of the movie.
const FRAMES: usize = 60;
const LIMIT: Duration = Duration::from_secs(60);

tests![gstreamer_is_paused_and_plays_on,];

fn gstreamer_is_paused_and_plays_on() {
    let python = python();
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

/// The Python that has GStreamer.
fn python() -> &'static str {
    let import = "import gi; gi.require_version('Gst', '1.0'); from gi.repository import Gst; \
                  Gst.init(None); assert Gst.ElementFactory.find('rtpjpegdepay')";
    let has_gstreamer = |python: &&str| runs(Command::new(python).args(["-c", import]));
    let found = PYTHONS.into_iter().find(has_gstreamer);
    found.unwrap_or_else(|| leave_out("Python's GStreamer is not installed", PACKAGES))
}

/// Plays the movie into a file, with a pause; what the server was asked for.
fn play(python: &str, mut server: ServerProcess, protocols: &str, file: &Path) -> Vec<String> {
    let script = project().join("tests/peers/gst_pause.py");
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
