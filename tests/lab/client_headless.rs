//! `client_launcher --headless` as its user runs it, against the project's own server.

use std::fs;

use crate::client_common::jpeg::{folder_with_movie, frame};
use crate::client_common::program::{Program, Server, client_command, rtp_port, run_client};
use crate::client_common::scripted_server::{ScriptedServer, deserted_port};
use crate::client_common::{LIMIT, MOVIE};
use crate::common::movies::folder_with;
use crate::common::programs::project;

#[test]
fn a_movie_is_played_to_its_end_and_every_figure_is_right() {
    let folder = folder_with_movie(40);
    let server = Server::start(folder.path(), &[]);
    let rtp_port = rtp_port();
    let ended = run_client(&["--headless", "127.0.0.1", &server.port, &rtp_port, MOVIE]);
    ended.assert_played(40);
    let bytes = fs::metadata(folder.path().join(MOVIE)).unwrap().len() - 40 * 5;
    assert_eq!(ended.figure("data received"), format!("{bytes} bytes"));
    // The ranges leave room for a busy machine, but not for another definition.
    for (name, range) in [
        ("frames per second average", 15.0..22.0),
        ("play time", 1.9..2.6),
        ("frames per second now", 0.0..25.0),
    ] {
        let number = ended.figure(name).split(' ').next().unwrap();
        assert!(range.contains(&number.parse().unwrap()), "{name}: {number}");
    }
    assert!(ended.output.contains(" s  PLAYING  frame "), "a line each second: {ended:?}");
}

#[test]
fn frames_wait_in_a_playout_buffer_and_none_is_lost() {
    let folder = folder_with(&start_of_our_movie(40));
    let options = ["--delay", "60", "--jitter", "40", "--seed", "7"];
    let server = Server::start(folder.path(), &options);
    let of_lab = rtp_port();
    let url = format!("rtsp://127.0.0.1:{}/{MOVIE}", server.port); // wing
    for words in [
        &["--buffer", "1500", "127.0.0.1", &server.port, &of_lab, MOVIE][..],
        &["--buffer", "30f", "127.0.0.1", &server.port, &of_lab, MOVIE],
        &["--buffer", "30f", &url], // wing
    ] {
        let ended = run_client(&[&["--headless"], words].concat());
        // After a busy machine has stood still, several frames are due at once, and some are left out.
        let [shown, left_out] = ["frames shown", "frames left out"]
            .map(|figure| ended.figure(figure).parse::<u32>().unwrap());
        assert_eq!((shown + left_out, ended.code), (40, Some(0)), "{ended:?}");
        assert!(shown > 30, "{ended:?}");
        assert_eq!(ended.figure("current frame"), "40");
        assert!(ended.output.contains("  BUFFERING "), "before the first picture: {ended:?}");
        let wanted = if words[1] == "30f" { "30 frames" } else { "1500 ms" };
        assert_eq!(ended.figure("buffer"), wanted);
        // 30 frames take 1.45 s to come; how evenly depends on how busy the machine is.
        let delay = ended.figure("buffer delay average").strip_suffix(" ms").unwrap();
        assert!(delay.parse::<f64>().unwrap() > 1000.0, "{delay}");
    }
    let ended = run_client(&["--headless", "127.0.0.1", &server.port, &of_lab, MOVIE]);
    assert!(!ended.output.contains("buffer"), "off, nothing is said of it: {ended:?}");
}

/// A burst of 120 packets overruns the receiver's buffer, and then less than half of such frames come.
#[test]
fn large_frames_in_many_packets_arrive() {
    let comment = [&[0xFF, 0xFE, 0xDD, 0x00][..], &b" ".repeat(0xDCFE)].concat();
    let frames = (1..=24).map(|number| {
        let (start, rest) = (&frame(number)[..2], &frame(number)[2..]);
        [start, &comment.repeat(3), rest].concat()
    });
    let folder = folder_with(&frames.collect::<Vec<_>>().concat());
    let server = Server::start(folder.path(), &["--fragment", "1400"]);
    let ended = run_client(&["--headless", "127.0.0.1", &server.port, &rtp_port(), MOVIE]);
    let figure = |name| ended.figure(name).parse::<u32>().expect(name);
    let whole = figure("frames shown") + figure("frames left out");
    assert!(whole >= 20, "{whole} of 24: {ended:?}");
}

