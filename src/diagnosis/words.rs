//! How bytes stand in a sentence.

use std::fmt::Write;

/// `FF D8 FF`.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(3 * bytes.len());
    for (byte, place) in bytes.iter().zip(0..) {
        let space = if place == 0 { "" } else { " " };
        // Writing into a string can't fail.
        let _ = write!(text, "{space}{byte:02X}");
    }
    text
}

/// The first bytes: `00 00 00 09 ...` if there are more than so many.
pub(super) fn some_hex(bytes: &[u8], most: usize, total: usize) -> String {
    let more = if total > most { " ..." } else { "" };
    hex(bytes.get(..most).unwrap_or(bytes)) + more
}

/// `"12047"`, with dots for what is no character.
pub(super) fn quoted(bytes: &[u8], most: usize) -> String {
    let shown = bytes.get(..most).unwrap_or(bytes);
    let character = |&byte: &u8| if matches!(byte, b' '..=b'~') { char::from(byte) } else { '.' };
    format!("\"{}\"", shown.iter().map(character).collect::<String>())
}

/// `1 byte`, `2 bytes`.
pub(super) fn bytes(count: usize) -> String {
    counted(count as u64, "byte")
}

/// `1 packet`, `2 packets`.
pub(super) fn packets(count: u32) -> String {
    counted(count.into(), "packet")
}

fn counted(count: u64, name: &str) -> String {
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}
