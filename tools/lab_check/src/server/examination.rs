//! What was found out about a server, and which of its failures may be another's fault.

use std::collections::BTreeMap;

use crate::card::{Card, Requirement, Verdict};
use crate::story::Story;

use super::form::Form;
use super::requirements as need;
use super::scene::{Note, Number};
use super::streaming;

/// What was found out about a server.
#[derive(Debug)]
pub(crate) struct Examination {
    pub(crate) card: Card,
    /// What was measured, without what could not be.
    pub(crate) numbers: BTreeMap<Number, f64>,
    /// Failures that may come from what another line has failed for.
    pub(crate) doubtful: Vec<Note>,
    /// What had happened before a line has failed.
    pub(crate) stories: Vec<(&'static Requirement, Story)>,
}

impl Examination {
    /// Of a card on which nothing is marked.
    pub(crate) fn of(card: Card) -> Self {
        let (doubtful, stories) = (Vec::new(), Vec::new());
        Self { card, numbers: BTreeMap::new(), doubtful, stories }
    }

    /// A server that understands only another form than the report's.
    pub(crate) fn judge_form(&mut self, form: Form) {
        if let Some(difference) = form.difference().filter(|_| self.card.passed(&need::SETUP)) {
            let what = format!(
                "it answers only requests with {difference}; the lab's own client, which writes \
                 none of that, gets no 200"
            );
            self.card.mark(&need::SETUP, Verdict::Tolerated(what));
        }
    }

    /// Whether fewer frames come in a second than should.
    fn is_slow(&self) -> bool {
        self.numbers.get(&Number::Rate).is_none_or(|rate| *rate < streaming::SLOWEST)
    }

    /// Notes the failures that may be another's fault, which has its line already, or else their own.
    pub(crate) fn settle(&mut self) {
        for note in std::mem::take(&mut self.doubtful) {
            let has_failed = |culprit: &&Requirement| self.card.has_failed(culprit);
            let culprit = culprits_of(&note, self.is_slow()).find(has_failed);
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

    /// Notes what was found.
    pub(crate) fn take(&mut self, notes: Vec<Note>) {
        for note in notes {
            match note {
                note @ Note::Verdict(_, Verdict::Fail(_))
                    if culprits_of(&note, true).next().is_some() =>
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

/// What may be why that has failed. Too high a rate explains nothing.
fn culprits_of(note: &Note, is_slow: bool) -> impl Iterator<Item = &'static Requirement> {
    let of_note = DOUBTS.iter().filter(|(_, victims)| victims.iter().any(|it| note.is_about(it)));
    of_note.map(|(culprit, _)| *culprit).filter(move |culprit| is_slow || *culprit != &need::RATE)
}

/// A line, and those that fail with it: a server that loses packets may lose the last one, too.
const DOUBTS: &[(&Requirement, &[&Requirement])] = &[
    (
        &need::LOSS,
        &[&need::RATE, &need::LAST_FRAME, &need::LARGE_FRAME, &need::RESUME, &need::TWO_CLIENTS],
    ),
    (&need::RATE, &[&need::LAST_FRAME, &need::END, &need::TWO_CLIENTS]),
    // Where no JPEG is found no frame is recognised.
    (
        &need::HEADER,
        &[
            &need::FRAMES,
            &need::LAST_FRAME,
            &need::LARGE_FRAME,
            &need::PLAY_AGAIN,
            &need::TWO_CLIENTS,
        ],
    ),
];
