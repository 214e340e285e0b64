//! The panel that shows the RTSP dialogue: what the client says on the left, the server on the right;
//! and the one with the answer to DESCRIBE.

use std::time::Duration;

use embedded_graphics::prelude::{Point, Size};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::canvas::{Canvas, wrapped};
use super::layout::{below, count, inside, part};
use super::palette::{Color, LABEL, SMALL, TEXT};
use super::scroll::Page;
use super::target::Target;
use crate::client::{ClientEvent, LogEntry, Message, Severity};

/// Draws whole entries from `first` on, or if that is `None` the newest, the last of them at the foot.
/// How many are earlier and newer is said above and below; the `forgotten` ones are no more.
pub(super) fn draw_rtsp_log(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    (entries, forgotten, first): (&[LogEntry], usize, Option<usize>),
    hover: Option<Target>,
) {
    if area.size.height < LEAST_HEIGHT {
        let text = format!("{} entries: enlarge the window", entries.len());
        return canvas.text(&text, area, LABEL, Alignment::Center);
    }
    let heading = part(area, 0, 0, area.size.width, HEADING);
    canvas.text("client", heading, LABEL.in_color(Color::Blue), Alignment::Left);
    let to_bar = inside(heading, [0, 0, BAR_ROOM, 0]);
    canvas.text("server", to_bar, LABEL.in_color(Color::Green), Alignment::Right);
    let room = inside(area, [0, HEADING + 1, BAR_ROOM, FOOT]);
    if entries.is_empty() {
        canvas.text("nothing has been sent yet", room, LABEL, Alignment::Center);
    }
    let blocks: Vec<Block> = entries.iter().map(|entry| Block::of(entry, room.size)).collect();
    let heights: Vec<u32> = blocks.iter().map(Block::height).collect();
    let page = Page::of(&heights, forgotten, first, room.size.height + GAP);
    let begin = page.earlier();
    let shown = blocks.get(begin..page.end - page.least).unwrap_or_default();
    let height: u32 = shown.iter().map(Block::height).sum();
    // The newest is at the foot, unless there is room for all.
    let is_at_foot = first.is_none() && begin > 0;
    let mut y = if is_at_foot { (room.size.height + GAP).saturating_sub(height) } else { 0 };
    for block in shown {
        let height = (block.height() - GAP).min(room.size.height.saturating_sub(y));
        block.draw(canvas, part(room, 0, y, room.size.width, height));
        y += block.height();
    }
    draw_earlier(canvas, heading, page);
    draw_bar(canvas, inside(area, [0, HEADING + 1, 0, 2]), page);
    draw_later(canvas, area, page, (first.is_some(), hover));
    canvas.drawn.page = Some(page);
}

/// What lies before the first that is shown.
fn draw_earlier(canvas: &mut Canvas<'_>, heading: Rectangle, page: Page) {
    let text = match (page.earlier(), page.least) {
        (0, 0) => return,
        (0, forgotten) => format!("{forgotten} forgotten"),
        (earlier, _) => format!("{earlier} earlier  PgUp"),
    };
    let width = LABEL.width_of(&text);
    let middle = heading.center();
    if page.earlier() > 0 {
        let tip = Point::new(
            part(heading, (heading.size.width - width) / 2, 0, 0, 0).top_left.x - 9,
            middle.y - 3,
        );
        canvas.arrow(tip, 6, true);
    }
    canvas.text(&text, heading, LABEL, Alignment::Center);
}

/// That what is shown is the newest, or how many are newer and the way to them.
fn draw_later(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    page: Page,
    (is_scrolled, hover): (bool, Option<Target>),
) {
    let height = FOOT.min(area.size.height);
    let foot = part(area, 0, area.size.height - height, area.size.width, height);
    if page.later() == 0 || !is_scrolled {
        if page.total > 0 {
            canvas.text("newest", inside(foot, [0, 2, 0, 0]), SMALL, Alignment::Center);
        }
        return;
    }
    let text = format!("{} newer: End", page.later());
    let width = LABEL.width_of(&text) + 24;
    let chip =
        part(foot, foot.size.width.saturating_sub(width) / 2, 2, width, height.saturating_sub(2));
    let is_hovered = hover == Some(Target::Newest);
    let fill = if is_hovered { Color::HoverBlue } else { Color::Blue };
    canvas.panel(chip, 7, fill, fill);
    canvas.text(&text, inside(chip, [16, 0, 0, 0]), TEXT.in_color(Color::OnFill), Alignment::Left);
    let corner = |x, y| part(chip, x, y, 0, 0).top_left;
    canvas.triangle([corner(5, 6), corner(13, 6), corner(9, 10)], Color::OnFill);
    canvas.target(Target::Newest, chip);
}

