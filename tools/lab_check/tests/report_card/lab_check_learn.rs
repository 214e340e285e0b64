//! `lab_check learn` leads to the line that a program does not meet yet, and to no other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::process::{Command, Stdio};

use crate::common::command_line::assert_wrong_call;
use crate::common::left_out::python;
use crate::common::movies::{folder_with, lab_format, real_frames};
use crate::common::programs::program;
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;
use crate::lab_check_common::{Outcome, flaws_of, lab_check, python_lab};
use crate::lab_check_press::needs_tk;
use tempfile::TempDir;

tests![
    a_wrong_call_says_what_is_wrong_with_it,
    an_empty_folder_is_told_where_to_begin,
    hints_come_one_at_a_time_and_are_counted,
    a_server_that_does_not_start_is_told_with_its_last_words,
    what_is_not_written_yet_has_no_story,
    #[cfg(unix)]
    a_terminal_shows_bar_and_colours_in_its_width,
    #[cfg(unix)]
    a_save_is_looked_at_again_and_told_as_better_or_worse;
    long:
    each_wrong_server_is_led_to_its_line,
    each_wrong_client_is_led_to_its_line,
    a_right_client_is_led_to_the_end,
    a_window_is_pressed_and_its_fault_found,
    what_an_except_has_swallowed_is_told_in_the_second_run,
    both_are_led_in_turn,
    a_right_server_is_led_to_the_end,
    what_was_done_and_is_broken_is_told
];

/// Servers of `tests/python_lab/faults/server.py`, the step to which each is led, and its line.
const SERVERS: [(&str, &str, &str); 8] = [
    ("breaks-at256", "3", "sequence_256"),
    ("leaks-threads", "6", "threads"),
    ("own-counter", "1", "cseq"),
    ("found-anyway", "2", "not_found"),
    ("version-zero", "3", "version"),
    ("few-frames", "4", "rate"),
    ("starts-over", "5", "resume"),
    ("dies-on-split-request", "6", "split"),
];

/// Clients of `tests/python_lab/faults/client.py`, likewise.
const CLIENTS: [(&str, &str, &str); 7] = [
    ("leaves-cache-file", "5", "no_files"),
    ("counts-lost-twice", "6", "lost_count"),
    ("spins-in-silence", "4", "play_quiet"),
    ("no-cseq", "1", "cseq"),
    ("setup-only", "2", "play"),
    ("any-status", "2", "not_found"),
    ("keeps-header", "3", "decodes"),
];

fn folder() -> TempDir {
    folder_with(&lab_format(real_frames().get(..300).unwrap()))
}

fn server(fault: &str) -> String {
    let script = python_lab("faults/server.py");
    format!("\"{}\" -S \"{}\" {fault} {{port}}", python(), script.display())
}

fn client(fault: &str) -> String {
    let script = python_lab("faults/client.py");
    let buttons = "--script setup,play,frames=20,pause,play,frames=40,teardown";
    let words = format!("{fault} {buttons} {{host}} {{port}} {{rtp}} {{movie}}");
    format!("\"{}\" \"{}\" {words}", python(), script.display())
}

fn learn(folder: &Path, words: &[&str]) -> Outcome {
    let mut command = lab_check(folder);
    command.arg("learn").args(words).env_remove("DISPLAY").env("LANG", "C.UTF-8");
    Outcome::of(&mut command)
}

/// The lines of what was printed that begin with a step, each without what came.
fn steps(outcome: &Outcome) -> Vec<String> {
    let lines = outcome.stdout.lines().filter(|line| line.starts_with("step "));
    lines.map(|line| line.split("  ").take(3).collect::<Vec<_>>().join(" ")).collect()
}

/// What is wrong with where a program was led, if something is.
fn flaw_of(outcome: &Outcome, step: &str, line: &str) -> Option<String> {
    let steps = steps(outcome);
    let last = steps.last().map_or("", String::as_str);
    let failed = steps.iter().filter(|line| line.contains(" FAIL ")).count();
    let is_right =
        last == format!("step {step} FAIL {line}") && failed == 1 && outcome.code == Some(1);
    (!is_right).then(|| format!("not step {step}, {line}: {outcome:#?}"))
}

fn each_wrong_server_is_led_to_its_line() {
    python();
    let folder = folder();
    let flaws = flaws_of(&SERVERS, 2, |(fault, step, line)| {
        flaw_of(&learn(folder.path(), &["server", &server(fault), "--no-state"]), step, line)
    });
    assert!(flaws.is_empty(), "{}", flaws.join("\n\n"));
    assert!(!folder.path().join(".lab_check").exists(), "--no-state keeps nothing");
}

