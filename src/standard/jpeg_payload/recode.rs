//! The data of a scan, from the frame's Huffman codes to the standard ones. Lossless: each symbol
//! stays what it is, and the bits behind it are copied.

use super::bits::BitWriter;
use super::cannot_carry::CannotCarry;
use super::interchange::Interchange;
use crate::jpeg::bits::BitReader;
use crate::jpeg::huffman::{Code, Huffman, HuffmanPair};

/// Recodes the data of a scan to other tables, which are [`super::tables::STANDARD`] but in tests;
/// its restart markers stay where they are.
///
/// # Errors
/// The data is damaged, or has symbols that the other tables have no code for.
pub(super) fn recoded(
    parts: &Interchange<'_>,
    [to_luma, to_blue, to_red]: [HuffmanPair<'_>; 3],
) -> Result<Vec<u8>, CannotCarry> {
    let [luma, blue, red] = parts.huffman;
    let luma = Recoder::new(luma, to_luma);
    let chroma = [Recoder::new(blue, to_blue), Recoder::new(red, to_red)];
    let (across, down) = parts.sampling.luma_factors();
    let luma_blocks = across * down;
    let mcus = |pixels: u16, factor: u8| u32::from(pixels).div_ceil(8 * u32::from(factor));
    let mcus = mcus(parts.width, across) * mcus(parts.height, down);
    let interval = parts.restart_interval.map_or(u32::MAX, |interval| interval.get().into());

    let capacity = parts.scan.len() + parts.scan.len() / 4;
    let mut scan =
        Scan { input: BitReader::new(parts.scan), output: BitWriter::with_capacity(capacity) };
    for mcu in 0..mcus {
        let result = scan.restart(mcu, interval).and_then(|()| {
            (0..luma_blocks).try_for_each(|_| scan.block(&luma))?;
            chroma.iter().try_for_each(|chroma| scan.block(chroma))
        });
        if let Err(Damage { found, expected }) = result {
            let offset = parts.scan_offset + parts.scan.len() - scan.input.bytes_left();
            return Err(CannotCarry::Damaged { offset, found, expected });
        }
    }
    Ok(scan.output.finish())
}

/// The data that is read, and the data that is written.
struct Scan<'a> {
    input: BitReader<'a>,
    output: BitWriter,
}

/// What is wrong with the data.
struct Damage {
    found: &'static str,
    expected: &'static str,
}

impl Scan<'_> {
    /// Before every `interval`th MCU but the first there is a marker, RST0 to RST7 in turn.
    fn restart(&mut self, mcu: u32, interval: u32) -> Result<(), Damage> {
        if mcu == 0 || mcu % interval != 0 {
            return Ok(());
        }
        let code = 0xD0 | ((mcu / interval - 1) % 8) as u8;
        if self.input.next_marker() != Some(code) {
            return Err(Damage { found: "another or none", expected: "the next restart marker" });
        }
        self.output.put_marker(code);
        Ok(())
    }

    /// A block: the DC coefficient's difference, then AC coefficients up to the last or to the
    /// end-of-block symbol (ITU-T T.81 section F.1.2).
    fn block(&mut self, recoder: &Recoder) -> Result<(), Damage> {
        self.symbol(&recoder.dc)?;
        let mut coefficients = 1;
        while coefficients < 64 {
            match self.symbol(&recoder.ac)? {
                0 => return Ok(()),
                more => coefficients += more,
            }
        }
        let excess = Damage { found: "more", expected: "64 coefficients in a block" };
        if coefficients > 64 { Err(excess) } else { Ok(()) }
    }

    /// One symbol and the bits behind it; returns how many coefficients that are, 0 for the end.
    fn symbol(&mut self, table: &Table) -> Result<u32, Damage> {
        let bits = self.input.peek();
        let Some(entry) = table.find(bits) else {
            return Err(Damage { found: "other bits", expected: "a code of its Huffman table" });
        };
        let (length, value_length) = (u32::from(entry.length), u32::from(entry.value_length));
        if self.input.skip(length + value_length).is_none() {
            return Err(Damage { found: "the end of the data", expected: "a block" });
        }
        if entry.standard_length == 0 {
            return Err(Damage { found: "another", expected: "a symbol of a baseline JPEG" });
        }
        // In two steps, for the value may have no bits at all.
        let value = bits << length >> 1 >> (63 - value_length);
        let code = u64::from(entry.standard_bits) << value_length;
        self.output.put(code | value, u32::from(entry.standard_length) + value_length);
        Ok(entry.coefficients.into())
    }
}

