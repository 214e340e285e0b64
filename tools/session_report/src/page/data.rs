//! The data that the page's script enlarges: single packets and the bytes of messages, as JSON.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::columns::{Column, bytes, tenths};
use crate::figures::quantile;
use crate::log::Net;
use crate::series::Steps;
use crate::session::{End, Message, Packet, Session};
use crate::svg::WIDTH;
use crate::text::acts;
use crate::view::parts::{LEFT, RIGHT};
use crate::view::tables::{bounded, is_listed};

/// Above so many packets only the unusual ones are in the page.
pub(crate) const MOST_PACKETS: usize = 1_000_000;

/// The block of data. No `<` is in it, so no text of others can end the block or begin another.
pub(super) fn data(session: &Session) -> String {
    let all = session.packets.len() <= MOST_PACKETS;
    let packets: Vec<&Packet> =
        session.packets.iter().filter(|packet| all || is_unusual(packet)).collect();
    let data = json!({
        "width": WIDTH,
        "left": LEFT,
        "right": RIGHT,
        "end": Steps::of(session).until,
        "sender": session.has_server,
        "clock": session.has_one_clock() || !session.has_client || !session.has_server,
        "receiver": session.has_client,
        "packets": of_packets(session, &packets),
        "messages": messages(session),
    });
    let mut written = String::new();
    for character in data.to_string().chars() {
        if character == '<' || acts(character) {
            // None of these is beyond the 16 bits that an escape of JSON has.
            let _ = write!(written, "\\u{:04x}", u32::from(character));
        } else {
            written.push(character);
        }
    }
    written
}

fn is_unusual(packet: &Packet) -> bool {
    let is_shown = matches!(packet.end, End::Shown(_));
    !is_shown || !packet.again.is_empty() || packet.net != Net::Passed
}

fn of_packets(session: &Session, packets: &[&Packet]) -> Value {
    let [mut begin, mut came, mut shown, mut sizes] = [(); 4].map(|()| Column::default());
    let mut flags = Vec::with_capacity(packets.len());
    let (mut numbers, mut frames, mut again) = (Vec::new(), Vec::new(), Vec::new());
    let (mut last_time, mut next_number, mut last_frame) = (0, None, None);
    let words = words(session);
    for (place, packet) in packets.iter().enumerate() {
        let time = tenths(packet.begin());
        begin.push(Some(time - last_time));
        last_time = time;
        came.push(packet.arrived.map(|at| tenths(at).saturating_sub(time)));
        let after = match packet.end {
            End::Shown(at) => packet.arrived.map(|came| tenths(at).saturating_sub(tenths(came))),
            _ => None,
        };
        shown.push(after);
        sizes.push(Some(packet.bytes));
        if next_number != Some(packet.seq) {
            numbers.push((place, packet.seq));
        }
        next_number = Some(packet.seq + 1);
        let number = packet.frame.or(session.frames_are_packets.then_some(packet.seq));
        if number.is_some()
            && number != last_frame
            && number != last_frame.map(|last: u64| last + 1)
        {
            frames.push((place, number));
        }
        let is_new = number.is_some() && number != last_frame;
        last_frame = number.or(last_frame);
        flags.push(flag(packet, words.len()) | u8::from(is_new) << 7);
        let first = packet.arrived.unwrap_or_default();
        again.extend(packet.again.iter().map(|time| (place, (time - first).round())));
    }
    json!({
        "count": packets.len(),
        "begin": begin.value(),
        "came": came.value(),
        "shown": shown.value(),
        "bytes": sizes.value(),
        "flags": bytes(&flags),
        "numbers": numbers,
        "frames": frames,
        "again": again,
        "words": words,
        "missing": missing(session, packets),
    })
}

/// What became of a packet's frame; the first two are for a packet without an end, and for one whose
/// frame was shown.
fn words(session: &Session) -> Vec<String> {
    let reasons = session.reasons.iter().map(|reason| reason.why.clone());
    let mut words: Vec<String> =
        ["", "shown"].into_iter().map(str::to_owned).chain(reasons).collect();
    if words.len() > 8 {
        words.truncate(7);
        words.push("not shown".to_owned());
    }
    words
}

/// Bits 0 and 1: on time, late, lost; 2 and 3: what the network did; 4 to 6: the word.
fn flag(packet: &Packet, words: usize) -> u8 {
    let fate = match packet.end {
        End::Lost => 2,
        End::Late => 1,
        End::Shown(_) | End::NotShown(_) | End::Open => 0,
    };
    let net = match packet.net {
        Net::Passed => 0,
        Net::Lost => 1,
        Net::Doubled => 2,
        Net::Swapped => 3,
    };
    let word = match packet.end {
        End::Shown(_) => 1,
        End::NotShown(reason) => {
            u8::try_from((reason + 2).min(words.saturating_sub(1))).unwrap_or(7)
        }
        End::Lost | End::Late | End::Open => 0,
    };
    fate | net << 2 | word << 4
}

/// When the frames were due of which a packet was lost or late: as long after the packet's time as
/// frames are usually shown.
fn missing(session: &Session, packets: &[&Packet]) -> Vec<u64> {
    let wait = |packet: &&Packet| match packet.end {
        End::Shown(at) => Some(at - packet.place()),
        _ => None,
    };
    let mut waits: Vec<f64> = packets.iter().filter_map(wait).collect();
    waits.sort_by(f64::total_cmp);
    let Some(usual) = quantile(&waits, 0.5) else { return Vec::new() };
    let is_gone = |packet: &&&Packet| matches!(packet.end, End::Lost | End::Late);
    let mut seen = BTreeSet::new();
    let one_each = session.frames_are_packets;
    let gone = packets.iter().filter(is_gone);
    let first = gone.filter(|it| {
        seen.insert(it.frame.unwrap_or(if one_each { it.seq } else { it.begin().to_bits() }))
    });
    first
        .map(|packet| tenths(packet.sent.map_or(packet.place(), |sent| sent + packet.by) + usual))
        .collect()
}

/// The messages of the requests that are listed, by their places among all.
fn messages(session: &Session) -> Value {
    let value = |to_server: bool, message: &Message| {
        let Message { text, hex, at_client, at_server } = message;
        let (text, hex) = (bounded(text), hex.as_deref().map(bounded));
        json!([to_server, at_client, at_server, text, hex])
    };
    let mut messages = Map::new();
    let count = session.exchanges.len();
    for (place, exchange) in session.exchanges.iter().enumerate() {
        if is_listed(place, count) {
            let first = 2 * place;
            messages.insert(first.to_string(), value(true, &exchange.request));
            let reply = exchange.reply.as_ref();
            let reply = reply.map_or(Value::Null, |reply| value(false, reply));
            messages.insert((first + 1).to_string(), reply);
        }
    }
    messages.into()
}
