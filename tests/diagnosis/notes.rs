//! What is odd and plays all the same is a note.

use std::time::Duration;

use crate::receiver::{Receiver, assert_notes};
use crate::sender::{Datagram, MOVIE, Numbering, Sender, Sent};

fn whole() -> Sender {
    Sender::of(&MOVIE)
}

/// The same with bytes of the datagram changed.
fn patched(patch: impl Fn(&mut Vec<u8>)) -> Vec<Datagram> {
    whole().wrongly(|packet| {
        let mut datagram = packet.encoded();
        patch(&mut datagram);
        datagram
    })
}

#[test]
fn version() {
    let words = ["Version 0, expected 2: played all the same", "First byte 00, expected: 80."];
    assert_notes(&patched(|datagram| datagram[0] = 0), &["version"], &words);
    assert_notes(&patched(|datagram| datagram[0] = 0x40), &["version"], &["Version 1", "40"]);
    assert_notes(&patched(|datagram| datagram[0] = 0xC0), &["version"], &["Version 3", "C0"]);
}

#[test]
fn payload_type() {
    let words = ["Payload type 0, expected 26: played", "Second byte 00, expected: 1A"];
    assert_notes(&patched(|datagram| datagram[1] = 0), &["payload_type"], &words);
    assert_notes(&patched(|datagram| datagram[1] = 0x80), &["payload_type"], &["type 0", "80"]);
    assert_notes(&patched(|datagram| datagram[1] = 0x34), &["payload_type"], &["type 52"]);
}

#[test]
fn timestamps() {
    let at_0 = patched(|datagram| datagram[4..8].fill(0));
    assert_notes(&at_0, &["timestamp_0"], &["The timestamp is 0 in every packet"]);
    let still = whole().changed(|packet| packet.timestamp = 4711);
    assert_notes(&still, &["timestamp_still"], &["It is 4711 for more than 2 s"]);
    let like_ssrc = whole().changed(|packet| packet.timestamp = packet.ssrc);
    assert_notes(&like_ssrc, &["timestamp_still"], &["It is 305419896, the same as the SSRC"]);
}

#[test]
fn ssrc() {
    let stream = whole().changed(|packet| packet.ssrc = u32::from(packet.number) * 2_654_435);
    assert_notes(&stream, &["ssrc"], &["another in every packet"]);
}

#[test]
fn numbers() {
    let swapped = whole().changed(|packet| packet.number = packet.number.swap_bytes());
    assert_notes(&swapped, &["number_swapped"], &["goes up by 256", "two bytes swapped?"]);
    let twice = whole().changed(|packet| packet.number = packet.number.wrapping_mul(257));
    assert_notes(&twice, &["number_twice"], &["goes up by 257", "number >> 8"]);
    for step in [2, 3, 50, 1000] {
        let stream = whole().changed(|packet| packet.number = packet.number.wrapping_mul(step));
        assert_notes(&stream, &["number_step"], &[&format!("goes up by {step}")]);
    }
    let wide = patched(|datagram| {
        let digits = format!("{:02}", u16::from_be_bytes([datagram[2], datagram[3]]));
        datagram[2..4].copy_from_slice(digits.as_bytes());
    });
    assert_notes(&wide, &["number_text"], &["The sequence number is text: \"1"]);
    let low = Sender { first_number: 230, ..whole() }.changed(|packet| packet.number &= 0xFF);
    assert_notes(&low, &["number_255"], &["from 255 back to 0", "number >> 8"]);
    let far = whole().changed(|packet| packet.number = packet.number * 500 + packet.number % 7);
    assert_notes(&far, &["number_gaps"], &["are missing after 20 packets"]);
}

#[test]
fn half_of_the_packets_are_late() {
    let stream = whole().changed(|packet| {
        packet.number ^= 1;
    });
    assert_notes(&stream, &["number_disorder"], &["Half of the packets come too late"]);
}

#[test]
fn every_packet_twice() {
    let stream: Vec<_> =
        whole().datagrams().into_iter().flat_map(|sent| [sent.clone(), sent]).collect();
    assert_notes(&stream, &["packet_repeats"], &["Is sendto called twice?"]);
}

#[test]
fn every_picture_twice() {
    for times in [2, 3, 4] {
        let frames: Vec<_> =
            MOVIE.iter().flat_map(|jpeg| vec![jpeg.clone(); times]).take(80).collect();
        let words = if times == 2 { "comes twice".into() } else { format!("comes {times} times") };
        assert_notes(&Sender::of(&frames).datagrams(), &["picture_twice"], &[&words]);
        let pieces = Sender::in_pieces(&frames, 1400).datagrams();
        assert_notes(&pieces, &["picture_twice"], &[&words]);
    }
}

