//! What the client says of replies that are none, or odd: what came is quoted in the message.

use std::fs;

use crate::client_common::stage::Stage;
use crate::common::programs::project;
use rtsp_lab::client::{Client, ClientEvent, LogEntry, Player};
use rtsp_lab::rtsp::State;

/// A client whose SETUP has gone out.
fn asking() -> Stage {
    let mut stage = Stage::new();
    stage.press(Client::setup_movie);
    stage.server.expects("SETUP");
    stage
}

const UTF_16: &[u8] = b"\xFF\xFER\0T\0S\0P\0/\x001\0.\x000\0 \x002\x000\x000\0 \0O\0K\0\n\0";

/// What the server says instead of a reply, in words and in bytes, and the message.
const NO_REPLIES: [(&str, &[u8], &str); 16] = [
    (
        "no CSeq",
        b"RTSP/1.0 200 OK\nSession: 123456\n",
        "The reply has no CSeq, expected the request's: \"CSeq: 1\".",
    ),
    (
        "the CSeq is always 0",
        b"RTSP/1.0 200 OK\nCSeq: 0\nSession: 123456\n",
        "The reply has CSeq 0, expected the number of the request: 1.",
    ),
    (
        "a CSeq of its own",
        b"RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456\n",
        "The reply has CSeq 2, expected the number of the request: 1.",
    ),
    (
        "no space between the code and the words",
        b"RTSP/1.0 200OK\nCSeq: 1\nSession: 123456\n",
        "The reply begins with \"RTSP/1.0 200OK\", expected: \"RTSP/1.0 200 OK\".",
    ),
    (
        "small letters",
        b"rtsp/1.0 200 ok\ncseq: 1\nsession: 123456\n",
        "The reply begins with \"rtsp/1.0 200 ok\", expected: \"RTSP/1.0 200 OK\".",
    ),
    ("OK alone", b"OK\n", "The reply begins with \"OK\", expected: \"RTSP/1.0 200 OK\"."),
    (
        "a web server's reply",
        b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n<html></html>",
        "A web server answers there: \"HTTP/1.1 200 OK\". Expected: \"RTSP/1.0 200 OK\".",
    ),
    (
        "a web page",
        b"<!DOCTYPE html>\n<html></html>\n",
        "A web server answers there: \"<!DOCTYPE html>\". Expected: \"RTSP/1.0 200 OK\".",
    ),
    (
        "UTF-16",
        UTF_16,
        "The reply is UTF-16, two bytes for each letter: expected one, as in ASCII.",
    ),
    (
        "`str()` of the reply's bytes",
        br"b'RTSP/1.0 200 OK\nCSeq: 1'",
        r#"The reply is "RTSP/1.0 200 OK\\nCSeq: 1'": str() of bytes. Send the bytes themselves."#,
    ),
    (
        "the letters `\\` and `n` in place of line ends",
        br"RTSP/1.0 200 OK\nCSeq: 1",
        r#"The reply is "RTSP/1.0 200 OK\\nCSeq: 1": a \ and an n are no line end."#,
    ),
    (
        "`\\r` alone in place of line ends",
        b"RTSP/1.0 200 OK\rCSeq: 1\rSession: 123456\r",
        r"The reply's lines end in \r alone: expected \n, or \r\n.",
    ),
    (
        "all in one line",
        b"RTSP/1.0 200 OK CSeq: 1 Session: 123456\n",
        "The reply is one line, \"RTSP/1.0 200 OK CSeq: 1 Session: 123456\": a \\n belongs before CSeq \
         and Session.",
    ),
    (
        "the request itself",
        b"SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\n",
        "The server sends the request back: \"SETUP movie.Mjpeg RTSP/1.0\".",
    ),
    (
        "encryption",
        b"\x15\x03\x03\x00\x02\x02\x46",
        "A TLS server answers there: it wants encryption, and RTSP has none here.",
    ),
    (
        "another protocol's greeting",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        "An SSH server answers there: \"SSH-2.0-OpenSSH_9.2\".",
    ),
];

/// The document is the table.
#[test]
fn the_document_has_what_the_client_says_of_replies() {
    let document = fs::read_to_string(project().join("docs/mistakes.md")).unwrap();
    let rows = NO_REPLIES.map(|(name, _, says)| format!("| {name} | {says} |\n"));
    let table = format!("|---|---|\n{}\n", rows.concat());
    assert!(document.contains(&table), "docs/mistakes.md lacks this:\n{table}");
}

#[test]
fn what_came_instead_of_a_reply_is_quoted() {
    let mut stages = NO_REPLIES.map(|(_, bytes, _)| {
        let mut stage = asking();
        stage.server.says(bytes);
        stage
    });
    for (stage, (_, bytes, words)) in stages.iter_mut().zip(NO_REPLIES) {
        let told = stage.message("No reply that can be read");
        assert!(told.contains(words), "{bytes:?}: expected {words:?} in {told:?}");
        assert_eq!(stage.client.state(), State::Init);
    }
}

#[test]
fn it_is_quoted_too_if_the_server_closes_after_it() {
    for (_, bytes, words) in NO_REPLIES {
        let mut stage = asking();
        stage.server.says(bytes);
        stage.until_ignored(1);
        stage.server.closes();
        let told = stage.message("No reply that can be read");
        assert!(told.contains(words), "{bytes:?}: expected {words:?} in {told:?}");
    }
}

#[test]
fn a_reply_that_comes_after_what_is_none_still_counts() {
    let mut stage = asking();
    stage.server.says(b"hello, this is the server\n");
    stage.until_ignored(1);
    stage.answered(b"RTSP/1.0 200 OK\nCSeq: 1\nSession: 123456\n");
    assert_eq!(stage.client.state(), State::Ready);
    assert_eq!(stage.client.message(), None);
}

