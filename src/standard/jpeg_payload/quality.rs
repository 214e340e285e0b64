//! How finely a JPEG of any kind is quantised, for one that is to be coded anew (ITU-T T.81 section B.2).

use super::cannot_carry::CannotCarry;
use super::jpeg::MOST_PIXELS;
use crate::jpeg::walk::{DHT, SOF0, SOF15, SOS};

/// What a frame's headers say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quality {
    /// For luma and for chroma, row by row.
    pub tables: [Box<[u16; 64]>; 2],
}

impl Quality {
    /// Reads the headers before the first scan; `None` if something is missing there.
    ///
    /// # Errors
    /// The picture is larger than a header of RFC 2435 can say.
    pub fn of(jpeg: &[u8]) -> Result<Option<Self>, CannotCarry> {
        let (mut rest, mut parts) = (jpeg, Parts::default());
        while let Some((marker, body, after)) = segment(rest) {
            match marker {
                SOS => break,
                DQT => parts.take_tables(body),
                SOF0..=SOF15 if !NO_FRAMES.contains(&marker) => parts.take_frame_header(body),
                _ => {}
            }
            rest = after;
        }
        let Parts { width, height, .. } = parts;
        if width > MOST_PIXELS || height > MOST_PIXELS {
            return Err(CannotCarry::Size { width, height });
        }
        Ok(parts.tables().map(|tables| Self { tables }))
    }
}

/// What has been defined before the scan begins.
#[derive(Default)]
struct Parts {
    width: u16,
    height: u16,
    tables: [Option<[u16; 64]>; 4],
    /// The number of each component's table.
    used: Vec<u8>,
}

impl Parts {
    /// Precision and number in one byte, then the values in zig-zag order.
    fn take_tables(&mut self, mut body: &[u8]) {
        while let Some((&head, rest)) = body.split_first() {
            let bytes = if head >> 4 == 0 { 1 } else { 2 };
            let Some((values, after)) = rest.split_at_checked(64 * bytes) else { return };
            let mut table = [1; 64];
            for (value, place) in values.chunks(bytes).zip(ZIGZAG) {
                let value = value.iter().fold(0, |value, byte| value << 8 | u16::from(*byte));
                if let Some(entry) = table.get_mut(usize::from(place)) {
                    // Baseline has 8 bits. What is coarser than that becomes finer.
                    *entry = value.clamp(1, 255);
                }
            }
            if let Some(slot) = self.tables.get_mut(usize::from(head & 0x0F)) {
                *slot = Some(table);
            }
            body = after;
        }
    }

    fn take_frame_header(&mut self, body: &[u8]) {
        let Some((&[_, h1, h0, w1, w0, _], components)) = body.split_first_chunk() else { return };
        (self.width, self.height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
        self.used = components.chunks_exact(3).filter_map(|part| part.last().copied()).collect();
    }

    /// The first component's table, and of the others' the finest value at each place. Red, green and blue
    /// are all luma, more or less.
    fn tables(&self) -> Option<[Box<[u16; 64]>; 2]> {
        let table = |number: &u8| *self.tables.get(usize::from(*number))?;
        let (first, others) = self.used.split_first()?;
        let luma = table(first)?;
        let finest = |one: [u16; 64], other: [u16; 64]| {
            let mut finest = one;
            finest.iter_mut().zip(other).for_each(|(value, other)| *value = (*value).min(other));
            finest
        };
        let chroma = others.iter().filter_map(table).reduce(finest).unwrap_or(luma);
        Some([Box::new(luma), Box::new(chroma)])
    }
}

/// The next marker with its body, and what comes after it.
fn segment(jpeg: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let mut rest = jpeg;
    loop {
        let at = rest.iter().position(|byte| *byte == 0xFF)?;
        rest = rest.get(at..)?;
        let fill = rest.iter().take_while(|byte| **byte == 0xFF).count();
        let (&marker, after) = rest.get(fill..)?.split_first()?;
        // These have no body.
        if matches!(marker, 0x00 | 0x01 | 0xD0..=0xD9) {
            rest = after;
            continue;
        }
        let (length, _) = after.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes(*length)).max(2);
        return Some((marker, after.get(2..length)?, after.get(length..)?));
    }
}

