//! From a client's word to an open file: in the folder of movies, and nowhere else.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::MovieError;

/// Opens the file `name` in `folder`, a canonical path; the file and its length in bytes.
///
/// # Errors
/// There is no such file in the folder, or it can't be read.
pub(super) fn open(folder: &Path, name: &str) -> Result<(File, u64), MovieError> {
    let unreadable = |source| MovieError::Read { offset: 0, source };
    let file = open_at_once(&find(folder, name)?).map_err(unreadable)?;
    let found = file.metadata().map_err(unreadable)?;
    if found.is_file() && is_still_in(folder, &file) {
        Ok((file, found.len()))
    } else {
        Err(MovieError::NoFile { name: name.to_owned() })
    }
}

/// The file that `name` means inside `folder`: no absolute path, no `..`, no link that leads out.
fn find(folder: &Path, name: &str) -> Result<PathBuf, MovieError> {
    let missing = || MovieError::NoFile { name: name.to_owned() };
    let inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if name.contains('\0') || !Path::new(name).components().all(inside) {
        return Err(missing());
    }
    let path = folder.join(name).canonicalize().map_err(|_| missing())?;
    let found = path.starts_with(folder) && path.is_file();
    if found { Ok(path) } else { Err(missing()) }
}

/// Opens a file to read it. If a pipe has taken its place meanwhile, nobody waits for a writer.
fn open_at_once(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, O_NONBLOCK);
    options.read(true).open(path)
}

/// Whether the open file lies in the folder: a link may have been swapped since its path was looked
/// at. Where the system does not tell, the look at the path must do.
#[cfg(target_os = "linux")]
fn is_still_in(folder: &Path, file: &File) -> bool {
    use std::os::fd::AsRawFd;
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    std::fs::read_link(own).map_or(true, |path| path.starts_with(folder))
}

#[cfg(not(target_os = "linux"))]
fn is_still_in(_folder: &Path, _file: &File) -> bool {
    true
}

/// Linux, on all but a few old processors: `open` does not wait (open(2)).
#[cfg(target_os = "linux")]
const O_NONBLOCK: i32 = 0o4000;
