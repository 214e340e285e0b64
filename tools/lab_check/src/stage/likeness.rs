//! Puts the contents of a folder into another one, for systems where not everybody may make
//! symbolic links.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The files and folders below a folder, by their paths from there.
#[derive(Debug, Default)]
pub(super) struct Likeness {
    /// Each folder before those in it.
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
    /// The most of both.
    most: usize,
}

impl Likeness {
    /// Lists what is in `folder` now and can be read. Links to folders are left out, because they
    /// may lead round in a circle.
    ///
    /// # Errors
    /// It can't be read, or holds too much to be the folder of a lab.
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        Self::of_at_most(MOST, folder)
    }

    fn of_at_most(most: usize, folder: &Path) -> io::Result<Self> {
        let mut likeness = Self { most, ..Self::default() };
        likeness.look(folder, Path::new(""))?;
        let mut looked = 0;
        while let Some(inner) = likeness.folders.get(looked).cloned() {
            // A drive has folders that only the system can read.
            likeness.look(&folder.join(&inner), &inner).or_else(unless_refused)?;
            looked += 1;
        }
        Ok(likeness)
    }

    fn look(&mut self, folder: &Path, name: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = name.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                self.folders.push(name);
            } else if entry.path().is_file() {
                self.files.push(name);
            }
            if self.folders.len() + self.files.len() > self.most {
                let flaw = format!("expected at most {} files in this folder and below", self.most);
                return Err(io::Error::other(flaw + ", found more: run it in the lab's own"));
            }
        }
        Ok(())
    }

    /// Puts the same files from `folder` into another one: each by `link`, or as a copy if that is
    /// refused, as it is on another drive.
    ///
    /// # Errors
    /// There is no room for it.
    pub(super) fn put(
        &self,
        folder: &Path,
        other: &Path,
        link: impl Fn(&Path, &Path) -> io::Result<()>,
    ) -> io::Result<()> {
        for name in &self.folders {
            fs::create_dir(other.join(name))?;
        }
        for name in &self.files {
            let (file, place) = (folder.join(name), other.join(name));
            // What we can't read, the program under test can't read either.
            if link(&file, &place).is_err() && File::open(&file).is_ok() {
                fs::copy(&file, &place)?;
            }
        }
        Ok(())
    }
}

fn unless_refused(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::PermissionDenied { Ok(()) } else { Err(error) }
}

/// A lab with everything that it has installed has less; a whole home folder has more, and would
/// take minutes.
const MOST: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn lab() -> tempfile::TempDir {
        let lab = tempfile::tempdir().unwrap();
        fs::create_dir_all(lab.path().join("package/inner")).unwrap();
        fs::create_dir(lab.path().join("empty")).unwrap();
        for name in ["Server.py", "package/__init__.py", "package/inner/deep.py"] {
            fs::write(lab.path().join(name), name).unwrap();
        }
        lab
    }

    /// All that is there, with what is in it.
    fn found(folder: &Path) -> Vec<(PathBuf, String)> {
        let Likeness { folders, files, .. } = Likeness::of(folder).unwrap();
        let all = folders.into_iter().chain(files);
        let mut all: Vec<_> = all
            .map(|name| {
                let text = fs::read_to_string(folder.join(&name)).unwrap_or_default();
                (name, text)
            })
            .collect();
        all.sort();
        all
    }

    #[test]
    fn folders_come_along_whether_files_can_be_linked_or_not() {
        let lab = lab();
        assert_eq!(found(lab.path()).len(), 6);
        let another_drive = |_: &Path, _: &Path| Err(io::ErrorKind::CrossesDevices.into());
        let linked = |file: &Path, place: &Path| fs::hard_link(file, place);
        for link in [&another_drive as &dyn Fn(&Path, &Path) -> io::Result<()>, &linked] {
            let stage = tempfile::tempdir().unwrap();
            Likeness::of(lab.path()).unwrap().put(lab.path(), stage.path(), link).unwrap();
            assert_eq!(found(stage.path()), found(lab.path()));
        }
    }

    #[test]
    fn a_file_that_has_gone_since_is_left_out() {
        let (lab, stage) = (lab(), tempfile::tempdir().unwrap());
        let likeness = Likeness::of(lab.path()).unwrap();
        fs::remove_file(lab.path().join("Server.py")).unwrap();
        likeness.put(lab.path(), stage.path(), |file, place| fs::hard_link(file, place)).unwrap();
        assert_eq!(found(stage.path()), found(lab.path()));
    }

    #[test]
    fn a_stage_inside_the_lab_does_not_hold_itself() {
        let lab = lab();
        let (likeness, stage) = (Likeness::of(lab.path()).unwrap(), lab.path().join("stage"));
        fs::create_dir(&stage).unwrap();
        likeness.put(lab.path(), &stage, |file, place| fs::hard_link(file, place)).unwrap();
        assert_eq!(found(&stage).len(), 6);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_round_or_nowhere_are_left_out() {
        let lab = lab();
        let before = found(lab.path());
        std::os::unix::fs::symlink("..", lab.path().join("package/round")).unwrap();
        std::os::unix::fs::symlink("none", lab.path().join("nowhere")).unwrap();
        assert_eq!(found(lab.path()), before);
    }

    #[test]
    fn what_is_too_much_for_a_lab_is_said() {
        let (lab, flaw) = (lab(), "expected at most 5 files in this folder and below, found more");
        assert!(Likeness::of_at_most(6, lab.path()).is_ok());
        let error = Likeness::of_at_most(5, lab.path()).unwrap_err().to_string();
        assert!(error.starts_with(flaw), "{error}");
    }
}
