//! The client in the standard dialect, against a server that the test plays: requests and replies.

use std::thread;
use std::time::Duration;

use crate::client_common::LIMIT;
use crate::client_common::program::{Program, client_command};
use crate::client_common::rfc2435::{Form, frame, payloads};
use crate::client_common::standard_server::{Answers, StandardServer, Way, description};
use crate::client_common::standard_stage::{BOTH, First, StandardStage};
use rtsp_lab::client::{Player, Seek};
use rtsp_lab::playout::Target;
use rtsp_lab::rtsp::{Method, State};
use rtsp_lab::standard::client::StandardClient as Client;

#[test]
fn a_movie_is_played_paused_resumed_and_ended_over_both_transports() {
    for first in BOTH {
        let mut stage = StandardStage::playing(first);
        assert_eq!(stage.server.request.header("Range"), Some("npt=0.000-"), "{first:?}");
        for number in 1..4 {
            stage.shows(number);
        }
        stage.client.pause_movie();
        stage.grants("PAUSE");
        assert_eq!(stage.client.state(), State::Ready);
        stage.play();
        assert_eq!(stage.server.request.header("Range"), None, "it goes on where it stands");
        stage.shows(4);
        stage.teardown();
        let reception = &stage.statistics().reception;
        assert_eq!((reception.lost, reception.late, reception.malformed), (0, 0, 0), "{first:?}");
        assert_eq!(stage.told(), [""; 0], "{first:?}");
    }
}

#[test]
fn requests_have_the_headers_of_the_rfc() {
    let mut stage = StandardStage::new(First::Udp);
    let url = stage.server.url();
    stage.press(Client::setup_movie);
    let options = stage.server.expects("OPTIONS");
    let expected =
        format!("OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: rtsp_lab/0.1.0\r\n\r\n");
    assert_eq!(options.text, expected);
    stage.server.assert_nothing_waits();
    stage.server.answers("200 OK", "", "");
    stage.until("DESCRIBE", |client| client.awaits(Method::Describe));
    stage.grants("DESCRIBE");
    let describe = &stage.server.request;
    assert_eq!((&describe.url, describe.header("Accept")), (&url, Some("application/sdp")));
    stage.grants("SETUP");
    assert_eq!(stage.server.request.url, format!("{url}/track1"));
    assert_eq!(stage.server.request.header("Session"), None);
    assert_eq!(stage.client.session_id(), Some("Ab12-34_56"), "without its timeout");
    stage.play();
    assert_eq!(stage.server.request.url, format!("{url}/"), "the URL of the whole");
    assert_eq!(stage.server.request.header("Session"), Some("Ab12-34_56"));
    stage.teardown();
}

#[test]
fn play_in_init_does_all_of_setup_first() {
    let mut stage = StandardStage::new(First::Tcp);
    stage.press(Client::play_movie);
    for method in ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"] {
        stage.grants(method);
    }
    assert_eq!(stage.client.state(), State::Playing);
    stage.shows(1);
    stage.teardown();
}

#[test]
fn control_urls_are_found_absolute_and_relative_from_every_base() {
    let track = |answers: Answers| {
        let mut stage = StandardStage::with(First::Tcp, LIMIT, answers);
        stage.setup();
        let setup = stage.server.request.url.clone();
        stage.play();
        let play = stage.server.request.url.clone();
        let own = stage.server.url();
        stage.teardown();
        [setup.replace(&own, "URL"), play.replace(&own, "URL")]
    };
    let usual = Answers::default();
    for (base, control, expected) in [
        ("Content-Base: {url}/\r\n", "track1", ["URL/track1", "URL/"]),
        ("Content-Base: {url}\r\n", "track1", ["URL/track1", "URL"]),
        ("content-location: {url}/x\r\n", "trackID=0", ["URL/x/trackID=0", "URL/x"]),
        ("Content-Location: {url}/x\r\nContent-Base: {url}/y/\r\n", "t", ["URL/y/t", "URL/y/"]),
        ("", "stream=0", ["URL/stream=0", "URL"]),
        ("", "*", ["URL", "URL"]),
        ("Content-Base: {url}\r\n", "rtsp://h:1/m/t", ["rtsp://h:1/m/t", "URL"]),
    ] {
        let description = description("", control);
        assert_eq!(track(Answers { base, description, ..usual.clone() }), expected, "{base:?}");
    }
}

