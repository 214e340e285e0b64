//! The way that a session's packets take to its client: two UDP ports, or two channels of its
//! connection.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;

use crate::connection::SOCKET_TIMEOUT;
use crate::server_worker::rtp_socket::send;
use crate::standard::connection::StandardWriter;
use crate::standard::rtsp::transport::{Channels, Ports};

/// Where RTP and RTCP go.
#[derive(Debug)]
pub(super) enum Way {
    /// From two ports of ours to two of the client's (RFC 3550 section 11).
    Udp { media: UdpSocket, reports: Arc<UdpSocket> },
    /// Two channels of the RTSP connection (RFC 2326 section 10.12).
    Interleaved { writer: Arc<StandardWriter>, channels: Channels },
}

impl Way {
    /// Opens a pair of ports at `local`, an even one and the next, and returns their numbers.
    /// Packets go to two ports of the client.
    ///
    /// # Errors
    /// There is no such pair.
    pub(super) fn udp(
        local: IpAddr,
        client: SocketAddr,
        ports: Ports,
    ) -> io::Result<(Self, Ports)> {
        let mut failure = io::ErrorKind::AddrInUse.into();
        for _ in 0..TRIES {
            let found = UdpSocket::bind((local, 0))?;
            let even = found.local_addr()?.port() & !1;
            match pair(found, local, even) {
                Ok((media, reports)) => {
                    media.set_write_timeout(Some(SOCKET_TIMEOUT))?;
                    // The system looks up the way to the client once, and not for every packet; and
                    // what strangers send takes no room from the client's reports.
                    media.connect(with_port(client, ports.rtp))?;
                    reports.connect(with_port(client, ports.rtcp))?;
                    reports.set_nonblocking(true)?;
                    let (own, reports) = (Ports { rtp: even, rtcp: even + 1 }, Arc::new(reports));
                    return Ok((Self::Udp { media, reports }, own));
                }
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// The channel where the client's reports arrive, if that is not a port.
    pub(super) const fn rtcp_channel(&self) -> Option<u8> {
        match self {
            Self::Udp { .. } => None,
            Self::Interleaved { channels, .. } => Some(channels.rtcp),
        }
    }

    /// Where the client's reports arrive, for another thread to read them.
    pub(super) fn reports(&self) -> Option<Arc<UdpSocket>> {
        match self {
            // Not a duplicate of the descriptor: the system might have none left.
            Self::Udp { reports, .. } => Some(Arc::clone(reports)),
            Self::Interleaved { .. } => None,
        }
    }

    /// Whether late frames must be left out: over TCP nothing is lost, so delays would add up.
    pub(super) const fn is_reliable(&self) -> bool {
        matches!(self, Self::Interleaved { .. })
    }

    /// Where packets of RTP come from and go to, as far as it is known.
    pub(super) fn ends(&self) -> (SocketAddr, SocketAddr) {
        let ends = match self {
            Self::Udp { media, .. } => media.local_addr().ok().zip(media.peer_addr().ok()),
            Self::Interleaved { writer, .. } => writer.ends(),
        };
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        ends.unwrap_or((nowhere, nowhere))
    }

    pub(super) fn send_rtp(&self, packet: &[u8]) -> io::Result<()> {
        match self {
            Self::Udp { media, .. } => send(media, packet).map(drop),
            Self::Interleaved { writer, channels } => writer.send_packet(channels.rtp, packet),
        }
    }

    pub(super) fn send_rtcp(&self, packet: &[u8]) -> io::Result<()> {
        match self {
            Self::Udp { reports, .. } => send(reports, packet).map(drop),
            Self::Interleaved { writer, channels } => writer.send_packet(channels.rtcp, packet),
        }
    }
}

/// An IPv6 address keeps its scope.
fn with_port(mut address: SocketAddr, port: u16) -> SocketAddr {
    address.set_port(port);
    address
}

/// The sockets at port `even` and at the next one; `found` is one of the two.
fn pair(found: UdpSocket, local: IpAddr, even: u16) -> io::Result<(UdpSocket, UdpSocket)> {
    if found.local_addr()?.port() == even {
        Ok((found, UdpSocket::bind((local, even + 1))?))
    } else {
        Ok((UdpSocket::bind((local, even))?, found))
    }
}

/// How many pairs to try; nearly always the first is free.
const TRIES: u32 = 50;

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn the_ports_are_an_even_one_and_the_next() {
        let client = "127.0.0.1:5000".parse().unwrap();
        let to = Ports { rtp: 5008, rtcp: 5009 };
        let local = Ipv4Addr::LOCALHOST.into();
        let ways: Vec<_> = (0..100).map(|_| Way::udp(local, client, to).unwrap()).collect();
        for (way, own) in &ways {
            assert_eq!((own.rtp % 2, own.rtcp), (0, own.rtp + 1));
            let Way::Udp { media, reports } = way else { panic!("{way:?}") };
            assert_eq!(media.local_addr().unwrap().port(), own.rtp);
            assert_eq!(reports.local_addr().unwrap().port(), own.rtcp);
        }
    }
}
