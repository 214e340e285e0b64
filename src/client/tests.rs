//! `listen_rtp` with real sockets, and no server.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{self, sync_channel};

use super::examiner::Examiner;
use super::findings::{Frame, Frames};
use super::*;
use crate::statistics::Reception;
use crate::trace::{Arrivals, Trace};

const WAIT: Duration = Duration::from_secs(10);

/// An open port, its address, and where its frames arrive: `room` of them may wait there.
fn open(room: usize) -> (Receiver<RtpPort>, SocketAddr, mpsc::Receiver<Frame>) {
    let (number, socket) = RtpSocket::open(0, Ipv4Addr::LOCALHOST.into()).unwrap();
    let (frames, arriving) = sync_channel(room);
    let mut receiver = Receiver::new();
    receiver.open(Arc::default(), &Log::new(|_| ()), Examiner::default()).unwrap();
    // The test takes the frames, not the decoder.
    receiver.set_port(|_| {
        let local = (Ipv4Addr::LOCALHOST, number).into();
        let arrivals = Arrivals::new(Trace::default(), Instant::now(), local, false);
        RtpPort::new(socket, Frames::new(frames), Examiner::default(), arrivals)
    });
    (receiver, (Ipv4Addr::LOCALHOST, number).into(), arriving)
}

fn listen(receiver: &mut Receiver<RtpPort>) {
    receiver.start(Client::listen_rtp).unwrap();
}

fn stop(receiver: &mut Receiver<RtpPort>) -> Reception {
    receiver.stop(Duration::ZERO);
    receiver.port().unwrap().intake.findings.reception.clone()
}

fn send(numbers: std::ops::Range<u16>, to: SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut datagram = Vec::new();
    for number in numbers {
        RtpPacket::jpeg(number, 0, 0, b"\xFF\xD8\xFF\xD9").encode(&mut datagram);
        socket.send_to(&datagram, to).unwrap();
    }
}

fn wait_for_frame(frames: &mpsc::Receiver<Frame>) -> Reception {
    loop {
        let frame = frames.recv_timeout(WAIT).unwrap();
        if frame.whole.is_some() {
            return frame.findings.reception;
        }
    }
}

#[test]
fn a_stop_wakes_the_thread_and_is_no_packet() {
    let (mut receiver, address, arriving) = open(100);
    listen(&mut receiver);
    send(1..2, address);
    assert_eq!(wait_for_frame(&arriving).packets, 1);
    // The thread waits for the next packet now, for 0.5 s.
    let Reception { packets, malformed, .. } = stop(&mut receiver);
    assert_eq!((packets, malformed), (1, 0), "only a thread that was not woken counts the waker");
}

#[test]
fn what_was_in_flight_at_the_stop_is_still_taken() {
    let (mut receiver, address, arriving) = open(100);
    listen(&mut receiver);
    send(1..11, address);
    let reception = stop(&mut receiver);
    assert_eq!((reception.packets, reception.lost), (10, 0));
    assert_eq!(arriving.try_iter().filter(|frame| frame.whole.is_some()).count(), 10);
}

#[test]
fn the_port_can_listen_again_and_goes_on_counting() {
    let (mut receiver, address, arriving) = open(100);
    for run in 0..20 {
        listen(&mut receiver);
        send(run * 5 + 1..run * 5 + 6, address);
        while wait_for_frame(&arriving).packets < u64::from(run + 1) * 5 {}
        stop(&mut receiver);
    }
    let Reception { packets, lost, late, malformed, .. } = stop(&mut receiver);
    assert_eq!((packets, lost, late, malformed), (100, 0, 0, 0));
}

#[test]
fn frames_that_nobody_takes_are_counted_and_do_not_stop_the_thread() {
    let (mut receiver, address, arriving) = open(1);
    send(1..11, address);
    listen(&mut receiver);
    let reception = stop(&mut receiver);
    assert_eq!((reception.packets, reception.overruns), (10, 9));
    drop(arriving);
}

#[test]
fn junk_is_counted_and_harms_nothing() {
    let (mut receiver, address, _arriving) = open(100);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"junk", address).unwrap();
    send(1..2, address);
    listen(&mut receiver);
    let reception = stop(&mut receiver);
    assert_eq!((reception.packets, reception.malformed), (1, 1));
}
