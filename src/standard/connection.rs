//! A connection of the standard dialect: messages and packets in, messages and packets out.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::connection::{SOCKET_TIMEOUT, close_gently, timed_out};
use crate::rtsp::inbox::TooLong;
use crate::standard::rtsp::inbox::{Item, StandardInbox};

/// The reading half. If packets are interleaved, another thread writes at the same time.
#[derive(Debug)]
pub(crate) struct StandardReader {
    stream: TcpStream,
    inbox: StandardInbox,
    last_arrival: Instant,
}

/// What one [`StandardReader::receive`] brought.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// A message or a packet.
    Item(Item),
    /// Nothing complete, within the timeout.
    Nothing,
    /// No message ends within the most bytes that one may have.
    TooLong(TooLong),
    /// The other side has gone; why, if not by closing.
    Ended(Option<io::Error>),
}

impl StandardReader {
    /// Reads from `stream`, of which `bytes` have come already.
    ///
    /// # Errors
    /// The stream is broken already.
    pub(crate) fn new(stream: TcpStream, bytes: Vec<u8>) -> io::Result<Self> {
        stream.set_read_timeout(Some(SOCKET_TIMEOUT))?;
        Ok(Self { stream, inbox: StandardInbox::of(bytes), last_arrival: Instant::now() })
    }

    /// Whether nothing has come for a second although a message lacks the empty line at its end.
    pub(crate) fn awaits_empty_line(&self) -> bool {
        self.inbox.lacks_empty_line() && self.last_arrival.elapsed() >= FORGOTTEN
    }

    /// What has come and is no RTSP, if nothing has come after it for a second.
    pub(crate) fn take_foreign(&mut self) -> Option<String> {
        let is_over = self.inbox.is_foreign() && self.last_arrival.elapsed() >= FORGOTTEN;
        if is_over { self.take_unfinished() } else { None }
    }

    /// What has come without the end of a message; no more will come.
    pub(crate) fn take_unfinished(&mut self) -> Option<String> {
        self.inbox.take_unfinished()
    }

    /// Whether the other side has not closed its half, as far as can be told at once.
    pub(crate) fn has_other_side(&self) -> bool {
        self.stream.set_read_timeout(Some(AT_ONCE)).ok();
        let next = self.stream.peek(&mut [0]);
        self.stream.set_read_timeout(Some(SOCKET_TIMEOUT)).ok();
        next.map_or_else(|error| timed_out(&error), |count| count > 0)
    }

    /// Closes so that what was sent last arrives.
    pub(crate) fn close_gently(&mut self) {
        close_gently(&mut self.stream);
    }

    /// The next message or packet, or what else one read brings.
    pub(crate) fn receive(&mut self) -> Arrival {
        match self.inbox.next_item() {
            Ok(Some(item)) => return Arrival::Item(item),
            Err(too_long) => return Arrival::TooLong(too_long),
            Ok(None) => {}
        }
        let mut bytes = [0; 4096];
        match self.stream.read(&mut bytes) {
            Ok(0) => Arrival::Ended(None),
            Ok(count) => {
                self.inbox.push(bytes.get(..count).unwrap_or_default());
                self.last_arrival = Instant::now();
                Arrival::Nothing
            }
            Err(error) if timed_out(&error) => Arrival::Nothing,
            Err(error) => Arrival::Ended(Some(error)),
        }
    }
}

/// The writing half, which several threads share: what one writes is never cut by another.
#[derive(Debug)]
pub(crate) struct StandardWriter {
    stream: Mutex<TcpStream>,
    /// The same stream, to be closed while a write waits.
    door: TcpStream,
    /// Whether it was closed because the other side reads nothing.
    given_up: AtomicBool,
}

