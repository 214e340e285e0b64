//! A card as a JUnit report, which build servers and editors show: a suite for each part of the
//! card, a test case for each requirement.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::ElementWriter;

use crate::sheet::{Outcome, Sheet, SheetEvidence, SheetLine};

/// The report, as XML.
///
/// # Errors
/// It can't be written as XML: in one line.
pub(crate) fn to_xml(sheet: &Sheet) -> Result<String, String> {
    let could_not = |error: &dyn std::fmt::Display| format!("could not write XML: {error}");
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut out, sheet).map_err(|error| could_not(&error))?;
    let mut text = String::from_utf8(out.into_inner()).map_err(|error| could_not(&error))?;
    text.push('\n');
    Ok(text)
}

type Out = Writer<Vec<u8>>;

fn write(out: &mut Out, sheet: &Sheet) -> io::Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let lines: Vec<&SheetLine> = sheet.lines.iter().collect();
    let suites = element(out, "testsuites", &[("name", &sheet.name)]);
    let suites = count(sheet, &lines).put_on(suites);
    let suites = suites.with_attribute(("time", sheet.seconds.to_string().as_str()));
    suites.write_inner_content(|out| {
        lines
            .chunk_by(|one, other| one.part == other.part)
            .try_for_each(|part| write_suite(out, sheet, part))
    })?;
    Ok(())
}

/// The requirements of one part of the card.
fn write_suite(out: &mut Out, sheet: &Sheet, lines: &[&SheetLine]) -> io::Result<()> {
    let part = lines.first().map_or("", |line| line.part.as_str());
    let name = format!("{}: {part}", sheet.role.name());
    let counts = count(sheet, lines);
    let suite = counts.put_on(element(out, "testsuite", &[("name", &name)]));
    let suite = suite.with_attribute(("skipped", counts.skipped.to_string().as_str()));
    // The attribute is a local time by custom; who needs the zone finds it in the JSON.
    let suite = suite.with_attribute(("timestamp", sheet.time.trim_end_matches('Z')));
    suite.with_attribute(("hostname", HOST)).write_inner_content(|out| {
        if sheet.points.is_some() {
            let sum =
                |of: fn(&SheetLine) -> Option<f64>| lines.iter().filter_map(|line| of(line)).sum();
            write_properties(
                out,
                [("points", sum(|line| line.points)), ("of", sum(|line| line.of))],
            )?;
        }
        lines.iter().try_for_each(|line| write_case(out, sheet, line))
    })?;
    Ok(())
}

fn write_properties(out: &mut Out, properties: [(&str, f64); 2]) -> io::Result<()> {
    out.create_element("properties").write_inner_content(|out| {
        properties.iter().try_for_each(|(name, value)| {
            // Sums of hundredths, which are not exact.
            let value = ((value * 100.0).round() / 100.0).to_string();
            element(out, "property", &[("name", name), ("value", &value)]).write_empty().map(drop)
        })
    })?;
    Ok(())
}

fn write_case(out: &mut Out, sheet: &Sheet, line: &SheetLine) -> io::Result<()> {
    let class = format!("lab_check.{}.{}", sheet.role.name(), line.id);
    let name = match &line.measured {
        Some(measured) => format!("{}: {measured}", line.title),
        None => line.title.clone(),
    };
    let words = [("name", name.as_str()), ("classname", &class), ("status", line.verdict.word())];
    let case = element(out, "testcase", &words);
    let note = line.note.as_deref().unwrap_or_default();
    match (line.verdict, &line.evidence) {
        (Outcome::Fail, Some(evidence)) => {
            let name = if is_error(sheet, line) { "error" } else { "failure" };
            let attributes = [("message", evidence.came.as_str()), ("type", line.id.as_str())];
            case.write_inner_content(|out| {
                let failure = element(out, name, &attributes);
                failure.write_text_content(text(&story(evidence))).map(drop)
            })?;
        }
        (Outcome::NotOffered | Outcome::NotChecked, _) => {
            let note = format!("{}: {note}", line.verdict.word());
            write_note(case, "skipped", &note)?;
        }
        (Outcome::Tolerated, _) => write_note(case, "system-out", note)?,
        (Outcome::Pass | Outcome::Fail, _) => {
            case.write_empty()?;
        }
    }
    Ok(())
}

fn write_note(case: ElementWriter<'_, Vec<u8>>, name: &str, note: &str) -> io::Result<()> {
    case.write_inner_content(|out| {
        out.create_element(name).write_text_content(text(note)).map(drop)
    })?;
    Ok(())
}

/// As the card shows it below the line.
fn story(evidence: &SheetEvidence) -> String {
    let rows = evidence.parts().map(|(name, text)| format!("{name:<8}  {text}"));
    rows.collect::<Vec<_>>().join("\n")
}

/// A program that does not start has not failed a test: none could be made.
fn is_error(sheet: &Sheet, line: &SheetLine) -> bool {
    !sheet.started && line.verdict == Outcome::Fail
}

/// How many cases there are of each kind.
struct Count {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

fn count(sheet: &Sheet, lines: &[&SheetLine]) -> Count {
    let of = |asks: &dyn Fn(&SheetLine) -> bool| lines.iter().filter(|line| asks(line)).count();
    let errors = of(&|line| is_error(sheet, line));
    let is_skipped =
        |line: &SheetLine| matches!(line.verdict, Outcome::NotOffered | Outcome::NotChecked);
    Count {
        tests: lines.len(),
        failures: of(&|line| line.verdict == Outcome::Fail) - errors,
        errors,
        skipped: of(&is_skipped),
    }
}

impl Count {
    /// Adds what suites and their sum have alike.
    fn put_on<'a>(&self, element: ElementWriter<'a, Vec<u8>>) -> ElementWriter<'a, Vec<u8>> {
        let all = [("tests", self.tests), ("failures", self.failures), ("errors", self.errors)];
        all.iter().fold(element, |element, (name, number)| {
            element.with_attribute((*name, number.to_string().as_str()))
        })
    }
}

fn element<'a>(
    out: &'a mut Out,
    name: &'a str,
    attributes: &[(&str, &str)],
) -> ElementWriter<'a, Vec<u8>> {
    let legal: Vec<_> = attributes.iter().map(|(name, value)| (*name, legal(value))).collect();
    let attributes = legal.iter().map(|(name, value)| (*name, value.as_str()));
    out.create_element(name).with_attributes(attributes)
}

fn text(text: &str) -> BytesText<'static> {
    BytesText::new(&legal(text)).into_owned()
}

/// XML 1.0 has no place for most control characters, nor for two that are none, not even escaped.
fn legal(text: &str) -> String {
    let mut legal = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' | '\n' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'.. => {
                legal.push(character);
            }
            _ => legal.extend(character.escape_unicode()),
        }
    }
    legal
}

/// What the format wants from those that do not tell the name of the machine.
const HOST: &str = "localhost";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_can_not_hold_is_written_in_words() {
        assert_eq!(legal("a\0b\u{FFFE}\u{FFFF}\r\x1b"), "a\\u{0}b\\u{fffe}\\u{ffff}\\u{d}\\u{1b}");
        let kept = "tab\tline\nNguyễn 🎬 <&>\"'\u{FFFD}\u{10FFFF}";
        assert_eq!(legal(kept), kept);
    }
}
