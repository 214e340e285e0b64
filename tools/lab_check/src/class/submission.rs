//! A folder that somebody has handed in, whatever it is called and however deep its program lies.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::escape::escaped;

/// A folder, and what it is called.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    pub(crate) folder: PathBuf,
    /// As the folder is called.
    pub(crate) name: String,
    /// What its files are called: like no other's, and without what a system or a shell does not
    /// take.
    pub(crate) file: String,
}

impl Submission {
    /// All of them, in this order.
    pub(crate) fn of_all(folders: &[PathBuf]) -> Vec<Self> {
        let mut taken: BTreeSet<String> = OWN_FILES.iter().map(|&name| name.to_owned()).collect();
        let mut submission = |folder: &PathBuf| {
            let name = escaped(&name_of(folder));
            let plain = file_name(&name);
            let mut file = plain.clone();
            let mut number = 1;
            // Not all systems tell capitals from small letters.
            while !taken.insert(file.to_lowercase()) {
                number += 1;
                file = format!("{plain}-{number}");
            }
            Self { folder: folder.clone(), name, file }
        };
        folders.iter().map(&mut submission).collect()
    }

    /// The folder in which the program lies: this one, or the only one below it that has the file.
    ///
    /// # Errors
    /// There is none, or more than one: in one line.
    pub(crate) fn folder_with(&self, file: &str) -> Result<PathBuf, String> {
        let is_folder = fs::metadata(&self.folder).is_ok_and(|folder| folder.is_dir());
        if !is_folder {
            return Err("it is no folder".to_owned());
        }
        if self.folder.join(file).is_file() {
            return Ok(self.folder.clone());
        }
        let mut found = Vec::new();
        look_below(&self.folder, file, DEPTH, &mut found);
        found.sort();
        let below = |folder: &PathBuf| {
            let path = folder.strip_prefix(&self.folder).unwrap_or(folder);
            escaped(&path.to_string_lossy())
        };
        match found.as_slice() {
            [] => Err(format!("there is no {file} in it")),
            [only] => Ok(only.clone()),
            many => {
                let places: Vec<_> = many.iter().map(below).collect();
                Err(format!("{} folders in it have a {file}: {}", many.len(), places.join(", ")))
            }
        }
    }
}

fn name_of(folder: &Path) -> String {
    let full = fs::canonicalize(folder);
    let name = folder.file_name().or_else(|| full.as_ref().ok()?.file_name());
    name.map_or_else(|| folder.to_string_lossy(), |name| name.to_string_lossy()).into_owned()
}

/// Letters and digits of all languages stay.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '_' };
    name.chars().take(LONGEST).map(plain).collect()
}

/// The folders below this one that have the file. Links are not followed: they may lead out of it,
/// or round in a circle.
fn look_below(folder: &Path, file: &str, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let name = entry.file_name();
        let is_own = !name.to_string_lossy().starts_with(['.', '_']);
        if !is_folder || !is_own {
            continue;
        }
        if entry.path().join(file).is_file() {
            found.push(entry.path());
        }
        if depth > 1 {
            look_below(&entry.path(), file, depth - 1, found);
        }
    }
}

/// What the folder of the cards has besides cards.
const OWN_FILES: [&str; 3] = ["class", "summary", "index"];
/// How deep an archive may have put the files.
const DEPTH: usize = 3;
/// Systems take 255 bytes, and a character may have four.
const LONGEST: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_submission_has_files_of_its_own() {
        let folders =
            ["a/Anna", "b/anna", "Summary", "O'Neil, Pat", "x/../y/-rf", "\u{1b}[2J", "Nguyễn"];
        let all = Submission::of_all(&folders.map(PathBuf::from));
        let files: Vec<_> = all.iter().map(|one| one.file.as_str()).collect();
        let expected = ["Anna", "anna-2", "Summary-2", "O_Neil__Pat", "-rf", "_x1B_2J", "Nguyễn"];
        assert_eq!(files, expected);
        assert_eq!(all.last().unwrap().name, "Nguyễn");
    }
}
