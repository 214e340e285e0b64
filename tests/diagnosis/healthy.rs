//! A stream that plays gets no finding, whatever the network does to it.

use std::time::Duration;

use proptest::prelude::*;
use rtsp_lab::diagnosis::Weight;

use crate::other_movies::OTHER_MOVIES;
use crate::receiver::Receiver;
use crate::sender::{Datagram, MOVIE, Numbering, Sender, Timestamp};

/// What a network does: each packet is lost, doubled, overtaken by the next, or left alone.
#[derive(Clone, Debug)]
struct Network {
    seed: u64,
    loss: u64,
    doubled: u64,
    overtaken: u64,
    /// Up to so much later than it was sent.
    jitter: Duration,
}

impl Network {
    fn carry(&self, stream: &[Datagram]) -> Vec<Datagram> {
        let mut random = self.seed | 1;
        let mut percent = || {
            // Xorshift: plain, and the same on every machine.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random >> 11
        };
        let mut arrived: Vec<Datagram> = Vec::new();
        for (at, datagram) in stream {
            let micros = u64::try_from(self.jitter.as_micros()).unwrap();
            let at = *at + Duration::from_micros(percent() % (micros + 1));
            let (loss, doubled, overtaken) = (percent() % 100, percent() % 100, percent() % 100);
            if loss < self.loss {
                continue;
            }
            if doubled < self.doubled {
                arrived.push((at, datagram.clone()));
            }
            match arrived.pop() {
                Some(before) if overtaken < self.overtaken => {
                    arrived.push((at, datagram.clone()));
                    arrived.push(before);
                }
                before => {
                    arrived.extend(before);
                    arrived.push((at, datagram.clone()));
                }
            }
        }
        // What comes later comes no earlier.
        let mut last = Duration::ZERO;
        for (at, _) in &mut arrived {
            last = last.max(*at);
            *at = last;
        }
        arrived
    }
}

/// Any dialect that public servers speak.
fn senders() -> impl Strategy<Value = Sender> {
    let frames = prop_oneof![
        4 => (0..40_usize, 3..80_usize).prop_map(|(from, count)| {
            MOVIE[from..].iter().take(count).cloned().collect::<Vec<_>>()
        }),
        1 => Just(vec![MOVIE[7].clone(); 60]),
        1 => Just(MOVIE.iter().flat_map(|jpeg| vec![jpeg.clone(); 2]).take(80).collect()),
        1 => Just(MOVIE.iter().map(|jpeg| jpeg[..jpeg.len() - 2].to_vec()).collect()),
        1 => Just(MOVIE.iter().map(|jpeg| [jpeg, &[0; 40][..]].concat()).collect()),
        4 => proptest::sample::select(OTHER_MOVIES.clone()),
    ];
    let piece = prop_oneof![
        Just(None),
        (300..9000_usize).prop_map(Some),
        Just(Some(1400)),
        Just(Some(20_468))
    ];
    let numbering = prop_oneof![Just(Numbering::Packets), Just(Numbering::Frames)];
    let first = prop_oneof![Just(0), Just(1), any::<u16>(), 65_450..=u16::MAX, 200..256_u16];
    let timestamp = prop_oneof![Just(Timestamp::Seconds), Just(Timestamp::Ticks)];
    let version = prop_oneof![4 => Just(2_u8), 1 => Just(0_u8)];
    let others = (any::<bool>(), version, timestamp, any::<u32>(), 40..=200_u64);
    (frames, piece, numbering, first, others).prop_map(
        |(frames, piece, numbering, first_number, others)| {
            let (marks_whole_frames, version, timestamp, ssrc, milliseconds) = others;
            Sender {
                frames,
                interval: Duration::from_millis(milliseconds),
                piece,
                numbering,
                first_number,
                marks_whole_frames,
                version,
                timestamp,
                ssrc,
            }
        },
    )
}

fn networks() -> impl Strategy<Value = Network> {
    let rates = prop_oneof![
        Just((0, 0, 0)),
        (0..=10_u64, 0..=10_u64, 0..=10_u64),
        Just((20, 5, 10)),
        Just((0, 40, 0)),
    ];
    (any::<u64>(), rates, 0..60_u64).prop_map(|(seed, (loss, doubled, overtaken), milliseconds)| {
        let jitter = Duration::from_millis(milliseconds);
        Network { seed, loss, doubled, overtaken, jitter }
    })
}

