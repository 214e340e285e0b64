//! Where the threads of a connection leave what they have to tell, and the client finds it.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crate::event::Event;

/// What the thread of a connection has to tell.
#[derive(Debug)]
pub(crate) enum News {
    /// The server has been reached, or why not.
    Connected(io::Result<TcpStream>),
    /// A message of the server.
    Message {
        /// All of it.
        text: String,
        /// When it was complete.
        arrival: Instant,
    },
    /// RTP, which does not belong there: its first bytes.
    Rtp(Vec<u8>),
    /// The connection has ended; why.
    Ended(String),
}

/// The client's end.
#[derive(Debug)]
pub(crate) struct Mailbox {
    letters: Receiver<(u32, News)>,
    slot: Slot,
    /// How many have been taken out in this turn.
    taken: usize,
}

/// A thread's end; what it leaves bears the number of its connection.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    letters: Sender<(u32, News)>,
    connection: u32,
    waiting: Arc<AtomicUsize>,
    news: Arc<Event>,
}

impl Mailbox {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let (sender, letters) = channel();
        let (waiting, news) = (Arc::default(), Arc::default());
        let slot = Slot { letters: sender, connection: 0, waiting, news };
        Self { letters, slot, taken: 0 }
    }

    /// A new connection begins: what those before still have to tell is passed over from now on.
    pub(crate) const fn begin_connection(&mut self) {
        self.slot.connection += 1;
    }

    /// The end of it for a thread of the present connection.
    pub(crate) fn slot(&self) -> Slot {
        self.slot.clone()
    }

    /// What says that something has come, for whoever brings pictures.
    pub(crate) fn news(&self) -> Arc<Event> {
        Arc::clone(&self.slot.news)
    }

    /// Waits until something has come, at most `timeout`.
    pub(crate) fn wait(&mut self, timeout: Duration) {
        self.slot.news.wait(timeout);
        self.slot.news.clear();
        self.taken = 0;
    }

    /// What the present connection has told next. After [`MOST_AT_ONCE`] of them whoever draws and
    /// looks at keys has a turn before the rest.
    pub(crate) fn next(&mut self) -> Option<News> {
        while self.taken < MOST_AT_ONCE {
            let (connection, news) = self.letters.try_recv().ok()?;
            self.slot.waiting.fetch_sub(1, Ordering::Relaxed);
            self.taken += 1;
            if connection == self.slot.connection {
                return Some(news);
            }
        }
        self.slot.news.set();
        None
    }
}

impl Slot {
    /// Leaves something there; `false` if there is no room. For the beginning and the end of a
    /// connection there always is.
    pub(crate) fn put(&self, news: News) -> bool {
        let is_vital = matches!(news, News::Connected(_) | News::Ended(_));
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let has_room = before < MOST_LETTERS || is_vital;
        if has_room {
            // The client is gone only when nobody wants to know any more.
            self.letters.send((self.connection, news)).ok();
        } else {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        self.news.set();
        has_room
    }
}

/// Why a connection is ended that brings more messages than there is room for.
pub(crate) const FLOOD: &str = "more messages came than can be read";
/// How many are taken out in one turn.
const MOST_AT_ONCE: usize = 64;
/// How many letters may wait: nobody asks for so many, and each may have 64 KiB.
const MOST_LETTERS: usize = 256;
