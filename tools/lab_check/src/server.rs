//! Checks a server: speaks to it as the lab's client does.

use std::collections::BTreeMap;
use std::path::Path;

use crate::call::Server;
use crate::card::{Came, Card, Evidence, Requirement, Verdict};
use crate::progress::Progress;
use crate::stage::Stage;

mod caller;
mod clients;
mod description;
mod ear;
mod exchange;
mod figures;
mod finding;
mod frames;
mod framing;
mod leftovers;
pub(crate) mod movie;
mod movies;
mod replies;
mod requirements;
mod run;
mod scene;
mod states;
mod stream;
mod streaming;
mod subject;

use movie::{LARGE_SIZE, Movie};
use requirements as need;
use run::Movies;
use scene::{Case, Note, Number};
use subject::{Live, NoStart, Subject};

/// What was found out about a server.
#[derive(Debug)]
pub(crate) struct Examination {
    pub(crate) card: Card,
    /// What was measured, without what could not be.
    pub(crate) numbers: BTreeMap<Number, f64>,
}

/// Runs all cases against the server.
///
/// # Errors
/// It can't begin: the movie can't be read, no folder can be made, or no server runs at that place.
pub(crate) fn check(server: &Server, name: Option<&str>, movie: &Path) -> Result<Card, String> {
    examine(server, name, movie).map(|examination| examination.card)
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
    let mut examination = Examination { card, numbers: BTreeMap::new() };
    let mut progress = Progress::new(1 + MEASURING.len() + OTHERS.len());
    progress.begin("the server is waited for");
    match subject.start() {
        Ok(first) => examination.play_all(&subject, &movies, first, &mut progress)?,
        Err(NoStart::Refused(why)) if subject.is_started_here() => examination.take(unplayed(&why)),
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
            Ok((Subject::at(place)?, Movies { whole, short, large: None }))
        }
        Server::Command(template) => {
            let whole = Movie::read(movie)?;
            let stage = Stage::build()?;
            stage.lend(&whole.name, movie)?;
            let short = whole.beginning(SHORT_FRAMES, SHORT);
            stage.put(SHORT, &short.to_file())?;
            let large = whole.with_frame_of(LARGE_SIZE, LARGE);
            if let Some(movie) = &large {
                stage.put(LARGE, &movie.to_file())?;
            }
            let template = template.clone();
            Ok((Subject::Command { template, stage }, Movies { whole, short, large }))
        }
    }
}

impl Examination {
    /// Plays all cases; `first` is the server of the first one.
    fn play_all(
        &mut self,
        subject: &Subject,
        movies: &Movies,
        first: Live,
        progress: &mut Progress,
    ) -> Result<(), String> {
        // Cases that measure run while little else is done.
        let two = at_once(subject, 2);
        self.take(run::play(MEASURING, subject, movies, Some(first), two, progress)?);
        let is_missing = |requirement: &&&Requirement| !self.card.passed(requirement);
        let (mut possible, mut left_open) = (Vec::new(), Vec::new());
        for &case in OTHERS {
            match case.needs.iter().find(is_missing) {
                None => possible.push(case),
                Some(missing) => {
                    let why = format!("it needs what has failed: {}", missing.title);
                    left_open.extend(case.left_open(&why));
                }
            }
        }
        self.take(left_open);
        let six = at_once(subject, 6);
        self.take(run::play(&possible, subject, movies, None, six, progress)?);
        Ok(())
    }

    fn take(&mut self, notes: Vec<Note>) {
        for note in notes {
            match note {
                Note::Verdict(requirement, verdict) => self.card.mark(requirement, verdict),
                Note::Figure(requirement, figure) => self.card.measure(requirement, figure),
                Note::Reason(requirement, reason) => self.card.explain(requirement, reason),
                Note::Number(number, value) => {
                    self.numbers.insert(number, value);
                }
            }
        }
    }
}

/// The cases that measure.
const MEASURING: &[&Case] = &[&replies::DIALOGUE, &streaming::STREAM];
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
            let mut cases = MEASURING.iter().chain(OTHERS);
            let decided = cases.any(|case| case.decides.contains(requirement));
            assert!(decided, "{} is decided by no case", requirement.id);
        }
    }
}
