//! A picture of the film: rows of pixels, and the JPEG made of them.

use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, EncodingError, SamplingFactor};

use crate::vector::Colour;

/// Pixels in a row.
pub(crate) const WIDTH: usize = 384;

/// Rows in a picture.
pub(crate) const HEIGHT: usize = 288;

/// The JPEG quality, 1 to 100. With this one the blocks do not show, and a frame has 11 to 14
/// kilobytes: small enough to be sent in a single UDP datagram.
const QUALITY: u8 = 60;

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
    pub(crate) fn to_jpeg(&self) -> Result<Vec<u8>, EncodingError> {
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, QUALITY);
        encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
        encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
        encoder.set_optimized_huffman_tables(false);
        let bytes = self.pixels.as_flattened();
        encoder.encode(bytes, WIDTH as u16, HEIGHT as u16, ColorType::Rgb)?;
        Ok(jpeg)
    }
}

/// The bytes of a colour. A screen shows about the square of a byte, hence the square root.
fn pixel(colour: Colour) -> Pixel {
    let byte = |amount: f64| (amount.max(0.0).sqrt() * 255.0).round() as u8;
    [byte(colour.x), byte(colour.y), byte(colour.z)]
}
