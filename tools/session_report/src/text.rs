//! Numbers and the words of others as text of a page.

/// Text for a page: it ends no tag and no attribute, and what has an effect of its own is shown, not
/// obeyed. Line feeds and tabs stay.
pub(crate) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            '\n' | '\t' => written.push(character),
            _ if acts(character) => written.extend(character.escape_unicode()),
            _ => written.push(character),
        }
    }
    written
}

/// The same on one line.
pub(crate) fn line(text: &str) -> String {
    escaped(text).replace('\n', "\\u{a}").replace('\t', "\\u{9}")
}

/// Whether it is not just drawn: controls, separators of lines, marks and overrides of direction, and
/// what can't be seen at all.
pub(crate) fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        )
}

/// The text, but no more of it than so many characters.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// 12,449
pub(crate) fn commas(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// `1 packet`, `2 packets`
pub(crate) fn count(number: u64, one: &str) -> String {
    let more = if number == 1 { "" } else { "s" };
    format!("{} {one}{more}", commas(number))
}

/// A time of the log, in milliseconds, as seconds with three decimals.
pub(crate) fn seconds(time: f64) -> String {
    format!("{:.3} s", time / 1000.0)
}

/// A number for a figure: one decimal where it is needed.
pub(crate) fn short(number: f64) -> String {
    let tenths = (number * 10.0).round() / 10.0;
    // Never "-0".
    format!("{}", if tenths == 0.0 { 0.0 } else { tenths })
}

/// A number with two decimals, halves upwards: the log has three.
pub(crate) fn hundredths(number: f64) -> String {
    format!("{:.2}", (number * 100.0).round() / 100.0)
}

/// How many, as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "2^53 are enough")]
pub(crate) fn amount(number: usize) -> f64 {
    number as f64
}

/// The same of a counter.
#[expect(clippy::cast_precision_loss, reason = "2^53 are enough")]
pub(crate) fn counted(number: u64) -> f64 {
    number as f64
}

/// The nearest whole number, 0 at least.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub(crate) fn whole(number: f64) -> u64 {
    number.round() as u64
}
