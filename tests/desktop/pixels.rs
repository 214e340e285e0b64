//! The screen of an Xvfb, which it keeps in a file. Reading the file is cheap, whereas a program
//! that asks for a picture would cost more than everything else that a test does.

use std::fs;
use std::path::Path;

use super::places::Area;

/// The pixels of a part of the screen, four bytes each: blue, green, red, nothing. `None` if it has
/// no such part.
///
/// The file is an X window dump: 25 numbers of four bytes, the most significant first, the name, a
/// table of colours of twelve bytes each, then the rows.
pub(super) fn pixels(file: &Path, part: Area) -> Option<Vec<u8>> {
    let dump = fs::read(file).ok()?;
    let number = |index: usize| {
        let bytes = dump.get(4 * index..4 * index + 4)?;
        usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
    };
    let (header, line, colours) = (number(0)?, number(12)?, number(19)?);
    let (width, height) = (number(4)?, number(5)?);
    let coordinate = |value: i32| usize::try_from(value).ok();
    let (x, y) = (coordinate(part.x)?, coordinate(part.y)?);
    let (right, bottom) = (x + coordinate(part.width)?, y + coordinate(part.height)?);
    if right > width || bottom > height {
        return None;
    }
    let screen = dump.get(header + 12 * colours..)?;
    let row = |y: usize| screen.get(y * line + 4 * x..y * line + 4 * right);
    Some((y..bottom).map(row).collect::<Option<Vec<_>>>()?.concat())
}

/// Keeps the whole screen as a picture that many programs show.
pub(super) fn keep(file: &Path, whole: Area, picture: &Path) -> Option<()> {
    let mut text = format!("P6 {} {} 255\n", whole.width, whole.height).into_bytes();
    for pixel in pixels(file, whole)?.chunks_exact(4) {
        text.extend([pixel[2], pixel[1], pixel[0]]);
    }
    fs::write(picture, text).ok()
}
