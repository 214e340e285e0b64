//! The client against RTP of every kind: odd headers, gaps, late packets, pieces, broken frames
//! (protocol.md, "Lab dialect: RTP").
//!
//! A packet is sent when the one before has been counted, so every figure is exact.

use std::time::Duration;

use crate::client_common::jpeg::{as_in_the_labs_movie, colour, frame, jpeg};
use crate::client_common::rtp::{JPEG, MARKER, PLAIN, marked, packet, packet_with};
use crate::client_common::stage::Stage;
use rtsp_lab::client::Player;
use rtsp_lab::rtsp::State;

/// Frames with these sequence numbers, one packet each; the nth has the colour of frame n.
#[track_caller]
fn plays_numbers(stage: &mut Stage, numbers: impl IntoIterator<Item = u16>) {
    for number in numbers {
        let packets = stage.reception().packets + 1;
        stage.sends(&packet(number, &frame(number)), packets);
    }
}

/// (packets, late or duplicate, lost) after frames with these numbers.
#[track_caller]
fn counts_of(numbers: &[u16]) -> (u64, u64, u64) {
    let mut stage = Stage::playing();
    plays_numbers(&mut stage, numbers.iter().copied());
    stage.pause();
    let (packets, late, lost) = stage.counts();
    stage.until_shown(packets - late);
    stage.assert_shows(colour(*numbers.iter().max_by_key(|n| n.wrapping_sub(numbers[0])).unwrap()));
    (packets, late, lost)
}

#[test]
fn frames_are_shown_one_after_the_other_in_their_colours() {
    let mut stage = Stage::playing();
    for number in 1..=10 {
        stage.sends(&packet(number, &frame(number)), number.into());
        stage.until_shown(number.into());
        stage.assert_shows(colour(number));
        assert_eq!(stage.statistics().current_frame(), u64::from(number));
    }
    stage.teardown();
    assert_eq!(stage.counts(), (10, 0, 0), "the figures stay after the end");
    stage.assert_shows(colour(10));
}

#[test]
fn any_version_payload_type_and_marker_is_accepted() {
    let mut stage = Stage::playing();
    let headers = [(0x00, JPEG), (0x40, 0), (0xC0, 127), (PLAIN, MARKER | JPEG), (PLAIN, MARKER)];
    for (number, (flags, kind)) in (1..).zip(headers) {
        stage.sends(&packet_with(flags, kind, number, &frame(number)), number.into());
        stage.until_shown(number.into());
        stage.assert_shows(colour(number));
    }
    assert_eq!(stage.counts(), (5, 0, 0));
}

#[test]
fn csrcs_extension_and_padding_are_skipped() {
    let extension = b"\xBE\xDE\0\x02eight by";
    for (number, (flags, before, after)) in (1..).zip([
        (0x81, b"CSR1".as_slice(), b"".as_slice()),
        (0x8F, [0xFF; 60].as_slice(), b""),
        (0x90, extension, b""),
        (0xA0, b"", b"\x01"),
        (0xA0, b"", b"\0\0\0\0\0\0\0\x08"),
        (0xB2, &[b"CSR1CSR2".as_slice(), extension].concat(), b"\0\0\x03"),
    ]) {
        let mut stage = Stage::playing();
        let payload = [before, &frame(number), after].concat();
        stage.sends(&packet_with(flags, JPEG, 1, &payload), 1);
        stage.until_shown(1);
        stage.assert_shows(colour(number));
        let bytes = frame(number).len() as u64;
        assert_eq!(stage.reception().bytes, bytes, "nothing but the frame counts, {flags:02X}");
    }
}

#[test]
fn sequence_numbers_may_start_anywhere() {
    for first in [0, 1, 2, 40_000, 65_530] {
        assert_eq!(counts_of(&[first, first + 1, first + 2]), (3, 0, 0), "from {first}");
    }
}

#[test]
fn sequence_numbers_wrap() {
    assert_eq!(counts_of(&[65_533, 65_534, 65_535, 0, 1, 2]), (6, 0, 0));
    assert_eq!(counts_of(&[65_534, 65_535, 1, 2]), (4, 0, 1));
    assert_eq!(counts_of(&[65_535, 1, 0, 2]), (4, 1, 0));
}

