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

/// What the system keeps for a program until it reads it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Queue {
    /// How many bytes wait, with what the system needs to keep them.
    pub(crate) bytes: u64,
    /// How many packets were dropped because there was no room for them.
    pub(crate) dropped: u64,
}

/// The queue at that UDP port; `None` if nobody listens there, or the system does not tell.
pub(crate) fn queue(number: u16) -> Option<Queue> {
    let tables = ["/proc/net/udp", "/proc/net/udp6"].map(fs::read_to_string);
    let lines = tables.iter().flatten().flat_map(|table| table.lines());
    let queues = lines.filter(|line| names_port(line, number)).filter_map(queue_of);
    queues.reduce(|one, other| Queue {
        bytes: one.bytes + other.bytes,
        dropped: one.dropped + other.dropped,
    })
}

/// How many packets were dropped there; 0 if the system does not tell.
pub(crate) fn dropped(number: u16) -> u64 {
    queue(number).unwrap_or_default().dropped
}

/// The fifth word of a line has the two queues, in hexadecimal; the last one is what was dropped.
fn queue_of(line: &str) -> Option<Queue> {
    let (_, received) = line.split_whitespace().nth(4)?.split_once(':')?;
    let bytes = u64::from_str_radix(received, 16).ok()?;
    let dropped = line.split_whitespace().next_back()?.parse().ok()?;
    Some(Queue { bytes, dropped })
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

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_not_read_waits() {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = socket.local_addr().unwrap();
        assert_eq!(queue(address.port()), Some(Queue::default()));
        UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().send_to(&[7; 900], address).unwrap();
        assert!(queue(address.port()).unwrap().bytes >= 900);
        socket.recv(&mut [0; 900]).unwrap();
        assert_eq!(queue(address.port()), Some(Queue::default()));
    }
}
