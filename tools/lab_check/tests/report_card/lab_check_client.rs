//! `lab_check client` as its user runs it: against the project's own clients, which get a full
//! card, and against clients with one fault each, which it must name, and no other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::client_common::program::{Ended, Program};
use crate::common::left_out::python;
use crate::common::programs::{program, project};
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;
use crate::lab_check_common::{Table, flaws_of, python_lab, titles};
use crate::lab_check_press::SHOWS;

tests![
    all_faults_of_the_program_are_tried,
    the_labs_own_client_fails_at_a_split_reply_only,
    the_headless_client_fails_nothing_and_what_it_does_not_do_is_not_checked,
    no_client_writes_its_own_card,
    the_last_three_complaints_stand_below_what_failed_or_all,
    the_story_of_a_failure_is_told_when_it_is_asked_for,
    a_window_without_the_keys_is_not_blamed,
    a_client_that_never_asks_fails_setup_and_nothing_else_is_checked,
    a_client_may_leave_a_log_but_no_picture,
    a_wrong_call_says_what_is_wrong_with_it;
    long:
    a_faultless_client_gets_a_full_card_and_each_fault_is_named_and_no_other,
    the_window_gets_a_full_card_by_its_own_keys,
    a_user_is_asked_for_each_click_of_a_window,
    an_end_that_does_not_always_come_is_counted,
    what_a_client_writes_into_its_movie_is_in_a_copy,
    #[cfg(target_os = "linux")]
    what_a_client_has_started_is_gone_with_it,
];

/// The faults of `tests/python_lab/faults/client.py`, and the line of the card that each is to
/// fail.
const FAULTS: [(&str, &str); 45] = [
    // What takes longest comes first.
    ("setup-only", "it sends PLAY"),
    ("reads-slowly", "it reads them as fast as they come"),
    ("reply-thread-dies", "it sends TEARDOWN"),
    ("hangs-at-split-reply", "a reply in two segments is one reply"),
    ("other-port-bound", "its RTP port is open when it sends PLAY"),
    ("keeps-port", "connection and RTP port are closed after TEARDOWN"),
    ("keeps-connection", "connection and RTP port are closed after TEARDOWN"),
    ("stays-at-times", "it ends after TEARDOWN"),
    ("stays-after-teardown", "it ends after TEARDOWN"),
    ("drips", SETUP),
    ("keeps-header", DECODES),
    ("spins-in-silence", "it needs no processor while no packet comes"),
    ("deaf", "it reads the packets that come at its RTP port"),
    ("no-cseq", "the second line is the CSeq"),
    ("cseq-stands", "CSeq counts the requests from 1"),
    ("cseq-from-zero", "CSeq counts the requests from 1"),
    ("wrong-session", "the session is the one of the reply to SETUP"),
    ("no-session", "requests after SETUP have a Session line"),
    ("wrong-name", "each request names the movie"),
    ("no-port", "SETUP names the RTP port in a Transport line"),
    ("other-port-named", "SETUP names the RTP port in a Transport line"),
    ("small-letters", "the first line is METHOD, file name, RTSP/1.0"),
    ("backslash-n", "each line ends in LF"),
    ("early-play", "it waits for a reply before the next request"),
    ("play-twice", "each request is one that the state allows"),
    ("resends", "a reply that is 1 s late is waited for"),
    ("any-cseq", "a reply to another request is passed over"),
    ("any-session", "a reply of another session does not make it play"),
    ("any-status", "it does not go on after 404"),
    ("dies-of-split-reply", "a reply in two segments is one reply"),
    ("forges-card", "a reply in two segments is one reply"),
    ("hangs-at-end-of-connection", AT_END_OF_CONNECTION),
    ("spins-at-end-of-connection", AT_END_OF_CONNECTION),
    ("dies-of-lost", "it goes on when packets are lost"),
    ("dies-of-late", "it goes on when packets come in the wrong order"),
    ("dies-of-doubled", "it goes on when packets come twice"),
    ("counts-lost-twice", "it counts the lost packets"),
    ("counts-no-late", "it counts packets that come twice"),
    ("counts-no-swapped", "it counts the late packets"),
    ("dies-in-silence", "when the movie is over it waits quietly, or ends"),
    ("dies-slowly-in-silence", "when the movie is over it waits quietly, or ends"),
    ("spins-in-pause", "it needs no processor while it is paused"),
    ("leaks-listener", "no thread of the first PLAY is left in the second"),
    ("leaves-cache-file", "it leaves no cache file"),
    ("ends-before-teardown", "it neither ends nor hangs up before TEARDOWN"),
];
/// Programs of that file that do something unusual, which is no fault.
const FAULTLESS: [&str; 3] = ["none", "clears-at-teardown", "scribbles"];
const AT_END_OF_CONNECTION: &str = "when the connection ends it says so or ends, and does not spin";

