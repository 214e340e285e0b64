//! The panels: the RTSP log, the RTP header, the keys.

use std::time::Duration;

use rtsp_lab::client::{ClientEvent, LatestPacket, LogEntry, Message, Severity};
use rtsp_lab::diagnosis::Guilty;
use rtsp_lab::window::Buttons;

use super::example::Example;
use super::overlays::warning;
use super::states::buffering;
use super::views::{Open, Scene, dialogue, packet, standard_packet};

pub(crate) fn examples() -> Vec<Example> {
    [logs(), headers(), keys(), statistics()].concat()
}

fn logs() -> Vec<Example> {
    let log = |entries, scene| Scene { panel: Some(Open::RtspLog(entries)), ..scene };
    let first = |count| -> Vec<LogEntry> { dialogue().into_iter().take(count).collect() };
    vec![
        Example::ordinary("log-empty", log(vec![], Scene::init())),
        Example::ordinary("log-setup", log(later(first(3)), Scene::ready())),
        Example::ordinary("log-playing", log(first(5), Scene::playing())),
        Example::ordinary("log-describe", Scene::playing_with_log()),
        Example::ordinary("log-refused", log(refusal(), Scene::init())),
        Example::ordinary("log-ignored", log(ignored(), Scene::ready())),
        Example::odd("log-full", log(vec![dialogue(); 8].concat(), Scene::playing())),
        Example::odd("log-long", log(long(), Scene::playing())),
        Example::ordinary("log-scrolled", scrolled(vec![dialogue(); 4].concat(), 9, 0)),
        Example::ordinary("log-forgotten", scrolled(vec![dialogue(); 4].concat(), 700, 700)),
    ]
}

/// The log of a movie that plays, from that entry on, with so many forgotten.
pub(crate) fn scrolled(entries: Vec<LogEntry>, first: usize, forgotten: usize) -> Scene {
    Scene { panel: Some(Open::Scrolled(entries, first, forgotten)), ..Scene::playing() }
}

fn statistics() -> Vec<Example> {
    let shown = |scene| Scene { panel: Some(Open::Statistics), ..scene };
    vec![
        Example::ordinary("statistics", shown(Scene::playing())),
        Example::ordinary("statistics-init", shown(Scene::init())),
        Example::ordinary("statistics-buffer", shown(buffering())),
        Example::ordinary("statistics-loss", Scene { can_lose: true, ..shown(Scene::playing()) }),
    ]
}

/// Three quarters of an hour later: the times are longer then.
fn later(entries: Vec<LogEntry>) -> Vec<LogEntry> {
    let later = |LogEntry { at, event }| LogEntry { at: at + Duration::from_secs(2700), event };
    entries.into_iter().map(later).collect()
}

fn headers() -> Vec<Example> {
    let header = |packet, scene| Scene { panel: Some(Open::RtpHeader(packet)), ..scene };
    let shown = |datagram: &[u8]| header(Some(packet(datagram)), Scene::playing());
    let shown_standard =
        |datagram: &[u8]| header(Some(standard_packet(datagram)), Scene::playing());
    let lab = lab_datagram();
    let guilty = |datagram: &[u8], guilty| Scene { guilty, ..shown(datagram) };
    vec![
        Example::ordinary("header-none", header(None, Scene::ready())),
        Example::ordinary("header-lab", shown(&lab)),
        Example::ordinary("header-fragment", shown(&fragment())),
        Example::ordinary("header-standard", shown_standard(&jpeg_datagram(1))),
        Example::ordinary("header-standard-restart", shown_standard(&jpeg_datagram(65))),
        Example::ordinary("header-guilty", guilty(&lab, Guilty::Bits(16..32))),
        Example::ordinary("header-guilty-payload", guilty(&lab, Guilty::Bits(96..136))),
        Example::ordinary("header-guilty-length", guilty(&lab, Guilty::Length)),
        Example::odd("header-weird", shown(&weird())),
        Example::odd("header-all-ones", shown(&all_ones())),
        Example::odd("header-short", shown(&lab[..17])),
        Example::odd("header-no-payload", shown(&lab[..12])),
    ]
}

/// The first packet of a frame of 384x288 pixels (RFC 2435 section 3.1).
fn jpeg_datagram(kind: u8) -> Vec<u8> {
    let header = [0x80, 26, 0x12, 0x34, 0x65, 0x53, 0xF1, 0, 0x12, 0x34, 0x56, 0x78];
    let main = [0, 0, 0, 0, kind, 255, 48, 36];
    let restart: &[u8] = if kind >= 64 { &[0, 24, 0xFF, 0xFF] } else { &[] };
    let tables = [0, 0, 0, 128];
    [&header, &main[..], restart, &tables, &[0x11; 1300]].concat()
}

