//! Ports for the programs under test.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// A TCP port that is free and that no other [`Port`] has, in this process or in another one.
#[derive(Debug)]
pub(crate) struct Port {
    number: u16,
    /// The system reserves a port only for a program that listens there, and the program under test
    /// will not do so for a moment. So a UDP port of the same number stands for it: whoever has
    /// that has both.
    _token: UdpSocket,
}

impl Port {
    /// Takes one, until this is dropped.
    ///
    /// # Errors
    /// None is free: in one line.
    pub(crate) fn take() -> Result<Self, String> {
        let mut tried = HashSet::new();
        while tried.len() < ATTEMPTS {
            let number = FIRST + rand::random::<u16>() % COUNT;
            if !tried.insert(number) {
                continue;
            }
            let Ok(token) = UdpSocket::bind((Ipv4Addr::LOCALHOST, number + COUNT)) else {
                continue;
            };
            if nobody_listens(number) {
                return Ok(Self { number, _token: token });
            }
        }
        Err(format!("could not find a free port from {FIRST} to {}", FIRST + COUNT - 1))
    }

    pub(crate) const fn number(&self) -> u16 {
        self.number
    }
}

/// Whether a connection to that port is refused.
///
/// Listening there for a moment would tell too, but it could last longer than a moment: a program
/// that another thread starts just then inherits the socket until its first instruction, and a
/// connection to the port would be accepted in the meantime, only to be closed.
fn nobody_listens(number: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, number));
    let answer = TcpStream::connect_timeout(&address, CONNECT_LIMIT);
    answer.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

/// Below the ports that systems hand out by themselves.
const FIRST: u16 = 20_000;
const COUNT: u16 = 6000;
const ATTEMPTS: usize = 100;
/// On loopback the answer comes at once; Windows asks again for two seconds.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn no_port_is_given_twice() {
        let ports: Vec<_> = (0..50).map(|_| Port::take().unwrap()).collect();
        let numbers: HashSet<_> = ports.iter().map(Port::number).collect();
        assert_eq!(numbers.len(), ports.len());
    }

    #[test]
    fn a_port_at_which_somebody_listens_is_not_free() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let number = listener.local_addr().unwrap().port();
        assert!(!nobody_listens(number));
    }
}
