//! The threads of a server's connections: started, counted, joined.
//!
//! This is a seam to the standard dialect: whoever removes that wing deletes the lines that end in
//! `wing`.

use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, mem};

use super::first_request::{begins_with_url, refuse, too_many_clients};
use super::server_event::ServerEvent;
use super::shared::Shared;
use crate::connection::Connection;
use crate::errand::spawn;
use crate::rtsp::Inbox;
use crate::rtsp::request::target_is_url; // wing
use crate::server_worker::ServerWorker;
use crate::server_worker::transcript::End;
use crate::standard::server_worker::StandardWorker; // wing
use crate::standard::server_worker::refusal; // wing
use crate::standard::server_worker::survey::Surveys; // wing

/// The threads of the connections that are open; joined when this is dropped.
pub(super) struct Workers {
    service: Arc<Service>,
    serving: Arc<Crew>,
    /// The threads that tell a client that it is one too many.
    refusing: Arc<Crew>,
    last_trouble: Option<Instant>,
}

impl Workers {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let service = Service {
            shared,
            surveys: Arc::default(), // wing
        };
        let (serving, refusing) = (Arc::default(), Arc::default());
        Self { service: Arc::new(service), serving, refusing, last_trouble: None }
    }

    /// Gives the connection a thread of its own. If the system has no thread to spare, it waits for
    /// one here, while later connections wait in the system's queue.
    pub(super) fn take(&mut self, stream: TcpStream, peer: SocketAddr) {
        let shared = Arc::clone(&self.service.shared);
        while !shared.stop.is_set() {
            let is_full = self.serving.count() >= shared.settings.max_clients;
            if is_full && self.refusing.count() >= MOST_REFUSING {
                // So many at once are a flood: they are closed without an answer.
                return;
            }
            let (name, crew) = if is_full {
                ("refuse", Arc::clone(&self.refusing))
            } else {
                ("recv_rtsp_request", Arc::clone(&self.serving))
            };
            let (service, others) = (Arc::clone(&self.service), Arc::clone(&crew));
            let started = spawn(name, move |stream| {
                service.attend(stream, peer, is_full);
                // The next connection may be long in coming, and ended threads take memory until
                // then.
                others.join_finished();
            });
            match started {
                Ok((work, thread)) => {
                    // This can't fail: the thread waits for it and for nothing else.
                    work.send(stream).ok();
                    return crew.add(thread);
                }
                Err(source) => self.trouble("start a thread", source),
            }
        }
    }

    /// Reports that the system is short of something, once and not at each try, and waits a moment:
    /// trying again at once would burn a core.
    pub(super) fn trouble(&mut self, what: &'static str, source: io::Error) {
        let shared = &self.service.shared;
        let last = self.last_trouble.replace(Instant::now());
        if last.is_none_or(|last| last.elapsed() >= TROUBLE_IS_OVER) {
            (shared.report)(ServerEvent::Trouble { what, source });
        }
        shared.stop.wait(TROUBLE_PAUSE);
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.serving.join_all();
        self.refusing.join_all();
    }
}

/// What a thread needs for its connection.
struct Service {
    shared: Arc<Shared>,
    surveys: Arc<Surveys>, // wing
}

impl Service {
    /// Serves a connection to its end, or says that it is one too many.
    fn attend(&self, stream: TcpStream, peer: SocketAddr, is_full: bool) {
        let report = &self.shared.report;
        report(ServerEvent::Connected { peer });
        let end = if is_full {
            refuse(stream, peer, &self.shared, too_many)
        } else {
            self.serve(stream, peer).unwrap_or_else(End::from)
        };
        // By now the worker is dropped and its sender joined, so nothing is left when this is told.
        report(ServerEvent::Closed { peer, why: end.to_string() });
    }

    /// Gives a connection to the worker of the dialect that its first request is in.
    fn serve(&self, stream: TcpStream, peer: SocketAddr) -> io::Result<End> {
        let addresses = (peer, stream.local_addr()?);
        let shared = Arc::clone(&self.shared);
        let surveys = Arc::clone(&self.surveys); // wing
        let mut connection = Connection::new(stream, Inbox::of_requests())?;
        Ok(match begins_with_url(&mut connection, &shared) {
            Ok(true) => StandardWorker::new(connection, addresses, shared, surveys)?.run(), // wing
            Ok(_) => ServerWorker::new(connection, addresses, shared).run(),
            Err(end) => end,
        })
    }
}

/// The answer to one client too many.
fn too_many(request: &str) -> String {
    match request {
        url if target_is_url(url) => refusal::too_many_clients(url), // wing
        name => too_many_clients(name),
    }
}

/// Threads that are not joined yet. A thread that ends joins those that ended before it, so that
/// only a few are left when many clients have gone.
#[derive(Default)]
struct Crew(Mutex<Vec<Thread>>);

/// `None` comes back from a thread that was given nothing.
type Thread = JoinHandle<Option<()>>;

impl Crew {
    fn add(&self, thread: Thread) {
        self.threads().push(thread);
    }

    /// How many run.
    fn count(&self) -> usize {
        self.join_finished();
        self.threads().len()
    }

    /// Callers take turns, so each finds that the one before it has ended.
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

    fn threads(&self) -> MutexGuard<'_, Vec<Thread>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Joins a thread. One that panicked has said so on standard error and harmed no other.
fn join(worker: Thread) {
    drop(worker.join());
}

/// How many clients can be told at the same time that they are too many.
const MOST_REFUSING: usize = 64;
/// How long to wait for room before the next try.
const TROUBLE_PAUSE: Duration = Duration::from_millis(100);
/// A trouble that comes back after this time is told again.
const TROUBLE_IS_OVER: Duration = Duration::from_secs(10);
