//! One run: from the present step to the first line that fails.

use std::path::Path;

use crate::card::{Card, Line, Verdict};
use crate::role::Role;
use crate::{client, handed_out, server};

use super::aside::Aside;
use super::ending::{Ending, say};
use super::notebook::{Notebook, name_of};
use super::order::Order;
use super::print;
use super::screen::Screen;
use super::texts::Step;

/// One run.
#[derive(Debug)]
pub(crate) struct Lead<'a> {
    pub(crate) order: &'a Order,
    pub(crate) movie: &'a Path,
    pub(crate) screen: Screen,
    pub(crate) steps: Vec<Step>,
    pub(crate) notebook: &'a mut Notebook,
    /// Stories are told as a whole.
    pub(crate) tells_all: bool,
    /// The places of the steps that were played and done in this run.
    pub(crate) played: Vec<usize>,
    pub(crate) aside: Option<Aside>,
    /// The step with which it begins has failed in the run before.
    pub(crate) has_failed_before: bool,
}

impl Lead<'_> {
    /// Goes on from that place to the first line that fails, or to the end.
    pub(crate) fn go(&mut self, first: usize) -> Result<Ending, String> {
        for place in first..self.steps.len() {
            let Some(step) = self.steps.get(place).cloned() else { break };
            self.notebook.page().place = place;
            if self.screen.is_terminal {
                say(&print::head(self.screen, &step));
            }
            if step.role == Role::Server && BESIDE.contains(&step.id.as_str()) {
                self.begin_aside(place)?;
            }
            let tried = self.play(&step, place)?;
            let changes = self.compare(&step, &tried);
            self.show_changes(&changes);
            match judge(&step, &tried) {
                Ending::Done => {
                    self.has_failed_before = false;
                    self.show_done(&step, &tried, place);
                    self.played.push(place);
                }
                ending @ (Ending::Failed | Ending::Open | Ending::NoTerminal) => {
                    let broken = self.look_behind(&step, place, &tried)?;
                    let is_open = ending == Ending::Open && !broken;
                    if is_open {
                        self.show_open(&step, &tried);
                        return Ok(Ending::Open);
                    }
                    return Ok(Ending::Failed);
                }
            }
        }
        self.finish()
    }

    /// Plays a step, with a card of its lines and those of the steps before it.
    fn play(&self, step: &Step, place: usize) -> Result<Tried, String> {
        let earlier = self.steps.get(..place).unwrap_or_default();
        let before: Vec<Step> =
            earlier.iter().filter(|earlier| earlier.role == step.role).cloned().collect();
        let asked: Vec<_> =
            before.iter().chain([step]).flat_map(|step| step.lines.clone()).collect();
        let command = self.order.plan.command(step.role);
        let card = Card::new(command, &asked);
        let is_enough = |card: &Card| {
            let is_own = |line: &&Line| handed_out::fault(step.role, line.requirement.id).is_none();
            card.lines().iter().filter(is_own).any(has_failed)
        };
        let card = match step.role {
            Role::Server => {
                server::Lesson::prepare(command, self.movie)?.play(&step.id, card, is_enough)?
            }
            Role::Client => client::Lesson::prepare(
                command,
                self.movie,
                (self.order.pressing, self.has_failed_before),
            )?
            .play(&step.id, card, is_enough)?,
        };
        Ok(Tried { card, before })
    }

    /// Begins what takes long, unless it has begun already.
    fn begin_aside(&mut self, place: usize) -> Result<(), String> {
        if self.aside.is_some() {
            return Ok(());
        }
        let before = self.steps.get(..place).unwrap_or_default().iter();
        let of_server = before.filter(|step| step.role == Role::Server);
        let asked: Vec<_> = of_server.flat_map(|step| step.lines.clone()).collect();
        let command = self.order.plan.command(Role::Server);
        let card = Card::new(command, &asked);
        self.aside = Some(Aside::begin(command, self.movie, card)?);
        Ok(())
    }

    /// What is met now and was not when it was last looked at, and the other way round.
    fn compare(&mut self, step: &Step, tried: &Tried) -> Vec<(bool, &'static str)> {
        let page = self.notebook.page();
        let mut changes = Vec::new();
        for line in tried.card.lines() {
            let name = name_of(step, line.requirement.id);
            let title = line.requirement.title;
            if is_met(line) {
                if page.unmet.remove(&name) {
                    changes.push((true, title));
                }
                page.met.insert(name);
            } else if has_failed(line) {
                if page.met.remove(&name) {
                    changes.push((false, title));
                }
                page.unmet.insert(name);
            } else if !page.met.contains(&name) {
                page.unmet.insert(name);
            }
        }
        changes
    }

    /// Shows what has failed, and looks whether something has broken that was done; returns whether
    /// something has.
    fn look_behind(&mut self, step: &Step, place: usize, tried: &Tried) -> Result<bool, String> {
        let of_step =
            step.lines.iter().filter_map(|line| tried.card.line(line)).find(|l| has_failed(l));
        if let Some(line) = of_step {
            self.show_failure(step, tried, line, false);
        }
        let mut is_broken = false;
        for earlier in &tried.before {
            let lines = earlier.lines.iter().filter_map(|line| tried.card.line(line));
            for line in lines.filter(|line| has_failed(line)) {
                self.show_broken(earlier, tried, line, of_step.is_none() && !is_broken);
                is_broken = true;
            }
        }
        if step.role == Role::Client || is_broken {
            return Ok(is_broken);
        }
        // A client's run shows all that was before it; of a server each step is another one.
        for earlier_place in (0..place).filter(|place| !self.played.contains(place)) {
            let Some(earlier) = self.steps.get(earlier_place).cloned() else { continue };
            let again = self.play(&earlier, earlier_place)?;
            let lines = earlier.lines.iter().filter_map(|line| again.card.line(line));
            let broken: Vec<&Line> = lines.filter(|line| has_failed(line)).collect();
            if let Some(line) = broken.first() {
                self.compare(&earlier, &again);
                self.show_broken(&earlier, &again, line, of_step.is_none());
                is_broken = true;
                break;
            }
        }
        Ok(is_broken)
    }

    /// All steps are done. Those that were done in an earlier run are looked at once more, and what
    /// takes long is waited for.
    fn finish(&mut self) -> Result<Ending, String> {
        for place in 0..self.steps.len() {
            if self.played.contains(&place) {
                continue;
            }
            let Some(step) = self.steps.get(place).cloned() else { continue };
            let tried = self.play(&step, place)?;
            if self.has_broken(&step, place, &tried) {
                return Ok(Ending::Failed);
            }
        }
        let Some(mut aside) = self.aside.take() else { return Ok(self.show_end()) };
        let Some(card) = aside.wait()? else { return Ok(self.show_end()) };
        let tried = Tried { card, before: Vec::new() };
        for (place, step) in self.steps.clone().iter().enumerate() {
            if self.has_broken(step, place, &tried) {
                return Ok(Ending::Failed);
            }
        }
        Ok(self.show_end())
    }

    /// Whether a line of that step has failed, which then is the present one.
    fn has_broken(&mut self, step: &Step, place: usize, tried: &Tried) -> bool {
        let was_met = self.notebook.page().met.clone();
        self.compare(step, tried);
        let mut lines = step.lines.iter().filter_map(|line| tried.card.line(line));
        let Some(line) = lines.find(|line| has_failed(line)) else { return false };
        self.notebook.page().place = place;
        let is_broken = was_met.contains(&name_of(step, line.requirement.id));
        self.show_failure(step, tried, line, is_broken);
        true
    }
}

