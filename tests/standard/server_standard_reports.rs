//! RTCP in the standard dialect (RFC 3550 section 6), and how long a session lives.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use crate::common::LIMIT;
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::library_server::LibraryServer;
use crate::common::movies::{folder_with, lab_format};
use crate::common::rtcp::{SenderReport, ntp_now, receiver_report};
use crate::common::rtp::Packet;
use crate::common::server_process::ServerProcess;
use crate::common::standard_client::StandardClient;
use rtsp_lab::server::Settings;
use tempfile::TempDir;

/// A server of one movie of so many frames, whose sessions live so many seconds.
fn server_of(frames: usize, timeout: u64) -> (TempDir, LibraryServer) {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, frames)));
    let session_timeout = Duration::from_secs(timeout);
    let settings =
        Settings { movies: folder.path().to_owned(), session_timeout, ..Settings::default() };
    (folder, LibraryServer::start(settings))
}

#[test]
fn a_report_at_once_tells_the_time_of_day_of_the_first_packet() {
    let (_folder, server) = server_of(60, 60);
    for mut client in StandardClient::ready_both(server.address()) {
        for range in ["npt=0-", "npt=2-"] {
            let (_, number, timestamp) = client.play(Some(range));
            let (frame, now) = (client.frame(), ntp_now());
            let (packet, report) = (frame.packets.first().unwrap(), client.report());
            assert_eq!((packet.sequence_number, packet.timestamp), (number, timestamp));
            assert_eq!((report.ssrc, report.goodbye), (packet.ssrc, false));
            assert_eq!(report.cname, "rtsp_lab@127.0.0.1");
            let difference = now - report.time_of(timestamp);
            assert!(difference.abs() < 1.0, "{range}: {difference} s from the packet");
            assert!((now - report.ntp).abs() < 5.0, "{range}: the time of day");
            client.granted("PAUSE", &[]);
            client.waiting_frames();
        }
    }
}

#[test]
fn reports_count_what_was_sent_and_run_on_one_line_of_time_up_to_the_goodbye() {
    let (_folder, mut server) = server_of(160, 60);
    let mut client = StandardClient::ready_tcp(server.address());
    client.play(None);
    let (mut packets, mut reports) = (Vec::new(), Vec::new());
    while reports.last().is_none_or(|(report, _): &(SenderReport, _)| !report.goodbye) {
        match client.interleaved().expect("a goodbye before the close") {
            (0, bytes) => packets.push(Packet::read(&bytes)),
            (channel, bytes) => {
                assert_eq!(channel, 1);
                let report = SenderReport::read(&bytes);
                let octets: usize = packets.iter().map(|packet| packet.payload.len()).sum();
                let counted = (report.packets as usize, report.octets as usize);
                assert_eq!(counted, (packets.len(), octets), "what was sent before the report");
                reports.push((report, packets.len()));
            }
        }
    }
    let goodbye = Instant::now();
    let frames = packets.iter().filter(|packet| packet.marker).count();
    assert_eq!(frames, 160, "the goodbye comes after the last packet");
    assert_eq!(reports.first().map(|(_, before)| *before), Some(0), "one at once");
    // From 2.05 to 6.16 s, and whatever this machine adds.
    for pair in reports.windows(2) {
        let [(one, _), (next, _)] = pair else { unreachable!() };
        let (passed, line) = (next.ntp - one.ntp, next.ntp - one.time_of(next.rtp));
        assert!(next.goodbye || (1.5..9.0).contains(&passed), "{passed} s between reports");
        assert!(line.abs() < 0.01, "{line} s between the clocks of two reports");
    }
    assert!(reports.len() >= 3, "one at once, one or more in 8 s, one at the end: {reports:?}");
    let (last, _) = reports.last().unwrap();
    let after = last.ntp - last.time_of(packets.last().unwrap().timestamp);
    assert!(after > 0.34, "the goodbye came {after} s after the last frame");
    // Five seconds without a request, or less if this machine was late with the goodbye.
    assert_eq!(client.interleaved(), None, "nothing after the goodbye but the close");
    let waited = goodbye.elapsed();
    assert!(waited > Duration::from_secs(3), "closed {waited:?} after the goodbye");
    assert_eq!(server.end_of(client.address()), "the movie has ended");
}

