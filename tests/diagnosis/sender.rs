//! A lab server without a network: packets, and when they are sent.

use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use rtsp_lab::rtp_packet::{RtpPacket, Version};

/// A datagram, and when it comes.
pub(crate) type Datagram = (Duration, Vec<u8>);

/// A server that does everything right.
#[derive(Clone)]
pub(crate) struct Sender {
    pub(crate) frames: Vec<Vec<u8>>,
    /// From one frame to the next.
    pub(crate) interval: Duration,
    /// The most bytes of a payload; whole frames if there is none.
    pub(crate) piece: Option<usize>,
    pub(crate) numbering: Numbering,
    pub(crate) first_number: u16,
    /// Whether frames in one packet are marked, too.
    pub(crate) marks_whole_frames: bool,
    pub(crate) version: u8,
    pub(crate) timestamp: Timestamp,
    pub(crate) ssrc: u32,
}

/// The frames' bytes are too many to print.
impl fmt::Debug for Sender {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { interval, piece, numbering, first_number, marks_whole_frames, .. } = self;
        let lengths: Vec<_> = self.frames.iter().map(Vec::len).collect();
        write!(out, "{interval:?}, {piece:?}, {numbering:?} from {first_number}, ")?;
        write!(out, "whole marked {marks_whole_frames}, version {}, ", self.version)?;
        write!(out, "{:?}, SSRC {:X}, frames of {lengths:?}", self.timestamp, self.ssrc)
    }
}

/// What the sequence number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbering {
    Packets,
    Frames,
}

/// What the timestamp tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timestamp {
    /// Unix time in seconds.
    Seconds,
    /// 90,000 a second.
    Ticks,
}

/// A packet before it is encoded.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) at: Duration,
    /// Counted from 0.
    pub(crate) frame: usize,
    /// Of its frame, counted from 0.
    pub(crate) piece: usize,
    pub(crate) is_last: bool,
    pub(crate) version: u8,
    pub(crate) marker: bool,
    pub(crate) number: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    pub(crate) payload: Vec<u8>,
}

impl Sender {
    /// The report's: whole frames, 20 a second, without the marker.
    pub(crate) fn of(frames: &[Vec<u8>]) -> Self {
        Self {
            frames: frames.to_vec(),
            interval: Duration::from_millis(50),
            piece: None,
            numbering: Numbering::Frames,
            first_number: 1,
            marks_whole_frames: false,
            version: 2,
            timestamp: Timestamp::Seconds,
            ssrc: 0x1234_5678,
        }
    }

    /// Pieces of so many bytes, each with a number of its own, the last one marked.
    pub(crate) fn in_pieces(frames: &[Vec<u8>], piece: usize) -> Self {
        let numbering = Numbering::Packets;
        Self { piece: Some(piece), numbering, marks_whole_frames: true, ..Self::of(frames) }
    }

    /// All packets in order.
    pub(crate) fn packets(&self) -> Vec<Sent> {
        let mut packets = Vec::new();
        let mut number = self.first_number;
        for (frame, jpeg) in self.frames.iter().enumerate() {
            let at = Duration::from_millis(10) + self.interval * u32::try_from(frame).unwrap();
            let pieces: Vec<&[u8]> = jpeg.chunks(self.piece.unwrap_or(jpeg.len()).max(1)).collect();
            for (piece, payload) in pieces.iter().enumerate() {
                let is_last = piece + 1 == pieces.len();
                let is_marked = is_last && (self.marks_whole_frames || pieces.len() > 1);
                packets.push(Sent {
                    at: at + Duration::from_micros(100) * u32::try_from(piece).unwrap(),
                    frame,
                    piece,
                    is_last,
                    version: self.version,
                    marker: is_marked,
                    number,
                    timestamp: self.timestamp.at(at),
                    ssrc: self.ssrc,
                    payload: payload.to_vec(),
                });
                if self.numbering == Numbering::Packets || is_last {
                    number = number.wrapping_add(1);
                }
            }
        }
        packets
    }

    /// All packets as they should be.
    pub(crate) fn datagrams(&self) -> Vec<Datagram> {
        self.packets().iter().map(|packet| (packet.at, packet.encoded())).collect()
    }

    /// All packets, with a mistake in each.
    pub(crate) fn wrongly(&self, mistake: impl Fn(&Sent) -> Vec<u8>) -> Vec<Datagram> {
        self.packets().iter().map(|packet| (packet.at, mistake(packet))).collect()
    }

    /// All packets, with other fields or another payload.
    pub(crate) fn changed(&self, mistake: impl Fn(&mut Sent)) -> Vec<Datagram> {
        self.wrongly(|packet| {
            let mut packet = packet.clone();
            mistake(&mut packet);
            packet.encoded()
        })
    }
}

impl Timestamp {
    fn at(self, time: Duration) -> u32 {
        match self {
            Self::Seconds => 1_700_000_000 + u32::try_from(time.as_secs()).unwrap(),
            Self::Ticks => 77_777 + u32::try_from(time.as_millis()).unwrap() * 90,
        }
    }
}

impl Sent {
    pub(crate) fn encoded(&self) -> Vec<u8> {
        let version = Version::new(self.version).unwrap();
        let (marker, payload) = (self.marker, &self.payload);
        let packet = RtpPacket::jpeg(self.number, self.timestamp, self.ssrc, payload);
        let mut datagram = Vec::new();
        RtpPacket { version, marker, ..packet }.encode(&mut datagram);
        datagram
    }

    pub(crate) fn header(&self) -> Vec<u8> {
        self.encoded()[..12].to_vec()
    }

    /// The header as it should be, and something else after it.
    pub(crate) fn with(&self, payload: impl AsRef<[u8]>) -> Vec<u8> {
        [&self.header(), payload.as_ref()].concat()
    }
}

/// Four seconds of the movie that comes with the project.
pub(crate) static MOVIE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let found = root.map(|folder| folder.join("movie.Mjpeg")).find(|movie| movie.exists());
    let content = std::fs::read(found.expect("the movie")).unwrap();
    let (mut rest, mut frames) = (content.as_slice(), Vec::new());
    while frames.len() < 80 {
        let (digits, after) = rest.split_at(5);
        let length = std::str::from_utf8(digits).unwrap().parse().unwrap();
        let (frame, next) = after.split_at(length);
        frames.push(frame.to_vec());
        rest = next;
    }
    frames
});
