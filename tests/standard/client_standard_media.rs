//! The client in the standard dialect, against a server that the test plays: packets and reports.

use std::time::Duration;

use crate::client_common::LIMIT;
use crate::client_common::rfc2435::{Form, Sender, frame, frame_with_restarts, payloads};
use crate::client_common::standard_server::{Answers, StandardServer, Way, description};
use crate::client_common::standard_stage::{BOTH, First, StandardStage};
use rtsp_lab::client::Player;
use rtsp_lab::standard::client::StandardClient as Client;
use rtsp_lab::statistics::Reception;

/// Sends the packets, and lets the client work until it has received so many in all.
#[track_caller]
fn send(stage: &mut StandardStage, packets: &[Vec<u8>], in_all: u64) {
    for packet in packets {
        stage.server.sends_rtp(packet);
    }
    stage.until_packets(in_all);
}

/// Frames shown and damaged, packets lost, packets late or there already, datagrams that are not of
/// the movie.
fn counts(stage: &StandardStage) -> (u64, u64, u64, u64, u64) {
    let statistics = stage.statistics();
    let Reception { lost, late, duplicates, malformed, .. } = statistics.reception;
    (statistics.frames_shown, statistics.damaged_frames(), lost, late + duplicates, malformed)
}

#[test]
fn every_q_of_the_rfc_is_shown_pixel_for_pixel() {
    for q in [1, 10, 49, 50, 51, 75, 99] {
        let mut stage = StandardStage::playing(First::Tcp);
        let jpeg = frame(1, q);
        let packets = stage.sender.packets(&payloads(&jpeg, Form { q, ..Form::default() }));
        for packet in packets {
            stage.server.sends_rtp(&packet);
        }
        stage.until_shown(1);
        stage.assert_shows(&jpeg);
    }
    for q in [128, 200, 254] {
        let mut stage = StandardStage::playing(First::Udp);
        for (number, tables) in [(1, true), (2, false), (3, false)] {
            let (jpeg, form) = (frame(number, 80), Form { q, tables, ..Form::default() });
            for packet in stage.sender.packets(&payloads(&jpeg, form)) {
                stage.server.sends_rtp(&packet);
            }
            stage.until_shown(number.into());
            stage.assert_shows(&jpeg);
        }
    }
}

#[test]
fn restart_markers_are_shown_pixel_for_pixel() {
    let mut stage = StandardStage::playing(First::Udp);
    for (shown, interval) in [(1, 1), (2, 4), (3, 5)] {
        let jpeg = frame_with_restarts(7, interval);
        for packet in stage.sender.packets(&payloads(&jpeg, Form::default())) {
            stage.server.sends_rtp(&packet);
        }
        stage.until_shown(shown);
        stage.assert_shows(&jpeg);
    }
}

#[test]
fn another_payload_type_and_pieces_of_any_size_are_taken() {
    let answers = Answers {
        description: description("", "t").replace("AVP 26", "AVP 98").replace("p:26", "p:98"),
        ..Answers::default()
    };
    for piece in [1, 37, 1400, 60_000] {
        let mut stage = StandardStage::with(First::Udp, LIMIT, answers.clone());
        stage.setup();
        stage.play();
        // Pieces of a byte would be more packets than a socket keeps.
        let jpeg = frame(3, if piece == 1 { 1 } else { 80 });
        let payloads = payloads(&jpeg, Form { piece, ..Form::default() });
        let last = payloads.len() - 1;
        for (at, payload) in payloads.iter().enumerate() {
            let packet = stage.sender.packet(98, at == last, payload);
            stage.server.sends_rtp(&packet);
            if at % 50 == 49 {
                stage.until_packets(u64::try_from(at).unwrap() + 1);
            }
        }
        stage.until_shown(1);
        stage.assert_shows(&jpeg);
    }
}

