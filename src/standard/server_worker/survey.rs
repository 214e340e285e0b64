//! What has to be known of a whole movie before it is described: how long it is, and whether RTP
//! can carry it. A movie is surveyed when it is first asked for, and again only if its file
//! changes, or if so many others were surveyed since that it was forgotten.
//!
//! A survey belongs to nobody: all who wait for it take turns at it, a stretch of the file each. So
//! the file is looked through once for all of them, it goes on when one of them goes, and nothing is
//! done when nobody waits; who asks later goes on where it stopped. In a file to which something was
//! appended the survey goes on where it ended before.

use std::collections::HashMap;
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::recoder::Recoder;
use crate::standard::jpeg_payload::{CannotCarry, JpegFrame};
use crate::video_stream::{MovieError, Places, Version, VideoStream};

/// An open movie, and what is known of it.
pub(super) struct SurveyedMovie {
    pub(super) video: VideoStream,
    survey: Survey,
    path: PathBuf,
    surveys: Arc<Surveys>,
}

impl SurveyedMovie {
    /// How many frames it had when it was looked at.
    pub(super) const fn frames(&self) -> u64 {
        self.survey.places.frames
    }

    /// The frame for which the movie can't be sent, if it can't.
    pub(super) const fn unfit(&self) -> Option<&Unfit> {
        match &self.survey.fitness {
            Fitness::Unfit(unfit) => Some(unfit),
            Fitness::Open { .. } | Fitness::Fit => None,
        }
    }

    /// The open movie, and what codes frames anew that RTP can't carry.
    pub(super) fn parts(&mut self) -> (&mut VideoStream, &Recoder) {
        (&mut self.video, &self.surveys.recoder)
    }

    /// Looks at the open file once more if it has changed, as long as somebody waits for that; the movie
    /// stays where it is, or is at its end if that place has gone.
    pub(super) fn look_again(&mut self, is_awaited: &dyn Fn() -> bool) {
        if self.video.version() == self.survey.version {
            return;
        }
        let here = self.video.frame_number();
        let known = Some(&self.survey);
        if let Ok(Some(survey)) =
            self.surveys.look_at(&mut self.video, &self.path, known, is_awaited)
        {
            self.survey = survey;
        }
        self.video.seek(here.min(self.frames())).ok();
    }
}

/// Why there is no movie to be sent.
pub(super) enum Unopened {
    Movie(MovieError),
    /// Who asked for it has gone, or the server stops.
    NobodyWaits,
}

impl From<MovieError> for Unopened {
    fn from(error: MovieError) -> Self {
        Self::Movie(error)
    }
}

/// What is known of a movie so far.
#[derive(Clone, Debug)]
struct Survey {
    /// The version of the file that is looked at.
    version: Version,
    places: Places,
    fitness: Fitness,
    is_over: bool,
}

/// Whether RTP can carry a movie. The first frame that is not merely damaged decides: what can't be sent
/// of the others is left out as it comes.
#[derive(Clone, Debug)]
enum Fitness {
    /// Only damaged frames have come so far; the first of them.
    Open {
        first: Option<Unfit>,
    },
    Fit,
    Unfit(Unfit),
}

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
    /// Nothing is known of this version but what may be known of another one.
    fn begin(video: &mut VideoStream, known: Option<&Self>) -> Result<Self, MovieError> {
        let version = video.version();
        let fitness = Fitness::Open { first: None };
        let mut survey = Self { version, places: Places::default(), fitness, is_over: false };
        match known.filter(|known| known.version.length <= version.length) {
            Some(known) if video.begins_with(&known.places) => {
                survey.places = known.places.clone();
                survey.fitness = match known.fitness.clone() {
                    // There were only damaged frames.
                    Fitness::Unfit(first) if first.flaw.is_damage() => {
                        Fitness::Open { first: Some(first) }
                    }
                    fitness @ (Fitness::Open { .. } | Fitness::Fit | Fitness::Unfit(_)) => fitness,
                };
            }
            _ => video.rewind()?,
        }
        Ok(survey)
    }

    /// Looks through the next stretch of the movie.
    fn go_on(&mut self, video: &mut VideoStream, recoder: &Recoder) -> Result<(), MovieError> {
        video.go_on_after(&self.places)?;
        let end = video.offset() + STRETCH;
        // What comes after damage of the file can't be sent, so it is not counted.
        while !self.is_over && video.offset() < end {
            self.is_over = if let Fitness::Open { .. } = self.fitness {
                !self.judge(video, recoder)
            } else {
                let next = video.frame_number() + FEW_FRAMES;
                !matches!(video.pass(next), Ok(true))
            };
        }
        if let (true, Fitness::Open { first: Some(unfit) }) = (self.is_over, &self.fitness) {
            self.fitness = Fitness::Unfit(unfit.clone());
        }
        self.places = video.places();
        Ok(())
    }

    /// Looks at the next frame; `false` if there is none.
    fn judge(&mut self, video: &mut VideoStream, recoder: &Recoder) -> bool {
        let frame = video.frame_number() + 1;
        let Ok(Some(jpeg)) = video.next_frame() else { return false };
        let flaw = JpegFrame::of(jpeg).err();
        let flaw = flaw.and_then(|flaw| recoder.recoded(jpeg, flaw).err());
        self.fitness = match (&self.fitness, flaw.map(|flaw| Unfit { frame, flaw })) {
            (_, None) => Fitness::Fit,
            (Fitness::Open { first }, Some(unfit)) if unfit.flaw.is_damage() => {
                Fitness::Open { first: first.clone().or(Some(unfit)) }
            }
            (_, Some(unfit)) => Fitness::Unfit(unfit),
        };
        true
    }
}

