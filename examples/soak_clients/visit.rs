//! One visit of a client: from its connection to its end, of which there are several kinds.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use rand::RngExt;

/// How this client speaks, and where its packets come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Lab,
    StandardUdp,
    StandardTcp,
}

/// A client that is there.
pub(crate) struct Visit {
    kind: Kind,
    server: SocketAddr,
    stream: TcpStream,
    udp: UdpSocket,
    /// What has come over TCP and is not understood yet.
    bytes: Vec<u8>,
    cseq: u32,
    session: String,
    packets: u64,
    last_request: Instant,
    end: Instant,
}

/// What a visit does next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Play,
    Seek,
    Pause,
    Describe,
    Watch,
}

impl Visit {
    /// A visit from beginning to end; returns how many packets came, and what went wrong.
    pub(crate) fn pay(server: SocketAddr, end: Instant) -> (u64, Result<(), String>) {
        let mut visit = match Self::connect(server, end) {
            Ok(visit) => visit,
            Err(trouble) => return (0, Err(trouble)),
        };
        let result = visit.go_through();
        (visit.packets, result)
    }

    fn connect(server: SocketAddr, end: Instant) -> Result<Self, String> {
        let failed = |what: &'static str| move |error| format!("{what}: {error}");
        let stream = TcpStream::connect_timeout(&server, PATIENCE).map_err(failed("connect"))?;
        let here = IpAddr::from(Ipv4Addr::UNSPECIFIED);
        let udp = UdpSocket::bind((here, 0)).map_err(failed("bind"))?;
        stream.set_read_timeout(Some(TURN)).map_err(failed("set up"))?;
        udp.set_read_timeout(Some(TURN)).map_err(failed("set up"))?;
        let kind = one_of([Kind::Lab, Kind::StandardUdp, Kind::StandardTcp]);
        let (bytes, session, last_request) = (Vec::new(), String::new(), Instant::now());
        let (cseq, packets) = (0, 0);
        Ok(Self { kind, server, stream, udp, bytes, cseq, session, packets, last_request, end })
    }

    fn go_through(&mut self) -> Result<(), String> {
        if by_chance(0.1) {
            // Some clients only connect, and some send half a request.
            let half = one_of(["", "SETUP movie", "\r\n", "junk"]);
            return self.stream.write_all(half.as_bytes()).map_err(|error| error.to_string());
        }
        self.set_up()?;
        while Instant::now() < self.end && !by_chance(0.15) {
            match one_of([Step::Play, Step::Watch, Step::Seek, Step::Pause, Step::Describe]) {
                Step::Play => self.ask("PLAY", "")?,
                Step::Seek => {
                    let range = format!("Range: npt={}-", rand::random_range(0..24));
                    self.ask("PLAY", if self.kind == Kind::Lab { "" } else { &range })?;
                }
                Step::Pause => self.ask("PAUSE", "")?,
                // The server leaves a client that is silent for 5 s after the end of the movie.
                Step::Watch if self.last_request.elapsed() < SILENCE => {}
                Step::Describe | Step::Watch => self.ask("DESCRIBE", "Accept: application/sdp")?,
            }
            self.watch(Duration::from_millis(rand::random_range(0..2000)))?;
        }
        self.leave()
    }

    /// Every way in which a client may go.
    fn leave(&mut self) -> Result<(), String> {
        match rand::random_range(0..4) {
            0 => self.ask("TEARDOWN", ""),
            1 => self.stream.write_all(b"PAUSE mov").map_err(|error| error.to_string()),
            2 => {
                // It may have been closed from the other side.
                self.stream.shutdown(Shutdown::Write).ok();
                Ok(())
            }
            // Unread bytes make this a reset.
            _ => Ok(()),
        }
    }

    fn set_up(&mut self) -> Result<(), String> {
        let port = self.udp.local_addr().map_err(|error| error.to_string())?.port();
        let transport = match self.kind {
            Kind::Lab => format!("RTP/UDP; client_port= {port}"),
            // Reports go to the same port; nobody reads them here.
            Kind::StandardUdp => format!("RTP/AVP;unicast;client_port={port}-{port}"),
            Kind::StandardTcp => "RTP/AVP/TCP;unicast;interleaved=0-1".to_owned(),
        };
        self.ask("SETUP", &format!("Transport: {transport}"))
    }

