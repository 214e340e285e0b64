//! The comparison as a page: the figures and the cards as they are printed, and what is drawn.

use session_report::{Compared, Curve, Row as PageRow, compared};

use crate::card::Verdict;

use super::comparison::Comparison;
use super::measures::Seen;
use super::print::{DIFFERENCE, figure_cells};
use super::rows::{ROWS, Row};

/// The page, and on it the command that makes it again: `again`.
pub(crate) fn page(comparison: &Comparison, again: String) -> String {
    let sides = &comparison.sides;
    compared(&Compared {
        names: sides.each_ref().map(|side| side.name.clone()),
        commands: sides.each_ref().map(|side| side.command.clone()),
        notes: comparison.notes.clone(),
        figures: figures(comparison),
        card: card(comparison),
        gaps: gaps(comparison),
        curves: curves(comparison),
        again,
    })
}

fn figures(comparison: &Comparison) -> Vec<PageRow> {
    let measures = comparison.sides.each_ref().map(|side| &side.measures);
    let row = |row: &Row| match *row {
        Row::Heading(heading) => PageRow::Heading(heading.to_owned()),
        Row::Figure(label, unit, figure) => {
            let (cells, ratio) = figure_cells(unit, measures.map(figure));
            PageRow::Cells(label.to_owned(), cells, ratio)
        }
    };
    ROWS.iter().map(row).collect()
}

fn card(comparison: &Comparison) -> Vec<PageRow> {
    let [one, other] = &comparison.sides;
    let (mut rows, mut part) = (Vec::new(), "");
    for (one, other) in one.card.lines().iter().zip(other.card.lines()) {
        if one.requirement.part != part {
            part = one.requirement.part;
            rows.push(PageRow::Heading(part.to_owned()));
        }
        let words = [&one.verdict, &other.verdict].map(|verdict| Verdict::word(verdict).to_owned());
        let [word, other_word] = &words;
        let mark = if word == other_word { "" } else { DIFFERENCE };
        rows.push(PageRow::Cells(one.requirement.title.to_owned(), words, mark.to_owned()));
    }
    rows
}

/// What was seen of each number of sessions, of both.
fn seen(comparison: &Comparison) -> Vec<(usize, [Option<&Seen>; 2])> {
    let sides = comparison.sides.each_ref().map(|side| &side.measures.seen);
    let mut counts: Vec<usize> =
        sides.iter().flat_map(|seen| seen.iter()).map(|seen| seen.sessions).collect();
    counts.sort_unstable();
    counts.dedup();
    let of = |count| sides.map(|seen| seen.iter().find(|seen| seen.sessions == count));
    counts.into_iter().map(|count| (count, of(count))).collect()
}

fn gaps(comparison: &Comparison) -> Vec<(String, [Vec<f64>; 2])> {
    let of = |seen: Option<&Seen>| seen.map(|seen| seen.gaps.clone()).unwrap_or_default();
    let each = seen(comparison).into_iter();
    each.map(|(count, sides)| (sessions(count), sides.map(of))).collect()
}

fn curves(comparison: &Comparison) -> Vec<Curve> {
    let (cpu, memory) = (
        |seen: Option<&Seen>| seen.map(|seen| seen.cpu.clone()).unwrap_or_default(),
        |seen: Option<&Seen>| seen.map(|seen| seen.memory.clone()).unwrap_or_default(),
    );
    let each = seen(comparison).into_iter().flat_map(|(count, sides)| {
        let title = |what| format!("{}: {what}", sessions(count));
        [
            Curve { title: title("% of a processor"), points: sides.map(cpu) },
            Curve { title: title("memory, MiB"), points: sides.map(memory) },
        ]
    });
    each.collect()
}

fn sessions(count: usize) -> String {
    if count == 1 { "1 session".to_owned() } else { format!("{count} sessions") }
}
