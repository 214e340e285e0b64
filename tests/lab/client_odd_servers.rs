//! The client against servers of every kind: odd replies, late ones, none (protocol.md, "What the
//! client must accept").

use std::io::Write;
use std::net::{TcpListener, UdpSocket};
use std::thread;

use crate::client_common::scripted_server::{ScriptedServer, deserted_port};
use crate::client_common::stage::{Stage, TURN, client_of};
use rtsp_lab::client::{Client, Player, Severity};
use rtsp_lab::rtsp::{Method, State};

/// A session is set up by this reply, and the next request names it so.
#[track_caller]
fn assert_sets_up(reply: &str, session: &str) {
    let mut stage = Stage::new();
    stage.press(Client::setup_movie);
    stage.server.expects("SETUP");
    stage.answered(reply);
    assert_eq!(stage.client.state(), State::Ready, "after {reply:?}");
    assert_eq!(stage.client.session_id(), Some(session), "after {reply:?}");
    session.clone_into(&mut stage.server.session);
    stage.play();
    stage.teardown();
}

#[test]
fn a_whole_dialogue_is_byte_for_byte_the_reports() {
    let mut stage = Stage::ready();
    for _ in 0..2 {
        stage.play();
        stage.pause();
        stage.client.describe_movie();
        stage.server.grants("DESCRIBE");
        stage.until("the reply", |client| !client.is_waiting());
    }
    stage.teardown();
}

#[test]
fn any_version_of_rtsp_is_accepted_and_none() {
    for version in ["RTSP/1.0 ", "RTSP/1.4 ", "RTSP/2.0 ", "RTSP/11.27 ", "RTSP/1 ", ""] {
        assert_sets_up(&format!("{version}200 OK\nCSeq: 1\nSession: 123456\n"), "123456");
    }
    assert_sets_up("RTSP/1.0 200\nCSeq: 1\nSession: 123456\n", "123456");
}

#[test]
fn any_line_end_is_accepted_and_none_after_the_last_line() {
    for text in [
        "RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456",
        "RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456\n\n",
        "RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 123456",
        "RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 123456\r\n",
        "RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 123456\r\n\r\n",
        "RTSP/1.0 200 OK \nCSeq: 1 \nSession: 123456 \n",
    ] {
        assert_sets_up(text, "123456");
    }
}

#[test]
fn extra_lines_are_passed_over_with_and_without_a_header_name() {
    for text in [
        "RTSP/1.0 200 OK\nServer: lab\nCSeq: 1\nDate: today\nSession: 123456\nRange: npt=0-\n",
        "RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456\nhello, this is the server\n",
        "RTSP/1.0 200 OK\nthis line has no name\nCSeq: 1\n500\nSession: 123456\n",
        "RTSP/1.0 200 OK\nSession: 123456\nCSeq: 1\n",
        "RTSP/1.0 200 OK\r\nCSeq: 1\r\nTransport: RTP/UDP;client_port=5008\r\nSession: 123456\r\n\r\n",
    ] {
        assert_sets_up(text, "123456");
    }
}

#[test]
fn header_names_are_found_in_any_case() {
    for text in [
        "RTSP/1.0 200 OK\ncseq: 1\nsession: 123456\n",
        "RTSP/1.0 200 OK\nCSEQ:1\nSESSION:123456\n",
        "RTSP/1.0 200 OK\nCSeq 1\nSession 123456\n",
    ] {
        assert_sets_up(text, "123456");
    }
}

#[test]
fn a_session_that_is_no_number_is_echoed_as_it_came() {
    for session in ["abcDEF-09_$.+", "00042", "{6F9619FF-8B86}", "-1", "18446744073709551616"] {
        assert_sets_up(&format!("RTSP/1.0 200 OK\nCSeq: 1\nSession: {session}\n"), session);
    }
}

