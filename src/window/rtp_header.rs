//! The panel that takes the latest RTP packet apart, as the report's figure 3 draws it, and the header
//! that its payload begins with, if it has one.

use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::{Canvas, wrapped};
use super::figures::more_rows;
use super::layout::{below, count, inside, part};
use super::palette::{Color, LABEL, LOW, SMALL, TEXT, VALUE};
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
    HeaderField::new(TIMESTAMP, 32, 32),
    HeaderField::new(SSRC, 64, 32),
];

/// The number of the source is only a name: it is written in hexadecimal, too.
const SSRC: &str = "SSRC";

/// The lab writes the time into it.
const TIMESTAMP: &str = "timestamp";

/// Draws the header bit by bit, four bytes a row, and then the packet's first bytes. What is guilty of
/// a mistake is red. Rows are lower where there is little room; those that have none are counted.
/// `clock` is the time of day in seconds since 1970, `scale` that of the window.
pub(super) fn draw_rtp_header(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    packet: Option<&LatestPacket>,
    (guilty, clock, scale): (&Guilty, u32, usize),
) {
    let Some(packet) = packet else {
        return canvas.text("no packet has come yet", area, LABEL, Alignment::Center);
    };
    let bit = (area.size.width / 32).min(MOST_BIT_WIDTH);
    // Other timestamps count something else.
    let clock = Some(clock).filter(|_| packet.payload_header.is_none());
    let parts = parts_of(packet, guilty, area.size.width);
    let height = |row: u32| parts.iter().map(|part| part.height(row)).sum::<u32>();
    let has_ruler = area.size.height >= RULER + LINE + 2;
    let rows = if has_ruler { below(area, RULER) } else { area };
    let room = rows.size.height;
    let row = if height(ROW) <= room { ROW } else { LOW_ROW };
    let fits_all = height(row) <= room;
    let room = if fits_all { room } else { room.saturating_sub(LINE) };
    if has_ruler {
        draw_ruler(canvas, area, bit);
    }
    let (mut y, mut left_out, mut is_over) = (0, 0, false);
    for one in &parts {
        let height = one.height(row);
        is_over |= y + height > room;
        if is_over {
            left_out += usize::from(!matches!(one, Part::Gap));
            continue;
        }
        one.draw(canvas, part(rows, 0, y, rows.size.width, height), (bit, clock));
        y += height;
    }
    if left_out > 0 {
        // The last row has an edge of its own.
        let place = part(rows, 0, y + 2, rows.size.width, LINE);
        canvas.text(&more_rows(left_out, scale), place, LABEL, Alignment::Left);
    }
}

/// What the panel shows, one below the other.
enum Part<'a> {
    /// Fields of four bytes, with the header's bytes and what of it is guilty.
    Row(Vec<&'a HeaderField>, &'a [u8], &'a Guilty),
    Gap,
    Text(String, Color),
    Bytes(Line<'a>),
}

/// A line of bytes.
struct Line<'a> {
    label: &'static str,
    bytes: &'a [u8],
    /// The number of the packet's bit that it begins with.
    first: u32,
    is_payload: bool,
    /// A JPEG begins with it.
    is_start: bool,
    /// How many bytes a line has.
    columns: u32,
    guilty: &'a Guilty,
}

impl Part<'_> {
    /// In points, if a row of fields is so high.
    const fn height(&self, row: u32) -> u32 {
        match self {
            Self::Row(..) => row,
            Self::Gap => 6,
            Self::Text(..) | Self::Bytes(_) => LINE,
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rectangle, (bit, clock): (u32, Option<u32>)) {
        match self {
            Self::Row(fields, header, guilty) => {
                for field in fields {
                    let x = field.first % 32 * bit;
                    let cell = part(area, x, 0, field.bits * bit + 1, area.size.height + 1);
                    let is_guilty = is_guilty(guilty, field.first, field.bits);
                    let color = if is_guilty { Color::Red } else { Color::ButtonEdge };
                    let value = value_of(field, header);
                    draw_field(canvas, cell, (field, color), (value, clock), bit);
                }
            }
            Self::Gap => {}
            Self::Text(text, color) => {
                canvas.text(text, area, LABEL.in_color(*color), Alignment::Left);
            }
            Self::Bytes(line) => line.draw(canvas, area),
        }
    }
}

