//! Frames that RTP can't carry, coded anew as ones that it can: baseline, 4:2:0, as fine as they were.
//!
//! Each frame is coded once, however many watch it, as long as there is room to keep it.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jpeg_encoder::{ColorType, Encoder, QuantizationTableType, SamplingFactor};

use crate::picture::Picture;
use crate::standard::jpeg_payload::{CannotCarry, Quality};

/// Codes frames anew, and keeps what it has made.
#[derive(Debug, Default)]
pub(super) struct Recoder {
    /// Whether frames are left as they are.
    is_off: bool,
    hashes: RandomState,
    kept: Mutex<Kept>,
}

/// A frame's hash and length: nobody can make two frames that share them.
type Key = (u64, usize);
/// A frame that is being made, or was; others who want it wait.
type Made = Arc<OnceLock<Result<Arc<[u8]>, CannotCarry>>>;

/// The latest frames.
#[derive(Debug, Default)]
struct Kept {
    frames: HashMap<Key, Made>,
    /// Those that are made, oldest first, and the bytes of each.
    made: VecDeque<(Key, usize)>,
    bytes: usize,
}

impl Recoder {
    pub(super) fn new(is_on: bool) -> Self {
        Self { is_off: !is_on, ..Self::default() }
    }

    /// The frame as RTP can carry it, given why it can't as it is.
    ///
    /// # Errors
    /// It can't be coded anew, or is not to be: `flaw`, or the one that is in the way.
    pub(super) fn recoded(&self, jpeg: &[u8], flaw: CannotCarry) -> Result<Arc<[u8]>, CannotCarry> {
        if self.is_off || !flaw.is_of_its_coding() {
            return Err(flaw);
        }
        let key = (self.hashes.hash_one(jpeg), jpeg.len());
        let made = Arc::clone(self.kept().frames.entry(key).or_default());
        let mut is_new = false;
        let result = made.get_or_init(|| {
            is_new = true;
            recoded(jpeg, flaw).map(Arc::from)
        });
        if is_new {
            self.kept().keep(key, result.as_ref().map_or(0, |jpeg| jpeg.len()));
        }
        result.clone()
    }

    /// What is kept is whole at any time, so a thread that panicked with the lock did no harm.
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// A frame has been made; the oldest make room for it.
    fn keep(&mut self, key: Key, bytes: usize) {
        let bytes = bytes + OVERHEAD;
        self.bytes += bytes;
        self.made.push_back((key, bytes));
        while self.bytes > MOST_BYTES {
            let Some((oldest, bytes)) = self.made.pop_front() else { return };
            self.frames.remove(&oldest);
            self.bytes -= bytes;
        }
    }
}

/// Codes a frame anew.
fn recoded(jpeg: &[u8], flaw: CannotCarry) -> Result<Vec<u8>, CannotCarry> {
    let Some(Quality { tables: [luma, chroma] }) = Quality::of(jpeg)? else { return Err(flaw) };
    let Ok(picture) = Picture::decode(jpeg) else { return Err(flaw) };
    let (Ok(width), Ok(height)) = (u16::try_from(picture.width), u16::try_from(picture.height))
    else {
        return Err(flaw);
    };
    let mut recoded = Vec::with_capacity(jpeg.len());
    // The quality is that of the tables.
    let mut encoder = Encoder::new(&mut recoded, 100);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let [luma, chroma] = [luma, chroma].map(QuantizationTableType::Custom);
    encoder.set_quantization_tables(luma, chroma);
    match encoder.encode(&samples(&picture), width, height, ColorType::Ycbcr) {
        Ok(()) => Ok(recoded),
        Err(_) => Err(flaw),
    }
}

