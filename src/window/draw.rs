//! Draws a [`View`]: a pure function onto pixels. Python: the widgets of `createWidgets`.

use std::time::Instant;

use embedded_graphics::prelude::{OriginDimensions, Point};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Alignment;

use super::buttons::{draw_button, draw_key, key_width};
use super::canvas::{Canvas, Mark};
use super::figures::{draw_all, draw_line, draw_statistics};
use super::keys::draw_keys;
use super::layout::{Layout, below, inside, line_above, line_below, part};
use super::movie::draw_movie;
use super::overlays::{MessageBox, draw_dialog};
use super::palette::{Color, LABEL, PLAIN, STRONG};
use super::rtp_header::draw_rtp_header;
use super::rtsp_log::{draw_description, draw_rtsp_log};
use super::tabs::{HEAD, draw_head, draw_tabs};
use super::target::{Drawn, Target};
use super::view::{Panel, Tone, View};
use crate::rtsp::State;

/// Draws the whole window, `width * height` pixels of `0x00RRGGBB`, rows from the top, and tells what
/// can be clicked there. If there are fewer pixels than that, nothing is drawn. Python:
/// `Client.createWidgets`.
#[doc(alias = "createWidgets")]
pub fn draw(pixels: &mut [u32], width: usize, height: usize, view: &View<'_>) -> Drawn {
    redraw(pixels, (width, height), view, Drawn::default())
}

/// The same on pixels that show what was drawn `before`: only what has changed since is drawn.
pub fn redraw(pixels: &mut [u32], size: (usize, usize), view: &View<'_>, before: Drawn) -> Drawn {
    let canvas = Canvas::new(pixels, size, (view.scale, view.theme), before.parts);
    canvas.map(|canvas| draw_on(canvas, view)).unwrap_or_default()
}

/// Tells what would be where in the window, in the order of drawing, for tests of the layout.
pub fn marks(width: usize, height: usize, view: &View<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    draw_on(Canvas::of_marks((width, height), view.scale, &mut marks), view);
    marks
}

/// The whole window, from its parts. Python: `createWidgets`.
///
/// # Deviation
/// There are no widgets that keep what they show: whatever changes, the window is drawn anew from the
/// client's data, so the two can't disagree.
#[doc(alias = "createWidgets")]
fn draw_on(mut canvas: Canvas<'_>, view: &View<'_>) -> Drawn {
    let drawing = &mut canvas;
    let layout = Layout::of(drawing.size(), view.panel.is_some(), view.movie_only);
    let packet = view.packet_hint.filter(|_| !matches!(view.panel, Some(Panel::RtpHeader { .. })));
    let message = view.message.map(|message| MessageBox::of(layout.movie, message, packet));
    let free = message.as_ref().map_or(layout, |message| layout.above(message.height()));
    // A shade lies on all.
    let shade = view.asks_to_close.then(Instant::now);
    let panel = view.panel.as_ref().map(Panel::kind);
    let size = (drawing.size(), view.scale, view.theme, view.movie_only, view.buttons);
    drawing.begin(&(size, panel, free.panel, view.extra.len(), shade));
    if layout.is_sheet {
        drawing.fixed(|drawing| drawing.cover(layout.movie, Color::Video));
    } else {
        draw_movie(drawing, &layout, free.movie, view);
    }
    if layout.is_movie_only {
        draw_foot(drawing, layout.status, view);
    } else {
        let View { state, pills, movie, address, session, last_reply, .. } = view;
        let key = (state.name(), pills, movie, address, session, last_reply);
        drawing.part(layout.status, &key, |drawing| draw_status(drawing, layout.status, view));
        let key = (&view.looks, view.hover, view.end.is_some());
        drawing.part(layout.controls, &key, |drawing| draw_controls(drawing, &layout, view));
        draw_statistics(drawing, &layout, view);
    }
    if let Some((area, panel)) = free.panel.zip(view.panel.as_ref()) {
        draw_panel(drawing, area, panel, view);
    }
    if let Some(message) = message {
        message.draw(drawing, view.hover);
    }
    if view.asks_to_close {
        let whole = Rectangle::new(Point::zero(), drawing.size());
        drawing.shade(whole);
        drawing.target(Target::Nothing, whole);
        draw_dialog(drawing, &layout, view);
    }
    canvas.drawn
}

