//! One thread that takes all packets of all sessions.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mio::net::UdpSocket as PolledSocket;
use mio::{Events, Interest, Poll, Token};

use super::sessions::Dialect;

/// The thread, and a port for each session.
pub(crate) struct Receiver {
    pub(crate) ports: Vec<u16>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Stream>>,
}

/// What came at one port.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    /// The frames all of whose packets came.
    pub(crate) frames: Vec<Frame>,
    /// Of the last frame's last packet, and how many packets have come since.
    last_end: Option<(u16, u16)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Its place in the movie; it begins again at 65,536.
    pub(crate) number: u16,
    pub(crate) at: Instant,
}

impl Receiver {
    pub(crate) fn start(sessions: u16, dialect: Dialect) -> Self {
        let poll = Poll::new().unwrap();
        let (mut sockets, mut ports) = (Vec::new(), Vec::new());
        for index in 0..sessions {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a UDP port");
            socket.set_nonblocking(true).unwrap();
            ports.push(socket.local_addr().unwrap().port());
            let mut socket = PolledSocket::from_std(socket);
            let token = Token(index.into());
            poll.registry().register(&mut socket, token, Interest::READABLE).unwrap();
            sockets.push(socket);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new().name("receiver".to_owned());
        let thread = thread.spawn(move || receive(poll, &sockets, dialect, &stopped)).unwrap();
        Self { ports, stop, thread }
    }

    /// All that came, for each port.
    pub(crate) fn finish(self) -> Vec<Stream> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn receive(
    mut poll: Poll,
    sockets: &[PolledSocket],
    dialect: Dialect,
    stopped: &AtomicBool,
) -> Vec<Stream> {
    let mut streams = sockets.iter().map(|_| Stream::default()).collect::<Vec<_>>();
    let mut events = Events::with_capacity(1024);
    while !stopped.load(Ordering::Relaxed) {
        match poll.poll(&mut events, Some(Duration::from_millis(100))) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            polled => polled.unwrap(),
        }
        for event in &events {
            let Token(index) = event.token();
            take_all(&sockets[index], &mut streams[index], dialect);
        }
    }
    streams
}

/// Takes all packets that wait at a port, since the kernel reports a port only once. Only a
/// packet's header is taken: copying the rest would be work that is not the server's.
fn take_all(socket: &PolledSocket, stream: &mut Stream, dialect: Dialect) {
    let mut header = [0; 12];
    loop {
        match socket.recv(&mut header) {
            Ok(12) => stream.take(&header, dialect, Instant::now()),
            Ok(length) => panic!("a packet of {length} bytes"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}"),
        }
    }
}

impl Stream {
    fn take(&mut self, header: &[u8; 12], dialect: Dialect, at: Instant) {
        let [_, kind, s1, s0, t3, t2, t1, t0, ..] = *header;
        let sequence_number = u16::from_be_bytes([s1, s0]);
        if dialect == Dialect::Lab {
            self.frames.push(Frame { number: sequence_number, at });
            return;
        }
        // The marker bit ends a frame; it is whole if no number is missing since the last one's
        // end.
        let (last_end, count) = self.last_end.unwrap_or((sequence_number.wrapping_sub(1), 0));
        let count = count + 1;
        self.last_end = Some((last_end, count));
        if kind & 0x80 != 0 {
            self.last_end = Some((sequence_number, 0));
            if sequence_number.wrapping_sub(last_end) == count {
                let ticks = u32::from_be_bytes([t3, t2, t1, t0]);
                let number = u16::try_from(ticks / TICKS_A_FRAME % 65_536).unwrap();
                self.frames.push(Frame { number, at });
            }
        }
    }
}

/// The standard's clock is 90 kHz.
const TICKS_A_FRAME: u32 = 4500;
