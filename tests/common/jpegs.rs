//! Made JPEGs of every kind that RTP can carry, and of some that it can't.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// What a JPEG is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) size: (u16, u16),
    pub(crate) sampling: SamplingFactor,
    pub(crate) restart: u16,
    pub(crate) progressive: bool,
    pub(crate) grey: bool,
}

/// 4:2:0, baseline, with the standard Huffman tables.
pub(crate) const PLAIN: Kind = Kind {
    size: (96, 64),
    sampling: SamplingFactor::F_2_2,
    restart: 0,
    progressive: false,
    grey: false,
};

/// A bright box on a slope, which moves with `number`.
pub(crate) fn jpeg(kind: Kind, number: usize) -> Vec<u8> {
    let (width, height) = (usize::from(kind.size.0), usize::from(kind.size.1));
    let left = number * 7 % width;
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let boxed = x.abs_diff(left) < 10 && y.abs_diff(height / 2) < 10;
            let slope = if boxed { 0xFF } else { low(x * 128 / width + y * 64 / height) };
            let noise = low(x * y * 31 + number * 17) & 0x1F;
            pixels.extend([slope, 128 - noise, low(number * 5)]);
        }
    }
    if kind.grey {
        pixels = pixels.chunks(3).map(|pixel| pixel[0]).collect();
    }
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 85);
    encoder.set_sampling_factor(kind.sampling);
    encoder.set_restart_interval(kind.restart);
    encoder.set_progressive(kind.progressive);
    let colours = if kind.grey { ColorType::Luma } else { ColorType::Rgb };
    encoder.encode(&pixels, kind.size.0, kind.size.1, colours).expect("encode a JPEG");
    jpeg
}

fn low(number: usize) -> u8 {
    let [low, ..] = number.to_le_bytes();
    low
}

pub(crate) fn jpegs(kind: Kind, count: usize) -> Vec<Vec<u8>> {
    (1..=count).map(|number| jpeg(kind, number)).collect()
}
