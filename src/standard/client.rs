//! The client of the standard dialect: plays from any server of RFC 2326 that sends JPEG.
//!
//! It is made of the same parts as the lab's [`Client`](crate::client::Client), and its methods have
//! the names that they have there. What differs is what is written and read, how packets come, and
//! what such servers need besides.
//!
//! ```text
//! setup_movie     OPTIONS, DESCRIBE, SETUP, each when the one before has been answered
//! play_movie      PLAY, at first from 0, later from the pause point or where a seek leads
//! nothing comes   over UDP for 3 s: TEARDOWN, SETUP with TCP, PLAY
//! ```

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::client::client_event::ClientEvent;
use crate::client::dialogue::Dialogue;
use crate::client::log::Log;
use crate::client::mailbox::News;
use crate::client::message::Message;
use crate::client::player::{Player, Seek, Status};
use crate::client::receiver::Receiver;
use crate::rtsp::{Method, State};
use crate::standard::rtsp::{SessionHeader, StandardMethod, StandardReply};
use crate::statistics::Statistics;

mod intake;
mod interleaved;
mod keep_alive;
mod messages;
mod movie;
mod payload_header;
mod port;
mod position;
mod reports;
mod request;
mod settings;
mod source;
mod transport;

use intake::Stream;
use interleaved::Interleaved;
use keep_alive::KeepAlive;
use movie::Movie;
pub use payload_header::latest_packet;
use port::StandardPort;
use position::Position;
pub use settings::StandardSettings;
use transport::Transport;

/// A client of one movie, in the standard dialect.
#[derive(Debug)]
pub struct StandardClient {
    settings: StandardSettings,
    state: State,
    rtsp_seq: u32,
    session_id: Option<String>,
    teardown_acked: bool,
    /// The server has said that this is the end of the movie.
    has_ended: bool,
    /// What the reply that is awaited leads on to.
    plan: Plan,
    dialogue: Dialogue,
    receiver: Receiver<StandardPort>,
    log: Log,
    movie: Movie,
    transport: Transport,
    keep_alive: KeepAlive,
    position: Position,
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

impl StandardClient {
    /// A client in the state INIT, which connects when it first has something to send.
    pub fn new(settings: StandardSettings, report: impl FnMut(ClientEvent) + 'static) -> Self {
        Self {
            state: State::Init,
            rtsp_seq: 0,
            session_id: None,
            teardown_acked: false,
            has_ended: false,
            plan: Plan::Nothing,
            dialogue: Dialogue::new(),
            receiver: Receiver::new(),
            log: Log::new(report),
            movie: Movie::at(&settings.url, settings.movie()),
            transport: Transport::new(settings.tcp),
            keep_alive: KeepAlive::new(),
            position: Position::default(),
            settings,
        }
    }

    // ---- The buttons and keys -----------------------------------------------------------------------

    /// Setup button handler: OPTIONS, DESCRIBE and SETUP.
    pub fn setup_movie(&mut self) {
        if self.dialogue.put_off(Method::Setup) || self.state != State::Init {
            return;
        }
        if self.connection().is_none() {
            return self.connect_to_server(Method::Setup);
        }
        self.plan = Plan::Setup;
        self.receiver.screen.statistics = Statistics::default();
        self.send_request(Method::Options);
    }

    /// Teardown button handler. While there is no connection yet, there is nothing to tear down: it is
    /// given up.
    pub fn exit_client(&mut self) {
        if self.dialogue.is_connecting() {
            self.torn_down();
        } else if !self.dialogue.put_off(Method::Teardown) && self.state != State::Init {
            self.send_teardown();
        }
    }

    /// Pause button handler.
    pub fn pause_movie(&mut self) {
        if !self.dialogue.put_off(Method::Pause) && self.state == State::Playing {
            self.send_request(Method::Pause);
        }
    }

    /// Play button handler. In INIT it does SETUP first; PLAY is a wish meanwhile.
    pub fn play_movie(&mut self) {
        if self.dialogue.put_off(Method::Play) {
            return;
        }
        match self.state {
            State::Init => {
                self.setup_movie();
                // If a request is on its way, PLAY is a wish now.
                self.dialogue.put_off(Method::Play);
            }
            State::Ready => match self.receiver.start(StandardPort::listen) {
                Ok(()) => {
                    self.position.begin_run(self.receiver.screen.statistics.reception.runs);
                    self.send_request(Method::Play);
                }
                Err(error) => {
                    self.log.tell(Message::no_thread(&error));
                    self.disconnect();
                }
            },
            State::Playing => {}
        }
    }

