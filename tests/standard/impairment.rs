//! A bad network between made-up packets and the client's counts, which puts them in order first.

use std::time::Duration;

use crate::common::bad_network::Client;
use crate::counted::{Arrivals, assert_counted};
use rtsp_lab::reorder::Reorder;
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::statistics::Reception;

fn count(arrivals: &Arrivals) -> Reception {
    let (mut reorder, mut reception) = (Reorder::default(), Reception::default());
    let mut record = |reorder: &mut Reorder<Vec<u8>>, now| {
        while let Some(packet) = reorder.pop(now) {
            reception.record(&RtpPacket::decode(&packet).unwrap(), false, now);
        }
    };
    for (packet, now) in arrivals {
        let number = RtpPacket::decode(packet).unwrap().sequence_number;
        reorder.push(number, packet.clone(), *now);
        record(&mut reorder, *now);
    }
    record(&mut reorder, Duration::from_secs(1000));
    reception
}

#[test]
fn the_counts_are_what_was_done_for_a_hundred_seeds() {
    assert_counted(Client::Standard, count);
}
