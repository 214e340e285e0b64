//! RTCP: what anybody may send, and what is made of it.

use std::time::Duration;

use rtsp_lab::standard::rtcp::{
    self, Compound, NtpTime, Packet, Report, ReportBlock, RtpClock, SenderReport, SourceStatistics,
    report_interval,
};

use super::input::Input;

/// The bytes as a datagram, and as numbers.
pub fn run(data: &[u8]) {
    match rtcp::parse(data) {
        Ok(packets) => packets.into_iter().for_each(understand),
        Err(error) => assert!(error.to_string().starts_with("decode RTCP ")),
    }
    let mut input = Input::new(data);
    count(&mut input);
}

fn understand(packet: Packet) {
    let (report, blocks) = match packet {
        Packet::SenderReport(report) => (Report::from(report.clone()), report.reports),
        Packet::ReceiverReport(report) => (Report::from(report.clone()), report.reports),
        Packet::SourceDescription(named) => return again(&named.cname),
        Packet::Goodbye(goodbye) => return assert!(goodbye.sources.len() <= 31),
    };
    for block in blocks {
        block.round_trip(NtpTime::from_unix(Duration::from_secs(1_700_000_000)));
    }
    let datagram = Compound { report: report.clone(), cname: "me", goodbye: true }.encode();
    let packets = rtcp::parse(&datagram).unwrap();
    let expected = match report {
        Report::Sender(report) => Packet::SenderReport(report),
        Report::Receiver(report) => Packet::ReceiverReport(report),
    };
    assert_eq!(packets.len(), 3);
    assert_eq!(packets.first(), Some(&expected));
}

/// Any name that came in 255 bytes goes out in as many; bytes that were no text may take more.
fn again(cname: &str) {
    let report = rtcp::ReceiverReport { ssrc: 1, reports: Vec::new() };
    let datagram = Compound { report: report.into(), cname, goodbye: false }.encode();
    let packets = rtcp::parse(&datagram).unwrap();
    if cname.len() <= 255 {
        let expected = rtcp::SourceDescription { ssrc: 1, cname: cname.to_owned() };
        assert_eq!(packets.get(1), Some(&Packet::SourceDescription(expected)));
    }
}

/// Packets with any numbers, clocks of any speed, reports at any time.
fn count(input: &mut Input<'_>) {
    let clock_hz = input.u32();
    let mut source = SourceStatistics::new(1, clock_hz);
    let clock = RtpClock { start: any_time(input), first: input.u32(), clock_hz };
    while !input.is_empty() {
        let now = any_time(input);
        let timestamp = clock.at(now);
        match input.u8() % 4 {
            0 => check(source.report(now)),
            1 => {
                let report = SenderReport::new(1, &clock, now, input.u32(), input.u32());
                source.record_sender_report(&report, now);
            }
            _ => drop(source.record(input.u16(), timestamp ^ input.u32(), now)),
        }
        assert!(source.jitter().is_finite() && source.jitter() >= 0.0);
        assert!(source.jitter_ms() >= 0.0);
        let random = f64::from_bits(input.u64());
        let interval = report_interval(random).as_millis();
        assert!((2000..7000).contains(&interval), "{interval} ms");
    }
}

fn check(block: Option<ReportBlock>) {
    if let Some(block) = block {
        assert!((-0x80_0000..0x80_0000).contains(&block.cumulative_lost));
    }
}

fn any_time(input: &mut Input<'_>) -> Duration {
    Duration::new(input.u64(), input.u32() % 1_000_000_000)
}