#[test]
fn a_session_in_no_reply_but_setups_is_enough() {
    let mut stage = Stage::ready();
    let calls = [
        ("PLAY", Client::play_movie as fn(&mut Client), State::Playing),
        ("PAUSE", Client::pause_movie, State::Ready),
        ("DESCRIBE", Client::describe_movie, State::Ready),
        ("PLAY", Client::play_movie, State::Playing),
        ("TEARDOWN", Client::exit_client, State::Init),
    ];
    for (method, call, state) in calls {
        call(&mut stage.client);
        stage.server.expects(method);
        let reply = format!("RTSP/1.0 200 OK\nCSeq: {}\n", stage.server.cseq);
        stage.answered(reply);
        assert_eq!(stage.client.state(), state, "after {method}");
    }
    assert!(stage.client.is_torn_down());
}

#[test]
fn without_any_session_requests_name_session_0() {
    let mut stage = Stage::new();
    stage.press(Client::setup_movie);
    stage.server.expects("SETUP");
    stage.answered("RTSP/1.0 200 OK\nCSeq: 1\n");
    stage.client.play_movie();
    stage.server.expects_text("PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nSession: 0\n");
    stage.answered("RTSP/1.0 200 OK\nCSeq: 2\n");
    assert_eq!(stage.client.state(), State::Playing);
}

#[test]
fn unsolicited_messages_are_ignored() {
    let mut stage = Stage::playing();
    for (count, text) in
        (1..).zip(["RTSP/1.0 END\nCSeq: -1\n", "RTSP/1.0 200 OK\nCSeq: -1\nSession: 123456\n", "?"])
    {
        stage.server.says(text);
        stage.until_ignored(count);
        assert_eq!(stage.client.state(), State::Playing, "after {text:?}");
        assert_eq!(stage.client.message(), None);
    }
    stage.pause();
}

#[test]
fn an_unsolicited_message_after_a_description_does_not_replace_it() {
    let mut stage = Stage::ready();
    stage.client.describe_movie();
    stage.server.expects("DESCRIBE");
    let reply = format!("{}\nall about the movie", stage.server.reply("200 OK"));
    stage.answered(reply);
    stage.until("the description", |client| client.description().is_some());
    stage.server.says("RTSP/1.0 END\nCSeq: -1\nSession: 123456\n");
    stage.until_ignored(1);
    assert_eq!(stage.client.description(), Some("all about the movie"));
}

#[test]
fn bytes_that_are_no_text_are_ignored() {
    let mut stage = Stage::ready();
    stage.server.says(b"\xFF\xD8\x00\x01\n\x80\n");
    stage.until_ignored(1);
    stage.play();
}

#[test]
fn the_end_of_the_connection_is_an_answer_to_teardown() {
    for resets in [false, true] {
        let mut stage = Stage::playing();
        stage.client.exit_client();
        if resets {
            stage.server.resets();
        } else {
            stage.server.expects("TEARDOWN");
            stage.server.closes();
        }
        stage.until("the end", Client::is_torn_down);
        assert_eq!((stage.client.state(), stage.client.message()), (State::Init, None));
    }
}

#[test]
fn two_replies_in_one_write_are_two() {
    let ended = "RTSP/1.0 END\nCSeq: -1\nSession: 123456";
    let of_play = "RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456";
    for (first, between) in [(ended, "\n"), (of_play, "\n"), (ended, ""), (of_play, "")] {
        let mut stage = Stage::playing();
        stage.client.pause_movie();
        stage.server.expects("PAUSE");
        let text = format!("{first}{between}{}", stage.server.reply("200 OK"));
        stage.answered(text);
        stage.until_ignored(1);
        assert_eq!(stage.client.state(), State::Ready, "after {first:?}");
    }
}

#[test]
fn a_reply_in_several_writes_is_one() {
    for parts in [1, 2, 7, 20] {
        let mut stage = Stage::ready();
        stage.client.play_movie();
        stage.server.expects("PLAY");
        let reply = stage.server.reply("200 OK");
        stage.server.says_in_parts(reply.as_bytes().chunks(parts));
        stage.until("PLAYING", |client| client.state() == State::Playing);
        stage.until_ignored(0);
    }
}

