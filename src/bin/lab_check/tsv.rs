//! The table of many programs: a row for each, a column for each requirement.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use crate::card::{Card, FAIL, NOT_CHECKED, NOT_OFFERED, PASS};

/// Appends the card's row to the table in `path`; begins the table if there is none.
///
/// # Errors
/// The file can't be written, or is the table of other requirements: in one line.
pub(crate) fn append(path: &Path, card: &Card) -> Result<(), String> {
    let could_not = |error| format!("could not write {}: {error}", path.display());
    let mut options = OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).open(path).map_err(could_not)?;
    let mut header = header_of(card);
    let mut found = String::new();
    file.read_to_string(&mut found).map_err(could_not)?;
    match found.lines().next() {
        None => header.push('\n'),
        Some(line) if line == header => header.clear(),
        Some(_) => {
            let why = "its first line has other columns: give each kind of check a file of its own";
            return Err(format!("could not write {}: {why}", path.display()));
        }
    }
    // One write: programs that check at the same time don't mix their rows.
    write(&mut file, &format!("{header}{}\n", row_of(card))).map_err(could_not)
}

fn write(file: &mut File, text: &str) -> std::io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.flush()
}

fn header_of(card: &Card) -> String {
    let ids = card.lines().iter().map(|line| line.requirement.id);
    ["program", "passed", "failed", "not offered", "not checked"]
        .into_iter()
        .chain(ids)
        .collect::<Vec<_>>()
        .join("\t")
}

fn row_of(card: &Card) -> String {
    let subject = card.subject().replace(|c: char| c.is_control(), " ");
    let counts = [PASS, FAIL, NOT_OFFERED, NOT_CHECKED].map(|word| card.count(word).to_string());
    let verdicts = card.lines().iter().map(|line| line.verdict.word().to_owned());
    let cells: Vec<_> = std::iter::once(subject).chain(counts).chain(verdicts).collect();
    cells.join("\t")
}
