//! What each requirement is worth: a small file of the lecturer's.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use crate::card::Requirement;
use crate::role::Role;

/// A number of points, in hundredths, so that sums are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Worth(u32);

/// The points of one kind of program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Points {
    worths: BTreeMap<String, Worth>,
    /// What a person decides; it is not in the sum.
    pub(crate) by_hand: Vec<String>,
}

/// The requirements of each kind of program.
pub(crate) type Known<'a> = [(Role, &'a [&'static Requirement]); 2];

impl Points {
    /// Reads the file, of which the lines for the other kind of program are read, but not counted.
    ///
    /// # Errors
    /// It can't be read, or a line in it is wrong: which, found and expected, in one line.
    pub(crate) fn read(path: &Path, role: Role, known: &Known<'_>) -> Result<Self, String> {
        let could_not = |error| format!("could not read {}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(could_not)?;
        Self::parse(&text, role, known).map_err(|flaw| format!("{}{flaw}", path.display()))
    }

    fn parse(text: &str, role: Role, known: &Known<'_>) -> Result<Self, String> {
        let mut all: BTreeMap<(Role, &str), Worth> = BTreeMap::new();
        let mut by_hand = Vec::new();
        // Spreadsheets put a mark of their own before the first line.
        let lines = text.trim_start_matches('\u{FEFF}').lines().zip(1..);
        for (line, number) in lines.filter(|(line, _)| holds_something(line)) {
            let flaw = |flaw: String| format!(", line {number}: {flaw}");
            let (name, worth, remark) = cells(line).map_err(flaw)?;
            if remark.starts_with(BY_HAND) {
                by_hand.push(name.to_owned());
                continue;
            }
            let roles = roles_with(name, known);
            if roles.is_empty() {
                return Err(flaw(format!("expected the name of a requirement, found {name:?}")));
            }
            for (role, id) in roles {
                if all.insert((role, id), worth).is_some() {
                    return Err(flaw(format!("{id} of a {} has points already", role.name())));
                }
            }
        }
        let own = all.into_iter().filter(|((other, _), _)| *other == role);
        let worths: BTreeMap<_, _> = own.map(|((_, id), worth)| (id.to_owned(), worth)).collect();
        if worths.values().all(|worth| worth.0 == 0) {
            return Err(format!(": expected points for a {}, found none", role.name()));
        }
        Ok(Self { worths, by_hand })
    }

    /// What this requirement is worth; nothing if the file does not name it.
    pub(crate) fn of(&self, id: &str) -> Worth {
        self.worths.get(id).copied().unwrap_or_default()
    }

    /// What a program gets that meets all.
    pub(crate) fn total(&self) -> Worth {
        self.worths.values().copied().sum()
    }
}

/// Neither empty nor a comment.
fn holds_something(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with('#')
}

/// The name, the points, and what may stand after them.
fn cells(line: &str) -> Result<(&str, Worth, &str), String> {
    let mut cells = line.split('\t').map(str::trim);
    let (name, worth) = (cells.next().unwrap_or_default(), cells.next());
    let worth = worth.ok_or_else(|| format!("expected a tab after the name, found {line:?}"))?;
    let flaw = || format!("expected points such as 5 or 2.5, found {worth:?}");
    Ok((name, Worth::read(worth).ok_or_else(flaw)?, cells.next().unwrap_or_default()))
}

/// `cseq` is what all kinds of program have of that name, `server cseq` a server's.
fn roles_with<'a>(name: &'a str, known: &Known<'_>) -> Vec<(Role, &'a str)> {
    let (wanted, id) = match name.split_once(' ') {
        Some((role, id)) => (Role::named(role), id.trim_start()),
        None => (None, name),
    };
    let is_any = !name.contains(' ');
    let has = |requirements: &[&'static Requirement]| requirements.iter().any(|on| on.id == id);
    let found = known.iter().filter(|(role, all)| (is_any || wanted == Some(*role)) && has(all));
    found.map(|(role, _)| (*role, id)).collect()
}

impl Worth {
    /// A number with at most two places after the point.
    fn read(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(is_digit);
        if !is_number(whole) || !is_number(part) || whole.len() > 4 || part.len() > 2 {
            return None;
        }
        let whole: u32 = whole.parse().ok()?;
        let part: u32 = format!("{part:0<2}").parse().ok()?;
        Some(Self(whole * 100 + part))
    }

    /// As others calculate with it.
    pub(crate) fn number(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

impl std::iter::Sum for Worth {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        Self(all.fold(0, |sum, worth| sum.saturating_add(worth.0)))
    }
}

impl fmt::Display for Worth {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.number())
    }
}

/// How the remark of a line begins that no program can decide.
const BY_HAND: &str = "by hand";

#[cfg(test)]
mod tests {
    use super::*;

    const CSEQ: Requirement =
        Requirement { id: "cseq", part: "Replies", title: "", paragraph: "CSeq" };
    const RATE: Requirement =
        Requirement { id: "rate", part: "Frames", title: "", paragraph: "Pacing" };
    const KNOWN: Known<'static> = [(Role::Server, &[&CSEQ, &RATE]), (Role::Client, &[&CSEQ])];

    #[test]
    fn lines_are_read_by_role_and_add_up_exactly() {
        let text = "\u{FEFF}# requirement\tpoints\r\n\r\nserver rate\t0.1\tslow\r\ncseq\t0.2\r\n\
                    questions\t15\tby hand\r\n";
        let server = Points::parse(text, Role::Server, &KNOWN).unwrap();
        assert_eq!(server.total().to_string(), "0.3");
        assert_eq!(server.by_hand, ["questions"]);
        assert_eq!(server.of("rate"), Worth(10));
        let client = Points::parse(text, Role::Client, &KNOWN).unwrap();
        assert_eq!((client.total(), client.of("rate")), (Worth(20), Worth(0)));
    }

    #[test]
    fn a_wrong_line_is_named_with_what_was_found() {
        for (text, flaw) in [
            ("cseqs\t1", ", line 1: expected the name of a requirement, found \"cseqs\""),
            (
                "client rate\t1",
                ", line 1: expected the name of a requirement, found \"client rate\"",
            ),
            ("\ncseq 1", ", line 2: expected a tab after the name, found \"cseq 1\""),
            ("cseq\t1\ncseq\t1", ", line 2: cseq of a server has points already"),
            ("rate\t1\nserver rate\t1", ", line 2: rate of a server has points already"),
            ("rate\t0", ": expected points for a server, found none"),
            ("", ": expected points for a server, found none"),
        ] {
            assert_eq!(Points::parse(text, Role::Server, &KNOWN).unwrap_err(), flaw);
        }
        for odd in ["-1", "", "x", "1e3", "1,5", "NaN", "+1", ".5", "1.", "1.234", "12345", "٣"] {
            let flaw = Points::parse(&format!("rate\t{odd}"), Role::Server, &KNOWN).unwrap_err();
            let expected = format!(", line 1: expected points such as 5 or 2.5, found {odd:?}");
            assert_eq!(flaw, expected);
        }
    }
}
