//! RTP packets of the lab's dialect: decoded, counted, and put together to frames.

use std::time::Duration;

use rtsp_lab::lab_payload::Assembler;
use rtsp_lab::rtp_packet::{HEADER_SIZE, RtpPacket};
use rtsp_lab::statistics::{Order, Reception};

use super::input::Input;

/// Datagrams, each with its length before it, as `listen_rtp` takes them; then frames that are cut.
pub fn run(data: &[u8]) {
    let (mut input, mut port) = (Input::new(data), Port::default());
    while !input.is_empty() {
        port.take(input.piece());
    }
    cut_and_joined(data);
}

#[derive(Default)]
struct Port {
    reception: Reception,
    assembler: Assembler,
    bytes_in: usize,
    bytes_out: usize,
}

impl Port {
    fn take(&mut self, datagram: &[u8]) {
        let packet = match RtpPacket::decode(datagram) {
            Ok(packet) => packet,
            Err(error) => return assert!(error.to_string().starts_with("decode RTP ")),
        };
        encoded_again(datagram, &packet);
        let continues = self.assembler.continues(&packet);
        let arrival = Duration::from_millis(self.reception.packets);
        let order = self.reception.record(&packet, continues, arrival);
        if order != Order::Late {
            self.bytes_in += packet.payload.len();
            self.assembler.push(&packet, order);
        }
        while let Some(frame) = self.assembler.next_frame() {
            assert!(frame.starts_with(b"\xFF\xD8"));
            self.bytes_out += frame.len();
        }
        assert!(self.bytes_out <= self.bytes_in, "nothing is shown twice");
        assert!(self.assembler.damaged() <= self.reception.packets);
    }
}

/// What is not kept is CSRC list, header extension and padding.
fn encoded_again(datagram: &[u8], packet: &RtpPacket<'_>) {
    assert!(packet.payload.len() + HEADER_SIZE <= datagram.len());
    let mut encoded = vec![0xAA];
    packet.encode(&mut encoded);
    assert_eq!(RtpPacket::decode(&encoded).as_ref(), Ok(packet));
    assert_eq!(encoded[0], datagram[0] & 0xC0);
    assert_eq!(encoded[1..HEADER_SIZE], datagram[1..HEADER_SIZE]);
    if datagram[0] == 0x80 {
        assert_eq!(encoded, datagram);
    }
}

/// Frames that a server cuts are the same after it.
fn cut_and_joined(data: &[u8]) {
    let (mut input, mut assembler, mut number) = (Input::new(data), Assembler::default(), 0_u16);
    while !input.is_empty() {
        // At least three bytes: the first piece is not the whole frame.
        let limit = usize::from(input.u8()) + 3;
        let inside = input.take(700).iter().map(|byte| byte & 0x7F);
        let frame: Vec<u8> = [0xFF, 0xD8].into_iter().chain(inside).chain([0xFF, 0xD9]).collect();
        let pieces: Vec<&[u8]> = frame.chunks(limit).collect();
        for (index, payload) in pieces.iter().enumerate() {
            let marker = index + 1 == pieces.len();
            let packet = RtpPacket { marker, ..RtpPacket::jpeg(number, 0, 0, payload) };
            assembler.push(&packet, Order::Next);
            number = number.wrapping_add(1);
        }
        assert_eq!(assembler.next_frame(), Some(frame));
    }
    assert_eq!((assembler.next_frame(), assembler.damaged()), (None, 0));
}
