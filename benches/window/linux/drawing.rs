//! How long it takes to draw the window, without showing it.

use std::time::{Duration, Instant};

use rtsp_lab::client::LatestPacket;
use rtsp_lab::diagnosis::Guilty;
use rtsp_lab::picture::Picture;
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::rtsp::State;
use rtsp_lab::statistics::MOST;
use rtsp_lab::window::{Buttons, Column, Curve, Figure, Look, Panel, Theme, View, draw};

use super::client_common::rtp::packet;
use super::common::movies::real_frames;
use super::figures::Times;

/// The whole scene while the movie plays: picture, buttons, figures, curves of a full minute; and
/// the header of a packet, which is much text, if it is wanted.
pub(crate) fn scenes(with_header: bool) -> Times {
    let frame = real_frames().swap_remove(0);
    let picture = Picture::decode(&frame).unwrap();
    let datagram = packet(1, &frame);
    let latest = LatestPacket::of(&datagram, &RtpPacket::decode(&datagram).unwrap());
    let panel = with_header.then_some(Panel::RtpHeader {
        packet: latest.as_ref(),
        guilty: &Guilty::Nothing,
        clock: 0,
    });
    let view = View { panel, ..playing(&picture) };
    let (width, height) = (640, 560);
    let mut pixels = vec![0; width * height];
    let mut drawn = || {
        let start = Instant::now();
        draw(&mut pixels, width, height, &view);
        start.elapsed()
    };
    (0..DRAWINGS).map(|_| drawn()).collect()
}

fn playing(picture: &Picture) -> View<'_> {
    View {
        scale: 1,
        theme: Theme::Dark,
        movie_only: false,
        state: State::Playing,
        pills: Vec::new(),
        movie: "movie.Mjpeg",
        address: "127.0.0.1:2048".to_owned(),
        session: Some("123456"),
        last_reply: Some(Duration::from_micros(1500)),
        picture: Some(picture),
        undecoded: 0,
        end: None,
        buttons: Buttons::Five,
        looks: vec![Look::Off, Look::Off, Look::Next, Look::On, Look::On],
        hover: None,
        message: None,
        packet_hint: None,
        columns: [column("PICTURE"), column("NETWORK")],
        extra: Vec::new(),
        line: Vec::new(),
        curves: [curve("frames/s", 20), curve("kbit/s", 2000)],
        has_description: false,
        panel: None,
        asks_to_close: false,
    }
}

fn column(caption: &'static str) -> Column {
    let row = || Figure { name: "Frames/s average", value: Some("1234".to_owned()), warns: false };
    Column { caption, rows: (0..6).map(|_| row()).collect() }
}

/// Up and down, about a fifth of the height.
fn curve(name: &'static str, value: u64) -> Curve {
    let samples = (0..MOST).map(|number| value + value * (number as u64 % 7) / 30);
    Curve { name, value: Some(value), samples: samples.collect() }
}

const DRAWINGS: usize = 500;
