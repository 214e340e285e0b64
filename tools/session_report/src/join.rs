//! One session from the log of both ends, or from a client's log and a server's: joined by the SSRC
//! (or the RTSP session), with the offset of the clocks measured.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::log::{BadLog, Event, Fault, Header, Log, Side, Vantage, What};

mod clocks;

pub(crate) use clocks::Clocks;

/// The events of one session, in the client's time where there is a client.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) header: Header,
    pub(crate) events: Vec<Event>,
    pub(crate) has_client: bool,
    pub(crate) has_server: bool,
    /// How the clocks of two logs differ; none for one log.
    pub(crate) clocks: Option<Clocks>,
    /// How many sessions the server's log has.
    pub(crate) sessions: usize,
}

/// Joins what was read.
pub(crate) fn join(mut logs: Vec<Log>) -> Result<Joined, BadLog> {
    let found = logs.len();
    match (logs.pop(), logs.pop(), logs.pop()) {
        (Some(log), None, None) => Ok(alone(log)),
        (Some(second), Some(first), None) => two(first, second),
        _ => Err(BadLog { file: "logs".to_owned(), line: 1, fault: Fault::Count { found } }),
    }
}

fn alone(log: Log) -> Joined {
    let Log { mut header, mut events, .. } = log;
    let (has_client, has_server) = match header.vantage {
        Vantage::Both => (true, true),
        Vantage::One(side) => (side == Side::Client, side == Side::Server),
    };
    let sessions = Sessions::of(&events);
    if has_server && sessions.packets.len() > 1 {
        let busiest = sessions.packets.iter().max_by_key(|(_, count)| **count);
        let label = busiest.map(|(label, _)| label.clone()).unwrap_or_default();
        header.ssrc = sessions.ssrc_of(&label).or(header.ssrc);
        keep(&label, None, &mut events);
    }
    sort(&mut events);
    let sessions = sessions.packets.len();
    Joined { header, events, has_client, has_server, clocks: None, sessions }
}

fn sort(events: &mut [Event]) {
    events.sort_by(|one, other| one.time.total_cmp(&other.time));
}

fn two(first: Log, second: Log) -> Result<Joined, BadLog> {
    let (client, mut server) = match (first.header.vantage, second.header.vantage) {
        (Vantage::One(Side::Client), Vantage::One(Side::Server)) => (first, second),
        (Vantage::One(Side::Server), Vantage::One(Side::Client)) => (second, first),
        (Vantage::Both, _) => return Err(ends(first.name, "one that has both ends already")),
        (_, Vantage::Both) => return Err(ends(second.name, "one that has both ends already")),
        (Vantage::One(Side::Client), _) => return Err(ends(second.name, "two of clients")),
        (Vantage::One(Side::Server), _) => return Err(ends(second.name, "two of servers")),
    };
    let sessions = Sessions::of(&server.events);
    let label = sessions.label_for(&client, &server)?;
    if let Some(label) = label {
        keep(&label, client.address().as_deref(), &mut server.events);
    }
    let clocks = Clocks::of(&client.events, &server.events);
    let steps = steps(&client.events, &server.events);
    let mut header = client.header;
    // The server knows what it does to packets on purpose.
    header.network = server.header.network.or(header.network);
    header.frames = header.frames.or(server.header.frames);
    header.fps = header.fps.or(server.header.fps);
    header.fragment = server.header.fragment.or(header.fragment);
    header.commands.splice(0..0, server.header.commands);
    let mut events = client.events;
    events.extend(server.events.into_iter().map(|event| moved(event, &clocks, steps)));
    from_zero(&mut events);
    sort(&mut events);
    let sessions = sessions.packets.len();
    Ok(Joined {
        header,
        events,
        has_client: true,
        has_server: true,
        clocks: Some(clocks),
        sessions,
    })
}

fn ends(file: String, found: &str) -> BadLog {
    BadLog { file, line: 1, fault: Fault::Ends { found: found.to_owned() } }
}

/// The server's event in the client's time and with the client's numbers.
fn moved(mut event: Event, clocks: &Clocks, steps: i64) -> Event {
    event.time = clocks.at_client(event.time);
    if let What::Sent { seq, .. } = &mut event.what {
        *seq = seq.saturating_add_signed(steps << 16);
    }
    event
}

/// A server's log may begin before the client's: then the joined one does.
fn from_zero(events: &mut [Event]) {
    let earliest = events.iter().map(|event| event.time).fold(0.0, f64::min);
    for event in events {
        event.time -= earliest;
    }
}

