//! A session of the standard dialect with all that it needs: a connection, ports, pictures. It
//! decides nothing: what follows a reply is up to the client.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::authentication::{AUTHORIZATION, Authentication, without_answer};
use super::intake::Stream;
use super::interleaved::Interleaved;
use super::keep_alive::KeepAlive;
use super::messages;
use super::movie::Movie;
use super::port::StandardPort;
use super::position::{Position, range_from, sought, within};
use super::request::{answer, request};
use super::settings::StandardSettings;
use super::transport::Transport;
use crate::client::dialogue::{Dialogue, Ends};
use crate::client::examiner::Examiner;
use crate::client::log::ClientEvent;
use crate::client::log::Log;
use crate::client::message::Message;
use crate::client::player::Seek;
use crate::client::receiver::Receiver;
use crate::rtsp::reply::what_is_wrong;
use crate::rtsp::{Method, State};
use crate::standard::rtsp::{SessionHeader, StandardMethod, StandardReply};

/// A session, or what there is of it before SETUP.
#[derive(Debug)]
pub(super) struct Session {
    /// Where it is.
    pub(super) state: State,
    /// What is played.
    pub(super) movie: Movie,
    /// How RTP comes.
    pub(super) transport: Transport,
    /// RTSP: the connection, and what is awaited.
    pub(super) dialogue: Dialogue,
    /// RTP: the ports, the thread that listens at them, and what has come.
    pub(super) receiver: Receiver<StandardPort>,
    /// What the user is told.
    pub(super) log: Log,
    /// Where the movie is.
    pub(super) position: Position,
    /// The server has said that this is the end of the movie.
    pub(super) has_ended: bool,
    /// The server has answered something, as a server of this dialect does.
    pub(super) is_understood: bool,
    /// Who the user is, for a server that asks.
    authentication: Authentication,
    /// The header line that the last request had besides those of all.
    header: Option<Line>,
    /// What is wrong with a message that came instead of the reply that is awaited.
    flaw: Option<String>,
    pub(super) id: Option<String>,
    rtsp_seq: u32,
    keep_alive: KeepAlive,
}

impl Session {
    /// Without a connection.
    pub(super) fn new(
        settings: &StandardSettings,
        report: impl FnMut(ClientEvent) + 'static,
    ) -> Self {
        Self {
            state: State::Init,
            movie: Movie::at(&settings.url),
            transport: Transport::new(settings.tcp),
            dialogue: Dialogue::new(),
            receiver: Receiver::new(),
            log: Log::new(report),
            position: Position::default(),
            has_ended: false,
            is_understood: false,
            authentication: Authentication::new(settings.credentials.clone()),
            header: None,
            flaw: None,
            id: None,
            rtsp_seq: 0,
            keep_alive: KeepAlive::new(),
        }
    }

    // ---- The connection -----------------------------------------------------------------------------

    /// The server's address, if the next request can use this connection. It can't if its SETUP has
    /// not been answered, because the answer may still come, or if a session has had its channels
    /// already.
    pub(super) fn connection(&self) -> Option<SocketAddr> {
        let is_stale =
            self.state == State::Init && (self.dialogue.is_overdue() || self.transport.is_used());
        self.dialogue.peer().filter(|_| !is_stale)
    }

    /// The server has been reached: starts the thread that reads what it says.
    ///
    /// # Errors
    /// The server has gone already, or the system has no room for another thread.
    pub(super) fn connected(&mut self, stream: TcpStream) -> io::Result<Ends> {
        let (interleaved, reading) = Interleaved::of(&stream)?;
        let ends = self.dialogue.connected(stream, |client| reading.receive(client))?;
        self.transport.connection = Some(interleaved);
        Ok(ends)
    }

    /// Goes back to INIT: connection, ports and threads end. Picture and statistics stay, as does
    /// what is known of the movie and of the way to it.
    pub(super) fn disconnect(&mut self) {
        self.end();
        self.show_pictures();
        self.dialogue.end();
        self.transport.end();
        self.keep_alive.end();
        self.position.set_next(None);
        self.has_ended = false;
        self.log.closed();
    }

    /// Goes back to INIT on the same connection.
    pub(super) fn end(&mut self) {
        self.receiver.close(self.log.now());
        self.id = None;
        self.state = self.log.state(State::Init);
    }

