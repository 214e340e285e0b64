//! The client of the standard dialect: plays from any server of RFC 2326 that sends JPEG.
//!
//! It is made of the same parts as the lab's [`Client`](crate::client::Client), and its methods
//! have the names that they have there. What differs is what is written and read, how packets come,
//! and what else such servers need: all that is in its session. What follows each reply is decided
//! here.
//!
//! ```text
//! setup_movie     OPTIONS, DESCRIBE, SETUP, each when the one before has been answered
//! play_movie      PLAY, at first from 0, later from where it was paused or where a seek leads
//! nothing comes   over UDP for 3 s: TEARDOWN, SETUP with TCP, PLAY
//! ```

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use crate::client::dialogue::Next;
use crate::client::log::{ClientEvent, Witness};
use crate::client::mailbox::News;
use crate::client::message::Message;
use crate::client::player::{Player, Seek, Status};
use crate::rtsp::{Method, State};
use crate::standard::rtsp::StandardReply;
use crate::statistics::Statistics;

mod authentication;
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
mod session;
mod settings;
mod shown;
mod source;
mod transport;

pub use payload_header::latest_packet;
use session::Session;
pub use settings::StandardSettings;

/// A client of one movie, in the standard dialect.
#[derive(Debug)]
pub struct StandardClient {
    settings: StandardSettings,
    session: Session,
    plan: Plan,
    teardown_acked: bool,
}

/// What follows the reply that is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// What the user wants next.
    Nothing,
    /// After OPTIONS comes DESCRIBE, and then SETUP.
    Setup,
    /// After TEARDOWN comes SETUP with TCP.
    Tcp,
}

impl StandardClient {
    /// A client in the state INIT, which connects when it first has something to send.
    pub fn new(settings: StandardSettings, report: impl FnMut(ClientEvent) + 'static) -> Self {
        let session = Session::new(&settings, report);
        Self { settings, session, plan: Plan::Nothing, teardown_acked: false }
    }

    // ---- The buttons and keys -----------------------------------------------------------------------

    /// Setup button handler: OPTIONS, DESCRIBE and SETUP.
    pub fn setup_movie(&mut self) {
        if self.session.dialogue.put_off(Method::Setup) || self.session.state != State::Init {
            return;
        }
        if self.session.connection().is_none() {
            return self.connect_to_server(Method::Setup);
        }
        self.plan = Plan::Setup;
        self.session.receiver.screen.statistics = Statistics::default();
        self.send_request(Method::Options);
    }

    /// Teardown button handler. While the connection is still being made there is nothing to tear
    /// down, and the attempt is given up.
    pub fn exit_client(&mut self) {
        if self.session.dialogue.is_connecting() {
            return self.torn_down();
        }
        if !self.session.dialogue.put_off(Method::Teardown) && self.session.state != State::Init {
            self.send_request(Method::Teardown);
        }
    }

    /// Pause button handler.
    pub fn pause_movie(&mut self) {
        if !self.session.dialogue.put_off(Method::Pause) && self.session.state == State::Playing {
            self.send_request(Method::Pause);
        }
    }

    /// Play button handler. In INIT it does SETUP first; until that is done, PLAY is a wish.
    pub fn play_movie(&mut self) {
        if self.session.dialogue.put_off(Method::Play) {
            return;
        }
        match self.session.state {
            State::Init => {
                self.setup_movie();
                // If a request is on its way, PLAY has become a wish.
                self.session.dialogue.put_off(Method::Play);
            }
            State::Ready => match self.session.start_listening() {
                Ok(()) => self.send_request(Method::Play),
                Err(error) => {
                    self.session.log.tell(Message::no_thread(&error));
                    self.disconnect();
                }
            },
            State::Playing => {}
        }
    }

    /// Describe button handler.
    pub fn describe_movie(&mut self) {
        if self.session.dialogue.put_off(Method::Describe) {
            return;
        }
        match self.session.connection() {
            Some(_) => self.send_request(Method::Describe),
            None => self.connect_to_server(Method::Describe),
        }
    }

    // ---- The connection -----------------------------------------------------------------------------

    /// Begins to connect; `method` is sent when there is a connection.
    fn connect_to_server(&mut self, method: Method) {
        // An old connection can no longer be used.
        if self.session.dialogue.peer().is_some() {
            self.disconnect();
        }
        self.session.log.dismiss();
        let server = self.session.movie.server();
        if let Err(error) = self.session.dialogue.connect(server, method) {
            self.give_up(Message::no_thread(&error));
        }
    }

    /// Takes the result of connecting.
    fn connected(&mut self, stream: io::Result<TcpStream>) {
        let Some(wanted_for) = self.session.dialogue.end_connecting() else { return };
        match stream.and_then(|stream| self.session.connected(stream)) {
            Ok(ends) => {
                self.session.log.connected(ends);
                self.press(wanted_for);
            }
            Err(error) => {
                let (host, port) = self.session.movie.server();
                self.give_up(Message::connection_failed(host, port, &error));
            }
        }
    }

