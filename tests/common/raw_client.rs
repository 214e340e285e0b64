//! A lab client of two sockets that writes and reads bytes.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use super::movies::MOVIE;
use super::rtp::Packet;
use super::{A_WHILE, LIMIT};

pub(crate) struct RawClient {
    tcp: TcpStream,
    udp: UdpSocket,
    pub(crate) movie: String,
    pub(crate) cseq: u32,
    pub(crate) session: u32,
}

impl RawClient {
    pub(crate) fn connect(server: SocketAddr) -> Self {
        let tcp = TcpStream::connect_timeout(&server, LIMIT).expect("connect to the server");
        tcp.set_nodelay(true).unwrap();
        tcp.set_read_timeout(Some(LIMIT)).unwrap();
        let mut local = tcp.local_addr().unwrap();
        local.set_port(0);
        let udp = UdpSocket::bind(local).expect("a UDP port");
        udp.set_read_timeout(Some(LIMIT)).unwrap();
        Self { tcp, udp, movie: MOVIE.to_owned(), cseq: 0, session: 0 }
    }

    /// A client that will ask for that movie.
    pub(crate) fn of(movie: &str, server: SocketAddr) -> Self {
        Self { movie: movie.to_owned(), ..Self::connect(server) }
    }

    /// A client whose session is set up.
    pub(crate) fn ready(server: SocketAddr) -> Self {
        let mut client = Self::connect(server);
        client.setup();
        client
    }

    /// A client whose movie has begun.
    pub(crate) fn playing(server: SocketAddr) -> Self {
        let mut client = Self::ready(server);
        client.granted("PLAY");
        client
    }

    /// The client's end of the RTSP connection, by which the transcript names it.
    pub(crate) fn address(&self) -> SocketAddr {
        self.tcp.local_addr().unwrap()
    }

    pub(crate) fn rtp_port(&self) -> u16 {
        self.udp.local_addr().unwrap().port()
    }

    /// The next request as the lab writes it.
    pub(crate) fn request(&mut self, method: &str) -> String {
        self.cseq += 1;
        let last_line = match method {
            "SETUP" => format!("Transport: RTP/UDP; client_port= {}", self.rtp_port()),
            _ => format!("Session: {}", self.session),
        };
        format!("{method} {} RTSP/1.0\nCSeq: {}\n{last_line}\n", self.movie, self.cseq)
    }

    /// The reply with that status that the last request must have.
    pub(crate) fn reply_with(&self, status: &str) -> String {
        format!("RTSP/1.0 {status}\nCSeq: {}\nSession: {}\n", self.cseq, self.session)
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.tcp.write_all(bytes.as_ref()).expect("send to the server");
    }

    /// Sends the two parts in a segment each.
    pub(crate) fn send_split(&mut self, request: &str, at: usize) {
        let (head, tail) = request.split_at(at.min(request.len()));
        self.send(head);
        self.send(tail);
    }

    /// Exactly this many bytes of what the server sends.
    pub(crate) fn read_text(&mut self, length: usize) -> String {
        let mut bytes = vec![0; length];
        self.tcp.read_exact(&mut bytes).expect("bytes from the server");
        String::from_utf8(bytes).expect("text")
    }

    /// The next three lines: a reply of the lab.
    pub(crate) fn reply(&mut self) -> String {
        let mut reply = String::new();
        while reply.matches('\n').count() < 3 {
            reply.push_str(&self.read_text(1));
        }
        reply
    }

    /// Whether these bytes are answered by three lines and not by the end of the connection.
    pub(crate) fn is_answered(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let (mut lines, mut byte) = (0, [0]);
        let mut is_open = self.tcp.write_all(bytes.as_ref()).is_ok();
        while is_open && lines < 3 {
            is_open = matches!(self.tcp.read(&mut byte), Ok(1));
            lines += usize::from(byte == *b"\n");
        }
        is_open
    }

    pub(crate) fn ask(&mut self, request: impl AsRef<[u8]>) -> String {
        self.send(request);
        self.reply()
    }

    /// Sends a request of the lab and asserts what it is answered.
    #[track_caller]
    pub(crate) fn answered(&mut self, method: &str, status: &str) {
        let request = self.request(method);
        let reply = self.ask(&request);
        assert_eq!(reply, self.reply_with(status), "the reply to {request:?}");
    }

