//! The threads of a server's connections: started, counted, joined.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, mem};

use super::spawn::spawn_with;
use super::{ServerEvent, Shared};
use crate::server_worker::{ServerWorker, refuse};

/// The threads of the connections that are open; joined when this is dropped.
pub(super) struct Workers {
    shared: Arc<Shared>,
    serving: Vec<Thread>,
    /// They tell a client that it is one too many.
    refusing: Vec<Thread>,
    last_trouble: Option<Instant>,
}

type Thread = JoinHandle<()>;
/// What a thread does with its connection.
type Work = fn(TcpStream, SocketAddr, &Arc<Shared>);

impl Workers {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared, serving: Vec::new(), refusing: Vec::new(), last_trouble: None }
    }

    /// Gives the connection a thread of its own. While the system has none, it waits here, as the
    /// connections behind it wait in the system's queue.
    pub(super) fn take(&mut self, mut stream: TcpStream, peer: SocketAddr) {
        while !self.shared.stop.is_set() {
            self.join_finished();
            let full = self.serving.len() >= self.shared.settings.max_clients;
            let (name, work) = match (full, self.refusing.len() < MOST_REFUSING) {
                (false, _) => ("recv_rtsp_request", ServerWorker::run as Work),
                (true, true) => ("refuse", refuse as Work),
                // It is a flood; the close is all the answer.
                (true, false) => return,
            };
            let shared = Arc::clone(&self.shared);
            match spawn_with(name, stream, move |stream| work(stream, peer, &shared)) {
                Ok(thread) if full => return self.refusing.push(thread),
                Ok(thread) => return self.serving.push(thread),
                Err((back, source)) => {
                    stream = back;
                    self.trouble("start a thread", source);
                }
            }
        }
    }

    /// The system is short of something. It says so once, not at each try, and tries no more for a
    /// moment: at once would burn a core.
    pub(super) fn trouble(&mut self, what: &'static str, source: io::Error) {
        let last = self.last_trouble.replace(Instant::now());
        if last.is_none_or(|last| last.elapsed() >= TROUBLE_IS_OVER) {
            (self.shared.report)(ServerEvent::Trouble { what, source });
        }
        self.shared.stop.wait(TROUBLE_PAUSE);
    }

    fn join_finished(&mut self) {
        for threads in [&mut self.serving, &mut self.refusing] {
            let (finished, running): (Vec<_>, _) =
                mem::take(threads).into_iter().partition(JoinHandle::is_finished);
            *threads = running;
            finished.into_iter().for_each(join);
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.serving.drain(..).chain(self.refusing.drain(..)).for_each(join);
    }
}

/// A worker that panicked has told so on standard error, and harmed no other.
fn join(worker: Thread) {
    drop(worker.join());
}

/// Clients that can be told at a time that they are too many.
const MOST_REFUSING: usize = 64;
/// How long to wait for room before the next try.
const TROUBLE_PAUSE: Duration = Duration::from_millis(100);
/// A trouble that has not come for so long is told again.
const TROUBLE_IS_OVER: Duration = Duration::from_secs(10);
