//! SETUP, sessions and states in the standard dialect (RFC 2326 sections 10.4 and A.2).

use std::net::UdpSocket;

use crate::common::jpeg_pieces::assert_carry;
use crate::common::jpegs::{Kind, PLAIN, jpegs};
use crate::common::movies::{folder_with, lab_format};
use crate::common::server_process::ServerProcess;
use crate::common::standard_client::StandardClient;
use crate::common::standard_reply::Reply;
use tempfile::TempDir;

/// A server of one movie of so many frames.
fn server_of(frames: usize) -> (TempDir, ServerProcess) {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, frames)));
    let server = ServerProcess::start(folder.path(), &[]);
    (folder, server)
}

#[test]
fn setup_opens_two_ports_for_udp_and_names_the_source() {
    let (_folder, server) = server_of(10);
    let mut client = StandardClient::connect(server.address());
    let reply = client.setup_udp();
    let [media, reports] = client.server_ports();
    assert_eq!((media.port() % 2, reports.port()), (0, media.port() + 1), "an even and the next");
    let ssrc = reply.transport("ssrc").expect("ssrc");
    assert!(ssrc.len() == 8 && ssrc.bytes().all(|byte| byte.is_ascii_hexdigit()), "{ssrc}");
    let transport = reply.header("Transport").unwrap();
    assert!(transport.starts_with("RTP/AVP;unicast;client_port="), "{transport}");
    assert!(transport.ends_with(&format!(";ssrc={ssrc};mode=\"PLAY\"")), "{transport}");
    assert_eq!(reply.header("Session"), Some(format!("{};timeout=60", reply.session()).as_str()));
    client.play(None);
    assert_eq!(client.packet().ssrc, u32::from_str_radix(&ssrc, 16).unwrap());
}

#[test]
fn a_single_port_means_that_and_the_next() {
    let (_folder, server) = server_of(10);
    let mut client = StandardClient::connect(server.address());
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let reply = client.setup(&format!("RTP/AVP/UDP;unicast;client_port={port}"));
    assert_eq!(reply.transport("client_port"), Some(format!("{port}-{}", port + 1)));
    client.session = Some(reply.session());
    client.play(None);
    socket.set_read_timeout(Some(crate::common::LIMIT)).unwrap();
    assert!(socket.recv(&mut [0; 2000]).unwrap() > 12);
}

#[test]
fn setup_over_tcp_takes_the_clients_channels_or_0_and_1() {
    let (_folder, server) = server_of(10);
    for (offered, granted) in [
        ("RTP/AVP/TCP;unicast;interleaved=0-1", "0-1"),
        ("RTP/AVP/TCP;unicast;interleaved=6-9", "6-9"),
        ("RTP/AVP/TCP;interleaved=4", "4-5"),
        ("RTP/AVP/TCP;unicast", "0-1"),
    ] {
        let mut client = StandardClient::connect(server.address());
        let reply = client.setup(offered);
        assert_eq!(reply.transport("interleaved").as_deref(), Some(granted), "{offered}");
        let transport = reply.header("Transport").unwrap();
        assert!(transport.starts_with("RTP/AVP/TCP;unicast;interleaved="), "{transport}");
        assert!(reply.transport("ssrc").is_some(), "{transport}");
    }
}

