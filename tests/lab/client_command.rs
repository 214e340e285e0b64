//! The command line of `client_launcher`: what it refuses, and with which words.

use crate::client_common::program::{client_command, run_client};
use crate::common::command_line::{assert_help_and_version, assert_wrong_call};

#[track_caller]
fn assert_refused(words: &[&str], flaw: &str) {
    assert_wrong_call("client_launcher", &mut client_command(words), flaw);
}

#[test]
fn too_few_or_too_many_arguments_are_refused() {
    let words = ["127.0.0.1", "2048", "5008", "movie.Mjpeg", "more"];
    for count in [1, 2, 3, 5] {
        assert_refused(&words[..count], &format!("found {count} arguments"));
    }
    assert_refused(&["--headless", "127.0.0.1"], "SERVER_ADDR SERVER_PORT RTP_PORT MOVIE");
}

#[test]
fn a_port_that_is_none_is_refused_by_its_name() {
    for port in ["0", "65536", "70000", "abc", "", "-1", "5008 ", "50.5"] {
        let found = format!("{port:?}");
        for (name, words) in [
            ("SERVER_PORT", ["--", "127.0.0.1", port, "5008", "movie.Mjpeg"]),
            ("RTP_PORT", ["--", "127.0.0.1", "2048", port, "movie.Mjpeg"]),
        ] {
            assert_refused(&words, name);
            assert_refused(&words, &found);
        }
    }
}

#[test]
fn a_name_that_no_movie_can_have_is_refused() {
    for movie in ["", " ", "movie\nSession: 1", "movie\r", "a\tb", "\u{85}"] {
        assert_refused(&["--headless", "127.0.0.1", "2048", "5008", movie], "MOVIE");
    }
}

#[test]
fn a_url_that_is_none_is_refused_with_the_part_that_is_wrong() {
    for (url, flaw) in [
        ("http://127.0.0.1/movie.Mjpeg", "expected rtsp:// at its beginning"),
        ("rtsp:///movie.Mjpeg", "expected a host"),
        ("rtsp://127.0.0.1:0/movie.Mjpeg", "expected a port from 1 to 65535"),
        ("rtsp://127.0.0.1:x/", "\"rtsp://127.0.0.1:x/\""),
    ] {
        assert_refused(&["--headless", url], flaw);
    }
    assert_refused(&["rtsp://127.0.0.1/a", "rtsp://127.0.0.1/b"], "found 2 arguments");
}

#[test]
fn tcp_without_a_url_is_refused() {
    assert_refused(&["--tcp"], "--tcp goes with a URL");
    assert_refused(&["--tcp", "127.0.0.1", "2048", "5008", "movie.Mjpeg"], "--tcp goes with a URL");
}

#[test]
fn seconds_without_headless_are_refused() {
    assert_refused(&["--seconds", "1"], "--headless");
    assert_refused(&["--patience", "1"], "--headless");
    assert_refused(&["--seconds", "1", "127.0.0.1", "2048", "5008", "movie.Mjpeg"], "--headless");
}

#[test]
fn seconds_that_are_no_time_are_refused() {
    for seconds in ["x", "", "1s", "NaN", "inf", "1e300", "--", "-1"] {
        assert_refused(&["--headless", &format!("--seconds={seconds}")], "--seconds");
        assert_refused(&["--headless", &format!("--patience={seconds}")], "--patience");
    }
    assert_refused(&["--headless", "--seconds"], "seconds");
}

#[test]
fn an_unknown_option_is_refused_by_its_name() {
    assert_refused(&["--loud"], "loud");
    assert_refused(&["-x"], "x");
    assert_refused(&["--quiet=1"], "quiet");
    assert_refused(&["--headless", "--headless"], "headless");
}

#[test]
fn help_is_printed_on_request_and_nothing_else() {
    let help = assert_help_and_version("client_launcher", || client_command(&[]));
    for option in
        ["--play", "--headless", "--tcp", "--seconds N", "--quiet", "--help", "rtsp://HOST"]
    {
        assert!(help.contains(option), "no {option} in {help}");
    }
    let ended = run_client(&["--headless", "--help", "127.0.0.1"]);
    assert_eq!((ended.code, ended.output, ended.errors), (Some(0), help, String::new()));
}

#[test]
fn a_playout_buffer_is_milliseconds_or_frames() {
    for word in ["2001", "41f", "-1", "x", "", "f", "1.5", "100ms"] {
        let words = ["--buffer", word, "--headless", "127.0.0.1", "2048", "5008", "movie.Mjpeg"];
        let flaw = format!("expected --buffer from 0 to 2000 ms, or frames as 30f, found {word:?}");
        assert_refused(&words, &flaw);
    }
}