/// Which part of the whole is shown.
fn draw_bar(canvas: &mut Canvas<'_>, area: Rectangle, page: Page) {
    let (all, height) = (page.total - page.least, area.size.height);
    if page.end - page.first == all || height < 12 {
        return;
    }
    let at = |number: usize| {
        let share = u64::from(height) * number as u64 / all.max(1) as u64;
        u32::try_from(share).unwrap_or(height)
    };
    let bar = inside(area, [area.size.width.saturating_sub(BAR), 0, 0, 0]);
    canvas.fill(bar, Color::Faint);
    let (from, to) = (at(page.earlier()), at(page.end - page.least));
    canvas.fill(part(bar, 0, from.min(height - 6), BAR, (to - from).max(6)), Color::Dim);
}

/// The answer to DESCRIBE, wrapped; from line `first` on.
pub(super) fn draw_description(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    text: Option<&str>,
    first: Option<usize>,
) {
    let Some(text) = text else {
        return canvas.text("no answer to DESCRIBE yet", area, LABEL, Alignment::Center);
    };
    let area = inside(area, [0, 4, 0, 0]);
    let room = inside(area, [0, 0, BAR_ROOM, 0]);
    let lines = wrapped(text, TEXT.columns(room.size.width));
    let fits = count(lines.len()) * DESCRIPTION_LINE <= room.size.height;
    let foot = if fits { 0 } else { FOOT };
    let heights = vec![DESCRIPTION_LINE; lines.len()];
    let least_room = room.size.height.saturating_sub(foot);
    let mut page = Page::of(&heights, 0, Some(first.unwrap_or(0)), least_room);
    if page.later() == 0 {
        page = Page::of(&heights, 0, None, least_room);
    }
    let shown = lines.get(page.first..page.end).unwrap_or_default();
    for (line, row) in shown.iter().zip(0..) {
        let place = part(room, 0, row * DESCRIPTION_LINE, room.size.width, DESCRIPTION_LINE);
        canvas.text(line, place, TEXT, Alignment::Left);
    }
    if !fits {
        let (earlier, later) = (page.earlier(), page.later());
        let text = match (earlier, later) {
            (_, 1..) => format!("{later} more lines  PgDn"),
            (..) => format!("{earlier} lines above  PgUp"),
        };
        let place = below(area, area.size.height.saturating_sub(FOOT - 2));
        canvas.text(&text, place, LABEL, Alignment::Center);
        draw_bar(canvas, inside(area, [0, 0, 0, FOOT]), page);
    }
    canvas.drawn.page = Some(page);
}