#[test]
fn swapped_packets_are_neither_lost_nor_late() {
    for first in BOTH {
        let mut stage = StandardStage::playing(first);
        let mut in_all = 0;
        // The packet before the first frame's second must not be missing from the beginning.
        stage.shows(1);
        in_all += stage.statistics().reception.packets;
        for number in 2..6 {
            let mut packets = stage.packets(number);
            let last = packets.len() - 1;
            packets.swap(0, 2);
            packets.swap(last, last - 1);
            in_all += u64::try_from(packets.len()).unwrap();
            send(&mut stage, &packets, in_all);
            stage.until_shown(number.into());
            stage.assert_shows(&frame(number, 80));
        }
        assert_eq!(counts(&stage), (5, 0, 0, 0, 0), "{first:?}");
    }
}

#[test]
fn doubled_packets_are_late_and_harm_no_frame() {
    let mut stage = StandardStage::playing(First::Udp);
    let (mut in_all, mut doubled) = (0, 0);
    for number in 1..4 {
        let packets = stage.packets(number);
        doubled += u64::try_from(packets.len()).unwrap();
        let twice: Vec<_> =
            packets.iter().flat_map(|packet| [packet.clone(), packet.clone()]).collect();
        in_all += u64::try_from(twice.len()).unwrap();
        send(&mut stage, &twice, in_all);
        stage.assert_shows(&frame(number, 80));
    }
    assert_eq!(counts(&stage), (3, 0, 0, doubled, 0));
}

#[test]
fn lost_packets_cost_their_frames_and_no_other() {
    for first in BOTH {
        let mut stage = StandardStage::playing(first);
        stage.shows(1);
        let mut in_all = stage.statistics().reception.packets;
        let mut lost = 0;
        for number in 2..12 {
            let mut packets = stage.packets(number);
            // The first, one in the middle, the last, two; and then a whole one.
            match number {
                2 => drop(packets.remove(0)),
                4 => drop(packets.remove(3)),
                6 => drop(packets.pop()),
                8 => drop(packets.drain(1..3)),
                _ => {}
            }
            lost += match number {
                2 | 4 | 6 => 1,
                8 => 2,
                _ => 0,
            };
            in_all += u64::try_from(packets.len()).unwrap();
            send(&mut stage, &packets, in_all);
        }
        stage.until_shown(7);
        stage.assert_shows(&frame(11, 80));
        assert_eq!(counts(&stage), (7, 4, lost, 0, 0), "{first:?}");
    }
}

