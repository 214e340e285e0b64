//! Requests and replies of the standard dialect (RFC 2326), byte for byte, over real sockets.

use crate::common::jpegs::{Kind, PLAIN, jpegs};
use crate::common::movies::{MOVIE, folder_with, lab_format};
use crate::common::server_process::ServerProcess;
use crate::common::standard_client::StandardClient;
use jpeg_encoder::SamplingFactor;
use tempfile::TempDir;

const PUBLIC: &str =
    "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER";

/// A server of one movie of so many frames.
fn server_of(frames: usize) -> (TempDir, ServerProcess) {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, frames)));
    let server = ServerProcess::start(folder.path(), &[]);
    (folder, server)
}

#[test]
fn replies_are_the_rfcs_byte_by_byte() {
    let (_folder, server) = server_of(10);
    let url = format!("rtsp://{}/{MOVIE}", server.address());
    for (request, reply) in [
        ("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", format!("200 OK\r\nCSeq: 1\r\nPublic: {PUBLIC}")),
        ("OPTIONS URL RTSP/1.0\nCSEQ:7\n\n", format!("200 OK\r\nCSeq: 7\r\nPublic: {PUBLIC}")),
        (
            "\r\nOPTIONS URL/ RTSP/1.0\r\ncseq: 0\r\n\r\n",
            format!("200 OK\r\nCSeq: 0\r\nPublic: {PUBLIC}"),
        ),
        ("OPTIONS URL RTSP/1.0\r\n\r\n", "400 Bad Request".to_owned()),
        ("OPTIONS URL RTSP/1.0\r\nCSeq: x\r\n\r\n", "400 Bad Request".to_owned()),
        ("OPTIONS URL\r\nCSeq: 2\r\n\r\n", "400 Bad Request\r\nCSeq: 2".to_owned()),
        ("OPTIONS http://h/x RTSP/1.0\r\nCSeq: 2\r\n\r\n", "400 Bad Request\r\nCSeq: 2".to_owned()),
        (
            "OPTIONS URL RTSP/2.0\r\nCSeq: 3\r\n\r\n",
            "505 RTSP Version not supported\r\nCSeq: 3".to_owned(),
        ),
        ("FETCH URL RTSP/1.0\r\nCSeq: 4\r\n\r\n", "501 Not Implemented\r\nCSeq: 4".to_owned()),
        ("options URL RTSP/1.0\r\nCSeq: 4\r\n\r\n", "501 Not Implemented\r\nCSeq: 4".to_owned()),
        (
            "ANNOUNCE URL RTSP/1.0\r\nCSeq: 5\r\n\r\n",
            format!("405 Method Not Allowed\r\nCSeq: 5\r\nAllow: {PUBLIC}"),
        ),
        (
            "RECORD URL RTSP/1.0\r\nCSeq: 5\r\n\r\n",
            format!("405 Method Not Allowed\r\nCSeq: 5\r\nAllow: {PUBLIC}"),
        ),
        (
            "OPTIONS URL RTSP/1.0\r\nCSeq: 6\r\nRequire: x-one\r\nRequire: two\r\n\r\n",
            "551 Option not supported\r\nCSeq: 6\r\nUnsupported: x-one, two".to_owned(),
        ),
        (
            "SET_PARAMETER URL RTSP/1.0\r\nCSeq: 8\r\nContent-Length: 9\r\n\r\nvolume: 3",
            "451 Parameter Not Understood\r\nCSeq: 8".to_owned(),
        ),
        (
            "GET_PARAMETER URL RTSP/1.0\r\nCSeq: 8\r\ncontent-length: 6\r\n\r\njitter",
            "451 Parameter Not Understood\r\nCSeq: 8".to_owned(),
        ),
        ("GET_PARAMETER URL RTSP/1.0\r\nCSeq: 9\r\n\r\n", "200 OK\r\nCSeq: 9".to_owned()),
        ("DESCRIBE * RTSP/1.0\r\nCSeq: 9\r\n\r\n", "400 Bad Request\r\nCSeq: 9".to_owned()),
    ] {
        let mut client = StandardClient::connect(server.address());
        let (request, reply) = (request.replace("URL", &url), format!("RTSP/1.0 {reply}\r\n\r\n"));
        // As the first of a connection, and as a later one.
        let second = if request.starts_with("OPTIONS http") { "" } else { request.as_str() };
        client.send(format!("{request}{second}"));
        client.shut_down_writing();
        let expected = if second.is_empty() { reply } else { reply.repeat(2) };
        assert_eq!(client.rest(), expected, "to {request:?}");
    }
}

