//! A JPEG, cut into payloads of RFC 2435, and put together again.

use rtsp_lab::picture::Picture;
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::standard::jpeg_payload::{JpegFrame, Reassembler, SMALLEST_LIMIT};
use rtsp_lab::statistics::Order;

use super::input::Chance;

/// The bytes as a JPEG.
pub fn run(data: &[u8]) {
    let frame = match JpegFrame::of(data) {
        Ok(frame) => frame,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let limit = Chance::of(data).below(1500);
    let payloads = payloads(&frame, limit);
    let joined = joined(&payloads);
    same_frame(&frame, &joined);
    same_pixels(data, &joined);
}

/// All payloads of a frame; none is longer than the limit.
pub fn payloads(frame: &JpegFrame<'_>, limit: usize) -> Vec<Vec<u8>> {
    let (mut payloads, mut last) = (Vec::new(), Vec::new());
    for packet in frame.packets(limit) {
        let mut payload = Vec::new();
        packet.write(&mut payload);
        assert!(payload.len() <= limit.max(SMALLEST_LIMIT), "{} bytes", payload.len());
        payloads.push(payload);
        last.push(packet.is_last());
    }
    assert_eq!(last.pop(), Some(true), "a frame has a last packet");
    assert!(!last.contains(&true), "and only one");
    payloads
}

fn joined(payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut reassembler = Reassembler::default();
    for (number, payload) in (0..).zip(payloads) {
        let marker = usize::from(number) + 1 == payloads.len();
        let packet = RtpPacket { marker, ..RtpPacket::jpeg(number, 7, 0, payload) };
        reassembler.push(&packet, Order::Next);
    }
    assert_eq!((reassembler.damaged(), reassembler.next_reason()), (0, None));
    reassembler.next_frame().unwrap()
}

/// Taken apart once more, it is the same, and there is nothing to recode any more.
pub fn same_frame(frame: &JpegFrame<'_>, joined: &[u8]) {
    let again = JpegFrame::of(joined).unwrap();
    assert!(!again.is_recoded());
    assert_eq!((again.sampling(), again.size()), (frame.sampling(), frame.size()));
    assert!(payloads(&again, 1400) == payloads(frame, 1400), "other payloads");
}

/// The other side sees what this side would. It may see more at the right and at the bottom, and
/// then the colours at these edges are mixed with those after them.
fn same_pixels(jpeg: &[u8], joined: &[u8]) {
    let (Ok(one), Ok(other)) = (Picture::decode(jpeg), Picture::decode(joined)) else { return };
    assert!(one.width <= other.width && one.height <= other.height);
    if (one.width, one.height) == (other.width, other.height) {
        assert!(one.pixels == other.pixels, "other pixels");
    }
}
