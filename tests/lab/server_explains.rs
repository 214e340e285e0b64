//! What the server's transcript says to who writes a client: `note:` lines, once each, and what is wrong
//! with a request that is refused.

use std::time::Duration;

use crate::common::LIMIT;
use crate::common::movies::{folder_with, lab_format, made_frames, made_movie};
use crate::common::programs::project;
use crate::common::raw_client::RawClient;
use crate::common::rtp::assert_frames;
use crate::common::server_process::ServerProcess;

/// Waits for a line of that client which has the words.
fn is_told(server: &mut ServerProcess, client: &RawClient, words: &str) {
    let address = format!("[{}] ", client.address());
    server.wait_for(|line| line.starts_with(&address) && line.contains(words));
}

#[test]
fn what_is_odd_and_served_is_noted_once() {
    let (folder, frames) = made_movie(40);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::ready(server.address());
    let session = client.session;
    // No Session line, CSeq 1 once more, and another movie's name: three oddities in each.
    for method in ["PLAY", "PAUSE", "PLAY"] {
        client.cseq = 1;
        let reply = client.ask(format!("{method} other.Mjpeg RTSP/1.0\nCSeq: 1\n\n"));
        assert_eq!(reply, client.reply_with("200 OK"));
    }
    assert_frames(&client.packets(3), frames.get(..3).unwrap(), 1);
    client.cseq = 9;
    client.granted("TEARDOWN");
    client.shut_down_writing();
    let told = server.transcript_of(client.address());
    let notes: Vec<_> = told.iter().filter_map(|line| line.strip_prefix("note: ")).collect();
    assert_eq!(
        notes,
        [
            "expected CSeq 2 after 1, found 1: does it count?".to_owned(),
            format!(
                "a request without Session: taken for session {session}, the only one of this \
                 connection"
            ),
            "the request names \"other.Mjpeg\", and this session has \"movie.Mjpeg\": another movie \
             takes TEARDOWN and SETUP"
                .to_owned(),
        ],
        "{told:?}"
    );
}

#[test]
fn a_dialogue_without_a_flaw_gets_no_note() {
    let (folder, _) = made_movie(5);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::playing(server.address());
    client.packets(5);
    for method in ["PAUSE", "PLAY", "PAUSE", "TEARDOWN"] {
        client.granted(method);
    }
    client.setup();
    client.granted("TEARDOWN");
    client.shut_down_writing();
    let told = server.transcript_of(client.address());
    assert!(!told.iter().any(|line| line.contains("note:")), "{told:?}");
}

#[test]
fn what_is_wrong_with_a_request_is_said_with_what_was_found() {
    let (folder, _) = made_movie(1);
    let mut server = ServerProcess::start(folder.path(), &[]);
    for Refusal { name, request, status, says } in REFUSALS {
        let mut client = RawClient::connect(server.address());
        let reply = client.ask(request);
        assert!(reply.starts_with(&format!("RTSP/1.0 {status} ")), "{reply:?} to {name}");
        is_told(&mut server, &client, says);
    }
}

/// The document is the table.
#[test]
fn the_document_has_what_the_server_says_of_refused_requests() {
    let document = std::fs::read_to_string(project().join("docs/mistakes.md")).unwrap();
    let row = |Refusal { name, status, says, .. }: &Refusal| {
        format!("| {name} | {status} | {} |\n", says.replace('|', "\\|"))
    };
    let table = format!("|---|---|---|\n{}\n", REFUSALS.iter().map(row).collect::<String>());
    assert!(document.contains(&table), "docs/mistakes.md lacks this:\n{table}");
}

#[cfg(unix)]
#[test]
fn a_movie_that_is_a_link_out_of_the_folder_is_named() {
    let (outside, _) = made_movie(1);
    let (folder, _) = made_movie(1);
    let link = folder.path().join("link.Mjpeg");
    std::os::unix::fs::symlink(outside.path().join("movie.Mjpeg"), link).unwrap();
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::of("link.Mjpeg", server.address());
    client.answered("SETUP", "404 File Not Found");
    is_told(&mut server, &client, "it is a link that leads out of the folder of movies");
}

