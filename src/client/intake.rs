//! From packets to frames and figures: packets are counted and put together, frames passed on to
//! the decoder.

use std::net::SocketAddr;
use std::time::Instant;

use super::findings::LatestPacket;
use super::findings::{Findings, Frames};
use crate::lab_payload::Assembler;
use crate::rtp_packet::RtpPacket;
use crate::statistics::Order;

/// All that is known of the packets of a session.
#[derive(Debug)]
pub(super) struct Intake {
    frames: Frames,
    clock: Instant,
    assembler: Assembler,
    pub(super) findings: Findings,
}

impl Intake {
    /// Sends frames to `frames`, and counts time from `clock` on.
    pub(super) fn new(frames: Frames, clock: Instant) -> Self {
        let (assembler, findings) = (Assembler::default(), Findings::default());
        Self { frames, clock, assembler, findings }
    }

    /// Counts a packet: is it the next one, one after a gap, a late one, or a duplicate?
    pub(super) fn count(&mut self, datagram: &[u8], packet: &RtpPacket<'_>) -> Order {
        self.findings.latest = LatestPacket::of(datagram, packet);
        let continues = self.assembler.continues(packet);
        self.findings.reception.record(packet, continues, self.clock.elapsed())
    }

    /// Counts a datagram that is not RTP at all.
    pub(super) const fn count_malformed(&mut self) {
        self.findings.reception.malformed += 1;
    }

    /// Counts a datagram from a sender other than the server; the first is reported at once.
    pub(super) const fn count_stranger(&mut self, from: SocketAddr) {
        self.findings.reception.strangers += 1;
        if self.findings.stranger.is_none() {
            self.findings.stranger = Some(from);
            self.frames.hurry();
        }
    }

    /// Adds a packet to its frame, unless it is late or a duplicate.
    pub(super) fn put_together(&mut self, packet: &RtpPacket<'_>, order: Order) {
        if order.goes_on() {
            self.assembler.push(packet, order);
        }
        self.findings.reception.damaged = self.assembler.damaged();
    }

    /// Passes whole frames on to the decoder, and now and then the figures alone.
    pub(super) fn pass_on(&mut self) {
        while let Some(frame) = self.assembler.next_frame() {
            self.frames.pass_on(frame, &mut self.findings, self.clock.elapsed());
        }
        self.frames.tell(&self.findings, self.clock.elapsed());
    }
}
