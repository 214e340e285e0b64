//! One mistake at a time, each rule of its own.

use std::time::Duration;

use crate::receiver::{Receiver, assert_mistake};
use crate::sender::{Datagram, MOVIE, Numbering, Sender, Sent};

fn whole() -> Sender {
    Sender::of(&MOVIE)
}

fn pieces() -> Sender {
    Sender::in_pieces(&MOVIE, 1400)
}

fn prefixed(jpeg: &[u8]) -> Vec<u8> {
    [format!("{:05}", jpeg.len()).as_bytes(), jpeg].concat()
}

/// The movie's first length, as it stands in the file.
fn first_length() -> String {
    format!("{:05}", MOVIE[0].len())
}

#[test]
fn digits() {
    let stream = whole().wrongly(|packet| packet.with(prefixed(&packet.payload)));
    let title = "The length is still in front of the JPEG";
    assert_mistake(&stream, "digits", &[title]);
    let same: Vec<Vec<u8>> = MOVIE.iter().map(|_| MOVIE[0].clone()).collect();
    let stream = Sender::of(&same).wrongly(|packet| packet.with(prefixed(&packet.payload)));
    let length = first_length();
    let bytes: Vec<_> = length.bytes().map(|digit| format!("{digit:02X}")).collect();
    let words = format!("{} (\"{length}\"), then FF D8", bytes.join(" "));
    assert_mistake(&stream, "digits", &[title, &words]);
}

#[test]
fn two_datagrams() {
    let mut stream = Vec::new();
    for packet in whole().packets() {
        stream.push((packet.at, packet.header()));
        stream.push((packet.at, packet.payload));
    }
    assert_mistake(&stream, "two_datagrams", &["12 bytes come alone"]);
}

#[test]
fn no_header() {
    let stream = whole().wrongly(|packet| packet.payload.clone());
    assert_mistake(&stream, "no_header", &["begin with FF D8"]);
    let stream = whole().wrongly(|packet| prefixed(&packet.payload));
    assert_mistake(&stream, "no_header", &["the length, then the JPEG"]);
}

#[test]
fn no_header_in_pieces() {
    let stream = pieces().wrongly(|packet| packet.payload.clone());
    assert_mistake(&stream, "no_header", &["Put the 12 bytes"]);
}

#[test]
fn header_after() {
    let stream = whole().wrongly(|packet| [packet.payload.clone(), packet.header()].concat());
    assert_mistake(&stream, "header_after", &["80 1A comes 12 before the end"]);
}

#[test]
fn header_text() {
    let stream = whole().wrongly(|packet| {
        let header = format!("2 0 0 0 0 26 {} {} 123456 ", packet.number, packet.timestamp);
        [header.into_bytes(), packet.payload.clone()].concat()
    });
    assert_mistake(&stream, "header_text", &["begins with \"2 0 0 0 0 26 "]);
}

#[test]
fn header_backwards() {
    let backwards = |packet: &Sent| {
        let mut header = packet.header();
        header.reverse();
        [header, packet.payload.clone()].concat()
    };
    assert_mistake(&whole().wrongly(backwards), "header_backwards", &["expected: 80 1A"]);
    let word = |packet: &Sent| {
        let mut datagram = packet.encoded();
        datagram[..4].reverse();
        datagram
    };
    assert_mistake(&whole().wrongly(word), "header_backwards", &["00 1A 80"]);
    let half = |packet: &Sent| {
        let mut datagram = packet.encoded();
        datagram[..2].reverse();
        datagram
    };
    assert_mistake(&whole().wrongly(half), "header_backwards", &["It begins with 1A 80 00"]);
}

#[test]
fn header_bits() {
    let stream = whole().wrongly(|packet| {
        let mut datagram = packet.encoded();
        datagram[..12].iter_mut().for_each(|byte| *byte = byte.reverse_bits());
        datagram
    });
    assert_mistake(&stream, "header_bits", &["It begins with 01 58"]);
}

fn first_byte_is(byte: u8) -> Vec<Datagram> {
    whole().wrongly(|packet| {
        let mut datagram = packet.encoded();
        datagram[0] = byte;
        datagram
    })
}

