//! A bad network between made-up packets and the client's counts, faster than real time.

use std::time::Duration;

use crate::common::bad_network::{Client, Counts, leaving, network};
use rtsp_lab::impairment::Line;
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::standard::reorder::Reorder;
use rtsp_lab::statistics::Reception;

const PACKETS: u64 = 1000;
const FRAME: Duration = Duration::from_millis(50);

/// What has passed the line, and when.
fn pass(options: &[&str], packets_a_frame: u64, first: u16) -> Vec<(Vec<u8>, Duration)> {
    let mut line = Line::new(network(options));
    let (mut arrivals, mut packet) = (Vec::new(), Vec::new());
    for place in 0..PACKETS {
        let now = FRAME * u32::try_from(place / packets_a_frame).unwrap();
        while let Some(due) = line.next_due().filter(|due| *due < now) {
            arrivals.push((line.pop(due).unwrap(), due));
        }
        let number = first.wrapping_add(u16::try_from(place).unwrap());
        RtpPacket::jpeg(number, 0, 0, b"\xFF\xD8\xFF\xD9").encode(&mut packet);
        line.push(&packet, now);
    }
    line.end();
    while let Some(due) = line.next_due() {
        arrivals.push((line.pop(due).unwrap(), due));
    }
    arrivals
}

fn counts(reception: &Reception) -> Counts {
    let Reception { packets, lost, late, duplicates, .. } = *reception;
    Counts { packets, lost, late, duplicates, whole: 0 }
}

/// The lab's client counts packets as they come.
fn count_in_the_lab(arrivals: &[(Vec<u8>, Duration)]) -> Counts {
    let mut reception = Reception::default();
    for (packet, now) in arrivals {
        reception.record(&RtpPacket::decode(packet).unwrap(), false, *now);
    }
    counts(&reception)
}

/// The standard's puts them in order first.
fn count_in_the_standard(arrivals: &[(Vec<u8>, Duration)]) -> Counts {
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
    counts(&reception)
}

#[test]
fn the_counts_of_both_dialects_are_what_was_done_for_a_hundred_seeds() {
    for seed in 1..=100_u16 {
        let seed_word = seed.to_string();
        for (network, packets_a_frame) in [
            (["5", "1", "2", "40", "15"], 1),
            (["5", "1", "2", "40", "15"], 10),
            (["20", "20", "20", "0", "0"], 1),
            (["20", "20", "20", "300", "300"], 10),
            (["0", "0", "50", "0", "0"], 1),
        ] {
            let names = ["--loss", "--duplicate", "--reorder", "--delay", "--jitter"];
            let mut options: Vec<_> =
                names.into_iter().zip(network).flat_map(|(name, value)| [name, value]).collect();
            options.extend(["--seed", &seed_word]);
            // The standard's numbers begin anywhere, and wrap.
            let arrivals = pass(&options, packets_a_frame, 65_000_u16.wrapping_add(seed * 8));
            let expected = leaving(&options, PACKETS);
            assert_eq!(arrivals.len(), expected.len(), "{options:?}");
            let counts = |client| {
                let counts = Counts::of(&expected, client, packets_a_frame);
                Counts { whole: 0, ..counts }
            };
            assert_eq!(count_in_the_lab(&arrivals), counts(Client::Lab), "{options:?}");
            assert_eq!(count_in_the_standard(&arrivals), counts(Client::Standard), "{options:?}");
        }
    }
}
