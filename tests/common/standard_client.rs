//! A client of the standard dialect (RFC 2326) that writes and reads bytes.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use super::jpeg_pieces::Frame;
use super::movies::MOVIE;
use super::rtcp::SenderReport;
use super::rtp::Packet;
use super::standard_reply::Reply;
use super::{A_WHILE, LIMIT};

pub(crate) struct StandardClient {
    tcp: TcpStream,
    unread: Vec<u8>,
    replies: VecDeque<Reply>,
    interleaved: VecDeque<(u8, Vec<u8>)>,
    way: Way,
    /// The movie's URL, without a slash at its end.
    pub(crate) url: String,
    pub(crate) cseq: u32,
    pub(crate) session: Option<String>,
}

/// Where RTP and RTCP come.
enum Way {
    Nowhere,
    Udp { media: UdpSocket, reports: UdpSocket, server: [SocketAddr; 2] },
    Tcp { media: u8, reports: u8 },
}

/// What a read brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrival {
    Something,
    Nothing,
    Close,
}

impl StandardClient {
    pub(crate) fn connect(server: SocketAddr) -> Self {
        Self::of(MOVIE, server)
    }

    /// A client that will ask for that movie.
    pub(crate) fn of(movie: &str, server: SocketAddr) -> Self {
        let tcp = TcpStream::connect_timeout(&server, LIMIT).expect("connect to the server");
        tcp.set_nodelay(true).unwrap();
        let url = format!("rtsp://{server}/{movie}");
        let (replies, interleaved) = (VecDeque::new(), VecDeque::new());
        let (unread, way) = (Vec::new(), Way::Nowhere);
        Self { tcp, unread, replies, interleaved, way, url, cseq: 0, session: None }
    }

    /// A client whose session is set up, over UDP.
    pub(crate) fn ready_udp(server: SocketAddr) -> Self {
        let mut client = Self::connect(server);
        client.setup_udp();
        client
    }

    /// A client whose session is set up, over the RTSP connection.
    pub(crate) fn ready_tcp(server: SocketAddr) -> Self {
        let mut client = Self::connect(server);
        client.setup_tcp();
        client
    }

    /// One of each kind.
    pub(crate) fn ready_both(server: SocketAddr) -> [Self; 2] {
        [Self::ready_udp(server), Self::ready_tcp(server)]
    }

    /// The client's end of the connection, by which the transcript names it.
    pub(crate) fn address(&self) -> SocketAddr {
        self.tcp.local_addr().unwrap()
    }

    /// The URL that SETUP is for.
    pub(crate) fn track(&self) -> String {
        format!("{}/track1", self.url)
    }

    /// The next request, with the session if there is one.
    pub(crate) fn request(&mut self, method: &str, url: &str, headers: &[&str]) -> String {
        self.cseq += 1;
        let mut lines = vec![format!("{method} {url} RTSP/1.0"), format!("CSeq: {}", self.cseq)];
        lines.extend(self.session.as_ref().map(|session| format!("Session: {session}")));
        lines.extend(headers.iter().map(|&header| header.to_owned()));
        lines.join("\r\n") + "\r\n\r\n"
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.tcp.write_all(bytes.as_ref()).expect("send to the server");
    }

    pub(crate) fn shut_down_writing(&mut self) {
        self.tcp.shutdown(Shutdown::Write).unwrap();
    }

    /// Waits until there is something to read, and leaves it there.
    pub(crate) fn wait_for_bytes(&mut self) {
        self.tcp.set_read_timeout(Some(LIMIT)).unwrap();
        assert_eq!(self.tcp.peek(&mut [0]).expect("something to read"), 1);
    }

    /// What the server sends until it closes the connection, as it comes.
    pub(crate) fn rest(&mut self) -> String {
        self.tcp.set_read_timeout(Some(LIMIT)).unwrap();
        let mut rest = String::new();
        self.tcp.read_to_string(&mut rest).expect("the server's close");
        rest
    }

