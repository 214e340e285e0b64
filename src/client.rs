//! The client: requests out, replies and RTP in. Python: `Client.py` without the widgets.
//!
//! A [`Client`] belongs to one thread, the window's or the terminal's, which calls its handlers
//! (`setup_movie`, `play_movie` …) and, again and again, [`Player::wait`]. Four threads work for it:
//! `connect_to_server` until there is a connection, `recv_rtsp_reply` while there is one, `listen_rtp`
//! while the movie plays, and `update_movie`, which decodes what `listen_rtp` passes on. What they
//! have to tell comes through channels; the client alone changes its state, so it needs no lock.
//!
//! The methods stand in the order of `Client.py`; what Python has no method for comes after them.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::connection::{Connection, Incoming};
use crate::event::Event;
use crate::rtp_packet::RtpPacket;
use crate::rtsp::{Inbox, Method, Reply, Request, State};

mod buffer;
mod decoder;
pub(crate) mod dialogue;
pub(crate) mod examiner;
pub(crate) mod findings;
mod intake;
mod link;
pub(crate) mod log;
pub(crate) mod mailbox;
pub(crate) mod message;
pub(crate) mod player;
pub(crate) mod receiver;
mod rtp_port;
mod screen;
mod settings;
mod silence;

use dialogue::{Dialogue, Next};
pub use findings::{HeaderField, LatestPacket, PayloadHeader};
use log::Log;
pub use log::{ClientEvent, LogEntry, Witness};
use mailbox::{FLOOD, News, Slot};
pub use message::{Message, Severity};
pub use player::{Buffer, Player, Seek, Status};
use receiver::Receiver;
use rtp_port::{Received, RtpPort, RtpSocket};
pub use settings::Settings;

/// A client of one movie. Python: `Client`.
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    state: State,
    rtsp_seq: u32,
    session_id: Option<String>,
    /// DESCRIBE was answered last: its description may come in a message of its own.
    awaits_description: bool,
    teardown_acked: bool,
    /// The port that was announced in SETUP. Python: `rtpPort`.
    rtp_port: u16,
    /// RTSP: the connection, and who waits for what. Python: `rtspSocket`, `requestSent`.
    dialogue: Dialogue,
    /// RTP: the port, who listens at it, and what has come. Python: `rtpSocket`, `frameNbr`.
    receiver: Receiver<RtpPort>,
    log: Log,
}

impl Client {
    /// A client in the state INIT. Python: `Client.__init__`.
    ///
    /// # Deviation
    /// It connects when it first has something to send, so that a server that is not there yet is a
    /// message in the window and no end of the program.
    #[doc(alias = "__init__")]
    pub fn new(settings: Settings, report: impl FnMut(ClientEvent) + 'static) -> Self {
        Self {
            settings,
            state: State::Init,
            rtsp_seq: 0,
            session_id: None,
            awaits_description: false,
            teardown_acked: false,
            rtp_port: 0,
            dialogue: Dialogue::of_lab(),
            receiver: Receiver::new(),
            log: Log::new(report),
        }
    }

    /// Setup button handler. Python: `setupMovie`.
    #[doc(alias = "setupMovie")]
    pub fn setup_movie(&mut self) {
        if self.dialogue.put_off(Method::Setup) || self.state != State::Init {
            return;
        }
        let Some(server) = self.connection() else {
            return self.connect_to_server(Method::Setup);
        };
        match self.open_rtp_port(server.ip()) {
            Ok(()) => self.send_rtsp_request(Method::Setup),
            Err(why) => self.give_up(why),
        }
    }

    /// Teardown button handler. Python: `exitClient`.
    ///
    /// While there is no connection yet, there is nothing to tear down: it is given up.
    #[doc(alias = "exitClient")]
    pub fn exit_client(&mut self) {
        if self.dialogue.is_connecting() {
            self.torn_down();
        } else if !self.dialogue.put_off(Method::Teardown) && self.state != State::Init {
            self.send_rtsp_request(Method::Teardown);
        }
    }

