//! Which of the known mistakes a failure looks like, and what is said of it.

use crate::card::{Evidence, Line, Verdict};
use crate::role::Role;
use crate::story::{Scene, Side};

use super::texts::Step;

/// A mistake: its name in the texts, the lines that fail with it, and words of which one is in what
/// came (any, if there is none).
type Mark = (&'static str, &'static [&'static str], &'static [&'static str]);

/// What is said of a line that has failed, if it looks like one of the mistakes of its step.
pub(crate) fn told(step: &Step, line: &Line, scenes: &[Scene]) -> Option<String> {
    let Verdict::Fail(Evidence { came, .. }) = &line.verdict else { return None };
    let seen = format!("{came}\n{}", line.complaints.join("\n"));
    let of_step = marks(step.role, &step.id);
    let fits = |(_, lines, words): &&Mark| {
        let has = |word: &&str| word.split('&').all(|part| seen.contains(part));
        lines.contains(&line.requirement.id) && (words.is_empty() || words.iter().any(has))
    };
    let (name, ..) = of_step.iter().find(fits)?;
    let [_, text] = step.text.mistakes.iter().find(|[mistake, _]| mistake == name)?;
    let mut times = ["answered", "pressed"].into_iter();
    let text = filled(text, &mut |name| {
        let name = if name == "t" { times.next()? } else { name };
        value(name, &seen, scenes)
    });
    (!text.is_empty()).then_some(text)
}

/// Sentences with their gaps filled; those with a gap that nobody knows are left out.
pub(crate) fn filled(text: &str, value: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut told: Vec<String> = Vec::new();
    for sentence in sentences(text) {
        let (mut written, mut rest, mut is_known) = (String::new(), sentence, true);
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            written.push_str(before);
            match value(name) {
                Some(value) => written.push_str(&value),
                None => is_known = false,
            }
            rest = after;
        }
        written.push_str(rest);
        if is_known {
            told.push(written.trim().to_owned());
        }
    }
    told.join(" ")
}

/// A text cut behind full stops and question marks that a space follows.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut begin = 0;
    for (place, two) in text.char_indices().zip(text.chars().skip(1)) {
        let ((at, mark), next) = (place, two);
        if matches!(mark, '.' | '?') && next == ' ' {
            found.extend(text.get(begin..=at));
            begin = at + 1;
        }
    }
    found.extend(text.get(begin..));
    found
}

/// What is known of a gap.
fn value(name: &str, seen: &str, scenes: &[Scene]) -> Option<String> {
    match name {
        "last words" | "exception" => {
            let lines = seen.lines().rev().map(str::trim).filter(|line| !line.is_empty());
            lines.filter(|line| looks_like_error(line)).map(without_preamble).next()
        }
        "answered" => time_of(scenes, Side::Server, "RTSP/1.0 200"),
        "pressed" => time_of(scenes, Side::Client, "(Play is pressed"),
        _ => None,
    }
}

fn time_of(scenes: &[Scene], side: Side, begin: &str) -> Option<String> {
    let has_it = |scene: &&Scene| {
        scene.side == side && scene.rows.first().is_some_and(|row| row.starts_with(begin))
    };
    let scene = scenes.iter().rev().find(has_it)?;
    Some(format!("{:.2}", scene.at.as_secs_f64()))
}

/// `KeyError: 'event'`, with or without what stands before it.
fn looks_like_error(line: &str) -> bool {
    line.contains("Error") || line.contains("Exception")
}

fn without_preamble(line: &str) -> String {
    let (_, words) = line.rsplit_once("its last words: ").unwrap_or(("", line));
    crate::escape::escaped(words)
}

fn marks(role: Role, step: &str) -> &'static [Mark] {
    match (role, step) {
        (Role::Server, "1") => &[
            ("connection refused for 8 s", &["listens"], &[]),
            ("the text \\n in the reply", &["setup", "reply_form"], &["\\n"]),
            ("nothing came, connection open", &["setup"], &["nothing for"]),
            ("CSeq: 1 for 7", &["cseq"], &["CSeq: 1"]),
            ("Session: 0", &["session_number"], &["Session: 0"]),
        ],
        (Role::Server, "2") => &[
            ("404 and then 200", &["not_found"], &["404&200"]),
            ("200", &["not_found"], &["200"]),
            ("the connection ends", &["not_found", "setup_after_404"], &["end of the connection"]),
        ],
        (Role::Server, "3") => &[
            ("no packet, AttributeError payload", &["packets"], &["payload"]),
            ("header all 0", &["header", "version"], &["00 00 00 00 00 00 00 00"]),
            ("version 0, first byte 02", &["version"], &[": 02 "]),
            ("PT 154", &["marker"], &["here 1"]),
            ("sequence swapped", &["sequence", "first_number"], &["here 256", "step of 256"]),
            ("ValueError: byte must be in range(0, 256)", &["sequence_256"], &["range(0, 256)"]),
            ("timestamp stands", &["timestamp_runs"], &[]),
        ],
        (Role::Server, "4") => &[
            ("frame k is the movie's k+1", &["frames"], &["of the movie after frame"]),
            ("frame begins with digits", &["frames"], &["none of the movie's"]),
            ("rate 9 to 11", &["rate"], &["10.", "9."]),
        ],
        (Role::Server, "5") => &[
            ("a packet after the reply to PAUSE", &["pause_stops"], &[]),
            ("starts again at 1", &["resume"], &["frame 1 of the movie"]),
            ("resume skips", &["resume"], &["of the movie after frame"]),
            ("KeyError event", &["early"], &[]),
        ],
        (Role::Server, "6") => &[
            ("processor busy", &["idle"], &[]),
            ("packets after a reset", &["gone"], &["reset"]),
            ("IndexError on half a request", &["split"], &[]),
        ],
        (Role::Client, "1") => &[
            ("bytes of a repr", &["setup", "request_line", "line_ends"], &["b'SETUP"]),
            ("nothing came", &["setup"], &["no connection", "no SETUP"]),
            ("one long line", &["line_ends"], &[]),
        ],
        (Role::Client, "2") => &[
            ("no PLAY", &["play"], &["nothing in"]),
            ("Session: 0", &["session", "session_same"], &["Session: 0"]),
            ("AttributeError rtpSocket", &["rtp_bound"], &["rtpSocket"]),
            ("nobody listens", &["rtp_bound"], &[]),
            ("PLAY after 404", &["not_found"], &["PLAY"]),
        ],
        (Role::Client, "3") => &[
            ("NameError decode", &["decodes"], &["NameError"]),
            ("payload begins with 80", &["decodes"], &["80 1A", "80 1a", "801a", "801A"]),
            ("queue stands", &["reads"], &[]),
        ],
        (Role::Client, "4") => &[
            ("decoded, not shown", &["shows"], &[]),
            ("queue grows", &["keeps_up"], &[]),
            ("spins", &["play_quiet"], &[]),
        ],
        (Role::Client, "5") => &[
            ("second PLAY not sent", &["play_again"], &[]),
            ("ends 3 of 5 times", &["ends"], &["times of"]),
            ("spins at the end", &["end_of_connection"], &["% of a processor"]),
            ("cache file left", &["no_files"], &[]),
            ("half a reply", &["split_reply"], &[]),
        ],
        (Role::Client, "6") => &[("2 * n", &["lost_count", "swapped_count", "doubled_count"], &[])],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::texts::Texts;

    #[test]
    fn every_mark_is_a_mistake_of_its_step_and_names_lines_of_it() {
        let texts = Texts::read().unwrap();
        for role in [Role::Server, Role::Client] {
            for id in ["1", "2", "3", "4", "5", "6"] {
                let step = texts.step(role, id).unwrap();
                for (name, lines, _) in marks(role, id) {
                    let is_known = step.text.mistakes.iter().any(|[mistake, _]| mistake == name);
                    assert!(is_known, "{role:?} {id}: {name}");
                    for line in *lines {
                        let is_there = step.lines.iter().any(|known| known.id == *line);
                        assert!(is_there, "{role:?} {id}: {line}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_sentence_whose_gap_nobody_knows_is_left_out() {
        let mut value = |name: &str| (name == "n").then(|| "7".to_owned());
        let text = "It was {n} in 1.5 s. Where is {at}? The {n}th.";
        assert_eq!(filled(text, &mut value), "It was 7 in 1.5 s. The 7th.");
        assert_eq!(filled("no {gap}", &mut value), "");
    }
}
