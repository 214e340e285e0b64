//! `lab_check server` judges itself: a good server gets a full card, and of each server with one fault
//! the card names that fault and no other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod common;
mod lab_check_common;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use common::movies::{folder_with, lab_format, real_frames};
use lab_check_common::{Outcome, Table, has_python, lab_check, python_lab};
use tempfile::TempDir;

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

#[test]
fn the_rust_server_gets_a_full_card() {
    let folder = folder();
    let server = format!("{} {{port}}", env!("CARGO_BIN_EXE_server"));
    let (outcome, table) = card_of(folder.path(), "server", &server);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(table.with_verdict("pass"), table.requirements(), "{}", outcome.stdout);
}

#[test]
fn each_fault_is_named_and_no_other() {
    if !has_python() {
        return eprintln!("skipped: there is no python3");
    }
    let folder = folder();
    let waiting = Mutex::new(FAULTS.iter());
    let next = || waiting.lock().unwrap().next();
    let (program, wrong) = (python_lab("faults/server.py"), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((fault, line)) = next() {
                    let server = format!("python3 -S {} {fault} {{port}}", program.display());
                    let (outcome, table) = card_of(folder.path(), fault, &server);
                    let code = i32::from(!line.is_empty());
                    let expected: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
                    if table.with_verdict("FAIL") != expected || outcome.code != Some(code) {
                        let complaint = format!("{fault}, expected {expected:?}: {outcome:#?}");
                        wrong.lock().unwrap().push(complaint);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}: {}", wrong.len(), FAULTS.len(), wrong.join("\n"));
}

/// How many cards are made at once: they mostly wait.
const AT_ONCE: usize = 5;

/// The faults of `tests/python_lab/faults/server.py`, and the line of the card that names each.
const FAULTS: [(&str, &str); 59] = [
    ("none", ""),
    ("silent-setup", "setup"),
    ("silent-play", "play"),
    ("silent-pause", "pause"),
    ("silent-teardown", "teardown"),
    ("no-packets", "packets"),
    ("no-cseq", "cseq"),
    ("wrong-cseq", "cseq"),
    ("wrong-session", "session"),
    ("session-is-a-word", "session_number"),
    ("extra-line", "reply_form"),
    ("carriage-returns", "reply_form"),
    ("slow-replies", "reply_time"),
    ("found-anyway", "not_found"),
    ("error-for-missing", "not_found"),
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
    ("numbers-from-zero", "first_number"),
    ("time-runs-backwards", "timestamp"),
    ("new-source-each-time", "ssrc"),
    ("repeats-frames", "frames"),
    ("skips-frames", "frames"),
    ("drops-packets", "loss"),
    ("small-buffer", "large_frame"),
    ("nineteen-frames", "rate"),
    ("bursts", "deviation"),
    ("first-frame-late", "first_packet"),
    ("loses-last-frame", "last_frame"),
    ("dies-at-end", "end"),
    ("dies-on-split-request", "split"),
    ("one-request-a-recv", "glued"),
    ("no-description", "describe"),
    ("wrong-length", "describe_length"),
    ("sends-after-teardown", "teardown_stops"),
    ("spins-after-teardown", "idle"),
    ("sends-to-nobody", "gone"),
    ("dies-with-client", "serves_on"),
    ("leaks-threads", "threads"),
    ("leaks-sockets", "descriptors"),
];
