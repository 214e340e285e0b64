//! A step of the learning mode: only its own cases, in parts, until a line has failed.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use crate::card::{Came, Card, Evidence, Requirement, Verdict};
use crate::given::Server;
use crate::progress::Progress;

use super::examination::Examination;
use super::form::Form;
use super::preparation::prepare;
use super::requirements as need;
use super::run::{Movies, Run};
use super::scene::Case;
use super::subject::{NoStart, Subject};
use super::{
    clients, description, encode, framing, leftovers, long, movies, probe, replies, states,
    streaming,
};

/// A server that is looked at step by step, as its files are now.
#[derive(Debug)]
pub(crate) struct Lesson {
    subject: Subject,
    movies: Movies,
}

/// That it can be reached at all: the first line of the first step.
const LISTENS: Requirement = Requirement {
    id: "listens",
    part: "Setup",
    title: "it listens at its port",
    paragraph: "Requests",
};

/// What is required of a server, by its name.
pub(crate) fn requirement(id: &str) -> Option<&'static Requirement> {
    let known = [&LISTENS].into_iter().chain(need::ALL.iter().copied());
    known.into_iter().find(|requirement| requirement.id == id)
}

impl Lesson {
    /// The server of that command.
    ///
    /// # Errors
    /// The movie can't be read, or no folder can be made: in one line.
    pub(crate) fn prepare(command: &str, movie: &Path) -> Result<Self, String> {
        let (subject, movies) = prepare(&Server::Command(command.to_owned()), movie)?;
        Ok(Self { subject, movies })
    }

    /// Plays the parts of a step, one after the other, until the card is enough.
    ///
    /// # Errors
    /// The server could not be tried, which is not its fault: in one line.
    pub(crate) fn play(
        &self,
        step: &str,
        mut card: Card,
        is_enough: impl Fn(&Card) -> bool,
    ) -> Result<Card, String> {
        let first = match self.subject.start() {
            Ok(first) => first,
            Err(NoStart::Refused(why)) => {
                refuse(&mut card, why);
                return Ok(card);
            }
            Err(NoStart::Untried(why)) => return Err(why),
        };
        card.mark(&LISTENS, Verdict::Pass);
        let form = if step == FIRST {
            drop(first);
            Form::REPORT
        } else {
            probe::form_of(&self.subject, &self.movies.whole, first)
        };
        if step == HEADER {
            encode::judge(&mut card, &self.subject)?;
        }
        for part in parts(step) {
            let asked = card.lines().iter().map(|line| line.requirement).collect::<Vec<_>>();
            let fresh = self.play_part(part, form, Card::new(card.subject(), &asked), None)?;
            card.merge(fresh);
            if is_enough(&card) {
                break;
            }
        }
        if step == FIRST && card.has_failed(&need::SETUP) {
            return self.play_in_another_form(card);
        }
        Ok(card)
    }

    /// Plays until the sequence number needs its high byte, unless that is called off.
    ///
    /// # Errors
    /// As [`Self::play`].
    pub(crate) fn play_long(&self, card: Card, called_off: &AtomicBool) -> Result<Card, String> {
        self.play_part(&[&long::LONG], Form::REPORT, card, Some(called_off))
    }

    /// A server may understand another form than the report's, which is tolerated.
    fn play_in_another_form(&self, card: Card) -> Result<Card, String> {
        let Some(form) = probe::other_form(&self.subject, &self.movies.whole) else {
            return Ok(card);
        };
        let asked = card.lines().iter().map(|line| line.requirement).collect::<Vec<_>>();
        let mut other = Card::new(card.subject(), &asked);
        other.mark(&LISTENS, Verdict::Pass);
        let fresh = self.play_part(&[&replies::SETUP], form, other, None)?;
        let mut examination = Examination::of(fresh);
        examination.judge_form(form);
        Ok(examination.card)
    }

    fn play_part(
        &self,
        cases: &[&'static Case],
        form: Form,
        card: Card,
        called_off: Option<&AtomicBool>,
    ) -> Result<Card, String> {
        let progress = Mutex::new(Progress::silent());
        let (subject, movies) = (&self.subject, &self.movies);
        let run = Run { subject, movies, form, progress, called_off };
        let played = run.together(cases, AT_ONCE)?;
        let mut examination = Examination::of(card);
        examination.take(played.notes);
        examination.take(run.alone(&played.unserved)?);
        // A fault that has no line in this step may have been the first of its case.
        let story = examination.stories.first().map(|(_, story)| story.clone());
        examination.settle();
        if let Some(story) = story {
            examination.card.tell_if_silent(&story);
        }
        Ok(examination.card)
    }
}

/// The card of a program that does not listen.
fn refuse(card: &mut Card, why: String) {
    let expected = "a server that listens at {port}".to_owned();
    let evidence = Evidence { sent: Vec::new(), came: Came::Words(why), expected };
    card.leave_unstarted();
    card.mark(&LISTENS, Verdict::Fail(evidence));
}

/// The cases of a step; those of a part are played together.
fn parts(step: &str) -> &'static [&'static [&'static Case]] {
    match step {
        FIRST => &[&[&replies::SETUP]],
        "2" => &[&[&movies::NOT_FOUND]],
        HEADER => &[&[&streaming::FIRST_PACKETS]],
        "4" => &[&[&streaming::STREAM, &replies::FIRST_PACKET], &[&movies::LARGE_FRAME]],
        "5" => &[
            &[&replies::DIALOGUE, &states::PAUSE, &states::PLAY_AGAIN],
            &[&leftovers::AFTER_TEARDOWN, &movies::END, &states::EARLY, &states::SECOND_SETUP],
        ],
        "6" => &[
            &[&clients::TWO_CLIENTS, &leftovers::AFTER_CLOSE, &leftovers::AFTER_KILL],
            &[
                &framing::SPLIT,
                &framing::GLUED,
                &states::WRONG_SESSION,
                &states::UNKNOWN_METHOD,
                &states::NO_REQUEST,
            ],
        ],
        "x1" => &[&[&description::DESCRIBE]],
        _ => &[],
    }
}

/// The step that needs no session before.
const FIRST: &str = "1";
/// The step in which the header is taken apart.
const HEADER: &str = "3";
/// How many cases run at once.
const AT_ONCE: usize = 5;
