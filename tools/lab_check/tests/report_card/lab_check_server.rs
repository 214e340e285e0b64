//! `lab_check server` judges itself: a good server gets a full card, and of each server with one
//! fault the card names that fault and no other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{self, TryRecvError};
use std::thread;

use crate::common::command_line::{assert_help_and_version, assert_wrong_call};
use crate::common::left_out::python;
use crate::common::movies::{folder_with, lab_format, real_frames};
#[cfg(target_os = "linux")]
use crate::common::preload::Preload;
use crate::common::programs::{program, project};
use crate::common::server_process::ServerProcess;
use crate::harness::tests;
use crate::lab_check_common::{Outcome, Table, flaws_of, lab_check, python_lab};
use tempfile::TempDir;

tests![
    the_rust_server_gets_a_full_card,
    a_table_has_a_header_and_a_row_for_each_program,
    a_program_that_does_not_serve_fails_setup_with_its_last_words,
    a_table_that_can_not_be_written_is_told_before_the_check,
    a_wrong_call_ends_with_2_and_says_why,
    a_movie_that_can_not_be_read_is_an_error,
    #[cfg(target_os = "linux")]
    nothing_is_left_when_lab_check_is_killed,
    the_card_in_the_document_is_the_real_one,
    a_failure_has_the_reason_that_the_client_would_tell,
    the_story_of_a_failure_has_what_came_before_it;
    long:
    #[cfg(target_os = "linux")]
    nothing_of_the_program_is_left_when_the_card_is_printed,
    a_server_that_runs_is_checked_where_it_is,
    bits_that_are_0_in_all_packets_are_seen_in_encode,
    the_users_movie_may_have_any_name,
    #[cfg(target_os = "linux")]
    where_the_system_sends_no_large_datagram_that_is_no_fault,
    #[cfg(unix)]
    a_start_that_fails_is_tried_again_alone_and_costs_no_other_line,
    each_fault_is_named_and_no_other,
];

/// A folder with the beginning of the real movie.
fn folder() -> TempDir {
    folder_with(&lab_format(real_frames().get(..300).unwrap()))
}

/// The card of that server, as table and as text.
fn card_of(folder: &Path, name: &str, server: &str) -> (Outcome, Table) {
    let table = folder.join(format!("{name}.tsv"));
    let mut command = lab_check(folder);
    command.args(["server", server, "--name", name, "--tsv"]).arg(&table);
    let outcome = Outcome::of(&mut command);
    assert!(table.exists(), "{name}: no card: {outcome:?}");
    (outcome, Table::read(&table))
}

