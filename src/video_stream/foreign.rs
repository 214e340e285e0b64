//! Files that are no movies of this server, known by their first bytes.

use std::fmt;
use std::path::Path;

/// What a file is instead of a movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// With its article: "an AVI file".
    what: &'static str,
    cure: Cure,
}

/// What makes a movie of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cure {
    /// ffmpeg does.
    Convert,
    /// It stands for a file that is elsewhere.
    Pull,
    /// It was saved instead of a file.
    Download,
    Nothing,
}

impl Foreign {
    /// What begins with these bytes, of which a few hundred suffice; `None` if that is unknown. Text
    /// is told apart by [`Self::of_text`].
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        let convert = |what| Some(Self { what, cure: Cure::Convert });
        let nothing = |what| Some(Self { what, cure: Cure::Nothing });
        match *start {
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
                convert("a WebP picture")
            }
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => {
                nothing("a WAV file, which has no pictures")
            }
            [b'R', b'I', b'F', b'F', ..] => convert("an AVI file"),
            [_, _, _, _, b'f', b't', b'y', b'p', b'q', b't', ..] => convert("a MOV file"),
            [_, _, _, _, b'f', b't', b'y', b'p', b'h' | b'a' | b'm', b'e' | b'v' | b'i', ..] => {
                convert("a HEIF picture")
            }
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => convert("an MP4 file"),
            [_, _, _, _, ref name @ ..] if OLD_MOV.iter().any(|old| name.starts_with(old)) => {
                convert("a MOV file")
            }
            [0x1A, 0x45, 0xDF, 0xA3, ref head @ ..] => {
                let is_webm = head.windows(4).take(60).any(|word| word == b"webm");
                convert(if is_webm { "a WebM file" } else { "an MKV file" })
            }
            [b'G', b'I', b'F', b'8', ..] => convert("a GIF picture"),
            [0x89, b'P', b'N', b'G', ..] => convert("a PNG picture"),
            [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => convert("a BMP picture"),
            [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => convert("a TIFF picture"),
            [0, 0, 0, 0x0C, b'j', b'P', b' ', b' ', ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] => {
                convert("a JPEG 2000 picture")
            }
            [b'F', b'L', b'V', 1, ..] => convert("an FLV file"),
            [b'O', b'g', b'g', b'S', ..] => convert("an Ogg file"),
            [0x30, 0x26, 0xB2, 0x75, ..] => convert("a WMV file"),
            [b'D', b'K', b'I', b'F', ..] => convert("an IVF file"),
            [b'Y', b'U', b'V', b'4', b'M', b'P', ..] => convert("a Y4M file"),
            [0, 0, 1, 0xB3 | 0xBA, ..] => convert("an MPEG file"),
            [0, 0, 0, 1, ..] | [0, 0, 1, 0x09 | 0x27 | 0x40 | 0x67, ..] => {
                convert("a raw H.264 or H.265 file")
            }
            [0x47, ref rest @ ..] if rest.get(187) == Some(&0x47) => convert("an MPEG-TS file"),
            [b'I', b'D', b'3', ..] => nothing("an MP3 file, which has no pictures"),
            [b'%', b'P', b'D', b'F', ..] => nothing("a PDF file"),
            [b'P', b'K', 3 | 5, 4 | 6, ..] => nothing("a ZIP file: unpack it"),
            [0x1F, 0x8B, ..] => nothing("a gzip file: unpack it"),
            [0xD4, 0xC3, 0xB2, 0xA1, ..] | [0x0A, 0x0D, 0x0D, 0x0A, ..] => {
                nothing("a capture of packets")
            }
            [..] => None,
        }
    }

    /// What text begins with these bytes; `None` if they are none.
    pub(super) fn of_text(start: &[u8]) -> Option<Self> {
        if matches!(start, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
            return Some(Self { what: "text", cure: Cure::Nothing });
        }
        let is_text = |&byte: &u8| byte >= b' ' && byte != 0x7F || (7..14).contains(&byte);
        let is_cut = |error: &std::str::Utf8Error| error.error_len().is_none();
        let is_utf8 = std::str::from_utf8(start).map_or_else(|error| is_cut(&error), |_| true);
        if start.is_empty() || !is_utf8 || !start.iter().all(is_text) {
            return None;
        }
        let text = String::from_utf8_lossy(start).trim_start().to_lowercase();
        let (what, cure) = if text.starts_with("version https://git-lfs") {
            ("a Git LFS pointer, not the movie itself", Cure::Pull)
        } else if ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| text.contains(tag))
        {
            ("a web page", Cure::Download)
        } else if text.starts_with('{') || text.starts_with('[') {
            ("JSON text", Cure::Download)
        } else {
            ("text", Cure::Nothing)
        };
        Some(Self { what, cure })
    }

    /// In words, of a file of that name.
    pub(super) fn tell(self, name: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, cure } = self;
        write!(out, "{} is {what}", printable(name))?;
        match cure {
            Cure::Convert => {
                let movie = Path::new(name).with_extension("Mjpeg");
                let (name, movie) = (quoted(name), quoted(&movie.to_string_lossy()));
                write!(
                    out,
                    ": `ffmpeg -i {name} -vf scale=384:-2,fps=20 -c:v mjpeg -q:v 5 -huffman default \
                     -an -f mjpeg {movie}` makes a movie of it"
                )
            }
            Cure::Pull => write!(out, ": `git lfs pull` fetches that"),
            Cure::Download => write!(out, ": was a movie meant to be downloaded?"),
            Cure::Nothing => Ok(()),
        }
    }
}

/// The name without what would break a line.
fn printable(name: &str) -> String {
    name.replace(char::is_control, "?")
}

/// A name as a shell needs it.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._-/".contains(c);
    let name = printable(name);
    let name = if name.starts_with('-') { format!("./{name}") } else { name };
    if name.chars().all(is_plain) { name } else { format!("'{}'", name.replace('\'', r"'\''")) }
}

/// What MOV files without `ftyp` begin with, after four bytes of length.
const OLD_MOV: [&[u8]; 6] = [b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];

#[cfg(test)]
mod tests {
    use super::*;

    struct Told(&'static str, Foreign);

    impl fmt::Display for Told {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.1.tell(self.0, out)
        }
    }

    #[test]
    fn a_name_is_written_as_a_shell_needs_it() {
        let avi = Foreign::of(b"RIFF\0\0\0\0AVI LIST").unwrap();
        for (name, words) in [
            ("x.avi", "x.avi is an AVI file: `ffmpeg -i x.avi -vf "),
            ("a b.avi", "a b.avi is an AVI file: `ffmpeg -i 'a b.avi' -vf "),
            ("it's.avi", r"ffmpeg -i 'it'\''s.avi' -vf "),
            ("-x", "ffmpeg -i ./-x -vf "),
            ("old/x", " -f mjpeg old/x.Mjpeg` makes"),
            ("a\x1Bb", "a?b is an AVI file: `ffmpeg -i 'a?b' "),
        ] {
            let told = Told(name, avi).to_string();
            assert!(told.contains(words), "expected {words:?} in {told:?}");
        }
    }

    #[test]
    fn text_may_be_cut_inside_a_character_and_bytes_are_no_text() {
        assert!(Foreign::of_text("gr\u{fc}n".as_bytes().split_at(3).0).is_some());
        assert!(Foreign::of_text(b"\xFF\xFEh\0i\0").is_some());
        for bytes in [&b""[..], b"a\0b", b"a\xFFb", b"\x01"] {
            assert_eq!(Foreign::of_text(bytes), None, "{bytes:?}");
        }
    }
}
