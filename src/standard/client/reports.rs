//! A receiver's RTCP: what it reports, and what it learns (RFC 3550 section 6).

use std::time::Duration;

use super::intake::Intake;
use crate::standard::rtcp::{self, Compound, Packet, ReceiverReport, report_interval};

/// Who reports, and when.
#[derive(Debug)]
pub(super) struct Reports {
    ssrc: u32,
    /// The name that goes with the number: random, because nobody needs to know the user's name.
    cname: String,
    next: Option<Duration>,
}

impl Reports {
    pub(super) fn new() -> Self {
        let cname = format!("{:08x}@rtsp_lab", rand::random::<u32>());
        Self { ssrc: rand::random(), cname, next: None }
    }

    /// Takes in what the server sends; returns whether its source has said goodbye. Anything that
    /// is not RTCP, or is about another source, is ignored.
    pub(super) fn take(datagram: &[u8], intake: &mut Intake, now: Duration) -> bool {
        let mut says_goodbye = false;
        for packet in rtcp::parse(datagram).unwrap_or_default() {
            match packet {
                Packet::SenderReport(report) => intake.take_sender_report(&report, now),
                Packet::Goodbye(goodbye) => {
                    says_goodbye |= goodbye.sources.iter().any(|&ssrc| intake.listens_to(ssrc));
                }
                Packet::ReceiverReport(_) | Packet::SourceDescription(_) => {}
            }
        }
        says_goodbye
    }

    /// The report, if one is due. The first comes earlier than the others (section 6.2).
    pub(super) fn due(&mut self, intake: &mut Intake, now: Duration) -> Option<Vec<u8>> {
        let next = *self.next.get_or_insert_with(|| now + report_interval(rand::random()) / 2);
        (now >= next).then(|| {
            self.next = Some(now + report_interval(rand::random()));
            self.compound(intake, now, false)
        })
    }

    /// The last report, with a BYE.
    pub(super) fn goodbye(&self, intake: &mut Intake, now: Duration) -> Vec<u8> {
        self.compound(intake, now, true)
    }

    fn compound(&self, intake: &mut Intake, now: Duration, goodbye: bool) -> Vec<u8> {
        let reports = intake.report(now).into_iter().collect();
        let report = ReceiverReport { ssrc: self.ssrc, reports }.into();
        Compound { report, cname: &self.cname, goodbye }.encode()
    }
}
