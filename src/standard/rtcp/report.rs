//! Sender and receiver reports (RFC 3550 sections 6.4.1 and 6.4.2).

use std::time::Duration;

use super::bad_rtcp::BadRtcp;
use super::header::{MAX_COUNT, RECEIVER_REPORT, SENDER_REPORT, push_packet, take, take_u32};
use super::ntp::{NtpTime, RtpClock, from_short};

/// How much a source has sent, and how its timestamps relate to the time of day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderReport {
    /// The source.
    pub ssrc: u32,
    /// When the report was sent.
    pub ntp_time: NtpTime,
    /// The same moment as an RTP timestamp of the source.
    pub rtp_time: u32,
    /// Packets sent, modulo 2^32.
    pub packets: u32,
    /// Bytes of payload sent, modulo 2^32.
    pub octets: u32,
    /// What the source itself receives, 31 at most; a server receives nothing.
    pub reports: Vec<ReportBlock>,
}

/// How much came from each source that is heard; empty if none is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverReport {
    /// The receiver's own number.
    pub ssrc: u32,
    /// What it receives, 31 at most.
    pub reports: Vec<ReportBlock>,
}

/// How much came from one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// The source.
    pub ssrc: u32,
    /// The share of packets lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Packets lost in all, from -8,388,608 to 8,388,607: repeated packets make it negative.
    pub cumulative_lost: i32,
    /// The highest sequence number that came, with the count of its cycles in the upper half.
    pub extended_highest: u32,
    /// How unevenly packets come, in timestamp units (appendix A.8).
    pub jitter: u32,
    /// The middle 32 bits of the last sender report's NTP time; 0 if none has come.
    pub last_sr: u32,
    /// How long ago that one came, in 1/65,536 s.
    pub delay_since_last_sr: u32,
}

impl SenderReport {
    /// A server's report at `now`, which is Unix time, as is its `clock`.
    pub fn new(ssrc: u32, clock: &RtpClock, now: Duration, packets: u32, octets: u32) -> Self {
        let (ntp_time, rtp_time) = (NtpTime::from_unix(now), clock.at(now));
        Self { ssrc, ntp_time, rtp_time, packets, octets, reports: Vec::new() }
    }

    pub(super) fn encode(&self, datagram: &mut Vec<u8>) {
        let mut body = Vec::new();
        body.extend_from_slice(&self.ssrc.to_be_bytes());
        body.extend_from_slice(&self.ntp_time.bits().to_be_bytes());
        body.extend_from_slice(&self.rtp_time.to_be_bytes());
        body.extend_from_slice(&self.packets.to_be_bytes());
        body.extend_from_slice(&self.octets.to_be_bytes());
        encode_blocks(&self.reports, &mut body);
        push_packet(datagram, self.reports.len(), SENDER_REPORT, &body);
    }

    /// What follows the blocks is of a profile, and skipped.
    pub(super) fn decode(count: u8, mut body: &[u8]) -> Result<Self, BadRtcp> {
        let body = &mut body;
        Ok(Self {
            ssrc: take_u32(body, "sender report")?,
            ntp_time: NtpTime::from_bits(u64::from_be_bytes(take(body, "sender report")?)),
            rtp_time: take_u32(body, "sender report")?,
            packets: take_u32(body, "sender report")?,
            octets: take_u32(body, "sender report")?,
            reports: decode_blocks(count, body)?,
        })
    }
}

impl ReceiverReport {
    pub(super) fn encode(&self, datagram: &mut Vec<u8>) {
        let mut body = Vec::new();
        body.extend_from_slice(&self.ssrc.to_be_bytes());
        encode_blocks(&self.reports, &mut body);
        push_packet(datagram, self.reports.len(), RECEIVER_REPORT, &body);
    }

    /// What follows the blocks is of a profile, and skipped.
    pub(super) fn decode(count: u8, mut body: &[u8]) -> Result<Self, BadRtcp> {
        let body = &mut body;
        Ok(Self { ssrc: take_u32(body, "receiver report")?, reports: decode_blocks(count, body)? })
    }
}

impl ReportBlock {
    /// The time to the receiver and back, as the sender of the report that this block refers to
    /// sees it when the block comes at `arrival`; `None` if it refers to none.
    pub fn round_trip(&self, arrival: NtpTime) -> Option<Duration> {
        let since_sending = arrival.middle().wrapping_sub(self.last_sr);
        let round_trip = since_sending.wrapping_sub(self.delay_since_last_sr);
        // Both clocks are coarse, so a difference a little below 0 is taken for 0.
        let round_trip = if round_trip > u32::MAX / 2 { 0 } else { round_trip };
        (self.last_sr != 0).then_some(from_short(round_trip))
    }

    fn encode(&self, body: &mut Vec<u8>) {
        let lost = self.cumulative_lost.clamp(LEAST_LOST, MOST_LOST);
        let [_, lost @ ..] = lost.to_be_bytes();
        body.extend_from_slice(&self.ssrc.to_be_bytes());
        body.push(self.fraction_lost);
        body.extend_from_slice(&lost);
        body.extend_from_slice(&self.extended_highest.to_be_bytes());
        body.extend_from_slice(&self.jitter.to_be_bytes());
        body.extend_from_slice(&self.last_sr.to_be_bytes());
        body.extend_from_slice(&self.delay_since_last_sr.to_be_bytes());
    }

    fn decode(body: &mut &[u8]) -> Result<Self, BadRtcp> {
        let ssrc = take_u32(body, "report block")?;
        let [fraction_lost, high, middle, low] = take(body, "report block")?;
        Ok(Self {
            ssrc,
            fraction_lost,
            // Signed: the shift back repeats the highest bit.
            cumulative_lost: i32::from_be_bytes([high, middle, low, 0]) >> 8,
            extended_highest: take_u32(body, "report block")?,
            jitter: take_u32(body, "report block")?,
            last_sr: take_u32(body, "report block")?,
            delay_since_last_sr: take_u32(body, "report block")?,
        })
    }
}

fn encode_blocks(blocks: &[ReportBlock], body: &mut Vec<u8>) {
    blocks.iter().take(MAX_COUNT).for_each(|block| block.encode(body));
}

fn decode_blocks(count: u8, body: &mut &[u8]) -> Result<Vec<ReportBlock>, BadRtcp> {
    (0..count).map(|_| ReportBlock::decode(body)).collect()
}

/// The least of a signed number with 24 bits.
pub(super) const LEAST_LOST: i32 = -0x80_0000;
/// The most of a signed number with 24 bits.
pub(super) const MOST_LOST: i32 = 0x7F_FFFF;
