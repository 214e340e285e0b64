//! The thread that receives RTP while the movie plays. Python: `Client.listenRtp`.
//!
//! The port, and all that is known of its packets, moves into the thread at PLAY and comes home at
//! PAUSE, by `join`: there are never two listeners, and nothing is shared.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{fmt, io};

use super::LatestPacket;
use super::port::{Port, Waker};
use super::strangers::Strangers;
use crate::connection::{SOCKET_TIMEOUT, timed_out};
use crate::event::Event;
use crate::lab_payload::Assembler;
use crate::rtp_packet::RtpPacket;
use crate::statistics::Reception;

/// The open RTP port. Python: `rtpSocket`.
#[derive(Debug)]
pub(super) struct RtpPort {
    socket: UdpSocket,
    clock: Instant,
    reception: Reception,
    assembler: Assembler,
    strangers: Strangers,
    latest: Option<LatestPacket>,
    last_report: Duration,
}

/// What is passed on to `update_movie`.
#[derive(Debug)]
pub(super) struct Frame {
    /// A whole frame; `None` if there are only figures to tell.
    pub(super) jpeg: Option<Vec<u8>>,
    /// The figures as of this frame.
    pub(super) reception: Reception,
    /// The packet that came last, whatever was in it.
    pub(super) latest: Option<LatestPacket>,
}

