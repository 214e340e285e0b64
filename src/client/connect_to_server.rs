//! The thread that connects. Python: `Client.connectToServer`.
//!
//! To look up a name and to reach a server may take seconds, and keys must not wait for that. So the
//! client keeps what it wants of the connection, and goes on when the thread's answer has come.

use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::recv_rtsp_reply::{Answer, Link, Mailbox};
use super::{Client, ClientEvent, Message, Settings};
use crate::event::Event;
use crate::rtsp::{Method, State};

/// A connection that is being made, and the thread that makes it.
#[derive(Debug)]
pub(super) struct Connecting {
    method: Method,
    given_up: Arc<Event>,
    thread: Option<JoinHandle<()>>,
}

impl Connecting {
    /// Starts the thread. The connection will have that number, and is wanted for `method`.
    ///
    /// # Errors
    /// The system has no room for another thread.
    fn start(
        settings: &Settings,
        number: u32,
        method: Method,
        mailbox: Mailbox,
    ) -> io::Result<Self> {
        let (host, port) = (settings.server.clone(), settings.server_port);
        let given_up = Arc::new(Event::default());
        let stop = Arc::clone(&given_up);
        let builder = thread::Builder::new().name("connect_to_server".to_owned());
        let thread = builder.spawn(move || {
            let stream = connect_to_server(&host, port, &stop);
            mailbox.put(Answer::Connected { link: number, stream });
        })?;
        Ok(Self { method, given_up, thread: Some(thread) })
    }

    /// What the user wants of the connection.
    pub(super) const fn method(&self) -> Method {
        self.method
    }

    /// Joins the thread, whose answer has come.
    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Drop for Connecting {
    /// Gives up: whoever leaves does not wait for the thread.
    ///
    /// # Deviation
    /// It is the one thread that may end unjoined, for nothing in `std` ends a name's look-up, or an
    /// attempt to connect, before its time. It touches nothing of the client, ends behind the address
    /// that it tries, and what it has reached is closed.
    fn drop(&mut self) {
        self.given_up.set();
    }
}

impl Client {
    /// Whether there is a connection. If not, it is begun, and `method` is done when it is there.
    /// Python: `connectToServer`.
    ///
    /// # Deviation
    /// Python waits for the server, and its window with it.
    #[doc(alias = "connectToServer")]
    pub(super) fn connect_to_server(&mut self, method: Method) -> bool {
        // A SETUP that was never answered may be answered yet; on a new connection it can't.
        let is_overdue = self.request_sent.is_some_and(|request| request.overdue);
        if self.state == State::Init
            && (is_overdue || self.link.as_ref().is_some_and(Link::is_used))
        {
            self.disconnect();
        }
        if self.link.is_some() {
            return true;
        }
        self.links += 1;
        self.message = None;
        match Connecting::start(&self.settings, self.links, method, self.mailbox.clone()) {
            Ok(connecting) => self.connecting = Some(connecting),
            Err(error) => self.not_connected(Message::no_thread(&error)),
        }
        false
    }

    /// The thread has answered. Nobody wants a connection that has been given up: it is closed.
    pub(super) fn connected(&mut self, stream: io::Result<TcpStream>) {
        let Some(mut connecting) = self.connecting.take() else { return };
        connecting.join();
        match stream.and_then(|stream| self.new_link(stream)) {
            Ok(link) => {
                self.report(ClientEvent::Connected(link.peer()));
                self.link = Some(link);
                self.fulfil(connecting.method);
            }
            Err(error) => {
                let Settings { server, server_port, .. } = &self.settings;
                self.not_connected(Message::connection_failed(server, *server_port, &error));
            }
        }
    }

    fn new_link(&self, stream: TcpStream) -> io::Result<Link> {
        let mailbox = self.mailbox.clone();
        match self.standard {
            Some(_) => Link::new_standard(stream, self.links, mailbox),
            None => Link::new(stream, self.links, mailbox),
        }
    }

    fn not_connected(&mut self, why: Message) {
        // Each of them would try once more.
        self.wishes.clear();
        self.tell(why);
    }
}

/// Connects to any address of the server. Nothing limits how long its name takes to look up.
///
/// # Errors
/// No address answers; the error is that of the last one.
fn connect_to_server(host: &str, port: u16, given_up: &Event) -> io::Result<TcpStream> {
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