#[test]
fn gaps_are_lost_to_the_packet() {
    assert_eq!(counts_of(&[1, 2, 5, 6, 10]), (5, 0, 5));
    assert_eq!(counts_of(&[1, 2, 502, 503]), (4, 0, 499));
}

#[test]
fn late_and_repeated_packets_are_not_lost_and_not_shown() {
    assert_eq!(counts_of(&[1, 3, 2, 4]), (4, 1, 0));
    assert_eq!(counts_of(&[1, 2, 2, 2, 3]), (5, 2, 0));
    assert_eq!(counts_of(&[1, 1, 2]), (3, 1, 0), "the first one, repeated");
    assert_eq!(counts_of(&[10, 20, 15, 12, 15, 21]), (6, 3, 7));
}

#[test]
fn what_is_late_and_what_came_before_is_counted_apart() {
    let mut stage = Stage::playing();
    plays_numbers(&mut stage, [10, 20, 20, 15, 12, 15, 21, 10]);
    let reception = stage.reception();
    assert_eq!((reception.late, reception.duplicates, reception.lost), (2, 3, 7));
}

#[test]
fn numbers_may_begin_anew_after_pause_and_play() {
    let mut stage = Stage::playing();
    plays_numbers(&mut stage, 1..=10);
    stage.pause();
    stage.play();
    plays_numbers(&mut stage, 1..=5);
    stage.pause();
    assert_eq!(stage.counts(), (15, 0, 0));
    stage.until_shown(15);
    stage.assert_shows(colour(5));
    assert_eq!(stage.statistics().current_frame(), 5);
}

#[test]
fn numbers_may_run_on_after_pause_and_play() {
    let mut stage = Stage::playing();
    plays_numbers(&mut stage, 1..=5);
    stage.pause();
    stage.play();
    plays_numbers(&mut stage, 6..=10);
    stage.pause();
    assert_eq!(stage.counts(), (10, 0, 0));
    stage.until_shown(10);
}

#[test]
fn a_new_session_counts_from_0() {
    let mut stage = Stage::playing();
    plays_numbers(&mut stage, [1, 2, 5, 4]);
    stage.teardown();
    assert_eq!(stage.counts(), (4, 1, 1));
    stage.setup();
    stage.play();
    plays_numbers(&mut stage, [7, 8]);
    stage.teardown();
    assert_eq!((stage.counts(), stage.statistics().frames_shown), ((2, 0, 0), 2));
}

/// The frame in three pieces.
fn pieces(frame: &[u8]) -> [&[u8]; 3] {
    let (head, rest) = frame.split_at(frame.len() / 3);
    let (middle, tail) = rest.split_at(rest.len() / 2);
    [head, middle, tail]
}

/// The packets of frames in three pieces each, as servers number them: each packet, or each frame.
fn packets_in_pieces(frames: u16, each_packet: bool) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    for number in 1..=frames {
        for (index, piece) in (0..).zip(pieces(&frame(number))) {
            let number = if each_packet { 3 * number + index } else { number };
            let packet = if index == 2 { marked } else { packet };
            packets.push(packet(number, piece));
        }
    }
    packets
}

#[test]
fn pieces_are_put_together_in_both_numberings() {
    for each_packet in [true, false] {
        let mut stage = Stage::playing();
        for (packet, count) in packets_in_pieces(6, each_packet).iter().zip(1..) {
            stage.server.sends(packet);
            if count % 3 == 0 {
                stage.until_packets(count);
                stage.until_shown(count / 3);
                stage.assert_shows(colour(u16::try_from(count / 3).unwrap()));
            }
        }
        assert_eq!(stage.counts(), (18, 0, 0), "each packet numbered: {each_packet}");
        assert_eq!(stage.statistics().damaged_frames(), 0);
        assert_eq!(stage.statistics().current_frame(), 6);
    }
}