#[test]
fn a_description_has_everything_that_players_look_for() {
    let (_folder, server) = server_of(30);
    let mut client = StandardClient::connect(server.address());
    let plain = client.url.clone();
    for url in [plain.clone(), format!("{plain}/"), format!("{plain}/track1")] {
        let reply = client.ask("DESCRIBE", &url, &["Accept: application/sdp"]);
        assert_eq!(reply.status, "200 OK");
        let base = format!("{plain}/");
        assert_eq!(reply.header("Content-Base"), Some(base.as_str()));
        assert_eq!(reply.header("Content-Type"), Some("application/sdp"));
        let lines: Vec<_> = reply.body.split("\r\n").collect();
        let origin = lines[1];
        let number =
            origin.strip_prefix("o=- ").and_then(|rest| rest.strip_suffix(" 1 IN IP4 127.0.0.1"));
        assert!(number.is_some_and(|number| number.parse::<u64>().is_ok()), "{origin}");
        assert_eq!(
            lines,
            [
                "v=0",
                origin,
                "s=movie.Mjpeg",
                "c=IN IP4 0.0.0.0",
                "t=0 0",
                "a=control:*",
                "a=range:npt=0-1.500",
                "m=video 0 RTP/AVP 26",
                "a=rtpmap:26 JPEG/90000",
                "a=framerate:20",
                "a=control:track1",
                "",
            ]
        );
    }
}

#[test]
fn what_a_description_of_the_track_names_can_be_set_up() {
    let (_folder, server) = server_of(30);
    let mut client = StandardClient::connect(server.address());
    let url = format!("{}/track1/", client.url);
    let reply = client.ask("DESCRIBE", &url, &[]);
    let base = reply.header("Content-Base").unwrap().to_owned();
    let transport = "Transport: RTP/AVP/TCP;interleaved=0-1";
    let status = client.ask("SETUP", &format!("{base}track1"), &[transport]).status;
    assert_eq!(status, "200 OK", "{base}");
}

#[test]
fn another_movie_is_not_the_sessions() {
    let (folder, server) = server_of(30);
    std::fs::copy(folder.path().join(MOVIE), folder.path().join("other.Mjpeg")).unwrap();
    let mut client = StandardClient::ready_udp(server.address());
    let host = format!("rtsp://{}", server.address());
    for movie in ["other.Mjpeg", "other.Mjpeg/track1", "none.Mjpeg"] {
        for method in ["PLAY", "PAUSE", "TEARDOWN"] {
            let status = client.ask(method, &format!("{host}/{movie}"), &[]).status;
            assert_eq!(status, "454 Session Not Found", "{method} {movie}");
        }
    }
    let ways = [format!("{host}/{MOVIE}/"), format!("{host}/{MOVIE}/track1"), format!("{host}/")];
    for url in ways {
        for method in ["PLAY", "PAUSE"] {
            assert_eq!(client.ask(method, &url, &[]).status, "200 OK", "{method} {url}");
        }
    }
}

#[test]
fn a_movie_that_is_not_there_is_404_for_describe_and_setup() {
    let (_folder, server) = server_of(10);
    let mut client = StandardClient::of("other.Mjpeg", server.address());
    client.refused("DESCRIBE", &[], "404 Not Found");
    assert_eq!(client.setup("RTP/AVP/TCP;interleaved=0-1").status, "404 Not Found");
    let url = format!("rtsp://{}/../{MOVIE}", server.address());
    assert_eq!(client.ask("DESCRIBE", &url, &[]).status, "404 Not Found");
    for name in
        ["", "/", "%2e%2e/movie.Mjpeg", "%2Fetc%2Fpasswd", "movie.Mjpeg%00", "movie.Mjpeg/x"]
    {
        let url = format!("rtsp://{}/{name}", server.address());
        assert_eq!(client.ask("DESCRIBE", &url, &[]).status, "404 Not Found", "{url}");
    }
    // The connection is as good as before.
    client.url = format!("rtsp://{}/{MOVIE}", server.address());
    client.granted("DESCRIBE", &[]);
}

#[test]
fn a_name_with_blanks_and_folders_is_found_by_its_encoded_url() {
    let (folder, server) = server_of(10);
    std::fs::create_dir(folder.path().join("my movies")).unwrap();
    let content = lab_format(&jpegs(PLAIN, 3));
    std::fs::write(folder.path().join("my movies/größe 1.Mjpeg"), content).unwrap();
    let mut client = StandardClient::of("my%20movies/gr%C3%B6%C3%9Fe%201.Mjpeg", server.address());
    let reply = client.granted("DESCRIBE", &[]);
    assert!(reply.body.contains("\r\ns=my movies/größe 1.Mjpeg\r\n"), "{}", reply.body);
    client.setup_udp();
    client.play(None);
    client.frames(3);
}

