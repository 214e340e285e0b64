//! The panel that takes the latest RTP packet apart, as the report's figure 3 draws it, and in the
//! standard dialect the headers of its payload, too.

use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::Canvas;
use super::layout::part;
use super::palette::{
    BACKGROUND, BLUE, BUTTON_EDGE, DARK_BLUE, DARK_INK, DIM, GREEN, INK, LABEL, SMALL, VALUE,
};
use crate::client::LatestPacket;
use crate::standard::jpeg_payload::Headers;

/// A field of a header.
struct Field {
    name: &'static str,
    /// Its place: the number of its first bit, counted from the packet's first.
    first: u32,
    bits: u32,
}

/// Those of RTP (RFC 3550 section 5.1).
const FIELDS: [Field; 9] = [
    Field { name: "V", first: 0, bits: 2 },
    Field { name: "P", first: 2, bits: 1 },
    Field { name: "X", first: 3, bits: 1 },
    Field { name: "CC", first: 4, bits: 4 },
    Field { name: "M", first: 8, bits: 1 },
    Field { name: "PT", first: 9, bits: 7 },
    Field { name: "sequence number", first: 16, bits: 16 },
    Field { name: "timestamp", first: 32, bits: 32 },
    Field { name: "SSRC", first: 64, bits: 32 },
];

/// Those of the main header of RTP/JPEG (RFC 2435 section 3.1).
const JPEG_FIELDS: [Field; 6] = [
    Field { name: "type spec.", first: 0, bits: 8 },
    Field { name: "fragment offset", first: 8, bits: 24 },
    Field { name: "type", first: 32, bits: 8 },
    Field { name: "Q", first: 40, bits: 8 },
    Field { name: "width", first: 48, bits: 8 },
    Field { name: "height", first: 56, bits: 8 },
];

/// Draws the header bit by bit, four bytes a row, and then the packet's first bytes: the rows that
/// there is room for.
pub(super) fn draw_rtp_header(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    packet: Option<&LatestPacket>,
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
    draw_fields(canvas, below(RULER), &FIELDS, &packet.header, bit);
    let end = RULER + 3 * ROW + 8;
    match (&packet.jpeg_headers, packet.payload_start().first_chunk::<8>()) {
        (Some(headers), Some(main)) => {
            draw_fields(canvas, below(end), &JPEG_FIELDS, main, bit);
            let end = end + 2 * ROW + 4;
            let end = end + draw_more_headers(canvas, below(end), headers);
            draw_bytes(canvas, below(end), packet);
        }
        _ => draw_bytes(canvas, below(end), packet),
    }
}

/// The fields of a header, four bytes a row: the rows that there is room for.
fn draw_fields(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    fields: &[Field],
    header: &[u8],
    bit: u32,
) {
    let bits = header.iter().fold(0, |bits: u128, byte| bits << 8 | u128::from(*byte));
    let count = header.iter().map(|_| 8).sum::<u32>();
    for field in fields {
        let (row, column) = (field.first / 32, field.first % 32);
        if (row + 1) * ROW >= area.size.height {
            return;
        }
        let cell = part(area, column * bit, row * ROW, field.bits * bit + 1, ROW + 1);
        // The last bit of all is bit 0.
        let value = bits >> (count - field.first - field.bits) & ((1 << field.bits) - 1);
        draw_field(canvas, cell, field, value, bit);
    }
}

/// The headers that only some payloads have, a line each; how high the lines are.
fn draw_more_headers(canvas: &mut Canvas<'_>, area: Rectangle, headers: &Headers) -> u32 {
    let restart = headers.restart.map(|restart| {
        let (first, last) = (u8::from(restart.first), u8::from(restart.last));
        let (interval, count) = (restart.interval, restart.count);
        format!("restart: interval {interval}, F {first}, L {last}, count {count}")
    });
    let tables = headers.tables.map(|tables| {
        let (precision, length) = (tables.precision, tables.length_bytes);
        format!("tables: precision {precision}, {length} bytes")
    });
    let mut y = 0;
    for line in [restart, tables].into_iter().flatten() {
        if y + LINE > area.size.height {
            return y;
        }
        let place = part(area, 0, y, area.size.width, LINE);
        canvas.text(&line, place, LABEL.in_color(GREEN), Alignment::Left);
        y += LINE;
    }
    y
}

/// The name, the bits, each in a cell of its own that is filled if it is 1, and the value.
fn draw_field(canvas: &mut Canvas<'_>, area: Rectangle, field: &Field, value: u128, bit: u32) {
    canvas.panel(area, 0, BACKGROUND, BUTTON_EDGE);
    let width = area.size.width;
    canvas.text(field.name, part(area, 0, 1, width, 13), SMALL, Alignment::Center);
    for number in 0..field.bits {
        let is_one = value >> (field.bits - 1 - number) & 1 == 1;
        let cell = part(area, 1 + number * bit, 14, bit - 1, 13);
        let (fill, color) = if is_one { (BLUE, DARK_INK) } else { (DARK_BLUE, DIM) };
        canvas.fill(cell, fill);
        canvas.text(if is_one { "1" } else { "0" }, cell, SMALL.in_color(color), Alignment::Center);
    }
    let value = written(field.name, value);
    canvas.text(&value, part(area, 0, 27, width, 15), VALUE, Alignment::Center);
}

/// A value as one says it: the numbers that are only names are hexadecimal, too.
fn written(name: &str, value: u128) -> String {
    match (name, value) {
        ("SSRC", _) => format!("{value} = 0x{value:08X}"),
        ("PT", 26) => "26 JPEG".to_owned(),
        ("type", 0 | 64) => format!("{value} = 4:2:2"),
        ("type", 1 | 65) => format!("{value} = 4:2:0"),
        ("width" | "height", _) => format!("{value} x 8"),
        _ => value.to_string(),
    }
}

/// Header and payload in hexadecimal, and what the payload is.
fn draw_bytes(canvas: &mut Canvas<'_>, area: Rectangle, packet: &LatestPacket) {
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
    canvas.text(
        &about,
        line(0),
        LABEL.in_color(if is_jpeg { GREEN } else { DIM }),
        Alignment::Left,
    );
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
        draw_line_of_bytes(canvas, line(row), bytes, row == 2 && is_jpeg);
    }
}

/// In green what says that a JPEG begins.
fn draw_line_of_bytes(canvas: &mut Canvas<'_>, area: Rectangle, bytes: &[u8], begins: bool) {
    let step = SMALL.width_of("FF ");
    for (byte, number) in bytes.iter().zip(0..) {
        let place = part(area, LABELS_WIDTH + number * step, 0, step, LINE);
        let color = if begins && number < 2 { GREEN } else { INK };
        canvas.text(&format!("{byte:02X}"), place, SMALL.in_color(color), Alignment::Left);
    }
}

/// The heights of the line of bit numbers, of a row of fields, and of a line of bytes.
const RULER: u32 = 12;
const ROW: u32 = 43;
const LINE: u32 = 14;
/// So many that header and payload stand below each other.
const BYTES_A_LINE: usize = 12;
const LABELS_WIDTH: u32 = 56;
/// A wider cell would say no more.
const MOST_BIT_WIDTH: u32 = 16;
