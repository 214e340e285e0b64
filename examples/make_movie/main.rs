//! Renders `movie.Mjpeg`, the sample movie of the lab: bouncing balls, traced ray by ray.
//!
//! ```text
//! cargo run --release --example make_movie                  # writes movie.Mjpeg
//! cargo run --release --example make_movie -- --out FILE    # writes FILE
//! cargo run --release --example make_movie -- --check       # compares with movie.Mjpeg
//! ```
//!
//! The movie has the same bytes on every run and on every machine, so `--check` can prove that the
//! movie in the repository is the one this program makes.
//!
//! From the outside to the inside: `movie` puts the frames together, `scene` says where
//! everything is at a frame, `tracer` and `studio` turn that into light, `picture` into a
//! JPEG, and `overlay` writes the frame number on it.

// A command-line program: printing is its job.
#![allow(clippy::print_stdout, clippy::print_stderr)]
// Pixels are counted in whole numbers and computed in fractions; all of them are small.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
#![allow(clippy::cast_precision_loss, clippy::cast_sign_loss)]

mod movie;
mod overlay;
mod picture;
mod scene;
mod studio;
mod tracer;
mod vector;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The movie in the repository.
const MOVIE: &str = "movie.Mjpeg";

/// What is printed for arguments that make no sense.
const USAGE: &str = "usage: make_movie [--check | --out FILE]";

/// The exit code after that.
const WRONG_USAGE: u8 = 2;

/// Makes or checks the movie, as the arguments say.
fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let outcome = match arguments.as_slice() {
        [] => make(Path::new(MOVIE)),
        [option] if option == "--check" => check(Path::new(MOVIE)),
        [option, file] if option == "--out" => make(Path::new(file)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(WRONG_USAGE);
        }
    };
    match outcome {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Renders the movie into a file.
fn make(file: &Path) -> Result<String, String> {
    let frames = movie::render()?;
    let bytes = frames.concat();
    replace_file(file, &bytes)
        .map_err(|error| format!("could not write {}: {error}", file.display()))?;
    Ok(format!("wrote {}: {} frames, {} bytes", file.display(), frames.len(), bytes.len()))
}

/// Writes a file so that it is, at any moment, either the old one or the complete new one.
fn replace_file(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".part");
    let unfinished = PathBuf::from(unfinished);
    let outcome = fs::write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, file));
    if outcome.is_err() {
        // The caller tells what went wrong; here an incomplete file is removed, if there is one.
        let _ = fs::remove_file(&unfinished);
    }
    outcome
}

/// Renders the movie and compares it with a file.
fn check(file: &Path) -> Result<String, String> {
    let found =
        fs::read(file).map_err(|error| format!("could not read {}: {error}", file.display()))?;
    let frames = movie::render()?;
    if let Some((number, offset)) = first_difference(&frames, &found) {
        return Err(format!(
            "{} differs in frame {number}, at byte {offset} of the file",
            file.display()
        ));
    }
    let summary = format!("{} frames, {} bytes", frames.len(), found.len());
    Ok(format!("{} equals the rendered movie: {summary}", file.display()))
}

/// The number of the first frame that is different in the file, and the place in the file.
///
/// A file that is too short differs where it ends, one that is too long where it should end.
fn first_difference(frames: &[Vec<u8>], found: &[u8]) -> Option<(usize, usize)> {
    let mut rest = found;
    for (number, frame) in (1..).zip(frames) {
        let same = frame.iter().zip(rest).take_while(|(made, read)| made == read).count();
        if same < frame.len() {
            return Some((number, found.len() - rest.len() + same));
        }
        rest = rest.get(same..).unwrap_or_default();
    }
    if rest.is_empty() { None } else { Some((frames.len() + 1, found.len() - rest.len())) }
}
