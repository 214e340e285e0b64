//! The tables: every request with its reply, and the lost packets.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::parts::{cell, section};
use crate::log::Net;
use crate::session::{Message, Packet, Session};
use crate::text::{commas, escaped, seconds};

/// Above twice so many requests those in the middle are left out, here and in the page's data.
const REQUESTS_AT_EACH_END: usize = 200;
/// How much is shown of a message.
pub(crate) const MOST_CHARACTERS: usize = 4000;
/// How many lost packets are listed.
const MOST_LOST: usize = 20;

/// Every request and its reply.
pub(crate) fn replies(session: &Session) -> String {
    let mut rows = String::new();
    let count = session.exchanges.len();
    for (place, exchange) in session.exchanges.iter().enumerate() {
        if !is_listed(place, count) {
            if place == REQUESTS_AT_EACH_END {
                let left_out = commas((count - 2 * REQUESTS_AT_EACH_END) as u64);
                let _ = writeln!(
                    rows,
                    "<tr><td colspan=\"7\">{left_out} requests are left out here</td></tr>"
                );
            }
            continue;
        }
        let number = 2 * place + 1;
        let text = |number: usize, message: &Message| {
            format!("<td id=\"m{number}\" tabindex=\"-1\"><pre>{}</pre></td>", text_of(message))
        };
        let cells = [
            cell("", &exchange.cseq.map_or(String::new(), |cseq| cseq.to_string())),
            cell("", &exchange.method),
            cell("n", &seconds(exchange.request.time())),
            cell(
                "n",
                &exchange.reply_time().map_or("–".to_owned(), |after| format!("{after:.3} ms")),
            ),
            cell(
                if exchange.is_refused() { "bad" } else { "" },
                &exchange.status.map_or("no reply".to_owned(), |status| status.to_string()),
            ),
            text(number, &exchange.request),
            exchange.reply.as_ref().map_or("<td></td>".to_owned(), |reply| text(number + 1, reply)),
        ];
        let _ = writeln!(rows, "<tr>{}</tr>", cells.concat());
    }
    let table = format!(
        "<div class=\"two\"><table><thead><tr><th>CSeq</th><th>method</th><th class=\"n\">sent at</th>\
         <th class=\"n\">reply after</th><th>status</th><th>request</th><th>reply</th></tr></thead>\n\
         <tbody>{rows}</tbody></table></div>"
    );
    section("replies", "long", "Every request and its reply", "", &table)
}

/// Whether a request is in the page, of so many.
pub(crate) fn is_listed(place: usize, count: usize) -> bool {
    place < REQUESTS_AT_EACH_END || place + REQUESTS_AT_EACH_END >= count
}

/// No more of a text than the page has room for, and how much that leaves out.
pub(crate) fn bounded(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MOST_CHARACTERS) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let (shown, rest) = text.split_at(end);
            let left_out = commas(rest.chars().count() as u64);
            Cow::Owned(format!("{shown}\n… {left_out} characters are left out"))
        }
    }
}

fn text_of(message: &Message) -> String {
    // Lines end with LF or CR LF, which the bytes show.
    escaped(bounded(&message.text).replace("\r\n", "\n").trim_end_matches('\n'))
}

/// The first lost packets.
pub(crate) fn lost(session: &Session) -> String {
    let lost: Vec<&Packet> = session.packets.iter().filter(|it| it.arrived.is_none()).collect();
    let count = lost.len();
    if count == 0 {
        return section("lost", "long", "Lost packets: none", "", "");
    }
    let mut rows = String::new();
    for packet in lost.into_iter().take(MOST_LOST) {
        let number = session.frames_are_packets.then_some(packet.seq);
        let frame = packet.frame.or(number).map_or("–".to_owned(), |it| it.to_string());
        let time = packet.sent.or(packet.missed).map_or("–".to_owned(), seconds);
        let cells = [
            cell("n", &packet.seq.to_string()),
            cell("n", &frame),
            cell("n", &time),
            cell("", &why(session, packet)),
        ];
        let _ = writeln!(rows, "<tr>{}</tr>", cells.concat());
    }
    let title =
        format!("Lost packets: the first {} of {}", count.min(MOST_LOST), commas(count as u64));
    let time = if session.has_server { "sent at" } else { "missed at" };
    let table = format!(
        "<table><thead><tr><th class=\"n\">packet</th><th class=\"n\">frame</th>\
         <th class=\"n\">{time}</th><th>why</th></tr></thead>\n<tbody>{rows}</tbody></table>"
    );
    section("lost", "long", &title, "", &table)
}

fn why(session: &Session, packet: &Packet) -> String {
    match (packet.net, &session.header.network) {
        (Net::Lost, Some(network)) => format!("--loss {}, seed {}", network.loss, network.seed),
        (Net::Lost, None) => "lost on purpose".to_owned(),
        _ if !session.has_server => "not known: the server's log would say it".to_owned(),
        _ if packet.missed.is_none() => {
            "it was under way when the player stopped listening, or the \
                                         network lost it"
                .to_owned()
        }
        _ => "the network".to_owned(),
    }
}