const DECODES: &str = "it takes the pictures out of the packets";
const SETUP: &str = "it connects and sends SETUP";

/// All lines of the card.
pub(crate) const ALL: usize = 40;

/// The program under test, in the project's folder.
fn lab_check(words: &[&str]) -> Command {
    let mut command = crate::lab_check_common::lab_check(project());
    command.args(words).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command
}

fn run(words: &[&str]) -> Ended {
    Program::start(&mut lab_check(words)).end(LIMIT)
}

/// The last line of the card, without the name of the program.
fn counts(card: &str) -> &str {
    card.trim_end().lines().last().and_then(|line| line.rsplit(": ").next()).unwrap_or_default()
}

/// A Python program of the tests as a command for a client's check.
fn of_python(script: &str, words: &str) -> String {
    let (python, script) = (python(), python_lab(script));
    let buttons = "--script setup,play,frames=20,pause,play,frames=40,teardown";
    let words = format!("{words} {buttons} {{host}} {{port}} {{rtp}} {{movie}}");
    format!("\"{python}\" \"{}\" {words}", script.display())
}

/// The project's client as a command.
fn client_launcher(options: &str) -> String {
    let path = program("client_launcher");
    let path = path.to_str().unwrap();
    format!("'{path}' {options} {{host}} {{port}} {{rtp}} {{movie}}")
}

fn a_faultless_client_gets_a_full_card_and_each_fault_is_named_and_no_other() {
    python();
    let faultless = FAULTLESS.map(|name| (name, ""));
    let cases = FAULTS.into_iter().chain(faultless).collect::<Vec<_>>();
    let flaws = flaws_of(&cases, AT_ONCE, |(fault, title)| flaw_of(fault, title));
    assert!(flaws.is_empty(), "{}", flaws.join("\n\n"));
}

/// What is wrong with the card of a client with that fault.
fn flaw_of(fault: &str, title: &str) -> Option<String> {
    let command = of_python("faults/client.py", fault);
    let ended = run(&["client", "--name", fault, &command]);
    let expected: Vec<&str> = [title].into_iter().filter(|title| !title.is_empty()).collect();
    let is_right = titles(&ended.output, "FAIL") == expected
        && ended.code == Some(i32::from(!expected.is_empty()))
        && (!expected.is_empty() || titles(&ended.output, "not checked") == [SHOWS]);
    let Ended { code, output, errors } = ended;
    (!is_right).then(|| format!("{fault}: ended with {code:?}\n{output}\n{errors}"))
}

fn all_faults_of_the_program_are_tried() {
    let command = of_python("faults/client.py", "no-such-fault");
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let known = told.strip_prefix("expected one of none, ").unwrap().split_once(", found").unwrap();
    let mut known: Vec<&str> = known.0.split(", ").collect();
    let faultless = FAULTLESS.into_iter().filter(|name| *name != "none");
    let mut tried: Vec<_> = FAULTS.into_iter().map(|(fault, _)| fault).chain(faultless).collect();
    known.sort_unstable();
    tried.sort_unstable();
    assert_eq!(known, tried);
}

fn the_labs_own_client_fails_at_a_split_reply_only() {
    let command = of_python("ClientLauncher.py", "");
    let ended = run(&["client", &command]);
    assert_eq!(titles(&ended.output, "FAIL"), ["a reply in two segments is one reply"]);
    let told = "its last words: Unable to parse the reply";
    assert!(ended.output.contains(told), "{}", ended.output);
    assert_eq!(ended.code, Some(1));
}