#[test]
fn what_rtp_cannot_carry_is_415_and_says_how_to_convert_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = ServerProcess::start(folder.path(), &["--no-recode"]);
    let sampling = SamplingFactor::F_1_1;
    for (name, kind, reason) in [
        (
            "444.Mjpeg",
            Kind { sampling, ..PLAIN },
            "expected 4:2:0 (2x2,1x1,1x1) or 4:2:2 (2x1,1x1,1x1) sampling, found 4:4:4 \
             (1x1,1x1,1x1)",
        ),
        (
            "grey.Mjpeg",
            Kind { grey: true, ..PLAIN },
            "expected three components (Y, Cb, Cr), found 1 (grey)",
        ),
        (
            "progressive.Mjpeg",
            Kind { progressive: true, ..PLAIN },
            "expected a baseline JPEG, found a progressive one (marker FF C2 at byte ",
        ),
    ] {
        let damaged = b"\xFF\xD8 no JPEG \xFF\xD9".to_vec();
        let frames = [vec![damaged], jpegs(kind, 1), jpegs(PLAIN, 1)].concat();
        std::fs::write(folder.path().join(name), lab_format(&frames)).unwrap();
        let mut client = StandardClient::of(name, server.address());
        let reply = client.refused("DESCRIBE", &[], "415 Unsupported Media Type");
        assert_eq!(reply.header("Content-Type"), Some("text/plain"));
        let command = format!(
            "ffmpeg -i {name} -c:v mjpeg -huffman default -pix_fmt yuvj420p -q:v 5 -an -f mjpeg \
             converted.Mjpeg"
        );
        let frame = format!("{name}, frame 2: carry frame as RTP/JPEG: {reason}");
        for text in ["frame 2", reason, &command] {
            assert!(reply.body.contains(text), "{text:?} in {:?}", reply.body);
        }
        assert!(reply.body.starts_with(&frame), "{}", reply.body);
        let status = client.setup("RTP/AVP/TCP;interleaved=0-1").status;
        assert_eq!(status, "415 Unsupported Media Type");
        let line = server.wait_for(|line| line.contains("answered 415") && line.contains(name));
        assert!(line.ends_with(reply.body.trim_end()), "{line}");
    }
}

#[test]
fn a_movie_of_damaged_frames_is_415_until_one_comes_that_can_be_sent() {
    let damaged = || vec![b"\xFF\xD8 no JPEG \xFF\xD9".to_vec(); 300];
    let folder = folder_with(&lab_format(&damaged()));
    let server = ServerProcess::start(folder.path(), &[]);
    let mut client = StandardClient::connect(server.address());
    for _ in 0..2 {
        let reply = client.refused("DESCRIBE", &[], "415 Unsupported Media Type");
        assert!(reply.body.contains("frame 1: carry frame as RTP/JPEG"), "{}", reply.body);
    }
    let good = lab_format(&[damaged(), jpegs(PLAIN, 3)].concat());
    std::fs::write(folder.path().join(MOVIE), good).unwrap();
    let reply = client.granted("DESCRIBE", &[]);
    assert!(reply.body.contains("a=range:npt=0-15.150"), "{}", reply.body);
}

#[test]
fn what_rtp_cannot_carry_is_coded_anew_as_it_plays_and_that_is_noted_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = ServerProcess::start(folder.path(), &[]);
    for (name, kind) in [
        ("444.Mjpeg", Kind { sampling: SamplingFactor::F_1_1, ..PLAIN }),
        ("grey.Mjpeg", Kind { grey: true, ..PLAIN }),
        ("progressive.Mjpeg", Kind { progressive: true, restart: 3, ..PLAIN }),
    ] {
        // Those that can be carried stay as they are.
        let frames = [jpegs(PLAIN, 1), jpegs(kind, 5)].concat();
        std::fs::write(folder.path().join(name), lab_format(&frames)).unwrap();
        let mut client = StandardClient::of(name, server.address());
        client.granted("DESCRIBE", &[]);
        client.setup_tcp();
        client.play(None);
        for frame in client.frames(6) {
            let seen = (frame.jpeg_type, frame.blocks, frame.restart);
            assert_eq!(seen, (1, [12, 8], None), "4:2:0, {name}");
        }
        let address = client.address();
        drop(client);
        let told = server.transcript_of(address);
        let notes = told.iter().filter(|line| line.contains("is coded anew"));
        let [note] = notes.collect::<Vec<_>>()[..] else { panic!("{told:?}") };
        assert!(
            note.contains("frame 2 is coded anew: could not carry frame as RTP/JPEG: "),
            "{note}"
        );
        assert!(!told.iter().any(|line| line.starts_with("warning: ")), "{told:?}");
    }
    let wide = jpegs(Kind { size: (2048, 16), progressive: true, ..PLAIN }, 1);
    std::fs::write(folder.path().join("wide.Mjpeg"), wide.concat()).unwrap();
    let mut client = StandardClient::of("wide.Mjpeg", server.address());
    let reply = client.refused("DESCRIBE", &[], "415 Unsupported Media Type");
    assert!(reply.body.contains("found 2048x16; this converts it: ffmpeg "), "{}", reply.body);
}

