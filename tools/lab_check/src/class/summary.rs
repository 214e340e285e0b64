//! What a lecturer sees when all are checked: a line for each submission, and what most fail.

use std::fmt;
use std::time::Duration;

use crate::card::Requirement;
use crate::handed_out;
use crate::sheet::{Outcome, Sheet};

use super::checked::Checked;

/// All submissions, as text.
pub(crate) struct Summary<'a> {
    pub(crate) all: &'a [Checked],
    pub(crate) requirements: &'a [&'static Requirement],
    pub(crate) jobs: usize,
    pub(crate) took: Duration,
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took = humantime::format_duration(Duration::from_secs(self.took.as_secs()));
        let count = self.all.len();
        let submissions = if count == 1 { "submission" } else { "submissions" };
        writeln!(out, "{count} {submissions}, {} at a time, {took}\n", self.jobs)?;
        self.write_rows(out)?;
        self.write_failures(out)?;
        self.write_points(out)
    }
}

impl Summary<'_> {
    fn write_rows(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.all.iter().map(|checked| checked.submission.name.chars().count());
        let width = names.chain(["program".len()]).max().unwrap_or_default();
        writeln!(out, "{:<width$}  points  pass  FAIL     ?  first FAIL", "program")?;
        for Checked { submission, sheet } in self.all {
            write!(out, "{:<width$}  ", submission.name)?;
            match sheet {
                Ok(sheet) => {
                    let points = sheet.points.map_or("-".to_owned(), |points| points.to_string());
                    let counts = sheet.counts;
                    let passed = counts.pass + counts.tolerated;
                    let (fail, open) = (counts.fail, counts.not_checked);
                    writeln!(out, "{points:>6} {passed:>5} {fail:>5} {open:>5}  {}", first(sheet))?;
                }
                Err(why) => writeln!(out, "     -     -     -     -  not judged: {why}")?,
            }
        }
        Ok(())
    }

    /// The requirements that at least one has failed; those that most have failed first.
    pub(crate) fn failures(&self) -> Vec<(usize, &'static Requirement)> {
        let failures = |requirement: &Requirement| {
            let lines = self.sheets().flat_map(|sheet| &sheet.lines);
            let failed = lines.filter(|line| line.verdict == Outcome::Fail);
            failed.filter(|line| line.id == requirement.id).count()
        };
        let all = self.requirements.iter().copied();
        let mut most: Vec<_> =
            all.map(|requirement| (failures(requirement), requirement)).collect();
        most.retain(|(count, _)| *count > 0);
        most.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        most
    }

    fn write_failures(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = self.failures();
        if most.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nmost fail         of {:<4}  handed out?", self.sheets().count())?;
        for (count, requirement) in most {
            let Requirement { id, part, title, .. } = requirement;
            let handed_out = if self.is_handed_out(requirement) { "yes" } else { "-" };
            writeln!(out, "{id:<18} {count:>4}  {handed_out:<11}  {part}: {title}")?;
        }
        Ok(())
    }

    fn write_points(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut points: Vec<f64> = self.sheets().filter_map(|sheet| sheet.points).collect();
        points.sort_by(f64::total_cmp);
        let quartile = |number: usize| points.get(points.len() * number / 4).copied();
        let [Some(low), Some(middle), Some(high)] = [1, 2, 3].map(quartile) else { return Ok(()) };
        let of = self.sheets().find_map(|sheet| sheet.of).unwrap_or_default();
        writeln!(
            out,
            "\nof {of} points half of them have at least {middle}, a quarter {high} or more"
        )?;
        writeln!(out, "and a quarter less than {low}")
    }

    /// Whether the code that the course hands out fails there, too.
    pub(crate) fn is_handed_out(&self, requirement: &Requirement) -> bool {
        let role = self.sheets().next().map(|sheet| sheet.role);
        role.is_some_and(|role| handed_out::fault(role, requirement.id).is_some())
    }

    fn sheets(&self) -> impl Iterator<Item = &Sheet> {
        self.all.iter().filter_map(|checked| checked.sheet.as_ref().ok())
    }
}

/// The first line that failed.
pub(crate) fn first(sheet: &Sheet) -> String {
    let failed = sheet.lines.iter().find(|line| line.verdict == Outcome::Fail);
    let Some(line) = failed else { return "-".to_owned() };
    if sheet.started {
        return line.id.clone();
    }
    let came = line.evidence.as_ref().map_or("", |evidence| evidence.came.as_str());
    format!("does not start: {}", came.lines().last().unwrap_or_default().trim())
}
