//! One client's connection in the standard dialect (RFC 2326), which real players speak.
//!
//! Server, movies and state table are the same as in the lab's dialect; only the messages differ.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::connection::{Connection, was_not_taken};
use crate::rtsp::inbox::TooLong;
use crate::rtsp::{Method, State};
use crate::server::server_event::ServerEvent;
use crate::server::shared::Settings;
use crate::server::shared::{Shared, canonical};
use crate::server_worker::pace::Pace;
use crate::server_worker::transcript::End;
use crate::server_worker::transcript::Transcript;
use crate::standard::connection::{Arrival, StandardReader, StandardWriter};
use crate::standard::reported;
use crate::standard::rtcp;
use crate::standard::rtsp::inbox::Item;
use crate::standard::rtsp::transport::Answer;
use crate::standard::rtsp::{
    RtspUrl, SessionHeader, StandardMethod, StandardReply, StandardRequest, StandardStatus, Target,
};
use crate::standard::sdp::JPEG_CLOCK_HZ;
use crate::trace::{Described, Event, Trace};

mod describe;
mod recoder;
pub(crate) mod refusal;
mod send_rtp;
mod session;
mod setup;
pub(crate) mod survey;
mod way;

use refusal::Refusal;
use send_rtp::StandardStream;
use session::{Failure, Session, TRACK};
use setup::Ways;
use survey::{SurveyedMovie, Surveys};
use way::Way;

/// The worker of one connection that speaks the standard dialect.
pub(crate) struct StandardWorker {
    reader: StandardReader,
    writer: Arc<StandardWriter>,
    peer: SocketAddr,
    local: SocketAddr,
    shared: Arc<Shared>,
    surveys: Arc<Surveys>,
    session: Option<Session>,
    /// Whether the client was told that its request has no end.
    was_told: bool,
    /// When the last request came, and when anything at all did.
    last_request: Instant,
    last_sign: Instant,
    trace: Trace,
    state: State,
}

impl StandardWorker {
    /// The worker of a connection between two addresses, from which nothing has been received.
    ///
    /// # Errors
    /// The connection has failed.
    pub(crate) fn new(
        connection: Connection,
        (peer, local): (SocketAddr, SocketAddr),
        shared: Arc<Shared>,
        surveys: Arc<Surveys>,
    ) -> io::Result<Self> {
        let (last_request, last_sign) = (connection.made_at(), connection.made_at());
        let (stream, bytes) = connection.into_parts();
        let reader = StandardReader::new(stream.try_clone()?, bytes)?;
        let writer = Arc::new(StandardWriter::new(stream)?);
        let (session, was_told, state) = (None, false, State::Init);
        let trace = shared.settings.trace.of_client(peer);
        trace.tell(|| Event::State(state));
        Ok(Self {
            reader,
            writer,
            peer,
            local,
            shared,
            surveys,
            session,
            was_told,
            last_request,
            last_sign,
            trace,
            state,
        })
    }

    /// Serves the connection until it ends; returns why it ended.
    pub(crate) fn run(mut self) -> End {
        let end = self.recv_rtsp_request();
        // The sender may be blocked by a client that does not read: do not wait for it.
        self.writer.shut();
        end
    }

    /// Receives requests until the connection ends; returns why it ended.
    fn recv_rtsp_request(&mut self) -> End {
        let mut pace = Pace::new();
        while !self.shared.stop.is_set() {
            pace.keep(&self.shared.stop);
            let processed = match self.reader.receive() {
                Arrival::Item(Item::Message(text)) => self.process_rtsp_request(text),
                Arrival::Item(Item::Packet { channel, bytes }) => {
                    self.take_packet(channel, &bytes);
                    Ok(())
                }
                Arrival::Nothing => {
                    self.note_waiting();
                    Ok(())
                }
                Arrival::TooLong(too_long) => return self.refuse_too_long(too_long),
                Arrival::Ended(None) => {
                    return self.writer.why_closed().map_or_else(End::of_client, End::from);
                }
                Arrival::Ended(Some(error)) => Err(error),
            };
            if let Err(error) = processed {
                return error.into();
            }
            self.read_reports();
            if let Some(end) = self.look_at_the_clock() {
                return end;
            }
        }
        End::of_server()
    }

    /// Says once that a request is not whole: who writes a client waits for the reply, and the server
    /// for the request.
    fn note_waiting(&mut self) {
        if !self.was_told && self.reader.awaits_empty_line() {
            self.was_told = true;
            let text = "a request with a URL: waiting for the empty line that ends it".to_owned();
            self.report(ServerEvent::Note { peer: self.peer, text });
        }
    }

