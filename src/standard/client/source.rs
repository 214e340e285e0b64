//! What RTP and RTCP come by: two UDP ports, or two channels of the connection.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::time::{Duration, Instant};

use super::interleaved::{Interleaved, Packet};
use crate::client::port::Waker;
use crate::client::strangers::Strangers;
use crate::standard::connection::StandardWriter;
use crate::standard::rtsp::transport::{Channels, Offer, Ports};

/// Where packets come from, and reports go to.
#[derive(Debug)]
pub(in crate::client) enum Source {
    /// Two ports, the even one for RTP (RFC 3550 section 11).
    Udp(UdpPair),
    /// Two channels of the RTSP connection.
    Tcp(TcpChannels),
}

#[derive(Debug)]
pub(in crate::client) struct UdpPair {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    ports: Ports,
    /// Where the server takes RTCP, if SETUP has told it.
    pub(in crate::client) server: Option<SocketAddr>,
    /// Once SETUP has been answered.
    pub(in crate::client) strangers: Option<Strangers>,
    last_look: Instant,
}

#[derive(Debug)]
pub(in crate::client) struct TcpChannels {
    writer: Arc<StandardWriter>,
    packets: SyncSender<Packet>,
    arriving: Receiver<Packet>,
    /// What SETUP has agreed on.
    pub(in crate::client) channels: Channels,
}

/// What one [`Source::receive`] brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// So many bytes of RTP; none wake the thread.
    Rtp(usize),
    /// So many bytes of RTCP.
    Rtcp(usize),
    /// Something by a channel that nobody has asked for.
    Other,
    /// Something of somebody else's.
    Strange,
}

impl Received {
    /// How many bytes have come.
    pub(super) const fn count(self) -> usize {
        match self {
            Self::Rtp(count) | Self::Rtcp(count) => count,
            Self::Other | Self::Strange => 0,
        }
    }
}

impl Source {
    /// Two free UDP ports.
    ///
    /// # Errors
    /// There are none.
    pub(in crate::client) fn open_udp(ipv6: bool) -> io::Result<Self> {
        UdpPair::open(ipv6).map(Self::Udp)
    }

    /// Two channels of the connection; `None` if another source has them already.
    pub(in crate::client) fn of_connection(connection: &mut Interleaved) -> Option<Self> {
        let arriving = connection.arriving.take()?;
        let (writer, packets) = (Arc::clone(&connection.writer), connection.packets.clone());
        Some(Self::Tcp(TcpChannels { writer, packets, arriving, channels: FIRST_CHANNELS }))
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
    pub(in crate::client) const fn offer(&self) -> Offer {
        match self {
            Self::Udp(pair) => Offer::Udp { client_port: pair.ports, destination: None },
            Self::Tcp(tcp) => Offer::Tcp { interleaved: Some(tcp.channels) },
        }
    }

    /// Waits a little for what comes next, and puts it into `buffer`.
    ///
    /// # Errors
    /// Nothing has come (a timeout), or the system refuses to receive.
    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        match self {
            Self::Udp(pair) => pair.receive(buffer),
            Self::Tcp(tcp) => match tcp.arriving.recv_timeout(TURN) {
                Ok(packet) => Ok(tcp.sort(&packet, buffer)),
                Err(RecvTimeoutError::Timeout) => Err(ErrorKind::TimedOut.into()),
                Err(RecvTimeoutError::Disconnected) => Err(ErrorKind::NotConnected.into()),
            },
        }
    }

    /// What waits already.
    ///
    /// # Errors
    /// Nothing does.
    pub(super) fn receive_waiting(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        match self {
            Self::Udp(pair) => pair.receive_waiting(buffer),
            Self::Tcp(tcp) => match tcp.arriving.try_recv() {
                Ok(packet) => Ok(tcp.sort(&packet, buffer)),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                    Err(ErrorKind::NotConnected.into())
                }
            },
        }
    }

    /// Sends RTCP, if it is known where to.
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

    /// What makes [`Self::receive`] come back at once.
    ///
    /// # Errors
    /// The system has no room for another descriptor.
    pub(super) fn waker(&self) -> io::Result<Waker> {
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

impl UdpPair {
    /// Takes ports from the system until one is even and the next is free, too.
    fn open(ipv6: bool) -> io::Result<Self> {
        let any: IpAddr =
            if ipv6 { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
        // Those that don't fit are kept until the end, or the system would give them again.
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
        let (server, strangers, last_look) = (None, None, Instant::now());
        Ok(Self { rtp, rtcp: other, ports, server, strangers, last_look })
    }

    /// RTP, but a look at the other port now and then.
    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        if self.last_look.elapsed() >= TURN {
            self.last_look = Instant::now();
            if let Ok((count, from)) = self.rtcp.recv_from(buffer) {
                return Ok(self.sort(Received::Rtcp(count), from));
            }
        }
        let (count, from) = self.rtp.recv_from(buffer)?;
        Ok(self.sort(Received::Rtp(count), from))
    }

    fn receive_waiting(&mut self, buffer: &mut [u8]) -> io::Result<Received> {
        self.rtp.set_nonblocking(true)?;
        let received = self.rtp.recv_from(buffer);
        self.rtp.set_nonblocking(false)?;
        let (received, from) = if let Ok((count, from)) = received {
            (Received::Rtp(count), from)
        } else {
            let (count, from) = self.rtcp.recv_from(buffer)?;
            (Received::Rtcp(count), from)
        };
        Ok(self.sort(received, from))
    }

    /// An empty datagram is what wakes the thread, and harms nobody.
    fn sort(&mut self, received: Received, from: SocketAddr) -> Received {
        let strangers = self.strangers.as_mut().filter(|_| received.count() > 0);
        if strangers.is_some_and(|strangers| strangers.include(from)) {
            return Received::Strange;
        }
        received
    }
}

impl TcpChannels {
    /// Copies the packet into `buffer`, which has room for any, and looks at its channel.
    fn sort(&self, packet: &Packet, buffer: &mut [u8]) -> Received {
        for (place, byte) in buffer.iter_mut().zip(&packet.bytes) {
            *place = *byte;
        }
        let count = packet.bytes.len();
        match packet.channel {
            channel if channel == self.channels.rtp => Received::Rtp(count),
            channel if channel == self.channels.rtcp => Received::Rtcp(count),
            _ => Received::Other,
        }
    }
}

/// What is asked for, and taken where the answer names none.
const FIRST_CHANNELS: Channels = Channels { rtp: 0, rtcp: 1 };
/// How long one turn of a loop waits: short beside the 60 ms that a packet waits for another.
const TURN: Duration = Duration::from_millis(20);
/// How many ports are tried.
const MOST_ATTEMPTS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rtp_gets_an_even_port_and_rtcp_the_next() {
        let pairs: Vec<_> = (0..20).map(|_| UdpPair::open(false).unwrap()).collect();
        for pair in &pairs {
            let ports = pair.ports;
            assert_eq!((ports.rtp % 2, ports.rtcp), (0, ports.rtp + 1));
            assert_eq!(pair.rtp.local_addr().unwrap().port(), ports.rtp);
            assert_eq!(pair.rtcp.local_addr().unwrap().port(), ports.rtcp);
        }
    }
}