fn the_rust_server_gets_a_full_card() {
    let folder = folder();
    let server = format!("\"{}\" {{port}}", program("server").display());
    let (outcome, table) = card_of(folder.path(), "server", &server);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let lines: BTreeSet<_> = table.requirements().iter().cloned().collect();
    let passed: BTreeSet<_> = table.with_verdict("pass").into_iter().collect();
    let others: Vec<_> = lines.difference(&passed).map(String::as_str).collect();
    // Only Linux tells what a process uses.
    let untold: &[&str] = if cfg!(target_os = "linux") {
        &["encode_bits"]
    } else {
        &["descriptors", "encode_bits", "idle", "threads"]
    };
    assert_eq!(others, untold, "{}", outcome.stdout);
    assert_eq!(table.with_verdict("FAIL"), [""; 0], "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("  reason  "), "{}", outcome.stdout);
    let tried: BTreeSet<_> = FAULTS.iter().flat_map(|(_, lines)| lines.split(' ')).collect();
    let untried = table.requirements().iter().filter(|line| !tried.contains(line.as_str()));
    // Few lab servers look at the session, and a description may have other lines: no faults. Those
    // of encode are in no packet.
    let optional = ["encode_bits", "wrong_session", "describe_form"];
    assert_eq!(untried.collect::<Vec<_>>(), optional, "a fault for each line");
}

fn each_fault_is_named_and_no_other() {
    let python = python();
    let folder = folder();
    let program = python_lab("faults/server.py");
    let wrong = flaws_of(&FAULTS, AT_ONCE, |(fault, line)| {
        let server = format!("\"{python}\" -S \"{}\" {fault} {{port}}", program.display());
        let (outcome, table) = card_of(folder.path(), fault, &server);
        let code = i32::from(!line.is_empty());
        let expected: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        let (found, tolerated) = (table.with_verdict("FAIL"), table.with_verdict("tolerated"));
        let expected_tolerated: &[&str] =
            if fault.starts_with("wants-") { &["setup"] } else { &[] };
        let met = found == expected && tolerated == expected_tolerated;
        (!met || outcome.code != Some(code)).then(|| {
            let card = failures(&outcome.stdout);
            format!("{fault}: {found:?}, tolerated {tolerated:?}, not {expected:?}\n{card}")
        })
    });
    assert!(wrong.is_empty(), "{} of {}: {}", wrong.len(), FAULTS.len(), wrong.join("\n"));
}

fn the_users_movie_may_have_any_name() {
    let folder = folder();
    for name in ["short.Mjpeg", "large.Mjpeg"] {
        std::fs::rename(folder.path().join("movie.Mjpeg"), folder.path().join(name)).unwrap();
        let server = format!("\"{}\" {{port}}", program("server").display());
        let call = ["server", &server, "--movie", name];
        let outcome = Outcome::of(lab_check(folder.path()).args(call));
        assert_eq!(outcome.code, Some(0), "{name}: {outcome:?}");
        let frames =
            outcome.stdout.lines().find(|line| line.contains("the movie's, byte for byte"));
        assert!(frames.is_some_and(|line| line.starts_with("  pass")), "{}", outcome.stdout);
        std::fs::rename(folder.path().join(name), folder.path().join("movie.Mjpeg")).unwrap();
    }
}

fn a_server_that_runs_is_checked_where_it_is() {
    let folder = folder();
    let server = ServerProcess::start(folder.path(), &[]);
    let table = folder.path().join("at.tsv");
    let mut command = lab_check(folder.path());
    command.args(["server", "--at", &server.address().to_string(), "--tsv"]).arg(&table);
    let outcome = Outcome::of(&mut command);
    let table = Table::read(&table);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(table.with_verdict("FAIL"), [""; 0], "{}", outcome.stdout);
    let expected =
        ["encode_bits", "large_frame", "last_frame", "end", "idle", "threads", "descriptors"];
    assert_eq!(table.with_verdict("not checked"), expected, "{}", outcome.stdout);
    let why = "it needs a movie that is not in the folder of that server";
    assert_eq!(outcome.stdout.matches(why).count(), 3, "{}", outcome.stdout);
}

/// Such a system is macOS, unless it is told otherwise; a library stands in for it.
#[cfg(target_os = "linux")]
fn where_the_system_sends_no_large_datagram_that_is_no_fault() {
    let system = Preload::build("small_datagrams.c");
    let folder = folder();
    let server = format!("{} {{port}}", program("server").display());
    let table = folder.path().join("card.tsv");
    let mut command = lab_check(folder.path());
    command.args(["server", &server, "--tsv"]).arg(&table);
    let outcome = Outcome::of(system.before(&mut command));
    let table = Table::read(&table);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(table.with_verdict("FAIL"), [""; 0], "{}", outcome.stdout);
    let expected = ["encode_bits", "large_frame"];
    assert_eq!(table.with_verdict("not checked"), expected, "{}", outcome.stdout);
    let why = "this system sends no datagram above 9216 bytes, found 20012";
    assert!(outcome.stdout.contains(why), "{}", outcome.stdout);
}

fn a_table_has_a_header_and_a_row_for_each_program() {
    let folder = folder();
    let table = folder.path().join("all.tsv");
    // Nothing listens there, or the program ends, so this is soon over.
    let hangs_up = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let place = hangs_up.local_addr().unwrap().to_string();
    let (over, is_over) = mpsc::channel::<()>();
    let nobody_waits = move || is_over.try_recv() == Err(TryRecvError::Disconnected);
    let closer = thread::spawn(move || {
        hangs_up.incoming().take_while(|_| !nobody_waits()).for_each(drop);
    });
    for name in ["Anna", "Ben"] {
        let mut command = lab_check(folder.path());
        command.args(["server", "--at", &place, "--name", name, "--tsv"]).arg(&table);
        let outcome = Outcome::of(&mut command);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        let last = outcome.stdout.lines().last().unwrap();
        assert_eq!(last, format!("{name}: 0 passed, 1 failed, 0 not offered, 55 not checked"));
    }
    drop(over);
    TcpStream::connect(&place).unwrap();
    closer.join().unwrap();
    let table = Table::read(&table);
    let counts = ["program", "passed", "failed", "tolerated", "not offered", "not checked"];
    assert_eq!(table.columns[..6], counts);
    let row = |name: &str| {
        ["setup", "cseq"].map(|column| {
            let row = table.rows.iter().find(|row| row["program"] == name).expect("a row");
            row[column].clone()
        })
    };
    assert_eq!(table.rows.len(), 2);
    assert_eq!([row("Anna"), row("Ben")], [["FAIL", "not checked"]; 2]);
}

fn a_program_that_does_not_serve_fails_setup_with_its_last_words() {
    let folder = folder();
    for (name, server, words) in [
        ("missing", "no-such-program {port}", vec!["it has ended (exit status: 127)", "not found"]),
        (
            "ends",
            "sh -c 'echo one; echo two >&2; exit 3' {port}",
            vec!["(exit status: 3)", "one", "two"],
        ),
        (
            "deaf",
            "sh -c 'echo ready; sleep 600' {port}",
            vec!["it does not listen at port", "ready"],
        ),
    ] {
        let (outcome, table) = card_of(folder.path(), name, server);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert_eq!(table.with_verdict("FAIL"), ["setup"], "{outcome:?}");
        assert_eq!(table.with_verdict("not checked"), table.requirements()[1..], "{outcome:?}");
        for word in words {
            assert!(outcome.stdout.contains(word), "no {word:?} in {}", outcome.stdout);
        }
    }
}

#[cfg(unix)] // The program locks a file as Unix does.
fn a_start_that_fails_is_tried_again_alone_and_costs_no_other_line() {
    let python = python();
    let folder = folder();
    let program = python_lab("faults/starts.py");
    let cases = [
        ("alone", &[][..], ""),
        ("not-the-fourth", &[], ""),
        ("not-after-the-third", &["serves_on"], "no luck any more"),
    ];
    thread::scope(|scope| {
        for (which, failing, words) in cases {
            let server = format!("\"{python}\" -S \"{}\" {which} {{port}}", program.display());
            let folder = folder.path();
            scope.spawn(move || {
                let (outcome, table) = card_of(folder, which, &server);
                assert_eq!(table.with_verdict("FAIL"), failing, "{which}: {outcome:?}");
                let is_whole = table.with_verdict("not checked") == ["encode_bits"];
                assert_eq!(is_whole, failing.is_empty(), "{which}: {outcome:?}");
                assert!(outcome.stdout.contains(words), "{which}: {outcome:?}");
                assert!(outcome.stderr.contains("tried once more, alone"), "{which}: {outcome:?}");
            });
        }
    });
}

fn a_table_that_can_not_be_written_is_told_before_the_check() {
    let folder = folder();
    let table = folder.path().join("no-such-folder/x.tsv");
    let mut command = lab_check(folder.path());
    let outcome =
        Outcome::of(command.args(["server", "no-such-program {port}", "--tsv"]).arg(&table));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{outcome:?}");
    let complaint = format!("lab_check: could not write {}: ", table.display());
    assert!(outcome.stderr.starts_with(&complaint), "{outcome:?}");
}

fn a_wrong_call_ends_with_2_and_says_why() {
    let folder = folder();
    for (words, complaint) in [
        (vec![], "expected server, client, compare, class, learn or log, found nothing"),
        (vec!["server"], "expected one COMMAND after server, or --at, found 0"),
        (vec!["server", "a {port}", "b"], "expected one COMMAND after server, or --at, found 2"),
        (vec!["server", "python3 Server.py"], "expected {port} in the COMMAND of server"),
        (vec!["server", "--at", "2048"], "expected --at HOST:PORT, found \"2048\""),
        (vec!["server", "--at", "localhost:0"], "expected --at HOST:PORT, found \"localhost:0\""),
        (vec!["server", "a {port}", "--keys"], "--script, --keys and --press go with client"),
        (vec!["client", "--at", "localhost:2048"], "--at goes with server"),
        (
            vec!["servers", "a {port}"],
            "expected server, client, compare, class, learn or log, found \"servers\"",
        ),
        (vec!["server", "a {port}", "--no-such-option"], "no-such-option"),
    ] {
        assert_wrong_call("lab_check", lab_check(folder.path()).args(&words), complaint);
    }
    assert_help_and_version("lab_check", || lab_check(folder.path()));
}

fn a_movie_that_can_not_be_read_is_an_error() {
    let folder = folder();
    let call = ["server", "server {port}", "--movie", "no-such-movie.Mjpeg"];
    let outcome = Outcome::of(lab_check(folder.path()).args(call));
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.starts_with("lab_check: could not read the movie no-such-movie.Mjpeg"));
}

