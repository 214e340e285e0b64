//! From a client's word to an open file: in the folder of movies, and nowhere else.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::movie_error::MovieError;

/// Opens the file `name` in `folder`; the file and its length in bytes.
///
/// # Errors
/// There is no such file in the folder, or it can't be read.
pub(super) fn open(folder: &Path, name: &str) -> Result<(File, u64), MovieError> {
    let missing = || MovieError::NoFile { name: name.to_owned() };
    let unreadable = |source| MovieError::Read { offset: 0, source };
    let path = folder.join(name);
    if !leads_down(name) || !names_a_file(name) || !path.is_file() {
        return Err(missing());
    }
    let file = open_at_once(&path).map_err(unreadable)?;
    let found = file.metadata().map_err(unreadable)?;
    let is_inside = true_path(&file, &path).is_ok_and(|path| lies_in(&path, folder));
    if found.is_file() && is_inside { Ok((file, found.len())) } else { Err(missing()) }
}

/// Whether a name is no absolute path and has no `..`; it may still be a link.
fn leads_down(name: &str) -> bool {
    let is_down = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    !name.contains('\0') && Path::new(name).components().all(is_down)
}

/// Whether a name ends like one of a file. Behind `movie.Mjpeg/` Linux finds nothing, but Windows finds
/// the movie: paths are tidied up there before anything is opened.
fn names_a_file(name: &str) -> bool {
    let last = name.rsplit(std::path::is_separator).next();
    !matches!(last, None | Some("" | "."))
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

/// Whether a path without links lies in `folder`, however that is written: relative, by way of links,
/// or on Windows without the `\\?\` of canonical paths. The server's is canonical, and compared as it is.
fn lies_in(path: &Path, folder: &Path) -> bool {
    let is_canonical = folder.is_absolute() && path.starts_with(folder);
    // An empty path is the current folder, too, but no system knows it.
    is_canonical || folder.join(".").canonicalize().is_ok_and(|folder| path.starts_with(folder))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_in_a_separator_is_a_folder() {
        for name in ["movie.Mjpeg", "./movie.Mjpeg", "sub/movie.Mjpeg", "movie.", ".Mjpeg"] {
            assert!(names_a_file(name), "{name}");
        }
        for name in ["", ".", "/", "movie.Mjpeg/", "movie.Mjpeg//", "movie.Mjpeg/.", "sub/./"] {
            assert!(!names_a_file(name), "{name}");
        }
        // On Linux it is a letter like any other.
        assert_ne!(names_a_file("movie.Mjpeg\\"), cfg!(windows));
    }

    #[test]
    fn a_folder_is_known_however_it_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().canonicalize().unwrap();
        std::fs::create_dir(folder.join("sub")).unwrap();
        for (path, other) in [
            (folder.join("movie"), folder.clone()),
            (folder.join("sub/movie"), folder.join("sub/..")),
            (Path::new("src").canonicalize().unwrap(), PathBuf::from(".")),
            (Path::new("src/lib.rs").canonicalize().unwrap(), PathBuf::from("src")),
            (Path::new("src").canonicalize().unwrap(), PathBuf::new()),
        ] {
            assert!(lies_in(&path, &other), "{} in {}", path.display(), other.display());
        }
        for other in [PathBuf::new(), PathBuf::from("src"), folder.join("sub"), folder.join("none")]
        {
            assert!(!lies_in(&folder.join("movie"), &other), "in {}", other.display());
        }
    }
}