#[test]
fn other_tracks_first_and_after_it_do_not_matter() {
    let jpeg = description("", "video");
    let (session, video) = jpeg.split_at(jpeg.find("m=").unwrap());
    let description = format!(
        "{session}m=audio 0 RTP/AVP 0\r\na=control:audio\r\n\
         m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:h264\r\n{video}\
         m=application 0 RTP/AVP 107\r\na=control:meta\r\n"
    );
    let answers = Answers { description, ..Answers::default() };
    let mut stage = StandardStage::with(First::Udp, LIMIT, answers);
    stage.setup();
    assert!(stage.server.request.url.ends_with("/video"), "{:?}", stage.server.request);
    stage.play();
    stage.shows(1);
    stage.teardown();
}

#[test]
fn after_461_tcp_is_asked_for() {
    let mut stage = StandardStage::new(First::Udp);
    stage.press(Client::setup_movie);
    stage.grants("OPTIONS");
    stage.grants("DESCRIBE");
    stage.answers("SETUP", "461 Unsupported Transport", "", "");
    stage.grants("SETUP");
    let transport = stage.server.request.header("Transport");
    assert_eq!(transport, Some("RTP/AVP/TCP;unicast;interleaved=0-1"));
    stage.play();
    stage.shows(1);
    stage.teardown();
}

#[test]
fn who_sends_in_no_way_is_told_of() {
    let mut stage = StandardStage::new(First::Udp);
    stage.press(Client::play_movie);
    stage.grants("OPTIONS");
    stage.grants("DESCRIBE");
    stage.answers("SETUP", "461 Unsupported Transport", "", "");
    stage.answers("SETUP", "461 Unsupported Transport", "", "");
    let text = stage.message("461 Unsupported Transport");
    assert!(text.contains("UDP") && text.contains("TCP"), "{text}");
    assert_eq!(stage.client.state(), State::Init);
    stage.server.assert_nothing_waits();
    stage.press(Client::setup_movie);
    stage.server.accept();
    for method in ["OPTIONS", "DESCRIBE", "SETUP"] {
        stage.grants(method);
    }
    assert!(matches!(stage.server.way, Way::Udp(_)), "from the beginning");
}

#[test]
fn channels_and_transports_that_the_server_chooses_are_taken() {
    for (first, transport, channel) in [
        (First::Tcp, "RTP/AVP/TCP;unicast;interleaved=6-7", 6),
        (First::Tcp, "RTP/AVP/TCP;unicast", 0),
        (First::Udp, "RTP/AVP/TCP;interleaved=2-3", 2),
    ] {
        let mut stage = StandardStage::new(first);
        stage.press(Client::setup_movie);
        stage.grants("OPTIONS");
        stage.grants("DESCRIBE");
        stage.answers("SETUP", "200 OK", &format!("Session: 1\r\nTransport: {transport}\r\n"), "");
        stage.server.way = Way::Tcp(channel);
        stage.server.answers.session = "1";
        stage.play();
        stage.shows(1);
        stage.teardown();
    }
}

#[test]
fn a_transport_that_was_not_asked_for_is_told_and_ends_the_session() {
    for (first, transport) in [
        (First::Udp, "RTP/AVP;multicast;destination=225.0.0.1"),
        (First::Udp, "RAW/RAW/UDP;unicast"),
        (First::Udp, ""),
        (First::Tcp, "RTP/AVP;unicast;client_port=5000-5001"),
    ] {
        let mut stage = StandardStage::new(first);
        stage.press(Client::play_movie);
        stage.grants("OPTIONS");
        stage.grants("DESCRIBE");
        stage.answers("SETUP", "200 OK", &format!("Session: 1\r\nTransport: {transport}\r\n"), "");
        stage.message("Bad transport");
        assert_eq!(stage.client.state(), State::Init, "{transport}");
        assert!(stage.server.is_closed(), "{transport}");
    }
}

