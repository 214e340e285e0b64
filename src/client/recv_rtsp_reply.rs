//! The thread that receives what the server answers. Python: `Client.recvRtspReply`.

use std::io::{self, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::standard::Interleaved;
use crate::connection::{Connection, Incoming};
use crate::event::Event;
use crate::rtsp::Inbox;

/// The connection to a server, and the thread that reads from it.
#[derive(Debug)]
pub(super) struct Link {
    stream: TcpStream,
    peer: SocketAddr,
    reader: Option<JoinHandle<()>>,
    interleaved: Option<Interleaved>,
}

/// What a thread passes on; the number tells of which connection it speaks.
#[derive(Debug)]
pub(super) enum Answer {
    /// The connection, or why there is none.
    Connected {
        link: u32,
        stream: io::Result<TcpStream>,
    },
    Message {
        link: u32,
        text: String,
        arrival: Instant,
    },
    Ended {
        link: u32,
        why: String,
    },
    /// The source of the RTP packets has said goodbye.
    Goodbye {
        link: u32,
    },
    /// Why frames can't be put together.
    Undecodable {
        link: u32,
        why: String,
    },
    /// Somebody else sends to our RTP port.
    Stranger {
        link: u32,
        from: SocketAddr,
    },
}

/// Where the threads leave answers, and the event that says so.
#[derive(Clone, Debug)]
pub(super) struct Mailbox {
    answers: Sender<Answer>,
    waiting: Arc<AtomicUsize>,
    /// The window waits for it.
    pub(super) news: Arc<Event>,
}

impl Mailbox {
    /// An empty one, and the end that it is emptied from.
    pub(super) fn new() -> (Self, Receiver<Answer>) {
        let (answers, arriving) = channel();
        let (waiting, news) = (Arc::default(), Arc::default());
        (Self { answers, waiting, news }, arriving)
    }

    /// Leaves an answer there, and says whether there was room for it. For the beginning and the end
    /// of a connection there is always.
    pub(super) fn put(&self, answer: Answer) -> bool {
        let is_vital = matches!(answer, Answer::Connected { .. } | Answer::Ended { .. });
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let has_room = before < MOST_ANSWERS || is_vital;
        if has_room {
            // The client is gone only when nobody wants to know any more.
            self.answers.send(answer).ok();
        } else {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        self.wake();
        has_room
    }

    /// One answer has been taken out.
    pub(super) fn taken(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    /// There is something to take out.
    pub(super) fn wake(&self) {
        self.news.set();
    }
}

impl Link {
    /// Starts the thread on that connection, which has that number.
    ///
    /// # Errors
    /// The server has gone already, or the system has no room for another thread.
    pub(super) fn new(stream: TcpStream, number: u32, mailbox: Mailbox) -> io::Result<Self> {
        let peer = stream.peer_addr()?;
        let connection = Connection::new(stream.try_clone()?, Inbox::of_replies())?;
        let reader = thread::Builder::new()
            .name("recv_rtsp_reply".to_owned())
            .spawn(move || recv_rtsp_reply(connection, number, &mailbox))?;
        Ok(Self { stream, peer, reader: Some(reader), interleaved: None })
    }

    /// The same in the standard dialect.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub(super) fn new_standard(
        stream: TcpStream,
        number: u32,
        mailbox: Mailbox,
    ) -> io::Result<Self> {
        let peer = stream.peer_addr()?;
        let (interleaved, reader) = Interleaved::start(&stream, number, mailbox)?;
        Ok(Self { stream, peer, reader: Some(reader), interleaved: Some(interleaved) })
    }

    /// The address that answered.
    pub(super) const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Whether RTP will come over IPv6.
    pub(super) fn is_ipv6(&self) -> bool {
        matches!(self.peer.ip().to_canonical(), IpAddr::V6(_))
    }

    /// Writes a request in one piece.
    ///
    /// # Errors
    /// The server has gone.
    pub(super) fn send(&mut self, request: &str) -> io::Result<()> {
        match &self.interleaved {
            Some(interleaved) => interleaved.writer.send(request),
            None => self.stream.write_all(request.as_bytes()),
        }
    }

    /// Whether the packets beside the messages have been given to a session already.
    pub(super) fn is_used(&self) -> bool {
        self.interleaved.as_ref().is_some_and(|interleaved| interleaved.arriving.is_none())
    }

    /// The way for packets beside the messages, in the standard dialect.
    pub(super) const fn interleaved(&mut self) -> Option<&mut Interleaved> {
        self.interleaved.as_mut()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Wakes the thread; when the server was faster, there is nothing left to shut down.
        self.stream.shutdown(Shutdown::Both).ok();
        if let Some(reader) = self.reader.take() {
            drop(reader.join());
        }
    }
}

/// Passes on every message until the connection ends. Python: `recvRtspReply`.
#[doc(alias = "recvRtspReply")]
fn recv_rtsp_reply(mut connection: Connection, link: u32, mailbox: &Mailbox) {
    let why = loop {
        match connection.receive() {
            Incoming::Message(text) => {
                // The window may be busy; the time of the reply is now.
                let arrival = Instant::now();
                if !mailbox.put(Answer::Message { link, text, arrival }) {
                    break FLOOD.to_owned();
                }
            }
            Incoming::Nothing => {}
            Incoming::TooLong(too_long) => break format!("could not {too_long}"),
            Incoming::Ended(None) => break "the server has closed it".to_owned(),
            Incoming::Ended(Some(error)) => break error.to_string(),
        }
    };
    mailbox.put(Answer::Ended { link, why });
}

/// How many answers may wait: nobody asks for so many, and each may have 64 KiB.
const MOST_ANSWERS: usize = 256;
/// Why a connection is ended that brings more.
pub(super) const FLOOD: &str = "more messages came than can be read";
