//! The picture files that the client has in its folder.

use std::fs::{self, DirEntry, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::escape::escaped;
use crate::stage::Stage;

/// The client's own files that hold a picture or have the name of a cache; all else is a copy of
/// the user's, or a link. A client may leave other files, such as a log.
pub(crate) fn picture_files(stage: &Stage) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(stage.folder()) else { return Vec::new() };
    let is_own = |entry: &DirEntry| {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        is_file && !stage.brought(&entry.file_name())
    };
    let own = entries.flatten().filter(is_own);
    own.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(name, path)| name.starts_with("cache") || holds_picture(path))
        .map(|(name, path)| (escaped(&name), path))
        .collect()
}

/// Whether it begins as a JPEG does.
fn holds_picture(path: &Path) -> bool {
    let mut start = [0; 2];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == [0xFF, 0xD8]
}