fn each_wrong_client_is_led_to_its_line() {
    python();
    let folder = folder();
    let flaws = flaws_of(&CLIENTS, 1, |(fault, step, line)| {
        flaw_of(&learn(folder.path(), &["client", &client(fault), "--no-state"]), step, line)
    });
    assert!(flaws.is_empty(), "{}", flaws.join("\n\n"));
}

fn a_right_client_is_led_to_the_end() {
    python();
    let folder = folder();
    let outcome = learn(folder.path(), &["client", &client("none")]);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    let steps = steps(&outcome);
    // Without a script in its window nobody sees what it shows.
    let expected = ["1 pass 6 lines", "2 pass 9 lines", "3 pass 3 lines", "4 pass 2 lines"];
    let expected = expected.iter().map(|step| format!("step {step}"));
    assert_eq!(steps.get(..4).unwrap(), expected.collect::<Vec<_>>(), "{outcome:#?}");
    assert!(
        outcome.stdout.contains("All six steps are done: 39 met, 0 failed, 1 not checked."),
        "{outcome:#?}"
    );
}

/// The window of `tests/python_lab/faults/window.py` that drops its pictures.
fn a_window_is_pressed_and_its_fault_found() {
    needs_tk();
    let (desktop, folder) = (Desktop::start(), folder());
    let script = python_lab("faults/window.py");
    for (form, step, line) in [("hides-pictures", "4", "shows"), ("dies-of-setup", "1", "setup")] {
        let words = format!("{form} {{host}} {{port}} {{rtp}} {{movie}}");
        let command = format!("\"{}\" \"{}\" {words}", python(), script.display());
        let mut lab_check = lab_check(folder.path());
        lab_check.args(["learn", "client", &command, "--press", "tk", "--no-state"]);
        lab_check.env_remove("WAYLAND_DISPLAY").env("DISPLAY", desktop.display());
        let outcome = Outcome::of(&mut lab_check);
        assert_eq!(flaw_of(&outcome, step, line), None, "{form}");
    }
}

fn what_an_except_has_swallowed_is_told_in_the_second_run() {
    needs_tk();
    let (desktop, folder) = (Desktop::start(), folder());
    let script = python_lab("faults/window.py");
    let words = "shows-nothing {host} {port} {rtp} {movie}";
    let command = format!("\"{}\" \"{}\" {words}", python(), script.display());
    let run = || {
        let mut lab_check = lab_check(folder.path());
        lab_check.args(["learn", "client", &command, "--press", "tk"]);
        lab_check.env_remove("WAYLAND_DISPLAY").env("DISPLAY", desktop.display());
        Outcome::of(&mut lab_check)
    };
    let told = "in show raised AttributeError: ";
    let first = run();
    assert_eq!(flaw_of(&first, "4", "shows"), None);
    assert!(!first.stdout.contains(told), "{first:#?}");
    let second = run();
    assert_eq!(steps(&second), ["step 4 FAIL shows"], "{second:#?}");
    assert!(second.stdout.replace('\n', " ").contains(told), "{second:#?}");
}

fn both_are_led_in_turn() {
    python();
    let folder = folder();
    let right = client("none");
    let outcome = learn(folder.path(), &["both", &server("few-frames"), &right, "--no-state"]);
    let expected =
        ["step 1 pass 6 lines", "step 2 pass 9 lines", "step 3 pass 14 lines", "step 4 FAIL rate"];
    assert_eq!(steps(&outcome), expected, "{outcome:#?}");
    let words = ["both", &server("none"), &client("keeps-header"), "--step", "3c", "--no-state"];
    assert_eq!(steps(&learn(folder.path(), &words)), ["step 3 FAIL decodes"]);
}

/// Runs `lab_check` in a terminal of that many columns, which Python makes. Whenever a line of `script`
/// has come, which is `WORDS => SHELL COMMAND`, that command is run.
#[cfg(unix)]
fn in_terminal(folder: &Path, columns: &str, words: &[&str], script: &[(&str, &str)]) -> Outcome {
    let mut command = Command::new(python());
    command.args(["-c", TERMINAL, columns]);
    let script: Vec<_> = script.iter().map(|(seen, then)| format!("{seen} => {then}")).collect();
    command.arg(script.join("\n")).arg(env!("CARGO_BIN_EXE_lab_check")).arg("learn").args(words);
    command.current_dir(folder).env("LANG", "C.UTF-8").env("TERM", "xterm");
    command.env_remove("NO_COLOR").env_remove("COLUMNS").env_remove("LC_ALL").stdin(Stdio::null());
    let outcome = Outcome::of(&mut command);
    Outcome { stdout: outcome.stdout.replace("\r\n", "\n"), ..outcome }
}