    // ---- Requests -----------------------------------------------------------------------------------

    /// Sends a request.
    ///
    /// # Errors
    /// The server has gone.
    pub(super) fn send_request(&mut self, method: Method) -> io::Result<()> {
        if method == Method::Teardown {
            self.say_goodbye();
        }
        self.header = match method {
            Method::Describe => Some(("Accept", "application/sdp".to_owned())),
            Method::Setup => self.transport.offer().map(|offer| ("Transport", offer.to_string())),
            Method::Play => self.position.take_next().map(|start| {
                self.receiver.screen.buffer.clear();
                ("Range", range_from(start))
            }),
            Method::Options | Method::Pause | Method::Teardown => None,
        };
        self.repeat_request(method)
    }

    /// Sends the last request once more, with another number, and with what a server has asked for.
    ///
    /// # Errors
    /// The server has gone.
    fn repeat_request(&mut self, method: Method) -> io::Result<()> {
        self.rtsp_seq += 1;
        self.flaw = None;
        self.log.dismiss();
        self.dialogue.sent((method, self.rtsp_seq), self.log.asks());
        self.send(method.into(), self.header.clone())
    }

    /// Sends a sign of life if one is due and nothing is awaited.
    ///
    /// # Errors
    /// The server has gone.
    pub(super) fn stay_alive(&mut self, now: Duration) -> io::Result<()> {
        let is_idle = self.state != State::Init && self.dialogue.awaited().is_none();
        if !is_idle || !self.keep_alive.is_due(now) {
            return Ok(());
        }
        self.rtsp_seq += 1;
        let method = self.keep_alive.begin(self.rtsp_seq);
        self.log.asks();
        self.send(method, None)
    }

    fn send(&mut self, method: StandardMethod, header: Option<Line>) -> io::Result<()> {
        let url = self.movie.url_for(method);
        let session = self.id.clone().map(|id| ("Session", id));
        let answer = self.authentication.answer(method.name(), &url.to_string());
        let answer = answer.map(|answer| (AUTHORIZATION, answer));
        let lines = [header, session, answer].into_iter().flatten();
        let text = request((method, self.rtsp_seq), url, lines);
        let sent = match &self.transport.connection {
            Some(connection) => connection.writer.send(&text),
            None => Err(io::ErrorKind::NotConnected.into()),
        };
        self.keep_alive.last_sent = self.log.now();
        self.log.asked(without_answer(&text));
        sent
    }

    /// Opens the ports or channels that SETUP is to offer, and starts the thread that decodes what
    /// comes by them.
    ///
    /// # Errors
    /// There is nothing to offer, or no room for another thread.
    pub(super) fn open_ports(&mut self) -> Result<(), Message> {
        let peer = self.dialogue.peer().ok_or_else(|| messages::no_source("no connection"))?;
        self.transport.open(peer).map_err(|why| messages::no_source(&why))?;
        let news = self.dialogue.mailbox.news();
        let started = self.receiver.open(news, &self.log, Examiner::default());
        started.map_err(|error| Message::no_thread(&error))
    }

    /// PLAY is about to be sent: starts the thread that listens.
    ///
    /// # Errors
    /// The system has no room for another thread.
    pub(super) fn start_listening(&mut self) -> io::Result<()> {
        self.receiver.start(StandardPort::listen)?;
        self.position.begin_run(self.receiver.screen.statistics.reception.runs);
        Ok(())
    }

    /// TEARDOWN is about to be sent: tells the server by RTCP that nobody listens any more.
    fn say_goodbye(&mut self) {
        self.receiver.stop(self.log.now());
        if let Some(port) = self.receiver.port() {
            port.say_goodbye();
        }
    }

    // ---- Replies ------------------------------------------------------------------------------------

