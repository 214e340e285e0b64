//! What a window or a terminal may know of a client.

use std::time::Duration;

use super::connect_to_server::Connecting;
use super::{Client, LatestPacket, LogEntry, Message, Settings, Standard};
use crate::picture::Picture;
use crate::rtsp::{Method, State};
use crate::statistics::Statistics;

impl Client {
    /// Where the session is.
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether the button of `method` is lit: whether it would do something in the present state.
    /// PLAY does SETUP first, so it is possible in INIT too.
    pub fn offers(&self, method: Method) -> bool {
        let after = self.state.after(method);
        match method {
            Method::Describe => after.is_some(),
            Method::Play if self.state == State::Init => self.state.after(Method::Setup).is_some(),
            Method::Setup | Method::Play | Method::Pause | Method::Teardown | Method::Options => {
                after.is_some_and(|state| state != self.state)
            }
        }
    }

    /// Whether a connection is being made.
    pub const fn is_connecting(&self) -> bool {
        self.connecting.is_some()
    }

    /// Whether a connection is being made, or a reply awaited that is not yet overdue.
    pub fn is_waiting(&self) -> bool {
        self.awaited().is_some()
    }

    /// Whether the reply to `method` is awaited, and not yet overdue; or the connection to ask for
    /// it.
    pub fn awaits(&self, method: Method) -> bool {
        self.awaited() == Some(method)
    }

    /// What is being done for the user.
    fn awaited(&self) -> Option<Method> {
        let sent = self.request_sent.filter(|request| !request.overdue);
        let sent = sent.map(|request| request.method);
        self.connecting.as_ref().map(Connecting::method).or(sent)
    }

    /// Whether the movie plays, or will once all that was pressed has been answered.
    pub fn will_play(&self) -> bool {
        let pressed = self.awaited().into_iter().chain(self.wishes.iter().copied());
        pressed.fold(self.state == State::Playing, |plays, method| match method {
            Method::Play => true,
            Method::Pause | Method::Teardown => false,
            Method::Setup | Method::Describe | Method::Options => plays,
        })
    }

    /// Whether TEARDOWN has been answered, or was pressed before there was a connection. Python:
    /// `teardownAcked`.
    #[doc(alias = "teardownAcked")]
    pub const fn is_torn_down(&self) -> bool {
        self.teardown_acked
    }

    /// Whether nothing has come for 2 s although the movie plays: its end, most likely.
    pub const fn has_no_data(&self) -> bool {
        self.no_data
    }

    /// Whether the server has said that this is the end of the movie.
    pub fn has_ended(&self) -> bool {
        self.standard.as_ref().is_some_and(Standard::has_ended)
    }

    /// What it plays, and from where.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The session's id, as the server wrote it.
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// The last frame that could be decoded.
    pub const fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()
    }

    /// The packet that came last.
    pub const fn latest_packet(&self) -> Option<&LatestPacket> {
        self.latest_packet.as_ref()
    }

    /// What has happened last between client and server, the oldest first.
    pub fn rtsp_log(&self) -> &[LogEntry] {
        self.rtsp_log.entries()
    }

    /// The answer to the last DESCRIBE.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Takes the description off the screen.
    pub fn dismiss_description(&mut self) {
        self.description = None;
    }

    /// What the user should know.
    pub const fn message(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    /// Takes the message off the screen.
    pub fn dismiss_message(&mut self) {
        self.message = None;
    }

    /// The figures of the report's extension 1, and the time at which to read them.
    pub fn statistics(&self) -> (&Statistics, Duration) {
        (&self.statistics, self.clock.elapsed())
    }
}
