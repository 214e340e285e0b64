//! `lab_check compare`: two servers, side by side.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]

use std::fs;

use crate::common::left_out::python;
use crate::common::movies::{folder_with, lab_format, real_frames};
use crate::common::programs::{program, project};
use crate::common::said::say;
use crate::harness::tests;
use crate::lab_check_common::{Outcome, lab_check, python_lab};

tests![
    the_program_that_does_not_start_is_named,
    #[cfg(unix)]
    a_program_that_never_listens_is_not_waited_for_for_ever,
    a_wrong_call_says_what_is_wrong_with_it,
    a_movie_that_is_none_is_named;
    long:
    a_server_whose_replies_have_no_end_is_not_read_for_ever,
    a_server_without_protections_shows_what_it_leaves,
    two_servers_with_nothing_wrong_end_with_code_0,
    #[cfg(unix)]
    a_later_start_that_fails_costs_its_figures_only,
];

const ONE_BY_ONE: &str = "20 clients, one after another";
const ONE: &str = "One session, watched for 8 s";
const MANY: &str = "20 sessions at once, watched for 8 s";
const USED: &str = "Memory and threads";
const TORN_DOWN: &str = "Left of 3 clients that played, a second after TEARDOWN";
const CLOSED: &str = "... after they closed their connections without it";
const KILLED: &str = "... after they were killed";
const LEFT: [&str; 4] = [
    "packets still sent, in a second",
    "CPU, in that second",
    "threads more than at rest",
    "descriptors more than at rest",
];

const ATTEMPTS: usize = 3;
/// How many lines there are before the card.
const SCENARIOS: usize = 7;

/// Both cells of a row, which stands below a heading.
#[track_caller]
fn row<'a>(ended: &'a Outcome, heading: &str, label: &str) -> [&'a str; 2] {
    let below = ended.stdout.lines().skip_while(|line| *line != heading).skip(1);
    let mut rows = below.take_while(|line| line.starts_with("  "));
    let line = rows.find_map(|line| line.trim().strip_prefix(label));
    let line = line.unwrap_or_else(|| panic!("no {label:?} below {heading:?}: {}", ended.stdout));
    let cells: Vec<_> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    [cells[0], cells[1]]
}

/// Both figures of a row, without their unit.
#[track_caller]
fn figures(ended: &Outcome, heading: &str, label: &str) -> [f64; 2] {
    row(ended, heading, label).map(|cell| {
        let number = cell.split(' ').next().unwrap();
        number.parse().unwrap_or_else(|_| panic!("{label:?} is {cell:?}: {}", ended.stdout))
    })
}

/// Compares two programs in a folder with a short movie.
fn compare(words: &[&str]) -> Outcome {
    let folder = folder_with(&lab_format(&real_frames()[..60]));
    let temporary = tempfile::tempdir().unwrap();
    let mut command = lab_check(folder.path());
    let outcome = Outcome::of(command.args(words).env("TMPDIR", temporary.path()));
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "no folder is left");
    outcome
}

/// The command of this project's server.
fn own_server() -> String {
    format!("\"{}\" --bind 127.0.0.1 {{port}}", program("server").display())
}

/// The command of a server of the lab in Python.
fn python_server(file: &str) -> String {
    format!("\"{}\" \"{}\" {{port}}", python(), python_lab(file).display())
}

/// Whether a process runs that was started with that command.
fn is_running(command: &str) -> bool {
    let words = command.replace('"', "").replace("{port}", "").trim().replace(' ', "\0");
    let Ok(entries) = fs::read_dir("/proc") else { return false };
    let mut lines = entries.filter_map(|entry| fs::read(entry.ok()?.path().join("cmdline")).ok());
    lines.any(|line| String::from_utf8_lossy(&line).contains(&words))
}

fn a_server_without_protections_shows_what_it_leaves() {
    let unprotected = python_server("ReportServer.py");
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("side by side.html");
    let report = ["--report", page.to_str().unwrap()];
    let server = own_server();
    let words = [&report[..], &["compare", &unprotected, &server]].concat();
    let ended = compare(&words);
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    the_page_has_what_is_printed(&ended, &fs::read_to_string(&page).unwrap());
    assert!(!is_running(&unprotected), "it has ended with the comparison");
    for (which, command) in [("ReportServer.py", &unprotected), ("server", &own_server())] {
        let line = ended.stdout.lines().find(|line| line.ends_with(command)).unwrap();
        assert!(line.starts_with(which), "{line}");
        assert!(ended.stderr.contains(&format!("] {which}: one session")), "{}", ended.stderr);
    }
    let too_long: Vec<_> = ended.stdout.lines().filter(|line| line.chars().count() > 100).collect();
    assert!(too_long.iter().all(|line| line.contains(" = ")), "{too_long:#?}");
    all_rows_are_there(&ended);
    if cfg!(target_os = "linux") {
        what_is_left_is_shown(&ended);
    }
}

