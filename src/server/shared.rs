//! What the workers of one server share.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use super::server_event::ServerEvent;
use super::settings::Settings;
use crate::event::Event;

/// What the workers of one server share: nothing that changes, but for the list of sessions.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) rtsp_port: u16,
    pub(crate) sessions: Sessions,
    /// Set when the server is to end.
    pub(crate) stop: Arc<Event>,
    /// Whom everything that happens is told to.
    pub(crate) report: Box<dyn Fn(ServerEvent) + Send + Sync>,
}

/// The ids of the live sessions.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Arc<Mutex<HashSet<u32>>>);

impl Sessions {
    /// A new id of six digits, random, unlike those of the other live sessions.
    pub(crate) fn open(&self) -> SessionId {
        let mut live = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let id = rand::random_range(100_000..=999_999);
            if live.insert(id) {
                return SessionId { id, live: Arc::clone(&self.0) };
            }
        }
    }
}

/// The id of a live session; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct SessionId {
    id: u32,
    live: Arc<Mutex<HashSet<u32>>>,
}

impl SessionId {
    pub(crate) const fn get(&self) -> u32 {
        self.id
    }
}

impl Drop for SessionId {
    fn drop(&mut self) {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// An IPv4 client of an IPv6 socket is an IPv4 client. (An IPv6 address keeps its scope.)
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::new(ip.into(), address.port()),
        IpAddr::V6(_) => address,
    }
}
