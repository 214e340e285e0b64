//! Made-up movies: frames that begin and end as JPEGs do, and of which no two are alike.

use std::fs;
use std::path::Path;

use super::programs::project;
use tempfile::TempDir;

/// The name that the lab's own movie has.
pub(crate) const MOVIE: &str = "movie.Mjpeg";

/// One frame of `size` bytes: SOI, a scan whose data tell the frame's number, EOI.
pub(crate) fn made_frame(number: usize, size: usize) -> Vec<u8> {
    let (start, end) = (b"\xFF\xD8\xFF\xDA\x00\x02", b"\xFF\xD9");
    let text = format!("frame {number} ");
    let data = text.bytes().cycle().take(size - start.len() - end.len());
    start.iter().copied().chain(data).chain(*end).collect()
}

/// Frames of different sizes, all small enough that a whole movie fits the buffer of a UDP socket.
pub(crate) fn made_frames(count: usize) -> Vec<Vec<u8>> {
    (1..=count).map(|number| made_frame(number, 100 + number * 37 % 1000)).collect()
}

/// The frames as the lab's files hold them: five digits, then the JPEG.
pub(crate) fn lab_format(frames: &[Vec<u8>]) -> Vec<u8> {
    let prefixed = |frame: &Vec<u8>| [format!("{:05}", frame.len()).into_bytes(), frame.clone()];
    frames.iter().flat_map(prefixed).flatten().collect()
}

/// A folder that holds one movie with that content, [`MOVIE`]; gone when it is dropped.
pub(crate) fn folder_with(content: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join(MOVIE), content).expect("write a movie");
    folder
}

/// A folder with a made-up movie, and the movie's frames.
pub(crate) fn made_movie(frames: usize) -> (TempDir, Vec<Vec<u8>>) {
    let frames = made_frames(frames);
    (folder_with(&lab_format(&frames)), frames)
}

/// The frames of the movie that comes with the project.
pub(crate) fn real_frames() -> Vec<Vec<u8>> {
    frames_of(&project().join(MOVIE))
}

/// The frames of a file in the lab's format.
pub(crate) fn frames_of(path: &Path) -> Vec<Vec<u8>> {
    let content = fs::read(path).expect("read a movie");
    let (mut rest, mut frames) = (content.as_slice(), Vec::new());
    while let Some((digits, after)) = rest.split_first_chunk::<5>() {
        let length = std::str::from_utf8(digits).expect("digits").parse().expect("a length");
        let (frame, next) = after.split_at(length);
        frames.push(frame.to_vec());
        rest = next;
    }
    frames
}