    /// Pause button handler. Python: `pauseMovie`.
    #[doc(alias = "pauseMovie")]
    pub fn pause_movie(&mut self) {
        if !self.dialogue.put_off(Method::Pause) && self.state == State::Playing {
            self.send_rtsp_request(Method::Pause);
        }
    }

    /// Play button handler. Python: `playMovie`.
    ///
    /// In INIT it does SETUP first (the report's extension 2).
    ///
    /// # Deviation
    /// `setupEvent.wait(timeout=0.5)` keeps the window from its keys, and a later reply finds the PLAY
    /// forgotten. Here PLAY is a wish, which is fulfilled when SETUP has been granted.
    #[doc(alias = "playMovie")]
    pub fn play_movie(&mut self) {
        if self.dialogue.put_off(Method::Play) {
            return;
        }
        match self.state {
            State::Init => {
                self.setup_movie();
                // If SETUP is on its way, PLAY is a wish now.
                self.dialogue.put_off(Method::Play);
            }
            State::Ready => match self.receiver.start(Self::listen_rtp) {
                Ok(()) => self.send_rtsp_request(Method::Play),
                Err(error) => {
                    self.log.tell(Message::no_thread(&error));
                    self.disconnect();
                }
            },
            State::Playing => {}
        }
    }

    /// Describe button handler (the report's extension 3). Python: `describeMovie`.
    #[doc(alias = "describeMovie")]
    pub fn describe_movie(&mut self) {
        if self.dialogue.put_off(Method::Describe) {
            return;
        }
        match self.connection() {
            Some(_) => self.send_rtsp_request(Method::Describe),
            None => self.connect_to_server(Method::Describe),
        }
    }

    /// Receives RTP packets, in a thread of its own. Python: `listenRtp`.
    ///
    /// ```text
    /// until told to stop
    ///     receive a datagram, or time out after 0.5 s
    ///     decode its header
    ///     count it: next, gap, late, twice
    ///     put frames together, pass them on
    /// ```
    ///
    /// # Deviation
    /// Python looks at its event only after a timeout. Here an empty datagram to its own port wakes
    /// the thread; what came before it was in flight when PAUSE was sent, and is shown.
    #[doc(alias = "listenRtp")]
    fn listen_rtp(RtpPort { socket, intake }: &mut RtpPort, stop: &Event) {
        while let Some(received) = socket.receive(stop) {
            match received {
                Received::Datagram(datagram) => match RtpPacket::decode(datagram) {
                    Ok(packet) => {
                        let order = intake.count(datagram, &packet);
                        intake.put_together(&packet, order);
                    }
                    Err(_) => intake.count_malformed(datagram),
                },
                Received::OfStranger(from) => intake.count_stranger(from),
                Received::Nothing => {}
            }
            intake.pass_on();
        }
    }

    /// Shows the frames that have been decoded; says whether there were any. Python: `updateMovie`.
    ///
    /// # Deviation
    /// `writeFrame` and its cache file do not exist: a frame stays in memory, so nothing is left over
    /// to remove, even after a crash. A frame that can't be decoded is counted, and the last good
    /// picture stays.
    #[doc(alias = "writeFrame")]
    #[doc(alias = "updateMovie")]
    fn update_movie(&mut self) -> bool {
        let mut changed = false;
        while let Some(decoded) = self.receiver.next_decoded() {
            self.receiver.screen.show(decoded, self.log.now());
            changed = true;
        }
        if let Some(from) = self.receiver.screen.new_stranger() {
            self.log.ignore(format!("expected RTP from the server, found some from {from}"));
        }
        changed
    }

