//! The thread `update_movie`, which decodes frames for the window.

use std::io;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::examiner::Examiner;
use super::findings::{Findings, Flaw, Frame, Frames};
use crate::diagnosis;
use crate::event::Event;
use crate::jpeg::walk::{Outcome, walk};
use crate::picture::{MAX_PIXELS, Picture};
use crate::trace::Journey;

/// The thread, and its two ends.
#[derive(Debug)]
pub(crate) struct Decoder {
    /// Where frames go. The thread ends when this is `None` and no other sender is left.
    frames: Option<SyncSender<Frame>>,
    /// Where decoded pictures wait.
    pictures: Receiver<Decoded>,
    /// How many pixels wait there, in all pictures together.
    waiting: Arc<AtomicUsize>,
    /// When the session ended.
    end: Arc<OnceLock<Instant>>,
    thread: Option<JoinHandle<NotShown>>,
}

/// How many of the frames so far are not shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NotShown {
    /// They can't be decoded.
    pub(crate) undecodable: u64,
    /// The window was too slow for their pictures, or the session was over.
    pub(crate) overruns: u64,
}

/// A frame that has been through the decoder.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// The picture; `None` if there was no frame, or it could not be decoded.
    pub(crate) picture: Option<Picture>,
    /// What `listen_rtp` knew at that time.
    pub(crate) findings: Findings,
    /// Why there is no picture, although there was a frame.
    pub(crate) flaw: Option<Flaw>,
    /// What became of the other frames so far.
    pub(crate) not_shown: NotShown,
    /// What is told of the frame on its way.
    journey: Journey,
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
        let end = Arc::new(OnceLock::new());
        let ended = Arc::clone(&end);
        let thread = thread::Builder::new()
            .name("update_movie".to_owned())
            .spawn(move || decode_all(&arriving, &leaving, &ended, &news, &examiner))?;
        Ok(Self { frames: Some(frames), pictures, waiting, end, thread: Some(thread) })
    }

    /// Where frames go.
    pub(crate) fn frames(&self) -> Option<Frames> {
        self.frames.clone().map(Frames::new)
    }

    /// The next picture that waits: it is shown now.
    pub(crate) fn next(&self) -> Option<Decoded> {
        let decoded = self.pictures.try_recv().ok()?;
        if decoded.picture.is_some() {
            decoded.journey.shown();
        }
        self.waiting.fetch_sub(decoded.size(), Ordering::Relaxed);
        Some(decoded)
    }

    /// Waits for the thread, so whoever sends frames must have gone before. It decodes what waits as
    /// long as that takes no time that a user would notice. The last pictures can still be taken
    /// afterwards.
    pub(crate) fn finish(&mut self) -> Option<NotShown> {
        self.frames = None;
        self.end.get_or_init(Instant::now);
        self.thread.take()?.join().ok()
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
    /// Passes the picture on, if there is room for it: for four of the usual size, or one of the largest.
    /// If not, it comes back.
    fn pass_on(&self, decoded: Decoded) -> Option<Decoded> {
        let size = decoded.size();
        let before = self.waiting.fetch_add(size, Ordering::Relaxed);
        let refused = if before + size > MAX_PIXELS {
            Some(decoded)
        } else {
            match self.pictures.try_send(decoded) {
                Ok(()) => None,
                Err(TrySendError::Full(decoded) | TrySendError::Disconnected(decoded)) => {
                    Some(decoded)
                }
            }
        };
        if refused.is_some() {
            self.waiting.fetch_sub(size, Ordering::Relaxed);
        }
        refused
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Decodes frames until no more can come.
fn decode_all(
    frames: &Receiver<Frame>,
    pictures: &Leaving,
    end: &OnceLock<Instant>,
    news: &Event,
    examiner: &Examiner,
) -> NotShown {
    let mut not_shown = NotShown::default();
    for Frame { jpeg, findings, journey } in frames {
        let is_frame = jpeg.is_some();
        if end.get().is_some_and(|end| end.elapsed() >= LAST_FRAMES) {
            not_shown.overruns += u64::from(is_frame);
            journey.left_out("TEARDOWN");
            continue;
        }
        let begun = journey.begin();
        let (picture, flaw) = match jpeg.map(|(jpeg, packets)| decode(&jpeg, packets, examiner)) {
            Some(Ok(picture)) => (Some(picture), None),
            Some(Err(flaw)) => (None, Some(flaw)),
            None => (None, None),
        };
        journey.decoded(begun, picture.is_some());
        not_shown.undecodable += u64::from(flaw.is_some());
        let decoded = Decoded { picture, findings, flaw, not_shown, journey };
        let refused = pictures.pass_on(decoded).filter(|decoded| decoded.picture.is_some());
        if let Some(refused) = refused {
            not_shown.overruns += 1;
            refused.journey.left_out("window behind");
        }
        news.set();
    }
    not_shown
}

/// The picture, if all of it is there: a decoder fills in grey what a frame that is cut off lacks.
fn decode(jpeg: &[u8], packets: u32, examiner: &Examiner) -> Result<Picture, Flaw> {
    let mut walk = walk(jpeg);
    let picture = if walk.outcome.is_whole() { decode_whole(jpeg) } else { None };
    if walk.outcome.is_whole() && picture.is_none() {
        walk.outcome = Outcome::Bad("its parts do not fit".into());
    }
    let frame = diagnosis::Frame::of(jpeg, packets, &walk);
    examiner.tell(|diagnosis, now| diagnosis.frame(&frame, now));
    picture.ok_or_else(|| Flaw {
        why: format!("decode a frame: {}", walk.outcome),
        is_of_the_network: false,
    })
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
/// How long the frames that wait at the end of a session are still decoded.
const LAST_FRAMES: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video_stream::tests::movie_frames;

    /// Frames of the movie, every third without its end.
    fn frames() -> Vec<Vec<u8>> {
        let frames = movie_frames(25).into_iter().enumerate().map(|(at, mut jpeg)| {
            jpeg.truncate(if at % 3 == 0 { 2000 } else { jpeg.len() });
            jpeg
        });
        frames.collect()
    }

    #[test]
    fn each_frame_is_shown_or_counted_also_at_the_end() {
        for is_late in [false, true] {
            let mut decoder = Decoder::start(Arc::default(), Examiner::default()).unwrap();
            let (mut going, mut findings) = (decoder.frames().unwrap(), Findings::default());
            if is_late {
                decoder.end.set(Instant::now().checked_sub(LAST_FRAMES).unwrap()).unwrap();
            }
            for jpeg in frames() {
                going.pass_on((jpeg, 1), &mut findings, Duration::ZERO, Journey::default());
            }
            drop(going);
            let NotShown { undecodable, overruns } = decoder.finish().unwrap();
            let pictures = std::iter::from_fn(|| decoder.next());
            let shown = pictures.filter(|decoded| decoded.picture.is_some()).count() as u64;
            assert_eq!(shown + undecodable + overruns + findings.reception.overruns, 20);
            assert_eq!(shown == 0 && undecodable == 0, is_late, "what comes late is left out");
        }
    }
}
