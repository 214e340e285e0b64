//! A server of the standard dialect that does what a test says, step by step, with bytes.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::LIMIT;

/// It listens on a port of 127.0.0.1, and sends RTP from two UDP ports or between its replies.
pub(crate) struct StandardServer {
    address: SocketAddr,
    arriving: Receiver<TcpStream>,
    stream: Option<TcpStream>,
    rtp: UdpSocket,
    rtcp: UdpSocket,
    /// Where the last SETUP wants its packets.
    pub(crate) way: Way,
    /// The last request.
    pub(crate) request: Request,
    /// RTCP that came between the requests.
    pub(crate) reports: Vec<Vec<u8>>,
    /// The answers to the methods, unless a test says otherwise.
    pub(crate) answers: Answers,
}

/// How packets go to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Nowhere,
    /// To that port, RTCP to the next.
    Udp(u16),
    /// In that channel, RTCP in the next.
    Tcp(u8),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) cseq: u32,
    pub(crate) text: String,
}

/// Parts of the usual answers.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    pub(crate) public: &'static str,
    /// Header lines of the answer to DESCRIBE; `{url}` is the movie's URL.
    pub(crate) base: &'static str,
    pub(crate) description: String,
    pub(crate) session: &'static str,
    pub(crate) ssrc: &'static str,
    /// Header lines of the answer to PLAY; `{url}` is the movie's URL.
    pub(crate) play: &'static str,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            public: "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER",
            base: "Content-Base: {url}/\r\n",
            description: description("a=range:npt=0-60\r\n", "track1"),
            session: "Ab12-34_56;timeout=60",
            ssrc: ";ssrc=0A0B0C0D",
            play: "",
        }
    }
}

/// A description with these lines for the whole movie, and that control attribute for the track.
pub(crate) fn description(lines: &str, control: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=movie\r\nt=0 0\r\na=control:*\r\n{lines}\
         m=video 0 RTP/AVP 26\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:26 JPEG/90000\r\n\
         a=control:{control}\r\n"
    )
}

impl Request {
    fn read(text: String) -> Self {
        let mut words = text.lines().next().unwrap_or_default().split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let url = words.next().unwrap_or_default().to_owned();
        assert_eq!((words.next(), words.next()), (Some("RTSP/1.0"), None), "{text:?}");
        assert!(text.ends_with("\r\n\r\n"), "{text:?}");
        let mut request = Self { method, url, cseq: 0, text };
        request.cseq = request.header("CSeq").expect("a CSeq").parse().expect("a number");
        request
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.text.split("\r\n");
        lines
            .filter_map(|line| line.split_once(": "))
            .find(|(other, _)| *other == name)
            .map(|p| p.1)
    }
}