#[test]
fn who_asks_for_something_at_the_end_is_not_sent_away() {
    let (_folder, mut server) = server_of(3, 60);
    for mut client in StandardClient::ready_both(server.address()) {
        client.play(None);
        while !client.report().goodbye {}
        client.granted("OPTIONS", &[]);
        client.granted("PAUSE", &[]);
        client.play(Some("npt=0.1-"));
        client.packet();
        while !client.report().goodbye {}
        client.assert_closed();
        assert_eq!(server.end_of(client.address()), "the movie has ended");
    }
}

#[test]
fn no_goodbye_is_said_at_a_pause() {
    let (_folder, server) = server_of(40, 60);
    for mut client in StandardClient::ready_both(server.address()) {
        for _ in 0..3 {
            client.play(None);
            client.frame();
            client.granted("PAUSE", &[]);
            client.waiting_frames();
        }
        client.play(Some("npt=1.9-"));
        let goodbyes: Vec<_> = (0..5).map(|_| client.report().goodbye).collect();
        assert_eq!(goodbyes, [false, false, false, false, true], "one report a PLAY, and the end");
    }
}

#[test]
fn reports_of_receivers_are_told_and_junk_is_not() {
    let (_folder, mut server) = server_of(60, 60);
    for mut client in StandardClient::ready_both(server.address()) {
        client.play(None);
        let ssrc = client.packet().ssrc;
        for junk in JUNK {
            client.send_report(junk);
        }
        client.send_report(&receiver_report(None));
        let mut of_another = receiver_report(Some(ssrc.wrapping_add(1)));
        of_another[12] = 0;
        client.send_report(&of_another);
        client.send_report(&receiver_report(Some(ssrc)));
        let start = format!("[{}] report: ", client.address());
        let line = server.wait_for(|line| line.starts_with(&start));
        let expected =
            format!("{start}-1 packets lost, 25.0 % since the last report, jitter 10.0 ms");
        assert_eq!(line, expected, "and none before it");
        client.granted("TEARDOWN", &[]);
    }
}

/// What players send to open a way through firewalls, and worse.
const JUNK: [&[u8]; 8] = [
    b"",
    b"x",
    b"\x80\xC9\0\x07\x12\x34\x56\x78",
    b"\x80\xC9\0\0\x12\x34\x56\x78",
    b"\x41\xC9\0\x01\x12\x34\x56\x78",
    b"\xCE\xFA\xED\xFE",
    b"\x80\0\0\0\0\0\0\0\0\0\0\0",
    &[0xFF; 1400],
];

#[test]
fn packets_on_channels_that_nobody_set_up_are_nothing() {
    let (_folder, server) = server_of(60, 60);
    let mut client = StandardClient::connect(server.address());
    client.granted("OPTIONS", &[]);
    client.send(b"$\x01\0\x04junk");
    client.granted("OPTIONS", &[]);
    client.setup_tcp();
    client.play(None);
    client.send(b"$\x07\0\x04junk$\0\0\0$\x01\0\x01x");
    client.granted("GET_PARAMETER", &[]);
    client.frame();
}

#[test]
fn silence_ends_a_session_in_the_midst_of_its_movie() {
    let (_folder, mut server) = server_of(400, 1);
    let mut client = StandardClient::ready_udp(server.address());
    client.play(None);
    client.assert_closed();
    assert_eq!(server.end_of(client.address()), "no sign of life for 1 s");
}

#[test]
fn who_reads_a_movie_over_tcp_needs_to_say_nothing_until_it_pauses() {
    let (_folder, mut server) = server_of(400, 1);
    let mut client = StandardClient::ready_tcp(server.address());
    client.play(None);
    client.frames(60);
    client.granted("PAUSE", &[]);
    client.assert_closed();
    assert_eq!(server.end_of(client.address()), "no sign of life for 1 s");
}