/// A shell that starts two others and becomes the server. One of the two has a session of its own,
/// an empty environment, no open file and no parent. All have the folder in their words.
#[cfg(target_os = "linux")]
fn family(folder: &Path) -> String {
    let folder = folder.display();
    let server = program("server");
    let server = server.to_str().unwrap();
    let child = format!("sh -c \"sleep 600; : {folder}\"");
    let stranger = format!("setsid -f env -i {child} <&- >&- 2>&-");
    format!("sh -c '{child} & {stranger}; exec {server} --movies {folder} {{port}}'")
}

/// Whether a process has the folder in its words, and is none of the test's.
#[cfg(target_os = "linux")]
fn family_is_there(folder: &Path) -> bool {
    let folder = folder.to_str().unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let words = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    words
        .map(|words| String::from_utf8_lossy(&words).into_owned())
        .any(|words| words.contains(folder) && !words.contains("lab_check"))
}

#[cfg(target_os = "linux")]
fn nothing_of_the_program_is_left_when_the_card_is_printed() {
    let folder = folder();
    let outcome = Outcome::of(lab_check(folder.path()).args(["server", &family(folder.path())]));
    assert!(outcome.stdout.contains("passed, "), "{outcome:?}");
    assert!(!family_is_there(folder.path()));
}

