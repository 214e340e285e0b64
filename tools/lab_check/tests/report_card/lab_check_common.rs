//! What the tests of `lab_check` share: running it, and reading its table.

#![allow(dead_code, reason = "every test program uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use crate::common::programs::project;

/// `lab_check`, to be run in that folder.
pub(crate) fn lab_check(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab_check"));
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// What it said and how it ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// Runs it to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("run lab_check");
        let [stdout, stderr] = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8(bytes).expect("lab_check prints text"));
        Self { code: output.status.code(), stdout, stderr }
    }
}

/// The titles of a card's lines with that verdict.
pub(crate) fn titles<'a>(card: &'a str, verdict: &str) -> Vec<&'a str> {
    let start = format!("  {verdict:<11}  ");
    let lines = card.lines().filter_map(|line| line.strip_prefix(start.as_str()));
    // What was measured comes after the title.
    lines.map(|line| line.split(": ").next().unwrap()).collect()
}

/// The table of `--tsv`: for each program its cells, by their columns.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<BTreeMap<String, String>>,
}

impl Table {
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("read the table");
        let mut lines =
            text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
        let columns = lines.next().expect("a header");
        let row = |cells: Vec<String>| {
            assert_eq!(cells.len(), columns.len(), "a cell for each column: {cells:?}");
            columns.iter().cloned().zip(cells).collect()
        };
        let rows = lines.map(row).collect();
        Self { columns, rows }
    }

    /// The requirements of the only program that have this verdict.
    pub(crate) fn with_verdict(&self, verdict: &str) -> Vec<String> {
        let [row] = self.rows.as_slice() else { panic!("one row, found {:?}", self.rows) };
        let requirements = self.requirements().iter();
        requirements.filter(|column| row[*column] == verdict).cloned().collect()
    }

    /// The columns after the program's name, the five counts and the seven figures.
    pub(crate) fn requirements(&self) -> &[String] {
        &self.columns[13..]
    }
}

/// A file of the Python lab.
pub(crate) fn python_lab(file: &str) -> PathBuf {
    project().join("tests/python_lab").join(file)
}

/// What is wrong with each of the cases, which are checked some at a time. Those are a load that a class's
/// computer never has, so what is wrong is checked once more, alone; if much is, it is not the load.
pub(crate) fn flaws_of<T: Sync>(
    cases: &[T],
    at_once: usize,
    flaw: impl Fn(&T) -> Option<String> + Sync,
) -> Vec<String> {
    let (waiting, flawed) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().next();
                    let Some(case) = next else { return };
                    if let Some(what) = flaw(case) {
                        flawed.lock().unwrap().push((case, what));
                    }
                }
            });
        }
    });
    let flawed = flawed.into_inner().unwrap();
    if flawed.len() > MOST_AGAIN {
        return flawed.into_iter().map(|(_, what)| what).collect();
    }
    flawed.into_iter().filter_map(|(case, _)| flaw(case)).collect()
}

/// So many cases are checked once more.
const MOST_AGAIN: usize = 6;
