//! The RTP port that the client is given, and whether it listens there.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};

/// A UDP port that was free. Nobody else gets it while this lives.
#[derive(Debug)]
pub(crate) struct RtpPort {
    number: u16,
    /// The UDP port must stay free for the client. So the TCP port of the same number is taken,
    /// which other runs of this program on the machine will notice.
    _lock: TcpListener,
}

impl RtpPort {
    /// Finds one.
    ///
    /// # Errors
    /// None is free: in one line.
    pub(crate) fn find() -> Result<Self, String> {
        let numbers = (0..ATTEMPTS).map(|_| FIRST + rand::random::<u16>() % COUNT);
        let mut free = numbers.filter_map(|number| {
            let lock = TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
            UdpSocket::bind((Ipv4Addr::UNSPECIFIED, number)).ok()?;
            Some(Self { number, _lock: lock })
        });
        free.next().ok_or_else(|| format!("could not find a free UDP port from {FIRST} on"))
    }

    /// Its number.
    pub(crate) const fn number(&self) -> u16 {
        self.number
    }
}

/// Whether a program listens at that UDP port.
pub(crate) fn is_bound(number: u16) -> bool {
    // Trying to bind it might take it away from the client, so it is looked up in a table.
    match ["/proc/net/udp", "/proc/net/udp6"].map(fs::read_to_string) {
        [Err(_), Err(_)] => UdpSocket::bind((Ipv4Addr::UNSPECIFIED, number)).is_err(),
        tables => tables.iter().flatten().any(|table| names_port(table, number)),
    }
}

/// How many packets the system has dropped there because the program did not take them in time; 0
/// if the system does not tell.
pub(crate) fn dropped(number: u16) -> u64 {
    let tables = ["/proc/net/udp", "/proc/net/udp6"].map(fs::read_to_string);
    let lines = tables.iter().flatten().flat_map(|table| table.lines());
    // The last word of a line.
    let counts = lines.filter(|line| names_port(line, number)).filter_map(|line| {
        let word = line.split_whitespace().next_back()?;
        word.parse::<u64>().ok()
    });
    counts.sum()
}

/// Each line has, as its second word, the local address and the port in hexadecimal (proc(5)).
fn names_port(table: &str, number: u16) -> bool {
    let end = format!(":{number:04X}");
    table.lines().any(|line| line.split_whitespace().nth(1).is_some_and(|at| at.ends_with(&end)))
}

/// Below the ports that systems hand out by themselves, and below those of [`crate::port`].
const FIRST: u16 = 10_000;
const COUNT: u16 = 10_000;
const ATTEMPTS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_bound_while_somebody_listens_there() {
        let port = RtpPort::find().unwrap();
        assert!(!is_bound(port.number()));
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port.number())).unwrap();
        assert!(is_bound(port.number()));
        drop(socket);
        assert!(!is_bound(port.number()));
    }
}
