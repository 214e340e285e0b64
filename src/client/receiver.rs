//! The client's side of RTP: the port, the thread that listens at it, the thread that decodes, and
//! what they have brought.

use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use super::decoder::{Decoded, Decoder};
use super::examiner::Examiner;
use super::findings::{Findings, Frames};
use super::log::Log;
use super::screen::Screen;
use super::silence::{Cause, Silence};
use crate::diagnosis::Diagnosis;
use crate::errand::{Errand, Wake};
use crate::event::Event;
use crate::rtsp::State;

/// Where packets come in. It moves into the thread at PLAY and comes back at PAUSE, so there are
/// never two listeners, and nothing is shared.
pub(crate) trait Port: fmt::Debug + Send + 'static {
    /// What has been found out.
    fn findings(&self) -> &Findings;

    /// Prepares for a PLAY that is about to be sent.
    fn resume(&mut self);

    /// A function that ends the listening at once, called when the stop event has been set.
    ///
    /// # Errors
    /// The system has no room for another descriptor.
    fn waker(&self) -> io::Result<Wake>;
}

/// A port and what comes in by it. The port is closed before the decoder, which waits for its last
/// frame.
#[derive(Debug)]
pub(crate) struct Receiver<P> {
    media: Media<P>,
    decoder: Option<Decoder>,
    silence: Silence,
    /// What is wrong with what comes.
    examiner: Examiner,
    /// What there is to see.
    pub(crate) screen: Screen,
}

/// Where the port is: not open, with the client, or in the thread `listen_rtp`.
#[derive(Debug, Default)]
enum Media<P> {
    #[default]
    Closed,
    Open(P),
    Listening(Errand<P>),
}

impl<P: Port> Receiver<P> {
    /// Without a port.
    pub(crate) fn new() -> Self {
        let (media, silence, examiner) = (Media::Closed, Silence::default(), Examiner::default());
        Self { media, decoder: None, silence, examiner, screen: Screen::default() }
    }

    /// Begins a session: starts the thread that decodes and removes the last session's picture.
    /// `news` is raised at each new picture, times are those of `log`, and `examiner` is told of each
    /// frame.
    ///
    /// # Errors
    /// The system has no room for another thread.
    pub(crate) fn open(
        &mut self,
        news: Arc<Event>,
        log: &Log,
        examiner: Examiner,
    ) -> io::Result<()> {
        // The last session's threads end first: the port's before the decoder, which waits for it.
        (self.media, self.decoder) = (Media::Closed, None);
        let decoder =
            Decoder::start(news, log.clock(), self.screen.buffer.clone(), examiner.clone())?;
        self.examiner = examiner;
        self.decoder = Some(decoder);
        self.screen.begin_session();
        Ok(())
    }

    /// Takes the session's port, which `port` makes when it is told where frames go.
    pub(crate) fn set_port(&mut self, port: impl FnOnce(Frames) -> P) {
        let frames = self.decoder.as_ref().and_then(Decoder::frames);
        self.media = frames.map_or(Media::Closed, |frames| Media::Open(port(frames)));
    }

    /// The port, while nobody listens at it.
    pub(crate) const fn port(&mut self) -> Option<&mut P> {
        match &mut self.media {
            Media::Open(port) => Some(port),
            Media::Closed | Media::Listening(_) => None,
        }
    }

    /// Starts the thread `listen_rtp`, which takes the port along and runs `listen`, unless it is
    /// running already. Python: `threading.Thread(target=self.listenRtp).start()`.
    ///
    /// # Errors
    /// The system has no room for another thread, or there is no port; it is closed then.
    pub(crate) fn start(&mut self, listen: fn(&mut P, &Event)) -> io::Result<()> {
        match std::mem::take(&mut self.media) {
            Media::Open(mut port) => {
                take_what_waits(&mut port, listen);
                self.examiner.tell(Diagnosis::play);
                port.resume();
                self.silence.before_play(&port.findings().reception);
                self.screen.learn(port.findings().clone());
                let (wake, prepared) = (port.waker()?, Errand::prepare("listen_rtp", listen)?);
                self.media = Media::Listening(prepared.go_with(wake, port));
                Ok(())
            }
            Media::Listening(errand) => {
                self.media = Media::Listening(errand);
                Ok(())
            }
            Media::Closed => Err(io::Error::other("the RTP port is closed")),
        }
    }

    /// Notes that PLAY has been granted.
    pub(crate) fn play(&mut self, now: Duration) {
        self.silence.play(now);
        self.screen.buffer.play();
        self.examiner.tell(|diagnosis, _| diagnosis.play_answered(now));
        self.screen.statistics.play(now);
    }