impl RtpPort {
    /// Opens the port, with the lab's timeout of 0.5 s; port 0 takes a free one. Python: `openRtpPort`.
    ///
    /// # Errors
    /// The port is taken, or not for this user.
    pub(super) fn open(
        port: u16,
        ipv6: bool,
        strangers: Strangers,
        clock: Instant,
    ) -> io::Result<Self> {
        let any: IpAddr =
            if ipv6 { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
        let socket = UdpSocket::bind((any, port))?;
        socket.set_read_timeout(Some(SOCKET_TIMEOUT))?;
        let (reception, assembler) = (Reception::default(), Assembler::default());
        let (latest, last_report) = (None, Duration::ZERO);
        Ok(Self { socket, clock, reception, assembler, strangers, latest, last_report })
    }

    /// The port that is announced to the server.
    ///
    /// # Errors
    /// The socket has been closed by the system.
    pub(super) fn number(&self) -> io::Result<u16> {
        Ok(self.socket.local_addr()?.port())
    }

    fn take(&mut self, datagram: &[u8], from: SocketAddr, frames: &SyncSender<Frame>) {
        let now = self.clock.elapsed();
        match RtpPacket::decode(datagram) {
            _ if self.strangers.include(from) => self.reception.strangers += 1,
            Ok(packet) => {
                self.latest = LatestPacket::of(datagram, &packet);
                let continues = self.assembler.continues(&packet);
                let order = self.reception.record(&packet, continues, now);
                if order.goes_on() {
                    self.assembler.push(&packet, order);
                }
            }
            Err(_) => self.reception.malformed += 1,
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
        let sent =
            frames.try_send(Frame { jpeg, reception: self.reception.clone(), latest: self.latest });
        self.reception.overruns += u64::from(is_frame && sent.is_err());
    }
}

impl Port for RtpPort {
    /// Takes what has come while nobody listened: packets from before the pause, which say nothing
    /// of what comes after it.
    fn catch_up(&mut self, frames: &SyncSender<Frame>) {
        let mut datagram = vec![0; MAX_DATAGRAM];
        if self.socket.set_nonblocking(true).is_ok() {
            // A sender that never paused must not keep the client from playing.
            for _ in 0..MAX_WAITING {
                let Ok((count, from)) = self.socket.recv_from(&mut datagram) else { break };
                self.take(datagram.get(..count).unwrap_or_default(), from, frames);
            }
        }
        // Back to the timeout; a socket that refuses would refuse to receive, too.
        self.socket.set_nonblocking(false).ok();
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
            let received = self.socket.recv_from(&mut datagram);
            let stopping = stop.is_set();
            match received {
                Ok((0, _)) if stopping => return,
                Ok((count, from)) => {
                    self.take(datagram.get(..count).unwrap_or_default(), from, frames);
                }
                Err(error) if timed_out(&error) && stopping => return,
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

    /// An empty datagram to the own port.
    fn waker(&self) -> io::Result<Waker> {
        let socket = self.socket.try_clone()?;
        let own = socket.local_addr()?;
        let loopback: IpAddr = match own.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        // Where it can't be sent, the timeout of 0.5 s ends the thread.
        Ok(Box::new(move || drop(socket.send_to(&[], (loopback, own.port())))))
    }

    fn reception(&mut self) -> &mut Reception {
        &mut self.reception
    }

    fn latest(&self) -> Option<LatestPacket> {
        self.latest
    }
}

/// The thread `listen_rtp`, and how it is stopped.
pub(super) struct Listener {
    stop: Arc<Event>,
    wake: Waker,
    thread: Option<JoinHandle<Box<dyn Port>>>,
}

impl Listener {
    /// Starts the thread. Python: `threading.Thread(target=self.listenRtp).start()`.
    ///
    /// # Errors
    /// The system has no room for another thread or descriptor.
    pub(super) fn start(mut port: Box<dyn Port>, frames: SyncSender<Frame>) -> io::Result<Self> {
        let wake = port.waker()?;
        let stop = Arc::new(Event::default());
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new().name("listen_rtp".to_owned()).spawn(move || {
            port.listen_rtp(&stopped, &frames);
            port
        })?;
        Ok(Self { stop, wake, thread: Some(thread) })
    }

    /// Stops the thread at once and brings the port home; `None` if the thread has panicked.
    pub(super) fn finish(mut self) -> Option<Box<dyn Port>> {
        self.join()
    }

    fn join(&mut self) -> Option<Box<dyn Port>> {
        let thread = self.thread.take()?;
        self.stop.set();
        (self.wake)();
        thread.join().ok()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.join());
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Listener").field("thread", &self.thread).finish_non_exhaustive()
    }
}

/// The most that a UDP datagram can carry.
const MAX_DATAGRAM: usize = 65_535;
/// The most datagrams that are taken before PLAY; no system keeps as many.
const MAX_WAITING: usize = 10_000;
/// How long packets that are there already are still taken after the stop.
const DRAIN_TIME: Duration = Duration::from_millis(100);
/// How often the figures are told when no frame tells them.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);
/// How long to wait after an error of the socket, so that a lasting one does not burn a core.
const ERROR_PAUSE: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::recv_rtsp_reply::Mailbox;
    use std::sync::mpsc::{Receiver, sync_channel};

    const WAIT: Duration = Duration::from_secs(10);

    fn open() -> (Box<dyn Port>, SocketAddr) {
        let (mailbox, _) = Mailbox::new();
        let strangers = Strangers::to([Ipv4Addr::LOCALHOST.into()], mailbox, 0);
        let port = RtpPort::open(0, false, strangers, Instant::now()).unwrap();
        let address = (Ipv4Addr::LOCALHOST, port.number().unwrap()).into();
        (Box::new(port), address)
    }

    fn send(numbers: std::ops::Range<u16>, to: SocketAddr) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut datagram = Vec::new();
        for number in numbers {
            RtpPacket::jpeg(number, 0, 0, b"\xFF\xD8\xFF\xD9").encode(&mut datagram);
            socket.send_to(&datagram, to).unwrap();
        }
    }

    fn wait_for_frame(frames: &Receiver<Frame>) -> Reception {
        loop {
            let frame = frames.recv_timeout(WAIT).unwrap();
            if frame.jpeg.is_some() {
                return frame.reception;
            }
        }
    }

    #[test]
    fn a_stop_wakes_the_thread_and_is_no_packet() {
        let (port, address) = open();
        let (frames, arriving) = sync_channel(100);
        let listener = Listener::start(port, frames).unwrap();
        send(1..2, address);
        assert_eq!(wait_for_frame(&arriving).packets, 1);
        // The thread waits for the next packet now, for 0.5 s.
        let mut port = listener.finish().unwrap();
        let Reception { packets, malformed, .. } = *port.reception();
        assert_eq!(
            (packets, malformed),
            (1, 0),
            "only a thread that was not woken counts the waker"
        );
    }

    #[test]
    fn what_was_in_flight_at_the_stop_is_still_taken() {
        let (port, address) = open();
        let (frames, arriving) = sync_channel(100);
        send(1..11, address);
        let mut port = Listener::start(port, frames).unwrap().finish().unwrap();
        assert_eq!((port.reception().packets, port.reception().lost), (10, 0));
        assert_eq!(arriving.try_iter().filter(|frame| frame.jpeg.is_some()).count(), 10);
    }

    #[test]
    fn the_port_can_listen_again_and_goes_on_counting() {
        let (mut port, address) = open();
        for run in 0..20 {
            let (frames, arriving) = sync_channel(100);
            let listener = Listener::start(port, frames).unwrap();
            send(run * 5 + 1..run * 5 + 6, address);
            while wait_for_frame(&arriving).packets < u64::from(run + 1) * 5 {}
            port = listener.finish().unwrap();
        }
        let Reception { packets, lost, late, malformed, .. } = *port.reception();
        assert_eq!((packets, lost, late, malformed), (100, 0, 0, 0));
    }

    #[test]
    fn frames_that_nobody_takes_are_counted_and_do_not_stop_the_thread() {
        let (port, address) = open();
        let (frames, arriving) = sync_channel(1);
        send(1..11, address);
        let mut port = Listener::start(port, frames).unwrap().finish().unwrap();
        assert_eq!((port.reception().packets, port.reception().overruns), (10, 9));
        drop(arriving);
    }

    #[test]
    fn junk_is_counted_and_harms_nothing() {
        let (port, address) = open();
        let (frames, _arriving) = sync_channel(100);
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(b"junk", address).unwrap();
        send(1..2, address);
        let mut port = Listener::start(port, frames).unwrap().finish().unwrap();
        assert_eq!((port.reception().packets, port.reception().malformed), (1, 1));
    }
}