#[test]
fn a_lost_piece_costs_its_frame_and_no_other() {
    for (each_packet, losses) in [(true, vec![3, 4, 5]), (false, vec![3, 5])] {
        for lost in losses {
            let mut stage = Stage::playing();
            let mut packets = packets_in_pieces(3, each_packet);
            packets.remove(lost);
            for packet in &packets {
                stage.server.sends(packet);
            }
            stage.until_packets(8);
            stage.until_shown(2);
            stage.assert_shows(colour(3));
            assert_eq!(stage.reception().damaged, 1, "without packet {lost}, {each_packet}");
            assert_eq!(stage.counts(), (8, 0, u64::from(each_packet)));
        }
    }
}

#[test]
fn a_repeated_piece_is_late_and_does_no_harm() {
    for each_packet in [true, false] {
        let mut stage = Stage::playing();
        let mut packets = packets_in_pieces(2, each_packet);
        packets.insert(5, packets[4].clone());
        for packet in &packets {
            stage.server.sends(packet);
        }
        stage.until_packets(7);
        stage.until_shown(2);
        stage.assert_shows(colour(2));
        assert_eq!((stage.counts(), stage.reception().damaged), ((7, 1, 0), 0));
    }
}

#[test]
fn the_movie_of_the_python_lab_has_the_right_colours() {
    for (number, colour) in [[200, 30, 40], [20, 180, 60], [40, 50, 210]].into_iter().enumerate() {
        let mut stage = Stage::playing();
        stage.sends(&packet(1, &as_in_the_labs_movie(jpeg(32, 24, colour))), 1);
        stage.until_shown(1);
        stage.assert_shows(colour);
        assert_eq!(stage.statistics().damaged_frames(), 0, "colour {number}");
    }
}

#[test]
fn frames_without_their_last_two_bytes_are_shown() {
    let mut stage = Stage::playing();
    for number in 1..=6 {
        let mut frame = frame(number);
        assert_eq!(frame.split_off(frame.len() - 2), [0xFF, 0xD9]);
        stage.sends(&packet(number, &frame), number.into());
    }
    // Only the second one tells that the first was whole.
    stage.until_shown(6);
    stage.assert_shows(colour(6));
    assert_eq!((stage.counts(), stage.statistics().damaged_frames()), ((6, 0, 0), 0));
}

#[test]
fn a_marked_frame_without_its_last_two_bytes_is_shown_at_once() {
    let mut stage = Stage::playing();
    let frame = frame(1);
    stage.sends(&marked(1, &frame[..frame.len() - 2]), 1);
    stage.until_shown(1);
    stage.assert_shows(colour(1));
}

#[test]
fn a_frame_that_cant_be_decoded_is_counted_and_the_last_good_picture_stays() {
    let mut stage = Stage::playing();
    stage.sends_a_frame();
    let mut cut = frame(2);
    cut.drain(100..cut.len() - 2);
    for (number, broken) in
        (2..).zip([b"\xFF\xD8\xFF\xD9".as_slice(), b"\xFF\xD8text\xFF\xD9", &cut])
    {
        stage.sends(&packet(number, broken), number.into());
        stage.until("a broken frame", |client| {
            client.statistics().0.undecodable == u64::from(number) - 1
        });
        assert_eq!(stage.statistics().frames_shown, 1);
        stage.assert_shows(colour(1));
    }
    stage.sends(&packet(5, &frame(5)), 5);
    stage.until_shown(2);
    stage.assert_shows(colour(5));
    assert_eq!((stage.counts(), stage.statistics().damaged_frames()), ((5, 0, 0), 3));
}

#[test]
fn frames_may_change_their_size() {
    let mut stage = Stage::playing();
    let sizes = [(16, 16), (64, 8), (1, 1), (640, 480), (17, 33)];
    for (number, (width, height)) in (1..).zip(sizes) {
        stage.sends(&packet(number, &jpeg(width, height, colour(number))), number.into());
        stage.until_shown(number.into());
        stage.assert_shows(colour(number));
        let picture = stage.client.picture().unwrap();
        assert_eq!((picture.width, picture.height), (width.into(), height.into()));
    }
}

