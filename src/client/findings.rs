//! What the thread that receives has found out, and its way to the window.

use std::net::SocketAddr;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::Duration;

use crate::rtp_packet::{HEADER_SIZE, RtpPacket};
use crate::statistics::Reception;
use crate::trace::Journey;

/// What has been found out about the packets of a session so far. All of it goes along with every
/// frame, because any frame may be dropped on its way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// What has been counted.
    pub(crate) reception: Reception,
    /// The packet that came last, whatever was in it.
    pub(crate) latest: Option<LatestPacket>,
    /// The first sender other than the server.
    pub(crate) stranger: Option<SocketAddr>,
    /// Why frames are dropped, each reason once.
    pub(crate) flaws: Vec<Flaw>,
    /// Whether the server has said that nothing more will come.
    pub(crate) has_ended: bool,
}

impl Findings {
    /// The RTP timestamp of the packet that came last.
    pub(crate) fn timestamp(&self) -> u32 {
        let header = self.latest.as_ref().map(|latest| latest.header);
        header.map_or(0, |[_, _, _, _, a, b, c, d, ..]| u32::from_be_bytes([a, b, c, d]))
    }
}

/// Why frames are dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// What could not be done with them.
    pub(crate) why: String,
    /// Whether the network may be the cause, not the server.
    pub(crate) is_of_the_network: bool,
}

/// A frame, or figures alone, on the way to the decoder.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The frame; `None` if there is only something to tell.
    pub(crate) whole: Option<Whole>,
    /// When it was complete, by the client's clock.
    pub(crate) arrival: Duration,
    /// What is known as of this frame.
    pub(crate) findings: Findings,
}

/// A frame that came whole.
#[derive(Debug)]
pub(crate) struct Whole {
    /// The JPEG.
    pub(crate) jpeg: Vec<u8>,
    /// How many packets brought it.
    pub(crate) packets: u32,
    /// Where in the movie it stands, counted from anywhere.
    pub(crate) media: Duration,
    /// What is told of it on its way.
    pub(crate) journey: Journey,
}

/// Where frames go.
#[derive(Debug)]
pub(crate) struct Frames {
    frames: SyncSender<Frame>,
    /// When findings were sent last; `None` if they are to be sent at once.
    last_told: Option<Duration>,
}

impl Frames {
    /// Sends frames to `frames`.
    pub(crate) const fn new(frames: SyncSender<Frame>) -> Self {
        Self { frames, last_told: None }
    }

    /// Passes a frame on. It is dropped if the decoder does not keep up, since receiving never waits.
    pub(crate) fn pass_on(&mut self, whole: Whole, findings: &mut Findings, now: Duration) {
        if let Err(Some(refused)) = self.send(Some(whole), findings, now) {
            findings.reception.overruns += 1;
            refused.journey.left_out("decoder behind");
        }
    }

    /// Passes the findings on alone, now and then, when no frame carries them.
    pub(crate) fn tell(&mut self, findings: &Findings, now: Duration) {
        if self.last_told.is_none_or(|last| now >= last + TELLING_INTERVAL) {
            self.send(None, findings, now).ok();
        }
    }

    /// Has the findings passed on at once.
    pub(crate) const fn hurry(&mut self) {
        self.last_told = None;
    }

    /// Sends it, or gives back the frame for which there is no room.
    fn send(
        &mut self,
        whole: Option<Whole>,
        findings: &Findings,
        now: Duration,
    ) -> Result<(), Option<Whole>> {
        let frame = Frame { whole, arrival: now, findings: findings.clone() };
        match self.frames.try_send(frame) {
            Ok(()) => {
                self.last_told = Some(now);
                Ok(())
            }
            Err(TrySendError::Full(frame) | TrySendError::Disconnected(frame)) => Err(frame.whole),
        }
    }
}

/// How often findings are passed on when no frame carries them.
const TELLING_INTERVAL: Duration = Duration::from_millis(100);

/// The header of an RTP packet as it came, and the first bytes of its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatestPacket {
    /// The twelve bytes that every packet has (RFC 3550 section 5.1).
    pub header: [u8; HEADER_SIZE],
    /// How many bytes the payload has.
    pub payload_length: usize,
    /// The header that the payload itself begins with, if it has one.
    pub payload_header: Option<PayloadHeader>,
    payload: [u8; PAYLOAD_KEPT],
}

/// A header at the beginning of a payload, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadHeader {
    /// What the payload's first bytes mean, bit by bit.
    pub fields: &'static [HeaderField],
    /// What comes after them, one line for each.
    pub lines: Vec<String>,
}

/// A field of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderField {
    /// Its name.
    pub name: &'static str,
    /// Its place: the number of its first bit.
    pub first: u32,
    /// How many bits it has.
    pub bits: u32,
    /// Values that mean something, and what.
    pub meanings: &'static [(u128, &'static str)],
    /// What is written after any other value.
    pub unit: &'static str,
}

impl HeaderField {
    /// A field of numbers without a unit.
    pub const fn new(name: &'static str, first: u32, bits: u32) -> Self {
        Self { name, first, bits, meanings: &[], unit: "" }
    }
}

impl LatestPacket {
    /// The beginning of `datagram`, which has been decoded to `packet`; `None` if it is too short
    /// to have been.
    pub fn of(datagram: &[u8], packet: &RtpPacket<'_>) -> Option<Self> {
        let mut payload = [0; PAYLOAD_KEPT];
        for (kept, byte) in payload.iter_mut().zip(packet.payload) {
            *kept = *byte;
        }
        let header = *datagram.first_chunk()?;
        Some(Self { header, payload_length: packet.payload.len(), payload_header: None, payload })
    }

    /// The first bytes of the payload, 60 at most.
    pub fn payload_start(&self) -> &[u8] {
        self.payload.get(..self.payload_length).unwrap_or(&self.payload)
    }
}

/// As many bytes as there is room for on the screen.
const PAYLOAD_KEPT: usize = 60;
