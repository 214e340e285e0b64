//! The client: requests out, replies and RTP in. Python: `Client.py` without the widgets.
//!
//! A [`Client`] belongs to one thread, the window's or the terminal's, which calls its handlers
//! (`setup_movie`, `play_movie` …) and, again and again, [`Client::wait`]. Four threads work for it:
//! `connect_to_server` until there is a connection, `recv_rtsp_reply` while there is one, `listen_rtp`
//! while the movie plays, and `update_movie`, which decodes what `listen_rtp` passes on. Connection,
//! replies and pictures come to the client through channels, and one
//! [`Event`](crate::event::Event), `news`, says so; the client alone changes its state, so it needs
//! no lock.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use std::{fmt, io};

use crate::picture::Picture;
use crate::rtsp::{Method, Request, State};
use crate::standard::rtsp::StandardMethod;
use crate::statistics::Statistics;

mod accessors;
mod client_event;
mod connect_to_server;
mod latest_packet;
mod listen_rtp;
mod media;
mod message;
mod parse_rtsp_reply;
mod port;
mod recv_rtsp_reply;
mod rtsp_log;
mod settings;
mod silence;
// Still a part of `Client`.
#[path = "standard/client.rs"]
mod standard;
mod strangers;
mod update_movie;

pub use client_event::ClientEvent;
use connect_to_server::Connecting;
pub use latest_packet::LatestPacket;
use media::Media;
pub use message::{Message, Severity};
use recv_rtsp_reply::{Answer, Link, Mailbox};
pub use rtsp_log::LogEntry;
use rtsp_log::RtspLog;
pub use settings::{Settings, StandardSettings};
pub use standard::Seek;
use standard::Standard;
use update_movie::Decoder;

/// A client of one movie. Python: `Client`.
#[doc(alias = "createWidgets")]
pub struct Client {
    settings: Settings,
    report: Box<dyn FnMut(ClientEvent)>,
    rtsp_log: RtspLog,
    clock: Instant,
    mailbox: Mailbox,
    answers: Receiver<Answer>,
    connecting: Option<Connecting>,
    link: Option<Link>,
    links: u32,
    state: State,
    rtsp_seq: u32,
    session_id: Option<String>,
    request_sent: Option<RequestSent>,
    last_answered: Option<Method>,
    wishes: VecDeque<Method>,
    teardown_acked: bool,
    media: Media,
    announced_port: u16,
    decoder: Option<Decoder>,
    played_since: Duration,
    packets_before: u64,
    malformed_before: u64,
    strangers_before: u64,
    no_data: bool,
    statistics: Statistics,
    picture: Option<Picture>,
    latest_packet: Option<LatestPacket>,
    description: Option<String>,
    message: Option<Message>,
    /// What only the standard dialect has; `None` in the lab's.
    standard: Option<Standard>,
}

/// The request that waits for its reply. Python: `requestSent`.
#[derive(Clone, Copy, Debug)]
struct RequestSent {
    method: Method,
    cseq: u32,
    at: Duration,
    overdue: bool,
}

impl Client {
    /// A client in the state INIT. Python: `Client.__init__`.
    ///
    /// # Deviation
    /// It connects when it first has something to send, so that a server that is not there yet is a
    /// message in the window and no end of the program.
    #[doc(alias = "__init__")]
    pub fn new(settings: Settings, report: impl FnMut(ClientEvent) + 'static) -> Self {
        let (mailbox, incoming) = Mailbox::new();
        Self {
            standard: settings.standard.clone().map(Standard::new),
            settings,
            report: Box::new(report),
            rtsp_log: RtspLog::default(),
            clock: Instant::now(),
            mailbox,
            answers: incoming,
            connecting: None,
            link: None,
            links: 0,
            state: State::Init,
            rtsp_seq: 0,
            session_id: None,
            request_sent: None,
            last_answered: None,
            wishes: VecDeque::new(),
            teardown_acked: false,
            media: Media::Closed,
            announced_port: 0,
            decoder: None,
            played_since: Duration::ZERO,
            packets_before: 0,
            malformed_before: 0,
            strangers_before: 0,
            no_data: false,
            statistics: Statistics::default(),
            picture: None,
            latest_packet: None,
            description: None,
            message: None,
        }
    }

    /// Setup button handler. Python: `setupMovie`.
    #[doc(alias = "setupMovie")]
    pub fn setup_movie(&mut self) {
        if self.must_wait(Method::Setup) || self.state != State::Init {
            return;
        }
        if !self.connect_to_server(Method::Setup) {
            return;
        }
        if self.standard.is_some() {
            self.begin_setup();
        } else if self.open_rtp_port() {
            self.send_rtsp_request(Method::Setup);
        } else {
            // A PLAY that waits would do SETUP once more.
            self.wishes.clear();
        }
    }

    /// Teardown button handler. Python: `exitClient`.
    ///
    /// While there is no connection yet, there is nothing to tear down: it is given up.
    #[doc(alias = "exitClient")]
    pub fn exit_client(&mut self) {
        if self.is_connecting() {
            return self.torn_down();
        }
        if !self.must_wait(Method::Teardown) && self.state != State::Init {
            if self.standard.is_some() {
                self.say_goodbye();
            }
            self.send_rtsp_request(Method::Teardown);
        }
    }