#[test]
fn the_first_transport_that_is_served_is_taken_and_461_if_none_is() {
    let (_folder, server) = server_of(10);
    for (list, taken) in [
        (
            "RTP/AVP;multicast,RTP/AVP/TCP;interleaved=2-3,RTP/AVP;client_port=5008-5009",
            "RTP/AVP/TCP",
        ),
        ("RTP/SAVP;unicast, RTP/AVP;unicast;client_port=5008-5009,RTP/AVP/TCP", "RTP/AVP"),
        ("RTP/AVP;unicast;destination=127.0.0.1;client_port=5008-5009", "RTP/AVP"),
        ("RTP/AVP;unicast;destination=192.0.2.1;client_port=5008-5009,RTP/AVP/TCP", "RTP/AVP/TCP"),
    ] {
        let mut client = StandardClient::connect(server.address());
        let reply = client.setup(list);
        assert_eq!(reply.status, "200 OK", "{list}");
        assert_eq!(reply.header("Transport").and_then(|text| text.split(';').next()), Some(taken));
    }
    for list in [
        "RTP/AVP;multicast",
        "RTP/AVP;unicast;destination=192.0.2.1;client_port=5008-5009",
        "RTP/AVP;unicast",
        "RTP/AVP;unicast;client_port=5008-5008",
        "RTP/AVP;unicast;client_port=5008-5009;mode=RECORD",
        "",
    ] {
        let mut client = StandardClient::connect(server.address());
        let reply = client.setup(list);
        assert_eq!(
            (reply.status.as_str(), reply.header("Session")),
            ("461 Unsupported transport", None),
            "{list}"
        );
        client.setup_udp();
    }
}

#[test]
fn setup_is_for_a_track_and_may_be_repeated_until_the_movie_plays() {
    let (_folder, server) = server_of(40);
    let mut client = StandardClient::connect(server.address());
    let transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1";
    client.refused("SETUP", &[transport], "459 Aggregate operation not allowed");
    client.setup_udp();
    let session = client.session.clone();
    client.setup_tcp();
    assert_eq!(client.session, session, "the same session by another way");
    client.play(None);
    client.frame();
    let reply = client.setup("RTP/AVP/TCP;unicast;interleaved=2-3");
    assert_eq!(reply.status, "455 Method Not Valid in This State");
    let allow = "OPTIONS, DESCRIBE, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER";
    assert_eq!(reply.header("Allow"), Some(allow));
    client.frame();
    client.granted("TEARDOWN", &[]);
    client.session = None;
    client.setup_udp();
    assert_ne!(client.session, session, "another session");
    let first = client.play(None).1;
    assert_eq!(client.frame().sequence_number, first);
}

#[test]
fn a_track_may_be_named_with_a_slash_after_it_or_after_a_query() {
    let (_folder, server) = server_of(10);
    for tail in ["track1/", "/track1", "?x=y/track1"] {
        let mut client = StandardClient::connect(server.address());
        let url = format!("{}/{tail}", client.url).replace("/?", "?");
        let reply = client.ask("SETUP", &url, &["Transport: RTP/AVP/TCP;interleaved=0-1"]);
        assert_eq!(reply.status, "200 OK", "{url}");
        client.take_tcp(&reply);
        let reply = client.granted("PLAY", &[]);
        assert_eq!(reply.rtp_info(&url).0, client.frame().sequence_number, "{url}");
    }
}

#[test]
fn setup_of_another_movie_replaces_the_session() {
    let (folder, server) = server_of(10);
    let others = jpegs(Kind { size: (32, 32), ..PLAIN }, 4);
    std::fs::write(folder.path().join("other.Mjpeg"), lab_format(&others)).unwrap();
    let mut client = StandardClient::ready_udp(server.address());
    client.url = format!("rtsp://{}/other.Mjpeg", server.address());
    client.session = None;
    client.setup_udp();
    client.play(None);
    assert_carry(&client.frames(4), &others);
}

#[test]
fn sessions_are_looked_at_before_states() {
    let (_folder, server) = server_of(40);
    let mut client = StandardClient::connect(server.address());
    let allow = |reply: Reply| reply.header("Allow").map(str::to_owned);
    for method in ["PLAY", "PAUSE"] {
        let reply = client.refused(method, &[], "455 Method Not Valid in This State");
        let init = "OPTIONS, DESCRIBE, SETUP, GET_PARAMETER, SET_PARAMETER";
        assert_eq!(allow(reply).as_deref(), Some(init), "{method} in INIT");
    }
    client.refused("TEARDOWN", &[], "454 Session Not Found");
    client.refused("PLAY", &["Session: 12345678"], "454 Session Not Found");
    client.refused("GET_PARAMETER", &["Session: 12345678"], "454 Session Not Found");
    client.setup_udp();
    let session = client.session.take();
    for method in ["PLAY", "PAUSE", "TEARDOWN"] {
        client.refused(method, &[], "454 Session Not Found");
        client.refused(method, &["Session: 12345678"], "454 Session Not Found");
    }
    client.granted("GET_PARAMETER", &[]);
    client.session = session;
    client.granted("PAUSE", &[]);
    client.play(None);
    client.frame();
    client.granted("TEARDOWN", &[]);
    client.refused("TEARDOWN", &[], "454 Session Not Found");
}

