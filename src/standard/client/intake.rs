//! From packets to frames and figures: packets are sorted, put in order, counted and put together.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use super::payload_header::latest_packet;
use crate::client::findings::{Findings, Flaw, Whole};
use crate::reorder::Reorder;
use crate::rtp_packet::{PayloadType, RtpPacket, Version};
use crate::standard::jpeg_payload::Reassembler;
use crate::standard::reported;
use crate::standard::rtcp::{ReportBlock, SenderReport, SourceStatistics};
use crate::statistics::step_between;
use crate::trace::Arrivals;

/// What SETUP and the description say about the packets to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    /// The payload type.
    pub(super) payload_type: PayloadType,
    /// How fast timestamps run.
    pub(super) clock_hz: u32,
    /// The synchronization source, if it is known.
    pub(super) ssrc: Option<u32>,
}

/// All that is known of the packets.
#[derive(Debug)]
pub(super) struct Intake {
    stream: Stream,
    source: Option<Sender>,
    reorder: Reorder<Arrived>,
    reassembler: Reassembler,
    /// Frames that came whole.
    whole: VecDeque<Whole>,
    arrivals: Arrivals,
    media: MediaTime,
    pub(super) findings: Findings,
}

/// The synchronization source that is listened to.
#[derive(Debug)]
struct Sender {
    ssrc: u32,
    statistics: SourceStatistics,
    last_arrival: Duration,
}

/// Timestamps wrap; this is the time since the first of them.
#[derive(Debug, Default)]
struct MediaTime {
    last: Option<u32>,
    ticks: i64,
}

impl MediaTime {
    /// The time of the next frame; steps back lead to 0 at most.
    fn at(&mut self, timestamp: u32, clock_hz: u32) -> Duration {
        let last = self.last.replace(timestamp).unwrap_or(timestamp);
        self.ticks = self.ticks.saturating_add(step_between(last, timestamp)).max(0);
        let (ticks, clock_hz) = (self.ticks.unsigned_abs(), u64::from(clock_hz.max(1)));
        let rest = Duration::from_nanos(ticks % clock_hz * 1_000_000_000 / clock_hz);
        Duration::from_secs(ticks / clock_hz) + rest
    }
}

/// A packet that waits for those before it.
#[derive(Debug)]
struct Arrived {
    datagram: Vec<u8>,
    at: Duration,
}

impl Intake {
    pub(super) fn new(stream: Stream, arrivals: Arrivals) -> Self {
        let mut reassembler = Reassembler::default();
        if arrivals.is_on() {
            reassembler.note_broken();
        }
        Self {
            stream,
            source: None,
            reorder: Reorder::default(),
            reassembler,
            whole: VecDeque::with_capacity(MOST_WHOLE),
            arrivals,
            media: MediaTime::default(),
            findings: Findings::default(),
        }
    }

    /// The time.
    pub(super) fn now(&self) -> Duration {
        self.arrivals.clock().elapsed()
    }

    /// Tells of a report that has come, or is about to be sent.
    pub(super) fn tell_report(&self, is_sent: bool, datagram: &[u8]) {
        let values = if self.arrivals.is_on() { reported::values(datagram) } else { None };
        if let Some(values) = values {
            self.arrivals.report(is_sent, values, datagram);
        }
    }

    /// Takes in a datagram; one that does not belong to the movie is only counted.
    pub(super) fn take(&mut self, datagram: &[u8], now: Duration) {
        let packet = RtpPacket::decode(datagram).ok().filter(|packet| self.is_ours(packet, now));
        let Some(packet) = packet else {
            self.findings.reception.malformed += 1;
            self.arrivals.malformed(datagram);
            return;
        };
        if let Some(source) = &mut self.source {
            source.last_arrival = now;
            source.statistics.record(packet.sequence_number, packet.timestamp, now);
            let jitter = source.statistics.jitter_ms() / 1000.0;
            self.findings.reception.jitter = Duration::try_from_secs_f64(jitter).ok();
        }
        self.findings.latest = latest_packet(datagram, &packet);
        let arrived = Arrived { datagram: datagram.to_vec(), at: now };
        self.reorder.push(packet.sequence_number, arrived, now);
        self.go_on(now);
    }

    /// Counts the packets whose turn it is, and puts them together.
    pub(super) fn go_on(&mut self, now: Duration) {
        while let Some(Arrived { datagram, at }) = self.reorder.pop(now) {
            let Ok(packet) = RtpPacket::decode(&datagram) else { continue };
            let lost = self.findings.reception.lost;
            let order = self.findings.reception.record(&packet, false, at);
            let missing = self.findings.reception.lost.saturating_sub(lost);
            self.arrivals.packet((&datagram, &packet), (order, missing, false), at);
            if order.goes_on() {
                self.reassembler.push(&packet, order);
                self.take_frames(packet.timestamp, at);
            }
        }
        self.findings.reception.damaged = self.reassembler.damaged();
    }

