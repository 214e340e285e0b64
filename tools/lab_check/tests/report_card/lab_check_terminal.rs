//! A card as a terminal shows it. Python's `pty` is the terminal.

#![cfg_attr(not(unix), allow(unused_imports, dead_code, reason = "there is no pty"))]

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};
use std::thread;

use crate::common::left_out::python;
use crate::common::movies::{folder_with, lab_format, real_frames};
use crate::harness::tests;
use crate::lab_check_common::Outcome;

tests![
    #[cfg(unix)]
    a_terminal_shows_colours_folds_what_is_open_and_repeats_what_failed,
    #[cfg(unix)]
    no_line_is_wider_than_the_terminal,
    #[cfg(unix)]
    a_pipe_gets_every_line_once_and_no_colour,
];

/// The card of a server that hangs up at once, as `script` of Python runs `lab_check` on a terminal of so
/// many columns.
fn card(script: &str, no_color: Option<&str>, columns: usize) -> String {
    let folder = folder_with(&lab_format(real_frames().get(..30).unwrap()));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let place = listener.local_addr().unwrap().to_string();
    thread::spawn(move || listener.incoming().for_each(drop));
    let mut command = Command::new(python());
    command.args(["-c", script, env!("CARGO_BIN_EXE_lab_check"), "server", "--at", &place]);
    command
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .env_remove("NO_COLOR")
        .env("COLUMNS", columns.to_string())
        .env("TERM", "xterm");
    if let Some(value) = no_color {
        command.env("NO_COLOR", value);
    }
    let outcome = Outcome::of(&mut command);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    outcome.stdout.replace("\r\n", "\n")
}

const TERMINAL: &str =
    "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
const PIPE: &str = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)";

#[cfg(unix)]
fn a_terminal_shows_colours_folds_what_is_open_and_repeats_what_failed() {
    for (no_color, fail, open) in [
        (None, "\x1b[1;31mFAIL       \x1b[0m", "\x1b[2mnot checked\x1b[0m"),
        (Some(""), "\x1b[1;31mFAIL       \x1b[0m", "\x1b[2mnot checked\x1b[0m"),
        (Some("1"), "FAIL       ", "not checked"),
    ] {
        let card = card(TERMINAL, no_color, 80);
        let failed = format!("  {fail}  SETUP is answered 200\n");
        assert_eq!(card.matches(&failed).count(), 2, "{card}");
        assert_eq!(card.contains('\x1b'), no_color != Some("1"), "{card:?}");
        let reasons = [
            "SETUP was not granted",
            "it needs what has failed: SETUP is answered 200",
            "only a server that is started here shows its RtpPacket",
        ]
        .map(|reason| format!("                         {reason}\n"));
        let folded = format!("  {open}  14 lines\n{}", reasons.concat());
        let part = format!("\nRTP header, bit by bit\n{folded}\nFrames\n");
        assert!(card.contains(&part), "no {part} in {card}");
        let (_, end) = card.split_once("\nWhat failed, once more\n").unwrap();
        let end: Vec<_> = end.trim_end().lines().collect();
        assert!(end.iter().any(|line| line.contains("expected  ")), "its story, too: {end:?}");
        let last = end.last().unwrap();
        assert!(last.ends_with(": 0 passed, 1 failed, 0 not offered, 55 not checked"), "{last}");
    }
}

#[cfg(unix)]
fn no_line_is_wider_than_the_terminal() {
    let words = |card: &str| {
        let (_, card) = card.split_once("\nSetup\n").unwrap();
        // Ports are others each time.
        let is_digit = |letter: char| letter.is_ascii_digit();
        card.split_whitespace().map(|word| word.replace(is_digit, "")).collect::<Vec<_>>()
    };
    let wide = card(TERMINAL, Some("1"), 200);
    for columns in [80, 60, 50] {
        let card = card(TERMINAL, Some("1"), columns);
        let (_, text) = card.split_once("\nSetup\n").unwrap();
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns, "{widest} of {columns}: {card}");
        assert_eq!(words(&card), words(&wide), "no word is cut or lost at {columns}");
    }
}

#[cfg(unix)]
fn a_pipe_gets_every_line_once_and_no_colour() {
    let card = card(PIPE, None, 60);
    assert!(!card.contains('\x1b'), "{card}");
    assert_eq!(card.matches("  FAIL         ").count(), 1, "{card}");
    assert_eq!(card.matches("  not checked  ").count(), 55, "{card}");
}
