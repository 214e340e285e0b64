//! One client's connection: requests in, replies and RTP out. Python: `ServerWorker.py`.
//!
//! Python keeps all of a session in the dictionary `clientInfo`. Here an enum owns what exists only
//! in a state: PLAY moves the open movie into the thread that sends it, and PAUSE gets it back by
//! joining that thread. So nothing is locked, and nothing can be left over.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::connection::{Connection, Incoming};
use crate::diagnosis::requests::Remark;
use crate::errand::Errand;
use crate::event::Event;
use crate::rtp_packet::{HEADER_SIZE, RtpPacket};
use crate::rtsp::request::{Flaw, target_is_url};
use crate::rtsp::{BadRequest, Method, Reply, Request, State, Status};
use crate::server::server_event::ServerEvent;
use crate::server::shared::Shared;
use crate::video_stream::{MovieError, VideoStream};

pub(crate) mod bad_network;
mod client_info;
pub(crate) mod pace;
pub(crate) mod rtp_socket;
pub(crate) mod transcript;

use client_info::{ClientInfo, Packets, Piece, RtpStream};
use pace::{Pace, next_deadline, spread};
use rtp_socket::RtpSocket;
use transcript::{End, Remarks, remark_on_port};

/// The worker of one connection. Python: `ServerWorker`.
pub(crate) struct ServerWorker {
    rtsp_socket: Connection,
    peer: SocketAddr,
    local: SocketAddr,
    shared: Arc<Shared>,
    client_info: ClientInfo,
    remarks: Remarks,
    /// When the last request came that could be understood, or a packet was sent.
    last_sign: Instant,
}

impl ServerWorker {
    /// The worker of a connection between two addresses. Python: `__init__`.
    #[doc(alias = "__init__")]
    pub(crate) fn new(
        rtsp_socket: Connection,
        (peer, local): (SocketAddr, SocketAddr),
        shared: Arc<Shared>,
    ) -> Self {
        let (client_info, last_sign) = (ClientInfo::Init, rtsp_socket.made_at());
        let remarks = Remarks::new(peer, Arc::clone(&shared));
        Self { rtsp_socket, peer, local, shared, client_info, remarks, last_sign }
    }

    /// Serves the connection until it ends; says why. Python: `run`.
    ///
    /// # Deviation
    /// Python starts the thread here. `Workers` has started it, for they join it.
    pub(crate) fn run(mut self) -> End {
        self.recv_rtsp_request()
    }

    /// Receives requests until the connection ends; says why. Python: `recvRtspRequest`.
    ///
    /// # Deviation
    /// A `recv` may bring half a request, or two. [`Connection::receive`] brings whole ones, and
    /// nothing after half a second, so that the server can stop.
    #[doc(alias = "recvRtspRequest")]
    fn recv_rtsp_request(&mut self) -> End {
        let mut pace = Pace::new();
        while !self.shared.stop.is_set() {
            pace.keep(&self.shared.stop);
            self.remarks.note(self.rtsp_socket.awaits().map(Remark::Waits));
            let processed = match self.rtsp_socket.receive() {
                Incoming::Message(text) => self.process_rtsp_request(text),
                Incoming::Nothing => Ok(()),
                Incoming::TooLong(too_long) => self.refuse_too_long(too_long.limit),
                Incoming::Ended(None) => Err(End::of_client()),
                Incoming::Ended(Some(error)) => Err(error.into()),
            };
            if let Err(end) = processed.and_then(|()| self.look_at_the_clock()) {
                return end;
            }
        }
        End::of_server()
    }

    /// Looks at one request and answers it. Python: `processRtspRequest`.
    ///
    /// # Deviation
    /// Every request is answered, also one that the state does not allow. What is done is in a
    /// method for each kind of request.
    #[doc(alias = "processRtspRequest")]
    fn process_rtsp_request(&mut self, text: String) -> Result<(), End> {
        let (is_url, parsed) = (target_is_url(&text), Request::parse(&text));
        self.report(ServerEvent::Request { peer: self.peer, text });
        if is_url {
            return self.refuse_url(parsed.map_or_else(|bad| bad.cseq, |request| request.cseq));
        }
        let request = match parsed {
            Ok(request) => request,
            Err(bad) => return self.refuse(bad.status(), bad.cseq, bad.to_string()),
        };
        self.last_sign = Instant::now();
        self.remarks.look_at(&request, self.client_info.of_session());
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
        let settings = &self.shared.settings;
        if let Some(why) = settings.objection_to(port) {
            return self.refuse(Status::UnsupportedTransport461, request.cseq, why);
        }
        let video_stream = match VideoStream::open(&settings.movies, name) {
            Ok(video_stream) => video_stream.repeating(settings.looping),
            Err(error) => return self.refuse_movie(&error, request.cseq),
        };
        let shared = Arc::clone(&self.shared);
        let rtp_socket = match RtpSocket::open((self.peer, self.local), port, shared) {
            Ok(rtp_socket) => rtp_socket,
            Err(error) => {
                let why = format!("could not open a UDP socket: {error}");
                return self.refuse(Status::ConErr500, request.cseq, why);
            }
        };
        let packets = Packets::new(settings.fragment, settings.marker);
        let client = rtp_socket.client();
        self.remarks.sets_up(name);
        self.remarks.note(remark_on_port(client, &self.shared.sessions));
        let due = Instant::now();
        let stream = Box::new(RtpStream { video_stream, packets, rtp_socket, due });
        let session = self.shared.sessions.open(client);
        self.client_info = ClientInfo::Ready { session, movie: name.to_owned(), stream };
        self.reply_rtsp(Status::Ok200, request.cseq)
    }

