//! The thread that sends a movie, a frame every 50 ms. Python: `sendRtp` and `makeRtp`.

use std::mem::{Discriminant, discriminant};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{fmt, io};

use crate::connection::{SOCKET_TIMEOUT, was_not_taken};
use crate::event::Event;
use crate::rtp_packet::{HEADER_SIZE, RtpPacket};
use crate::server::{Hatch, ServerEvent, Settings, Shared, spawn_with};
use crate::video_stream::VideoStream;

use super::bad_network::BadNetwork;

/// The thread `send_rtp`, and how it is stopped. Dropping it stops it.
pub(super) struct Sender<S> {
    stop: Arc<Event>,
    thread: Option<JoinHandle<S>>,
}

/// What the thread works on: it moves in, and comes back at the end.
pub(super) trait Stream: Send + 'static {
    /// Sends frames until it is stopped or there are no more. Python: `sendRtp`.
    fn send_rtp(&mut self, stop: &Event, transcript: &Transcript<'_>);
}

/// Who is told of what happens to the packets.
pub(super) struct Transcript<'a> {
    peer: SocketAddr,
    shared: &'a Shared,
}

impl Transcript<'_> {
    pub(super) fn warn(&self, what: String) {
        (self.shared.report)(ServerEvent::Warning { peer: self.peer, what });
    }

    /// Of what was done to packets on purpose.
    pub(super) fn network(&self, text: String) {
        (self.shared.report)(ServerEvent::Network { peer: self.peer, text });
    }
}

/// Lets a sender begin, or, dropped without that, end.
pub(super) struct Go {
    hatch: Arc<Hatch<bool>>,
    granted: bool,
}

impl Go {
    pub(super) fn now(mut self) {
        self.granted = true;
    }
}

impl Drop for Go {
    fn drop(&mut self) {
        self.hatch.put(self.granted);
    }
}

impl<S: Stream> Sender<S> {
    /// Starts the thread; it sends nothing before it is told to.
    ///
    /// # Errors
    /// The system has no room for another thread; the movie comes back.
    pub(super) fn start(
        stream: S,
        peer: SocketAddr,
        shared: Arc<Shared>,
    ) -> Result<(Self, Go), (S, io::Error)> {
        let stop = Arc::new(Event::default());
        let stopped = Arc::clone(&stop);
        let hatch = Arc::new(Hatch::default());
        let told = Arc::clone(&hatch);
        let thread = spawn_with("send_rtp", stream, move |mut stream: S| {
            if told.take() {
                stream.send_rtp(&stopped, &Transcript { peer, shared: &shared });
            }
            stream
        })?;
        Ok((Self { stop, thread: Some(thread) }, Go { hatch, granted: false }))
    }