fn the_headless_client_fails_nothing_and_what_it_does_not_do_is_not_checked() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("table.tsv");
    let command = client_launcher("--headless --seconds 1");
    let tsv = table.to_str().unwrap();
    let ended = run(&["client", &command, "--name", "headless", "--tsv", tsv]);
    assert_eq!(titles(&ended.output, "FAIL"), Vec::<&str>::new(), "{}", ended.output);
    let unseen = [
        "it sends PAUSE",
        "it sends PLAY after PAUSE",
        DECODES,
        SHOWS,
        "it needs no processor while it is paused",
        "no thread of the first PLAY is left in the second",
        "a reply of another session does not make it play",
        "it needs no processor while no packet comes",
    ];
    assert_eq!(titles(&ended.output, "not checked"), unseen);
    assert_eq!(titles(&ended.output, "pass").len(), ALL - unseen.len());
    assert_eq!(ended.code, Some(3), "nothing failed, and not all could be checked");
    let all = ["pass", "not checked"].map(|verdict| titles(&ended.output, verdict)).concat();
    let mut untried = all.into_iter().filter(|line| !FAULTS.iter().any(|fault| fault.1 == *line));
    let elsewhere = |line: &str| line.starts_with("it sends ") || line == SETUP || line == SHOWS;
    assert!(untried.all(elsewhere), "a fault for each line, but for what a client may leave out");
    for script in ["[1/11] plain", "[2/11] late-reply", "[11/11] end-of-connection"] {
        assert!(ended.errors.lines().any(|line| line == script), "{}", ended.errors);
    }
    let table = Table::read(&table);
    assert_eq!(table.rows[0]["program"], "headless");
    assert_eq!(table.rows[0]["ended"], "5 of 5");
    assert_eq!(table.with_verdict("not checked").len(), unseen.len());
    assert_eq!(table.with_verdict("pass").len(), ALL - unseen.len());
}

fn the_window_gets_a_full_card_by_its_own_keys() {
    let desktop = Desktop::start();
    let mut command = lab_check(&["client", "--keys", &client_launcher("")]);
    let ended = Program::start(command.env("DISPLAY", desktop.display())).end(2 * LIMIT);
    assert_eq!(titles(&ended.output, "not checked"), [DECODES, SHOWS], "{}", ended.output);
    assert_eq!(titles(&ended.output, "FAIL"), Vec::<&str>::new(), "{}", ended.output);
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
}

fn a_user_is_asked_for_each_click_of_a_window() {
    let desktop = Desktop::start();
    let mut command = lab_check(&["client", "--script", "not-found", &client_launcher("")]);
    command.env("DISPLAY", desktop.display()).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut asked = Vec::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        let Some((_, button)) = line.split_once(": click ") else { continue };
        let button = button.split(' ').next().unwrap().to_owned();
        let key = match button.as_str() {
            "Setup" => "s",
            "Play" => "p",
            "Pause" => "space",
            _ => "t",
        };
        press(&desktop, key);
        asked.push(button);
    }
    let mut card = String::new();
    child.stdout.take().unwrap().read_to_string(&mut card).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{card}");
    assert_eq!(asked, ["Setup", "Play", "Pause", "Play", "Teardown", "Setup", "Play"]);
    assert_eq!(counts(&card), "25 passed, 0 failed, 0 not offered, 2 not checked");
}

/// A user's key, in the client's window.
fn press(desktop: &Desktop, key: &str) {
    let words = "search --sync --onlyvisible --name RTSP.lab.client windowactivate --sync key";
    let mut command = Command::new("timeout");
    command.args(["20", "xdotool"]).args(words.split(' ')).arg(key);
    let status = command.env("DISPLAY", desktop.display()).status().unwrap();
    assert!(status.success(), "press {key}");
}

fn no_client_writes_its_own_card() {
    let command = of_python("faults/client.py", "forges-card");
    let Ended { output, errors, .. } = run(&["client", "--script", "split-reply", &command]);
    assert_eq!(titles(&output, "FAIL"), ["a reply in two segments is one reply"], "{errors}");
    assert!(output.contains(r"bye\x1B[2J\x0D  pass "), "{output}");
    assert!(output.contains(r"\u{202e}\u{2066}"), "{output}");
    let acts = |c: &char| c.is_control() && *c != '\n' || matches!(c, '\u{202e}' | '\u{2066}');
    assert_eq!(output.chars().chain(errors.chars()).find(acts), None);
}

