//! The client plays from a lab server in Python: the other side is not ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client_common::jpeg::{colour, folder_with_movie};
use crate::client_common::program::{Program, rtp_port, run_client};
use crate::client_common::stage::{TURN, client_of};
use crate::client_common::{LIMIT, MOVIE};
use crate::common::left_out::python;
use crate::common::programs::project;
use crate::harness::tests;
use rtsp_lab::client::{Client, Player};
use rtsp_lab::rtsp::State;

tests![
    a_movie_from_the_python_server_is_played_to_its_end,
    a_missing_movie_is_404_from_python_too,
    every_button_works_with_the_python_server,
];

/// The server in Python in that folder, and its port.
fn python_server(folder: &Path) -> (Program, u16) {
    let script: PathBuf = project().join("tests/python_lab/Server.py");
    let mut command = Command::new(python());
    let server = Program::start(command.arg(script).arg("0").current_dir(folder));
    let line = server.line_with("listening on ");
    let port = line.rsplit(' ').next().unwrap().parse().unwrap();
    (server, port)
}

fn a_movie_from_the_python_server_is_played_to_its_end() {
    let folder = folder_with_movie(40);
    let (_server, port) = python_server(folder.path());
    let (port, rtp_port) = (port.to_string(), rtp_port());
    run_client(&["--headless", "127.0.0.1", &port, &rtp_port, MOVIE]).assert_played(40);
}

fn a_missing_movie_is_404_from_python_too() {
    let folder = folder_with_movie(1);
    let (_server, port) = python_server(folder.path());
    let (port, rtp_port) = (port.to_string(), rtp_port());
    let ended = run_client(&["--headless", "127.0.0.1", &port, &rtp_port, "none.Mjpeg"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.output.contains("404 File Not Found: "), "{}", ended.output);
}

fn every_button_works_with_the_python_server() {
    let folder = folder_with_movie(40);
    let (_server, port) = python_server(folder.path());
    let (mut client, _) = client_of(port, 0);
    client.setup_movie();
    until(&mut client, "READY", |client| client.state() == State::Ready);
    let session = client.session_id().unwrap().to_owned();
    client.play_movie();
    until(&mut client, "10 frames", |client| client.statistics().0.frames_shown >= 10);
    assert_eq!(client.state(), State::Playing);
    client.pause_movie();
    until(&mut client, "READY", |client| client.state() == State::Ready);
    client.describe_movie();
    until(&mut client, "the description", |client| client.description().is_some());
    let description = client.description().unwrap();
    for part in [
        "Content-Base: movie.Mjpeg",
        "v=0",
        &format!("m=video {port} RTP/AVP 26"),
        &format!("a=control:streamid={session}"),
        "a=mimetype:string;\"video/MJPEG\"",
    ] {
        assert!(description.lines().any(|line| line == part), "no {part:?} in {description:?}");
    }
    client.play_movie();
    until(&mut client, "the last frame", |client| client.statistics().0.frames_shown >= 40);
    client.exit_client();
    until(&mut client, "the end", Client::is_torn_down);
    let (statistics, _) = client.statistics();
    let reception = &statistics.reception;
    assert_eq!((reception.packets, reception.lost, reception.late), (40, 0, 0));
    assert_eq!((statistics.frames_shown, statistics.damaged_frames()), (40, 0));
    assert_eq!((client.state(), client.message()), (State::Init, None));
    let shown = client.picture().unwrap();
    assert!(crate::client_common::jpeg::has_colour(shown, colour(40)));
}

#[track_caller]
fn until(client: &mut Client, what: &str, is_so: impl Fn(&Client) -> bool) {
    let start = std::time::Instant::now();
    while !is_so(client) {
        assert!(start.elapsed() < LIMIT, "waited for {what}: {:?}", client.message());
        client.wait(TURN);
    }
}
