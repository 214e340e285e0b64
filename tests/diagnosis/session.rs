//! PLAY, PAUSE and silence; and words that are taken back.

use std::time::Duration;

use rtsp_lab::diagnosis::Diagnosis;
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::statistics::Order;

use crate::receiver::Receiver;
use crate::sender::{Datagram, MOVIE, Sender};

const SECOND: Duration = Duration::from_secs(1);

/// The same, so much later.
fn later(stream: Vec<Datagram>, by: Duration) -> Vec<Datagram> {
    stream.into_iter().map(|(at, datagram)| (at + by, datagram)).collect()
}

fn wrong() -> Vec<Datagram> {
    Sender::of(&MOVIE).wrongly(|packet| packet.with([b"12047", &packet.payload[..]].concat()))
}

fn right(first_number: u16) -> Vec<Datagram> {
    Sender { first_number, ..Sender::of(&MOVIE) }.datagrams()
}

#[test]
fn ten_right_frames_take_a_finding_back() {
    let mut stream = wrong();
    stream.truncate(30);
    let fixed = later(right(31), 2 * SECOND);
    let tenth = fixed[9].0;
    stream.extend(fixed);
    let receiver = Receiver::replay(&stream);
    assert_eq!(receiver.mistakes(), ["digits"]);
    assert_eq!(receiver.stood.last(), Some(&(tenth, None)));
}

#[test]
fn what_lasts_a_quarter_of_a_second_is_no_evidence() {
    let mut stream = wrong()[..6].to_vec();
    stream.extend(right(1).into_iter().skip(6));
    assert_eq!(Receiver::replay(&stream).mistakes(), [""; 0]);
    let mut longer = wrong()[..7].to_vec();
    longer.extend(right(1).into_iter().skip(7));
    assert_eq!(Receiver::replay(&longer).mistakes(), ["digits"]);
}

#[test]
fn play_clears_the_evidence_and_not_the_word() {
    let mut receiver = Receiver::new();
    receiver.play(Duration::ZERO);
    receiver.take_all(&wrong());
    receiver.diagnosis.pause();
    receiver.play(5 * SECOND);
    assert_eq!(receiver.diagnosis.finding().unwrap().id, "digits");
    // Four wrong packets are no evidence any more, and the word stands all the same.
    receiver.take_all(&later(wrong()[..4].to_vec(), 5 * SECOND));
    assert_eq!(receiver.diagnosis.finding().unwrap().id, "digits");
    receiver.take_all(&later(right(5)[..12].to_vec(), 6 * SECOND));
    assert_eq!(receiver.diagnosis.finding(), None);
}

#[test]
fn another_mistake_after_play_takes_the_place_of_the_first() {
    let mut receiver = Receiver::new();
    receiver.play(Duration::ZERO);
    receiver.take_all(&wrong());
    receiver.play(5 * SECOND);
    let other = Sender::of(&MOVIE).wrongly(|packet| packet.payload.clone());
    receiver.take_all(&later(other, 5 * SECOND));
    assert_eq!(receiver.mistakes(), ["digits", "no_header"]);
    assert_eq!(receiver.diagnosis.finding().unwrap().id, "no_header");
}

#[test]
fn nothing_comes() {
    let receiver = Receiver::replay(&[]);
    assert_eq!(receiver.mistakes(), ["nothing_comes"]);
    let (at, finding) = &receiver.told[0];
    assert!((2 * SECOND..=3 * SECOND).contains(at), "{at:?}");
    assert_eq!(finding.title, "Nothing comes to UDP port 5008");
    assert!(finding.to_string().contains("65,495"));
    let late = Receiver::replay(&later(right(1), 4 * SECOND));
    assert_eq!(late.mistakes(), ["nothing_comes"]);
    assert_eq!(late.diagnosis.finding(), None, "taken back with the first packet");
    assert_eq!(late.stood[1], (4 * SECOND + Duration::from_millis(10), None));
}

#[test]
fn the_end_of_the_movie_after_a_pause_says_nothing() {
    let mut receiver = Receiver::new();
    receiver.play(Duration::ZERO);
    receiver.take_all(&right(1)[..20]);
    receiver.diagnosis.pause();
    receiver.play(5 * SECOND);
    receiver.take_all(&later(right(21)[..2].to_vec(), 5 * SECOND));
    receiver.wait(10 * SECOND);
    assert_eq!(receiver.told.len(), 0, "{:?}", receiver.told);
}

/// After PLAY at 0; what has been said three seconds later.
fn said(tell: impl FnOnce(&mut Diagnosis)) -> Option<String> {
    let mut diagnosis = Diagnosis::new(5008, "127.0.0.1");
    diagnosis.play(Duration::ZERO);
    tell(&mut diagnosis);
    diagnosis.tick(3 * SECOND);
    diagnosis.finding().map(|finding| format!("{}: {finding}", finding.id))
}

#[test]
fn silence_has_reasons() {
    let answered = Duration::from_millis(2);
    let on_rtsp = |bytes: &'static [u8]| {
        said(move |diagnosis| {
            diagnosis.play_answered(answered);
            diagnosis.bytes_on_rtsp(bytes, SECOND);
        })
        .unwrap()
    };
    let found = on_rtsp(b"\x80\x1A\0\x01\0\0\0\0\0\0\0\0\xFF\xD8\xFF");
    assert!(
        found.starts_with("rtp_on_rtsp: RTP comes on the RTSP connection: After the reply: 80 1A")
    );
    assert!(found.ends_with("sent with sendto to port 5008."), "{found}");
    assert!(on_rtsp(b"$\0\x2F\x1B\x80\x1A").starts_with("rtp_on_rtsp: "));
    assert!(on_rtsp(b"\xFF\xD8\xFF\xE0").contains("FF D8"));
    assert!(on_rtsp(b"RTSP/1.0 200 OK\n").starts_with("nothing_comes: "));
    let strange = said(|diagnosis| {
        diagnosis.play_answered(answered);
        diagnosis.stranger("127.0.0.2");
    });
    assert!(strange.unwrap().contains("RTP comes from 127.0.0.2: The server is 127.0.0.1"));
    let unanswered = said(|diagnosis| {
        for (at, datagram) in right(1).into_iter().take(40) {
            let packet = RtpPacket::decode(&datagram).unwrap();
            diagnosis.packet(&datagram, Some((&packet, Order::Next)), at);
        }
    });
    assert!(unanswered.unwrap().contains("PLAY was not answered: 40 packets came."));
    assert_eq!(said(|_| ()), None, "that the reply is missing says the client");
    assert_eq!(said(Diagnosis::pause), None);
}

#[test]
fn packets_before_play() {
    let mut diagnosis = Diagnosis::new(5008, "127.0.0.1");
    for (at, datagram) in right(1).into_iter().take(12) {
        diagnosis.packet(&datagram, None, at);
    }
    assert_eq!(diagnosis.finding(), None);
    diagnosis.play(SECOND);
    diagnosis.play_answered(SECOND);
    diagnosis.tick(4 * SECOND);
    let found = diagnosis.finding().unwrap().to_string();
    assert!(found.contains("12 packets came after SETUP. Sending begins with PLAY."), "{found}");
}
