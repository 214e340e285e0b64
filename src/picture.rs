//! A JPEG to pixels, in one function. Python: PIL's `Image.open` and `ImageTk.PhotoImage`.

use std::{fmt, io};

use jpeg_decoder::{CodingProcess, Decoder, ImageInfo, PixelFormat};

/// A decoded frame: rows from the top, pixels from the left, each `0x00RRGGBB`.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` pixels.
    pub pixels: Vec<u32>,
}

impl Picture {
    /// Decodes one JPEG: grey, YCbCr with any sampling, RGB or CMYK, baseline or progressive.
    ///
    /// # Errors
    /// The data is no JPEG, is damaged, or has more than [`MAX_PIXELS`] or [`MAX_SIDE`].
    pub fn decode(jpeg: &[u8]) -> Result<Self, PictureError> {
        // The decoder refuses a frame without the last two bytes, which many cameras leave out.
        let end: &[u8] = if jpeg.ends_with(EOI) { b"" } else { EOI };
        let mut decoder = Decoder::new(io::Read::chain(jpeg, end));
        decoder.set_max_decoding_buffer_size(MAX_BYTES);
        decoder.read_info().map_err(PictureError::Jpeg)?;
        let info = decoder.info().ok_or(PictureError::Size { expected: 1, found: 0 })?;
        let (width, height) = (usize::from(info.width), usize::from(info.height));
        // The decoder checks its own limit only when all the work is done, and counts rows in 16
        // bits.
        if width * height > MAX_PIXELS || width.max(height) > MAX_SIDE || work(info) > MAX_WORK {
            return Err(PictureError::TooLarge { width, height });
        }
        if visits(jpeg, info) > MAX_VISITS {
            return Err(PictureError::TooManyScans { scans: scans(jpeg) });
        }
        let data = decoder.decode().map_err(PictureError::Jpeg)?;
        // For a progressive one the decoder keeps the coefficients too, which are as large again.
        drop(decoder);
        let pixels = to_pixels(&data, info.pixel_format);
        if pixels.len() != width * height || pixels.is_empty() {
            return Err(PictureError::Size { expected: width * height, found: pixels.len() });
        }
        Ok(Self { width, height, pixels })
    }
}

/// Without the pixels, which are too many to print.
impl fmt::Debug for Picture {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Picture({}x{})", self.width, self.height)
    }
}

/// A frame that can't be shown.
#[derive(Debug)]
pub enum PictureError {
    /// The decoder's own words.
    Jpeg(jpeg_decoder::Error),
    /// It has more than [`MAX_PIXELS`], or than [`MAX_SIDE`] in a row or column.
    TooLarge {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// To go over the picture so often would take too long.
    TooManyScans {
        /// How many there are.
        scans: usize,
    },
    /// The decoder yielded another number of pixels than the header announces.
    Size {
        /// Width times height.
        expected: usize,
        /// What came.
        found: usize,
    },
}

impl fmt::Display for PictureError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jpeg(error) => write!(out, "decode JPEG: {error}"),
            Self::TooLarge { width, height } => write!(
                out,
                "decode JPEG: expected at most {MAX_PIXELS} pixels, {MAX_SIDE} in a row or column, \
                 found {width}x{height}"
            ),
            Self::TooManyScans { scans } => write!(
                out,
                "decode JPEG: expected scans of {MAX_VISITS} blocks in all, found {scans} scans"
            ),
            Self::Size { expected, found } => {
                write!(out, "decode JPEG: expected {expected} pixels, found {found}")
            }
        }
    }
}

impl std::error::Error for PictureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Jpeg(error) => Some(error),
            Self::TooLarge { .. } | Self::TooManyScans { .. } | Self::Size { .. } => None,
        }
    }
}

/// The bytes that the decoder works on: samples, and pixels, and in between the coefficients of a
/// progressive one.
fn work(info: ImageInfo) -> usize {
    let samples =
        usize::from(info.width) * usize::from(info.height) * info.pixel_format.pixel_bytes();
    match info.coding_process {
        CodingProcess::DctSequential | CodingProcess::Lossless => 2 * samples,
        CodingProcess::DctProgressive => 4 * samples,
    }
}