    /// Pause button handler. Python: `pauseMovie`.
    #[doc(alias = "pauseMovie")]
    pub fn pause_movie(&mut self) {
        if !self.must_wait(Method::Pause) && self.state == State::Playing {
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
        if self.must_wait(Method::Play) {
            return;
        }
        if self.state == State::Init {
            self.setup_movie();
            // If SETUP is on its way, PLAY is a wish now.
            self.must_wait(Method::Play);
        } else if self.state == State::Ready && self.start_listening() {
            self.send_rtsp_request(Method::Play);
        }
    }

    /// Describe button handler (the report's extension 3). Python: `describeMovie`.
    #[doc(alias = "describeMovie")]
    pub fn describe_movie(&mut self) {
        if !self.must_wait(Method::Describe) && self.connect_to_server(Method::Describe) {
            self.send_rtsp_request(Method::Describe);
        }
    }

    /// Waits at most `timeout` for anything to happen, and deals with it; says whether what the
    /// user sees has changed.
    pub fn wait(&mut self, timeout: Duration) -> bool {
        self.mailbox.news.wait(timeout);
        self.mailbox.news.clear();
        let answered = self.take_answers();
        let shown = self.update_movie();
        self.look_at_the_clock() || answered || shown
    }

    /// Sends a request to the server. Python: `sendRtspRequest`.
    #[doc(alias = "sendRtspRequest")]
    fn send_rtsp_request(&mut self, method: Method) {
        self.rtsp_seq += 1;
        self.message = None;
        let session = self.session_id.clone();
        let text = match &mut self.standard {
            Some(standard) => {
                let method = StandardMethod::Lab(method);
                standard.request(method, self.rtsp_seq, session.as_deref())
            }
            None => self.lab_request(method),
        };
        let at = self.clock.elapsed();
        self.request_sent = Some(RequestSent { method, cseq: self.rtsp_seq, at, overdue: false });
        self.send(text);
    }

    fn lab_request(&self, method: Method) -> String {
        let setup = method == Method::Setup;
        let request = Request {
            method,
            target: Some(self.settings.movie.clone()),
            cseq: self.rtsp_seq,
            session: self.session_id.clone().filter(|_| !setup),
            client_port: setup.then_some(self.announced_port),
        };
        request.encode()
    }

    fn send(&mut self, text: String) {
        let sent = match &mut self.link {
            Some(link) => link.send(&text),
            None => Err(io::ErrorKind::NotConnected.into()),
        };
        if let Some(standard) = &mut self.standard {
            standard.sent_at(self.clock.elapsed());
        }
        self.report(ClientEvent::Sent(text));
        if let Err(error) = sent {
            self.connection_ended(&error.to_string());
        }
    }

    /// Whether a connection or a reply is still awaited: then the wish is kept and fulfilled after it.
    /// A lab server must never find two requests at once.
    fn must_wait(&mut self, method: Method) -> bool {
        let wait = self.is_waiting();
        // Whoever leaves need not have been patient: TEARDOWN always has a place.
        let most = if method == Method::Teardown { MAX_WISHES + 1 } else { MAX_WISHES };
        if wait && self.wishes.len() < most {
            self.wishes.push_back(method);
        }
        wait
    }

    /// Until one of them has led to a request, or none is left.
    fn fulfil_wishes(&mut self) {
        while !self.is_waiting() {
            let Some(wish) = self.wishes.pop_front() else { return };
            self.fulfil(wish);
        }
    }

    fn fulfil(&mut self, wish: Method) {
        match wish {
            Method::Setup => self.setup_movie(),
            Method::Play => self.play_movie(),
            Method::Pause => self.pause_movie(),
            Method::Teardown => self.exit_client(),
            Method::Describe => self.describe_movie(),
            Method::Options => {}
        }
    }

    /// Back to INIT: connection, RTP port and threads end; picture and figures stay.
    fn disconnect(&mut self) {
        self.stop_listening();
        self.media = Media::Closed;
        if let Some(decoder) = &mut self.decoder {
            decoder.finish();
        }
        self.update_movie();
        self.connecting = None;
        self.link = None;
        self.session_id = None;
        self.request_sent = None;
        self.wishes.clear();
        self.state = State::Init;
        if let Some(standard) = &mut self.standard {
            standard.disconnect();
        }
    }

    fn report(&mut self, event: ClientEvent) {
        self.report_at(self.clock.elapsed(), event);
    }

    fn report_at(&mut self, at: Duration, event: ClientEvent) {
        self.rtsp_log.push(at, event.clone());
        (self.report)(event);
    }

    fn tell(&mut self, message: Message) {
        self.report(ClientEvent::Told(message.clone()));
        self.message = Some(message);
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client")
            .field("settings", &self.settings)
            .field("state", &self.state)
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

/// Wishes that may wait for a reply.
const MAX_WISHES: usize = 8;
