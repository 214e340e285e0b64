//! What has happened and when (by the client's clock), for the terminal, the window and the user.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::message::Message;
use super::message::Severity;
use crate::rtsp::State;
use crate::rtsp::header::is_tricky;
use crate::trace::{Arrivals, Event, Trace};

/// One thing that happened; its text is as in figures 10, 13, 15 and 17 of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// The server has been reached.
    Connected(SocketAddr),
    /// A request has gone out. Python: `print('\nData sent:\n' + request)`.
    Sent(String),
    /// A message has come.
    Received(String),
    /// The last message was ignored; why, in words.
    Ignored(String),
    /// What the user is told.
    Told(Message),
    /// What the user was told is true no more; its title.
    TakenBack(String),
    /// What is odd, though the movie plays.
    Noted(String),
}

impl fmt::Display for ClientEvent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected(address) => write!(out, "connected to {address}"),
            Self::Sent(text) => write!(out, "Data sent:\n{}", printable(text)),
            Self::Received(text) => write!(out, "Data received:\n{}", printable(text)),
            Self::Ignored(why) => write!(out, "ignored: {}", printable(why)),
            Self::Told(message) => write!(out, "{}", printable(&message.to_string())),
            Self::TakenBack(title) => write!(out, "taken back: {}", printable(title)),
            Self::Noted(note) => write!(out, "note: {}", printable(note)),
        }
    }
}

/// The text without characters that a terminal would act upon.
fn printable(text: &str) -> String {
    let lines = text.trim_end().lines();
    let clean = lines.map(|line| line.replace(is_tricky, "\u{FFFD}"));
    clean.collect::<Vec<_>>().join("\n")
}

/// Something that happened, and when, counted from the start of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The time.
    pub at: Duration,
    /// What happened.
    pub event: ClientEvent,
}

/// Who looks on, and knows or wants to know more than the client.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    /// Where a server inside this program says that it leaves frames out, with the size in bytes of
    /// the largest datagram that the system sends. That explains why packets are missing.
    pub limit: Arc<OnceLock<usize>>,
    /// How many frames its movie has, if that is known: it begins anew after them.
    pub frames: Option<u64>,
    /// What everything that happens is told to.
    pub trace: Trace,
}

/// The last entries, and the function that is told of each.
pub(crate) struct Log {
    clock: Instant,
    report: Box<dyn FnMut(ClientEvent)>,
    entries: Vec<LogEntry>,
    forgotten: usize,
    message: Option<Message>,
    witness: Witness,
    is_limit_told: bool,
    /// This computer's address, as the server sees it, while there is a connection.
    local: Option<SocketAddr>,
    /// Why the connection ends, if that is not the user's wish.
    closing: Option<String>,
    /// When the last request was about to be sent.
    asked: Duration,
    state: State,
}

impl Log {
    /// An empty one; `report` is called with what happens from now on.
    pub(crate) fn new(report: impl FnMut(ClientEvent) + 'static) -> Self {
        let (clock, report) = (Instant::now(), Box::new(report));
        Self {
            clock,
            report,
            entries: Vec::new(),
            forgotten: 0,
            message: None,
            witness: Witness::default(),
            is_limit_told: false,
            local: None,
            closing: None,
            asked: Duration::ZERO,
            state: State::Init,
        }
    }

    /// Who looks on from now on.
    pub(crate) fn watch(&mut self, witness: Witness) {
        self.witness = witness;
        self.witness.trace.tell(|| Event::State(State::Init));
    }

    /// Tells the user, once, why a server inside this program leaves frames out, if it does;
    /// returns whether it told.
    pub(crate) fn tell_limit(&mut self) -> bool {
        let Some(limit) = self.witness.limit.get().filter(|_| !self.is_limit_told) else {
            return false;
        };
        let message = Message::too_large(*limit);
        self.is_limit_told = true;
        self.tell(message);
        true
    }

    /// Tells the user that nothing comes, and why, if that is known.
    pub(crate) fn tell_silence(&mut self, message: Message) {
        let limit = self.witness.limit.get();
        let message = limit.map_or(message, |limit| Message::too_large(*limit));
        if self.message.as_ref() != Some(&message) {
            self.tell(message);
        }
    }

    /// What all times are counted from.
    pub(crate) const fn clock(&self) -> Instant {
        self.clock
    }