impl StandardServer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a TCP port");
        let address = listener.local_addr().unwrap();
        let (sender, arriving) = channel();
        // `accept` has no timeout, but a channel has.
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if sender.send(stream).is_err() {
                    return;
                }
            }
        });
        let udp_port = || {
            let socket = UdpSocket::bind("127.0.0.1:0").expect("a UDP port");
            socket.set_read_timeout(Some(LIMIT)).unwrap();
            socket
        };
        Self {
            address,
            arriving,
            stream: None,
            rtp: udp_port(),
            rtcp: udp_port(),
            way: Way::Nowhere,
            request: Request::default(),
            reports: Vec::new(),
            answers: Answers::default(),
        }
    }

    /// The movie's URL.
    pub(crate) fn url(&self) -> String {
        format!("rtsp://{}/movies/movie.Mjpeg", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    fn stream(&mut self) -> &mut TcpStream {
        if self.stream.is_none() {
            self.accept();
        }
        self.stream.as_mut().unwrap()
    }

    /// Waits for the next connection; the one before is closed.
    pub(crate) fn accept(&mut self) {
        let stream = self.arriving.recv_timeout(LIMIT).expect("a client connects");
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        self.stream = Some(stream);
        self.request.cseq = 0;
    }

    fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        match self.stream().read(&mut byte) {
            Ok(1) => Some(byte[0]),
            _ => None,
        }
    }

    /// Reads the next request; RTCP before it is kept. `None` if the client has closed.
    fn read(&mut self) -> Option<Request> {
        let mut text = Vec::new();
        while !text.ends_with(b"\r\n\r\n") {
            match self.byte()? {
                b'$' if text.is_empty() => {
                    let channel = self.byte()?;
                    let length = u16::from_be_bytes([self.byte()?, self.byte()?]);
                    let report = (0..length).map(|_| self.byte()).collect::<Option<Vec<_>>>()?;
                    assert_eq!(Way::Tcp(channel - 1), self.way, "RTCP goes by the odd channel");
                    self.reports.push(report);
                }
                byte => text.push(byte),
            }
        }
        Some(Request::read(String::from_utf8(text).expect("text")))
    }

    /// Waits for the request that must come next.
    #[track_caller]
    pub(crate) fn expects(&mut self, method: &str) -> Request {
        let before = self.request.cseq;
        // The numbers continue on a new connection, which this very request may have opened.
        let is_new = self.stream.is_none();
        let request = self.read().unwrap_or_else(|| panic!("the client closed before {method}"));
        assert_eq!(request.method, method, "{request:?}");
        assert!(is_new || before == 0 || request.cseq == before + 1, "{request:?}");
        assert_eq!(request.header("User-Agent"), Some("rtsp_lab/0.1.0"));
        self.request = request.clone();
        request
    }

    /// Waits for exactly this text.
    #[track_caller]
    pub(crate) fn hears(&mut self, expected: &str) {
        let bytes: Vec<u8> = (0..expected.len()).map_while(|_| self.byte()).collect();
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
    }

    /// Answers the last request.
    pub(crate) fn answers(&mut self, status: &str, headers: &str, body: &str) {
        let cseq = self.request.cseq;
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n", body.len())
        };
        let headers = headers.replace("{url}", &self.url());
        self.says(format!("RTSP/1.0 {status}\r\nCSeq: {cseq}\r\n{headers}{length}\r\n{body}"));
    }

    /// Waits for the request that must come next, and grants it.
    #[track_caller]
    pub(crate) fn grants(&mut self, method: &str) -> Request {
        let request = self.expects(method);
        let answers = self.answers.clone();
        let session = format!("Session: {}\r\n", answers.session);
        match method {
            "OPTIONS" => self.answers("200 OK", &format!("Public: {}\r\n", answers.public), ""),
            "DESCRIBE" => self.answers("200 OK", answers.base, &answers.description),
            "SETUP" => {
                let transport = self.agree();
                self.answers("200 OK", &format!("{session}{transport}"), "");
            }
            "PLAY" => self.answers("200 OK", &format!("{session}{}", answers.play), ""),
            _ => self.answers("200 OK", &session, ""),
        }
        request
    }

    /// The Transport line for what the last SETUP offers.
    #[track_caller]
    pub(crate) fn agree(&mut self) -> String {
        let offer = self.request.header("Transport").expect("a Transport").to_owned();
        let number = |name: &str| {
            let (_, rest) = offer.split_once(name)?;
            rest.split(['-', ';']).next()?.parse::<u16>().ok()
        };
        let ssrc = self.answers.ssrc;
        if let Some(channel) = number("interleaved=") {
            let channel = u8::try_from(channel).unwrap();
            self.way = Way::Tcp(channel);
            return format!("Transport: {offer}{ssrc}\r\n");
        }
        let port = number("client_port=").expect("ports or channels");
        assert_eq!(offer, format!("RTP/AVP;unicast;client_port={port}-{}", port + 1));
        assert_eq!(port % 2, 0, "RTP gets the even port");
        self.way = Way::Udp(port);
        let own = (self.rtp.local_addr().unwrap().port(), self.rtcp.local_addr().unwrap().port());
        format!("Transport: {offer};server_port={}-{}{ssrc};mode=\"PLAY\"\r\n", own.0, own.1)
    }

    /// Writes in one piece.
    pub(crate) fn says(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream().write_all(bytes.as_ref()).expect("write to the client");
    }

    /// A packet in a frame of the connection.
    pub(crate) fn says_packet(&mut self, channel: u8, packet: &[u8]) {
        let length = u16::try_from(packet.len()).unwrap().to_be_bytes();
        self.says([&[b'$', channel], &length[..], packet].concat());
    }

    pub(crate) fn sends_rtp(&mut self, packet: &[u8]) {
        match self.way {
            Way::Nowhere => panic!("nothing has been set up"),
            Way::Udp(port) => drop(self.rtp.send_to(packet, ("127.0.0.1", port)).expect("send")),
            Way::Tcp(channel) => self.says_packet(channel, packet),
        }
    }

    pub(crate) fn sends_rtcp(&mut self, packet: &[u8]) {
        match self.way {
            Way::Nowhere => panic!("nothing has been set up"),
            Way::Udp(port) => {
                self.rtcp.send_to(packet, ("127.0.0.1", port + 1)).expect("send");
            }
            Way::Tcp(channel) => self.says_packet(channel + 1, packet),
        }
    }

    /// The next RTCP of the client, over UDP.
    #[track_caller]
    pub(crate) fn report(&mut self) -> Vec<u8> {
        let mut datagram = [0; 2000];
        let count = self.rtcp.recv(&mut datagram).expect("a report");
        datagram[..count].to_vec()
    }

    /// Whether the client has closed, and sent no request before that.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.read().is_none()
    }

    /// Asserts that no request waits.
    #[track_caller]
    pub(crate) fn assert_nothing_waits(&mut self) {
        let stream = self.stream();
        stream.set_nonblocking(true).unwrap();
        let found = stream.peek(&mut [0]);
        stream.set_nonblocking(false).unwrap();
        let error = found.expect_err("a request, or the end of the connection");
        assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
    }

    pub(crate) fn closes(&mut self) {
        // The client may have been faster.
        self.stream().shutdown(Shutdown::Both).ok();
        self.stream = None;
    }
}