    /// The next reply, whatever packets come before it.
    #[track_caller]
    pub(crate) fn reply(&mut self) -> Reply {
        self.reply_or_close().expect("a reply, not the close of the connection")
    }

    pub(crate) fn reply_or_close(&mut self) -> Option<Reply> {
        while self.replies.is_empty() && self.arrives(LIMIT) {}
        self.replies.pop_front()
    }

    /// Sends a request and returns its reply, which has its number.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, url: &str, headers: &[&str]) -> Reply {
        let request = self.request(method, url, headers);
        self.send(&request);
        let reply = self.reply();
        let cseq = self.cseq.to_string();
        assert_eq!(reply.header("CSeq"), Some(cseq.as_str()), "{reply:?} to {request:?}");
        reply
    }

    /// Sends a request for the whole movie.
    #[track_caller]
    pub(crate) fn ask_movie(&mut self, method: &str, headers: &[&str]) -> Reply {
        let url = self.url.clone();
        self.ask(method, &url, headers)
    }

    #[track_caller]
    pub(crate) fn refused(&mut self, method: &str, headers: &[&str], status: &str) -> Reply {
        let reply = self.ask_movie(method, headers);
        assert_eq!(reply.status, status, "{method} with {headers:?}");
        reply
    }

    #[track_caller]
    pub(crate) fn granted(&mut self, method: &str, headers: &[&str]) -> Reply {
        let reply = self.ask_movie(method, headers);
        assert_eq!(reply.status, "200 OK", "{method} with {headers:?}");
        reply
    }

    /// SETUP of the track with that transport.
    #[track_caller]
    pub(crate) fn setup(&mut self, transport: &str) -> Reply {
        let track = self.track();
        self.ask("SETUP", &track, &[&format!("Transport: {transport}")])
    }

    /// SETUP over UDP, to two new ports; which the reply must grant.
    #[track_caller]
    pub(crate) fn setup_udp(&mut self) -> Reply {
        let sockets = self.open_ports();
        let reply = self.setup(&format!("RTP/AVP;unicast;client_port={}", numbers(&sockets)));
        self.take_udp(sockets, &reply);
        reply
    }

    /// SETUP over the connection, which the reply must grant.
    #[track_caller]
    pub(crate) fn setup_tcp(&mut self) -> Reply {
        let reply = self.setup("RTP/AVP/TCP;unicast;interleaved=0-1");
        self.take_tcp(&reply);
        reply
    }

    /// Two ports where RTP and RTCP may come.
    pub(crate) fn open_ports(&self) -> [UdpSocket; 2] {
        let mut local = self.address();
        local.set_port(0);
        [(), ()].map(|()| UdpSocket::bind(local).expect("a UDP port"))
    }

    /// The session of a reply to SETUP that grants these ports.
    #[track_caller]
    pub(crate) fn take_udp(&mut self, sockets: [UdpSocket; 2], reply: &Reply) {
        self.session = Some(reply.session());
        assert_eq!(reply.transport("client_port"), Some(numbers(&sockets)), "the client's ports");
        let own = reply.transport("server_port").expect("server_port");
        let own: Vec<u16> = own.split('-').map(|port| port.parse().expect("a port")).collect();
        let server = [own[0], own[1]].map(|port| (self.tcp.peer_addr().unwrap().ip(), port).into());
        let [media, reports] = sockets;
        self.way = Way::Udp { media, reports, server };
    }

    /// The session of a reply to SETUP that grants channels 0 and 1.
    #[track_caller]
    pub(crate) fn take_tcp(&mut self, reply: &Reply) {
        self.session = Some(reply.session());
        assert_eq!(reply.transport("interleaved").as_deref(), Some("0-1"));
        self.way = Way::Tcp { media: 0, reports: 1 };
    }

    /// Sends PLAY, from that place if one is given; returns what the reply says about the first
    /// packet.
    #[track_caller]
    pub(crate) fn play(&mut self, range: Option<&str>) -> (Reply, u16, u32) {
        let line = range.map(|range| format!("Range: {range}"));
        let reply = self.granted("PLAY", line.as_deref().as_slice());
        let (number, timestamp) = reply.rtp_info(&self.track());
        (reply, number, timestamp)
    }

    /// Where the server takes RTP and RTCP.
    pub(crate) fn server_ports(&self) -> [SocketAddr; 2] {
        let Way::Udp { server, .. } = &self.way else { panic!("this client has no ports") };
        *server
    }

    /// The next packet, and where it came from if over UDP.
    #[track_caller]
    pub(crate) fn packet(&mut self) -> Packet {
        Packet::read(&self.media(LIMIT).expect("a packet"))
    }

    /// The next packet, if one comes within that time.
    pub(crate) fn packet_within(&mut self, limit: Duration) -> Option<Packet> {
        self.media(limit).map(|bytes| Packet::read(&bytes))
    }

    /// What the server sent between its replies, in order: channel and bytes. `None` at the close.
    #[track_caller]
    pub(crate) fn interleaved(&mut self) -> Option<(u8, Vec<u8>)> {
        while self.interleaved.is_empty() {
            if !self.arrives(LIMIT) {
                return None;
            }
        }
        self.interleaved.pop_front()
    }

    /// The next frame, rebuilt from its packets.
    #[track_caller]
    pub(crate) fn frame(&mut self) -> Frame {
        let mut packets = vec![self.packet()];
        while packets.last().is_some_and(|packet| !packet.marker) {
            packets.push(self.packet());
        }
        Frame::of(packets)
    }

    #[track_caller]
    pub(crate) fn frames(&mut self, count: usize) -> Vec<Frame> {
        (0..count).map(|_| self.frame()).collect()
    }

    /// The frames that have come and were not read. After the reply to PAUSE these are all.
    #[track_caller]
    pub(crate) fn waiting_frames(&mut self) -> Vec<Frame> {
        let (mut frames, mut packets) = (Vec::new(), Vec::new());
        while let Some(bytes) = self.media(Duration::ZERO) {
            packets.push(Packet::read(&bytes));
            if packets.last().is_some_and(|packet| packet.marker) {
                frames.push(Frame::of(std::mem::take(&mut packets)));
            }
        }
        assert!(packets.is_empty(), "half a frame before a pause");
        frames
    }

    /// The next sender report.
    #[track_caller]
    pub(crate) fn report(&mut self) -> SenderReport {
        SenderReport::read(&self.next_of(LIMIT, true).expect("a report"))
    }

    #[track_caller]
    pub(crate) fn assert_no_packet(&mut self, when: &str) {
        let packet = self.media(A_WHILE);
        assert_eq!(packet.map(|packet| packet.len()), None, "no packet may come {when}");
    }

    /// Sends a report as the session's transport has it.
    pub(crate) fn send_report(&mut self, bytes: &[u8]) {
        match &self.way {
            Way::Udp { reports, server: [_, to], .. } => {
                reports.send_to(bytes, to).expect("send a report");
            }
            Way::Tcp { reports, .. } => {
                let [high, low] = u16::try_from(bytes.len()).unwrap().to_be_bytes();
                let framed = [&[b'$', *reports, high, low], bytes].concat();
                self.send(framed);
            }
            Way::Nowhere => panic!("SETUP first"),
        }
    }

    /// Waits for the server's close; packets before it are kept.
    #[track_caller]
    pub(crate) fn assert_closed(&mut self) {
        while self.arrives(LIMIT) {}
    }

    /// Whether the server sends nothing and keeps the connection for this long.
    pub(crate) fn hears_nothing(&mut self, limit: Duration) -> bool {
        self.read(limit) == Arrival::Nothing
    }

    fn media(&mut self, limit: Duration) -> Option<Vec<u8>> {
        self.next_of(limit, false)
    }

    fn next_of(&mut self, limit: Duration, report: bool) -> Option<Vec<u8>> {
        let wanted = match &self.way {
            Way::Udp { media, reports, server } => {
                let (socket, from) = if report { (reports, server[1]) } else { (media, server[0]) };
                return datagram(socket, limit, from);
            }
            Way::Tcp { media, reports } => *if report { reports } else { media },
            Way::Nowhere => panic!("SETUP first"),
        };
        loop {
            let at = self.interleaved.iter().position(|(channel, _)| *channel == wanted);
            if let Some(found) = at.and_then(|at| self.interleaved.remove(at)) {
                return Some(found.1);
            }
            if self.read(limit) != Arrival::Something {
                return None;
            }
        }
    }

    /// Reads on; `false` at the close.
    #[track_caller]
    fn arrives(&mut self, limit: Duration) -> bool {
        let arrival = self.read(limit);
        assert_ne!(arrival, Arrival::Nothing, "nothing came for {limit:?}");
        arrival == Arrival::Something
    }

    fn read(&mut self, limit: Duration) -> Arrival {
        self.tcp.set_read_timeout(Some(limit.max(Duration::from_millis(1)))).unwrap();
        let mut bytes = vec![0; 65_536];
        match self.tcp.read(&mut bytes) {
            Ok(0) => return Arrival::Close,
            Ok(count) => self.unread.extend_from_slice(&bytes[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Arrival::Nothing;
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Arrival::Close,
            Err(error) => panic!("could not read: {error}"),
        }
        while self.cut() {}
        Arrival::Something
    }

    /// Takes a packet or a reply off the front of what was read; `false` if none is whole.
    fn cut(&mut self) -> bool {
        if let [b'$', channel, high, low, rest @ ..] = self.unread.as_slice() {
            let length = usize::from(*high) << 8 | usize::from(*low);
            let Some(packet) = rest.get(..length) else { return false };
            self.interleaved.push_back((*channel, packet.to_vec()));
            self.unread.drain(..4 + length);
            return true;
        }
        let Some(head) = self.unread.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            let begins = self.unread.iter().zip(b"RTSP/1.0 ").all(|(found, one)| found == one);
            // A read may end anywhere, even within the four bytes before a packet.
            let begins_a_packet = self.unread.first() == Some(&b'$');
            assert!(begins || begins_a_packet, "neither reply nor packet");
            return false;
        };
        let head = head + 4;
        let text = String::from_utf8(self.unread[..head].to_vec()).expect("text");
        let mut reply = Reply::read(&text);
        let length = reply.header("Content-Length").map_or(0, |length| length.parse().unwrap());
        let Some(body) = self.unread.get(head..head + length) else { return false };
        reply.body = String::from_utf8(body.to_vec()).expect("text");
        self.unread.drain(..head + length);
        self.replies.push_back(reply);
        true
    }
}

/// The ports of the two sockets, as SETUP writes them.
pub(crate) fn numbers(sockets: &[UdpSocket; 2]) -> String {
    sockets.each_ref().map(|socket| socket.local_addr().unwrap().port().to_string()).join("-")
}

/// The next datagram; it must come from where the server said.
#[track_caller]
fn datagram(socket: &UdpSocket, limit: Duration, expected: SocketAddr) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 65_536];
    socket.set_nonblocking(limit.is_zero()).unwrap();
    if !limit.is_zero() {
        socket.set_read_timeout(Some(limit)).unwrap();
    }
    loop {
        match socket.recv_from(&mut bytes) {
            Ok((length, from)) => {
                assert_eq!(from, expected, "the port that the packets come from");
                return Some(bytes[..length].to_vec());
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return None;
            }
            Err(error) => panic!("could not receive: {error}"),
        }
    }
}
