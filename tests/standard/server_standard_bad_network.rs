//! A bad network on purpose, in the standard dialect.

use crate::common::bad_network::{MUCH, leaving, summary, told_at_the_end};
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{folder_with, lab_format};
use crate::common::server_process::ServerProcess;
use crate::common::standard_client::StandardClient;
use tempfile::TempDir;

/// A movie whose frames are some packets each.
fn movie_for_players() -> TempDir {
    folder_with(&lab_format(&jpegs(PLAIN, 20)))
}

#[test]
fn in_the_standard_dialect_the_same_packets_have_the_same_fate() {
    let folder = movie_for_players();
    let mut server = ServerProcess::start(folder.path(), &[&MUCH[..], &["--mtu", "256"]].concat());
    let mut client = StandardClient::ready_udp(server.address());
    let (_, first, _) = client.play(None);
    let told = told_at_the_end(&mut server, client.address());
    let packets = told.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(packets > 100, "{told}");
    let mut numbers = Vec::new();
    while let Some(packet) = client.packet_within(std::time::Duration::ZERO) {
        numbers.push(u64::from(packet.sequence_number.wrapping_sub(first)) + 1);
    }
    assert_eq!(numbers, leaving(&MUCH, packets));
    assert!(told.starts_with(&summary(&numbers, packets)), "{told}");
}

#[test]
fn what_tcp_carries_is_left_alone_and_the_transcript_says_so_once() {
    let folder = movie_for_players();
    let options = [&MUCH[..], &["--delay", "10000", "--mtu", "256"]].concat();
    let mut server = ServerProcess::start(folder.path(), &options);
    let mut client = StandardClient::ready_tcp(server.address());
    let address = client.address();
    let (_, first, _) = client.play(None);
    let mut packets = vec![client.packet()];
    client.granted("PAUSE", &[]);
    client.play(None);
    while packets.iter().filter(|packet| packet.marker).count() < 20 {
        packets.push(client.packet());
    }
    for (packet, expected) in packets.iter().zip(0..) {
        assert_eq!(packet.sequence_number, first.wrapping_add(expected));
    }
    drop(client);
    let mut lines = server.transcript_of(address);
    lines.retain(|line| line.starts_with("network: "));
    assert_eq!(lines, ["network: left alone, for RTP goes over TCP, which loses nothing"]);
}