/// The tables of one component.
struct Recoder {
    dc: Table,
    ac: Table,
}

impl Recoder {
    fn new(from: HuffmanPair<'_>, to: HuffmanPair<'_>) -> Self {
        Self { dc: Table::new(from.dc, to.dc, false), ac: Table::new(from.ac, to.ac, true) }
    }
}

/// From codes of the frame to those of the standard.
struct Table {
    /// By the next bits, for codes that are not longer.
    short: [Entry; 1 << SHORT],
    /// The longer codes, ascending, each with the first 16 bits that are behind it.
    long: Vec<(u32, Entry)>,
}

/// What to do with a code.
#[derive(Clone, Copy, Default)]
struct Entry {
    /// Its length in bits; 0: there is no such code.
    length: u8,
    /// The bits of the value behind it.
    value_length: u8,
    /// How many coefficients it stands for: the zeros of the run, too; 0 for all that are left.
    coefficients: u8,
    /// The length of the standard code in bits; 0: there is none.
    standard_length: u8,
    standard_bits: u16,
}

impl Table {
    fn new(from: Huffman<'_>, to: Huffman<'_>, is_ac: bool) -> Self {
        let mut standard = [Code::default(); 256];
        for code in to.codes() {
            if let Some(slot) = standard.get_mut(usize::from(code.symbol)) {
                *slot = code;
            }
        }
        let (mut short, mut long) = ([Entry::default(); 1 << SHORT], Vec::new());
        for code in from.codes() {
            let standard = standard.get(usize::from(code.symbol)).copied().unwrap_or_default();
            let entry = Entry::new(code, standard, is_ac);
            let (bits, length) = (u32::from(code.bits), u32::from(code.length));
            if let Some(free) = SHORT.checked_sub(length) {
                let (start, end) = (bits << free, (bits + 1) << free);
                if let Some(slots) = short.get_mut(start as usize..end as usize) {
                    slots.fill(entry);
                }
            } else {
                long.push(((bits + 1) << (16 - length), entry));
            }
        }
        Self { short, long }
    }

    /// The code that the bits begin with.
    fn find(&self, bits: u64) -> Option<Entry> {
        let entry = *self.short.get((bits >> (64 - SHORT)) as usize)?;
        if entry.length != 0 {
            return Some(entry);
        }
        let next = (bits >> 48) as u32;
        let place = self.long.partition_point(|&(end, _)| end <= next);
        self.long.get(place).map(|&(_, entry)| entry)
    }
}

impl Entry {
    /// An AC symbol is a run of zeros and the length of the value behind them: 0 0 ends the block,
    /// 15 0 stands for sixteen zeros (ITU-T T.81 section F.1.2.2.1).
    fn new(code: Code, standard: Code, is_ac: bool) -> Self {
        let value_length = if is_ac { code.symbol & 0x0F } else { code.symbol };
        let coefficients = match code.symbol {
            0x00 => 0,
            symbol if is_ac => (symbol >> 4) + 1,
            _ => 1,
        };
        Self {
            length: code.length,
            // The standard tables have no symbol with more.
            value_length: value_length.min(16),
            coefficients,
            standard_length: standard.length,
            standard_bits: standard.bits,
        }
    }
}

/// Codes of so many bits are looked up at once; longer ones are rare.
const SHORT: u32 = 9;

#[cfg(test)]
mod tests {
    use jpeg_encoder::{Encoder, SamplingFactor};
    use proptest::prelude::*;

    use super::*;
    use crate::jpeg::huffman::{STANDARD_CHROMA, STANDARD_LUMA};
    use crate::picture::Picture;
    use crate::standard::jpeg_payload::JpegFrame;
    use crate::standard::jpeg_payload::samples::{
        SWAPPED, all_pixels, jpeg, payloads, with_huffman,
    };
    use crate::standard::jpeg_payload::tables::STANDARD;

