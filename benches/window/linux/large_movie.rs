//! A movie of 1280x720 that is hard work: rings and stripes of all widths, and all of it moves.

use jpeg_encoder::{ColorType, Encoder};

/// The frames, each small enough for one datagram.
pub(crate) fn frames() -> Vec<Vec<u8>> {
    (0..FRAMES).map(frame).collect()
}

fn frame(number: i32) -> Vec<u8> {
    let rows = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    let pixels: Vec<u8> = rows.flat_map(|(x, y)| pixel(x, y, number)).collect();
    let mut jpeg = Vec::new();
    let [width, height] = [WIDTH, HEIGHT].map(|side| u16::try_from(side).unwrap());
    Encoder::new(&mut jpeg, QUALITY).encode(&pixels, width, height, ColorType::Rgb).unwrap();
    assert!((40_000..65_000).contains(&jpeg.len()), "{} bytes", jpeg.len());
    jpeg
}

fn pixel(x: i32, y: i32, number: i32) -> [u8; 3] {
    let (from_left, from_top) = (x - WIDTH / 2 - 2 * number, y - HEIGHT / 2);
    let rings = (from_left * from_left + from_top * from_top) / 500;
    [rings, rings + 3 * number, x / 2 + 5 * number].map(wave)
}

/// Up and down between 0 and 255, smoothly enough for JPEG.
fn wave(at: i32) -> u8 {
    let at = at.rem_euclid(512);
    u8::try_from(at.min(511 - at)).unwrap()
}

const FRAMES: i32 = 200;
const WIDTH: i32 = 1280;
const HEIGHT: i32 = 720;
const QUALITY: u8 = 80;
