//! JSON, written member by member, and times as JSON has them.

use std::fmt::{Display, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An object that is being written.
#[derive(Debug, Default)]
pub(super) struct Object(String);

impl Object {
    /// A member whose value is a string.
    pub(super) fn text(self, name: &str, value: &str) -> Self {
        self.plain(name, quoted(value))
    }

    /// A member whose value is written as it is: a number, `true`, `null`, another object.
    pub(super) fn plain(mut self, name: &str, value: impl Display) -> Self {
        let comma = if self.0.is_empty() { "" } else { "," };
        // Writing to a string can't fail.
        write!(self.0, "{comma}{}:{value}", quoted(name)).ok();
        self
    }

    /// A member that is left out if there is no value.
    pub(super) fn maybe(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.plain(name, value),
            None => self,
        }
    }

    /// A time in milliseconds, with three decimals.
    pub(super) fn ms(self, name: &str, value: Duration) -> Self {
        self.plain(name, Ms(value))
    }

    /// The object, whole.
    pub(super) fn end(self) -> String {
        format!("{{{}}}", self.0)
    }
}

/// Milliseconds with three decimals.
pub(super) struct Ms(pub(super) Duration);

impl Display for Ms {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let micros = self.0.as_micros();
        write!(out, "{}.{:03}", micros / 1000, micros % 1000)
    }
}

/// A string (RFC 8259 section 7). Line ends of Unicode are escaped, too: some readers of lines split
/// there.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0'..='\x1F' | '\x7F'..='\u{9F}' | '\u{2028}' | '\u{2029}' => {
                write!(quoted, "\\u{:04x}", u32::from(letter)).ok();
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// A list of strings.
pub(super) fn list(texts: &[String]) -> String {
    let texts: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(","))
}

/// The time of day as RFC 3339 writes it, in UTC.
pub(super) fn wall_clock(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, seconds) = (since.as_secs() / DAY, since.as_secs() % DAY);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let ms = since.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// Year, month and day of the day that is so many after 1970-01-01.
fn date(mut days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

const DAY: u64 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_string_or_a_line_is_escaped() {
        let text = "a\"b\\c\r\n\t\0\u{1b}\u{2028}\u{e9}</script>";
        let expected = r#""a\"b\\c\r\n\t\u0000\u001b\u2028é</script>""#;
        assert_eq!(quoted(text), expected);
    }

    #[test]
    fn members_stand_in_the_order_in_which_they_come() {
        let object = Object::default().text("a", "x").plain("b", 1).maybe("c", None::<u8>);
        let object = object.ms("d", Duration::from_micros(2_004_330)).plain("e", "null");
        assert_eq!(object.end(), r#"{"a":"x","b":1,"d":2004.330,"e":null}"#);
        assert_eq!(Object::default().end(), "{}");
    }

    #[test]
    fn days_have_their_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (1_796_032_977, "2026-11-30T10:02:57.000Z"),
            (4_107_542_399, "2100-02-28T23:59:59.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(wall_clock(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
    }
}
