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
    let answered = exchanges.iter().filter(|exchange| !exchange.is_refused());
    let mut runs: Vec<Run> = Vec::new();
    let mut open: Option<(f64, f64)> = None;
    for exchange in answered {
        let Some(reply) = &exchange.reply else { continue };
        let time = match side {
            Side::Client => reply.at_client,
            Side::Server => reply.at_server,
        };
        let Some(time) = time else { continue };
        match (exchange.method.as_str(), open) {
            ("PLAY", None) => open = Some((exchange.request.time(), time)),
            ("PAUSE" | "TEARDOWN", Some(begin)) => {
                runs.push(run(begin, time));
                open = None;
            }
            _ => {}
        }
    }
    runs.extend(open.map(|begin| run(begin, end)));
    let nexts: Vec<f64> = runs.iter().skip(1).map(|next| next.asked).collect();
    for (run, next) in runs.iter_mut().zip(nexts.into_iter().chain([f64::INFINITY])) {
        run.fill(&packets, next);
    }
    runs
}

const fn run((asked, from): (f64, f64), to: f64) -> Run {
    Run { asked, from, to, first: None, played: 0.0 }
}

impl Run {
    /// Looks at its packets. The first may come just before the reply to PLAY has been read, and one just
    /// after the reply to PAUSE.
    fn fill(&mut self, packets: &[f64], next: f64) {
        let [after, until] =
            [self.asked, next].map(|end| packets.partition_point(|time| *time < end));
        let own = packets.get(after..until).unwrap_or_default();
        let (Some(first), Some(last)) = (own.first(), own.last()) else {
            self.to = self.from;
            return;
        };
        self.first = Some((first - self.from).max(0.0));
        self.played = last.max(self.from) + FRAME - first.max(self.from);
        self.to = self.to.min(last + FRAME);
    }
}