#[test]
fn a_reply_to_another_request_is_ignored_and_the_right_one_is_taken() {
    let mut stage = Stage::ready();
    stage.client.play_movie();
    stage.server.expects("PLAY");
    for (count, cseq) in (1..).zip(["1", "3", "22", "0", "4294967298"]) {
        stage.server.says(format!("RTSP/1.0 200 OK\nCSeq: {cseq}\nSession: 123456\n"));
        stage.until_ignored(count);
        assert!(stage.client.awaits(Method::Play), "after CSeq {cseq}");
        assert_eq!(stage.client.state(), State::Ready, "after CSeq {cseq}");
    }
    stage.server.says("RTSP/1.0 404 Not Found\nSession: 123456\n");
    stage.until_ignored(6);
    stage.answered("RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456\n");
    assert_eq!((stage.client.state(), stage.client.message()), (State::Playing, None));
}

const SDP: &str = "v=0\r\nm=video 2048 RTP/AVP 26\r\na=control:streamid=123456\r\na=mimetype:string;\"video/MJPEG\"\r\n";

/// The report's description, as its server sends it in a second write.
fn lab_description() -> String {
    format!(
        "\nSession Description: \n\nContent-Base: movie.Mjpeg\r\n\
         Content-Type: application/sdp\r\nContent-Length: {}\r\n{SDP}",
        SDP.len()
    )
}

/// DESCRIBE answered in these parts yields a description that contains `description`.
#[track_caller]
fn assert_describes(parts: &[&str], description: &str) {
    let mut stage = Stage::ready();
    stage.client.describe_movie();
    stage.server.expects("DESCRIBE");
    stage.server.says_in_parts(parts.iter().map(|part| part.as_bytes()));
    let described =
        |client: &Client| client.description().is_some_and(|text| text.contains(description));
    stage.until("the description", described);
    assert!(!stage.client.description().unwrap().contains("CSeq"), "the reply is no part of it");
    assert_eq!((stage.client.state(), stage.client.message()), (State::Ready, None));
    let once = stage.client.description().map(str::to_owned);
    stage.play();
    stage.teardown();
    let still = stage.client.description().map(str::to_owned);
    assert_eq!(still, once, "nothing that comes later is taken for one");
}

#[test]
fn the_reports_description_is_taken_in_one_write_and_in_two_with_and_without_a_line_end() {
    for reply in [
        "RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456\n",
        "RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456",
        "RTSP/1.0 200 OK\r\nCSeq: 2\r\nSession: 123456\r\n",
    ] {
        let description = lab_description();
        let sdp = SDP.trim_end();
        assert_describes(&[reply, &description], sdp);
        assert_describes(&[&format!("{reply}{description}")], sdp);
        let (head, tail) = description.split_at(40);
        assert_describes(&[reply, head, tail], sdp);
    }
}

#[test]
fn sdp_after_an_empty_line_is_taken_by_its_length() {
    let head = format!(
        "RTSP/1.0 200 OK\r\nCSeq: 2\r\nSession: 123456\r\nContent-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n",
        SDP.len()
    );
    assert_describes(&[&head, SDP], SDP);
    assert_describes(&[&format!("{head}{SDP}")], SDP);
    assert_describes(&[&head.replace("\r\n", "\n"), SDP], SDP);
}

#[test]
fn free_text_is_a_description_too() {
    let reply = "RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456\n";
    let text = "The movie movie.Mjpeg\nis sent over RTP.";
    assert_describes(&[reply, text], text);
    assert_describes(&[&format!("{reply}\n{text}")], text);
}

#[test]
fn a_description_can_be_had_without_a_session() {
    let mut stage = Stage::new();
    stage.press(Client::describe_movie);
    stage.server.expects_text("DESCRIBE movie.Mjpeg RTSP/1.0\nCSeq: 1\nSession: 0\n");
    stage.server.says("RTSP/1.0 200 OK\nCSeq: 1\nSession: 0\n");
    stage.server.says(lab_description());
    stage.until("the description", |client| client.description().is_some());
    stage.server.cseq = 1;
    stage.setup();
    stage.teardown();
}