#[test]
fn first_byte() {
    let shifted =
        ["The first byte is 02, not 80", "V is 0, CC is 2", "V shifted left by 6: 2 << 6?"];
    assert_mistake(&first_byte_is(0x02), "first_byte", &shifted);
    assert_mistake(&first_byte_is(0x04), "first_byte", &["CC is 4", "2 << 6"]);
    assert_mistake(&first_byte_is(0x08), "first_byte", &["CC is 8", "2 << 6"]);
    assert_mistake(&first_byte_is(0x10), "first_byte", &["V is 0, X is 1", "2 << 6"]);
    assert_mistake(&first_byte_is(0x90), "first_byte", &["X is 1: ", "P, X and CC are 0"]);
    assert_mistake(&first_byte_is(0x81), "first_byte", &["CC is 1: ", "P, X and CC are 0"]);
    assert_mistake(&first_byte_is(0x8F), "first_byte", &["CC is 15: "]);
    assert_mistake(&first_byte_is(0xBF), "first_byte", &["P is 1, X is 1, CC is 15: "]);
    assert_mistake(&first_byte_is(0x1A), "first_byte", &["26 belongs into the second byte"]);
}

#[test]
fn header_twice() {
    let stream = whole().wrongly(|packet| packet.with(packet.encoded()));
    assert_mistake(&stream, "header_twice", &["Bytes 12 to 23", "80 1A 00"]);
}

#[test]
fn jpeg_at() {
    for size in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] {
        let stream = whole().wrongly(|packet| [&packet.header()[..size], &packet.payload].concat());
        let begins = format!("begins at byte {size}, not at 12");
        let bytes = format!("only {size} byte{}.", if size == 1 { "" } else { "s" });
        assert_mistake(&stream, "jpeg_at", &[&begins, &bytes]);
    }
    for size in [13, 14, 16, 20, 24, 28, 32, 60, 112, 200] {
        let extra = vec![0x07; size - 12];
        let stream = whole().wrongly(|packet| packet.with([&extra, &packet.payload[..]].concat()));
        let begins = format!("begins at byte {size}, not at 12");
        let bytes = format!(
            "{} byte{} too many before it: 07",
            size - 12,
            if size == 13 { "" } else { "s" }
        );
        assert_mistake(&stream, "jpeg_at", &[&begins, &bytes]);
    }
}

#[test]
fn jpeg_after_its_length_in_binary() {
    for bytes in [2, 4, 8] {
        let big = |packet: &Sent| {
            let length = (packet.payload.len() as u64).to_be_bytes();
            packet.with([&length[8 - bytes..], &packet.payload].concat())
        };
        assert_mistake(
            &whole().wrongly(big),
            "jpeg_at",
            &["That is its length, ", "it is not sent"],
        );
        let little = |packet: &Sent| {
            let length = (packet.payload.len() as u64).to_le_bytes();
            packet.with([&length[..bytes], &packet.payload].concat())
        };
        assert_mistake(&whole().wrongly(little), "jpeg_at", &["That is its length, "]);
    }
}

#[test]
fn piece_header() {
    for size in [2, 4, 6, 8, 12] {
        let stream = pieces().changed(|packet| {
            let header = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, u8::try_from(packet.piece).unwrap(), 9];
            packet.payload = [&header[12 - size..], &packet.payload].concat();
        });
        let words = format!("{size} bytes come before each piece: ");
        // Eight of them are shown.
        let last = if size <= 8 { "00 09" } else { "00 00 ..." };
        assert_mistake(&stream, "piece_header", &[&words, last]);
    }
}

#[test]
fn eaten() {
    for count in 1..=4 {
        let stream = whole().changed(|packet| drop(packet.payload.drain(..count)));
        let late = format!("{count} byte{} too late", if count == 1 { "" } else { "s" });
        assert_mistake(&stream, "eaten", &[&late, "expected: FF D8 FF"]);
    }
}

#[test]
fn no_payload() {
    let stream = whole().wrongly(Sent::header);
    assert_mistake(&stream, "no_payload", &["12 bytes come: the header"]);
}

