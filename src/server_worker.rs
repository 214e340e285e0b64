//! One client's connection: requests in, replies and RTP out. Python: `ServerWorker.py`.
//!
//! Python keeps all of a session in the dictionary `clientInfo`. Here an enum owns what exists only
//! in a state: PLAY moves the open movie into the thread that sends it, and PAUSE gets it back by
//! joining that thread. So nothing is locked, and nothing can be left over.

use std::io;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::connection::{Connection, Incoming};
use crate::rtsp::request::Flaw;
use crate::rtsp::{BadRequest, Dialect, Inbox, Method, Reply, Request, State, Status};
use crate::server::{ServerEvent, SessionId, Settings, Shared, canonical};
use crate::standard::server_worker::StandardWorker;
use crate::video_stream::{MovieError, VideoStream};

pub(crate) mod bad_network;
pub(crate) mod pace;
pub(crate) mod send_rtp;

use pace::Pace;
pub use send_rtp::MAX_PAYLOAD;
use send_rtp::{RtpStream, Sender};

/// The worker of one connection. Python: `ServerWorker`.
pub(crate) struct ServerWorker {
    connection: Connection,
    peer: SocketAddr,
    local: SocketAddr,
    shared: Arc<Shared>,
    playback: Playback,
    /// Whether a request of the lab has come: then the dialect does not change any more.
    speaks_lab: bool,
    /// When the last request came that could be understood, or a packet was sent.
    last_sign: Instant,
}

/// What a session owns in each state. Python: the dictionary `clientInfo` and `state`.
#[derive(Default)]
#[doc(alias = "clientInfo")]
enum Playback {
    #[default]
    Init,
    Ready {
        session: SessionId,
        movie: String,
        stream: Box<RtpStream>,
    },
    Playing {
        session: SessionId,
        movie: String,
        sender: Sender<Box<RtpStream>>,
    },
}

impl Playback {
    const fn state(&self) -> State {
        match self {
            Self::Init => State::Init,
            Self::Ready { .. } => State::Ready,
            Self::Playing { .. } => State::Playing,
        }
    }

    /// The session's id, 0 if there is none.
    const fn session(&self) -> u32 {
        match self {
            Self::Init => 0,
            Self::Ready { session, .. } | Self::Playing { session, .. } => session.get(),
        }
    }

    /// Whether packets are on their way to the client.
    fn is_sending(&self) -> bool {
        matches!(self, Self::Playing { sender, .. } if sender.is_sending())
    }
}

impl ServerWorker {
    /// Serves the connection until it ends. Python: `ServerWorker.__init__` and `run`.
    #[doc(alias = "__init__")]
    pub(crate) fn run(stream: TcpStream, peer: SocketAddr, shared: &Arc<Shared>) {
        (shared.report)(ServerEvent::Connected { peer });
        let local = stream.local_addr();
        let connection = Connection::new(stream, Inbox::of_requests());
        let why = match (connection, local) {
            (Ok(connection), Ok(local)) => {
                let mut worker = Self::new(connection, (peer, local), shared);
                match worker.recv_rtsp_request() {
                    End::Standard => worker.speak_standard(),
                    End::Why(why) => why,
                    End::Io(error) => error.to_string(),
                }
            }
            (Err(error), _) | (_, Err(error)) => error.to_string(),
        };
        // The worker is dropped by now, and its sender joined: nothing is left when this is told.
        (shared.report)(ServerEvent::Closed { peer, why });
    }

    fn new(
        connection: Connection,
        (peer, local): (SocketAddr, SocketAddr),
        shared: &Arc<Shared>,
    ) -> Self {
        let (shared, playback) = (Arc::clone(shared), Playback::Init);
        let (speaks_lab, last_sign) = (false, Instant::now());
        Self { connection, peer, local, shared, playback, speaks_lab, last_sign }
    }