    /// Begins to connect; `method` is done when there is a connection. Python: `connectToServer`.
    ///
    /// # Deviation
    /// Python waits for the server, and its window with it. Here a thread does.
    #[doc(alias = "connectToServer")]
    fn connect_to_server(&mut self, method: Method) {
        // What there is of one can't be used any more.
        if self.dialogue.peer().is_some() {
            self.disconnect();
        }
        self.log.dismiss();
        let server = (self.settings.server.as_str(), self.settings.server_port);
        if let Err(error) = self.dialogue.connect(server, method) {
            self.give_up(Message::no_thread(&error));
        }
    }

    /// Sends a request to the server. Python: `sendRtspRequest`.
    #[doc(alias = "sendRtspRequest")]
    fn send_rtsp_request(&mut self, method: Method) {
        self.rtsp_seq += 1;
        let is_setup = method == Method::Setup;
        let request = Request {
            method,
            target: Some(self.settings.movie.clone()),
            cseq: self.rtsp_seq,
            session: self.session_id.clone().filter(|_| !is_setup),
            client_port: is_setup.then_some(self.rtp_port),
        };
        self.log.dismiss();
        let text = self.dialogue.encode(&request);
        let sent = self.dialogue.send((method, self.rtsp_seq), &text, self.log.asks());
        self.log.asked(text);
        if let Err(error) = sent {
            self.connection_ended(&error.to_string());
        }
    }

    /// Passes on every message of the server until the connection ends, in a thread of its own; says
    /// why it has ended. Python: `recvRtspReply`.
    ///
    /// # Deviation
    /// Python looks at the replies in this thread. Here they go to the client, which alone changes
    /// its state.
    #[doc(alias = "recvRtspReply")]
    fn recv_rtsp_reply(mut connection: Connection, client: &Slot) -> String {
        loop {
            if let Some(bytes) = connection.next_rtp() {
                client.put(News::Rtp(bytes));
            }
            match connection.receive() {
                Incoming::Message(text) => {
                    // The window may be busy; the time of the reply is now.
                    if !client.put(News::Message { text, arrival: Instant::now() }) {
                        return FLOOD.to_owned();
                    }
                }
                Incoming::Nothing => {}
                Incoming::TooLong(too_long) => return format!("could not {too_long}"),
                Incoming::Ended(None) => return "the server has closed it".to_owned(),
                Incoming::Ended(Some(error)) => return error.to_string(),
            }
        }
    }

    /// Looks at a message of the server. Python: `parseRtspReply`.
    #[doc(alias = "parseRtspReply")]
    fn parse_rtsp_reply(&mut self, text: &str, arrival: Duration) {
        let reply = match Reply::parse(text) {
            Ok(reply) => reply,
            Err(_) if self.awaits_description && !text.starts_with("RTSP/") => {
                return self.receiver.screen.describe(text);
            }
            Err(error) => return self.log.ignore(format!("could not {error}")),
        };
        let Some(request) = self.dialogue.answered(reply.answers(self.rtsp_seq)) else {
            return self.log.ignore(reply.other_cseq(self.rtsp_seq));
        };
        self.awaits_description = request.method == Method::Describe;
        self.receiver.screen.statistics.reply(request.method, arrival.saturating_sub(request.at));
        if !reply.is_ok() {
            return self.refused(request.method, &reply);
        }
        self.log.note(reply.oddity());
        match (&self.session_id, &reply.session) {
            (Some(ours), Some(found)) if ours != found => {
                self.log.tell(Message::wrong_session(ours, found));
                self.receiver.stop_unless(self.state == State::Playing, self.log.now());
            }
            _ => self.granted(request.method, reply, arrival),
        }
    }

