//! Lab servers with one mistake each, and what the client says of them; `docs/mistakes.md` is this
//! table. Where numbers depend on the frame that came last, the words have `…`.

use super::sender::{Frame, header, pieces, with};

/// A server with one mistake.
pub(super) struct Mistake {
    /// What it does.
    pub(super) name: &'static str,
    /// The packets of a frame.
    pub(super) packets: fn(&Frame<'_>) -> Vec<Vec<u8>>,
    /// What the client says.
    pub(super) says: &'static str,
}

/// The movie is not shown, or not as it should be: the code is 1.
pub(super) const MISTAKES: &[Mistake] = &[
    // ---- The header
    Mistake {
        name: "all 12 bytes of the header are 0",
        packets: |frame| vec![[&[0; 12], frame.jpeg].concat()],
        says: "The RTP header is empty: All its 12 bytes are 0 in every packet. Is the header that is filled in the one that is sent?",
    },
    Mistake {
        name: "the sequence number is always 1",
        packets: |frame| vec![with(&header(0x80, 1), frame.jpeg)],
        says: "Frame after frame has the number 1: Only the first of them is shown, the others look repeated. Does the frame's number reach bytes 2 and 3 (both)?",
    },
    Mistake {
        name: "only the number's high byte is sent",
        packets: |frame| vec![with(&header(0x80, frame.number >> 8), frame.jpeg)],
        says: "Frame after frame has the number 0: Only the first of them is shown, the others look repeated. Does the frame's number reach bytes 2 and 3 (both)?",
    },
    Mistake {
        name: "the number counts down",
        packets: |frame| vec![with(&header(0x80, 1000 - frame.number), frame.jpeg)],
        says: "The sequence number counts down: It goes down by 1, and is 9… now. Expected: 1 more with each packet.",
    },
    Mistake {
        name: "the version is not shifted: the first byte is 2",
        packets: |frame| vec![with(&header(0x02, frame.number), frame.jpeg)],
        says: "The first byte is 02, not 80: V is 0, CC is 2: the JPEG is taken apart. Is V shifted left by 6: 2 << 6?",
    },
    Mistake {
        name: "CC is set by accident",
        packets: |frame| vec![with(&header(0x81, frame.number), frame.jpeg)],
        says: "The first byte is 81, not 80: CC is 1: the JPEG is taken apart. P, X and CC are 0 in this lab.",
    },
    Mistake {
        name: "X is set by accident",
        packets: |frame| vec![with(&header(0x90, frame.number), frame.jpeg)],
        says: "The first byte is 90, not 80: X is 1: the JPEG is taken apart. P, X and CC are 0 in this lab.",
    },
    Mistake {
        name: "the header has 8 bytes",
        packets: |frame| vec![with(&header(0x80, frame.number)[..8], frame.jpeg)],
        says: "The JPEG begins at byte 8, not at 12: The header has only 8 bytes. Is a field missing, or one too short?",
    },
    Mistake {
        name: "the header has 16 bytes",
        packets: |frame| {
            vec![with(&[&header(0x80, frame.number)[..], &[7; 4]].concat(), frame.jpeg)]
        },
        says: "The JPEG begins at byte 16, not at 12: 4 bytes too many before it: 07 07 07 07. Is a field too wide, or something sent along?",
    },
    Mistake {
        name: "the header has 24 bytes",
        packets: |frame| {
            vec![with(&[&header(0x80, frame.number)[..], &[7; 12]].concat(), frame.jpeg)]
        },
        says: "The JPEG begins at byte 24, not at 12: 12 bytes too many before it: 07 07 07 07 07 07 07 07 ... Is a field too wide, or something sent along?",
    },
    Mistake {
        name: "the header is sent twice",
        packets: |frame| vec![with(&[header(0x80, frame.number); 2].concat(), frame.jpeg)],
        says: "There are two RTP headers: Bytes 12 to 23 look like one again: 80 1A 00 … ... Is encode called twice for the same packet?",
    },
    Mistake {
        name: "there is no header",
        packets: |frame| vec![frame.jpeg.to_vec()],
        says: "The packets have no RTP header: They begin with FF D8, which is the JPEG itself. Put the 12 bytes in front of it.",
    },
    // ---- The payload
    Mistake {
        name: "header and JPEG are sent one after the other",
        packets: |frame| vec![header(0x80, frame.number).to_vec(), frame.jpeg.to_vec()],
        says: "Header and JPEG come in two datagrams: 12 bytes come alone, then the JPEG without a header. One sendto must send both: header + payload.",
    },
    Mistake {
        name: "the header comes after the JPEG",
        packets: |frame| vec![with(frame.jpeg, &header(0x80, frame.number))],
        says: "The RTP header comes after the JPEG: The first bytes are FF D8, 80 1A comes 12 before the end. The header goes in front: header + payload.",
    },
    Mistake {
        name: "the header is text",
        packets: |frame| vec![with(format!("{},26,12345,", frame.number).as_bytes(), frame.jpeg)],
        says: "The RTP header is text, not 12 bytes: The packet begins with \"…,26,12345,\". Build the 12 bytes with shifts and |, or struct.pack.",
    },
    Mistake {
        name: "the packet's length comes before the header",
        packets: |frame| {
            vec![[b"\0\0\x23\xAB", &header(0x80, frame.number)[..], frame.jpeg].concat()]
        },
        says: "The RTP header begins at byte 4, not at 0: 4 bytes come before it: 00 00 23 AB. A datagram begins with the header: 80 1A.",
    },
    Mistake {
        name: "the five digits of the length are still there",
        packets: |frame| vec![with(&header(0x80, frame.number), &[b"12047", frame.jpeg].concat())],
        says: "The length is still in front of the JPEG: It begins with 31 32 30 34 37 (\"12047\"), then FF D8. Those digits are read first, and are not sent.",
    },
    Mistake {
        name: "the JPEG is sent as base64",
        packets: |frame| vec![with(&header(0x80, frame.number), &frame.base64())],
        says: "The payload is text, not a JPEG: It begins with \"/9j/4AAQSk\": it looks like base64. Expected: the bytes themselves, FF D8 ..., not their text.",
    },
    Mistake {
        name: "the JPEG is sent as Python prints bytes",
        packets: |frame| vec![with(&header(0x80, frame.number), &frame.printed())],
        says: "The payload is text, not a JPEG: It begins with \"b'\\xff\\xd8\": it looks like str() of bytes. Expected: the bytes themselves, FF D8 ..., not their text.",
    },
    Mistake {
        name: "the JPEG is sent as hex digits",
        packets: |frame| {
            let digit = |digit: u8| b"0123456789abcdef"[usize::from(digit)];
            let digits: Vec<u8> =
                frame.jpeg.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
            vec![with(&header(0x80, frame.number), &digits)]
        },
        says: "The payload is text, not a JPEG: It begins with \"ffd8ffe000\": it looks like hex digits. Expected: the bytes themselves, FF D8 ..., not their text.",
    },
    Mistake {
        name: "the JPEG has gone through a text encoding",
        packets: |frame| {
            let text: String = frame.jpeg.iter().copied().map(char::from).collect();
            vec![with(&header(0x80, frame.number), text.as_bytes())]
        },
        says: "The JPEG went through a text encoding: It begins with C3 BF C3 98, not FF D8: FF became C3 BF. Bytes stay bytes: no encode, decode or str.",
    },
    Mistake {
        name: "the movie is opened as text, which changes line ends",
        packets: |frame| {
            let returned = |&byte| if byte == b'\n' { vec![b'\r', b'\n'] } else { vec![byte] };
            let jpeg: Vec<u8> = frame.jpeg.iter().flat_map(returned).collect();
            vec![with(&header(0x80, frame.number), &jpeg)]
        },
        says: "Line ends were changed in the JPEG: Every 0A has a 0D before it. Is the file opened as binary (\"rb\")?",
    },
    Mistake {
        name: "the JPEG is sent backwards",
        packets: |frame| {
            let jpeg: Vec<u8> = frame.jpeg.iter().rev().copied().collect();
            vec![with(&header(0x80, frame.number), &jpeg)]
        },
        says: "The JPEG is sent backwards: It begins with D9 FF and ends with D8 FF. Expected: FF D8 first, FF D9 last.",
    },
    Mistake {
        name: "PNG pictures are sent",
        packets: |frame| {
            vec![with(
                &header(0x80, frame.number),
                &[b"\x89PNG\r\n\x1A\n", &frame.jpeg[8..]].concat(),
            )]
        },
        says: "The payload is no JPEG: It begins with 89 50 4E 47: it is a PNG picture. Send the bytes of each JPEG as they are in the file.",
    },
    Mistake {
        name: "raw pixels are sent",
        packets: |frame| vec![with(&header(0x80, frame.number), &[0x80; 20_000])],
        says: "The payload does not begin with a JPEG: It begins with 80 80, expected: FF D8. Is the frame read from the right place of the movie?",
    },
    Mistake {
        name: "the payload begins one byte too late",
        packets: |frame| vec![with(&header(0x80, frame.number), &frame.jpeg[1..])],
        says: "The first byte of the JPEG is missing: It begins with D8 FF E0 00, expected: FF D8 FF. Does a read or a slice begin 1 byte too late?",
    },
    Mistake {
        name: "the payload is left out",
        packets: |frame| vec![header(0x80, frame.number).to_vec()],
        says: "The packets are empty: 12 bytes come: the header, and nothing after it. Is the payload added before it is sent?",
    },
    Mistake {
        name: "frames are cut at 1,400 bytes",
        packets: |frame| vec![with(&header(0x80, frame.number), &frame.jpeg[..1400])],
        says: "The frames are cut off after 1400 bytes: Each ends there, in the middle of the picture. Is it a buffer of fixed size? Longer frames need pieces.",
    },
    Mistake {
        name: "frames are cut at 8,192 bytes",
        packets: |frame| vec![with(&header(0x80, frame.number), &frame.jpeg[..8192])],
        says: "The frames are cut off after 8192 bytes: Each ends there, in the middle of the picture. Is it a buffer of fixed size? Longer frames need pieces.",
    },
    Mistake {
        name: "half of each frame is sent",
        packets: |frame| {
            let half = frame.jpeg.len() / 2 + usize::from(frame.number);
            vec![with(&header(0x80, frame.number), &frame.jpeg[..half])]
        },
        says: "The end of each JPEG is missing: It ends with …, in the middle of the picture. Expected: FF D9. Is the frame read to its full length?",
    },
    // ---- Frames in pieces
    Mistake {
        name: "pieces without a marker",
        packets: |frame| pieces(frame, |_, _| false, b""),
        says: "No packet ends a frame: M is always 0: The frames come in pieces, none is marked as the last. Set the marker to 1 in the last packet of each frame.",
    },
    Mistake {
        name: "the last piece of each frame is not sent",
        packets: |frame| {
            let mut pieces = pieces(frame, |_, _| false, b"");
            pieces.pop();
            pieces
        },
        says: "The last piece of each frame is missing: No packet ends with FF D9, and none has the marker. Is the rest that is shorter than a piece sent, too?",
    },
    Mistake {
        name: "the marker on the first piece",
        packets: |frame| pieces(frame, |piece, _| piece == 0, b""),
        says: "The marker is on the first piece: M is 1 where FF D8 begins, and 0 where FF D9 ends. It belongs to the last packet of a frame.",
    },
    Mistake {
        name: "the marker on every piece",
        packets: |frame| pieces(frame, |_, _| true, b""),
        says: "Every piece has the marker: M is 1 in all packets: each looks like the end of a frame. It belongs to the last packet of a frame only.",
    },
    Mistake {
        name: "pieces with a header of their own",
        packets: |frame| pieces(frame, |piece, last| piece == last, b"\0\0\0\x09"),
        says: "The pieces have a header of their own: 4 bytes come before each piece: 00 00 00 09. Expected: RTP header, then at once the piece of the JPEG.",
    },
];

/// The movie plays all the same, and the log has a note: the code is 0.
pub(super) const NOTES: &[Mistake] = &[
    Mistake {
        name: "the number's two bytes are swapped",
        packets: |frame| vec![with(&header(0x80, frame.number.swap_bytes()), frame.jpeg)],
        says: "The sequence number goes up by 256: Are its two bytes swapped? The high one comes first.",
    },
    Mistake {
        name: "the number goes up in steps of 2",
        packets: |frame| vec![with(&header(0x80, 2 * frame.number), frame.jpeg)],
        says: "The sequence number goes up by 2: Is it counted, or is nextFrame called, twice a packet?",
    },
    Mistake {
        name: "every frame twice under new numbers",
        packets: |frame| {
            let numbers = [2 * frame.number, 2 * frame.number + 1];
            numbers.map(|number| with(&header(0x80, number), frame.jpeg)).to_vec()
        },
        says: "Every picture comes twice: Under new numbers: is nextFrame called each time?",
    },
    Mistake {
        name: "every packet is sent twice",
        packets: |frame| vec![with(&header(0x80, frame.number), frame.jpeg); 2],
        says: "Every packet comes more than once: Is sendto called twice?",
    },
    Mistake {
        name: "two frames in each packet",
        packets: |frame| vec![[&header(0x80, frame.number)[..], frame.jpeg, frame.jpeg].concat()],
        says: "There are two pictures in each packet: Only the first is shown.",
    },
    Mistake {
        name: "the version is 0",
        packets: |frame| vec![with(&header(0x00, frame.number), frame.jpeg)],
        says: "Version 0, expected 2: played all the same: First byte 00, expected: 80.",
    },
    Mistake {
        name: "the version is 1",
        packets: |frame| vec![with(&header(0x40, frame.number), frame.jpeg)],
        says: "Version 1, expected 2: played all the same: First byte 40, expected: 80.",
    },
    Mistake {
        name: "the payload type is 0",
        packets: |frame| {
            let mut header = header(0x80, frame.number);
            header[1] = 0;
            vec![with(&header, frame.jpeg)]
        },
        says: "Payload type 0, expected 26: played: Second byte 00, expected: 1A (9A with the marker).",
    },
    Mistake {
        name: "the timestamp is always 0",
        packets: |frame| {
            let mut header = header(0x80, frame.number);
            header[4..8].fill(0);
            vec![with(&header, frame.jpeg)]
        },
        says: "The timestamp is 0 in every packet: played: Expected: the time, int(time()).",
    },
    Mistake {
        name: "each packet has another SSRC",
        packets: |frame| {
            let mut header = header(0x80, frame.number);
            header[10..12].copy_from_slice(&frame.number.to_be_bytes());
            vec![with(&header, frame.jpeg)]
        },
        says: "The SSRC is another in every packet: played: Expected: one number for the whole session.",
    },
    Mistake {
        name: "P is set by accident",
        packets: |frame| vec![with(&header(0xA0, frame.number), frame.jpeg)],
        says: "P is 1, but there is no padding: played: First byte A0, expected: 80.",
    },
];

/// Nothing comes that could be looked at: what the server does is in `silence.rs`.
pub(super) const SILENCES: &[(&str, &str)] = &[
    (
        "nothing is sent",
        "Nothing comes to UDP port 5008: Is that the port of SETUP, and does the sender run? Frames above 65,495 bytes can't be sent whole.",
    ),
    (
        "RTP is sent on the RTSP connection, right after the reply",
        "RTP comes on the RTSP connection: After the reply: 80 1A ... It belongs into a UDP datagram, sent with sendto to port 5008.",
    ),
    (
        "RTP is sent, and no reply to PLAY",
        "RTP comes, but PLAY was not answered: … packets came. The reply RTSP/1.0 200 OK goes first.",
    ),
    (
        "RTP is sent from another address",
        "RTP comes from 127.0.0.2: The server is 127.0.0.1: those packets are left out. Is the sending socket bound to another address?",
    ),
    (
        "RTP is sent after SETUP, and no more after PLAY",
        "RTP came before PLAY, then no more: … packets came after SETUP. Sending begins with PLAY.",
    ),
    (
        "the server ends after its reply to PLAY",
        "Server gone: The connection has ended (the server has closed it): is the server still running?",
    ),
];
