//! Where the server listens.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener};

use socket2::{Domain, Socket, Type};

/// Listens at `port` of the address or name `host`; port 0 takes a free one.
///
/// # Errors
/// The address is not available.
pub(super) fn listen(host: &str, port: u16) -> io::Result<TcpListener> {
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

/// The connections that may wait to be accepted.
const MOST_WAITING: i32 = 128;

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
