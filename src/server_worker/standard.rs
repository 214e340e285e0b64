//! One client's connection in the standard dialect (RFC 2326): what real players speak.
//!
//! The same server, the same movies, the same state table as in the lab's dialect; what differs is
//! how it is said. It can be left out when the lab is read.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fmt, io};

use crate::connection::was_not_taken;
use crate::rtsp::{Method, State};
use crate::server::{ServerEvent, Settings, Shared};
use crate::server_worker::no_setup;
use crate::server_worker::pace::Pace;
use crate::standard::connection::{Arrival, StandardReader, StandardWriter};
use crate::standard::rtcp;
use crate::standard::rtsp::inbox::Item;
use crate::standard::rtsp::{
    SessionHeader, StandardMethod, StandardReply, StandardRequest, StandardStatus,
};
use crate::standard::sdp::JPEG_CLOCK_HZ;

mod describe;
mod send_rtp;
mod session;
mod setup;
mod survey;
mod way;

use session::Session;
pub(crate) use survey::Surveys;

/// The worker of one connection that speaks the standard dialect.
pub(super) struct StandardWorker {
    reader: StandardReader,
    writer: Arc<StandardWriter>,
    peer: SocketAddr,
    local: SocketAddr,
    shared: Arc<Shared>,
    session: Option<Session>,
    /// When the last request came, and when anything at all.
    last_request: Instant,
    last_sign: Instant,
}

/// Why a request is not granted: the answer, and the reason in words.
struct Refusal {
    reply: StandardReply,
    why: String,
}

impl StandardWorker {
    /// Serves the connection, of which `bytes` have come already, until it ends; says why.
    pub(super) fn run(
        stream: TcpStream,
        bytes: Vec<u8>,
        (peer, local): (SocketAddr, SocketAddr),
        connected: Instant,
        shared: &Arc<Shared>,
    ) -> String {
        let halves = stream.try_clone().and_then(|reading| {
            Ok((StandardReader::new(reading, bytes)?, Arc::new(StandardWriter::new(stream)?)))
        });
        let (reader, writer) = match halves {
            Ok(halves) => halves,
            Err(error) => return error.to_string(),
        };
        let shared = Arc::clone(shared);
        let (last_request, last_sign, session) = (connected, connected, None);
        let mut worker =
            Self { reader, writer, peer, local, shared, session, last_request, last_sign };
        let why = worker.recv_rtsp_request();
        // A sender that waits for a client which does not read must not be waited for.
        worker.writer.shut();
        why
    }

    /// Receives requests until the connection ends; says why.
    fn recv_rtsp_request(&mut self) -> String {
        let mut pace = Pace::new();
        while !self.shared.stop.is_set() {
            pace.keep(&self.shared.stop);
            let processed = match self.reader.receive() {
                Arrival::Item(Item::Message(text)) => self.process_rtsp_request(text),
                Arrival::Item(Item::Packet { channel, bytes }) => {
                    self.take_packet(channel, &bytes);
                    Ok(())
                }
                Arrival::Nothing => Ok(()),
                Arrival::TooLong(too_long) => return format!("could not {too_long}"),
                Arrival::Ended(None) => {
                    let why = self.writer.why_closed();
                    return why.unwrap_or("the client has closed the connection").to_owned();
                }
                Arrival::Ended(Some(error)) => Err(error),
            };
            if let Err(error) = processed {
                return error.to_string();
            }
            self.read_reports();
            if let Some(why) = self.look_at_the_clock() {
                return why;
            }
        }
        "the server stops".to_owned()
    }

    /// Alive is whoever asks for something, or reports (measured: no player does both).
    fn look_at_the_clock(&mut self) -> Option<String> {
        let Settings { session_timeout: timeout, setup_limit, .. } = self.shared.settings;
        if self.session.is_none() && self.last_sign.elapsed() >= setup_limit {
            return Some(no_setup(setup_limit));
        }
        if self.last_sign.elapsed() >= timeout {
            return Some(format!("no sign of life for {} s", timeout.as_secs()));
        }
        let last_request = self.last_request;
        let ended = self.session.as_mut().and_then(|session| session.ended_since(Instant::now()));
        let over = ended.is_some_and(|since| since.max(last_request).elapsed() >= AFTER_THE_END);
        over.then(|| "the movie has ended".to_owned())
    }

    #[inline(never)] // What it needs of the stack is not to lie below the reading, nor the other way.
    fn process_rtsp_request(&mut self, text: String) -> io::Result<()> {
        let parsed = StandardRequest::parse(text.as_bytes());
        self.report(ServerEvent::Request { peer: self.peer, text });
        let request = match parsed {
            Ok(request) => request,
            Err(bad) => {
                return self.refuse(Refusal { reply: bad.answer(), why: bad.to_string() });
            }
        };
        self.last_request = Instant::now();
        self.last_sign = self.last_request;
        match self.objection(&request) {
            Some(refusal) => self.refuse(refusal),
            None => self.grant(&request),
        }
    }

