//! RTP packets, written by hand (RFC 3550 section 5.1).

/// Version 2, no padding, no extension, no CSRC.
pub(crate) const PLAIN: u8 = 0x80;
/// The payload type of JPEG.
pub(crate) const JPEG: u8 = 26;
/// The marker bit, beside the payload type.
pub(crate) const MARKER: u8 = 0x80;

/// A packet as the lab sends it.
pub(crate) fn packet(number: u16, payload: &[u8]) -> Vec<u8> {
    packet_with(PLAIN, JPEG, number, payload)
}

/// A packet that ends a frame.
pub(crate) fn marked(number: u16, payload: &[u8]) -> Vec<u8> {
    packet_with(PLAIN, MARKER | JPEG, number, payload)
}

/// A packet with these first two bytes.
pub(crate) fn packet_with(flags: u8, kind: u8, number: u16, payload: &[u8]) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    let header = [flags, kind, high, low, 0x65, 0x53, 0xF1, 0, 0x12, 0x34, 0x56, 0x78];
    [&header, payload].concat()
}