/// The step, and what its run has found.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(crate) card: Card,
    /// The steps before it of the same program.
    pub(crate) before: Vec<Step>,
}

/// What has become of a step.
fn judge(step: &Step, tried: &Tried) -> Ending {
    if tried.card.lines().iter().any(has_failed) {
        return Ending::Failed;
    }
    let lines: Vec<&Line> = step.lines.iter().filter_map(|line| tried.card.line(line)).collect();
    let is_open = |line: &&&Line| matches!(line.verdict, Verdict::NotChecked(_));
    let open = lines.iter().filter(is_open).collect::<Vec<_>>();
    let lacks_use_case = open.iter().any(|line| USE_CASES.contains(&line.requirement.id));
    if lacks_use_case || open.len() == lines.len() { Ending::Open } else { Ending::Done }
}

pub(crate) fn has_failed(line: &Line) -> bool {
    matches!(line.verdict, Verdict::Fail(_))
}

pub(crate) fn is_met(line: &Line) -> bool {
    matches!(line.verdict, Verdict::Pass | Verdict::Tolerated(_) | Verdict::NotOffered(_))
}

/// What did not come if such a line was not checked.
const USE_CASES: [&str; 8] =
    ["listens", "setup", "play", "packets", "pause", "play_again", "teardown", "resume"];
/// The steps beside which the first ones are played on.
const BESIDE: [&str; 3] = ["4", "5", "6"];
