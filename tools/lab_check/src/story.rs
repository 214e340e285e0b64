//! What happened in a case, as a log: the client on the left, the server on the right.

use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::escape::visible;

/// What has happened, in order.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    begin: Instant,
    events: Vec<Happened>,
}

/// An event, when it was, and with which of several clients.
#[derive(Clone, Debug)]
struct Happened {
    at: Duration,
    client: usize,
    event: Event,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Event {
    /// A message of the client, or of the server.
    Said(Side, Vec<u8>),
    /// Something else that one of them did.
    Did(Side, String),
    /// A packet of the server.
    Packet(u16),
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

impl Default for Story {
    fn default() -> Self {
        Self { begin: Instant::now(), events: Vec::new() }
    }
}

impl Story {
    /// A message was sent.
    pub(crate) fn said(&mut self, side: Side, bytes: &[u8]) {
        self.note(FIRST, Instant::now(), Event::Said(side, bytes.to_vec()));
    }

    /// Something was done.
    pub(crate) fn did(&mut self, side: Side, what: &str) {
        self.note(FIRST, Instant::now(), Event::Did(side, what.to_owned()));
    }

    /// A packet with that number was sent.
    pub(crate) fn packet(&mut self, number: u16) {
        self.note(FIRST, Instant::now(), Event::Packet(number));
    }

    fn note(&mut self, client: usize, at: Instant, event: Event) {
        let at = at.saturating_duration_since(self.begin);
        // The end of a connection is seen each time that somebody looks.
        let last = self.events.iter().rev().find(|last| last.client == client);
        let is_known =
            matches!(event, Event::Did(..)) && last.is_some_and(|last| last.event == event);
        if self.events.len() < MOST_EVENTS && !is_known {
            self.events.push(Happened { at, client, event });
        }
    }

    /// It as text: a row for each line of a message, and one for packets without anything between.
    pub(crate) fn told(&self) -> String {
        let mut text = format!("{:>7}  {:<WIDTH$}     {}", "seconds", "client", "server");
        for scene in self.scenes() {
            push_rows(&mut text, &scene);
        }
        text
    }

    /// What has happened, one after the other, packets without anything between them as one.
    pub(crate) fn scenes(&self) -> Vec<Scene> {
        let mut events = self.events.clone();
        // What was heard is noted when somebody looks.
        events.sort_by_key(|happened| happened.at);
        let is_one = events.iter().all(|happened| happened.client == FIRST);
        let (mut rest, mut scenes) = (events.as_slice(), Vec::new());
        while let Some((happened, others)) = rest.split_first() {
            let Happened { at, client, event } = happened;
            let mut rows = Vec::new();
            rest = others;
            let side = match event {
                Event::Said(side, bytes) => {
                    rows.extend(lines(bytes));
                    *side
                }
                Event::Did(side, what) => {
                    rows.push(format!("({what})"));
                    *side
                }
                Event::Packet(_) => {
                    let goes_on =
                        |next: &&Happened| next.client == *client && next.event.number().is_some();
                    let (packets, others) = rest.split_at(rest.iter().take_while(goes_on).count());
                    let all = [happened].into_iter().chain(packets);
                    rows.push(ranges(all.filter_map(|happened| happened.event.number())));
                    rest = others;
                    Side::Server
                }
            };
            if let Some(row) = rows.first_mut().filter(|_| !is_one) {
                row.insert_str(0, &format!("[{client}] "));
            }
            scenes.push(Scene { at: *at, side, rows, is_quiet: matches!(event, Event::Did(..)) });
        }
        scenes
    }
}

/// Something that has happened, as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scene {
    pub(crate) at: Duration,
    pub(crate) side: Side,
    /// The lines of a message, or one that says what was done.
    pub(crate) rows: Vec<String>,
    /// Whether nothing went over the wire.
    pub(crate) is_quiet: bool,
}

/// The story of a case with several clients, for one of them; a copy writes to the same.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    story: Arc<Mutex<Story>>,
    client: usize,
}

impl Log {
    /// The beginning of a story.
    pub(crate) fn begin() -> Self {
        Self { story: Arc::default(), client: FIRST - 1 }
    }

