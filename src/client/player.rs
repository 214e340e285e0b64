//! What a window or a terminal needs from a client, whichever dialect it speaks.

use std::time::Duration;

pub use super::buffer::Buffer;
use super::findings::LatestPacket;
use super::log::{Log, LogEntry, Witness};
use super::message::Message;
use super::screen::Screen;
use crate::diagnosis::Finding;
use crate::picture::Picture;
use crate::playout::Figures;
use crate::rtsp::{Method, State};
use crate::statistics::Statistics;

/// A client with buttons.
pub trait Player {
    /// Does what the button for `method` does: at once, or after the reply that is awaited.
    fn press(&mut self, method: Method);

    /// Plays the movie from its beginning, after its end.
    fn play_again(&mut self) {
        self.seek_movie(Seek::Start);
    }

    /// Left or right arrow: skips back or forward, or to the beginning, if the server can play from any place.
    fn seek_movie(&mut self, _direction: Seek) {}

    /// Waits at most `timeout` for something to happen, and deals with it; returns whether what the
    /// user sees has changed.
    fn wait(&mut self, timeout: Duration) -> bool;

    /// From now on that witness is told of everything that happens, and the user of what it knows.
    fn watch(&mut self, _witness: Witness) {}

    /// Takes the message off the screen.
    fn dismiss_message(&mut self);

    /// Whether a connection is being made.
    fn is_connecting(&self) -> bool;

    /// Whether the movie plays, or will once all pressed buttons have been answered.
    fn will_play(&self) -> bool;

    /// Everything there is to see.
    fn status(&self) -> Status<'_>;

    // ---- What follows from the status ---------------------------------------------------------------

    /// Where the session is.
    fn state(&self) -> State {
        self.status().state
    }

    /// Whether the button for `method` is lit, that is, whether it does something in the present
    /// state. PLAY does SETUP first if need be, so it is lit in INIT too.
    fn offers(&self, method: Method) -> bool {
        let state = self.state();
        let after = state.after(method);
        match method {
            Method::Describe => after.is_some(),
            Method::Play if state == State::Init => state.after(Method::Setup).is_some(),
            Method::Setup | Method::Play | Method::Pause | Method::Teardown | Method::Options => {
                after.is_some_and(|after| after != state)
            }
        }
    }

    /// Whether a connection is being made, or a reply is awaited that is not yet overdue.
    fn is_waiting(&self) -> bool {
        self.status().awaited.is_some()
    }

    /// Whether the reply to `method`, or the connection to send it over, is awaited and not yet
    /// overdue.
    fn awaits(&self, method: Method) -> bool {
        self.status().awaited == Some(method)
    }

    /// Whether TEARDOWN has been answered, or was pressed before there was a connection. Python:
    /// `teardownAcked`.
    #[doc(alias = "teardownAcked")]
    fn is_torn_down(&self) -> bool {
        self.status().is_torn_down
    }

    /// Whether nothing has come for 2 s although the movie plays: most likely this is its end.
    fn has_no_data(&self) -> bool {
        self.status().has_no_data
    }

    /// Whether the server has said that this is the end of the movie.
    fn has_ended(&self) -> bool {
        self.status().has_ended
    }

    /// Where the movie stands, if it is known how long it is.
    fn position(&self) -> Option<Duration> {
        self.status().place.map(|(position, _)| position)
    }

    /// How long the movie is, if that is known.
    fn length(&self) -> Option<Duration> {
        self.status().place.map(|(_, length)| length)
    }

    /// The session's id, as the server wrote it.
    fn session_id(&self) -> Option<&str> {
        self.status().session_id
    }

    /// The last frame that could be decoded.
    fn picture(&self) -> Option<&Picture> {
        self.status().picture
    }

    /// The packet that came last.
    fn latest_packet(&self) -> Option<&LatestPacket> {
        self.status().latest_packet
    }