fn keys() -> Vec<Example> {
    let keys = |buttons| Scene { buttons, panel: Some(Open::Keys), ..Scene::playing() };
    vec![
        Example::ordinary("keys", keys(Buttons::Five)),
        Example::ordinary("keys-three", keys(Buttons::Three)),
        Example::ordinary("keys-seek", Scene { can_seek: true, ..keys(Buttons::Five) }),
        Example::ordinary("keys-loss", Scene { can_lose: true, ..keys(Buttons::Five) }),
        Example::ordinary(
            "keys-message",
            Scene { message: Some(warning()), ..keys(Buttons::Five) },
        ),
        Example::ordinary(
            "keys-loss-message",
            Scene { can_lose: true, message: Some(warning()), ..keys(Buttons::Five) },
        ),
    ]
}

fn entries(events: impl IntoIterator<Item = ClientEvent>) -> Vec<LogEntry> {
    let entry =
        |(number, event): (u64, _)| LogEntry { at: Duration::from_millis(number * 207), event };
    (0..).zip(events).map(entry).collect()
}

fn sent(text: &str) -> ClientEvent {
    ClientEvent::Sent(text.to_owned())
}

fn received(text: &str) -> ClientEvent {
    ClientEvent::Received(text.to_owned())
}

fn refusal() -> Vec<LogEntry> {
    let message = Message {
        severity: Severity::Error,
        title: "404 File Not Found".to_owned(),
        text: "The server has no movie named movie.Mjpeg.".to_owned(),
    };
    entries([
        ClientEvent::Connected(([127, 0, 0, 1], 2048).into()),
        sent("SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 54321\n"),
        received("RTSP/1.0 404 File Not Found\nCSeq: 1\nSession: 0\n"),
        ClientEvent::Told(message),
    ])
}

fn ignored() -> Vec<LogEntry> {
    entries([
        sent("PAUSE movie.Mjpeg RTSP/1.0\nCSeq: 3\nSession: 571600\n"),
        received("RTSP/1.0 200 OK\nCSeq: 2\nSession: 571600\n"),
        ClientEvent::Ignored("expected CSeq 3, found 2".to_owned()),
        received("good morning"),
        ClientEvent::Ignored(
            "could not read reply: expected RTSP/1.0 and a status code, found \"good morning\""
                .to_owned(),
        ),
    ])
}

/// Lines that are too long, and too many of them.
fn long() -> Vec<LogEntry> {
    let lines: Vec<String> = (1..=20).map(|line| format!("a=line:{line}\r\n")).collect();
    let very_long = "very-long-".repeat(9);
    entries([
        sent(&format!("SETUP {very_long}.Mjpeg RTSP/1.0\nCSeq: 1\nSession: {very_long}\n")),
        received(&format!("RTSP/1.0 200 OK\nCSeq: 1\nSession: 1\n\n{}", lines.concat())),
        ClientEvent::Ignored(very_long),
    ])
}

pub(crate) fn lab_packet() -> LatestPacket {
    packet(&lab_datagram())
}

/// The first packet of a frame, in the standard dialect.
pub(crate) fn part_packet() -> LatestPacket {
    standard_packet(&jpeg_datagram(1))
}

/// Packet 1431 as the lab sends it.
fn lab_datagram() -> Vec<u8> {
    let header = [0x80, 26, 5, 0x97, 0x65, 0x53, 0xF1, 0x0C, 0x12, 0x34, 0x56, 0x78];
    let jpeg = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xFF\xDB";
    [&header[..], jpeg, &[0x11; 6000]].concat()
}

/// The last part of a frame: the marker is set, and no JPEG begins.
fn fragment() -> Vec<u8> {
    let header = [0x80, 0x80 | 0x1A, 0x12, 0x34, 0x65, 0x53, 0xF1, 0x0C, 0xCA, 0xFE, 0xBA, 0xBE];
    let scan: Vec<u8> = (0..1388_u32).map(|at| (at * 37 % 251).to_le_bytes()[0]).collect();
    [&header[..], &scan].concat()
}

/// Version 0, padding, extension and 15 contributing sources; 3 bytes are left.
fn weird() -> Vec<u8> {
    let header = [0x3F, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let (sources, extension) = ([0xAA; 60], [0xBE, 0xDE, 0, 1, 1, 2, 3, 4]);
    [&header[..], &sources, &extension, b"abc", &[0, 0, 3]].concat()
}

/// Every bit of the header is 1, so what it announces follows.
fn all_ones() -> Vec<u8> {
    let (sources, extension) = ([0xFF; 60], [0xFF, 0xFF, 0, 0]);
    [&[0xFF; 12][..], &sources, &extension, &[0xFF; 60], &[1]].concat()
}
