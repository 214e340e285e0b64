//! What the thread that sends a movie tells of it.

use std::fmt;
use std::mem::{Discriminant, discriminant};
use std::net::SocketAddr;
use std::sync::Arc;

use crate::server::server_event::ServerEvent;
use crate::server::shared::Shared;

/// Whom one session's sender tells; `T` is why a frame could not be sent.
pub(crate) struct Transcript<T> {
    peer: SocketAddr,
    shared: Arc<Shared>,
    /// The kinds of trouble that were told.
    told: Vec<Discriminant<T>>,
}

impl<T: fmt::Display> Transcript<T> {
    pub(crate) const fn new(peer: SocketAddr, shared: Arc<Shared>) -> Self {
        Self { peer, shared, told: Vec::new() }
    }

    /// Something is wrong, and the session goes on.
    pub(crate) fn warn(&self, what: String) {
        (self.shared.report)(ServerEvent::Warning { peer: self.peer, what });
    }

    /// A frame was not sent. Each kind of trouble is told once in a session: twenty lines a second
    /// would help nobody.
    pub(crate) fn warn_once(&mut self, trouble: &T, frame_number: u64) {
        let kind = discriminant(trouble);
        if !self.told.contains(&kind) {
            self.told.push(kind);
            self.warn(format!("could not send frame {frame_number}: {trouble}"));
        }
    }

    /// Something was done to packets on purpose.
    pub(crate) fn network(&self, text: String) {
        (self.shared.report)(ServerEvent::Network { peer: self.peer, text });
    }
}
