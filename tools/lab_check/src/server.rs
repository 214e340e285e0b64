//! Checks a server: speaks to it as the lab's client does.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::thread::{self, ScopedJoinHandle};

use crate::card::{Came, Card, Evidence, Requirement, Verdict};
use crate::figures::Figures;
use crate::given::Server;
use crate::progress::Progress;

mod caller;
mod clients;
mod description;
mod ear;
mod encode;
mod examination;
mod exchange;
mod figures;
mod finding;
mod form;
mod frames;
mod framing;
mod leftovers;
mod lesson;
mod long;
pub(crate) mod movie;
mod movies;
mod preparation;
mod probe;
mod replies;
mod requirements;
mod run;
mod scene;
mod states;
mod stream;
mod streaming;
mod subject;

pub(crate) use examination::Examination;
pub(crate) use lesson::Lesson;
use preparation::prepare;
use requirements as need;
use run::{Played, Run};
use scene::{Case, Note, Number};
use subject::{NoStart, Subject};

/// Runs all cases against the server.
///
/// # Errors
/// It can't begin: the movie can't be read, no folder can be made, or no server runs at that place.
pub(crate) fn check(server: &Server, name: Option<&str>, movie: &Path) -> Result<Card, String> {
    let Examination { mut card, numbers, .. } = examine(server, name, movie)?;
    card.set_figures(figures_of(&numbers));
    Ok(card)
}

/// What is required of a server.
pub(crate) const fn requirements() -> &'static [&'static Requirement] {
    need::ALL
}

/// What is required of a server, by its name; also what only a step of the learning mode asks.
pub(crate) fn requirement(id: &str) -> Option<&'static Requirement> {
    lesson::requirement(id)
}

fn figures_of(numbers: &BTreeMap<Number, f64>) -> Figures {
    let number = |number| numbers.get(&number).copied();
    let in_ms = |seconds: Option<f64>| seconds.map(|seconds| seconds * 1000.0);
    Figures {
        rate: number(Number::Rate),
        lost: number(Number::Lost),
        first_packet_ms: in_ms(number(Number::FirstPacket)),
        reply_ms: in_ms(number(Number::Reply)),
        ends: None,
    }
}

/// As [`check`], and also returns what was measured.
///
/// # Errors
/// As [`check`].
pub(crate) fn examine(
    server: &Server,
    name: Option<&str>,
    movie: &Path,
) -> Result<Examination, String> {
    let (subject, movies) = prepare(server, movie)?;
    let (Server::Command(own_name) | Server::At(own_name)) = server;
    let card = Card::new(name.unwrap_or(own_name), need::ALL);
    let mut examination = Examination::of(card);
    let mut progress = Progress::new(2 + MEASURING.len() + OTHERS.len());
    progress.begin("the server is waited for");
    match subject.start() {
        Ok(first) => {
            let form = probe::form_of(&subject, &movies.whole, first);
            let progress = Mutex::new(progress);
            let run = Run { subject: &subject, movies: &movies, form, progress, called_off: None };
            encode::judge(&mut examination.card, &subject)?;
            examination.play_all(&run)?;
            examination.settle();
        }
        Err(NoStart::Refused(why)) if subject.is_started_here() => {
            examination.card.leave_unstarted();
            examination.take(unplayed(&why));
        }
        Err(NoStart::Refused(why) | NoStart::Untried(why)) => return Err(why),
    }
    Ok(examination)
}

/// The card if the program does not start at all.
fn unplayed(why: &str) -> Vec<Note> {
    let expected = "a server that listens at {port}".to_owned();
    let evidence = Evidence { sent: Vec::new(), came: Came::Words(why.to_owned()), expected };
    let not_checked = Verdict::NotChecked("the program did not start".to_owned());
    let all = need::ALL.iter().map(|requirement| Note::Verdict(requirement, not_checked.clone()));
    all.chain([Note::Verdict(&need::SETUP, Verdict::Fail(evidence))]).collect()
}

/// How many cases run at once: one, if all share a server that runs already.
const fn at_once(subject: &Subject, most: usize) -> usize {
    if subject.is_started_here() { most } else { 1 }
}

impl Examination {
    /// Plays all cases.
    fn play_all(&mut self, run: &Run<'_>) -> Result<(), String> {
        thread::scope(|scope| {
            let mut aside = None;
            if run.subject.is_started_here() {
                let worker = thread::Builder::new().name("aside".to_owned());
                let begun = worker.spawn_scoped(scope, || run.together(ASIDE, 1));
                aside = Some(begun.map_err(|error| format!("could not start a thread: {error}"))?);
            }
            // Cases that measure run while little else is done.
            let measured = run.together(MEASURING, at_once(run.subject, 2))?;
            self.finish(run, measured, &mut aside)?;
            self.judge_form(run.form);
            let mut cases = self.possible(OTHERS);
            if !run.subject.is_started_here() {
                cases.extend(self.possible(ASIDE));
            }
            let played = run.together(&cases, at_once(run.subject, 6))?;
            self.finish(run, played, &mut aside)?;
            self.finish_aside(run, &mut aside)
        })
    }

