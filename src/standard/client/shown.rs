//! What the user sees and is told of a session of the standard dialect.

use std::time::Duration;

use super::session::Session;
use crate::client::message::Message;
use crate::client::player::Status;

impl Session {
    /// Tells the user what a silence means; returns whether one has begun or ended.
    pub(super) fn listen_for_silence(&mut self, now: Duration) -> bool {
        let (changed, cause) = self.receiver.listen_for_silence(now);
        let place = match self.transport.port {
            0 => "the RTSP connection".to_owned(),
            port => format!("UDP port {port}"),
        };
        if let Some(message) = cause.and_then(|cause| Message::silence(cause, &place)) {
            self.log.tell(message);
        }
        changed
    }

    /// Where the picture on the screen is: what waits in the buffer comes after it.
    fn place_shown(&self) -> Duration {
        let waits = self.receiver.screen.statistics.playout.map(|playout| playout.level);
        self.place().saturating_sub(waits.unwrap_or_default())
    }

    /// The number of the frame that came last, if the server has told how long the movie is, and how many
    /// frames a second it has.
    pub(super) fn frame_of_place(&self) -> Option<u64> {
        let framerate = self.movie.framerate()?;
        let (first, _) = self.movie.range()?;
        self.receiver.screen.statistics.reception.timestamps?;
        let place = self.place().saturating_sub(first);
        Some(frames_in(place, framerate) + 1)
    }

    /// Everything there is to see.
    pub(super) fn status(&self) -> Status<'_> {
        let is_over = self.has_ended || self.receiver.is_over();
        Status {
            movie: &self.movie.name,
            server: self.movie.server(),
            state: self.state,
            awaited: self.dialogue.awaited(),
            has_no_data: self.receiver.is_silent(),
            has_ended: self.has_ended,
            again: is_over.then_some("PAUSE, and PLAY from 0:00."),
            place: self.movie.range().map(|(_, last)| (self.place_shown(), last)),
            session_id: self.id.as_deref(),
            ..Status::of(&self.receiver.screen, &self.log)
        }
    }
}

/// How many frames lie in so much of a movie, to the nearest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time is not negative"
)]
fn frames_in(time: Duration, framerate: f64) -> u64 {
    (time.as_secs_f64() * framerate).round() as u64
}
