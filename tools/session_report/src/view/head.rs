//! The head: what was played, over which network, and the five figures.

use crate::figures::{Card, Totals, Verdict, cards};
use crate::log::Level;
use crate::session::Session;
use crate::text::escaped;
use crate::text::{commas, count, seconds};

/// The head of the page.
pub(crate) fn head(session: &Session, totals: &Totals) -> String {
    let title = escaped(&session.header.title);
    let cards: String = cards(session, totals).iter().map(shown).collect();
    let (about, notes) = (escaped(&about(session)), notes(session));
    format!(
        "<header><h1>{title} over RTSP and RTP</h1>\n<p class=\"wide\">{about}</p>\n\
         <ul class=\"cards\">{cards}</ul>\n{notes}{NAV}</header>\n"
    )
}

const NAV: &str = "<nav aria-label=\"Views\"><a href=\"#dialogue\">Dialogue</a>\
<a href=\"#packets\">Packets</a><a href=\"#curves\">Over time</a><a href=\"#gaps\">Frame gaps</a>\
<a href=\"#replies\">Replies</a><a href=\"#lost\">Lost packets</a>\
<a href=\"#again\">Do it again</a></nav>";

fn shown(card: &Card) -> String {
    let Card { verdict, name, value, unit, need, why } = card;
    let (class, word) = (verdict.class(), verdict.word());
    let unit =
        if unit.is_empty() { unit.clone() } else { format!(" <small>{}</small>", escaped(unit)) };
    let why = if why.is_empty() {
        String::new()
    } else {
        format!("<span class=\"why\">{}</span>", escaped(why))
    };
    let value = if *verdict == Verdict::NotSeen { "–".to_owned() } else { escaped(value) };
    format!(
        "<li class=\"{class}\"><b class=\"v\">{word}</b><span class=\"n\">{name}</span>\
         <strong>{value}{unit}</strong><span class=\"need\">{}</span>{why}</li>",
        escaped(need)
    )
}

/// When, in which dialect, over what, and what was done to it on purpose.
fn about(session: &Session) -> String {
    let header = &session.header;
    let began = if header.began.is_empty() { String::new() } else { format!("{}. ", header.began) };
    let dialect = if header.is_standard { "Standard dialect" } else { "Lab dialect" };
    let transport = header.transport.to_uppercase();
    let network = match &header.network {
        Some(network) if !network.options.is_empty() => {
            format!(" Server with {}.", network.options)
        }
        _ => String::new(),
    };
    format!("{began}{dialect} over {transport}.{network}{}", whose(session))
}

/// Whose the log is, and what therefore is not on the page.
fn whose(session: &Session) -> String {
    let error = session.clocks.as_ref().map(|clocks| clocks.error);
    match (session.has_client, session.has_server, error) {
        (true, false, _) => {
            " The client's log alone: when packets were sent is not in it.".to_owned()
        }
        (false, _, _) => " The server's log alone: what arrived is not in it.".to_owned(),
        (_, _, None) => String::new(),
        (_, _, Some(Some(error))) if session.has_one_clock() => {
            format!(" Two logs, clocks ± {error:.1} ms.")
        }
        (_, _, Some(Some(error))) => format!(
            " Two logs, clocks ± {error:.1} ms, which is too much to tell how long packets were on \
             their way."
        ),
        (_, _, Some(None)) => {
            " Two logs without an RTSP exchange that both have: their clocks can't be compared."
                .to_owned()
        }
    }
}

/// What a reader must know of the log, and what the user was told.
fn notes(session: &Session) -> String {
    let mut notes = Vec::new();
    if session.dropped > 0 {
        let dropped = count(session.dropped, "event");
        notes.push(format!(
            "The log lacks {dropped}, which its writer had to drop: the figures are too low."
        ));
    }
    if let Some(from) = session.sampled_from() {
        notes.push(format!(
            "From {} on the log has only unusual packets and the counts of each second.",
            seconds(from.max(0.0))
        ));
    }
    if session.sessions > 1 && !session.has_client {
        notes.push(format!(
            "The log has {} sessions; this is the one with the most packets.",
            session.sessions
        ));
    }
    if session.malformed > 0 {
        notes.push(format!("{} malformed.", count(session.malformed, "datagram")));
    }
    if session.strangers > 0 {
        notes.push(format!(
            "{} from somebody else than the server.",
            count(session.strangers, "datagram")
        ));
    }
    let told = session.messages.iter().filter(|(_, level, _)| *level != Level::Info);
    for (time, level, text) in told.clone().take(10) {
        let word = if *level == Level::Error { "error" } else { "warning" };
        notes.push(format!("{}: {word}: {text}", seconds(*time)));
    }
    let more = told.count().saturating_sub(10) as u64;
    if more > 0 {
        notes.push(format!("{} more errors and warnings are in the log.", commas(more)));
    }
    let items: Vec<_> = notes.iter().map(|note| format!("<li>{}</li>", escaped(note))).collect();
    let items = items.concat();
    if items.is_empty() { items } else { format!("<ul class=\"notes\">{items}</ul>\n") }
}
