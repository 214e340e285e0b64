//! The panel that takes the latest RTP packet apart, as the report's figure 3 draws it, and the header
//! that its payload begins with, if it has one.

use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::layout::part;
use super::palette::{
    BACKGROUND, BLUE, BUTTON_EDGE, DARK_BLUE, DARK_INK, DIM, GREEN, INK, LABEL, RED, SMALL, VALUE,
};
use crate::client::{HeaderField, LatestPacket, PayloadHeader};
use crate::diagnosis::Guilty;

/// Those of RTP (RFC 3550 section 5.1).
const FIELDS: [HeaderField; 9] = [
    HeaderField::new("V", 0, 2),
    HeaderField::new("P", 2, 1),
    HeaderField::new("X", 3, 1),
    HeaderField::new("CC", 4, 4),
    HeaderField::new("M", 8, 1),
    HeaderField { meanings: &[(26, "26 JPEG")], ..HeaderField::new("PT", 9, 7) },
    HeaderField::new("sequence number", 16, 16),
    HeaderField::new("timestamp", 32, 32),
    HeaderField::new(SSRC, 64, 32),
];

/// The number of the source is only a name: it is written in hexadecimal, too.
const SSRC: &str = "SSRC";

/// Draws the header bit by bit, four bytes a row, and then the packet's first bytes: the rows that
/// there is room for. What is guilty of a mistake is red.
pub(super) fn draw_rtp_header(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    packet: Option<&LatestPacket>,
    guilty: &Guilty,
) {
    let Some(packet) = packet else {
        return canvas.text("no packet has come yet", area, SMALL, Alignment::Center);
    };
    let bit = (area.size.width / 32).min(MOST_BIT_WIDTH);
    for number in [0, 8, 16, 24] {
        let place = part(area, number * bit + 2, 0, 2 * bit, RULER);
        canvas.text(&number.to_string(), place, SMALL, Alignment::Left);
    }
    let last = part(area, 30 * bit, 0, 2 * bit, RULER);
    canvas.text("31", last, SMALL, Alignment::Right);
    let below = |y| part(area, 0, y, area.size.width, area.size.height.saturating_sub(y));
    draw_fields(canvas, below(RULER), (&FIELDS, guilty), &packet.header, bit);
    let mut end = RULER + 3 * ROW + 8;
    if let Some(PayloadHeader { fields, lines }) = &packet.payload_header {
        end += draw_fields(
            canvas,
            below(end),
            (fields, &Guilty::Nothing),
            packet.payload_start(),
            bit,
        ) + 4;
        end += draw_lines(canvas, below(end), lines);
    }
    draw_bytes(canvas, below(end), packet, guilty);
}

/// The fields of a header, four bytes a row: the rows that there is room for. How high all of them
/// are.
fn draw_fields(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    (fields, guilty): (&[HeaderField], &Guilty),
    header: &[u8],
    bit: u32,
) -> u32 {
    for field in fields {
        let (row, column) = (field.first / 32, field.first % 32);
        if (row + 1) * ROW < area.size.height {
            let cell = part(area, column * bit, row * ROW, field.bits * bit + 1, ROW + 1);
            let color = if is_guilty(guilty, field.first, field.bits) { RED } else { BUTTON_EDGE };
            draw_field(canvas, cell, (field, color), value_of(field, header), bit);
        }
    }
    let bits = fields.iter().map(|field| field.first + field.bits).max();
    bits.unwrap_or(0).div_ceil(32) * ROW
}

/// What the bits of a field say, the first of them the highest.
fn value_of(field: &HeaderField, header: &[u8]) -> u128 {
    let bits = header.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    let bits =
        bits.zip(0..).filter(|&(_, at)| (field.first..field.first + field.bits).contains(&at));
    bits.fold(0, |value, (bit, _)| value << 1 | u128::from(bit))
}

/// Whether so many bits from `first` on are part of what is guilty.
fn is_guilty(guilty: &Guilty, first: u32, bits: u32) -> bool {
    match guilty {
        Guilty::Bits(range) => (first..first + bits)
            .any(|bit| usize::try_from(bit).is_ok_and(|bit| range.contains(&bit))),
        Guilty::Nothing | Guilty::Length => false,
    }
}

/// Lines of text, those that there is room for; how high they are.
fn draw_lines(canvas: &mut Canvas<'_>, area: Rectangle, lines: &[String]) -> u32 {
    let mut y = 0;
    for line in lines {
        if y + LINE > area.size.height {
            return y;
        }
        let place = part(area, 0, y, area.size.width, LINE);
        canvas.text(line, place, LABEL.in_color(GREEN), Alignment::Left);
        y += LINE;
    }
    y
}