/// The surveys of the movies that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Surveys {
    movies: Mutex<Movies>,
    recoder: Recoder,
}

type Movies = HashMap<(PathBuf, Version), Arc<Mutex<Survey>>>;

impl Surveys {
    /// None yet; `recodes` is whether frames that RTP can't carry are coded anew.
    pub(crate) fn new(recodes: bool) -> Self {
        Self { movies: Mutex::default(), recoder: Recoder::new(recodes) }
    }

    /// Opens the movie `name` in `folder`, and surveys it if need be, as long as somebody waits for it.
    ///
    /// # Errors
    /// It can't be opened, or nobody waits for it any more.
    pub(super) fn open(
        self: &Arc<Self>,
        (folder, name): (&Path, &str),
        is_awaited: &dyn Fn() -> bool,
    ) -> Result<SurveyedMovie, Unopened> {
        let (mut video, path) = (VideoStream::open(folder, name)?, path_of(name));
        let survey = self.look_at(&mut video, &path, None, is_awaited)?;
        let survey = survey.ok_or(Unopened::NobodyWaits)?;
        video.go_to(0, 0)?;
        video.give_room_back();
        Ok(SurveyedMovie { video, survey, path, surveys: Arc::clone(self) })
    }

    /// Takes part in the survey of the file that is open, until it is over; `None` if nobody waits for it
    /// any more. `known` is what is known of an earlier version.
    fn look_at(
        &self,
        video: &mut VideoStream,
        path: &Path,
        known: Option<&Survey>,
        is_awaited: &dyn Fn() -> bool,
    ) -> Result<Option<Survey>, MovieError> {
        let shared = self.survey_of(video, path, known)?;
        loop {
            let mut survey = lock(&shared);
            if survey.is_over {
                video.go_on_after(&survey.places)?;
                return Ok(Some(survey.clone()));
            }
            survey.go_on(video, &self.recoder)?;
            let is_over = survey.is_over;
            drop(survey);
            if !is_over && !is_awaited() {
                return Ok(None);
            }
        }
    }

    /// The survey of that version, which may have begun, or goes on from the latest one of the same movie.
    fn survey_of(
        &self,
        video: &mut VideoStream,
        path: &Path,
        known: Option<&Survey>,
    ) -> Result<Arc<Mutex<Survey>>, MovieError> {
        let key = (path.to_owned(), video.version());
        let earlier = {
            let movies = lock(&self.movies);
            if let Some(survey) = movies.get(&key) {
                return Ok(Arc::clone(survey));
            }
            let of_movie = movies.iter().filter(|((other, _), _)| other == path);
            let latest = of_movie.max_by_key(|((_, version), _)| version.length);
            latest.map(|(key, survey)| (key.clone(), Arc::clone(survey)))
        };
        let earlier_survey = earlier.as_ref().map(|(_, survey)| lock(survey).clone());
        let survey = Survey::begin(video, known.or(earlier_survey.as_ref()))?;
        let mut movies = lock(&self.movies);
        if let Some((earlier, _)) = earlier.filter(|_| survey.places.frames > 0) {
            movies.remove(&earlier);
        }
        if movies.len() >= MOST {
            movies.clear();
        }
        // Another client may have been quicker.
        Ok(Arc::clone(movies.entry(key).or_insert_with(|| Arc::new(Mutex::new(survey)))))
    }
}

/// What is locked is whole at any time, so a thread that panicked with the lock did no harm.
fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A movie has many names, `./movie` and so on; all of them share one survey.
fn path_of(name: &str) -> PathBuf {
    let is_named = |part: &Component<'_>| *part != Component::CurDir;
    Path::new(name).components().filter(is_named).collect()
}

