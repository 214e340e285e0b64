//! The frames of a movie file, one at a time. Python: `VideoStream.py`.
//!
//! `movie.Mjpeg` is the lab's own format: five ASCII digits, the length of a JPEG in bytes, then
//! the JPEG, and so on. Plain concatenated JPEGs, as `ffmpeg -f mjpeg` writes them, are read too,
//! with whatever lies between them; the first bytes tell which it is.
//!
//! ```
//! use rtsp_lab::video_stream::VideoStream;
//! use std::io::Cursor;
//!
//! let mut video = VideoStream::new(Cursor::new(b"00005\xFF\xD8!\xFF\xD900004\xFF\xD8\xFF\xD9"))?;
//! assert_eq!(video.next_frame()?, Some(b"\xFF\xD8!\xFF\xD9".as_slice()));
//! assert_eq!(video.next_frame()?, Some(b"\xFF\xD8\xFF\xD9".as_slice()));
//! assert_eq!(video.next_frame()?, None);
//! assert_eq!(video.frame_number(), 2);
//! # Ok::<(), rtsp_lab::video_stream::MovieError>(())
//! ```

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::iter;
use std::path::Path;
use std::time::SystemTime;

mod folder;
mod foreign;
mod jpeg_walk;
mod length_prefixed;
mod movie_error;

pub use folder::as_written;
pub use foreign::Foreign;
use jpeg_walk::{Plain, START};
use length_prefixed::{LengthPrefixed, odd_length};
pub use movie_error::MovieError;
use movie_error::{Flaw, LENGTH_DIGITS, MAX_FRAME, SOI, Stray};

/// The frames of one open movie. Python: `VideoStream`.
#[derive(Debug)]
pub struct VideoStream<R = File> {
    source: Source<R>,
    frame_number: u64,
    offset: u64,
    /// Where every [`STRIDE`]th frame that has been read begins, so that it can be found again.
    offsets: Vec<u64>,
    /// The frame that was read last, after the room that was asked for.
    buffer: Vec<u8>,
    broken: bool,
    stray: Stray,
    /// How many bytes there were at the start, if that is known.
    length: Option<u64>,
    repeats: bool,
}

/// What changes when a file does, or when another one takes its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Version {
    /// In bytes.
    pub(crate) length: u64,
    modified: Option<SystemTime>,
    /// The system's own number of the file, where it has one.
    number: u64,
}

impl Version {
    fn of(file: &Metadata) -> Self {
        Self { length: file.len(), modified: file.modified().ok(), number: number_of(file) }
    }
}

#[cfg(unix)]
fn number_of(file: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

#[cfg(not(unix))]
const fn number_of(_file: &Metadata) -> u64 {
    0
}

/// Where the frames of a movie are, as far as it has been looked through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// How many frames there are.
    pub(crate) frames: u64,
    /// Where the last of them ends.
    end: u64,
    /// Where every [`STRIDE`]th begins.
    offsets: Vec<u64>,
}

#[cfg(test)]
impl Places {
    pub(crate) fn every_200th(&self) -> &[u64] {
        &self.offsets
    }
}

/// The file, by the way frames follow each other in it.
#[derive(Debug)]
enum Source<R> {
    /// The lab's: five digits of length before each JPEG.
    LengthPrefixed(LengthPrefixed<R>),
    /// One JPEG after the other: where one ends, only its bytes tell.
    Plain(Plain<R>),
}

impl VideoStream {
    /// Opens the movie `name` in `folder`. Python: `__init__`.
    ///
    /// # Deviation
    /// The first frame is read, so that a file that is no movie is refused at once.
    ///
    /// # Errors
    /// There is no such file in the folder (a name that leads out of it counts as none), it can't
    /// be read, or it does not begin as a movie.
    #[doc(alias = "__init__")]
    pub fn open(folder: &Path, name: &str) -> Result<Self, MovieError> {
        let (file, length) = folder::open(folder, name)?;
        let mut video = Self { length: Some(length), ..Self::named(file, name)? };
        if video.next_frame()?.is_none() {
            return Err(Flaw::NoStart.at(1, 0));
        }
        video.go_to(0, 0)?;
        video.give_room_back();
        Ok(video)
    }

    /// What the open file is now, whatever stands at its path.
    pub(crate) fn version(&self) -> Version {
        let file = match &self.source {
            Source::LengthPrefixed(source) => source.get_ref(),
            Source::Plain(source) => source.get_ref(),
        };
        file.metadata().map_or_else(|_| Version::default(), |data| Version::of(&data))
    }
}

impl<R: Read + Seek> VideoStream<R> {
    /// Reads a movie from any source that can be rewound.
    ///
    /// # Errors
    /// The source can't be read, or does not begin as a movie.
    pub fn new(source: R) -> Result<Self, MovieError> {
        Self::named(source, "the file")
    }

    fn named(source: R, name: &str) -> Result<Self, MovieError> {
        let source = Source::of(source, name)?;
        let (frame_number, offset, broken, length) = (0, 0, false, None);
        let (offsets, buffer, stray) = (Vec::new(), Vec::new(), Stray::default());
        let repeats = false;
        Ok(Self { source, frame_number, offset, offsets, buffer, broken, stray, length, repeats })
    }