#[test]
fn two_clients_with_one_port_are_told_apart() {
    let (folder, _) = made_movie(1);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut one = RawClient::ready(server.address());
    let transport = format!("Transport: RTP/UDP; client_port= {}", one.rtp_port());
    let setup = format!("SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\n{transport}\n");
    let mut other = RawClient::connect(server.address());
    assert!(other.ask(&setup).starts_with("RTSP/1.0 200 OK"));
    is_told(&mut server, &other, "note: the packets of another session go to 127.0.0.1:");
    one.granted("TEARDOWN");
    drop(other);
    server.wait_for(|line| line.contains("closed"));
    let mut third = RawClient::connect(server.address());
    assert!(third.ask(&setup).starts_with("RTSP/1.0 200 OK"));
    third.reset();
    let told = server.lines_when_clients_have_gone();
    let notes = told.iter().filter(|line| line.contains("another session")).count();
    assert_eq!(notes, 1, "none for the third, whose port is free again: {told:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_port_where_nobody_listens_is_noted() {
    let (folder, _) = made_movie(40);
    for options in [&[][..], &["--duplicate", "1"]] {
        let mut server = ServerProcess::start(folder.path(), options);
        let mut client = RawClient::connect(server.address());
        let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let transport = format!("Transport: RTP/UDP; client_port= {}", nobody.port());
        let reply = client.ask(format!("SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\n{transport}\n"));
        client.cseq = 1;
        client.session_opened(&reply);
        client.granted("PLAY");
        let words = format!("note: nobody takes the packets to UDP port {nobody}");
        is_told(&mut server, &client, &words);
    }
}

/// A whole dialogue, line by line, with more than half a second before each line.
#[test]
fn a_dialogue_that_is_typed_by_hand_plays() {
    let frames = made_frames(4);
    let folder = folder_with(&lab_format(&frames));
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::connect(server.address());
    for method in ["SETUP", "PLAY", "PAUSE", "TEARDOWN"] {
        let request = client.request(method);
        let (last, first) = request
            .split_inclusive('\n')
            .collect::<Vec<_>>()
            .split_last()
            .map(|(last, first)| (last.to_string(), first.concat()))
            .unwrap();
        for line in first.split_inclusive('\n') {
            client.send(line);
            assert!(client.hears_nothing(Duration::from_millis(700)), "an answer to {line:?}");
        }
        let reply = client.ask(last);
        if method == "SETUP" {
            client.session_opened(&reply);
        } else {
            assert_eq!(reply, client.reply_with("200 OK"), "{method}");
        }
        if method == "PLAY" {
            assert_frames(&client.packets(4), &frames, 1);
        }
    }
    client.shut_down_writing();
    let told = server.transcript_of(client.address());
    assert_eq!(told.iter().filter(|line| line.starts_with("note: ")).count(), 1, "{told:?}");
    assert!(
        told.iter().any(|line| line.contains("note: a request without CSeq: waiting")),
        "{told:?}"
    );
}

#[test]
fn what_is_typed_and_never_ends_is_answered_as_it_stands() {
    let (folder, _) = made_movie(1);
    let server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::connect(server.address());
    client.send("SETUP movie.Mjpeg RTSP/1.0\n");
    assert!(client.reply().starts_with("RTSP/1.0 400 Bad Request\n"), "within {LIMIT:?}");
    // What is wrong at once is answered at once, and the connection goes on.
    client.setup();
    client.send("PAUSE movie.Mjpeg RTSP/1.0\n");
    client.send("CSeq: 2\n");
    client.cseq = 2;
    assert_eq!(client.reply(), client.reply_with("200 OK"));
}

/// As telnet sends it on Windows; slower than half a message is waited for.
#[test]
fn a_request_that_is_typed_key_by_key_is_one_request() {
    let (folder, _) = made_movie(1);
    let server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::connect(server.address());
    let request = client.request("SETUP").trim_end().replace('\n', "\r\n");
    let mut keys: Vec<String> = request.chars().map(String::from).collect();
    keys.push("\r\n".into());
    let (last, first) = keys.split_last().unwrap();
    for (index, key) in first.iter().enumerate() {
        client.send(key);
        // In the middle of a word, and of the port.
        let is_slow = index < 3 || index + 3 > first.len();
        let pause = Duration::from_millis(if is_slow { 700 } else { 30 });
        assert!(client.hears_nothing(pause), "an answer to {:?}", first.get(..=index));
    }
    let reply = client.ask(last);
    client.session_opened(&reply);
}

#[test]
fn a_second_setup_and_an_empty_session_are_refused_without_a_note() {
    let (folder, _) = made_movie(40);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::ready(server.address());
    client.answered("SETUP", "455 Method Not Valid in This State");
    is_told(&mut server, &client, "SETUP in READY: TEARDOWN comes first");
    client.cseq += 1;
    let cseq = client.cseq;
    let reply = client.ask(format!("PLAY movie.Mjpeg RTSP/1.0\nCSeq: {cseq}\nSession:\n"));
    assert_eq!(reply, client.reply_with("454 Session Not Found"));
    client.shut_down_writing();
    let told = server.transcript_of(client.address());
    assert!(!told.iter().any(|line| line.starts_with("note: ")), "{told:?}");
}

/// The clients that descend from the Python 2 version of the lab.
#[test]
fn the_oldest_form_of_requests_plays() {
    let (folder, frames) = made_movie(10);
    let server = ServerProcess::start(folder.path(), &[]);
    for space in ["", " "] {
        let mut client = RawClient::connect(server.address());
        let port = client.rtp_port();
        let reply =
            client.ask(format!("SETUP movie.Mjpeg\n{space}1{space}\n RTSP/1.0 RTP/UDP {port}"));
        client.cseq = 1;
        client.session_opened(&reply);
        for (cseq, method) in (2..).zip(["PLAY", "PAUSE", "PLAY", "TEARDOWN"]) {
            let reply = client.ask(format!("{method} \n{space}{cseq}{space}"));
            client.cseq = cseq;
            assert_eq!(reply, client.reply_with("200 OK"), "{method}");
            if cseq == 2 {
                assert_frames(&client.packets(3), frames.get(..3).unwrap(), 1);
            }
        }
    }
}

/// A request that is refused.
struct Refusal {
    /// What is wrong with it.
    name: &'static str,
    request: &'static str,
    status: &'static str,
    /// What the transcript says.
    says: &'static str,
}

const REFUSALS: &[Refusal] = &[
    Refusal {
        name: "no line ends between the headers",
        request: "SETUP movie.Mjpeg RTSP/1.0 CSeq: 1 Transport: RTP/UDP; client_port= 5008",
        status: "400",
        says: "expected a line end (\\n) after the version and after each header",
    },
    Refusal {
        name: "the letters `\\` and `n` in place of line ends",
        request: "SETUP movie.Mjpeg RTSP/1.0\\nCSeq: 1\\nTransport: RTP/UDP; client_port= 5008",
        status: "400",
        says: "not the letters \\ and n",
    },
    Refusal {
        name: "line ends that are carriage returns alone",
        request: "SETUP movie.Mjpeg RTSP/1.0\rCSeq: 1\rTransport: RTP/UDP; client_port= 5008\r\r",
        status: "400",
        says: "the request is one line, \"SETUP movie.Mjpeg RTSP/1.0\\rCSeq: 1\\rTransport",
    },
    Refusal {
        name: "another protocol's version",
        request: "SETUP movie.Mjpeg HTTP/1.1\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n",
        status: "400",
        says: "expected RTSP/1.0 at the end of line 1, found \"HTTP/1.1\"",
    },
    Refusal {
        name: "a version without its slash",
        request: "SETUP movie.Mjpeg RTSP1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n",
        status: "400",
        says: "expected RTSP/1.0 at the end of line 1, found \"RTSP1.0\"",
    },
    Refusal {
        name: "a port below zero",
        request: "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= -5\n",
        status: "400",
        says: "expected client_port from 1 to 65535 in Transport, found \"Transport: RTP/UDP; client_port= -5\"",
    },
    Refusal {
        name: "a letter in the port",
        request: "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 50O8\n",
        status: "400",
        says: "expected client_port from 1 to 65535 in Transport, found \"Transport: RTP/UDP; client_port= 50O8\"",
    },
    Refusal {
        name: "a port that Python has not filled in",
        request: "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= {self.rtpPort}\n",
        status: "400",
        says: "found \"Transport: RTP/UDP; client_port= {self.rtpPort}\": an f-string without its f?",
    },
    Refusal {
        name: "a SETUP whose Transport line has another name",
        request: "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransprot: RTP/UDP; client_port= 5008\n",
        status: "400",
        says: "expected a line with Transport and client_port, found none",
    },
    Refusal {
        name: "channels in place of a port",
        request: "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/AVP/TCP;interleaved=0-1\n",
        status: "400",
        says: "expected client_port from 1 to 65535 in Transport, found \"Transport: RTP/AVP/TCP;interleaved=0-1\"",
    },
    Refusal {
        name: "no line end after CSeq",
        request: "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1Transport: RTP/UDP; client_port= 5008\n",
        status: "400",
        says: "expected CSeq and a number in a line, found \"CSeq: 1Transport: RTP/UDP; client_port= 5008\"",
    },
    Refusal {
        name: "a method in small letters",
        request: "setup movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n",
        status: "501",
        says: "unknown method in \"setup movie.Mjpeg RTSP/1.0\": expected SETUP, in capitals",
    },
    Refusal {
        name: "a method that there is not",
        request: "SETPU movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n",
        status: "501",
        says: "unknown method in \"SETPU movie.Mjpeg RTSP/1.0\": expected one of SETUP, PLAY, PAUSE",
    },
    Refusal {
        name: "no space after the method",
        request: "SETUPmovie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n",
        status: "501",
        says: "unknown method in \"SETUPmovie.Mjpeg RTSP/1.0\": expected a space after SETUP",
    },
    Refusal {
        name: "a tuple",
        request: "('SETUP', 'movie.Mjpeg', 'RTSP/1.0')",
        status: "501",
        says: "it looks like what Python prints, and not like the text itself",
    },
    Refusal {
        name: "the text as Python prints it",
        request: "b'SETUP movie.Mjpeg RTSP/1.0\\nCSeq: 1\\n'",
        status: "501",
        says: "it looks like what Python prints, and not like the text itself",
    },
    Refusal {
        name: "a byte order mark",
        request: "\u{feff}SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n",
        status: "501",
        says: "a byte order mark comes first; it is not sent",
    },
    Refusal {
        name: "UTF-16",
        request: "S\0E\0T\0U\0P\0 \0m\0",
        status: "400",
        says: "two or four bytes a character; expected one, as in UTF-8",
    },
    Refusal {
        name: "the length before the request",
        request: "00074SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n",
        status: "501",
        says: "expected SETUP first, and nothing before it; found \"00074\"",
    },
    Refusal {
        name: "a web browser's request",
        request: "GET /movie.Mjpeg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        status: "400",
        says: "it looks like a web browser's",
    },
    Refusal {
        name: "PLAY before SETUP",
        request: "PLAY movie.Mjpeg RTSP/1.0\nCSeq: 1\nSession: 0\n",
        status: "455",
        says: "PLAY in INIT: SETUP comes first",
    },
    Refusal {
        name: "another spelling of the movie's name",
        request: "SETUP movie.mjpg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n",
        status: "404",
        says: "find movie \"movie.mjpg\" in the folder of movies; there is \"movie.Mjpeg\"",
    },
];
