//! Colours for Python and Rust: comments, texts, numbers, keywords and the name that is defined. It
//! knows no more of a language than that.

use std::fmt::Write;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    Rust,
}

impl Language {
    const fn comment(self) -> &'static str {
        match self {
            Self::Python => "#",
            Self::Rust => "//",
        }
    }

    fn is_keyword(self, word: &str) -> bool {
        let keywords = match self {
            Self::Python => PYTHON,
            Self::Rust => RUST,
        };
        keywords.split(' ').any(|keyword| keyword == word)
    }

    const fn define(self) -> &'static str {
        match self {
            Self::Python => "def",
            Self::Rust => "fn",
        }
    }
}

/// What goes on from one line to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Open {
    #[default]
    Nothing,
    /// A text that ends with this.
    Text(&'static str),
}

/// A line as HTML.
pub(crate) fn html(language: Language, line: &str, open: &mut Open) -> String {
    let mut html = String::new();
    let (mut rest, mut defines) = (line, false);
    while let Some(first) = rest.chars().next() {
        let (class, length) = if let Open::Text(end) = *open {
            let length = end_of_text(rest, end);
            if let Some(length) = length {
                *open = Open::Nothing;
                ("text", length)
            } else {
                // A text of one line ends with it, but in Rust.
                if end.len() == 1 && language == Language::Python {
                    *open = Open::Nothing;
                }
                ("text", rest.len())
            }
        } else if rest.starts_with(language.comment()) {
            (comment_class(rest), rest.len())
        } else if let Some((opening, end)) = text_start(language, rest) {
            *open = Open::Text(end);
            ("text", opening)
        } else if first.is_alphabetic() || first == '_' {
            let length = word_length(rest);
            let word = rest.get(..length).unwrap_or_default();
            let is_name = std::mem::replace(&mut defines, word == language.define());
            (word_class(language, word, is_name), length)
        } else if first.is_ascii_digit() {
            ("number", word_length(rest))
        } else {
            ("", first.len_utf8())
        };
        let (token, after) = rest.split_at(length);
        if class.is_empty() {
            html.push_str(&escaped(token));
        } else {
            write!(html, "<i class=\"{class}\">{}</i>", escaped(token)).ok();
        }
        rest = after;
    }
    html
}

fn comment_class(text: &str) -> &'static str {
    if text.starts_with("///") { "document" } else { "comment" }
}

fn word_class(language: Language, word: &str, is_name: bool) -> &'static str {
    if is_name {
        "name"
    } else if language.is_keyword(word) {
        "keyword"
    } else if word.starts_with(char::is_uppercase) {
        "type"
    } else {
        ""
    }
}

/// How many bytes open a text here, and what ends it.
fn text_start(language: Language, rest: &str) -> Option<(usize, &'static str)> {
    match language {
        Language::Python => ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|mark| rest.starts_with(mark))
            .map(|mark| (mark.len(), mark)),
        Language::Rust if rest.starts_with('"') => Some((1, "\"")),
        Language::Rust if rest.starts_with("b\"") => Some((2, "\"")),
        // A character; a lifetime has no second mark.
        Language::Rust if rest.starts_with('\'') => {
            let inside = rest.get(1..)?;
            let escape = usize::from(inside.starts_with('\\'));
            let mark = inside.char_indices().nth(1 + escape)?;
            (mark.1 == '\'').then_some((1, "'"))
        }
        Language::Rust => None,
    }
}

/// The bytes up to the end of the text, that among them.
fn end_of_text(rest: &str, end: &str) -> Option<usize> {
    let mut escaped = false;
    for (place, character) in rest.char_indices() {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if rest.get(place..).is_some_and(|rest| rest.starts_with(end)) {
            return Some(place + end.len());
        }
    }
    None
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
}

/// Text as HTML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const PYTHON: &str = "and as assert break class continue def del elif else except False finally for \
    from global if import in is lambda None nonlocal not or pass raise return self True try while with";
const RUST: &str = "as async await break const continue crate dyn else enum extern false fn for if impl \
    in let loop match mod move mut pub ref return Self self static struct super trait true type unsafe \
    use where while";
