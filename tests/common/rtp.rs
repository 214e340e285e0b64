//! An RTP packet, read by hand.

/// The twelve bytes of the header (RFC 3550 section 5.1), and what follows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) version: u8,
    pub(crate) padding: bool,
    pub(crate) extension: bool,
    pub(crate) csrc_count: u8,
    pub(crate) marker: bool,
    pub(crate) payload_type: u8,
    pub(crate) sequence_number: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    pub(crate) payload: Vec<u8>,
}

impl Packet {
    pub(crate) fn read(datagram: &[u8]) -> Self {
        assert!(datagram.len() > 12, "a datagram of {} bytes is no RTP packet", datagram.len());
        let byte = |index: usize| datagram[index];
        let word = |index: usize| {
            (0..4).fold(0, |word, offset| word << 8 | u32::from(byte(index + offset)))
        };
        Self {
            version: byte(0) >> 6,
            padding: byte(0) & 0b0010_0000 != 0,
            extension: byte(0) & 0b0001_0000 != 0,
            csrc_count: byte(0) & 0b0000_1111,
            marker: byte(1) & 0b1000_0000 != 0,
            payload_type: byte(1) & 0b0111_1111,
            sequence_number: u16::from(byte(2)) << 8 | u16::from(byte(3)),
            timestamp: word(4),
            ssrc: word(8),
            payload: datagram[12..].to_vec(),
        }
    }
}

/// Asserts that the packets carry these frames, one each, and are numbered from `first` on.
pub(crate) fn assert_frames(packets: &[Packet], frames: &[Vec<u8>], first: u16) {
    let numbers: Vec<_> = packets.iter().map(|packet| packet.sequence_number).collect();
    let expected: Vec<_> = (first..).take(frames.len()).collect();
    assert_eq!(numbers, expected, "sequence numbers: none lost, none repeated");
    for (packet, frame) in packets.iter().zip(frames) {
        let number = packet.sequence_number;
        assert!(packet.payload == *frame, "packet {number} does not carry its frame");
    }
}