/// All parts, the most important first.
fn parts_of<'a>(packet: &'a LatestPacket, guilty: &'a Guilty, width: u32) -> Vec<Part<'a>> {
    let payload = packet.payload_start();
    let mut parts = rows_of(&FIELDS, &packet.header, guilty);
    parts.push(Part::Gap);
    if let Some(PayloadHeader { fields, lines }) = &packet.payload_header {
        parts.extend(rows_of(fields, payload, &Guilty::Nothing));
        parts.push(Part::Gap);
        let lines = lines.iter().flat_map(|line| wrapped(line, LABEL.columns(width)));
        parts.extend(lines.map(|line| Part::Text(line, Color::Green)));
    }
    parts.extend(about(packet, guilty));
    let columns = if width >= WIDE { 12 } else { 8 };
    let header = Line {
        label: "header",
        bytes: &packet.header,
        first: 0,
        is_payload: false,
        is_start: false,
        columns,
        guilty,
    };
    parts.push(Part::Bytes(header));
    let is_jpeg = payload.starts_with(&SOI);
    for (bytes, number) in payload.chunks(columns as usize).zip(0..) {
        let label = if number == 0 { "payload" } else { "" };
        let first = HEADER_BITS + number * 8 * columns;
        let is_start = is_jpeg && number == 0;
        parts.push(Part::Bytes(Line {
            label,
            bytes,
            first,
            is_payload: true,
            is_start,
            columns,
            guilty,
        }));
    }
    parts
}

/// The fields of a header, four bytes a row.
fn rows_of<'a>(fields: &'a [HeaderField], header: &'a [u8], guilty: &'a Guilty) -> Vec<Part<'a>> {
    let rows = fields.chunk_by(|one, next| one.first / 32 == next.first / 32);
    rows.map(|row| Part::Row(row.iter().collect(), header, guilty)).collect()
}

/// What the payload is.
fn about<'a>(packet: &LatestPacket, guilty: &Guilty) -> Vec<Part<'a>> {
    let (length, payload) = (packet.payload_length, packet.payload_start());
    let is_jpeg = payload.starts_with(&SOI);
    if is_guilty(guilty, HEADER_BITS, 8) && !is_jpeg {
        let late = payload.windows(SOI.len()).position(|bytes| bytes == SOI);
        let text = late.and_then(|late| payload.get(..late)).map(|before| {
            let text: String = before.iter().map(|byte| shown(*byte)).collect();
            format!("FF D8 comes {} bytes late, after \"{text}\"", before.len())
        });
        let first = format!(
            "{length} bytes of payload, but not a JPEG{}",
            if text.is_some() { ":" } else { "" }
        );
        return [Some(first), text]
            .into_iter()
            .flatten()
            .map(|text| Part::Text(text, Color::Red))
            .collect();
    }
    let text = match length {
        0 => "no payload".to_owned(),
        length if is_jpeg => format!("{length} bytes of payload: FF D8, a JPEG begins"),
        length => format!("{length} bytes of payload: part of a frame"),
    };
    let color = match guilty {
        Guilty::Length => Color::Red,
        Guilty::Nothing | Guilty::Bits(_) if is_jpeg => Color::Green,
        Guilty::Nothing | Guilty::Bits(_) => Color::Dim,
    };
    vec![Part::Text(text, color)]
}

