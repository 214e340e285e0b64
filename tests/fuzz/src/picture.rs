//! A JPEG to pixels.

use rtsp_lab::picture::{MAX_PIXELS, Picture};

/// The bytes as a JPEG.
pub fn run(data: &[u8]) {
    match Picture::decode(data) {
        Ok(picture) => {
            assert!(!picture.pixels.is_empty());
            assert_eq!(picture.pixels.len(), picture.width * picture.height);
            assert!(picture.pixels.len() <= MAX_PIXELS);
            assert!(picture.pixels.iter().all(|pixel| pixel >> 24 == 0));
        }
        Err(error) => assert!(error.to_string().starts_with("decode JPEG: ")),
    }
}
