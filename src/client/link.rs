//! The connection to a server, while it is being made and once it is there, each with its thread.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::mailbox::{News, Slot};
use crate::event::Event;
use crate::rtsp::Method;

/// The connection to the server. Python: `rtspSocket`.
#[derive(Debug, Default)]
pub(super) enum Link {
    /// There is none.
    #[default]
    Down,
    /// It is being made.
    Connecting(Connecting),
    /// It is there.
    Up(Connected),
}

/// A connection that is being made, by the thread `connect_to_server`.
#[derive(Debug)]
pub(super) struct Connecting {
    /// The request that the connection is wanted for.
    pub(super) wanted_for: Method,
    given_up: Arc<Event>,
    thread: Option<JoinHandle<()>>,
}

/// A connection, and the thread `recv_rtsp_reply`, which reads from it.
#[derive(Debug)]
pub(super) struct Connected {
    stream: TcpStream,
    /// The address that answered.
    pub(super) peer: SocketAddr,
    /// This end's, if the system tells it.
    pub(super) local: Option<SocketAddr>,
    reader: Option<JoinHandle<()>>,
}

impl Connecting {
    /// Starts the thread, which leaves its answer at `slot`.
    ///
    /// # Errors
    /// The system has no room for another thread.
    pub(super) fn start(
        (host, port): (&str, u16),
        wanted_for: Method,
        slot: Slot,
    ) -> io::Result<Self> {
        let host = host.to_owned();
        let given_up = Arc::new(Event::default());
        let stop = Arc::clone(&given_up);
        let builder = thread::Builder::new().name("connect_to_server".to_owned());
        let thread = builder.spawn(move || {
            slot.put(News::Connected(reach(&host, port, &stop)));
        })?;
        Ok(Self { wanted_for, given_up, thread: Some(thread) })
    }

    /// Joins the thread, whose answer has come.
    pub(super) fn join(mut self) -> Method {
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
        self.wanted_for
    }
}

impl Drop for Connecting {
    /// Gives up without waiting for the thread, so that a user can leave at once.
    ///
    /// # Deviation
    /// This is the only thread that may end without being joined, because nothing in `std` can cut
    /// short a name look-up or an attempt to connect. It touches nothing of the client, ends after
    /// the address that it is trying, and closes a connection that it still makes.
    fn drop(&mut self) {
        self.given_up.set();
    }
}

impl Connected {
    /// Starts the thread, which runs `receive` and leaves at `slot` why the connection has ended.
    ///
    /// # Errors
    /// The server has gone already, or the system has no room for another thread.
    pub(super) fn start(
        stream: TcpStream,
        slot: Slot,
        receive: impl FnOnce(&Slot) -> String + Send + 'static,
    ) -> io::Result<Self> {
        let (peer, local) = (stream.peer_addr()?, stream.local_addr().ok());
        let builder = thread::Builder::new().name("recv_rtsp_reply".to_owned());
        let reader = builder.spawn(move || {
            let why = receive(&slot);
            slot.put(News::Ended(why));
        })?;
        Ok(Self { stream, peer, local, reader: Some(reader) })
    }

    /// Writes a request in one piece.
    ///
    /// # Errors
    /// The server has gone, or does not read.
    pub(super) fn send(&mut self, request: &str) -> io::Result<()> {
        self.stream.write_all(request.as_bytes())
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        // Wakes the thread. It fails only if the server has closed first, and then nothing is left
        // to do.
        self.stream.shutdown(Shutdown::Both).ok();
        if let Some(reader) = self.reader.take() {
            drop(reader.join());
        }
    }
}

/// Connects to any address of the server. Nothing limits how long looking up its name takes.
///
/// # Errors
/// No address answers; the error is that of the last one.
fn reach(host: &str, port: u16, given_up: &Event) -> io::Result<TcpStream> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let unknown = |error: io::Error| io::Error::new(io::ErrorKind::NotFound, error.to_string());
    let mut failure = unknown(io::Error::other("the name has no address"));
    for address in (host, port).to_socket_addrs().map_err(unknown)? {
        if given_up.is_set() {
            break;
        }
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// How long each address of the server may take to answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