#[test]
fn short() {
    let stream = whole().wrongly(|packet| packet.header()[..4].to_vec());
    assert_mistake(&stream, "short", &["4 bytes come: 80 1A 00", "the header alone has 12"]);
    let stream = whole().wrongly(|_| vec![0x80]);
    assert_mistake(&stream, "short", &["1 byte comes: 80;"]);
    let stream = whole().wrongly(|_| vec![]);
    assert_mistake(&stream, "short", &["0 bytes come;"]);
}

#[test]
fn rtpjpeg() {
    let stream = pieces().changed(|packet| {
        let [_, high, middle, low] = u32::try_from(packet.piece * 1400).unwrap().to_be_bytes();
        let header = [0, high, middle, low, 1, 75, 48, 36];
        // Scan data, without what comes before it.
        packet.payload = [&header[..], &packet.payload[5..]].concat();
    });
    assert_mistake(&stream, "rtpjpeg", &["RFC 2435", "rtsp://HOST:PORT/"]);
}

#[test]
fn file_raw() {
    let file: Vec<u8> = MOVIE.iter().flat_map(|jpeg| prefixed(jpeg)).collect();
    for size in [1000, 1400, 5000, 20_480, 60_000] {
        let chunks: Vec<_> = file.chunks(size).map(<[u8]>::to_vec).collect();
        // So that there are two seconds of it.
        let chunks: Vec<_> = chunks.iter().cycle().take(60.max(chunks.len())).cloned().collect();
        let chunks = if size > 20_000 { chunks[..chunks.len().min(60)].to_vec() } else { chunks };
        assert_mistake(
            &Sender::of(&chunks).datagrams(),
            "file_raw",
            &[&format!("\"{}\"", first_length()), "the first length"],
        );
    }
}

#[test]
fn backwards() {
    let stream = whole().changed(|packet| packet.payload.reverse());
    assert_mistake(&stream, "backwards", &["It begins with D9 FF and ends with D8 FF"]);
}

#[test]
fn not_jpeg() {
    let stream = whole().changed(|packet| packet.payload = vec![0x80; 20_000]);
    assert_mistake(&stream, "not_jpeg", &["It begins with 80 80, expected: FF D8"]);
    // A read from a place 100 bytes off.
    let stream = whole().changed(|packet| drop(packet.payload.drain(..700)));
    assert_mistake(&stream, "not_jpeg", &["right place of the movie"]);
}

#[test]
fn header_empty() {
    let stream = whole().wrongly(|packet| [&[0; 12], &packet.payload[..]].concat());
    assert_mistake(&stream, "header_empty", &["All its 12 bytes are 0"]);
}

#[test]
fn number_still() {
    for number in [0, 1, 7, 255, 256, 65_535] {
        let stream = whole().changed(|packet| packet.number = number);
        let title = format!("Frame after frame has the number {number}");
        assert_mistake(&stream, "number_still", &[&title, "Only the first of them is shown"]);
    }
    let stream = whole().changed(|packet| packet.number >>= 8);
    assert_mistake(&stream, "number_still", &["has the number 0"]);
    let stream = pieces().changed(|packet| packet.number = 3);
    assert_mistake(&stream, "number_still", &["has the number 3"]);
}

#[test]
fn number_grows() {
    let mut bits = 0;
    let mut packets = whole().packets();
    for packet in &mut packets {
        bits |= packet.number;
        packet.number = bits;
    }
    let stream: Vec<_> = packets.iter().map(|packet| (packet.at, packet.encoded())).collect();
    assert_mistake(&stream, "number_grows", &["It has come to 15", "before |="]);
}

#[test]
fn same_packet() {
    let same: Vec<_> = MOVIE.iter().map(|_| MOVIE[0].clone()).collect();
    let stream = Sender::of(&same).changed(|packet| packet.number = 1);
    assert_mistake(&stream, "same_packet", &[&format!("Number 1, {} bytes", MOVIE[0].len())]);
}

#[test]
fn number_down() {
    for step in [1, 2, 5] {
        let stream = whole().changed(|packet| packet.number = 1000 - step * packet.number);
        let words = format!("It goes down by {step}, and is 9");
        assert_mistake(&stream, "number_down", &[&words]);
    }
    let stream = pieces().changed(|packet| packet.number = 0_u16.wrapping_sub(packet.number));
    assert_mistake(&stream, "number_down", &["It goes down by 1"]);
}

