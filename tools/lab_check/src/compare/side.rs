//! All scenarios against one server, one after the other.

use std::path::Path;

use crate::progress::Progress;

use super::measures::{Left, Measures, Seen, Streaming};
use super::scenario::{self, A_FEW, CLIENTS, Departure};
use super::trial::Trial;

/// A server, the folder in which it runs and the movie there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) command: &'a str,
    /// What it is called.
    pub(crate) name: &'a str,
    pub(crate) folder: &'a Path,
    /// The movie's name in the folder.
    pub(crate) movie: &'a str,
}

/// How many scenarios [`measure`] runs.
pub(crate) const SCENARIOS: usize = 7;

/// Runs the scenarios. If one fails, that is noted, and the others go on.
pub(crate) fn measure(
    subject: Subject<'_>,
    progress: &mut Progress,
    notes: &mut Vec<String>,
) -> Measures {
    let mut run = Run { subject, progress, notes, measures: Measures::default() };
    run.dialogues();
    run.measures.one = run.streaming("one session", 1);
    run.measures.few = run.streaming(&format!("{A_FEW} sessions at once"), A_FEW);
    run.measures.many = run.streaming(&format!("{CLIENTS} sessions at once"), CLIENTS);
    let (torn_down, closed, killed) = (Departure::Teardown, Departure::Close, Departure::Kill);
    run.measures.torn_down = run.left("clients leave with TEARDOWN", torn_down);
    run.measures.closed = run.left("clients close their connections", closed);
    run.measures.killed = run.left("clients are killed", killed);
    run.measures
}

/// What the scenarios of one server have in common.
struct Run<'a> {
    subject: Subject<'a>,
    progress: &'a mut Progress,
    notes: &'a mut Vec<String>,
    measures: Measures,
}

impl Run<'_> {
    fn dialogues(&mut self) {
        let what = format!("{CLIENTS} clients, one after another");
        let Some(trial) = self.begin(&what) else { return };
        self.measures.at_rest = trial.at_rest;
        let mut dialogues = Vec::new();
        let served = scenario::one_after_another(&trial, self.subject.movie, &mut dialogues);
        let number = dialogues.len() + 1;
        self.note(&what, served.map_err(|flaw| format!("client {number} of {CLIENTS}: {flaw}")));
        self.measures.note_dialogues(&dialogues);
    }

    fn streaming(&mut self, what: &str, sessions: usize) -> Option<Streaming> {
        let trial = self.begin(what)?;
        let stream = scenario::at_once(&trial, self.subject.movie, sessions);
        let stream = self.note(what, stream)?;
        self.measures.seen.push(Seen::of(&stream));
        Some(Streaming::of(&stream, trial.at_rest))
    }

    fn left(&mut self, what: &str, departure: Departure) -> Option<Left> {
        let trial = self.begin(what)?;
        let stream = scenario::leave(&trial, self.subject.movie, departure);
        self.note(what, stream).map(|stream| Left::of(&stream, trial.at_rest))
    }

    /// A server for a scenario, if it starts.
    fn begin(&mut self, what: &str) -> Option<Trial> {
        let Subject { command, name, folder, .. } = self.subject;
        self.progress.begin(&format!("{name}: {what}"));
        self.note(what, Trial::start(command, folder))
    }

    fn note<T>(&mut self, what: &str, seen: Result<T, String>) -> Option<T> {
        let name = self.subject.name;
        seen.map_err(|flaw| self.notes.push(format!("{name}, {what}: {flaw}"))).ok()
    }
}