    /// Takes the frames that a packet has completed, or shown to be damaged.
    fn take_frames(&mut self, timestamp: u32, at: Duration) {
        for of_frame in self.reassembler.take_broken() {
            self.arrivals.broken(None, of_frame, at);
        }
        while let Some((of_frame, jpeg)) = self.reassembler.next_timed() {
            let size = (timestamp, jpeg.len());
            let journey = self.arrivals.whole((None, None), false, size, at);
            let media = self.media.at(of_frame, self.stream.clock_hz);
            self.whole.push_back(Whole { jpeg, packets: 1, media, journey });
        }
    }

    /// Stops waiting for missing packets: those that waited for them are passed on.
    pub(super) fn finish(&mut self, now: Duration) {
        self.reorder.flush();
        self.go_on(now);
        if let Some(source) = &mut self.source {
            source.statistics.resume();
        }
    }

    /// Counts a datagram from a sender other than the server; returns whether it is the first.
    pub(super) fn count_stranger(&mut self, from: SocketAddr) -> bool {
        self.arrivals.stranger(from);
        self.findings.reception.strangers += 1;
        let is_first = self.findings.stranger.is_none();
        if is_first {
            self.findings.stranger = Some(from);
        }
        is_first
    }

    /// The source has said goodbye: gives up a frame that is not whole, for it never will be.
    pub(super) fn end(&mut self, now: Duration) {
        self.finish(now);
        self.reassembler.end();
        self.take_frames(self.findings.timestamp(), now);
        self.findings.reception.damaged = self.reassembler.damaged();
    }

    /// The next whole frame.
    pub(super) fn next_frame(&mut self) -> Option<Whole> {
        self.whole.pop_front()
    }

    /// Notes why frames are dropped; returns whether there is a new reason.
    pub(super) fn note_flaws(&mut self) -> bool {
        let known = self.findings.flaws.len();
        while let Some(reason) = self.reassembler.next_reason() {
            let is_of_the_network = reason.is_of_the_network();
            self.findings.flaws.push(Flaw { why: reason.to_string(), is_of_the_network });
        }
        self.findings.flaws.len() > known
    }

    /// Takes in a report of the source.
    pub(super) fn take_sender_report(&mut self, report: &SenderReport, now: Duration) {
        if let Some(source) = self.source.as_mut().filter(|source| source.ssrc == report.ssrc) {
            source.statistics.record_sender_report(report, now);
        }
    }

    /// The figures for a report.
    pub(super) fn report(&mut self, now: Duration) -> Option<ReportBlock> {
        self.source.as_mut()?.statistics.report(now)
    }

    /// Whether that is the source that is listened to, or could be.
    pub(super) fn listens_to(&self, ssrc: u32) -> bool {
        self.source.as_ref().map(|source| source.ssrc).or(self.stream.ssrc) == Some(ssrc)
    }

    /// Whether the packet belongs to the movie: whether it is from the source that SETUP has named
    /// or, if it named none, the first. Another takes its place only when that one has fallen
    /// silent.
    fn is_ours(&mut self, packet: &RtpPacket<'_>, now: Duration) -> bool {
        if packet.version != Version::TWO || packet.payload_type != self.stream.payload_type {
            return false;
        }
        let ssrc = packet.ssrc;
        let is_known = self.source.as_ref().is_some_and(|source| {
            let is_silent = now >= source.last_arrival + SOURCE_SILENCE;
            source.ssrc == ssrc || !is_silent && self.stream.ssrc != Some(ssrc)
        });
        if !is_known {
            let statistics = SourceStatistics::new(ssrc, self.stream.clock_hz);
            self.source = Some(Sender { ssrc, statistics, last_arrival: now });
            // Its numbers have nothing to do with those before.
            self.reorder.flush();
            self.findings.reception.begin_anew();
        }
        self.source.as_ref().is_some_and(|source| source.ssrc == ssrc)
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        // A frame that has begun is not whole, and never will be.
        let now = self.now();
        self.reassembler.end();
        self.take_frames(self.findings.timestamp(), now);
    }
}

/// More frames are hardly ever completed by one packet.
const MOST_WHOLE: usize = 8;
/// After this time without a packet of the present source another may take its place.
const SOURCE_SILENCE: Duration = Duration::from_secs(1);