#[test]
fn missing_headers_are_done_without() {
    let mut stage = StandardStage::new(First::Udp);
    stage.press(Client::setup_movie);
    stage.answers("OPTIONS", "501 Not Implemented", "", "");
    stage.server.answers.base = "";
    stage.grants("DESCRIBE");
    stage.server.expects("SETUP");
    stage.server.agree();
    stage.server.answers("200 OK", "", "");
    stage.until("READY", |client| client.state() == State::Ready);
    assert_eq!(stage.client.session_id(), None);
    stage.client.play_movie();
    stage.answers("PLAY", "200 OK", "", "");
    assert_eq!(stage.server.request.header("Session"), None);
    stage.shows(1);
    stage.client.exit_client();
    stage.answers("TEARDOWN", "200 OK", "", "");
    assert!(stage.client.is_torn_down());
}

#[test]
fn silence_over_udp_leads_to_tcp_from_the_same_place() {
    let mut stage = StandardStage::with(First::Udp, Duration::ZERO, Answers::default());
    stage.setup();
    stage.client.seek_movie(Seek::Forward);
    stage.client.play_movie();
    stage.grants("PLAY");
    assert_eq!(stage.server.request.header("Range"), Some("npt=10.000-"));
    stage.grants("TEARDOWN");
    stage.grants("SETUP");
    assert_eq!(stage.server.request.header("Session"), None);
    assert!(matches!(stage.server.way, Way::Tcp(0)));
    stage.grants("PLAY");
    assert_eq!(stage.server.request.header("Range"), Some("npt=10.000-"));
    stage.shows(1);
    assert!(!stage.client.is_torn_down());
    assert!(stage.told()[0].starts_with("No packets over UDP: "), "{:?}", stage.told());
    stage.teardown();
}

#[test]
fn silence_over_udp_leads_to_tcp_on_a_new_connection_if_the_server_closes() {
    let mut stage = StandardStage::with(First::Udp, Duration::ZERO, Answers::default());
    stage.setup();
    stage.client.play_movie();
    stage.grants("PLAY");
    stage.server.expects("TEARDOWN");
    stage.server.closes();
    stage.until("the end of the connection", |client| client.state() == State::Init);
    stage.until("a new one", |client| !client.is_connecting());
    for method in ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"] {
        stage.grants(method);
    }
    assert_eq!(stage.server.way, Way::Tcp(0));
    stage.shows(1);
    stage.teardown();
}

#[test]
fn a_packet_over_udp_is_enough_to_stay_there() {
    let mut stage = StandardStage::with(First::Udp, Duration::from_secs(1), Answers::default());
    stage.setup();
    stage.play();
    stage.shows(1);
    stage.until("silence", Client::has_no_data);
    stage.server.assert_nothing_waits();
    stage.shows(2);
    stage.teardown();
}

#[test]
fn without_any_packet_over_tcp_the_user_is_told() {
    let mut stage = StandardStage::playing(First::Tcp);
    let text = stage.message("No packets");
    assert!(text.contains("RTSP connection"), "{text}");
    stage.teardown();
}

#[test]
fn a_session_is_kept_alive_at_half_of_its_timeout() {
    for (public, method) in
        [("OPTIONS, PLAY, GET_PARAMETER", "GET_PARAMETER"), ("OPTIONS, PLAY", "OPTIONS")]
    {
        let answers = Answers { public, session: "77;timeout=2", ..Answers::default() };
        let mut stage = StandardStage::with(First::Tcp, LIMIT, answers);
        stage.setup();
        // The client sends when it is given the time to.
        stage.until("a keep-alive", |client| {
            let last = client.rtsp_log().last().unwrap();
            last.event.to_string().contains(&format!("\n{method} "))
        });
        let keep_alive = stage.server.expects(method);
        assert_eq!(keep_alive.header("Session"), Some("77"));
        stage.server.answers("551 Option not supported", "", "");
        // A refusal changes nothing, nor does an answer that never comes.
        stage.play();
        stage.shows(1);
        stage.until("another", |client| {
            let last = client.rtsp_log().last().unwrap();
            last.event.to_string().contains(&format!("\n{method} "))
        });
        stage.server.expects(method);
        stage.shows(2);
        stage.teardown();
        assert_eq!(stage.told(), [""; 0]);
    }
}