fn the_last_three_complaints_stand_below_what_failed_or_all() {
    let complains = "echo Hello; for i in 1 2 3 4 5; do echo line $i >&2; done";
    let command = format!("sh -c '{complains}; exit 3' {{port}}");
    let three = "line 3\n                         line 4\n                         line 5\n";
    for (options, told) in [(&[][..], three), (&["--verbose"][..], "stderr    line 1\n")] {
        let Ended { output, .. } = run(&[&["client", &command][..], options].concat());
        assert!(output.contains("its last words: line 5\n"), "{output}");
        assert!(output.contains(told), "{output}");
        assert_eq!(output.matches("stderr").count(), 1, "below the first line only: {output}");
        assert_eq!(output.contains("line 2"), !options.is_empty(), "{output}");
    }
}

fn the_story_of_a_failure_is_told_when_it_is_asked_for() {
    let command = of_python("faults/client.py", "dies-of-lost");
    let words = ["client", "--script", "lost", &command];
    let Ended { output, .. } = run(&words);
    assert!(!output.contains("story"), "{output}");
    let Ended { output, errors, .. } = run(&[&words[..], &["--verbose"]].concat());
    let (_, story) = output.split_once("story").expect(&errors);
    // One event after the other, whatever its time.
    let mut rest = story;
    for told in [
        "(connects)\n",
        "SETUP movie.Mjpeg RTSP/1.0                →\n",
        "CSeq: 1\n",
        "←  RTSP/1.0 200 OK\n",
        "PLAY movie.Mjpeg RTSP/1.0                 →\n",
        "←  packets 1 to 3, 5 to 7, 9 to 10, 12 to ",
        "(has ended: exit status: 1)\n",
        "*****    expected: all goes on as when nothing is unusual\n",
        "came: it ended in PLAYING (exit status: 1)",
    ] {
        let (_, after) = rest.split_once(told).unwrap_or_else(|| panic!("no {told} in {story}"));
        rest = after;
    }
    assert_eq!(output.matches("story").count(), 1, "{output}");
}

fn an_end_that_does_not_always_come_is_counted() {
    let command = of_python("faults/client.py", "stays-at-times");
    let scripts = ["--script", "late-reply", "--script", "lost", "--script", "doubled"];
    let Ended { code, output, .. } = run(&[&["client", &command][..], &scripts].concat());
    assert_eq!(titles(&output, "FAIL"), ["it ends after TEARDOWN"], "{output}");
    assert!(output.contains("it ends after TEARDOWN: 2 of 4\n"), "{output}");
    assert!(output.contains("it ended 2 times of 4, and ran on after the others\n"), "{output}");
    assert_eq!(code, Some(1));
}

fn what_a_client_writes_into_its_movie_is_in_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let (movie, linked) = (folder.path().join("movie.Mjpeg"), folder.path().join("linked.Mjpeg"));
    fs::copy(project().join("movie.Mjpeg"), &movie).unwrap();
    fs::hard_link(&movie, &linked).unwrap();
    fs::write(folder.path().join("cache-1.jpg"), b"left by an earlier run").unwrap();
    for name in ["movie.Mjpeg", "linked.Mjpeg"] {
        let command = of_python("faults/client.py", "scribbles");
        let mut lab_check = crate::lab_check_common::lab_check(folder.path());
        lab_check.args(["client", &command, "--script", "plain", "--movie", name]);
        let ended = Program::start(&mut lab_check).end(LIMIT);
        assert_eq!(ended.code, Some(0), "{}\n{}", ended.output, ended.errors);
        let own = fs::read(project().join("movie.Mjpeg")).unwrap();
        assert!(fs::read(&movie).unwrap() == own, "{name} is unchanged");
    }
}

fn a_window_without_the_keys_is_not_blamed() {
    let desktop = Desktop::start();
    let mut command = lab_check(&["client", "--keys", "xmessage {port}"]);
    let ended = Program::start(command.env("DISPLAY", desktop.display())).end(LIMIT);
    assert_eq!(titles(&ended.output, "FAIL"), Vec::<&str>::new(), "{}", ended.output);
    assert_eq!(titles(&ended.output, "not checked").len(), ALL, "{}", ended.output);
    let hint = "Without --keys you are asked to click\n";
    assert!(ended.output.contains(hint), "{}", ended.output);
    assert_eq!(ended.code, Some(3), "{}", ended.errors);
}