    /// Receives requests until the connection ends; says why. Python: `recvRtspRequest`.
    #[doc(alias = "recvRtspRequest")]
    #[inline(never)] // The standard dialect is spoken in its place, not on top of it.
    fn recv_rtsp_request(&mut self) -> End {
        let mut pace = Pace::new();
        while !self.shared.stop.is_set() {
            pace.keep(&self.shared.stop);
            let processed = match self.connection.receive() {
                Incoming::Message(text) => self.process_rtsp_request(text),
                Incoming::Nothing if !self.speaks_lab && self.connection.is_standard() => {
                    return End::Standard;
                }
                Incoming::Nothing => Ok(()),
                Incoming::TooLong(too_long) => self.refuse_too_long(too_long.limit),
                Incoming::Ended(None) => {
                    return End::Why("the client has closed the connection".to_owned());
                }
                Incoming::Ended(Some(error)) => Err(End::Io(error)),
            };
            if let Err(end) = processed.and_then(|()| self.look_at_the_clock()) {
                return end;
            }
        }
        End::Why("the server stops".to_owned())
    }

    /// Ends a connection that keeps a thread waiting for nothing. Who gets packets waits for those.
    fn look_at_the_clock(&mut self) -> Result<(), End> {
        if self.playback.is_sending() {
            self.last_sign = Instant::now();
        }
        let Settings { setup_limit, idle_limit, .. } = self.shared.settings;
        let silence = self.last_sign.elapsed();
        match self.playback {
            Playback::Init if silence >= setup_limit => Err(End::Why(no_setup(setup_limit))),
            Playback::Ready { .. } | Playback::Playing { .. } if silence >= idle_limit => {
                Err(End::Why(idle(idle_limit)))
            }
            Playback::Init | Playback::Ready { .. } | Playback::Playing { .. } => Ok(()),
        }
    }

    /// Looks at one request and answers it. Python: `processRtspRequest`.
    #[doc(alias = "processRtspRequest")]
    fn process_rtsp_request(&mut self, text: String) -> Result<(), End> {
        self.speaks_lab = true;
        let dialect = Dialect::of_request(&text);
        let parsed = Request::parse(&text);
        self.report(ServerEvent::Request { peer: self.peer, text });
        if dialect == Dialect::Standard {
            return self
                .refuse_standard(parsed.map_or_else(|bad| bad.cseq, |request| request.cseq));
        }
        let request = match parsed {
            Ok(request) => request,
            Err(bad) => return self.refuse(bad.status(), bad.cseq, bad.to_string()),
        };
        self.last_sign = Instant::now();
        if let Some((status, why)) = self.objection(&request) {
            return self.refuse(status, request.cseq, why);
        }
        let method = request.method.name();
        self.report(ServerEvent::Processing { peer: self.peer, method });
        match request.method {
            Method::Setup => self.setup(&request),
            Method::Play => self.play(request.cseq),
            Method::Pause => self.pause(request.cseq),
            Method::Teardown => self.teardown(request.cseq),
            Method::Describe => self.describe(&request),
            Method::Options => self.reply_rtsp(Status::Ok200, request.cseq),
        }
    }

    /// Opens the movie and the socket that sends it, and starts a session.
    fn setup(&mut self, request: &Request) -> Result<(), End> {
        let name = request.target.as_deref().unwrap_or_default();
        let port = request.client_port.unwrap_or_default();
        if let Some(why) = self.shared.settings.objection_to(port) {
            return self.refuse(Status::UnsupportedTransport461, request.cseq, why);
        }
        let video = match VideoStream::open(&self.shared.settings.movies, name) {
            Ok(video) => video,
            Err(error) => return self.refuse_movie(&error, request.cseq),
        };
        // From the address that the client knows, in its family.
        let (mut client, mut local) = (self.peer, canonical(self.local));
        client.set_port(port);
        local.set_port(0);
        // The system looks up the way to the client once, and not for every packet.
        let socket =
            UdpSocket::bind(local).and_then(|socket| socket.connect(client).map(|()| socket));
        match socket {
            Ok(socket) => {
                let session = self.shared.sessions.open();
                let stream = RtpStream::new(video, socket, client, &self.shared.settings);
                let stream = Box::new(stream);
                self.playback = Playback::Ready { session, movie: name.to_owned(), stream };
                self.reply_rtsp(Status::Ok200, request.cseq)
            }
            Err(error) => {
                let why = format!("could not open a UDP socket: {error}");
                self.refuse(Status::ConErr500, request.cseq, why)
            }
        }
    }