    /// Describe button handler.
    pub fn describe_movie(&mut self) {
        if self.dialogue.put_off(Method::Describe) {
            return;
        }
        match self.connection() {
            Some(_) => self.send_request(Method::Describe),
            None => self.connect_to_server(Method::Describe),
        }
    }

    // ---- The connection -----------------------------------------------------------------------------

    /// The connection that the next request can go by; where it leads. One whose SETUP has not been
    /// answered is none, for the answer may come after all; nor is one whose channels have been given
    /// to a session already.
    fn connection(&self) -> Option<SocketAddr> {
        let is_stale =
            self.state == State::Init && (self.dialogue.is_overdue() || self.transport.is_used());
        self.dialogue.peer().filter(|_| !is_stale)
    }

    /// Begins to connect; `method` is done when there is a connection.
    fn connect_to_server(&mut self, method: Method) {
        if self.dialogue.peer().is_some() {
            self.disconnect();
        }
        self.log.dismiss();
        let server = (self.settings.url.host(), self.settings.url.port());
        if let Err(error) = self.dialogue.connect(server, method) {
            self.give_up(Message::no_thread(&error));
        }
    }

    /// The server has been reached, or not.
    fn connected(&mut self, stream: io::Result<TcpStream>) {
        let Some(wanted_for) = self.dialogue.end_connecting() else { return };
        let connected = stream.and_then(|stream| {
            let (interleaved, reading) = Interleaved::of(&stream)?;
            self.transport.connection = Some(interleaved);
            self.dialogue.connected(stream, |client| reading.receive(client))
        });
        match connected {
            Ok(peer) => {
                self.log.report(ClientEvent::Connected(peer));
                self.press(wanted_for);
            }
            Err(error) => {
                self.transport.end();
                let (host, port) = (self.settings.url.host(), self.settings.url.port());
                self.give_up(Message::connection_failed(host, port, &error));
            }
        }
    }

    fn connection_ended(&mut self, why: &str) {
        if self.plan == Plan::Tcp {
            return self.reconnect_over_tcp();
        }
        if self.dialogue.is_leaving() || self.has_ended {
            // Some servers answer TEARDOWN by closing, and some close after the end of the movie.
            return self.torn_down();
        }
        let (is_waiting, state) = (self.dialogue.awaited().is_some(), self.state);
        let is_idle = state == State::Ready || state == State::Playing && self.receiver.is_silent();
        self.disconnect();
        if is_idle && !is_waiting {
            self.log.tell(Message::session_ended(why));
        } else if state != State::Init || is_waiting {
            self.log.tell(Message::server_gone(why));
        }
    }

    /// TEARDOWN has been answered: the sockets are closed.
    fn torn_down(&mut self) {
        self.teardown_acked = true;
        self.disconnect();
    }

    /// Back to INIT: connection, ports and threads end. Picture and figures stay, and what is known
    /// of the movie, and of the way to it.
    fn disconnect(&mut self) {
        self.receiver.close(self.log.now());
        self.update_movie();
        self.dialogue.end();
        self.transport.end();
        self.keep_alive.end();
        self.position.set_next(None);
        self.session_id = None;
        self.state = State::Init;
        self.plan = Plan::Nothing;
        self.has_ended = false;
    }

    // ---- Requests -----------------------------------------------------------------------------------

    fn send_request(&mut self, method: Method) {
        let header = match method {
            Method::Describe => Some(("Accept", "application/sdp".to_owned())),
            Method::Setup => self.transport.offer().map(|offer| ("Transport", offer.to_string())),
            Method::Play => {
                self.position.take_next().map(|start| ("Range", position::range_from(start)))
            }
            Method::Options | Method::Pause | Method::Teardown => None,
        };
        self.rtsp_seq += 1;
        self.log.dismiss();
        self.dialogue.sent((method, self.rtsp_seq), self.log.now());
        self.send(method.into(), header);
    }

    /// A sign of life, when one is due and nothing is awaited.
    fn keep_alive(&mut self, now: Duration) {
        let is_idle = self.state != State::Init && self.dialogue.awaited().is_none();
        if is_idle && self.keep_alive.is_due(now) {
            self.rtsp_seq += 1;
            let method = self.keep_alive.begin(self.rtsp_seq);
            self.send(method, None);
        }
    }

