//! The folder in which a program under test runs.
//!
//! It looks like the user's own folder, so that `python3 Server.py` finds its files; but files that
//! are written there (the lab's clients keep a cache file) do no harm, and it has movies for the
//! cases: one that is over soon, and one with a frame of 20,000 bytes.

use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

use crate::guard::Guard;

#[cfg(any(windows, test))]
mod likeness;

/// A folder of links to everything in the user's folder, or of copies, and of movies. It is removed
/// when this is dropped, or when this process is killed.
#[derive(Debug)]
pub(crate) struct Stage {
    folder: PathBuf,
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
        let stage = Self { folder: folder.clone(), _guard: guard };
        stage.fill().map_err(could_not)?;
        Ok(stage)
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

    /// Puts one of the user's files there under that name, in place of any other. It is not a
    /// symbolic link, because servers may refuse those that lead out of their folder.
    ///
    /// # Errors
    /// It can't be put there: in one line.
    pub(crate) fn lend(&self, name: &str, file: &Path) -> Result<(), String> {
        let path = self.folder.join(name);
        fs::remove_file(&path).ok();
        let lent = fs::canonicalize(file).and_then(|file| {
            // There can be no hard link to a file on another disk.
            fs::hard_link(&file, &path).or_else(|_| fs::copy(&file, &path).map(|_| ()))
        });
        lent.map_err(|error| format!("could not put {name} there: {error}"))
    }

    #[cfg(unix)]
    fn fill(&self) -> io::Result<()> {
        fs::create_dir(&self.folder)?;
        let own = env::current_dir()?;
        for entry in fs::read_dir(&own)? {
            let entry = entry?;
            std::os::unix::fs::symlink(entry.path(), self.folder.join(entry.file_name()))?;
        }
        Ok(())
    }

    #[cfg(windows)]
    fn fill(&self) -> io::Result<()> {
        let own = env::current_dir()?;
        let likeness = likeness::Likeness::of(&own)?;
        fs::create_dir(&self.folder)?;
        likeness.put(&own, &self.folder, |file, place| fs::hard_link(file, place))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).ok();
    }
}

fn number() -> u32 {
    rand::random()
}