    /// A client is alive if it sends requests or reports (measured: no player does both), or takes the
    /// movie over TCP: there the sender ends when nobody reads.
    fn look_at_the_clock(&mut self) -> Option<End> {
        let state = self.session.as_ref().map_or(State::Init, Session::state);
        if std::mem::replace(&mut self.state, state) != state {
            self.trace.tell(|| Event::State(state));
        }
        if self.session.as_ref().is_some_and(Session::is_taken) {
            self.last_sign = Instant::now();
        }
        let Settings { session_timeout: timeout, setup_limit, .. } = self.shared.settings;
        if self.session.is_none() && self.last_sign.elapsed() >= setup_limit {
            return Some(End::no_setup(setup_limit));
        }
        if self.last_sign.elapsed() >= timeout {
            return Some(format!("no sign of life for {} s", timeout.as_secs()).into());
        }
        let last_request = self.last_request;
        let ended = self.session.as_mut().and_then(|session| session.ended_since(Instant::now()));
        let over = ended.is_some_and(|since| since.max(last_request).elapsed() >= AFTER_THE_END);
        over.then(|| "the movie has ended".into())
    }

    fn process_rtsp_request(&mut self, text: String) -> io::Result<()> {
        let parsed = StandardRequest::parse(text.as_bytes());
        self.report(ServerEvent::Request { peer: self.peer, text });
        let request = match parsed {
            Ok(request) => request,
            Err(bad) => return self.refuse(bad.into()),
        };
        self.last_request = Instant::now();
        self.last_sign = self.last_request;
        if let Some(refusal) = Refusal::of(&request, self.session.as_ref()) {
            return self.refuse(refusal);
        }
        let method = request.method.name();
        self.report(ServerEvent::Processing { peer: self.peer, method });
        let granted = match request.method {
            StandardMethod::Lab(Method::Options) => Ok(self.options(&request)),
            StandardMethod::Lab(Method::Describe) => self.describe(&request),
            StandardMethod::Lab(Method::Setup) => self.setup(&request),
            StandardMethod::Lab(Method::Play) => return self.play(&request),
            StandardMethod::Lab(Method::Pause) => self.pause(&request),
            StandardMethod::Lab(Method::Teardown) => Ok(self.teardown(&request)),
            StandardMethod::GetParameter | StandardMethod::SetParameter => self.parameter(&request),
            StandardMethod::Announce | StandardMethod::Record | StandardMethod::Redirect => {
                Err(Refusal::not_allowed(&request))
            }
        };
        match granted {
            Ok(reply) => self.send(&reply),
            Err(refusal) => self.refuse(refusal),
        }
    }

    fn options(&self, request: &StandardRequest) -> StandardReply {
        self.ok(request).with("Public", StandardMethod::public())
    }

    /// Describes the movie.
    fn describe(&self, request: &StandardRequest) -> Result<StandardReply, Refusal> {
        let url = url_of(request)?;
        let (movie, _) = url.movie(TRACK);
        let frames = self.open(request, &movie)?.frames();
        let address = canonical(self.local).ip();
        let description = describe::description(&movie, frames, address, TRACK);
        let base = format!("{}/", url.of_whole_movie(TRACK).to_string().trim_end_matches('/'));
        let reply = self.ok(request).with("Content-Base", base);
        Ok(reply.with_body("application/sdp", description.encode()))
    }

    /// Starts a session, or changes the transport of the present one.
    fn setup(&mut self, request: &StandardRequest) -> Result<StandardReply, Refusal> {
        let url = url_of(request)?;
        let (name, is_track) = url.movie(TRACK);
        // If the movie does not exist, that is the answer, whatever part of it is asked for.
        let movie = self.open(request, &name)?;
        if !is_track {
            let why = format!("expected the URL of a track, .../{TRACK}");
            let status = StandardStatus::AggregateOperationNotAllowed;
            return Err(Refusal::new(request, status, &why));
        }
        let Self { peer, local, writer, shared, .. } = self;
        let ways = Ways { peer: *peer, local: *local, writer, settings: &shared.settings };
        let (way, carrier) = ways.choose(request)?;
        let track = url.to_string();
        let session = match self.session.take() {
            Some(session) if session.movie == name => session.reached(track, way),
            Some(_) | None => self.new_session(name, movie, track, way),
        };
        let transport = Answer { carrier, ssrc: Some(session.ssrc), source: None };
        self.session = Some(session);
        Ok(self.ok(request).with("Transport", transport))
    }

    /// Starts to send, from where the movie is or from where `Range` says (section 10.5).
    fn play(&mut self, request: &StandardRequest) -> io::Result<()> {
        let range = request.headers.get("Range");
        let Self { reader, shared, session, .. } = self;
        let is_awaited = || !shared.stop.is_set() && reader.has_other_side();
        let prepared = session.as_mut().map(|session| session.prepare(range, &is_awaited));
        let reply = self.ok(request);
        match prepared {
            None | Some(Ok(None)) => self.send(&reply),
            Some(Ok(Some(start))) => {
                let reply = reply.with("Range", start.range).with("RTP-Info", start.rtp_info);
                // The first packet leaves as soon as PLAY is answered, and not before.
                self.send(&reply)?;
                if let Some(session) = &mut self.session {
                    session.go(start.sender);
                }
                Ok(())
            }
            Some(Err(failure)) => self.refuse(failed(request, &failure)),
        }
    }

