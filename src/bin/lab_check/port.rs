//! Ports for the programs under test.

use std::collections::HashSet;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};

/// A TCP port that is free and that no other [`Port`] has, in this process or in another one.
#[derive(Debug)]
pub(crate) struct Port {
    number: u16,
    /// The system lends a port only to those who listen there, and the program will only do so in a
    /// moment. So a UDP port stands for it: who has that one has the other.
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
            if TcpListener::bind((Ipv4Addr::UNSPECIFIED, number)).is_ok() {
                return Ok(Self { number, _token: token });
            }
        }
        Err(format!("could not find a free port from {FIRST} to {}", FIRST + COUNT - 1))
    }

    pub(crate) const fn number(&self) -> u16 {
        self.number
    }
}

/// Below the ports that systems give to those who ask for any.
const FIRST: u16 = 20_000;
const COUNT: u16 = 6000;
const ATTEMPTS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_given_twice() {
        let ports: Vec<_> = (0..50).map(|_| Port::take().unwrap()).collect();
        let numbers: HashSet<_> = ports.iter().map(Port::number).collect();
        assert_eq!(numbers.len(), ports.len());
    }
}
