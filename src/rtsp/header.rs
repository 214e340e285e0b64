//! What requests, replies and the inbox read in the same way: header lines, and where they end.

/// A header line's name in lower case and its value. Lab programs also write `CSeq 1`, or just `1`.
pub(crate) fn header(line: &str) -> (String, &str) {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    let (name, value) = line.split_at(end.unwrap_or(line.len()));
    (name.to_ascii_lowercase(), value.trim_start_matches([' ', '\t', ':']).trim_end())
}

/// The id alone, without `;timeout=60` (RFC 2326 section 12.37).
pub(crate) fn session_id(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

/// Just after the first empty line.
pub(crate) fn empty_line(bytes: &[u8]) -> Option<usize> {
    let at = position(bytes, 0, |at| at.starts_with(b"\n\n") || at.starts_with(b"\n\r\n"))?;
    let second = bytes.get(at + 1..)?.iter().position(|&byte| byte == b'\n')?;
    Some(at + 1 + second + 1)
}

/// The number of the `Content-Length` line among the first `end` bytes.
pub(crate) fn content_length(bytes: &[u8], end: usize) -> Option<usize> {
    let head = String::from_utf8_lossy(bytes.get(..end)?);
    head.lines().map(header).find(|(name, _)| name == "content-length")?.1.parse().ok()
}

/// The first place from `start` on at which `is` accepts the rest of the bytes.
pub(super) fn position(bytes: &[u8], start: usize, is: impl Fn(&[u8]) -> bool) -> Option<usize> {
    (start..bytes.len()).find(|&at| bytes.get(at..).is_some_and(&is))
}
/// Whether a terminal would act upon this character, or write it where it does not stand: controls, and
/// what turns the direction of letters. What others have sent is printed without them.
pub(crate) fn is_tricky(letter: char) -> bool {
    let turns = matches!(letter, '\u{61C}' | '\u{200E}' | '\u{200F}')
        || matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    turns || letter.is_control() && letter != '\t'
}