    /// Takes a message of the server, and returns the reply to a request of this session, granted
    /// or not; `None` if it is not one.
    pub(super) fn take_reply(
        &mut self,
        text: &str,
        arrival: Duration,
    ) -> Option<(Method, StandardReply)> {
        let reply = match StandardReply::parse(text.as_bytes()) {
            Ok(reply) => reply,
            Err(error) => {
                if let Some(answer) = answer(text) {
                    return self.answer(&answer);
                }
                self.flaw = self.what_is_wrong(text);
                return self.ignore(format!("could not {error}"));
            }
        };
        self.is_understood = true;
        if reply.code < 200 {
            return self.ignore(format!("{} says that the reply is to come", reply.code));
        }
        if self.keep_alive.is_answered_by(reply.cseq) {
            self.keep_alive.is_to_be_repeated = self.authentication.take(&reply);
            return None;
        }
        let Some(request) = self.dialogue.answered(reply.cseq) else {
            let found = reply.cseq.map_or_else(|| "none".to_owned(), |cseq| cseq.to_string());
            self.flaw = self.what_is_wrong(text);
            return self.ignore(format!("expected CSeq {}, found {found}", self.rtsp_seq));
        };
        self.receiver.screen.statistics.reply(request.method, arrival.saturating_sub(request.at));
        if self.authentication.take(&reply) {
            // If the server has gone, its end tells so.
            self.repeat_request(request.method).ok();
            return None;
        }
        match (&self.id, session_of(&reply)) {
            (Some(ours), Some(found)) if reply.is_ok() && *ours != found.id => {
                self.log.tell(Message::wrong_session(ours, &found.id));
                self.stop_listening_unless_playing();
                None
            }
            _ => Some((request.method, reply)),
        }
    }

    /// OPTIONS has been granted.
    pub(super) fn options_granted(&mut self, reply: &StandardReply) {
        self.keep_alive.public = reply.headers.list("Public");
    }

    /// SETUP has been granted.
    ///
    /// # Errors
    /// The server wants to send in a way that was not offered; which, in words.
    pub(super) fn setup_granted(&mut self, reply: &StandardReply) -> Result<(), String> {
        if let Some(session) = session_of(reply) {
            self.keep_alive.timeout = session.timeout;
            self.id = Some(session.id);
        }
        let peer = self.dialogue.peer().ok_or("there is no connection")?;
        let (source, ssrc) = self.transport.agree(reply.headers.get("Transport"), peer)?;
        let (payload_type, clock_hz) = self.movie.format();
        let stream = Stream { payload_type, clock_hz, ssrc };
        let arrivals = self.log.arrivals(source.number(), source.is_tcp());
        let port = |frames| StandardPort::new(source, stream, frames, arrivals);
        self.receiver.set_port(port);
        self.position.begin_session(clock_hz);
        self.go_on_after(Method::Setup);
        Ok(())
    }

    /// PLAY has been granted.
    pub(super) fn play_granted(&mut self, reply: &StandardReply, arrival: Duration) {
        self.go_on_after(Method::Play);
        self.has_ended = false;
        self.receiver.play(arrival);
        self.position.granted(&reply.headers, &self.movie.track);
    }

    /// PAUSE has been granted.
    pub(super) fn pause_granted(&mut self) {
        self.go_on_after(Method::Pause);
        self.receiver.stop(self.log.now());
        self.position.hold(&self.receiver.screen.statistics.reception);
    }

    /// Changes the state by the table that the server uses too.
    fn go_on_after(&mut self, method: Method) {
        self.state = self.log.state(self.state.after(method).unwrap_or(self.state));
    }

    /// After a PLAY that was not granted.
    pub(super) fn stop_listening_unless_playing(&mut self) {
        if self.state != State::Playing {
            self.receiver.stop(self.log.now());
        }
    }

    /// The movie is to play on from `place`, over TCP.
    pub(super) fn wants_tcp_from(&mut self, place: Duration) {
        self.transport.tcp = true;
        self.position.set_next(Some(place));
        self.dialogue.wish_first(Method::Play);
    }

    /// The next PLAY is to begin some way back or on, if that is known and possible; says whether.
    pub(super) fn seek(&mut self, direction: Seek) -> bool {
        // Every movie has a beginning.
        let least = (direction == Seek::Start).then_some((Duration::ZERO, Duration::ZERO));
        let range = self.movie.range().or(least).filter(|_| self.state != State::Init);
        let wanted = range.map(|range| sought(self.place(), direction, range));
        if wanted.is_some() {
            self.position.set_next(wanted);
        }
        wanted.is_some()
    }