    /// How many codes of each length: few long ones, one length only, and as many long ones as go.
    const DC_COUNTS: [[u8; 16]; 3] = [
        [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1],
    ];
    const AC_COUNTS: [[u8; 16]; 3] = [
        [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
        [0, 0, 0, 0, 0, 0, 0, 162, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 154],
    ];

    /// Codes for all symbols of a baseline JPEG, in any order, so that most are not the best.
    fn any_table(counts: [[u8; 16]; 3], symbols: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
        let counts = proptest::sample::select(counts.to_vec());
        (counts, Just(symbols).prop_shuffle())
            .prop_map(|(counts, symbols)| [&counts[..], &symbols].concat())
    }

    fn any_tables() -> impl Strategy<Value = [Vec<u8>; 2]> {
        let dc: Vec<u8> = (0..12).collect();
        let ac = (0..162).map(|number| match number {
            160 => 0x00,
            161 => 0xF0,
            number => (number / 10) << 4 | (number % 10 + 1),
        });
        [any_table(DC_COUNTS, dc), any_table(AC_COUNTS, ac.collect())]
    }

    fn pair([dc, ac]: &[Vec<u8>; 2]) -> HuffmanPair<'_> {
        HuffmanPair { dc: Huffman::decode(dc).unwrap().0, ac: Huffman::decode(ac).unwrap().0 }
    }