    /// What has happened last between client and server, the oldest first.
    fn rtsp_log(&self) -> &[LogEntry] {
        self.status().rtsp_log
    }

    /// The answer to the last DESCRIBE.
    fn description(&self) -> Option<&str> {
        self.status().description
    }

    /// What the user should know.
    fn message(&self) -> Option<&Message> {
        self.status().message
    }

    /// The playout buffer's handle, by which its target can be changed.
    fn buffer(&self) -> &Buffer {
        self.status().buffer
    }

    /// The playout buffer, while it fills and the movie has not ended: the picture waits for it.
    fn buffering(&self) -> Option<Figures> {
        let Status { state, has_no_data, has_ended, statistics, .. } = self.status();
        let goes_on = state == State::Playing && !has_no_data && !has_ended;
        statistics.playout.filter(|playout| goes_on && playout.is_buffering)
    }

    /// The statistics that the report's extension 1 asks for, and the time at which to read them.
    fn statistics(&self) -> (&Statistics, Duration) {
        let Status { statistics, now, .. } = self.status();
        (statistics, now)
    }
}

/// Where the arrow keys lead, and where the movie begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seek {
    /// Ten seconds back.
    Back,
    /// Ten seconds forward.
    Forward,
    /// The beginning.
    Start,
}

/// Everything there is to see of a client.
#[derive(Clone, Copy, Debug)]
pub struct Status<'a> {
    /// The name of the movie.
    pub movie: &'a str,
    /// Where it comes from: the server's name or address, and its RTSP port.
    pub server: (&'a str, u16),
    /// Where the session is.
    pub state: State,
    /// The request that is being dealt with, if it is not yet overdue.
    pub awaited: Option<Method>,
    /// Whether TEARDOWN has been answered, or was pressed before there was a connection.
    pub is_torn_down: bool,
    /// Whether nothing has come for 2 s although the movie plays.
    pub has_no_data: bool,
    /// Whether the server has said that this is the end of the movie.
    pub has_ended: bool,
    /// If the movie is over, because the server has said so or nothing comes any more: how it is played
    /// again, in a few words.
    pub again: Option<&'static str>,
    /// Where the movie stands and how long it is, if both are known.
    pub place: Option<(Duration, Duration)>,
    /// The session's id, as the server wrote it.
    pub session_id: Option<&'a str>,
    /// The last frame that could be decoded.
    pub picture: Option<&'a Picture>,
    /// The packet that came last.
    pub latest_packet: Option<&'a LatestPacket>,
    /// What has happened last between client and server, the oldest first.
    pub rtsp_log: &'a [LogEntry],
    /// How many entries there were before those.
    pub rtsp_forgotten: usize,
    /// The answer to the last DESCRIBE.
    pub description: Option<&'a str>,
    /// What the user should know.
    pub message: Option<&'a Message>,
    /// What is wrong with what the server sends.
    pub finding: Option<&'a Finding>,
    /// The playout buffer's handle, by which its target can be changed.
    pub buffer: &'a Buffer,
    /// The statistics that the report's extension 1 asks for.
    pub statistics: &'a Statistics,
    /// The time at which to read them.
    pub now: Duration,
}

impl<'a> Status<'a> {
    /// The status of a client that has not begun, with what is on its screen and in its log.
    pub(crate) fn of(screen: &'a Screen, log: &'a Log) -> Self {
        Self {
            movie: "",
            server: ("", 0),
            state: State::Init,
            awaited: None,
            is_torn_down: false,
            has_no_data: false,
            has_ended: false,
            again: None,
            place: None,
            session_id: None,
            picture: screen.picture.as_ref(),
            latest_packet: screen.latest_packet.as_ref(),
            rtsp_log: log.entries(),
            rtsp_forgotten: log.forgotten(),
            description: screen.description.as_deref(),
            message: log.message(),
            finding: screen.finding.as_ref(),
            buffer: &screen.buffer,
            statistics: &screen.statistics,
            now: log.now(),
        }
    }
}