    /// The same movie, which if it `repeats` begins anew after its last frame, and has no end.
    #[must_use]
    pub fn repeating(self, repeats: bool) -> Self {
        Self { repeats, ..self }
    }

    /// Whether it begins anew after its last frame from now on.
    pub(crate) const fn repeat(&mut self, repeats: bool) {
        self.repeats = repeats;
    }

    /// The next frame, a whole JPEG; `None` at the end of the movie. Python: `nextFrame`.
    ///
    /// # Errors
    /// The file is damaged or ends inside a frame. That is said once; after it comes `None`.
    #[doc(alias = "nextFrame")]
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, MovieError> {
        self.next_frame_with_room(0).map(|frame| frame.map(|frame| &*frame))
    }

    /// The next frame after `room` bytes, in which a header can be written: so one buffer holds
    /// a whole packet, and a frame is not copied on its way from the file to the socket.
    ///
    /// # Errors
    /// As for [`Self::next_frame`].
    pub fn next_frame_with_room(&mut self, room: usize) -> Result<Option<&mut [u8]>, MovieError> {
        if self.broken {
            return Ok(None);
        }
        let (offset, frame_number) = (self.offset, self.frame_number + 1);
        let length = match self.read(room) {
            Ok(Some(length)) => length,
            Ok(None) => match self.length.filter(|&length| self.offset < length) {
                Some(expected) => {
                    self.broken = true;
                    return Err(MovieError::Shrunk { expected, found: self.offset });
                }
                None if self.repeats && self.frame_number > 0 => {
                    self.go_to(0, 0)?;
                    return self.next_frame_with_room(room);
                }
                None => return Ok(None),
            },
            Err(flaw) => {
                self.broken = true;
                return Err(flaw.at(frame_number, self.offset + self.source.skipped()));
            }
        };
        self.note(offset);
        Ok(self.buffer.get_mut(..room + length))
    }

    /// Gives back the room of a large frame, which is needed no more: many sessions wait, and have no frame
    /// on its way.
    pub(crate) fn give_room_back(&mut self) {
        if self.buffer.capacity() > ROOM_KEPT {
            self.buffer = Vec::new();
        }
    }

    /// Tells once what has been skipped between frames so far, if anything was.
    pub(crate) fn tell_stray(&mut self) -> Option<String> {
        self.stray.tell()
    }

    /// The number of the frame that was read last, from 1; 0 before the first. Python: `frameNbr`.
    #[doc(alias = "frameNbr")]
    pub const fn frame_number(&self) -> u64 {
        self.frame_number
    }

    /// Goes back to the first frame. It forgets where the others begin: the source may have
    /// changed.
    ///
    /// # Errors
    /// The source can't be rewound.
    pub fn rewind(&mut self) -> Result<(), MovieError> {
        self.offsets.clear();
        self.go_to(0, 0)
    }

    /// The same, but only if no frame is left. Only reading can tell, because a file may have
    /// grown.
    ///
    /// # Errors
    /// The source can't be rewound.
    pub fn rewind_if_over(&mut self) -> Result<(), MovieError> {
        let (frame_number, offset) = (self.frame_number, self.offset);
        if matches!(self.next_frame(), Ok(None)) {
            return self.rewind();
        }
        // A frame or damage that is there instead is left for the next call.
        self.go_to(frame_number, offset)
    }

    /// Counts the frame that begins at `offset`.
    fn note(&mut self, offset: u64) {
        if self.offsets.len() as u64 * STRIDE == self.frame_number {
            self.offsets.push(offset);
        }
        self.frame_number += 1;
    }

    /// Goes to the place after frame `frame_number`; `false` if there are fewer frames, and then
    /// the movie is at its end. The frames on the way there are passed, from the nearest known one
    /// on: the place of one frame is kept (eight bytes) for every ten seconds that have been passed.
    /// In the lab's format their first bytes are read, and no more.
    ///
    /// # Errors
    /// The source can't be read, or is damaged on the way.
    pub fn seek(&mut self, frame_number: u64) -> Result<bool, MovieError> {
        let wanted = usize::try_from(frame_number / STRIDE).unwrap_or(usize::MAX);
        let nearest = wanted.min(self.offsets.len().saturating_sub(1));
        if let Some(&offset) = self.offsets.get(nearest) {
            self.go_to(nearest as u64 * STRIDE, offset)?;
        }
        self.pass(frame_number)
    }

    /// Goes on to the place after frame `frame_number`; `false` if there are fewer frames.
    ///
    /// # Errors
    /// As for [`Self::seek`].
    pub(crate) fn pass(&mut self, frame_number: u64) -> Result<bool, MovieError> {
        let end = self.source.end();
        while self.frame_number < frame_number && !self.broken {
            let start = self.offset;
            if let Some(length) = self.source.skip_frame(start, end) {
                let skipped = self.source.skipped();
                self.offset += skipped + length;
                self.stray.count(skipped, self.frame_number + 1, (start, self.offset));
                self.note(start);
                continue;
            }
            // The end, or something odd: reading tells.
            self.go_to(self.frame_number, start)?;
            if self.next_frame()?.is_none() {
                return Ok(false);
            }
        }
        if self.frame_number < frame_number {
            return Ok(false);
        }
        match self.source {
            Source::LengthPrefixed(_) => self.go_to(self.frame_number, self.offset)?,
            // It has read all that it passed.
            Source::Plain(_) => {}
        }
        Ok(true)
    }

