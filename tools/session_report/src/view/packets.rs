//! What became of each packet: a lane for each fate, over time.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::parts::{BESIDE, COLUMNS, LEFT, RIGHT, TimeAxis, section};
use crate::figures::Totals;
use crate::series::Steps;
use crate::session::{End, Session};
use crate::svg::{Anchor, Svg};
use crate::text::{commas, short};

const LANE: f64 = 40.0;
/// More marks of a fate than this are drawn as lines.
const MOST_GLYPHS: usize = 150;

/// The section.
pub(crate) fn packets(session: &Session, totals: &Totals) -> String {
    let about =
        "By the time of arrival; a lost one where it would have come. Hatched: not playing.";
    let lost_where = if session.has_server {
        ""
    } else {
        " The server's log is missing: a lost packet stands where the gap was seen."
    };
    let body = format!("{}\n{}{}", lanes(session, totals), balance(session, totals), ENLARGED);
    section("packets", "", "What became of each packet", &format!("{about}{lost_where}"), &body)
}

const ENLARGED: &str = "<div class=\"bar js\" id=\"tools\" hidden>\
<button type=\"button\" data-k=\"ArrowLeft\" aria-label=\"earlier\">◀</button>\
<button type=\"button\" data-k=\"ArrowRight\" aria-label=\"later\">▶</button>\
<button type=\"button\" data-k=\"+\" aria-label=\"zoom in\">+</button>\
<button type=\"button\" data-k=\"-\" aria-label=\"zoom out\">−</button>\
<button type=\"button\" data-k=\"p\">◀ unusual</button>\
<button type=\"button\" data-k=\"n\">unusual ▶</button>\
<button type=\"button\" data-k=\"0\">whole session</button></div>\n\
<noscript><p>The enlarged view of single packets and the bytes of a message need JavaScript; all else \
on this page does not.</p></noscript>\n\
<div id=\"life\"></div><p id=\"say\" class=\"js\" aria-live=\"polite\" hidden></p>\n";

fn lanes(session: &Session, totals: &Totals) -> String {
    let axis = TimeAxis { until: Steps::of(session).until };
    let mut svg = Svg::default();
    axis.pauses(&mut svg, session, 4.0, 4.0 * LANE);
    let on_time = session.packets.iter().filter(|it| it.is_on_time()).filter_map(|it| it.arrived);
    let of_late = session.packets.iter().filter(|it| it.is_late);
    let late: Vec<f64> = of_late.filter_map(|it| it.arrived).collect();
    let again: Vec<f64> = session.packets.iter().flat_map(|it| it.again.iter().copied()).collect();
    let gone = session.packets.iter().filter(|it| it.arrived.is_none());
    let lost: Vec<f64> = gone.map(crate::session::Packet::place).collect();
    let of_lost = if session.has_server { totals.never_came } else { totals.lost };
    let counts = [totals.received - totals.late - totals.again, totals.late, totals.again, of_lost];
    let names = [("on time", "ontime"), ("late", "late"), ("twice", "dup"), ("lost", "lost")];
    for (((name, class), count), top) in names.into_iter().zip(counts).zip([4.0, 44.0, 84.0, 124.0])
    {
        svg.text(&format!("lab {class}"), (LEFT - 12.0, top + 26.0), Anchor::End, name);
        svg.text(&format!("cnt {class}"), (BESIDE, top + 26.0), Anchor::Start, &commas(count));
        if top > 4.0 {
            svg.line("grid", (LEFT, top), (RIGHT, top));
        }
    }
    ticks(&mut svg, axis, "tk ontime", on_time, 11.0);
    if session.sampled_from().is_some() {
        let seconds = session.seconds.iter().filter(|(_, it)| it.received > 0);
        ticks(&mut svg, axis, "tk ontime", seconds.map(|(time, _)| *time), 11.0);
    }
    glyphs(&mut svg, axis, "late", &late, 64.0);
    glyphs(&mut svg, axis, "dup", &again, 104.0);
    glyphs(&mut svg, axis, "lost", &lost, 144.0);
    axis.marks(&mut svg, 4.0 + 4.0 * LANE + 4.0);
    svg.raw("<g id=\"brush\"></g>");
    svg.finish(204.0, " id=\"over\"", "Packets by what became of them, over time")
}

/// A short line at each time; where two are in one column, one.
fn ticks(svg: &mut Svg, axis: TimeAxis, class: &str, times: impl Iterator<Item = f64>, top: f64) {
    let times: Vec<f64> = times.collect();
    let mut path = String::new();
    if crate::text::amount(times.len()) > COLUMNS {
        let column = |time: f64| crate::text::whole((axis.x(time) - LEFT) / 2.0);
        for column in times.into_iter().map(column).collect::<BTreeSet<_>>() {
            let _ = write!(path, "M{} {top}v26", short(LEFT + 2.0 * crate::text::counted(column)));
        }
    } else {
        for time in times {
            let _ = write!(path, "M{} {top}v26", short(axis.x(time)));
        }
    }
    svg.path(class, &path);
}

fn glyphs(svg: &mut Svg, axis: TimeAxis, class: &str, times: &[f64], y: f64) {
    if times.len() > MOST_GLYPHS {
        ticks(svg, axis, &format!("tk {class}"), times.iter().copied(), y - 13.0);
        return;
    }
    for time in times {
        glyph(svg, class, axis.x(*time), y);
    }
}

/// The mark of a fate: a triangle, a ring, a cross.
pub(super) fn glyph(svg: &mut Svg, class: &str, x: f64, y: f64) {
    let class_of = format!("gl {class}");
    match class {
        "late" => svg.path(&class_of, &format!("M{} {}l9 17h-18z", short(x), short(y - 9.0))),
        "dup" => svg.circle(&class_of, (x, y), 8.0),
        _ => {
            let (x, y) = (short(x - 8.0), short(y - 8.0));
            svg.path(&class_of, &format!("M{x} {y}l16 16m0-16l-16 16"));
        }
    }
}

/// The lives add up: each packet has one end.
fn balance(session: &Session, totals: &Totals) -> String {
    if session.sampled_from().is_some() || !session.has_client {
        return String::new();
    }
    let arrived = session.packets.iter().filter(|it| it.arrived.is_some()).count() as u64;
    let shown = session.packets.iter().filter(|it| matches!(it.end, End::Shown(_))).count() as u64;
    let too_late = session.packets.iter().filter(|it| it.end == End::Late).count() as u64;
    let mut parts = vec![
        format!("{} of a frame that was shown", commas(shown)),
        format!("{} too late", commas(too_late)),
    ];
    for (place, reason) in session.reasons.iter().enumerate() {
        let own = session.packets.iter().filter(|it| it.end == End::NotShown(place)).count();
        parts.push(format!("{} {}", commas(own as u64), reason.why));
    }
    let open = session.packets.iter().filter(|it| it.end == End::Open).count() as u64;
    if open > 0 {
        parts.push(format!("{} of which the log has no end", commas(open)));
    }
    let sent = if session.has_server {
        format!(
            "Of {} sent {} were lost and {} arrived",
            commas(totals.sent),
            commas(totals.never_came),
            commas(arrived)
        )
    } else {
        format!("{} arrived", commas(arrived))
    };
    format!("<p id=\"balance\">{sent}: {}.</p>\n", crate::text::escaped(&parts.join(", ")))
}