fn draw_ruler(canvas: &mut Canvas<'_>, area: Rectangle, bit: u32) {
    for number in [0, 8, 16, 24] {
        let place = part(area, number * bit + 2, 0, 2 * bit, RULER);
        canvas.text(&number.to_string(), place, SMALL, Alignment::Left);
    }
    let last = part(area, 30 * bit, 0, 2 * bit, RULER);
    canvas.text("31", last, SMALL, Alignment::Right);
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

/// The name, the bits, each in a cell of its own that is filled if it is 1, and the value.
fn draw_field(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    (field, color): (&HeaderField, Color),
    (value, clock): (u128, Option<u32>),
    bit: u32,
) {
    canvas.panel(area, 0, Color::Background, color);
    let width = area.size.width;
    let (text, line) = if area.size.height > ROW { (LABEL, 13) } else { (LOW, 12) };
    let name = if color == Color::Red { text.in_color(Color::Red) } else { text };
    canvas.text(field.name, part(area, 0, 1, width, line), name, Alignment::Center);
    for number in 0..field.bits {
        let is_one = value >> (field.bits - 1 - number) & 1 == 1;
        let cell = part(area, 1 + number * bit, line + 1, bit - 1, line);
        let (fill, color) =
            if is_one { (Color::Blue, Color::OnFill) } else { (Color::DarkBlue, Color::Dim) };
        canvas.fill(cell, fill);
        canvas.text(if is_one { "1" } else { "0" }, cell, text.in_color(color), Alignment::Center);
    }
    let value = written(field, value, clock);
    let below = inside(area, [0, 2 * line + 1, 0, 1]);
    canvas.text(&value, below, VALUE, Alignment::Center);
}

/// A value as one says it.
fn written(field: &HeaderField, value: u128, clock: Option<u32>) -> String {
    let meaning = field.meanings.iter().find(|(meant, _)| *meant == value);
    let is_now = |value: &u32| clock.is_some_and(|clock| value.abs_diff(clock) < DAY);
    let time = u32::try_from(value).ok().filter(is_now);
    match (meaning, field.name) {
        (Some((_, meaning)), _) => (*meaning).to_owned(),
        (None, SSRC) => format!("{value} = 0x{value:08X}"),
        (None, TIMESTAMP) if time.is_some() => format!("{value} = {}", time_of_day(time)),
        (None, _) => format!("{value}{}", field.unit),
    }
}

/// The lab's timestamps are the time in seconds.
fn time_of_day(time: Option<u32>) -> String {
    let second = time.unwrap_or_default() % DAY;
    format!("{:02}:{:02}:{:02} UTC", second / 3600, second / 60 % 60, second % 60)
}

/// A byte as a character, or a dot if it is none.
const fn shown(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { byte as char } else { '.' }
}

impl Line<'_> {
    /// In hexadecimal, and a payload as characters, too, so that a length in digits is seen at once.
    /// Green says that a JPEG begins; what is filled red is wrong.
    fn draw(&self, canvas: &mut Canvas<'_>, area: Rectangle) {
        let (step, height) = (LABEL.width_of("FF "), area.size.height);
        let label = part(area, 0, 0, LABELS_WIDTH, height);
        canvas.text(self.label, label, LABEL, Alignment::Left);
        let characters = LABELS_WIDTH + self.columns * step + 6;
        for (byte, number) in self.bytes.iter().zip(0..) {
            let is_wrong = is_guilty(self.guilty, self.first + 8 * number, 8);
            let color = match (is_wrong, self.is_start && number < 2) {
                (true, _) => Color::OnFill,
                (false, true) => Color::Green,
                (false, false) => Color::Ink,
            };
            let place = part(area, LABELS_WIDTH + number * step, 0, step, height);
            if is_wrong {
                let has_next = is_guilty(self.guilty, self.first + 8 * (number + 1), 8)
                    && count(self.bytes.len()) > number + 1;
                let width = if has_next { step } else { step - 4 };
                let ground = part(area, LABELS_WIDTH + number * step - 1, 0, width, height);
                canvas.fill(ground, Color::Red);
            }
            canvas.text(&format!("{byte:02X}"), place, TEXT.in_color(color), Alignment::Left);
        }
        if self.is_payload {
            let text: String = self.bytes.iter().map(|byte| shown(*byte)).collect();
            let place = part(area, characters, 0, LABEL.width_of(&text), height);
            canvas.text(&text, place, LABEL, Alignment::Left);
        }
    }
}

/// The heights of the line of bit numbers, of a row of fields, where there is room and where there is
/// little, and of a line of bytes.
const RULER: u32 = 12;
const ROW: u32 = 43;
const LOW_ROW: u32 = 39;
const LINE: u32 = 14;
const LABELS_WIDTH: u32 = 48;
/// From this width on a line of the payload is as long as the header.
const WIDE: u32 = 344;
/// A wider cell would say no more.
const MOST_BIT_WIDTH: u32 = 16;
const HEADER_BITS: u32 = 96;
/// A JPEG begins with these.
const SOI: [u8; 2] = [0xFF, 0xD8];
/// In seconds.
const DAY: u32 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_that_is_the_time_is_told_as_one() {
        let field = FIELDS.iter().find(|field| field.name == TIMESTAMP).unwrap();
        let noon = 1_796_040_000 / DAY * DAY + 12 * 3600;
        let written = |value: u32, clock| written(field, value.into(), Some(clock));
        assert_eq!(written(noon + 61, noon), format!("{} = 12:01:01 UTC", noon + 61));
        assert_eq!(written(noon - DAY, noon), (noon - DAY).to_string());
        assert_eq!(written(77, noon), "77");
    }
}