    fn connection_ended(&mut self, why: &str) {
        self.session.log.closing(why);
        if self.plan == Plan::Tcp {
            return self.reconnect_over_tcp();
        }
        if self.session.dialogue.is_leaving() || self.session.has_ended {
            // Some servers answer TEARDOWN by closing, and some close after the end of the movie.
            return self.torn_down();
        }
        let Status { awaited, state, has_no_data, .. } = self.session.status();
        let gone = self.session.explain(Message::server_gone(why, awaited));
        self.disconnect();
        let is_idle = state == State::Ready || state == State::Playing && has_no_data;
        if is_idle && awaited.is_none() {
            self.session.log.tell(Message::session_ended(why));
        } else if state != State::Init || awaited.is_some() {
            self.session.log.tell(gone);
        }
    }

    /// TEARDOWN has been answered: closes the sockets.
    fn torn_down(&mut self) {
        self.teardown_acked = true;
        self.disconnect();
    }

    fn disconnect(&mut self) {
        self.session.disconnect();
        self.plan = Plan::Nothing;
    }

    // ---- Requests -----------------------------------------------------------------------------------

    fn send_request(&mut self, method: Method) {
        if let Err(error) = self.session.send_request(method) {
            self.connection_ended(&error.to_string());
        }
    }

    fn send_setup(&mut self) {
        match self.session.open_ports() {
            Ok(()) => {
                self.teardown_acked = false;
                self.send_request(Method::Setup);
            }
            Err(why) => self.stop_setting_up(why),
        }
    }

    fn stop_setting_up(&mut self, why: Message) {
        self.plan = Plan::Nothing;
        self.give_up(why);
    }

    /// Tells why the request failed, and drops the wishes, which would fail in the same way.
    fn give_up(&mut self, why: Message) {
        self.session.dialogue.forget_wishes();
        self.session.log.tell(why);
    }

    // ---- Replies ------------------------------------------------------------------------------------

    fn granted(&mut self, method: Method, reply: StandardReply, arrival: Duration) {
        match method {
            Method::Options => {
                self.session.options_granted(&reply);
                if self.plan == Plan::Setup {
                    self.send_request(Method::Describe);
                }
            }
            Method::Describe if self.plan == Plan::Setup => {
                match self.session.movie.describe(&reply) {
                    Ok(()) => self.send_setup(),
                    Err(why) => self.stop_setting_up(messages::unplayable(&why)),
                }
            }
            Method::Describe => self.session.receiver.screen.description = Some(reply.body),
            Method::Setup => {
                self.plan = Plan::Nothing;
                if let Err(why) = self.session.setup_granted(&reply) {
                    // What the server has set up ends with the connection.
                    self.disconnect();
                    self.session.log.tell(messages::bad_transport(&why));
                }
            }
            Method::Play => self.session.play_granted(&reply, arrival),
            Method::Pause => self.session.pause_granted(),
            Method::Teardown if self.plan == Plan::Tcp => self.set_up_over_tcp(),
            Method::Teardown => self.torn_down(),
        }
    }

    fn refused(&mut self, method: Method, reply: &StandardReply) {
        if self.session.moves(method, reply) {
            return self.go_elsewhere(method);
        }
        match (method, self.plan, reply.code) {
            (Method::Teardown, Plan::Tcp, _) => self.set_up_over_tcp(),
            (_, _, 401) => self.refused_for_good(method, reply),
            // A server that does not know OPTIONS may well know the other methods.
            (Method::Options, Plan::Setup, _) => self.send_request(Method::Describe),
            (Method::Setup, _, 461) if !self.session.transport.tcp => {
                self.session.transport.tcp = true;
                self.send_setup();
            }
            _ => self.refused_for_good(method, reply),
        }
    }

    /// The movie is at another address: does there what was wanted.
    fn go_elsewhere(&mut self, method: Method) {
        let is_alone = method == Method::Describe && self.plan == Plan::Nothing;
        let button = if is_alone { method } else { Method::Setup };
        let button = if self.will_play() { Method::Play } else { button };
        self.disconnect();
        self.press(button);
    }

    /// The request was refused, and there is nothing else to try.
    fn refused_for_good(&mut self, method: Method, reply: &StandardReply) {
        self.session.log.tell(self.session.refusal(method, reply, self.settings.tcp));
        self.session.stop_listening_unless_playing();
        self.session.position.set_next(None);
        if method == Method::Setup {
            self.session.transport.tcp = self.settings.tcp;
        }
        if method == Method::Setup || self.plan == Plan::Setup {
            // A waiting PLAY would do SETUP once more.
            self.session.dialogue.forget_wishes();
            self.plan = Plan::Nothing;
        }
        // A session that the server does not know, or that can't be ended, is of no more use.
        if reply.code == 454 && self.session.has_id() || method == Method::Teardown {
            self.disconnect();
        }
    }

