//! Where the entropy-coded data ends (ITU-T T.81 section B.1.1.5).

use super::cannot_carry::{CannotCarry, damaged};
use crate::jpeg::walk::{EOI, RST0};

/// The entropy-coded data at the beginning of `data`, which is what stands in the file from `start`
/// on: `FF 00` is a byte of it, and restart markers belong to it.
///
/// # Errors
/// Something else than the end of the image follows, or there is no data.
pub(super) fn scan_of(data: &[u8], start: usize, has_restarts: bool) -> Result<&[u8], CannotCarry> {
    let mut end = 0;
    loop {
        let rest = data.get(end..).unwrap_or_default();
        end += marker_position(rest);
        let marker = data.get(end..).unwrap_or_default();
        let fill = marker.iter().take_while(|&&byte| byte == 0xFF).count();
        match marker.get(fill) {
            None | Some(&EOI) => break,
            Some(RST0..=RST7) if has_restarts => end += fill + 1,
            Some(RST0..=RST7) => {
                return Err(damaged(start + end, "a restart marker", "none: there is no DRI"));
            }
            Some(0x00) => return Err(damaged(start + end, "FF FF 00", "a marker")),
            Some(_) => return Err(CannotCarry::Scans { offset: start + end }),
        }
    }
    let scan = data.get(..end).unwrap_or(data);
    if scan.is_empty() { Err(damaged(start, "nothing", "the data of the scan")) } else { Ok(scan) }
}

/// Where the first FF without a 00 after it is; the length, if there is none.
///
/// A block is looked at as a whole, so that the compiler can compare many bytes in one go: this is
/// most of the work for a frame.
fn marker_position(data: &[u8]) -> usize {
    let is_marker = |(&byte, &code): (&u8, &u8)| byte == 0xFF && code != 0x00;
    let codes = data.get(1..).unwrap_or_default();
    let blocks = data.chunks(BLOCK).zip(codes.chunks(BLOCK));
    let without = blocks.take_while(|(bytes, codes)| {
        bytes.iter().zip(*codes).fold(0, |found, pair| found | u8::from(is_marker(pair))) == 0
    });
    let before = (BLOCK * without.count()).min(codes.len());
    let pairs = data.iter().zip(codes).skip(before);
    let end = before + pairs.take_while(|&pair| !is_marker(pair)).count();
    // Without a marker it stands at the last byte, which may be the FF of one that is cut.
    if data.get(end) == Some(&0xFF) { end } else { data.len() }
}

/// How many bytes are looked at together.
const BLOCK: usize = 64;
/// The last of the restart markers (ITU-T T.81 table B.1).
const RST7: u8 = 0xD7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_found_wherever_they_are() {
        for length in 0..200 {
            let mut data = vec![7; length];
            assert_eq!(marker_position(&data), length);
            for place in 0..length {
                data[place] = 0xFF;
                assert_eq!(marker_position(&data), place, "{place} of {length}");
                if let Some(code) = data.get_mut(place + 1) {
                    *code = 0;
                    assert_eq!(marker_position(&data), length, "{place} of {length}");
                    data[place + 1] = 7;
                }
                data[place] = 7;
            }
        }
    }
}
