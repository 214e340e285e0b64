//! What has to be known of a whole movie before it is described: how long it is, and whether RTP
//! can carry it. A movie is surveyed when it is first asked for, and again only if its file
//! changes, or if so many others were surveyed since that it was forgotten.

use std::collections::HashMap;
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::standard::jpeg_payload::{CannotCarry, JpegFrame};
use crate::video_stream::{MovieError, Version, VideoStream};

/// What is known of a movie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Survey {
    /// The version of the file that was surveyed.
    pub(super) version: Version,
    /// How many frames it has.
    pub(super) frames: u64,
    /// The first frame that RTP can't carry, and why.
    pub(super) unfit: Option<Unfit>,
}

/// An open movie, and what is known of it.
pub(super) type SurveyedMovie = (VideoStream, Survey);

/// A frame that RTP can't carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unfit {
    frame: u64,
    flaw: CannotCarry,
}

impl Unfit {
    /// The shell command that converts the movie.
    pub(super) fn conversion(&self, movie: &str) -> String {
        self.flaw.conversion(movie, "converted.Mjpeg")
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "frame {}: {}", self.frame, self.flaw)
    }
}

impl Survey {
    /// Reads the movie to its end.
    pub(super) fn of(video: &mut VideoStream) -> Self {
        // The version comes first, so that what is written in the meantime causes a new survey.
        let mut survey = Self { version: video.version(), frames: 0, unfit: None };
        // What comes after damage can't be sent, so it is not counted.
        while let Ok(Some(frame)) = video.next_frame() {
            survey.frames += 1;
            if survey.unfit.is_none() {
                // A damaged frame is left out, and the others are sent.
                let flaw = JpegFrame::of(frame).err().filter(|flaw| !is_damage(flaw));
                survey.unfit = flaw.map(|flaw| Unfit { frame: survey.frames, flaw });
            }
        }
        survey
    }
}

/// Whether the frame is merely damaged, which says nothing about the other frames.
const fn is_damage(flaw: &CannotCarry) -> bool {
    matches!(
        flaw,
        CannotCarry::NoJpeg { .. } | CannotCarry::Cut { .. } | CannotCarry::Damaged { .. }
    )
}

/// The surveys of the movies that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Surveys(Mutex<HashMap<PathBuf, Survey>>);

impl Surveys {
    /// Opens the movie `name` in `folder`, and surveys it if need be.
    ///
    /// # Errors
    /// It can't be opened.
    pub(super) fn open(&self, folder: &Path, name: &str) -> Result<SurveyedMovie, MovieError> {
        let mut video = VideoStream::open(folder, name)?;
        let survey = match self.known(name, video.version()) {
            Some(known) => known,
            None => self.look_at(&mut video, name)?,
        };
        Ok((video, survey))
    }

    fn known(&self, name: &str, version: Version) -> Option<Survey> {
        self.lock().get(&path_of(name)).filter(|known| known.version == version).cloned()
    }

    /// Surveys a movie and goes back to its start. The lock is not held meanwhile, because others
    /// would have to wait, and a long movie takes a while.
    fn look_at(&self, video: &mut VideoStream, name: &str) -> Result<Survey, MovieError> {
        let survey = Survey::of(video);
        video.rewind()?;
        let mut movies = self.lock();
        if movies.len() >= MOST {
            movies.clear();
        }
        movies.insert(path_of(name), survey.clone());
        Ok(survey)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PathBuf, Survey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A movie has many names, `./movie` and so on; all of them share one survey.
fn path_of(name: &str) -> PathBuf {
    let is_named = |part: &Component<'_>| *part != Component::CurDir;
    Path::new(name).components().filter(is_named).collect()
}

/// How many surveys are kept. Clients choose the names, so the list must not grow for ever.
const MOST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_movie_is_looked_at_once_under_all_its_names_and_comes_at_its_start() {
        let folder = tempfile::tempdir().unwrap();
        let frames = b"00004\xFF\xD8\xFF\xD900004\xFF\xD8\xFF\xD9";
        fs::write(folder.path().join("movie"), frames).unwrap();
        let path = folder.path().canonicalize().unwrap();
        let surveys = Surveys::default();
        for name in ["movie", "./movie", ".//./movie"] {
            let (video, survey) = surveys.open(&path, name).unwrap();
            assert_eq!((video.frame_number(), survey.frames), (0, 2), "{name}");
        }
        assert_eq!(surveys.lock().len(), 1);
    }
}
