//! The threads of a server's connections: started, counted, joined.

use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, mem};

use super::spawn::spawn_with;
use super::{ServerEvent, Shared};
use crate::server_worker::{ServerWorker, refuse};

/// The threads of the connections that are open; joined when this is dropped.
pub(super) struct Workers {
    shared: Arc<Shared>,
    serving: Arc<Crew>,
    /// They tell a client that it is one too many.
    refusing: Arc<Crew>,
    last_trouble: Option<Instant>,
}

/// What a thread does with its connection.
type Work = fn(TcpStream, SocketAddr, &Arc<Shared>);

impl Workers {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let (serving, refusing) = (Arc::default(), Arc::default());
        Self { shared, serving, refusing, last_trouble: None }
    }

    /// Gives the connection a thread of its own. While the system has none, it waits here, as the
    /// connections behind it wait in the system's queue.
    pub(super) fn take(&mut self, mut stream: TcpStream, peer: SocketAddr) {
        while !self.shared.stop.is_set() {
            let full = self.serving.count() >= self.shared.settings.max_clients;
            let (name, work) = match (full, self.refusing.count() < MOST_REFUSING) {
                (false, _) => ("recv_rtsp_request", ServerWorker::run as Work),
                (true, true) => ("refuse", refuse as Work),
                // It is a flood; the close is all the answer.
                (true, false) => return,
            };
            let crew = if full { &self.refusing } else { &self.serving };
            let (shared, others) = (Arc::clone(&self.shared), Arc::clone(crew));
            let started = spawn_with(name, stream, move |stream| {
                work(stream, peer, &shared);
                // Nobody else may come to do it, and until then they take memory.
                others.join_finished();
            });
            match started {
                Ok(thread) => return crew.add(thread),
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
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.serving.join_all();
        self.refusing.join_all();
    }
}

/// Threads that are not joined yet. Those that end join those that have ended before, so that of a
/// crowd that has gone no more than a few are left.
#[derive(Default)]
struct Crew(Mutex<Vec<JoinHandle<()>>>);

impl Crew {
    fn add(&self, thread: JoinHandle<()>) {
        self.threads().push(thread);
    }

    /// How many run.
    fn count(&self) -> usize {
        self.join_finished();
        self.threads().len()
    }

    /// One after the other: whoever waits for its turn finds the one before it ended.
    fn join_finished(&self) {
        let (mut threads, mut next) = (self.threads(), 0);
        while let Some(thread) = threads.get(next) {
            if thread.is_finished() {
                join(threads.swap_remove(next));
            } else {
                next += 1;
            }
        }
    }

    fn join_all(&self) {
        let all = mem::take(&mut *self.threads());
        all.into_iter().for_each(join);
    }

    fn threads(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker that panicked has told so on standard error, and harmed no other.
fn join(worker: JoinHandle<()>) {
    drop(worker.join());
}

/// Clients that can be told at a time that they are too many.
const MOST_REFUSING: usize = 64;
/// How long to wait for room before the next try.
const TROUBLE_PAUSE: Duration = Duration::from_millis(100);
/// A trouble that has not come for so long is told again.
const TROUBLE_IS_OVER: Duration = Duration::from_secs(10);