#[test]
fn play_in_init_sets_up_first_and_follows_a_late_reply() {
    let mut stage = Stage::new();
    stage.press(Client::play_movie);
    // The server has not even looked yet.
    assert!(stage.client.awaits(Method::Setup));
    assert!(stage.client.will_play(), "what was pressed is not forgotten");
    stage.server.expects("SETUP");
    stage.server.says(stage.server.reply("200 OK"));
    stage.until("the reply", |client| client.awaits(Method::Play));
    stage.server.grants("PLAY");
    stage.until("PLAYING", |client| client.state() == State::Playing);
    stage.teardown();
}

#[test]
fn play_does_not_go_out_after_a_setup_that_is_refused() {
    let mut stage = Stage::new();
    stage.press(Client::play_movie);
    stage.server.expects("SETUP");
    stage.server.says("RTSP/1.0 500 Connection Error\nCSeq: 1\nSession: 0\n");
    stage.message("500 Connection Error");
    assert!(!stage.client.is_waiting(), "a refused SETUP is not sent again by itself");
    stage.server.assert_nothing_waits();
}

#[test]
fn handlers_called_in_a_burst_send_one_request_at_a_time_in_order() {
    let mut stage = Stage::new();
    stage.press(Client::setup_movie);
    for call in [Client::play_movie, Client::pause_movie, Client::play_movie, Client::exit_client] {
        call(&mut stage.client);
    }
    for (method, next) in [
        ("SETUP", Method::Play),
        ("PLAY", Method::Pause),
        ("PAUSE", Method::Play),
        ("PLAY", Method::Teardown),
    ] {
        stage.server.grants(method);
        stage.until("the next request", |client| client.awaits(next));
    }
    stage.server.grants("TEARDOWN");
    stage.until("the end", Client::is_torn_down);
}

#[test]
fn whoever_has_pressed_too_much_can_leave() {
    let mut stage = Stage::new();
    stage.press(Client::setup_movie);
    for _ in 0..10 {
        stage.client.play_movie();
        stage.client.pause_movie();
    }
    stage.client.exit_client();
    stage.server.grants("SETUP");
    for _ in 0..4 {
        stage.until("PLAY", |client| client.awaits(Method::Play));
        stage.server.grants("PLAY");
        stage.until("PAUSE", |client| client.awaits(Method::Pause));
        stage.server.grants("PAUSE");
    }
    stage.until("TEARDOWN", |client| client.awaits(Method::Teardown));
}

#[test]
fn a_button_pressed_twice_does_not_hold_up_the_next_one() {
    let mut stage = Stage::new();
    stage.press(Client::setup_movie);
    stage.client.setup_movie();
    stage.client.play_movie();
    stage.server.grants("SETUP");
    stage.until("PLAY after SETUP", |client| client.awaits(Method::Play));
    stage.server.grants("PLAY");
    stage.until("PLAYING", |client| client.state() == State::Playing);
    stage.client.pause_movie();
    stage.client.pause_movie();
    stage.client.exit_client();
    stage.server.grants("PAUSE");
    stage.until("TEARDOWN after PAUSE", |client| client.awaits(Method::Teardown));
}

#[test]
fn without_a_reply_the_user_is_told_and_may_try_again() {
    let mut stage = Stage::new();
    stage.press(Client::setup_movie);
    stage.server.expects("SETUP");
    let text = stage.message("No reply");
    assert!(text.contains("SETUP"), "{text}");
    assert!(!stage.client.is_waiting());
    // On a new connection, so that the reply to the first SETUP can't be taken for the second's.
    stage.press(Client::setup_movie);
    assert_eq!(stage.server.rest(), "");
    stage.server.grants("SETUP");
    stage.until("READY", |client| client.state() == State::Ready);
    assert_eq!(stage.client.message(), None);
    stage.play();
    stage.teardown();
}

#[test]
fn a_server_that_sends_on_in_place_of_a_reply_is_told_so() {
    for (button, method) in
        [(Client::pause_movie as fn(&mut Client), "PAUSE"), (Client::exit_client, "TEARDOWN")]
    {
        let mut stage = Stage::playing();
        stage.sends_a_frame();
        stage.press(button);
        stage.server.expects(method);
        stage.sends_a_frame();
        let told = stage.message("No reply");
        assert!(told.contains(method) && told.contains("packets still come"), "{told}");
    }
    // Without packets there is nothing to say of them.
    let mut stage = Stage::ready();
    stage.client.exit_client();
    stage.server.expects("TEARDOWN");
    let told = stage.message("No reply");
    assert!(!told.contains("packets"), "{told}");
}

