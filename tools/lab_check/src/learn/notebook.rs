//! What is remembered from one run to the next, in a file beside the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::texts::Step;

/// How far one has come with a program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Page {
    /// The place in the plan, from 0.
    pub(crate) place: usize,
    /// The lines that were met when they were last looked at.
    pub(crate) met: BTreeSet<String>,
    /// Those that were not.
    pub(crate) unmet: BTreeSet<String>,
    /// The last run has failed.
    pub(crate) has_failed: bool,
    pub(crate) runs: u64,
    /// How many hints were taken in which step.
    pub(crate) hints: BTreeMap<String, usize>,
    /// When the first run began, in seconds of Unix's clock.
    pub(crate) begun: u64,
}

/// The pages, and where they are kept.
#[derive(Debug)]
pub(crate) struct Notebook {
    path: Option<PathBuf>,
    pages: BTreeMap<String, Page>,
    name: &'static str,
}

impl Notebook {
    /// That of this folder, opened at the page of that name; or an empty one that nobody keeps.
    pub(crate) fn open(folder: &Path, name: &'static str, is_kept: bool) -> Self {
        let path = is_kept.then(|| folder.join(FOLDER).join(FILE));
        let text = path.as_ref().and_then(|path| fs::read(path).ok()).unwrap_or_default();
        // What is no notebook is begun anew.
        let pages = serde_json::from_slice(&text).unwrap_or_default();
        Self { path, pages, name }
    }

    /// The page.
    pub(crate) fn page(&mut self) -> &mut Page {
        self.pages.entry(self.name.to_owned()).or_default()
    }

    /// A run begins.
    pub(crate) fn begin(&mut self, now: SystemTime) {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let page = self.page();
        page.runs += 1;
        if page.begun == 0 {
            page.begun = now;
        }
    }

    /// Writes all pages.
    ///
    /// # Errors
    /// They can't be written: in one line.
    pub(crate) fn keep(&self) -> Result<(), String> {
        let Some(path) = &self.path else { return Ok(()) };
        let could_not = |why: String| {
            format!("could not write {}: {why}; --no-state keeps nothing", path.display())
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| could_not(error.to_string()))?;
        }
        let text = serde_json::to_string_pretty(&self.pages);
        let text = text.map_err(|error| could_not(error.to_string()))?;
        fs::write(path, text + "\n").map_err(|error| could_not(error.to_string()))
    }
}

impl Page {
    /// How long it took so far.
    pub(crate) fn seconds(&self, now: SystemTime) -> u64 {
        now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().saturating_sub(self.begun)
    }

    /// How many of these lines were met.
    pub(crate) fn met_of(&self, step: &Step) -> usize {
        step.lines.iter().filter(|line| self.met.contains(&name_of(step, line.id))).count()
    }
}

/// What a line is called there: both programs have one of the name `setup`.
pub(crate) fn name_of(step: &Step, id: &str) -> String {
    format!("{} {id}", step.role.name())
}

/// The folder for what is remembered.
pub(crate) const FOLDER: &str = ".lab_check";
const FILE: &str = "learn.json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_what_is_no_notebook_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let open = |is_kept| Notebook::open(folder.path(), "client", is_kept);
        let mut notebook = open(true);
        notebook.begin(SystemTime::now());
        notebook.page().place = 3;
        notebook.keep().unwrap();
        assert_eq!(*open(true).page(), *notebook.page());
        assert_eq!(*open(false).page(), Page::default());
        fs::write(folder.path().join(FOLDER).join(FILE), "{\"client\": 7").unwrap();
        assert_eq!(*open(true).page(), Page::default());
    }
}