/// Each row of both tables has the printed cells on the page, in the same order.
#[track_caller]
fn the_page_has_what_is_printed(ended: &Outcome, page: &str) {
    let [figures, rest] =
        ["FIGURES", "REQUIREMENTS"].map(|title| ended.stdout.find(title).unwrap());
    let (_, section) = page.split_once("<section id=\"figures\"").unwrap();
    let (section, _) = section.split_once("</section>").unwrap();
    let rows = ended.stdout[figures..rest].lines().filter(|line| line.starts_with("  "));
    let printed = rows.filter_map(|line| {
        let cells: Vec<_> =
            line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        // The second line of a name that is too long has no cells.
        // The widest ratio, `<x0.001`, stands only one space from its cell.
        let cell = |place: usize| cells[place].split(" <x").next().unwrap().to_owned();
        (cells.len() >= 3).then(|| [cell(1), cell(2)])
    });
    let shown = section.split("<tr><td>").skip(1).map(|row| {
        let cells: Vec<_> = row.split("<td class=\"n\">").skip(1).collect();
        [cells[0], cells[1]].map(|cell| cell.split_once('<').unwrap().0.to_owned())
    });
    assert_eq!(shown.collect::<Vec<_>>(), printed.collect::<Vec<_>>());
    assert_eq!(page.matches("<svg").count(), if cfg!(target_os = "linux") { 9 } else { 3 });
    assert!(page.contains("compare &#39;"), "the command that repeats it");
    for outside in ["<script", "http:", "https:", "src="] {
        assert!(!page.contains(outside), "it needs nothing else: {outside}");
    }
}

#[track_caller]
fn all_rows_are_there(ended: &Outcome) {
    for (heading, labels) in [
        (ONE_BY_ONE, &["reply to SETUP, p50", "reply to PLAY, p99", "reply to TEARDOWN, max"][..]),
        (ONE_BY_ONE, &["from that reply to the first packet, p50"]),
        (
            ONE,
            &[
                "rate (the report's is 20)",
                "deviation from 50 ms, p50",
                "deviation from 50 ms, p99",
            ],
        ),
        (ONE, &["deviation from 50 ms, max", "packets sent", "packets lost"]),
        (MANY, &["rate of the slowest", "deviation from 50 ms, p99", "packets lost"]),
    ] {
        for label in labels {
            let figures = figures(ended, heading, label);
            assert!(figures.iter().all(|figure| *figure >= 0.0), "{label}: {figures:?}");
        }
    }
    // The movie itself has sixty frames.
    assert!(figures(ended, ONE, "packets sent").iter().all(|sent| *sent > 70.0));
    // Far from the figures of any server on any machine.
    for rate in figures(ended, ONE, "rate (the report's is 20)") {
        assert!((5.0..40.0).contains(&rate), "{rate}");
    }
    if cfg!(target_os = "linux") {
        for (heading, label) in [
            (ONE, "CPU a minute (8 s, times 7.5)"),
            (MANY, "CPU a minute, all 20 (8 s, times 7.5)"),
            (USED, "memory at rest"),
            (USED, "memory with 20 sessions"),
            (USED, "memory for each of the 20"),
            (USED, "threads at rest"),
            (USED, "threads for each of the 20"),
        ] {
            figures(ended, heading, label);
        }
        let [python, own] = figures(ended, USED, "threads for each of the 20");
        assert_eq!(
            [python, own].map(|count| count.to_string()),
            ["2", "2"],
            "one receives, one sends"
        );
    }
}

#[track_caller]
fn what_is_left_is_shown(ended: &Outcome) {
    for heading in [TORN_DOWN, CLOSED, KILLED] {
        let [packets, cpu, threads, descriptors] = LEFT.map(|label| figures(ended, heading, label));
        // On a busy machine it uses little, but a server that rests uses nothing.
        assert!(cpu[0] > cpu[1] + 0.02, "the Python server spins, {heading}: {cpu:?}");
        assert!(threads[0] >= 3.0, "its threads stay, {heading}: {threads:?}");
        assert!(descriptors[0] >= 3.0, "its sockets stay open, {heading}: {descriptors:?}");
        assert_eq!(packets[0] > 0.0, heading != TORN_DOWN, "it sends on, {heading}: {packets:?}");
        let rest = [packets[1], threads[1], descriptors[1]].map(|left| left.to_string());
        assert_eq!(rest, ["0", "0", "0"], "nothing is left, {heading}");
    }
}

