//! A server that does not answer attempts to connect, like one behind a firewall: its queue is
//! full. (This is what Linux does; elsewhere the queue may be longer, or a full queue may refuse.)

use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::LIMIT;

pub(crate) struct FullQueue {
    listener: TcpListener,
    queued: Vec<TcpStream>,
}

impl FullQueue {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connect = || TcpStream::connect_timeout(&address, SOON).ok();
        let queued = std::iter::from_fn(connect).take(MOST + 1).collect::<Vec<_>>();
        assert!(queued.len() <= MOST, "the queue is never full");
        Self { listener, queued }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// Waits until the system tries to connect a client (only Linux tells).
    #[track_caller]
    pub(crate) fn until_somebody_tries(&self) {
        let start = Instant::now();
        let trying = format!("0100007F:{:04X} 02 ", self.port());
        while !fs::read_to_string("/proc/net/tcp").unwrap().contains(&trying) {
            assert!(start.elapsed() < LIMIT, "nobody tries to connect");
            thread::sleep(LOOK);
        }
    }

    /// Lets in a client that still waits; returns how many bytes it sent before it left, or `None`
    /// if nobody comes.
    pub(crate) fn lets_in(self) -> Option<usize> {
        let own: Vec<SocketAddr> =
            self.queued.iter().map(|stream| stream.local_addr().unwrap()).collect();
        let start = Instant::now();
        self.listener.set_nonblocking(true).unwrap();
        while start.elapsed() < NOBODY {
            let Ok((mut stream, peer)) = self.listener.accept() else {
                thread::sleep(LOOK);
                continue;
            };
            if !own.contains(&peer) {
                stream.set_nonblocking(false).unwrap();
                stream.set_read_timeout(Some(LIMIT)).unwrap();
                return Some(stream.read_to_end(&mut Vec::new()).unwrap());
            }
        }
        None
    }
}

/// A client that finds room in the queue is let in within this time.
const SOON: Duration = Duration::from_millis(500);
/// A client that still waits tries again within this time.
const NOBODY: Duration = Duration::from_secs(5);
/// More than Rust's listeners ask for.
const MOST: usize = 1024;
/// How long to wait between two looks at something that sends no event.
const LOOK: Duration = Duration::from_millis(5);
