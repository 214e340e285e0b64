//! What is printed of a step.

use std::fmt::Write;

use crate::card::{Evidence, FAIL, Line, PASS, Verdict};
use crate::escape::escaped;
use crate::handed_out;
use crate::role::Role;

use super::mistakes;
use super::screen::{Ink, Screen};
use super::tale::Tale;
use super::texts::Step;

/// How far one has come, in lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Distance {
    pub(crate) done: usize,
    pub(crate) all: usize,
}

/// A step as it begins.
pub(crate) fn head(screen: Screen, step: &Step) -> String {
    let who = who(step.role);
    let number = number_of(step);
    let text = &step.text;
    let title = screen.paint(Ink::Name, &format!("{who}  {number}: {}", text.name));
    let write =
        if text.write.is_empty() { String::new() } else { format!("   Write: {}", text.write) };
    let goal = screen.text("", &format!("{}{write}", text.goal));
    let before = screen.text("", &text.before);
    format!("{title}\n{goal}{}\n\n", screen.paint(Ink::Dim, before.trim_end()))
}

/// Those lines of which no more is to be said, and the one that has failed, with its story.
pub(crate) fn failure(
    screen: Screen,
    step: &Step,
    line: &Line,
    (is_broken, is_whole): (bool, bool),
) -> String {
    let mut text = String::new();
    let title = escaped(line.requirement.title);
    let since = if is_broken { "  (broken: it passed before)" } else { "" };
    text.push_str(&screen.labelled(Ink::Bad, FAIL, &format!("{title}{since}")));
    let Verdict::Fail(Evidence { came, expected, .. }) = &line.verdict else { return text };
    let came = came.to_string();
    if let Some(body) = not_written(line, &came) {
        text.push('\n');
        text.push_str(&screen.text("", &format!("Not written yet: {body}")));
        return text;
    }
    let scenes = line.story.as_ref().map(crate::story::Story::scenes).unwrap_or_default();
    let tale = Tale { role: step.role, scenes: &scenes, expected, came: &came, is_whole };
    writeln!(text, "\n{}", tale.on(screen)).ok();
    if let Some(said) = mistakes::told(step, line, &scenes) {
        text.push_str(&screen.text("", &said));
    }
    if let Some(reason) = &line.reason {
        text.push_str(&screen.text("", &escaped(reason)));
    }
    if let Some(what) = handed_out::fault(step.role, line.requirement.id) {
        text.push_str(&screen.text("", &format!("The handed-out code fails this, too: {what}.")));
    }
    if let Some(last) = line.complaints.iter().rev().find(|line| !line.trim().is_empty()) {
        text.push_str(&screen.text("It said last:  ", &escaped(last)));
    }
    text.push_str(&screen.text("", &format!("see {}", line.requirement.place())));
    text
}

/// What the body is called that says that it is not there yet, as the starter's bodies do.
fn not_written(line: &Line, came: &str) -> Option<String> {
    let all = line.complaints.iter().map(String::as_str).chain(came.lines());
    let mut said = all.filter_map(|said| Some(said.split_once("NotImplementedError: ")?.1));
    // Where it is quoted as a last line, a quotation mark ends it.
    said.next().map(|body| escaped(body.trim_end_matches('"')))
}

/// The lines that are met, counted.
pub(crate) fn met(screen: Screen, what: &str) -> String {
    screen.labelled(Ink::Good, PASS, what)
}

/// A step that is done.
pub(crate) fn done(
    screen: Screen,
    step: &Step,
    (met, unseen): (usize, usize),
    gaps: [usize; 2],
) -> String {
    let mut text = self::met(screen, &lines(met));
    if unseen > 0 {
        let be = if unseen == 1 { "line" } else { "lines" };
        writeln!(text, "        {unseen} {be} can't be seen on this system").ok();
    }
    let Step { id, text: said, .. } = step;
    let fill = |text: &str| {
        let [decoded, shown] = gaps.map(|number| (number > 0).then(|| number.to_string()));
        mistakes::filled(text, &mut |name| match name {
            "decoded" => decoded.clone(),
            "shown" => shown.clone(),
            _ => None,
        })
    };
    let learned = fill(&said.learned);
    let learned = if learned.is_empty() {
        String::new()
    } else {
        format!(" You learned: {}", small(&learned))
    };
    text.push_str(&screen.text("", &format!("Step {id} is done.{learned}")));
    if !said.question.is_empty() {
        text.push_str(&screen.text("", &format!("For the report: {}", small(&said.question))));
    }
    text
}

/// The beginning of a sentence within another one, unless it begins with a name.
fn small(text: &str) -> String {
    let mut rest = text.chars();
    let (first, second) = (rest.next(), text.chars().nth(1));
    match (first, second) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(rest).collect()
        }
        _ => text.to_owned(),
    }
}

/// The bar at the end of a run that has failed.
pub(crate) fn foot(screen: Screen, step: &Step, distance: Distance, help: &str) -> String {
    let Distance { done, all } = distance;
    let bar = screen.bar(done, all);
    let number = number_of(step);
    format!("{bar}  {number}, {done} of {all} lines  {}\n", screen.paint(Ink::Care, help))
}

/// A hint, and whether there are more.
pub(crate) fn hint(screen: Screen, step: &Step, count: usize) -> String {
    let hints = &step.text.hints;
    let Some(last) = hints.len().checked_sub(1) else {
        return "There are no hints for this step.\n".to_owned();
    };
    let place = count.saturating_sub(1).min(last);
    let text = hints.get(place).map_or("", String::as_str);
    let text = mistakes::filled(text, &mut |_| None);
    let label = screen
        .paint(Ink::Care, &format!("Step {}, hint {} of {}:", step.id, place + 1, hints.len()));
    let next = match last - place {
        0 => "(there is no other one)",
        1 => "(the next one is the last: --hint again)",
        _ => "(the next one points at a place: --hint again)",
    };
    let body = screen
        .text("", &format!("Step {}, hint {} of {}: {text}", step.id, place + 1, hints.len()));
    let plain = format!("Step {}, hint {} of {}:", step.id, place + 1, hints.len());
    format!("{}{}\n", body.replacen(&plain, &label, 1), screen.paint(Ink::Dim, next))
}

/// A file that has changed, with its first and last other line; 0 if it is there no more.
pub(crate) fn saved(screen: Screen, name: &str, (first, last): (usize, usize)) -> String {
    let name = escaped(name);
    let what = match (first, last) {
        (0, _) => format!("{name} is there no more"),
        (first, last) if first == last => format!("{name} saved (line {first})"),
        (first, last) => format!("{name} saved (lines {first}-{last})"),
    };
    format!("{}\n", screen.paint(Ink::Name, &what))
}

/// What has got better or worse since the run before.
pub(crate) fn change(screen: Screen, is_better: bool, place: usize, title: &str) -> String {
    let (word, ink, sign) =
        if is_better { ("better", Ink::Good, '+') } else { ("worse ", Ink::Care, '-') };
    screen.labelled(ink, word, &format!("{sign}{place}  {title}"))
}

pub(crate) const fn who(role: Role) -> &'static str {
    match role {
        Role::Server => "Server",
        Role::Client => "Client",
    }
}

/// `step 2 of 6`.
pub(crate) fn number_of(step: &Step) -> String {
    if step.id.parse::<usize>().is_ok() {
        format!("step {} of 6", step.id)
    } else {
        format!("step {}", step.id)
    }
}

/// So many lines, in words.
pub(crate) fn lines(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}
