//! The same kinds of mistakes in other forms.

use crate::receiver::{Receiver, assert_mistake, assert_notes};
use crate::sender::{Datagram, MOVIE, Numbering, Sender, Sent};

/// The whole frame is sent as this.
#[track_caller]
fn assert_sent(change: impl Fn(&[u8]) -> Vec<u8>, id: &str, words: &[&str]) {
    let stream = Sender::of(&MOVIE).changed(|packet| packet.payload = change(&packet.payload));
    assert_mistake(&stream, id, words);
}

#[test]
fn digits_in_other_forms() {
    let before =
        |text: fn(usize) -> String| move |jpeg: &[u8]| [text(jpeg.len()).as_bytes(), jpeg].concat();
    let title = "The length is still in front of the JPEG";
    assert_sent(before(|length| format!("{length:05}\n")), "digits", &[title, " 0A (\""]);
    assert_sent(before(|length| format!("{length:>7}")), "digits", &[title, "20 20 "]);
    assert_sent(before(|length| format!("{length:06}")), "digits", &["30 3", "(\"0"]);
    assert_sent(before(|length| format!("{length}\r\n\r\n")), "digits", &[title]);
    assert_sent(before(|length| format!("{length:010}")), "digits", &[title, "(\"00000"]);
    assert_sent(before(|_| "00000".into()), "digits", &["\"00000\""]);
}

fn digits_of(bytes: &[u8], digit: fn(u8) -> String, between: &str) -> Vec<u8> {
    bytes.iter().map(|&byte| digit(byte)).collect::<Vec<_>>().join(between).into_bytes()
}

#[test]
fn text_of_bytes() {
    let hex = |byte| format!("{byte:02x}");
    assert_sent(
        |jpeg| digits_of(jpeg, hex, ""),
        "text",
        &["\"ffd8ffe000\": it looks like hex digits"],
    );
    assert_sent(|jpeg| digits_of(jpeg, hex, " "), "text", &["\"ff d8 ff e\"", "hex digits"]);
    assert_sent(|jpeg| digits_of(jpeg, hex, ":"), "text", &["hex digits"]);
    let upper = |byte| format!("{byte:02X}");
    assert_sent(|jpeg| digits_of(jpeg, upper, ""), "text", &["\"FFD8FFE000\"", "hex digits"]);
    let prefixed = |byte| format!("{byte:#x}");
    assert_sent(|jpeg| digits_of(&jpeg[..9000], prefixed, ", "), "text", &["hex digits"]);
    let numbers = |byte| format!("{byte}");
    assert_sent(
        |jpeg| [b"[", &digits_of(jpeg, numbers, ", ")[..], b"]"].concat(),
        "text",
        &["\"[255, 216\": it looks like a list of numbers"],
    );
    assert_sent(|jpeg| digits_of(jpeg, numbers, " "), "text", &["a list of numbers"]);
    let bits = |byte| format!("{byte:08b}");
    assert_sent(|jpeg| digits_of(&jpeg[..7000], bits, ""), "text", &["\"1111111111\"", "bits"]);
    let percent = |byte| format!("%{byte:02X}");
    assert_sent(|jpeg| digits_of(jpeg, percent, ""), "text", &["URL"]);
    assert_sent(|_| b"Hello, world! Here is a frame.".to_vec(), "text", &["\"Hello, wor\"."]);
    assert_sent(|_| b"movie.Mjpeg".to_vec(), "text", &["\"movie.Mjpe\"."]);
}

