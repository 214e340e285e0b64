//! RTCP: what a sender and a receiver of RTP tell each other (RFC 3550 section 6).
//!
//! A datagram is a compound packet: first a report, then the sender's name, and with the last one a
//! goodbye. This module has what is on the wire; [`interval`] says when to send it, [`reception`]
//! counts what a receiver reports, and [`ntp`] converts times.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! |V=2|P|  count  |  packet type  |  length in words, without one |
//! +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//! ```
//!
//! ```
//! use rtsp_lab::standard::rtcp::{self, Compound, Goodbye, Packet, ReceiverReport, SourceDescription};
//!
//! let report = ReceiverReport { ssrc: 7, reports: Vec::new() };
//! let datagram = Compound { report: report.clone().into(), cname: "me", goodbye: true }.encode();
//! assert_eq!(datagram, b"\x80\xC9\0\x01\0\0\0\x07\
//!     \x81\xCA\0\x03\0\0\0\x07\x01\x02me\0\0\0\0\
//!     \x81\xCB\0\x01\0\0\0\x07");
//! assert_eq!(rtcp::parse(&datagram)?, [
//!     Packet::ReceiverReport(report),
//!     Packet::SourceDescription(SourceDescription { ssrc: 7, cname: "me".to_owned() }),
//!     Packet::Goodbye(Goodbye { sources: vec![7], reason: None }),
//! ]);
//! # Ok::<(), rtcp::BadRtcp>(())
//! ```

mod bad_rtcp;
mod header;
pub mod interval;
pub mod ntp;
pub mod reception;
mod report;
mod source;

pub use bad_rtcp::BadRtcp;
use header::{GOODBYE, Header, RECEIVER_REPORT, SENDER_REPORT, SOURCE_DESCRIPTION, split_packet};
pub use interval::report_interval;
pub use ntp::{NtpTime, RtpClock};
pub use reception::SourceStatistics;
pub use report::{ReceiverReport, ReportBlock, SenderReport};
pub use source::{Goodbye, SourceDescription};

/// What one side sends in one datagram (section 6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compound<'a> {
    /// What comes first, and tells the sender's number.
    pub report: Report,
    /// The sender's name that outlives its number, such as `user@host` (section 6.5.1); its first
    /// 255 bytes are sent.
    pub cname: &'a str,
    /// Whether it is the last one (section 6.6).
    pub goodbye: bool,
}

/// The first packet of a compound one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// From one who sends RTP.
    Sender(SenderReport),
    /// From one who only receives.
    Receiver(ReceiverReport),
}

impl Compound<'_> {
    /// The datagram.
    pub fn encode(&self) -> Vec<u8> {
        let mut datagram = Vec::new();
        let ssrc = match &self.report {
            Report::Sender(report) => {
                report.encode(&mut datagram);
                report.ssrc
            }
            Report::Receiver(report) => {
                report.encode(&mut datagram);
                report.ssrc
            }
        };
        SourceDescription { ssrc, cname: self.cname.to_owned() }.encode(&mut datagram);
        if self.goodbye {
            Goodbye { sources: vec![ssrc], reason: None }.encode(&mut datagram);
        }
        datagram
    }
}

impl From<SenderReport> for Report {
    fn from(report: SenderReport) -> Self {
        Self::Sender(report)
    }
}

impl From<ReceiverReport> for Report {
    fn from(report: ReceiverReport) -> Self {
        Self::Receiver(report)
    }
}

/// One packet of a compound one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// How much was sent, and when.
    SenderReport(SenderReport),
    /// How much came.
    ReceiverReport(ReceiverReport),
    /// Who a source is, one for each that has a name.
    SourceDescription(SourceDescription),
    /// Which sources leave.
    Goodbye(Goodbye),
}