    /// Takes what was found, and plays the cases alone whose server did not start.
    fn finish(
        &mut self,
        run: &Run<'_>,
        played: Played,
        aside: &mut Option<Aside<'_>>,
    ) -> Result<(), String> {
        self.take(played.notes);
        if !played.unserved.is_empty() {
            // They would not be alone before its end.
            self.finish_aside(run, aside)?;
        }
        self.take(run.alone(&played.unserved)?);
        Ok(())
    }

    fn finish_aside(&mut self, run: &Run<'_>, aside: &mut Option<Aside<'_>>) -> Result<(), String> {
        let Some(aside) = aside.take() else { return Ok(()) };
        let played =
            aside.join().map_err(|_| "a thread has ended before its time".to_owned())??;
        self.take(played.notes);
        self.take(run.alone(&played.unserved)?);
        Ok(())
    }

    /// The cases for which nothing has failed that they need; the others are noted as not checked.
    fn possible(&mut self, cases: &[&'static Case]) -> Vec<&'static Case> {
        let (mut possible, mut left_open) = (Vec::new(), Vec::new());
        for &case in cases {
            let is_missing = |requirement: &&&Requirement| !self.card.passed(requirement);
            match case.needs.iter().find(is_missing) {
                None => possible.push(case),
                Some(missing) => {
                    let why = format!("it needs what has failed: {}", missing.title);
                    left_open.extend(case.left_open(&why));
                }
            }
        }
        self.take(left_open);
        possible
    }
}

/// The cases that run beside the others.
type Aside<'scope> = ScopedJoinHandle<'scope, Result<Played, String>>;

/// The cases that measure.
const MEASURING: &[&Case] = &[&replies::DIALOGUE, &streaming::STREAM];
/// What takes as long as all others together, and disturbs none of them.
const ASIDE: &[&Case] = &[&long::LONG];
/// The others.
const OTHERS: &[&Case] = &[
    // The long ones first.
    &leftovers::AFTER_TEARDOWN,
    &leftovers::AFTER_CLOSE,
    &leftovers::AFTER_KILL,
    &movies::END,
    &states::EARLY,
    &states::PLAY_AGAIN,
    &states::PAUSE,
    &clients::TWO_CLIENTS,
    &movies::LARGE_FRAME,
    &states::WRONG_SESSION,
    &states::SECOND_SETUP,
    &states::UNKNOWN_METHOD,
    &states::NO_REQUEST,
    &movies::NOT_FOUND,
    &description::DESCRIBE,
    &framing::SPLIT,
    &framing::GLUED,
];
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_paragraph_is_a_heading_of_the_document() {
        let document = include_str!("../../../docs/protocol.md");
        let headings: Vec<_> = document
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| line.trim_start_matches('#').trim())
            .collect();
        for requirement in need::ALL {
            let paragraph = requirement.paragraph;
            assert!(headings.contains(&paragraph), "{}: no {paragraph:?}", requirement.id);
        }
    }

    #[test]
    fn the_document_lists_all_requirements() {
        let document = include_str!("../../../docs/lab_check.md");
        let (document, _) = document.split_once("\n## A client\n").unwrap();
        let rows: Vec<_> = document.lines().filter(|line| line.starts_with("| `")).collect();
        let expected: Vec<_> = need::ALL.iter().map(|requirement| row_of(requirement)).collect();
        let rows: Vec<_> = rows.into_iter().filter(|row| row.contains("](protocol.md#")).collect();
        assert_eq!(rows, expected);
    }

    /// A requirement, as the document's table has it.
    fn row_of(requirement: &Requirement) -> String {
        let Requirement { id, part, title, paragraph } = requirement;
        let anchor = paragraph.to_lowercase().replace(' ', "-");
        let anchor = anchor.replace(|c: char| !c.is_alphanumeric() && c != '-', "");
        format!("| `{id}` | {part}: {title} | [{paragraph}](protocol.md#{anchor}) |")
    }

    #[test]
    fn every_requirement_has_a_name_of_its_own_and_a_case() {
        for (place, requirement) in need::ALL.iter().enumerate() {
            let before = need::ALL.get(..place).unwrap();
            assert!(before.iter().all(|other| other.id != requirement.id), "{}", requirement.id);
            let mut cases = MEASURING.iter().chain(OTHERS).chain(ASIDE);
            // No case calls encode, which is in no packet.
            let decided = cases.any(|case| case.decides.contains(requirement))
                || *requirement == &need::ENCODE_BITS;
            assert!(decided, "{} is decided by no case", requirement.id);
        }
    }
}