    /// Opens the RTP port, and starts the thread that will decode what comes there from the server.
    /// Python: `openRtpPort`.
    ///
    /// # Deviation
    /// It is opened before SETUP, not after its reply: the port that is announced is surely ours.
    ///
    /// # Errors
    /// The port is taken or not for this user, or the system has no room for another thread.
    #[doc(alias = "openRtpPort")]
    fn open_rtp_port(&mut self, server: IpAddr) -> Result<(), Message> {
        self.receiver.close(self.log.now());
        let port = self.settings.rtp_port;
        let opened = RtpSocket::open(port, server);
        let (number, socket) = opened.map_err(|error| Message::unable_to_bind(port, &error))?;
        let examiner = examiner::Examiner::new(number, server, self.log.clock());
        let started = self.receiver.open(self.dialogue.mailbox.news(), &self.log, examiner.clone());
        started.map_err(|error| Message::no_thread(&error))?;
        let arrivals = self.log.arrivals(number, false);
        self.receiver.set_port(|frames| RtpPort::new(socket, frames, examiner, arrivals));
        self.receiver.screen.statistics.begin_session();
        self.rtp_port = number;
        self.teardown_acked = false;
        Ok(())
    }

    // ---- What Python has no method for --------------------------------------------------------------

    /// The connection that the next request can go by; where it leads. One whose SETUP has not been
    /// answered is none: the answer may come after all.
    fn connection(&self) -> Option<SocketAddr> {
        let is_stale = self.state == State::Init && self.dialogue.is_overdue();
        self.dialogue.peer().filter(|_| !is_stale)
    }

    /// Deals with what the threads of the connection have told, and with what was wished for
    /// meanwhile; says whether there was anything.
    fn read_mail(&mut self) -> bool {
        let mut changed = false;
        while let Some(next) = self.dialogue.next() {
            changed = true;
            match next {
                Next::News(News::Connected(stream)) => self.connected(stream),
                Next::News(News::Message { text, arrival }) => {
                    let arrival = self.log.received(&text, arrival);
                    self.parse_rtsp_reply(&text, arrival);
                }
                Next::News(News::Rtp(bytes)) => self.receiver.rtp_on_rtsp(&bytes),
                Next::News(News::Ended(why)) => self.connection_ended(&why),
                Next::Wish(method) => self.press(method),
                Next::Note(note) => self.log.note(Some(note)),
            }
        }
        changed
    }

    /// The server has been reached, or not.
    fn connected(&mut self, stream: io::Result<TcpStream>) {
        let Some(wanted_for) = self.dialogue.end_connecting() else { return };
        let connected = stream.and_then(|stream| {
            let connection = Connection::new(stream.try_clone()?, Inbox::of_replies())?;
            self.dialogue.connected(stream, |slot| Self::recv_rtsp_reply(connection, slot))
        });
        match connected {
            Ok(ends) => {
                self.log.connected(ends);
                self.press(wanted_for);
            }
            Err(error) => {
                let Settings { server, server_port, .. } = &self.settings;
                self.give_up(Message::connection_failed(server, *server_port, &error));
            }
        }
    }

    /// The state follows the reply, by the table that the server keeps to as well.
    fn granted(&mut self, method: Method, reply: Reply, arrival: Duration) {
        self.state = self.log.state(self.state.after(method).unwrap_or(self.state));
        match method {
            Method::Setup => self.session_id = reply.session,
            Method::Play => self.receiver.play(arrival),
            Method::Pause => self.receiver.stop(self.log.now()),
            Method::Teardown => self.torn_down(),
            Method::Describe => self.receiver.screen.description = reply.body,
            Method::Options => {}
        }
    }

    fn refused(&mut self, method: Method, reply: &Reply) {
        if self.dialogue.tries_again(method, reply, &mut self.settings) {
            let button = if self.will_play() { Method::Play } else { method };
            self.disconnect();
            return self.press(button);
        }
        let why = Message::refused(method, reply.words(), &self.settings.movie);
        self.log.tell(self.dialogue.explain(why));
        self.receiver.stop_unless(self.state == State::Playing, self.log.now());
        if method == Method::Setup {
            // A PLAY that waits would do SETUP once more.
            self.dialogue.forget_wishes();
        }
        // Nothing can be done any more with a session that is unknown, or that can't be ended.
        let is_unknown = reply.code == 454 && self.session_id.is_some();
        if is_unknown || method == Method::Teardown {
            self.disconnect();
        }
    }