    /// SETUP stands deepest in the stack, where it opens the movie. What lies below that stays in
    /// memory for the whole session, so no other method is compiled into this frame.
    fn grant(&mut self, request: &StandardRequest) -> io::Result<()> {
        let name = request.method.name();
        self.report(ServerEvent::Processing { peer: self.peer, method: name });
        let granted = match request.method {
            StandardMethod::Lab(Method::Options) => Ok(self.options(request)),
            StandardMethod::Lab(Method::Describe) => self.describe(request),
            StandardMethod::Lab(Method::Setup) => self.setup(request),
            StandardMethod::Lab(Method::Play) => return self.play(request),
            StandardMethod::Lab(Method::Pause) => self.pause(request),
            StandardMethod::Lab(Method::Teardown) => Ok(self.teardown(request)),
            StandardMethod::GetParameter | StandardMethod::SetParameter => self.parameter(request),
            StandardMethod::Announce | StandardMethod::Record | StandardMethod::Redirect => {
                Err(not_allowed(request))
            }
        };
        match granted {
            Ok(reply) => self.send(&reply),
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// Why the request can't be granted now, if it can't.
    fn objection(&self, request: &StandardRequest) -> Option<Refusal> {
        if !request.method.is_served() {
            return Some(not_allowed(request));
        }
        let required = request.headers.list("Require");
        if !required.is_empty() {
            let refusal = refusal(request, StandardStatus::OptionNotSupported, &required);
            return Some(refusal.with("Unsupported", &required));
        }
        let (named, session) = (request.headers.get("Session"), self.session.as_ref());
        let named = named.and_then(SessionHeader::parse).map(|session| session.id);
        let expected = session.map(|session| session.id.clone());
        let needs_one = matches!(
            request.method,
            StandardMethod::Lab(Method::Play | Method::Pause | Method::Teardown)
        );
        if named != expected && (named.is_some() || needs_one && expected.is_some()) {
            let (expected, found) = (said(expected.as_ref()), said(named.as_ref()));
            let why = format!("expected session {expected}, found {found}");
            return Some(refusal(request, StandardStatus::SessionNotFound, &why));
        }
        self.state_objection(request)
    }

    fn state_objection(&self, request: &StandardRequest) -> Option<Refusal> {
        let StandardMethod::Lab(method) = request.method else { return None };
        let state = self.state();
        let changes_transport = method == Method::Setup && state == State::Ready;
        if state.after(method).is_some() || changes_transport {
            return None;
        }
        let why = format!("{method} in {state}");
        if method == Method::Teardown {
            return Some(refusal(request, StandardStatus::SessionNotFound, &why));
        }
        let refusal = refusal(request, StandardStatus::MethodNotValidInThisState, &why);
        Some(refusal.with("Allow", allowed(state)))
    }

    fn state(&self) -> State {
        self.session.as_ref().map_or(State::Init, Session::state)
    }

    fn options(&self, request: &StandardRequest) -> StandardReply {
        self.ok(request).with("Public", StandardMethod::public())
    }

    /// Starts to send, from where the movie stands or from where `Range` says (section 10.5).
    #[inline(never)] // See `grant`.
    fn play(&mut self, request: &StandardRequest) -> io::Result<()> {
        let range = request.headers.get("Range");
        let (peer, shared) = (self.peer, &self.shared);
        let started = self.session.as_mut().map(|session| session.play(range, peer, shared));
        let reply = self.ok(request);
        match started {
            None | Some(Ok(None)) => self.send(&reply),
            Some(Ok(Some(start))) => {
                let reply = reply.with("Range", start.range).with("RTP-Info", start.rtp_info);
                self.send(&reply)?;
                // The first packet leaves as soon as PLAY is answered, and not before.
                start.go.now();
                Ok(())
            }
            Some(Err(failure)) => self.refuse(refusal(request, failure.status, &failure.why)),
        }
    }

    fn pause(&mut self, request: &StandardRequest) -> Result<StandardReply, Refusal> {
        if self.session.as_mut().is_some_and(|session| !session.pause()) {
            self.session = None;
            let why = "the thread that sent the movie has failed";
            return Err(refusal(request, StandardStatus::InternalServerError, why));
        }
        Ok(self.ok(request))
    }

    fn teardown(&mut self, request: &StandardRequest) -> StandardReply {
        self.session = None;
        self.ok(request)
    }

    /// An empty one keeps the session alive; no parameter is known here (sections 10.8 and 10.9).
    fn parameter(&self, request: &StandardRequest) -> Result<StandardReply, Refusal> {
        if request.body.trim().is_empty() {
            return Ok(self.ok(request));
        }
        let why = format!("unknown parameters {:?}", request.body.trim());
        Err(refusal(request, StandardStatus::ParameterNotUnderstood, &why))
    }

    fn take_packet(&mut self, channel: u8, bytes: &[u8]) {
        if self.session.as_ref().is_some_and(|session| session.rtcp_channel == Some(channel)) {
            self.take_report(bytes);
        }
    }

    /// Datagrams at the RTCP port; the system keeps strangers' away.
    #[inline(never)] // The same of its buffer.
    fn read_reports(&mut self) {
        let mut datagram = [0; 2048];
        for _ in 0..MOST_REPORTS {
            let reports = self.session.as_ref().and_then(|session| session.reports.as_ref());
            match reports.map(|socket| socket.recv(&mut datagram)) {
                Some(Ok(count)) => self.take_report(datagram.get(..count).unwrap_or_default()),
                // This is said of one of our own: a client need not listen to be heard.
                Some(Err(error)) if was_not_taken(&error) => {}
                Some(Err(_)) | None => return,
            }
        }
    }

    fn take_report(&mut self, datagram: &[u8]) {
        // Players send all kinds of bytes to open a way through firewalls.
        let Ok(packets) = rtcp::parse(datagram) else { return };
        self.last_sign = Instant::now();
        for packet in packets {
            let blocks = match packet {
                rtcp::Packet::ReceiverReport(report) => report.reports,
                rtcp::Packet::SenderReport(report) => report.reports,
                rtcp::Packet::SourceDescription(_) | rtcp::Packet::Goodbye(_) => continue,
            };
            for block in blocks {
                let text = format!(
                    "{} packets lost, {:.1} % since the last report, jitter {:.1} ms",
                    block.cumulative_lost,
                    f64::from(block.fraction_lost) / 2.56,
                    f64::from(block.jitter) / f64::from(JPEG_CLOCK_HZ) * 1000.0,
                );
                self.report(ServerEvent::Report { peer: self.peer, text });
            }
        }
    }

    /// A reply that grants the request, with the session's name.
    fn ok(&self, request: &StandardRequest) -> StandardReply {
        let reply = StandardReply::new(StandardStatus::Ok, request.cseq);
        match &self.session {
            Some(session) => reply.with("Session", self.session_header(&session.id)),
            None => reply,
        }
    }

    fn session_header(&self, id: &str) -> SessionHeader {
        SessionHeader { id: id.to_owned(), timeout: self.shared.settings.session_timeout }
    }

    fn refuse(&mut self, refusal: Refusal) -> io::Result<()> {
        let Refusal { reply, why } = refusal;
        let status = format!("{} {}", reply.code, reply.reason);
        self.report(ServerEvent::Refused { peer: self.peer, status, why });
        self.send(&reply)
    }

    fn send(&mut self, reply: &StandardReply) -> io::Result<()> {
        let text = reply.encode();
        self.writer.send(&text)?;
        self.report(ServerEvent::Sent { peer: self.peer, text });
        Ok(())
    }

    fn report(&self, event: ServerEvent) {
        (self.shared.report)(event);
    }
}

impl Refusal {
    fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.reply = self.reply.with(name, value);
        self
    }
}

fn refusal(request: &StandardRequest, status: StandardStatus, why: &str) -> Refusal {
    Refusal { reply: StandardReply::new(status, request.cseq), why: why.to_owned() }
}

/// RTSP knows the method, and this server does not serve it (section 11.3.1).
fn not_allowed(request: &StandardRequest) -> Refusal {
    let why = format!("{} is not served", request.method.name());
    let refusal = refusal(request, StandardStatus::MethodNotAllowed, &why);
    refusal.with("Allow", StandardMethod::public())
}

/// The methods that are valid in a state, for `Allow` (section 12.4).
fn allowed(state: State) -> String {
    let valid = StandardMethod::ALL.into_iter().filter(|method| match method {
        StandardMethod::Lab(method) => state.after(*method).is_some(),
        StandardMethod::GetParameter | StandardMethod::SetParameter => true,
        StandardMethod::Announce | StandardMethod::Record | StandardMethod::Redirect => false,
    });
    valid.map(StandardMethod::name).collect::<Vec<_>>().join(", ")
}

fn said(session: Option<&String>) -> &str {
    session.map_or("none", String::as_str)
}

/// The name of a movie's only track, as the description says it.
const TRACK: &str = "track1";
/// How long a client that has been told of the end may say nothing.
const AFTER_THE_END: Duration = Duration::from_secs(5);
/// How many reports to take in one turn; there are never so many.
const MOST_REPORTS: usize = 16;