#[test]
fn the_largest_frame_that_fits_a_datagram_is_shown() {
    let mut stage = Stage::playing();
    let mut large = frame(1);
    // A comment fills it up to what a whole UDP datagram can hold besides the header.
    while large.len() < 65_507 - 12 {
        let rest = 65_507 - 12 - large.len();
        let length = u16::try_from(rest - 2).unwrap();
        let comment = [&[0xFF, 0xFE], &length.to_be_bytes()[..], &vec![0; rest - 4]].concat();
        large.splice(2..2, comment);
    }
    stage.sends(&packet(1, &large), 1);
    stage.until_shown(1);
    stage.assert_shows(colour(1));
}

#[test]
fn datagrams_that_are_no_rtp_are_counted_apart() {
    let mut stage = Stage::playing();
    stage.sends_a_frame();
    for junk in [
        b"".as_slice(),
        b"junk",
        &[0x80; 11],
        &[0x8F; 20],
        &[0x90, 26, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0],
    ] {
        stage.server.sends(junk);
    }
    plays_numbers(&mut stage, [2]);
    stage.until_shown(2);
    assert_eq!((stage.counts(), stage.reception().malformed), ((2, 0, 0), 5));
    assert_eq!(stage.statistics().damaged_frames(), 0);
}

#[test]
fn packets_before_the_reply_to_play_are_taken() {
    let mut stage = Stage::ready();
    stage.client.play_movie();
    stage.server.expects("PLAY");
    stage.sends(&packet(1, &frame(1)), 1);
    stage.until_shown(1);
    assert_eq!(stage.client.state(), State::Ready);
    stage.answered("RTSP/1.0 200 OK\nCSeq: 2\nSession: 123456\n");
    plays_numbers(&mut stage, 2..=3);
    stage.until_shown(3);
    assert_eq!(stage.counts(), (3, 0, 0));
}

#[test]
fn packets_in_flight_when_pause_is_answered_are_taken() {
    let mut stage = Stage::playing();
    plays_numbers(&mut stage, 1..=3);
    stage.client.pause_movie();
    stage.server.expects("PAUSE");
    // So many that some still wait at the port when the reply comes.
    for number in 4..=53 {
        stage.server.sends(&packet(number, &frame(number)));
    }
    stage.answered("RTSP/1.0 200 OK\nCSeq: 3\nSession: 123456\n");
    assert_eq!(stage.client.state(), State::Ready);
    assert_eq!(stage.counts(), (53, 0, 0), "as soon as PAUSE is answered");
}

#[test]
fn nobody_listens_after_pause() {
    let mut stage = Stage::playing();
    plays_numbers(&mut stage, 1..=3);
    stage.until_shown(3);
    stage.pause();
    stage.server.sends(&packet(4, &frame(4)));
    stage.client.describe_movie();
    stage.server.grants("DESCRIBE");
    stage.until("the reply", |client| !client.is_waiting());
    assert_eq!((stage.counts(), stage.statistics().frames_shown), ((3, 0, 0), 3));
    stage.assert_shows(colour(3));
    // The socket has kept it, and it is not missing in what follows.
    stage.play();
    stage.sends(&packet(5, &frame(5)), 5);
    assert_eq!(stage.counts(), (5, 0, 0));
}

#[test]
fn a_packet_that_comes_after_pause_does_not_hide_that_the_numbers_begin_anew() {
    let mut stage = Stage::playing();
    plays_numbers(&mut stage, 1..=10);
    stage.pause();
    stage.server.sends(&packet(11, &frame(11)));
    stage.play();
    stage.until_packets(11);
    plays_numbers(&mut stage, 1..=3);
    stage.until_shown(14);
    stage.assert_shows(colour(3));
    assert_eq!(stage.counts(), (14, 0, 0));
}

#[test]
fn after_a_pause_the_latest_packet_is_the_one_that_came_last() {
    let mut stage = Stage::ready();
    stage.play();
    stage.sends_a_frame();
    // The parts of a frame without its end: nothing is passed on.
    for (number, payload) in [(2, &b"\xFF\xD8 and"[..]), (3, b"so"), (4, b"on")] {
        stage.server.sends(&packet(number, payload));
    }
    stage.pause();
    let header = |stage: &Stage| stage.client.latest_packet().unwrap().header;
    assert_eq!(header(&stage)[2..4], [0, 4]);
    stage.client.wait(Duration::from_millis(50));
    assert_eq!(header(&stage)[2..4], [0, 4], "what is on its way still does not replace it");
}