    // ---- From UDP to TCP ----------------------------------------------------------------------------

    /// Whether the first packet over UDP is still awaited, so that a silence means nothing yet. If
    /// it has been awaited for too long, changes to TCP, which gets through where the replies do.
    fn awaits_udp(&mut self, now: Duration) -> bool {
        let Some(since) = self.session.awaits_udp_since() else { return false };
        if now >= since + self.settings.silence && self.session.dialogue.awaited().is_none() {
            self.plan = Plan::Tcp;
            self.send_request(Method::Teardown);
            self.session.log.tell(messages::tries_tcp(self.session.transport.port));
        }
        true
    }

    /// TEARDOWN has been answered: sends SETUP again, with TCP, and then PLAY from the same place.
    fn set_up_over_tcp(&mut self) {
        self.plan = Plan::Nothing;
        self.session.wants_tcp_from(self.session.place());
        self.session.end();
        self.send_setup();
    }

    /// The same on a new connection, if the server has closed this one or no longer answers.
    fn reconnect_over_tcp(&mut self) {
        let place = self.session.place();
        self.disconnect();
        self.session.wants_tcp_from(place);
        self.setup_movie();
    }

    // ---- What the threads bring, and the clock ------------------------------------------------------

    /// Deals with what the threads of the connection have reported, and with the wishes; returns
    /// whether there was anything.
    fn read_mail(&mut self) -> bool {
        let mut changed = false;
        while let Some(next) = self.session.dialogue.next() {
            changed = true;
            match next {
                Next::News(News::Connected(stream)) => self.connected(stream),
                Next::News(News::Message { text, arrival }) => {
                    let arrival = self.session.log.received(&text, arrival);
                    match self.session.take_reply(&text, arrival) {
                        Some((method, reply)) if reply.is_ok() => {
                            self.granted(method, reply, arrival);
                        }
                        Some((method, reply)) => self.refused(method, &reply),
                        None => {}
                    }
                }
                // Here packets come on the connection where they were asked for.
                Next::News(News::Rtp(_)) => {}
                Next::News(News::Ended(why)) => self.connection_ended(&why),
                Next::Wish(method) => self.press(method),
                Next::Note(note) => self.session.log.note(Some(note)),
            }
        }
        changed
    }

    /// Does what is due because time has passed; returns whether the user sees something new.
    fn look_at_the_clock(&mut self) -> bool {
        let now = self.session.log.now();
        let overdue = self.session.dialogue.overdue(now, REPLY_WAIT);
        match overdue {
            Some(_) if self.plan == Plan::Tcp => self.reconnect_over_tcp(),
            Some(method) => {
                let is_sending = self.session.receiver.is_sent_to(self.session.state);
                let why = Message::no_reply(method, REPLY_WAIT).while_it_sends(is_sending);
                self.give_up(self.session.explain(why));
            }
            None => {}
        }
        if self.session.state != State::Init {
            self.session.receiver.screen.statistics.sample(now);
        }
        let is_playing = self.session.state == State::Playing;
        let silence = is_playing && !self.awaits_udp(now) && self.session.listen_for_silence(now);
        if let Err(error) = self.session.stay_alive(now) {
            self.connection_ended(&error.to_string());
        }
        overdue.is_some() || silence
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

    /// Works only if the description says how long the movie is, or for the beginning. While the movie plays, this is
    /// PAUSE and then PLAY with a Range.
    fn seek_movie(&mut self, direction: Seek) {
        let plays = self.will_play();
        let seeks = self.session.seek(direction);
        // If a PLAY is still to be sent, it uses the new place.
        if seeks && plays && !self.session.dialogue.is_wished_for(Method::Play) {
            self.pause_movie();
            // Nothing is awaited if the connection has just ended.
            if self.is_waiting() {
                self.play_movie();
            }
        }
    }

    fn wait(&mut self, timeout: Duration) -> bool {
        self.session.dialogue.mailbox.wait(timeout);
        let told = self.read_mail();
        let shown = self.session.show_pictures();
        self.look_at_the_clock() || told || shown
    }

    fn watch(&mut self, witness: Witness) {
        self.session.log.watch(witness);
    }

    fn dismiss_message(&mut self) {
        self.session.log.dismiss();
    }

    fn is_connecting(&self) -> bool {
        self.session.dialogue.is_connecting()
    }

    fn will_play(&self) -> bool {
        self.session.dialogue.will_play(self.session.state == State::Playing)
    }

    fn status(&self) -> Status<'_> {
        Status { is_torn_down: self.teardown_acked, ..self.session.status() }
    }
}

/// After this time without a reply the user may try again; some servers have to ask a camera first.
const REPLY_WAIT: Duration = Duration::from_secs(5);
