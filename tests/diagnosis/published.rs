//! What servers that others have published do, and do with a mistake made in them.

use std::time::Duration;

use rtsp_lab::diagnosis::Weight;

use crate::receiver::{Receiver, assert_mistake, assert_notes};
use crate::sender::{Datagram, MOVIE, Numbering, Sender, Sent};

const FRAME: Duration = Duration::from_millis(50);

/// The movie, and then this packet again and again, for three seconds.
fn then_forever(last: impl Fn(&Sent) -> Vec<u8>) -> Vec<Datagram> {
    let packets = Sender::of(&MOVIE[..40]).packets();
    let end = packets.last().unwrap();
    let after = (1..=60).map(|count| {
        let timestamp = end.timestamp + count / 20;
        (end.at + FRAME * count, last(&Sent { timestamp, ..end.clone() }))
    });
    packets.iter().map(|packet| (packet.at, packet.encoded())).chain(after).collect()
}

#[test]
fn empty_packets_after_the_movie_are_its_end() {
    let words = ["Empty packets come after the pictures", "nextFrame has no more"];
    let next = then_forever(|end| Sent { number: end.number + 1, ..end.clone() }.header());
    assert_notes(&next, &["end_empty"], &words);
    assert_notes(&then_forever(Sent::header), &["end_empty"], &words);
    // Before the first picture they are a mistake, after the next PLAY, too.
    let mut receiver = Receiver::new();
    receiver.play(Duration::ZERO);
    receiver.take_all(&next);
    receiver.play(Duration::from_secs(6));
    let empty = Sender::of(&MOVIE).wrongly(Sent::header);
    let later = empty.into_iter().map(|(at, sent)| (at + Duration::from_secs(6), sent));
    receiver.take_all(&later.collect::<Vec<_>>());
    assert_eq!(receiver.mistakes(), ["no_payload"]);
}

#[test]
fn one_packet_again_and_again_after_the_movie_is_its_end() {
    let words = ["Number 40: is the movie at its end?"];
    assert_notes(&then_forever(Sent::encoded), &["packet_again"], &words);
    let first = then_forever(|end| end.with(&MOVIE[0]));
    assert_notes(&first, &["packet_again"], &words);
}

#[test]
fn each_piece_with_all_that_is_left_of_the_frame() {
    let sender = Sender { numbering: Numbering::Frames, ..Sender::in_pieces(&MOVIE, 1400) };
    let stream = sender.changed(|packet| {
        packet.payload = MOVIE[packet.frame][1400 * packet.piece..].to_vec();
    });
    assert_notes(&stream, &["number_shared"], &["They differ, and are all number"]);
}

#[test]
fn nothing_comes_after_number_255() {
    let sender = Sender { first_number: 176, ..Sender::of(&MOVIE) };
    let stream = sender.datagrams();
    assert_notes(&stream, &["stopped_255"], &["256 does not fit into a byte", "number & 255"]);
    assert_notes(&stream[..79], &[], &[]);
    // A movie that is joined just before its end.
    let begin = stream[70].0;
    let joined =
        stream[70..].iter().map(|(at, sent)| (at.checked_sub(begin).unwrap(), sent.clone()));
    assert_notes(&joined.collect::<Vec<_>>(), &[], &[]);
}

#[test]
fn numbers_of_pieces_that_go_up_by_more_than_one() {
    let pieces = |size| Sender::in_pieces(&MOVIE, size);
    for size in [1400, 5000] {
        let twice = pieces(size).changed(|packet| packet.number *= 2);
        let words = ["goes up by 2", "twice a packet?", "With gaps no frame"];
        assert_mistake(&twice, "number_step", &words);
        let swapped = pieces(size).changed(|packet| packet.number = packet.number.swap_bytes());
        assert_mistake(&swapped, "number_swapped", &["goes up by 256", "With gaps no frame"]);
    }
}

#[test]
fn a_header_that_is_never_emptied() {
    // Each packet's header is appended to the one before it, which may have begun with zeros.
    for begin in [0, 12] {
        let mut header = vec![0; begin];
        let mut stream = Vec::new();
        for packet in Sender::of(&MOVIE).packets() {
            header.extend(packet.header());
            stream.push((packet.at, [&header[..], &packet.payload].concat()));
        }
        let words = ["grows with each packet", "12 bytes later each time", "made anew"];
        assert_mistake(&stream, "header_grows", &words);
    }
}

#[test]
fn pieces_under_the_frames_number_that_do_not_fit_together() {
    for size in [1400, 3000] {
        let sender = Sender { numbering: Numbering::Frames, ..Sender::in_pieces(&MOVIE, size) };
        let words = ["are garbled or broken", "begin where the one before has ended?"];
        let short = sender.changed(|packet| {
            if !packet.is_last {
                packet.payload.pop();
            }
        });
        assert_mistake(&short, "pieces_broken", &words);
        let double = sender.changed(|packet| {
            let start = size * packet.piece;
            packet
                .payload
                .splice(0..0, MOVIE[packet.frame][start.saturating_sub(10)..start].to_vec());
        });
        assert_mistake(&double, "pieces_broken", &words);
    }
}

#[test]
fn a_dead_thread_after_a_frame_that_is_cut() {
    let cut = Sender::of(&MOVIE).changed(|packet| packet.payload.truncate(5000));
    let receiver = Receiver::replay(&cut[..1]);
    let told: Vec<_> = receiver.told.iter().map(|(_, finding)| finding.to_string()).collect();
    assert_eq!(receiver.ids(Weight::Note), ["stopped"], "{told:?}");
    assert!(told[0].contains("The payload ends with"), "{told:?}");
    assert_notes(&Sender::of(&MOVIE).datagrams()[..1], &["stopped"], &["50 ms are wait(0.05)"]);
}
