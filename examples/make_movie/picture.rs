//! A picture of the movie: rows of pixels, and the JPEG made of them.

use jpeg_encoder::{Encoder, EncodingError, ImageBuffer, JpegColorType};
use jpeg_encoder::{QuantizationTableType, SamplingFactor, rgb_to_ycbcr};

use crate::vector::Colour;

/// Pixels in a row.
pub(crate) const WIDTH: usize = 384;

/// Rows in a picture.
pub(crate) const HEIGHT: usize = 288;

/// The step in which the mean of a block of 8x8 pixels is kept, in eighths of a shade. With this
/// one the blocks of a plain sky do not show.
const FINEST_STEP: f64 = 10.0;

/// Red, green and blue, 0 to 255.
pub(crate) type Pixel = [u8; 3];

/// The pixels of a picture.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pixels: Vec<Pixel>,
}

impl Picture {
    /// The picture with these colours (0 to 1), asked for by column and row.
    pub(crate) fn from_pixels(colour_at: impl Fn(usize, usize) -> Colour) -> Self {
        let positions = (0..HEIGHT).flat_map(|row| (0..WIDTH).map(move |column| (column, row)));
        let pixels = positions.map(|(column, row)| pixel(colour_at(column, row))).collect();
        Self { pixels }
    }

    /// The pixel at a place, if the place is inside the picture.
    pub(crate) fn pixel_mut(&mut self, column: usize, row: usize) -> Option<&mut Pixel> {
        if column < WIDTH { self.pixels.get_mut(row * WIDTH + column) } else { None }
    }

    /// The picture as a baseline JPEG with the standard Huffman tables, colours at half size.
    ///
    /// The coarser, the fewer bytes.
    pub(crate) fn to_jpeg(&self, coarseness: u8) -> Result<Vec<u8>, EncodingError> {
        let steps = QuantizationTableType::Custom(Box::new(steps(coarseness)));
        let mut jpeg = Vec::new();
        // The quality would be that of the encoder's own steps.
        let mut encoder = Encoder::new(&mut jpeg, 100);
        encoder.set_quantization_tables(steps.clone(), steps);
        encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
        encoder.set_optimized_huffman_tables(false);
        encoder.encode_image(self)?;
        Ok(jpeg)
    }

    /// The pixel at a place; outside the picture it is black.
    fn pixel(&self, column: usize, row: usize) -> Pixel {
        self.pixels.get(row * WIDTH + column).copied().unwrap_or_default()
    }

    /// The mean of the square of four pixels that share one colour in the JPEG.
    fn shared_pixel(&self, column: usize, row: usize) -> Pixel {
        let (left, top) = (column & !1, row & !1);
        let four = [(left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)];
        let four = four.map(|(column, row)| self.pixel(column, row).map(u16::from));
        let sum = |channel: fn(&[u16; 3]) -> u16| four.iter().map(channel).sum::<u16>();
        [sum(|[red, _, _]| *red), sum(|[_, green, _]| *green), sum(|[_, _, blue]| *blue)]
            .map(|sum| ((sum + 2) / 4) as u8)
    }
}

/// The encoder takes every other pixel's colour, of every other row: each has the mean of its
/// square.
impl ImageBuffer for &Picture {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        WIDTH as u16
    }

    fn height(&self) -> u16 {
        HEIGHT as u16
    }

    fn fill_buffers(&self, row: u16, [brightness, blueness, redness, _]: &mut [Vec<u8>; 4]) {
        for column in 0..WIDTH {
            let [red, green, blue] = self.pixel(column, row.into());
            brightness.push(rgb_to_ycbcr(red, green, blue).0);
            let [red, green, blue] = self.shared_pixel(column, row.into());
            let (_, blue, red) = rgb_to_ycbcr(red, green, blue);
            blueness.push(blue);
            redness.push(red);
        }
    }
}

/// In which steps the 64 waves are kept that a block of 8x8 pixels is made of, row by row.
///
/// Long waves are the sky, where steps would be seen; the shorter a wave, the coarser it may be.
fn steps(coarseness: u8) -> [u16; 64] {
    std::array::from_fn(|index| {
        let (across, down) = ((index % 8) as f64, (index / 8) as f64);
        let waves = (across * across + down * down).sqrt();
        (FINEST_STEP + f64::from(coarseness) / 10.0 * waves).round() as u16
    })
}

/// The bytes of a colour. A screen shows about the square of a byte, hence the square root.
fn pixel(colour: Colour) -> Pixel {
    let byte = |amount: f64| (amount.max(0.0).sqrt() * 255.0).round() as u8;
    [byte(colour.x), byte(colour.y), byte(colour.z)]
}