#[test]
fn number_jumps() {
    let stream = whole().changed(|packet| packet.number = packet.number.wrapping_mul(40_503));
    assert_mistake(&stream, "number_jumps", &["Most packets look too late", "(now "]);
    let stream = whole().changed(|packet| packet.number = packet.number.wrapping_mul(5000));
    assert_mistake(&stream, "number_jumps", &["1 more with each packet"]);
}

#[test]
fn piece_no_header() {
    let stream =
        pieces().wrongly(
            |packet| {
                if packet.piece == 0 { packet.encoded() } else { packet.payload.clone() }
            },
        );
    assert_mistake(&stream, "piece_no_header", &["The others begin with bytes of the JPEG: "]);
}

#[test]
fn number_restarts() {
    for first in [0, 1] {
        let stream =
            pieces().changed(|packet| packet.number = first + u16::try_from(packet.piece).unwrap());
        let words = format!("Each frame's first piece has the number {first}.");
        assert_mistake(&stream, "number_restarts", &[&words]);
    }
}

/// The pieces of each frame in another order, under numbers and at times in order.
fn reordered(sender: &Sender, order: impl Fn(&mut Vec<Sent>)) -> Vec<Datagram> {
    let mut stream = Vec::new();
    for frame in sender.packets().chunk_by(|one, other| one.frame == other.frame) {
        let mut pieces = frame.to_vec();
        order(&mut pieces);
        for (piece, place) in pieces.iter_mut().zip(frame) {
            (piece.at, piece.number) = (place.at, place.number);
            stream.push((piece.at, piece.encoded()));
        }
    }
    stream
}

#[test]
fn pieces_reversed() {
    let stream = reordered(&pieces(), |pieces| pieces.reverse());
    assert_mistake(&stream, "pieces_reversed", &["The end of the JPEG comes first"]);
    // The marker on what is sent last.
    let last_marked = |pieces: &mut Vec<Sent>| {
        pieces.reverse();
        let last = pieces.len() - 1;
        for (place, piece) in pieces.iter_mut().enumerate() {
            piece.marker = place == last;
        }
    };
    let stream = reordered(&pieces(), last_marked);
    assert_mistake(&stream, "pieces_reversed", &["its FF D8 last"]);
    let stream = reordered(&Sender::in_pieces(&MOVIE, 8000), last_marked);
    assert_mistake(&stream, "pieces_reversed", &["FF D8 first"]);
}

fn marked(mark: impl Fn(&Sent) -> bool) -> Vec<Datagram> {
    pieces().changed(|packet| packet.marker = mark(packet))
}

#[test]
fn markers() {
    assert_mistake(&marked(|_| false), "marker_none", &["M is always 0"]);
    assert_mistake(
        &marked(|packet| packet.piece == 0),
        "marker_first",
        &["M is 1 where FF D8 begins"],
    );
    assert_mistake(&marked(|_| true), "marker_all", &["M is 1 in all packets"]);
    assert_mistake(
        &marked(|packet| packet.piece == 1),
        "marker_wrong",
        &["M is 0 where the JPEG ends"],
    );
    assert_mistake(&marked(|packet| !packet.is_last), "marker_wrong", &["Count the pieces again"]);
}

#[test]
fn markers_where_frames_have_one_number() {
    let sender = Sender { numbering: Numbering::Frames, ..pieces() };
    let marked = |mark: fn(&Sent) -> bool| sender.changed(|packet| packet.marker = mark(packet));
    assert_mistake(&marked(|_| false), "marker_none", &[]);
    assert_mistake(&marked(|packet| packet.piece == 0), "marker_first", &[]);
    assert_mistake(&marked(|_| true), "marker_all", &[]);
    assert_mistake(&marked(|packet| packet.piece == 1), "marker_wrong", &[]);
}

#[test]
fn markers_of_frames_without_an_end() {
    let endless: Vec<_> = MOVIE.iter().map(|jpeg| jpeg[..jpeg.len() - 2].to_vec()).collect();
    let stream = Sender::in_pieces(&endless, 1400).changed(|packet| packet.marker = false);
    assert_mistake(&stream, "marker_none", &[]);
}