#[test]
fn a_later_frame_that_cannot_be_carried_is_left_out_and_told_once() {
    let other = Kind { sampling: SamplingFactor::F_1_1, ..PLAIN };
    let frames = [jpegs(PLAIN, 2), jpegs(other, 2), jpegs(PLAIN, 3)].concat();
    let folder = folder_with(&lab_format(&frames));
    let mut server = ServerProcess::start(folder.path(), &["--no-recode"]);
    let mut client = StandardClient::ready_udp(server.address());
    client.play(None);
    client.frames(5);
    let address = client.address();
    drop(client);
    let told = server.transcript_of(address);
    let warnings: Vec<_> = told.iter().filter(|line| line.starts_with("warning: ")).collect();
    assert_eq!(warnings.len(), 1, "{told:?}");
    assert!(warnings[0].contains("could not send frame 3: carry frame as RTP/JPEG"), "{told:?}");
}

#[test]
fn requests_are_understood_however_they_are_cut() {
    let (_folder, server) = server_of(10);
    let mut client = StandardClient::connect(server.address());
    let mut text = client.request("OPTIONS", "*", &[]);
    let url = client.url.clone();
    text += &client.request("DESCRIBE", &url, &["Accept: application/sdp", "X: y"]);
    let set = client.request("SET_PARAMETER", &url, &["Content-Length: 8"]);
    text += &(set + "a: b\r\n\r\n");
    text += &client.request("GET_PARAMETER", &url, &[]).replace("\r\n", "\n");
    let mut whole = StandardClient::connect(server.address());
    whole.send(&text);
    whole.shut_down_writing();
    let expected = without_origin(&whole.rest());
    assert_eq!(expected.matches("RTSP/1.0 ").count(), 4, "{expected}");
    for at in 1..text.len() {
        let mut client = StandardClient::connect(server.address());
        let (head, tail) = text.split_at(at);
        client.send(head);
        client.send(tail);
        client.shut_down_writing();
        assert_eq!(
            without_origin(&client.rest()),
            expected.replace(&whole.url, &client.url),
            "cut at {at}"
        );
    }
    let mut client = StandardClient::connect(server.address());
    text.bytes().for_each(|byte| client.send([byte]));
    client.shut_down_writing();
    assert_eq!(without_origin(&client.rest()), expected, "byte by byte");
}

#[test]
fn a_first_request_is_understood_however_it_is_cut() {
    let (_folder, server) = server_of(10);
    let url = format!("rtsp://{}/{MOVIE}", server.address());
    for (text, status) in [
        (
            "SETUP URL/track1 RTSP/1.0\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\
             CSeq: 3\r\nUser-Agent: Lavf59.27.100\r\nX: y\r\n\r\n",
            "200 OK",
        ),
        (
            "PLAY URL RTSP/1.0\r\nCSeq: 3\r\nSession: 571600\r\nRange: npt=0-\r\n\r\n",
            "454 Session Not Found",
        ),
    ] {
        let text = text.replace("URL", &url);
        for at in 1..text.len() {
            let mut client = StandardClient::connect(server.address());
            let (head, tail) = text.split_at(at);
            client.send(head);
            client.send(tail);
            client.shut_down_writing();
            let rest = client.rest();
            let only = rest.matches("RTSP/1.0 ").count() == 1;
            assert!(
                only && rest.starts_with(&format!("RTSP/1.0 {status}\r\nCSeq: 3\r\n")),
                "{text:?} cut at {at}: {rest:?}"
            );
        }
    }
}

