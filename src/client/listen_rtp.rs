//! The thread that receives RTP while the movie plays. Python: `Client.listenRtp`.
//!
//! The port, and all that is known of its packets, moves into the thread at PLAY and comes home at
//! PAUSE, by `join`: there are never two listeners, and nothing is shared.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::connection::{SOCKET_TIMEOUT, timed_out};
use crate::event::Event;
use crate::lab_payload::Assembler;
use crate::rtp_packet::RtpPacket;
use crate::statistics::{Order, Reception};

/// The open RTP port. Python: `rtpSocket`.
#[derive(Debug)]
pub(super) struct RtpPort {
    socket: UdpSocket,
    clock: Instant,
    pub(super) reception: Reception,
    assembler: Assembler,
    last_report: Duration,
}

/// What is passed on to `update_movie`.
#[derive(Debug)]
pub(super) struct Frame {
    /// A whole frame; `None` if there are only figures to tell.
    pub(super) jpeg: Option<Vec<u8>>,
    /// The figures as of this frame.
    pub(super) reception: Reception,
}

impl RtpPort {
    /// Opens the port, with the lab's timeout of 0.5 s; port 0 takes a free one. Python: `openRtpPort`.
    ///
    /// # Errors
    /// The port is taken, or not for this user.
    pub(super) fn open(port: u16, ipv6: bool, clock: Instant) -> io::Result<Self> {
        let any: IpAddr =
            if ipv6 { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
        let socket = UdpSocket::bind((any, port))?;
        socket.set_read_timeout(Some(SOCKET_TIMEOUT))?;
        let (reception, assembler) = (Reception::default(), Assembler::default());
        Ok(Self { socket, clock, reception, assembler, last_report: Duration::ZERO })
    }

    /// The port that is announced to the server.
    ///
    /// # Errors
    /// The socket has been closed by the system.
    pub(super) fn number(&self) -> io::Result<u16> {
        Ok(self.socket.local_addr()?.port())
    }

    /// Receives packets until it is stopped. Python: `listenRtp`.
    ///
    /// # Deviation
    /// Python looks at its event only after a packet or a timeout. Here an empty datagram to the own
    /// port wakes the thread; what came before it was in flight when PAUSE was sent, and is shown.
    #[doc(alias = "listenRtp")]
    fn listen_rtp(&mut self, stop: &Event, frames: &SyncSender<Frame>) {
        let mut datagram = vec![0; MAX_DATAGRAM];
        let mut deadline = None;
        loop {
            let stopping = stop.is_set();
            match self.socket.recv(&mut datagram) {
                Ok(0) if stopping => return,
                Ok(count) => self.take(datagram.get(..count).unwrap_or_default(), frames),
                Err(error) if timed_out(&error) => self.pass_on(None, frames),
                // Some systems report here that an earlier datagram was refused.
                Err(_) => drop(stop.wait(ERROR_PAUSE)),
            }
            // A flood may have left no room for the datagram that wakes.
            if stopping && *deadline.get_or_insert(Instant::now() + DRAIN_TIME) <= Instant::now() {
                return;
            }
        }
    }

    fn take(&mut self, datagram: &[u8], frames: &SyncSender<Frame>) {
        let now = self.clock.elapsed();
        let Ok(packet) = RtpPacket::decode(datagram) else {
            self.reception.malformed += 1;
            return;
        };
        let order = self.reception.record(&packet, self.assembler.continues(&packet), now);
        if order != Order::Late {
            self.assembler.push(&packet, order);
        }
        self.reception.damaged = self.assembler.damaged();
        while let Some(frame) = self.assembler.next_frame() {
            self.pass_on(Some(frame), frames);
        }
        if now >= self.last_report + REPORT_INTERVAL {
            self.pass_on(None, frames);
        }
    }

    /// A frame may be left out when decoding does not keep up; receiving never waits.
    fn pass_on(&mut self, jpeg: Option<Vec<u8>>, frames: &SyncSender<Frame>) {
        self.last_report = self.clock.elapsed();
        let is_frame = jpeg.is_some();
        let sent = frames.try_send(Frame { jpeg, reception: self.reception.clone() });
        self.reception.overruns += u64::from(is_frame && sent.is_err());
    }
}

/// The thread `listen_rtp`, and how it is stopped.
#[derive(Debug)]
pub(super) struct Listener {
    stop: Arc<Event>,
    waker: UdpSocket,
    thread: Option<JoinHandle<RtpPort>>,
}

impl Listener {
    /// Starts the thread. Python: `threading.Thread(target=self.listenRtp).start()`.
    ///
    /// # Errors
    /// The system has no room for another thread or descriptor.
    pub(super) fn start(mut port: RtpPort, frames: SyncSender<Frame>) -> io::Result<Self> {
        let waker = port.socket.try_clone()?;
        let stop = Arc::new(Event::default());
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new().name("listen_rtp".to_owned()).spawn(move || {
            port.listen_rtp(&stopped, &frames);
            port
        })?;
        Ok(Self { stop, waker, thread: Some(thread) })
    }

    /// Stops the thread at once and brings the port home; `None` if the thread has panicked.
    pub(super) fn finish(mut self) -> Option<RtpPort> {
        self.join()
    }

    fn join(&mut self) -> Option<RtpPort> {
        let thread = self.thread.take()?;
        self.stop.set();
        if let Ok(own) = self.waker.local_addr() {
            let loopback: IpAddr = match own.ip() {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            };
            // Where it can't be sent, the timeout of 0.5 s ends the thread.
            self.waker.send_to(&[], (loopback, own.port())).ok();
        }
        thread.join().ok()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.join());
    }
}

/// The most that a UDP datagram can carry.
const MAX_DATAGRAM: usize = 65_535;
/// How long packets that are there already are still taken after the stop.
const DRAIN_TIME: Duration = Duration::from_millis(100);
/// How often the figures are told when no frame tells them.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);
/// How long to wait after an error of the socket, so that a lasting one does not burn a core.
const ERROR_PAUSE: Duration = Duration::from_millis(10);
