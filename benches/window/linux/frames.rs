//! How long a frame takes to the screen.

use std::thread;
use std::time::{Duration, Instant};

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::client_common::MOVIE;
use super::client_common::jpeg::colour;
use super::client_common::rtp::packet;
use super::client_common::scripted_server::ScriptedServer;
use super::desktop::player::Player;
use super::desktop::screen::{DOT, State};
use super::desktop::xvfb::Desktop;
use super::figures::Times;
use super::probe::{BareWindow, Probe};

/// From just before a packet is sent to its colour in the middle of the video. So it includes
/// receiving and decoding; the time from the frame's hand-over to the window is shorter.
pub(crate) fn frames(desktop: &Desktop, picture: impl Fn(u16) -> Vec<u8>) -> Times {
    let mut server = ScriptedServer::start();
    let player = Player::start(desktop, server.port(), MOVIE, &[]);
    let probe = Probe::of_window(desktop, &player);
    for (key, method, state) in [("s", "SETUP", State::Ready), ("p", "PLAY", State::Playing)] {
        player.key(key);
        server.grants(method);
        probe.wait_for(DOT, state.color());
    }
    let shown = |number| {
        thread::sleep(interval(number));
        let packet = packet(number, &picture(number));
        let start = Instant::now();
        server.sends(&packet);
        probe.wait_for(MIDDLE, colour(number));
        start.elapsed()
    };
    (1..=FRAMES).map(shown).collect()
}

/// A picture of the lab's size, 384x288. It has 37 kB because of a pattern around the frame's
/// colour; the lab's have 12 kB.
pub(crate) fn full_picture(number: u16) -> Vec<u8> {
    let pixel = |at: usize| {
        let (x, y) = (at % WIDTH, at / WIDTH);
        let is_box = x.abs_diff(WIDTH / 2) < 32 && y.abs_diff(HEIGHT / 2) < 32;
        let shade = u8::try_from((x / 4 * 151 + y / 4 * 83) % 256).unwrap();
        if is_box { colour(number) } else { [shade, 128, 255 - shade] }
    };
    let pixels: Vec<_> = (0..WIDTH * HEIGHT).flat_map(pixel).collect();
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 75);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&pixels, 384, 288, ColorType::Rgb).unwrap();
    jpeg
}

/// The same for an image that needs no client: the share of the display.
pub(crate) fn bare_images(desktop: &Desktop) -> Times {
    let (probe, window) = (Probe::of_screen(desktop), BareWindow::open(desktop));
    let shown = |number| {
        thread::sleep(interval(number));
        let image = BareWindow::image(colour(number));
        let start = Instant::now();
        window.put(&image);
        probe.wait_for((320, 280), colour(number));
        start.elapsed()
    };
    (1..=IMAGES).map(shown).collect()
}

/// 30 to 70 ms, so that the frames fall into no rhythm with the window's loop.
fn interval(number: u16) -> Duration {
    Duration::from_micros(30_000 + u64::from(number) * 7_919 % 40_000)
}

/// The middle of the video, in a window of the first size.
const MIDDLE: (i32, i32) = (320, 196);
const FRAMES: u16 = 250;
const IMAGES: u16 = 100;
const WIDTH: usize = 384;
const HEIGHT: usize = 288;