#[test]
fn play_pause_and_teardown_are_for_the_movie_and_for_its_track() {
    let (_folder, server) = server_of(40);
    let mut client = StandardClient::connect(server.address());
    let url = client.url.clone();
    let urls = [url.clone(), format!("{url}/"), format!("{url}/track1"), format!("{url}/track1/")];
    for url in urls {
        client.setup_udp();
        for method in ["PLAY", "PAUSE", "GET_PARAMETER", "TEARDOWN"] {
            assert_eq!(client.ask(method, &url, &[]).status, "200 OK", "{method} {url}");
        }
        client.session = None;
    }
}

#[test]
fn a_session_may_be_named_with_its_timeout_as_it_came() {
    let (_folder, server) = server_of(40);
    let mut client = StandardClient::ready_udp(server.address());
    client.session = client.session.map(|session| format!("{session};timeout=60"));
    client.play(None);
    client.granted("TEARDOWN", &[]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_server_without_descriptors_for_rtp_answers_500_and_goes_on() {
    use crate::common::server_process::wait_until;
    let (folder, server) = server_of(10);
    let mut client = StandardClient::connect(server.address());
    client.granted("DESCRIBE", &[]);
    let limit = server.descriptors_for_one_more();
    let short = with_descriptors(folder.path(), limit);
    let mut client = StandardClient::connect(short.address());
    client.granted("DESCRIBE", &[]);
    wait_until("the main thread waits in accept", || short.state() == "S");
    for transport in ["RTP/AVP;unicast;client_port=5008-5009"; 2] {
        assert_eq!(client.setup(transport).status, "500 Internal Server Error");
    }
    client.refused("PLAY", &[], "455 Method Not Valid in This State");
    // Over the connection it takes the movie's file alone.
    client.setup_tcp();
    client.play(None);
    client.frames(10);
}

#[cfg(target_os = "linux")]
#[test]
fn with_few_descriptors_setup_is_refused_or_the_clients_reports_are_read() {
    use crate::common::rtcp::receiver_report;
    use crate::common::server_process::wait_until;
    use crate::common::standard_client::numbers;
    let (folder, server) = server_of(10);
    let mut client = StandardClient::connect(server.address());
    client.granted("DESCRIBE", &[]);
    let limit = server.descriptors_for_one_more();
    let statuses = [0, 1, 2, 3, 4].map(|more| {
        let mut short = with_descriptors(folder.path(), limit + more);
        let mut client = StandardClient::connect(short.address());
        client.granted("DESCRIBE", &[]);
        wait_until("the main thread waits in accept", || short.state() == "S");
        let sockets = client.open_ports();
        let reply = client.setup(&format!("RTP/AVP;unicast;client_port={}", numbers(&sockets)));
        if reply.status == "200 OK" {
            client.take_udp(sockets, &reply);
            client.send_report(&receiver_report(Some(reply.ssrc())));
            short.wait_for(|line| line.contains("] report: "));
        }
        reply.status
    });
    assert_eq!(statuses.first().unwrap(), "500 Internal Server Error");
    assert_eq!(statuses.last().unwrap(), "200 OK");
}

/// A server that may have fewer than so many descriptors.
#[cfg(target_os = "linux")]
fn with_descriptors(folder: &std::path::Path, limit: usize) -> ServerProcess {
    let run = format!("ulimit -n {limit} && exec \"$0\" 0");
    let mut command = std::process::Command::new("sh");
    let binary = crate::common::server_process::server_command(folder).get_program().to_owned();
    command.current_dir(folder).args(["-c", &run]).arg(binary);
    ServerProcess::start_with(&mut command).expect("a server short of descriptors")
}