    /// Stops listening after a PLAY that was not granted, unless the movie plays already.
    pub(crate) fn stop_unless(&mut self, is_playing: bool, now: Duration) {
        if !is_playing {
            self.stop(now);
        }
    }

    /// Stops the thread, if there is one, and gets the port back from it. Python:
    /// `playEvent.set()`.
    #[doc(alias = "playEvent")]
    pub(crate) fn stop(&mut self, now: Duration) {
        self.media = match std::mem::take(&mut self.media) {
            Media::Listening(errand) => match errand.finish() {
                Some(port) => {
                    self.screen.learn(port.findings().clone());
                    Media::Open(port)
                }
                None => Media::Closed,
            },
            media @ (Media::Closed | Media::Open(_)) => media,
        };
        self.screen.buffer.pause();
        self.screen.statistics.pause(now);
        self.examiner.tell(|diagnosis, _| diagnosis.pause());
        self.silence.end();
    }

    /// Closes the port, and waits for the last picture; what is on the screen stays.
    pub(crate) fn close(&mut self, now: Duration) {
        self.stop(now);
        self.media = Media::Closed;
        if let Some(not_shown) = self.decoder.as_mut().and_then(Decoder::finish) {
            while let Some(decoded) = self.next_decoded() {
                self.screen.show(decoded, now);
            }
            self.screen.count(not_shown);
        }
    }

    /// The next frame that has been decoded.
    pub(crate) fn next_decoded(&mut self) -> Option<Decoded> {
        self.screen.statistics.playout = self.screen.buffer.figures();
        self.decoder.as_ref()?.next()
    }

    /// When PLAY was last granted.
    pub(crate) const fn played_since(&self) -> Duration {
        self.silence.since
    }

    /// Whether nothing has come for 2 s although the movie plays.
    pub(crate) const fn is_silent(&self) -> bool {
        self.silence.is_silent()
    }

    /// Whether packets come.
    pub(crate) fn is_sent_to(&self, state: State) -> bool {
        state == State::Playing && !self.is_silent()
    }

    /// Whether that is the end of the movie, most likely.
    pub(crate) const fn is_over(&self) -> bool {
        self.silence.is_end()
    }

    /// Tells the user what is wrong with what comes, or no more; says whether there was anything.
    pub(crate) fn examine(&mut self, log: &mut Log) -> bool {
        let now = log.now();
        self.examiner.report(&mut self.screen.finding, log, now)
    }

    /// RTP has come on the RTSP connection.
    pub(crate) fn rtp_on_rtsp(&self, bytes: &[u8]) {
        self.examiner.tell(|diagnosis, now| diagnosis.bytes_on_rtsp(bytes, now));
    }

    /// Whether silence has begun or ended, and what one that has begun means. While frames wait in the
    /// buffer, there is none.
    pub(crate) fn listen_for_silence(&mut self, now: Duration) -> (bool, Option<Cause>) {
        if self.screen.is_buffered() {
            return (false, None);
        }
        self.silence.look(&self.screen.statistics.reception, now)
    }
}

/// Discards what has come while nobody listened: it is from before the pause, and says nothing
/// about what comes after it.
fn take_what_waits<P>(port: &mut P, listen: fn(&mut P, &Event)) {
    let stop = Event::default();
    stop.set();
    listen(port, &stop);
}

/// How much more is taken of what was on its way at the stop: a sender that never pauses must not
/// keep the client waiting.
#[derive(Debug)]
pub(crate) struct InFlight(usize);

impl InFlight {
    /// Whether one more may be taken: always, unless the thread `is_stopping`.
    pub(crate) const fn has_another(&mut self, is_stopping: bool) -> bool {
        let has_another = !is_stopping || self.0 > 0;
        self.0 = if is_stopping && has_another { self.0 - 1 } else { MOST_IN_FLIGHT };
        has_another
    }
}

impl Default for InFlight {
    fn default() -> Self {
        Self(MOST_IN_FLIGHT)
    }
}

/// More datagrams than any system keeps.
const MOST_IN_FLIGHT: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_that_never_pauses_keeps_nobody_waiting() {
        let mut in_flight = InFlight::default();
        for _ in 0..3 {
            let taken = (0..u64::MAX).take_while(|_| in_flight.has_another(true)).count();
            assert_eq!(taken, MOST_IN_FLIGHT);
        }
        assert!((0..3 * MOST_IN_FLIGHT).all(|_| in_flight.has_another(false)));
    }
}
