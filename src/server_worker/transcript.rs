//! What a worker tells: what is wrong with a movie, what happens to packets, why the connection
//! ends.

use std::fmt;
use std::io;
use std::mem::{Discriminant, discriminant};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::diagnosis::requests::{Remark, oddities};
use crate::rtsp::{Request, State};
use crate::server::server_event::ServerEvent;
use crate::server::shared::{Sessions, Shared};
use crate::trace::{Described, Event, Trace};

/// Why a frame could not be sent.
pub(crate) trait Obstacle: fmt::Display {
    /// The size in bytes of the largest datagram that the system sends, where that is why.
    fn limit(&self) -> Option<usize> {
        None
    }
}

/// The transcript of one session's sender; `T` is why a frame could not be sent.
pub(crate) struct Transcript<T> {
    peer: SocketAddr,
    shared: Arc<Shared>,
    /// The kinds of trouble that were told.
    told: Vec<Discriminant<T>>,
}

impl<T: Obstacle> Transcript<T> {
    pub(crate) const fn new(peer: SocketAddr, shared: Arc<Shared>) -> Self {
        Self { peer, shared, told: Vec::new() }
    }

    /// What is told of the session's packets.
    pub(crate) fn trace(&self) -> Trace {
        self.shared.settings.trace.of_client(self.peer)
    }

    /// Tells that something is wrong; the session goes on.
    pub(crate) fn warn(&self, what: String) {
        (self.shared.report)(ServerEvent::Warning { peer: self.peer, what });
    }

    /// Something is odd, and served all the same.
    pub(crate) fn note(&self, text: String) {
        (self.shared.report)(ServerEvent::Note { peer: self.peer, text });
    }

    fn too_large(&self, what: String, limit: usize) {
        (self.shared.report)(ServerEvent::TooLarge { peer: self.peer, what, limit });
    }

    /// Tells that a frame was not sent. Each kind of trouble is told once in a session: twenty
    /// lines a second would be of no use.
    pub(crate) fn warn_once(&mut self, trouble: &T, frame_number: u64) {
        let kind = discriminant(trouble);
        if !self.told.contains(&kind) {
            self.told.push(kind);
            let what = format!("could not send frame {frame_number}: {trouble}");
            match trouble.limit() {
                Some(limit) => self.too_large(what, limit),
                None => self.warn(what),
            }
        }
    }

    /// Tells what was done to packets on purpose.
    pub(crate) fn network(&self, text: String) {
        (self.shared.report)(ServerEvent::Network { peer: self.peer, text });
    }
}

/// What was noted of one client's requests, and what the next is compared with.
pub(super) struct Remarks {
    peer: SocketAddr,
    shared: Arc<Shared>,
    told: Vec<Discriminant<Remark>>,
    last_cseq: Option<u32>,
    trace: Trace,
    state: State,
}

impl Remarks {
    pub(super) fn new(peer: SocketAddr, shared: Arc<Shared>) -> Self {
        let (trace, state) = (shared.settings.trace.of_client(peer), State::Init);
        trace.tell(|| Event::State(state));
        Self { peer, shared, told: Vec::new(), last_cseq: None, trace, state }
    }

    /// A reply, or what goes with it, is about to be sent.
    pub(super) fn replies(&self, text: &str) {
        self.trace.tell(|| Event::Message { is_sent: true, text: text.to_owned() });
    }

    /// The session is in that state now.
    pub(super) fn state(&mut self, state: State) {
        if state != self.state {
            self.trace.tell(|| Event::State(state));
        }
        self.state = state;
    }

    /// A session is set up, of that movie.
    pub(super) fn sets_up(&self, movie: &str) {
        self.trace.tell(|| {
            let (movie, dialect) = (Some(movie.to_owned()), Some("lab"));
            Event::Described(Described { movie, dialect, ..Described::default() })
        });
    }

    /// Looks at a request, in the session of that id and movie, if there is one.
    pub(super) fn look_at(&mut self, request: &Request, session: Option<(u32, &str)>) {
        let last = self.last_cseq.replace(request.cseq);
        for remark in oddities(request, last, session) {
            self.note(Some(remark));
        }
    }

    /// Notes it in the transcript, unless something of its kind was noted before.
    pub(super) fn note(&mut self, remark: Option<Remark>) {
        let Some(remark) = remark else { return };
        let kind = discriminant(&remark);
        if !self.told.contains(&kind) {
            self.told.push(kind);
            let (peer, text) = (self.peer, remark.to_string());
            (self.shared.report)(ServerEvent::Note { peer, text });
        }
    }
}

/// What there is to say of a client's port, among the sessions that there are.
pub(super) fn remark_on_port(client: SocketAddr, sessions: &Sessions) -> Option<Remark> {
    sessions.reach(client).then(|| Remark::SamePort(client.to_string()))
}

/// Why a connection ends, in words.
#[derive(Debug)]
pub(crate) struct End(String);

impl End {
    /// The client has closed it.
    pub(crate) fn of_client() -> Self {
        Self::from("the client has closed the connection")
    }

    /// The server stops.
    pub(crate) fn of_server() -> Self {
        Self::from("the server stops")
    }

    /// The client has set up nothing for so long.
    pub(crate) fn no_setup(limit: Duration) -> Self {
        let limit = limit.as_secs_f64();
        Self(format!("no request for {limit} s before SETUP; --setup SECONDS is this limit"))
    }

    /// There is a session, and nothing was sent in it for so long.
    pub(crate) fn idle(limit: Duration) -> Self {
        let limit = limit.as_secs_f64();
        let why = "while nothing was sent; --idle SECONDS is this limit";
        Self(format!("no request for {limit} s {why}"))
    }
}

impl From<&str> for End {
    fn from(why: &str) -> Self {
        Self(why.to_owned())
    }
}

impl From<String> for End {
    fn from(why: String) -> Self {
        Self(why)
    }
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for End {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