    /// Moves the movie into a thread of its own that sends it.
    fn play(&mut self, cseq: u32) -> Result<(), End> {
        if self.client_info.state() != State::Ready {
            return self.reply_rtsp(Status::Ok200, cseq);
        }
        let send_rtp = |stream: &mut Box<RtpStream>, stop: &Event| Self::send_rtp(stream, stop);
        let prepared = match Errand::prepare("send_rtp", send_rtp) {
            Ok(prepared) => prepared,
            Err(error) => {
                let why = format!("could not start a thread: {error}");
                return self.refuse(Status::ConErr500, cseq, why);
            }
        };
        // The first frame leaves as soon as PLAY is answered, and not before.
        self.reply_rtsp(Status::Ok200, cseq)?;
        self.client_info = match std::mem::take(&mut self.client_info) {
            ClientInfo::Ready { session, movie, stream } => {
                ClientInfo::Playing { session, movie, sender: prepared.go(stream) }
            }
            other @ (ClientInfo::Init | ClientInfo::Playing { .. }) => other,
        };
        Ok(())
    }

    /// Stops the thread that sends and gets the movie back from it.
    fn pause(&mut self, cseq: u32) -> Result<(), End> {
        self.client_info = match std::mem::take(&mut self.client_info) {
            ClientInfo::Playing { session, movie, sender } => {
                let Some(stream) = sender.finish() else {
                    let why = "the thread that sent the movie has failed".to_owned();
                    return self.refuse(Status::ConErr500, cseq, why);
                };
                ClientInfo::Ready { session, movie, stream }
            }
            other @ (ClientInfo::Init | ClientInfo::Ready { .. }) => other,
        };
        self.reply_rtsp(Status::Ok200, cseq)
    }

    /// Ends the session: its sender, its sockets, its file.
    fn teardown(&mut self, cseq: u32) -> Result<(), End> {
        let session = self.client_info.session();
        self.client_info = ClientInfo::Init;
        self.send(Reply::new(Status::Ok200, cseq, session).encode())
    }

    /// Answers, and then describes the session's movie, or the named one while there is no session
    /// (the report's extension 3).
    fn describe(&mut self, request: &Request) -> Result<(), End> {
        let name = match &self.client_info {
            ClientInfo::Init => request.target.clone().unwrap_or_default(),
            ClientInfo::Ready { movie, .. } | ClientInfo::Playing { movie, .. } => movie.clone(),
        };
        if let Err(error) = VideoStream::open(&self.shared.settings.movies, &name) {
            return self.refuse_movie(&error, request.cseq);
        }
        self.reply_rtsp(Status::Ok200, request.cseq)?;
        self.send_description(&name)
    }

    /// Sends a frame every 50 ms, until it is stopped or the movie ends. Python: `sendRtp`.
    ///
    /// ```text
    /// until the next frame is due, wait for the stop event
    /// if it was set, go home with the movie
    /// read the next frame
    /// wrap it: RtpPacket::encode_before
    /// send it
    /// ```
    ///
    /// # Deviation
    /// Each frame has an absolute deadline; `wait(0.05)` alone adds the time of the work to every
    /// frame and plays at 19.7 frames a second; PAUSE and PLAY do not bring it forward. PLAY at the end
    /// of the movie starts again at frame 1; sequence numbers go on, for lab clients show no packet
    /// whose number is not above the last one.
    #[doc(alias = "sendRtp")]
    fn send_rtp(stream: &mut RtpStream, stop: &Event) {
        if !stream.begin() {
            return;
        }
        let RtpStream { video_stream, packets, rtp_socket, due } = stream;
        while !rtp_socket.wait(stop, *due) {
            let frame_number = video_stream.frame_number() + 1;
            match video_stream.next_frame_with_room(HEADER_SIZE) {
                Ok(Some(frame)) => {
                    for piece in packets.pieces_of(frame.len()) {
                        rtp_socket.wait(stop, *due + spread(piece.place.start, frame.len()));
                        let packet = Self::make_rtp(packets, frame, piece);
                        if !rtp_socket.send(packet, frame_number) {
                            break;
                        }
                    }
                }
                Ok(None) => break,
                Err(error) => rtp_socket.warn(format!("could not {error}")),
            }
            *due = next_deadline(*due, Instant::now());
        }
        video_stream.tell_stray().into_iter().for_each(|stray| rtp_socket.warn(stray));
        rtp_socket.finish(stop);
    }

