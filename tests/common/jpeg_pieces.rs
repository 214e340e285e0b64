//! JPEG over RTP (RFC 2435), read by hand.

use super::rtp::Packet;

/// A frame, put together from its packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) packets: Vec<Packet>,
    pub(crate) timestamp: u32,
    /// The number of its first packet.
    pub(crate) sequence_number: u16,
    pub(crate) jpeg_type: u8,
    /// Width and height, in units of 8 pixels.
    pub(crate) blocks: [u8; 2],
    /// The restart interval, if there are restart markers.
    pub(crate) restart: Option<u16>,
    /// Both quantisation tables in zig-zag order.
    pub(crate) tables: Vec<u8>,
    /// The entropy-coded data.
    pub(crate) data: Vec<u8>,
}

impl Frame {
    /// Reads packets up to the marked one, and asserts everything that RFC 2435 says about them.
    #[track_caller]
    pub(crate) fn of(packets: Vec<Packet>) -> Self {
        let first = packets.first().expect("a packet").clone();
        let &[_, _, _, _, jpeg_type, _, width, height, ..] = first.payload.as_slice() else {
            panic!("a main header, found {} bytes", first.payload.len())
        };
        let mut frame = Self {
            timestamp: first.timestamp,
            sequence_number: first.sequence_number,
            jpeg_type,
            blocks: [width, height],
            restart: None,
            tables: Vec::new(),
            data: Vec::new(),
            packets: Vec::new(),
        };
        for (packet, number) in packets.iter().zip(0_u16..) {
            frame.take(packet, first.ssrc, first.sequence_number.wrapping_add(number));
        }
        frame.packets = packets;
        let marked = frame.packets.iter().map(|packet| packet.marker);
        let expected = (1..=frame.packets.len()).map(|number| number == frame.packets.len());
        assert!(marked.eq(expected), "the last packet is marked, and no other");
        frame
    }

    #[track_caller]
    fn take(&mut self, packet: &Packet, ssrc: u32, number: u16) {
        let header = (packet.version, packet.padding, packet.extension, packet.csrc_count);
        assert_eq!(header, (2, false, false, 0), "the RTP header");
        assert_eq!((packet.payload_type, packet.ssrc), (26, ssrc), "payload type and source");
        assert_eq!(packet.sequence_number, number, "sequence numbers of a frame");
        assert_eq!(packet.timestamp, self.timestamp, "one timestamp for the whole frame");
        let (main, mut rest) = packet.payload.split_first_chunk::<8>().expect("a main header");
        let [specific, o2, o1, o0, jpeg_type, q, width, height] = *main;
        let offset = u32::from_be_bytes([0, o2, o1, o0]);
        assert_eq!(offset as usize, self.data.len(), "the fragment offset");
        assert_eq!((specific, q), (0, 255), "type-specific and Q");
        assert_eq!((jpeg_type, [width, height]), (self.jpeg_type, self.blocks));
        if jpeg_type >= 64 {
            let (restart, after) = rest.split_first_chunk::<4>().expect("a restart header");
            let interval = u16::from(restart[0]) << 8 | u16::from(restart[1]);
            assert_eq!(restart[2..], [0xFF, 0xFF], "F, L and the count 0x3FFF");
            assert!(self.restart.is_none_or(|known| known == interval), "one interval");
            self.restart = Some(interval);
            rest = after;
        }
        if offset == 0 {
            let (tables, after) = rest.split_first_chunk::<4>().expect("a table header");
            assert_eq!(*tables, [0, 0, 0, 128], "two tables of 8 bits in every frame");
            let (tables, after) = after.split_at(128);
            self.tables = tables.to_vec();
            rest = after;
        }
        assert!(!rest.is_empty(), "a packet without data");
        self.data.extend_from_slice(rest);
    }

    /// The number that follows that of its last packet.
    pub(crate) fn next_number(&self) -> u16 {
        let count = u16::try_from(self.packets.len()).expect("fewer packets");
        self.sequence_number.wrapping_add(count)
    }
}

/// Asserts that the frames carry these JPEGs, whose Huffman tables are the standard ones, with
/// numbers and timestamps that run on.
#[track_caller]
pub(crate) fn assert_carry(frames: &[Frame], jpegs: &[Vec<u8>]) {
    assert_eq!(frames.len(), jpegs.len(), "the number of frames");
    assert_runs_on(frames);
    for ((frame, jpeg), number) in frames.iter().zip(jpegs).zip(1..) {
        let parts = Parts::of(jpeg);
        assert!(frame.data == parts.scan, "the data of frame {number} are the file's");
        assert!(frame.tables == parts.tables, "the tables of frame {number} are the file's");
        assert_eq!(frame.restart, parts.restart, "the restart interval of frame {number}");
        let blocks = parts.size.map(|pixels| u8::try_from(pixels.div_ceil(8)).unwrap());
        assert_eq!(frame.blocks, blocks, "the size of frame {number}");
    }
}

/// Asserts that no number is left out or repeated, and that timestamps are 50 ms apart.
#[track_caller]
pub(crate) fn assert_runs_on(frames: &[Frame]) {
    for pair in frames.windows(2) {
        let [one, next] = pair else { unreachable!() };
        assert_eq!(next.sequence_number, one.next_number(), "sequence numbers from frame to frame");
        assert_eq!(next.timestamp.wrapping_sub(one.timestamp), 4500, "timestamps");
    }
}

/// What of a JPEG file is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) tables: Vec<u8>,
    pub(crate) scan: Vec<u8>,
    pub(crate) size: [u16; 2],
    pub(crate) restart: Option<u16>,
}

impl Parts {
    /// A baseline JPEG of one scan.
    #[track_caller]
    pub(crate) fn of(jpeg: &[u8]) -> Self {
        let (mut tables, mut size, mut restart) = ([Vec::new(), Vec::new()], [0, 0], None);
        let mut at = 2;
        loop {
            let word = |at: usize| u16::from(jpeg[at]) << 8 | u16::from(jpeg[at + 1]);
            let (marker, length) = (jpeg[at + 1], usize::from(word(at + 2)));
            assert_eq!(jpeg[at], 0xFF, "a marker at byte {at}");
            match marker {
                0xDB => {
                    for table in jpeg[at + 4..at + 2 + length].chunks(65) {
                        tables[usize::from(table[0])] = table[1..].to_vec();
                    }
                }
                0xC0 => size = [word(at + 7), word(at + 5)],
                0xDD => restart = Some(word(at + 4)).filter(|&interval| interval != 0),
                0xDA => {
                    let scan = jpeg[at + 2 + length..].strip_suffix(b"\xFF\xD9").expect("EOI");
                    let [luma, chroma] = tables;
                    let chroma = if chroma.is_empty() { luma.clone() } else { chroma };
                    let tables = [luma, chroma].concat();
                    return Self { tables, scan: scan.to_vec(), size, restart };
                }
                _ => {}
            }
            at += 2 + length;
        }
    }
}
