//! Movie files.

use std::io::{BufReader, Cursor};

use rtsp_lab::video_stream::VideoStream;

use super::input::Chance;

/// The bytes as a file.
pub fn run(data: &[u8]) {
    let mut chance = Chance::of(data);
    let mut video = match VideoStream::new(Cursor::new(data)) {
        Ok(video) => video,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let frames = frames(&mut video);
    // A frame may get the Huffman tables, 420 bytes, and the end that it lacks.
    assert!(frames.iter().map(Vec::len).sum::<usize>() <= data.len() + 422 * frames.len());
    assert!(frames.iter().all(|frame| frame.starts_with(b"\xFF\xD8")));
    assert_eq!(video.frame_number(), frames.len() as u64);
    assert_eq!(again(data, &mut chance), frames, "it does not matter how much is read at a time");

    for _ in 0..4 {
        let place = chance.below(frames.len() + 2);
        go_to(&mut video, place, &frames);
        // Also where nothing has been read before.
        let mut video = VideoStream::new(Cursor::new(data)).unwrap();
        go_to(&mut video, place, &frames);
    }
    video.rewind().unwrap();
    assert_eq!(self::frames(&mut video), frames);
}

/// All frames up to the end or to the first fault, after which there are none.
fn frames(video: &mut VideoStream<impl std::io::BufRead + std::io::Seek>) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    loop {
        match video.next_frame() {
            Ok(Some(frame)) => frames.push(frame.to_vec()),
            Ok(None) => return frames,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                assert!(video.next_frame().unwrap().is_none(), "a fault is told once");
                return frames;
            }
        }
    }
}

/// By a reader that holds some bytes only; two tell what kind of file it is.
fn again(data: &[u8], chance: &mut Chance) -> Vec<Vec<u8>> {
    let reader = BufReader::with_capacity(2 + chance.below(50), Cursor::new(data));
    frames(&mut VideoStream::new(reader).unwrap())
}

fn go_to(video: &mut VideoStream<Cursor<&[u8]>>, place: usize, frames: &[Vec<u8>]) {
    match video.seek(place as u64) {
        Ok(true) => {
            assert!(place <= frames.len());
            let next = video.next_frame().ok().flatten();
            assert_eq!(next, frames.get(place).map(Vec::as_slice), "frame {place}");
        }
        Ok(false) => assert!(place > frames.len()),
        Err(error) => assert!(place > frames.len(), "{error}"),
    }
}
