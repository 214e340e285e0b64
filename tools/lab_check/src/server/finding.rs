//! What the project's client would say of the packets, in its words: a reason for a line that has failed.
//! It judges nothing.

use std::net::SocketAddr;
use std::time::Duration;

use rtsp_lab::diagnosis::{Diagnosis, Finding, Frame};
use rtsp_lab::jpeg::walk::walk;
use rtsp_lab::lab_payload::Assembler;
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::statistics::Reception;

use super::ear::Arrival;

/// What is wrong with packets that came to this address after PLAY; `None` if nothing is.
pub(crate) fn finding(arrivals: &[Arrival], address: SocketAddr) -> Option<Finding> {
    let begin = arrivals.first()?.at;
    let mut diagnosis = Diagnosis::new(address.port(), address.ip().to_string());
    diagnosis.play(Duration::ZERO);
    diagnosis.play_answered(Duration::ZERO);
    let (mut reception, mut assembler) = (Reception::default(), Assembler::default());
    let mut now = Duration::ZERO;
    for Arrival { at, bytes } in arrivals {
        now = at.saturating_duration_since(begin);
        match RtpPacket::decode(bytes) {
            Ok(packet) => {
                let order = reception.record(&packet, assembler.continues(&packet), now);
                diagnosis.packet(bytes, Some((&packet, order)), now);
                assembler.receive(&packet, order, now);
            }
            Err(_) => diagnosis.packet(bytes, None, now),
        }
        while let Some((jpeg, packets)) = assembler.next_counted() {
            diagnosis.frame(&Frame::of(&jpeg, packets, &walk(&jpeg)), now);
        }
    }
    diagnosis.tick(now + SILENCE);
    diagnosis.finding().cloned()
}

/// Nothing more is awaited.
const SILENCE: Duration = Duration::from_secs(2);