    /// Moves the movie into a thread of its own that sends it.
    fn play(&mut self, cseq: u32) -> Result<(), End> {
        match std::mem::take(&mut self.playback) {
            Playback::Ready { session, movie, stream } => {
                let started = Sender::start(stream, self.peer, Arc::clone(&self.shared));
                let (sender, go) = match started {
                    Ok(started) => started,
                    Err((stream, error)) => {
                        self.playback = Playback::Ready { session, movie, stream };
                        let why = format!("could not start a thread: {error}");
                        return self.refuse(Status::ConErr500, cseq, why);
                    }
                };
                self.playback = Playback::Playing { session, movie, sender };
                self.reply_rtsp(Status::Ok200, cseq)?;
                // The first frame leaves as soon as PLAY is answered, and not before.
                go.now();
                Ok(())
            }
            other @ (Playback::Init | Playback::Playing { .. }) => {
                self.playback = other;
                self.reply_rtsp(Status::Ok200, cseq)
            }
        }
    }

    /// Stops the thread that sends and gets the movie back from it.
    fn pause(&mut self, cseq: u32) -> Result<(), End> {
        self.playback = match std::mem::take(&mut self.playback) {
            Playback::Playing { session, movie, sender } => {
                let Some(stream) = sender.finish() else {
                    let why = "the thread that sent the movie has failed".to_owned();
                    return self.refuse(Status::ConErr500, cseq, why);
                };
                Playback::Ready { session, movie, stream }
            }
            other @ (Playback::Init | Playback::Ready { .. }) => other,
        };
        self.reply_rtsp(Status::Ok200, cseq)
    }

    /// Ends the session: its sender, its sockets, its file.
    fn teardown(&mut self, cseq: u32) -> Result<(), End> {
        let ended = std::mem::take(&mut self.playback);
        let session = ended.session();
        drop(ended);
        self.reply(&Reply::new(Status::Ok200, cseq, session))
    }

    /// Answers, and then describes the session's movie, or the named one while there is no session
    /// (the report's extension 3).
    fn describe(&mut self, request: &Request) -> Result<(), End> {
        let name = match &self.playback {
            Playback::Init => request.target.clone().unwrap_or_default(),
            Playback::Ready { movie, .. } | Playback::Playing { movie, .. } => movie.clone(),
        };
        if let Err(error) = VideoStream::open(&self.shared.settings.movies, &name) {
            return self.refuse_movie(&error, request.cseq);
        }
        self.reply_rtsp(Status::Ok200, request.cseq)?;
        self.send_description(&name)
    }

    /// Answers in the three lines of the lab. Python: `replyRtsp`.
    #[doc(alias = "replyRtsp")]
    fn reply_rtsp(&mut self, status: Status, cseq: u32) -> Result<(), End> {
        let session = self.playback.session();
        self.reply(&Reply::new(status, cseq, session))
    }

    /// The session description, in a write of its own. Python: `sendDescription`.
    ///
    /// No empty line precedes the body: that is the report's format (figure 23).
    #[doc(alias = "sendDescription")]
    fn send_description(&mut self, movie: &str) -> Result<(), End> {
        let (port, session) = (self.shared.rtsp_port, self.playback.session());
        let body = format!(
            "v=0\r\n\
             m=video {port} RTP/AVP 26\r\n\
             a=control:streamid={session}\r\n\
             a=mimetype:string;\"video/MJPEG\"\r\n"
        );
        let length = body.len();
        self.send(format!(
            "\nSession Description: \n\n\
             Content-Base: {movie}\r\n\
             Content-Type: application/sdp\r\n\
             Content-Length: {length}\r\n\
             {body}"
        ))
    }