    fn sample(sampling: SamplingFactor, restart_interval: u16) -> Vec<u8> {
        jpeg((70, 45), |encoder: &mut Encoder<_>| {
            encoder.set_sampling_factor(sampling);
            encoder.set_restart_interval(restart_interval);
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// The same encoder wrote the same picture with the standard's tables: every bit is known.
        #[test]
        fn any_tables_become_the_standard_ones_to_the_bit(
            (luma, chroma) in (any_tables(), any_tables()),
            sampling in proptest::sample::select(vec![SamplingFactor::F_2_1, SamplingFactor::F_2_2]),
            restart_interval in 0..4_u16,
        ) {
            let original = sample(sampling, restart_interval);
            let changed = with_huffman(&original, [pair(&luma), pair(&chroma), pair(&chroma)], [0, 1, 1]);
            // The decoder, which is not ours, sees the same pixels in both.
            prop_assert_eq!(Picture::decode(&changed).unwrap(), Picture::decode(&original).unwrap());
            let frame = JpegFrame::of(&changed).unwrap();
            prop_assert!(frame.is_recoded());
            prop_assert_eq!(payloads(&frame, 1400), payloads(&JpegFrame::of(&original).unwrap(), 1400));
        }

        #[test]
        fn damaged_data_is_recoded_or_refused_with_its_place(
            (luma, chroma) in (any_tables(), any_tables()),
            restart_interval in 0..4_u16,
            damages in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let original = sample(SamplingFactor::F_2_2, restart_interval);
            let mut changed = with_huffman(&original, [pair(&luma), pair(&chroma), pair(&chroma)], [0, 1, 1]);
            let start = Interchange::decode(&changed).unwrap().scan_offset;
            for (index, byte) in damages {
                let place = start + index.index(changed.len() - start);
                changed[place] = byte;
            }
            if let Err(CannotCarry::Damaged { offset, .. }) = JpegFrame::of(&changed) {
                prop_assert!((start..=changed.len()).contains(&offset), "{offset} in {start}..");
            }
        }
    }

    #[test]
    fn standard_tables_with_other_numbers_need_no_recoding() {
        let original = sample(SamplingFactor::F_2_2, 0);
        let changed = with_huffman(&original, STANDARD, [1, 0, 0]);
        assert_eq!(Picture::decode(&changed).unwrap(), Picture::decode(&original).unwrap());
        let frame = JpegFrame::of(&changed).unwrap();
        assert!(!frame.is_recoded());
        assert_eq!(payloads(&frame, 1400), payloads(&JpegFrame::of(&original).unwrap(), 1400));
    }

    #[test]
    fn a_standard_table_for_the_wrong_component_is_recoded() {
        let original = sample(SamplingFactor::F_2_2, 3);
        let expected = payloads(&JpegFrame::of(&original).unwrap(), 1400);
        for (tables, numbers) in [
            ([STANDARD_LUMA, STANDARD_LUMA, STANDARD_LUMA], [0, 0, 0]),
            ([STANDARD_CHROMA, STANDARD_LUMA, STANDARD_LUMA], [0, 1, 1]),
            ([STANDARD_CHROMA, STANDARD_LUMA, STANDARD_LUMA], [1, 0, 0]),
            ([STANDARD_LUMA, STANDARD_CHROMA, STANDARD_LUMA], [0, 1, 0]),
            ([STANDARD_LUMA, STANDARD_LUMA, STANDARD_CHROMA], [0, 0, 1]),
        ] {
            let changed = with_huffman(&original, tables, numbers);
            assert_eq!(Picture::decode(&changed).unwrap(), Picture::decode(&original).unwrap());
            let frame = JpegFrame::of(&changed).unwrap();
            assert!(frame.is_recoded());
            assert_eq!(payloads(&frame, 1400), expected, "{numbers:?}");
        }
    }

    #[test]
    fn a_frame_of_another_encoder_with_optimised_tables_keeps_its_pixels() {
        let frame = JpegFrame::of(OPTIMISED).unwrap();
        assert!(frame.is_recoded());
        let (mut shown, mut payload) = (Vec::new(), Vec::new());
        frame.packets(60_000).for_each(|packet| packet.write(&mut payload));
        let shape = crate::standard::jpeg_payload::rebuild::Shape {
            sampling: frame.sampling(),
            width_blocks: 3,
            height_blocks: 2,
            restart_interval: 1,
        };
        let tables = Interchange::decode(OPTIMISED).unwrap().quantisation;
        shown.extend(crate::standard::jpeg_payload::rebuild::jpeg_head(
            shape,
            &tables.map(|table| *table),
        ));
        shown.extend_from_slice(&payload[8 + 4 + 132..]);
        assert_eq!(Picture::decode(&shown).unwrap(), all_pixels(OPTIMISED));
    }

    /// One MCU of six blocks. The only DC code is 0; the AC codes are 0 and 10, for these symbols.
    fn tiny(dc: u8, ac: [u8; 2], data: &[u8]) -> Result<Vec<u8>, CannotCarry> {
        let dc = [&[1][..], &[0; 15], &[dc]].concat();
        let ac = [&[1, 1][..], &[0; 14], &ac].concat();
        let original = jpeg((8, 8), |_| ());
        let mut parts = Interchange::decode(&original).unwrap();
        let own = [dc, ac];
        (parts.huffman, parts.scan, parts.scan_offset) = ([pair(&own); 3], data, 1000);
        recoded(&parts, STANDARD)
    }

    #[test]
    fn each_damage_is_told_with_its_place() {
        // A difference of 0 and the end of the block, six times: 00 1010 and then 00 00.
        assert_eq!(tiny(0, [0x00, 0xF0], b"\0\x0F"), Ok(b"\x28\xA2\x8A\0".to_vec()));
        for (dc, ac, data, offset, found, expected) in [
            (0, [0x00, 0xF0], &b"\0"[..], 1001, "the end of the data", "a block"),
            (0, [0x00, 0xF0], b"\x0F", 1001, "other bits", "a code of its Huffman table"),
            (0, [0x00, 0xF0], b"\x55\x40", 1002, "more", "64 coefficients in a block"),
            (0, [0x00, 0x0B], b"\x40\0\0\0", 1002, "another", "a symbol of a baseline JPEG"),
            (12, [0x00, 0xF0], b"\0\0\0\0", 1002, "another", "a symbol of a baseline JPEG"),
            (16, [0x00, 0xF0], b"\0\0\0\0", 1003, "another", "a symbol of a baseline JPEG"),
            (255, [0x00, 0xF0], b"\0\0\0\0", 1003, "another", "a symbol of a baseline JPEG"),
        ] {
            let damaged = CannotCarry::Damaged { offset, found, expected };
            assert_eq!(tiny(dc, ac, data), Err(damaged), "{dc} {ac:X?} {data:X?}");
        }
    }

    #[test]
    fn a_full_block_needs_no_end_and_one_more_coefficient_is_damage() {
        // 0 for DC, 000 for 48 zeros, 10 and a bit for 14 or 15 zeros and a value.
        let mut data = BitWriter::with_capacity(0);
        for _ in 0..6 {
            data.put(0b000_0101, 7);
        }
        let data = data.finish();
        assert!(tiny(0, [0xF0, 0xE1], &data).is_ok());
        assert!(tiny(0, [0xF0, 0xF1], &data).is_err());
    }

    #[test]
    fn restart_markers_out_of_turn_are_damage() {
        let original = sample(SamplingFactor::F_2_2, 2);
        let mut changed = with_huffman(&original, SWAPPED, [0, 1, 1]);
        let first = changed.windows(2).position(|marker| marker == [0xFF, 0xD0]).unwrap();
        changed[first + 1] = 0xD1;
        let error = JpegFrame::of(&changed).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "carry frame as RTP/JPEG: damaged at byte {}: expected the next restart marker, \
                 found another or none",
                first + 2
            )
        );
    }

