//! The event logs of the programs, and what must be true of every packet in them.

#![allow(dead_code, reason = "every test program uses its own part of this")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::common::bad_network::network;
use crate::common::server_process::wait_until;
use rtsp_lab::impairment::Fate;
use serde_json::Value;

/// A log, read.
pub(crate) struct EventLog {
    pub(crate) header: Value,
    pub(crate) events: Vec<Value>,
}

/// By what a client's frames have their packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frames {
    /// By the number of their last packet.
    Last,
    /// By the RTP timestamp.
    Timestamp,
}

impl EventLog {
    #[track_caller]
    pub(crate) fn read(path: &Path) -> Self {
        Self::of(&fs::read_to_string(path).expect("a log"))
    }

    /// The log of a server, which goes on, as soon as so many connections have ended.
    #[track_caller]
    pub(crate) fn of_server(path: &Path, connections: usize) -> Self {
        let mut text = String::new();
        wait_until("the end of the connections in the log", || {
            text = fs::read_to_string(path).unwrap_or_default();
            text.ends_with('\n') && text.matches("\"rtsp:closed\"").count() >= connections
        });
        Self::of(&text)
    }

    #[track_caller]
    fn of(text: &str) -> Self {
        let mut lines = text.lines().map(|line| {
            serde_json::from_str::<Value>(line).unwrap_or_else(|flaw| panic!("{flaw}: {line}"))
        });
        let header = lines.next().expect("line 1");
        assert_eq!(header["file_schema"], "urn:rtsp-lab:log:1", "{header}");
        let events: Vec<_> = lines.collect();
        let mut last = 0.0;
        for event in &events {
            let time = event["time"].as_f64().expect("a time");
            assert!(time >= last || event["disorder"] == true, "times fall: {event}");
            last = time.max(last);
            assert!(event["name"].as_str().is_some_and(|name| name.contains(':')), "{event}");
            assert!(event["data"].is_object(), "{event}");
        }
        Self { header, events }
    }

    /// The data of the events with that name.
    pub(crate) fn named(&self, name: &str) -> Vec<&Value> {
        let named = self.events.iter().filter(|event| event["name"] == name);
        named.map(|event| &event["data"]).collect()
    }

    /// The events that one side of a program with both has told.
    pub(crate) fn of_side(&self, side: &str) -> Self {
        let events = self.events.iter().filter(|event| event["side"] == side).cloned();
        Self { header: self.header.clone(), events: events.collect() }
    }

    #[track_caller]
    pub(crate) fn summary(&self) -> &Value {
        assert_eq!(self.events.last().unwrap()["name"], "session:summary");
        &self.events.last().unwrap()["data"]
    }
}

pub(crate) fn number(of: &Value, name: &str) -> u64 {
    of[name].as_u64().unwrap_or_else(|| panic!("no {name} in {of}"))
}

/// A packet's number as it is in its header.
fn low(of: &Value) -> u64 {
    number(of, "seq") % 65_536
}

/// Asserts that the server has done to each packet what the seed says, and that each packet's life has
/// exactly one end: it is lost on purpose, too late, or part of a frame that has one end itself.
#[track_caller]
pub(crate) fn assert_lives(server: &EventLog, client: &EventLog, options: &[&str], by: Frames) {
    let network = network(options);
    let sent = server.named("rtp:packet_sent");
    assert!(sent.len() > 50, "{} packets", sent.len());
    let (mut left, mut received) = (BTreeMap::new(), BTreeMap::new());
    for event in server.named("rtp:packet_left") {
        *left.entry(low(event)).or_insert(0) += 1;
    }
    for event in client.named("rtp:packet_received") {
        received.entry(low(event)).or_insert_with(Vec::new).push(event);
    }
    let ends = frame_ends(client, by);
    for (event, count) in sent.iter().zip(1..) {
        let told = event["count"].as_u64().unwrap_or_else(|| number(event, "seq"));
        assert_eq!(told, count, "the packets are counted from 1: {event}");
        let (fate, delay) = (network.fate(count), network.delay(count));
        let (net, copies) = match fate {
            Fate::Passed => (Value::Null, 1),
            Fate::Lost => ("lost".into(), 0),
            Fate::Doubled => ("doubled".into(), 2),
            Fate::Swapped => ("swapped".into(), 1),
        };
        assert_eq!(event["net"], net, "packet {count}: {event}");
        let by_ms = event["by"].as_f64().unwrap_or_default();
        assert!((by_ms - delay.as_secs_f64() * 1000.0).abs() < 0.001, "packet {count}: {event}");
        let seq = low(event);
        let is_plain = fate == Fate::Passed && delay.is_zero();
        let leavings = if is_plain { 0 } else { copies };
        assert_eq!(left.remove(&seq).unwrap_or(0), leavings, "packet {count} left: {event}");
        let arrivals = received.remove(&seq).unwrap_or_default();
        assert_eq!(arrivals.len(), copies, "packet {count} came: {arrivals:?}");
        let (again, first): (Vec<&Value>, Vec<&Value>) =
            arrivals.iter().partition(|arrival| arrival["order"] == "again");
        assert_eq!(again.len(), copies.saturating_sub(1), "packet {count}: {arrivals:?}");
        let Some(arrival) = first.first() else { continue };
        let is_late = arrival["order"] == "late" && arrival["kept"].is_null();
        let found = ends_of(arrival, &ends, by);
        if is_late {
            // It ends here, whatever becomes of the others of its frame.
            assert!(by == Frames::Timestamp || found.len() <= 1, "packet {count}: {found:?}");
        } else {
            assert_eq!(found.len(), 1, "packet {count} ends once: {arrival}, {found:?}");
        }
    }
    assert_eq!((left, received), (BTreeMap::new(), BTreeMap::new()), "nothing comes from nowhere");
    if by == Frames::Last {
        assert_complete(client, &ends);
    }
    assert_figures(client, &ends);
}

