//! What has to be known of the inside of a JPEG (ITU-T T.81).

pub mod bits;
pub mod huffman;
pub mod walk;