#[test]
fn a_play_that_was_not_answered_can_be_pressed_again() {
    let mut stage = Stage::ready();
    stage.client.play_movie();
    stage.client.pause_movie();
    stage.server.expects("PLAY");
    stage.message("No reply");
    stage.server.assert_nothing_waits();
    stage.client.play_movie();
    stage.server.expects("PLAY");
    // The first one's reply comes after all.
    stage.server.says("RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456\n");
    stage.until_ignored(1);
    stage.answered("RTSP/1.0 200 OK\nCSeq: 3\nSession: 123456\n");
    assert_eq!((stage.client.state(), stage.client.message()), (State::Playing, None));
    stage.teardown();
}

#[test]
fn a_reply_after_the_message_still_counts() {
    let mut stage = Stage::ready();
    stage.client.play_movie();
    stage.server.expects("PLAY");
    stage.message("No reply");
    stage.server.says(stage.server.reply("200 OK"));
    stage.until("PLAYING", |client| client.state() == State::Playing);
}

#[test]
fn a_server_that_goes_while_the_movie_plays_is_a_message_and_setup_works_again() {
    let mut stage = Stage::playing();
    stage.server.closes();
    let told = stage.message("Server gone");
    assert!(told.ends_with("is the server still running?"), "{told}");
    assert_eq!((stage.client.state(), stage.client.session_id()), (State::Init, None));
    assert!(!stage.client.is_torn_down());
    stage.setup();
    assert_eq!(stage.client.message(), None);
    stage.play();
    stage.sends_a_frame();
    stage.teardown();
}

#[test]
fn a_server_that_ends_a_session_in_a_pause_or_after_the_end_is_told_as_that_and_play_works_again() {
    for at_the_end in [false, true] {
        let mut stage = Stage::playing();
        stage.sends_a_frame();
        if at_the_end {
            stage.until("the end", Client::has_no_data);
        } else {
            stage.pause();
        }
        stage.server.closes();
        let text = stage.message("Session ended");
        assert!(text.contains("Play begin"), "what to do: {text}");
        assert_eq!((stage.client.state(), stage.client.session_id()), (State::Init, None));
        assert!(stage.client.picture().is_some(), "the last picture stays");
        stage.press(Client::play_movie);
        stage.server.accept();
        stage.server.grants("SETUP");
        stage.until("PLAY", |client| client.awaits(Method::Play));
        stage.server.grants("PLAY");
        stage.until("PLAYING", |client| client.state() == State::Playing);
        assert_eq!(stage.client.message(), None);
        stage.sends_a_frame();
        stage.teardown();
    }
}

#[test]
fn a_server_that_breaks_off_instead_of_a_reply_is_a_message() {
    let mut stage = Stage::playing();
    stage.client.pause_movie();
    stage.server.resets();
    let told = stage.message("Server gone");
    assert!(told.contains("PAUSE was not answered: does the server's terminal"), "{told}");
    assert_eq!((stage.client.state(), stage.client.is_waiting()), (State::Init, false));
}

fn until_it_waits_for_nothing(client: &mut Client) {
    while client.is_waiting() {
        client.wait(TURN);
    }
}

#[test]
fn a_server_that_is_not_there_is_a_message_and_setup_works_when_it_is() {
    // Another program may be given the port in between, but not each time.
    assert!((0..5).any(|_| serves_later_at(deserted_port())));
}

