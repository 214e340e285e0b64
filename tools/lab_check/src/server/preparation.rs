//! What a server is given before the first case: a folder, and movies.

use std::path::Path;

use crate::given::Server;
use crate::stage::Stage;

use super::long;
use super::movie::{LARGE_SIZE, Movie};
use super::run::Movies;
use super::subject::Subject;

/// The folder of the server and its movies.
pub(crate) fn prepare(server: &Server, movie: &Path) -> Result<(Subject, Movies), String> {
    match server {
        Server::At(place) => {
            let name = movie.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let whole = if movie.exists() { Movie::read(movie)? } else { Movie::unknown(name) };
            let short = whole.beginning(0, SHORT);
            Ok((Subject::at(place)?, Movies { whole, long: None, short, large: None }))
        }
        Server::Command(template) => {
            let whole = Movie::read(movie)?;
            let stage = Stage::build()?;
            stage.lend(&whole.name, movie)?;
            let short = whole.beginning(SHORT_FRAMES, SHORT);
            stage.put(SHORT, &short.to_file())?;
            let is_short = whole.frames.len() < long::FRAMES;
            let long = is_short.then(|| whole.repeated(long::FRAMES, LONG));
            if let Some(movie) = &long {
                stage.put(LONG, &movie.to_file())?;
            }
            let large = whole.with_frame_of(LARGE_SIZE, LARGE);
            if let Some(movie) = &large {
                stage.put(LARGE, &movie.to_file())?;
            }
            let template = template.clone();
            Ok((Subject::Command { template, stage }, Movies { whole, long, short, large }))
        }
    }
}

/// The movies that are made for the server. They share a folder with the user's files, so their
/// names are unlikely ones.
const LONG: &str = "lab_check_long.Mjpeg";
const SHORT: &str = "lab_check_short.Mjpeg";
const LARGE: &str = "lab_check_large.Mjpeg";
/// A second, so that a case sees its end.
const SHORT_FRAMES: usize = 20;