#[test]
fn pieces_missing() {
    let stream: Vec<_> = {
        let mut packets = pieces().packets();
        packets.retain(|packet| !packet.is_last);
        let mut number = 0;
        for place in 0..packets.len() {
            let next_frame = packets.get(place + 1).map(|next| next.frame);
            packets[place].marker = next_frame != Some(packets[place].frame);
            number += 1;
            packets[place].number = number;
        }
        packets.iter().map(|packet| (packet.at, packet.encoded())).collect()
    };
    assert_mistake(&stream, "pieces_missing", &["The marked packet ends with", "expected: FF D9"]);
}

#[test]
fn pieces_broken() {
    let short = pieces().changed(|packet| packet.payload.truncate(packet.payload.len() - 1));
    assert_mistake(&short, "pieces_broken", &["garbled or broken, yet no packet is missing"]);
    let swapped = reordered(&pieces(), |pieces| pieces.swap(2, 5));
    assert_mistake(&swapped, "pieces_broken", &[" of "]);
    let offset = pieces().changed(|packet| {
        if packet.piece > 0 {
            let byte = packet.payload[0];
            packet.payload.insert(0, byte);
        }
    });
    assert_mistake(&offset, "pieces_broken", &["Does each piece begin where"]);
}

#[test]
fn cut_same() {
    for size in [512, 1000, 1024, 1400, 4096, 8192, 9000] {
        let stream = whole().changed(|packet| packet.payload.truncate(size));
        let title = format!("The frames are cut off after {size} bytes");
        assert_mistake(&stream, "cut_same", &[&title, "in the middle of the picture"]);
    }
}

#[test]
fn cut_same_where_some_frames_fit() {
    let mut lengths: Vec<_> = MOVIE[..40].iter().map(Vec::len).collect();
    lengths.sort_unstable();
    let size = lengths[20];
    let stream = whole().changed(|packet| packet.payload.truncate(size));
    let title = format!("cut off after {size} bytes");
    let receiver = Receiver::replay(&stream);
    assert_eq!(receiver.mistakes(), ["cut_same"], "{:?}", receiver.told);
    assert!(receiver.told[0].1.to_string().contains(&title));
}

#[test]
fn cut() {
    for missing in [3, 10, 100, 5000] {
        let stream = whole().changed(|packet| {
            packet.payload.truncate(packet.payload.len() - missing);
        });
        assert_mistake(&stream, "cut", &["in the middle of the picture", "Expected: FF D9"]);
    }
}

#[test]
fn text_mode() {
    let added = whole().changed(|packet| {
        let with_returns = |&byte: &u8| if byte == b'\n' { vec![b'\r', b'\n'] } else { vec![byte] };
        packet.payload = packet.payload.iter().flat_map(with_returns).collect();
    });
    assert_mistake(&added, "text_mode", &["Every 0A has a 0D before it", "\"rb\""]);
    let removed = whole().changed(|packet| {
        packet.payload.iter_mut().for_each(|byte| {
            if *byte == b'\r' {
                *byte = b'\n';
            }
        });
    });
    assert_mistake(&removed, "text_mode", &["not one byte 0D"]);
}

#[test]
fn broken() {
    let stream = whole().changed(|packet| {
        let end = packet.payload.len() - 2;
        packet.payload[700..end].iter_mut().for_each(|byte| *byte ^= 0x55);
    });
    assert_mistake(&stream, "broken", &["came from FF D8 to FF D9, none can be decoded:"]);
}

#[test]
fn a_blunt_finding_gives_way_to_a_better_one() {
    let mut stream = whole().changed(|packet| packet.payload = vec![0x80; 20_000]);
    stream.truncate(30);
    let later = whole().wrongly(|packet| packet.with(prefixed(&packet.payload)));
    stream.extend(later.into_iter().filter(|&(at, _)| at > Duration::from_millis(1520)));
    let receiver = Receiver::replay(&stream);
    assert_eq!(receiver.mistakes(), ["not_jpeg", "digits"]);
}
