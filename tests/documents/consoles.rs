//! Compares what a document shows of a terminal with what was printed, and renews the document.

use std::fs;

use super::commands::Shown;
use super::markdown::{Block, root};
use super::values::Values;
use crate::harness::tests;

tests![what_is_printed_is_compared_line_by_line,];

/// Says where the lines differ from those of the document, in which `…` stands for any lines.
pub(crate) fn difference(
    documented: &[String],
    printed: &[String],
    values: &mut Values,
) -> Option<String> {
    let printed: Vec<String> = with_time_to_show_all(printed);
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
    more.map(|line| format!("{line:?} found after the last line"))
}

/// What the program would have printed with a processor of its own: on a busy machine a client leaves
/// out frames that it has received whole, and counts them.
fn with_time_to_show_all(printed: &[String]) -> Vec<String> {
    let count = |line: &str, name: &str| line.strip_prefix(name)?.trim().parse::<u64>().ok();
    let left_out = printed.iter().find_map(|line| count(line, LEFT_OUT)).unwrap_or_default();
    let with_all = |line: &String| match count(line, SHOWN) {
        Some(shown) => format!("{SHOWN} {}", shown + left_out),
        None if count(line, LEFT_OUT).is_some() => format!("{LEFT_OUT} 0"),
        None => line.trim_end().to_owned(),
    };
    printed.iter().map(with_all).collect()
}

const SHOWN: &str = "frames shown:";
const LEFT_OUT: &str = "frames left out:";

/// Writes the lines into the document; as many lines as were left out are left out again.
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
        ("frames shown: 9\nframes left out: 0", "frames shown: 7\nframes left out: 2"),
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
        ("frames shown: 9\nframes left out: 0", "frames shown: 7\nframes left out: 1"),
    ] {
        assert!(differs(documented, printed), "{documented:?} {printed:?}");
    }
}
