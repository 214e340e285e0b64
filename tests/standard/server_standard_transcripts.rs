//! The requests of real players, as they came, without the players.

use std::fs;

use crate::common::jpeg_pieces::Parts;
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{folder_with, lab_format};
use crate::common::programs::project;
use crate::common::server_process::ServerProcess;
use crate::common::standard_client::{StandardClient, numbers};

#[test]
fn every_request_of_every_player_is_granted_and_the_right_frames_come() {
    let jpegs = jpegs(PLAIN, 60);
    let folder = folder_with(&lab_format(&jpegs));
    let mut server = ServerProcess::start(folder.path(), &[]);
    let fixtures = project().join("tests/fixtures/standard");
    let mut names: Vec<_> =
        fs::read_dir(fixtures).unwrap().map(|file| file.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    assert!(names.len() >= 8, "{names:?}");
    for path in names {
        let requests = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let mut client = StandardClient::connect(server.address());
        let requests: Vec<_> = requests.split_inclusive("\r\n\r\n").collect();
        assert!(requests.len() >= 4, "{name}: {requests:?}");
        for request in &requests {
            assert!(request.ends_with("\r\n\r\n"), "{name}: the end of {request:?}");
            say(&mut client, request, &jpegs, name);
        }
        let address = client.address();
        drop(client);
        let transcript = server.transcript_of(address);
        let lines: Vec<_> = requests.iter().flat_map(|request| request.lines()).collect();
        let told = |line: &&str| line.starts_with("User-Agent: ");
        let agents = transcript.iter().map(String::as_str).filter(told);
        assert!(agents.eq(lines.into_iter().filter(told)), "{name}: {transcript:#?}");
    }
}

/// Sends a request with what is the client's own in it, and looks at what comes.
#[track_caller]
fn say(client: &mut StandardClient, request: &str, jpegs: &[Vec<u8>], name: &str) {
    let method = request.split(' ').next().unwrap();
    let (url, track) = (client.url.clone(), client.track());
    let mut text = request.replace("rtsp://127.0.0.1:8554/movie.Mjpeg", &url);
    if let (Some(old), Some(own)) = (header(request, "Session"), &client.session) {
        text = text.replace(old, own);
    }
    let sockets = client.open_ports();
    let udp = header(request, "Transport").and_then(|line| line.split_once("client_port="));
    if let Some((_, ports)) = udp {
        text = text.replace(ports, &numbers(&sockets));
    }
    client.send(&text);
    let reply = client.reply();
    assert_eq!(reply.status, "200 OK", "{name}: {text}");
    assert_eq!(reply.header("CSeq"), header(request, "CSeq"), "{name}: {text}");
    match method {
        "SETUP" if udp.is_some() => client.take_udp(sockets, &reply),
        "SETUP" => client.take_tcp(&reply),
        "PLAY" => {
            let range = reply.header("Range").unwrap().strip_prefix("npt=").unwrap();
            let start: f64 = range.split('-').next().unwrap().parse().unwrap();
            let frame = client.frame();
            let first = (frame.sequence_number, frame.timestamp);
            assert_eq!(first, reply.rtp_info(&track), "{name}: RTP-Info");
            let mut times = (0..).map(|number| f64::from(number) / 20.0);
            let index = times.position(|time| time > start - 0.01).unwrap();
            let jpeg = jpegs.get(index).unwrap();
            assert!(frame.data == Parts::of(jpeg).scan, "{name}: the frame at {start} s");
        }
        "PAUSE" | "TEARDOWN" => {
            client.waiting_frames();
            client.assert_no_packet(&format!("after {method} ({name})"));
        }
        _ => {}
    }
}

fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = request.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(other, _)| *other == name).map(|(_, value)| value)
}
