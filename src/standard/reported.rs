//! The values of a report of RTCP as the event log has them.

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

use super::connection::StandardWriter;
use super::rtcp::{self, Packet, ReportBlock};
use super::sdp::JPEG_CLOCK_HZ;
use crate::trace::{Departures, ReportValues, Trace};

/// What the first report of a datagram says; `None` if it has none.
pub(super) fn values(datagram: &[u8]) -> Option<ReportValues> {
    let packets = rtcp::parse(datagram).ok()?;
    packets.into_iter().find_map(|packet| match packet {
        Packet::SenderReport(report) => Some(ReportValues {
            kind: "SR",
            ssrc: report.ssrc,
            values: vec![
                ("rtp", report.rtp_time.into()),
                ("packets", report.packets.into()),
                ("octets", report.octets.into()),
            ],
            ntp: Some(report.ntp_time.bits()),
            jitter_ms: None,
        }),
        Packet::ReceiverReport(report) => {
            let block = report.reports.first();
            Some(ReportValues {
                kind: "RR",
                ssrc: report.ssrc,
                values: block.map(of_block).unwrap_or_default(),
                ntp: None,
                jitter_ms: block.map(|block| {
                    let ticks = f64::from(block.jitter) / f64::from(JPEG_CLOCK_HZ);
                    Duration::from_secs_f64(ticks)
                }),
            })
        }
        Packet::SourceDescription(_) | Packet::Goodbye(_) => None,
    })
}

/// Tells of a report that has come to the server, by its port or else by the connection.
pub(super) fn tell(
    trace: &Trace,
    datagram: &[u8],
    port: Option<&Arc<UdpSocket>>,
    connection: &StandardWriter,
) {
    let Some(values) = trace.is_on().then(|| values(datagram)).flatten() else { return };
    let ends = match port {
        Some(socket) => socket.local_addr().ok().zip(socket.peer_addr().ok()),
        None => connection.ends(),
    };
    if let Some((from, to)) = ends {
        let departures = Departures::of_reports(trace.clone(), from, to, port.is_none());
        departures.report(false, values, datagram);
    }
}

fn of_block(block: &ReportBlock) -> Vec<(&'static str, i64)> {
    vec![
        ("fraction_lost", block.fraction_lost.into()),
        ("cumulative_lost", block.cumulative_lost.into()),
        ("highest", block.extended_highest.into()),
        ("jitter", block.jitter.into()),
        ("lsr", block.last_sr.into()),
        ("dlsr", block.delay_since_last_sr.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::rtcp::{Compound, ReceiverReport};

    #[test]
    fn a_receivers_figures_have_their_names() {
        let block = ReportBlock {
            fraction_lost: 13,
            cumulative_lost: -2,
            jitter: 900,
            ..Default::default()
        };
        let report = ReceiverReport { ssrc: 7, reports: vec![block] }.into();
        let values = values(&Compound { report, cname: "me", goodbye: false }.encode()).unwrap();
        assert_eq!((values.kind, values.ssrc), ("RR", 7));
        assert_eq!(values.values[..2], [("fraction_lost", 13), ("cumulative_lost", -2)]);
        assert_eq!(values.jitter_ms, Some(Duration::from_millis(10)));
        assert!(super::values(b"no RTCP").is_none());
    }
}