#[cfg(target_os = "linux")]
fn nothing_is_left_when_lab_check_is_killed() {
    use crate::common::server_process::{Killed, wait_until};
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    for signal in ["INT", "KILL"] {
        let folder = folder();
        let mut command = lab_check(folder.path());
        command.args(["server", &family(folder.path())]).env("TMPDIR", folder.path());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut child = Killed(child);
        let begun = stderr.lines().map_while(Result::ok).any(|line| line.starts_with("[3/"));
        assert!(begun, "two cases");
        let stages = || {
            let names = std::fs::read_dir(folder.path()).unwrap().flatten();
            names
                .filter(|entry| entry.file_name().to_string_lossy().starts_with("lab_check-"))
                .count()
        };
        assert_eq!(stages(), 1, "its folder is there while it runs");
        wait_until("a server", || family_is_there(folder.path()));
        let kill = format!("kill -{signal} {}", child.0.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        child.0.wait().unwrap();
        wait_until("the end of all processes", || !family_is_there(folder.path()));
        wait_until("the end of its folder", || stages() == 0);
    }
}

fn the_card_in_the_document_is_the_real_one() {
    let python = python();
    let folder = folder();
    let program = python_lab("faults/server.py");
    let server = format!("\"{python}\" -S \"{}\" no-cseq {{port}}", program.display());
    let (outcome, _) = card_of(folder.path(), "Anna", &server);
    let document = project().join("docs/lab_check.md");
    let document = std::fs::read_to_string(document).unwrap();
    let (_, shown) = document.split_once("no-cseq {port}\"\n").expect("the call");
    let (shown, _) = shown.split_once("\n```").expect("the end of the card");
    assert_eq!(without_numbers(&outcome.stdout), without_numbers(shown));
}

fn a_failure_has_the_reason_that_the_client_would_tell() {
    let python = python();
    let folder = folder();
    let program = python_lab("faults/server.py");
    let server = format!("\"{python}\" -S \"{}\" short-header {{port}}", program.display());
    let (outcome, _) = card_of(folder.path(), "short", &server);
    let lines: Vec<_> = outcome.stdout.lines().map(str::trim).collect();
    let failed = lines.iter().position(|line| line.starts_with("FAIL")).expect("a failure");
    let part = lines[failed..].iter().take(6).find_map(|line| line.strip_prefix("reason"));
    let reason = part.unwrap_or_else(|| panic!("no reason in {}", outcome.stdout)).trim();
    let expected = "The JPEG begins at byte 11, not at 12: The header has only 11 bytes. ";
    assert!(reason.starts_with(expected), "{reason}");
    assert_eq!(outcome.stdout.matches("  reason  ").count(), 1, "{}", outcome.stdout);
}

/// The lines, with a `#` in place of every number: ports, sessions, times.
fn without_numbers(card: &str) -> Vec<String> {
    let mut text = String::new();
    for character in card.trim().chars() {
        let number = character.is_ascii_digit() || character == '.';
        if !number {
            text.push(character);
        } else if !text.ends_with('#') {
            text.push('#');
        }
    }
    text.lines().map(str::to_owned).collect()
}

/// The parts of a card that tell of failures, and its last line.
fn failures(card: &str) -> String {
    let lines: Vec<_> = card.lines().collect();
    let begins = lines.iter().enumerate().filter(|(_, line)| line.starts_with("  FAIL"));
    let parts = begins.flat_map(|(begin, _)| lines.iter().skip(begin).take(5));
    parts.chain(lines.last()).copied().collect::<Vec<_>>().join("\n")
}

/// How many checks run at once: they mostly wait.
const AT_ONCE: usize = 8;

/// The line of encode, and its evidence.
fn encode_of(change: (&str, &str), folder: &Path) -> String {
    for file in ["Server.py", "ServerWorker.py", "VideoStream.py", "RtpPacket.py"] {
        std::fs::copy(python_lab(file), folder.join(file)).unwrap();
    }
    let source = std::fs::read_to_string(python_lab("RtpPacket.py")).unwrap();
    let changed = source.replacen(change.0, change.1, 1);
    assert!(changed != source || change.0 == change.1, "{change:?}");
    std::fs::write(folder.join("RtpPacket.py"), changed).unwrap();
    let server = format!("\"{}\" -S Server.py {{port}}", python());
    let (outcome, _) = card_of(folder, "encode", &server);
    let (_, rest) = outcome.stdout.split_once("SSRC, 32 bits").unwrap();
    rest.split_once("\nFrames\n").unwrap().0.to_owned()
}

fn the_story_of_a_failure_has_what_came_before_it() {
    let (python, folder) = (python(), folder());
    let program = python_lab("faults/server.py");
    let server = format!("\"{python}\" -S \"{}\" one-at-a-time {{port}}", program.display());
    let outcome = Outcome::of(lab_check(folder.path()).args(["server", "--verbose", &server]));
    let (_, story) = outcome.stdout.split_once("story").unwrap();
    let mut rest = story;
    for told in [
        "[1] (connects)\n",
        "[1] SETUP movie.Mjpeg RTSP/1.0",
        "←  [1] RTSP/1.0 200 OK\n",
        "[2] (connects)\n",
        "[2] SETUP movie.Mjpeg RTSP/1.0",
        "*****    expected: 200, while another client is connected\n",
        "came: nothing",
    ] {
        let (_, after) = rest.split_once(told).unwrap_or_else(|| panic!("no {told} in {story}"));
        rest = after;
    }
    assert_eq!(outcome.stdout.matches("story").count(), 1, "{}", outcome.stdout);
}

fn bits_that_are_0_in_all_packets_are_seen_in_encode() {
    python();
    let cases = [
        ("extension << 4", "extension << 4", "  pass         encode puts "),
        ("padding << 5", "padding << 4", "came      901a"),
        ("extension << 4", "extension << 3", "came      881a"),
        ("| cc", "| cc << 1", "came      9e1a"),
        ("marker << 7", "marker << 8", "came      ValueError: "),
        ("(ssrc >> 24)", "(ssrc >> 25)", "expected  01020304 from byte 8 on"),
        ("def encode", "def pack", "has no attribute 'encode'"),
    ];
    thread::scope(|scope| {
        for (right, wrong, told) in cases {
            scope.spawn(move || {
                let folder = folder();
                let found = encode_of((right, wrong), folder.path());
                assert!(found.contains(told), "{wrong}: {found}");
            });
        }
    });
}

/// The faults of `tests/python_lab/faults/server.py`, and the line of the card that names each.
const FAULTS: [(&str, &str); 86] = [
    ("none", ""),
    ("halts", ""),
    ("wants-carriage-returns", ""),
    ("wants-no-space", ""),
    ("wants-an-empty-line", ""),
    ("silent-setup", "setup"),
    ("hangs-up", "setup"),
    ("nonsense", "setup"),
    ("endless-reply", "setup"),
    ("dripping-reply", "setup"),
    ("silent-play", "play"),
    ("silent-pause", "pause"),
    ("silent-teardown", "teardown"),
    ("no-packets", "packets"),
    ("no-cseq", "cseq"),
    ("wrong-cseq", "cseq"),
    ("own-counter", "cseq"),
    ("wrong-session", "session"),
    ("no-session", "session"),
    ("session-is-a-word", "session_number"),
    ("extra-line", "reply_form"),
    ("more-lines", ""),
    ("carriage-returns", ""),
    ("mixed-line-ends", "reply_form"),
    ("slow-replies", "reply_time"),
    ("found-anyway", "not_found"),
    ("error-for-missing", "not_found"),
    ("found-after-missing", "not_found"),
    ("one-movie-for-all", "not_found"),
    ("one-movie-for-all-that-are", "last_frame"),
    ("opens-anything", "outside"),
    ("stuck-after-missing", "setup_after_404"),
    ("same-session", "two_sessions"),
    ("one-at-a-time", "two_clients"),
    ("dies-on-early-play", "early"),
    ("second-setup-breaks", "second_setup"),
    ("hangs-up-on-unknown-method", "unknown_method"),
    ("dies-on-nonsense", "no_request"),
    ("double-stream", "play_again"),
    ("sends-after-pause", "pause_stops"),
    ("starts-over", "resume"),
    ("loses-a-frame-at-pause", "resume"),
    ("version-zero", "version"),
    ("padding-bit", "padding"),
    ("extension-bit", "extension"),
    ("csrc-count", "csrc_count"),
    ("long-header", "header"),
    ("short-header", "header"),
    ("marker-and-type-swapped", "payload_type"),
    ("marked-now-and-then", "marker"),
    ("number-stands-still", "sequence"),
    ("breaks-at256", "sequence_256"),
    ("low-byte-only", "sequence_256"),
    ("numbers-from-zero", "first_number"),
    ("time-runs-backwards", "timestamp"),
    ("time-stands-still", "timestamp_runs"),
    ("new-source-each-time", "ssrc"),
    ("repeats-frames", "frames"),
    ("skips-frames", "frames"),
    ("drops-packets", "loss"),
    ("drops-every-fifth", "loss"),
    ("small-buffer", "large_frame"),
    ("nineteen-frames", "rate"),
    ("few-frames", "rate"),
    ("very-few-frames", "rate"),
    ("few-frames-to-nobody", "rate gone"),
    ("fast-and-endless", "rate end"),
    ("fast-loses-last-frame", "rate last_frame"),
    ("file-in-chunks", "header"),
    ("bursts", "deviation"),
    ("first-frame-late", "first_packet"),
    ("loses-last-frame", "last_frame"),
    ("dies-at-end", "end"),
    ("dies-on-split-request", "split"),
    ("one-request-a-recv", "glued"),
    ("no-description", "describe"),
    ("describes-nothing", "describe"),
    ("own-description", ""),
    ("wrong-length", "describe_length"),
    ("sends-after-teardown", "teardown_stops"),
    ("spins-after-teardown", "idle"),
    ("sends-to-nobody", "gone"),
    ("dies-with-client", "serves_on"),
    ("serves-nobody-else", "serves_on"),
    ("leaks-threads", "threads"),
    ("leaks-sockets", "descriptors"),
];