/// The dot, the state, and what else is to be known of it; where they end.
fn draw_state(canvas: &mut Canvas<'_>, area: Rectangle, view: &View<'_>) -> u32 {
    let color = match view.state {
        State::Init => Color::Dim,
        State::Ready => Color::Amber,
        State::Playing => Color::Green,
    };
    let middle = area.size.height / 2;
    canvas.disc(part(area, 17, middle.saturating_sub(1), 0, 0).top_left, 9, color);
    let name = view.state.name();
    let width = STRONG.width_of(name);
    canvas.text(
        name,
        part(area, 30, 0, width, area.size.height),
        STRONG.in_color(color),
        Alignment::Left,
    );
    let mut x = 30 + width + 12;
    for (text, tone) in &view.pills {
        let (fill, color) = match tone {
            Tone::Warning => (Color::DarkAmber, Color::Amber),
            Tone::Plain => (Color::DarkBlue, Color::Blue),
        };
        let width = LABEL.width_of(text) + 12;
        let pill = part(area, x, middle.saturating_sub(8), width, 16);
        canvas.panel(pill, 7, fill, color);
        canvas.text(text, pill, LABEL.in_color(color), Alignment::Center);
        x += width + 6;
    }
    x
}

fn draw_status(canvas: &mut Canvas<'_>, area: Rectangle, view: &View<'_>) {
    canvas.cover(area, Color::Panel);
    canvas.fill(line_below(area), Color::Edge);
    let area = inside(area, [0, 0, 0, 1]);
    let left = draw_state(canvas, area, view) + 4;
    let (session, title) = status_texts(area.size.width.saturating_sub(left), view);
    let session_width = session.width;
    let session_x = area.size.width.saturating_sub(12 + session_width);
    let session_area = part(area, session_x, 0, session_width, area.size.height);
    canvas.text(&session.text, session_area, LABEL, Alignment::Right);
    let right = if session_width == 0 { 12 } else { 12 + session_width + GAP };
    draw_title(canvas, area, (left, right), &title);
}

/// What stands at the right of the status line, and how much room it keeps.
struct Session {
    text: String,
    width: u32,
}

/// As much of session and title as there is room for. In turn go: the reply's time, the word, the
/// server; then the title ends in dots.
fn status_texts(room: u32, view: &View<'_>) -> (Session, String) {
    let id = view.session.unwrap_or_default();
    let with_word = if id.is_empty() { "no session".to_owned() } else { format!("session {id}") };
    let reply = view.last_reply.map(|time| format!("reply {:.1} ms", 1000.0 * time.as_secs_f64()));
    let with_reply = reply.map(|reply| format!("{reply}   {with_word}"));
    // While it counts, nothing moves.
    let usual = LABEL.width_of("reply 99.9 ms   ") + LABEL.width_of(&with_word);
    let full = format!("{} from {}", view.movie, view.address);
    let wide = with_reply.map(|text| {
        let width = LABEL.width_of(&text).max(usual);
        (Session { text, width }, full.clone())
    });
    let session = |text: &str| Session { text: text.to_owned(), width: LABEL.width_of(text) };
    let short = if id.is_empty() { "" } else { id };
    let others = [
        (session(&with_word), full.clone()),
        (session(short), full),
        (session(short), view.movie.to_owned()),
    ];
    let fits = |(session, title): &(Session, String)| {
        session.width + 12 + 2 * GAP + PLAIN.width_of(title) <= room
    };
    let mut all = wide.into_iter().chain(others);
    all.find(fits).unwrap_or_else(|| {
        let mut last = session(short);
        last.width = last.width.min(room / 3);
        (last, view.movie.to_owned())
    })
}