    /// The time.
    pub(crate) fn now(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Something has happened.
    pub(crate) fn report(&mut self, event: ClientEvent) {
        self.report_at(self.now(), event);
    }

    /// Notes something that happened at that time and is known only now; the oldest entry makes
    /// room.
    fn report_at(&mut self, at: Duration, event: ClientEvent) {
        if self.entries.len() == MOST {
            self.entries.remove(0);
            self.forgotten += 1;
        }
        self.trace(at, &event);
        self.entries.push(LogEntry { at, event: event.clone() });
        (self.report)(event);
    }

    /// Tells who looks on.
    fn trace(&self, at: Duration, event: &ClientEvent) {
        let told = |level| (level, event.to_string());
        let (level, message) = match event {
            ClientEvent::Connected(_) => return,
            ClientEvent::Sent(text) | ClientEvent::Received(text) => {
                let is_sent = matches!(event, ClientEvent::Sent(_));
                let message = || Event::Message { is_sent, text: text.clone() };
                return self.witness.trace.tell_at(self.clock + at, message);
            }
            ClientEvent::Ignored(why) => {
                let ignored = || Event::Ignored { why: why.clone() };
                return self.witness.trace.tell_at(self.clock + at, ignored);
            }
            _ if !self.witness.trace.is_on() => return,
            ClientEvent::Told(message) if message.severity == Severity::Error => {
                told("loglevel:error")
            }
            ClientEvent::Told(_) => told("loglevel:warning"),
            ClientEvent::TakenBack(_) | ClientEvent::Noted(_) => told("loglevel:info"),
        };
        self.witness.trace.tell_at(self.clock + at, || Event::Told { level, message });
    }

    /// A connection has been made: its other end, and this one.
    pub(crate) fn connected(&mut self, (peer, local): (SocketAddr, Option<SocketAddr>)) {
        (self.local, self.closing) = (local, None);
        self.witness.trace.tell(|| Event::Connected { local, peer });
        self.report(ClientEvent::Connected(peer));
    }

    /// The time, at which a request is about to be sent.
    pub(crate) fn asks(&mut self) -> Duration {
        self.asked = self.now();
        self.asked
    }

    /// The request has been sent.
    pub(crate) fn asked(&mut self, text: String) {
        self.report_at(self.asked, ClientEvent::Sent(text));
    }

    /// The session is in that state now, which is returned.
    pub(crate) fn state(&mut self, state: State) -> State {
        if state != self.state {
            self.witness.trace.tell(|| Event::State(state));
        }
        self.state = state;
        state
    }

    /// The connection ends, and the user did not wish it.
    pub(crate) fn closing(&mut self, why: &str) {
        self.closing = Some(why.to_owned());
    }

    /// There is no connection any more; the state after that.
    pub(crate) fn closed(&mut self) -> State {
        if self.local.take().is_some() {
            let (by, why) = match self.closing.take() {
                Some(why) => ("server", why),
                None => ("client", "the session has ended".to_owned()),
            };
            self.witness.trace.tell(|| Event::Closed { by, why });
        }
        self.state(State::Init)
    }

    /// What is told of the packets that come to that port.
    pub(crate) fn arrivals(&self, port: u16, is_tcp: bool) -> Arrivals {
        let unspecified = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut to = self.local.unwrap_or(unspecified);
        if !is_tcp {
            to.set_port(port);
        }
        Arrivals::new(self.witness.trace.clone(), self.clock, to, is_tcp)
    }

    /// Notes a message of the server; returns when it came, by the client's clock.
    pub(crate) fn received(&mut self, text: &str, arrival: Instant) -> Duration {
        let at = arrival.saturating_duration_since(self.clock);
        self.report_at(at, ClientEvent::Received(text.to_owned()));
        at
    }

    /// Notes that the last message was ignored; why, in words.
    pub(crate) fn ignore(&mut self, why: String) {
        self.report(ClientEvent::Ignored(why));
    }

    /// What is odd, though it does no harm.
    pub(crate) fn note(&mut self, what: Option<String>) {
        if let Some(what) = what {
            self.report(ClientEvent::Noted(what));
        }
    }

    /// Shows the user a message, which stays until it is dismissed or another takes its place.
    pub(crate) fn tell(&mut self, message: Message) {
        self.report(ClientEvent::Told(message.clone()));
        self.message = Some(message);
    }

    /// What was told is true no more.
    pub(crate) fn take_back(&mut self, message: &Message) {
        self.report(ClientEvent::TakenBack(message.title.clone()));
        self.message.take_if(|told| told == message);
    }

    /// What the user should know.
    pub(crate) const fn message(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    /// Takes the message away: the user has read it, or it is no longer true.
    pub(crate) fn dismiss(&mut self) {
        self.message = None;
    }

    /// What has happened last, the oldest first.
    pub(crate) fn entries(&self) -> &[LogEntry] {
        &self.entries
    }

    /// How many there were before those.
    pub(crate) const fn forgotten(&self) -> usize {
        self.forgotten
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Log").field("entries", &self.entries).finish_non_exhaustive()
    }
}

/// As many as anybody scrolls through.
const MOST: usize = 500;