    /// Makes the next packet, of a piece of a frame. Python: `makeRtp`.
    ///
    /// # Deviation
    /// The frame was read to its place in the packet, and the header is written into the room before
    /// it, so nothing is copied. The sequence number counts packets: with `--fragment` a frame has
    /// several.
    #[doc(alias = "makeRtp")]
    fn make_rtp<'a>(packets: &mut Packets, frame: &'a mut [u8], piece: Piece) -> &'a [u8] {
        let datagram = frame.get_mut(piece.place).unwrap_or_default();
        packets.sequence_number = packets.sequence_number.wrapping_add(1);
        let packet = RtpPacket::jpeg(packets.sequence_number, unix_seconds(), packets.ssrc, b"");
        RtpPacket { marker: piece.is_marked, ..packet }.encode_before(datagram);
        datagram
    }

    /// Answers in the three lines of the lab. Python: `replyRtsp`.
    #[doc(alias = "replyRtsp")]
    fn reply_rtsp(&mut self, status: Status, cseq: u32) -> Result<(), End> {
        self.send(Reply::new(status, cseq, self.client_info.session()).encode())
    }

    /// The session description, in a write of its own. Python: `sendDescription`.
    ///
    /// No empty line precedes the body: that is the report's format (figure 23).
    #[doc(alias = "sendDescription")]
    fn send_description(&mut self, movie: &str) -> Result<(), End> {
        let (port, session) = (self.shared.rtsp_port, self.client_info.session());
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

    // ---- What Python has no method for ----

    /// Ends a connection that keeps a thread waiting for nothing. Who gets packets waits for those.
    fn look_at_the_clock(&mut self) -> Result<(), End> {
        self.remarks.state(self.client_info.state());
        let (settings, silence) = (&self.shared.settings, self.last_sign.elapsed());
        match &self.client_info {
            ClientInfo::Playing { sender, .. } if sender.is_running() => {
                self.last_sign = Instant::now();
                Ok(())
            }
            ClientInfo::Init if silence >= settings.setup_limit => {
                Err(End::no_setup(settings.setup_limit))
            }
            ClientInfo::Ready { .. } | ClientInfo::Playing { .. }
                if silence >= settings.idle_limit =>
            {
                Err(End::idle(settings.idle_limit))
            }
            ClientInfo::Init | ClientInfo::Ready { .. } | ClientInfo::Playing { .. } => Ok(()),
        }
    }

    /// Why the request can't be granted now, if it can't.
    fn objection(&self, request: &Request) -> Option<(Status, String)> {
        let (state, session) = (self.client_info.state(), self.client_info.session());
        let named = request.session.as_deref();
        if state != State::Init && named.is_some_and(|named| named.parse() != Ok(session)) {
            let why = format!("expected session {session}, found {:?}", named.unwrap_or_default());
            return Some((Status::SessionNotFound454, why));
        }
        if state.after(request.method).is_none() {
            let why = format!("{} in {state}{}", request.method, state.hint());
            return Some((Status::MethodNotValid455, why));
        }
        None
    }

    fn refuse(&mut self, status: Status, cseq: u32, why: String) -> Result<(), End> {
        let reply = Reply::refusal(status, cseq, self.client_info.session(), &why);
        self.report(ServerEvent::Refused { peer: self.peer, status: status.to_string(), why });
        self.send(reply.encode())
    }

    fn refuse_movie(&mut self, error: &MovieError, cseq: u32) -> Result<(), End> {
        self.refuse(error.status(), cseq, format!("could not {error}"))
    }

    /// Where this message ends can't be told, so nothing after it can be understood either.
    fn refuse_too_long(&mut self, limit: usize) -> Result<(), End> {
        let bad = BadRequest { cseq: 0, flaw: Flaw::TooLong(limit) };
        self.refuse(bad.status(), bad.cseq, bad.to_string())?;
        self.rtsp_socket.close_gently();
        Err(End::from("the request was too long"))
    }

    /// The dialect can't be changed in the middle; whoever tries is told so.
    fn refuse_url(&mut self, cseq: u32) -> Result<(), End> {
        let status = Status::NotImplemented501;
        let why = "a URL as the target is the standard dialect, this connection speaks the lab's";
        let (peer, why) = (self.peer, why.to_owned());
        self.report(ServerEvent::Refused { peer, status: status.to_string(), why });
        self.send(format!("RTSP/1.0 {status}\r\nCSeq: {cseq}\r\n\r\n"))?;
        self.rtsp_socket.close_gently();
        Err(End::from("the client speaks the standard dialect"))
    }

    fn send(&mut self, text: String) -> Result<(), End> {
        self.remarks.replies(&text);
        self.rtsp_socket.send(&text)?;
        self.report(ServerEvent::Sent { peer: self.peer, text });
        Ok(())
    }

    fn report(&self, event: ServerEvent) {
        (self.shared.report)(event);
    }
}

/// The report's timestamp: `int(time())`, its low 32 bits.
fn unix_seconds() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs() & u64::from(u32::MAX)).unwrap_or_default()
}