/// A complete frame has as many packets as came for it, late ones that were kept among them.
#[track_caller]
fn assert_complete(client: &EventLog, ends: &[(u64, String)]) {
    let belongs = |event: &&Value| {
        event["order"] != "again" && (event["order"] != "late" || event["kept"] == 1)
    };
    let received = client.named("rtp:packet_received");
    let numbers: Vec<_> =
        received.into_iter().filter(belongs).map(|it| number(it, "seq")).collect();
    for event in client.named("frame:complete") {
        let last = number(event, "last");
        let before = ends.iter().map(|(of, _)| *of).take_while(|of| *of < last).last();
        let own = numbers.iter().filter(|seq| **seq <= last && before.is_none_or(|it| **seq > it));
        assert_eq!(number(event, "packets"), own.count() as u64, "{event}");
    }
}

/// Each frame's end, by its last packet's number or its timestamp.
fn frame_ends(client: &EventLog, by: Frames) -> Vec<(u64, String)> {
    let mut ends = Vec::new();
    for event in &client.events {
        let name = event["name"].as_str().unwrap();
        if ["frame:shown", "frame:left_out", "frame:damaged"].contains(&name) {
            let data = &event["data"];
            let last = data["last"].as_u64().or_else(|| data["frame"].as_u64());
            let key = match by {
                Frames::Last => last.unwrap_or_else(|| panic!("{event}")),
                Frames::Timestamp => number(data, "ts"),
            };
            ends.push((key, name.to_owned()));
        }
    }
    ends.sort();
    ends
}

/// The ends of the frame that a packet belongs to.
fn ends_of<'a>(arrival: &Value, ends: &'a [(u64, String)], by: Frames) -> Vec<&'a (u64, String)> {
    let key = match by {
        Frames::Timestamp => Some(number(arrival, "ts")),
        Frames::Last => {
            let seq = number(arrival, "seq");
            ends.iter().map(|(last, _)| *last).find(|last| *last >= seq)
        }
    };
    ends.iter().filter(|(of, _)| Some(*of) == key).collect()
}

/// What was told of each packet adds up to what the client has printed.
#[track_caller]
fn assert_figures(client: &EventLog, ends: &[(u64, String)]) {
    let summary = client.summary();
    let received = client.named("rtp:packet_received");
    let orders = |order: &str| received.iter().filter(|event| event["order"] == order).count();
    let shown = ends.iter().filter(|(_, name)| name == "frame:shown").count();
    let left_out = ends.iter().filter(|(_, name)| name == "frame:left_out").count();
    for (name, count) in [
        ("packets received", received.len()),
        ("late packets", orders("late")),
        ("duplicate packets", orders("again")),
        ("frames shown", shown),
        ("frames left out", left_out),
    ] {
        assert_eq!(number(summary, name), count as u64, "{name}: {summary}");
    }
    let mut missing = BTreeSet::new();
    for event in received {
        if let Some(range) = event["missing"].as_array() {
            missing.extend(range[0].as_u64().unwrap()..=range[1].as_u64().unwrap());
        }
        missing.remove(&number(event, "seq"));
    }
    assert_eq!(number(summary, "packets lost"), missing.len() as u64, "{summary}");
}
