//! The way of one session's packets to its client: a socket, and a bad network where that is
//! wanted.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Instant;
use std::{fmt, io};

use super::bad_network::BadNetwork;
use super::transcript::{Obstacle, Transcript};
use crate::connection::{SOCKET_TIMEOUT, was_not_taken};
use crate::datagram::{self, TooLarge};
use crate::event::Event;
use crate::impairment::Pushed;
use crate::rtp_packet::HEADER_SIZE;
use crate::server::shared::{Shared, canonical};
use crate::trace::Departures;

/// The socket that sends to one client. Python: `clientInfo['rtpSocket']`.
pub(super) struct RtpSocket {
    socket: UdpSocket,
    client: SocketAddr,
    network: Option<Box<BadNetwork>>,
    listener: Listener,
    transcript: Transcript<Trouble>,
    departures: Departures,
}

impl RtpSocket {
    /// A socket that sends from `local`, the address that the client `peer` knows, to the client's
    /// `port`.
    ///
    /// # Errors
    /// The system has no socket, or no way to the client.
    pub(super) fn open(
        (peer, local): (SocketAddr, SocketAddr),
        port: u16,
        shared: Arc<Shared>,
    ) -> io::Result<Self> {
        let (mut client, mut local) = (peer, canonical(local));
        client.set_port(port);
        local.set_port(0);
        let socket = UdpSocket::bind(local)?;
        // The system looks up the way to the client once, and not for every packet.
        socket.connect(client)?;
        socket.set_write_timeout(Some(SOCKET_TIMEOUT))?;
        let network = BadNetwork::of(&shared.settings);
        let transcript = Transcript::new(peer, shared);
        let own = socket.local_addr()?;
        let departures = Departures::new(transcript.trace(), own, client, false);
        let listener = Listener::default();
        Ok(Self { socket, client, network, listener, transcript, departures })
    }

    /// Where the packets go.
    pub(super) const fn client(&self) -> SocketAddr {
        self.client
    }

    /// Waits until the next frame is due, or `stop` is set, and says whether it is.
    pub(super) fn wait(&mut self, stop: &Event, due: Instant) -> bool {
        let Self { socket, network, transcript, listener, departures, .. } = self;
        match network {
            None => stop.wait(due.saturating_duration_since(Instant::now())),
            Some(network) => {
                let tell = |text| transcript.network(text);
                network.wait(stop, due, tell, |packet| {
                    departures.left(packet);
                    listener.send(socket, packet)
                })
            }
        }
    }

    /// Sends one packet of the frame with that number, and returns whether it has left; if not, the
    /// transcript says why.
    pub(super) fn send(&mut self, packet: &[u8], frame_number: u64) -> bool {
        let sent = self.try_to_send(packet, frame_number);
        if self.listener.is_found_missing() {
            let client = self.client;
            self.transcript.note(format!(
                "nobody takes the packets to UDP port {client}: is the client's RTP socket bound to \
                 the port of its SETUP?"
            ));
        }
        if let Err(trouble) = &sent {
            self.transcript.warn_once(trouble, frame_number);
        }
        sent.is_ok()
    }

    fn try_to_send(&mut self, packet: &[u8], frame_number: u64) -> Result<(), Trouble> {
        let length = packet.len().saturating_sub(HEADER_SIZE);
        if length > MAX_PAYLOAD {
            return Err(Trouble::TooLarge { length });
        }
        let Self { socket, network, client, listener, departures, .. } = self;
        let sent = match network {
            None => {
                departures.sent(packet, frame_number, None);
                listener.send(socket, packet)
            }
            Some(network) => {
                let tell = |pushed: &Pushed| departures.sent(packet, frame_number, Some(pushed));
                network.send(packet, tell, |packet| {
                    departures.left(packet);
                    listener.send(socket, packet)
                })
            }
        };
        sent.map_err(|source| match TooLarge::check(packet.len()) {
            Err(too_large) => Trouble::Refused(too_large),
            Ok(()) => Trouble::Send { client: *client, source },
        })
    }

    /// Sends the packets that are still in the line.
    pub(super) fn finish(&mut self, stop: &Event) {
        let Self { socket, network, transcript, listener, departures, .. } = self;
        if let Some(network) = network {
            let tell = |text| transcript.network(text);
            network.finish(stop, tell, |packet| {
                departures.left(packet);
                listener.send(socket, packet)
            });
        }
    }

    /// Tells that something is wrong; the session goes on.
    pub(super) fn warn(&self, what: String) {
        self.transcript.warn(what);
    }
}

/// Whether anybody listens.
#[derive(Default)]
struct Listener {
    /// How many packets in a row nobody has taken.
    not_taken: u32,
    was_told: bool,
}

impl Listener {
    fn send(&mut self, socket: &UdpSocket, packet: &[u8]) -> io::Result<()> {
        match send(socket, packet)? {
            Before::Taken => self.not_taken = 0,
            Before::NotTaken => self.not_taken += 1,
        }
        Ok(())
    }

    /// Says so once: one packet may come just after a client has closed its socket.
    fn is_found_missing(&mut self) -> bool {
        let is_missing = self.not_taken >= NOBODY && !self.was_told;
        self.was_told |= is_missing;
        is_missing
    }
}

/// After so many packets that were not taken nobody listens.
const NOBODY: u32 = 5;

/// Sends a packet to the client that the socket is connected to.
///
/// # Errors
/// The system can't send it. If nobody listens there, that is no error: the lab's server never
/// knows.
pub(crate) fn send(socket: &UdpSocket, packet: &[u8]) -> io::Result<Before> {
    let mut before = Before::Taken;
    for _ in 0..2 {
        match socket.send(packet) {
            // This error is about an earlier packet, but the present one has not left.
            Err(error) if was_not_taken(&error) => before = Before::NotTaken,
            sent => return sent.map(|_| before),
        }
    }
    Ok(before)
}

/// What the system says of the packets before: whether somebody has the port where they went. It can
/// only tell of a computer that answers, such as this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    Taken,
    NotTaken,
}

/// Why a packet did not leave.
#[derive(Debug)]
enum Trouble {
    /// UDP has no room for it.
    TooLarge {
        length: usize,
    },
    /// UDP has room for it, but the system does not send so much.
    Refused(TooLarge),
    Send {
        client: SocketAddr,
        source: io::Error,
    },
}

impl Obstacle for Trouble {
    fn limit(&self) -> Option<usize> {
        match self {
            Self::Refused(too_large) => Some(too_large.limit),
            Self::TooLarge { .. } | Self::Send { .. } => None,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { length } => write!(
                out,
                "expected at most {MAX_PAYLOAD} bytes for one datagram, found {length}; \
                 {LEFT_OUT}"
            ),
            Self::Refused(too_large) => write!(out, "{too_large}; {LEFT_OUT}"),
            Self::Send { client, source } => write!(out, "to {client}: {source}"),
        }
    }
}

/// What fits a UDP datagram over IPv4 after the RTP header.
pub const MAX_PAYLOAD: usize = datagram::MOST - HEADER_SIZE;
/// What becomes of frames that are too large, and what helps.
const LEFT_OUT: &str = "such frames are left out, --fragment 1400 sends them in pieces";
