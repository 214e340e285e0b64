//! A session of the standard dialect: what was set up, and its state.

use std::io;
use std::net::UdpSocket;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::send_rtp::StandardStream;
use super::way::Way;
use crate::errand::{Errand, Prepared};
use crate::event::Event;
use crate::rtsp::State;
use crate::server_worker::pace::FRAME_INTERVAL;
use crate::standard::rtsp::npt::{BadRange, NptRange};
use crate::standard::rtsp::{RtpInfo, StandardStatus};

/// A session that SETUP has begun.
pub(super) struct Session {
    /// Opaque to the client, and hard to guess (RFC 2326 section 3.4).
    pub(super) id: String,
    pub(super) movie: String,
    /// The track's URL, as SETUP named it.
    pub(super) track: String,
    /// The source of its packets, which the client's reports name.
    pub(super) ssrc: u32,
    /// Where the client's reports arrive.
    pub(super) reports: Option<Arc<UdpSocket>>,
    pub(super) rtcp_channel: Option<u8>,
    pub(super) playback: Playback,
    pub(super) ended_since: Option<Instant>,
}

/// What the session owns in READY and in PLAYING; in INIT there is no session.
pub(super) enum Playback {
    Ready(Box<StandardStream>),
    Playing {
        sender: Errand<Box<StandardStream>>,
        over: Arc<Event>,
    },
    /// The thread that had the movie has failed.
    Lost,
}

/// A PLAY that is about to be answered.
pub(super) struct Start {
    pub(super) range: NptRange,
    pub(super) rtp_info: RtpInfo,
    /// The thread that is to send.
    pub(super) sender: Prepared<Box<StandardStream>>,
}

/// Why a session can't play.
pub(super) struct Failure {
    pub(super) status: StandardStatus,
    pub(super) why: String,
}

impl Session {
    /// A session in which nothing of the movie has been sent yet.
    pub(super) fn new(
        movie: String,
        track: String,
        stream: StandardStream,
        reports: Option<Arc<UdpSocket>>,
        rtcp_channel: Option<u8>,
    ) -> Self {
        Self {
            id: format!("{:016X}", rand::random::<u64>()),
            movie,
            track,
            ssrc: stream.ssrc(),
            reports,
            rtcp_channel,
            playback: Playback::Ready(Box::new(stream)),
            ended_since: None,
        }
    }

    pub(super) const fn state(&self) -> State {
        match self.playback {
            Playback::Ready(_) => State::Ready,
            Playback::Playing { .. } | Playback::Lost => State::Playing,
        }
    }

    /// Gives the session another way to the client.
    pub(super) fn reached(mut self, track: String, way: Way) -> Self {
        self.track = track;
        self.reports = way.reports();
        self.rtcp_channel = way.rtcp_channel();
        if let Playback::Ready(stream) = &mut self.playback {
            stream.set_way(way);
        }
        self
    }

    /// When everything that was to be played had been sent, if that is so.
    pub(super) fn ended_since(&mut self, now: Instant) -> Option<Instant> {
        let ended =
            matches!(&self.playback, Playback::Playing { sender, .. } if !sender.is_running());
        self.ended_since = ended.then(|| self.ended_since.unwrap_or(now));
        self.ended_since
    }

    /// Prepares to send: from where `range` says, or from where the movie is. `None` if the movie
    /// plays already and `range` asks for no other place. If the file has changed, it is looked through
    /// as long as somebody waits for that.
    pub(super) fn prepare(
        &mut self,
        range: Option<&str>,
        is_awaited: &dyn Fn() -> bool,
    ) -> Result<Option<Start>, Failure> {
        let range = range.map(NptRange::parse).transpose().map_err(|bad| Failure::range(&bad))?;
        if range.is_none() && self.is_sending() {
            return Ok(None);
        }
        let was_playing = self.state() == State::Playing;
        let stream = self.pause()?;
        let range = match go_to(stream, range, is_awaited) {
            Ok(range) => range,
            Err(failure) => {
                // The thread had to stop so that the movie could be looked at; now it goes on.
                if was_playing {
                    self.go(prepare_sender()?);
                }
                return Err(failure);
            }
        };
        let (sequence_number, timestamp) = stream.next_packet();
        let rtp_info = RtpInfo {
            url: self.track.clone(),
            sequence_number: Some(sequence_number),
            timestamp: Some(timestamp),
        };
        Ok(Some(Start { range, rtp_info, sender: prepare_sender()? }))
    }

    /// Hands the movie to the thread that sends it.
    pub(super) fn go(&mut self, sender: Prepared<Box<StandardStream>>) {
        self.playback = match std::mem::replace(&mut self.playback, Playback::Lost) {
            Playback::Ready(mut stream) => {
                let over = stream.begin();
                Playback::Playing { sender: sender.go(stream), over }
            }
            other @ (Playback::Playing { .. } | Playback::Lost) => other,
        };
        self.ended_since = None;
    }