#[test]
fn a_movie_of_one_frame_is_no_movie_without_packets_and_no_rate_of_thousands() {
    let folder = folder_with_movie(1);
    let server = Server::start(folder.path(), &[]);
    let ended = run_client(&["--headless", "127.0.0.1", &server.port, &rtp_port(), MOVIE]);
    ended.assert_played(1);
    assert!(!ended.output.contains("Nothing comes"), "{}", ended.output);
    let average = ended.figure("frames per second average").parse().unwrap();
    assert!((5.0..20.5).contains(&average), "one frame in its 50 ms, not {average}");
}

#[test]
fn the_transcript_has_the_bytes_of_the_three_requests_and_their_replies() {
    let folder = folder_with_movie(5);
    let server = Server::start(folder.path(), &[]);
    let rtp_port = rtp_port();
    let ended = run_client(&["--headless", "127.0.0.1", &server.port, &rtp_port, MOVIE]);
    let requests = ended.requests_sent();
    let session = requests[1].trim_end().rsplit(' ').next().unwrap();
    assert_eq!(session.len(), 6, "{requests:?}");
    let expected = [
        format!(
            "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= {rtp_port}\n"
        ),
        format!("PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nSession: {session}\n"),
        format!("TEARDOWN movie.Mjpeg RTSP/1.0\nCSeq: 3\nSession: {session}\n"),
    ];
    assert_eq!(requests, expected);
    for cseq in 1..=3 {
        let reply = format!("Data received:\nRTSP/1.0 200 OK\nCSeq: {cseq}\nSession: {session}\n");
        assert!(ended.output.contains(&reply), "no {reply:?} in {}", ended.output);
    }
    assert_eq!(ended.output.matches("Data received:").count(), 3);
    ended.assert_played(5);
}

#[test]
fn seconds_end_the_session_by_teardown() {
    let server = Server::start(project(), &[]);
    let rtp_port = rtp_port();
    let ended =
        run_client(&["--headless", "--seconds", "1", "127.0.0.1", &server.port, &rtp_port, MOVIE]);
    let requests = ended.requests_sent();
    assert!(requests[2].starts_with("TEARDOWN movie.Mjpeg RTSP/1.0\nCSeq: 3\n"), "{requests:?}");
    let frames = ended.figure("frames shown").parse().unwrap();
    assert!((1..500).contains(&frames), "{frames} frames are not a part of the movie");
    ended.assert_played(frames);
}

#[test]
fn quiet_prints_the_figures_and_no_transcript() {
    let folder = folder_with_movie(5);
    let server = Server::start(folder.path(), &[]);
    let rtp_port = rtp_port();
    let ended = run_client(&["--headless", "--quiet", "127.0.0.1", &server.port, &rtp_port, MOVIE]);
    for part in ["Data sent", "Data received", "RTSP/1.0", "connected"] {
        assert!(!ended.output.contains(part), "{part:?} in {}", ended.output);
    }
    ended.assert_played(5);
}

#[test]
fn a_missing_movie_is_named_once_and_the_code_is_1() {
    let folder = folder_with_movie(1);
    let server = Server::start(folder.path(), &[]);
    let rtp_port = rtp_port();
    let words = ["--headless", "127.0.0.1", &server.port, &rtp_port, "none.Mjpeg"];
    let ended = run_client(&words);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let told = "404 File Not Found: The server has no movie named none.Mjpeg";
    assert_eq!(ended.output.matches(told).count(), 1, "{}", ended.output);
    assert_eq!(ended.requests_sent().len(), 1, "SETUP, and only once: {}", ended.output);
    assert_eq!(ended.figure("frames shown"), "0");

    let ended = run_client(&[&["--quiet"], &words[..]].concat());
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.errors.contains(told), "--quiet does not hide errors: {ended:?}");
}