fn serves_later_at(port: u16) -> bool {
    let (mut client, _) = client_of(port, 0);
    for call in [Client::setup_movie, Client::play_movie, Client::describe_movie] {
        call(&mut client);
        until_it_waits_for_nothing(&mut client);
        let message = client.message().unwrap();
        assert_eq!(
            (message.title.as_str(), message.severity),
            ("Connection failed", Severity::Error)
        );
        assert!(message.text.contains(&format!("127.0.0.1:{port}")), "{}", message.text);
        assert_eq!(client.state(), State::Init);
        client.dismiss_message();
    }
    let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) else { return false };
    let mut server = ScriptedServer::listen_at(listener);
    client.setup_movie();
    while client.is_connecting() {
        client.wait(TURN);
    }
    server.grants("SETUP");
    until_it_waits_for_nothing(&mut client);
    assert_eq!((client.state(), client.message()), (State::Ready, None));
    true
}

#[test]
fn a_missing_movie_is_a_message_and_setup_works_again_on_the_same_connection() {
    for reply in [
        "RTSP/1.0 404 File Not Found\nCSeq: 1\nSession: 0\n",
        "404 File Not Found\nCSeq: 1\nSession: 0",
        "RTSP/1.0 404 File Not Found\nCSeq: 1\nSession: 123456\n",
    ] {
        let mut stage = Stage::new();
        stage.press(Client::setup_movie);
        stage.server.expects("SETUP");
        stage.server.says(reply);
        let text = stage.message("404 File Not Found");
        assert!(text.contains("movie.Mjpeg"), "{text}");
        assert_eq!((stage.client.state(), stage.client.session_id()), (State::Init, None));
        stage.setup();
        assert_eq!(stage.client.message(), None);
        stage.teardown();
    }
}

#[test]
fn a_refused_play_is_a_message_and_the_session_stays() {
    for status in ["455 Method Not Valid in This State", "501 What", "404 X"] {
        let mut stage = Stage::ready();
        stage.client.play_movie();
        stage.server.expects("PLAY");
        stage.server.says(stage.server.reply(status));
        stage.message(status);
        assert_eq!(stage.client.state(), State::Ready, "after {status}");
        stage.play();
        stage.sends_a_frame();
        stage.teardown();
    }
}

#[test]
fn a_refused_pause_leaves_the_movie_playing() {
    let mut stage = Stage::playing();
    stage.client.pause_movie();
    stage.server.expects("PAUSE");
    stage.server.says(stage.server.reply("455 Method Not Valid in This State"));
    stage.message("455 Method Not Valid in This State");
    assert_eq!(stage.client.state(), State::Playing);
    stage.sends_a_frame();
    stage.pause();
}

#[test]
fn a_refused_description_does_not_swallow_the_next_press() {
    let mut stage = Stage::playing();
    stage.client.describe_movie();
    stage.client.pause_movie();
    stage.client.exit_client();
    stage.server.expects("DESCRIBE");
    stage.server.says(stage.server.reply("501 Not Implemented"));
    stage.until("PAUSE after DESCRIBE", |client| client.awaits(Method::Pause));
    stage.server.expects("PAUSE");
    stage.server.says(stage.server.reply("455 Method Not Valid in This State"));
    stage.until("TEARDOWN after PAUSE", |client| client.awaits(Method::Teardown));
    stage.server.grants("TEARDOWN");
    stage.until("the end", Client::is_torn_down);
}

#[test]
fn an_unknown_session_is_a_message_and_setup_opens_a_new_one() {
    let mut stage = Stage::ready();
    stage.client.play_movie();
    stage.server.expects("PLAY");
    stage.server.says("RTSP/1.0 454 Session Not Found\nCSeq: 2\nSession: 0\n");
    stage.message("454 Session Not Found");
    assert_eq!((stage.client.state(), stage.client.session_id()), (State::Init, None));
    assert_eq!(stage.server.rest(), "", "the connection is closed");
    "654321".clone_into(&mut stage.server.session);
    stage.setup();
    stage.teardown();
}

#[test]
fn a_reply_for_another_session_is_a_message_and_changes_nothing() {
    let mut stage = Stage::ready();
    stage.client.play_movie();
    stage.server.expects("PLAY");
    stage.server.says("RTSP/1.0 200 OK\nCSeq: 2\nSession: 999999\n");
    let text = stage.message("Wrong session");
    assert!(text.contains("999999") && text.contains("123456"), "{text}");
    assert_eq!(stage.client.state(), State::Ready);
    assert_eq!(stage.client.session_id(), Some("123456"));
    stage.play();
    stage.teardown();
}

