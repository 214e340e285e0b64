//! `lab_check client --press tk`, and `--keys tab`, with windows of many forms under an X server of
//! their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::client_common::program::{Ended, Program};
use crate::common::left_out::{leave_out, python, runs};
use crate::common::programs::project;
use crate::desktop::xvfb::Desktop;
use crate::harness::tests;
use crate::lab_check_client::ALL;
use crate::lab_check_common::{flaws_of, lab_check, python_lab, titles};

tests![
    all_forms_are_tried,
    a_button_that_is_missing_is_no_fault_and_is_told,
    the_labs_own_window_shows_what_pil_decodes,
    a_launcher_may_have_a_name_with_spaces_and_another_folder,
    only_python_can_be_pressed;
    long:
    tab_and_space_press_the_buttons_too,
    a_faultless_window_gets_a_full_card,
    each_window_is_pressed_in_words_of_its_own,
    each_fault_of_a_window_is_named_and_no_other
];

/// The forms of `tests/python_lab/faults/window.py` whose buttons are all there.
const FAULTLESS: [&str; 9] = [
    "lab",
    "other-words",
    "themed",
    "pictures-with-text",
    "pictures",
    "labels",
    "late",
    "no-setup",
    "repaints",
];
/// That have other ways, or not all; the lines that are then not checked, and what is told.
const UNFINISHED: [(&str, usize, &str); 5] = [
    ("asks-at-the-end", 0, ""),
    ("no-pause", 4, "its button Pause is not there; its window has Setup, Play, Teardown\n"),
    ("disabled", 16, "its button Play is disabled; its window has Setup, Play, Pause, Teardown\n"),
    ("no-buttons", 26, "its window has no buttons. Without --press you are asked to click\n"),
    ("only-others", 26, "its window has Replay options, Help. Without"),
];
/// That have a fault: the line that it fails, and what is told.
const FAULTS: [(&str, &str, &str); 6] = [
    ("dies", "it connects and sends SETUP", "its last words: no such skin\n"),
    ("dies-of-setup", "it connects and sends SETUP", "its last words: KeyError: 'movie'\n"),
    ("hangs", "it sends PLAY", "its button 'Play' does not return: window.py, line "),
    ("hides-pictures", SHOWS, "came      its window has shown another picture for 0 of "),
    ("shows-nothing", SHOWS, "does it wait for a packet with M = 1?"),
    ("shows-the-first", SHOWS, "came      its window has shown another picture for 1 of "),
];
pub(crate) const SHOWS: &str = "its window shows them";

/// Ends the test if Python has no Tk.
pub(crate) fn needs_tk() {
    let has_tk = runs(Command::new(python()).args(["-c", "import tkinter"]));
    if !has_tk {
        leave_out("Python has no Tk", "python3-tk");
    }
}

/// A window of that form as a command.
fn window(form: &str) -> String {
    let script = python_lab("faults/window.py");
    format!("\"{}\" \"{}\" {form} {{host}} {{port}} {{rtp}} {{movie}}", python(), script.display())
}

fn press(desktop: &Desktop, command: &str, options: &[&str]) -> Ended {
    let mut lab_check = lab_check(project());
    lab_check.args(["client", command]).args(options).env_remove("WAYLAND_DISPLAY");
    Program::start(lab_check.env("DISPLAY", desktop.display())).end(LIMIT)
}

/// Calls `judge` for each of these, some at a time, and asserts that it finds nothing.
fn for_each<T: Copy + Sync>(cases: &[T], judge: impl Fn(T) -> Option<String> + Sync) {
    let flaws = flaws_of(cases, AT_ONCE, |&case| judge(case));
    assert!(flaws.is_empty(), "{}", flaws.join("\n\n"));
}

fn all_forms_are_tried() {
    needs_tk();
    let script = python_lab("faults/window.py");
    let output = Command::new(python()).arg(script).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let mut known: Vec<&str> = told.split_once("Forms: ").unwrap().1.split_whitespace().collect();
    let others =
        UNFINISHED.iter().map(|(form, ..)| form).chain(FAULTS.iter().map(|(form, ..)| form));
    let mut tried: Vec<&str> = FAULTLESS.iter().chain(others).copied().collect();
    known.sort_unstable();
    tried.sort_unstable();
    assert_eq!(known, tried);
}

fn each_window_is_pressed_in_words_of_its_own() {
    needs_tk();
    let desktop = Desktop::start();
    for_each(&FAULTLESS, |form| {
        let ended = press(&desktop, &window(form), &["--press", "tk", "--script", "plain"]);
        let is_full = titles(&ended.output, "pass").len() == PLAIN && ended.code == Some(0);
        (!is_full).then(|| format!("{form}: {ended:#?}"))
    });
}

fn a_button_that_is_missing_is_no_fault_and_is_told() {
    needs_tk();
    let desktop = Desktop::start();
    for_each(&UNFINISHED, |(form, unseen, told)| {
        let ended = press(&desktop, &window(form), &["--press", "tk", "--script", "plain"]);
        let code = if unseen == 0 { 0 } else { 3 };
        let is_right = titles(&ended.output, "FAIL").is_empty()
            && titles(&ended.output, "not checked").len() == unseen
            && ended.output.contains(told)
            && ended.code == Some(code);
        (!is_right).then(|| format!("{form}: {ended:#?}"))
    });
}

