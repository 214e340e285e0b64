//! The way that RTP and RTCP come: by two UDP ports, or two channels of the connection.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use super::interleaved::{Interleaved, Packet};
use crate::client::receiver::InFlight;
use crate::connection::timed_out;
use crate::errand::Wake;
use crate::event::Event;
use crate::standard::connection::StandardWriter;
use crate::standard::rtsp::transport::{Channels, Offer, Ports};
use crate::trace::Whence;

/// Where packets come from, and reports go to.
#[derive(Debug)]
pub(super) enum Source {
    /// Two ports, the even one for RTP (RFC 3550 section 11).
    Udp(UdpPair),
    /// Two channels of the RTSP connection.
    Tcp(TcpChannels),
}

/// Two ports.
#[derive(Debug)]
pub(super) struct UdpPair {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    ports: Ports,
    /// Where the server takes RTCP, if SETUP has told.
    pub(super) server: Option<SocketAddr>,
    /// Where the server sends from, as far as SETUP has told; others are strangers.
    pub(super) senders: Vec<IpAddr>,
    datagram: Vec<u8>,
    last_look: Instant,
    in_flight: InFlight,
    whence: Whence,
}

/// Two channels.
#[derive(Debug)]
pub(super) struct TcpChannels {
    writer: Arc<StandardWriter>,
    packets: SyncSender<Packet>,
    arriving: Receiver<Packet>,
    /// What SETUP has agreed on.
    pub(super) channels: Channels,
    packet: Vec<u8>,
    in_flight: InFlight,
}

