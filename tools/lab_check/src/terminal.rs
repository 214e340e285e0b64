//! A card as a terminal shows it.
//!
//! A file or a pipe gets every line of the card, each once. Who looks at a screen sees its end first:
//! so what failed stands there once more, what could not be checked is folded, and verdicts have
//! colours.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write;
use std::io::{self, IsTerminal};

use crate::card::{Card, FAIL, Line, NOT_CHECKED, NOT_OFFERED, PASS, TOLERATED, Verdict};
use crate::width::{self, fitted};

/// The card, for a terminal if standard output is one.
pub(crate) fn shown(card: &Card) -> String {
    if io::stdout().is_terminal() {
        on_screen(card, has_colours(), width::of_terminal())
    } else {
        card.to_string()
    }
}

/// Whether the terminal has colours, and the user wants them. Windows' old console writes the
/// sequences out.
pub(crate) fn has_colours() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_old = cfg!(windows) && !is_set("WT_SESSION") && !is_set("TERM");
    let is_dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
    !is_set("NO_COLOR") && !is_old && !is_dumb
}

fn on_screen(card: &Card, is_coloured: bool, width: usize) -> String {
    let mut text = String::new();
    for part in card.lines().chunk_by(|one, other| one.requirement.part == other.requirement.part) {
        text.push_str(&heading(part.first().map_or("", |line| line.requirement.part)));
        for run in part.chunk_by(are_open) {
            match run {
                [line] => text.push_str(&painted(line, is_coloured, width)),
                lines => text.push_str(&folded(lines, is_coloured, width)),
            }
        }
    }
    let mut failed = card.lines().iter().filter(|line| line.verdict.word() == FAIL).peekable();
    if failed.peek().is_some() {
        text.push_str(&heading("What failed, once more"));
        text.extend(failed.map(|line| painted(line, is_coloured, width)));
    }
    text + "\n" + &fitted(&card.sum(), width, |_| 0)
}

fn heading(title: &str) -> String {
    format!("\n{title}\n")
}

/// Whether neither was checked.
fn are_open(one: &Line, other: &Line) -> bool {
    [one, other].iter().all(|line| matches!(line.verdict, Verdict::NotChecked(_)))
}

/// Lines that were not checked, as one, with each reason once.
fn folded(lines: &[Line], is_coloured: bool, width: usize) -> String {
    let mut text = verdict(NOT_CHECKED, is_coloured);
    writeln!(text, "  {} lines", lines.len()).ok();
    let mut told = BTreeSet::new();
    for line in lines {
        let line = line.to_string();
        let reason = line.split_once('\n').map_or("", |(_, reason)| reason);
        if told.insert(reason.to_owned()) {
            text.push_str(&fitted(reason, width, hang));
        }
    }
    text
}

/// The line with its verdict in colour.
fn painted(line: &Line, is_coloured: bool, width: usize) -> String {
    let (word, text) = (line.verdict.word(), fitted(&line.to_string(), width, hang));
    let rest = text.get(format!("  {word:<11}").len()..).unwrap_or_default();
    verdict(word, is_coloured) + rest
}

/// Where the text of a line of the card begins: after its verdict, or after the name of its evidence.
fn hang(line: &str) -> usize {
    let after_verdict = 15;
    let is_evidence = line.chars().take(after_verdict).all(|character| character == ' ');
    if is_evidence { after_verdict + 10 } else { after_verdict }
}

fn verdict(word: &str, is_coloured: bool) -> String {
    let colour = match word {
        _ if !is_coloured => return format!("  {word:<11}"),
        PASS => "32",
        FAIL => "1;31",
        TOLERATED => "33",
        NOT_OFFERED | NOT_CHECKED => "2",
        _ => "0",
    };
    format!("  \x1b[{colour}m{word:<11}\x1b[0m")
}
