//! What RFC 2435 can't carry, what was found instead, and how to convert it.

use std::fmt;

use super::jpeg::{MAX_DATA, MOST_PIXELS};

/// A frame that can't be sent as RTP/JPEG of type 0, 1, 64 or 65.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotCarry {
    /// It does not begin as a JPEG does.
    NoJpeg {
        /// Its first bytes, two at most.
        start: Vec<u8>,
    },
    /// It ends inside a part.
    Cut {
        /// What is cut.
        part: &'static str,
        /// Where the part begins, in bytes.
        offset: usize,
        /// How many bytes it needs.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// It is not baseline: progressive, lossless, hierarchical or with arithmetic coding.
    Coding {
        /// Where it is said, in bytes.
        offset: usize,
        /// The code of the marker that says it (ITU-T T.81 table B.1).
        marker: u8,
    },
    /// Its samples have not 8 bits.
    Precision {
        /// Bits of a sample.
        bits: u8,
    },
    /// It has not three components: grey has one, CMYK has four.
    Components {
        /// How many it has.
        count: u8,
    },
    /// Its components are red, green and blue.
    Rgb,
    /// Its chroma is sampled neither as in 4:2:2 nor as in 4:2:0.
    Sampling {
        /// The sampling factors of each component, across and down.
        factors: [(u8, u8); 3],
    },
    /// It is larger than the header can say, or its size is 0.
    Size {
        /// Pixels in a row.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// A quantisation table has values of 16 bits.
    WideTable {
        /// Where the table begins, in bytes.
        offset: usize,
    },
    /// The two chroma components have different quantisation tables.
    ChromaTables,
    /// A table is used that was not defined.
    NoTable {
        /// Which kind of table.
        kind: &'static str,
        /// Its number.
        number: u8,
    },
    /// Its components are in scans of their own, or something else follows the first scan.
    Scans {
        /// Where the second scan, or the first that has not all components, is said; in bytes.
        offset: usize,
    },
    /// It has more data than the fragment offset can reach.
    TooLong {
        /// Bytes of entropy-coded data.
        length: usize,
    },
    /// It breaks the rules of ITU-T T.81.
    Damaged {
        /// Where, in bytes; a few bytes after it if it is in the entropy-coded data.
        offset: usize,
        /// What stands there.
        found: &'static str,
        /// What should.
        expected: &'static str,
    },
}

impl CannotCarry {
    /// Whether the frame is merely damaged, which says nothing about the other frames.
    pub(crate) const fn is_damage(&self) -> bool {
        matches!(self, Self::NoJpeg { .. } | Self::Cut { .. } | Self::Damaged { .. })
    }

    /// Whether the picture itself could be carried, if it were coded in another way.
    pub(crate) const fn is_of_its_coding(&self) -> bool {
        match self {
            Self::Coding { .. }
            | Self::Precision { .. }
            | Self::Components { .. }
            | Self::Rgb
            | Self::Sampling { .. }
            | Self::WideTable { .. }
            | Self::ChromaTables
            | Self::Scans { .. } => true,
            Self::NoJpeg { .. }
            | Self::Cut { .. }
            | Self::Size { .. }
            | Self::NoTable { .. }
            | Self::TooLong { .. }
            | Self::Damaged { .. } => false,
        }
    }

    /// The command that makes of the movie `input` a movie `output` that can be carried.
    pub fn conversion(&self, input: &str, output: &str) -> String {
        let mut scale = String::new();
        if let Self::Size { width: width @ 1.., height: height @ 1.. } = *self {
            let (width, height) = largest_size(width, height);
            scale = format!("-vf scale={width}:{height} ");
        }
        let (input, output) = (quoted(input), quoted(output));
        format!(
            "ffmpeg -i {input} {scale}-c:v mjpeg -huffman default -pix_fmt yuvj420p -q:v 5 -an \
             -f mjpeg {output}"
        )
    }
}

impl fmt::Display for CannotCarry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "carry frame as RTP/JPEG: ")?;
        match self {
            Self::NoJpeg { start } => {
                write!(out, "expected the start of a JPEG (FF D8), found{}", Hex(start))
            }
            Self::Cut { part, offset, expected, found } => write!(
                out,
                "the {part} at byte {offset} is cut: expected {expected} bytes, found {found}"
            ),
            Self::Coding { offset, marker } => write!(
                out,
                "expected a baseline JPEG, found {} one (marker FF {marker:02X} at byte {offset})",
                coding(*marker)
            ),
            Self::Precision { bits } => write!(out, "expected samples of 8 bits, found {bits}"),
            Self::Components { count } => {
                let kind = match count {
                    1 => " (grey)",
                    4 => " (CMYK)",
                    _ => "",
                };
                write!(out, "expected three components (Y, Cb, Cr), found {count}{kind}")
            }
            Self::Rgb => write!(out, "expected components Y, Cb, Cr, found red, green, blue"),
            Self::Sampling { factors } => write!(
                out,
                "expected 4:2:0 (2x2,1x1,1x1) or 4:2:2 (2x1,1x1,1x1) sampling, found {}",
                sampling(*factors)
            ),
            Self::Size { width, height } => write!(
                out,
                "expected 1 to {MOST_PIXELS} pixels in width and height, found {width}x{height}"
            ),
            Self::WideTable { offset } => write!(
                out,
                "expected quantisation tables of 8 bits, found one of 16 at byte {offset}"
            ),
            Self::ChromaTables => {
                write!(out, "expected one quantisation table for both chroma components, found two")
            }
            Self::NoTable { kind, number } => {
                write!(out, "expected {kind} table {number}, found no definition of it")
            }
            Self::Scans { offset } => {
                write!(out, "expected one scan of three components, found another at byte {offset}")
            }
            Self::TooLong { length } => {
                write!(out, "expected at most {MAX_DATA} bytes of data, found {length}")
            }
            Self::Damaged { offset, found, expected } => {
                write!(out, "damaged at byte {offset}: expected {expected}, found {found}")
            }
        }
    }
}

