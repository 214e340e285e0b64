//! The client against servers that others have written.

#![cfg(unix)]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::client_common::LIMIT;
use crate::client_common::program::Program;
use crate::common::left_out::{forbidden, leave_out, needs, runs};
use crate::common::other_user::{is_root, open_to_all};
use crate::common::programs::project;
use crate::harness::tests;
use rtsp_lab::client::{Player, Seek};
use rtsp_lab::picture::Picture;
use rtsp_lab::rtsp::State;
use rtsp_lab::standard::client::{StandardClient as Client, StandardSettings};
use rtsp_lab::standard::rtsp::{Credentials, RtspUrl};
use rtsp_lab::video_stream::VideoStream;
use tempfile::TempDir;

tests![
    gstreamer_is_played_to_its_end_pixel_for_pixel_over_both_transports,
    gstreamer_with_a_password_is_played_by_who_knows_it,
    gstreamer_is_paused_resumed_and_led_elsewhere,
    vlc_is_played_pixel_for_pixel,
];

/// The first frames of the project's movie, and a file of them that others can read.
struct Movie {
    folder: TempDir,
    frames: Vec<Picture>,
}

impl Movie {
    /// `ffmpeg` writes the file.
    fn of_frames(count: usize) -> Self {
        Self::written(count, &["-c", "copy"])
    }

    /// The same coded anew, with its segments in the usual order and one table for all components.
    fn coded_anew(count: usize) -> Self {
        let coding = ["-c:v", "mjpeg", "-huffman", "default", "-q:v", "4", "-pix_fmt", "yuvj420p"];
        Self::written(count, &coding)
    }

    fn written(count: usize, coding: &[&str]) -> Self {
        needs("ffmpeg", "ffmpeg");
        let project = project();
        let mut movie = VideoStream::open(project, "movie.Mjpeg").unwrap();
        let jpegs: Vec<_> =
            (0..count).map(|_| movie.next_frame().unwrap().unwrap().to_vec()).collect();
        let folder = tempfile::tempdir().unwrap();
        // VLC runs as another user where the test is root's.
        open_to_all(folder.path());
        fs::write(folder.path().join("movie.mjpeg"), jpegs.concat()).unwrap();
        let ffmpeg = |words: &[&str]| {
            let mut command = Command::new("ffmpeg");
            let ends_well =
                runs(command.current_dir(folder.path()).args(["-v", "error"]).args(words));
            assert!(ends_well, "ffmpeg {words:?}");
        };
        ffmpeg(&[&["-framerate", "20", "-i", "movie.mjpeg"], coding, &["movie.avi"]].concat());
        ffmpeg(&["-i", "movie.avi", "-c", "copy", "-start_number", "0", "%d.jpg"]);
        let frame = |number| fs::read(folder.path().join(format!("{number}.jpg"))).unwrap();
        let decoded = |number| Picture::decode(&frame(number)).unwrap();
        let frames = (0..count).map(decoded).collect();
        Self { folder, frames }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("movie.avi")
    }

    /// The number of the frame that is shown, from 0.
    #[track_caller]
    fn shown(&self, client: &Client) -> usize {
        let picture = client.picture().expect("a picture");
        let found = self.frames.iter().position(|frame| frame == picture);
        found.expect("a frame of the movie, pixel for pixel")
    }
}

fn client_of(url: &str, tcp: bool) -> Client {
    let (credentials, url) = (Credentials::in_url(url), RtspUrl::parse(url).unwrap());
    Client::new(StandardSettings { credentials, tcp, ..StandardSettings::of_url(url) }, |_| {})
}

#[track_caller]
fn until(client: &mut Client, what: &str, mut is_so: impl FnMut(&Client) -> bool) {
    let start = Instant::now();
    while !is_so(client) {
        assert!(start.elapsed() < LIMIT, "waited for {what}; it says {:?}", client.message());
        client.wait(Duration::from_millis(10));
    }
}

/// GStreamer's server of the movie, and the movie's URL.
fn gstreamer(movie: &Movie, words: &[&str]) -> (Program, String) {
    let script = project().join("tests/peers/gst_server.py");
    // Python's own packages may hide the system's.
    let pythons = ["/usr/bin/python3", "python3"];
    let imports = "import gi; gi.require_version('GstRtspServer', '1.0'); \
                   from gi.repository import GstRtspServer";
    let has_it = |python: &&str| runs(Command::new(python).args(["-c", imports]));
    let python = pythons.into_iter().find(has_it);
    let python =
        python.unwrap_or_else(|| leave_out("GStreamer's server is not installed", GST_SERVER));
    let program = Program::start(Command::new(python).arg(script).arg(movie.file()).args(words));
    let line = program.line_with("serving at port ");
    let port = line.rsplit(' ').next().unwrap();
    (program, format!("rtsp://127.0.0.1:{port}/movie"))
}