    fn pause(&mut self, request: &StandardRequest) -> Result<StandardReply, Refusal> {
        if let Some(Err(failure)) = self.session.as_mut().map(Session::pause) {
            self.session = None;
            return Err(failed(request, &failure));
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
        Err(Refusal::new(request, StandardStatus::ParameterNotUnderstood, &why))
    }

    /// Opens a movie that can be sent, or tells why it can't.
    fn open(&self, request: &StandardRequest, movie: &str) -> Result<SurveyedMovie, Refusal> {
        let is_awaited = || !self.shared.stop.is_set() && self.reader.has_other_side();
        let opened = self.surveys.open((&self.shared.settings.movies, movie), &is_awaited);
        describe::fit(request, movie, opened)
    }

    fn new_session(&self, name: String, movie: SurveyedMovie, track: String, way: Way) -> Session {
        let cname = format!("rtsp_lab@{}", canonical(self.local).ip());
        let transcript = Transcript::new(self.peer, Arc::clone(&self.shared));
        let (reports, rtcp_channel) = (way.reports(), way.rtcp_channel());
        self.trace.tell(|| {
            let (frames, clock_hz) = (Some(movie.frames()), Some(JPEG_CLOCK_HZ));
            let (movie, dialect) = (Some(name.clone()), Some("standard"));
            Event::Described(Described { frames, clock_hz, movie, dialect, ..Described::default() })
        });
        let stream = StandardStream::new(movie, way, &self.shared.settings, cname, transcript);
        Session::new(name, track, stream, reports, rtcp_channel)
    }

    fn take_packet(&mut self, channel: u8, bytes: &[u8]) {
        if self.session.as_ref().is_some_and(|session| session.rtcp_channel == Some(channel)) {
            self.take_report(bytes);
        }
    }

    /// Reads datagrams at the RTCP port; the system keeps strangers' away.
    fn read_reports(&mut self) {
        let mut datagram = [0; 2048];
        for _ in 0..MOST_REPORTS {
            let reports = self.session.as_ref().and_then(|session| session.reports.as_ref());
            match reports.map(|socket| socket.recv(&mut datagram)) {
                Some(Ok(count)) => self.take_report(datagram.get(..count).unwrap_or_default()),
                // This error is about a datagram of ours: the client may report without listening.
                Some(Err(error)) if was_not_taken(&error) => {}
                Some(Err(_)) | None => return,
            }
        }
    }

    fn take_report(&mut self, datagram: &[u8]) {
        // Players send all kinds of bytes to open a way through firewalls.
        let Ok(packets) = rtcp::parse(datagram) else { return };
        self.last_sign = Instant::now();
        let reports = self.session.as_ref().and_then(|session| session.reports.as_ref());
        reported::tell(&self.trace, datagram, reports, &self.writer);
        let ours = self.session.as_ref().map(|session| session.ssrc);
        for packet in packets {
            let blocks = match packet {
                rtcp::Packet::ReceiverReport(report) => report.reports,
                rtcp::Packet::SenderReport(report) => report.reports,
                rtcp::Packet::SourceDescription(_) | rtcp::Packet::Goodbye(_) => continue,
            };
            // Others are about what the client gets from somebody else (RFC 3550 section 6.4.1).
            for block in blocks.iter().filter(|block| Some(block.ssrc) == ours) {
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
            Some(session) => {
                let timeout = self.shared.settings.session_timeout;
                reply.with("Session", SessionHeader { id: session.id.clone(), timeout })
            }
            None => reply,
        }
    }

    fn refuse(&mut self, refusal: Refusal) -> io::Result<()> {
        let Refusal { reply, why } = refusal;
        let status = format!("{} {}", reply.code, reply.reason);
        self.report(ServerEvent::Refused { peer: self.peer, status, why });
        self.send(&reply)
    }

    /// Where this message ends can't be told, so nothing after it can be understood either.
    fn refuse_too_long(&mut self, too_long: TooLong) -> End {
        let reply = StandardReply::new(StandardStatus::RequestEntityTooLarge, None);
        match self.refuse(Refusal { reply, why: format!("could not {too_long}") }) {
            Ok(()) => self.reader.close_gently(),
            Err(error) => return error.into(),
        }
        End::from("the request was too long")
    }

    fn send(&mut self, reply: &StandardReply) -> io::Result<()> {
        let text = reply.encode();
        self.trace.tell(|| Event::Message { is_sent: true, text: text.clone() });
        self.writer.send(&text)?;
        self.report(ServerEvent::Sent { peer: self.peer, text });
        Ok(())
    }

    fn report(&self, event: ServerEvent) {
        (self.shared.report)(event);
    }
}

fn url_of(request: &StandardRequest) -> Result<&RtspUrl, Refusal> {
    match &request.target {
        Target::Url(url) => Ok(url),
        Target::Server => {
            Err(Refusal::new(request, StandardStatus::BadRequest, "expected a URL, found *"))
        }
    }
}

fn failed(request: &StandardRequest, failure: &Failure) -> Refusal {
    Refusal::new(request, failure.status, &failure.why)
}

/// How long a client may be silent after it was told of the end.
const AFTER_THE_END: Duration = Duration::from_secs(5);
/// How many reports to take in one turn: more than there ever are.
const MOST_REPORTS: usize = 16;
