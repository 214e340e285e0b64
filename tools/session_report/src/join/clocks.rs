//! How the clocks of two computers differ, from the four times of each request and its reply
//! (RFC 5905 section 8).

use crate::log::{Event, What};

/// The server's clock as the client's sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clocks {
    /// Server's time less client's, in milliseconds, when the server's clock shows `since`.
    offset: f64,
    since: f64,
    /// How much the offset grows in a millisecond.
    drift: f64,
    /// How wrong the offset may be, either way; none where it was never measured.
    pub(crate) error: Option<f64>,
}

/// One request and its reply: what it says of the clocks.
#[derive(Clone, Copy, Debug)]
struct Exchange {
    /// When the server had it, by its clock.
    at: f64,
    offset: f64,
    error: f64,
}

/// No clock of a computer drifts more.
const MOST_DRIFT: f64 = 200e-6;
/// Below a minute the drift is less than what can be measured.
const FOR_A_DRIFT: f64 = 60_000.0;

impl Clocks {
    /// Measures, from the RTSP messages of both logs.
    pub(crate) fn of(client: &[Event], server: &[Event]) -> Self {
        let exchanges = exchanges(client, server);
        let best = |part: &[Exchange]| {
            part.iter().copied().min_by(|one, other| one.error.total_cmp(&other.error))
        };
        let Some(whole) = best(&exchanges) else {
            return Self { offset: 0.0, since: 0.0, drift: 0.0, error: None };
        };
        let (early, late) = exchanges.split_at(exchanges.len() / 2);
        let constant =
            Self { offset: whole.offset, since: whole.at, drift: 0.0, error: Some(whole.error) };
        match (best(early), best(late)) {
            (Some(one), Some(other)) if other.at - one.at >= FOR_A_DRIFT => {
                let drift = (other.offset - one.offset) / (other.at - one.at);
                let error = Some(one.error.max(other.error));
                if drift.abs() > MOST_DRIFT {
                    return constant;
                }
                Self { offset: one.offset, since: one.at, drift, error }
            }
            _ => constant,
        }
    }

    /// A time of the server in the client's time.
    pub(crate) fn at_client(&self, time: f64) -> f64 {
        time - self.offset - self.drift * (time - self.since)
    }
}

/// The exchanges that both logs have, in order.
fn exchanges(client: &[Event], server: &[Event]) -> Vec<Exchange> {
    let (sent, received) = (pairs(client), pairs(server));
    let mut received = received.into_iter().peekable();
    let mut found = Vec::new();
    for (cseq, t1, t4) in sent {
        let Some((_, t2, t3)) = received.find(|(other, ..)| *other == cseq) else { break };
        let (there, back) = (t2 - t1, t3 - t4);
        let error = ((t4 - t1) - (t3 - t2)).abs() / 2.0;
        found.push(Exchange { at: t2, offset: f64::midpoint(there, back), error });
    }
    found
}

/// The sequence number of each request, its time, and that of its reply.
fn pairs(events: &[Event]) -> Vec<(Option<u64>, f64, f64)> {
    let mut open: Vec<(Option<u64>, f64)> = Vec::new();
    let mut pairs = Vec::new();
    for event in events {
        match event.what {
            What::Request { cseq, .. } => open.push((cseq, event.time)),
            What::Reply { cseq, .. } => {
                if let Some(place) = open.iter().position(|(of, _)| *of == cseq) {
                    pairs.push((cseq, open.remove(place).1, event.time));
                }
            }
            _ => {}
        }
    }
    pairs
}