    /// Whether the end of the movie is still to come.
    pub(super) fn is_sending(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Stops the thread and brings the movie home; `None` if the thread has panicked.
    pub(super) fn finish(mut self) -> Option<S> {
        self.stop.set();
        self.thread.take()?.join().ok()
    }
}

impl<S> Drop for Sender<S> {
    fn drop(&mut self) {
        self.stop.set();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// All that the thread needs, and brings back.
#[derive(Debug)]
pub(super) struct RtpStream {
    video: VideoStream,
    packets: Packets,
}

impl RtpStream {
    pub(super) fn new(
        video: VideoStream,
        socket: UdpSocket,
        client: SocketAddr,
        settings: &Settings,
    ) -> Self {
        let ssrc = rand::random();
        let packets = Packets {
            socket,
            client,
            network: BadNetwork::of(settings),
            ssrc,
            fragment: settings.fragment,
            sequence_number: 0,
            warned: Vec::new(),
        };
        Self { video, packets }
    }
}

impl Stream for Box<RtpStream> {
    /// Sends frames until it is stopped or the movie ends. Python: `sendRtp`.
    ///
    /// # Deviation
    /// Each frame has an absolute deadline; `wait(0.05)` alone adds the time of the work to every
    /// frame and plays at 19.7 frames a second. Wait, look, then read: reading before waiting
    /// loses a frame at every PAUSE.
    #[doc(alias = "sendRtp")]
    fn send_rtp(&mut self, stop: &Event, transcript: &Transcript<'_>) {
        if let Err(error) = self.packets.socket.set_write_timeout(Some(SOCKET_TIMEOUT)) {
            transcript.warn(format!("could not set up the RTP socket: {error}"));
        }
        self.send_frames(stop, transcript);
        self.packets.finish(stop, transcript);
    }
}

impl RtpStream {
    fn send_frames(&mut self, stop: &Event, transcript: &Transcript<'_>) {
        let (mut due, mut at_start) = (Instant::now(), true);
        while !self.packets.wait(stop, due, transcript) {
            match self.video.next_frame_behind(HEADER_SIZE) {
                Ok(Some(datagram)) => {
                    if let Err(trouble) = self.packets.send_frame(datagram) {
                        self.packets.warn_once(&trouble, self.video.frame_number(), transcript);
                    }
                }
                // PLAY at the end of the movie starts again at frame 1. Sequence numbers run on: lab
                // clients show no packet whose number is not above the last one.
                Ok(None) if std::mem::take(&mut at_start) => {
                    if let Err(error) = self.video.rewind() {
                        return transcript.warn(format!("could not {error}"));
                    }
                    continue;
                }
                Ok(None) => return,
                Err(error) => transcript.warn(format!("could not {error}")),
            }
            at_start = false;
            due = next_deadline(due, Instant::now());
        }
    }
}

/// The way of one session's packets to its client.
#[derive(Debug)]
struct Packets {
    socket: UdpSocket,
    client: SocketAddr,
    network: Option<Box<BadNetwork>>,
    ssrc: u32,
    fragment: Option<usize>,
    sequence_number: u16,
    warned: Vec<Discriminant<Trouble>>,
}

impl Packets {
    /// Waits until the next frame is due, or `stop` is set, and says whether it is.
    fn wait(&mut self, stop: &Event, due: Instant, transcript: &Transcript<'_>) -> bool {
        let Self { socket, network, .. } = self;
        match network {
            None => stop.wait(due.saturating_duration_since(Instant::now())),
            Some(network) => network.wait(stop, due, transcript, |packet| send(socket, packet)),
        }
    }

    /// Lets out what is still under way.
    fn finish(&mut self, stop: &Event, transcript: &Transcript<'_>) {
        let Self { socket, network, .. } = self;
        if let Some(network) = network {
            network.finish(stop, transcript, |packet| send(socket, packet));
        }
    }

    /// Sends one frame, which lies behind the room for a header: in one packet, or in pieces of
    /// which the last is marked.
    fn send_frame(&mut self, datagram: &mut [u8]) -> Result<(), Trouble> {
        let length = datagram.len().saturating_sub(HEADER_SIZE);
        let Some(limit) = self.fragment else {
            self.sequence_number = self.sequence_number.wrapping_add(1);
            if length > MAX_PAYLOAD {
                return Err(Trouble::TooLarge { length });
            }
            return self.make_rtp(datagram, false);
        };
        // A piece's header takes the place of the end of the piece before, which has left already.
        for start in (0..length).step_by(limit) {
            let end = length.min(start + limit);
            let piece = datagram.get_mut(start..end + HEADER_SIZE).unwrap_or_default();
            self.sequence_number = self.sequence_number.wrapping_add(1);
            self.make_rtp(piece, end == length)?;
        }
        Ok(())
    }

    /// Makes an RTP packet of a payload and the room before it, and sends it. Python: `makeRtp`.
    #[doc(alias = "makeRtp")]
    fn make_rtp(&mut self, datagram: &mut [u8], marker: bool) -> Result<(), Trouble> {
        if let Some(header) = datagram.first_chunk_mut() {
            let packet = RtpPacket::jpeg(self.sequence_number, unix_seconds(), self.ssrc, b"");
            *header = RtpPacket { marker, ..packet }.header();
        }
        let Self { socket, client, network, .. } = self;
        let sent = match network {
            None => send(socket, datagram),
            Some(network) => network.send(datagram, |packet| send(socket, packet)),
        };
        sent.map_err(|source| Trouble::Send { client: *client, source })
    }

    /// Says what is wrong, each kind once in a session: twenty lines a second would help nobody.
    fn warn_once(&mut self, trouble: &Trouble, frame_number: u64, transcript: &Transcript<'_>) {
        let kind = discriminant(trouble);
        if !self.warned.contains(&kind) {
            self.warned.push(kind);
            transcript.warn(format!("could not send frame {frame_number}: {trouble}"));
        }
    }
}

/// Sends a packet to the client that the socket is connected to.
///
/// # Errors
/// The system can't send it. That nobody listens there is no error: the lab's server does not know.
pub(super) fn send(socket: &UdpSocket, packet: &[u8]) -> io::Result<()> {
    for _ in 0..2 {
        match socket.send(packet) {
            // This is said of a packet before; the present one has not left.
            Err(error) if was_not_taken(&error) => {}
            sent => return sent.map(|_| ()),
        }
    }
    Ok(())
}

/// Why a frame did not leave.
enum Trouble {
    TooLarge { length: usize },
    Send { client: SocketAddr, source: io::Error },
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { length } => write!(
                out,
                "expected at most {MAX_PAYLOAD} bytes for one datagram, found {length}; \
                 such frames are left out, --fragment sends them in pieces"
            ),
            Self::Send { client, source } => write!(out, "to {client}: {source}"),
        }
    }
}

/// The next deadline; after a standstill (the computer slept) the frames missed are not made up for
/// in a burst.
pub(super) fn next_deadline(due: Instant, now: Instant) -> Instant {
    let next = due + FRAME_INTERVAL;
    now.checked_sub(MAX_DELAY).map_or(next, |earliest| next.max(earliest))
}

/// The report's timestamp: `int(time())`, its low 32 bits.
fn unix_seconds() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs() & u64::from(u32::MAX)).unwrap_or_default()
}

/// Python: `wait(0.05)`.
pub(super) const FRAME_INTERVAL: Duration = Duration::from_millis(50);
/// How far behind its deadlines a sender may be and still catch up.
const MAX_DELAY: Duration = Duration::from_millis(500);
/// What fits a UDP datagram over IPv4 behind the RTP header.
pub const MAX_PAYLOAD: usize = 65_507 - HEADER_SIZE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_do_not_drift() {
        let start = Instant::now();
        let mut due = start;
        for _ in 0..500 {
            due = next_deadline(due, due + Duration::from_millis(3));
        }
        assert_eq!(due - start, Duration::from_secs(25));
    }

    #[test]
    fn after_a_standstill_only_half_a_second_is_made_up_for() {
        let due = Instant::now();
        let now = due + Duration::from_secs(3600);
        assert_eq!(now - next_deadline(due, now), MAX_DELAY);
    }
}
