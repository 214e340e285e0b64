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

#[cfg(test)]
mod tests {
    use super::super::print::tests::nothing_measured;
    use super::*;

    const HOSTILE: &str =
        "</title><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}\u{1b}[2J";

    fn seen(cpu: Vec<(f64, f64)>) -> Seen {
        Seen { sessions: 5, gaps: vec![50.0, 51.0, 400.0], memory: cpu.clone(), cpu }
    }

    #[test]
    fn names_of_others_are_text_and_nothing_comes_from_elsewhere() {
        let mut comparison = nothing_measured([HOSTILE, "server"]);
        comparison.notes.push(format!("{HOSTILE}: it has ended"));
        comparison.sides[0].measures.seen.push(seen(vec![(1.0, 2.0), (2.0, 3.0)]));
        let page = page(&comparison, HOSTILE.to_owned());
        for tag in
            ["<script", "<img", "</title><", "\u{202e}", "\u{1b}", "href=\"http", "src=\"", "url(h"]
        {
            assert!(!page.contains(tag), "{tag:?}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)"), "it is shown");
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn what_was_not_measured_is_said_and_what_was_is_drawn() {
        let mut comparison = nothing_measured(["one", "other"]);
        comparison.sides[0].measures.seen.push(seen(Vec::new()));
        let unknown = page(&comparison, String::new());
        assert_eq!(unknown.matches("not measured here").count(), 2, "processor and memory");
        assert!(unknown.contains("one: 3 gaps, median 51.0 ms, longest 400.0 ms"));
        assert!(unknown.contains("other: no two frames came"));
        comparison.sides[1].measures.seen.push(seen(vec![(1.0, 2.0), (2.0, 3.0)]));
        let known = page(&comparison, String::new());
        assert_eq!(known.matches("<p>one: not measured here").count(), 2);
        assert_eq!(known.matches("<svg").count(), unknown.matches("<svg").count() + 2);
    }

    #[test]
    fn the_cells_are_those_that_are_printed() {
        let comparison = nothing_measured(["one", "other"]);
        let (printed, page) = (comparison.to_string(), page(&comparison, String::new()));
        assert_eq!(page.matches(">not known<").count(), printed.matches("not known").count());
        assert_eq!(page.matches(">FAIL<").count(), 1);
        assert_eq!(page.matches(">&lt;&gt;<").count(), 1, "they differ in that line");
    }
}