#[test]
fn a_server_that_is_not_there_is_named_once_and_the_code_is_1() {
    let port = deserted_port().to_string();
    let ended = run_client(&["--headless", "127.0.0.1", &port, &rtp_port(), MOVIE]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let told = ended.output.matches("Connection failed: ").count();
    assert_eq!(told, 1, "{}", ended.output);
    assert!(ended.output.contains(&format!("127.0.0.1:{port}")), "{}", ended.output);
}

#[test]
fn a_server_that_goes_ends_the_client_with_code_1() {
    let mut server = ScriptedServer::start();
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let client =
        Program::start(&mut client_command(&["--headless", "127.0.0.1", &port, &rtp_port, MOVIE]));
    server.grants("SETUP");
    server.grants("PLAY");
    server.closes();
    let ended = client.end(LIMIT);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.output.contains("Server gone: "), "{}", ended.output);
    assert_eq!(ended.figure("frames shown"), "0");
}

#[test]
fn a_movie_without_packets_ends_by_teardown_with_code_1() {
    let mut server = ScriptedServer::start();
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let client =
        Program::start(&mut client_command(&["--headless", "127.0.0.1", &port, &rtp_port, MOVIE]));
    for method in ["SETUP", "PLAY", "TEARDOWN"] {
        server.grants(method);
    }
    let ended = client.end(LIMIT);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.output.contains("Nothing comes to UDP port "), "{}", ended.output);
    assert!(ended.output.contains(&format!("UDP port {rtp_port}")), "{}", ended.output);
    assert_eq!((server.client_port.to_string(), server.rest().as_str()), (rtp_port, ""));
}

#[test]
fn a_name_leads_to_the_server_too() {
    let folder = folder_with_movie(10);
    let server = Server::start(folder.path(), &[]);
    run_client(&["--headless", "localhost", &server.port, &rtp_port(), MOVIE]).assert_played(10);
}

#[test]
fn without_other_arguments_headless_plays_from_its_own_server() {
    let mut command = client_command(&["--headless", "--seconds", "1"]);
    let ended = Program::start(command.current_dir(project())).end(LIMIT);
    assert!(ended.output.starts_with("Playing from a server inside this program."), "{ended:?}");
    let requests = ended.requests_sent();
    assert!(requests[2].starts_with("TEARDOWN "), "{requests:?}");
    ended.assert_played(ended.figure("frames shown").parse().unwrap());
}

#[test]
fn in_any_other_folder_the_built_in_movie_is_played_and_nothing_is_left_behind() {
    let (folder, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = client_command(&["--headless", "--seconds", "1"]);
    let command = command.current_dir(folder.path()).env("TMPDIR", temporary.path());
    let ended = Program::start(command).end(LIMIT);
    let greeting = "Playing the built-in movie from a server inside this program.\n";
    assert!(ended.output.starts_with(greeting), "{ended:?}");
    ended.assert_played(ended.figure("frames shown").parse().unwrap());
    for folder in [&folder, &temporary] {
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    }
}

/// A place where nothing can be written.
#[cfg(unix)]
#[test]
fn a_built_in_movie_that_can_not_be_written_is_an_error_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = client_command(&["--headless"]);
    let nowhere = folder.path().join("nowhere");
    let command = command.current_dir(folder.path()).env("TMPDIR", nowhere);
    let ended = Program::start(command).end(LIMIT);
    assert_eq!((ended.code, ended.output.as_str()), (Some(1), ""), "{ended:?}");
    let start = "client_launcher: could not write the built-in movie: ";
    assert!(ended.errors.starts_with(start), "{ended:?}");
    assert_eq!(ended.errors.lines().count(), 1, "{ended:?}");
}

/// What the client says when these variables keep it from opening a window.
#[cfg(target_os = "linux")]
fn refusal(variables: &[(&str, &str)], words: &[&str]) -> String {
    let port = rtp_port();
    let words = [words, &["127.0.0.1", "2048", &port, MOVIE]].concat();
    let mut command = client_command(&words);
    let ended = Program::start(command.envs(variables.iter().copied())).end(LIMIT);
    assert_eq!((ended.code, ended.output.as_str()), (Some(1), ""), "{ended:?}");
    ended.errors
}