    /// Stops the thread that sends and gets the movie back from it.
    pub(super) fn pause(&mut self) -> Result<&mut StandardStream, Failure> {
        self.playback = match std::mem::replace(&mut self.playback, Playback::Lost) {
            Playback::Playing { sender, .. } => {
                sender.finish().map_or(Playback::Lost, Playback::Ready)
            }
            other @ (Playback::Ready(_) | Playback::Lost) => other,
        };
        self.ended_since = None;
        match &mut self.playback {
            Playback::Ready(stream) => Ok(stream),
            Playback::Playing { .. } | Playback::Lost => Err(Failure::lost()),
        }
    }

    /// Whether the movie is being sent, and over TCP, so that it comes where it is read.
    pub(super) fn is_taken(&self) -> bool {
        self.rtcp_channel.is_some() && self.is_sending()
    }

    /// Whether there are frames to come. Its thread outlives the last one, to say goodbye.
    fn is_sending(&self) -> bool {
        match &self.playback {
            Playback::Playing { sender, over } => sender.is_running() && !over.is_set(),
            Playback::Ready(_) | Playback::Lost => false,
        }
    }
}

/// Starts the thread that sends, as soon as it is given a movie.
fn prepare_sender() -> Result<Prepared<Box<StandardStream>>, Failure> {
    let send_rtp = |stream: &mut Box<StandardStream>, stop: &Event| stream.send_rtp(stop);
    Errand::prepare("send_rtp", send_rtp).map_err(|error| Failure::no_thread(&error))
}

/// Goes to the part of the movie that `range` asks for, and returns which part that is; if it
/// can't, stays.
fn go_to(
    stream: &mut StandardStream,
    range: Option<NptRange>,
    is_awaited: &dyn Fn() -> bool,
) -> Result<NptRange, Failure> {
    let frames = stream.frames(is_awaited);
    let start = range.and_then(|range| range.start());
    let end = range.and_then(|range| range.end());
    let position = match start {
        Some(start) => frames_before(start),
        // A movie that is at its end begins again, as in the lab.
        None if stream.position() >= frames => 0,
        None => stream.position(),
    };
    let last_frame = end.map(frames_until);
    let until = last_frame.map_or(frames, |last| last.min(frames));
    let is_none = start.zip(end).is_some_and(|(start, end)| start >= end);
    if range.is_some() && (is_none || position >= until) {
        return Err(Failure::outside(frames));
    }
    match stream.seek(position, last_frame) {
        Ok(true) if stream.has_no_end() => Ok(NptRange::starting_at(time_of(position))),
        Ok(true) => Ok(NptRange::between(time_of(position), time_of(until))),
        Ok(false) => Err(Failure::outside(frames)),
        Err(error) => {
            let why = format!("could not {error}");
            Err(Failure { status: StandardStatus::InternalServerError, why })
        }
    }
}

impl Failure {
    fn range(bad: &BadRange) -> Self {
        Self { status: bad.status(), why: bad.to_string() }
    }

    /// 457, if the place is outside the movie (section 11.3.8).
    fn outside(frames: u64) -> Self {
        let length = time_of(frames).as_secs_f64();
        let why = format!("expected a part of 0 to {length} s that is still to come");
        Self { status: StandardStatus::InvalidRange, why }
    }

    fn no_thread(error: &io::Error) -> Self {
        let why = format!("could not start a thread: {error}");
        Self { status: StandardStatus::InternalServerError, why }
    }

    fn lost() -> Self {
        let why = "the thread that sent the movie has failed".to_owned();
        Self { status: StandardStatus::InternalServerError, why }
    }
}

/// How long so many frames last.
pub(super) fn time_of(frames: u64) -> Duration {
    u32::try_from(frames).map_or(Duration::MAX, |frames| FRAME_INTERVAL * frames)
}

/// How many frames are over at that time; the next one is then on the screen.
fn frames_before(time: Duration) -> u64 {
    u64::try_from(time.as_millis() / FRAME_INTERVAL.as_millis()).unwrap_or(u64::MAX)
}

/// How many frames have begun before that time.
fn frames_until(time: Duration) -> u64 {
    u64::try_from(time.as_millis().div_ceil(FRAME_INTERVAL.as_millis())).unwrap_or(u64::MAX)
}

/// The name of a movie's only track, as in the description.
pub(super) const TRACK: &str = "track1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_frames_of_50_ms() {
        assert_eq!(time_of(500), Duration::from_secs(25));
        for (milliseconds, before, until) in [(0, 0, 0), (49, 0, 1), (50, 1, 1), (51, 1, 2)] {
            let time = Duration::from_millis(milliseconds);
            assert_eq!((frames_before(time), frames_until(time)), (before, until), "{time:?}");
        }
    }
}