fn two_servers_with_nothing_wrong_end_with_code_0() {
    let server = own_server();
    let run = || compare(&["compare", &server, &server]);
    // Some lines judge times, and a machine that is busy for a minute is not the servers' fault.
    let mut ended = run();
    for _ in 1..ATTEMPTS {
        if ended.code != Some(0) {
            say(format_args!("once more, for it ended so: {}", ended.stdout));
            ended = run();
        }
    }
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let heads = ended.stdout.lines().filter(|line| line.contains("(1)") && line.contains("(2)"));
    assert_eq!(heads.count(), 2, "both tables name both: {}", ended.stdout);
    assert!(!ended.stdout.contains("not measured"), "{}", ended.stdout);
}

/// What was printed, with a space in place of each line end.
fn words_of(ended: &Outcome) -> String {
    ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn a_server_whose_replies_have_no_end_is_not_read_for_ever() {
    let floods = python_server("faults/server.py").replace("{port}", "FAULT {port}");
    let commands = ["endless-reply", "dripping-reply"].map(|fault| floods.replace("FAULT", fault));
    let ended = compare(&["compare", &commands[0], &commands[1]]);
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.stdout.matches("not measured: ").count(), 2 * SCENARIOS, "{}", ended.stdout);
    assert!(words_of(&ended).contains("the reply to SETUP has no end in "), "{}", ended.stdout);
}

fn the_program_that_does_not_start_is_named() {
    let broken = "sh -c 'echo no such class: Server >&2' {port}";
    for (words, which) in [([broken, &own_server()], "first"), ([&own_server(), broken], "second")]
    {
        let ended = compare(&["compare", words[0], words[1]]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{}", ended.stderr);
        let line = ended.stderr.lines().last().unwrap();
        let start = format!("lab_check: the {which} program, {broken:?}, did not start: ");
        assert!(line.starts_with(&start), "{line}");
        assert!(line.ends_with("its last line was \"no such class: Server\""), "{line}");
    }
}

/// Its first start is the one that checks whether both servers start.
#[cfg(unix)]
fn a_later_start_that_fails_costs_its_figures_only() {
    let server = python_server("faults/starts.py");
    let server = server.replace("{port}", "not-the-second {port}");
    let ended = compare(&["compare", &server, &own_server()]);
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    let not_measured: Vec<_> = ended.stdout.split("not measured: ").skip(1).collect();
    let [one] = not_measured.as_slice() else { panic!("{}", ended.stdout) };
    assert!(one.contains("one after another: it has ended"), "{one}");
    assert!(one.contains("no luck today"), "{one}");
    let [at_once, _] = row(&ended, MANY, "rate of the slowest");
    assert!(at_once.ends_with(" fps"), "{at_once}");
}

#[cfg(unix)]
fn a_program_that_never_listens_is_not_waited_for_for_ever() {
    let ended = compare(&["compare", "sleep 86399.{port}", &own_server()]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("did not listen on port 2"), "{}", ended.stderr);
    assert!(!is_running("sleep 86399."), "it is ended");
}

fn a_wrong_call_says_what_is_wrong_with_it() {
    let one = "server {port}";
    for (words, flaw) in [
        (&["compare"][..], "expected two COMMANDs after compare, found 0"),
        (&["compare", one], "expected two COMMANDs after compare, found 1"),
        (&["compare", one, one, one], "expected two COMMANDs after compare, found 3"),
        (&["compare", one, "server 2048"], "found \"server 2048\""),
        (&["--report", "page.html", "server", one], "--report goes with compare"),
        (&["--tsv", "table", "compare", one, one], "--tsv goes with server and client"),
    ] {
        let ended = compare(words);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "for {words:?}");
        assert!(ended.stderr.contains(flaw), "{} says nothing of {flaw:?}", ended.stderr);
    }
}

fn a_movie_that_is_none_is_named() {
    let (server, wrong) = (own_server(), project().join("Cargo.toml").to_str().unwrap().to_owned());
    for movie in ["nowhere.Mjpeg", &wrong] {
        let ended = compare(&["--movie", movie, "compare", &server, &server]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{}", ended.stderr);
        let start = format!("lab_check: could not read the movie {movie}: ");
        assert!(ended.stderr.starts_with(&start), "{}", ended.stderr);
    }
}
