//! Tiny real JPEGs of one colour each, so that a pixel tells which frame is shown.

use std::fs;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rtsp_lab::picture::Picture;
use tempfile::TempDir;

use super::MOVIE;

/// A frame's only colour: red, green, blue.
pub(crate) type Colour = [u8; 3];

/// The colour of frame `number`; two that follow each other are far apart.
pub(crate) fn colour(number: u16) -> Colour {
    let [_, byte] = number.to_be_bytes();
    [byte.wrapping_mul(83), byte.wrapping_mul(151), byte.wrapping_mul(199)]
}

/// Frame `number`, 16x16 pixels.
pub(crate) fn frame(number: u16) -> Vec<u8> {
    jpeg(16, 16, colour(number))
}

/// A JPEG of one colour, 4:4:4.
pub(crate) fn jpeg(width: u16, height: u16, colour: Colour) -> Vec<u8> {
    let pixels = colour.repeat(usize::from(width) * usize::from(height));
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 95);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.encode(&pixels, width, height, ColorType::Rgb).unwrap();
    jpeg
}

/// A frame as in the movie of the Python lab: component ids 0, 1, 2 and no JFIF marker.
pub(crate) fn as_in_the_labs_movie(mut jpeg: Vec<u8>) -> Vec<u8> {
    assert_eq!(jpeg[2..4], [0xFF, 0xE0], "an APP0 segment comes first");
    let app0 = 2 + usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]));
    jpeg.drain(2..2 + app0);
    let (frame_header, scan_header) = (find(&jpeg, [0xFF, 0xC0]), find(&jpeg, [0xFF, 0xDA]));
    for id in 0..3 {
        jpeg[frame_header + 10 + 3 * usize::from(id)] = id;
        jpeg[scan_header + 5 + 2 * usize::from(id)] = id;
    }
    jpeg
}

fn find(jpeg: &[u8], marker: [u8; 2]) -> usize {
    jpeg.windows(2).position(|bytes| bytes == marker).expect("the marker")
}

/// Whether every pixel has that colour, but for what JPEG rounds.
pub(crate) fn has_colour(picture: &Picture, expected: Colour) -> bool {
    picture.pixels.iter().all(|pixel| {
        let [_, channels @ ..] = pixel.to_be_bytes();
        channels.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) <= 6)
    })
}

/// A folder with a movie of so many frames in the lab's format; gone when it is dropped.
pub(crate) fn folder_with_movie(frames: u16) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let prefixed = |number| {
        let frame = frame(number);
        [format!("{:05}", frame.len()).into_bytes(), frame].concat()
    };
    let movie: Vec<u8> = (1..=frames).flat_map(prefixed).collect();
    fs::write(folder.path().join(MOVIE), movie).expect("write the movie");
    folder
}
