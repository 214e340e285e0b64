//! A lab server that does what a test says, step by step, with bytes.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::{LIMIT, MOVIE};

/// It listens on a port of 127.0.0.1. Each step is a call; a test that must not wait for the server
/// moves it into a thread.
pub(crate) struct ScriptedServer {
    address: SocketAddr,
    arriving: Receiver<TcpStream>,
    stream: Option<TcpStream>,
    rtp: UdpSocket,
    /// The port that the last SETUP announced.
    pub(crate) client_port: u16,
    /// The number of the last request.
    pub(crate) cseq: u32,
    /// The session that it expects in requests, and names in replies.
    pub(crate) session: String,
}

impl ScriptedServer {
    pub(crate) fn start() -> Self {
        Self::listen_at(TcpListener::bind("127.0.0.1:0").expect("a TCP port"))
    }

    pub(crate) fn listen_at(listener: TcpListener) -> Self {
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
        let rtp = UdpSocket::bind("127.0.0.1:0").expect("a UDP port");
        let session = "123456".to_owned();
        Self { address, arriving, stream: None, rtp, client_port: 0, cseq: 0, session }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Waits for the next connection; the one before is closed.
    pub(crate) fn accept(&mut self) {
        let stream = self.arriving.recv_timeout(LIMIT).expect("a client connects");
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        self.stream = Some(stream);
    }

    fn stream(&mut self) -> &mut TcpStream {
        if self.stream.is_none() {
            self.accept();
        }
        self.stream.as_mut().unwrap()
    }

    /// The next so many bytes; fewer if no more come.
    fn read(&mut self, count: usize) -> String {
        let mut bytes = vec![0; count];
        let mut filled = 0;
        while filled < count {
            match self.stream().read(&mut bytes[filled..]) {
                Ok(0) | Err(_) => break,
                Ok(more) => filled += more,
            }
        }
        String::from_utf8(bytes[..filled].to_vec()).expect("text")
    }

    /// Waits for exactly these bytes, and asserts that none follow them.
    #[track_caller]
    pub(crate) fn expects_text(&mut self, request: &str) {
        assert_eq!(self.read(request.len()), request, "a request, byte for byte");
        self.assert_nothing_waits();
    }

    /// Waits for a request that begins so; the rest of it is for later.
    #[track_caller]
    pub(crate) fn expects_start(&mut self, start: &str) {
        assert_eq!(self.read(start.len()), start, "the beginning of a request");
    }

    /// Waits for the request that must come next, and asserts that no other follows it.
    #[track_caller]
    pub(crate) fn expects(&mut self, method: &str) {
        if method == "SETUP" {
            return self.expects_setup();
        }
        self.cseq += 1;
        let Self { cseq, session, .. } = &*self;
        let request = format!("{method} {MOVIE} RTSP/1.0\nCSeq: {cseq}\nSession: {session}\n");
        self.expects_text(&request);
    }

    #[track_caller]
    fn expects_setup(&mut self) {
        self.cseq += 1;
        let mut request = self.read(1);
        while request.matches('\n').count() < 3 {
            let byte = self.read(1);
            assert_ne!(byte, "", "the rest of a SETUP, found {request:?}");
            request += &byte;
        }
        let port = request.trim_end().rsplit(' ').next().unwrap();
        self.client_port = port.parse().expect("a port at the end of the Transport line");
        let expected = format!(
            "SETUP {MOVIE} RTSP/1.0\nCSeq: {}\nTransport: RTP/UDP; client_port= {}\n",
            self.cseq, self.client_port
        );
        assert_eq!(request, expected, "a SETUP, byte for byte");
        self.assert_nothing_waits();
    }

    /// Asserts that there is no byte to read. The client writes in the thread that calls its
    /// handlers, so what they sent is there when they return.
    #[track_caller]
    pub(crate) fn assert_nothing_waits(&mut self) {
        let stream = self.stream();
        stream.set_nonblocking(true).unwrap();
        let mut bytes = [0; 1000];
        let found = stream.peek(&mut bytes);
        stream.set_nonblocking(false).unwrap();
        match found {
            Ok(0) => {}
            Ok(count) => panic!("a second request: {:?}", String::from_utf8_lossy(&bytes[..count])),
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}"),
        }
    }

    /// What the client sends until it closes the connection. The next step waits for another one.
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.stream().read_to_string(&mut rest).expect("the client's close");
        self.stream = None;
        rest
    }

    /// Writes in one piece.
    pub(crate) fn says(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream().write_all(bytes.as_ref()).expect("write to the client");
    }

    /// Writes a segment for each part.
    pub(crate) fn says_in_parts<'a>(&mut self, parts: impl IntoIterator<Item = &'a [u8]>) {
        for part in parts {
            self.says(part);
        }
    }

    /// The lab's reply to the last request, with that status.
    pub(crate) fn reply(&self, status: &str) -> String {
        format!("RTSP/1.0 {status}\nCSeq: {}\nSession: {}\n", self.cseq, self.session)
    }

    /// Waits for the request that must come next, and grants it.
    #[track_caller]
    pub(crate) fn grants(&mut self, method: &str) {
        self.expects(method);
        self.says(self.reply("200 OK"));
    }

    /// Sends a datagram to the port that SETUP announced.
    pub(crate) fn sends(&self, datagram: &[u8]) {
        self.rtp.send_to(datagram, ("127.0.0.1", self.client_port)).expect("send a datagram");
    }

    /// Sends a datagram to that port from another address than the server's.
    pub(crate) fn strangers_send(&self, datagram: &[u8]) {
        let socket = UdpSocket::bind("127.0.0.2:0").expect("another address");
        socket.send_to(datagram, ("127.0.0.1", self.client_port)).expect("send a datagram");
    }

    pub(crate) fn closes(&mut self) {
        // The client may have been faster.
        self.stream().shutdown(Shutdown::Both).ok();
        self.stream = None;
    }

    /// Closes with RST: so does a close when a byte is left unread.
    pub(crate) fn resets(&mut self) {
        assert!(self.stream().peek(&mut [0]).expect("a byte to be left unread") > 0);
        self.stream = None;
    }

    /// A copy of the connection, to write to it from another thread.
    pub(crate) fn connection(&mut self) -> TcpStream {
        self.stream().try_clone().unwrap()
    }
}

/// A TCP port of 127.0.0.1 at which nobody listens.
pub(crate) fn deserted_port() -> u16 {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // A program that another thread is just starting inherits the listener for a moment.
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        thread::yield_now();
    }
    port
}
