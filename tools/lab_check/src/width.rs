//! The width of the terminal, and lines that fit it.

use std::env;
use std::io::{self, IsTerminal};

use terminal_size::{Width, terminal_size};

/// The columns of the terminal, or as many as most have.
pub(crate) fn of_terminal() -> usize {
    let of_system = || terminal_size().map(|(Width(width), _)| usize::from(width));
    let named = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    named.or_else(|| of_system().filter(|_| io::stdout().is_terminal())).unwrap_or(USUAL)
}

const USUAL: usize = 80;

/// A line cut between words, or within a word that is longer than that; at least one piece.
pub(crate) fn wrapped(line: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut length = 0;
    for word in line.split_inclusive(' ') {
        let bare = word.trim_end_matches(' ').chars().count();
        let is_at_a_cut = length >= width || (length == 0 && !pieces.is_empty());
        if bare == 0 && is_at_a_cut {
            continue;
        }
        if length > 0 && length + bare > width {
            pieces.push(std::mem::take(&mut piece).trim_end().to_owned());
            length = 0;
        }
        for character in word.chars() {
            if length >= width && character != ' ' {
                pieces.push(std::mem::take(&mut piece).trim_end().to_owned());
                length = 0;
            }
            piece.push(character);
            length += 1;
        }
    }
    pieces.push(piece.trim_end().to_owned());
    pieces
}

/// Each line as wide as `width` at most: what is too long goes on below its text, which begins after
/// so many characters as `hang` says of the line.
pub(crate) fn fitted(text: &str, width: usize, hang: impl Fn(&str) -> usize) -> String {
    let mut fitted = String::new();
    for line in text.lines() {
        let hang = hang(line).min(width / 2);
        let start = line.char_indices().nth(hang).map_or(line.len(), |(at, _)| at);
        let (head, rest) = line.split_at(start);
        for (place, piece) in wrapped(rest, width - hang).iter().enumerate() {
            let before = if place == 0 { head } else { &" ".repeat(hang) };
            fitted.push_str(format!("{before}{piece}").trim_end());
            fitted.push('\n');
        }
    }
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_between_words_and_long_words_within() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrapped("", 4), [""]);
        assert_eq!(wrapped("  x", 4), ["  x"]);
        assert_eq!(wrapped("end.   Next", 5), ["end.", "Next"]);
    }

    #[test]
    fn what_is_too_long_goes_on_below_its_text() {
        let text = "pass  one two three\nFAIL  four\n";
        assert_eq!(fitted(text, 13, |_| 6), "pass  one two\n      three\nFAIL  four\n");
        assert_eq!(fitted(text, 80, |_| 6), text);
        assert_eq!(fitted("\nabcdef\n", 4, |_| 6), "\nabcd\n  ef\n");
    }
}