/// Notes that a stream may get though it is right: it is odd, or the network is.
const HARMLESS: [&str; 11] = [
    "version",
    "slow",
    "stopped",
    "same_picture",
    "picture_twice",
    "padding",
    "packet_repeats",
    "number_255",
    "stopped_255",
    "timestamp_still",
    "fast",
];

fn assert_quiet(receiver: &Receiver) -> Result<(), TestCaseError> {
    prop_assert_eq!(receiver.mistakes(), [""; 0], "{:#?}", &receiver.told);
    for id in receiver.ids(Weight::Note) {
        prop_assert!(HARMLESS.contains(&id), "{}", id);
    }
    Ok(())
}

proptest! {
    #[test]
    fn over_any_network(sender in senders(), network in networks()) {
        assert_quiet(&Receiver::replay(&network.carry(&sender.datagrams())))?;
    }

    #[test]
    fn joined_in_the_middle(sender in senders(), network in networks(), part in 0..1000_usize) {
        let stream = network.carry(&sender.datagrams());
        let start = stream.len() * part / 1000;
        let begin = stream.get(start).map_or(Duration::ZERO, |&(at, _)| at);
        let joined: Vec<_> =
            stream[start..].iter().map(|(at, datagram)| (at.saturating_sub(begin), datagram.clone())).collect();
        if !joined.is_empty() {
            assert_quiet(&Receiver::replay(&joined))?;
        }
    }

    #[test]
    fn with_pauses_and_seeking(
        sender in senders(),
        network in networks(),
        breaks in proptest::collection::vec((0..3000_u64, 0..4000_u64, any::<bool>(), 0..80_usize), 1..4),
    ) {
        let stream = network.carry(&sender.datagrams());
        let mut receiver = Receiver::new();
        let (mut now, mut place) = (Duration::ZERO, 0);
        for (play, pause, is_paused, seek) in breaks {
            receiver.play(now);
            let shift = stream.get(place).map_or(Duration::ZERO, |&(at, _)| at);
            let end = now + Duration::from_millis(play);
            let begin = now;
            let run: Vec<_> = stream[place.min(stream.len())..]
                .iter()
                .map(|(at, datagram)| (begin + at.saturating_sub(shift), datagram.clone()))
                .take_while(|&(at, _)| at < end)
                .collect();
            receiver.take_all(&run);
            // Until the end of the movie or of the run, and no packet lost is no packet sent.
            let is_empty = run.is_empty();
            now = end;
            if !is_empty {
                receiver.wait(now);
            }
            if is_paused {
                receiver.diagnosis.pause();
                now += Duration::from_millis(pause);
                receiver.wait(now);
            }
            place = if seek % 2 == 0 { place + run.len() } else { stream.len() * seek / 80 };
        }
        assert_quiet(&receiver)?;
    }
}

#[test]
fn the_wrap_of_numbers_says_nothing() {
    for numbering in [Numbering::Packets, Numbering::Frames] {
        for piece in [None, Some(1400)] {
            let first_number = 65_500;
            let sender = Sender { piece, numbering, first_number, ..Sender::of(&MOVIE) };
            let receiver = Receiver::replay(&sender.datagrams());
            assert_eq!((receiver.shown, receiver.told.len()), (80, 0), "{:?}", receiver.told);
        }
    }
}

#[test]
fn the_reports_own_stream_gets_not_even_a_note() {
    for sender in [
        Sender::of(&MOVIE),
        Sender::in_pieces(&MOVIE, 1400),
        Sender::in_pieces(&MOVIE, 20_468),
        Sender { numbering: Numbering::Frames, ..Sender::in_pieces(&MOVIE, 1400) },
    ] {
        let receiver = Receiver::replay(&sender.datagrams());
        assert_eq!((receiver.shown, receiver.told.len()), (80, 0), "{:?}", receiver.told);
    }
}

/// A frame that takes long to come, as over a slow line, and few of them.
#[test]
fn slow_frames_in_many_pieces_joined_anywhere() {
    let sender = Sender { interval: Duration::from_secs(1), ..Sender::in_pieces(&MOVIE[..6], 300) };
    let mut stream = sender.datagrams();
    for (place, (at, _)) in stream.iter_mut().enumerate() {
        *at = Duration::from_millis(22) * u32::try_from(place).unwrap();
    }
    for start in 0..stream.len() {
        let begin = stream[start].0;
        let joined: Vec<_> = stream[start..]
            .iter()
            .map(|(at, datagram)| (at.saturating_sub(begin), datagram.clone()))
            .collect();
        let receiver = Receiver::replay(&joined);
        assert_eq!(receiver.mistakes(), [""; 0], "from packet {start}");
    }
}