    /// The same for the next client.
    pub(crate) fn next_client(&mut self) -> Self {
        self.client += 1;
        self.clone()
    }

    /// A message was sent.
    pub(crate) fn said(&self, side: Side, bytes: &[u8]) {
        self.note(Instant::now(), Event::Said(side, bytes.to_vec()));
    }

    /// Something was done.
    pub(crate) fn did(&self, side: Side, what: &str) {
        self.note(Instant::now(), Event::Did(side, what.to_owned()));
    }

    /// A packet with that number came then.
    pub(crate) fn packet(&self, number: u16, at: Instant) {
        self.note(at, Event::Packet(number));
    }

    /// What has happened so far.
    pub(crate) fn story(&self) -> Story {
        self.story.lock().map(|story| story.clone()).unwrap_or_default()
    }

    fn note(&self, at: Instant, event: Event) {
        if let Ok(mut story) = self.story.lock() {
            story.note(self.client, at, event);
        }
    }
}

impl Event {
    const fn number(&self) -> Option<u16> {
        match self {
            Self::Packet(number) => Some(*number),
            Self::Said(..) | Self::Did(..) => None,
        }
    }
}

/// Appends the rows of one event; only the first has a time and an arrow, unless nothing went over
/// the wire.
fn push_rows(text: &mut String, Scene { at, side, rows, is_quiet }: &Scene) {
    for (place, row) in rows.iter().enumerate() {
        let time = if place == 0 { format!("{:.3}", at.as_secs_f64()) } else { String::new() };
        let arrow = match side {
            _ if *is_quiet || place > 0 => " ",
            Side::Client => "→",
            Side::Server => "←",
        };
        let (left, right) = match side {
            Side::Client => (row.as_str(), ""),
            Side::Server => ("", row.as_str()),
        };
        let row = format!("{time:>7}  {left:<WIDTH$}  {arrow}  {right}");
        write!(text, "\n{}", row.trim_end()).ok();
    }
}

/// The lines of a message, as cards show bytes.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let shown = |line: &[u8]| if line.is_empty() { String::new() } else { visible(line) };
    text.split(|byte| *byte == b'\n').map(shown).collect()
}

/// `packets 1 to 3, 5, 7 to 20`.
fn ranges(numbers: impl Iterator<Item = u16>) -> String {
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let word = |&(first, last): &(u16, u16)| match last - first {
        0 => first.to_string(),
        _ => format!("{first} to {last}"),
    };
    let words: Vec<String> = ranges.iter().map(word).collect();
    let name = if matches!(ranges.as_slice(), [(first, last)] if first == last) {
        "packet"
    } else {
        "packets"
    };
    format!("{name} {}", words.join(", "))
}

/// The number of the only client, or of the first.
const FIRST: usize = 1;
/// The width of the left side.
const WIDTH: usize = 40;
/// Who floods is not listened to for ever.
const MOST_EVENTS: usize = 2000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_does_is_on_the_left_and_packets_are_put_together() {
        let mut story = Story::default();
        story.did(Side::Client, "connects");
        story.said(Side::Client, b"PLAY a RTSP/1.0\nCSeq: 2\n");
        story.said(Side::Server, b"RTSP/1.0 200 OK\nCSeq: 2\n\xFF");
        for number in [1, 2, 3, 5, 5, 7] {
            story.packet(number);
        }
        story.said(Side::Client, b"x");
        story.packet(8);
        let told = story.told();
        let rows: Vec<&str> = told.lines().map(|row| row.get(9..).unwrap().trim_end()).collect();
        let gap = " ".repeat(WIDTH + 2);
        let expected = [
            "client                                       server".to_owned(),
            "(connects)".to_owned(),
            format!("{:<WIDTH$}  →", "PLAY a RTSP/1.0"),
            "CSeq: 2".to_owned(),
            format!("{gap}←  RTSP/1.0 200 OK"),
            format!("{gap}   CSeq: 2"),
            format!("{gap}   \\xFF"),
            format!("{gap}←  packets 1 to 3, 5, 5, 7"),
            format!("{:<WIDTH$}  →", "x"),
            format!("{gap}←  packet 8"),
        ];
        assert_eq!(rows, expected);
    }
}
