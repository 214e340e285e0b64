//! The table of many programs: a row for each, a column for each figure and requirement.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use crate::figures::Figures;
use crate::sheet::{Counts, Sheet};

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
    pub(crate) fn append(mut self, sheet: &Sheet) -> Result<(), String> {
        let path = self.path;
        let mut header = header(sheet.lines.iter().map(|line| line.id.as_str()));
        let mut found = String::new();
        let read = self.file.read_to_string(&mut found);
        read.map_err(|error| could_not(path, &error.to_string()))?;
        match found.lines().next() {
            None => header.push('\n'),
            Some(line) if line == header => header.clear(),
            Some(_) => return Err(could_not(path, OTHER_COLUMNS)),
        }
        // One write: programs that check at the same time don't mix their rows.
        let written = write(&mut self.file, &format!("{header}{}\n", row(sheet)));
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

/// The names of the columns; these requirements come last.
pub(crate) fn header<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    COUNTS.into_iter().chain(FIGURES).chain(ids).collect::<Vec<_>>().join("\t")
}

/// A card as a row.
pub(crate) fn row(sheet: &Sheet) -> String {
    let Counts { pass, fail, tolerated, not_offered, not_checked } = sheet.counts;
    let counts = [pass, fail, tolerated, not_offered, not_checked].map(|count| count.to_string());
    let verdicts = sheet.lines.iter().map(|line| line.verdict.word().to_owned());
    let cells = std::iter::once(sheet.name.clone()).chain(counts).chain(figures_of(sheet));
    cells.chain(verdicts).collect::<Vec<_>>().join("\t")
}

/// What is not known is a dash, because `column -t` drops empty cells.
fn figures_of(sheet: &Sheet) -> [String; 7] {
    let Figures { rate, lost, first_packet_ms, reply_ms, ends } = &sheet.figures;
    let unknown = || "-".to_owned();
    let rounded = |value: Option<f64>, places: usize| {
        value.map_or_else(unknown, |value| format!("{value:.places$}"))
    };
    let exact = |value: Option<f64>| value.map_or_else(unknown, |value| value.to_string());
    [
        exact(sheet.points),
        exact(sheet.of),
        rounded(*rate, 2),
        rounded(*lost, 0),
        rounded(*first_packet_ms, 1),
        rounded(*reply_ms, 1),
        ends.clone().unwrap_or_else(unknown),
    ]
}

/// The first columns.
const COUNTS: [&str; 6] =
    ["program", "passed", "failed", "tolerated", "not offered", "not checked"];
/// The columns after them; their names are no requirement's.
const FIGURES: [&str; 7] = [
    "points",
    "of points",
    "frames a second",
    "frames lost",
    "first packet ms",
    "reply ms",
    "ended",
];
const OTHER_COLUMNS: &str =
    "its first line has other columns: give each kind of check a file of its own";