    /// Since when the first packet over UDP is awaited, if it is.
    pub(super) fn awaits_udp_since(&self) -> Option<Duration> {
        let has_come = self.receiver.screen.statistics.reception.packets > 0;
        let awaits = !self.transport.tcp && !self.has_ended && !has_come;
        awaits.then(|| self.receiver.played_since())
    }

    /// Whether there is a session that the server should know.
    pub(super) const fn has_id(&self) -> bool {
        self.id.is_some()
    }

    /// Whether what was refused is at another address, which is the movie's from now on.
    pub(super) fn moves(&mut self, method: Method, reply: &StandardReply) -> bool {
        let begins = matches!(method, Method::Options | Method::Describe | Method::Setup);
        let (host, port) = self.movie.server();
        let before = (host.to_owned(), port);
        let url = if begins { self.movie.move_to(reply) } else { None };
        let note = url.map(|url| format!("the movie has moved: asking for {url}"));
        if note.is_some() {
            let location = reply.headers.get("Location").unwrap_or_default();
            let (host, port) = self.movie.server();
            self.authentication.move_to(location, (host, port) == (before.0.as_str(), before.1));
        }
        let moves = note.is_some();
        self.log.note(note);
        moves
    }

    /// Why a request has had no reply, if that is known: what came in its place, or who may be there.
    pub(super) fn explain(&self, message: Message) -> Message {
        let (host, port) = self.movie.server();
        let hint =
            (!self.is_understood).then(|| messages::call_by_words(host, port, &self.movie.name));
        message.with(hint.as_deref()).unless_wrong(self.flaw.clone())
    }

    /// Why a request was refused for good; `tcp` is whether the user wants TCP alone.
    pub(super) fn refusal(&self, method: Method, reply: &StandardReply, tcp: bool) -> Message {
        match reply.code {
            401 => self.authentication.refusal(reply),
            461 if tcp => messages::no_tcp(&reply.reason),
            _ => Message::refused(method, reply.words(), &self.movie.name),
        }
    }

    /// Answers a request of the server.
    fn answer<T>(&mut self, reply: &StandardReply) -> Option<T> {
        let text = reply.encode();
        if let Some(connection) = &self.transport.connection {
            // If the server has gone, its end tells so.
            connection.writer.send(&text).ok();
        }
        self.log.report(ClientEvent::Sent(text));
        None
    }

    fn what_is_wrong(&self, text: &str) -> Option<String> {
        self.dialogue.awaited().map(|_| what_is_wrong(text, self.rtsp_seq))
    }

    fn ignore<T>(&mut self, why: String) -> Option<T> {
        self.log.ignore(why);
        None
    }

    // ---- What there is to be seen -------------------------------------------------------------------

    /// Shows the frames that have been decoded; returns whether there were any.
    pub(super) fn show_pictures(&mut self) -> bool {
        let mut changed = false;
        while let Some(decoded) = self.receiver.next_decoded() {
            self.receiver.screen.show(decoded, self.log.now());
            changed = true;
        }
        self.receiver.screen.statistics.frame_of_place = self.frame_of_place();
        if let Some(from) = self.receiver.screen.new_stranger() {
            self.log.ignore(format!("expected RTP from the server, found some from {from}"));
        }
        for flaw in self.receiver.screen.new_flaws() {
            if flaw.is_of_the_network {
                self.log.note(Some(format!("frames are dropped: could not {}", flaw.why)));
            } else {
                self.log.tell(messages::undecodable(&flaw.why));
            }
        }
        let has_ended = self.receiver.screen.has_ended && !self.receiver.screen.is_buffered();
        self.has_ended |= self.state == State::Playing && has_ended;
        changed
    }

    /// Where the movie is, or will be from the next PLAY on.
    pub(super) fn place(&self) -> Duration {
        let now = self.position.now(&self.receiver.screen.statistics.reception);
        match self.movie.range() {
            Some((_, last)) if self.has_ended => now.min(last),
            Some(range) => within(now, range),
            None => now,
        }
    }
}

/// A header line: its name and its value.
type Line = (&'static str, String);

fn session_of(reply: &StandardReply) -> Option<SessionHeader> {
    reply.headers.get("Session").and_then(SessionHeader::parse)
}