    /// Sends a request and waits for its reply.
    fn ask(&mut self, method: &str, line: &str) -> Result<(), String> {
        self.cseq += 1;
        self.last_request = Instant::now();
        let line = if line.is_empty() { String::new() } else { format!("{line}\r\n") };
        let session = match self.session.as_str() {
            "" => String::new(),
            session => format!("Session: {session}\r\n"),
        };
        let cseq = self.cseq;
        let text = match self.kind {
            Kind::Lab if method == "SETUP" => {
                format!("SETUP {MOVIE} RTSP/1.0\nCSeq: {cseq}\n{}\n", line.trim_end())
            }
            Kind::Lab => {
                format!("{method} {MOVIE} RTSP/1.0\nCSeq: {cseq}\n{}\n", session.trim_end())
            }
            Kind::StandardUdp | Kind::StandardTcp => {
                let track = if method == "SETUP" { "/track1" } else { "" };
                let url = format!("rtsp://{}/{MOVIE}{track}", self.server);
                format!("{method} {url} RTSP/1.0\r\nCSeq: {cseq}\r\n{session}{line}\r\n")
            }
        };
        self.stream.write_all(text.as_bytes()).map_err(|error| format!("{method}: {error}"))?;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            self.receive().map_err(|why| format!("{method}: {why}"))?;
            if let Some(reply) = self.take_reply() {
                return self.check(method, &reply);
            }
        }
        Err(format!("{method}: no reply within {PATIENCE:?}"))
    }

    fn check(&mut self, method: &str, reply: &str) -> Result<(), String> {
        let status = reply.lines().next().unwrap_or_default().to_owned();
        let value = |name: &str| {
            reply.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim()
        };
        if !status.contains("200") || value("CSeq:") != self.cseq.to_string() {
            return Err(format!("{method}: {status}, {}", self.kind_name()));
        }
        if method == "SETUP" {
            let session = value("Session:").split(';').next().unwrap_or_default();
            session.clone_into(&mut self.session);
        }
        Ok(())
    }

    const fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Lab => "lab",
            Kind::StandardUdp => "standard over UDP",
            Kind::StandardTcp => "standard over TCP",
        }
    }

    /// Takes packets for a while.
    fn watch(&mut self, time: Duration) -> Result<(), String> {
        let deadline = self.end.min(Instant::now() + time);
        while Instant::now() < deadline {
            self.receive()?;
            // Anything that is not a packet is a description, which in the lab's dialect comes by
            // itself.
            while self.take_reply().is_some() {}
        }
        Ok(())
    }

    /// One look at each socket.
    fn receive(&mut self) -> Result<(), String> {
        let mut buffer = [0; 16_384];
        let over_tcp = self.kind == Kind::StandardTcp;
        if !over_tcp && self.udp.recv(&mut buffer).is_ok() {
            self.packets += 1;
        }
        self.stream.set_nonblocking(!over_tcp).map_err(|error| error.to_string())?;
        let read = self.stream.read(&mut buffer);
        self.stream.set_nonblocking(false).map_err(|error| error.to_string())?;
        match read {
            Ok(0) => Err("the server has closed the connection".to_owned()),
            Ok(count) => {
                self.bytes.extend(buffer.iter().take(count));
                Ok(())
            }
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// The next reply that is there as a whole; packets before it are counted.
    fn take_reply(&mut self) -> Option<String> {
        while let [b'$', _, high, low, rest @ ..] = self.bytes.as_slice() {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let after = rest.get(length..)?.to_vec();
            self.bytes = after;
            self.packets += 1;
        }
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        let length = match self.kind {
            // Three lines; whatever follows them is a description.
            Kind::Lab => {
                // A description comes by itself, after its reply or between two replies.
                let reply = text.get(text.find("RTSP/1.0 ")?..)?;
                let is_whole = reply.lines().count() >= 3 && reply.ends_with('\n');
                self.bytes.clear();
                if is_whole {
                    return Some(reply.to_owned());
                }
                self.bytes.extend_from_slice(reply.as_bytes());
                return None;
            }
            Kind::StandardUdp | Kind::StandardTcp => {
                let head = text.find("\r\n\r\n")? + 4;
                let mut lines = text.get(..head)?.lines();
                let body = lines.find_map(|line| line.strip_prefix("Content-Length: "));
                head + body.and_then(|length| length.parse().ok()).unwrap_or(0)
            }
        };
        let reply = text.get(..length)?.to_owned();
        self.bytes.drain(..length);
        Some(reply)
    }
}

#[expect(clippy::indexing_slicing, reason = "the number is below the length")]
fn one_of<T: Copy, const N: usize>(all: [T; N]) -> T {
    all[rand::random_range(0..N)]
}

fn by_chance(share: f64) -> bool {
    rand::rng().random_bool(share)
}

/// The project's own.
const MOVIE: &str = "movie.Mjpeg";
/// After how long a client says something again.
const SILENCE: Duration = Duration::from_secs(1);
/// How long any answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one look at a socket takes.
const TURN: Duration = Duration::from_millis(50);