fn gstreamer_is_played_to_its_end_pixel_for_pixel_over_both_transports() {
    let movie = Movie::of_frames(60);
    let (_server, url) = gstreamer(&movie, &[]);
    for tcp in [false, true] {
        let mut client = client_of(&url, tcp);
        client.play_movie();
        let mut next = 0;
        until(&mut client, "the end of the movie", |client| {
            if client.picture().is_some() {
                let shown = movie.shown(client);
                assert!(shown + 1 >= next, "frame {shown} behind frame {next}");
                next = shown + 1;
            }
            client.has_ended()
        });
        assert_eq!(next, 60, "the last frame");
        let (statistics, _) = client.statistics();
        let reception = &statistics.reception;
        assert_eq!((statistics.frames_shown, reception.lost, reception.late), (60, 0, 0));
        assert_eq!((statistics.damaged_frames(), reception.malformed), (0, 0));
        client.exit_client();
        until(&mut client, "TEARDOWN", Client::is_torn_down);
    }
}

fn gstreamer_with_a_password_is_played_by_who_knows_it() {
    let movie = Movie::of_frames(60);
    for scheme in ["basic", "digest"] {
        let (_server, url) = gstreamer(&movie, &[scheme]);
        let of_user = |user: &str| url.replace("://", &format!("://{user}"));
        for (user, text) in [("", "wants a name and a password"), ("me:x@", "does not take")] {
            let mut client = client_of(&of_user(user), false);
            client.play_movie();
            until(&mut client, "401", |client| {
                client.message().is_some_and(|message| message.title == "401 Unauthorized")
            });
            assert!(client.message().unwrap().text.contains(text), "{scheme}, {user}");
        }
        let mut client = client_of(&of_user("me:geheim@"), scheme == "basic");
        client.play_movie();
        until(&mut client, "frames", |client| client.statistics().0.frames_shown > 5);
        movie.shown(&client);
        client.exit_client();
        until(&mut client, "TEARDOWN", Client::is_torn_down);
    }
}

fn gstreamer_is_paused_resumed_and_led_elsewhere() {
    let movie = Movie::of_frames(500);
    let (_server, url) = gstreamer(&movie, &[]);
    for tcp in [false, true] {
        let mut client = client_of(&url, tcp);
        client.play_movie();
        until(&mut client, "frames", |client| client.statistics().0.frames_shown > 5);
        let before = movie.shown(&client);
        client.pause_movie();
        until(&mut client, "PAUSE", |client| client.state() == State::Ready);
        client.play_movie();
        let shown = client.statistics().0.frames_shown;
        until(&mut client, "frames", |client| client.statistics().0.frames_shown > shown + 5);
        let after = movie.shown(&client);
        assert!((before..before + 60).contains(&after), "from frame {before} to frame {after}");

        client.seek_movie(Seek::Forward);
        until(&mut client, "a frame after 10 s", |client| movie.shown(client) >= 200);
        until(&mut client, "the position", |client| {
            let expected = Duration::from_millis(50) * u32::try_from(movie.shown(client)).unwrap();
            client.position().unwrap().abs_diff(expected) <= Duration::from_millis(100)
        });
        client.seek_movie(Seek::Back);
        until(&mut client, "a frame before 10 s", |client| movie.shown(client) < 200);
        client.exit_client();
        until(&mut client, "TEARDOWN", Client::is_torn_down);
    }
}

/// VLC as a server; it refuses to work for root.
fn vlc(movie: &Movie, port: u16) -> Program {
    needs("cvlc", VLC);
    let is_root = is_root();
    let words = |program: &'static str| {
        let mut command = Command::new(if is_root { "setpriv" } else { program });
        if is_root {
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", program]);
        }
        command.current_dir(movie.folder.path()).env("HOME", movie.folder.path());
        command
    };
    if !runs(words("cvlc").arg("--version")) {
        forbidden("VLC refuses to work for root, who can't be another user here");
    }
    let output = format!("#rtp{{sdp=rtsp://127.0.0.1:{port}/movie}}");
    let mut command = words("vlc");
    command.args(["-I", "dummy", "--no-audio", "--loop"]).arg(movie.file());
    command.args(["--sout", &output, "--sout-keep"]);
    Program::start(&mut command)
}

fn vlc_is_played_pixel_for_pixel() {
    let movie = Movie::coded_anew(400);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let _server = vlc(&movie, port);
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < LIMIT, "VLC does not serve");
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut client = client_of(&format!("rtsp://127.0.0.1:{port}/movie"), false);
    // Until the movie is open, VLC answers 500.
    while client.state() != State::Playing {
        assert!(start.elapsed() < LIMIT, "VLC says {:?}", client.message());
        client.play_movie();
        until(&mut client, "a reply", |client| !client.is_waiting());
        std::thread::sleep(Duration::from_millis(50));
    }
    until(&mut client, "frames", |client| {
        if client.picture().is_some() {
            movie.shown(client);
        }
        client.statistics().0.frames_shown >= 60
    });
    let (statistics, _) = client.statistics();
    assert_eq!(statistics.damaged_frames(), statistics.reception.damaged, "none undecodable");
    assert!(statistics.reception.damaged <= 1, "the first, of which the beginning did not come");
    client.exit_client();
    until(&mut client, "TEARDOWN", Client::is_torn_down);
}

const GST_SERVER: &str =
    "python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-rtsp gstreamer1.0-plugins-good";
const VLC: &str = "vlc-bin vlc-plugin-base";
