//! The movie: all its frames in order, in the format of the lab.
//!
//! Each frame is five ASCII digits, the length of the JPEG in bytes, and then the JPEG itself.

use std::num::NonZero;
use std::thread;

use crate::picture::Picture;
use crate::scene::Scene;
use crate::{overlay, tracer};

/// How many frames the movie has.
pub(crate) const FRAMES: u32 = 500;

/// How fast the frames follow each other.
pub(crate) const FRAMES_PER_SECOND: u32 = 20;

/// The largest JPEG. After the 12 bytes of an RTP header it fits a datagram of 9,216 bytes, and
/// macOS sends no larger one unless it is told to (`net.inet.udp.maxdgram`).
const LARGEST_JPEG: usize = 9_200;

/// As coarse as a picture may become.
const COARSEST: u8 = 127;

/// A frame as it is in the file, or what went wrong with it.
type Frame = Result<Vec<u8>, String>;

/// All frames in order. Every processor renders its share: of two, one takes the odd frames.
pub(crate) fn render() -> Result<Vec<Vec<u8>>, String> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let mut frames = thread::scope(|scope| {
        let started: Vec<_> =
            (0..workers).map(|first| scope.spawn(move || render_share(first, workers))).collect();
        let mut frames = Vec::new();
        for worker in started {
            frames.extend(worker.join().map_err(|_| "a rendering thread failed".to_owned())?);
        }
        Ok::<_, String>(frames)
    })?;
    frames.sort_by_key(|(number, _)| *number);
    frames.into_iter().map(|(_, frame)| frame).collect()
}

/// One worker's frames, with their numbers.
fn render_share(first: usize, workers: usize) -> Vec<(u32, Frame)> {
    let numbers = (1..=FRAMES).skip(first).step_by(workers);
    numbers.map(|number| (number, render_frame(number))).collect()
}

/// One frame: length and JPEG.
fn render_frame(number: u32) -> Frame {
    let mut picture = tracer::render(&Scene::at_frame(number));
    overlay::draw(&mut picture, number);
    let jpeg = finest_jpeg(&picture).map_err(|error| format!("frame {number}: {error}"))?;
    let mut frame = format!("{:05}", jpeg.len()).into_bytes();
    frame.extend(jpeg);
    Ok(frame)
}

/// The finest JPEG that is not too large, found by halves.
fn finest_jpeg(picture: &Picture) -> Result<Vec<u8>, String> {
    let encode = |coarseness| picture.to_jpeg(coarseness).map_err(|error| error.to_string());
    let mut found = encode(COARSEST)?;
    if found.len() > LARGEST_JPEG {
        let length = found.len();
        return Err(format!(
            "expected at most {LARGEST_JPEG} bytes, found {length} at the coarsest"
        ));
    }
    let (mut fine, mut coarse) = (0, COARSEST);
    while fine < coarse {
        let middle = u8::midpoint(fine, coarse);
        let jpeg = encode(middle)?;
        if jpeg.len() > LARGEST_JPEG {
            fine = middle + 1;
        } else {
            (coarse, found) = (middle, jpeg);
        }
    }
    Ok(found)
}