/// The name, the bits, each in a cell of its own that is filled if it is 1, and the value.
fn draw_field(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    (field, color): (&HeaderField, Rgb888),
    value: u128,
    bit: u32,
) {
    canvas.panel(area, 0, BACKGROUND, color);
    let width = area.size.width;
    let name = if color == RED { SMALL.in_color(RED) } else { SMALL };
    canvas.text(field.name, part(area, 0, 1, width, 13), name, Alignment::Center);
    for number in 0..field.bits {
        let is_one = value >> (field.bits - 1 - number) & 1 == 1;
        let cell = part(area, 1 + number * bit, 14, bit - 1, 13);
        let (fill, color) = if is_one { (BLUE, DARK_INK) } else { (DARK_BLUE, DIM) };
        canvas.fill(cell, fill);
        canvas.text(if is_one { "1" } else { "0" }, cell, SMALL.in_color(color), Alignment::Center);
    }
    let value = written(field, value);
    canvas.text(&value, part(area, 0, 27, width, 15), VALUE, Alignment::Center);
}

/// A value as one says it.
fn written(field: &HeaderField, value: u128) -> String {
    let meaning = field.meanings.iter().find(|(meant, _)| *meant == value);
    match meaning {
        Some((_, meaning)) => (*meaning).to_owned(),
        None if field.name == SSRC => format!("{value} = 0x{value:08X}"),
        None => format!("{value}{}", field.unit),
    }
}

/// Header and payload in hexadecimal, and what the payload is.
fn draw_bytes(canvas: &mut Canvas<'_>, area: Rectangle, packet: &LatestPacket, guilty: &Guilty) {
    let payload = packet.payload_start();
    let is_jpeg = payload.starts_with(&[0xFF, 0xD8]);
    let line = |row: u32| part(area, 0, row * LINE, area.size.width, LINE);
    if area.size.height < LINE {
        return;
    }
    let about = match packet.payload_length {
        0 => "no payload".to_owned(),
        length if is_jpeg => format!("{length} bytes of payload; FF D8: a JPEG begins"),
        length => format!("{length} bytes of payload; part of a frame"),
    };
    let color = match guilty {
        Guilty::Length => RED,
        Guilty::Nothing | Guilty::Bits(_) if is_jpeg => GREEN,
        Guilty::Nothing | Guilty::Bits(_) => DIM,
    };
    canvas.text(&about, line(0), LABEL.in_color(color), Alignment::Left);
    let rows = std::iter::once(packet.header.as_slice()).chain(payload.chunks(BYTES_A_LINE));
    for (bytes, row) in rows.zip(1..) {
        if (row + 1) * LINE > area.size.height {
            return;
        }
        let label = match row {
            1 => "header",
            2 => "payload",
            _ => "",
        };
        canvas.text(label, part(line(row), 0, 0, LABELS_WIDTH, LINE), SMALL, Alignment::Left);
        let first = (row - 1) * BITS_A_LINE;
        let ink = |number| {
            let is_start = row == 2 && is_jpeg && number < 2;
            let is_guilty = is_guilty(guilty, first + 8 * number, 8);
            if is_guilty {
                RED
            } else if is_start {
                GREEN
            } else {
                INK
            }
        };
        draw_line_of_bytes(canvas, line(row), bytes, ink);
    }
}

/// Each in a colour of its own: green says that a JPEG begins, red that it is wrong.
fn draw_line_of_bytes(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    bytes: &[u8],
    color: impl Fn(u32) -> Rgb888,
) {
    let step = SMALL.width_of("FF ");
    for (byte, number) in bytes.iter().zip(0..) {
        let place = part(area, LABELS_WIDTH + number * step, 0, step, LINE);
        let ink = SMALL.in_color(color(number));
        canvas.text(&format!("{byte:02X}"), place, ink, Alignment::Left);
    }
}

/// The heights of the line of bit numbers, of a row of fields, and of a line of bytes.
const RULER: u32 = 12;
const ROW: u32 = 43;
const LINE: u32 = 14;
/// So many that header and payload stand below each other.
const BYTES_A_LINE: usize = 12;
const BITS_A_LINE: u32 = 96;
const LABELS_WIDTH: u32 = 56;
/// A wider cell would say no more.
const MOST_BIT_WIDTH: u32 = 16;
