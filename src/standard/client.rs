//! The client of the standard dialect: plays from any server of RFC 2326 that sends JPEG.
//!
//! The handlers, the state and what the window shows are those of the lab's client. What differs is
//! here: what is written and read, how packets come, and what such servers need besides.
//!
//! ```text
//! setup_movie     OPTIONS, DESCRIBE, SETUP, each when the one before has been answered
//! play_movie      PLAY, at first from 0, later from the pause point or where a seek leads
//! nothing comes   over UDP for 3 s: TEARDOWN, SETUP with TCP, PLAY
//! ```

use std::time::Duration;

use super::settings::StandardSettings;
use super::{Client, Message};
use crate::rtsp::{Method, State};
use crate::standard::rtsp::{DEFAULT_TIMEOUT, RtspUrl};
use crate::standard::sdp::Description;

#[path = "client/intake.rs"]
mod intake;
#[path = "client/interleaved.rs"]
mod interleaved;
#[path = "client/keep_alive.rs"]
mod keep_alive;
#[path = "client/port.rs"]
mod port;
#[path = "client/position.rs"]
mod position;
#[path = "client/replies.rs"]
mod replies;
#[path = "client/reports.rs"]
mod reports;
#[path = "client/requests.rs"]
mod requests;
#[path = "client/silence.rs"]
mod silence;
#[path = "client/source.rs"]
mod source;
#[path = "client/transport.rs"]
mod transport;

pub(super) use interleaved::Interleaved;
use position::Position;
pub use position::Seek;
use source::Source;

/// What a session of the standard dialect is about.
#[derive(Debug)]
pub(super) struct Standard {
    settings: StandardSettings,
    /// For PLAY, PAUSE and TEARDOWN.
    film: RtspUrl,
    /// For SETUP.
    track: RtspUrl,
    description: Option<Description>,
    /// The methods that the server names.
    public: String,
    plan: Plan,
    /// Ask for TCP.
    tcp: bool,
    /// What SETUP offers.
    source: Option<Source>,
    /// How long the server keeps the session.
    timeout: Duration,
    /// When something was sent last.
    last_request: Duration,
    /// The number of the keep-alive that waits for its reply.
    keep_alive: Option<u32>,
    position: Position,
    /// Where the next PLAY is to begin, if not where the film stands.
    begin_at: Option<Duration>,
    /// The source has said goodbye.
    has_ended: bool,
}

/// What the reply to a request leads on to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// To what the user wants next.
    Nothing,
    /// From OPTIONS to DESCRIBE, and from there to SETUP.
    Setup,
    /// From TEARDOWN to SETUP with TCP.
    Tcp,
}

impl Standard {
    pub(super) fn new(settings: StandardSettings) -> Self {
        Self {
            film: settings.url.clone(),
            track: settings.url.clone(),
            description: None,
            public: String::new(),
            plan: Plan::Nothing,
            tcp: settings.tcp,
            source: None,
            timeout: DEFAULT_TIMEOUT,
            last_request: Duration::ZERO,
            keep_alive: None,
            position: Position::default(),
            begin_at: None,
            has_ended: false,
            settings,
        }
    }

    /// Back to INIT. What is known of the film, and of the way to it, stays.
    pub(super) fn disconnect(&mut self) {
        self.plan = Plan::Nothing;
        self.source = None;
        self.keep_alive = None;
        self.begin_at = None;
        self.has_ended = false;
    }

    /// A request has been sent: the server has a sign of life.
    pub(super) const fn sent_at(&mut self, now: Duration) {
        self.last_request = now;
    }

    /// Whether the source has said goodbye.
    pub(super) const fn has_ended(&self) -> bool {
        self.has_ended
    }
}

impl Client {
    /// The first of the three requests that the Setup button stands for.
    pub(super) fn begin_setup(&mut self) {
        let Some(standard) = &mut self.standard else { return };
        standard.plan = Plan::Setup;
        self.statistics = super::Statistics::default();
        self.send_rtsp_request(Method::Options);
    }

    /// The last of them.
    fn send_setup(&mut self) {
        if self.open_source() {
            self.send_rtsp_request(Method::Setup);
        } else {
            self.stop_setting_up();
        }
    }

    /// A PLAY that waits would do SETUP once more.
    fn stop_setting_up(&mut self) {
        if let Some(standard) = &mut self.standard {
            standard.plan = Plan::Nothing;
        }
        self.wishes.clear();
    }

    /// The server has ended the film.
    pub(super) fn ended(&mut self) {
        if let Some(standard) = self.standard.as_mut().filter(|_| self.state == State::Playing) {
            standard.has_ended = true;
        }
    }

    /// Frames are dropped although all of them comes.
    pub(super) fn undecodable(&mut self, why: &str) {
        self.tell(Message::undecodable(why));
    }
}
