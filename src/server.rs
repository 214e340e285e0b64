//! The server: accepts connections and gives each a worker. Python: `Server.py`.
//!
//! ```no_run
//! use rtsp_lab::server::{Server, Settings};
//!
//! let server = Server::bind("0.0.0.0", 2048, Settings::default())?;
//! server.serve(|event| println!("{event}"));
//! # Ok::<(), rtsp_lab::server::ServerError>(())
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fmt, io};

use socket2::{Domain, Socket, Type};

use crate::connection::address;
use crate::event::Event;

mod first_request;
pub(crate) mod server_event;
pub(crate) mod shared;
mod throttle;
mod workers;

pub use crate::impairment::Network;
pub use crate::server_worker::rtp_socket::MAX_PAYLOAD;
pub use server_event::ServerEvent;
pub use shared::Settings;
use shared::{Sessions, Shared, canonical};
use throttle::Throttle;
use workers::Workers;

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
    /// The address is not available, or there is no such folder of movies.
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

    /// A handle that ends [`Self::serve`] from another thread.
    pub fn stopper(&self) -> Stopper {
        Stopper { stop: Arc::clone(&self.stop), address: self.address }
    }

    /// Serves until it is stopped, each connection in a thread of its own. Python: `Server.main`.
    ///
    /// When it returns, every thread that it started has ended.
    #[doc(alias = "main")]
    pub fn serve(self, report: impl Fn(ServerEvent) + Send + Sync + 'static) {
        let (throttle, trace) = (Throttle::default(), self.settings.trace.clone());
        let report = move |event: ServerEvent| {
            event.trace(&trace);
            throttle.pass(event, Instant::now()).into_iter().flatten().for_each(&report);
        };
        let shared = Arc::new(Shared {
            settings: self.settings,
            rtsp_port: self.address.port(),
            sessions: Sessions::default(),
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

/// Listens at `port` of the address or name `host`; port 0 takes a free one.
///
/// # Errors
/// The address is not available.
fn listen(host: &str, port: u16) -> io::Result<TcpListener> {
    match host.parse() {
        Ok(IpAddr::V6(Ipv6Addr::UNSPECIFIED)) => listen_everywhere(port),
        Ok(_) | Err(_) => TcpListener::bind((host, port)),
    }
}

/// Listens at every address, of IPv6 and of IPv4. The socket is told to take both, because systems
/// have different defaults: on Windows a socket at `::` takes IPv6 only.
fn listen_everywhere(port: u16) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None)?;
    socket.set_only_v6(false)?;
    // As in the standard library: on Unix this lets a server restart at once; on Windows it would
    // let two servers share a port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)).into())?;
    socket.listen(MOST_WAITING)?;
    Ok(socket.into())
}

/// Ends a server's `serve` from another thread.
#[derive(Clone, Debug)]
pub struct Stopper {
    stop: Arc<Event>,
    address: SocketAddr,
}

impl Stopper {
    /// Makes `serve` return when every worker has noticed. A worker that waits for its socket does
    /// so within half a second; one whose client does not take its reply, within two (in the
    /// standard dialect, ten). A worker that is surveying a movie reads it to its end first.
    pub fn stop(&self) {
        self.stop.set();
        // `accept` has no timeout, so a connection wakes it.
        let ip: IpAddr = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
        };
        let address = SocketAddr::new(ip, self.address.port());
        drop(TcpStream::connect_timeout(&address, WAKE_PATIENCE));
    }
}

/// A server that can't start.
#[derive(Debug)]
pub enum ServerError {
    /// The address is not available.
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

/// The connections that may wait to be accepted.
const MOST_WAITING: i32 = 128;
/// How long to try to wake `accept`. If connecting takes this long, other connections are waiting,
/// and they wake it.
const WAKE_PATIENCE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpStream};

    #[test]
    fn at_every_address_it_is_called_by_either_family() {
        let listener = match listen("::", 0) {
            Ok(listener) => listener,
            Err(error) => {
                let none = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err();
                assert!(none, "there is IPv6, but: {error}");
                return;
            }
        };
        let port = listener.local_addr().unwrap().port();
        assert_ne!(port, 0);
        for ip in [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()] {
            let caller = TcpStream::connect((ip, port)).unwrap();
            let (_, from) = listener.accept().unwrap();
            assert_eq!(from.port(), caller.local_addr().unwrap().port(), "from {ip}");
        }
        assert!(listen("0::0", port).is_err(), "the port is taken, however it is asked for");
    }
}