/// One entry as it is drawn.
struct Block {
    side: Side,
    at: Duration,
    color: Color,
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
            ClientEvent::Sent(text) => (Side::Client, Color::Blue, text.clone()),
            ClientEvent::Received(text) => (Side::Server, color_of(text), text.clone()),
            ClientEvent::Connected(peer) => {
                (Side::Between, Color::Dim, format!("connected to {peer}"))
            }
            ClientEvent::Ignored(why) => (Side::Between, Color::Amber, format!("ignored: {why}")),
            ClientEvent::Noted(note) => (Side::Between, Color::Amber, format!("note: {note}")),
            ClientEvent::TakenBack(title) => {
                (Side::Between, Color::Dim, format!("taken back: {title}"))
            }
            ClientEvent::Told(message) => {
                let text = format!("{}: {}", message.title, message.text);
                (Side::Between, color_of_message(message), text.trim_end_matches(": ").to_owned())
            }
        };
        let time = SMALL.width_of(&clock(entry.at)) + TIME_GAP;
        let mut lines = match side {
            Side::Client | Side::Server => {
                bubble_lines(text.trim_end(), room.width.saturating_sub(2 * PADDING), time)
            }
            Side::Between => wrapped(&text, TEXT.columns(room.width.saturating_sub(time))),
        };
        let fitting = room.height.saturating_sub(side.padding()) / LINE;
        let most = usize::try_from(fitting).unwrap_or(0).max(1);
        if lines.len() > most {
            let more = format!("... {} lines more: enlarge the window", lines.len() - (most - 1));
            lines.truncate(most - 1);
            lines.push(more);
        }
        Self { side, at: entry.at, color, lines }
    }

    /// With the gap below it.
    fn height(&self) -> u32 {
        count(self.lines.len()) * LINE + self.side.padding() + GAP
    }

    fn draw(&self, canvas: &mut Canvas<'_>, area: Rectangle) {
        let time = clock(self.at);
        let time_width = SMALL.width_of(&time);
        let line = |area: Rectangle, row: u32, left: u32| {
            let height = area.size.height.saturating_sub(row * LINE).min(LINE);
            part(area, left, row * LINE, area.size.width.saturating_sub(left), height)
        };
        if self.side == Side::Between {
            canvas.text(&time, line(area, 0, 0), SMALL, Alignment::Left);
            for (text, row) in self.lines.iter().zip(0..) {
                let place = line(area, row, time_width + TIME_GAP);
                canvas.text(text, place, TEXT.in_color(self.color), Alignment::Left);
            }
            return;
        }
        let first = self.lines.first().map_or(0, |line| TEXT.width_of(line));
        let longest = self.lines.iter().map(|line| TEXT.width_of(line)).max().unwrap_or(0);
        let width = longest.max(first + TIME_GAP + time_width) + 2 * PADDING;
        let width = width.min(area.size.width);
        let x = if self.side == Side::Server { area.size.width - width } else { 0 };
        let bubble = part(area, x, 0, width, area.size.height);
        canvas.panel(bubble, 4, Color::Background, self.color);
        let text = inside(bubble, [PADDING, 2, PADDING, 2]);
        for (words, row) in self.lines.iter().zip(0..) {
            let ink = TEXT.in_color(if row == 0 { self.color } else { Color::Ink });
            canvas.text(words, line(text, row, 0), ink, Alignment::Left);
        }
        canvas.text(&time, line(text, 0, 0), SMALL, Alignment::Right);
    }
}

impl Side {
    /// What an entry is higher than its lines.
    const fn padding(self) -> u32 {
        match self {
            Self::Between => 0,
            Self::Client | Self::Server => 4,
        }
    }
}

/// The lines of a message; the first leaves room for its time.
fn bubble_lines(text: &str, width: u32, time: u32) -> Vec<String> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut lines = wrapped(first, TEXT.columns(width.saturating_sub(time)));
    lines.extend(wrapped(rest, TEXT.columns(width)));
    lines
}

/// As the message itself is drawn.
const fn color_of_message(message: &Message) -> Color {
    match message.severity {
        Severity::Warning => Color::Amber,
        Severity::Error => Color::Red,
    }
}

/// Green for a request that was granted, red for one that was not.
fn color_of(reply: &str) -> Color {
    match reply.split_whitespace().nth(1) {
        Some(code) if reply.starts_with("RTSP/") && !code.starts_with('2') => Color::Red,
        _ => Color::Green,
    }
}

/// Minutes, seconds and hundredths: beside the longest line of SETUP there is no room for more.
fn clock(at: Duration) -> String {
    let hundredths = at.as_millis() / 10;
    format!("{}:{:02}.{:02}", hundredths / 6000, hundredths / 100 % 60, hundredths % 100)
}

/// The height of a line.
const LINE: u32 = 13;
const DESCRIPTION_LINE: u32 = 14;
/// The gap between two messages.
const GAP: u32 = 5;
/// The heights of the lines above and below them.
const HEADING: u32 = 16;
const FOOT: u32 = 18;
/// With these two, and an entry of one line between them.
const LEAST_HEIGHT: u32 = HEADING + 1 + LINE + 4 + FOOT;
/// What a message keeps clear inside its edge, and before its time.
const PADDING: u32 = 6;
const TIME_GAP: u32 = 8;
/// The bar that shows which part is to be seen, and what it takes at the right.
const BAR: u32 = 4;
const BAR_ROOM: u32 = 8;
