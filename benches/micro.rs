//! What the parts cost, each alone: `cargo bench --bench micro`, two minutes.
//!
//! One part: `cargo bench --bench micro -- inbox`. Criterion keeps what it found and says how the
//! next run differs.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "without its input a part has no figure"
)]
#![allow(missing_docs, reason = "the macro of criterion writes functions without them")]

use std::hint::black_box;
use std::io::Cursor;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use common::jpegs::{self, Kind};
use common::movies::{MOVIE, lab_format, real_frames};
use common::programs::project;
use rtsp_lab::picture::Picture;
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::rtsp::{Inbox, Request};
use rtsp_lab::standard::rtsp::StandardRequest;
use rtsp_lab::standard::rtsp::inbox::StandardInbox;
use rtsp_lab::statistics::{Reception, Statistics};
use rtsp_lab::video_stream::VideoStream;

#[path = "../tests/common/mod.rs"]
mod common;

/// A packet of the lab: a header, then a frame of the movie.
fn rtp(bench: &mut Criterion) {
    let frame = real_frames().swap_remove(100);
    let packet = RtpPacket::jpeg(101, 1_700_000_000, 0x1234_5678, &frame);
    let mut datagram = Vec::new();
    let mut group = bench.benchmark_group("rtp");
    group.throughput(Throughput::Bytes(frame.len() as u64));
    group.bench_function("encode", |run| run.iter(|| black_box(packet).encode(&mut datagram)));
    packet.encode(&mut datagram);
    group.bench_function("decode", |run| {
        run.iter(|| RtpPacket::decode(black_box(&datagram)).unwrap().payload.len());
    });
}

fn request(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("request");
    group.bench_function("lab", |run| run.iter(|| Request::parse(black_box(SETUP)).unwrap()));
    group.bench_function("standard", |run| {
        run.iter(|| StandardRequest::parse(black_box(STANDARD_SETUP).as_bytes()).unwrap());
    });
}

/// Bytes in, one whole message out; the second time in two parts.
fn inbox(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("inbox");
    let now = Duration::from_secs(1);
    group.bench_function("lab", |run| {
        let mut inbox = Inbox::of_requests();
        run.iter(|| {
            inbox.push(black_box(SETUP).as_bytes(), now);
            inbox.next(now).unwrap().unwrap()
        });
    });
    group.bench_function("lab, split", |run| {
        let mut inbox = Inbox::of_requests();
        let (head, tail) = SETUP.as_bytes().split_at(40);
        run.iter(|| {
            inbox.push(black_box(head), now);
            assert_eq!(inbox.next(now), Ok(None));
            inbox.push(black_box(tail), now);
            inbox.next(now).unwrap().unwrap()
        });
    });
    group.bench_function("standard", |run| {
        let mut inbox = StandardInbox::default();
        run.iter(|| {
            inbox.push(black_box(STANDARD_SETUP).as_bytes());
            inbox.next_item().unwrap().unwrap()
        });
    });
}

/// What the client counts for each packet, and the figures that it makes of that.
fn statistics(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("statistics");
    let mut reception = Reception::default();
    let (mut number, mut now) = (0_u16, Duration::ZERO);
    let mut record = |reception: &mut Reception| {
        number = number.wrapping_add(1);
        now += Duration::from_millis(50);
        let packet = RtpPacket::jpeg(number, 1_700_000_000, 0x1234_5678, b"\xFF\xD8");
        reception.record(black_box(&packet), false, now)
    };
    group.bench_function("record a packet", |run| run.iter(|| record(&mut reception)));
    let mut statistics = Statistics::default();
    statistics.play(Duration::ZERO);
    statistics.receive(reception);
    group.bench_function("all as text", |run| {
        run.iter(|| black_box(&statistics).summary(Duration::from_secs(60)).to_string());
    });
}

/// A frame of the movie, in each of the two formats, from memory and from the file.
fn movie(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("movie");
    let frames = real_frames();
    for (name, movie) in [("lab's format", lab_format(&frames)), ("plain", frames.concat())] {
        group.throughput(Throughput::Bytes((movie.len() / frames.len()) as u64));
        let mut video = VideoStream::new(Cursor::new(movie)).unwrap();
        group.bench_function(format!("next frame, {name}"), |run| {
            run.iter(|| {
                if video.next_frame().unwrap().is_none() {
                    video.rewind().unwrap();
                }
            });
        });
    }
    let folder = project().canonicalize().unwrap();
    let mut video = VideoStream::open(&folder, MOVIE).unwrap();
    group.bench_function("next frame, from the file", |run| {
        run.iter(|| {
            if video.next_frame().unwrap().is_none() {
                video.rewind().unwrap();
            }
        });
    });
    group.bench_function("open", |run| run.iter(|| VideoStream::open(&folder, MOVIE).unwrap()));
}

fn picture(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("picture");
    group.sample_size(20);
    let made = |size| jpegs::jpeg(Kind { size, ..jpegs::PLAIN }, 1);
    for (name, jpeg) in [
        ("384x288", real_frames().swap_remove(100)),
        ("1280x720", made((1280, 720))),
        ("1920x1080", made((1920, 1080))),
    ] {
        group.bench_function(name, |run| run.iter(|| Picture::decode(black_box(&jpeg)).unwrap()));
    }
}

const SETUP: &str = "SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 5008\n";
const STANDARD_SETUP: &str = "SETUP rtsp://127.0.0.1:8554/movie.Mjpeg/track1 RTSP/1.0\r\n\
    CSeq: 3\r\nUser-Agent: a player\r\nTransport: RTP/AVP;unicast;client_port=5008-5009\r\n\r\n";

criterion_group!(parts, rtp, request, inbox, statistics, movie, picture);
criterion_main!(parts);
