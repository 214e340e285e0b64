//! Movies of three seconds, and what their frames look like.

use std::fs;
use std::path::Path;

use jpeg_encoder::SamplingFactor;

use super::programs::{checksums, gstreamer_sums, has_opencv, opencv_sums};
use super::run::run;
use crate::common::jpegs::{Kind, PLAIN, jpegs};
use crate::common::left_out::is_installed;
use crate::common::movies::{lab_format, real_frames};

/// How many frames each movie has.
pub(crate) const FRAMES: usize = 60;

/// A movie in the folder that is served.
#[derive(Debug)]
pub(crate) struct MovieFile {
    /// The file's name.
    pub(crate) name: String,
    /// What it is, for a table.
    pub(crate) title: &'static str,
    /// What a frame is cut to: RFC 2435 sends multiples of 8.
    pub(crate) size: (u16, u16),
    /// What the frames in the file look like to `ffmpeg`, one line each.
    pub(crate) frames: Vec<String>,
    /// The same for the decoder of `GStreamer`.
    pub(crate) gstreamer: Vec<String>,
    /// The same for `OpenCV`.
    pub(crate) opencv: Vec<String>,
}

/// Six kinds of movies.
pub(crate) fn movies(folder: &Path) -> Vec<MovieFile> {
    let real = real_frames().drain(..FRAMES).collect::<Vec<_>>();
    let made = |change: fn(&mut Kind)| {
        let mut kind = Kind { size: (320, 240), ..PLAIN };
        change(&mut kind);
        (jpegs(kind, FRAMES).concat(), kind.size)
    };
    let source = folder.join("source");
    fs::write(&source, real.concat()).unwrap();
    let optimised = folder.join("optimised.mjpeg");
    let words =
        ["-nostdin", "-y", "-v", "error", "-f", "mjpeg", "-i", &source.display().to_string()]
            .into_iter()
            .chain("-c:v mjpeg -huffman optimal -q:v 5 -f mjpeg".split(' '))
            .map(str::to_owned)
            .chain([optimised.display().to_string()])
            .collect::<Vec<_>>();
    run("ffmpeg", &words, &folder.join("optimise")).unwrap();
    let optimised = (fs::read(optimised).unwrap(), (384, 288));
    // The standard tables together are 420 bytes long.
    let standard = optimised.0.windows(4).any(|bytes| bytes == [0xFF, 0xC4, 0x01, 0xA2]);
    assert!(!standard, "the tables are not the standard ones");
    let kinds = [
        ("movie.Mjpeg", "the lab's, 384x288", (lab_format(&real), (384, 288))),
        ("optimised.Mjpeg", "optimised Huffman tables, 384x288", optimised),
        ("restart.Mjpeg", "restart markers, 320x240", made(|kind| kind.restart = 20)),
        ("422.Mjpeg", "4:2:2, 320x240", made(|kind| kind.sampling = SamplingFactor::F_2_1)),
        ("720.Mjpeg", "1280x720", made(|kind| kind.size = (1280, 720))),
        ("odd.Mjpeg", "380x286", made(|kind| kind.size = (380, 286))),
    ];
    kinds.into_iter().map(|(name, title, movie)| file(folder, name, title, movie)).collect()
}

fn file(folder: &Path, name: &str, title: &'static str, movie: (Vec<u8>, (u16, u16))) -> MovieFile {
    let (content, size) = movie;
    fs::write(folder.join(name), &content).unwrap();
    // Programs know MJPEG without the lab's lengths.
    let plain = folder.join("plain");
    let jpegs =
        if name == "movie.Mjpeg" { fs::read(folder.join("source")).unwrap() } else { content };
    fs::write(&plain, jpegs).unwrap();
    let frames = checksums(&plain, size, &folder.join("reference")).unwrap();
    assert_eq!(frames.len(), FRAMES, "{title}");
    let gstreamer = if is_installed("gst-launch-1.0") {
        gstreamer_sums(&plain, &folder.join("reference")).unwrap()
    } else {
        Vec::new()
    };
    let opencv = if has_opencv() {
        opencv_sums(&plain, size, &folder.join("reference")).unwrap()
    } else {
        Vec::new()
    };
    for sums in [&gstreamer, &opencv] {
        assert!(sums.is_empty() || sums.len() == FRAMES, "{title}: {} frames", sums.len());
    }
    MovieFile { name: name.to_owned(), title, size, frames, gstreamer, opencv }
}
