//! What a run prints.

use std::time::SystemTime;

use crate::card::{Line, Verdict};
use crate::escape::escaped;

use super::ending::{Ending, say};
use super::lead::{Lead, Tried, is_met};
use super::print::{self, Distance};
use super::screen::Ink;
use super::texts::Step;

impl Lead<'_> {
    pub(crate) fn show_changes(&self, changes: &[(bool, &'static str)]) {
        if !self.screen.is_terminal {
            return;
        }
        for (is_better, sign) in [(true, '+'), (false, '-')] {
            let of_kind = changes.iter().filter(|(better, _)| *better == is_better);
            let titles: Vec<_> = of_kind.map(|(_, title)| *title).collect();
            let shown = titles.iter().take(MOST_CHANGES);
            for (place, title) in shown.enumerate() {
                say(&print::change(self.screen, is_better, place + 1, title));
            }
            if titles.len() > MOST_CHANGES {
                say(&format!("          {sign}{} in all\n", titles.len()));
            }
        }
    }

    pub(crate) fn show_done(&mut self, step: &Step, tried: &Tried, place: usize) {
        let lines = step.lines.iter().filter_map(|line| tried.card.line(line));
        let (open, met): (Vec<&Line>, Vec<&Line>) =
            lines.partition(|line| matches!(line.verdict, Verdict::NotChecked(_)));
        if !self.screen.is_terminal {
            say(&format!("step {}  pass  {}\n", step.id, print::lines(met.len())));
            return;
        }
        say(&print::done(self.screen, step, (met.len(), open.len()), [0, 0]));
        if let Some(next) = self.steps.get(place + 1) {
            say(&format!("Next: step {}, {}.\n\n", next.id, next.text.name));
        }
    }

    pub(crate) fn show_failure(
        &mut self,
        step: &Step,
        tried: &Tried,
        line: &Line,
        is_broken: bool,
    ) {
        let whole = self.tells_all;
        if self.screen.is_terminal {
            for earlier in &tried.before {
                let met = self.notebook.page().met_of(earlier);
                let what = format!("step {}, {}", earlier.id, print::lines(met));
                say(&print::met(self.screen, &what));
            }
            let met =
                step.lines.iter().filter_map(|line| tried.card.line(line)).filter(|l| is_met(l));
            match met.count() {
                0 => {}
                count => say(&print::met(self.screen, &print::lines(count))),
            }
        } else {
            let came = if let Verdict::Fail(evidence) = &line.verdict {
                evidence.came.to_string()
            } else {
                String::new()
            };
            let came = escaped(came.lines().next().unwrap_or_default());
            say(&format!("step {}  FAIL  {}  {came}\n", step.id, line.requirement.id));
        }
        say(&print::failure(self.screen, step, line, (is_broken, whole)));
        self.show_foot(step);
    }

    pub(crate) fn show_broken(&mut self, step: &Step, tried: &Tried, line: &Line, is_first: bool) {
        if is_first {
            return self.show_failure(step, tried, line, true);
        }
        let what = format!("step {}: {}", step.id, line.requirement.title);
        say(&self.screen.labelled(Ink::Care, "broken", &what));
    }

    pub(crate) fn show_foot(&mut self, step: &Step) {
        if !self.screen.is_terminal {
            return;
        }
        let all = self.steps.iter().map(|step| step.lines.len()).sum();
        let page = self.notebook.page();
        let done = self.steps.iter().map(|step| page.met_of(step)).sum();
        let help = if step.text.hints.is_empty() { "" } else { "--hint helps" };
        say(&format!("\n{}", print::foot(self.screen, step, Distance { done, all }, help)));
    }

    pub(crate) fn show_open(&mut self, step: &Step, tried: &Tried) {
        let lines = step.lines.iter().filter_map(|line| tried.card.line(line));
        let open: Vec<&Line> = lines.filter(|line| !is_met(line)).collect();
        let Some(line) = open.first() else { return };
        let (Verdict::NotChecked(why) | Verdict::Tolerated(why) | Verdict::NotOffered(why)) =
            &line.verdict
        else {
            return;
        };
        let why = escaped(why);
        if !self.screen.is_terminal {
            return say(&format!(
                "step {}  not checked  {}  {why}\n",
                step.id, line.requirement.id
            ));
        }
        say(&format!("  not checked  {}\n", line.requirement.title));
        say(&self.screen.text("               ", &why));
        if let Some(last) = line.complaints.last() {
            say(&self.screen.text("It said last:  ", &escaped(last)));
        }
        self.show_foot(step);
    }

    pub(crate) fn show_end(&mut self) -> Ending {
        let count = self.steps.iter().map(|step| step.lines.len()).sum::<usize>();
        let met = {
            let page = self.notebook.page();
            self.steps.iter().map(|step| page.met_of(step)).sum::<usize>()
        };
        let steps = match self.steps.len() {
            1 => "The step is",
            12 => "All twelve steps are",
            _ => "All six steps are",
        };
        say(&format!(
            "{steps} done: {met} met, 0 failed, {} not checked.\n",
            count.saturating_sub(met)
        ));
        let page = self.notebook.page();
        let seconds = page.seconds(SystemTime::now());
        let hints: usize = page.hints.values().sum();
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        let time =
            if hours > 0 { format!("{hours} h {minutes} min") } else { format!("{minutes} min") };
        let [runs, hints] = [(page.runs, "run"), (hints as u64, "hint")]
            .map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }));
        say(&format!("{time}, {runs}, {hints}.\n"));
        let mut roles: Vec<_> = self.steps.iter().map(|step| step.role).collect();
        roles.sort_unstable();
        roles.dedup();
        for role in roles {
            let role = role.name();
            say(&format!("The card for your teacher: lab_check {role} … --html {role}.html\n"));
        }
        Ending::Done
    }
}

/// So many changes are named.
const MOST_CHANGES: usize = 3;
