//! The movie that is played without arguments: `movie.Mjpeg` of this folder, or else the one that
//! is built into the program.

use std::fs;
use std::path::{Path, PathBuf};

use rtsp_lab::video_stream::VideoStream;
use tempfile::TempDir;

/// The movie of the server inside this program.
pub(crate) enum OwnMovie {
    /// A file in the folder where the program was started.
    Here,
    /// Built in, and written to a temporary folder because a server sends files. Dropping this
    /// removes the folder.
    BuiltIn(TempDir),
}

impl OwnMovie {
    /// The movie of this folder, or else the built-in one, written where a server can read it.
    ///
    /// # Errors
    /// There is no movie in this folder, and the built-in one can't be written: why, in one line.
    pub(crate) fn find() -> Result<Self, String> {
        if Path::new(NAME).is_file() {
            return Ok(Self::Here);
        }
        let written = tempfile::Builder::new().prefix("rtsp_lab-").tempdir().and_then(|folder| {
            fs::write(folder.path().join(NAME), MOVIE)?;
            Ok(folder)
        });
        let could_not = |error| format!("could not write the built-in movie: {error}");
        written.map(Self::BuiltIn).map_err(could_not)
    }

    /// Where it lies.
    pub(crate) fn folder(&self) -> PathBuf {
        match self {
            Self::Here => PathBuf::from("."),
            Self::BuiltIn(folder) => folder.path().to_owned(),
        }
    }

    /// How many frames it has, if all can be read.
    pub(crate) fn frames(&self) -> Option<u64> {
        let mut movie = VideoStream::open(&self.folder(), NAME).ok()?;
        while movie.next_frame().ok()?.is_some() {}
        Some(movie.frame_number())
    }

    /// What the terminal says when it begins.
    pub(crate) const fn greeting(&self) -> &'static str {
        match self {
            Self::Here => TWO_PROGRAMS,
            Self::BuiltIn(_) => "Playing the built-in movie from a server inside this program.",
        }
    }
}

/// What it is called.
pub(crate) const NAME: &str = "movie.Mjpeg";
const MOVIE: &[u8] = include_bytes!("../../../movie.Mjpeg");
const TWO_PROGRAMS: &str = "\
Playing from a server inside this program. The same with two programs, in two terminals:
    cargo run --bin server 2048
    cargo run --bin client_launcher 127.0.0.1 2048 5008 movie.Mjpeg";
