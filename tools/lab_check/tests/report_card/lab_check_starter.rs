//! The starter code of the handout is filled body by body, and each step turns its own lines of the card.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::client_common::program::Program;
use crate::common::left_out::{leave_out, python, runs};
use crate::common::movies::{folder_with, lab_format, real_frames};
use crate::common::programs::project;
use crate::common::starter::{STEPS, bodies, files, open_body, step_of, write};
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;
use crate::lab_check_common::{Table, lab_check};

tests![
    every_open_body_has_one_that_fills_it,
    nothing_of_the_solution_is_handed_out,
    the_window_opens_as_the_starter_stands;
    long:
    each_step_turns_its_lines_of_the_servers_card_and_no_other,
    each_step_turns_its_lines_of_the_clients_card_and_no_other
];

/// The lines of the server's card that are done when a step's bodies are filled, and were not before.
const SERVER: [(u32, &str); 4] = [
    (2, "not_found setup_after_404 outside"),
    (
        3,
        "packets play_again header version padding extension csrc_count marker payload_type sequence \
         sequence_256 first_number timestamp timestamp_runs ssrc encode_bits frames loss large_frame rate \
         deviation wrong_session early second_setup unknown_method no_request serves_on",
    ),
    (
        5,
        "first_packet resume pause pause_stops teardown teardown_stops reply_time last_frame end two_clients \
         two_sessions idle threads descriptors",
    ),
    (6, "split glued gone"),
];

/// The same for the client, whose buttons are pressed.
const CLIENT: [(u32, &str); 4] = [
    (
        1,
        "setup goes_on request_line file_name cseq cseq_counts transport line_ends order one_at_a_time \
         not_found",
    ),
    (
        2,
        "play session session_same rtp_bound reads keeps_up decodes shows late_reply wrong_cseq lost swapped \
         doubled play_quiet end_of_movie end_of_connection",
    ),
    (
        5,
        "pause play_again teardown pause_quiet pause_threads closes ends no_files wrong_session split_reply \
         lost_count swapped_count doubled_count",
    ),
    // They were not offered, and are.
    (6, "lost_count swapped_count doubled_count"),
];

fn every_open_body_has_one_that_fills_it() {
    let files = files();
    let open = files.values().flat_map(|text| text.lines()).filter_map(open_body);
    let open: Vec<_> = open.collect();
    let names: BTreeSet<_> = open.iter().copied().collect();
    assert_eq!(names.len(), open.len(), "each name stands once: {open:?}");
    let bodies = bodies();
    assert_eq!(names, bodies.keys().map(String::as_str).collect());
    assert_eq!(names.into_iter().map(step_of).collect::<BTreeSet<_>>(), STEPS.into());
    // Before each of them stands what is asked for.
    let asked = files.values().map(|text| text.matches("TO COMPLETE (step ").count());
    assert_eq!(asked.sum::<usize>(), open.len(), "a comment for each");
}

/// No line that takes a thought is in the starter, or in the handout.
fn nothing_of_the_solution_is_handed_out() {
    let handout = project().join("docs/lab_handout.md");
    let handout = std::fs::read_to_string(handout).unwrap();
    let bodies = bodies();
    let lines = bodies.values().flat_map(|body| body.lines()).map(str::trim);
    let long: Vec<_> = lines.filter(|line| line.len() > 33).collect();
    assert!(long.len() > 20, "{long:?}");
    for line in long {
        let found = files().into_iter().find(|(_, text)| text.contains(line));
        assert!(found.is_none(), "{line:?} is in {}", found.unwrap().0);
        assert!(!handout.contains(line), "{line:?} is in the handout");
    }
    for name in ["lab_answers.md", "side_by_side.md", "python_lab"] {
        assert!(!handout.contains(name), "the handout leads to {name}");
    }
}

/// As it stands the window opens, and what is pressed says which step it waits for.
fn the_window_opens_as_the_starter_stands() {
    needs_pil();
    let desktop = Desktop::start();
    let (card, table) = client_card(&desktop, 0, &["--script", "plain"]);
    assert_eq!(table.with_verdict("FAIL"), ["setup"], "{card}");
    assert!(card.contains("NotImplementedError: step 1: Client.sendRtspRequest, SETUP"), "{card}");
}