fn a_client_that_never_asks_fails_setup_and_nothing_else_is_checked() {
    let cases = [
        ("no_such_program_here {port}", "it ended in INIT", "not found"),
        ("true {port}", "it ended in INIT", "it said nothing"),
        ("sh -c 'echo Hello; exit 3' {port}", "(exit status: 3)", "its last words: Hello"),
        ("sleep 100 || echo {port}", "no connection", "it said nothing"),
    ];
    thread::scope(|scope| {
        for (command, how, words) in cases {
            scope.spawn(move || {
                let Ended { code, output, errors } = run(&["client", command]);
                assert_eq!(titles(&output, "FAIL"), [SETUP], "{errors}");
                assert_eq!(titles(&output, "not checked").len(), ALL - 1, "{output}");
                let came = output.lines().find(|line| line.trim().starts_with("came")).unwrap();
                assert!(came.contains(how) && came.contains(words), "{came}");
                assert_eq!(code, Some(1));
            });
        }
    });
}

fn a_client_may_leave_a_log_but_no_picture() {
    let client = of_python("faults/client.py", "none");
    let cases = [
        ("echo ready > client.log", None),
        ("printf '\\377\\330' > frame.tmp", Some("frame.tmp")),
        ("echo ready > cache.txt", Some("cache.txt")),
    ];
    thread::scope(|scope| {
        for (writes, told) in cases {
            let command = format!("sh -c \"{writes}; exec {client}\"");
            scope.spawn(move || {
                let words = ["client", "--script", "plain", "--name", "scribe", &command];
                let ended = run(&words);
                let failed = titles(&ended.output, "FAIL");
                let expected: Vec<_> = told.iter().map(|_| "it leaves no cache file").collect();
                assert_eq!(failed, expected, "{writes}: {}", ended.output);
                assert!(ended.output.contains(told.unwrap_or_default()), "{}", ended.output);
            });
        }
    });
}

/// Even a process that has left its group on purpose is ended.
#[cfg(target_os = "linux")]
fn what_a_client_has_started_is_gone_with_it() {
    use std::time::Instant;
    let time = format!("1{}.5", std::process::id());
    let command = format!("sh -c 'sleep {time} & setsid -f sleep {time}; sleep {time}' {{port}}");
    run(&["client", "--script", "plain", &command]);
    // A killed process may take a while to go.
    let deadline = Instant::now() + LIMIT;
    while runs(&time) {
        assert!(Instant::now() < deadline, "sleep {time} still runs");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a `sleep` of that time runs.
#[cfg(target_os = "linux")]
fn runs(time: &str) -> bool {
    fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        let line = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        line.starts_with("sleep") && line.contains(time)
    })
}

fn a_wrong_call_says_what_is_wrong_with_it() {
    let command = client_launcher("--headless");
    let mut known =
        "plain, late-reply, wrong-cseq, wrong-session, split-reply, not-found, ".to_owned();
    known += "lost, swapped, doubled, end-of-movie, end-of-connection";
    for (words, told) in [
        (
            vec!["client", &command, "--script", "lots"],
            format!("expected --script as one of {known}, found \"lots\""),
        ),
        (vec!["client", &command, "--keys"], "could not press keys: DISPLAY is not set".to_owned()),
        (
            vec!["client", &command, "--movie", "none.Mjpeg"],
            "could not read none.Mjpeg: ".to_owned(),
        ),
        (vec!["client", &command, "--movie", "README.md"], "could not read README.md: ".to_owned()),
        (vec!["client", "./client"], "expected {port} in the COMMAND of client".to_owned()),
        (vec!["client"], "expected one COMMAND after client".to_owned()),
    ] {
        let Ended { code, output, errors } = run(&words);
        assert!(errors.starts_with(&format!("lab_check: {told}")), "{words:?}: {errors}");
        // The call is wrong, or something that it names does not exist.
        let expected = if told.starts_with("expected") { 2 } else { 1 };
        assert_eq!(code, Some(expected), "{words:?}");
        assert_eq!(output, "", "{words:?}");
    }
}

/// Nothing takes this long, on any machine.
const LIMIT: Duration = Duration::from_secs(240);
/// How many clients are checked at the same time; each check runs several of them, which wait most
/// of the time.
const AT_ONCE: usize = 6;