/// Elsewhere there is a display without a variable that names it.
#[cfg(target_os = "linux")]
#[test]
fn without_a_display_a_window_is_refused_in_one_line_that_names_headless() {
    let expected =
        "client_launcher: there is no display (DISPLAY is not set): ssh -X, or --headless\n";
    for words in [&[][..], &["--play"]] {
        assert_eq!(refusal(&[], words), expected);
        assert_eq!(refusal(&[("DISPLAY", "")], words), expected);
    }
    let expected = "client_launcher: there is no X11 display, only Wayland's: apt install \
                    xwayland, or --headless\n";
    assert_eq!(refusal(&[("WAYLAND_DISPLAY", "wayland-0")], &[]), expected);
}

/// The loader first finds files of that name that are no libraries, so every machine behaves as if
/// it had none.
#[cfg(target_os = "linux")]
#[test]
fn a_library_that_is_missing_is_named_with_its_package() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["libX11.so.6", "libxcb.so.1"] {
        fs::write(folder.path().join(file), "").unwrap();
    }
    let folder = folder.path().to_str().unwrap();
    let said = refusal(&[("DISPLAY", ":9"), ("LD_LIBRARY_PATH", folder)], &[]);
    let expected = "client_launcher: libX11.so.6 is missing: apt install libx11-6, or --headless\n";
    assert_eq!(said, expected);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_and_arguments_it_says_so_and_plays_headless() {
    let client = Program::start(client_command(&[]).current_dir(project()));
    client.line_with("there is no display (DISPLAY is not set): ssh -X");
    client.line_with("Without a window: a line of figures a second, then the statistics.");
    client.line_with("PLAYING  frame ");
}

#[test]
fn a_closed_pipe_does_not_end_the_session_early() {
    let mut server = ScriptedServer::start();
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let mut command = client_command(&["--headless", "127.0.0.1", &port, &rtp_port, MOVIE]);
    let mut client = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(client.stdout.take());
    for method in ["SETUP", "PLAY", "TEARDOWN"] {
        server.grants(method);
    }
    assert_eq!(server.rest(), "");
    assert_eq!(client.wait().unwrap().code(), Some(1), "no frame came");
}

/// A terminal in which text is selected, or a program that does not read what it is told.
#[cfg(unix)]
#[test]
fn outputs_that_are_full_and_that_nobody_reads_do_not_hold_up_the_session() {
    use std::io::Write;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    for options in [&["--headless"][..], &["--headless", "--quiet"]] {
        let (_reader, mut full) = UnixStream::pair().unwrap();
        full.set_nonblocking(true).unwrap();
        while full.write(b"full").is_ok() {}
        full.set_nonblocking(false).unwrap();
        let mut server = ScriptedServer::start();
        let (port, rtp_port) = (server.port().to_string(), rtp_port());
        let words = [options, &["127.0.0.1", &port, &rtp_port, MOVIE]].concat();
        let mut command = client_command(&words);
        command.stdout(OwnedFd::from(full.try_clone().unwrap()));
        let mut client = command.stderr(OwnedFd::from(full)).spawn().unwrap();
        for method in ["SETUP", "PLAY", "TEARDOWN"] {
            server.grants(method);
        }
        assert_eq!(server.rest(), "");
        assert_eq!(client.wait().unwrap().code(), Some(1), "no frame came");
    }
}

/// Its first frames, each after its length in five digits.
fn start_of_our_movie(frames: u32) -> Vec<u8> {
    let movie = fs::read(project().join(MOVIE)).unwrap();
    let length =
        |at: usize| -> usize { std::str::from_utf8(&movie[at..at + 5]).unwrap().parse().unwrap() };
    let end = (0..frames).fold(0, |at, _| at + 5 + length(at));
    movie[..end].to_vec()
}