#[test]
fn the_same_picture_again_and_again() {
    let frames = vec![MOVIE[0].clone(); 80];
    assert_notes(&Sender::of(&frames).datagrams(), &["same_picture"], &["for 21 frames"]);
}

#[test]
fn some_frames_are_cut() {
    for each in [2, 3, 5] {
        let stream = whole().changed(|packet| {
            if packet.number % each == 0 {
                packet.payload.truncate(packet.payload.len() / 2);
            }
        });
        assert_notes(&stream, &["some_cut"], &["of 24 frames", "In the middle of the picture"]);
    }
}

#[test]
fn two_pictures_in_a_packet() {
    let frames: Vec<_> = MOVIE.chunks(2).map(<[_]>::concat).collect();
    assert_notes(&Sender::of(&frames).datagrams(), &["two_pictures"], &["Only the first is shown"]);
}

#[test]
fn bytes_after_the_picture() {
    let stream = whole().changed(|packet| packet.payload.resize(16_384, 0));
    assert_notes(&stream, &["padding"], &["The payload has 16384 bytes"]);
}

#[test]
fn some_packets_are_empty() {
    let stream = whole().changed(|packet| {
        if packet.number % 2 == 0 {
            packet.payload.clear();
        }
    });
    assert_notes(&stream, &["some_empty"], &["packets are empty", "nothing after them"]);
}

#[test]
fn the_padding_bit_without_padding() {
    let stream = patched(|datagram| datagram[0] = 0xA0);
    assert_notes(&stream, &["padding_bit"], &["First byte A0, expected: 80."]);
    assert_eq!(Receiver::replay(&stream).shown, 80);
}

#[test]
fn pieces_overlap() {
    // The last piece is sent with a few bytes of the one before it, which the picture does not need.
    let frames: Vec<_> = MOVIE
        .iter()
        .map(|jpeg| [&jpeg[..jpeg.len() - 2], &[0x55; 9], b"\xFF\xD9"].concat())
        .collect();
    let stream = Sender::in_pieces(&frames, 1400).datagrams();
    let receiver = Receiver::replay(&stream);
    assert_eq!((receiver.shown, receiver.mistakes().len()), (80, 0));
    assert_notes(&stream, &["pieces_overlap"], &["9 bytes too many in a frame"]);
}

#[test]
fn the_pace() {
    let slow = Sender { interval: Duration::from_millis(200), ..whole() }.datagrams();
    assert_notes(&slow, &["slow"], &["Only 5.0 frames a second come"]);
    let fast = Sender { interval: Duration::from_millis(1), ..whole() }.datagrams();
    assert_notes(&fast, &["fast"], &["60 frames came in 0.1 s"]);
    let slowest = Sender { interval: Duration::from_secs(1), ..whole() }.datagrams();
    assert_notes(&slowest[..10], &["slow"], &["Only 1.0 frames a second come"]);
}

#[test]
fn a_few_packets_and_no_more() {
    let stream = whole().datagrams();
    assert_notes(&stream[..2], &["stopped"], &["2 packets came, then no more", "sending thread"]);
    assert_notes(&stream[..5], &[], &[]);
    let other = whole().wrongly(|packet| packet.with(&packet.payload[700..]));
    assert_notes(&other[..1], &["stopped"], &["1 packet came", "expected: FF D8"]);
}

#[test]
fn notes_are_told_once_and_not_while_something_is_wrong() {
    let odd = |packet: &mut Sent| packet.version = 0;
    let mut twice = whole().changed(odd);
    let again = Sender { first_number: 81, ..whole() };
    let after = twice.last().unwrap().0;
    twice.extend(again.changed(odd).into_iter().map(|(at, datagram)| (at + after, datagram)));
    assert_notes(&twice, &["version"], &[]);
    let wrong = whole().changed(|packet| (packet.version, packet.number) = (0, 5));
    let receiver = Receiver::replay(&wrong);
    assert_eq!((receiver.mistakes(), receiver.notes()), (vec!["number_still"], vec![]));
}

#[test]
fn notes_of_frames_with_one_number() {
    let sender = Sender { numbering: Numbering::Frames, ..Sender::in_pieces(&MOVIE, 1400) };
    let swapped = sender.changed(|packet| packet.number = packet.number.swap_bytes());
    assert_notes(&swapped, &["number_swapped"], &[]);
    let two = sender.changed(|packet| packet.number *= 2);
    assert_notes(&two, &["number_step"], &["goes up by 2"]);
}