    /// 19x13 pixels, 4:2:2, a restart marker behind each MCU; written by libjpeg with tables that
    /// it made for this picture.
    const OPTIMISED: &[u8] = b"\
        \xFF\xD8\xFF\xE0\0\x10\x4A\x46\x49\x46\0\x01\x01\0\0\x01\0\x01\0\0\
        \xFF\xDB\0\x43\0\x14\x0E\x0F\x12\x0F\x0D\x14\x12\x10\x12\x17\x15\x14\x18\x1E\
        \x32\x21\x1E\x1C\x1C\x1E\x3D\x2C\x2E\x24\x32\x49\x40\x4C\x4B\x47\x40\x46\x45\x50\
        \x5A\x73\x62\x50\x55\x6D\x56\x45\x46\x64\x88\x65\x6D\x77\x7B\x81\x82\x81\x4E\x60\
        \x8D\x97\x8C\x7D\x96\x73\x7E\x81\x7C\xFF\xDB\0\x43\x01\x15\x17\x17\x1E\x1A\x1E\
        \x3B\x21\x21\x3B\x7C\x53\x46\x53\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\
        \x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\
        \x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\x7C\xFF\xC0\
        \0\x11\x08\0\x0D\0\x13\x03\x01\x21\0\x02\x11\x01\x03\x11\x01\xFF\xC4\0\
        \x17\0\0\x03\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x03\
        \x04\x05\xFF\xC4\0\x1F\x10\0\x01\x04\x02\x02\x03\0\0\0\0\0\0\0\
        \0\0\0\x02\0\x01\x03\x11\x04\x31\x05\x21\x22\x61\x71\xFF\xC4\0\x17\x01\
        \0\x03\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\x03\x04\x05\0\
        \xFF\xC4\0\x22\x11\x01\0\x02\x01\x02\x06\x03\0\0\0\0\0\0\0\0\
        \0\x01\0\x02\x03\x11\x21\x04\x05\x13\x31\x41\xA1\x71\xD1\xE1\xFF\xDD\0\x04\
        \0\x01\xFF\xDA\0\x0C\x03\x01\0\x02\x11\x03\x11\0\x3F\0\xC7\x8B\x8F\xF4\
        \xAE\x87\x8F\xF0\xD7\x5F\x16\x33\x6E\xFC\x46\xB8\x5C\x9D\xA7\xFF\xD0\x8A\x47\x11\
        \x32\x11\x85\xC9\x99\xEA\xEF\x68\x44\x5A\xEB\xB8\xFB\xFB\x8E\x3C\xDF\x47\x42\xBE\
        \xFF\0\x27\xFF\xD1\xBA\x2C\x50\x4F\x9A\x01\x8F\x18\xC8\x77\x54\xA3\xDA\xEA\x84\
        \x0E\x2C\x8D\x71\xB6\x3C\x0C\xFF\xD2\x6B\x62\x85\x21\x4D\xEA\x32\x31\x66\x7F\xFF\
        \xD9";
}