/// Each end extends the 16 bits of a number from its own start: how many times 65,536 brings most of
/// the server's numbers to the client's.
fn steps(client: &[Event], server: &[Event]) -> i64 {
    let received = client.iter().filter_map(|event| match event.what {
        What::Received { seq, .. } => Some(seq),
        _ => None,
    });
    let sent = server.iter().filter_map(|event| match event.what {
        What::Sent { seq, .. } => Some(seq),
        _ => None,
    });
    let (received, sent): (Vec<u64>, HashSet<u64>) =
        (received.take(10_000).collect(), sent.collect());
    let turn =
        |numbers: Option<&u64>| numbers.map_or(0, |seq| i64::try_from(seq >> 16).unwrap_or(0));
    let middle = turn(received.first()) - turn(sent.iter().min());
    let matches = |steps: i64| {
        let is_sent = |seq: &&u64| {
            seq.checked_add_signed(-(steps << 16)).is_some_and(|seq| sent.contains(&seq))
        };
        received.iter().filter(is_sent).count()
    };
    (middle - 2..=middle + 2).max_by_key(|&steps| (matches(steps), -steps.abs())).unwrap_or(0)
}

/// The sessions in a server's log. An event is under its RTSP session, or under the peer's address
/// until it has one.
#[derive(Debug, Default)]
struct Sessions {
    packets: BTreeMap<String, usize>,
    ssrcs: Vec<(String, String)>,
}

impl Sessions {
    fn of(events: &[Event]) -> Self {
        let mut sessions = Self::default();
        for event in events {
            let Some(label) = &event.session else { continue };
            match &event.what {
                What::Sent { .. } => *sessions.packets.entry(label.clone()).or_default() += 1,
                What::Described { ssrc: Some(ssrc), .. } => {
                    sessions.ssrcs.push((ssrc.clone(), label.clone()));
                }
                _ => {}
            }
        }
        sessions
    }

    fn ssrc_of(&self, label: &str) -> Option<String> {
        let own = self.ssrcs.iter().find(|(_, of)| of == label);
        own.map(|(ssrc, _)| ssrc.clone())
    }

    /// The label of the client's session; none where the server's log has only one session, and
    /// names it not.
    fn label_for(&self, client: &Log, server: &Log) -> Result<Option<String>, BadLog> {
        let wanted = client.ssrc();
        let other = |wanted: String, found: String| {
            let fault = Fault::OtherSession { wanted, found };
            BadLog { file: server.name.clone(), line: 1, fault }
        };
        if let Some(wanted) = &wanted {
            if let Some((_, label)) = self.ssrcs.iter().find(|(ssrc, _)| same(ssrc, wanted)) {
                return Ok(Some(label.clone()));
            }
            match server.ssrc() {
                Some(found) if same(&found, wanted) => return Ok(None),
                Some(found) if self.ssrcs.is_empty() => {
                    return Err(other(format!("SSRC {wanted}"), format!("SSRC {found}")));
                }
                _ => {}
            }
        }
        let ids = client.rtsp_sessions();
        let own = self.packets.keys().find(|label| ids.contains(*label));
        match (own, self.packets.len()) {
            (Some(label), _) => Ok(Some(label.clone())),
            (None, 0) => Ok(None),
            (None, _) => {
                let wanted =
                    wanted.map_or("the client's session".to_owned(), |it| format!("SSRC {it}"));
                let ssrcs: Vec<_> = self.ssrcs.iter().map(|(ssrc, _)| ssrc.as_str()).collect();
                Err(other(wanted, format!("sessions of other clients (SSRC {})", ssrcs.join(", "))))
            }
        }
    }
}

/// Leaves what belongs to that session, and what belongs to none. Until a session has its name, its
/// events are under the address of the client.
fn keep(label: &str, client: Option<&str>, events: &mut Vec<Event>) {
    let names_it = |event: &&Event| match &event.what {
        What::Reply { text, .. } => session_in(text) == Some(label),
        _ => false,
    };
    let naming = events.iter().filter(names_it).filter_map(|event| event.session.clone());
    let labels: BTreeSet<String> =
        naming.chain([label, client.unwrap_or(label)].map(str::to_owned)).collect();
    events.retain(|event| event.session.as_ref().is_none_or(|session| labels.contains(session)));
}

/// The value of the header field Session, without its parameters.
fn session_in(reply: &str) -> Option<&str> {
    let mut fields = reply.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(name, _)| name.trim().eq_ignore_ascii_case("session"))?;
    value.trim().split(';').next()
}

fn same(one: &str, other: &str) -> bool {
    let digits = |ssrc: &str| ssrc.trim_start_matches("0x").to_ascii_lowercase();
    digits(one) == digits(other)
}

impl Log {
    /// The SSRC of the header, or the first that the session was described with.
    fn ssrc(&self) -> Option<String> {
        let described = self.events.iter().find_map(|event| match &event.what {
            What::Described { ssrc, .. } => ssrc.clone(),
            _ => None,
        });
        self.header.ssrc.clone().or(described)
    }

    /// The sessions that the replies name.
    fn rtsp_sessions(&self) -> BTreeSet<String> {
        let sessions = self.events.iter().filter_map(|event| match &event.what {
            What::Reply { text, .. } => session_in(text),
            _ => None,
        });
        sessions.map(str::to_owned).collect()
    }

    /// Where the client's connection comes from.
    fn address(&self) -> Option<String> {
        self.events.iter().find_map(|event| match &event.what {
            What::Connected { local, .. } => Some(local.clone()),
            _ => None,
        })
    }
}
