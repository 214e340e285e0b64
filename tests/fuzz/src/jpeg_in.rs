//! Payloads of RFC 2435 as anybody may send them, put together to frames.

use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::standard::jpeg_payload::{Headers, JpegFrame, Reassembler};
use rtsp_lab::statistics::Order;

use super::input::Input;
use super::jpeg_out::same_frame;

/// Packets: a byte for marker, order and timestamp, then the payload after its length.
pub fn run(data: &[u8]) {
    let (mut input, mut reassembler) = (Input::new(data), Reassembler::default());
    let (mut packets, mut bytes_in, mut reasons) = (0, 0, 0);
    while !input.is_empty() {
        let (flags, payload) = (input.u8(), input.piece());
        let order =
            [Order::Next, Order::Same, Order::Gap, Order::Late][usize::from(flags >> 5 & 3)];
        let timestamp = u32::from(flags & 0x1F);
        let marker = flags & 0x80 != 0;
        headers_again(payload);
        let packet = RtpPacket { marker, ..RtpPacket::jpeg(packets, timestamp, 0, payload) };
        reassembler.push(&packet, order);
        packets = packets.wrapping_add(1);
        bytes_in += payload.len() + MOST_HEAD;
        while let Some(frame) = reassembler.next_frame() {
            bytes_in = bytes_in.checked_sub(frame.len()).unwrap();
            understand(&frame);
        }
        while let Some(reason) = reassembler.next_reason() {
            let reason = reason.to_string();
            let could_not = ["decode ", "put a frame together: "];
            assert!(could_not.iter().any(|what| reason.starts_with(what)), "{reason}");
            reasons += 1;
        }
        assert!(reasons <= 8, "enough is told");
    }
    reassembler.end();
}

/// Headers that were read are written as they came.
fn headers_again(payload: &[u8]) {
    if let Ok((headers, rest)) = Headers::decode(payload) {
        let mut again = Vec::new();
        headers.encode(&mut again);
        assert_eq!([&again, rest].concat(), payload);
    }
}

/// A frame is a JPEG with the standard Huffman tables; its data may be anything.
fn understand(frame: &[u8]) {
    assert!(frame.starts_with(b"\xFF\xD8") && frame.ends_with(b"\xFF\xD9"));
    if let Ok(parts) = JpegFrame::of(frame) {
        assert!(!parts.is_recoded());
        same_frame(&parts, frame);
    }
}

/// More than a frame gets before and after its data.
const MOST_HEAD: usize = 1000;
