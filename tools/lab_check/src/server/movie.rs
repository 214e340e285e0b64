//! The movies that a server is asked for, and how their frames are recognised.

use std::path::Path;

use rtsp_lab::video_stream::VideoStream;

/// A movie, or as much of its beginning as any case may play.
#[derive(Debug)]
pub(crate) struct Movie {
    /// The name that the server is asked for.
    pub(crate) name: String,
    /// The frames; empty if they are not known here.
    pub(crate) frames: Vec<Vec<u8>>,
}

impl Movie {
    /// Reads a file.
    ///
    /// # Errors
    /// It is not a movie: in one line.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let could_not = |why: String| format!("could not read the movie {}: {why}", path.display());
        let name = path.file_name().ok_or_else(|| could_not("it has no name".to_owned()))?;
        let name = name.to_string_lossy().into_owned();
        let path = path.canonicalize().map_err(|error| could_not(error.to_string()))?;
        let folder = path.parent().unwrap_or(&path);
        let own_name = path.file_name().unwrap_or_default().to_string_lossy();
        let video = VideoStream::open(folder, &own_name);
        let mut video = video.map_err(|error| could_not(error.to_string()))?;
        let mut frames = Vec::new();
        while frames.len() < MOST_FRAMES {
            match video.next_frame().map_err(|error| could_not(error.to_string()))? {
                Some(frame) => frames.push(frame.to_vec()),
                None => break,
            }
        }
        Ok(Self { name, frames })
    }

    /// A movie of which only the name is known.
    pub(crate) fn unknown(name: String) -> Self {
        Self { name, frames: Vec::new() }
    }

    /// The first frames of this one, as a movie of that name.
    pub(crate) fn beginning(&self, count: usize, name: &str) -> Self {
        Self { name: name.to_owned(), frames: self.frames.iter().take(count).cloned().collect() }
    }

    /// The frames of this one, from the first again after the last, as a movie of that name.
    pub(crate) fn repeated(&self, count: usize, name: &str) -> Self {
        let frames = self.frames.iter().cycle().take(count).cloned().collect();
        Self { name: name.to_owned(), frames }
    }

    /// A short movie with a frame of `size` bytes in its middle; `None` if no frame is so small.
    pub(crate) fn with_frame_of(&self, size: usize, name: &str) -> Option<Self> {
        let mut movie = self.beginning(5, name);
        let padded = self.frames.iter().find_map(|frame| padded(frame, size))?;
        let middle = movie.frames.get_mut(LARGE_PLACE)?;
        *middle = padded;
        Some(movie)
    }

    /// The number of the frame, from 0; among equal frames, the first from `near` on.
    pub(crate) fn find(&self, frame: &[u8], near: usize) -> Option<usize> {
        let (before, after) = self.frames.split_at_checked(near)?;
        let is_it = |other: &Vec<u8>| other == frame;
        let ahead = after.iter().position(is_it).map(|ahead| near + ahead);
        ahead.or_else(|| before.iter().position(is_it))
    }

    /// The movie as a file of the lab: five digits of length before each frame.
    pub(crate) fn to_file(&self) -> Vec<u8> {
        let prefixed =
            |frame: &Vec<u8>| [format!("{:05}", frame.len()).into_bytes(), frame.clone()].concat();
        self.frames.iter().flat_map(prefixed).collect()
    }
}

/// The same picture in a larger JPEG: with a comment after SOI (ITU-T T.81 section B.2.4.5).
fn padded(frame: &[u8], size: usize) -> Option<Vec<u8>> {
    let (start, rest) = frame.split_first_chunk::<2>()?;
    let length = size.checked_sub(frame.len() + 2)?;
    let [high, low] = u16::try_from(length).ok().filter(|&length| length >= 2)?.to_be_bytes();
    let comment = [&[0xFF, 0xFE, high, low], vec![b' '; length - 2].as_slice()].concat();
    Some([start, comment.as_slice(), rest].concat())
}

/// No case plays for longer than ten seconds, at twenty frames a second.
const MOST_FRAMES: usize = 600;
/// Where the large frame is in [`Movie::with_frame_of`].
pub(crate) const LARGE_PLACE: usize = 2;
/// How many bytes it has: the report asks for that size.
pub(crate) const LARGE_SIZE: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_padded_frame_has_the_size_and_only_a_comment_more() {
        let frame = b"\xFF\xD8 picture \xFF\xD9";
        for size in [frame.len() + 4, 20_000] {
            let padded = padded(frame, size).unwrap();
            assert_eq!(padded.len(), size);
            assert!(padded.starts_with(b"\xFF\xD8\xFF\xFE") && padded.ends_with(&frame[2..]));
        }
        assert_eq!(padded(frame, frame.len() + 3), None, "no room for a comment");
    }

    #[test]
    fn of_frames_that_are_alike_the_next_one_is_found() {
        let frames = [b"a", b"b", b"a", b"c"].map(|frame| frame.to_vec()).to_vec();
        let movie = Movie { name: String::new(), frames };
        assert_eq!(movie.find(b"a", 0), Some(0));
        assert_eq!(movie.find(b"a", 1), Some(2));
        assert_eq!(movie.find(b"b", 3), Some(1));
        assert_eq!(movie.find(b"d", 0), None);
        assert_eq!(movie.find(b"a", 9), None);
    }
}
