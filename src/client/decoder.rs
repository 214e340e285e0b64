//! The thread `update_movie`, which decodes frames for the window.

use std::io;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use super::examiner::Examiner;
use super::findings::{Findings, Frame, Frames};
use crate::diagnosis;
use crate::event::Event;
use crate::jpeg::walk::{Outcome, walk};
use crate::picture::{MAX_PIXELS, Picture};

/// The thread, and its two ends.
#[derive(Debug)]
pub(crate) struct Decoder {
    /// Where frames go. The thread ends when this is `None` and no other sender is left.
    frames: Option<SyncSender<Frame>>,
    /// Where decoded pictures wait.
    pictures: Receiver<Decoded>,
    /// How many pixels wait there, in all pictures together.
    waiting: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

/// A frame that has been through the decoder.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// The picture; `None` if there was no frame, or it could not be decoded.
    pub(crate) picture: Option<Picture>,
    /// What `listen_rtp` knew at that time.
    pub(crate) findings: Findings,
    /// Frames so far that can't be decoded.
    pub(crate) undecodable: u64,
    /// Pictures so far that were dropped because the window was too slow for them.
    pub(crate) overruns: u64,
}

impl Decoder {
    /// Starts the thread; `news` is raised at each picture, and `examiner` is told of each frame.
    ///
    /// # Errors
    /// The system has no room for another thread.
    pub(crate) fn start(news: Arc<Event>, examiner: Examiner) -> io::Result<Self> {
        let (frames, arriving) = sync_channel(FRAMES_WAITING);
        let (leaving, pictures) = sync_channel(PICTURES_WAITING);
        let waiting = Arc::new(AtomicUsize::new(0));
        let leaving = Leaving { pictures: leaving, waiting: Arc::clone(&waiting) };
        let thread = thread::Builder::new()
            .name("update_movie".to_owned())
            .spawn(move || decode_all(&arriving, &leaving, &news, &examiner))?;
        Ok(Self { frames: Some(frames), pictures, waiting, thread: Some(thread) })
    }

    /// Where frames go.
    pub(crate) fn frames(&self) -> Option<Frames> {
        self.frames.clone().map(Frames::new)
    }

    /// The next picture that waits.
    pub(crate) fn next(&self) -> Option<Decoded> {
        let decoded = self.pictures.try_recv().ok()?;
        self.waiting.fetch_sub(decoded.size(), Ordering::Relaxed);
        Some(decoded)
    }

    /// Waits until the thread has decoded everything, so whoever sends frames must have gone
    /// before. The last pictures can still be taken afterwards.
    pub(crate) fn finish(&mut self) {
        self.frames = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Decoded {
    /// How many pixels its picture has.
    fn size(&self) -> usize {
        self.picture.as_ref().map_or(0, |picture| picture.pixels.len())
    }
}

/// The queue of decoded pictures on their way to the window.
struct Leaving {
    pictures: SyncSender<Decoded>,
    waiting: Arc<AtomicUsize>,
}

impl Leaving {
    /// Whether there is room for the picture: for four of the usual size, or one of the largest.
    fn pass_on(&self, decoded: Decoded) -> bool {
        let size = decoded.size();
        let before = self.waiting.fetch_add(size, Ordering::Relaxed);
        let passed = before + size <= MAX_PIXELS && self.pictures.try_send(decoded).is_ok();
        if !passed {
            self.waiting.fetch_sub(size, Ordering::Relaxed);
        }
        passed
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Decodes frames until no more can come.
fn decode_all(frames: &Receiver<Frame>, pictures: &Leaving, news: &Event, examiner: &Examiner) {
    let (mut undecodable, mut overruns) = (0, 0);
    for Frame { jpeg, findings } in frames {
        let is_frame = jpeg.is_some();
        let picture = jpeg.and_then(|(jpeg, packets)| decode(&jpeg, packets, examiner));
        undecodable += u64::from(is_frame && picture.is_none());
        let is_picture = picture.is_some();
        let decoded = Decoded { picture, findings, undecodable, overruns };
        overruns += u64::from(!pictures.pass_on(decoded) && is_picture);
        news.set();
    }
}

/// The picture, if all of it is there: a decoder fills in grey what a frame that is cut off lacks.
fn decode(jpeg: &[u8], packets: u32, examiner: &Examiner) -> Option<Picture> {
    let mut walk = walk(jpeg);
    let picture = if walk.outcome.is_whole() { decode_whole(jpeg) } else { None };
    if walk.outcome.is_whole() && picture.is_none() {
        walk.outcome = Outcome::Bad("its parts do not fit".into());
    }
    let frame = diagnosis::Frame::of(jpeg, packets, &walk);
    examiner.tell(|diagnosis, now| diagnosis.frame(&frame, now));
    picture
}

/// Frames come from the network and the decoder is somebody else's code: if it panics, that costs
/// one picture, not the thread.
fn decode_whole(jpeg: &[u8]) -> Option<Picture> {
    catch_unwind(|| Picture::decode(jpeg)).ok()?.ok()
}

/// Frames that may wait for the decoder: 0.4 s of the movie.
const FRAMES_WAITING: usize = 8;
/// Pictures that may wait for the window.
const PICTURES_WAITING: usize = 4;
