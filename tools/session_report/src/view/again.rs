//! How to do it again, what the programs said themselves, and where that differs from the log.

use std::fmt::Write as _;

use super::parts::section;
use crate::figures::{Totals, differences};
use crate::session::Session;
use crate::text::commas;
use crate::text::escaped;

/// The section.
pub(crate) fn again(session: &Session, totals: &Totals) -> String {
    let header = &session.header;
    let has_seed = header.network.as_ref().is_some_and(|network| !network.seed.is_empty());
    let about = if has_seed {
        "With the same seed the same packets are lost, doubled and swapped."
    } else {
        ""
    };
    let mut body = String::new();
    if !header.commands.is_empty() {
        // Each is one command, or the words of one.
        let commands = if header.commands.iter().any(|it| it.contains(' ')) { "\n" } else { " " };
        let _ = writeln!(body, "<pre>{}</pre>", escaped(&header.commands.join(commands)));
    }
    let ssrc = header.ssrc.clone().unwrap_or_else(|| "not seen".to_owned());
    let mut items = vec![("program", header.program.clone()), ("SSRC", ssrc)];
    if !header.settings.is_empty() {
        items.push(("settings", header.settings.clone()));
    }
    items.push(("events in the log", commas(session.events as u64)));
    items.push(("events dropped", commas(session.dropped)));
    if session.summary.is_empty() {
        items.push((
            "end of the log",
            "no summary: the program was ended from outside, or still ran".to_owned(),
        ));
    }
    let items = items.iter().filter(|(_, text)| !text.is_empty());
    let items: Vec<String> =
        items.map(|(name, text)| format!("<dt>{name}</dt><dd>{}</dd>", escaped(text))).collect();
    let items = items.concat();
    let _ = writeln!(body, "<dl>{items}</dl>");
    body.push_str(&summary(session, totals));
    section("again", "", "Do it again", about, &body)
}

/// The order in which the program prints its figures; others come after these.
const ORDER: [&str; 16] = [
    "current frame",
    "frames shown",
    "frames per second now",
    "frames per second average",
    "play time",
    "data received",
    "data rate now",
    "data rate average",
    "packets received",
    "packets lost",
    "packets lost rate",
    "late packets",
    "duplicate packets",
    "jitter",
    "malformed packets",
    "damaged frames",
];

/// The figures that the program printed.
fn summary(session: &Session, totals: &Totals) -> String {
    if session.summary.is_empty() {
        return String::new();
    }
    let mut figures: Vec<_> = session.summary.iter().collect();
    let place = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
    figures.sort_by_key(|(name, _)| place(name));
    let lines: Vec<_> = figures.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let printed = escaped(&lines.join("\n"));
    let mut text =
        format!("<h3>What the player printed</h3>\n<pre id=\"summary\">{printed}</pre>\n");
    let differences = differences(session, totals);
    if !differences.is_empty() {
        text.push_str(
            "<p class=\"bad\">The events of this log say otherwise:</p>\n<ul id=\"differences\">",
        );
        for (name, printed, own) in differences {
            let line = format!("{name}: {printed} printed, {own} by the events");
            let _ = write!(text, "<li>{}</li>", escaped(&line));
        }
        text.push_str("</ul>\n");
    }
    text
}