#[cfg(unix)]
const TERMINAL: &str = "
import fcntl, os, pty, struct, subprocess, sys, termios
columns, script, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, columns, 0, 0))
    os.execvp(command[0], command)
waiting = [line.split(' => ') for line in script.split('\\n') if line]
seen, begin = b'', 0
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:
        break
    if not more:
        break
    seen += more
    while waiting and waiting[0][0].encode() in seen[begin:]:
        words, then = waiting.pop(0)
        begin = seen.index(words.encode(), begin) + len(words)
        if then.startswith('type '):
            os.write(terminal, then[5:].encode() + b'\\n')
        else:
            subprocess.run(then, shell=True)
sys.stdout.buffer.write(seen)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";

#[cfg(unix)]
fn a_terminal_shows_bar_and_colours_in_its_width() {
    let folder = folder();
    for columns in [80, 60] {
        let words = ["server", &server("own-counter"), "--no-state"];
        let outcome = in_terminal(folder.path(), &columns.to_string(), &words, &[]);
        assert_eq!(outcome.code, Some(1), "{outcome:#?}");
        let shown = &outcome.stdout;
        assert!(shown.starts_with("\x1b[1mServer  step 1 of 6: Answer SETUP\x1b[0m\n"), "{shown}");
        assert!(
            shown.contains("  \x1b[1;31mFAIL\x1b[0m  the request's CSeq is repeated\n"),
            "{shown}"
        );
        assert!(shown.contains("The CSeq is the request's own, not a count of yours"), "{shown}");
        assert!(shown.contains("step 1 of 6, 6 of 54 lines"), "{shown}");
        for line in shown.lines() {
            let mut bare = String::new();
            for (place, part) in line.split('\x1b').enumerate() {
                bare.push_str(if place == 0 { part } else { part.split_once('m').unwrap().1 });
            }
            assert!(bare.chars().count() <= columns, "{columns}: {bare}");
        }
    }
}

#[cfg(unix)]
fn a_save_is_looked_at_again_and_told_as_better_or_worse() {
    let folder = folder();
    let write = |name: &str, fault: &str| {
        let text = format!(
            "import os, sys\nos.execv(sys.executable, [sys.executable, '-S', {:?}, '{fault}'] + sys.argv[1:])\n",
            python_lab("faults/server.py").display().to_string()
        );
        fs::write(folder.path().join(name), text).unwrap();
    };
    write("Server.py", "own-counter");
    fs::create_dir(folder.path().join("other")).unwrap();
    write("other/better", "found-anyway");
    fs::write(folder.path().join("other/worse"), "sys.exit(1\n").unwrap();
    let command = format!("\"{}\" -S Server.py {{port}}", python());
    let script = [
        ("q quit", "cp other/better Server.py"),
        ("q quit", "type h"),
        ("hint 1 of 3", "cp other/worse Server.py"),
        ("worse", "true"),
        ("q quit", "type q"),
    ];
    let words = ["server", command.as_str(), "--watch"];
    let outcome = in_terminal(folder.path(), "80", &words, &script);
    let shown = &outcome.stdout;
    assert!(shown.contains("Server.py saved (line 2)"), "{shown}");
    assert!(shown.contains("better\x1b[0m  +1  the request's CSeq is repeated\n"), "{shown}");
    assert!(shown.contains("After you have refused, does your function go on?"), "{shown}");
    assert!(shown.contains("-1  it listens at its port\n"), "{shown}");
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
}

fn a_right_server_is_led_to_the_end() {
    let folder = folder();
    let command = format!("\"{}\" {{port}}", program("server").display());
    let outcome = learn(folder.path(), &["server", &command]);
    assert_eq!(outcome.code, Some(0), "{outcome:#?}");
    let expected = ["7", "3", "14", "6", "10", "12"];
    let expected = expected.iter().zip(1..).map(|(n, step)| format!("step {step} pass {n} lines"));
    let steps = steps(&outcome);
    assert_eq!(steps, expected.collect::<Vec<_>>(), "{outcome:#?}");
    assert!(
        outcome.stdout.contains("All six steps are done: 53 met, 0 failed, 1 not checked."),
        "{outcome:#?}"
    );
}