    /// How many bytes lie before the next frame.
    pub(crate) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Where the frames are that were passed so far.
    pub(crate) fn places(&self) -> Places {
        let (frames, end, offsets) = (self.frame_number, self.offset, self.offsets.clone());
        Places { frames, end, offsets }
    }

    /// Goes to the place after the last of these frames, which are the movie's.
    ///
    /// # Errors
    /// The source can't be read.
    pub(crate) fn go_on_after(&mut self, places: &Places) -> Result<(), MovieError> {
        self.offsets.clone_from(&places.offsets);
        self.go_to(places.frames, places.end)
    }

    /// Whether these are the first frames of the movie still. The last of them have to be where they
    /// were: in a file to which something was appended they are, and in another one hardly.
    pub(crate) fn begins_with(&mut self, places: &Places) -> bool {
        self.offsets.clone_from(&places.offsets);
        matches!(self.seek(places.frames), Ok(true)) && self.offset == places.end
    }

    /// Goes to the place after so many frames, which take so many bytes.
    ///
    /// # Errors
    /// The source can't be read.
    pub(crate) fn go_to(&mut self, frame_number: u64, offset: u64) -> Result<(), MovieError> {
        let to = SeekFrom::Start(offset);
        let seek = match &mut self.source {
            Source::LengthPrefixed(source) => source.seek(to),
            Source::Plain(source) => source.seek(to),
        };
        seek.map_err(|source| MovieError::Read { offset, source })?;
        (self.frame_number, self.offset, self.broken) = (frame_number, offset, false);
        Ok(())
    }

    /// Reads a frame to the place after the room, and returns its length; `None` at the end of the
    /// file.
    fn read(&mut self, room: usize) -> Result<Option<usize>, Flaw> {
        let (length, prefix) = match &mut self.source {
            Source::LengthPrefixed(source) => {
                (source.read_frame(&mut self.buffer, room)?, LENGTH_DIGITS)
            }
            Source::Plain(source) => {
                self.buffer.clear();
                let read = source.read_frame(&mut self.buffer)?;
                let length = self.buffer.len();
                self.buffer.splice(..0, iter::repeat_n(0, room));
                (read.then_some(length), 0)
            }
        };
        let (start, skipped) = (self.offset, self.source.skipped());
        self.offset += skipped + length.map_or(0, |length| prefix + length) as u64;
        self.stray.count(skipped, self.frame_number + 1, (start, self.offset));
        Ok(length.map(|length| jpeg_walk::complete(&mut self.buffer, room, length)))
    }
}

impl<R: Read + Seek> Source<R> {
    /// Its first bytes tell what it is; `name` is for the error.
    fn of(mut source: R, name: &str) -> Result<Self, MovieError> {
        let read_error = |source| MovieError::Read { offset: 0, source };
        let mut start = Vec::new();
        source.by_ref().take(LONGEST_HEAD).read_to_end(&mut start).map_err(read_error)?;
        let foreign = |kind| MovieError::Foreign { name: name.to_owned(), kind };
        let has_length = odd_length(&start).is_some()
            || start.get(..LENGTH_DIGITS.min(start.len())).is_some_and(is_number);
        let first = start.windows(START.len()).position(|bytes| bytes == START);
        let head = start.get(..first.unwrap_or(start.len())).unwrap_or_default();
        let is_binary = is_binary_length(&mut source, head).map_err(read_error)?;
        source.rewind().map_err(read_error)?;
        if start.starts_with(&SOI) {
            Ok(Self::Plain(Plain::new(source)))
        } else if has_length {
            Ok(Self::LengthPrefixed(LengthPrefixed::new(source)))
        } else if let Some(kind) = Foreign::of(&start) {
            Err(foreign(kind))
        } else if is_binary {
            let what = "a binary number".to_owned();
            Err(Flaw::OddLength { what, found: head.to_vec() }.at(1, 0))
        } else if first.is_some() {
            Ok(Self::Plain(Plain::new(source)))
        } else if let Some(kind) = Foreign::of_text(&start) {
            Err(foreign(kind))
        } else {
            start.truncate(8);
            Err(MovieError::NoMovie { start })
        }
    }

    /// How many bytes it has now.
    fn end(&mut self) -> u64 {
        match self {
            Self::LengthPrefixed(source) => source.seek(SeekFrom::End(0)).unwrap_or(0),
            // Only its frames tell.
            Self::Plain(_) => 0,
        }
    }

    /// How many bytes the next frame takes, which begins at `offset`; `None` if only reading it can
    /// tell. Where the source is then, matters to the next call of this only.
    fn skip_frame(&mut self, offset: u64, end: u64) -> Option<u64> {
        match self {
            Self::LengthPrefixed(source) => source.length_at(offset, end),
            Self::Plain(source) => source.skip_frame(),
        }
    }

