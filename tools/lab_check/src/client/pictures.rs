//! Whether the client takes the pictures out of its packets, and shows them.

use crate::card::Card;

use super::plain::{READS_NOTHING, seen, skip, skip_all};
use super::requirements::{DECODES, SHOWS};
use super::run::Run;

/// Judges what was seen in the plain run.
pub(crate) fn judge(card: &mut Card, run: &Run) {
    let both = [&DECODES, &SHOWS];
    match (run.is_bound, run.reads) {
        (None, _) => return skip_all(card, &both, "no PLAY came"),
        (Some(false), _) => return skip_all(card, &both, "its RTP port is not open"),
        (_, Some(false)) => return skip_all(card, &both, READS_NOTHING),
        _ => {}
    }
    let sight = &run.sight;
    let can_judge = sight.blind().is_none() && run.packets_sent >= ENOUGH_PACKETS;
    let shows = can_judge && sight.shows(run.packets_sent);
    match sight.decodes() {
        Some(Err(other)) => {
            card.check(&DECODES, false, || {
                seen(other.to_owned(), "the payload of a packet, and no more".to_owned())
            });
            return skip(card, &SHOWS, "it takes no picture out of a packet");
        }
        Some(Ok(())) => card.check(&DECODES, true, Default::default),
        None if shows => card.check(&DECODES, true, Default::default),
        None => skip(card, &DECODES, "no picture was seen: it keeps no cache file in its folder"),
    }
    match sight.blind() {
        Some(why) => skip(card, &SHOWS, why),
        None if !can_judge => skip(card, &SHOWS, "it has played too short"),
        None => {
            let figure = format!("{} of {} packets", sight.shown(), run.packets_sent);
            card.measure(&SHOWS, figure.clone());
            card.check(&SHOWS, shows, || {
                let came = format!("its window has shown another picture for {figure}");
                // As in the assignment of 2025, whose server sets the marker.
                let waits = if sight.shown() == 0 { WAITS } else { "" };
                seen(came, format!("five a second, at least{waits}"))
            });
        }
    }
}

/// What else may be the reason if nothing is shown.
const WAITS: &str =
    ". M is 0 in a whole frame, as in the lab: does it wait for a packet with M = 1?";
/// A second of the movie.
const ENOUGH_PACKETS: u16 = 20;