fn what_was_done_and_is_broken_is_told() {
    let folder = folder();
    let outcome = learn(folder.path(), &["server", &server("starts-over")]);
    assert_eq!(flaw_of(&outcome, "5", "resume"), None);
    // The next run begins there.
    let outcome = learn(folder.path(), &["server", &server("starts-over")]);
    assert_eq!(steps(&outcome), ["step 5 FAIL resume"], "{outcome:#?}");
    let outcome = learn(folder.path(), &["server", &server("version-zero")]);
    assert_eq!(steps(&outcome).last().unwrap(), "step 3 FAIL version", "{outcome:#?}");
    assert!(outcome.stdout.contains("(broken: it passed before)"), "{outcome:#?}");
    assert_eq!(outcome.code, Some(1));
}

fn a_server_that_does_not_start_is_told_with_its_last_words() {
    let folder = folder();
    fs::write(folder.path().join("Server.py"), "import sys\nsys.exit('no \\x1b[2J luck')\n")
        .unwrap();
    let command = format!("\"{}\" -S Server.py {{port}}", python());
    let outcome = learn(folder.path(), &["server", &command]);
    assert_eq!(flaw_of(&outcome, "1", "listens"), None);
    assert!(outcome.stdout.contains("no \\x1B[2J luck"), "{outcome:#?}");
    assert!(outcome.stdout.contains("It is given the port as its first argument."), "{outcome:#?}");
}

fn what_is_not_written_yet_has_no_story() {
    let folder = folder();
    let program = "raise NotImplementedError('step 1: main')\n";
    fs::write(folder.path().join("Server.py"), program).unwrap();
    let command = format!("\"{}\" -S Server.py {{port}}", python());
    let outcome = learn(folder.path(), &["server", &command]);
    assert!(outcome.stdout.ends_with("\nNot written yet: step 1: main\n"), "{outcome:#?}");
}

fn an_empty_folder_is_told_where_to_begin() {
    let folder = folder();
    let outcome = learn(folder.path(), &["server", "python3 Server.py {port}"]);
    assert_eq!(outcome.code, Some(3), "{outcome:#?}");
    assert!(outcome.stdout.starts_with("There is no Server.py here ("), "{outcome:#?}");
    assert!(outcome.stdout.contains("\n    3 Twelve bytes\n"), "{outcome:#?}");
}

fn hints_come_one_at_a_time_and_are_counted() {
    let folder = folder();
    fs::write(folder.path().join("Server.py"), "").unwrap();
    let hint =
        || learn(folder.path(), &["server", "python3 Server.py {port}", "--step", "2", "--hint"]);
    for (place, words) in [
        (1, "After you have refused, does your function go on?"),
        (2, "How many replies does one request get"),
        (3, "Follow the lines behind the except with your finger"),
        (3, "Follow the lines behind the except with your finger"),
    ] {
        let outcome = hint();
        let begin = format!("Step 2, hint {place} of 3: {words}");
        assert!(outcome.stdout.starts_with(&begin), "{outcome:#?}");
        assert_eq!(outcome.code, Some(0));
    }
}

fn a_wrong_call_says_what_is_wrong_with_it() {
    let folder = folder();
    for (words, complaint) in [
        (
            &["learn"][..],
            "expected server or client and its COMMAND after learn, or both, found \"\"",
        ),
        (&["learn", "server", "a"], "expected {port} in the COMMAND of server, found \"a\""),
        (
            &["learn", "server", "a {port}", "--tsv", "x"],
            "--tsv goes with server and client: learn",
        ),
        (&["server", "a {port}", "--hint"], "--hint goes with learn"),
        (&["learn", "server", "a {port}", "--press", "tk"], "--script, --keys and --press go with"),
    ] {
        assert_wrong_call("lab_check", lab_check(folder.path()).args(words), complaint);
    }
    let outcome = learn(folder.path(), &["server", "a {port}", "--watch"]);
    assert_eq!(outcome.stderr, "lab_check: --watch needs a terminal\n");
    assert_eq!(outcome.code, Some(2), "{outcome:#?}");
    let outcome = learn(folder.path(), &["server", "a {port}", "--step", "7"]);
    assert!(outcome.stderr.contains("expected --step as one of 1, 2, 3, 4, 5, 6, x1, found \"7\""));
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
}
