//! What differs from run to run: session ids, ports, times. Everything else has to be the same.

/// Pairs of a value of the document and one of this run. The same value of the document always goes
/// with the same one of this run, and two different ones never do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values(Vec<(Kind, String, String)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Session,
    Port,
    Folder,
    /// A value that differs in every run: a time, a rate.
    Measured,
}

/// A line is texts with values between them.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    Value(Kind, &'a str),
}

impl Values {
    /// Whether the lines are the same except for values, which are remembered.
    pub(crate) fn same(&mut self, documented: &str, real: &str) -> bool {
        let (documented, real) = (parts(documented), parts(real));
        documented.len() == real.len()
            && documented.iter().zip(&real).all(|pair| match pair {
                (Part::Text(one), Part::Text(other)) => one == other,
                (Part::Value(kind, one), Part::Value(other_kind, other)) => {
                    kind == other_kind && self.stands_for(*kind, one, other)
                }
                (Part::Text(_), Part::Value(..)) | (Part::Value(..), Part::Text(_)) => false,
            })
    }

    /// Pairs the document's value with that one; `false` if it is paired with another already.
    pub(crate) fn stands_for(&mut self, kind: Kind, documented: &str, real: &str) -> bool {
        if kind == Kind::Measured {
            let decimals = |number: &str| number.split_once('.').map(|(_, digits)| digits.len());
            return decimals(documented) == decimals(real);
        }
        let known = self
            .0
            .iter()
            .find(|(other, one, two)| *other == kind && (one == documented || two == real));
        if let Some((_, one, two)) = known {
            return one == documented && two == real;
        }
        self.0.push((kind, documented.to_owned(), real.to_owned()));
        true
    }

    /// The line with this run's values in it, where they are known.
    pub(crate) fn of_this_run(&self, documented: &str) -> String {
        let real = |part| match part {
            Part::Text(text) => text,
            Part::Value(kind, value) => {
                let known = self.0.iter().find(|(other, one, _)| *other == kind && one == value);
                known.map_or(value, |(.., real)| real.as_str())
            }
        };
        parts(documented).into_iter().map(real).collect::<Vec<_>>().concat()
    }
}

fn parts(line: &str) -> Vec<Part<'_>> {
    let (mut parts, mut text_from, mut at) = (Vec::new(), 0, 0);
    while at < line.len() {
        if !line.is_char_boundary(at) {
            at += 1;
            continue;
        }
        let found = RULES.iter().find_map(|rule| Some((rule.kind, rule.value_at(line, at)?)));
        if let Some((kind, value)) = found {
            parts.push(Part::Text(&line[text_from..at]));
            parts.push(Part::Value(kind, value));
            at += value.len();
            text_from = at;
        } else {
            at += 1;
        }
    }
    parts.push(Part::Text(&line[text_from..]));
    parts
}

/// Where a value stands, and what it is made of.
struct Rule {
    kind: Kind,
    before: &'static str,
    of: fn(char) -> bool,
    length: std::ops::RangeInclusive<usize>,
    after: &'static str,
}

impl Rule {
    fn value_at<'a>(&self, line: &'a str, at: usize) -> Option<&'a str> {
        let (head, tail) = line.split_at(at);
        // A number is taken whole.
        let begins =
            head.ends_with(self.before) && !(self.before.is_empty() && head.ends_with(self.of));
        let end = tail.find(|c| !(self.of)(c)).unwrap_or(tail.len());
        let (value, rest) = tail.split_at(end);
        let fits = self.length.contains(&value.len()) && rest.starts_with(self.after);
        (begins && fits).then_some(value)
    }
}

