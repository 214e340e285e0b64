//! From a client's word to an open file: in the folder of movies, and nowhere else.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::movie_error::MovieError;

/// Opens the file `name` in `folder`, a canonical path; the file and its length in bytes.
///
/// # Errors
/// There is no such file in the folder, or it can't be read.
pub(super) fn open(folder: &Path, name: &str) -> Result<(File, u64), MovieError> {
    let missing = || MovieError::NoFile { name: name.to_owned() };
    let unreadable = |source| MovieError::Read { offset: 0, source };
    let path = folder.join(name);
    if !leads_down(name) || !path.is_file() {
        return Err(missing());
    }
    let file = open_at_once(&path).map_err(unreadable)?;
    let found = file.metadata().map_err(unreadable)?;
    let is_inside = true_path(&file, &path).is_ok_and(|path| path.starts_with(folder));
    if found.is_file() && is_inside { Ok((file, found.len())) } else { Err(missing()) }
}

/// Whether a name is no absolute path and has no `..`; it may still be a link.
fn leads_down(name: &str) -> bool {
    let is_down = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    !name.contains('\0') && Path::new(name).components().all(is_down)
}

/// Opens a file to read it. If a pipe has taken its place meanwhile, nobody waits for a writer.
fn open_at_once(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, O_NONBLOCK);
    options.read(true).open(path)
}

/// Where the file lies that was opened at `path`, without links. Where the system does not know it of
/// the file itself, for which a link may be swapped meanwhile, a look at the path must do.
fn true_path(file: &File, path: &Path) -> io::Result<PathBuf> {
    known_path(file).or_else(|_| path.canonicalize())
}

#[cfg(target_os = "linux")]
fn known_path(file: &File) -> io::Result<PathBuf> {
    use std::os::fd::AsRawFd;
    std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(not(target_os = "linux"))]
fn known_path(_file: &File) -> io::Result<PathBuf> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Linux, on all but a few old processors: `open` does not wait (open(2)).
#[cfg(target_os = "linux")]
const O_NONBLOCK: i32 = 0o4000;
