//! One RTSP connection: a TCP stream and the inbox that cuts its bytes into messages.
//!
//! Server and client read alike: `recv_rtsp_request` and `recv_rtsp_reply` both call
//! [`Connection::receive`] until it says that the other side has gone. No `receive` blocks for
//! longer than the lab's socket timeout of 0.5 s, so that both can look at their `Event` in
//! between; a `send` to someone who does not read gives up after 2 s.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::rtsp::Inbox;
use crate::rtsp::inbox::{TYPING_SILENCE, TooLong};
use crate::rtsp::request::Lack;

/// A TCP stream with its inbox.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    inbox: Inbox,
    clock: Instant,
    last_look: Duration,
    ended: bool,
}

/// What one [`Connection::receive`] brought.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A complete message.
    Message(String),
    /// Nothing complete, within the timeout.
    Nothing,
    /// No message ends within the most bytes that one may have.
    TooLong(TooLong),
    /// The other side has gone; why, if not by closing.
    Ended(Option<io::Error>),
}

impl Connection {
    /// # Errors
    /// The stream is broken already.
    pub(crate) fn new(stream: TcpStream, inbox: Inbox) -> io::Result<Self> {
        // A description follows its reply in a second write, which must not wait until the first is
        // acknowledged.
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
        Ok(Self { stream, inbox, clock: Instant::now(), last_look: Duration::ZERO, ended: false })
    }

    /// The next message, or what else one read brings.
    pub(crate) fn receive(&mut self) -> Incoming {
        match self.inbox.next(self.last_look) {
            Ok(Some(message)) => return Incoming::Message(message),
            Err(too_long) => return Incoming::TooLong(too_long),
            Ok(None) if self.ended => return Incoming::Ended(None),
            Ok(None) => {}
        }
        match self.read() {
            Ok(()) => Incoming::Nothing,
            Err(error) => Incoming::Ended(Some(error)),
        }
    }

    /// RTP that has come where a reply is awaited, as far as it has been read.
    pub(crate) fn next_rtp(&mut self) -> Option<Vec<u8>> {
        self.inbox.next_rtp()
    }

    /// Whether [`Self::receive`] has something to say without reading.
    pub(crate) fn has_next(&mut self) -> bool {
        self.ended || self.inbox.has_next(self.last_look)
    }

    /// Writes a message in one piece.
    ///
    /// # Errors
    /// The other side has gone, or does not read.
    pub(crate) fn send(&mut self, message: &str) -> io::Result<()> {
        self.stream.write_all(message.as_bytes())
    }

    /// What has come and was not received yet.
    pub(crate) fn waiting(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.inbox.waiting())
    }

    /// What the other side has still to type of a request.
    pub(crate) fn awaits(&self) -> Option<Lack> {
        self.inbox.awaits(self.last_look)
    }

    /// When this connection was made.
    pub(crate) const fn made_at(&self) -> Instant {
        self.clock
    }

    /// The stream, and what has come and was not received yet.
    pub(crate) fn into_parts(self) -> (TcpStream, Vec<u8>) {
        (self.stream, self.inbox.into_rest())
    }

    /// Closes so that what was sent last arrives.
    pub(crate) fn close_gently(&mut self) {
        close_gently(&mut self.stream);
    }

    /// One read, or a timeout. Silence is measured from one look at the socket to the next, not by
    /// the clock: a process that gets no processor time hears nothing, but that is not the sender's
    /// silence.
    ///
    /// # Errors
    /// The other side has gone, and not by closing.
    pub(crate) fn read(&mut self) -> io::Result<()> {
        let patience = self.inbox.patience(self.last_look).unwrap_or(SOCKET_TIMEOUT);
        let patience = patience.min(SOCKET_TIMEOUT);
        self.stream.set_read_timeout(Some(patience.max(Duration::from_millis(1))))?;
        let mut bytes = [0; 1024];
        let read = self.stream.read(&mut bytes);
        if read.as_ref().is_err_and(|error| error.kind() == ErrorKind::Interrupted) {
            return Ok(());
        }
        self.last_look = self.clock.elapsed();
        let count = match read {
            Ok(count) => count,
            Err(error) if timed_out(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        self.ended = count == 0;
        if self.ended {
            // When the other side has closed, what it left is complete as it stands.
            self.last_look += TYPING_SILENCE;
        } else {
            self.inbox.push(bytes.get(..count).unwrap_or_default(), self.last_look);
        }
        Ok(())
    }
}

/// `host:port`, the host in brackets where it has colons itself.
pub(crate) fn address(host: &str, port: u16) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// Whether a blocking call ended without a fault: by its timeout, or by a signal.
pub(crate) fn timed_out(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// Whether the error says that nobody listened for an earlier datagram of this UDP socket. That is
/// no fault: a sender need not know who listens. Windows has an error of its own for it.
pub(crate) fn was_not_taken(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}

/// Closes so that what was sent last arrives: unread bytes at a close would reset the connection.
pub(crate) fn close_gently(stream: &mut TcpStream) {
    // What fails here has ended already.
    stream.shutdown(std::net::Shutdown::Write).ok();
    stream.set_read_timeout(Some(SOCKET_TIMEOUT)).ok();
    let deadline = Instant::now() + SOCKET_TIMEOUT;
    let mut discarded = [0; 4096];
    while Instant::now() < deadline && matches!(stream.read(&mut discarded), Ok(1..)) {}
}

/// The lab's `settimeout(0.5)`.
pub(crate) const SOCKET_TIMEOUT: Duration = Duration::from_millis(500);
/// How long the other side may leave a message unread.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, UdpSocket};

    #[test]
    fn what_systems_say_of_a_closed_port_is_no_fault_and_all_else_is() {
        assert!(was_not_taken(&ErrorKind::ConnectionRefused.into()));
        assert!(was_not_taken(&ErrorKind::ConnectionReset.into()), "Windows");
        assert!(!was_not_taken(&ErrorKind::NetworkUnreachable.into()));
        assert!(!was_not_taken(&ErrorKind::WouldBlock.into()));
    }

    #[test]
    fn what_this_system_says_of_a_closed_port_is_no_fault() {
        let closed = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        socket.connect(closed).unwrap();
        socket.send(b"a packet").unwrap();
        let error = socket.recv(&mut [0; 8]).unwrap_err();
        assert!(was_not_taken(&error), "{error:?}");
    }
}
