//! Lines that are quoted from a file of the project are in it, in that order.

use std::fs;

use super::markdown::root;
use super::marks::marked;
use crate::harness::tests;

tests![
    every_quotation_is_what_the_file_says,
    a_quotation_may_leave_out_lines_only_where_it_says_so,
];

fn every_quotation_is_what_the_file_says() {
    let quotations = marked("quoted");
    assert!(quotations.len() >= 10, "{} quotations", quotations.len());
    let faults: Vec<_> = quotations
        .iter()
        .filter_map(|(block, file)| {
            let text = fs::read_to_string(root().join(file))
                .unwrap_or_else(|error| panic!("{}: {file}: {error}", block.place()));
            let lost = first_lost(&block.lines, &text)?;
            Some(format!("{}: {file} does not go on with {lost:?}", block.place()))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The first line of the quotation that is not in the text where it should be. Lines must follow
/// each other directly, unless `…` or an empty line is between them; how far all of them are
/// indented does not matter.
fn first_lost<'a>(quotation: &'a [String], text: &str) -> Option<&'a str> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let pieces = quotation.split(|line| line.trim() == "…" || line.trim().is_empty());
    let mut from = 0;
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        let matches = |start: usize| {
            let found = lines.get(start..).unwrap_or_default();
            piece.iter().zip(found).take_while(|(one, other)| one.trim() == other.trim()).count()
        };
        let place = (from..lines.len()).find(|start| matches(*start) == piece.len());
        let Some(place) = place else {
            let most = (from..lines.len()).map(matches).max().unwrap_or(0);
            return piece.get(most).map(String::as_str);
        };
        from = place + piece.len();
    }
    None
}

fn a_quotation_may_leave_out_lines_only_where_it_says_so() {
    let text = "a\n  b\nc\nd\n";
    let lost = |quotation: &str| {
        let lines: Vec<_> = quotation.lines().map(str::to_owned).collect();
        first_lost(&lines, text).map(str::to_owned)
    };
    assert_eq!(lost("a\nb\n…\nd"), None);
    assert_eq!(lost("a\nc"), Some("c".to_owned()));
    assert_eq!(lost("c\n…\na"), Some("a".to_owned()));
    assert_eq!(lost("x"), Some("x".to_owned()));
}