/// What one [`Source::receive`] brought.
#[derive(Debug)]
pub(super) enum Received<'a> {
    /// What should be a packet of RTP.
    Rtp(&'a [u8]),
    /// What should be one of RTCP.
    Rtcp(&'a [u8]),
    /// Somebody else sends to our ports.
    OfStranger(SocketAddr),
    /// Something that nobody has asked for.
    Nothing,
}

impl Source {
    /// Two free UDP ports, for a server at that address.
    ///
    /// # Errors
    /// There are no two such ports.
    pub(super) fn open_udp(server: IpAddr) -> io::Result<Self> {
        UdpPair::open(server).map(Self::Udp)
    }

    /// Two channels of the connection; `None` if another source has them already.
    pub(super) fn of_connection(connection: &mut Interleaved) -> Option<Self> {
        let arriving = connection.arriving.take()?;
        let (writer, packets) = (Arc::clone(&connection.writer), connection.packets.clone());
        let (packet, in_flight) = (Vec::new(), InFlight::default());
        let channels = FIRST_CHANNELS;
        Some(Self::Tcp(TcpChannels { writer, packets, arriving, channels, packet, in_flight }))
    }

    /// Notes from now on where packets come from.
    pub(super) fn note_to(&mut self, whence: Whence) {
        match self {
            Self::Udp(pair) => pair.whence = whence,
            Self::Tcp(tcp) => {
                if let Some((_, peer)) = tcp.writer.ends() {
                    whence.note(peer);
                }
            }
        }
    }

    /// The UDP port for RTP; 0 is none.
    pub(super) const fn number(&self) -> u16 {
        match self {
            Self::Udp(pair) => pair.ports.rtp,
            Self::Tcp(_) => 0,
        }
    }

    /// Whether packets come over TCP.
    pub(super) const fn is_tcp(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    /// What SETUP asks for.
    pub(super) const fn offer(&self) -> Offer {
        match self {
            Self::Udp(pair) => Offer::Udp { client_port: pair.ports, destination: None },
            Self::Tcp(tcp) => Offer::Tcp { interleaved: Some(tcp.channels) },
        }
    }

    /// Waits a little for what comes next. Once `stop` is set it no longer waits, and returns
    /// `None` when everything that was on its way has been taken.
    pub(super) fn receive(&mut self, stop: &Event) -> Option<Received<'_>> {
        match self {
            Self::Udp(pair) => pair.receive(stop),
            Self::Tcp(tcp) => tcp.receive(stop),
        }
    }

    /// Sends RTCP, if it is known where.
    pub(super) fn send_rtcp(&self, datagram: &[u8]) {
        // A report that gets lost is followed by others.
        match self {
            Self::Udp(UdpPair { rtcp, server: Some(server), .. }) => {
                rtcp.send_to(datagram, server).ok();
            }
            Self::Udp(UdpPair { server: None, .. }) => {}
            Self::Tcp(tcp) => drop(tcp.writer.send_packet(tcp.channels.rtcp, datagram)),
        }
    }

    /// A function that makes [`Self::receive`] return at once: it sends an empty packet of RTP.
    ///
    /// # Errors
    /// The system has no room for another descriptor.
    pub(super) fn waker(&self) -> io::Result<Wake> {
        match self {
            Self::Udp(pair) => {
                let socket = pair.rtp.try_clone()?;
                let loopback: IpAddr = match socket.local_addr()?.ip() {
                    IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                    IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
                };
                let own = (loopback, pair.ports.rtp);
                Ok(Box::new(move || drop(socket.send_to(&[], own))))
            }
            Self::Tcp(tcp) => {
                let (packets, channel) = (tcp.packets.clone(), tcp.channels.rtp);
                Ok(Box::new(move || {
                    packets.try_send(Packet { channel, bytes: Vec::new() }).ok();
                }))
            }
        }
    }
}

/// Which of the two ports a datagram came by.
#[derive(Clone, Copy, Debug)]
enum By {
    Rtp,
    Rtcp,
}

impl UdpPair {
    /// Takes ports from the system until one is even and the next is free, too.
    fn open(server: IpAddr) -> io::Result<Self> {
        let any: IpAddr = match server.to_canonical() {
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        // Ports that don't fit are kept until the end, or the system would hand them out again.
        let mut unfit = Vec::new();
        let mut failure = io::Error::from(ErrorKind::AddrInUse);
        while unfit.len() < MOST_ATTEMPTS {
            let socket = UdpSocket::bind((any, 0))?;
            let number = socket.local_addr()?.port();
            let first = number & !1;
            let second = UdpSocket::bind((any, if number == first { first + 1 } else { first }));
            match second {
                Ok(other) => {
                    let ports = Ports { rtp: first, rtcp: first + 1 };
                    let pair = if number == first { (socket, other) } else { (other, socket) };
                    return Self::new(pair, ports);
                }
                Err(error) => failure = error,
            }
            unfit.push(socket);
        }
        Err(failure)
    }

    fn new((rtp, other): (UdpSocket, UdpSocket), ports: Ports) -> io::Result<Self> {
        rtp.set_read_timeout(Some(TURN))?;
        other.set_nonblocking(true)?;
        Ok(Self {
            rtp,
            rtcp: other,
            ports,
            server: None,
            senders: Vec::new(),
            datagram: vec![0; MAX_DATAGRAM],
            last_look: Instant::now(),
            in_flight: InFlight::default(),
            whence: Whence::default(),
        })
    }

    fn receive(&mut self, stop: &Event) -> Option<Received<'_>> {
        let is_stopping = stop.is_set();
        if !self.in_flight.has_another(is_stopping) {
            return None;
        }
        let received = if is_stopping { self.receive_waiting() } else { self.receive_next() };
        match received {
            // It wakes the thread, and harms nobody.
            Ok((By::Rtp, 0, _)) if stop.is_set() => Some(Received::Nothing),
            Ok((_, 1.., from)) if self.is_stranger(from) => Some(Received::OfStranger(from)),
            Ok((by, count, from)) => {
                if matches!(by, By::Rtp) {
                    self.whence.note(from);
                }
                let datagram = self.datagram.get(..count).unwrap_or_default();
                Some(match by {
                    By::Rtp => Received::Rtp(datagram),
                    By::Rtcp => Received::Rtcp(datagram),
                })
            }
            Err(error) if timed_out(&error) => (!is_stopping).then_some(Received::Nothing),
            Err(_) => {
                // Some systems report here that an earlier datagram was refused. A pause, lest an
                // error that stays burn a core.
                stop.wait(ERROR_PAUSE);
                Some(Received::Nothing)
            }
        }
    }

    /// RTP, but a look at the other port now and then.
    fn receive_next(&mut self) -> io::Result<(By, usize, SocketAddr)> {
        if self.last_look.elapsed() >= TURN {
            self.last_look = Instant::now();
            if let Ok((count, from)) = self.rtcp.recv_from(&mut self.datagram) {
                return Ok((By::Rtcp, count, from));
            }
        }
        let (count, from) = self.rtp.recv_from(&mut self.datagram)?;
        Ok((By::Rtp, count, from))
    }

    /// What is there already, without waiting.
    fn receive_waiting(&mut self) -> io::Result<(By, usize, SocketAddr)> {
        self.rtp.set_nonblocking(true)?;
        let received = self.rtp.recv_from(&mut self.datagram);
        self.rtp.set_nonblocking(false)?;
        if let Ok((count, from)) = received {
            return Ok((By::Rtp, count, from));
        }
        let (count, from) = self.rtcp.recv_from(&mut self.datagram)?;
        Ok((By::Rtcp, count, from))
    }

    /// Whether a sender is a stranger. Before SETUP has been answered nobody is.
    fn is_stranger(&self, from: SocketAddr) -> bool {
        let is_sender = |sender: &IpAddr| sender.to_canonical() == from.ip().to_canonical();
        !self.senders.is_empty() && !self.senders.iter().any(is_sender)
    }
}

impl TcpChannels {
    fn receive(&mut self, stop: &Event) -> Option<Received<'_>> {
        let is_stopping = stop.is_set();
        if !self.in_flight.has_another(is_stopping) {
            return None;
        }
        let packet = if is_stopping {
            self.arriving.try_recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            self.arriving.recv_timeout(TURN)
        };
        let Packet { channel, bytes } = match packet {
            Ok(packet) => packet,
            Err(RecvTimeoutError::Timeout) => return Some(Received::Nothing),
            // Everything that waited has been taken. (Before a stop the channel can't be
            // disconnected, because this source holds a sender too.)
            Err(RecvTimeoutError::Disconnected) => return None,
        };
        self.packet = bytes;
        Some(match channel {
            channel if channel == self.channels.rtp => {
                let is_waker = self.packet.is_empty() && stop.is_set();
                if is_waker { Received::Nothing } else { Received::Rtp(&self.packet) }
            }
            channel if channel == self.channels.rtcp => Received::Rtcp(&self.packet),
            _ => Received::Nothing,
        })
    }
}

/// The channels that are asked for, and used if the answer names none.
const FIRST_CHANNELS: Channels = Channels { rtp: 0, rtcp: 1 };
/// The most that a UDP datagram can carry.
const MAX_DATAGRAM: usize = 65_535;
/// How long one turn of a loop waits: much less than the 60 ms that a packet waits for another.
const TURN: Duration = Duration::from_millis(20);
/// How long to wait after an error of a socket.
const ERROR_PAUSE: Duration = Duration::from_millis(10);
/// How many ports are tried.
const MOST_ATTEMPTS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rtp_gets_an_even_port_and_rtcp_the_next() {
        let server = Ipv4Addr::LOCALHOST.into();
        let pairs: Vec<_> = (0..20).map(|_| UdpPair::open(server).unwrap()).collect();
        for pair in &pairs {
            let ports = pair.ports;
            assert_eq!((ports.rtp % 2, ports.rtcp), (0, ports.rtp + 1));
            assert_eq!(pair.rtp.local_addr().unwrap().port(), ports.rtp);
            assert_eq!(pair.rtcp.local_addr().unwrap().port(), ports.rtcp);
        }
    }
}
