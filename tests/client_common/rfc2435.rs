//! Frames as RTP/JPEG, cut and packed by hand (RFC 2435 section 3.1).

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// What a frame is sent as.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// Q of the main header; tables are sent if it is 128 or more and `tables` is set.
    pub(crate) q: u8,
    pub(crate) tables: bool,
    /// Bytes of data in a packet.
    pub(crate) piece: usize,
}

impl Default for Form {
    fn default() -> Self {
        Self { q: 255, tables: true, piece: 100 }
    }
}

/// A JPEG of 64x48 pixels full of detail, 4:2:0, of that quality: no two of its frames look alike.
pub(crate) fn frame(number: u32, quality: u8) -> Vec<u8> {
    encoded(number, quality, |_| {})
}

/// The same with restart markers after every so many macroblocks.
pub(crate) fn frame_with_restarts(number: u32, interval: u16) -> Vec<u8> {
    encoded(number, 80, |encoder| encoder.set_restart_interval(interval))
}

fn encoded(number: u32, quality: u8, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let pixel = |index: u32| {
        let (x, y) = (index % 64, index / 64);
        let noise = (index * 7919 + number * 104_729).wrapping_mul(2_654_435_761) >> 27;
        let level = |value: u32| u8::try_from((value + noise) % 256).unwrap();
        [level(x * 3 + number * 10), level(y * 4), level(x + y + number * 20)]
    };
    let pixels: Vec<u8> = (0..64 * 48).flat_map(pixel).collect();
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    set(&mut encoder);
    encoder.encode(&pixels, 64, 48, ColorType::Rgb).unwrap();
    jpeg
}

/// The payloads of a frame, the last of which is to get the marker.
pub(crate) fn payloads(jpeg: &[u8], form: Form) -> Vec<Vec<u8>> {
    let parts = Parts::of(jpeg);
    let mut payloads = Vec::new();
    for (number, piece) in parts.data.chunks(form.piece).enumerate() {
        let offset = u32::try_from(number * form.piece).unwrap().to_be_bytes();
        let kind = if parts.restart_interval.is_some() { 65 } else { 1 };
        let blocks =
            [u8::try_from(parts.width / 8).unwrap(), u8::try_from(parts.height / 8).unwrap()];
        let mut payload = vec![0, offset[1], offset[2], offset[3], kind, form.q];
        payload.extend(blocks);
        if let Some(interval) = parts.restart_interval {
            payload.extend(interval.to_be_bytes());
            payload.extend([0xFF, 0xFF]);
        }
        if number == 0 && form.q >= 128 {
            let tables = if form.tables { parts.tables.concat() } else { Vec::new() };
            payload.extend([0, 0]);
            payload.extend(u16::try_from(tables.len()).unwrap().to_be_bytes());
            payload.extend(tables);
        }
        payload.extend(piece);
        payloads.push(payload);
    }
    payloads
}

/// What is in a JPEG file.
struct Parts<'a> {
    width: u16,
    height: u16,
    restart_interval: Option<u16>,
    tables: Vec<&'a [u8]>,
    data: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Segment by segment (ITU-T T.81 annex B).
    fn of(jpeg: &'a [u8]) -> Self {
        assert_eq!(jpeg[..2], [0xFF, 0xD8]);
        let mut parts =
            Self { width: 0, height: 0, restart_interval: None, tables: Vec::new(), data: &[] };
        let word = |at: usize| u16::from_be_bytes([jpeg[at], jpeg[at + 1]]);
        let mut at = 2;
        loop {
            assert_eq!(jpeg[at], 0xFF);
            let (marker, body, end) = (jpeg[at + 1], at + 4, at + 2 + usize::from(word(at + 2)));
            match marker {
                0xDB => {
                    for table in jpeg[body..end].chunks(65) {
                        assert_eq!(usize::from(table[0]), parts.tables.len(), "8 bits, in order");
                        parts.tables.push(&table[1..]);
                    }
                }
                0xC0 => (parts.height, parts.width) = (word(body + 1), word(body + 3)),
                0xDD => parts.restart_interval = Some(word(body)),
                0xDA => {
                    parts.data = jpeg[end..].strip_suffix(&[0xFF, 0xD9]).unwrap();
                    return parts;
                }
                _ => {}
            }
            at = end;
        }
    }
}

/// RTP packets of one source, numbered and timed as a server does it (RFC 3550 section 5.1).
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(crate) number: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
}

impl Default for Sender {
    fn default() -> Self {
        Self { number: 65_530, timestamp: 0xFFFF_0000, ssrc: 0x0A0B_0C0D }
    }
}

impl Sender {
    /// The packets of the next frame, 50 ms after the one before.
    pub(crate) fn packets(&mut self, payloads: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let last = payloads.len() - 1;
        let packets = payloads.iter().enumerate();
        let packets = packets.map(|(at, payload)| self.packet(26, at == last, payload)).collect();
        self.timestamp = self.timestamp.wrapping_add(4500);
        packets
    }

    /// One packet.
    pub(crate) fn packet(&mut self, kind: u8, marked: bool, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x80, if marked { 0x80 | kind } else { kind }];
        packet.extend(self.number.to_be_bytes());
        packet.extend(self.timestamp.to_be_bytes());
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend(payload);
        self.number = self.number.wrapping_add(1);
        packet
    }

    /// Goodbye (RFC 3550 section 6.6), after an empty report.
    pub(crate) fn goodbye(&self) -> Vec<u8> {
        let ssrc = self.ssrc.to_be_bytes();
        [&[0x80, 0xC9, 0, 1], &ssrc[..], &[0x81, 0xCB, 0, 1], &ssrc[..]].concat()
    }

    /// A report whose NTP time has these bits, and RTP time 0.
    pub(crate) fn sender_report(&self, ntp_time: u64) -> Vec<u8> {
        let (ssrc, ntp_time) = (self.ssrc.to_be_bytes(), ntp_time.to_be_bytes());
        [&[0x80, 0xC8, 0, 6], &ssrc[..], &ntp_time[..], &[0; 12]].concat()
    }
}