const fn rule(
    kind: Kind,
    before: &'static str,
    of: fn(char) -> bool,
    length: std::ops::RangeInclusive<usize>,
    after: &'static str,
) -> Rule {
    Rule { kind, before, of, length, after }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_hexadecimal(c: char) -> bool {
    c.is_ascii_hexdigit()
}

/// `5008`, or `5008-5009`.
fn is_of_ports(c: char) -> bool {
    c.is_ascii_digit() || c == '-'
}

fn is_of_path(c: char) -> bool {
    !c.is_whitespace()
}

fn is_decimal(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

const ANY: std::ops::RangeInclusive<usize> = 1..=usize::MAX;

/// A session of the lab has six digits, one of the standard dialect sixteen. `Session: 0` is no
/// value: it says that there is none.
const RULES: [Rule; 24] = [
    rule(Kind::Session, "Session: ", is_digit, 6..=6, ""),
    rule(Kind::Session, "Session: ", is_hexadecimal, 8..=16, ";timeout="),
    rule(Kind::Session, "streamid=", is_digit, 6..=6, ""),
    rule(Kind::Port, "client_port= ", is_digit, 4..=5, ""),
    rule(Kind::Port, "client_port=", is_of_ports, 4..=11, ""),
    rule(Kind::Port, "server_port=", is_of_ports, 4..=11, ""),
    rule(Kind::Port, "m=video ", is_digit, 4..=5, " RTP/AVP"),
    rule(Kind::Port, "127.0.0.1:", is_digit, 4..=5, ""),
    rule(Kind::Port, "0.0.0.0:", is_digit, 4..=5, ""),
    rule(Kind::Port, "PORT=", is_digit, 4..=5, ""),
    rule(Kind::Folder, "serving the movies in ", is_of_path, ANY, " at "),
    rule(Kind::Measured, "per second now: ", is_decimal, ANY, ""),
    rule(Kind::Measured, "per second average: ", is_decimal, ANY, ""),
    rule(Kind::Measured, "data rate now: ", is_decimal, ANY, " bit/s"),
    rule(Kind::Measured, "data rate average: ", is_decimal, ANY, " bit/s"),
    rule(Kind::Measured, "PLAYING  frame ", is_decimal, ANY, "  "),
    rule(Kind::Measured, "frames per second: ", is_decimal, ANY, ""),
    rule(Kind::Measured, "seconds: ", is_decimal, ANY, ""),
    rule(Kind::Measured, "reply ms: ", is_decimal, ANY, ""),
    rule(Kind::Session, "session: ", is_digit, 6..=6, ""),
    rule(Kind::Measured, "play time: ", is_decimal, ANY, " s"),
    rule(Kind::Measured, "", is_decimal, ANY, " ms"),
    rule(Kind::Measured, "", is_decimal, ANY, " frames/s"),
    rule(Kind::Measured, "", is_decimal, ANY, " kbit/s"),
];

pub(crate) mod tests {
    use super::Values;

    crate::harness::tests![only_values_may_differ, a_value_stands_for_the_same_one_in_every_line];

    fn only_values_may_differ() {
        let same = |one, other| Values::default().same(one, other);
        assert!(same("Session: 571600", "Session: 123456"));
        assert!(same("[127.0.0.1:40000] Session: 571600", "[127.0.0.1:4001] Session: 123456"));
        assert!(same("reply to SETUP: 0.34 ms", "reply to SETUP: 11.20 ms"));
        for (one, other) in [
            ("Session: 571600", "Session: 0"),
            ("Session: 571600", "Session: 12345"),
            ("Session: 571600", "session: 571600"),
            ("Session: 571600", "Session: 571600 "),
            ("CSeq: 1", "CSeq: 2"),
            ("reply to SETUP: 0.34 ms", "reply to SETUP: 1 ms"),
            ("packets lost: 3", "packets lost: 4"),
        ] {
            assert!(!same(one, other), "{one:?} {other:?}");
        }
    }

    fn a_value_stands_for_the_same_one_in_every_line() {
        let mut values = Values::default();
        assert!(values.same("Session: 571600", "Session: 123456"));
        assert!(values.same("a=control:streamid=571600", "a=control:streamid=123456"));
        assert!(!values.same("Session: 571600", "Session: 123457"));
        assert!(!values.same("Session: 571601", "Session: 123456"));
        assert_eq!(values.of_this_run("Session: 571600"), "Session: 123456");
    }
}