    /// TEARDOWN has been answered: the sockets are closed. Python: `teardownAcked = 1`.
    fn torn_down(&mut self) {
        self.teardown_acked = !self.dialogue.is_again();
        self.disconnect();
    }

    fn connection_ended(&mut self, why: &str) {
        self.log.closing(why);
        if self.dialogue.is_leaving() {
            // Some servers answer TEARDOWN by closing.
            return self.torn_down();
        }
        let (awaited, state) = (self.dialogue.awaited(), self.state);
        let what = self.dialogue.what_is_wrong();
        let is_idle = state == State::Ready || state == State::Playing && self.receiver.is_silent();
        self.disconnect();
        if is_idle && awaited.is_none() {
            self.log.tell(Message::session_ended(why));
        } else if state != State::Init || awaited.is_some() {
            self.log.tell(Message::server_gone(why, awaited).unless_wrong(what));
        }
    }

    /// Back to INIT: connection, RTP port and threads end; picture and figures stay.
    fn disconnect(&mut self) {
        self.receiver.close(self.log.now());
        self.update_movie();
        self.dialogue.end();
        self.session_id = None;
        self.state = self.log.closed();
    }

    /// What is due because nothing has come for 2 s: no reply, or no packet. Says whether the user
    /// sees something new.
    fn look_at_the_clock(&mut self) -> bool {
        let now = self.log.now();
        let examined = self.receiver.examine(&mut self.log);
        let overdue = self.dialogue.overdue(now, REPLY_WAIT);
        if let Some(method) = overdue {
            let why = Message::no_lab_reply(method, REPLY_WAIT);
            self.give_up(why.while_it_sends(self.receiver.is_sent_to(self.state)));
        }
        if self.state != State::Init {
            self.receiver.screen.statistics.sample(now);
        }
        let heard = self.state == State::Playing && self.receiver.listen_for_silence(now).0;
        overdue.is_some() || examined || heard
    }

    /// Tells why nothing comes of what is being done; what is wished for would fail in the same way.
    fn give_up(&mut self, why: Message) {
        self.dialogue.forget_wishes();
        self.log.tell(self.dialogue.explain(why));
    }
}

impl Player for Client {
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

    /// TEARDOWN, SETUP and PLAY: in the lab's dialect there is no other way back.
    fn play_again(&mut self) {
        self.dialogue.wish_again();
        self.exit_client();
    }

    fn wait(&mut self, timeout: Duration) -> bool {
        self.dialogue.mailbox.wait(timeout);
        let changed = self.read_mail() | self.log.tell_limit() | self.update_movie();
        self.look_at_the_clock() || changed
    }

    fn watch(&mut self, witness: Witness) {
        self.receiver.screen.statistics.movie_frames = witness.frames;
        self.log.watch(witness);
    }

    fn dismiss_message(&mut self) {
        self.log.dismiss();
    }

    fn is_connecting(&self) -> bool {
        self.dialogue.is_connecting()
    }

    fn will_play(&self) -> bool {
        self.dialogue.will_play(self.state == State::Playing)
    }

    fn status(&self) -> Status<'_> {
        Status {
            movie: &self.settings.movie,
            server: (&self.settings.server, self.settings.server_port),
            state: self.state,
            awaited: self.dialogue.awaited(),
            is_torn_down: self.teardown_acked,
            has_no_data: self.receiver.is_silent(),
            again: self.receiver.is_over().then_some("TEARDOWN, SETUP and PLAY."),
            session_id: self.session_id.as_deref(),
            ..Status::of(&self.receiver.screen, &self.log)
        }
    }
}

/// After that time without a reply the user may try again.
const REPLY_WAIT: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