#[test]
fn what_is_not_of_the_movie_is_counted_and_shown_by_nobody() {
    for first in BOTH {
        let mut stage = StandardStage::playing(first);
        stage.shows(1);
        let packets = stage.statistics().reception.packets;
        let mut stranger = Sender { number: 65_527, timestamp: 5, ssrc: 99 };
        let payloads = payloads(&frame(9, 80), Form::default());
        let mut junk = stranger.packets(&payloads);
        // Another payload type of the right source, another version, and no packet at all.
        let mut other = Sender { ..stage.sender.clone() };
        junk.push(other.packet(96, true, b"not of JPEG"));
        let mut old = other.packet(26, true, &payloads[0]);
        old[0] = 0x40;
        junk.push(old);
        junk.push(b"junk".to_vec());
        for packet in &junk {
            stage.server.sends_rtp(packet);
        }
        stage.server.sends_rtcp(b"junk");
        stage.server.sends_rtcp(&stranger.goodbye());
        if let Way::Tcp(_) = stage.server.way {
            stage.server.says_packet(77, b"of another channel");
        }
        stage.shows(2);
        let count = u64::try_from(junk.len()).unwrap();
        assert_eq!(counts(&stage), (2, 0, 0, 0, count), "{first:?}");
        assert_eq!(stage.statistics().reception.packets, 2 * packets);
        assert!(!stage.client.has_ended());
        stage.teardown();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn packets_of_strangers_are_not_shown_in_the_standard_dialect_either() {
    let mut stage = StandardStage::playing(First::Udp);
    let stranger = std::net::UdpSocket::bind("127.0.0.2:0").unwrap();
    let mut strangers = Sender::default();
    let Way::Udp(port) = stage.server.way else { panic!("not over UDP") };
    for number in 1..=10 {
        for packet in strangers.packets(&payloads(&frame(99, 80), Form::default())) {
            for port in [port, port + 1] {
                stranger.send_to(&packet, ("127.0.0.1", port)).unwrap();
            }
        }
        stage.shows(number);
    }
    stage.until("the strangers' packets", |client| client.statistics().0.reception.strangers >= 10);
    assert_eq!(stage.statistics().reception.lost, 0);
    assert_eq!(stage.statistics().reception.malformed, 0);
    stage.teardown();
}

#[test]
fn a_source_that_setup_did_not_name_is_taken_and_gives_way_to_the_one_it_did() {
    let mut stage = StandardStage::playing(First::Tcp);
    let named = stage.sender.clone();
    stage.sender = Sender { number: 5, timestamp: 6, ssrc: 7 };
    stage.shows(1);
    stage.shows(2);
    stage.sender = named;
    stage.shows(3);
    stage.shows(4);
    assert_eq!(counts(&stage), (4, 0, 0, 0, 0));
}

#[test]
fn after_a_pause_numbers_and_times_may_begin_anew() {
    for first in BOTH {
        let mut stage = StandardStage::playing(first);
        stage.shows(1);
        for (number, timestamp) in [(10, 20), (60_000, 1 << 31), (0, 0)] {
            stage.client.pause_movie();
            stage.grants("PAUSE");
            stage.play();
            (stage.sender.number, stage.sender.timestamp) = (number, timestamp);
            stage.shows(2);
            stage.shows(3);
        }
        assert_eq!(counts(&stage), (7, 0, 0, 0, 0), "{first:?}");
    }
}

#[test]
fn what_cannot_be_decoded_is_told_once_with_its_reason() {
    let mut stage = StandardStage::playing(First::Udp);
    let jpeg = frame(1, 80);
    for _ in 0..2 {
        let whole = stage.sender.packet(26, true, &jpeg);
        stage.server.sends_rtp(&whole);
        stage.sender.timestamp += 4500;
    }
    let text = stage.message("Frames are dropped");
    assert!(text.starts_with("The client could not "), "{text}");
    stage.until_packets(2);
    assert_eq!(counts(&stage), (0, 2, 0, 0, 0));
    assert_eq!(stage.told().len(), 1, "{:?}", stage.told());
    stage.shows(1);
}

/// Sends a frame whose payloads the test has changed; the marker is on the last.
fn sends_changed(stage: &mut StandardStage, number: u32, change: impl Fn(&mut Vec<Vec<u8>>)) {
    let mut payloads = payloads(&frame(number, 80), Form::default());
    change(&mut payloads);
    for packet in stage.sender.packets(&payloads) {
        stage.server.sends_rtp(&packet);
    }
}

#[test]
fn what_cameras_and_other_servers_do_to_frames_is_taken() {
    for first in BOTH {
        let mut stage = StandardStage::playing(first);
        let mut number = 0;
        let mut taken = |stage: &mut StandardStage, change: &dyn Fn(&mut Vec<Vec<u8>>)| {
            number += 1;
            sends_changed(stage, number, change);
            stage.until_shown(number.into());
            stage.assert_shows(&frame(number, 80));
        };
        // Another Q in the pieces without tables.
        taken(&mut stage, &|payloads| payloads[1..].iter_mut().for_each(|piece| piece[5] = 80));
        // A third table, for the second chroma.
        taken(&mut stage, &|payloads| {
            payloads[0][11] = 192;
            let chroma = payloads[0][12 + 64..12 + 128].to_vec();
            payloads[0].splice(12 + 128..12 + 128, chroma);
        });
        // Nothing at all, with and without the marker.
        taken(&mut stage, &|payloads| {
            for at in [0, 2, 4] {
                payloads.insert(at, Vec::new());
            }
            payloads.push(Vec::new());
        });
        // A file after headers that say little of it.
        taken(&mut stage, &|payloads| {
            let file = frame(4, 80);
            let pieces = (0_u32..).step_by(100).zip(file.chunks(100));
            *payloads = pieces
                .map(|(offset, data)| {
                    let tables: &[u8] = if offset == 0 { &[0; 4] } else { &[] };
                    let head = [1, 255, 0, 0];
                    [&offset.to_be_bytes()[..], &head, tables, data].concat()
                })
                .collect();
        });
        assert_eq!(counts(&stage), (4, 0, 0, 0, 0), "{first:?}");
        assert_eq!(stage.told(), [""; 0]);
        stage.teardown();
    }
}

#[test]
fn without_markers_the_next_frame_ends_the_one_before_and_the_goodbye_the_last() {
    for first in BOTH {
        let mut stage = StandardStage::playing(first);
        for number in 1..=4 {
            for mut packet in stage.packets(number) {
                packet[1] &= 0x7F;
                stage.server.sends_rtp(&packet);
            }
            stage.until_shown(u64::from(number) - 1);
        }
        stage.assert_shows(&frame(3, 80));
        let goodbye = stage.sender.goodbye();
        stage.server.sends_rtcp(&goodbye);
        stage.until("the end", Client::has_ended);
        stage.until_shown(4);
        stage.assert_shows(&frame(4, 80));
        assert_eq!(counts(&stage), (4, 0, 0, 0, 0), "{first:?}");
        assert_eq!((stage.told(), stage.noted()), (vec![], vec![]), "{first:?}");
    }
}

#[test]
fn every_dropped_frame_has_a_reason_that_is_said_once() {
    let mut stage = StandardStage::playing(First::Tcp);
    stage.shows(1);
    for number in [2, 4] {
        // A hole in the numbers; then one in the offsets; then headers that change.
        let mut packets = stage.packets(number);
        packets.remove(1);
        for packet in packets {
            stage.server.sends_rtp(&packet);
        }
        sends_changed(&mut stage, number, |payloads| drop(payloads.remove(1)));
        sends_changed(&mut stage, number, |payloads| payloads[2][6] += 1);
        // All of it is there, and no decoder can make anything of it.
        sends_changed(&mut stage, number, |payloads| payloads[2][8..].fill(0xFF));
        stage.shows(number + 1);
    }
    let lost =
        "note: frames are dropped: could not put a frame together: packets of it are missing";
    assert_eq!(stage.noted(), [lost]);
    let told = stage.told();
    for (told, part) in told.iter().zip([
        "could not put a frame together: expected offset 100, found 200.",
        "could not put a frame together: type, size or restart interval change within it.",
        "could not decode a frame: ",
    ]) {
        assert!(told.starts_with("Frames are dropped: The client "), "{told}");
        assert!(told.contains(part), "{told}");
    }
    assert_eq!((told.len(), counts(&stage)), (3, (3, 8, 2, 0, 0)));
    stage.teardown();
}

#[test]
fn a_goodbye_ends_the_movie_and_a_new_play_begins_it_again() {
    for first in BOTH {
        let mut stage = StandardStage::playing(first);
        stage.shows(1);
        let goodbye = stage.sender.goodbye();
        stage.server.sends_rtcp(&goodbye);
        stage.until("the end", Client::has_ended);
        stage.client.pause_movie();
        stage.grants("PAUSE");
        stage.play();
        assert!(!stage.client.has_ended());
        stage.shows(2);
        stage.teardown();
    }
}

/// Some servers read a report there as a request, and refuse the TEARDOWN after it.
#[test]
fn on_the_connection_nobody_reports_to_a_source_that_has_said_goodbye() {
    let mut stage = StandardStage::playing(First::Tcp);
    stage.shows(1);
    let goodbye = stage.sender.goodbye();
    stage.server.sends_rtcp(&goodbye);
    stage.until("the end", Client::has_ended);
    let before = stage.server.reports.len();
    stage.teardown();
    assert_eq!(stage.server.reports.len(), before);
}

#[test]
fn a_connection_that_closes_after_the_end_is_no_error() {
    let mut stage = StandardStage::playing(First::Tcp);
    stage.shows(1);
    let goodbye = stage.sender.goodbye();
    stage.server.sends_rtcp(&goodbye);
    stage.until("the end", Client::has_ended);
    stage.server.closes();
    stage.until("the end of the connection", Client::is_torn_down);
    assert_eq!(stage.told(), [""; 0]);
}

/// The fields of a report block (RFC 3550 section 6.4.2).
struct Block {
    ssrc: u32,
    fraction_lost: u8,
    lost: u32,
    highest: u32,
    last_sr: u32,
    delay: u32,
}

/// Takes a compound packet apart: a receiver report of one block, a CNAME, and maybe a BYE.
#[track_caller]
fn read_report(bytes: &[u8]) -> (Block, bool) {
    let word = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!(bytes[..4], [0x81, 201, 0, 7], "a receiver report of one block");
    let block = Block {
        ssrc: word(8),
        fraction_lost: bytes[12],
        lost: word(12) & 0xFF_FFFF,
        highest: word(16),
        last_sr: word(24),
        delay: word(28),
    };
    assert_eq!((bytes[32], bytes[33]), (0x81, 202), "a source description");
    assert_eq!(word(4), word(36), "of the one who reports");
    let length = usize::from(u16::from_be_bytes([bytes[34], bytes[35]]));
    assert_eq!(bytes[40], 1, "a CNAME");
    assert!(bytes[41] > 0, "that is not empty");
    let rest = &bytes[32 + 4 * (length + 1)..];
    assert!(rest.is_empty() || rest[..4] == [0x81, 203, 0, 1] && rest[4..] == bytes[4..8]);
    (block, !rest.is_empty())
}

#[track_caller]
fn next_report(server: &mut StandardServer) -> Vec<u8> {
    match server.way {
        Way::Udp(_) => server.report(),
        Way::Tcp(_) | Way::Nowhere => server.reports.remove(0),
    }
}

#[test]
fn reports_tell_the_server_what_has_come_and_the_last_says_goodbye() {
    for first in BOTH {
        let mut stage = StandardStage::playing(first);
        stage.shows(1);
        let report = stage.sender.sender_report(0x1111_2222_3333_4444);
        stage.server.sends_rtcp(&report);
        let mut packets = stage.packets(2);
        packets.remove(1);
        let in_all = stage.statistics().reception.packets + u64::try_from(packets.len()).unwrap();
        send(&mut stage, &packets, in_all);
        stage.client.exit_client();
        stage.server.grants("TEARDOWN");
        stage.until("the end", Client::is_torn_down);
        let (mut block, mut goodbye) = read_report(&next_report(&mut stage.server));
        while !goodbye {
            // One was due before.
            (block, goodbye) = read_report(&next_report(&mut stage.server));
        }
        assert_eq!((block.ssrc, block.lost), (0x0A0B_0C0D, 1), "{first:?}");
        assert_eq!(block.highest & 0xFFFF, u32::from(stage.sender.number.wrapping_sub(1)));
        assert_eq!(block.highest >> 16, 1, "the numbers have begun anew once");
        assert_eq!(block.last_sr, 0x2222_3333, "the middle of the NTP time");
        assert!(block.delay < 65_536 * 20, "in 1/65,536 s");
        let _ = block.fraction_lost;
    }
}

#[test]
fn a_report_comes_while_the_movie_plays() {
    for first in BOTH {
        let mut stage = StandardStage::playing(first);
        stage.shows(1);
        let report = if first == First::Udp {
            stage.server.report()
        } else {
            // It stands before the next request.
            std::thread::sleep(Duration::from_secs(4));
            stage.client.pause_movie();
            stage.server.grants("PAUSE");
            stage.server.reports.remove(0)
        };
        let (block, goodbye) = read_report(&report);
        assert_eq!(
            (block.ssrc, block.lost, block.fraction_lost, goodbye),
            (0x0A0B_0C0D, 0, 0, false)
        );
    }
}

#[test]
fn jitter_is_what_the_packets_make_it() {
    let mut stage = StandardStage::playing(First::Tcp);
    assert_eq!(stage.statistics().reception.jitter, None);
    for number in 1..4 {
        stage.shows(number);
    }
    let jitter = stage.statistics().reception.jitter.expect("a jitter");
    assert!(jitter < LIMIT, "{jitter:?}");
    let (statistics, now) = stage.client.statistics();
    let summary = statistics.summary(now).to_string();
    assert!(summary.contains("\njitter: ") && summary.contains(" ms\n"), "{summary}");
}