#[test]
fn idle_is_the_timeout_that_a_session_is_told() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 3)));
    let server = ServerProcess::start(folder.path(), &["--idle", "7"]);
    let mut client = StandardClient::connect(server.address());
    let reply = client.setup_udp();
    assert!(reply.header("Session").is_some_and(|session| session.ends_with(";timeout=7")));
}

#[test]
fn reports_keep_a_session_alive() {
    let (_folder, mut server) = server_of(400, 3);
    for ready in [StandardClient::ready_udp, StandardClient::ready_tcp] {
        let mut client = ready(server.address());
        client.play(None);
        // Longer than the timeout by far.
        for _ in 0..100 {
            client.frame();
            client.send_report(&receiver_report(None));
        }
        client.granted("PAUSE", &[]);
        client.assert_closed();
        assert_eq!(server.end_of(client.address()), "no sign of life for 3 s");
    }
}

#[test]
fn requests_keep_a_session_alive() {
    let (_folder, server) = server_of(400, 3);
    let mut client = StandardClient::ready_udp(server.address());
    client.play(None);
    for number in 0..100 {
        client.frame();
        if number % 10 == 0 {
            client.granted(["OPTIONS", "GET_PARAMETER", "SET_PARAMETER"][number / 10 % 3], &[]);
        }
    }
}

#[test]
fn strangers_at_the_port_take_no_room_from_the_clients_reports() {
    let (_folder, mut server) = server_of(400, 60);
    let mut client = StandardClient::ready_udp(server.address());
    client.play(None);
    let ssrc = client.packet().ssrc;
    // Another program, and another machine as far as the server can see.
    let strangers = ["127.0.0.1:0", "127.0.0.2:0"].map(|stranger| UdpSocket::bind(stranger).ok());
    let [_, to] = client.server_ports();
    let mut without_loss = receiver_report(Some(ssrc));
    without_loss[12] = 0;
    for stranger in strangers.into_iter().flatten() {
        // Far more than the port has room for.
        for _ in 0..2000 {
            stranger.send_to(&without_loss, to).unwrap();
        }
    }
    client.send_report(&receiver_report(Some(ssrc)));
    let line = server.wait_for(|line| line.contains("] report: "));
    assert!(line.contains("25.0 % since the last report"), "{line} is not the client's");
}

#[test]
fn a_client_that_listens_to_no_reports_is_served_and_heard_all_the_same() {
    let (_folder, mut server) = server_of(40, 60);
    let mut client = StandardClient::connect(server.address());
    let [media, reports] = client.open_ports();
    let ports = [&media, &reports].map(|socket| socket.local_addr().unwrap());
    // The first sender report finds nobody there, and the system says so.
    drop(reports);
    let sent = format!("{}-{}", ports[0].port(), ports[1].port());
    let reply = client.setup(&format!("RTP/AVP;unicast;client_port={sent}"));
    client.session = Some(reply.session());
    client.play(None);
    media.set_read_timeout(Some(LIMIT)).unwrap();
    media.recv(&mut [0; 2000]).unwrap();
    let reports = UdpSocket::bind(ports[1]).unwrap();
    client.take_udp([media, reports], &reply);
    client.send_report(&receiver_report(Some(reply.ssrc())));
    server.wait_for(|line| line.contains("] report: "));
    while !client.report().goodbye {}
}

#[test]
fn junk_and_strangers_keep_no_session_alive() {
    let (_folder, mut server) = server_of(400, 1);
    let mut client = StandardClient::ready_udp(server.address());
    client.play(None);
    // Another machine, as far as the server can see.
    let stranger = UdpSocket::bind("127.0.0.2:0").ok().filter(|_| cfg!(target_os = "linux"));
    let [_, to] = client.server_ports();
    let deadline = Instant::now() + LIMIT;
    while client.packet_within(Duration::from_secs(1)).is_some() && Instant::now() < deadline {
        client.send_report(b"\x80\xC9 junk");
        if let Some(stranger) = &stranger {
            stranger.send_to(&receiver_report(None), to).unwrap();
        }
    }
    assert_eq!(server.end_of(client.address()), "no sign of life for 1 s");
}
