//! The largest datagram that this system sends.
//!
//! UDP over IPv4 carries 65,507 bytes. A system may refuse smaller ones: macOS, unless it is told
//! otherwise, those above 9,216 bytes. Its error does not name the limit, so it is found by trying.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::OnceLock;
use std::time::Duration;
use std::{error, fmt, io};

/// What UDP over IPv4 carries in one datagram, in bytes.
pub const MOST: usize = 65_507;

/// What lets the system send larger ones, if anything does.
pub const REMEDY: Option<&str> = if cfg!(target_os = "macos") {
    Some("sudo sysctl -w net.inet.udp.maxdgram=65535")
} else {
    None
};

/// A datagram that the system refuses for its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// Its size in bytes.
    pub found: usize,
    /// The size of the largest that the system sends.
    pub limit: usize,
}

impl TooLarge {
    /// Asks whether the system sends a datagram of `found` bytes.
    ///
    /// # Errors
    /// It is above the limit.
    pub fn check(found: usize) -> Result<(), Self> {
        match largest() {
            Some(limit) if limit < found => Err(Self { found, limit }),
            Some(_) | None => Ok(()),
        }
    }
}

impl fmt::Display for TooLarge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { found, limit } = self;
        write!(out, "this system sends no datagram above {limit} bytes, found {found}")?;
        REMEDY.map_or(Ok(()), |remedy| write!(out, " (remedy: {remedy})"))
    }
}

impl error::Error for TooLarge {}

/// The size in bytes of the largest datagram that this system sends; `None` if it can't be found.
///
/// It is looked for once: at most 18 datagrams go to a socket of its own on the loopback address.
fn largest() -> Option<usize> {
    static FOUND: OnceLock<Option<usize>> = OnceLock::new();
    *FOUND.get_or_init(|| search().ok())
}

fn search() -> io::Result<usize> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.connect(socket.local_addr()?)?;
    socket.set_write_timeout(Some(Duration::from_millis(500)))?;
    // If not even this can be sent, size is not the problem.
    socket.send(&[0])?;
    let bytes = vec![0; MOST];
    let (mut sent, mut refused) = (1, MOST + 1);
    while sent + 1 < refused {
        let middle = usize::midpoint(sent, refused);
        match socket.send(bytes.get(..middle).unwrap_or_default()) {
            Ok(_) => sent = middle,
            Err(_) => refused = middle,
        }
    }
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(any(target_os = "linux", windows))]
    fn all_that_udp_carries_leaves() {
        assert_eq!(largest(), Some(MOST));
    }

    #[test]
    fn a_datagram_is_refused_above_the_limit_and_not_at_it() {
        let limit = largest().unwrap();
        assert_eq!(TooLarge::check(limit), Ok(()));
        assert_eq!(TooLarge::check(limit + 1), Err(TooLarge { found: limit + 1, limit }));
    }
}
