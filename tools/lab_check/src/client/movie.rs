//! The movie that is played to the client, and its packets on their way.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rtsp_lab::datagram::{self, TooLarge};
use rtsp_lab::rtp_packet::{HEADER_SIZE, RtpPacket};
use rtsp_lab::video_stream::VideoStream;

use super::picture::Picture;
use super::script::Script;

/// As many frames of a movie as the longest case needs.
#[derive(Debug)]
pub(crate) struct Movie {
    /// What the client is to ask for.
    pub(crate) name: String,
    frames: Vec<Vec<u8>>,
    pictures: BTreeSet<Picture>,
}

impl Movie {
    /// Reads it.
    ///
    /// # Errors
    /// It can't be read, or is no movie: in one line.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let could_not = |why: String| format!("could not read {}: {why}", path.display());
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| could_not("it has no name".to_owned()))?.to_owned();
        let file = File::open(path).map_err(|error| could_not(error.to_string()))?;
        let mut video =
            VideoStream::new(BufReader::new(file)).map_err(|error| could_not(error.to_string()))?;
        let mut frames = Vec::new();
        while frames.len() < usize::from(Script::Plain.length()) {
            match video.next_frame().map_err(|error| could_not(error.to_string()))? {
                Some(frame) if fits_a_datagram(frame) => frames.push(frame.to_vec()),
                Some(_) => {}
                None => break,
            }
        }
        if frames.is_empty() {
            return Err(could_not("no frame of it fits a datagram".to_owned()));
        }
        let pictures = frames.iter().map(|frame| Picture::of(frame)).collect();
        Ok(Self { name, frames, pictures })
    }

    /// Whether that is one of its frames.
    pub(crate) fn has(&self, picture: &Picture) -> bool {
        self.pictures.contains(picture)
    }

    /// Whether the middle of a frame is in these bytes.
    pub(crate) fn has_part_in(&self, bytes: &[u8]) -> bool {
        let middle = |frame: &'_ Vec<u8>| frame.len() / 2..frame.len() / 2 + PART;
        let mut parts = self.frames.iter().filter_map(|frame| frame.get(middle(frame)));
        parts.any(|part| bytes.windows(PART).any(|window| window == part))
    }

    /// The payload of a packet, from 1 on; a short movie begins again.
    fn frame(&self, number: u16) -> &[u8] {
        let mut frames = self.frames.iter().cycle();
        frames.nth(usize::from(number.saturating_sub(1))).map_or(&[], Vec::as_slice)
    }
}

/// The sender of the packets: one every 50 ms while the movie plays.
#[derive(Debug)]
pub(crate) struct Sender {
    socket: UdpSocket,
    client: SocketAddr,
    script: Script,
    ssrc: u32,
    /// The number of the packet that was due last.
    number: u16,
    /// How many were due since the last PLAY.
    since_play: u16,
    next: Option<Instant>,
}

impl Sender {
    /// A sender of packets to that address.
    ///
    /// # Errors
    /// No port is free: in one line.
    pub(crate) fn new(address: IpAddr, port: u16, script: Script) -> Result<Self, String> {
        let could_not = |error| format!("could not open a port for the packets: {error}");
        let socket = UdpSocket::bind((address, 0)).map_err(could_not)?;
        let (client, ssrc) = (SocketAddr::new(address, port), rand::random());
        Ok(Self { socket, client, script, ssrc, number: 0, since_play: 0, next: None })
    }

    /// Sends to the port that the client has announced.
    pub(crate) fn send_to(&mut self, port: u16) {
        self.client.set_port(port);
    }

    /// The movie plays; the next packet is due at once.
    pub(crate) fn play(&mut self) {
        (self.next, self.since_play) = (Some(Instant::now()), 0);
    }

    /// The movie stands still.
    pub(crate) const fn pause(&mut self) {
        self.next = None;
    }

    /// Sends what is due; returns the numbers of the packets.
    pub(crate) fn send_due(&mut self, movie: &Movie) -> Vec<u16> {
        let mut sent = Vec::new();
        while let Some(due) = self.next.filter(|&due| due <= Instant::now()) {
            if self.is_over() {
                break;
            }
            self.number += 1;
            self.since_play += 1;
            // After a standstill no packets are made up for: the client's socket has no room for
            // them.
            let is_late = due.elapsed() >= 2 * FRAME_INTERVAL;
            self.next = Some(if is_late { Instant::now() } else { due } + FRAME_INTERVAL);
            for number in self.script.packets(self.number) {
                self.send(number, movie.frame(number));
                sent.push(number);
            }
        }
        sent
    }

    fn send(&self, number: u16, frame: &[u8]) {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        // The low 32 bits.
        let timestamp = u32::try_from(seconds & u64::from(u32::MAX)).unwrap_or_default();
        let mut datagram = Vec::new();
        RtpPacket::jpeg(number, timestamp, self.ssrc, frame).encode(&mut datagram);
        // Whether the client listens is checked elsewhere.
        self.socket.send_to(&datagram, self.client).ok();
    }

    /// How many packets were due so far.
    pub(crate) const fn number(&self) -> u16 {
        self.number
    }

    /// How many packets were due since the last PLAY.
    pub(crate) const fn since_play(&self) -> u16 {
        self.since_play
    }

    /// Whether the movie has no more packets.
    pub(crate) fn is_over(&self) -> bool {
        self.number >= self.script.length()
    }
}

/// Whether the system sends it in a packet of its own.
fn fits_a_datagram(frame: &[u8]) -> bool {
    let length = frame.len() + HEADER_SIZE;
    length <= datagram::MOST && TooLarge::check(length).is_ok()
}

/// By so many bytes in its middle a frame is told from others.
const PART: usize = 16;
/// 20 frames a second.
const FRAME_INTERVAL: Duration = Duration::from_millis(50);
