//! The RTSP messages: each request with its reply, and the states of the two machines.

use crate::log::{Event, Side, What};

/// A request and its reply.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) request: Message,
    pub(crate) method: String,
    pub(crate) cseq: Option<u64>,
    pub(crate) reply: Option<Message>,
    pub(crate) status: Option<u64>,
    /// How long the client waited, in milliseconds, as it measured it.
    pub(crate) after: Option<f64>,
    /// The states of client and server after it.
    pub(crate) states: [State; 2],
}

/// A message as it is at its two ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    pub(crate) text: String,
    /// The bytes, where they are no text.
    pub(crate) hex: Option<String>,
    pub(crate) at_client: Option<f64>,
    pub(crate) at_server: Option<f64>,
}

/// The state of a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    #[default]
    Init,
    Ready,
    Playing,
}

impl State {
    fn named(name: &str) -> Option<Self> {
        match name {
            "INIT" => Some(Self::Init),
            "READY" => Some(Self::Ready),
            "PLAYING" => Some(Self::Playing),
            _ => None,
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Init => "INIT",
            Self::Ready => "READY",
            Self::Playing => "PLAYING",
        }
    }
}

impl Message {
    fn note(&mut self, side: Side, time: f64, text: &str, hex: Option<&str>) {
        match side {
            Side::Client => self.at_client = Some(time),
            Side::Server => self.at_server = Some(time),
        }
        if self.text.is_empty() {
            text.clone_into(&mut self.text);
            self.hex = hex.map(str::to_owned);
        }
    }

    /// A part that came on its own: the other end has it, too.
    fn add(&mut self, text: &str) {
        if !self.text.ends_with(text) {
            self.text.push_str(text);
        }
    }

    /// When it was at that end, or was first seen.
    fn time_at(&self, side: Side) -> f64 {
        let own = match side {
            Side::Client => self.at_client,
            Side::Server => self.at_server,
        };
        own.unwrap_or_else(|| self.time())
    }

    /// When it was first seen.
    pub(crate) fn time(&self) -> f64 {
        match (self.at_client, self.at_server) {
            (Some(one), Some(other)) => one.min(other),
            (one, other) => one.or(other).unwrap_or_default(),
        }
    }
}

impl Exchange {
    /// Whether the request was refused, or had no reply.
    pub(crate) fn is_refused(&self) -> bool {
        self.status.is_none_or(|status| !(200..300).contains(&status))
    }

    /// How long the reply took: as the client says it, else from the times.
    pub(crate) fn reply_time(&self) -> Option<f64> {
        let sent = self.request.at_client;
        let times = || Some(self.reply.as_ref()?.at_client? - sent?);
        self.after.or_else(times)
    }
}

/// The exchanges in the order of the requests.
pub(crate) fn exchanges(events: &[Event]) -> Vec<Exchange> {
    let mut exchanges = Vec::new();
    for event in events {
        match &event.what {
            What::Request { method, cseq, text, hex } => {
                let open = of_request(&mut exchanges, event.side, method, *cseq);
                open.request.note(event.side, event.time, text, hex.as_deref());
            }
            What::Reply { status: None, text, .. } => {
                let answered = |it: &&mut Exchange| {
                    it.reply.as_ref().is_some_and(|reply| has_seen(reply, event.side))
                };
                let last = exchanges.iter_mut().rev().find(answered);
                if let Some(reply) = last.and_then(|it| it.reply.as_mut()) {
                    reply.add(text);
                }
            }
            What::Reply { cseq, status: Some(status), text, hex, after } => {
                let Some(open) = of_reply(&mut exchanges, event.side, *cseq) else { continue };
                let reply = open.reply.get_or_insert_default();
                reply.note(event.side, event.time, text, hex.as_deref());
                open.status = Some(*status);
                open.after = open.after.or(*after);
            }
            _ => {}
        }
    }
    exchanges.sort_by(|one, other| one.request.time().total_cmp(&other.request.time()));
    note_states(&mut exchanges, events);
    exchanges
}

const fn has_seen(message: &Message, side: Side) -> bool {
    match side {
        Side::Client => message.at_client.is_some(),
        Side::Server => message.at_server.is_some(),
    }
}

/// The exchange of a request: one that the other end has seen already, or a new one.
fn of_request<'a>(
    exchanges: &'a mut Vec<Exchange>,
    side: Side,
    method: &str,
    cseq: Option<u64>,
) -> &'a mut Exchange {
    let is_it = |open: &Exchange| {
        !has_seen(&open.request, side) && open.cseq == cseq && open.method == method
    };
    let before = exchanges.len().saturating_sub(MOST_OPEN);
    let found = exchanges.iter().skip(before).position(is_it);
    let place = found.map_or(exchanges.len(), |place| before + place);
    if place == exchanges.len() {
        exchanges.push(Exchange {
            request: Message::default(),
            method: method.to_owned(),
            cseq,
            reply: None,
            status: None,
            after: None,
            states: [State::Init; 2],
        });
    }
    #[expect(clippy::indexing_slicing, reason = "it is the place of one, or the last")]
    &mut exchanges[place]
}

fn of_reply(exchanges: &mut [Exchange], side: Side, cseq: Option<u64>) -> Option<&mut Exchange> {
    let is_open = |open: &&mut Exchange| {
        let seen = open.reply.as_ref().is_some_and(|reply| has_seen(reply, side));
        open.cseq == cseq && has_seen(&open.request, side) && !seen
    };
    let before = exchanges.len().saturating_sub(MOST_OPEN);
    exchanges.iter_mut().skip(before).find(is_open)
}

/// A message is looked for among so many: whoever hands in a log of a million shall not stop us.
const MOST_OPEN: usize = 4096;

/// The state after an exchange is the last one before the next request. An end that says nothing of
/// its states has those of the other.
fn note_states(exchanges: &mut [Exchange], events: &[Event]) {
    for (place, side) in [(0, Side::Client), (1, Side::Server)] {
        let own = events.iter().filter(|event| event.side == side);
        let states: Vec<(f64, State)> = own
            .filter_map(|event| match &event.what {
                What::State(name) => Some((event.time, State::named(name)?)),
                _ => None,
            })
            .collect();
        // By the end's own time: a client may ask before the server has told of its new state.
        let begins = exchanges.iter().skip(1).map(|next| next.request.time_at(side));
        let ends: Vec<f64> = begins.collect();
        let ends = ends.into_iter().chain([f64::INFINITY]);
        for (exchange, end) in exchanges.iter_mut().zip(ends) {
            let known = states.iter().rev().find(|(time, _)| *time < end);
            let state = known.map(|(_, state)| *state);
            if let Some(own) = exchange.states.get_mut(place) {
                *own = state.unwrap_or_default();
            }
        }
        if states.is_empty() {
            let other = 1 - place;
            for exchange in exchanges.iter_mut() {
                let [client, server] = exchange.states;
                let known = if other == 0 { client } else { server };
                exchange.states = [known; 2];
            }
        }
    }
}