    /// Why the request can't be granted now, if it can't.
    fn objection(&self, request: &Request) -> Option<(Status, String)> {
        let (state, session) = (self.playback.state(), self.playback.session());
        let named = request.session.as_deref();
        if state != State::Init && named.is_some_and(|named| named.parse() != Ok(session)) {
            let why = format!("expected session {session}, found {:?}", named.unwrap_or_default());
            return Some((Status::SessionNotFound454, why));
        }
        if state.after(request.method).is_none() {
            return Some((Status::MethodNotValid455, format!("{} in {state}", request.method)));
        }
        None
    }

    fn refuse(&mut self, status: Status, cseq: u32, why: String) -> Result<(), End> {
        self.report(ServerEvent::Refused { peer: self.peer, status: status.to_string(), why });
        self.reply_rtsp(status, cseq)
    }

    /// A movie that is there but can't be opened is not missing: the system is out of something.
    fn refuse_movie(&mut self, error: &MovieError, cseq: u32) -> Result<(), End> {
        let out = error.is_shortage();
        let status = if out { Status::ConErr500 } else { Status::FileNotFound404 };
        self.refuse(status, cseq, format!("could not {error}"))
    }

    /// Where this message ends can't be told, so nothing behind it can be understood either.
    fn refuse_too_long(&mut self, limit: usize) -> Result<(), End> {
        let bad = BadRequest { cseq: 0, flaw: Flaw::TooLong(limit) };
        self.refuse(bad.status(), bad.cseq, bad.to_string())?;
        self.connection.close_gently();
        Err(End::Why("the request was too long".to_owned()))
    }

    /// The rest of the connection, in the dialect of its first request.
    #[inline(never)] // What it needs of the stack, the lab's sessions would have to keep as well.
    fn speak_standard(self) -> String {
        let (stream, bytes) = self.connection.into_parts();
        let addresses = (self.peer, self.local);
        StandardWorker::run(stream, bytes, addresses, self.last_sign, &self.shared)
    }

    /// The dialect can't be changed in the middle; whoever tries is told so.
    fn refuse_standard(&mut self, cseq: u32) -> Result<(), End> {
        let status = Status::NotImplemented501;
        let why = "a URL as the target is the standard dialect, this connection speaks the lab's";
        let (peer, why) = (self.peer, why.to_owned());
        self.report(ServerEvent::Refused { peer, status: status.to_string(), why });
        self.send(format!("RTSP/1.0 {status}\r\nCSeq: {cseq}\r\n\r\n"))?;
        self.connection.close_gently();
        Err(End::Why("the client speaks the standard dialect".to_owned()))
    }

    fn reply(&mut self, reply: &Reply) -> Result<(), End> {
        self.send(reply.encode())
    }

    fn send(&mut self, text: String) -> Result<(), End> {
        self.connection.send(&text)?;
        self.report(ServerEvent::Sent { peer: self.peer, text });
        Ok(())
    }

    fn report(&self, event: ServerEvent) {
        (self.shared.report)(event);
    }
}

/// Why a worker can't go on with its connection.
enum End {
    Io(io::Error),
    /// In words.
    Why(String),
    /// It begins in the standard dialect.
    Standard,
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Why a connection without a session is closed.
pub(crate) fn no_setup(limit: Duration) -> String {
    format!("no request for {} s before SETUP; --setup SECONDS is this limit", limit.as_secs_f64())
}

/// Why a session in which nothing is sent is ended.
fn idle(limit: Duration) -> String {
    let limit = limit.as_secs_f64();
    format!("no request for {limit} s while nothing was sent; --idle SECONDS is this limit")
}
