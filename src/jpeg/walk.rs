//! A strict walk through a JPEG's data: whether every block of the picture is there.
//!
//! A decoder shows a picture whose lower half is missing, in grey. The walk reads each code and
//! nothing else, so it costs a fraction of decoding.
//!
//! ```
//! use rtsp_lab::jpeg::walk::{Outcome, walk};
//! # use jpeg_encoder::{ColorType, Encoder};
//! # let mut jpeg = Vec::new();
//! # Encoder::new(&mut jpeg, 75).encode(&[77; 3 * 32 * 16], 32, 16, ColorType::Rgb)?;
//!
//! assert_eq!(walk(&jpeg).outcome, Outcome::Ok);
//! // That `FF D9` alone is missing is no harm; a byte of the picture is one.
//! assert_eq!(walk(&jpeg[..jpeg.len() - 2]).outcome, Outcome::Ok);
//! assert_eq!(walk(&jpeg[..jpeg.len() - 4]).outcome, Outcome::Short);
//! # Ok::<(), jpeg_encoder::EncodingError>(())
//! ```

use std::borrow::Cow;
use std::fmt;

use super::bits::BitReader;
use super::huffman::{Huffman, Lookup, STANDARD_CHROMA, STANDARD_LUMA};

/// What a walk has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Whether the picture is whole.
    pub outcome: Outcome,
    /// How many bytes the JPEG has, its `FF D9` among them; all bytes, if there is none.
    pub length: usize,
}

/// Whether a picture is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every block is there.
    Ok,
    /// Every block is there, and bytes are left over after the last.
    Long {
        /// How many.
        bytes: usize,
    },
    /// The data ends before the last block.
    Short,
    /// Something is wrong in the middle: what was found.
    Bad(Cow<'static, str>),
    /// It is coded as only a decoder knows: progressive, arithmetic, lossless.
    Unknown,
}

impl Outcome {
    /// Whether a whole picture can be shown.
    pub const fn is_whole(&self) -> bool {
        matches!(self, Self::Ok | Self::Long { .. } | Self::Unknown)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => out.write_str("every block is there"),
            Self::Long { bytes } => write!(out, "{bytes} bytes are left over"),
            Self::Short => out.write_str("its data ends before the last block"),
            Self::Bad(found) => out.write_str(found),
            Self::Unknown => out.write_str("only a decoder knows its coding"),
        }
    }
}

/// Walks through a JPEG from its `FF D8` to its `FF D9`. Each step costs a bit of the data at least,
/// so the work is bounded by its length. Missing Huffman tables are those of ITU-T T.81 annex K.
pub fn walk(jpeg: &[u8]) -> Walk {
    let mut walker = Walker { rest: jpeg, parts: Parts::default(), spare: 0, is_unknown: false };
    let stop = walker.walk();
    let length = match stop {
        Stop::End => jpeg.len() - walker.rest.len(),
        Stop::Short | Stop::Bad(_) => jpeg.len(),
    };
    let outcome = match stop {
        Stop::Bad(found) => Outcome::Bad(found.into()),
        _ if walker.is_unknown => Outcome::Unknown,
        Stop::Short => Outcome::Short,
        Stop::End if walker.spare > 0 => Outcome::Long { bytes: walker.spare },
        Stop::End => Outcome::Ok,
    };
    Walk { outcome, length }
}

/// Where a walk ends.
enum Stop {
    /// At the end of the image, or where only that is missing.
    End,
    /// Before the last block.
    Short,
    /// Where something else is than there should be.
    Bad(&'static str),
}

struct Walker<'a> {
    rest: &'a [u8],
    parts: Parts<'a>,
    /// The most bytes that were left over after a scan.
    spare: usize,
    /// Whether the data is of a kind that is left to decoders.
    is_unknown: bool,
}

/// What has been defined before a scan.
#[derive(Default)]
struct Parts<'a> {
    width: u32,
    height: u32,
    components: Vec<Component>,
    dc: [Option<Huffman<'a>>; 4],
    ac: [Option<Huffman<'a>>; 4],
    /// MCUs from one restart marker to the next; 0 for none.
    interval: u32,
}

/// Of the frame header (ITU-T T.81 section B.2.2).
struct Component {
    name: u8,
    across: u32,
    down: u32,
    is_done: bool,
}

impl Component {
    /// A name, the sampling factors, and a quantisation table that matters to decoders only.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let &[name, factors, _] = bytes.first_chunk()?;
        let (across, down) = (u32::from(factors >> 4), u32::from(factors & 0x0F));
        Some(Self { name, across, down, is_done: false })
    }
}

