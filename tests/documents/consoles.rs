//! What a document shows of a terminal, and what was printed: the difference, and how it is written
//! anew.

use std::fs;

use super::commands::Shown;
use super::markdown::{Block, root};
use super::values::Values;
use crate::harness::tests;

tests![what_is_printed_is_compared_line_by_line,];

/// In words where the lines are not those of the document, in which `…` stands for any lines.
pub(crate) fn difference(
    documented: &[String],
    printed: &[String],
    values: &mut Values,
) -> Option<String> {
    let printed: Vec<&str> = printed.iter().map(|line| line.trim_end()).collect();
    let pieces: Vec<&[String]> = documented.split(|line| line == "…").collect();
    let last = pieces.len() - 1;
    let mut from = 0;
    for (index, piece) in pieces.iter().enumerate() {
        let starts = match index {
            0 => 0..1,
            _ if index == last => {
                let start = printed.len().checked_sub(piece.len()).filter(|start| *start >= from);
                start.map_or(0..0, |start| start..start + 1)
            }
            _ => from..printed.len(),
        };
        let mut most = None;
        let place = starts.clone().find(|&start| {
            let mut tried = values.clone();
            let found = printed.get(start..).unwrap_or_default();
            let same =
                piece.iter().zip(found).take_while(|(one, other)| tried.same(one, other)).count();
            if same == piece.len() {
                *values = tried;
            } else if most.is_none_or(|(most, _)| same > most) {
                most = Some((same, start));
            }
            same == piece.len()
        });
        let Some(place) = place else {
            let (same, start) = most.unwrap_or((0, from));
            let (expected, found) = (piece.get(same), printed.get(start + same));
            return Some(format!("{expected:?} expected, {found:?} found"));
        };
        from = place + piece.len();
    }
    let more = printed.get(from).filter(|_| last == 0);
    more.map(|line| format!("{line:?} found behind the last line"))
}

/// Writes the lines into the document; what was left out stays so, by the number of lines.
pub(crate) fn renew(block: &Block, shown: &Shown, printed: &[String]) {
    let Shown { lines, from } = shown;
    let gaps =
        |lines: &mut dyn Iterator<Item = &String>| lines.take_while(|line| *line != "…").count();
    let (head, tail) = (gaps(&mut lines.iter()), gaps(&mut lines.iter().rev()));
    let new: Vec<_> = if head == lines.len() {
        printed.to_vec()
    } else {
        let tail = printed.len().saturating_sub(tail).max(head.min(printed.len()));
        let gap = ["…".to_owned()];
        [&printed[..head.min(printed.len())], &gap, &printed[tail..]].concat()
    };
    let path = root().join(&block.document);
    let text = fs::read_to_string(&path).unwrap();
    let mut all: Vec<String> = text.lines().map(str::to_owned).collect();
    let start = block.line - 1 + from;
    let new = new.iter().map(|line| format!("{}{}", block.indent, line.trim_end()));
    let new = new.map(|line| line.trim_end().to_owned());
    all.splice(start..start + lines.len(), new);
    fs::write(path, all.join("\n") + "\n").unwrap();
}

fn what_is_printed_is_compared_line_by_line() {
    let differs = |documented: &str, printed: &str| {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        difference(&lines(documented), &lines(printed), &mut Values::default()).is_some()
    };
    for (documented, printed) in [
        ("a\nb", "a\nb"),
        ("a\n…\nd", "a\nb\nc\nd"),
        ("…", "a"),
        ("a\n…", "a"),
        ("…\nb\n…", "a\nb\nb"),
    ] {
        assert!(!differs(documented, printed), "{documented:?} {printed:?}");
    }
    for (documented, printed) in [
        ("a\nb", "a"),
        ("a", "a\nb"),
        ("a\n…\nd", "a\nd\nc"),
        ("a\n…\nc\n…\nd", "a\nb\nd"),
        ("a\n…\na", "a"),
        ("CSeq: 1", "CSeq: 2"),
    ] {
        assert!(differs(documented, printed), "{documented:?} {printed:?}");
    }
}