fn each_fault_of_a_window_is_named_and_no_other() {
    needs_tk();
    let desktop = Desktop::start();
    for_each(&FAULTS, |(form, title, told)| {
        let ended = press(&desktop, &window(form), &["--press", "tk", "--script", "plain"]);
        let is_right = titles(&ended.output, "FAIL") == [title]
            && ended.output.contains(told)
            && ended.code == Some(1);
        (!is_right).then(|| format!("{form}: {ended:#?}"))
    });
}

fn the_labs_own_window_shows_what_pil_decodes() {
    let has_pil = runs(Command::new(python()).args(["-c", "import PIL.ImageTk, tkinter"]));
    if !has_pil {
        leave_out("Python has no Tk, or no PIL", "python3-tk python3-pil.imagetk");
    }
    let desktop = Desktop::start();
    let script = python_lab("ClientLauncher.py");
    let words = "--window {host} {port} {rtp} {movie}";
    let command = format!("\"{}\" \"{}\" {words}", python(), script.display());
    let ended = press(&desktop, &command, &["--press", "tk", "--script", "plain"]);
    // It keeps its file elsewhere, so that only PIL tells what it has decoded.
    for title in ["it takes the pictures out of the packets", SHOWS] {
        assert!(titles(&ended.output, "pass").contains(&title), "{ended:#?}");
    }
}

fn a_launcher_may_have_a_name_with_spaces_and_another_folder() {
    needs_tk();
    let desktop = Desktop::start();
    let folder = tempfile::tempdir().unwrap();
    let (own, elsewhere) = (folder.path().join("my client"), folder.path().join("elsewhere"));
    fs::create_dir(&own).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    fs::copy(project().join("movie.Mjpeg"), elsewhere.join("movie.Mjpeg")).unwrap();
    for file in ["Client.py", "ClientLauncher.py", "RtpPacket.py", "faults/client.py"] {
        fs::copy(python_lab(file), own.join(file.rsplit('/').next().unwrap())).unwrap();
    }
    fs::copy(python_lab("faults/window.py"), own.join("it's the window.py")).unwrap();
    let script = own.join("it's the window.py");
    let words = "lab {host} {port} {rtp} {movie}";
    let command = format!("env LANG=C \"{}\" -B \"{}\" {words}", python(), script.display());
    let mut lab_check = lab_check(&elsewhere);
    lab_check.args(["client", "--press", "tk", "--script", "plain", &command]);
    let ended = Program::start(lab_check.env("DISPLAY", desktop.display())).end(LIMIT);
    assert_eq!(titles(&ended.output, "pass").len(), PLAIN, "{ended:#?}");
    assert_eq!(fs::read_dir(&own).unwrap().count(), 5, "nothing is left there");
}

fn tab_and_space_press_the_buttons_too() {
    needs_tk();
    let desktop = Desktop::start();
    let ended = press(&desktop, &window("lab"), &["--keys", "tab", "--script", "plain"]);
    assert_eq!(titles(&ended.output, "not checked"), [SHOWS], "{ended:#?}");
    assert_eq!(titles(&ended.output, "pass").len(), PLAIN - 1, "{ended:#?}");
    let ended = press(&desktop, &window("no-buttons"), &["--keys=tab", "--script", "plain"]);
    assert!(ended.output.contains("though Tab and Space were pressed in its window"), "{ended:#?}");
    assert_eq!(ended.code, Some(3));
}

fn only_python_can_be_pressed() {
    for (words, code, told) in [
        (
            &["--press", "tk", "java Client {port}"][..],
            2,
            "expected a COMMAND that begins with python",
        ),
        (&["--press", "qt", "python3 a.py {port}"], 2, "expected --press tk, found \"qt\""),
        (&["--keys=up", "python3 a.py {port}"], 2, "expected --keys or --keys tab, found \"up\""),
        (
            &["--keys", "--press", "tk", "python3 a.py {port}"],
            2,
            "expected --keys or --press, found",
        ),
        #[cfg(target_os = "linux")]
        (
            &["--press", "tk", "python3 a.py {port}"],
            1,
            "could not press buttons: DISPLAY is not set",
        ),
    ] {
        let mut lab_check = lab_check(project());
        lab_check.arg("client").args(words).env_remove("DISPLAY");
        let Ended { code: found, output, errors } = Program::start(&mut lab_check).end(LIMIT);
        assert!(errors.starts_with(&format!("lab_check: {told}")), "{words:?}: {errors}");
        assert_eq!((found, output.as_str()), (Some(code), ""), "{words:?}");
    }
}

fn a_faultless_window_gets_a_full_card() {
    needs_tk();
    let desktop = Desktop::start();
    for form in ["lab", "asks-at-the-end"] {
        let ended = press(&desktop, &window(form), &["--press", "tk"]);
        assert_eq!(titles(&ended.output, "pass").len(), ALL, "{form}: {ended:#?}");
    }
}

/// The lines of the plain run.
const PLAIN: usize = 26;
/// Nothing takes this long, on any machine.
const LIMIT: Duration = Duration::from_secs(240);
/// Each window needs a processor while it opens.
const AT_ONCE: usize = 3;
