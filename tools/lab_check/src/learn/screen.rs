//! How it looks: width, colours and signs of the terminal, and the few ways in which text is laid out.

use std::env;
use std::io::{self, IsTerminal};

use crate::terminal::has_colours;
use crate::width::{self, wrapped};

/// What the reader looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    pub(crate) width: usize,
    /// It is a terminal, and not a file or a pipe.
    pub(crate) is_terminal: bool,
    has_colours: bool,
    /// It shows letters of all languages, and blocks and arrows.
    is_utf8: bool,
}

/// What is painted. Nothing is told by a colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// The name of a step.
    Name,
    Good,
    Bad,
    /// A hint, or what is broken.
    Care,
    /// Times, and what is given.
    Dim,
}

impl Screen {
    /// That of this process.
    pub(crate) fn here() -> Self {
        let is_terminal = io::stdout().is_terminal();
        Self {
            width: width::of_terminal().clamp(NARROWEST, WIDEST),
            is_terminal,
            has_colours: is_terminal && has_colours(),
            is_utf8: is_utf8(),
        }
    }

    /// Text in that colour, if there are colours.
    pub(crate) fn paint(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Name => "1",
            Ink::Good => "32",
            Ink::Bad => "1;31",
            Ink::Care => "33",
            Ink::Dim => "2",
        };
        if self.has_colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// The arrow of something that the client sends, or the server.
    pub(crate) const fn arrow(self, is_clients: bool) -> &'static str {
        match (self.is_utf8, is_clients) {
            (true, true) => "→",
            (true, false) => "←",
            (false, true) => ">",
            (false, false) => "<",
        }
    }

    /// How many of all are done.
    pub(crate) fn bar(self, done: usize, all: usize) -> String {
        let cells = if self.width < NARROW { 12 } else { 24 };
        let full = (cells * done.min(all)).checked_div(all).unwrap_or_default();
        let [on, off] = if self.is_utf8 { ["█", "░"] } else { ["#", "-"] };
        let filled = self.paint(Ink::Good, &on.repeat(full));
        format!("[{filled}{}]", off.repeat(cells - full))
    }

    /// A word in that colour, and text beside it.
    pub(crate) fn labelled(self, ink: Ink, word: &str, text: &str) -> String {
        let label = format!("  {word}  ");
        let written = self.text(&label, text);
        written.replacen(word, &self.paint(ink, word), 1)
    }

    /// Text of several lines, each as wide as the screen is and after that indent; below the first
    /// one after as many spaces.
    pub(crate) fn text(self, indent: &str, text: &str) -> String {
        let rest = " ".repeat(indent.chars().count());
        let width = self.width.saturating_sub(indent.chars().count());
        let lines: Vec<_> = text.lines().flat_map(|line| wrapped(line, width)).collect();
        let mut written = String::new();
        for (place, line) in lines.iter().enumerate() {
            let before = if place == 0 { indent } else { &rest };
            written.push_str(format!("{before}{line}").trim_end());
            written.push('\n');
        }
        written
    }
}

/// Whether the locale is one of UTF-8. On Windows only the new terminal is asked.
fn is_utf8() -> bool {
    if cfg!(windows) {
        return env::var_os("WT_SESSION").is_some();
    }
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = names.into_iter().find_map(|name| env::var(name).ok().filter(|it| !it.is_empty()));
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

const NARROWEST: usize = 40;
const WIDEST: usize = 100;
/// Below that the bar is shorter.
const NARROW: usize = 72;

#[cfg(test)]
impl Screen {
    /// One of that width, as a test wants it.
    pub(crate) const fn of(width: usize, has_colours: bool, is_utf8: bool) -> Self {
        Self { width, is_terminal: true, has_colours, is_utf8 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_of_a_text_are_indented() {
        assert_eq!(
            Screen::of(14, false, true).text("  - ", "one two three\nfour"),
            "  - one two\n    three\n    four\n"
        );
    }

    #[test]
    fn the_bar_has_signs_that_the_terminal_knows() {
        assert_eq!(
            Screen::of(80, false, true).bar(6, 35),
            format!("[{}{}]", "█".repeat(4), "░".repeat(20))
        );
        assert_eq!(Screen::of(60, false, false).bar(35, 35), format!("[{}]", "#".repeat(12)));
        assert!(Screen::of(80, true, true).bar(1, 2).starts_with("[\x1b[32m█"));
    }
}