impl std::error::Error for CannotCarry {}

/// The kind of JPEG that a marker other than SOF0 announces (ITU-T T.81 table B.1).
fn coding(marker: u8) -> &'static str {
    match marker {
        0xC2 => "a progressive",
        0xC3 => "a lossless",
        0xC9..=0xCC => "an arithmetically coded",
        _ => "a hierarchical",
    }
}

/// The usual name, if there is one, and the factors.
fn sampling([luma, blue, red]: [(u8, u8); 3]) -> String {
    let name = match (luma.0.checked_div(blue.0), luma.1.checked_div(blue.1)) {
        _ if blue != red => "",
        (Some(1), Some(1)) => "4:4:4 ",
        (Some(1), Some(2)) => "4:4:0 ",
        (Some(2), Some(1)) => "4:2:2 ",
        (Some(2), Some(2)) => "4:2:0 ",
        (Some(4), Some(1)) => "4:1:1 ",
        (Some(4), Some(2)) => "4:1:0 ",
        _ => "",
    };
    let [luma, blue, red] = [luma, blue, red].map(|(across, down)| format!("{across}x{down}"));
    format!("{name}({luma},{blue},{red})")
}

/// The size with about the same shape that fits, in multiples of 8.
fn largest_size(width: u16, height: u16) -> (u32, u32) {
    let most = u32::from(MOST_PIXELS);
    let (width, height) = (u32::from(width), u32::from(height));
    let longer = width.max(height).max(most);
    let shrunk = |side: u32| (side * most / longer / 8 * 8).max(8);
    (shrunk(width), shrunk(height))
}

/// A name as a shell reads it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._-/".contains(c);
    if !name.is_empty() && name.chars().all(plain) && !name.starts_with('-') {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

/// Bytes, each with a space before it.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return write!(out, " nothing");
        }
        self.0.iter().try_for_each(|byte| write!(out, " {byte:02X}"))
    }
}

pub(super) fn damaged(offset: usize, found: &'static str, expected: &'static str) -> CannotCarry {
    CannotCarry::Damaged { offset, found, expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conversion_is_a_whole_command() {
        assert_eq!(
            CannotCarry::Rgb.conversion("movie.Mjpeg", "new/movie.mjpeg"),
            "ffmpeg -i movie.Mjpeg -c:v mjpeg -huffman default -pix_fmt yuvj420p -q:v 5 -an \
             -f mjpeg new/movie.mjpeg"
        );
    }

    #[test]
    fn a_picture_that_is_too_large_is_scaled_to_multiples_of_8() {
        for (width, height, scale) in [
            (3840, 2160, "-vf scale=2040:1144 "),
            (1080, 2400, "-vf scale=912:2040 "),
            (2041, 100, "-vf scale=2040:96 "),
            (65_535, 3, "-vf scale=2040:8 "),
            (0, 100, ""),
        ] {
            let line = CannotCarry::Size { width, height }.conversion("in", "out");
            assert!(line.starts_with(&format!("ffmpeg -i in {scale}-c:v mjpeg ")), "{line}");
        }
    }

    #[test]
    fn names_are_quoted_for_the_shell() {
        for (name, expected) in [
            ("my movie.mjpeg", "'my movie.mjpeg'"),
            ("it's.mjpeg", r"'it'\''s.mjpeg'"),
            ("$(reboot)", "'$(reboot)'"),
            ("", "''"),
            ("größe.mjpeg", "größe.mjpeg"),
        ] {
            let line = CannotCarry::Rgb.conversion(name, "out");
            assert!(line.starts_with(&format!("ffmpeg -i {expected} -c:v ")), "{line}");
        }
    }
}
