//! The server: accepts connections and gives each a worker. Python: `Server.py`.
//!
//! ```no_run
//! use rtsp_lab::server::{Server, Settings};
//!
//! let server = Server::bind("0.0.0.0", 2048, Settings::default())?;
//! server.serve(|event| println!("{event}"));
//! # Ok::<(), rtsp_lab::server::ServerError>(())
//! ```

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use crate::connection::address;
use crate::event::Event;
use crate::server_worker::Surveys;
use crate::standard::rtsp::DEFAULT_TIMEOUT;

mod listen;
mod network;
mod server_event;
mod spawn;
mod workers;

pub use crate::server_worker::MAX_PAYLOAD;
use listen::listen;
pub use network::Network;
pub use server_event::ServerEvent;
pub(crate) use spawn::{Hatch, spawn_with};
use workers::Workers;

/// What a server serves, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the movies.
    pub movies: PathBuf,
    /// The most payload bytes of one packet; `None` sends every frame in one, as the report does.
    pub fragment: Option<usize>,
    /// Whether RTP may go to ports below 1024, where a system's own services are.
    pub allow_low_ports: bool,
    /// How many clients may be connected at once; one more is told so, and sent away.
    pub max_clients: usize,
    /// How long a client may take for its next whole request while it has no session.
    pub setup_limit: Duration,
    /// The same in the lab's dialect with a session, while no movie is sent. The lab's clients keep
    /// quiet while they are paused.
    pub idle_limit: Duration,
    /// The most payload bytes of an RTP packet in the standard dialect.
    pub mtu: usize,
    /// How long a session of the standard dialect lives without a sign of life.
    pub session_timeout: Duration,
    /// What happens to RTP packets over UDP on their way out; `None` sends them as they are.
    pub network: Option<Network>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            movies: PathBuf::from("."),
            fragment: None,
            allow_low_ports: false,
            max_clients: MAX_CLIENTS,
            setup_limit: SETUP_LIMIT,
            idle_limit: IDLE_LIMIT,
            mtu: DEFAULT_MTU,
            session_timeout: DEFAULT_TIMEOUT,
            network: None,
        }
    }
}

/// A server that listens. Python: `Server`.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    settings: Settings,
    stop: Arc<Event>,
}

impl Server {
    /// Listens at `port` of the address or name `host`; port 0 takes a free one.
    ///
    /// # Errors
    /// The address can't be had, or there is no such folder of movies.
    pub fn bind(host: &str, port: u16, mut settings: Settings) -> Result<Self, ServerError> {
        let folder = settings.movies.canonicalize().and_then(|folder| {
            let is_dir = folder.is_dir();
            if is_dir { Ok(folder) } else { Err(io::ErrorKind::NotADirectory.into()) }
        });
        settings.movies = folder
            .map_err(|source| ServerError::Movies { folder: settings.movies.clone(), source })?;
        let failed = |source| ServerError::Bind { host: host.to_owned(), port, source };
        let listener = listen(host, port).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, settings, stop: Arc::default() })
    }

    /// Where it listens.
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The folder of the movies, as an absolute path.
    pub fn movies(&self) -> &Path {
        &self.settings.movies
    }

    /// What ends [`Self::serve`] from another thread.
    pub fn stopper(&self) -> Stopper {
        Stopper { stop: Arc::clone(&self.stop), address: self.address }
    }

    /// Serves until it is stopped, each connection in a thread of its own. Python: `Server.main`.
    ///
    /// When it returns, every thread that it started has ended.
    #[doc(alias = "main")]
    pub fn serve(self, report: impl Fn(ServerEvent) + Send + Sync + 'static) {
        let shared = Arc::new(Shared {
            settings: self.settings,
            rtsp_port: self.address.port(),
            sessions: Sessions::default(),
            surveys: Surveys::default(),
            stop: self.stop,
            report: Box::new(report),
        });
        let mut workers = Workers::new(Arc::clone(&shared));
        while !shared.stop.is_set() {
            match self.listener.accept() {
                Ok(_) if shared.stop.is_set() => break,
                Ok((stream, peer)) => workers.take(stream, canonical(peer)),
                // It has gone before it was accepted.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(source) => workers.trouble("accept a connection", source),
            }
        }
        // Each is joined when they are dropped.
    }
}

/// Ends a server's `serve` from another thread.
#[derive(Clone, Debug)]
pub struct Stopper {
    stop: Arc<Event>,
    address: SocketAddr,
}

impl Stopper {
    /// Makes `serve` return: as soon as no worker waits for its socket any more, which each does for
    /// half a second; for two while a client does not take its reply, in the standard dialect for ten.
    /// A worker that reads a movie for its first description comes to the end of it before.
    pub fn stop(&self) {
        self.stop.set();
        // `accept` has no timeout; a connection wakes it.
        let ip: IpAddr = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
        };
        let address = SocketAddr::new(ip, self.address.port());
        drop(TcpStream::connect_timeout(&address, WAKE_PATIENCE));
    }
}

impl Settings {
    /// Why RTP can't go to that port of a client, if it can't: a datagram to a system's own service
    /// may do harm there, and the service may answer.
    pub(crate) fn objection_to(&self, port: u16) -> Option<String> {
        let objection = format!(
            "expected a port for RTP from {FIRST_PORT} on, found {port}; --allow-low-ports allows it"
        );
        (port < FIRST_PORT && !self.allow_low_ports).then_some(objection)
    }
}

/// What the workers of one server share: nothing that changes, but for the list of sessions.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) rtsp_port: u16,
    pub(crate) sessions: Sessions,
    pub(crate) surveys: Surveys,
    pub(crate) stop: Arc<Event>,
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

/// A server that can't start.
#[derive(Debug)]
pub enum ServerError {
    /// The address can't be had.
    Bind {
        /// The address or name.
        host: String,
        /// The port.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// There is no such folder of movies.
    Movies {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl fmt::Display for ServerError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind { host, port, source } => {
                write!(out, "bind RTSP port {}: {source}", address(host, *port))
            }
            Self::Movies { folder, source } => {
                write!(out, "open folder of movies {}: {source}", folder.display())
            }
        }
    }
}

impl std::error::Error for ServerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Bind { source, .. } | Self::Movies { source, .. } => Some(source),
        }
    }
}

/// An IPv4 client of an IPv6 socket is an IPv4 client. (An IPv6 address keeps its scope.)
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::new(ip.into(), address.port()),
        IpAddr::V6(_) => address,
    }
}

/// What fits a packet of Ethernet, with room for a tunnel's headers.
pub const DEFAULT_MTU: usize = 1400;
/// What a worker and its sender need of a stack, many times over. The usual 2 MiB are hardly ever
/// touched, but a thousand sessions would have 4 GiB of them.
const STACK_SIZE: usize = 256 << 10;
/// Half a request, or none at all, keeps a thread and a descriptor for so long.
pub const SETUP_LIMIT: Duration = Duration::from_secs(10);
/// A pause in which nobody has said anything for so long is none.
pub const IDLE_LIMIT: Duration = Duration::from_secs(60);
/// The ports below it are the system's (RFC 6335 section 6).
const FIRST_PORT: u16 = 1024;
/// How many clients there may be at once.
pub const MAX_CLIENTS: usize = 4096;
/// How long to try to wake `accept`: where it takes so long, others wake it.
const WAKE_PATIENCE: Duration = Duration::from_millis(100);