/// How many blocks the decoder looks at, or less: each scan may go over all of them, and none needs to
/// have data for them.
fn visits(jpeg: &[u8], info: ImageInfo) -> usize {
    let blocks = |pixels: u16| usize::from(pixels).div_ceil(8);
    scans(jpeg) * blocks(info.width) * blocks(info.height) * info.pixel_format.pixel_bytes()
}

/// How many scans there are, or less: in their data these two bytes can't stand.
fn scans(jpeg: &[u8]) -> usize {
    jpeg.windows(SOS.len()).filter(|bytes| *bytes == SOS).count()
}

fn to_pixels(data: &[u8], format: PixelFormat) -> Vec<u32> {
    data.chunks_exact(format.pixel_bytes()).map(to_pixel).collect()
}

/// The length tells the format: 1 and 2 bytes are grey, 3 are RGB, 4 are CMYK.
fn to_pixel(bytes: &[u8]) -> u32 {
    match *bytes {
        [grey] => rgb(grey, grey, grey),
        [first, second] => {
            let [_, grey] = u16::from_ne_bytes([first, second]).to_le_bytes();
            rgb(grey, grey, grey)
        }
        [red, green, blue] => rgb(red, green, blue),
        [cyan, magenta, yellow, black] => from_cmyk([cyan, magenta, yellow, black]),
        _ => 0,
    }
}

fn rgb(red: u8, green: u8, blue: u8) -> u32 {
    u32::from_be_bytes([0, red, green, blue])
}

/// 0 is no ink.
fn from_cmyk([cyan, magenta, yellow, black]: [u8; 4]) -> u32 {
    let shade = |ink: u8| (255 - u32::from(ink)) * (255 - u32::from(black)) / 255;
    shade(cyan) << 16 | shade(magenta) << 8 | shade(yellow)
}

/// Start of scan.
const SOS: &[u8] = b"\xFF\xDA";
/// End of image.
const EOI: &[u8] = b"\xFF\xD9";
/// The most pixels of one picture: 3840x2160, 32 MiB as the window has them.
pub const MAX_PIXELS: usize = 3840 * 2160;
/// The most in one row, and in one column.
pub const MAX_SIDE: usize = 16_384;
/// The most bytes that the decoder may work on: 3840x2160 fits in colour, and progressive.
const MAX_WORK: usize = 100 << 20;
/// The most blocks that it may look at. Progressive pictures have about ten scans: of 3840x2160 without
/// subsampling that is half of it.
const MAX_VISITS: usize = 8 << 20;
/// The same as the decoder has them: four bytes each in CMYK.
const MAX_BYTES: usize = 4 * MAX_PIXELS;

#[cfg(test)]
mod tests {
    use super::*;
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    const RED: [u8; 3] = [200, 30, 40];

    fn encoded(color: ColorType, pixel: &[u8], sampling: SamplingFactor) -> Vec<u8> {
        let (mut jpeg, pixels) = (Vec::new(), pixel.repeat(16 * 8));
        let mut encoder = Encoder::new(&mut jpeg, 95);
        encoder.set_sampling_factor(sampling);
        encoder.encode(&pixels, 16, 8, color).unwrap();
        jpeg
    }

    /// Each channel within a few steps: JPEG rounds.
    fn assert_colour(picture: &Picture, expected: [u8; 3]) {
        assert_eq!((picture.width, picture.height), (16, 8));
        for pixel in &picture.pixels {
            let [zero, channels @ ..] = pixel.to_be_bytes();
            assert_eq!(zero, 0);
            for (found, expected) in channels.iter().zip(expected) {
                assert!(found.abs_diff(expected) <= 4, "{channels:?} for {expected:?}");
            }
        }
    }

