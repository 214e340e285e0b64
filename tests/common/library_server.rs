//! The server in this process, for settings that its command line does not have.

use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};

use rtsp_lab::server::{Server, Settings, Stopper};

use super::LIMIT;

/// A server that runs until this is dropped.
pub(crate) struct LibraryServer {
    address: SocketAddr,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl LibraryServer {
    pub(crate) fn start(settings: Settings) -> Self {
        let server = Server::bind("127.0.0.1", 0, settings).expect("a server");
        let (address, stopper) = (server.local_addr(), server.stopper());
        let (sender, lines) = mpsc::channel();
        let thread = thread::spawn(move || {
            server.serve(move |event| {
                event.to_string().lines().for_each(|line| drop(sender.send(line.to_owned())));
            });
        });
        Self { address, stopper, thread: Some(thread), lines, seen: Vec::new() }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first line of the transcript that is wanted, whether it was there before or comes.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        if let Some(line) = self.seen.iter().find(|line| wanted(line)) {
            return line.clone();
        }
        loop {
            let Ok(line) = self.lines.recv_timeout(LIMIT) else {
                panic!("nothing came for {LIMIT:?} after these lines: {:#?}", self.seen)
            };
            self.seen.push(line.clone());
            if wanted(&line) {
                return line;
            }
        }
    }

    /// Why a client's connection ended.
    #[track_caller]
    pub(crate) fn end_of(&mut self, client: SocketAddr) -> String {
        let prefix = format!("[{client}] closed: ");
        let line = self.wait_for(|line| line.starts_with(&prefix));
        line.strip_prefix(&prefix).expect("the prefix").to_owned()
    }
}

impl Drop for LibraryServer {
    fn drop(&mut self) {
        self.stopper.stop();
        let ended = self.thread.take().expect("a thread").join();
        assert!(ended.is_ok() || thread::panicking(), "the server panicked");
    }
}
