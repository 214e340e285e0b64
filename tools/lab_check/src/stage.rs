//! The folder in which a program under test runs.
//!
//! It looks like the user's own folder, so that `python3 Server.py` finds its files; but what is
//! written there (the lab's clients keep a cache file) does no harm, and it has movies for the
//! cases: one that is over soon, and one with a frame of 20,000 bytes.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

use crate::guard::Guard;

#[cfg(any(windows, test))]
mod likeness;

/// A folder of copies of the files in the user's folder, of links to the folders there, and of
/// movies. It is removed when this is dropped, or when this process is killed.
#[derive(Debug)]
pub(crate) struct Stage {
    folder: PathBuf,
    /// The names that the user's folder has.
    brought: BTreeSet<OsString>,
    _guard: Guard,
}

impl Stage {
    /// Builds a stage, and leaves the user's folder as it is.
    ///
    /// # Errors
    /// It can't be built: in one line.
    pub(crate) fn build() -> Result<Self, String> {
        let folder = env::temp_dir().join(format!("lab_check-{}-{:08x}", process::id(), number()));
        let could_not =
            |error| format!("could not prepare the folder {}: {error}", folder.display());
        let guard = Guard::of_folder(&folder).map_err(could_not)?;
        let mut stage = Self { folder: folder.clone(), brought: BTreeSet::new(), _guard: guard };
        let own = env::current_dir().map_err(could_not)?;
        stage.fill(&own).map_err(could_not)?;
        for entry in fs::read_dir(&own).map_err(could_not)?.flatten() {
            stage.brought.insert(entry.file_name());
        }
        Ok(stage)
    }

    /// Whether the user's folder has something of that name.
    pub(crate) fn brought(&self, name: &OsStr) -> bool {
        self.brought.contains(name)
    }

    /// Where the program is to run.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts a file there, in place of the user's own of that name.
    ///
    /// # Errors
    /// It can't be written: in one line.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.folder.join(name);
        // The old file is a link: writing through it would change the user's own file.
        fs::remove_file(&path).ok();
        fs::write(&path, bytes).map_err(|error| format!("could not write {name}: {error}"))
    }

    /// Puts a copy of one of the user's files there under that name, in place of any other. It is
    /// no link, so that the program can't change the user's own, and because servers may refuse links
    /// that lead out of their folder.
    ///
    /// # Errors
    /// It can't be put there: in one line.
    pub(crate) fn lend(&self, name: &str, file: &Path) -> Result<(), String> {
        let path = self.folder.join(name);
        fs::remove_file(&path).ok();
        let lent = fs::copy(file, &path);
        lent.map(drop).map_err(|error| format!("could not put {name} there: {error}"))
    }

    #[cfg(unix)]
    fn fill(&self, own: &Path) -> io::Result<()> {
        fs::create_dir(&self.folder)?;
        for entry in fs::read_dir(own)? {
            let entry = entry?;
            if entry.file_name() == COMPILED {
                continue;
            }
            let (file, place) = (entry.path(), self.folder.join(entry.file_name()));
            let is_copied = is_copied(&file) && fs::copy(&file, &place).is_ok();
            if !is_copied {
                fs::remove_file(&place).ok();
                std::os::unix::fs::symlink(file, place)?;
            }
        }
        Ok(())
    }

    #[cfg(windows)]
    fn fill(&self, own: &Path) -> io::Result<()> {
        let likeness = likeness::Likeness::of(own)?;
        fs::create_dir(&self.folder)?;
        likeness.put(own, &self.folder, |file, place| {
            if place.parent() == Some(self.folder.as_path()) && is_copied(file) {
                // So it becomes a copy.
                return Err(io::ErrorKind::Unsupported.into());
            }
            fs::hard_link(file, place)
        })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// Whether the program gets a copy of that file, and not a link.
fn is_copied(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|file| file.is_file() && file.len() <= LARGEST_COPY)
}

fn number() -> u32 {
    rand::random()
}

/// Many cases have a stage at the same time, so there is not room for everything.
const LARGEST_COPY: u64 = 64 << 20;
/// What Python has compiled, which is no use beside a copy, and would be renewed for everybody.
#[cfg(unix)]
const COMPILED: &str = "__pycache__";
