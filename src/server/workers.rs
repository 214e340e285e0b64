//! The threads of a server's connections: started, counted, joined.
//!
//! This is a seam to the standard dialect: whoever removes that wing deletes the lines that end in
//! `wing`.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, mem};

use super::first_request::{begins_with_url, refuse, too_many_clients};
use super::server_event::ServerEvent;
use super::shared::{Shared, canonical};
use crate::connection::Connection;
use crate::errand::spawn;
use crate::rtsp::Inbox;
use crate::rtsp::request::target_is_url; // wing
use crate::server_worker::ServerWorker;
use crate::server_worker::transcript::End;
use crate::standard::server_worker::StandardWorker; // wing
use crate::standard::server_worker::refusal; // wing
use crate::standard::server_worker::survey::Surveys; // wing
use crate::trace::Event;

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
            surveys: Arc::new(Surveys::new(shared.settings.recode)), // wing
            shared,
        };
        let (serving, refusing) = (Arc::default(), Arc::default());
        Self { service: Arc::new(service), serving, refusing, last_trouble: None }
    }

    /// Gives the connection a thread of its own. If the system has no thread to spare, it waits for
    /// one here, while later connections wait in the system's queue.
    pub(super) fn take(&mut self, stream: TcpStream, peer: SocketAddr) {
        let shared = Arc::clone(&self.service.shared);
        while !shared.stop.is_set() {
            let (all, its_own) = self.serving.count(peer.ip());
            let objection = shared.settings.objection_to_client(all, its_own, peer.ip());
            if objection.is_some() && self.refusing.count(peer.ip()).0 >= MOST_REFUSING {
                // So many at once are a flood: they are closed without an answer.
                return;
            }
            let (name, crew) = if objection.is_some() {
                ("refuse", Arc::clone(&self.refusing))
            } else {
                ("recv_rtsp_request", Arc::clone(&self.serving))
            };
            let (service, others) = (Arc::clone(&self.service), Arc::clone(&crew));
            let started = spawn(name, move |stream| {
                service.attend(stream, peer, objection);
                // The next connection may be long in coming, and ended threads take memory until
                // then.
                others.join_finished();
            });
            match started {
                Ok((work, thread)) => {
                    // This can't fail: the thread waits for it and for nothing else.
                    work.send(stream).ok();
                    return crew.add(peer.ip(), thread);
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
    /// Serves a connection to its end, or says why it is one too many.
    fn attend(&self, stream: TcpStream, peer: SocketAddr, objection: Option<String>) {
        let report = &self.shared.report;
        report(ServerEvent::Connected { peer });
        let trace = self.shared.settings.trace.of_client(peer);
        trace.tell(|| Event::Connected { local: stream.local_addr().ok().map(canonical), peer });
        let end = match objection {
            Some(why) => refuse(stream, peer, &self.shared, why, too_many),
            None => self.serve(stream, peer).unwrap_or_else(End::from),
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
/// only a few are left when many clients have gone. Each has the address of its client.
#[derive(Default)]
struct Crew(Mutex<Vec<(IpAddr, Thread)>>);

/// `None` comes back from a thread that was given nothing.
type Thread = JoinHandle<Option<()>>;

impl Crew {
    fn add(&self, client: IpAddr, thread: Thread) {
        self.threads().push((client, thread));
    }

    /// How many run, and how many of them for clients at that address.
    fn count(&self, address: IpAddr) -> (usize, usize) {
        self.join_finished();
        let threads = self.threads();
        let its_own = threads.iter().filter(|(client, _)| *client == address);
        (threads.len(), its_own.count())
    }

    /// Callers take turns, so each finds that the one before it has ended.
    fn join_finished(&self) {
        let (mut threads, mut next) = (self.threads(), 0);
        while let Some((_, thread)) = threads.get(next) {
            if thread.is_finished() {
                join(threads.swap_remove(next).1);
            } else {
                next += 1;
            }
        }
    }

    fn join_all(&self) {
        let all = mem::take(&mut *self.threads());
        for (_, thread) in all {
            join(thread);
        }
    }

    fn threads(&self) -> MutexGuard<'_, Vec<(IpAddr, Thread)>> {
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
