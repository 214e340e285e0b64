//! When the movie played.

use super::dialogue::Exchange;
use crate::log::{Event, Side, What};

/// From the reply to PLAY to the reply to PAUSE or TEARDOWN, or to 50 ms after the last packet if that
/// is sooner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// When PLAY was sent: no packet of it is older.
    pub(crate) asked: f64,
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// From the reply to PLAY to the first packet.
    pub(crate) first: Option<f64>,
    /// From the first packet to the end of the last frame, as the player counts its play time.
    pub(crate) played: f64,
}

/// How long the lab shows a frame, in milliseconds.
const FRAME: f64 = 50.0;

/// The runs, as that end saw them.
pub(super) fn runs(events: &[Event], exchanges: &[Exchange], side: Side) -> Vec<Run> {
    let packets: Vec<f64> = events
        .iter()
        .filter(|event| match (side, &event.what) {
            (Side::Client, What::Received { .. }) | (Side::Server, What::Sent { .. }) => true,
            (Side::Client, What::Second(second)) => second.received > 0,
            (Side::Server, What::Second(second)) => second.sent > 0,
            _ => false,
        })
        .map(|event| event.time)
        .collect();
    let end = events.last().map_or(0.0, |event| event.time);
    let mut runs = Vec::new();
    let mut open: Option<(f64, f64)> = None;
    for exchange in exchanges.iter().filter(|exchange| !exchange.is_refused()) {
        let Some(reply) = &exchange.reply else { continue };
        let time = match side {
            Side::Client => reply.at_client,
            Side::Server => reply.at_server,
        };
        let Some(time) = time else { continue };
        match (exchange.method.as_str(), open) {
            ("PLAY", None) => open = Some((exchange.request.time(), time)),
            ("PAUSE" | "TEARDOWN", Some(begin)) => {
                runs.push(run(&packets, begin, time));
                open = None;
            }
            _ => {}
        }
    }
    runs.extend(open.map(|begin| run(&packets, begin, end)));
    runs
}

fn run(packets: &[f64], (asked, from): (f64, f64), to: f64) -> Run {
    let (after, until) =
        (packets.partition_point(|time| *time < from), packets.partition_point(|time| *time <= to));
    let own = packets.get(after..until).unwrap_or_default();
    let last = own.last().map_or(from, |last| last + FRAME);
    let first = own.first().map(|first| first - from);
    let played = first.map_or(0.0, |first| last - from - first);
    Run { asked, from, to: to.min(last), first, played }
}