    #[track_caller]
    pub(crate) fn granted(&mut self, method: &str) {
        self.answered(method, "200 OK");
    }

    #[track_caller]
    pub(crate) fn setup(&mut self) {
        let request = self.request("SETUP");
        let reply = self.ask(request);
        self.session_opened(&reply);
    }

    /// Asserts that this is the reply to a SETUP, and takes its session.
    #[track_caller]
    pub(crate) fn session_opened(&mut self, reply: &str) {
        let id = reply.trim_end().rsplit(' ').next().unwrap_or_default();
        assert_eq!(id.len(), 6, "the session id has six digits: {reply:?}");
        self.session = id.parse().unwrap_or_else(|_| panic!("a number, found {reply:?}"));
        assert!(self.session >= 100_000, "the first digit is not 0: {reply:?}");
        assert_eq!(reply, self.reply_with("200 OK"), "the reply to SETUP");
    }

    /// DESCRIBE, its reply and its description.
    pub(crate) fn describe(&mut self, length: usize) -> String {
        self.granted("DESCRIBE");
        self.read_text(length)
    }

    pub(crate) fn shut_down_writing(&mut self) {
        self.tcp.shutdown(Shutdown::Write).unwrap();
    }

    /// What the server sends until it closes the connection.
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.tcp.read_to_string(&mut rest).expect("the server's close");
        rest
    }

    /// Whether the server is silent and keeps the connection for this long.
    pub(crate) fn hears_nothing(&mut self, duration: Duration) -> bool {
        self.tcp.set_read_timeout(Some(duration)).unwrap();
        let heard = uninterrupted(|| self.tcp.peek(&mut [0]));
        self.tcp.set_read_timeout(Some(LIMIT)).unwrap();
        heard.is_err_and(|error| is_timeout(error.kind()))
    }

    /// Closes the connection with RST: that is what a close does when bytes are left unread.
    pub(crate) fn reset(mut self) {
        let request = self.request("OPTIONS");
        self.send(request);
        let heard = uninterrupted(|| self.tcp.peek(&mut [0]));
        assert_eq!(heard.expect("a reply"), 1, "a reply to be left unread");
    }

    /// The next packet, and where it came from.
    pub(crate) fn packet_from(&self) -> (Packet, SocketAddr) {
        let mut datagram = vec![0; 65_536];
        let received = uninterrupted(|| self.udp.recv_from(&mut datagram));
        let (length, from) = received.expect("a packet");
        (Packet::read(&datagram[..length]), from)
    }

    pub(crate) fn packet(&self) -> Packet {
        self.packet_from().0
    }

    pub(crate) fn packets(&self, count: usize) -> Vec<Packet> {
        (0..count).map(|_| self.packet()).collect()
    }

    /// The packets that have arrived and were not read. After the reply to PAUSE these are all.
    pub(crate) fn waiting_packets(&self) -> Vec<Packet> {
        self.udp.set_nonblocking(true).unwrap();
        let packets = std::iter::from_fn(|| self.packet_unless_none()).collect();
        self.udp.set_nonblocking(false).unwrap();
        packets
    }

    /// Asserts that no packet comes any more.
    #[track_caller]
    pub(crate) fn assert_no_packet(&self, when: &str) {
        self.udp.set_read_timeout(Some(A_WHILE)).unwrap();
        let packet = self.packet_unless_none();
        self.udp.set_read_timeout(Some(LIMIT)).unwrap();
        let number = packet.map(|packet| packet.sequence_number);
        assert_eq!(number, None, "no packet may come {when}");
    }

    fn packet_unless_none(&self) -> Option<Packet> {
        let mut datagram = vec![0; 65_536];
        match uninterrupted(|| self.udp.recv(&mut datagram)) {
            Ok(length) => Some(Packet::read(&datagram[..length])),
            Err(error) if is_timeout(error.kind()) => None,
            Err(error) => panic!("could not receive: {error}"),
        }
    }
}

/// Tries once more: a call with a timeout fails when the system halts the whole program for a
/// moment.
fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