/// Luma and chroma of each pixel (JFIF), three bytes a pixel; a square of four has the same chroma. The
/// encoder takes that of one of them and leaves the others out.
fn samples(picture: &Picture) -> Vec<u8> {
    let width = picture.width.max(1);
    let mut samples = vec![0; 3 * picture.pixels.len()];
    for (rows, out) in picture.pixels.chunks(2 * width).zip(samples.chunks_mut(6 * width)) {
        let (first, second) = rows.split_at(width.min(rows.len()));
        let mut rows_out = out.chunks_mut(3 * width);
        let (first_out, second_out) = (rows_out.next(), rows_out.next());
        // The last row may be alone; then it counts twice.
        let below = if second.is_empty() { first } else { second };
        let squares = first.chunks(2).zip(below.chunks(2));
        let chroma: Vec<[u8; 2]> = squares.map(|(above, below)| chroma(above, below)).collect();
        for (pixels, out) in [(first, first_out), (second, second_out)] {
            let out = out.into_iter().flat_map(|row| row.chunks_mut(6));
            for ((pixels, out), [blue, red]) in pixels.chunks(2).zip(out).zip(&chroma) {
                for (pixel, out) in pixels.iter().zip(out.chunks_mut(3)) {
                    out.copy_from_slice(&[luma(*pixel), *blue, *red]);
                }
            }
        }
    }
    samples
}

