//! The thread that decodes frames for the window. Python: `Client.updateMovie`.

use std::io;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use super::listen_rtp::Frame;
use super::{Client, LatestPacket};
use crate::event::Event;
use crate::picture::{MAX_PIXELS, Picture};
use crate::statistics::Reception;

/// The thread `update_movie`, and its two ends.
#[derive(Debug)]
pub(super) struct Decoder {
    /// Where `listen_rtp` puts frames; `None` ends the thread.
    frames: Option<SyncSender<Frame>>,
    /// Where decoded pictures wait.
    pictures: Receiver<Decoded>,
    /// How many pixels wait there.
    waiting: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

/// A frame that has been through the decoder.
#[derive(Debug)]
pub(super) struct Decoded {
    /// `None` if there was no frame, or it can't be decoded.
    pub(super) picture: Option<Picture>,
    /// What `listen_rtp` knew at that time.
    pub(super) reception: Reception,
    /// The packet that came last.
    pub(super) latest: Option<LatestPacket>,
    /// Frames so far that can't be decoded.
    pub(super) undecodable: u64,
    /// Pictures so far that the window was too slow for.
    pub(super) overruns: u64,
}

impl Decoder {
    /// Starts the thread; `news` is raised at each picture.
    ///
    /// # Errors
    /// The system has no room for another thread.
    pub(super) fn start(news: Arc<Event>) -> io::Result<Self> {
        let (frames, arriving) = sync_channel(FRAMES_WAITING);
        let (leaving, pictures) = sync_channel(PICTURES_WAITING);
        let waiting = Arc::new(AtomicUsize::new(0));
        let leaving = Leaving { pictures: leaving, waiting: Arc::clone(&waiting) };
        let thread = thread::Builder::new()
            .name("update_movie".to_owned())
            .spawn(move || update_movie(&arriving, &leaving, &news))?;
        Ok(Self { frames: Some(frames), pictures, waiting, thread: Some(thread) })
    }

    /// Where frames go.
    pub(super) fn frames(&self) -> Option<SyncSender<Frame>> {
        self.frames.clone()
    }

    /// The next picture that waits.
    fn next(&self) -> Option<Decoded> {
        let decoded = self.pictures.try_recv().ok()?;
        self.waiting.fetch_sub(decoded.size(), Ordering::Relaxed);
        Some(decoded)
    }

    /// Ends the thread, once it has decoded what waits; the last pictures can still be taken.
    pub(super) fn finish(&mut self) {
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

/// The way of decoded pictures to the window.
struct Leaving {
    pictures: SyncSender<Decoded>,
    waiting: Arc<AtomicUsize>,
}

impl Leaving {
    /// Whether there is room for it: four pictures of a usual size, one of the largest.
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

impl Client {
    /// Takes the pictures that have been decoded. Python: `updateMovie`.
    pub(super) fn update_movie(&mut self) -> bool {
        let mut changed = false;
        while let Some(decoded) = self.decoder.as_ref().and_then(Decoder::next) {
            changed = true;
            self.statistics.undecodable = decoded.undecodable;
            self.statistics.overruns = decoded.overruns;
            // After PAUSE more is known than what is on its way still.
            if decoded.reception.packets >= self.statistics.reception.packets {
                self.latest_packet = decoded.latest.or(self.latest_packet);
            }
            self.statistics.receive(decoded.reception);
            if let Some(picture) = decoded.picture {
                self.statistics.show_frame(self.clock.elapsed());
                self.picture = Some(picture);
            }
        }
        changed
    }
}

/// Decodes frames until no more can come. Python: `updateMovie` opens the cache file instead.
///
/// # Deviation
/// `writeFrame` and its cache file do not exist: a frame stays in memory, so nothing is left over
/// to remove, even after a crash. A frame that can't be decoded is counted, and the last good
/// picture stays.
#[doc(alias = "updateMovie")]
#[doc(alias = "writeFrame")]
fn update_movie(frames: &Receiver<Frame>, pictures: &Leaving, news: &Event) {
    let (mut undecodable, mut overruns) = (0, 0);
    for Frame { jpeg, reception, latest } in frames {
        let is_frame = jpeg.is_some();
        let picture = jpeg.and_then(|jpeg| decode(&jpeg));
        undecodable += u64::from(is_frame && picture.is_none());
        let is_picture = picture.is_some();
        let decoded = Decoded { picture, reception, latest, undecodable, overruns };
        overruns += u64::from(!pictures.pass_on(decoded) && is_picture);
        news.set();
    }
}

/// Frames are anybody's bytes, and the decoder is another's work: one that it trips over costs a
/// picture, not the thread.
fn decode(jpeg: &[u8]) -> Option<Picture> {
    catch_unwind(|| Picture::decode(jpeg)).ok()?.ok()
}

/// Frames that may wait for the decoder: 0.4 s of the movie.
const FRAMES_WAITING: usize = 8;
/// Pictures that may wait for the window.
const PICTURES_WAITING: usize = 4;
