//! A step of the learning mode: only as much of the client as the step is about, until a line has
//! failed.

use std::path::Path;

use rtsp_lab::rtsp::Method;

use crate::card::{Card, FAIL, NOT_CHECKED, Requirement};

use super::hands::Hands;
use super::movie::Movie;
use super::player::{Client, Pressing, Tool, at_once};
use super::run::Run;
use super::script::Script;
use super::until::Until;
use super::variations::{self, Runs};
use super::{ends, form, pictures, plain, requirements};

/// A client that is looked at step by step, as its files are now.
#[derive(Debug)]
pub(crate) struct Lesson<'a> {
    client: Client<'a>,
    /// Exceptions that the client catches itself are looked at.
    traces: bool,
}

/// What is required of a client, by its name.
pub(crate) fn requirement(id: &str) -> Option<&'static Requirement> {
    requirements::of(&Script::ALL).into_iter().find(|requirement| requirement.id == id)
}

impl<'a> Lesson<'a> {
    /// The client of that command.
    ///
    /// # Errors
    /// The movie can't be read, or nobody can press its buttons as is asked: in one line.
    pub(crate) fn prepare(
        command: &'a str,
        movie: &Path,
        (pressing, traces): (Pressing, bool),
    ) -> Result<Self, String> {
        let tool = Tool::prepare(pressing)?;
        Ok(Self { client: Client { command, movie: Movie::read(movie)?, tool }, traces })
    }

    /// Plays the parts of a step, one after the other, until the card is enough.
    ///
    /// # Errors
    /// The client could not be tried, which is not its fault: in one line.
    pub(crate) fn play(
        &self,
        step: &str,
        mut card: Card,
        is_enough: impl Fn(&Card) -> bool,
    ) -> Result<Card, String> {
        let mut plain = None;
        for part in parts(step) {
            let mut runs = self.play_part(part, plain.as_ref())?;
            let is_plain = |(script, _): &(Script, Run)| *script == Script::Plain;
            if let Some(place) = runs.iter().position(is_plain) {
                let (_, run) = runs.swap_remove(place);
                self.judge_plain(&mut card, &run);
                plain = Some(run);
            }
            let Some(plain) = &plain else { break };
            for (script, run) in &runs {
                judge_variation(&mut card, *script, Runs { plain, run });
            }
            if part.iter().any(|(_, until)| *until == Until::End) {
                ends::judge(&mut card, plain, &runs);
            }
            if is_enough(&card) || plain.requests.is_empty() {
                break;
            }
        }
        Ok(card)
    }

    fn judge_plain(&self, card: &mut Card, run: &Run) {
        plain::judge(card, run);
        pictures::judge(card, run);
        form::judge(card, run, &self.client.movie.name, self.client.command.contains("{rtp}"));
        let lines = requirements::of(&[Script::Plain]);
        card.tell(&lines, run.story.clone());
        explain(card, &lines, run);
        let complaints = run.last_complaints(false);
        if !card.quote(&lines, FAIL, complaints) {
            card.quote(&lines, NOT_CHECKED, complaints);
        }
    }

    /// Plays all of a part; at the same time, if nobody has to click.
    fn play_part(
        &self,
        part: &[(Script, Until)],
        plain: Option<&Run>,
    ) -> Result<Vec<(Script, Run)>, String> {
        let by_hand = plain.is_none_or(|plain| plain.by_hand);
        let needs_nobody = !by_hand || matches!(self.client.tool, Some(Tool::Tk(_)));
        let play = |&(script, until): &(Script, Until)| {
            let others = || plain.map_or_else(Hands::asking, |run| Hands::known(run.by_hand));
            let hands = match &self.client.tool {
                Some(Tool::Tk(press)) if self.traces => Hands::with_link(press.link()?.tracing()),
                _ => self.client.hands(others)?,
            };
            Ok((script, self.client.play_until(script, hands, None, until)?))
        };
        if needs_nobody && part.len() > 1 {
            return at_once(part, play);
        }
        part.iter().map(play).collect()
    }
}

fn judge_variation(card: &mut Card, script: Script, runs: Runs<'_>) {
    variations::judge(card, script, runs);
    let lines = requirements::of(&[script]);
    card.quote(&lines, FAIL, runs.run.last_complaints(false));
    card.tell(&lines, runs.run.story.clone());
    explain(card, &lines, runs.run);
}

/// What the client has hidden may be why a line has failed.
fn explain(card: &mut Card, lines: &[&'static Requirement], run: &Run) {
    let Some(told) = run.raised.told() else { return };
    let failed: Vec<_> = lines.iter().filter(|line| card.has_failed(line)).collect();
    for line in failed {
        card.explain(line, told.clone());
    }
}

/// The runs of a step, and how far they go; those of a part are played together.
fn parts(step: &str) -> &'static [&'static [(Script, Until)]] {
    const PLAYED: Until = Until::Request(Method::Play);
    match step {
        "1" => &[&[(Script::Plain, Until::Request(Method::Setup))]],
        "2" => &[
            &[(Script::Plain, PLAYED)],
            &[
                (Script::WrongCseq, PLAYED),
                (Script::LateReply, PLAYED),
                (Script::NotFound, Until::End),
            ],
        ],
        "3" => &[&[(Script::Plain, Until::Packets(30))]],
        "4" => &[&[(Script::Plain, Until::Packets(60))], &[(Script::EndOfMovie, Until::End)]],
        "5" => &[
            &[(Script::Plain, Until::Stuck)],
            &[
                (Script::WrongSession, Until::End),
                (Script::SplitReply, Until::End),
                (Script::EndOfMovie, Until::End),
                (Script::EndOfConnection, Until::End),
                (Script::LateReply, Until::End),
                (Script::Lost, Until::End),
                (Script::Swapped, Until::End),
                (Script::Doubled, Until::End),
            ],
        ],
        "6" => &[&[
            (Script::Plain, Until::Stuck),
            (Script::Lost, Until::End),
            (Script::Swapped, Until::End),
            (Script::Doubled, Until::End),
        ]],
        _ => &[],
    }
}
