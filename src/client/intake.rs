//! From packets to frames and figures: packets are counted and put together, frames passed on to
//! the decoder.

use std::net::SocketAddr;
use std::time::Duration;

use super::examiner::Examiner;
use super::findings::{Findings, Frames, LatestPacket, Whole};
use crate::lab_payload::Assembler;
use crate::rtp_packet::RtpPacket;
use crate::statistics::Order;
use crate::trace::Arrivals;

/// All that is known of the packets of a session.
#[derive(Debug)]
pub(super) struct Intake {
    frames: Frames,
    examiner: Examiner,
    arrivals: Arrivals,
    assembler: Assembler,
    passed_on: u64,
    pub(super) findings: Findings,
}

impl Intake {
    /// Sends frames to `frames` and what is seen of packets to `examiner` and `arrivals`, by whose clock
    /// times are counted.
    pub(super) fn new(frames: Frames, examiner: Examiner, arrivals: Arrivals) -> Self {
        let (mut assembler, findings) = (Assembler::default(), Findings::default());
        if arrivals.is_on() {
            assembler.note_broken();
        }
        Self { frames, examiner, arrivals, assembler, passed_on: 0, findings }
    }

    /// Counts a packet: is it the next one, one after a gap, a late one, or a duplicate?
    pub(super) fn count(&mut self, datagram: &[u8], packet: &RtpPacket<'_>) -> Order {
        self.findings.latest = LatestPacket::of(datagram, packet);
        let continues = self.assembler.continues(packet);
        let (now, lost) = (self.now(), self.findings.reception.lost);
        let order = self.findings.reception.record(packet, continues, now);
        let missing = self.findings.reception.lost.saturating_sub(lost);
        let is_kept = order == Order::Late && self.assembler.is_waiting();
        self.arrivals.packet((datagram, packet), (order, missing, is_kept), now);
        self.examiner.tell(|diagnosis, _| diagnosis.packet(datagram, Some((packet, order)), now));
        order
    }

    /// Counts a datagram that is not RTP at all.
    pub(super) fn count_malformed(&mut self, datagram: &[u8]) {
        self.findings.reception.malformed += 1;
        self.arrivals.malformed(datagram);
        self.examiner.tell(|diagnosis, now| diagnosis.packet(datagram, None, now));
    }

    /// Counts a datagram from a sender other than the server; the first is reported at once.
    pub(super) fn count_stranger(&mut self, from: SocketAddr) {
        self.findings.reception.strangers += 1;
        self.arrivals.stranger(from);
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
        let damaged = self.assembler.damaged();
        self.findings.reception.damaged = damaged;
        let ts = self.findings.timestamp();
        for last in self.assembler.take_broken() {
            self.arrivals.broken(Some(last), ts, now);
        }
        while let Some((jpeg, packets, last)) = self.assembler.next_numbered() {
            self.passed_on += 1;
            let number = self.findings.reception.frame_number();
            let (of, size) = ((Some(last), Some(packets)), (ts, jpeg.len()));
            let journey = self.arrivals.whole(of, number.is_some(), size, now);
            // The movie shows a frame every 50 ms: by its number, or where packets are numbered by the
            // count of the frames.
            let media =
                Duration::from_millis(number.unwrap_or(self.passed_on + damaged) * FRAME_MS);
            let whole = Whole { jpeg, packets, media, journey };
            self.frames.pass_on(whole, &mut self.findings, now);
        }
        self.frames.tell(&self.findings, now);
    }

    fn now(&self) -> Duration {
        self.arrivals.clock().elapsed()
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        self.arrivals.end(self.findings.timestamp());
    }
}

/// How long the lab shows a frame.
const FRAME_MS: u64 = 50;