#[test]
fn the_arrows_lead_ten_seconds_back_and_on() {
    for first in BOTH {
        let mut stage = StandardStage::playing(first);
        stage.shows(1);
        for (direction, range) in [
            (Seek::Forward, "npt=10.000-"),
            (Seek::Forward, "npt=20.000-"),
            (Seek::Back, "npt=10.000-"),
            (Seek::Back, "npt=0.000-"),
            (Seek::Back, "npt=0.000-"),
        ] {
            stage.client.seek_movie(direction);
            stage.grants("PAUSE");
            stage.grants("PLAY");
            assert_eq!(stage.server.request.header("Range"), Some(range), "{first:?}");
        }
        stage.shows(2);
        stage.teardown();
        assert_eq!(stage.told(), [""; 0]);
    }
}

/// Frames of one place in the movie are not shown at another.
#[test]
fn a_jump_empties_the_playout_buffer() {
    let mut stage = StandardStage::playing(First::Udp);
    stage.client.buffer().set_target(Some(Target::Frames(30)));
    for number in 1..=3 {
        for packet in stage.packets(number) {
            stage.server.sends_rtp(&packet);
        }
    }
    // What waits is played after half a second, so on a slow machine some may be shown by now.
    let counted = |client: &Client| {
        let statistics = client.statistics().0;
        let playout = statistics.playout;
        let waiting = playout.map_or(0, |playout| playout.frames as u64);
        (statistics.frames_shown, waiting, playout.map_or(0, |playout| playout.emptied))
    };
    stage.until("three frames", |client| counted(client).0 + counted(client).1 == 3);
    stage.client.seek_movie(Seek::Forward);
    stage.grants("PAUSE");
    let (shown, waiting, _) = counted(&stage.client);
    stage.grants("PLAY");
    stage.until("an empty buffer", |client| counted(client) == (shown, 0, waiting));
    stage.shows(4);
    stage.teardown();
}

#[test]
fn arrows_in_a_row_lead_to_one_place() {
    let mut stage = StandardStage::playing(First::Udp);
    for _ in 0..9 {
        stage.client.seek_movie(Seek::Forward);
    }
    stage.server.expects("PAUSE");
    stage.client.seek_movie(Seek::Back);
    stage.server.answers("200 OK", "", "");
    stage.until("PLAY", |client| client.awaits(Method::Play));
    stage.client.seek_movie(Seek::Forward);
    stage.client.seek_movie(Seek::Back);
    stage.client.seek_movie(Seek::Back);
    for range in ["npt=49.000-", "npt=39.000-"] {
        stage.grants("PLAY");
        assert_eq!(stage.server.request.header("Range"), Some(range), "back from the end");
        if range == "npt=49.000-" {
            stage.grants("PAUSE");
        }
    }
    stage.until("PLAYING", |client| !client.is_waiting());
    stage.shows(1);
    stage.teardown();
}

#[test]
fn a_movie_that_goes_on_after_its_end_has_begun_anew() {
    let description = description("a=range:npt=0-1\r\n", "track1\r\na=framerate:20");
    let answers = Answers { description, ..Answers::default() };
    let mut stage = StandardStage::with(First::Udp, LIMIT, answers);
    stage.setup();
    stage.play();
    for number in 1..23 {
        stage.shows(number);
        let expected = if number > 20 { number - 20 } else { number };
        assert_eq!(stage.statistics().current_frame(), u64::from(expected));
    }
    assert_eq!(stage.client.position(), Some(Duration::from_millis(50)));
    stage.teardown();
}

