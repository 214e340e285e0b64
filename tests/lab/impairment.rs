//! A bad network between made-up packets and the client's counts.

use crate::common::bad_network::Client;
use crate::counted::{Arrivals, assert_counted};
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::statistics::Reception;

/// The lab's client counts packets as they come.
fn count(arrivals: &Arrivals) -> Reception {
    let mut reception = Reception::default();
    for (packet, now) in arrivals {
        reception.record(&RtpPacket::decode(packet).unwrap(), false, *now);
    }
    reception
}

#[test]
fn the_counts_are_what_was_done_for_a_hundred_seeds() {
    assert_counted(Client::Lab, count);
}
