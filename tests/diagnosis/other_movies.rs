//! Movies as other encoders and cameras make them: small pictures, flat ones, progressive ones, and
//! frames that carry text, numbers, or a thumbnail.

use std::sync::LazyLock;

use jpeg_encoder::{ColorType, Encoder};

use crate::sender::MOVIE;

/// Sixty frames each.
pub(crate) static OTHER_MOVIES: LazyLock<Vec<Vec<Vec<u8>>>> = LazyLock::new(|| {
    let thumbnail = |number| encoded(number, 32, |_| ());
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>".repeat(100);
    vec![
        movie(|number| encoded(number, 64, |_| ())),
        movie(|number| encoded(number, 16, |_| ())),
        movie(|number| encoded(number, 200, |encoder| encoder.set_progressive(true))),
        movie(|number| encoded(number, 120, |encoder| encoder.set_optimized_huffman_tables(true))),
        movie(|number| encoded(number, 120, |encoder| encoder.set_restart_interval(4))),
        // Flat: frames of nearly one length.
        movie(|number| encoded(number / 20 * 20, 128, |_| ())),
        movie(|number| with_segment(&MOVIE[number], 0xE1, &thumbnail(number))),
        movie(|number| with_segment(&encoded(number, 64, |_| ()), 0xE1, &thumbnail(number))),
        movie(|number| with_segment(&MOVIE[number], 0xE1, &xmp)),
        movie(|number| with_segment(&MOVIE[number], 0xFE, &b"0123456789".repeat(300))),
        movie(|number| with_segment(&MOVIE[number], 0xE2, &vec![0; 3000])),
        movie(|number| without_tables(&MOVIE[number])),
    ]
});

fn movie(frame: impl Fn(usize) -> Vec<u8>) -> Vec<Vec<u8>> {
    (0..60).map(frame).collect()
}

fn encoded(number: usize, side: u16, change: impl Fn(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let width = usize::from(side);
    let grey = |place: usize| {
        let (x, y) = (place % width, place / width);
        ((x + number) * (y + 3 * number) / 16 % 256).to_le_bytes()[0]
    };
    let pixels: Vec<u8> = (0..width * width).map(grey).collect();
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 70);
    change(&mut encoder);
    encoder.encode(&pixels, side, side, ColorType::Luma).unwrap();
    jpeg
}

/// The same with a segment after its first two bytes.
fn with_segment(jpeg: &[u8], code: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, code], &length, body, &jpeg[2..]].concat()
}

/// The same without its Huffman tables, as webcams send it.
fn without_tables(jpeg: &[u8]) -> Vec<u8> {
    let mut jpeg = jpeg.to_vec();
    while let Some(place) = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC4]) {
        let length = usize::from(u16::from_be_bytes([jpeg[place + 2], jpeg[place + 3]]));
        jpeg.drain(place..place + 2 + length);
    }
    jpeg
}
