//! What lies over the video: the message, the description, the dialog, and the panels' frame.

use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::buttons::{Buttons, Look, draw_button};
use super::canvas::{Canvas, wrapped};
use super::controls::Target;
use super::keys::draw_keys;
use super::layout::{Layout, MESSAGE_LINE, MESSAGE_MARGIN, part};
use super::palette::{AMBER, BLUE, BUTTON_EDGE, DIM, INK, LABEL, PANEL, RED, SMALL, STRONG, TITLE};
use super::rtp_header::draw_rtp_header;
use super::rtsp_log::draw_rtsp_log;
use super::view::{Panel, View};
use crate::client::{Message, Severity};
use crate::rtsp::State;

/// What happened, and what to do about it.
pub(super) fn draw_message(canvas: &mut Canvas<'_>, area: Rectangle, message: &Message) {
    let color = match message.severity {
        Severity::Warning => AMBER,
        Severity::Error => RED,
    };
    canvas.panel(area, 6, PANEL, color);
    canvas.fill(part(area, 0, 3, 6, area.size.height - 6), color);
    let (left, width) = (MESSAGE_MARGIN, area.size.width - 2 * MESSAGE_MARGIN);
    let title = part(area, left, 5, width - 48, 18);
    canvas.text(&message.title, title, STRONG.in_color(color), Alignment::Left);
    canvas.text("Esc \u{d7}", part(area, left, 5, width + 5, 18), SMALL, Alignment::Right);
    let lines = wrapped(&message.text, width / LABEL.width_of("m"));
    for (line, y) in lines.iter().zip([24, 24 + MESSAGE_LINE.unsigned_abs()]) {
        canvas.text(line, part(area, left, y, width, 18), LABEL.in_color(INK), Alignment::Left);
    }
}

/// The answer to DESCRIBE: lines that are too long are wrapped, and those that are too many are
/// counted.
pub(super) fn draw_description(canvas: &mut Canvas<'_>, area: Rectangle, description: &str) {
    let inside = framed(canvas, area, "Description");
    draw_lines(canvas, inside, &description_lines(area, description));
}

/// As high as the lines are, if there is so much room.
pub(super) fn description_area(room: Rectangle, description: &str) -> Rectangle {
    let lines = description_lines(room, description).len();
    let height = u32::try_from(lines).unwrap_or(u32::MAX).saturating_mul(LINE);
    part(room, 0, 0, room.size.width, height.saturating_add(42).min(room.size.height))
}

fn description_lines(area: Rectangle, description: &str) -> Vec<String> {
    wrapped(description, (area.size.width - 2 * MARGIN) / LABEL.width_of("m"))
}

/// As many lines as there is room for; the last one says how many there are besides.
fn draw_lines(canvas: &mut Canvas<'_>, area: Rectangle, lines: &[String]) {
    let fit = usize::try_from(area.size.height / LINE).unwrap_or(0);
    let shown = if lines.len() > fit { fit.saturating_sub(1) } else { lines.len() };
    let more = format!("... and {} lines more", lines.len() - shown);
    let last = (shown < lines.len() && fit > 0).then_some(&more);
    for (line, row) in lines.iter().take(shown).chain(last).zip(0..) {
        let place = part(area, 0, row * LINE, area.size.width, LINE);
        canvas.text(line, place, LABEL.in_color(INK), Alignment::Left);
    }
}

/// One of the panels over the right half of the video.
pub(super) fn draw_panel(
    canvas: &mut Canvas<'_>,
    area: Rectangle,
    panel: &Panel<'_>,
    buttons: Buttons,
) {
    match panel {
        Panel::RtspLog(entries) => {
            let inside = framed(canvas, area, "RTSP log");
            draw_rtsp_log(canvas, inside, entries);
        }
        Panel::RtpHeader(packet, guilty) => {
            let inside = framed(canvas, area, "RTP header");
            draw_rtp_header(canvas, inside, *packet, guilty);
        }
        Panel::Keys { can_seek, can_lose } => {
            let inside = framed(canvas, area, "Keys");
            draw_keys(canvas, inside, buttons, (*can_seek, *can_lose));
        }
    }
}

/// The frame of a box with its title; what is left of it.
fn framed(canvas: &mut Canvas<'_>, area: Rectangle, title: &str) -> Rectangle {
    canvas.panel(area, 6, PANEL, BLUE);
    let width = area.size.width - 2 * MARGIN;
    canvas.text(title, part(area, MARGIN, 5, width - 48, 18), STRONG, Alignment::Left);
    canvas.text("Esc \u{d7}", part(area, MARGIN, 5, width - 2, 18), SMALL, Alignment::Right);
    part(area, MARGIN, 30, width, area.size.height.saturating_sub(30 + MARGIN))
}

/// "Close the player?" (the report's table 5).
pub(super) fn draw_dialog(canvas: &mut Canvas<'_>, layout: &Layout, view: &View<'_>) {
    let area = layout.dialog;
    canvas.panel(area, 8, PANEL, BUTTON_EDGE);
    let line = |y, height| part(area, 12, y, area.size.width - 24, height);
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
        canvas.text(text, line(y, 16), LABEL.in_color(DIM), Alignment::Center);
    }
    let [stay, close] = layout.dialog_buttons();
    let over = |target| view.hover == Some(target);
    let (next, on) = (Look::Next, Look::On);
    draw_button(canvas, stay, ("Continue watching", "Enter"), next, over(Target::Continue));
    draw_button(canvas, close, ("Close", "Q"), on, over(Target::Close));
}

/// What a box keeps clear inside its edge.
const MARGIN: u32 = 7;
/// The height of a line of the description.
const LINE: u32 = 15;