    /// The movie of the Python lab: 4:4:4, component ids 0, 1, 2, and no JFIF marker.
    fn as_the_labs_movie(mut jpeg: Vec<u8>) -> Vec<u8> {
        assert_eq!(jpeg[2..4], [0xFF, 0xE0], "an APP0 segment comes first");
        let app0 = 2 + usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]));
        jpeg.drain(2..2 + app0);
        let sof = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
        let sos = jpeg.windows(2).position(|marker| marker == [0xFF, 0xDA]).unwrap();
        for id in 0..3 {
            jpeg[sof + 10 + 3 * usize::from(id)] = id;
            jpeg[sos + 5 + 2 * usize::from(id)] = id;
        }
        jpeg
    }

    #[test]
    fn every_sampling_has_the_right_colours() {
        for sampling in [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_2_2] {
            let jpeg = encoded(ColorType::Rgb, &RED, sampling);
            assert_colour(&Picture::decode(&jpeg).unwrap(), RED);
        }
    }

    #[test]
    fn the_movie_of_the_python_lab_has_the_right_colours() {
        let jpeg = as_the_labs_movie(encoded(ColorType::Rgb, &RED, SamplingFactor::F_1_1));
        assert_colour(&Picture::decode(&jpeg).unwrap(), RED);
    }

    #[test]
    fn grey_and_cmyk_have_the_right_colours() {
        let grey = encoded(ColorType::Luma, &[77], SamplingFactor::F_1_1);
        assert_colour(&Picture::decode(&grey).unwrap(), [77; 3]);
        assert_eq!(from_cmyk([0, 0, 0, 0]), 0x00FF_FFFF);
        assert_eq!(from_cmyk([0, 255, 255, 0]), 0x00FF_0000);
        assert_eq!(from_cmyk([0, 0, 0, 255]), 0);
    }

    #[test]
    fn a_missing_end_is_no_damage_nor_is_junk_after_it() {
        let jpeg = encoded(ColorType::Rgb, &RED, SamplingFactor::F_2_2);
        let whole = Picture::decode(&jpeg).unwrap();
        assert_eq!(Picture::decode(&jpeg[..jpeg.len() - 2]).unwrap(), whole);
        assert_eq!(Picture::decode(&[&jpeg[..], b"junk"].concat()).unwrap(), whole);
    }

    #[test]
    fn a_picture_in_scans_is_decoded_unless_they_have_no_end() {
        let (mut jpeg, size) = (Vec::new(), 16 * 8);
        let mut encoder = Encoder::new(&mut jpeg, 95);
        encoder.set_progressive_scans(20);
        encoder.encode(&RED.repeat(size), 16, 8, ColorType::Rgb).unwrap();
        assert_colour(&Picture::decode(&jpeg).unwrap(), RED);
        let sof = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC2]).unwrap();
        jpeg[sof + 5..sof + 9]
            .copy_from_slice(&[2160_u16.to_be_bytes(), 3840_u16.to_be_bytes()].concat());
        let last = jpeg.windows(2).rposition(|marker| marker == SOS).unwrap();
        let scan = jpeg[last..jpeg.len() - 2].to_vec();
        jpeg.splice(last..last, scan.repeat(3000));
        let error = Picture::decode(&jpeg).unwrap_err().to_string();
        assert!(error.contains("found 30"), "{error}");
    }

    #[test]
    fn damage_is_an_error_and_no_panic() {
        let jpeg = encoded(ColorType::Rgb, &RED, SamplingFactor::F_2_2);
        let sof = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
        let mut bomb = jpeg.clone();
        bomb[sof + 5..sof + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
        let mut column = jpeg.clone();
        column[sof + 5..sof + 9].copy_from_slice(&[0xFF, 0xFF, 0, 1]);
        for data in [&b""[..], b"\xFF\xD8", b"text", &jpeg[..sof], &bomb, &column] {
            let error = Picture::decode(data).unwrap_err().to_string();
            assert!(error.starts_with("decode JPEG: "), "{error}");
        }
    }
}
