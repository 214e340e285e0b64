//! What lies over the movie: the message, and the dialog.

use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::buttons::{Look, draw_button};
use super::canvas::{Canvas, wrapped};
use super::layout::{Layout, count, inside, part, point};
use super::palette::{Color, LABEL, STRONG, TEXT, TITLE};
use super::tabs::{draw_esc, draw_letter};
use super::target::{PanelKind, Target};
use super::view::View;
use crate::client::{Message, Severity};
use crate::rtsp::State;

/// A message as it is laid out at the foot of the movie.
pub(super) struct MessageBox<'a> {
    area: Rectangle,
    color: Color,
    title: Vec<String>,
    text: Vec<String>,
    /// What the panel of the RTP header shows of it.
    packet: Option<&'a str>,
}

impl<'a> MessageBox<'a> {
    /// As high as its lines, and at most half of the movie, which is `room` here; what has no room then
    /// is in the log.
    pub(super) fn of(room: Rectangle, message: &Message, packet: Option<&'a str>) -> Self {
        let width = room.size.width.saturating_sub(2 * 12);
        let text_width = width.saturating_sub(2 * MARGIN);
        let color = match message.severity {
            Severity::Warning => Color::Amber,
            Severity::Error => Color::Red,
        };
        let mut title = wrapped(&message.title, STRONG.columns(text_width.saturating_sub(ESC)));
        let mut text = wrapped(&message.text, TEXT.columns(text_width));
        let most = (room.size.height / 2).saturating_sub(2 * 8);
        let height = |title: &[String], text: &[String], packet: bool| {
            count(title.len()) * TITLE_LINE
                + count(text.len()) * LINE
                + if packet { PACKET_LINE } else { 0 }
        };
        let packet = packet.filter(|_| height(&title, &text, true) <= most);
        if height(&title, &text, packet.is_some()) > most {
            let more = "... more in L".to_owned();
            while height(&title, &text, false) + LINE > most && text.pop().is_some() {}
            while height(&title, &text, false) + LINE > most && title.len() > 1 {
                title.pop();
            }
            text.push(more);
        }
        let height = 2 * 8 + height(&title, &text, packet.is_some());
        let y = room.size.height.saturating_sub(height + 10);
        Self { area: part(room, 12, y, width, height), color, title, text, packet }
    }

    /// How high it is, with what it keeps clear.
    pub(super) const fn height(&self) -> u32 {
        self.area.size.height + 2 * 10
    }

    /// What happened, and what to do about it. A click takes it away, or shows the packet.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, hover: Option<Target>) {
        let area = self.area;
        canvas.panel(area, 6, Color::Panel, self.color);
        canvas.fill(part(area, 0, 3, 6, area.size.height.saturating_sub(6)), self.color);
        canvas.target(Target::Message, area);
        let width = area.size.width.saturating_sub(2 * MARGIN);
        let esc = part(area, area.size.width.saturating_sub(34), 6, 26, 15);
        draw_esc(canvas, esc, hover == Some(Target::Message));
        let mut y = 8;
        for line in &self.title {
            let place = part(area, MARGIN, y, width.saturating_sub(ESC), TITLE_LINE);
            canvas.text(line, place, STRONG.in_color(self.color), Alignment::Left);
            y += TITLE_LINE;
        }
        for line in &self.text {
            canvas.text(line, part(area, MARGIN, y, width, LINE), TEXT, Alignment::Left);
            y += LINE;
        }
        if let Some(packet) = self.packet {
            let target = Target::Tab(PanelKind::RtpHeader);
            let key = part(area, MARGIN, y + 4, 15, 15);
            draw_letter(canvas, key, "H", (false, hover == Some(target)));
            let place = part(area, MARGIN + 21, y + 4, width.saturating_sub(21), 15);
            canvas.text(packet, place, TEXT, Alignment::Left);
            canvas.target(target, part(area, MARGIN, y + 2, width, 19));
        }
    }
}

/// "Close the player?" (the report's table 5).
pub(super) fn draw_dialog(canvas: &mut Canvas<'_>, layout: &Layout, view: &View<'_>) {
    let area = layout.dialog();
    canvas.panel(area, 8, Color::Panel, Color::ButtonEdge);
    let line = |y, height| {
        part(inside(area, [12, 0, 12, 0]), 0, y, area.size.width.saturating_sub(24), height)
    };
    canvas.text("Close the player?", line(18, 22), TITLE, Alignment::Center);
    let lines = match view.state {
        State::Init => ["There is no session to end.", ""],
        State::Ready if view.picture.is_none() => {
            ["A session is open. Closing ends it", "with a TEARDOWN request."]
        }
        State::Ready => {
            ["The video is paused. Closing ends the session", "with a TEARDOWN request."]
        }
        State::Playing => {
            ["The video still plays. Closing ends the session", "with a TEARDOWN request."]
        }
    };
    for (text, y) in lines.into_iter().zip([47, 63]) {
        canvas.text(text, line(y, 16), LABEL, Alignment::Center);
    }
    let buttons = [
        (16, 204, ("Continue watching", "Enter"), Look::Next, Target::Continue),
        (228, 136, ("Close", "Q"), Look::On, Target::Close),
    ];
    for (x, width, texts, look, target) in buttons {
        let button = Rectangle::new(
            area.top_left + point(x, 101),
            embedded_graphics::prelude::Size::new(width, 34),
        );
        draw_button(canvas, button, texts, (look, true), view.hover == Some(target));
        canvas.target(target, button);
    }
}

/// What a message keeps clear at each side of its text, and what its key takes of the title.
const MARGIN: u32 = 17;
const ESC: u32 = 30;
const TITLE_LINE: u32 = 17;
const LINE: u32 = 15;
const PACKET_LINE: u32 = 21;
