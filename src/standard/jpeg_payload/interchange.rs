//! A JPEG file's parts (the interchange format of ITU-T T.81 annex B).

use std::num::NonZeroU16;

use super::cannot_carry::{CannotCarry, damaged};
use super::jpeg::{MOST_PIXELS, SOI, Sampling};
use super::scan::scan_of;
use crate::jpeg::huffman::{Huffman, HuffmanPair, STANDARD_CHROMA, STANDARD_LUMA};
use crate::jpeg::walk::{DHT, DRI, EOI, RST0, SOF0, SOF1, SOF2, SOF15, SOS, TEM};

/// What RFC 2435 needs to know of a JPEG, and its data.
#[derive(Debug)]
pub(super) struct Interchange<'a> {
    pub(super) sampling: Sampling,
    /// In pixels.
    pub(super) width: u16,
    /// In pixels.
    pub(super) height: u16,
    /// MCUs from one restart marker to the next, if there are any.
    pub(super) restart_interval: Option<NonZeroU16>,
    /// For luma and for chroma, in zig-zag order.
    pub(super) quantisation: [&'a [u8; 64]; 2],
    /// For each component.
    pub(super) huffman: [HuffmanPair<'a>; 3],
    /// The entropy-coded data without the marker after it.
    pub(super) scan: &'a [u8],
    /// Where the data begins in the file.
    pub(super) scan_offset: usize,
}

impl<'a> Interchange<'a> {
    /// Takes a JPEG apart.
    ///
    /// # Errors
    /// It is damaged, or not of the kind that RFC 2435 can carry.
    pub(super) fn decode(jpeg: &'a [u8]) -> Result<Self, CannotCarry> {
        if !jpeg.starts_with(SOI) {
            return Err(CannotCarry::NoJpeg { start: jpeg.iter().take(2).copied().collect() });
        }
        let (mut cursor, mut parts) = (Cursor { jpeg, offset: SOI.len() }, Parts::default());
        loop {
            let marker = cursor.marker()?;
            match marker {
                SOS => return parts.finish(&mut cursor),
                TEM | RST0..=RST7 => {}
                DQT => parts.take_quantisation(cursor.segment("DQT")?)?,
                DHT => parts.take_huffman(cursor.segment("DHT")?)?,
                SOF0 | SOF1 => parts.take_frame_header(cursor.segment("SOF")?)?,
                SOF2..=SOF15 | DHP | EXP => {
                    return Err(CannotCarry::Coding { offset: cursor.offset - 2, marker });
                }
                DRI => parts.take_restart_interval(cursor.segment("DRI")?)?,
                APP0 => parts.is_jfif |= cursor.segment("APP0")?.body.starts_with(b"JFIF\0"),
                APP14 => parts.take_adobe(&cursor.segment("APP14")?),
                EOI => {
                    let (found, expected) = ("the end of the image", "a scan");
                    return Err(CannotCarry::Damaged {
                        offset: cursor.offset - 2,
                        found,
                        expected,
                    });
                }
                _ => {
                    cursor.segment("segment")?;
                }
            }
        }
    }
}

/// A place in the file.
struct Cursor<'a> {
    jpeg: &'a [u8],
    offset: usize,
}

/// A segment without its marker and its length.
struct Segment<'a> {
    part: &'static str,
    /// Where the body begins in the file.
    offset: usize,
    body: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [u8] {
        self.jpeg.get(self.offset..).unwrap_or_default()
    }

    fn byte(&mut self) -> Result<u8, CannotCarry> {
        let Some(&byte) = self.jpeg.get(self.offset) else {
            return Err(cut("JPEG", 0, self.jpeg.len() + 1, self.jpeg.len()));
        };
        self.offset += 1;
        Ok(byte)
    }

    /// Goes past the next marker and returns its code. Any number of FF may come before the code.
    fn marker(&mut self) -> Result<u8, CannotCarry> {
        while self.byte()? != 0xFF {}
        loop {
            match self.byte()? {
                0xFF => {}
                code => return Ok(code),
            }
        }
    }

    /// Goes past a segment: two bytes of length, which counts itself, and the body.
    fn segment(&mut self, part: &'static str) -> Result<Segment<'a>, CannotCarry> {
        let (start, found) = (self.offset, self.rest().len());
        let Some((length, _)) = self.rest().split_first_chunk::<2>() else {
            return Err(cut(part, start, 2, found));
        };
        let length = usize::from(u16::from_be_bytes(*length)).max(2);
        let Some(body) = self.rest().get(2..length) else {
            return Err(cut(part, start, length, found));
        };
        self.offset += length;
        Ok(Segment { part, offset: start + 2, body })
    }
}