/// A description has a random number.
fn without_origin(text: &str) -> String {
    let lines =
        text.lines().filter(|line| !line.starts_with("o=") && !line.starts_with("Content-Length"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn header_names_may_be_written_in_any_case() {
    let (_folder, server) = server_of(10);
    let mut client = StandardClient::connect(server.address());
    client.send(format!(
        "SETUP {} RTSP/1.0\r\ncseq: 3\r\nTRANSPORT: rtp/avp/tcp;Unicast;Interleaved=0-1\r\n\r\n",
        client.track()
    ));
    let reply = client.reply();
    assert_eq!((reply.status.as_str(), reply.header("CSeq")), ("200 OK", Some("3")));
    client.send(format!(
        "PLAY {} RTSP/1.0\r\nCSEQ:4\r\nsession:{}\r\nrange: NPT=0.2-\r\n\r\n",
        client.url,
        reply.session()
    ));
    assert_eq!(client.reply().header("Range"), Some("npt=0.200-0.500"));
}

#[test]
fn a_message_without_end_closes_the_connection() {
    let (_folder, server) = server_of(10);
    let mut client = StandardClient::connect(server.address());
    client.granted("OPTIONS", &[]);
    client.send("x".repeat(70_000));
    client.assert_closed();
}

#[test]
fn a_first_request_with_many_headers_is_understood() {
    let (_folder, server) = server_of(10);
    for length in [3000, 5000, 60_000] {
        let mut client = StandardClient::connect(server.address());
        let header = format!("Cookie: {}", "x".repeat(length));
        client.granted("OPTIONS", &[&header]);
        client.granted("OPTIONS", &[&header]);
    }
}

#[test]
fn a_request_of_the_lab_among_the_standards_is_400() {
    let (_folder, server) = server_of(10);
    let mut client = StandardClient::connect(server.address());
    client.granted("OPTIONS", &[]);
    client.send("PLAY movie.Mjpeg RTSP/1.0\nCSeq: 7\nSession: 571600\n\n");
    let reply = client.reply();
    assert_eq!((reply.status.as_str(), reply.header("CSeq")), ("400 Bad Request", Some("7")));
    client.granted("OPTIONS", &[]);
}

#[test]
fn a_first_request_may_come_as_slowly_as_any_other() {
    let (_folder, server) = server_of(10);
    let mut client = StandardClient::connect(server.address());
    for _ in 0..2 {
        let request = client.request("OPTIONS", "*", &["User-Agent: slow"]);
        for part in request.split_inclusive("\r\n") {
            client.send(part);
            if part != "\r\n" {
                assert!(
                    client.hears_nothing(crate::common::A_WHILE),
                    "nothing is answered after {part:?}"
                );
            }
        }
        assert_eq!(client.reply().status, "200 OK");
    }
}

#[test]
fn a_file_that_is_no_movie_is_refused_at_once_and_named() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 2)));
    let server = ServerProcess::start(folder.path(), &[]);
    for (name, content, words) in [
        ("x.avi", &b"RIFF\x24\x10\0\0AVI LIST"[..], "x.avi is an AVI file: `ffmpeg -i x.avi "),
        ("README", b"# Movies\n", "README is text"),
        ("six", b"000004\xFF\xD8\xFF\xD9", "frame 1 at byte 0: expected its length in five digits"),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
        let mut client = StandardClient::of(name, server.address());
        for (method, url) in [("DESCRIBE", client.url.clone()), ("SETUP", client.track())] {
            let transport = "Transport: RTP/AVP;unicast;client_port=20000-20001";
            let reply = client.ask(method, &url, &[transport]);
            assert_eq!(reply.status, "415 Unsupported Media Type", "{method} {name}");
            assert!(reply.body.contains(words), "{method} {name}: {reply:?}");
        }
    }
}

#[test]
fn a_request_without_its_empty_line_is_noted_once_and_answered_when_it_comes() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 2)));
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = StandardClient::connect(server.address());
    let url = client.url.clone();
    for _ in 0..2 {
        let request = client.request("OPTIONS", &url, &[]);
        let (head, end) = request.split_at(request.len() - 2);
        client.send(head);
        let start = format!("[{}] note: ", client.address());
        let words = "waiting for the empty line that ends it";
        server.wait_for(|line| line.starts_with(&start) && line.contains(words));
        client.send(end);
        assert_eq!(client.reply().status, "200 OK");
    }
    let address = client.address();
    drop(client);
    let told = server.transcript_of(address);
    assert_eq!(told.iter().filter(|line| line.starts_with("note: ")).count(), 1, "{told:?}");
}