impl<'a> Walker<'a> {
    fn walk(&mut self) -> Stop {
        if !self.rest.starts_with(SOI) {
            return Stop::Bad("no FF D8 at the beginning");
        }
        self.rest = self.rest.get(SOI.len()..).unwrap_or_default();
        loop {
            let (rest, code) = next_marker(self.rest);
            self.rest = rest;
            if let Err(stop) = self.take(code) {
                return stop;
            }
        }
    }

    fn take(&mut self, code: Option<u8>) -> Result<(), Stop> {
        match code {
            None | Some(EOI) => Err(self.at_the_end(code.is_some())),
            Some(TEM | RST0..=SOI_CODE) => Ok(()),
            Some(code) => {
                let body = self.segment()?;
                match code {
                    SOF0 | SOF1 => self.parts.take_frame_header(body),
                    DHT => self.parts.take_huffman(body),
                    DRI => self.parts.take_restart_interval(body),
                    SOS => self.scan(body),
                    SOF2..=SOF15 => {
                        self.is_unknown = true;
                        Ok(())
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    /// The end is the right one, if all components have come.
    fn at_the_end(&self, is_marked: bool) -> Stop {
        let (components, is_unknown) = (&self.parts.components, self.is_unknown);
        match (is_unknown, components.iter().all(|component| component.is_done)) {
            (true, _) => Stop::End,
            (false, true) if !components.is_empty() => Stop::End,
            (false, true) if is_marked => Stop::Bad("FF D9 before the picture"),
            (false, _) => Stop::Short,
        }
    }

    /// Two bytes of length, which counts itself, and the body.
    fn segment(&mut self) -> Result<&'a [u8], Stop> {
        let (length, _) = self.rest.split_first_chunk::<2>().ok_or(Stop::Short)?;
        let length = usize::from(u16::from_be_bytes(*length)).max(2);
        let (segment, rest) = self.rest.split_at_checked(length).ok_or(Stop::Short)?;
        self.rest = rest;
        Ok(segment.get(2..).unwrap_or_default())
    }

    fn scan(&mut self, header: &[u8]) -> Result<(), Stop> {
        let mut data = BitReader::new(self.rest);
        if !self.is_unknown {
            let scan = self.parts.scan(header)?;
            scan.walk(&mut data)?;
            let (spare, code) = data.leave_data();
            self.spare = self.spare.max(spare);
            // The marker is looked at again, in its turn.
            self.rest = before_marker(self.rest, data.rest(), code);
        }
        Ok(())
    }
}

/// The code of the next marker, and what comes after it. Any number of FF may come before the code.
fn next_marker(bytes: &[u8]) -> (&[u8], Option<u8>) {
    let mut reader = BitReader::new(bytes);
    let (_, code) = reader.leave_data();
    (reader.rest(), code)
}

/// What begins with the marker that `after` comes after.
fn before_marker<'a>(all: &'a [u8], after: &'a [u8], code: Option<u8>) -> &'a [u8] {
    let start = all.len() - after.len() - if code.is_some() { 2 } else { 0 };
    all.get(start..).unwrap_or_default()
}

impl<'a> Parts<'a> {
    /// ITU-T T.81 section B.2.2.
    fn take_frame_header(&mut self, body: &[u8]) -> Result<(), Stop> {
        let bad = Stop::Bad("a frame header that can't be read");
        if !self.components.is_empty() {
            return Err(Stop::Bad("a second frame header"));
        }
        let Some((&[_, h1, h0, w1, w0, count], rest)) = body.split_first_chunk() else {
            return Err(bad);
        };
        (self.height, self.width) =
            (u16::from_be_bytes([h1, h0]).into(), u16::from_be_bytes([w1, w0]).into());
        let wanted = rest.get(..3 * usize::from(count)).unwrap_or_default();
        self.components = wanted.chunks_exact(3).filter_map(Component::decode).collect();
        let is_usable = |of: &Component| (1..=4).contains(&of.across) && (1..=4).contains(&of.down);
        let is_readable = (1..=4).contains(&self.components.len())
            && self.components.iter().all(is_usable)
            && self.width > 0
            && self.height > 0;
        if is_readable { Ok(()) } else { Err(bad) }
    }

    /// ITU-T T.81 section B.2.4.2: class (0 DC, 1 AC) and number in one byte, then the table.
    fn take_huffman(&mut self, mut body: &'a [u8]) -> Result<(), Stop> {
        while let Some((&head, table)) = body.split_first() {
            let (table, rest) =
                Huffman::decode(table).ok_or(Stop::Bad("a cut or overfull Huffman table"))?;
            let tables = if head >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            let slot = tables.get_mut(usize::from(head & 0x0F)).filter(|_| head < 0x20);
            *slot.ok_or(Stop::Bad("a Huffman table with a number above 3"))? = Some(table);
            body = rest;
        }
        Ok(())
    }

    /// ITU-T T.81 section B.2.4.4.
    fn take_restart_interval(&mut self, body: &[u8]) -> Result<(), Stop> {
        let (interval, _) =
            body.split_first_chunk().ok_or(Stop::Bad("a restart interval without a number"))?;
        self.interval = u16::from_be_bytes(*interval).into();
        Ok(())
    }

    /// ITU-T T.81 section B.2.3: how many components, then a name and two tables for each.
    fn scan(&mut self, header: &[u8]) -> Result<Scan, Stop> {
        let (&count, rest) = header.split_first().ok_or(Stop::Bad("an empty scan header"))?;
        let wanted = rest.get(..2 * usize::from(count)).unwrap_or_default();
        let most = |of: fn(&Component) -> u32| self.components.iter().map(of).max().unwrap_or(1);
        let (across, down) = (most(|of| of.across), most(|of| of.down));
        let mut scan = Scan { components: Vec::new(), mcus: 0, interval: self.interval };
        for named in wanted.chunks_exact(2).filter_map(<[u8]>::first_chunk) {
            let &[name, numbers] = named;
            let place = self.components.iter().position(|of| of.name == name && !of.is_done);
            let component = place.and_then(|place| self.components.get_mut(place));
            let component =
                component.ok_or(Stop::Bad("a scan of components that are not expected"))?;
            component.is_done = true;
            let blocks = if count == 1 { 1 } else { component.across * component.down };
            // One component alone has no blocks beyond its own edge.
            let mcus = |pixels: u32, own: u32, most: u32| match count {
                1 => (pixels * own).div_ceil(most).div_ceil(8),
                _ => pixels.div_ceil(8 * most),
            };
            scan.mcus = mcus(self.width, component.across, across)
                * mcus(self.height, component.down, down);
            let standard = [STANDARD_LUMA, STANDARD_CHROMA];
            let dc = table(&self.dc, numbers >> 4, standard.map(|pair| pair.dc))?;
            let ac = table(&self.ac, numbers & 0x0F, standard.map(|pair| pair.ac))?;
            scan.components.push(Coded { blocks, dc, ac });
        }
        if scan.components.is_empty() { Err(Stop::Bad("a scan of nothing")) } else { Ok(scan) }
    }
}

/// Motion JPEG, as in AVI files, leaves the standard tables out.
fn table(
    tables: &[Option<Huffman<'_>>; 4],
    number: u8,
    standard: [Huffman<'static>; 2],
) -> Result<Lookup, Stop> {
    let defined = tables.get(usize::from(number)).copied().flatten();
    let standard = || standard.get(usize::from(number)).copied();
    defined.or_else(standard).map(Lookup::new).ok_or(Stop::Bad("a Huffman table that is missing"))
}

/// The data that follows a scan header.
struct Scan {
    components: Vec<Coded>,
    /// Minimum coded units: each has some blocks of each component.
    mcus: u32,
    interval: u32,
}

/// A component of a scan.
struct Coded {
    /// How many blocks of it an MCU has.
    blocks: u32,
    dc: Lookup,
    ac: Lookup,
}

impl Scan {
    fn walk(&self, data: &mut BitReader<'_>) -> Result<(), Stop> {
        for mcu in 0..self.mcus {
            self.restart(mcu, data)?;
            for component in &self.components {
                (0..component.blocks).try_for_each(|_| component.walk_block(data))?;
            }
        }
        Ok(())
    }

    /// Before every `interval`th MCU but the first there is a marker, RST0 to RST7 in turn.
    fn restart(&self, mcu: u32, data: &mut BitReader<'_>) -> Result<(), Stop> {
        if mcu == 0 || mcu.checked_rem(self.interval) != Some(0) {
            return Ok(());
        }
        let expected = RST0 | ((mcu / self.interval - 1) % 8) as u8;
        match data.next_marker() {
            Some(code) if code == expected => Ok(()),
            None | Some(EOI) => Err(Stop::Short),
            Some(_) => Err(Stop::Bad("another marker where a restart is due")),
        }
    }
}

impl Coded {
    /// A block: the DC coefficient's difference, then AC coefficients up to the last or to the
    /// end-of-block symbol (ITU-T T.81 section F.1.2).
    fn walk_block(&self, data: &mut BitReader<'_>) -> Result<(), Stop> {
        symbol(data, &self.dc, 0x1F)?;
        let mut coefficients = 1;
        while coefficients < 64 {
            match symbol(data, &self.ac, 0x0F)? {
                0x00 => return Ok(()),
                run => coefficients += 1 + u32::from(run >> 4),
            }
        }
        if coefficients > 64 { Err(Stop::Bad("more than 64 numbers in a block")) } else { Ok(()) }
    }
}

/// A symbol, and the bits after it: as many as its bits in `mask` say.
fn symbol(data: &mut BitReader<'_>, table: &Lookup, mask: u8) -> Result<u8, Stop> {
    let code = table.find(data.peek());
    let length = code.map_or(LONGEST_CODE, |code| {
        u32::from(code.length) + u32::from(code.symbol & mask).min(16)
    });
    match (data.skip(length), code) {
        (Some(()), Some(code)) => Ok(code.symbol),
        (Some(()), None) => Err(Stop::Bad("a code that is in no Huffman table")),
        (None, _) => match data.next_marker() {
            None | Some(EOI) => Err(Stop::Short),
            Some(_) => Err(Stop::Bad("a marker before the last block")),
        },
    }
}

/// In bits.
const LONGEST_CODE: u32 = 16;
/// The start of every JPEG.
const SOI: &[u8] = b"\xFF\xD8";
/// The codes of markers (ITU-T T.81 table B.1).
pub(crate) const TEM: u8 = 0x01;
pub(crate) const SOF0: u8 = 0xC0;
/// Extended sequential: its data is as in a baseline frame.
pub(crate) const SOF1: u8 = 0xC1;
pub(crate) const SOF2: u8 = 0xC2;
pub(crate) const DHT: u8 = 0xC4;
pub(crate) const SOF15: u8 = 0xCF;
pub(crate) const RST0: u8 = 0xD0;
const SOI_CODE: u8 = 0xD8;
pub(crate) const EOI: u8 = 0xD9;
pub(crate) const SOS: u8 = 0xDA;
pub(crate) const DRI: u8 = 0xDD;

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
    use proptest::prelude::*;

    use super::*;
    use crate::video_stream::tests::movie_frames;

    /// Rows of noise and flat parts.
    fn encoded(
        color: ColorType,
        channels: usize,
        change: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
    ) -> Vec<u8> {
        let (width, height) = (43, 29);
        let noise = |place: usize| match place / 300 % 3 {
            0 => (place * 7919) >> 3,
            _ => place,
        };
        let pixels: Vec<u8> =
            (0..width * height * channels).map(|place| noise(place).to_le_bytes()[0]).collect();
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, 80);
        change(&mut encoder);
        encoder.encode(&pixels, 43, 29, color).unwrap();
        jpeg
    }

    fn kinds() -> Vec<(&'static str, Vec<u8>)> {
        let rgb = |change: fn(&mut Encoder<&mut Vec<u8>>)| encoded(ColorType::Rgb, 3, change);
        vec![
            ("4:4:4", rgb(|of| of.set_sampling_factor(SamplingFactor::F_1_1))),
            ("4:2:2", rgb(|of| of.set_sampling_factor(SamplingFactor::F_2_1))),
            ("4:2:0", rgb(|of| of.set_sampling_factor(SamplingFactor::F_2_2))),
            ("4:1:1", rgb(|of| of.set_sampling_factor(SamplingFactor::F_4_1))),
            ("own tables, a scan each", rgb(|of| of.set_optimized_huffman_tables(true))),
            ("restarts", rgb(|of| of.set_restart_interval(3))),
            ("grey", encoded(ColorType::Luma, 1, |_| ())),
            ("CMYK", encoded(ColorType::Cmyk, 4, |_| ())),
        ]
    }

    fn outcome(jpeg: &[u8]) -> Outcome {
        walk(jpeg).outcome
    }

    #[test]
    fn whole_pictures_of_all_kinds_are_whole_and_so_long() {
        let movie = movie_frames(1).into_iter().map(|frame| ("movie", frame));
        for (name, jpeg) in kinds().into_iter().chain(movie) {
            let length = jpeg.len();
            assert_eq!(walk(&jpeg), Walk { outcome: Outcome::Ok, length }, "{name}");
            let more = [&jpeg, &b"\0\0\xFF\xD8\xFF"[..]].concat();
            assert_eq!(walk(&more), Walk { outcome: Outcome::Ok, length }, "{name} and more");
        }
    }

    #[test]
    fn a_cut_anywhere_is_short_but_for_the_end_of_image() {
        for (name, jpeg) in kinds() {
            for cut in SOI.len()..jpeg.len() - 2 {
                assert_eq!(outcome(&jpeg[..cut]), Outcome::Short, "{name}, {cut} bytes");
                let ended = [&jpeg[..cut], b"\xFF\xD9"].concat();
                assert!(!outcome(&ended).is_whole(), "{name}, {cut} bytes and FF D9");
            }
            for cut in jpeg.len() - 2..jpeg.len() {
                assert_eq!(walk(&jpeg[..cut]).outcome, Outcome::Ok, "{name}, {cut} bytes");
            }
        }
    }

    #[test]
    fn bytes_that_are_left_over_are_counted() {
        for (name, jpeg) in kinds() {
            // The zero after FF is none of the data's.
            for (more, bytes) in [
                (b"\x12".as_slice(), 1),
                (b"\xFF\0", 1),
                (b"1234567890123", 13),
                (b"\xFF\x00\xFF\x00\x01", 3),
            ] {
                let longer = [&jpeg[..jpeg.len() - 2], more, b"\xFF\xD9"].concat();
                assert_eq!(outcome(&longer), Outcome::Long { bytes }, "{name}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (_, jpeg) = kinds().remove(2);
        let scan = jpeg.windows(2).position(|marker| marker == [0xFF, 0xDA]).unwrap();
        let sof = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
        let patched = |place: usize, bytes: &[u8]| {
            let mut jpeg = jpeg.clone();
            jpeg[place..place + bytes.len()].copy_from_slice(bytes);
            outcome(&jpeg)
        };
        let bad = |found: &'static str| Outcome::Bad(found.into());
        assert_eq!(outcome(b"GIF89a"), bad("no FF D8 at the beginning"));
        assert_eq!(outcome(b"\xFF\xD8\xFF\xD9"), bad("FF D9 before the picture"));
        assert_eq!(outcome(b"\xFF\xD8"), Outcome::Short);
        assert_eq!(patched(sof + 5, &[0, 0]), bad("a frame header that can't be read"));
        assert_eq!(patched(scan + 5, b"X"), bad("a scan of components that are not expected"));
        assert_eq!(patched(scan + 6, b"\x33"), bad("a Huffman table that is missing"));
        assert_eq!(patched(scan + 100, b"\xFF\xD3"), bad("a marker before the last block"));
        let ones = [0xFF, 0].repeat(20);
        assert_eq!(patched(scan + 100, &ones), bad("a code that is in no Huffman table"));
        let twice = [&jpeg[..scan], &jpeg[sof..]].concat();
        assert_eq!(outcome(&twice), bad("a second frame header"));
    }

    #[test]
    fn a_picture_without_huffman_tables_has_the_standard_ones() {
        let mut jpeg = movie_frames(1).remove(0);
        while let Some(place) = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC4]) {
            let length = usize::from(u16::from_be_bytes([jpeg[place + 2], jpeg[place + 3]]));
            jpeg.drain(place..place + 2 + length);
        }
        assert_eq!(outcome(&jpeg), Outcome::Ok);
        assert_eq!(outcome(&jpeg[..jpeg.len() - 5]), Outcome::Short);
    }

    #[test]
    fn what_only_decoders_know_is_left_to_them() {
        let jpeg = encoded(ColorType::Rgb, 3, |of| of.set_progressive(true));
        let length = jpeg.len();
        assert_eq!(walk(&jpeg), Walk { outcome: Outcome::Unknown, length });
        let padded = [&jpeg[..], &[0; 9]].concat();
        assert_eq!(walk(&padded), Walk { outcome: Outcome::Unknown, length });
    }

    static KINDS: LazyLock<Vec<(&str, Vec<u8>)>> = LazyLock::new(kinds);

    proptest! {
        #[test]
        fn a_damaged_picture_is_walked_without_a_panic(
            place in 0..2000_usize,
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0xFF), 0xC0..0xE0_u8], 1..9),
        ) {
            for (_, mut jpeg) in KINDS.clone() {
                let place = place % (jpeg.len() - bytes.len());
                jpeg[place..place + bytes.len()].copy_from_slice(&bytes);
                prop_assert!(walk(&jpeg).length <= jpeg.len());
            }
        }
    }
}
