//! Checks a server: speaks to it as the lab's client does.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::thread::{self, ScopedJoinHandle};

use crate::call::Server;
use crate::card::{Came, Card, Evidence, Requirement, Verdict};
use crate::figures::Figures;
use crate::progress::Progress;
use crate::stage::Stage;
use crate::story::Story;

mod caller;
mod clients;
mod description;
mod ear;
mod encode;
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
mod probe;
mod replies;
mod requirements;
mod run;
mod scene;
mod states;
mod stream;
mod streaming;
mod subject;

use form::Form;
pub(crate) use lesson::Lesson;
use movie::{LARGE_SIZE, Movie};
use requirements as need;
use run::{Movies, Played, Run};
use scene::{Case, Note, Number};
use subject::{NoStart, Subject};

/// What was found out about a server.
#[derive(Debug)]
pub(crate) struct Examination {
    pub(crate) card: Card,
    /// What was measured, without what could not be.
    pub(crate) numbers: BTreeMap<Number, f64>,
    /// Failures that may come from what another line has failed for.
    doubtful: Vec<Note>,
    /// What had happened before a line has failed.
    stories: Vec<(&'static Requirement, Story)>,
}

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

/// The folder of the server and its movies.
fn prepare(server: &Server, movie: &Path) -> Result<(Subject, Movies), String> {
    match server {
        Server::At(place) => {
            let name = movie.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let whole = if movie.exists() { Movie::read(movie)? } else { Movie::unknown(name) };
            let short = whole.beginning(0, SHORT);
            Ok((Subject::at(place)?, Movies { whole, long: None, short, large: None }))
        }
        Server::Command(template) => {
            let whole = Movie::read(movie)?;
            let stage = Stage::build()?;
            stage.lend(&whole.name, movie)?;
            let short = whole.beginning(SHORT_FRAMES, SHORT);
            stage.put(SHORT, &short.to_file())?;
            let is_short = whole.frames.len() < long::FRAMES;
            let long = is_short.then(|| whole.repeated(long::FRAMES, LONG));
            if let Some(movie) = &long {
                stage.put(LONG, &movie.to_file())?;
            }
            let large = whole.with_frame_of(LARGE_SIZE, LARGE);
            if let Some(movie) = &large {
                stage.put(LARGE, &movie.to_file())?;
            }
            let template = template.clone();
            Ok((Subject::Command { template, stage }, Movies { whole, long, short, large }))
        }
    }
}

impl Examination {
    fn of(card: Card) -> Self {
        let (doubtful, stories) = (Vec::new(), Vec::new());
        Self { card, numbers: BTreeMap::new(), doubtful, stories }
    }

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

    /// A server that understands only another form than the report's.
    fn judge_form(&mut self, form: Form) {
        if let Some(difference) = form.difference().filter(|_| self.card.passed(&need::SETUP)) {
            let what = format!(
                "it answers only requests with {difference}; the lab's own client, which writes \
                 none of that, gets no 200"
            );
            self.card.mark(&need::SETUP, Verdict::Tolerated(what));
        }
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

    /// Notes the failures that may be another's fault, which has its line already, or else their own.
    fn settle(&mut self) {
        for note in std::mem::take(&mut self.doubtful) {
            let has_failed = |culprit: &&Requirement| self.card.has_failed(culprit);
            let culprit = culprits_of(&note).find(has_failed);
            let Note::Verdict(requirement, verdict) = note else { continue };
            let verdict = culprit.map_or(verdict, |culprit| {
                Verdict::NotChecked(format!("it may come from what has failed: {}", culprit.title))
            });
            self.card.mark(requirement, verdict);
        }
        for (requirement, story) in std::mem::take(&mut self.stories) {
            self.card.tell(&[requirement], story);
        }
    }

    fn take(&mut self, notes: Vec<Note>) {
        for note in notes {
            match note {
                note @ Note::Verdict(_, Verdict::Fail(_))
                    if culprits_of(&note).next().is_some() =>
                {
                    self.doubtful.push(note);
                }
                Note::Verdict(requirement, verdict) => self.card.mark(requirement, verdict),
                Note::Figure(requirement, figure) => self.card.measure(requirement, figure),
                Note::Reason(requirement, reason) => self.card.explain(requirement, reason),
                Note::Story(requirement, story) => self.stories.push((requirement, story)),
                Note::Number(number, value) => {
                    self.numbers.insert(number, value);
                }
            }
        }
    }
}

/// What may be why that has failed.
fn culprits_of(note: &Note) -> impl Iterator<Item = &'static Requirement> {
    let of_note = DOUBTS.iter().filter(|(_, victims)| victims.iter().any(|it| note.is_about(it)));
    of_note.map(|(culprit, _)| *culprit)
}

/// The cases that run beside the others.
type Aside<'scope> = ScopedJoinHandle<'scope, Result<Played, String>>;

/// The cases that measure.
const MEASURING: &[&Case] = &[&replies::DIALOGUE, &streaming::STREAM];
/// A line, and those that fail with it: a server that loses packets may lose the last one, too.
const DOUBTS: &[(&Requirement, &[&Requirement])] = &[
    (
        &need::LOSS,
        &[&need::RATE, &need::LAST_FRAME, &need::LARGE_FRAME, &need::RESUME, &need::TWO_CLIENTS],
    ),
    (&need::RATE, &[&need::LAST_FRAME, &need::END, &need::TWO_CLIENTS]),
];
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
/// The movies that are made for the server. They share a folder with the user's files, so their
/// names are unlikely ones.
const LONG: &str = "lab_check_long.Mjpeg";
const SHORT: &str = "lab_check_short.Mjpeg";
const LARGE: &str = "lab_check_large.Mjpeg";
/// A second, so that a case sees its end.
const SHORT_FRAMES: usize = 20;

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
