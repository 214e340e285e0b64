//! The table of many programs: a row for each, a column for each requirement.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use crate::card::{Card, FAIL, NOT_CHECKED, NOT_OFFERED, PASS, TOLERATED};
use crate::escape::escaped;

/// A table that can be written.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    path: &'a Path,
    file: File,
}

impl<'a> Table<'a> {
    /// Opens the table in `path`; makes an empty file if there is none.
    ///
    /// # Errors
    /// The file can't be written: in one line.
    pub(crate) fn open(path: &'a Path) -> Result<Self, String> {
        let mut options = OpenOptions::new();
        let opened = options.read(true).append(true).create(true).open(path);
        let file = opened.map_err(|error| could_not(path, &error.to_string()))?;
        Ok(Self { path, file })
    }

    /// Appends the card's row; begins the table if it is empty.
    ///
    /// # Errors
    /// The file can't be written, or is the table of other requirements: in one line.
    pub(crate) fn append(mut self, card: &Card) -> Result<(), String> {
        let path = self.path;
        let mut header = header_of(card);
        let mut found = String::new();
        let read = self.file.read_to_string(&mut found);
        read.map_err(|error| could_not(path, &error.to_string()))?;
        match found.lines().next() {
            None => header.push('\n'),
            Some(line) if line == header => header.clear(),
            Some(_) => return Err(could_not(path, OTHER_COLUMNS)),
        }
        // One write: programs that check at the same time don't mix their rows.
        let written = write(&mut self.file, &format!("{header}{}\n", row_of(card)));
        written.map_err(|error| could_not(path, &error.to_string()))
    }
}

fn could_not(path: &Path, why: &str) -> String {
    format!("could not write {}: {why}", path.display())
}

fn write(file: &mut File, text: &str) -> std::io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.flush()
}

fn header_of(card: &Card) -> String {
    let ids = card.lines().iter().map(|line| line.requirement.id);
    ["program", "passed", "failed", "tolerated", "not offered", "not checked"]
        .into_iter()
        .chain(ids)
        .collect::<Vec<_>>()
        .join("\t")
}

fn row_of(card: &Card) -> String {
    let subject = escaped(&card.subject().replace(char::is_control, " "));
    let words = [PASS, FAIL, TOLERATED, NOT_OFFERED, NOT_CHECKED];
    let counts = words.map(|word| card.count(word).to_string());
    let verdicts = card.lines().iter().map(|line| line.verdict.word().to_owned());
    let cells: Vec<_> = std::iter::once(subject).chain(counts).chain(verdicts).collect();
    cells.join("\t")
}

const OTHER_COLUMNS: &str =
    "its first line has other columns: give each kind of check a file of its own";
