//! The UDP port for RTP, with what has been made of its packets so far.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use super::examiner::Examiner;
use super::findings::{Findings, Frames};
use super::intake::Intake;
use super::receiver::{InFlight, Port};
use crate::connection::{SOCKET_TIMEOUT, timed_out};
use crate::errand::Wake;
use crate::event::Event;
use crate::trace::{Arrivals, Whence};

/// What `listen_rtp` takes along at PLAY and brings home at PAUSE.
#[derive(Debug)]
pub(super) struct RtpPort {
    pub(super) socket: RtpSocket,
    pub(super) intake: Intake,
}

impl RtpPort {
    /// Uses that socket; for the rest see [`Intake::new`].
    pub(super) fn new(
        mut socket: RtpSocket,
        frames: Frames,
        examiner: Examiner,
        arrivals: Arrivals,
    ) -> Self {
        socket.whence = arrivals.whence();
        Self { socket, intake: Intake::new(frames, examiner, arrivals) }
    }
}

impl Port for RtpPort {
    fn findings(&self) -> &Findings {
        &self.intake.findings
    }

    fn resume(&mut self) {
        self.intake.findings.reception.resume();
    }

    fn waker(&self) -> io::Result<Wake> {
        self.socket.waker()
    }
}

/// The socket, which tells the server's datagrams from those of others. Python: `rtpSocket`.
#[derive(Debug)]
pub(super) struct RtpSocket {
    socket: UdpSocket,
    server: IpAddr,
    datagram: Vec<u8>,
    in_flight: InFlight,
    whence: Whence,
}

/// What one [`RtpSocket::receive`] brought.
#[derive(Debug)]
pub(super) enum Received<'a> {
    /// A datagram of the server.
    Datagram(&'a [u8]),
    /// Somebody else sends to our port.
    OfStranger(SocketAddr),
    /// Nothing has come for the lab's 0.5 s.
    Nothing,
}

impl RtpSocket {
    /// Opens the port, with the lab's timeout of 0.5 s, and returns its number; port 0 takes a free
    /// one. A lab's server sends from any port, so only its address counts.
    ///
    /// # Errors
    /// The port is taken, or this user may not use it.
    pub(super) fn open(port: u16, server: IpAddr) -> io::Result<(u16, Self)> {
        let server = server.to_canonical();
        let any: IpAddr = match server {
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, port))?;
        socket.set_read_timeout(Some(SOCKET_TIMEOUT))?;
        let (number, datagram) = (socket.local_addr()?.port(), vec![0; MAX_DATAGRAM]);
        let (in_flight, whence) = (InFlight::default(), Whence::default());
        Ok((number, Self { socket, server, datagram, in_flight, whence }))
    }

    /// Waits for a datagram, for 0.5 s at most. Once `stop` is set it no longer waits, and returns
    /// `None` when everything that was on its way has been taken.
    pub(super) fn receive(&mut self, stop: &Event) -> Option<Received<'_>> {
        let is_stopping = stop.is_set();
        if !self.in_flight.has_another(is_stopping) {
            return None;
        }
        let received = if is_stopping {
            self.receive_waiting()
        } else {
            self.socket.recv_from(&mut self.datagram)
        };
        if let Ok((_, from)) = &received {
            self.whence.note(*from);
        }
        match received {
            // It wakes the thread.
            Ok((0, _)) if stop.is_set() => Some(Received::Nothing),
            Ok((_, from)) if from.ip().to_canonical() != self.server => {
                Some(Received::OfStranger(from))
            }
            Ok((count, _)) => {
                Some(Received::Datagram(self.datagram.get(..count).unwrap_or_default()))
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

    /// What is there already, without waiting.
    fn receive_waiting(&mut self) -> io::Result<(usize, SocketAddr)> {
        self.socket.set_nonblocking(true)?;
        let received = self.socket.recv_from(&mut self.datagram);
        self.socket.set_nonblocking(false)?;
        received
    }

    /// A function that ends the waiting in [`Self::receive`]: it sends an empty datagram to our own
    /// port.
    ///
    /// # Errors
    /// The system has no room for another descriptor.
    fn waker(&self) -> io::Result<Wake> {
        let socket = self.socket.try_clone()?;
        let own = socket.local_addr()?;
        let loopback: IpAddr = match own.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        // Where it can't be sent, the timeout of 0.5 s ends the thread.
        Ok(Box::new(move || drop(socket.send_to(&[], (loopback, own.port())))))
    }
}

/// The most that a UDP datagram can carry.
const MAX_DATAGRAM: usize = 65_535;
/// How long to wait after an error of the socket.
const ERROR_PAUSE: Duration = Duration::from_millis(10);
