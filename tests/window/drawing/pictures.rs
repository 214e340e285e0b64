//! Pictures of the window as PNG files: reading, writing, comparing.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use crate::harness::tests;
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Filter};

tests![what_is_written_can_be_read, three_steps_are_alike_and_four_are_not,];

/// A picture of a window; each pixel is `0x00RRGGBB`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Shot {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<u32>,
}

impl Shot {
    /// Reads a PNG of three bytes a pixel; in words why it can't.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let file = fs::read(path).map_err(|error| error.to_string())?;
        let mut reader =
            Decoder::new(Cursor::new(file)).read_info().map_err(|error| error.to_string())?;
        let mut data = vec![0; reader.output_buffer_size().ok_or("it is too large")?];
        let info = reader.next_frame(&mut data).map_err(|error| error.to_string())?;
        if (info.color_type, info.bit_depth) != (ColorType::Rgb, BitDepth::Eight) {
            return Err("it is no PNG of three bytes a pixel".to_owned());
        }
        let pixel = |rgb: &[u8]| u32::from_be_bytes([0, rgb[0], rgb[1], rgb[2]]);
        let pixels = data.chunks_exact(3).map(pixel).collect();
        Ok(Self { width: info.width as usize, height: info.height as usize, pixels })
    }

    /// Writes a PNG, as small as it gets.
    pub(crate) fn write(&self, path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let (width, height) = (self.width.try_into().unwrap(), self.height.try_into().unwrap());
        let mut encoder = Encoder::new(fs::File::create(path).unwrap(), width, height);
        encoder.set_color(ColorType::Rgb);
        encoder.set_compression(Compression::High);
        encoder.set_filter(Filter::NoFilter);
        let data: Vec<u8> = self.pixels.iter().copied().flat_map(channels).collect();
        encoder.write_header().unwrap().write_image_data(&data).unwrap();
    }

    /// How many pixels another picture of the same size has otherwise.
    pub(crate) fn pixels_unlike(&self, other: &Self) -> usize {
        // Most pictures are the same, and a whole is compared in a hundredth of the time of its pixels.
        if self.pixels == other.pixels {
            return 0;
        }
        self.pixels.iter().zip(&other.pixels).filter(|(one, two)| !alike(**one, **two)).count()
    }

    /// Red is what another picture of the same size has otherwise; all else is dark.
    pub(crate) fn difference(&self, other: &Self) -> Self {
        let shade = |(&one, &two)| if alike(one, two) { one >> 2 & 0x3F_3F3F } else { 0xFF_0000 };
        let pixels = self.pixels.iter().zip(&other.pixels).map(shade).collect();
        Self { pixels, ..*self }
    }
}

/// Within three steps in each channel: another machine may round otherwise.
fn alike(one: u32, two: u32) -> bool {
    channels(one).into_iter().zip(channels(two)).all(|(one, two)| one.abs_diff(two) <= 3)
}

fn channels(pixel: u32) -> [u8; 3] {
    let [_, channels @ ..] = pixel.to_be_bytes();
    channels
}

fn what_is_written_can_be_read() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("written.png");
    let shot = Shot { width: 2, height: 2, pixels: vec![0, 0xFF_FFFF, 0x12_3456, 0xFE_0000] };
    shot.write(&path);
    assert!(Shot::read(&path).unwrap() == shot);
    fs::write(&path, "no PNG").unwrap();
    assert!(Shot::read(&path).is_err());
}

fn three_steps_are_alike_and_four_are_not() {
    let shot = |pixel| Shot { width: 1, height: 1, pixels: vec![pixel] };
    for (pixel, unlike) in [(0x10_2030, 0), (0x13_2030, 0), (0x14_2030, 1), (0x10_202C, 1)] {
        assert_eq!(shot(0x10_2030).pixels_unlike(&shot(pixel)), unlike, "{pixel:06x}");
    }
    assert_eq!(shot(0x10_2030).difference(&shot(0x10_2430)).pixels, [0xFF_0000]);
}