    fn send(&mut self, method: StandardMethod, header: Option<(&'static str, String)>) {
        let (url, session) = (self.movie.url_for(method), self.session_id.as_deref());
        let text = request::request((method, self.rtsp_seq), url, header, session);
        let sent = match &self.transport.connection {
            Some(connection) => connection.writer.send(&text),
            None => Err(io::ErrorKind::NotConnected.into()),
        };
        self.keep_alive.last_sent = self.log.now();
        self.log.report(ClientEvent::Sent(text));
        if let Err(error) = sent {
            self.connection_ended(&error.to_string());
        }
    }

    /// The last of the three requests that the Setup button stands for.
    fn send_setup(&mut self) {
        match self.open_ports() {
            Ok(()) => self.send_request(Method::Setup),
            Err(why) => self.stop_setting_up(why),
        }
    }

    fn send_teardown(&mut self) {
        self.receiver.stop(self.log.now());
        if let Some(port) = self.receiver.port() {
            port.say_goodbye();
        }
        self.send_request(Method::Teardown);
    }

    /// Opens what SETUP is to offer, and starts the thread that will decode what comes there.
    fn open_ports(&mut self) -> Result<(), Message> {
        let peer = self.dialogue.peer().ok_or_else(|| messages::no_source("no connection"))?;
        self.transport.open(peer).map_err(|why| messages::no_source(&why))?;
        let started = self.receiver.open(self.dialogue.mailbox.news());
        started.map_err(|error| Message::no_thread(&error))?;
        self.teardown_acked = false;
        Ok(())
    }

    /// A PLAY that waits would do SETUP once more.
    fn stop_setting_up(&mut self, why: Message) {
        self.plan = Plan::Nothing;
        self.give_up(why);
    }

    // ---- Replies ------------------------------------------------------------------------------------

    fn parse_reply(&mut self, text: &str, arrival: Duration) {
        let reply = match StandardReply::parse(text.as_bytes()) {
            Ok(reply) => reply,
            Err(error) => return self.ignore(format!("could not {error}")),
        };
        if reply.code < 200 {
            return self.ignore(format!("{} says that the reply is to come", reply.code));
        }
        if self.keep_alive.is_answered_by(reply.cseq) {
            return;
        }
        let Some(request) = self.dialogue.answered(reply.cseq) else {
            let found = reply.cseq.map_or_else(|| "none".to_owned(), |cseq| cseq.to_string());
            return self.ignore(format!("expected CSeq {}, found {found}", self.rtsp_seq));
        };
        self.receiver.screen.statistics.reply(request.method, arrival.saturating_sub(request.at));
        if !reply.is_ok() {
            return self.refused(request.method, &reply);
        }
        let session = reply.headers.get("Session").and_then(SessionHeader::parse);
        match (&self.session_id, &session) {
            (Some(ours), Some(found)) if *ours != found.id => {
                self.log.tell(Message::wrong_session(ours, &found.id));
                self.stop_listening_unless_playing();
            }
            _ => self.granted(request.method, &reply, session, arrival),
        }
    }

    fn granted(
        &mut self,
        method: Method,
        reply: &StandardReply,
        session: Option<SessionHeader>,
        arrival: Duration,
    ) {
        match method {
            Method::Options => self.options_granted(reply),
            Method::Describe => self.describe_granted(reply),
            Method::Setup => self.setup_granted(reply, session),
            Method::Play => {
                self.state = self.state.after(Method::Play).unwrap_or(self.state);
                self.has_ended = false;
                self.receiver.play(arrival);
                self.position.granted(&reply.headers, &self.movie.track);
            }
            Method::Pause => {
                self.state = self.state.after(Method::Pause).unwrap_or(self.state);
                self.receiver.stop(self.log.now());
                self.position.hold(&self.receiver.screen.statistics.reception);
            }
            Method::Teardown if self.plan == Plan::Tcp => self.set_up_over_tcp(),
            Method::Teardown => self.torn_down(),
        }
    }

    fn options_granted(&mut self, reply: &StandardReply) {
        self.keep_alive.public = reply.headers.list("Public");
        if self.plan == Plan::Setup {
            self.send_request(Method::Describe);
        }
    }

    fn describe_granted(&mut self, reply: &StandardReply) {
        if self.plan != Plan::Setup {
            self.receiver.screen.description = Some(reply.body.clone());
            return;
        }
        match self.movie.describe(reply) {
            Ok(()) => self.send_setup(),
            Err(why) => self.stop_setting_up(messages::unplayable(&why)),
        }
    }

    fn setup_granted(&mut self, reply: &StandardReply, session: Option<SessionHeader>) {
        self.plan = Plan::Nothing;
        if let Some(session) = session {
            self.keep_alive.timeout = session.timeout;
            self.session_id = Some(session.id);
        }
        let Some(peer) = self.dialogue.peer() else { return };
        match self.transport.agree(reply.headers.get("Transport"), peer) {
            Ok((source, ssrc)) => {
                let (payload_type, clock_hz) = self.movie.format();
                let stream = Stream { payload_type, clock_hz, ssrc };
                let clock = self.log.clock();
                self.receiver.set_port(|frames| StandardPort::new(source, stream, frames, clock));
                self.position.begin_session(clock_hz);
                self.state = self.state.after(Method::Setup).unwrap_or(self.state);
            }
            Err(why) => {
                // What the server has set up ends with the connection.
                self.disconnect();
                self.log.tell(messages::bad_transport(&why));
            }
        }
    }

    fn refused(&mut self, method: Method, reply: &StandardReply) {
        match method {
            // One that does not know OPTIONS may well know the others.
            Method::Options if self.plan == Plan::Setup => self.send_request(Method::Describe),
            Method::Setup if reply.code == UNSUPPORTED_TRANSPORT && !self.transport.tcp => {
                self.transport.tcp = true;
                self.send_setup();
            }
            Method::Teardown if self.plan == Plan::Tcp => self.set_up_over_tcp(),
            Method::Options
            | Method::Describe
            | Method::Setup
            | Method::Play
            | Method::Pause
            | Method::Teardown => self.refused_for_good(method, reply),
        }
    }

    /// Nothing else can be tried in place of what was refused.
    fn refused_for_good(&mut self, method: Method, reply: &StandardReply) {
        self.position.set_next(None);
        self.log.tell(Message::refused(method, (reply.code, &reply.reason), &self.movie.name));
        self.stop_listening_unless_playing();
        if method == Method::Setup {
            self.transport.tcp = self.settings.tcp;
        }
        if method == Method::Setup || self.plan == Plan::Setup {
            // A PLAY that waits would do SETUP once more.
            self.dialogue.forget_wishes();
            self.plan = Plan::Nothing;
        }
        // Nothing can be done any more with a session that is unknown, or that can't be ended.
        let is_unknown = reply.code == 454 && self.session_id.is_some();
        if is_unknown || method == Method::Teardown {
            self.disconnect();
        }
    }

    // ---- From UDP to TCP ----------------------------------------------------------------------------

    /// Whether a first packet over UDP is still awaited, so that its lack means nothing yet; and when
    /// it has been awaited for too long, on to TCP, which comes through where the replies do.
    fn awaits_udp(&mut self, now: Duration) -> bool {
        let has_come = self.receiver.screen.statistics.reception.packets > 0;
        if self.transport.tcp || self.has_ended || has_come {
            return false;
        }
        let is_late = now >= self.receiver.played_since() + self.settings.silence;
        if is_late && self.dialogue.awaited().is_none() {
            self.plan = Plan::Tcp;
            self.send_teardown();
            self.log.tell(messages::tries_tcp(self.transport.port));
        }
        true
    }

    /// TEARDOWN has been answered: SETUP again, with TCP, and PLAY from where it was to begin.
    fn set_up_over_tcp(&mut self) {
        self.plan = Plan::Nothing;
        self.transport.tcp = true;
        self.position.set_next(Some(self.place()));
        self.receiver.close(self.log.now());
        self.session_id = None;
        self.state = State::Init;
        self.dialogue.wish_first(Method::Play);
        self.send_setup();
    }

    /// The same on a new connection: the server has closed this one, or says nothing any more.
    fn reconnect_over_tcp(&mut self) {
        let place = self.place();
        self.transport.tcp = true;
        self.disconnect();
        self.position.set_next(Some(place));
        self.dialogue.wish_first(Method::Play);
        self.setup_movie();
    }

    // ---- What the threads bring, and the clock ------------------------------------------------------

    /// Deals with what the threads of the connection have told, and then with what was wished for
    /// meanwhile; says whether there was anything.
    fn read_mail(&mut self) -> bool {
        let mut changed = false;
        while let Some(news) = self.dialogue.mailbox.next() {
            changed = true;
            match news {
                News::Connected(stream) => self.connected(stream),
                News::Message { text, arrival } => {
                    let arrival = arrival.saturating_duration_since(self.log.clock());
                    self.log.report_at(arrival, ClientEvent::Received(text.clone()));
                    self.parse_reply(&text, arrival);
                }
                News::Ended(why) => self.connection_ended(&why),
            }
            while let Some(wish) = self.dialogue.next_wish() {
                self.press(wish);
            }
        }
        changed
    }

    /// Where the movie stands, or will from the next PLAY on.
    fn place(&self) -> Duration {
        let now = self.position.now(&self.receiver.screen.statistics.reception);
        self.movie.range().map_or(now, |(_, last)| now.min(last))
    }

    /// Shows the frames that have been decoded; says whether there were any.
    fn update_movie(&mut self) -> bool {
        let mut changed = false;
        while let Some(decoded) = self.receiver.next_decoded() {
            self.receiver.screen.show(decoded, self.log.now());
            changed = true;
        }
        if let Some(from) = self.receiver.screen.new_stranger() {
            self.ignore(format!("expected RTP from the server, found some from {from}"));
        }
        for flaw in self.receiver.screen.new_flaws() {
            self.log.tell(messages::undecodable(&flaw));
        }
        self.has_ended |= self.state == State::Playing && self.receiver.screen.has_ended();
        changed
    }

    /// After a PLAY that was not granted.
    fn stop_listening_unless_playing(&mut self) {
        if self.state != State::Playing {
            self.receiver.stop(self.log.now());
        }
    }

    /// What is due because time has passed. Says whether the user sees something new.
    fn look_at_the_clock(&mut self) -> bool {
        let now = self.log.now();
        let overdue = self.dialogue.overdue(now, REPLY_WAIT);
        match overdue {
            Some(_) if self.plan == Plan::Tcp => self.reconnect_over_tcp(),
            Some(method) => self.give_up(Message::no_reply(method, REPLY_WAIT)),
            None => {}
        }
        if self.state != State::Init {
            self.receiver.screen.statistics.sample(now);
        }
        let silence = self.state == State::Playing && self.look_for_packets(now);
        self.keep_alive(now);
        overdue.is_some() || silence
    }

    /// Says whether silence has begun or ended.
    fn look_for_packets(&mut self, now: Duration) -> bool {
        if self.awaits_udp(now) {
            return false;
        }
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

    /// Tells why nothing comes of what is being done; what is wished for would fail in the same way.
    fn give_up(&mut self, why: Message) {
        self.dialogue.forget_wishes();
        self.log.tell(why);
    }

    fn ignore(&mut self, why: String) {
        self.log.report(ClientEvent::Ignored(why));
    }
}

impl Player for StandardClient {
    fn press(&mut self, method: Method) {
        match method {
            Method::Setup => self.setup_movie(),
            Method::Play => self.play_movie(),
            Method::Pause => self.pause_movie(),
            Method::Teardown => self.exit_client(),
            Method::Describe => self.describe_movie(),
            Method::Options => {}
        }
    }

    /// If the description says how long the movie is. While the movie plays: PAUSE, then PLAY with a
    /// Range.
    fn seek_movie(&mut self, direction: Seek) {
        let plays = self.will_play();
        let Some(range) = self.movie.range().filter(|_| self.state != State::Init) else { return };
        let wanted = position::sought(self.place(), direction, range);
        self.position.set_next(Some(wanted));
        // A PLAY that is still to come takes it along.
        if plays && !self.dialogue.is_wished_for(Method::Play) {
            self.pause_movie();
            // Nobody waits if the connection has just ended.
            if self.is_waiting() {
                self.play_movie();
            }
        }
    }

    fn wait(&mut self, timeout: Duration) -> bool {
        self.dialogue.mailbox.wait(timeout);
        let told = self.read_mail();
        let shown = self.update_movie();
        self.look_at_the_clock() || told || shown
    }

    fn dismiss_message(&mut self) {
        self.log.dismiss();
    }

    fn dismiss_description(&mut self) {
        self.receiver.screen.description = None;
    }

    fn status(&self) -> Status<'_> {
        Status {
            movie: &self.movie.name,
            server: (self.settings.url.host(), self.settings.url.port()),
            state: self.state,
            is_connecting: self.dialogue.is_connecting(),
            awaited: self.dialogue.awaited(),
            will_play: self.dialogue.will_play(self.state == State::Playing),
            is_torn_down: self.teardown_acked,
            has_no_data: self.receiver.is_silent(),
            has_ended: self.has_ended,
            place: self.movie.range().map(|(_, last)| (self.place(), last)),
            session_id: self.session_id.as_deref(),
            ..Status::of(&self.receiver.screen, &self.log)
        }
    }
}

/// After that time without a reply the user may try again; some servers have to ask a camera first.
const REPLY_WAIT: Duration = Duration::from_secs(5);
/// The server does not send in that way (RFC 2326 section 11.3.12).
const UNSUPPORTED_TRANSPORT: u16 = 461;
