//! The panel that shows the RTSP dialogue: what the client says on the left, the server on the right.

use std::time::Duration;

use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::Size;
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::{Canvas, wrapped};
use super::layout::part;
use super::palette::{AMBER, BACKGROUND, BLUE, DIM, GREEN, INK, RED, SMALL};
use crate::client::{ClientEvent, LogEntry, Message, Severity};

/// Draws the last entries that there is room for. Where older ones have none, the newest is at the
/// foot.
pub(super) fn draw_rtsp_log(canvas: &mut Canvas<'_>, area: Rectangle, entries: &[LogEntry]) {
    let width = area.size.width;
    let heading = part(area, 0, 0, width, 12);
    canvas.text("client", heading, SMALL.in_color(BLUE), Alignment::Left);
    canvas.text("server", heading, SMALL.in_color(GREEN), Alignment::Right);
    let room = part(area, 0, 18, width, area.size.height.saturating_sub(18));
    if entries.is_empty() {
        canvas.text("nothing has been sent yet", room, SMALL, Alignment::Center);
    }
    let mut left = room.size.height + GAP;
    let fitting =
        entries.iter().rev().map(|entry| Block::of(entry, room.size)).map_while(|block| {
            left = left.checked_sub(block.height())?;
            Some(block)
        });
    let blocks: Vec<Block> = fitting.collect();
    let mut y = 0;
    if blocks.len() < entries.len() {
        let earlier = format!("{} earlier", entries.len() - blocks.len());
        canvas.text(&earlier, heading, SMALL, Alignment::Center);
        y = left;
    }
    for block in blocks.iter().rev() {
        block.draw(canvas, part(room, 0, y, width, block.height() - GAP));
        y += block.height();
    }
}

/// One entry as it is drawn.
struct Block {
    side: Side,
    at: Duration,
    color: Rgb888,
    lines: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Server,
    /// Said by neither of them.
    Between,
}

impl Block {
    /// Not higher than the room, so that the newest entry is always to be seen.
    fn of(entry: &LogEntry, room: Size) -> Self {
        let (side, color, text) = match &entry.event {
            ClientEvent::Sent(text) => (Side::Client, BLUE, text.clone()),
            ClientEvent::Received(text) => (Side::Server, color_of(text), text.clone()),
            ClientEvent::Connected(peer) => (Side::Between, DIM, format!("connected to {peer}")),
            ClientEvent::Ignored(why) => (Side::Between, AMBER, format!("ignored: {why}")),
            ClientEvent::Noted(note) => (Side::Between, AMBER, format!("note: {note}")),
            ClientEvent::TakenBack(title) => (Side::Between, DIM, format!("taken back: {title}")),
            ClientEvent::Told(message) => {
                (Side::Between, color_of_message(message), message.title.clone())
            }
        };
        let mut lines: Vec<String> = match side {
            Side::Client | Side::Server => text.trim_end().lines().map(str::to_owned).collect(),
            // What is remarked has no lines of its own.
            Side::Between => wrapped(&text, (room.width - TIME_WIDTH) / SMALL.width_of("m")),
        };
        let fitting = usize::try_from(room.height.saturating_sub(8) / LINE).unwrap_or(0);
        let most = fitting.clamp(1, MOST_LINES);
        if lines.len() > most {
            let more = format!("... and {} lines more", lines.len() - (most - 1));
            lines.truncate(most - 1);
            lines.push(more);
        }
        Self { side, at: entry.at, color, lines }
    }

    /// With the gap below it.
    fn height(&self) -> u32 {
        let lines = u32::try_from(self.lines.len()).unwrap_or(0);
        match self.side {
            Side::Between => lines * LINE + GAP,
            Side::Client | Side::Server => lines * LINE + 8 + GAP,
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rectangle) {
        let width = area.size.width;
        let time = clock(self.at);
        let time_width = SMALL.width_of(&time);
        if self.side == Side::Between {
            canvas.text(&time, part(area, 0, 0, TIME_WIDTH, LINE), SMALL, Alignment::Left);
            for (line, row) in self.lines.iter().zip(0..) {
                let place = part(area, TIME_WIDTH, row * LINE, width - TIME_WIDTH, LINE);
                canvas.text(line, place, SMALL.in_color(self.color), Alignment::Left);
            }
            return;
        }
        let longest = self.lines.iter().map(|line| SMALL.width_of(line)).max().unwrap_or(0);
        let bubble_width = (longest + 10).min(width - time_width - 4);
        let (bubble_x, time_x) = match self.side {
            Side::Server => (width - bubble_width, width - bubble_width - 4 - time_width),
            Side::Client | Side::Between => (0, bubble_width + 4),
        };
        let bubble = part(area, bubble_x, 0, bubble_width, area.size.height);
        canvas.panel(bubble, 4, BACKGROUND, self.color);
        for (line, row) in self.lines.iter().zip(0..) {
            let ink = SMALL.in_color(if row == 0 { self.color } else { INK });
            let place = part(bubble, 5, 4 + row * LINE, bubble_width - 10, LINE);
            canvas.text(line, place, ink, Alignment::Left);
        }
        canvas.text(&time, part(area, time_x, 4, time_width, LINE), SMALL, Alignment::Left);
    }
}

/// As the message itself is drawn.
const fn color_of_message(message: &Message) -> Rgb888 {
    match message.severity {
        Severity::Warning => AMBER,
        Severity::Error => RED,
    }
}

/// Green for a request that was granted, red for one that was not.
fn color_of(reply: &str) -> Rgb888 {
    match reply.split_whitespace().nth(1) {
        Some(code) if reply.starts_with("RTSP/") && !code.starts_with('2') => RED,
        _ => GREEN,
    }
}

/// Minutes, seconds and hundredths: beside the longest line of SETUP there is no room for more.
fn clock(at: Duration) -> String {
    let hundredths = at.as_millis() / 10;
    format!("{}:{:02}.{:02}", hundredths / 6000, hundredths / 100 % 60, hundredths % 100)
}

/// What a remark leaves to the time before it: eight characters and a gap.
const TIME_WIDTH: u32 = 54;
/// The height of a line.
const LINE: u32 = 11;
/// The gap between two messages.
const GAP: u32 = 5;
/// Of a message that is longer, the rest is counted.
const MOST_LINES: usize = 12;