/// In the middle of the window, or of what the margins leave if it is too long for that.
fn draw_title(canvas: &mut Canvas<'_>, area: Rectangle, (left, right): (u32, u32), title: &str) {
    let (width, wider) = (area.size.width, left.max(right));
    let fits = PLAIN.width_of(title).saturating_add(2 * wider) <= width;
    let (left, right) = if fits { (wider, wider) } else { (left, right) };
    canvas.text(title, inside(area, [left, 0, right, 0]), PLAIN, Alignment::Center);
}

/// The line below a movie that is shown alone: the state, figures, and the key that brings all back.
fn draw_foot(canvas: &mut Canvas<'_>, area: Rectangle, view: &View<'_>) {
    canvas.cover(area, Color::Panel);
    canvas.fill(line_above(area), Color::Edge);
    if area.size.height < 16 {
        return;
    }
    let area = below(area, 1);
    let left = draw_state(canvas, area, view) + 4;
    let back = if view.movie_only { key_width("F") + 4 + LABEL.width_of("back") } else { 0 };
    if back > 0 && left + back + 20 <= area.size.width {
        let place = part(area, area.size.width - 10 - back, 0, back, area.size.height);
        draw_key(canvas, part(place, 0, 2, key_width("F"), 15), "F", (Color::Panel, Color::Dim));
        canvas.text("back", place, LABEL, Alignment::Right);
        canvas.target(Target::Movie, place);
    }
    let line = inside(area, [left, 0, back + 24, 0]);
    if line.size.width >= LABEL.width_of("8 more: I") {
        draw_line(canvas, line, &view.line);
    }
}

fn draw_controls(canvas: &mut Canvas<'_>, layout: &Layout, view: &View<'_>) {
    canvas.cover(layout.controls, Color::Background);
    canvas.fill(line_above(layout.controls), Color::Edge);
    let (areas, is_one_line) = layout.buttons(&view.buttons.widths());
    let buttons = view.buttons.all().iter().zip(areas);
    for ((button, area), look) in buttons.zip(&view.looks) {
        let target = Target::Button(button.method);
        let texts = button.texts(*look, view.end.is_some());
        draw_button(canvas, area, texts, (*look, is_one_line), view.hover == Some(target));
        canvas.target(target, area);
    }
    draw_tabs(canvas, layout, view.hover);
}

/// The panel that is open, with its head.
fn draw_panel(canvas: &mut Canvas<'_>, area: Rectangle, panel: &Panel<'_>, view: &View<'_>) {
    canvas.target(Target::Nothing, area);
    canvas.fixed(|canvas| {
        canvas.cover(area, Color::Panel);
        canvas.fill(part(area, 0, 0, 1, area.size.height), Color::Edge);
    });
    let head = inside(part(area, 0, 0, area.size.width, HEAD.min(area.size.height)), [1, 0, 0, 0]);
    let key = (panel.kind(), view.has_description, view.hover);
    canvas.part(head, &key, |canvas| {
        canvas.fill(head, Color::Panel);
        let head = part(area, 0, 0, area.size.width, head.size.height);
        draw_head(canvas, head, (panel.kind(), view.has_description), view.hover);
    });
    let inner = inside(area, [8, HEAD, 8, 6]);
    if matches!(panel, Panel::Statistics) {
        return draw_all(canvas, inner, view);
    }
    let ground = inside(area, [1, HEAD, 0, 0]);
    if let Panel::RtspLog { entries, forgotten, first } = panel {
        let key = (entries.len() + forgotten, *first, view.hover);
        return canvas.part(ground, &key, |canvas| {
            canvas.fill(ground, Color::Panel);
            draw_rtsp_log(canvas, inner, (entries, *forgotten, *first), view.hover);
        });
    }
    canvas.fill(ground, Color::Panel);
    match panel {
        Panel::RtspLog { .. } | Panel::Statistics => {}
        Panel::RtpHeader { packet, guilty, clock } => {
            draw_rtp_header(canvas, inner, *packet, (guilty, *clock, view.scale));
        }
        Panel::Keys { can_seek, can_lose } => {
            draw_keys(canvas, inner, view.buttons, (*can_seek, *can_lose, view.scale));
        }
        Panel::Description { text, first } => draw_description(canvas, inner, *text, *first),
    }
}

/// Between the title and what is beside it.
const GAP: u32 = 8;
