//! Runs all cases, some of them at the same time.

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use crate::card::{Came, Evidence, Requirement, Verdict};
use crate::progress::Progress;

use super::form::Form;
use super::movie::Movie;
use super::requirements as need;
use super::scene::{Case, MovieKind, Note, Scene};
use super::subject::{NoStart, Subject};

/// The movies that the cases ask for.
#[derive(Debug)]
pub(crate) struct Movies {
    pub(crate) whole: Movie,
    /// `None` if the user's is long enough, or the server was not started here.
    pub(crate) long: Option<Movie>,
    pub(crate) short: Movie,
    /// `None` if no frame of the movie is small enough, or the server was not started here.
    pub(crate) large: Option<Movie>,
}

impl Movies {
    fn of(&self, movie: MovieKind) -> Option<&Movie> {
        match movie {
            MovieKind::Long => Some(self.long.as_ref().unwrap_or(&self.whole)),
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

/// What the cases have found that were played together.
#[derive(Debug, Default)]
pub(crate) struct Played {
    pub(crate) notes: Vec<Note>,
    /// The cases for which the server did not start: some can't run twice at the same time.
    pub(crate) unserved: Vec<&'static Case>,
}

/// A server to play cases against.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) movies: &'a Movies,
    /// How requests are written.
    pub(crate) form: Form,
    pub(crate) progress: Mutex<Progress>,
    /// Set if nobody waits for it any more.
    pub(crate) called_off: Option<&'a AtomicBool>,
}

impl Run<'_> {
    /// Plays the cases, `at_once` at a time, and gathers what they find.
    ///
    /// # Errors
    /// A server could not be tried for one of them: in one line.
    pub(crate) fn together(
        &self,
        cases: &[&'static Case],
        at_once: usize,
    ) -> Result<Played, String> {
        let waiting = Mutex::new(cases.iter());
        let (sender, events) = mpsc::channel();
        let next = || waiting.lock().ok()?.next().copied();
        let work = |sender: Sender<Event>| {
            while let Some(case) = next() {
                sender.send(Event::Begun(case)).ok();
                sender.send(Event::Done(case, self.play_one(case))).ok();
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
            let mut played = Played::default();
            for event in events {
                match event {
                    Event::Begun(case) => self.tell(|progress| progress.begin(case.name)),
                    Event::Done(_, Ok(found)) => played.notes.extend(found),
                    Event::Done(case, Err(NoStart::Refused(_))) => played.unserved.push(case),
                    Event::Done(_, Err(NoStart::Untried(why))) => return Err(why),
                }
            }
            Ok(played)
        })
    }

    /// Plays the cases once more whose server did not start, one by one, while no other runs.
    ///
    /// # Errors
    /// As [`Self::together`].
    pub(crate) fn alone(&self, unserved: &[&'static Case]) -> Result<Vec<Note>, String> {
        let mut notes = Vec::new();
        for case in unserved {
            let why = "the server did not start, and is tried once more, alone";
            self.tell(|progress| progress.again(case.name, why));
            match self.play_one(case) {
                Ok(found) => notes.extend(found),
                Err(NoStart::Refused(why)) => notes.extend(refused(case, why)),
                Err(NoStart::Untried(why)) => return Err(why),
            }
        }
        Ok(notes)
    }

    fn tell(&self, what: impl FnOnce(&mut Progress)) {
        if let Ok(mut progress) = self.progress.lock() {
            what(&mut progress);
        }
    }

    fn play_one(&self, case: &Case) -> Result<Vec<Note>, NoStart> {
        let is_started_here = self.subject.is_started_here();
        if matches!(case.movie, MovieKind::Short | MovieKind::Large) && !is_started_here {
            let why = "it needs a movie that is not in the folder of that server";
            return Ok(not_checked(case, why));
        }
        let Some(movie) = self.movies.of(case.movie) else {
            return Ok(not_checked(case, "no frame of the movie is small enough to be padded"));
        };
        let mut kept = Vec::new();
        for attempt in 1.. {
            let waited = waited_here();
            let notes = match self.subject.start() {
                Ok(live) => Scene::beside(live, movie, &self.movies.whole, self.form)
                    .until(self.called_off)
                    .play(case),
                // A server that was not started here can't be started again.
                Err(NoStart::Refused(why)) if !is_started_here => return Ok(gone(case, why)),
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