#[test]
fn a_taken_rtp_port_is_a_message_and_no_setup_is_sent() {
    let occupant = UdpSocket::bind("0.0.0.0:0").unwrap();
    let port = occupant.local_addr().unwrap().port();
    let mut stage = Stage::with_rtp_port(port);
    stage.press(Client::setup_movie);
    let text = stage.message(&format!("Unable to bind PORT={port}"));
    assert!(text.contains(&port.to_string()), "{text}");
    assert_eq!((stage.client.state(), stage.client.is_waiting()), (State::Init, false));
    stage.server.accept();
    stage.server.assert_nothing_waits();
    drop(occupant);
    stage.setup();
    assert_eq!(stage.server.client_port, port);
}

#[test]
fn play_without_packets_is_a_message_that_names_the_port() {
    let mut stage = Stage::playing();
    let text = stage.message(&format!("Nothing comes to UDP port {}", stage.server.client_port));
    assert!(text.contains("does the sender run?"), "{text:?}");
    assert!(stage.client.has_no_data());
    assert_eq!(stage.client.state(), State::Playing, "packets may come yet");
    stage.sends_a_frame();
    stage.until("data", |client| !client.has_no_data());
}

#[test]
fn what_is_no_rtp_is_told_apart_from_nothing() {
    let mut stage = Stage::playing();
    stage.server.sends(b"hello");
    let text = stage.message("The packets are too short");
    assert!(text.contains("5 bytes come: 68 65 6C 6C 6F; the header alone has 12."), "{text:?}");
}

#[test]
fn a_pause_that_was_pressed_means_that_it_will_not_play() {
    let mut stage = Stage::playing();
    assert!(stage.client.will_play());
    stage.client.describe_movie();
    stage.client.pause_movie();
    assert!(!stage.client.will_play());
    stage.client.play_movie();
    assert!(stage.client.will_play());
}

#[test]
fn packets_that_stop_are_no_data_and_no_message() {
    let mut stage = Stage::playing();
    stage.sends_a_frame();
    assert!(!stage.client.has_no_data());
    stage.until("no data", Client::has_no_data);
    assert_eq!((stage.client.state(), stage.client.message()), (State::Playing, None));
    stage.pause();
    assert!(!stage.client.has_no_data(), "a pause is no end");
    stage.play();
    assert!(!stage.client.has_no_data(), "the 2 s begin anew");
    stage.teardown();
}

/// Sends bytes without an end, until the client ends the connection.
#[track_caller]
fn assert_gives_up(start: &str) {
    let mut stage = Stage::ready();
    let mut connection = stage.server.connection();
    connection.write_all(start.as_bytes()).unwrap();
    let flood = thread::spawn(move || {
        (0_usize..10_000).take_while(|_| connection.write_all(&[b'a'; 10_000]).is_ok()).count()
    });
    let text = stage.message("Session ended");
    assert!(text.contains("65536"), "{text}");
    assert_eq!(stage.client.state(), State::Init);
    let blocks = flood.join().unwrap();
    assert!(blocks < 10_000, "the client still takes more after {blocks} blocks");
}

#[test]
fn a_flood_without_a_line_end_ends_the_connection() {
    assert_gives_up("");
    assert_gives_up("RTSP/1.0 200 OK\nCSeq: 1\nX: ");
    assert_gives_up("RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456\nContent-Length: 99999999\n\n");
}

/// A reply to SETUP that says so.
fn moved(server: &ScriptedServer, to: &str) -> String {
    format!("{}Location: {to}\n", server.reply("302 Moved Temporarily"))
}

#[test]
fn a_movie_that_has_moved_is_asked_for_where_it_is() {
    let mut there = ScriptedServer::start();
    let mut stage = Stage::new();
    stage.press(Client::play_movie);
    stage.server.expects("SETUP");
    let reply = moved(&stage.server, &format!("rtsp://127.0.0.1:{}/movie.Mjpeg/", there.port()));
    stage.server.says(reply);
    // The numbers of its requests go on.
    there.cseq = stage.server.cseq;
    let port = there.port();
    stage.server = there;
    stage.until("another server", |client| client.status().server.1 == port);
    stage.until("a connection", |client| !client.is_connecting());
    stage.server.grants("SETUP");
    stage.until("PLAY", |client| client.awaits(Method::Play));
    stage.server.grants("PLAY");
    stage.until("PLAYING", |client| client.state() == State::Playing && !client.is_waiting());
    stage.sends_a_frame();
    stage.teardown();
}

