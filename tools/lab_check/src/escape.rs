//! What others have written, as it is printed.
//!
//! A program under test must not write the card itself: none of its characters ends a line, moves
//! the cursor, changes a colour, or turns the direction of the text round.

/// The text with each character that has an effect of its own in hexadecimal.
pub(crate) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        push(&mut written, character);
    }
    written
}

/// The same of a text whose lines stay lines.
pub(crate) fn escaped_lines(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

/// Appends a character, or its number in hexadecimal.
pub(crate) fn push(text: &mut String, character: char) {
    match (acts(character), u8::try_from(character)) {
        (false, _) => text.push(character),
        (true, Ok(byte)) if byte.is_ascii() => text.push_str(&hexadecimal(byte)),
        (true, _) => text.extend(character.escape_unicode()),
    }
}

/// A byte, as it is shown where it can't be shown as a character.
pub(crate) fn hexadecimal(byte: u8) -> String {
    format!("\\x{byte:02X}")
}

/// Bytes on one line, as `docs/protocol.md` writes them: text with visible line ends, and other
/// bytes in hexadecimal. Long ones are cut.
pub(crate) fn visible(bytes: &[u8]) -> String {
    let (shown, rest) = bytes.split_at(bytes.len().min(SHOWN));
    let mut text = String::new();
    for chunk in shown.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\n' => text.push('␊'),
                '\r' => text.push('␍'),
                other => push(&mut text, other),
            }
        }
        text.extend(chunk.invalid().iter().map(|&byte| hexadecimal(byte)));
    }
    if text.is_empty() {
        text.push_str("nothing");
    }
    if !rest.is_empty() {
        let more = format!(" … and {} bytes more", rest.len());
        text.push_str(&more);
    }
    text
}

/// Whether it is not just drawn: the controls, the separators of lines, the marks and overrides of
/// direction, and what can't be seen at all.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        )
}

/// How many bytes of a message are shown.
const SHOWN: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_has_an_effect_is_left() {
        for (written, expected) in [
            ("\x1b[2J\rpass\x07", "\\x1B[2J\\x0Dpass\\x07"),
            ("a\nb\tc\x7f", "a\\x0Ab\\x09c\\x7F"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\u{202e}ssap\u{202c}", "\\u{202e}ssap\\u{202c}"),
            ("\u{2066}\u{2069}\u{200e}\u{200f}", "\\u{2066}\\u{2069}\\u{200e}\\u{200f}"),
            ("\u{2028}  pass", "\\u{2028}  pass"),
        ] {
            assert_eq!(escaped(written), expected);
        }
    }

    #[test]
    fn letters_of_all_languages_stay() {
        let text = "Nguyễn Dừng 見る שלום 🎬 ␊…";
        assert_eq!(escaped(text), text);
    }
}
