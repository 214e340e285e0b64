//! The film: all its frames in order, in the format of the lab.
//!
//! Each frame is five ASCII digits, the length of the JPEG in bytes, and then the JPEG itself.

use std::num::NonZero;
use std::thread;

use crate::scene::Scene;
use crate::{overlay, tracer};

/// How many frames the film has.
pub(crate) const FRAMES: u32 = 500;

/// How fast the frames follow each other.
pub(crate) const FRAMES_PER_SECOND: u32 = 20;

/// The largest length the five digits can tell.
const LONGEST_JPEG: usize = 99_999;

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
    let jpeg = picture.to_jpeg().map_err(|error| format!("frame {number}: {error}"))?;
    if jpeg.len() > LONGEST_JPEG {
        return Err(format!("frame {number}: {} bytes do not fit five digits", jpeg.len()));
    }
    let mut frame = format!("{:05}", jpeg.len()).into_bytes();
    frame.extend(jpeg);
    Ok(frame)
}
