//! The thread `update_movie`, which decodes frames for the window.

use std::io;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::buffer::Buffer;
use super::examiner::Examiner;
use super::findings::{Findings, Flaw, Frame, Frames, Whole};
use crate::diagnosis;
use crate::event::Event;
use crate::jpeg::walk::{Outcome, walk};
use crate::picture::{MAX_PIXELS, Picture};
use crate::playout::Playout;
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
    /// What `listen_rtp` knew at that time; `None` of a frame that has waited, as more is known since.
    pub(crate) findings: Option<Findings>,
    /// Why there is no picture, although there was a frame.
    pub(crate) flaw: Option<Flaw>,
    /// What became of the other frames so far.
    pub(crate) not_shown: NotShown,
    /// What is told of the frame on its way.
    journey: Journey,
}

impl Decoder {
    /// Starts the thread; `news` is raised at each picture, and `examiner` is told of each frame. Times
    /// of arrival are counted from `clock` on, and frames wait in the buffer, if there is one.
    ///
    /// # Errors
    /// The system has no room for another thread.
    pub(crate) fn start(
        news: Arc<Event>,
        clock: Instant,
        buffer: Buffer,
        examiner: Examiner,
    ) -> io::Result<Self> {
        let (frames, arriving) = sync_channel(FRAMES_WAITING);
        let (leaving, pictures) = sync_channel(PICTURES_WAITING);
        let waiting = Arc::new(AtomicUsize::new(0));
        let end = Arc::new(OnceLock::new());
        let leaving = Leaving {
            pictures: leaving,
            waiting: Arc::clone(&waiting),
            news,
            examiner,
            end: Arc::clone(&end),
            not_shown: NotShown::default(),
        };
        let thread = thread::Builder::new()
            .name("update_movie".to_owned())
            .spawn(move || decode_all(&arriving, leaving, &buffer, clock))?;
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

/// The way of frames to the window.
struct Leaving {
    pictures: SyncSender<Decoded>,
    waiting: Arc<AtomicUsize>,
    news: Arc<Event>,
    examiner: Examiner,
    end: Arc<OnceLock<Instant>>,
    not_shown: NotShown,
}

impl Leaving {
    /// Decodes a frame, if there is one, and passes it on with what else is known.
    fn show(&mut self, whole: Option<Whole>, findings: Option<Findings>) {
        if self.end.get().is_some_and(|end| end.elapsed() >= LAST_FRAMES) {
            return self.leave_out(whole, "TEARDOWN");
        }
        let (picture, flaw, journey) = match whole {
            Some(whole) => self.decode(whole),
            None => (None, None, Journey::default()),
        };
        self.not_shown.undecodable += u64::from(flaw.is_some());
        let decoded = Decoded { picture, findings, flaw, not_shown: self.not_shown, journey };
        let refused = self.pass_on(decoded).filter(|decoded| decoded.picture.is_some());
        if let Some(refused) = refused {
            self.not_shown.overruns += 1;
            refused.journey.left_out("window behind");
        }
        self.news.set();
    }

    fn decode(&self, whole: Whole) -> (Option<Picture>, Option<Flaw>, Journey) {
        let begun = whole.journey.begin();
        let decoded = decode(&whole, &self.examiner);
        whole.journey.decoded(begun, decoded.is_ok());
        let (picture, flaw) = match decoded {
            Ok(picture) => (Some(picture), None),
            Err(flaw) => (None, Some(flaw)),
        };
        (picture, flaw, whole.journey)
    }

    /// Counts frames that come too late to be shown, or that there is no room for.
    fn leave_out(&mut self, frames: impl IntoIterator<Item = Whole>, why: &'static str) {
        for frame in frames {
            self.not_shown.overruns += 1;
            frame.journey.left_out(why);
        }
    }

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

/// Decodes frames when they are due until no more can come. Without a buffer they are due at once.
fn decode_all(
    frames: &Receiver<Frame>,
    mut leaving: Leaving,
    buffer: &Buffer,
    clock: Instant,
) -> NotShown {
    let mut playout = Playout::default();
    loop {
        let received = match until_due(&playout, clock) {
            Some(time) => frames.recv_timeout(time),
            None => frames.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        discard(buffer.obey(&mut playout));
        match received {
            Ok(frame) => take(frame, &mut playout, &mut leaving, clock),
            Err(RecvTimeoutError::Timeout) => show_due(&mut playout, &mut leaving, clock),
            Err(RecvTimeoutError::Disconnected) => break,
        }
        buffer.tell(&playout);
    }
    // The session is over, and nobody waits for what would be due later.
    discard(playout.clear());
    buffer.tell(&playout);
    leaving.not_shown
}

/// How long to wait for the next frame; `None`, as long as it takes, if there is no buffer.
fn until_due(playout: &Playout<Whole>, clock: Instant) -> Option<Duration> {
    playout.target()?;
    let due = playout.next_due().unwrap_or(Duration::MAX);
    Some(due.saturating_sub(clock.elapsed()).min(LOOK))
}

/// Takes a frame into the buffer, if there is one; what is known of packets need not wait.
fn take(frame: Frame, playout: &mut Playout<Whole>, leaving: &mut Leaving, clock: Instant) {
    let Frame { whole, arrival, findings } = frame;
    show_due(playout, leaving, clock);
    if playout.target().is_none() {
        return leaving.show(whole, Some(findings));
    }
    leaving.show(None, Some(findings));
    if let Some(whole) = whole {
        let media = whole.media;
        if playout.has_run_empty() {
            whole.journey.missed();
        }
        leaving.leave_out(playout.push(whole, media, arrival).err(), "buffer full");
    }
    show_due(playout, leaving, clock);
}

/// What was thrown away with the buffer is counted there.
fn discard(frames: impl IntoIterator<Item = Whole>) {
    for frame in frames {
        frame.journey.left_out("buffer emptied");
    }
}

/// Decodes what is due.
fn show_due(playout: &mut Playout<Whole>, leaving: &mut Leaving, clock: Instant) {
    while let Some(mut whole) = playout.pop(clock.elapsed()) {
        whole.journey.leave(playout.waiting());
        leaving.show(Some(whole), None);
    }
}

/// The picture, if all of it is there: a decoder fills in grey what a frame that is cut off lacks.
fn decode(Whole { jpeg, packets, .. }: &Whole, examiner: &Examiner) -> Result<Picture, Flaw> {
    let mut walk = walk(jpeg);
    let picture = if walk.outcome.is_whole() { decode_whole(jpeg) } else { None };
    if walk.outcome.is_whole() && picture.is_none() {
        walk.outcome = Outcome::Bad("its parts do not fit".into());
    }
    let frame = diagnosis::Frame::of(jpeg, *packets, &walk);
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
/// How often a buffer looks at what is wanted of it, while nothing else happens.
const LOOK: Duration = Duration::from_millis(50);
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
            let (news, clock) = (Arc::default(), Instant::now());
            let buffer = Buffer::default();
            let mut decoder = Decoder::start(news, clock, buffer, Examiner::default()).unwrap();
            let (mut going, mut findings) = (decoder.frames().unwrap(), Findings::default());
            if is_late {
                decoder.end.set(Instant::now().checked_sub(LAST_FRAMES).unwrap()).unwrap();
            }
            for jpeg in frames() {
                let (media, journey) = (Duration::ZERO, Journey::default());
                let whole = Whole { jpeg, packets: 1, media, journey };
                going.pass_on(whole, &mut findings, Duration::ZERO);
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