#[test]
fn a_refusal_in_one_line_is_the_answer() {
    let mut stage = asking();
    stage.server.says(b"404 NOT FOUND\n");
    let told = stage.message("404 NOT FOUND");
    assert!(told.contains("check its name and folder"), "{told}");
    assert_eq!(stage.client.state(), State::Init);
}

#[test]
fn a_word_for_the_cseq_and_another_kind_of_yes_are_taken() {
    for reply in [
        &b"RTSP/1.0 200 OK\nCSeq: CSeq:\nSession: 123456\n"[..],
        b"RTSP/1.0 200 OK\nCSeq: SETUP\nSession: 123456",
        b"RTSP/1.0 201 Created\nCSeq: 1\nSession: 123456\n",
    ] {
        let mut stage = asking();
        stage.answered(reply);
        assert_eq!(stage.client.state(), State::Ready);
        stage.play();
        stage.teardown();
    }
}

#[test]
fn the_server_s_own_reason_is_shown() {
    for (reply, title, words) in [
        (
            &b"RTSP/1.0 404 Not Found\r\nCSeq: 1\r\nContent-Length: 27\r\n\r\nmovies lie in /srv\r\nmore\r\n"[..],
            "404 Not Found",
            "check its name and folder. movies lie in /srv",
        ),
        (
            b"RTSP/1.0 415 Unsupported Media Type: x.avi is an AVI file\nCSeq: 1\nSession: 0\n",
            "415 Unsupported Media Type",
            "x.avi is an AVI file",
        ),
        (
            b"RTSP/1.0 302 Found\nCSeq: 1\nLocation: http://10.0.0.2/movie.Mjpeg\nSession: 0\n",
            "302 Found",
            "The movie has moved to http://10.0.0.2/movie.Mjpeg: call that address.",
        ),
        (
            b"RTSP/1.0 401 Unauthorized\nCSeq: 1\nSession: 0\n",
            "401 Unauthorized",
            "wants a password",
        ),
    ] {
        let mut stage = asking();
        stage.server.says(reply);
        let told = stage.message(title);
        assert!(told.contains(words), "expected {words:?} in {told:?}");
    }
}

/// What the log notes.
fn notes(client: &Client) -> Vec<String> {
    let note = |entry: &LogEntry| {
        if let ClientEvent::Noted(note) = &entry.event { Some(note.clone()) } else { None }
    };
    client.rtsp_log().iter().filter_map(note).collect()
}

/// The client's next SETUP, byte for byte.
#[track_caller]
fn expects_setup(stage: &mut Stage, cseq: u32, end: &str, space: &str) {
    stage.server.accept();
    let mut text = String::new();
    let mut connection = stage.server.connection();
    while text.matches('\n').count() < 3 {
        stage.client.wait(std::time::Duration::from_millis(1));
        let mut byte = [0];
        std::io::Read::read_exact(&mut connection, &mut byte).unwrap();
        text.push(char::from(byte[0]));
    }
    let start = format!(
        "SETUP movie.Mjpeg RTSP/1.0{end}CSeq: {cseq}{end}Transport: RTP/UDP; client_port={space}"
    );
    assert!(text.starts_with(&start) && text.ends_with(end), "{text:?}");
}

#[test]
fn a_server_that_breaks_off_at_setup_is_tried_in_other_forms() {
    let mut stage = asking();
    stage.client.play_movie();
    for (cseq, end, space, words) in
        [(2, "\r\n", " ", "trying lines that end in CRLF"), (3, "\r\n", "", "without a space")]
    {
        stage.server.closes();
        stage.until("a note", |client| {
            notes(client).last().is_some_and(|note| note.contains(words))
        });
        stage.until("a connection", |client| !client.is_connecting());
        expects_setup(&mut stage, cseq, end, space);
    }
    stage.server.says("RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: 123456\r\n");
    stage.until("PLAY", |client| client.awaits(rtsp_lab::rtsp::Method::Play));
    stage.server.expects_text("PLAY movie.Mjpeg RTSP/1.0\r\nCSeq: 4\r\nSession: 123456\r\n");
    stage.server.says("RTSP/1.0 200 OK\r\nCSeq: 4\r\nSession: 123456\r\n");
    stage.until("PLAYING", |client| client.state() == State::Playing);
    assert_eq!(stage.client.message(), None);
}

#[test]
fn after_the_last_form_the_user_is_told() {
    let mut stage = asking();
    for _ in 0..2 {
        stage.server.closes();
        let known = notes(&stage.client).len();
        stage.until("a note", |client| notes(client).len() > known);
        stage.until("a connection", |client| !client.is_connecting());
        stage.server.accept();
    }
    stage.server.closes();
    stage.message("Server gone");
    assert_eq!(stage.client.state(), State::Init);
}

#[test]
fn a_play_that_gets_500_is_tried_in_another_form() {
    let mut stage = Stage::ready();
    stage.client.play_movie();
    stage.server.expects("PLAY");
    stage.server.says(stage.server.reply("500 Internal Server Error"));
    stage.until("a note", |client| !notes(client).is_empty());
    stage.until("a connection", |client| !client.is_connecting());
    expects_setup(&mut stage, 3, "\r\n", " ");
    stage.server.says("RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: 654321\r\n");
    stage.until("PLAY", |client| client.awaits(rtsp_lab::rtsp::Method::Play));
    stage.server.expects_text("PLAY movie.Mjpeg RTSP/1.0\r\nCSeq: 4\r\nSession: 654321\r\n");
}