    /// How many bytes before the frame that was read last belong to none.
    fn skipped(&self) -> u64 {
        match self {
            Self::LengthPrefixed(_) => 0,
            Self::Plain(source) => source.skipped(),
        }
    }
}

/// Whether these bytes, the first of the file, are the length of the JPEG after them: then another
/// length and JPEG follow that one, or the end.
fn is_binary_length(source: &mut (impl Read + Seek), head: &[u8]) -> io::Result<bool> {
    let number = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    let values = [head.iter().fold(0, number), head.iter().rev().fold(0, number)];
    let size = head.len() as u64;
    if ![2, 3, 4, 8].contains(&size) {
        return Ok(false);
    }
    for value in values.into_iter().filter(|value| (1..=MAX_FRAME as u64).contains(value)) {
        source.seek(SeekFrom::Start(size + value - 1))?;
        let mut next = Vec::new();
        source.by_ref().take(1 + size + SOI.len() as u64).read_to_end(&mut next)?;
        if next.len() == 1 || next.len() == 1 + head.len() + SOI.len() && next.ends_with(&SOI) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_number(bytes: &[u8]) -> bool {
    bytes.len() >= 2 && bytes.iter().all(u8::is_ascii_digit)
}

/// The first frame of a plain movie begins within so many bytes.
const LONGEST_HEAD: u64 = 64 << 10;
/// So much room is kept from one frame to the next: nearly all frames fit in it.
const ROOM_KEPT: usize = 1 << 20;
/// Ten seconds of frames.
const STRIDE: u64 = 200;

#[cfg(test)]
pub(crate) mod tests {
    use super::movie_error::{MAX_FRAME, SOI};
    use super::*;
    use proptest::prelude::*;
    use std::cell::Cell;
    use std::fs;
    use std::io::{self, Cursor};

    /// Every `step`th frame of the project's movie.
    pub(crate) fn movie_frames(step: usize) -> Vec<Vec<u8>> {
        let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        let folder = folders.find(|folder| folder.join("movie.Mjpeg").exists()).unwrap();
        let mut movie = VideoStream::open(folder, "movie.Mjpeg").unwrap();
        let frames = iter::from_fn(|| movie.next_frame().unwrap().map(<[u8]>::to_vec));
        frames.step_by(step).collect()
    }

    #[test]
    fn a_movie_that_repeats_begins_anew_after_its_last_frame() {
        let one = b"00005\xFF\xD8!\xFF\xD900004\xFF\xD8\xFF\xD9";
        let mut video = VideoStream::new(Cursor::new(one)).unwrap().repeating(true);
        for expected in [1, 2, 1, 2, 1] {
            assert!(video.next_frame().unwrap().is_some());
            assert_eq!(video.frame_number(), expected);
        }
        video.rewind_if_over().unwrap();
        assert_eq!(video.frame_number(), 1, "it is never over");
        let mut none = VideoStream::new(Cursor::new(b"")).map(|video| video.repeating(true));
        assert!(none.as_mut().map_or(true, |video| !matches!(video.next_frame(), Ok(Some(_)))));
    }

    /// A JPEG with everything that could be taken for its end: `FF D9` in an APP segment, fill
    /// bytes, stuffed bytes, restart markers, and two scans.
    const TRICKY: &[u8] = b"\xFF\xD8\xFF\xE1\0\x06\xFF\xD9\xFF\xD8\xFF\xFF\xC0\0\x03!\
        \xFF\xDA\0\x03!ab\xFF\0c\xFF\xD0d\xFF\xDA\0\x02e\xFF\xD9";
    const SMALL: &[u8] = b"\xFF\xD8\xFF\xD9";

    fn prefixed(frames: &[&[u8]]) -> Vec<u8> {
        let frame = |frame: &&[u8]| [format!("{:05}", frame.len()).as_bytes(), *frame].concat();
        frames.iter().flat_map(frame).collect()
    }

    /// The frames, and what the reader says at the end.
    fn read(movie: &[u8]) -> (Vec<Vec<u8>>, Option<String>) {
        let mut frames = Vec::new();
        let mut video = match VideoStream::new(Cursor::new(movie)) {
            Ok(video) => video,
            Err(error) => return (frames, Some(error.to_string())),
        };
        loop {
            match video.next_frame() {
                Ok(Some(frame)) => frames.push(frame.to_vec()),
                Ok(None) => return (frames, None),
                Err(error) => {
                    assert!(matches!(video.next_frame(), Ok(None)), "an error is said once");
                    return (frames, Some(error.to_string()));
                }
            }
        }
    }

    #[test]
    fn both_formats_yield_the_same_frames() {
        let frames = [SMALL, TRICKY, SMALL];
        assert_eq!(read(&prefixed(&frames)), (frames.map(<[u8]>::to_vec).to_vec(), None));
        assert_eq!(read(&frames.concat()), (frames.map(<[u8]>::to_vec).to_vec(), None));
    }

    #[test]
    fn a_movie_cut_anywhere_yields_its_whole_frames_and_then_says_so() {
        for (movie, first) in [
            (prefixed(&[TRICKY, SMALL]), TRICKY.len() + 5),
            ([TRICKY, SMALL].concat(), TRICKY.len()),
        ] {
            for cut in 2..movie.len() {
                let (frames, error) = read(&movie[..cut]);
                assert_eq!(frames.len(), usize::from(cut >= first), "cut at {cut}");
                let error = error.unwrap_or_default();
                assert_eq!(
                    error.contains("the file ends inside"),
                    cut != first,
                    "cut at {cut}: {error}"
                );
            }
        }
    }

    #[test]
    fn a_length_of_six_digits_is_named_with_its_offset() {
        let movie =
            [prefixed(&[SMALL]), b"100000".to_vec(), SMALL.to_vec(), vec![0; 20_000]].concat();
        let (frames, error) = read(&movie);
        assert_eq!(frames.len(), 1);
        let error = error.unwrap();
        assert!(error.contains("read frame 2 at byte 9") && error.contains("found six"), "{error}");
    }

    #[test]
    fn damage_is_named_with_frame_offset_expected_and_found() {
        for (movie, message) in [
            (
                &b"00004\xFF\xD8\xFF\xD9hello"[..],
                "read frame 2 at byte 9: expected its length in five digits, found 68 65 6C 6C 6F",
            ),
            (
                b"00004ABCD",
                "read frame 1 at byte 0: expected the start of a JPEG (FF D8), found 41 42",
            ),
            (
                b"00000",
                "read frame 1 at byte 0: expected its length in five digits, found 30 30 30 30 30",
            ),
            (b"# README", "read movie: the file is text"),
            (
                b"\0\x01\x02README",
                "read movie at byte 0: expected five digits or the start of a JPEG (FF D8), found 00 01 02 52 45 41 44 4D",
            ),
            (
                b"",
                "read movie at byte 0: expected five digits or the start of a JPEG (FF D8), found nothing",
            ),
        ] {
            assert_eq!(read(movie).1.as_deref(), Some(message));
        }
    }

    #[test]
    fn a_length_in_another_form_is_named_with_its_offset() {
        let with = |length: &[u8]| [length, TRICKY].concat().repeat(2);
        let binary = |bytes: &[u8]| [bytes, TRICKY, bytes, TRICKY].concat();
        assert_eq!(TRICKY.len(), 36);
        for (movie, found) in [
            (with(b"000036"), "found six: frames above 99999 bytes"),
            (with(b"0000036"), "found 7: 30 30 30 30 30 33 36"),
            (with(b"36"), "found 2: 33 36"),
            (with(b"00036 "), "found 5 and a space: 30 30 30 33 36 20"),
            (with(b"   36"), "found 2 and a space: 20 20 20 33 36"),
            (with(b"36\r\n"), "found 2 and a line end: 33 36 0D 0A"),
            (with(b"00036\n"), "found 5 and a line end: 30 30 30 33 36 0A"),
            (with(b"00036\0"), "found 5 and a zero byte: 30 30 30 33 36 00"),
            (binary(b"\0\0\0\x24"), "found a binary number: 00 00 00 24"),
            (binary(b"\x24\0\0\0"), "found a binary number: 24 00 00 00"),
            (binary(b"\0\x24"), "found a binary number: 00 24"),
            (binary(b"\0\0\x24"), "found a binary number: 00 00 24"),
            (binary(b"\x24\0\0\0\0\0\0\0"), "found a binary number: 24 00 00 00 00 00 00 00"),
        ] {
            let (frames, error) = read(&movie);
            let start = "read frame 1 at byte 0: expected its length in five digits, ";
            assert!(frames.is_empty());
            assert!(error.as_ref().unwrap().starts_with(&format!("{start}{found}")), "{error:?}");
        }
        let (frames, error) = read(&[prefixed(&[SMALL]), with(b"036")].concat());
        assert_eq!(frames.len(), 1);
        let error = error.unwrap();
        assert!(error.contains("read frame 2 at byte 9") && error.ends_with("found 3: 30 33 36"));
    }

    #[test]
    fn what_lies_between_frames_is_skipped_and_counted_once() {
        for stray in [
            &b"\0\0\0"[..],
            b"\r\n",
            b"\xFF\xD9",
            b"\xFF\xFF\xFF",
            b"\xFF\xD8",
            b"\xFF\xD8\xFF\xD8",
            b"\xFF\xD8\xFF\xE0\0\x04ab",
            b"00dc\x24\0\0\0",
            b"\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Length: 36\r\n\r\n",
        ] {
            let movie = [TRICKY, stray, SMALL, stray, TRICKY].concat();
            let mut video = VideoStream::new(Cursor::new(&movie)).unwrap();
            for _ in 0..2 {
                for frame in [TRICKY, SMALL, TRICKY] {
                    assert_eq!(video.next_frame().unwrap(), Some(frame), "{stray:?}");
                }
                assert_eq!(video.next_frame().unwrap(), None);
                video.rewind().unwrap();
            }
            let told = video.tell_stray().unwrap();
            let expected = format!("skipped {} bytes at 2 places of the movie", 2 * stray.len());
            assert!(told.starts_with(&expected), "{told}");
            assert!(told.ends_with("the first at byte 36, before frame 2"), "{told}");
            assert_eq!(video.tell_stray(), None, "it is told once");
        }
    }

    #[test]
    fn a_movie_may_begin_and_end_with_what_is_no_frame() {
        for head in
            [&b"HTTP/1.0 200 OK\r\nServer: cam\r\n\r\n--b\r\n\r\n"[..], b"--b\r\n\r\n", b"\r\n"]
        {
            let movie = [head, SMALL, b"\r\n--b--", TRICKY, b"\r\n--b--\r\n"].concat();
            assert_eq!(read(&movie), (vec![SMALL.to_vec(), TRICKY.to_vec()], None));
        }
    }

    #[test]
    fn more_than_a_frame_of_what_is_none_ends_the_movie() {
        let movie = [SMALL, &vec![0; MAX_FRAME + 1], SMALL].concat();
        let (frames, error) = read(&movie);
        assert_eq!(frames, [SMALL]);
        assert!(error.unwrap().starts_with("find frame 2 after byte 4: expected the start of a"));
    }

    #[test]
    fn a_plain_frame_without_end_does_not_fill_the_memory() {
        let movie = [b"\xFF\xD8\xFF\xDA\0\x02".to_vec(), vec![0; MAX_FRAME]].concat();
        assert!(read(&movie).1.unwrap().contains("no end within 16777216 bytes"));
    }

    #[test]
    fn rewinding_starts_again_at_frame_1() {
        let mut video = VideoStream::new(Cursor::new(prefixed(&[SMALL, TRICKY]))).unwrap();
        while video.next_frame().unwrap().is_some() {}
        assert_eq!(video.frame_number(), 2);
        video.rewind().unwrap();
        assert_eq!(video.next_frame().unwrap(), Some(SMALL));
        assert_eq!(video.frame_number(), 1);
    }

    #[test]
    fn seeking_finds_every_frame_from_everywhere() {
        let frame =
            |number: u8| [b"\xFF\xD8\xFF\xE0\0\x03".as_slice(), &[number], b"\xFF\xD9"].concat();
        let frames: Vec<Vec<u8>> = (0..9).map(frame).collect();
        let all: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
        for movie in [prefixed(&all), all.concat()] {
            for (from, to) in (0..9).flat_map(|from| (0..9).map(move |to| (from, to))) {
                let mut video = VideoStream::new(Cursor::new(&movie)).unwrap();
                assert!(video.seek(from as u64).unwrap());
                assert_eq!(video.next_frame().unwrap(), Some(all[from]));
                assert!(video.seek(to as u64).unwrap());
                assert_eq!(video.next_frame().unwrap(), Some(all[to]), "from {from} to {to}");
                assert_eq!(video.frame_number(), to as u64 + 1);
            }
        }
    }

    #[test]
    fn seeking_finds_frames_of_a_long_movie_from_the_nearest_known_one() {
        let frame = |number: u64| {
            [&SOI[..], b"\xFF\xE0\0\x0A", &number.to_be_bytes(), b"\xFF\xD9"].concat()
        };
        let frames: Vec<Vec<u8>> = (0..2 * STRIDE + 50).map(frame).collect();
        let all: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
        let places = [0, 1, STRIDE - 1, STRIDE, STRIDE + 1, 2 * STRIDE, 2 * STRIDE + 49];
        for movie in [prefixed(&all), all.concat()] {
            let mut video = VideoStream::new(Cursor::new(&movie)).unwrap();
            for (from, to) in places.iter().flat_map(|from| places.map(move |to| (*from, to))) {
                for place in [from, to] {
                    assert!(video.seek(place).unwrap());
                    let found = video.next_frame().unwrap();
                    assert_eq!(found, Some(frame(place).as_slice()), "{from} to {to}");
                    assert_eq!(video.frame_number(), place + 1);
                }
            }
            assert_eq!(video.offsets.len(), 3, "few places are kept");
        }
    }

    #[test]
    fn only_a_movie_that_is_over_is_wound_back() {
        for movie in [prefixed(&[SMALL, TRICKY]), [SMALL, TRICKY].concat()] {
            let mut video = VideoStream::new(Cursor::new(movie)).unwrap();
            for (number, frame) in [(1, SMALL), (2, TRICKY), (1, SMALL)] {
                video.rewind_if_over().unwrap();
                assert_eq!(video.next_frame().unwrap(), Some(frame));
                assert_eq!(video.frame_number(), number);
            }
        }
    }

    #[test]
    fn damage_is_said_once_before_a_movie_is_wound_back() {
        let movie = [prefixed(&[SMALL]), b"00004\xFF\xD8".to_vec()].concat();
        let mut video = VideoStream::new(Cursor::new(movie)).unwrap();
        assert!(video.next_frame().unwrap().is_some());
        video.rewind_if_over().unwrap();
        let error = video.next_frame().unwrap_err().to_string();
        assert!(error.contains("frame 2"), "{error}");
        assert_eq!(video.next_frame().unwrap(), None);
        video.rewind_if_over().unwrap();
        assert_eq!(video.next_frame().unwrap(), Some(SMALL));
    }

    #[test]
    fn a_frame_comes_after_the_room_that_is_asked_for() {
        for movie in [prefixed(&[SMALL, TRICKY, SMALL]), [SMALL, TRICKY, SMALL].concat()] {
            let mut video = VideoStream::new(Cursor::new(movie)).unwrap();
            for (room, frame) in [(12, SMALL), (0, TRICKY), (3, SMALL)] {
                let found = video.next_frame_with_room(room).unwrap().unwrap();
                assert_eq!(found.split_at(room).1, frame);
                found.fill(b'!');
            }
            assert_eq!(video.next_frame_with_room(12).unwrap(), None);
        }
    }

    /// A source that counts how many times it is read, and how many bytes.
    struct Counted<'a>(Cursor<Vec<u8>>, &'a Cell<(u32, usize)>);

    impl Read for Counted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let (reads, bytes) = self.1.get();
            let count = self.0.read(buffer)?;
            self.1.set((reads + 1, bytes + count));
            Ok(count)
        }
    }

    impl Seek for Counted<'_> {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn a_frame_of_the_labs_format_is_read_at_once_with_the_next_ones_length() {
        let counts = Cell::new((0, 0));
        let movie = prefixed(&[SMALL, TRICKY, SMALL, TRICKY, SMALL]);
        let mut video = VideoStream::new(Counted(Cursor::new(movie), &counts)).unwrap();
        video.next_frame().unwrap();
        for _ in 0..3 {
            let (before, _) = counts.get();
            video.next_frame().unwrap().unwrap();
            assert_eq!(counts.get().0, before + 1);
        }
    }

    #[test]
    fn of_frames_that_are_passed_the_first_bytes_are_read_and_a_known_place_is_found_at_once() {
        let counts = Cell::new((0, 0));
        let long = [&SOI[..], &vec![7; 50_000]].concat();
        let frames: Vec<&[u8]> = iter::repeat_n(long.as_slice(), 500).collect();
        let movie = Cursor::new(prefixed(&frames));
        let mut video = VideoStream::new(Counted(movie.clone(), &counts)).unwrap();
        counts.set((0, 0));
        assert!(video.pass(500).unwrap());
        assert_eq!(counts.get(), (500, 500 * (LENGTH_DIGITS + SOI.len())));
        let places = video.places();
        let mut other = VideoStream::new(Counted(movie, &counts)).unwrap();
        other.go_on_after(&places).unwrap();
        counts.set((0, 0));
        assert!(other.seek(410).unwrap());
        assert_eq!(counts.get().0, 10);
    }

    #[test]
    fn the_room_of_a_large_frame_is_given_back_and_that_of_others_kept() {
        let large = [&b"\xFF\xD8\xFF\xDA\0\x02"[..], &vec![7; 2 << 20], b"\xFF\xD9"].concat();
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("movie"), [&large, TRICKY].concat()).unwrap();
        let mut video = VideoStream::open(&dir.path().canonicalize().unwrap(), "movie").unwrap();
        assert_eq!(video.buffer.capacity(), 0, "nothing is read yet");
        assert_eq!(video.next_frame().unwrap().unwrap().len(), large.len());
        video.give_room_back();
        assert_eq!(video.buffer.capacity(), 0);
        assert_eq!(video.next_frame().unwrap(), Some(TRICKY));
        video.give_room_back();
        assert!(video.buffer.capacity() >= TRICKY.len());
    }

    #[test]
    fn a_file_that_grows_after_its_end_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().canonicalize().unwrap().join("movie.Mjpeg");
        for (first, second) in [
            (prefixed(&[TRICKY, SMALL]), prefixed(&[SMALL, TRICKY])),
            ([TRICKY, SMALL].concat(), [SMALL, TRICKY].concat()),
        ] {
            fs::write(&path, &first).unwrap();
            let mut video = VideoStream::open(path.parent().unwrap(), "movie.Mjpeg").unwrap();
            while video.next_frame().unwrap().is_some() {}
            fs::write(&path, [first, second].concat()).unwrap();
            assert_eq!(video.next_frame().unwrap(), Some(SMALL));
            assert_eq!(video.next_frame().unwrap(), Some(TRICKY));
            assert_eq!(video.frame_number(), 4);
        }
    }

    #[test]
    fn in_a_file_that_has_changed_frames_are_found_after_rewinding() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().canonicalize().unwrap().join("movie.Mjpeg");
        let many = |frame| vec![frame; 2 * usize::try_from(STRIDE).unwrap()];
        fs::write(&path, prefixed(&many(SMALL))).unwrap();
        let mut video = VideoStream::open(path.parent().unwrap(), "movie.Mjpeg").unwrap();
        let version = video.version();
        assert!(video.seek(STRIDE + 1).unwrap());
        assert_eq!(video.version(), version, "reading changes nothing");
        fs::write(&path, prefixed(&many(TRICKY))).unwrap();
        assert_ne!(video.version(), version);
        video.rewind().unwrap();
        assert!(video.seek(STRIDE + 1).unwrap());
        assert_eq!(video.next_frame().unwrap(), Some(TRICKY));
    }

    #[test]
    fn seeking_beyond_the_end_says_so_and_the_movie_is_at_its_end() {
        let mut video = VideoStream::new(Cursor::new(prefixed(&[SMALL, TRICKY]))).unwrap();
        assert!(!video.seek(3).unwrap());
        assert_eq!(video.next_frame().unwrap(), None);
        assert_eq!(video.frame_number(), 2);
        assert!(video.seek(2).unwrap(), "after the last frame is the end itself");
        assert_eq!(video.next_frame().unwrap(), None);
        assert!(video.seek(1).unwrap());
        assert_eq!(video.next_frame().unwrap(), Some(TRICKY));
    }

    #[test]
    fn seeking_into_damage_is_an_error_and_what_lies_before_it_can_still_be_read() {
        let movie = [prefixed(&[SMALL, SMALL]), b"junk!".to_vec()].concat();
        let mut video = VideoStream::new(Cursor::new(movie)).unwrap();
        assert!(video.seek(3).unwrap_err().to_string().contains("read frame 3 at byte 18"));
        assert!(video.seek(1).unwrap());
        assert_eq!(video.next_frame().unwrap(), Some(SMALL));
    }

    #[test]
    fn only_files_inside_the_folder_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("movies").canonicalize().unwrap_or_else(|_| {
            fs::create_dir(dir.path().join("movies")).unwrap();
            dir.path().join("movies").canonicalize().unwrap()
        });
        fs::create_dir(folder.join("sub")).unwrap();
        for name in ["movies/in.Mjpeg", "movies/sub/in.Mjpeg", "out.Mjpeg"] {
            fs::write(dir.path().join(name), prefixed(&[SMALL])).unwrap();
        }
        let outside = folder.join("../out.Mjpeg").canonicalize().unwrap();
        for name in ["in.Mjpeg", "./in.Mjpeg", "sub/in.Mjpeg"] {
            assert!(VideoStream::open(&folder, name).is_ok(), "{name}");
        }
        for name in [
            "",
            ".",
            "sub",
            "none",
            "../out.Mjpeg",
            "sub/../../out.Mjpeg",
            "in.Mjpeg\0",
            outside.to_str().unwrap(),
        ] {
            let error = VideoStream::open(&folder, name).unwrap_err();
            assert!(matches!(error, MovieError::NoFile { .. }), "{name}: {error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_is_not_followed_and_one_that_stays_in_is() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().canonicalize().unwrap().join("movies");
        fs::create_dir(&folder).unwrap();
        for name in ["movies/in.Mjpeg", "out.Mjpeg"] {
            fs::write(dir.path().join(name), prefixed(&[SMALL])).unwrap();
        }
        std::os::unix::fs::symlink("../out.Mjpeg", folder.join("out-link")).unwrap();
        std::os::unix::fs::symlink("in.Mjpeg", folder.join("in-link")).unwrap();
        std::os::unix::fs::symlink(&folder, dir.path().join("way-in")).unwrap();
        for folder in [&folder, &dir.path().join("way-in"), &folder.join("../movies")] {
            assert!(VideoStream::open(folder, "in-link").is_ok(), "{}", folder.display());
            assert!(VideoStream::open(folder, "out-link").is_err(), "{}", folder.display());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            start in proptest::sample::select(vec![&b"00004"[..], b"\xFF\xD8", b"00011\xFF\xD8", b""]),
            bytes in proptest::collection::vec(
                proptest::sample::select(b"\xFF\xFF\xFF\xD8\xD9\xDA\xC0\xE0\x00\x00\x02\x03\xD0004912x".to_vec()), 0..120),
        ) {
            let movie = [start, &bytes].concat();
            let (frames, _) = read(&movie);
            // A frame may get the end that it lacks.
            let most = movie.len() + 2 * frames.len();
            prop_assert!(frames.iter().map(Vec::len).sum::<usize>() <= most);
            prop_assert!(frames.iter().all(|frame| frame.starts_with(&SOI)));
        }

        /// Frames that are passed are those that would be read, and where they would be.
        #[test]
        fn passing_comes_to_where_reading_does(
            start in proptest::sample::select(vec![&b""[..], b"00004\xFF\xD8\xFF\xD9", SMALL, TRICKY]),
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    &b"00004\xFF\xD8\xFF\xD9"[..], SMALL, TRICKY, b"\xFF", b"\xFF\xD8", b"\xFF\xDA\0\x03!ab",
                    b"00004\xFF\xD8\xFF\xDA00004", b"00009", b"\xFF\xD9", b"\xFF\xE1\0\x04ab", b"\r\n--", b"0",
                ]), 0..14),
        ) {
            let movie = Cursor::new([start, &parts.concat()].concat());
            let (Ok(mut read), Ok(mut passed)) = (VideoStream::new(movie.clone()), VideoStream::new(movie))
            else { return Ok(()) };
            for number in 1.. {
                let is_there = matches!(read.next_frame(), Ok(Some(_)));
                prop_assert_eq!(matches!(passed.pass(number), Ok(true)), is_there, "{}", number);
                prop_assert_eq!(passed.places(), read.places());
                if !is_there {
                    break;
                }
            }
            prop_assert_eq!(read.tell_stray(), passed.tell_stray());
        }

        #[test]
        fn arbitrary_bytes_never_panic(movie in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&movie);
        }
    }
}