/// As in JFIF, in units of 1/65,536.
fn luma(pixel: u32) -> u8 {
    let [_, red, green, blue] = pixel.to_be_bytes().map(u32::from);
    clamped((19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16)
}

/// Of a square of four pixels, or of fewer at the edges.
fn chroma(above: &[u32], below: &[u32]) -> [u8; 2] {
    let (mut sums, mut count) = ([0_i32; 3], 0);
    for pixel in above.iter().chain(below) {
        let [_, red, green, blue] = pixel.to_be_bytes().map(i32::from);
        sums = [sums[0] + red, sums[1] + green, sums[2] + blue];
        count += 1;
    }
    let [red, green, blue] = sums;
    let scaled = |sum: i32| {
        let value = 128 * 65_536 + sum / count.max(1) + 32_767;
        clamped(u32::try_from(value.max(0)).unwrap_or_default() >> 16)
    };
    [
        scaled(32_768 * blue - 11_059 * red - 21_709 * green),
        scaled(32_768 * red - 27_439 * green - 5_329 * blue),
    ]
}

fn clamped(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// How many bytes of frames are kept: a minute of the lab's movie, and more.
const MOST_BYTES: usize = 64 << 20;
/// What a frame takes besides its bytes, or less; one that can't be coded anew is kept, too.
const OVERHEAD: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::jpeg_payload::{JpegFrame, Sampling};
    use std::thread;

    /// Something as smooth as a photograph, with colours and some texture.
    fn pixels(width: u16, height: u16) -> Vec<u8> {
        let wave = |x: f64, y: f64, a: f64, b: f64| (x / a).sin() + (y / b).cos();
        let places =
            (0..height).flat_map(|y| (0..width).map(move |x| (f64::from(x), f64::from(y))));
        let shade = |value: f64| format!("{:.0}", value.clamp(0.0, 255.0)).parse::<u8>().unwrap();
        let pixel = |(x, y): (f64, f64)| {
            let texture = 6.0 * wave(x, y, 1.9, 2.3);
            let light = 128.0 + 40.0 * wave(x, y, 31.0, 47.0) + texture;
            [
                shade(light + 20.0 * wave(x, y, 53.0, 37.0)),
                shade(light),
                shade(light + 20.0 * wave(x, y, 41.0, 29.0)),
            ]
        };
        places.flat_map(pixel).collect()
    }

    fn jpeg(
        change: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
        size: (u16, u16),
        of: ColorType,
    ) -> Vec<u8> {
        let (mut jpeg, mut pixels) = (Vec::new(), pixels(size.0, size.1));
        match of {
            ColorType::Luma => pixels = pixels.chunks(3).map(|pixel| pixel[1]).collect(),
            ColorType::Cmyk | ColorType::CmykAsYcck => {
                let inks = |pixel: &[u8]| [255 - pixel[0], 255 - pixel[1], 255 - pixel[2], 0];
                pixels = pixels.chunks(3).flat_map(inks).collect();
            }
            ColorType::Rgb
            | ColorType::Rgba
            | ColorType::Bgr
            | ColorType::Bgra
            | ColorType::Ycbcr
            | ColorType::Ycck => {}
        }
        let mut encoder = Encoder::new(&mut jpeg, 85);
        encoder.set_sampling_factor(SamplingFactor::F_1_1);
        change(&mut encoder);
        encoder.encode(&pixels, size.0, size.1, of).unwrap();
        jpeg
    }

    /// How near two pictures are, in decibels.
    fn psnr(one: &Picture, other: &Picture) -> f64 {
        assert_eq!((one.width, one.height), (other.width, other.height));
        let channels = |picture: &Picture| -> Vec<f64> {
            picture.pixels.iter().flat_map(|pixel| pixel.to_be_bytes()).map(f64::from).collect()
        };
        let (one, other) = (channels(one), channels(other));
        let squares: f64 = one.iter().zip(&other).map(|(a, b)| (a - b).powi(2)).sum();
        let count = f64::from(u32::try_from(one.len() / 4 * 3).unwrap());
        10.0 * (255.0_f64.powi(2) * count / squares).log10()
    }

    fn flaw_of(jpeg: &[u8]) -> CannotCarry {
        JpegFrame::of(jpeg).unwrap_err()
    }

    #[test]
    fn what_rtp_cannot_carry_becomes_baseline_and_stays_the_same_picture() {
        let none = |_: &mut Encoder<&mut Vec<u8>>| ();
        let sampled =
            |factor| move |encoder: &mut Encoder<&mut Vec<u8>>| encoder.set_sampling_factor(factor);
        let rgb = ColorType::Rgb;
        let size = (93, 70);
        for (what, original) in [
            ("4:4:4", jpeg(none, size, rgb)),
            ("4:4:0", jpeg(sampled(SamplingFactor::F_1_2), size, rgb)),
            ("4:1:1", jpeg(sampled(SamplingFactor::F_4_1), size, rgb)),
            ("grey", jpeg(none, size, ColorType::Luma)),
            ("CMYK", jpeg(none, size, ColorType::Cmyk)),
            ("YCCK", jpeg(none, size, ColorType::CmykAsYcck)),
            ("progressive", jpeg(|encoder| encoder.set_progressive(true), size, rgb)),
            ("three scans", jpeg(|encoder| encoder.set_optimized_huffman_tables(true), size, rgb)),
            ("restart markers", jpeg(|encoder| encoder.set_restart_interval(3), size, rgb)),
            ("one pixel", jpeg(none, (1, 1), rgb)),
            ("one row", jpeg(none, (40, 1), rgb)),
        ] {
            let recoder = Recoder::default();
            let anew = recoder.recoded(&original, flaw_of(&original)).unwrap();
            let frame = JpegFrame::of(&anew).unwrap();
            assert_eq!((frame.sampling(), frame.is_recoded()), (Sampling::Yuv420, false), "{what}");
            let near = psnr(&Picture::decode(&original).unwrap(), &Picture::decode(&anew).unwrap());
            assert!(near >= 38.0, "{what}: {near:.1} dB");
        }
    }

    #[test]
    fn a_frame_is_coded_once_for_all_who_want_it() {
        let (recoder, jpeg) = (Recoder::default(), jpeg(|_| (), (320, 240), ColorType::Rgb));
        let ask = || recoder.recoded(&jpeg, flaw_of(&jpeg)).unwrap();
        let all: Vec<Arc<[u8]>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(all.iter().all(|one| Arc::ptr_eq(one, &ask())));
    }

    #[test]
    fn the_oldest_make_room() {
        let mut kept = Kept::default();
        for number in 0..1000 {
            kept.frames.insert((number, 0), Arc::default());
            kept.keep((number, 0), 1 << 20);
        }
        assert_eq!((kept.frames.len(), kept.made.len()), (63, 63));
        assert!(kept.frames.contains_key(&(999, 0)) && kept.bytes <= MOST_BYTES);
    }

    #[test]
    fn what_is_damaged_too_large_or_to_be_left_alone_keeps_its_flaw() {
        let original = jpeg(|_| (), (64, 48), ColorType::Rgb);
        let recoder = Recoder::default();
        let flaw = flaw_of(&original);
        assert_eq!(Recoder::new(false).recoded(&original, flaw.clone()), Err(flaw.clone()));
        let cut = &original[..300];
        assert_eq!(recoder.recoded(cut, flaw.clone()), Err(flaw));
        let wide = jpeg(|encoder| encoder.set_progressive(true), (2048, 8), ColorType::Rgb);
        let size = CannotCarry::Size { width: 2048, height: 8 };
        assert!(matches!(flaw_of(&wide), CannotCarry::Coding { .. }));
        assert_eq!(recoder.recoded(&wide, flaw_of(&wide)), Err(size.clone()));
        assert_eq!(recoder.recoded(&original, size.clone()), Err(size));
    }
}