/// Where the values of a table stand, row by row (ITU-T T.81 figure A.6).
#[rustfmt::skip]
const ZIGZAG: [u8; 64] = [
    0,
    1, 8,
    16, 9, 2,
    3, 10, 17, 24,
    32, 25, 18, 11, 4,
    5, 12, 19, 26, 33, 40,
    48, 41, 34, 27, 20, 13, 6,
    7, 14, 21, 28, 35, 42, 49, 56,
    57, 50, 43, 36, 29, 22, 15,
    23, 30, 37, 44, 51, 58,
    59, 52, 45, 38, 31,
    39, 46, 53, 60,
    61, 54, 47,
    55, 62,
    63,
];
/// Codes of markers (ITU-T T.81 table B.1).
const DQT: u8 = 0xDB;
/// Those that stand between those of frame headers and are none.
const NO_FRAMES: [u8; 3] = [DHT, 0xC8, 0xCC];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::jpeg_payload::interchange::Interchange;
    use crate::standard::jpeg_payload::samples::{jpeg_of_quality, position};

    /// Back to the order of a file.
    fn zigzag(table: &[u16; 64]) -> [u8; 64] {
        ZIGZAG.map(|place| u8::try_from(table[usize::from(place)]).unwrap())
    }

    #[test]
    fn the_tables_are_those_of_the_file() {
        for quality in [1, 30, 80, 100] {
            let jpeg = jpeg_of_quality(quality, (16, 8), |encoder| encoder.set_progressive(false));
            let found = Quality::of(&jpeg).unwrap().unwrap();
            let parts = Interchange::decode(&jpeg).unwrap();
            assert_eq!(
                found.tables.each_ref().map(|table| zigzag(table)),
                parts.quantisation.map(|table| *table)
            );
        }
    }

    #[test]
    fn tables_of_16_bits_are_read_and_what_is_too_coarse_becomes_finer() {
        let jpeg = jpeg_of_quality(50, (16, 8), |_| ());
        let at = position(&jpeg, 0xDB);
        let wide = jpeg[at + 4..at + 68].iter().flat_map(|value| [u8::from(*value > 100), *value]);
        let mut changed = jpeg[..at].to_vec();
        changed.extend([0xDB, 0, 131, 0x10]);
        changed.extend(wide);
        changed.extend(&jpeg[at + 68..]);
        let found = Quality::of(&changed).unwrap().unwrap();
        let expected =
            jpeg[at + 4..at + 68].iter().map(|value| if *value > 100 { 255 } else { *value });
        assert!(zigzag(&found.tables[0]).into_iter().eq(expected));
    }

    #[test]
    fn of_two_chroma_tables_the_finer_values_count() {
        let jpeg = jpeg_of_quality(50, (16, 8), |_| ());
        let sof = position(&jpeg, 0xC0);
        let mut third = [0xFF, 0xDB, 0, 67, 2].to_vec();
        third.extend([40; 64]);
        let mut changed = [&jpeg[..sof - 1], &third, &jpeg[sof - 1..]].concat();
        changed[sof + third.len() + 17] = 2;
        let found = Quality::of(&changed).unwrap().unwrap();
        let chroma = Interchange::decode(&jpeg).unwrap().quantisation[1].map(|value| value.min(40));
        assert_eq!(zigzag(&found.tables[1]), chroma);
    }

    #[test]
    fn what_is_too_large_or_cut_is_told() {
        let mut jpeg = jpeg_of_quality(50, (16, 8), |_| ());
        let sof = position(&jpeg, 0xC0);
        for cut in 0..sof + 10 {
            assert_eq!(Quality::of(&jpeg[..cut]), Ok(None), "{cut}");
        }
        jpeg[sof + 4..sof + 8].copy_from_slice(&[0x10, 0, 0, 16]);
        assert_eq!(Quality::of(&jpeg), Err(CannotCarry::Size { width: 16, height: 4096 }));
    }
}