/// `str(bytes)` of Python.
fn str_of(bytes: &[u8]) -> String {
    let character = |&byte: &u8| match byte {
        b'\'' => "\\'".into(),
        b'\n' => "\\n".into(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    format!("b'{}'", bytes.iter().map(character).collect::<String>())
}

#[test]
fn str_of_bytes() {
    assert_sent(
        |jpeg| str_of(jpeg).into_bytes(),
        "text",
        &["\"b'\\xff\\xd8\": it looks like str() of bytes"],
    );
    assert_sent(
        |jpeg| format!("bytearray({})", str_of(jpeg)).into_bytes(),
        "text",
        &["str() of bytes"],
    );
    let whole = |packet: &Sent| str_of(&packet.encoded()).into_bytes();
    let words = ["The packet is text", "b'\\x80\\x1a"];
    assert_mistake(&Sender::of(&MOVIE).wrongly(whole), "text", &words);
}

fn base64(bytes: &[u8], alphabet: &[u8; 64], line: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().chain([&0, &0]).take(3).fold(0, |sum, &byte| sum << 8 | usize::from(byte));
        for place in 0..4 {
            let is_filling = place > chunk.len();
            text.push(if is_filling { b'=' } else { alphabet[group >> (18 - 6 * place) & 63] });
        }
    }
    match line {
        0 => text,
        _ => text.chunks(line).flat_map(|line| [line, b"\n"].concat()).collect(),
    }
}

const PLAIN: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const FOR_URLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[test]
fn base64_in_all_forms() {
    let words = ["It begins with \"/9j/4AAQSk\": it looks like base64.", "not their text"];
    assert_sent(|jpeg| base64(jpeg, PLAIN, 0), "text", &words);
    assert_sent(|jpeg| base64(jpeg, PLAIN, 76), "text", &words);
    assert_sent(
        |jpeg| base64(jpeg, FOR_URLS, 0),
        "text",
        &["\"_9j_4AAQSk\": it looks like base64 for URLs"],
    );
    let data_url = |jpeg: &[u8]| [b"data:image/jpeg;base64,", &base64(jpeg, PLAIN, 0)[..]].concat();
    assert_sent(data_url, "text", &["a data URL"]);
    let of_str = |jpeg: &[u8]| [b"b'", &base64(jpeg, PLAIN, 0)[..], b"'"].concat();
    assert_sent(of_str, "text", &["str() of base64"]);
    // In pieces every packet is text.
    let texts: Vec<_> = MOVIE.iter().map(|jpeg| base64(jpeg, PLAIN, 0)).collect();
    assert_mistake(&Sender::in_pieces(&texts, 1400).datagrams(), "text", &[]);
}

#[test]
fn encodings_of_characters() {
    let as_text = |jpeg: &[u8]| jpeg.iter().map(|&byte| char::from(byte)).collect::<String>();
    let title = "The JPEG went through a text encoding";
    assert_sent(
        |jpeg| as_text(jpeg).into_bytes(),
        "encoded",
        &[title, "C3 BF C3 98, not FF D8: FF became C3 BF"],
    );
    assert_sent(
        |jpeg| String::from_utf8_lossy(jpeg).into_owned().into_bytes(),
        "encoded",
        &["FF became EF BF BD"],
    );
    let asked =
        |jpeg: &[u8]| jpeg.iter().map(|&byte| if byte > 127 { b'?' } else { byte }).collect();
    assert_sent(asked, "encoded", &["3F 3F 3F 3F, not FF D8: FF became 3F"]);
    let left_out = |jpeg: &[u8]| jpeg.iter().copied().filter(u8::is_ascii).collect();
    assert_sent(left_out, "encoded", &["00 10 4A 46", "no byte above 7F"]);
    let little =
        |jpeg: &[u8]| as_text(jpeg).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    assert_sent(little, "encoded", &["FF 00 D8 00", "FF became FF 00"]);
    let marked = |jpeg: &[u8]| [b"\xFF\xFE", &little(jpeg)[..]].concat();
    assert_sent(marked, "encoded", &["FF FE FF 00", "FF became FF 00"]);
    let big =
        |jpeg: &[u8]| as_text(jpeg).encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    assert_sent(big, "encoded", &["00 FF 00 D8"]);
    // In pieces only the first one tells it.
    let texts: Vec<_> = MOVIE.iter().map(|jpeg| as_text(jpeg).into_bytes()).collect();
    assert_mistake(&Sender::in_pieces(&texts, 1400).datagrams(), "encoded", &["C3 BF C3 98"]);
}

#[test]
fn other_files() {
    let named: [(&[u8], &str); 12] = [
        (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "89 50 4E 47: it is a PNG picture"),
        (b"GIF89a\x80\x01", "a GIF picture"),
        (b"BM\x36\0\x0C\0", "42 4D 36 00: it is a BMP picture"),
        (b"RIFF\x24\0\x01\0AVI LIST", "an AVI file"),
        (b"RIFF\x24\0\x01\0WEBPVP8 ", "a WebP picture"),
        (b"\0\0\0\x20ftypisom\0\0", "an MP4 or MOV file"),
        (b"\x1A\x45\xDF\xA3\x01\0", "an MKV or WebM file"),
        (b"\0\0\0\x01\x67\x42", "H.264"),
        (b"\x1F\x8B\x08\0\0", "gzip"),
        (b"x\x9C\xEC\xBD", "zlib"),
        (b"\x80\x04\x95\x2E\0\0\0\0\0\0\0C\x2A", "Python's pickle"),
        (b"P6\n384 288\n255\n\x80\x80", "a PPM picture"),
    ];
    for (start, words) in named {
        assert_sent(
            |jpeg| [start, &jpeg[700..]].concat(),
            "magic",
            &["The payload is no JPEG", words],
        );
    }
    assert_sent(
        |jpeg| [b"\x80\x04\x95\x2E\0\0\0\0\0\0\0B\x2A\0\0\0", jpeg].concat(),
        "magic",
        &["pickle"],
    );
    let pickled = Sender::of(&MOVIE).wrongly(|packet| {
        let object = b"\x8C\x08__main__\x94\x8C\x09RtpPacket\x94\x93\x94)\x81\x94}\x94(\x8C\x06header\x94\x96";
        let length = (packet.payload.len() as u64 + 60).to_le_bytes();
        [b"\x80\x04\x95", &length[..], object, &packet.encoded()].concat()
    });
    assert_mistake(&pickled, "magic", &["80 04 95", "Python's pickle"]);
    // Sent like the movie is sent when nobody cuts it: only the first packet tells.
    let mut chunks: Vec<_> = MOVIE.iter().map(|jpeg| jpeg[700..].to_vec()).collect();
    chunks[0].splice(0..0, *b"RIFF\x24\0\x01\0AVI LIST");
    assert_mistake(&Sender::of(&chunks).datagrams(), "magic", &["an AVI file"]);
    let raw = |_: &[u8]| (0..100_u8).flat_map(|shade| [shade | 1; 300]).collect();
    assert_sent(raw, "not_jpeg", &["It begins with 01 01"]);
}

#[test]
fn bytes_in_another_order() {
    let swapped = |size| {
        move |jpeg: &[u8]| {
            let mut jpeg = jpeg.to_vec();
            jpeg.chunks_mut(size).for_each(<[u8]>::reverse);
            jpeg
        }
    };
    assert_sent(swapped(2), "swapped_pairs", &["swapped in pairs", "D8 FF E0 FF", "16-bit"]);
    assert_sent(swapped(4), "swapped_pairs", &["in groups of 4", "E0 FF D8 FF", "32-bit"]);
    assert_sent(swapped(8), "swapped_pairs", &["in groups of 8", "64-bit"]);
    let inverted = |jpeg: &[u8]| jpeg.iter().map(|byte| !byte).collect();
    assert_sent(inverted, "changed", &["It begins with 00 27 00 1F", "Each bit is turned round"]);
    let reversed = |jpeg: &[u8]| jpeg.iter().map(|byte| byte.reverse_bits()).collect();
    assert_sent(reversed, "changed", &["FF 1B FF 07", "reverse order"]);
    let keyed = |jpeg: &[u8]| jpeg.iter().map(|byte| byte ^ 0x5A).collect();
    assert_sent(keyed, "changed", &["combined (xor) with 5A"]);
}

#[test]
fn one_mistake_in_frames_with_markers_and_pieces() {
    let marked = Sender { marks_whole_frames: true, ..Sender::of(&MOVIE) };
    assert_mistake(&marked.changed(|packet| packet.number = 1), "number_still", &[]);
    assert_mistake(&marked.changed(|packet| packet.payload.truncate(8192)), "cut_same", &["8192"]);
    let pieces = Sender::in_pieces(&MOVIE, 1400);
    let before_all =
        pieces.wrongly(|packet| packet.with([b"\0\0\0\x01", &packet.payload[..]].concat()));
    assert_mistake(&before_all, "piece_header", &["4 bytes come before each piece: 00 00 00 01"]);
    let digits = pieces.wrongly(|packet| match packet.piece {
        0 => packet.with([b"12047", &packet.payload[..]].concat()),
        _ => packet.encoded(),
    });
    assert_mistake(&digits, "digits", &["\"12047\""]);
    let flags = pieces.wrongly(|packet| {
        let mut datagram = packet.encoded();
        datagram[0] = 2;
        datagram
    });
    assert_mistake(&flags, "first_byte", &["CC is 2"]);
    let short = pieces.wrongly(|packet| [&packet.header()[..8], &packet.payload].concat());
    assert_mistake(&short, "jpeg_at", &["The header has only 8 bytes"]);
    let text_mode: Vec<Vec<u8>> = MOVIE
        .iter()
        .map(|jpeg| {
            let with_returns =
                |&byte: &u8| if byte == b'\n' { vec![b'\r', b'\n'] } else { vec![byte] };
            jpeg.iter().flat_map(with_returns).collect()
        })
        .collect();
    assert_mistake(&Sender::in_pieces(&text_mode, 1400).datagrams(), "text_mode", &[]);
}

#[test]
fn one_mistake_at_another_pace() {
    for milliseconds in [33, 40, 100, 200] {
        let interval = std::time::Duration::from_millis(milliseconds);
        let sender = Sender { interval, ..Sender::of(&MOVIE) };
        assert_mistake(&sender.changed(|packet| packet.number = 0), "number_still", &[]);
        assert_mistake(
            &sender.changed(|packet| packet.payload.truncate(4096)),
            "cut_same",
            &["4096"],
        );
        assert_mistake(&sender.wrongly(|packet| packet.payload.clone()), "no_header", &[]);
        assert_mistake(&sender.changed(|packet| packet.payload = vec![0; 9000]), "not_jpeg", &[]);
    }
}

#[test]
fn a_dead_thread_after_one_packet_with_a_mistake() {
    let one = |stream: Vec<_>| stream[..1].to_vec();
    let sender = Sender::of(&MOVIE);
    assert_mistake(&one(sender.wrongly(|packet| packet.payload.clone())), "no_header", &[]);
    assert_mistake(&one(sender.wrongly(Sent::header)), "no_payload", &[]);
    assert_mistake(
        &one(sender.changed(|packet| packet.payload = b"Hello, world".to_vec())),
        "text",
        &[],
    );
}

/// The whole datagram is sent as this.
fn datagrams(change: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<Datagram> {
    Sender::of(&MOVIE).wrongly(|packet| change(packet.encoded()))
}

#[test]
fn a_header_that_is_packed_or_encoded_with_its_payload() {
    let packed = |start: &'static [u8]| {
        datagrams(move |packet| {
            // What a packer writes: neither header nor JPEG can be seen in it.
            let bytes = packet.iter().zip(1_u8..=251).map(|(byte, key)| byte ^ key.rotate_left(3));
            [start, &bytes.collect::<Vec<_>>()].concat()
        })
    };
    let title = "The packet is packed, header and all";
    assert_mistake(&packed(b"\x1F\x8B\x08\x00"), "magic", &[title, "gzip"]);
    assert_mistake(&packed(b"x\x9C"), "magic", &[title, "zlib"]);
    assert_mistake(&packed(b"\x80\x02]q\x00("), "magic", &[title, "pickle"]);
    let pickled = datagrams(|packet| {
        let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
        [b"\x80\x03B", &length[..], &packet, b"q\0."].concat()
    });
    assert_mistake(&pickled, "magic", &[title, "pickle"]);
    let utf8 = |packet: Vec<u8>| packet.into_iter().map(char::from).collect::<String>();
    let title = "The packet went through a text encoding";
    let stream = datagrams(|packet| utf8(packet).into_bytes());
    assert_mistake(&stream, "encoded", &[title, "C2 80 1A"]);
    let stream = datagrams(|packet| String::from_utf8_lossy(&packet).into_owned().into_bytes());
    assert_mistake(&stream, "encoded", &[title, "EF BF BD 1A"]);
    let stream = datagrams(|packet| digits_of(&packet, |byte| format!("{byte:02x}"), ""));
    assert_mistake(&stream, "text", &["The packet is text", "hex digits"]);
}

#[test]
fn a_length_before_the_header() {
    let stream = datagrams(|packet| [format!("{:05}", packet.len()).into_bytes(), packet].concat());
    assert_mistake(&stream, "header_at", &["The RTP header begins at byte 5, not at 0", "(\"0"]);
    let length = |packet: &[u8]| u32::try_from(packet.len()).unwrap().to_be_bytes();
    let stream = datagrams(|packet| [&length(&packet)[..], &packet].concat());
    assert_mistake(&stream, "header_at", &["begins at byte 4", "4 bytes come before it: 00 00 "]);
}

/// It is a number, and not the length.
#[test]
fn a_number_in_the_place_of_the_header() {
    let stream = Sender::of(&MOVIE).wrongly(|packet| {
        [format!("{}", 1000 + packet.number).as_bytes(), &packet.payload].concat()
    });
    assert_mistake(&stream, "header_text", &["The packet begins with \"10"]);
}

#[test]
fn a_length_in_hex_is_one_finding_and_not_two_in_turn() {
    let stream = Sender::of(&MOVIE).changed(|packet| {
        packet.payload =
            [format!("{:x}\r\n", packet.payload.len()).as_bytes(), &packet.payload].concat();
    });
    let receiver = Receiver::replay(&stream);
    assert!(!receiver.mistakes().contains(&"piece_header"), "{:?}", receiver.told);
    assert!(receiver.stood.len() <= 2, "{:?}", receiver.stood);
}

#[test]
fn lengths_in_datagrams_of_their_own_are_noted() {
    let mut stream = Vec::new();
    for packet in Sender::of(&MOVIE).packets() {
        stream.push((packet.at, format!("{:05}", packet.payload.len()).into_bytes()));
        stream.push((packet.at, packet.encoded()));
    }
    assert_notes(&stream, &["lengths_alone"], &["in a datagram of its own"]);
}

#[test]
fn numbers_that_begin_anew() {
    for (most, words) in [(10, "After 9 the number begins anew, with 0"), (32, "After 31 ")] {
        let stream = Sender::of(&MOVIE).changed(|packet| packet.number %= most);
        let receiver = Receiver::replay(&stream);
        assert_eq!(receiver.mistakes(), ["number_anew"], "{:?}", receiver.told);
        assert!(receiver.told[0].1.to_string().contains(words), "{:?}", receiver.told);
    }
    // After 40 frames the server begins again with number 1.
    let stream = Sender::of(&MOVIE).changed(|packet| {
        if packet.number > 40 {
            packet.number -= 40;
        }
    });
    assert_eq!(Receiver::replay(&stream).mistakes(), ["number_anew"]);
}

/// Of each frame the pieces that are kept, in the order that is wanted.
fn pieces(piece: usize, numbering: Numbering, change: fn(Vec<Sent>) -> Vec<Sent>) -> Vec<Datagram> {
    let sender = Sender { numbering, ..Sender::in_pieces(&MOVIE, piece) };
    let packets = sender.packets();
    let frames = packets.chunk_by(|one, other| one.frame == other.frame);
    let sent = frames.flat_map(|frame| change(frame.to_vec()));
    sent.map(|packet| (packet.at, packet.encoded())).collect()
}

#[test]
fn frames_whose_last_piece_never_comes() {
    let without_last = |mut frame: Vec<Sent>| {
        frame.pop();
        frame
    };
    for numbering in [Numbering::Packets, Numbering::Frames] {
        for piece in [500, 1400] {
            let stream = pieces(piece, numbering, without_last);
            assert_mistake(&stream, "no_ends", &["The last piece of each frame is missing"]);
        }
    }
    let first = |mut frame: Vec<Sent>| {
        frame.truncate(1);
        frame
    };
    assert_mistake(&pieces(1400, Numbering::Packets, first), "no_ends", &["ends with FF D9"]);
}

#[test]
fn pieces_in_reverse_order_of_all_sizes() {
    let reversed = |mut frame: Vec<Sent>| {
        frame.reverse();
        frame
    };
    let title = "The pieces come in reverse order";
    assert_mistake(&pieces(500, Numbering::Packets, reversed), "pieces_reversed", &[title]);
    assert_mistake(&pieces(1400, Numbering::Frames, reversed), "pieces_reversed", &[title]);
    assert_mistake(&pieces(8000, Numbering::Frames, reversed), "pieces_reversed", &[title]);
}