/// Reads a datagram, packet by packet. Packets that mean nothing here (APP, and feedback: 204 to
/// 206) are left out.
///
/// RTCP ports also get datagrams that are not RTCP: players send random bytes there to open a way
/// through a firewall. So this is strict, and callers ignore an error.
///
/// # Deviation
/// Appendix A.2 requires the first packet to be a report. Here a BYE alone is accepted too: it does
/// no harm to believe that someone has left.
///
/// # Errors
/// A packet is not of version 2, not of a type from 200 to 206, or cut.
pub fn parse(datagram: &[u8]) -> Result<Vec<Packet>, BadRtcp> {
    let (mut packets, mut rest) = (Vec::new(), datagram);
    loop {
        let (Header { count, packet_type }, body, after) = split_packet(rest)?;
        match packet_type {
            SENDER_REPORT => {
                packets.push(Packet::SenderReport(SenderReport::decode(count, body)?));
            }
            RECEIVER_REPORT => {
                packets.push(Packet::ReceiverReport(ReceiverReport::decode(count, body)?));
            }
            SOURCE_DESCRIPTION => {
                let named = SourceDescription::decode(count, body)?;
                packets.extend(named.into_iter().map(Packet::SourceDescription));
            }
            GOODBYE => packets.push(Packet::Goodbye(Goodbye::decode(count, body)?)),
            _ => {}
        }
        if after.is_empty() {
            return Ok(packets);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::header::MAX_COUNT;
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn block() -> impl Strategy<Value = ReportBlock> {
        let numbers = any::<(u32, u8, u32, u32, u32, u32)>();
        (numbers, -0x80_0000..=0x7F_FFFF).prop_map(|(numbers, cumulative_lost)| {
            let (ssrc, fraction_lost, extended_highest, jitter, last_sr, delay) = numbers;
            ReportBlock {
                ssrc,
                fraction_lost,
                cumulative_lost,
                extended_highest,
                jitter,
                last_sr,
                delay_since_last_sr: delay,
            }
        })
    }

    fn report() -> impl Strategy<Value = Report> {
        let reports = proptest::collection::vec(block(), 0..=MAX_COUNT);
        let numbers = any::<(u32, u64, u32, u32, u32)>();
        (any::<bool>(), numbers, reports).prop_map(|(sender, numbers, reports)| {
            let (ssrc, ntp_time, rtp_time, packets, octets) = numbers;
            let ntp_time = NtpTime::from_bits(ntp_time);
            if sender {
                SenderReport { ssrc, ntp_time, rtp_time, packets, octets, reports }.into()
            } else {
                ReceiverReport { ssrc, reports }.into()
            }
        })
    }

    /// What a compound packet is made of.
    fn parts(compound: &Compound<'_>) -> Vec<Packet> {
        let (ssrc, report) = match compound.report.clone() {
            Report::Sender(report) => (report.ssrc, Packet::SenderReport(report)),
            Report::Receiver(report) => (report.ssrc, Packet::ReceiverReport(report)),
        };
        let cname = compound.cname.to_owned();
        let mut parts = vec![report, Packet::SourceDescription(SourceDescription { ssrc, cname })];
        if compound.goodbye {
            parts.push(Packet::Goodbye(Goodbye { sources: vec![ssrc], reason: None }));
        }
        parts
    }

    /// A player's datagram with a negative loss: a report, its name, a goodbye with a reason,
    /// padding.
    const EVERYTHING: &[u8] = b"\x81\xC9\0\x07\0\0\0\x05\
        \x8E\x5E\x98\0\0\xFF\xFF\xFF\0\x01\0\x02\0\0\0\x5A\x12\x34\x56\x78\0\x01\x80\0\
        \x82\xCA\0\x05\0\0\0\x05\x02\x01N\x01\x02me\0\0\0\0\x06\x01\x01x\0\
        \x80\xCC\0\x01abcd\
        \xA1\xCB\0\x03\0\0\0\x05\x02ok\0\0\0\0\x04";

    #[test]
    fn a_players_report_is_read() {
        let block = ReportBlock {
            ssrc: 0x8E5E_9800,
            fraction_lost: 0,
            cumulative_lost: -1,
            extended_highest: 0x1_0002,
            jitter: 90,
            last_sr: 0x1234_5678,
            delay_since_last_sr: 0x1_8000,
        };
        let named = |ssrc, cname: &str| {
            Packet::SourceDescription(SourceDescription { ssrc, cname: cname.to_owned() })
        };
        assert_eq!(
            parse(EVERYTHING).unwrap(),
            [
                Packet::ReceiverReport(ReceiverReport { ssrc: 5, reports: vec![block] }),
                named(5, "me"),
                named(6, "x"),
                Packet::Goodbye(Goodbye { sources: vec![5], reason: Some("ok".to_owned()) }),
            ]
        );
    }

    #[test]
    fn a_source_without_a_cname_has_no_name() {
        let datagram = b"\x81\xCA\0\x02\0\0\0\x05\x02\x01N\0";
        assert_eq!(parse(datagram).unwrap(), []);
    }

    #[test]
    fn an_empty_report_alone_is_enough() {
        let datagram = b"\x80\xC9\0\x01\0\0\0\x05";
        let report = ReceiverReport { ssrc: 5, reports: Vec::new() };
        assert_eq!(parse(datagram).unwrap(), [Packet::ReceiverReport(report)]);
    }

    #[test]
    fn a_servers_last_report_byte_for_byte() {
        let start = Duration::from_secs(1);
        let clock = RtpClock { start, first: 0x100, clock_hz: 90_000 };
        let report = SenderReport::new(0x0102_0304, &clock, start, 2, 3);
        let compound = Compound { report: report.into(), cname: "abc", goodbye: true };
        assert_eq!(
            compound.encode(),
            b"\x80\xC8\0\x06\x01\x02\x03\x04\x83\xAA\x7E\x81\0\0\0\0\0\0\x01\0\0\0\0\x02\0\0\0\x03\
              \x81\xCA\0\x03\x01\x02\x03\x04\x01\x03abc\0\0\0\
              \x81\xCB\0\x01\x01\x02\x03\x04"
        );
    }

    #[test]
    fn a_cut_anywhere_between_packets_is_refused() {
        let whole = parse(EVERYTHING).unwrap().len();
        let ends = [32, 56, 64];
        for cut in 0..EVERYTHING.len() {
            match parse(&EVERYTHING[..cut]) {
                Ok(packets) => assert!(ends.contains(&cut) && packets.len() < whole, "{cut}"),
                Err(error) => assert!(error.to_string().starts_with("decode RTCP "), "{error}"),
            }
        }
    }

    #[test]
    fn what_is_no_rtcp_is_refused_and_says_why() {
        for (datagram, error) in [
            (&b""[..], "decode RTCP header: expected 4 bytes, found 0"),
            (b"\xCE\xFA\xED\xFE", "decode RTCP header: expected version 2, found 3"),
            (b"\0\0\0\0\0\0\0\0\0\0\0\0", "decode RTCP header: expected version 2, found 0"),
            (b"\x80\x1A\0\x01", "decode RTCP header: expected a type from 200 to 206, found 26"),
            (b"\x80\xCF\0\0", "decode RTCP header: expected a type from 200 to 206, found 207"),
            (b"\x80\xC9\0\x01\0\0\0", "decode RTCP packet: expected 4 bytes, found 3"),
            (b"\x80\xC9\0\0", "decode RTCP receiver report: expected 4 bytes, found 0"),
            (b"\x81\xC9\0\x01\0\0\0\0", "decode RTCP report block: expected 4 bytes, found 0"),
            (b"\x80\xC8\0\x01\0\0\0\0", "decode RTCP sender report: expected 8 bytes, found 0"),
            (b"\x82\xCB\0\x01\0\0\0\0", "decode RTCP goodbye: expected 4 bytes, found 0"),
            (b"\x80\xCB\0\x01\x04\0\0\0", "decode RTCP goodbye reason: expected 4 bytes, found 3"),
            (
                b"\x81\xCA\0\x02\0\0\0\0\x01\x03ab",
                "decode RTCP source description item: expected 3 bytes, found 2",
            ),
            (b"\xA0\xCC\0\x01\0\0\0\x05", "decode RTCP padding: expected 5 bytes, found 4"),
            (b"\xA0\xCC\0\x01\0\0\0\0", "decode RTCP padding: expected 0 bytes, found 4"),
            (b"\xA0\xCC\0\0", "decode RTCP padding: expected 4 bytes, found 0"),
        ] {
            assert_eq!(parse(datagram).unwrap_err().to_string(), error, "{datagram:?}");
        }
    }

    #[test]
    fn a_loss_beyond_24_bits_ends_there() {
        for (lost, sent) in [(i32::MAX, 0x7F_FFFF), (i32::MIN, -0x80_0000), (-1, -1)] {
            let block = ReportBlock { cumulative_lost: lost, ..ReportBlock::default() };
            let report = ReceiverReport { ssrc: 1, reports: vec![block] };
            let compound = Compound { report: report.into(), cname: "", goodbye: false };
            let packets = parse(&compound.encode()).unwrap();
            let [Packet::ReceiverReport(report), ..] = packets.as_slice() else {
                panic!("{packets:?}")
            };
            assert_eq!(report.reports[0].cumulative_lost, sent);
        }
    }

    #[test]
    fn too_much_is_cut_to_what_a_packet_can_say() {
        let reports = vec![ReportBlock::default(); 40];
        let cname = "\u{e9}".repeat(200);
        let report = ReceiverReport { ssrc: 1, reports }.into();
        let packets = parse(&Compound { report, cname: &cname, goodbye: false }.encode()).unwrap();
        let [Packet::ReceiverReport(report), Packet::SourceDescription(source)] = &packets[..]
        else {
            panic!("{packets:?}")
        };
        assert_eq!((report.reports.len(), source.cname.len()), (31, 254));
    }

    #[test]
    fn a_round_trip_is_never_below_nothing_and_unknown_without_a_sender_report() {
        let block = ReportBlock { last_sr: 0x2_0000, ..ReportBlock::default() };
        let at = |seconds: u64| NtpTime::from_bits(seconds << 32);
        assert_eq!(block.round_trip(at(3)), Some(Duration::from_secs(1)));
        assert_eq!(block.round_trip(at(1)), Some(Duration::ZERO));
        assert_eq!(ReportBlock::default().round_trip(at(3)), None);
        let wrapped = ReportBlock { last_sr: 0xFFFF_0000, ..block };
        assert_eq!(wrapped.round_trip(at(65_537)), Some(Duration::from_secs(2)));
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_parsed(
            report in report(), cname in "\\PC{0,60}", goodbye in any::<bool>(),
        ) {
            let compound = Compound { report, cname: &cname, goodbye };
            let datagram = compound.encode();
            prop_assert_eq!(datagram.len() % 4, 0);
            prop_assert_eq!(parse(&datagram).unwrap(), parts(&compound));
        }

        #[test]
        fn goodbyes_with_a_reason_too(
            sources in proptest::collection::vec(any::<u32>(), 0..=MAX_COUNT),
            reason in proptest::option::of("\\PC{0,60}"),
        ) {
            let (goodbye, mut datagram) = (Goodbye { sources, reason }, Vec::new());
            goodbye.encode(&mut datagram);
            prop_assert_eq!(parse(&datagram).unwrap(), [Packet::Goodbye(goodbye)]);
        }

        #[test]
        fn any_datagram_is_parsed_or_refused(
            head in proptest::option::of((0..4_u8, 0..32_u8, 198..208_u8, 0..12_u8)),
            rest in proptest::collection::vec(any::<u8>(), 0..100),
        ) {
            let head = head.map(|(top, count, kind, words)| {
                [top << 5 | 0x80 | count, kind, 0, words]
            });
            let datagram = [head.as_ref().map_or(&[][..], |head| head), &rest].concat();
            if let Ok(packets) = parse(&datagram) {
                prop_assert!(4 * packets.len() <= datagram.len());
            }
        }

        #[test]
        fn a_changed_byte_is_parsed_or_refused(at in 0..EVERYTHING.len(), byte in any::<u8>()) {
            let mut datagram = EVERYTHING.to_vec();
            datagram[at] = byte;
            let _ = parse(&datagram);
        }
    }
}
