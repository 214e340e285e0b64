//! What the workers of one server share: what it serves, and who has a session.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::server_event::ServerEvent;
use crate::event::Event;
use crate::impairment::Network;
use crate::trace::Trace;

/// What a server serves, and how.
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the movies.
    pub movies: PathBuf,
    /// The most payload bytes of one packet; `None` sends every frame in one, as the report does.
    pub fragment: Option<usize>,
    /// Whether the last packet of every frame is marked, also where frames are whole.
    pub marker: bool,
    /// Whether a movie of the lab's dialect begins anew after its end.
    pub looping: bool,
    /// Whether RTP may go to ports below 1024, where a system's own services are.
    pub allow_low_ports: bool,
    /// How many clients may be connected at once; one more is told so, and its connection is
    /// closed.
    pub max_clients: usize,
    /// How many of them may come from one address; `None` for a quarter, so that nobody alone can take
    /// all places, but a small number all the same, for they may be behind one router.
    pub max_clients_per_address: Option<usize>,
    /// How long a client may take for its next whole request while it has no session.
    pub setup_limit: Duration,
    /// The same in the lab's dialect with a session, while no movie is sent. The lab's clients keep
    /// quiet while they are paused.
    pub idle_limit: Duration,
    /// The most payload bytes of an RTP packet in the standard dialect.
    pub mtu: usize,
    /// Whether frames that RTP/JPEG can't carry are coded anew there.
    pub recode: bool,
    /// How long a session of the standard dialect lives without a sign of life.
    pub session_timeout: Duration,
    /// What happens to RTP packets over UDP on their way out; `None` sends them as they are.
    pub network: Option<Network>,
    /// What everything that happens is told to.
    pub trace: Trace,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            movies: PathBuf::from("."),
            fragment: None,
            marker: false,
            looping: false,
            allow_low_ports: false,
            max_clients: MAX_CLIENTS,
            max_clients_per_address: None,
            setup_limit: SETUP_LIMIT,
            idle_limit: IDLE_LIMIT,
            mtu: DEFAULT_MTU,
            recode: true,
            session_timeout: SESSION_TIMEOUT,
            network: None,
            trace: Trace::default(),
        }
    }
}

impl Settings {
    /// Why RTP may not go to that port of a client, if it may not: a datagram to one of the
    /// system's own services may do harm there, and the service may answer.
    pub(crate) fn objection_to(&self, port: u16) -> Option<String> {
        let objection = format!(
            "expected a port for RTP from {FIRST_PORT} on, found {port}; --allow-low-ports allows it"
        );
        (port < FIRST_PORT && !self.allow_low_ports).then_some(objection)
    }

    /// Why a client at that address may not have a connection, if it may not, while there are so many in
    /// all and of its own.
    pub(crate) fn objection_to_client(
        &self,
        all: usize,
        its_own: usize,
        address: IpAddr,
    ) -> Option<String> {
        let most_of_one =
            self.max_clients_per_address.unwrap_or_else(|| FEW_CLIENTS.max(self.max_clients / 4));
        if all >= self.max_clients {
            Some(format!("{all} clients are connected; --max-clients N is this limit"))
        } else if its_own >= most_of_one {
            let option = "--max-clients-per-address N";
            Some(format!("{its_own} clients of {address} are connected; {option} is this limit"))
        } else {
            None
        }
    }
}

/// How many clients there may be at once.
const MAX_CLIENTS: usize = 4096;
/// So many clients may come from one address, however few there may be in all.
const FEW_CLIENTS: usize = 64;
/// How long half a request, or none at all, may keep a thread and a descriptor.
const SETUP_LIMIT: Duration = Duration::from_secs(10);
/// A pause that is silent for this long is taken for a client that has gone.
const IDLE_LIMIT: Duration = Duration::from_secs(60);
/// What fits a packet of Ethernet, with room for a tunnel's headers.
const DEFAULT_MTU: usize = 1400;
/// The default of RFC 2326 section 12.37.
const SESSION_TIMEOUT: Duration = Duration::from_secs(60);
/// Ports below this one are the system's (RFC 6335 section 6).
const FIRST_PORT: u16 = 1024;

/// What the workers of one server share. Only the list of sessions changes.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) rtsp_port: u16,
    pub(crate) sessions: Sessions,
    /// Set when the server is to end.
    pub(crate) stop: Arc<Event>,
    /// The function that is told of everything that happens.
    pub(crate) report: Box<dyn Fn(ServerEvent) + Send + Sync>,
}

/// The live sessions of the lab's dialect: their ids, and where their packets go.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Arc<Mutex<Live>>);

type Live = HashMap<u32, SocketAddr>;

impl Sessions {
    /// A new id of six digits, random, unlike those of the other live sessions.
    pub(crate) fn open(&self, client: SocketAddr) -> SessionId {
        let mut live = self.lock();
        loop {
            let id = rand::random_range(100_000..=999_999);
            if let Entry::Vacant(vacant) = live.entry(id) {
                vacant.insert(client);
                return SessionId { id, live: Arc::clone(&self.0) };
            }
        }
    }

    /// Whether the packets of a session go there.
    pub(crate) fn reach(&self, client: SocketAddr) -> bool {
        self.lock().values().any(|&other| other == client)
    }

    fn lock(&self) -> MutexGuard<'_, Live> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id of a live session; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct SessionId {
    id: u32,
    live: Arc<Mutex<Live>>,
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

/// The address of an IPv4 client as such, even at an IPv6 socket. (An IPv6 address keeps its
/// scope.)
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::new(ip.into(), address.port()),
        IpAddr::V6(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_gets_a_quarter_of_the_places_or_what_is_said() {
        let address = IpAddr::from([10, 0, 0, 7]);
        let may_come = |max_clients, max_clients_per_address, (all, its_own)| {
            let settings = Settings { max_clients, max_clients_per_address, ..Settings::default() };
            settings.objection_to_client(all, its_own, address).is_none()
        };
        for (places, of_one, most) in
            [(4096, None, 1024), (30, None, 30), (200, None, 64), (9, Some(2), 2)]
        {
            assert!(may_come(places, of_one, (most - 1, most - 1)));
            assert!(!may_come(places, of_one, (most, most)), "{most} of {places}");
            assert_eq!(may_come(places, of_one, (most, 0)), most < places, "another address");
        }
    }
}