#[test]
fn who_is_sent_on_twice_or_to_no_lab_address_is_told_where_to() {
    for to in ["http://127.0.0.1/movie.Mjpeg", "rtsp://127.0.0.1:0/m", "rtsp://127.0.0.1"] {
        let mut stage = Stage::new();
        stage.press(Client::setup_movie);
        stage.server.expects("SETUP");
        let reply = moved(&stage.server, to);
        stage.answered(reply);
        let told = stage.message("302 Moved Temporarily");
        assert_eq!(told, format!("The movie has moved to {to}: call that address."));
    }
    let mut stage = Stage::new();
    stage.press(Client::setup_movie);
    for cseq in 1..=2 {
        let name = if cseq == 1 { "movie.Mjpeg" } else { "there.Mjpeg" };
        stage.server.expects_start(&format!("SETUP {name} RTSP/1.0\nCSeq: {cseq}\n"));
        stage.server.cseq = cseq;
        let reply = moved(&stage.server, "there.Mjpeg");
        stage.server.says(reply);
        if cseq == 1 {
            stage.until("the next SETUP", |client| client.status().movie == "there.Mjpeg");
            stage.until("a connection", |client| !client.is_connecting());
            stage.server.accept();
        }
    }
    let told = stage.message("302 Moved Temporarily");
    assert_eq!(told, "The movie has moved to there.Mjpeg: call that address.");
}

#[test]
fn a_server_that_is_none_of_the_lab_is_to_be_called_by_its_url() {
    let mut stage = Stage::new();
    stage.press(Client::setup_movie);
    stage.server.expects("SETUP");
    stage.answered("RTSP/1.0 400 Bad Request\r\nCSeq: 1\r\nDate: today\r\nServer: x\r\n\r\n");
    let told = stage.message("400 Bad Request");
    assert!(told.contains("rtsp://SERVER:PORT/MOVIE"), "{told}");
    // Or it waits for an empty line, and says nothing.
    let mut stage = Stage::new();
    stage.press(Client::setup_movie);
    stage.server.expects("SETUP");
    let told = stage.message("No reply");
    assert!(told.contains("rtsp://SERVER:PORT/MOVIE"), "{told}");
}

/// Plays one frame, and waits until nothing has come for 2 s.
fn at_the_end() -> Stage {
    let mut stage = Stage::playing();
    stage.sends_a_frame();
    assert_eq!(stage.client.status().again, None, "it plays");
    stage.until("the end", |client| client.status().again.is_some());
    stage.client.play_again();
    stage.server.grants("TEARDOWN");
    stage.until("a new connection", |client| {
        client.state() == State::Init && !client.is_connecting()
    });
    assert!(!stage.client.is_torn_down(), "the window stays");
    assert_eq!(stage.server.rest(), "");
    stage
}

#[test]
fn after_the_end_it_is_played_again_in_a_new_session() {
    let mut stage = at_the_end();
    stage.server.grants("SETUP");
    stage.until("READY", |client| client.state() == State::Ready);
    stage.server.grants("PLAY");
    stage.until("PLAYING", |client| client.state() == State::Playing);
    stage.sends_a_frame();
    // From now on TEARDOWN is the end.
    stage.teardown();
}

#[test]
fn why_it_can_not_be_played_again_is_told() {
    let mut stage = at_the_end();
    stage.server.expects("SETUP");
    stage.answered(stage.server.reply("404 File Not Found"));
    let text = stage.message("Can't play it again");
    assert!(text.contains("The server has no movie named"), "{text}");
    assert_eq!(stage.client.status().awaited, None, "PLAY is not tried");
    assert_eq!(stage.client.state(), State::Init);
}
