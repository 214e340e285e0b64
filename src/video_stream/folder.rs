//! From the name that a client asks for to an open file: in the folder of movies and nowhere else.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::movie_error::MovieError;

/// Opens the file `name` in `folder`; returns the file and its length in bytes.
///
/// # Errors
/// There is no such file in the folder, or it can't be read.
pub(super) fn open(folder: &Path, name: &str) -> Result<(File, u64), MovieError> {
    let missing = || {
        let near = names_a_file(name).then(|| nearest(folder, name)).flatten();
        MovieError::NoFile { name: name.to_owned(), near }
    };
    let unreadable = |source| MovieError::Read { offset: 0, source };
    let path = folder.join(name);
    if !leads_down(name) || !names_a_file(name) || !path.is_file() {
        return Err(missing());
    }
    let file = open_at_once(&path).map_err(unreadable)?;
    let found = file.metadata().map_err(unreadable)?;
    let is_inside = true_path(&file, &path).is_ok_and(|path| lies_in(&path, folder));
    if !is_inside {
        return Err(MovieError::Outside { name: name.to_owned() });
    }
    if found.is_file() { Ok((file, found.len())) } else { Err(missing()) }
}

/// The file of the folder itself whose name is most like `name`, if one is.
fn nearest(folder: &Path, name: &str) -> Option<String> {
    let files = folder.read_dir().ok()?.take(MOST_LOOKED_AT).flatten();
    let files = files.filter(|file| file.file_type().is_ok_and(|kind| kind.is_file()));
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    let stem = |name: &str| Path::new(&name.to_lowercase()).file_stem().map(ToOwned::to_owned);
    let is_same = |other: &str| stem(name) == stem(other);
    let steps = |other: &str| if is_same(other) { 0 } else { distance(name, other) };
    let distances = names.map(|other| (steps(&other), other));
    let (_, nearest) = distances.filter(|(steps, other)| *steps * 2 <= other.len()).min()?;
    Some(nearest)
}

/// How many letters to add, to drop or to replace until one name is the other; case does not count.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.to_lowercase().chars().take(LONGEST_NAME).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.to_lowercase().chars().take(LONGEST_NAME).enumerate() {
        let mut left = line + 1;
        let mut next = vec![left];
        for (pair, there) in row.windows(2).zip(&other) {
            if let &[diagonal, above] = pair {
                left = (diagonal + usize::from(letter != *there)).min(above.min(left) + 1);
                next.push(left);
            }
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// A folder may have more files than a flood of wrong names is worth.
const MOST_LOOKED_AT: usize = 200;
/// No system has longer names.
const LONGEST_NAME: usize = 255;

/// Whether a name is no absolute path and has no `..`; it may still be a link.
fn leads_down(name: &str) -> bool {
    let is_down = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    !name.contains('\0') && Path::new(name).components().all(is_down)
}

/// Whether a name ends like a file's. Given `movie.Mjpeg/`, Linux finds nothing but Windows finds
/// the movie, because it tidies up paths before it opens them.
fn names_a_file(name: &str) -> bool {
    let last = name.rsplit(std::path::is_separator).next();
    !matches!(last, None | Some("" | "."))
}

/// Opens a file to read it. If a pipe has taken its place in the meantime, this does not wait for a
/// writer.
fn open_at_once(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(target_os = "linux")]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, O_NONBLOCK);
    options.read(true).open(path)
}

/// Where the file opened at `path` really lies, without links. If the system can't tell that from
/// the open file, the path is looked up again, although a link may have been swapped in the
/// meantime.
fn true_path(file: &File, path: &Path) -> io::Result<PathBuf> {
    known_path(file).or_else(|_| path.canonicalize())
}

/// Whether a path without links lies in `folder`, which may be relative, contain links, or on
/// Windows lack the `\\?\` of canonical paths. The server's folder is canonical, and compared as it
/// stands.
fn lies_in(path: &Path, folder: &Path) -> bool {
    let is_canonical = folder.is_absolute() && path.starts_with(folder);
    // An empty path means the current folder, but no system accepts it.
    is_canonical || folder.join(".").canonicalize().is_ok_and(|folder| path.starts_with(folder))
}

/// An absolute path as people write it, without the `\\?\` that Windows puts before it.
pub fn as_written(path: &Path) -> String {
    let path = path.display().to_string();
    match path.strip_prefix(r"\\?\UNC\") {
        Some(share) => format!(r"\\{share}"),
        None => path.strip_prefix(r"\\?\").unwrap_or(&path).to_owned(),
    }
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
    fn a_folder_is_shown_as_people_write_it() {
        for (path, shown) in [
            ("/home/ann/movies", "/home/ann/movies"),
            (r"\\?\C:\Users\Ann\movies", r"C:\Users\Ann\movies"),
            (r"\\?\UNC\school\lab", r"\\school\lab"),
        ] {
            assert_eq!(as_written(Path::new(path)), shown);
        }
    }

    #[test]
    fn what_ends_in_a_separator_is_a_folder() {
        for name in ["movie.Mjpeg", "./movie.Mjpeg", "sub/movie.Mjpeg", "movie.", ".Mjpeg"] {
            assert!(names_a_file(name), "{name}");
        }
        for name in ["", ".", "/", "movie.Mjpeg/", "movie.Mjpeg//", "movie.Mjpeg/.", "sub/./"] {
            assert!(!names_a_file(name), "{name}");
        }
        // On Linux a backslash is a character like any other.
        assert_ne!(names_a_file("movie.Mjpeg\\"), cfg!(windows));
    }

    #[test]
    fn the_nearest_name_is_offered_if_one_is_near() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["movie.Mjpeg", "lecture.Mjpeg", "notes.txt"] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        for (name, expected) in [
            ("movie.mjpeg", Some("movie.Mjpeg")),
            ("movie.Mjpg", Some("movie.Mjpeg")),
            ("movie", Some("movie.Mjpeg")),
            ("movies.Mjpeg", Some("movie.Mjpeg")),
            ("lecture.mjpeg", Some("lecture.Mjpeg")),
            ("x", None),
            ("entirely_different", None),
        ] {
            assert_eq!(nearest(dir.path(), name).as_deref(), expected, "{name}");
        }
        assert_eq!(nearest(&dir.path().join("none"), "movie.Mjpeg"), None);
    }

    #[test]
    fn a_distance_is_the_number_of_letters_that_differ() {
        for (one, other, expected) in
            [("", "", 0), ("", "abc", 3), ("ABC", "abc", 0), ("abc", "axc", 1), ("ab", "b", 1)]
        {
            assert_eq!(distance(one, other), expected, "{one} {other}");
            assert_eq!(distance(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn a_folder_is_known_however_it_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().canonicalize().unwrap();
        std::fs::create_dir(folder.join("sub")).unwrap();
        let here = Path::new(".").canonicalize().unwrap();
        let from_above = Path::new("..").join(here.file_name().unwrap());
        for (path, other) in [
            (folder.join("movie"), folder.clone()),
            (folder.join("sub/movie"), folder.join("sub/..")),
            (here.join("Cargo.toml"), PathBuf::from(".")),
            (here.join("Cargo.toml"), from_above.clone()),
            (here.join("Cargo.toml"), PathBuf::new()),
        ] {
            assert!(lies_in(&path, &other), "{} in {}", path.display(), other.display());
        }
        for other in [PathBuf::new(), from_above, folder.join("sub"), folder.join("none")] {
            assert!(!lies_in(&folder.join("movie"), &other), "in {}", other.display());
        }
    }
}