#[test]
fn the_position_follows_the_timestamps_and_what_the_server_says_of_them() {
    // The first packet has the timestamp 4294901760, half a second after the first of these.
    for (play, position) in [
        ("", 1050),
        ("Range: npt=30-\r\n", 31_050),
        ("Range: npt=10.500-60\r\nRTP-Info: url={url}/track1;rtptime=4294856760\r\n", 12_050),
        ("Range: npt=10.500-60\r\nRTP-Info: url={url}/track1;rtptime=2000000000\r\n", 11_550),
    ] {
        let description = description("a=range:npt=0-60\r\n", "track1\r\na=framerate:20");
        let answers = Answers { description, play, ..Answers::default() };
        let mut stage = StandardStage::with(First::Udp, LIMIT, answers);
        stage.setup();
        stage.play();
        for number in 1..23 {
            stage.shows(number);
        }
        assert_eq!(stage.statistics().current_frame(), position / 50 + 1, "of 20 a second");
        assert_eq!(stage.client.position(), Some(Duration::from_millis(position)), "{play}");
        assert_eq!(stage.client.length(), Some(Duration::from_secs(60)));
        stage.client.pause_movie();
        stage.grants("PAUSE");
        stage.client.seek_movie(Seek::Back);
        let back = Duration::from_millis(position.saturating_sub(10_000));
        assert_eq!(stage.client.position(), Some(back));
        stage.server.assert_nothing_waits();
        stage.client.play_movie();
        stage.server.expects("PLAY");
        let range = format!("npt={:.3}-", back.as_secs_f64());
        assert_eq!(stage.server.request.header("Range"), Some(range.as_str()));
    }
}

#[test]
fn without_a_range_the_arrows_do_nothing() {
    for range in ["", "a=range:npt=now-\r\n", "a=range:npt=0-\r\n", "a=range:clock=x-\r\n"] {
        let answers = Answers { description: description(range, "track1"), ..Answers::default() };
        let mut stage = StandardStage::with(First::Tcp, LIMIT, answers);
        stage.client.seek_movie(Seek::Forward);
        stage.setup();
        stage.play();
        stage.client.seek_movie(Seek::Forward);
        stage.client.seek_movie(Seek::Back);
        stage.server.assert_nothing_waits();
        assert_eq!(stage.client.length(), None);
        stage.teardown();
    }
}

#[test]
fn describe_shows_the_description_and_sets_nothing_up() {
    let mut stage = StandardStage::new(First::Udp);
    stage.press(Client::describe_movie);
    stage.grants("DESCRIBE");
    assert_eq!(stage.client.description(), Some(stage.server.answers.description.as_str()));
    assert_eq!(stage.client.state(), State::Init);
    stage.server.assert_nothing_waits();
    let mut other = StandardStage::new(First::Udp);
    other.setup();
    assert_eq!(other.client.description(), None, "nobody has asked for it");
}

#[test]
fn what_cannot_be_played_is_told_and_can_be_tried_again() {
    for (status, body, title, part) in [
        ("404 Not Found", "", "404 Not Found", "movies/movie.Mjpeg"),
        ("401 Unauthorized", "", "401 Unauthorized", "password"),
        ("302 Moved", "", "302 Moved", "refused DESCRIBE"),
        ("404 Not Found", "no such thing here\r\n", "404 Not Found", "folder. no such thing here"),
        (
            "415 Unsupported Media Type",
            "it is an AVI file\r\n",
            "415 Unsupported Media Type",
            "AVI",
        ),
        ("200 OK", "", "Can't be played", "video"),
        ("200 OK", "v=0\r\nm=audio 0 RTP/AVP 0\r\n", "Can't be played", "video"),
        ("200 OK", "<html>\r\n", "Can't be played", "video"),
    ] {
        let mut stage = StandardStage::new(First::Udp);
        stage.press(Client::play_movie);
        stage.grants("OPTIONS");
        stage.answers("DESCRIBE", status, "", body);
        let text = stage.message(title);
        assert!(text.contains(part), "{text}");
        assert_eq!(stage.client.state(), State::Init);
        stage.server.assert_nothing_waits();
        stage.setup();
    }
}

#[test]
fn a_movie_that_has_moved_is_asked_for_where_it_is() {
    for refused in ["OPTIONS", "DESCRIBE", "SETUP"] {
        let there = StandardServer::start();
        let mut stage = StandardStage::new(First::Udp);
        stage.press(Client::play_movie);
        for method in ["OPTIONS", "DESCRIBE", "SETUP"] {
            if method == refused {
                break;
            }
            stage.grants(method);
        }
        let to = format!("Location: {}\r\n", there.url());
        stage.answers(refused, "302 Moved Temporarily", &to, "");
        let url = there.url();
        stage.server = there;
        stage.until("another connection", |client| !client.is_connecting());
        stage.grants("OPTIONS");
        assert_eq!(stage.server.request.url, url);
        for method in ["DESCRIBE", "SETUP", "PLAY"] {
            stage.grants(method);
        }
        stage.until("PLAYING", |client| client.state() == State::Playing && !client.is_waiting());
        stage.shows(1);
        stage.teardown();
    }
}