impl StandardWriter {
    /// # Errors
    /// The stream is broken already.
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(SOCKET_TIMEOUT))?;
        let door = stream.try_clone()?;
        Ok(Self { stream: Mutex::new(stream), door, given_up: AtomicBool::new(false) })
    }

    /// Writes a message.
    ///
    /// # Errors
    /// The other side has gone, or has read nothing for 10 s; then the connection is closed.
    pub(crate) fn send(&self, message: &str) -> io::Result<()> {
        self.write(message.as_bytes())
    }

    /// Writes a packet after its frame of four bytes (RFC 2326 section 10.12).
    ///
    /// # Errors
    /// As for [`Self::send`].
    pub(crate) fn send_packet(&self, channel: u8, packet: &[u8]) -> io::Result<()> {
        let length = u16::try_from(packet.len()).map_err(|_| ErrorKind::InvalidInput)?;
        let [high, low] = length.to_be_bytes();
        self.write(&[&[b'$', channel, high, low], packet].concat())
    }

    /// The addresses of both ends, this one first, while there is a connection.
    pub(crate) fn ends(&self) -> Option<(SocketAddr, SocketAddr)> {
        Some((self.door.local_addr().ok()?, self.door.peer_addr().ok()?))
    }

    /// Ends the connection, even while others read or write.
    pub(crate) fn shut(&self) {
        // What fails here has ended already.
        self.door.shutdown(Shutdown::Both).ok();
    }

    /// Why the connection was closed from this side, if it was.
    pub(crate) fn why_closed(&self) -> Option<&'static str> {
        self.given_up.load(Ordering::Relaxed).then_some(SILENT)
    }

    fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        let mut last_progress = Instant::now();
        while !bytes.is_empty() {
            match stream.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    bytes = bytes.get(count..).unwrap_or_default();
                    last_progress = Instant::now();
                }
                Err(error) if timed_out(&error) && last_progress.elapsed() < PATIENCE => {}
                Err(error) => {
                    let given_up = timed_out(&error);
                    self.given_up.fetch_or(given_up, Ordering::Relaxed);
                    // Half a message has gone: nothing after it could be understood.
                    self.shut();
                    let silent = || io::Error::new(ErrorKind::TimedOut, SILENT);
                    return Err(if given_up { silent() } else { error });
                }
            }
        }
        Ok(())
    }
}

/// As short as a timeout can be.
const AT_ONCE: Duration = Duration::from_millis(1);
/// After that time the rest of a message has been forgotten, most likely.
const FORGOTTEN: Duration = Duration::from_secs(1);
/// How long the other side may read nothing at all.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is told after that.
const SILENT: &str = "the client has read nothing for 10 s";

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpListener};
    use std::sync::Arc;
    use std::thread;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (near, listener.accept().unwrap().0)
    }

    #[test]
    fn what_several_threads_write_arrives_uncut() {
        let (near, far) = pair();
        let writer = Arc::new(StandardWriter::new(near).unwrap());
        let threads: Vec<_> = (0..4_u8)
            .map(|channel| {
                let writer = Arc::clone(&writer);
                thread::spawn(move || {
                    for length in 0..500 {
                        writer.send_packet(channel, &vec![channel; length]).unwrap();
                        writer.send("OPTIONS * RTSP/1.0\r\n\r\n").unwrap();
                    }
                })
            })
            .collect();
        let mut reader = StandardReader::new(far, Vec::new()).unwrap();
        let (mut next, mut messages) = ([0; 4], 0);
        while next != [500; 4] || messages < 2000 {
            match reader.receive() {
                Arrival::Item(Item::Packet { channel, bytes }) => {
                    let length = &mut next[usize::from(channel)];
                    assert_eq!(bytes, vec![channel; *length]);
                    *length += 1;
                }
                Arrival::Item(Item::Message(text)) => {
                    assert_eq!(text, "OPTIONS * RTSP/1.0\r\n\r\n");
                    messages += 1;
                }
                Arrival::Nothing => {}
                end @ (Arrival::TooLong(_) | Arrival::Ended(_)) => panic!("{end:?}"),
            }
        }
        for thread in threads {
            thread.join().unwrap();
        }
    }

    #[test]
    fn a_write_that_waits_ends_when_the_connection_is_shut() {
        let (near, _far) = pair();
        let writer = Arc::new(StandardWriter::new(near).unwrap());
        let other = Arc::clone(&writer);
        let (told, begun) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            let packet = vec![0; 60_000];
            loop {
                told.send(()).unwrap();
                if let Err(error) = other.send_packet(0, &packet) {
                    return error;
                }
            }
        });
        // If it has not come back after a while, it waits.
        while begun.recv_timeout(Duration::from_millis(200)).is_ok() {}
        writer.shut();
        thread.join().unwrap();
    }
}
