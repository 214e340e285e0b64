//! Where the threads of a connection leave what they have to tell, and the client finds it.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crate::event::Event;

/// What the thread of a connection reports.
#[derive(Debug)]
pub(crate) enum News {
    /// The server has been reached, or could not be: why.
    Connected(io::Result<TcpStream>),
    /// A message of the server.
    Message {
        /// The whole message.
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
    /// How many letters have been taken out in this turn.
    taken: usize,
}

/// A thread's end; its letters carry the number of their connection.
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

    /// Begins a new connection: letters from the threads of earlier ones are ignored from now on.
    pub(crate) const fn begin_connection(&mut self) {
        self.slot.connection += 1;
    }

    /// The end of it for a thread of the present connection.
    pub(crate) fn slot(&self) -> Slot {
        self.slot.clone()
    }

    /// The signal that something has come, also for the thread that brings pictures.
    pub(crate) fn news(&self) -> Arc<Event> {
        Arc::clone(&self.slot.news)
    }

    /// Waits until something has come, at most `timeout`.
    pub(crate) fn wait(&mut self, timeout: Duration) {
        self.slot.news.wait(timeout);
        self.slot.news.clear();
        self.taken = 0;
    }

    /// The next letter of the present connection. After [`MOST_AT_ONCE`] of them it returns none
    /// for once, so that the window can draw and look at its keys before the rest.
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
    /// Leaves a letter; `false` if there is no room. For the beginning and the end of a connection
    /// there always is.
    pub(crate) fn put(&self, news: News) -> bool {
        let is_vital = matches!(news, News::Connected(_) | News::Ended(_));
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let has_room = before < MOST_LETTERS || is_vital;
        if has_room {
            // This fails only if the client has gone, and then nobody needs the letter.
            self.letters.send((self.connection, news)).ok();
        } else {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        self.news.set();
        has_room
    }
}

/// The reason for ending a connection that brings more messages than there is room for.
pub(crate) const FLOOD: &str = "more messages came than can be read";
/// How many are taken out in one turn.
const MOST_AT_ONCE: usize = 64;
/// How many letters may wait: far more than the replies to a client's own requests, and few enough
/// that 64 KiB each does no harm.
const MOST_LETTERS: usize = 256;