#[test]
fn who_is_sent_on_for_ever_or_to_no_rtsp_is_told_where_to() {
    let mut stage = StandardStage::new(First::Udp);
    stage.press(Client::describe_movie);
    stage.answers("DESCRIBE", "302 Moved", "Location: http://127.0.0.1/movie\r\n", "");
    assert!(stage.message("302 Moved").contains("http://127.0.0.1/movie: call that address"));
    let mut stage = StandardStage::new(First::Udp);
    stage.press(Client::describe_movie);
    // Five times it goes where it is sent.
    for number in 0..6 {
        if number > 0 {
            stage.server.accept();
        }
        stage.answers("DESCRIBE", "301 Moved Permanently", "Location: {url}\r\n", "");
        stage.until("a connection", |client| !client.is_connecting());
    }
    assert!(stage.message("301 Moved Permanently").contains("call that address"));
    stage.server.assert_nothing_waits();
}

#[test]
fn what_came_instead_of_a_reply_is_quoted() {
    for (junk, part) in [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "A web server answers there"),
        ("RTSP/1.0 200 OK\r\n\r\n", "no CSeq"),
        ("RTSP/1.0 200 OK\r\nCSeq: 77\r\n\r\n", "CSeq 77"),
        ("OK\r\n\r\n", r#"begins with "OK""#),
        ("<html>\r\n<title>400 Bad Request</title>\r\n", r#"A web server answers there: "<html>""#),
        ("\u{15}\u{3}\u{3}\0\u{2}\u{2}\u{46}", "A TLS server answers there"),
        ("RTSP/1.0 400 Bad", "no CSeq"),
    ] {
        let mut stage = StandardStage::new(First::Udp);
        stage.press(Client::setup_movie);
        stage.server.expects("OPTIONS");
        stage.server.says(junk);
        stage.server.closes();
        let told = stage.message("No reply that can be read");
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn what_is_no_rtsp_is_quoted_while_the_connection_stays() {
    for (junk, part) in [
        ("<!DOCTYPE html>\n<html>", "A web server answers there"),
        ("\u{15}\u{3}\u{3}\0\u{2}\u{2}\u{46}", "A TLS server answers there"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "An SSH server answers there"),
    ] {
        let mut stage = StandardStage::new(First::Udp);
        stage.press(Client::setup_movie);
        stage.server.expects("OPTIONS");
        stage.server.says(junk);
        let told = stage.message("No reply that can be read");
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn a_server_of_the_lab_is_to_be_called_by_words() {
    let mut stage = StandardStage::new(First::Udp);
    stage.press(Client::setup_movie);
    stage.server.expects("OPTIONS");
    let port = stage.server.port();
    // Servers of the lab answer nothing at all.
    let told = stage.message("No reply");
    let call = format!("client_launcher 127.0.0.1 {port} 5008 movies/movie.Mjpeg");
    assert!(told.contains(&call), "{told}");
    stage.press(Client::setup_movie);
    stage.server.accept();
    stage.server.expects("OPTIONS");
    stage.server.closes();
    assert!(stage.message("Server gone").contains(&call));
}

#[test]
fn odd_replies_are_ignored_and_the_right_one_is_taken() {
    let mut stage = StandardStage::new(First::Tcp);
    stage.press(Client::setup_movie);
    stage.server.expects("OPTIONS");
    for odd in [
        "RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n",
        "RTSP/1.0 200 OK\r\n\r\n",
        "RTSP/1.0 100 Continue\r\nCSeq: 1\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno",
        "\r\n\r\n$\x07\0\x02xx",
        "junk\r\n\r\n",
    ] {
        stage.server.says(odd);
    }
    stage.server.answers("200 OK", "", "");
    stage.until("DESCRIBE", |client| client.awaits(Method::Describe));
    assert_eq!(stage.told().len(), 5, "{:?}", stage.told());
    stage.grants("DESCRIBE");
    stage.grants("SETUP");
    stage.client.play_movie();
    stage.server.expects("PLAY");
    stage.server.answers("100 Continue", "", "");
    stage.server.answers("200 OK", "Session: other\r\n", "");
    stage.message("Wrong session");
    assert_eq!(stage.client.state(), State::Ready);
    stage.play();
    stage.shows(1);
    stage.teardown();
}

#[test]
fn requests_of_the_server_are_answered_and_disturb_nothing() {
    let allow = "Allow: OPTIONS, GET_PARAMETER\r\n";
    let mut stage = StandardStage::playing(First::Udp);
    let rows = [
        ("OPTIONS *", "200 OK", "Public: OPTIONS, GET_PARAMETER\r\n"),
        ("OPTIONS rtsp://client/", "200 OK", "Public: OPTIONS, GET_PARAMETER\r\n"),
        ("GET_PARAMETER *", "200 OK", ""),
        ("ANNOUNCE rtsp://h/movie", "405 Method Not Allowed", allow),
        ("REDIRECT rtsp://h/movie", "405 Method Not Allowed", allow),
        ("TEARDOWN rtsp://h/movie", "405 Method Not Allowed", allow),
    ];
    for (cseq, (request, status, header)) in (70..).zip(rows) {
        stage.server.says(format!("{request} RTSP/1.0\r\nCSeq: {cseq}\r\n\r\n"));
        let answer = format!("RTSP/1.0 {status}\r\nCSeq: {cseq}\r\n{header}\r\n");
        stage.until_sent(&answer);
        stage.server.hears(&answer);
    }
    stage.shows(1);
    stage.teardown();
    assert_eq!(stage.told(), [""; 0]);
}

#[test]
fn a_reply_too_long_and_a_connection_that_closes_in_any_state_are_told() {
    let endless = format!("RTSP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n", u32::MAX);
    for bytes in [endless.as_bytes(), &b"x".repeat(100_000)] {
        for requests in 1..5 {
            let mut stage = StandardStage::new(First::Udp);
            stage.press(Client::play_movie);
            for method in ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"].into_iter().take(requests - 1) {
                stage.grants(method);
            }
            stage.server.says(bytes);
            stage.message("Server gone");
            assert_eq!(stage.client.state(), State::Init);
        }
    }
    for requests in 1..6 {
        let mut stage = StandardStage::new(First::Tcp);
        stage.press(Client::play_movie);
        for method in ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"].into_iter().take(requests - 1) {
            stage.grants(method);
        }
        stage.server.closes();
        stage.message("Server gone");
        assert_eq!(stage.client.state(), State::Init);
        stage.setup();
    }
}

#[test]
fn headless_ends_with_the_movie_and_code_0() {
    for options in [&["--headless", "--quiet"][..], &["--headless", "--quiet", "--tcp"]] {
        let mut stage = StandardStage::new(First::Udp);
        let url = stage.server.url();
        let program = Program::start(&mut client_command(&[options, &[&url]].concat()));
        for method in ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"] {
            stage.server.grants(method);
        }
        for number in 1..11 {
            let payloads = payloads(&frame(number, 80), Form::default());
            for packet in stage.sender.packets(&payloads) {
                stage.server.sends_rtp(&packet);
            }
            // Faster than any movie, and not too fast for a decoder.
            thread::sleep(Duration::from_millis(20));
            if number == 9 {
                // Right after the last packet, as many servers do it; and RTCP may overtake that.
                let goodbye = stage.sender.goodbye();
                stage.server.sends_rtcp(&goodbye);
                thread::sleep(Duration::from_millis(60));
            }
        }
        stage.server.grants("TEARDOWN");
        let ended = program.end(LIMIT);
        assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");
        for (name, value) in [
            ("frames shown", "10"),
            ("packets lost", "0"),
            ("late packets", "0"),
            ("duplicate packets", "0"),
            ("malformed packets", "0"),
            ("damaged frames", "0"),
        ] {
            assert_eq!(ended.figure(name), value, "{name}");
        }
        assert!(ended.figure("jitter").ends_with(" ms"));
        ended.assert_replies(&["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]);
    }
}
