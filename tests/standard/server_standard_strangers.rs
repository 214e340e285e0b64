//! What nobody gets in the standard dialect: ports of the system, sessions of others.

use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{folder_with, lab_format};
use crate::common::server_process::ServerProcess;
use crate::common::standard_client::StandardClient;

#[test]
fn rtp_and_rtcp_go_to_no_port_below_1024_unless_that_is_allowed() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 10)));
    let server = ServerProcess::start(folder.path(), &[]);
    let status = |server: &ServerProcess, transport: &str| {
        let mut client = StandardClient::connect(server.address());
        let (track, transport) = (client.track(), format!("Transport: {transport}"));
        client.ask("SETUP", &track, &[&transport]).status
    };
    for ports in ["80-81", "1022-1023", "1023-1024", "5000-1023"] {
        let transport = format!("RTP/AVP;unicast;client_port={ports}");
        assert_eq!(status(&server, &transport), "461 Unsupported transport", "{ports}");
        let or_tcp = format!("{transport},RTP/AVP/TCP;unicast;interleaved=0-1");
        assert_eq!(status(&server, &or_tcp), "200 OK", "{ports}, or TCP");
    }
    let open = ServerProcess::start(folder.path(), &["--allow-low-ports"]);
    assert_eq!(status(&open, "RTP/AVP;unicast;client_port=1022-1023"), "200 OK");
}

#[test]
fn the_session_of_another_can_be_neither_played_nor_paused_nor_ended() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 60)));
    let server = ServerProcess::start(folder.path(), &[]);
    let mut owner = StandardClient::ready_udp(server.address());
    owner.play(None);
    for mut thief in
        [StandardClient::connect(server.address()), StandardClient::ready_udp(server.address())]
    {
        thief.session.clone_from(&owner.session);
        let url = thief.url.clone();
        for method in ["PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER"] {
            let status = thief.ask(method, &url, &[]).status;
            assert_eq!(status, "454 Session Not Found", "{method}");
        }
    }
    for _ in 0..20 {
        owner.frame();
    }
}

#[test]
fn a_message_without_end_gets_413_and_the_movies_of_others_play() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 60)));
    let server = ServerProcess::start(folder.path(), &[]);
    let mut viewer = StandardClient::ready_udp(server.address());
    viewer.play(None);
    let head = "SETUP rtsp://h/movie.Mjpeg/track1 RTSP/1.0\r\nCSeq: 1\r\n";
    let header = format!("{head}X: {}", "x".repeat(70_000));
    let headers = format!("{head}{}", "X: y\r\n".repeat(12_000));
    let body = format!("{head}Content-Length: 70000\r\n\r\n{}", "x".repeat(70_000));
    let promised = format!("{head}Content-Length: 99999999\r\n\r\n");
    for message in [header, headers, body, promised] {
        let mut client = StandardClient::connect(server.address());
        client.send(&message);
        let reply = client.rest();
        assert!(reply.starts_with("RTSP/1.0 413 Request Entity Too Large\r\n"), "{reply:?}");
    }
    viewer.frames(20);
}
