//! From packets to frames and figures: packets are counted and put together, frames passed on to
//! the decoder.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::examiner::Examiner;
use super::findings::{Findings, Frames, LatestPacket, Whole};
use crate::lab_payload::Assembler;
use crate::rtp_packet::RtpPacket;
use crate::statistics::Order;

/// All that is known of the packets of a session.
#[derive(Debug)]
pub(super) struct Intake {
    frames: Frames,
    examiner: Examiner,
    clock: Instant,
    assembler: Assembler,
    passed_on: u64,
    pub(super) findings: Findings,
}

impl Intake {
    /// Sends frames to `frames` and what is seen of packets to `examiner`, and counts time from
    /// `clock` on.
    pub(super) fn new(frames: Frames, examiner: Examiner, clock: Instant) -> Self {
        let (assembler, findings) = (Assembler::default(), Findings::default());
        Self { frames, examiner, clock, assembler, passed_on: 0, findings }
    }

    /// Counts a packet: is it the next one, one after a gap, a late one, or a duplicate?
    pub(super) fn count(&mut self, datagram: &[u8], packet: &RtpPacket<'_>) -> Order {
        self.findings.latest = LatestPacket::of(datagram, packet);
        let continues = self.assembler.continues(packet);
        let now = self.now();
        let order = self.findings.reception.record(packet, continues, now);
        self.examiner.tell(|diagnosis, _| diagnosis.packet(datagram, Some((packet, order)), now));
        order
    }

    /// Counts a datagram that is not RTP at all.
    pub(super) fn count_malformed(&mut self, datagram: &[u8]) {
        self.findings.reception.malformed += 1;
        self.examiner.tell(|diagnosis, now| diagnosis.packet(datagram, None, now));
    }

    /// Counts a datagram from a sender other than the server; the first is reported at once.
    pub(super) fn count_stranger(&mut self, from: SocketAddr) {
        self.findings.reception.strangers += 1;
        self.examiner.tell(|diagnosis, _| diagnosis.stranger(&from.ip().to_string()));
        if self.findings.stranger.is_none() {
            self.findings.stranger = Some(from);
            self.frames.hurry();
        }
    }

    /// Adds a packet to its frame, unless that has gone on without it or has it already.
    pub(super) fn put_together(&mut self, packet: &RtpPacket<'_>, order: Order) {
        self.assembler.receive(packet, order, self.now());
    }

    /// Passes whole frames on to the decoder, and now and then the figures alone.
    pub(super) fn pass_on(&mut self) {
        let now = self.now();
        self.assembler.go_on(now);
        self.findings.reception.damaged = self.assembler.damaged();
        while let Some((jpeg, packets)) = self.assembler.next_counted() {
            self.passed_on += 1;
            let whole = Whole { jpeg, packets, media: self.media() };
            self.frames.pass_on(whole, &mut self.findings, now);
        }
        self.frames.tell(&self.findings, now);
    }

    /// Where the frame that came last stands in the movie, which shows one every 50 ms: by its number,
    /// or where packets are numbered by the count of the frames.
    fn media(&self) -> Duration {
        let counted = self.passed_on + self.findings.reception.damaged;
        let number = self.findings.reception.frame_number().unwrap_or(counted);
        Duration::from_millis(number.saturating_mul(FRAME_MS))
    }

    fn now(&self) -> Duration {
        self.clock.elapsed()
    }
}

/// How long the lab shows a frame.
const FRAME_MS: u64 = 50;
