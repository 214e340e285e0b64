//! Runs all cases, some of them at the same time.

use std::fs;
use std::sync::Mutex;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use crate::card::{Came, Evidence, Requirement, Verdict};
use crate::progress::Progress;

use super::movie::Movie;
use super::requirements as need;
use super::scene::{Case, MovieKind, Note, Scene};
use super::subject::{Live, NoStart, Subject};

/// The movies that the cases ask for.
#[derive(Debug)]
pub(crate) struct Movies {
    pub(crate) whole: Movie,
    pub(crate) short: Movie,
    /// `None` if no frame of the movie is small enough, or the server was not started here.
    pub(crate) large: Option<Movie>,
}

impl Movies {
    const fn of(&self, movie: MovieKind) -> Option<&Movie> {
        match movie {
            MovieKind::Whole => Some(&self.whole),
            MovieKind::Short => Some(&self.short),
            MovieKind::Large => self.large.as_ref(),
        }
    }
}

/// What happens in a run.
#[derive(Debug)]
enum Event {
    Begun(&'static Case),
    Done(&'static Case, Result<Vec<Note>, NoStart>),
}

/// Plays the cases, `at_once` at a time, and gathers what they find. The first one gets the server
/// that runs already, if there is one.
///
/// Some servers can't run twice at the same time, so a case whose server did not start is played
/// again, alone.
///
/// # Errors
/// A server could not be tried for one of them: in one line.
pub(crate) fn play(
    cases: &[&'static Case],
    subject: &Subject,
    movies: &Movies,
    first: Option<Live>,
    at_once: usize,
    progress: &mut Progress,
) -> Result<Vec<Note>, String> {
    let (mut notes, unserved) = play_together(cases, subject, movies, first, at_once, progress)?;
    for case in unserved {
        progress.again(case.name, "the server did not start, and is tried once more, alone");
        match play_one(case, subject, movies, None) {
            Ok(found) => notes.extend(found),
            Err(NoStart::Refused(why)) => notes.extend(refused(case, why)),
            Err(NoStart::Untried(why)) => return Err(why),
        }
    }
    Ok(notes)
}

/// What the cases find, and the cases for which the server did not start.
fn play_together(
    cases: &[&'static Case],
    subject: &Subject,
    movies: &Movies,
    first: Option<Live>,
    at_once: usize,
    progress: &mut Progress,
) -> Result<(Vec<Note>, Vec<&'static Case>), String> {
    let waiting = Mutex::new((cases.iter(), first));
    let (sender, events) = mpsc::channel();
    let next = || {
        let mut waiting = waiting.lock().ok()?;
        let (cases, first) = &mut *waiting;
        Some((*cases.next()?, first.take()))
    };
    let work = |sender: Sender<Event>| {
        while let Some((case, live)) = next() {
            sender.send(Event::Begun(case)).ok();
            sender.send(Event::Done(case, play_one(case, subject, movies, live))).ok();
        }
    };
    thread::scope(|scope| {
        for number in 0..at_once.min(cases.len()) {
            let sender = sender.clone();
            let worker = thread::Builder::new().name(format!("case_{number}"));
            worker
                .spawn_scoped(scope, || work(sender))
                .map_err(|error| format!("could not start a thread: {error}"))?;
        }
        drop(sender);
        let (mut notes, mut unserved) = (Vec::new(), Vec::new());
        for event in events {
            match event {
                Event::Begun(case) => progress.begin(case.name),
                Event::Done(_, Ok(found)) => notes.extend(found),
                Event::Done(case, Err(NoStart::Refused(_))) => unserved.push(case),
                Event::Done(_, Err(NoStart::Untried(why))) => return Err(why),
            }
        }
        Ok((notes, unserved))
    })
}

fn play_one(
    case: &Case,
    subject: &Subject,
    movies: &Movies,
    mut live: Option<Live>,
) -> Result<Vec<Note>, NoStart> {
    if case.movie != MovieKind::Whole && !subject.is_started_here() {
        return Ok(not_checked(case, "it needs a movie that is not in the folder of that server"));
    }
    let Some(movie) = movies.of(case.movie) else {
        return Ok(not_checked(case, "no frame of the movie is small enough to be padded"));
    };
    let mut kept = Vec::new();
    for attempt in 1.. {
        let waited = waited_here();
        let notes = match live.take().map_or_else(|| subject.start(), Ok) {
            Ok(live) => Scene::new(live, movie).play(case),
            // A server that was not started here can't be started again.
            Err(NoStart::Refused(why)) if !subject.is_started_here() => return Ok(gone(case, why)),
            Err(why) => return Err(why),
        };
        let busy = waited_here().saturating_sub(waited) > MOST_WAITING;
        let is_unsure = |note: &Note| note.is_failure() && (busy || is_timed(note));
        if attempt == MOST_ATTEMPTS || !notes.iter().any(is_unsure) {
            kept.extend(notes);
            break;
        }
        kept.extend(notes.into_iter().filter(|note| note.is_failure() && !is_unsure(note)));
    }
    Ok(kept)
}

/// Whether the verdict depends on times alone.
fn is_timed(note: &Note) -> bool {
    TIMED.iter().any(|requirement| note.is_about(requirement))
}

/// How long this thread has been ready to run while no processor was free; only Linux tells.
fn waited_here() -> Duration {
    let numbers = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let waited = numbers.split_whitespace().nth(1).and_then(|number| number.parse().ok());
    Duration::from_nanos(waited.unwrap_or_default())
}

/// The notes of a case that could not be played because the server ended in another case.
fn gone(case: &Case, why: String) -> Vec<Note> {
    let (sent, expected) = (b"a new connection".to_vec(), "that it is accepted".to_owned());
    let evidence = Evidence { sent, came: Came::Words(why), expected };
    without_server(case, "the server is gone", evidence)
}

/// The notes of a case whose program did not start again, although it was alone.
fn refused(case: &Case, why: String) -> Vec<Note> {
    let expected = "a server that listens at {port}, as it did before".to_owned();
    let evidence = Evidence { sent: Vec::new(), came: Came::Words(why), expected };
    without_server(case, "the server did not start again", evidence)
}

fn without_server(case: &Case, why: &str, evidence: Evidence) -> Vec<Note> {
    let mut notes = not_checked(case, why);
    notes.push(Note::Verdict(&need::SERVES_ON, Verdict::Fail(evidence)));
    notes
}

fn not_checked(case: &Case, why: &str) -> Vec<Note> {
    case.left_open(why).collect()
}

/// The requirements that are judged by times.
const TIMED: &[&Requirement] = &[
    &need::FIRST_PACKET,
    &need::REPLY_TIME,
    &need::LOSS,
    &need::RATE,
    &need::DEVIATION,
    &need::PAUSE_STOPS,
    &need::TEARDOWN_STOPS,
    &need::PLAY_AGAIN,
    &need::EARLY,
    &need::SECOND_SETUP,
    &need::UNKNOWN_METHOD,
    &need::NO_REQUEST,
    &need::SPLIT,
    &need::GONE,
];
/// If this program had to wait this long for a processor in a case, the server may not be at fault.
const MOST_WAITING: Duration = Duration::from_millis(200);
/// How often a case is played that failed by times, or on a busy machine: a real fault shows each
/// time.
const MOST_ATTEMPTS: usize = 3;