fn each_step_turns_its_lines_of_the_servers_card_and_no_other() {
    python();
    turns("server", &SERVER, server_card);
}

fn each_step_turns_its_lines_of_the_clients_card_and_no_other() {
    needs_pil();
    let desktop = Desktop::start();
    turns("client", &CLIENT, |step| client_card(&desktop, step, &[]));
}

/// Fills step after step, and compares what each has turned; at the end nothing fails.
#[track_caller]
fn turns(side: &str, steps: &[(u32, &str)], card_of: impl Fn(u32) -> (String, Table)) {
    let (card, table) = card_of(0);
    assert!(card.contains("\npoints: 0 of 100"), "the starter has no points yet: {card}");
    let (mut before, mut faults) = (verdicts(&table), Vec::new());
    let mut last = card;
    for &(step, expected) in steps {
        let (card, table) = card_of(step);
        let after = verdicts(&table);
        let changed = |is: fn(&u8, &u8) -> bool| -> Vec<&str> {
            let changes = after.iter().filter(|(line, now)| is(&rank(now), &rank(&before[*line])));
            changes.map(|(line, _)| line.as_str()).collect()
        };
        let (turned, broken) = (changed(u8::gt), changed(u8::lt));
        let mut expected: Vec<_> = expected.split_whitespace().collect();
        expected.sort_unstable();
        if turned != expected || !broken.is_empty() {
            faults.push(format!(
                "{side} {step}: turned {}; broken {broken:?}\n{card}",
                turned.join(" ")
            ));
        }
        (before, last) = (after, card);
    }
    assert!(last.contains("\npoints: 100 of 100\n"), "{last}");
    let open: Vec<_> = before.iter().filter(|(_, verdict)| rank(verdict) == 0).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(open, Vec::<(&String, &String)>::new(), "the card is full: {last}");
}

/// How far a line is: a student need not have what is not offered, but may.
fn rank(verdict: &str) -> u8 {
    match verdict {
        "pass" | "tolerated" => 2,
        "not offered" => 1,
        _ => 0,
    }
}

/// The card's lines with their verdicts.
fn verdicts(table: &Table) -> BTreeMap<String, String> {
    let lines = table.requirements().iter();
    lines.map(|line| (line.clone(), table.rows[0][line].clone())).collect()
}

fn server_card(step: u32) -> (String, Table) {
    let folder = folder_with(&lab_format(real_frames().get(..300).unwrap()));
    write(folder.path(), step);
    let command = format!("\"{}\" Server.py {{port}}", python());
    let mut lab_check = lab_check(folder.path());
    lab_check.args(["server", &command, "--tsv", "card.tsv", "--points"]).arg(points());
    let ended = Program::start(&mut lab_check).end(LIMIT);
    (format!("{}{}", ended.output, ended.errors), Table::read(&folder.path().join("card.tsv")))
}

fn client_card(desktop: &Desktop, step: u32, options: &[&str]) -> (String, Table) {
    let folder = folder_with(&lab_format(real_frames().get(..100).unwrap()));
    write(folder.path(), step);
    let words = "ClientLauncher.py {host} {port} {rtp} {movie}";
    let command = format!("\"{}\" {words}", python());
    let mut lab_check = lab_check(folder.path());
    lab_check.args(["client", "--press", "tk", &command, "--tsv", "card.tsv"]).args(options);
    lab_check.arg("--points").arg(points());
    lab_check.env_remove("WAYLAND_DISPLAY").env("DISPLAY", desktop.display());
    let ended = Program::start(&mut lab_check).end(LIMIT);
    (format!("{}{}", ended.output, ended.errors), Table::read(&folder.path().join("card.tsv")))
}

/// What is open in the starter, in points.
fn points() -> PathBuf {
    project().join("docs/starter/points.tsv")
}

/// Ends the test if Python has no Tk, or no PIL.
fn needs_pil() {
    if !runs(Command::new(python()).args(["-c", "import PIL.ImageTk, tkinter"])) {
        leave_out("Python has no Tk, or no PIL", "python3-tk python3-pil.imagetk");
    }
}

/// Nothing takes this long, on any machine.
const LIMIT: Duration = Duration::from_secs(300);
