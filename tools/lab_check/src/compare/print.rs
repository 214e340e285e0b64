//! The comparison as it is printed: the cards, the figures, and what failed.

use std::fmt;

use crate::card::{Line, Verdict};
use crate::escape::escaped;

use super::comparison::{Comparison, Side};
use super::rows::{ROWS, Row, Unit};
use super::table::{WIDTH, row, wrap};

impl fmt::Display for Comparison {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for side in &self.sides {
            writeln!(out, "{:<18} = {}", side.name, side.command)?;
        }
        self.heading(out, "FIGURES", "ratio")?;
        self.figures(out)?;
        self.heading(out, "REQUIREMENTS", "")?;
        self.cards(out)?;
        for side in &self.sides {
            failures(out, side)?;
        }
        write!(out, "\n{DIFFERENCE} marks where the two differ. ")?;
        write!(out, "Ratio: the second in terms of the first.")
    }
}

impl Comparison {
    fn heading(&self, out: &mut fmt::Formatter<'_>, title: &str, ratio: &str) -> fmt::Result {
        let [one, other] = self.sides.each_ref().map(|side| side.name.as_str());
        writeln!(out)?;
        row(out, title, [one, other], ratio)?;
        writeln!(out, "{}", "-".repeat(WIDTH))
    }

    fn figures(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let measures = self.sides.each_ref().map(|side| &side.measures);
        for line in &ROWS {
            match *line {
                Row::Heading(heading) => writeln!(out, "{heading}")?,
                Row::Figure(label, unit, figure) => {
                    print_figure(out, label, unit, measures.map(figure))?;
                }
            }
        }
        if !self.notes.is_empty() {
            writeln!(out)?;
        }
        for note in &self.notes {
            write_wrapped(out, &format!("not measured: {}", escaped(note)), 4)?;
        }
        Ok(())
    }

    /// Both cards have the same lines, each with the title of its requirement.
    fn cards(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other] = &self.sides;
        let mut part = "";
        for (one, other) in one.card.lines().iter().zip(other.card.lines()) {
            if one.requirement.part != part {
                part = one.requirement.part;
                writeln!(out, "{part}")?;
            }
            let words = [&one.verdict, &other.verdict].map(Verdict::word);
            let [word, other_word] = words;
            let mark = if word == other_word { "" } else { DIFFERENCE };
            row(out, &format!("  {}", one.requirement.title), words, mark)?;
        }
        Ok(())
    }
}

fn print_figure(
    out: &mut fmt::Formatter<'_>,
    label: &str,
    unit: Unit,
    figures: [Option<f64>; 2],
) -> fmt::Result {
    let (cells, ratio) = figure_cells(unit, figures);
    row(out, &format!("  {label}"), cells.each_ref().map(String::as_str), &ratio)
}

/// Both figures as they are written, and their ratio.
pub(super) fn figure_cells(unit: Unit, figures: [Option<f64>; 2]) -> ([String; 2], String) {
    let cells = figures
        .map(|figure| figure.map_or_else(|| NOT_KNOWN.to_owned(), |figure| unit.write(figure)));
    let ratio = match figures {
        [Some(one), Some(other)] => unit.ratio([one, other]).unwrap_or_default(),
        _ => String::new(),
    };
    (cells, ratio)
}

/// The lines of the card that have failed, with what came and what was expected.
fn failures(out: &mut fmt::Formatter<'_>, side: &Side) -> fmt::Result {
    let is_failure = |line: &&Line| matches!(line.verdict, Verdict::Fail(_));
    let failed: Vec<_> = side.card.lines().iter().filter(is_failure).collect();
    if failed.is_empty() {
        return writeln!(out, "\nNothing failed with {}.", side.name);
    }
    writeln!(out, "\n{} failed with {}", failed.len(), side.name)?;
    for line in failed {
        for text in line.to_string().lines() {
            write_wrapped(out, text, EVIDENCE)?;
        }
    }
    Ok(())
}

fn write_wrapped(out: &mut fmt::Formatter<'_>, text: &str, hang: usize) -> fmt::Result {
    wrap(text, WIDTH, hang).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Where a card writes what was sent, what came and what was expected.
const EVIDENCE: usize = 25;
const NOT_KNOWN: &str = "not known";
/// Marks a line in which the two sides differ.
pub(super) const DIFFERENCE: &str = "<>";

#[cfg(test)]
pub(super) mod tests {
    use super::super::measures::Measures;
    use super::*;
    use crate::card::{Card, Evidence, Requirement};

    const ECHO: Requirement = Requirement {
        id: "cseq",
        part: "Replies",
        title: "a reply repeats the CSeq",
        paragraph: "Replies",
    };
    const FORM: Requirement = Requirement { id: "form", title: "it has three lines", ..ECHO };

    pub(crate) fn nothing_measured(names: [&str; 2]) -> Comparison {
        let mut comparison = comparison([false, true]);
        for (side, name) in comparison.sides.iter_mut().zip(names) {
            side.name = name.to_owned();
            side.command = format!("{name} {{port}}");
        }
        comparison
    }

    /// A comparison in which these servers have failed to repeat the `CSeq`.
    fn comparison(failed: [bool; 2]) -> Comparison {
        let side = |name: &str, failed: bool| {
            let mut card = Card::new(name, &[&ECHO, &FORM]);
            let evidence = || Evidence { sent: b"PLAY".repeat(50), ..Evidence::default() };
            card.check(&ECHO, !failed, evidence);
            card.check(&FORM, true, evidence);
            let command = format!("{name} {{port}}");
            Side { command, name: name.to_owned(), measures: Measures::default(), card }
        };
        let [first, second] = failed;
        let sides = [side("one", first), side("other", second)];
        Comparison { sides, notes: Vec::new() }
    }

    #[test]
    fn a_failure_stands_below_the_name_of_its_server_and_its_line_is_marked() {
        let printed = comparison([false, true]).to_string();
        let line = |start: &str| printed.lines().find(|line| line.trim().starts_with(start));
        let words = |start: &str| line(start).unwrap().split_whitespace().rev().take(3).collect();
        let echo: Vec<_> = words(ECHO.title);
        assert_eq!(echo, [DIFFERENCE, "FAIL", "pass"], "{printed}");
        let form: Vec<_> = words(FORM.title);
        assert_eq!(form, ["pass", "pass", "lines"], "{printed}");
        let (before, after) = printed.split_once("1 failed with other\n").unwrap();
        assert!(before.ends_with("Nothing failed with one.\n\n"), "{printed}");
        assert!(after.contains("expected"), "{printed}");
        let longest = printed.lines().map(|line| line.chars().count()).max();
        assert_eq!(longest, Some(WIDTH), "{printed}");
    }

    #[test]
    fn what_was_not_measured_is_not_known_and_not_passed_over() {
        let mut comparison = comparison([false, false]);
        assert!(comparison.is_full());
        comparison.notes.push("one, one session: no reply to SETUP".to_owned());
        assert!(!comparison.is_full());
        let printed = comparison.to_string();
        assert!(printed.contains("\nnot measured: one, one session: no reply to SETUP\n"));
        let rate = printed.lines().find(|line| line.starts_with("  rate")).unwrap();
        assert_eq!(rate.matches("not known").count(), 2, "{rate}");
    }

    #[test]
    fn a_failure_of_either_is_one() {
        for failed in [[true, false], [false, true], [true, true]] {
            assert!(!comparison(failed).is_full(), "{failed:?}");
        }
    }
}