/// How many surveys are kept. Clients choose the names, so the list must not grow for ever.
const MOST: usize = 256;
/// How many bytes of a movie are looked through in one turn: that takes some hundredths of a second.
const STRETCH: u64 = 64 << 20;
/// How many frames are passed between two looks at that.
const FEW_FRAMES: u64 = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::{Seek, SeekFrom, Write};

    const SMALL: &[u8] = b"00004\xFF\xD8\xFF\xD9";

    /// A folder with a movie of such frames, and its path.
    fn folder(frames: usize) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("movie"), SMALL.repeat(frames)).unwrap();
        let path = folder.path().canonicalize().unwrap();
        (folder, path)
    }

    fn open(surveys: &Arc<Surveys>, path: &Path, name: &str) -> SurveyedMovie {
        surveys.open((path, name), &|| true).ok().unwrap()
    }

    #[test]
    fn a_movie_is_looked_at_once_under_all_its_names_and_comes_at_its_start() {
        let (_folder, path) = folder(2);
        let surveys = Arc::new(Surveys::default());
        for name in ["movie", "./movie", ".//./movie"] {
            let movie = open(&surveys, &path, name);
            assert_eq!((movie.video.frame_number(), movie.frames()), (0, 2), "{name}");
        }
        assert_eq!(lock(&surveys.movies).len(), 1);
    }

    #[test]
    fn the_places_of_frames_come_with_the_survey() {
        let (_folder, path) = folder(1000);
        let surveys = Arc::new(Surveys::default());
        open(&surveys, &path, "movie");
        let mut second = open(&surveys, &path, "movie");
        assert_eq!(second.video.places().every_200th(), [0, 1800, 3600, 5400, 7200]);
        assert!(second.video.seek(900).unwrap());
        assert_eq!(second.video.offset(), 900 * 9);
    }

    #[test]
    fn a_survey_that_nobody_waits_for_stops_and_the_next_goes_on_where_it_was() {
        let (_folder, path) = folder(1);
        let large =
            [0xFF, 0xD8].into_iter().chain(std::iter::repeat_n(7, 99_997)).collect::<Vec<u8>>();
        let frame = [b"99999".as_slice(), &large].concat();
        fs::write(path.join("movie"), frame.repeat(1500)).unwrap();
        let surveys = Arc::new(Surveys::default());
        let asked = std::cell::Cell::new(0);
        let gone = surveys.open((&path, "movie"), &|| {
            asked.set(asked.get() + 1);
            false
        });
        assert!(matches!(gone, Err(Unopened::NobodyWaits)));
        let known = |surveys: &Surveys| {
            let movies = lock(&surveys.movies);
            let survey = lock(movies.values().next().unwrap()).clone();
            (survey.places.frames, survey.is_over)
        };
        let (frames, is_over) = known(&surveys);
        assert!(asked.get() == 1 && !is_over && (100..1500).contains(&frames), "{frames}");
        // What has been passed is not looked at again: it could not be read by now.
        let mut file = fs::OpenOptions::new().write(true).open(path.join("movie")).unwrap();
        let modified = file.metadata().unwrap().modified().unwrap();
        file.seek(SeekFrom::Start(100_004 * 50)).unwrap();
        file.write_all(b"junk").unwrap();
        file.set_modified(modified).unwrap();
        assert_eq!(open(&surveys, &path, "movie").frames(), 1500);
    }

    #[test]
    fn a_movie_that_grows_is_looked_at_from_its_old_end_on_and_another_one_from_its_start() {
        let (_folder, path) = folder(300);
        let surveys = Arc::new(Surveys::default());
        assert_eq!(open(&surveys, &path, "movie").frames(), 300);
        let mut content = SMALL.repeat(350);
        // Not where the last frames of what is known are: nobody looks there.
        content[9 * 100..9 * 101].copy_from_slice(b"no length");
        fs::write(path.join("movie"), &content).unwrap();
        assert_eq!(open(&surveys, &path, "movie").frames(), 350);
        assert_eq!(lock(&surveys.movies).len(), 1, "the survey of what it was is forgotten");
        let other = [b"00003\xFF\xD8!".repeat(100), SMALL.repeat(400)].concat();
        fs::write(path.join("movie"), &other).unwrap();
        assert_eq!(open(&surveys, &path, "movie").frames(), 500);
    }

    #[test]
    fn an_open_file_that_grows_is_looked_at_where_it_is() {
        let (_folder, path) = folder(3);
        let surveys = Arc::new(Surveys::default());
        let mut movie = open(&surveys, &path, "movie");
        movie.video.seek(2).unwrap();
        fs::write(path.join("movie"), SMALL.repeat(5)).unwrap();
        movie.look_again(&|| true);
        assert_eq!((movie.frames(), movie.video.frame_number()), (5, 2));
        fs::write(path.join("movie"), SMALL).unwrap();
        movie.look_again(&|| true);
        assert_eq!((movie.frames(), movie.video.frame_number()), (1, 1));
    }
}