impl<'a> Segment<'a> {
    /// Takes the first bytes of the body away.
    fn split<const SIZE: usize>(&mut self) -> Result<&'a [u8; SIZE], CannotCarry> {
        let Some((head, rest)) = self.body.split_first_chunk() else {
            return Err(cut(self.part, self.offset, SIZE, self.body.len()));
        };
        self.offset += SIZE;
        self.body = rest;
        Ok(head)
    }
}

/// What has been defined before the scan begins.
#[derive(Default)]
struct Parts<'a> {
    frame: Option<FrameHeader>,
    quantisation: [Option<&'a [u8; 64]>; 4],
    dc: [Option<Huffman<'a>>; 4],
    ac: [Option<Huffman<'a>>; 4],
    restart_interval: Option<NonZeroU16>,
    is_jfif: bool,
    adobe_transform: Option<u8>,
}

struct FrameHeader {
    width: u16,
    height: u16,
    sampling: Sampling,
    /// The name of each component, and the number of its quantisation table.
    components: [(u8, u8); 3],
}

impl<'a> Parts<'a> {
    /// T.81 section B.2.4.1: precision and number in one byte, then the values.
    fn take_quantisation(&mut self, mut segment: Segment<'a>) -> Result<(), CannotCarry> {
        while !segment.body.is_empty() {
            let offset = segment.offset;
            let [head] = *segment.split()?;
            if head >> 4 != 0 {
                return Err(CannotCarry::WideTable { offset });
            }
            let table = segment.split()?;
            let slot = self
                .quantisation
                .get_mut(usize::from(head))
                .ok_or_else(|| damaged(offset, "another", "quantisation table 0 to 3"))?;
            *slot = Some(table);
        }
        Ok(())
    }

    /// T.81 section B.2.4.2: class (0 DC, 1 AC) and number in one byte, then the table.
    fn take_huffman(&mut self, mut segment: Segment<'a>) -> Result<(), CannotCarry> {
        while !segment.body.is_empty() {
            let offset = segment.offset;
            let [head] = *segment.split()?;
            let before = segment.body.len();
            let (table, rest) = Huffman::decode(segment.body)
                .ok_or_else(|| damaged(offset, "a cut or overfull one", "a Huffman table"))?;
            let tables = if head >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            let slot = tables.get_mut(usize::from(head & 0x0F)).filter(|_| head < 0x20);
            *slot.ok_or_else(|| damaged(offset, "another", "Huffman table 0 to 3, DC or AC"))? =
                Some(table);
            segment.offset += before - rest.len();
            segment.body = rest;
        }
        Ok(())
    }

    /// T.81 section B.2.2.
    fn take_frame_header(&mut self, mut segment: Segment<'a>) -> Result<(), CannotCarry> {
        let offset = segment.offset;
        let [bits, h1, h0, w1, w0, count] = *segment.split()?;
        let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
        if bits != 8 {
            return Err(CannotCarry::Precision { bits });
        }
        if count != 3 {
            return Err(CannotCarry::Components { count });
        }
        if !(1..=MOST_PIXELS).contains(&width) || !(1..=MOST_PIXELS).contains(&height) {
            return Err(CannotCarry::Size { width, height });
        }
        let [c0, f0, q0, c1, f1, q1, c2, f2, q2] = *segment.split()?;
        let factors = [f0, f1, f2].map(|factors| (factors >> 4, factors & 0x0F));
        let sampling = match factors {
            [(2, 1), (1, 1), (1, 1)] => Sampling::Yuv422,
            [(2, 2), (1, 1), (1, 1)] => Sampling::Yuv420,
            _ => return Err(CannotCarry::Sampling { factors }),
        };
        let components = [(c0, q0), (c1, q1), (c2, q2)];
        match self.frame.replace(FrameHeader { width, height, sampling, components }) {
            Some(_) => Err(damaged(offset, "a second frame header", "a scan")),
            None => Ok(()),
        }
    }

    /// T.81 section B.2.4.4; 0 switches restart markers off.
    fn take_restart_interval(&mut self, mut segment: Segment<'a>) -> Result<(), CannotCarry> {
        self.restart_interval = NonZeroU16::new(u16::from_be_bytes(*segment.split()?));
        Ok(())
    }

    /// "Adobe", six bytes, and how the colours were transformed: 0 means not at all.
    fn take_adobe(&mut self, segment: &Segment<'a>) {
        if let Some((b"Adobe", rest)) = segment.body.split_first_chunk::<5>() {
            self.adobe_transform = rest.get(6).copied();
        }
    }

    /// Everything but the scan is known.
    fn finish(self, cursor: &mut Cursor<'a>) -> Result<Interchange<'a>, CannotCarry> {
        let start = cursor.offset - 2;
        let segment = cursor.segment("SOS")?;
        let Some(frame) = self.frame.as_ref() else {
            return Err(damaged(start, "a scan", "a frame header"));
        };
        if self.is_rgb(frame) {
            return Err(CannotCarry::Rgb);
        }
        let huffman = self.scan_header(segment, frame, start)?;
        let quantisation = self.quantisation_of(frame)?;
        let scan_offset = cursor.offset;
        let scan = scan_of(cursor.rest(), scan_offset, self.restart_interval.is_some())?;
        let FrameHeader { width, height, sampling, .. } = *frame;
        let restart_interval = self.restart_interval;
        Ok(Interchange {
            sampling,
            width,
            height,
            restart_interval,
            quantisation,
            huffman,
            scan,
            scan_offset,
        })
    }

    /// The Huffman tables of each component (T.81 section B.2.3). What follows says that all 64
    /// coefficients come; baseline decoders do not look at it.
    fn scan_header(
        &self,
        mut segment: Segment<'a>,
        frame: &FrameHeader,
        start: usize,
    ) -> Result<[HuffmanPair<'a>; 3], CannotCarry> {
        let [count] = *segment.split()?;
        if count != 3 {
            return Err(CannotCarry::Scans { offset: start });
        }
        let [c0, t0, c1, t1, c2, t2] = *segment.split()?;
        if frame.components.map(|(name, _)| name) != [c0, c1, c2] {
            return Err(damaged(start, "other components", "those of the frame header"));
        }
        let tables = |numbers: u8| {
            Ok(HuffmanPair {
                dc: huffman_table(&self.dc, numbers >> 4, [STANDARD_LUMA.dc, STANDARD_CHROMA.dc])?,
                ac: huffman_table(
                    &self.ac,
                    numbers & 0x0F,
                    [STANDARD_LUMA.ac, STANDARD_CHROMA.ac],
                )?,
            })
        };
        Ok([tables(t0)?, tables(t1)?, tables(t2)?])
    }

    fn quantisation_of(&self, frame: &FrameHeader) -> Result<[&'a [u8; 64]; 2], CannotCarry> {
        let table = |number: u8| {
            let table = self.quantisation.get(usize::from(number)).copied().flatten();
            table.ok_or(CannotCarry::NoTable { kind: "quantisation", number })
        };
        let [(_, luma), (_, blue), (_, red)] = frame.components;
        let (luma, blue, red) = (table(luma)?, table(blue)?, table(red)?);
        if blue == red { Ok([luma, blue]) } else { Err(CannotCarry::ChromaTables) }
    }

    /// As the usual decoders tell it.
    fn is_rgb(&self, frame: &FrameHeader) -> bool {
        match self.adobe_transform {
            _ if self.is_jfif => false,
            Some(transform) => transform == 0,
            None => frame.components.map(|(name, _)| name) == *b"RGB",
        }
    }
}

/// Motion JPEG, as in AVI files, leaves the standard tables out.
fn huffman_table<'a>(
    tables: &[Option<Huffman<'a>>; 4],
    number: u8,
    standard: [Huffman<'static>; 2],
) -> Result<Huffman<'a>, CannotCarry> {
    let defined = tables.get(usize::from(number)).copied().flatten();
    let standard = || standard.get(usize::from(number)).copied();
    defined.or_else(standard).ok_or(CannotCarry::NoTable { kind: "Huffman", number })
}

fn cut(part: &'static str, offset: usize, expected: usize, found: usize) -> CannotCarry {
    CannotCarry::Cut { part, offset, expected, found }
}

/// More codes of markers (ITU-T T.81 table B.1).
const RST7: u8 = 0xD7;
const DQT: u8 = 0xDB;
const DHP: u8 = 0xDE;
const EXP: u8 = 0xDF;
const APP0: u8 = 0xE0;
const APP14: u8 = 0xEE;

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
    use proptest::prelude::*;

    use super::*;
    use crate::standard::jpeg_payload::JpegFrame;
    use crate::standard::jpeg_payload::samples::{jpeg, pixels, position};
    use crate::video_stream::tests::movie_frames;

    fn sample() -> Vec<u8> {
        jpeg((40, 24), |_| ())
    }

    /// The sample with other bytes after the marker: they replace what is there.
    fn patched(code: u8, after: usize, bytes: &[u8]) -> Vec<u8> {
        let mut jpeg = sample();
        let place = position(&jpeg, code) + after;
        jpeg[place..place + bytes.len()].copy_from_slice(bytes);
        jpeg
    }

    /// The sample with other bytes before the marker.
    fn inserted(code: u8, bytes: &[u8]) -> Vec<u8> {
        let mut jpeg = sample();
        let place = position(&jpeg, code) - 1;
        jpeg.splice(place..place, bytes.iter().copied());
        jpeg
    }

    fn error(jpeg: &[u8]) -> String {
        let error = JpegFrame::of(jpeg).unwrap_err().to_string();
        error.strip_prefix("carry frame as RTP/JPEG: ").expect(&error).to_owned()
    }

    #[test]
    fn the_movies_parts_are_known() {
        let movie = movie_frames(500).remove(0);
        let parts = Interchange::decode(&movie).unwrap();
        assert_eq!((parts.width, parts.height, parts.sampling), (384, 288, Sampling::Yuv420));
        assert_eq!((parts.restart_interval, parts.scan_offset), (None, 623));
        assert_eq!(parts.scan, &movie[623..movie.len() - 2]);
        assert_eq!((parts.quantisation[0][0], parts.quantisation[1][0]), (10, 10));
    }

    #[test]
    fn other_samplings_are_refused_by_name() {
        for (factors, name) in [
            ((1, 1), "4:4:4 (1x1,1x1,1x1)"),
            ((1, 2), "4:4:0 (1x2,1x1,1x1)"),
            ((4, 1), "4:1:1 (4x1,1x1,1x1)"),
            ((4, 2), "4:1:0 (4x2,1x1,1x1)"),
            ((2, 4), "(2x4,1x1,1x1)"),
        ] {
            let sampling = SamplingFactor::from_factors(factors.0, factors.1).unwrap();
            let jpeg = jpeg((40, 24), |encoder| encoder.set_sampling_factor(sampling));
            assert_eq!(
                error(&jpeg),
                format!(
                    "expected 4:2:0 (2x2,1x1,1x1) or 4:2:2 (2x1,1x1,1x1) sampling, found {name}"
                )
            );
        }
        // As FFmpeg writes 4:2:2: the blocks come in another order.
        let ffmpeg = patched(SOF0, 10, &[0x22, 0, 2, 0x12, 1, 3, 0x12]);
        assert!(error(&ffmpeg).ends_with("found 4:2:2 (2x2,1x2,1x2)"));
        for strange in [patched(SOF0, 10, &[0x21, 0, 2, 0x11, 1, 3, 0x12]), patched(SOF0, 13, &[0])]
        {
            assert!(error(&strange).contains("sampling, found ("), "{}", error(&strange));
        }
    }

    fn encoded(color: ColorType, channels: u32, progressive: bool) -> Vec<u8> {
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, 80);
        encoder.set_progressive(progressive);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.encode(&pixels(40, 24, channels), 40, 24, color).unwrap();
        jpeg
    }

    #[test]
    fn other_kinds_of_jpeg_are_refused_with_what_was_found() {
        let sof = position(&sample(), SOF0) - 1;
        for (jpeg, expected) in [
            (
                encoded(ColorType::Luma, 1, false),
                "expected three components (Y, Cb, Cr), found 1 (grey)".to_owned(),
            ),
            (
                encoded(ColorType::Cmyk, 4, false),
                "expected three components (Y, Cb, Cr), found 4 (CMYK)".to_owned(),
            ),
            (
                patched(SOF0, 0, &[SOF2]),
                format!(
                    "expected a baseline JPEG, found a progressive one (marker FF C2 at byte {sof})"
                ),
            ),
            (
                patched(SOF0, 0, &[0xC3]),
                format!(
                    "expected a baseline JPEG, found a lossless one (marker FF C3 at byte {sof})"
                ),
            ),
            (
                patched(SOF0, 0, &[0xC9]),
                format!(
                    "expected a baseline JPEG, found an arithmetically coded one (marker FF C9 at byte {sof})"
                ),
            ),
            (
                patched(SOF0, 0, &[DHP]),
                format!(
                    "expected a baseline JPEG, found a hierarchical one (marker FF DE at byte {sof})"
                ),
            ),
            (patched(SOF0, 3, &[12]), "expected samples of 8 bits, found 12".to_owned()),
            (
                patched(SOF0, 4, &[0x07, 0xF9]),
                "expected 1 to 2040 pixels in width and height, found 40x2041".to_owned(),
            ),
            (
                patched(SOF0, 6, &[0x08, 0x00]),
                "expected 1 to 2040 pixels in width and height, found 2048x24".to_owned(),
            ),
            (
                patched(SOF0, 4, &[0, 0]),
                "expected 1 to 2040 pixels in width and height, found 40x0".to_owned(),
            ),
            (
                patched(DQT, 3, &[0x10]),
                format!(
                    "expected quantisation tables of 8 bits, found one of 16 at byte {}",
                    position(&sample(), DQT) + 3
                ),
            ),
            (
                patched(SOF0, 17, &[0]),
                "expected one quantisation table for both chroma components, found two".to_owned(),
            ),
            (
                patched(SOF0, 17, &[3]),
                "expected quantisation table 3, found no definition of it".to_owned(),
            ),
            (
                patched(SOS, 9, &[0x21]),
                "expected Huffman table 2, found no definition of it".to_owned(),
            ),
        ] {
            assert_eq!(error(&jpeg), expected);
        }
        assert!(matches!(
            JpegFrame::of(&encoded(ColorType::Rgb, 3, true)),
            Err(CannotCarry::Coding { marker: SOF2, .. })
        ));
    }

    #[test]
    fn red_green_and_blue_are_told_as_decoders_tell_them() {
        let adobe =
            |transform: u8| [b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0", &[transform][..]].concat();
        let without_jfif = |jpeg: Vec<u8>| {
            let mut jpeg = jpeg;
            let app0 = position(&jpeg, APP0);
            jpeg[app0 + 3..app0 + 7].copy_from_slice(b"none");
            jpeg
        };
        let is_rgb = |jpeg: &[u8]| Interchange::decode(jpeg).err() == Some(CannotCarry::Rgb);
        assert!(!is_rgb(&inserted(SOF0, &adobe(0))), "JFIF is always YCbCr");
        assert!(is_rgb(&without_jfif(inserted(SOF0, &adobe(0)))));
        assert!(!is_rgb(&without_jfif(inserted(SOF0, &adobe(1)))));
        let mut named = without_jfif(sample());
        let (sof, sos) = (position(&named, SOF0), position(&named, SOS));
        for (component, name) in b"RGB".iter().enumerate() {
            named[sof + 9 + 3 * component] = *name;
            named[sos + 4 + 2 * component] = *name;
        }
        assert!(is_rgb(&named));
        assert!(error(&named).starts_with("expected components Y, Cb, Cr, found red"));
    }

    #[test]
    fn what_is_no_jpeg_or_has_no_scan_is_refused() {
        for (jpeg, expected) in [
            (&b""[..], "expected the start of a JPEG (FF D8), found nothing"),
            (b"\xFF", "expected the start of a JPEG (FF D8), found FF"),
            (b"12345\xFF\xD8", "expected the start of a JPEG (FF D8), found 31 32"),
            (b"\xFF\xD8", "the JPEG at byte 0 is cut: expected 3 bytes, found 2"),
            (b"\xFF\xD8\xFF\xD9", "damaged at byte 2: expected a scan, found the end of the image"),
            (b"\xFF\xD8\xFF\xDB\0", "the DQT at byte 4 is cut: expected 2 bytes, found 1"),
            (b"\xFF\xD8\xFF\xDB\0\x43\0", "the DQT at byte 4 is cut: expected 67 bytes, found 3"),
            (b"\xFF\xD8\xFF\xDB\0\x04\0\0", "the DQT at byte 7 is cut: expected 64 bytes, found 1"),
            (
                b"\xFF\xD8\xFF\xC0\0\x05\x08\0\x01",
                "the SOF at byte 6 is cut: expected 6 bytes, found 3",
            ),
            (b"\xFF\xD8\xFF\xDA\0\x02", "damaged at byte 2: expected a frame header, found a scan"),
            (
                b"\xFF\xD8\xFF\xC4\0\x03\0",
                "damaged at byte 6: expected a Huffman table, found a cut or overfull one",
            ),
        ] {
            assert_eq!(error(jpeg), expected, "{jpeg:X?}");
        }
        for (jpeg, expected) in [
            (
                patched(SOS, 3, &[1]),
                "expected one scan of three components, found another at byte ",
            ),
            (patched(SOS, 4, &[7]), "damaged at byte "),
            (patched(DHT, 3, &[0x25]), "damaged at byte "),
            (inserted(SOS, &sample()[position(&sample(), SOF0) - 1..][..19]), "damaged at byte "),
        ] {
            assert!(error(&jpeg).starts_with(expected), "{}", error(&jpeg));
        }
    }

    #[test]
    fn what_follows_the_scan_is_refused_unless_it_is_the_end() {
        let whole = sample();
        let end = whole.len() - 2;
        let scan = |jpeg: &[u8]| Interchange::decode(jpeg).map(|parts| parts.scan.to_vec());
        let expected = scan(&whole).unwrap();
        for end_of_image in [&b""[..], b"\xFF", b"\xFF\xFF\xD9", b"\xFF\xD9junk\xFF\xDA"] {
            let jpeg = [&whole[..end], end_of_image].concat();
            assert_eq!(scan(&jpeg).as_ref(), Ok(&expected), "{end_of_image:X?}");
        }
        for other in [b"\xFF\xDA\0\x08", b"\xFF\xC4\0\x03", b"\xFF\xDC\0\x04"] {
            let jpeg = [&whole[..end], other].concat();
            assert_eq!(scan(&jpeg), Err(CannotCarry::Scans { offset: end }));
        }
        for (restart, found) in
            [(&b"\xFF\xD0"[..], "a restart marker"), (b"\xFF\xFF\0", "FF FF 00")]
        {
            let jpeg = [&whole[..end], restart, &whole[end..]].concat();
            let Err(CannotCarry::Damaged { offset, found: f, .. }) = scan(&jpeg) else { panic!() };
            assert_eq!((offset, f), (end, found));
        }
        let start = position(&whole, SOS) + 13;
        assert_eq!(
            error(&[&whole[..start], b"\xFF\xD9"].concat()),
            format!("damaged at byte {start}: expected the data of the scan, found nothing")
        );
    }

    #[test]
    fn segments_may_come_in_any_order_and_with_filling() {
        let whole = sample();
        let expected = Interchange::decode(&whole).unwrap();
        let [sof, dqt, dht, sos] = [SOF0, DQT, DHT, SOS].map(|code| position(&whole, code) - 1);
        assert!(sof < dqt && dqt < dht && dht < sos);
        // The other way round; a comment, TEM and FF between segments.
        let jpeg = [
            &whole[..sof],
            &whole[dht..sos],
            b"\xFF\xFE\0\x04hi\xFF\x01\xFF\xFF",
            &whole[dqt..dht],
            &whole[sof..dqt],
            &whole[sos..],
        ]
        .concat();
        let found = Interchange::decode(&jpeg).unwrap();
        assert_eq!(found.quantisation, expected.quantisation);
        assert_eq!((found.scan, found.huffman), (expected.scan, expected.huffman));
    }

    #[test]
    fn a_movie_without_huffman_tables_has_the_standard_ones() {
        let mut jpeg = sample();
        while let Some(dht) = jpeg.windows(2).position(|marker| marker == [0xFF, DHT]) {
            let length = usize::from(u16::from_be_bytes([jpeg[dht + 2], jpeg[dht + 3]]));
            jpeg.drain(dht..dht + 2 + length);
        }
        assert!(jpeg.len() < sample().len() - 400);
        assert_eq!(JpegFrame::of(&jpeg), JpegFrame::of(&sample()));
    }

    #[test]
    fn four_huffman_tables_in_one_segment_are_read() {
        let whole = sample();
        let (dht, sos) = (position(&whole, DHT) - 1, position(&whole, SOS) - 1);
        let mut tables = Vec::new();
        let mut rest = &whole[dht..sos];
        while let [0xFF, DHT, high, low, ..] = *rest {
            let length = 2 + usize::from(u16::from_be_bytes([high, low]));
            tables.extend_from_slice(&rest[4..length]);
            rest = &rest[length..];
        }
        assert_eq!((rest.len(), tables.len()), (0, 416));
        let one = [&whole[..dht], b"\xFF\xC4\x01\xA2", &tables, &whole[sos..]].concat();
        assert_eq!(JpegFrame::of(&one), JpegFrame::of(&whole));
    }

    #[test]
    fn an_extended_frame_of_8_bits_is_like_a_baseline_one() {
        assert_eq!(JpegFrame::of(&patched(SOF0, 0, &[SOF1])), JpegFrame::of(&sample()));
    }

    #[test]
    fn a_cut_in_the_headers_is_an_error_and_one_in_the_data_is_not_seen() {
        let whole = sample();
        let start = Interchange::decode(&whole).unwrap().scan_offset;
        for cut in 0..=start {
            let error = Interchange::decode(&whole[..cut]).unwrap_err().to_string();
            assert!(error.contains("expected"), "{cut}: {error}");
        }
        for cut in start + 2..whole.len() {
            assert!(Interchange::decode(&whole[..cut]).is_ok(), "{cut}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_apart_or_refused(
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0xFF), 0xC0..=0xDF_u8], 0..200),
        ) {
            drop(JpegFrame::of(&bytes));
            drop(JpegFrame::of(&[&b"\xFF\xD8"[..], &bytes].concat()));
        }

        #[test]
        fn a_damaged_jpeg_is_taken_apart_or_refused(
            damages in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..5),
            cut in any::<proptest::sample::Index>(),
            is_cut in any::<bool>(),
        ) {
            let mut jpeg = sample();
            for (index, byte) in damages {
                // Most of the file is data: damage the headers as often.
                let within = if byte % 2 == 0 { 640 } else { jpeg.len() };
                let place = index.index(within.min(jpeg.len()));
                jpeg[place] = byte;
            }
            if is_cut {
                jpeg.truncate(cut.index(jpeg.len()));
            }
            if let Ok(frame) = JpegFrame::of(&jpeg) {
                let mut payload = Vec::new();
                frame.packets(300).for_each(|packet| packet.write(&mut payload));
            }
        }
    }
}
