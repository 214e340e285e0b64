//! From events to lines: what they need of those before them, such as the request of a reply.

use std::collections::HashMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use super::event::{Event, Second};
use super::handle::{Kind, Origin, Record, Side, Wire};
use super::json::{Ms, Object, list, quoted, wall_clock};
use crate::impairment::{Fate, Impairment};
use crate::rtsp::State;
use crate::statistics::Order;

/// What line 1 says of the session.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// Whose clock it is.
    pub vantage: Vantage,
    /// What is played or served.
    pub title: String,
    /// `lab` or `standard`; a server speaks both.
    pub dialect: Option<&'static str>,
    /// `udp` or `tcp`.
    pub transport: Option<&'static str>,
    /// The movie's name, where there is one.
    pub movie: Option<String>,
    /// The bad network; `None` for a good one, or one that is not known.
    pub network: Option<Impairment>,
    /// `--fragment`.
    pub fragment: Option<usize>,
    /// `--buffer` as time, when the session begins; `None` if frames are shown as they come.
    pub buffer: Option<Duration>,
    /// The command line.
    pub command: Vec<String>,
    /// How many packets are written one by one; `None` for a million.
    pub packets: Option<u64>,
}

/// Who looks on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Vantage {
    /// A client.
    #[default]
    Client,
    /// A server, of which each session has its own events.
    Server,
    /// Both ends, with one clock.
    Network,
}

impl Header {
    /// Line 1, without its end.
    fn line(&self, wall: SystemTime) -> String {
        let (kind, name) = match self.vantage {
            Vantage::Client => ("client", "client_launcher"),
            Vantage::Server => ("server", "server"),
            Vantage::Network => ("network", "cargo run"),
        };
        let point = Object::default().text("type", kind).text("name", name).end();
        let time = Object::default().text("clock_type", "monotonic").text("epoch", "unknown");
        let time = time.text("wall_clock_time", &wall_clock(wall)).end();
        let common = Object::default().text("time_format", "relative_to_epoch");
        let common = common.plain("reference_time", time).end();
        let trace = Object::default().plain("vantage_point", point);
        let trace = trace.plain("event_schemas", list(&[EVENTS.to_owned()]));
        let trace = trace.plain("common_fields", common).end();
        let program = Object::default().text("name", PROGRAM);
        let program = program.text("version", env!("CARGO_PKG_VERSION"));
        let program = program.text("os", std::env::consts::OS).end();
        let fragment = self.fragment.map_or("null".to_owned(), |bytes| bytes.to_string());
        let buffer_ms = self.buffer.unwrap_or_default().as_millis();
        let settings = Object::default().plain("fragment", fragment);
        let settings = settings.plain("buffer_ms", buffer_ms).end();
        let movie = self.movie.as_ref().map(|name| Object::default().text("name", name).end());
        Object::default()
            .text("file_schema", SCHEMA)
            .text("serialization_format", "application/jsonl")
            .text("title", &self.title)
            .plain("trace", trace)
            .plain("program", program)
            .maybe("dialect", self.dialect.map(quoted))
            .maybe("transport", self.transport.map(quoted))
            .maybe("movie", movie)
            .plain("network", self.network.map_or("null".to_owned(), network))
            .plain("settings", settings)
            .plain("command", list(&self.command))
            .end()
    }
}

/// The options as an object. A seed that a reader of JSON might round is a string.
fn network(impairment: Impairment) -> String {
    let is_large = |value: &str| value.parse().is_ok_and(|value: u64| value > 1 << 53);
    let options = impairment.options().into_iter();
    let object = options.fold(Object::default(), |object, (name, value)| {
        if is_large(&value) { object.text(name, &value) } else { object.plain(name, value) }
    });
    object.end()
}

/// What is known of the events so far.
#[derive(Debug)]
pub(super) struct Story {
    header: Header,
    start: Instant,
    wall: SystemTime,
    last: Duration,
    talks: HashMap<Origin, Talk>,
    /// Packet events that were written.
    packets: u64,
    /// The second that is being summed up, with its number.
    second: Option<(u64, Second)>,
    /// The frame of each packet that the server has sent, by the packet's 16 bits.
    frames: HashMap<u16, u64>,
}

/// One connection, as one side sees it.
#[derive(Debug, Default)]
struct Talk {
    local: Option<SocketAddr>,
    peer: Option<SocketAddr>,
    /// The request that was sent or came last.
    method: String,
    asked: Option<Instant>,
    /// The status of the last reply.
    status: String,
    state: Option<State>,
    session: Option<String>,
    /// The message that came just before.
    message: Option<String>,
}

impl Story {
    /// Of a session that begins at that instant and time of day.
    pub(super) fn new(header: Header, (start, wall): (Instant, SystemTime)) -> Self {
        let (talks, frames) = (HashMap::new(), HashMap::new());
        let (last, packets, second) = (Duration::ZERO, 0, None);
        Self { header, start, wall, last, talks, packets, second, frames }
    }

    /// Line 1.
    pub(super) fn beginning(&self) -> String {
        self.header.line(self.wall) + "\n"
    }

    /// The lines that the event gives; mostly one.
    pub(super) fn lines(&mut self, record: &Record) -> String {
        let at = record.at.saturating_duration_since(self.start);
        let mut lines = String::new();
        if self.is_summed_up(record, at, &mut lines) {
            return lines;
        }
        let (name, data) = self.told(record);
        self.push(&mut lines, at, record.origin, (&name, data));
        if record.origin.peer.is_some() && matches!(record.event, Event::Closed { .. }) {
            // Of a server's connections only those are kept that are open.
            self.talks.remove(&record.origin);
        }
        lines
    }

    /// What ends the log: a second that is not over.
    pub(super) fn end(&mut self) -> String {
        let mut lines = String::new();
        self.end_second(&mut lines);
        lines
    }

    fn push(&mut self, lines: &mut String, at: Duration, origin: Origin, what: (&str, Object)) {
        let side = (self.header.vantage == Vantage::Network).then_some(match origin.side {
            Side::Client => "\"client\"",
            Side::Server => "\"server\"",
        });
        let peer = origin.peer.filter(|_| self.header.vantage == Vantage::Server);
        let session = peer.map(|peer| {
            let talk = self.talks.get(&origin);
            let session = talk.and_then(|talk| talk.session.clone());
            quoted(&session.unwrap_or_else(|| peer.to_string()))
        });
        let line = Object::default().plain("time", Ms(at)).text("name", what.0);
        let line = line.maybe("side", side).maybe("session", session);
        let line = line.plain("data", what.1.end());
        let line = line.maybe("disorder", (at < self.last).then_some(true));
        self.last = self.last.max(at);
        // Writing to a string can't fail.
        writeln!(lines, "{}", line.end()).ok();
    }

    /// The event's name and values.
    fn told(&mut self, record: &Record) -> (String, Object) {
        let talk = self.talks.entry(record.origin).or_default();
        let before = talk.message.take();
        let event = &record.event;
        let object = Object::default();
        let data = if let Event::Message { is_sent, text } = event {
            talk.message = Some(text.clone()).filter(|_| !is_sent);
            return talk.message(*is_sent, text, record);
        } else if let Event::Ignored { why } = event {
            object.maybe("text", before.as_deref().map(quoted)).text("why", why)
        } else if let Event::State(state) = event {
            let old = talk.state.replace(*state).map(|old| quoted(&old.to_string()));
            let object = object.plain("old", old.unwrap_or_else(|| "null".to_owned()));
            object.text("new", &state.to_string()).text("why", &talk.why())
        } else {
            event.data()
        };
        if let Event::Connected { local, peer } = event {
            (talk.local, talk.peer, talk.session) = (*local, Some(*peer), None);
        }
        if matches!(event, Event::Closed { .. }) {
            "the end of the connection".clone_into(&mut talk.status);
        }
        (event.name().to_owned(), data)
    }

    /// The bytes that the event brings for the capture, with a comment.
    pub(super) fn wire(&mut self, record: &mut Record) -> Option<(Wire, Duration)> {
        let since = record.at.saturating_duration_since(self.start);
        let wall = self.wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default() + since;
        if let Event::PacketSent { seq, frame, .. } = record.event {
            self.frames.insert(low(seq), frame);
        }
        let is_shadow =
            self.header.vantage == Vantage::Network && record.origin.side == Side::Server;
        let mut wire = if let Some(wire) = record.wire.take() {
            wire
        } else if let Event::Message { is_sent, text } = &record.event {
            self.message(record.origin, *is_sent, text)?
        } else {
            return None;
        };
        if is_shadow && wire.kind != Kind::Lost {
            return None;
        }
        if let Event::PacketReceived { seq, .. } = record.event {
            let frame = self.frames.get(&low(seq));
            wire.comment += &frame.map_or_else(String::new, |frame| format!(", frame {frame}"));
        }
        let local = self.talks.get(&record.origin).and_then(|talk| talk.local);
        for end in [&mut wire.from, &mut wire.to] {
            if end.ip().is_unspecified() {
                end.set_ip(local.map_or(end.ip(), |local| local.ip()));
            }
        }
        Some((wire, wall))
    }

    /// A message of RTSP as bytes between both ends of its connection.
    fn message(&self, origin: Origin, is_sent: bool, text: &str) -> Option<Wire> {
        let talk = self.talks.get(&origin)?;
        let (local, peer) = (talk.local?, talk.peer?);
        let (from, to) = if is_sent { (local, peer) } else { (peer, local) };
        let method = if is_request(text) { first_word(text) } else { &talk.method };
        let what = if is_request(text) { "request" } else { "reply to" };
        let comment = match cseq_of(text) {
            Some(cseq) => format!("{what} {method}, CSeq {cseq}"),
            None => format!("{what} {method}"),
        };
        let bytes = text.as_bytes().into();
        Some(Wire { kind: Kind::Rtsp, from, to, is_tcp: true, comment, bytes })
    }

    /// Whether the event is only counted, because there have been too many to write each.
    fn is_summed_up(&mut self, record: &Record, at: Duration, lines: &mut String) -> bool {
        let is_packet =
            matches!(record.event, Event::PacketSent { .. } | Event::PacketReceived { .. });
        self.packets += u64::from(is_packet);
        if self.packets <= self.header.packets.unwrap_or(MOST_PACKETS) {
            return false;
        }
        if self.second.is_none_or(|(number, _)| number != at.as_secs()) {
            self.end_second(lines);
            self.second = Some((at.as_secs(), Second::default()));
        }
        if let Some((_, second)) = &mut self.second {
            count(second, &record.event);
        }
        record.event.is_ordinary()
    }

    fn end_second(&mut self, lines: &mut String) {
        if let Some((number, second)) = self.second.take() {
            let at = Duration::from_secs(number + 1).max(self.last);
            let event = Event::Second(second);
            self.push(lines, at, Origin::default(), (event.name(), event.data()));
        }
    }
}

fn count(second: &mut Second, event: &Event) {
    if let Event::PacketSent { fate, .. } = event {
        second.sent += 1;
        second.lost += u64::from(*fate == Fate::Lost);
    }
    if let Event::PacketReceived { order, bytes, .. } = event {
        second.received += 1;
        second.bytes += *bytes as u64;
        second.late += u64::from(*order == Order::Late);
        second.again += u64::from(*order == Order::Again);
    }
    second.shown += u64::from(matches!(event, Event::FrameShown { .. }));
}

impl Talk {
    /// A message's name and values.
    fn message(&mut self, is_sent: bool, text: &str, record: &Record) -> (String, Object) {
        let (cseq, went) = (cseq_of(text), if is_sent { "sent" } else { "received" });
        if is_request(text) {
            first_word(text).clone_into(&mut self.method);
            self.asked = Some(record.at);
            let object = Object::default().text("method", &self.method).maybe("cseq", cseq);
            return (format!("rtsp:request_{went}"), object.text("text", text));
        }
        if self.session.is_none() || is_setup_reply(&self.method, text) {
            self.session = header_of(text, "session")
                .map(|value| value.split(';').next().unwrap_or_default().trim().to_owned());
        }
        let status = status_of(text);
        if let Some(status) = status {
            self.status = format!("{status} to {}", self.method);
        }
        let object = Object::default().text("method", &self.method).maybe("cseq", cseq);
        let object = object.maybe("status", status);
        let object = match self.asked.filter(|_| !is_sent && status.is_some()) {
            Some(asked) => object.ms("after", record.at.saturating_duration_since(asked)),
            None => object,
        };
        (format!("rtsp:reply_{went}"), object.text("text", text))
    }

    /// Why a state has changed.
    fn why(&self) -> String {
        if self.status.is_empty() { "begin".to_owned() } else { self.status.clone() }
    }
}

fn is_setup_reply(method: &str, text: &str) -> bool {
    method == "SETUP" && status_of(text) == Some(200)
}

fn is_request(text: &str) -> bool {
    let line = text.trim_start().lines().next().unwrap_or_default();
    !line.starts_with("RTSP/") && line.contains(" RTSP/")
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// The status of a reply; `None` for what has none, such as the lab's description.
fn status_of(text: &str) -> Option<u16> {
    let line = text.lines().next().filter(|line| line.starts_with("RTSP/"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn cseq_of(text: &str) -> Option<u32> {
    header_of(text, "cseq")?.parse().ok()
}

fn header_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let headers = text.lines().filter_map(|line| line.split_once(':'));
    let mut found = headers.filter(|(found, _)| found.trim().eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.trim())
}

/// The 16 bits of a number that are in the header.
fn low(seq: u64) -> u16 {
    let [.., high, low] = seq.to_be_bytes();
    u16::from_be_bytes([high, low])
}

const PROGRAM: &str = "rtsp_lab";
const SCHEMA: &str = "urn:rtsp-lab:log:1";
const EVENTS: &str = "urn:rtsp-lab:events:1";
/// So many packets are written one by one.
const MOST_PACKETS: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: ([u8; 4], u16) = ([127, 0, 0, 1], 40_000);

    fn story(vantage: Vantage) -> (Story, Instant) {
        let now = Instant::now();
        let header = Header { vantage, ..Header::default() };
        (Story::new(header, (now, SystemTime::UNIX_EPOCH)), now)
    }

    fn record(at: Instant, event: Event) -> Record {
        Record { at, origin: Origin::default(), event, wire: None }
    }

    fn message(is_sent: bool, text: &str) -> Event {
        Event::Message { is_sent, text: text.to_owned() }
    }

    #[test]
    fn what_comes_too_late_to_be_sorted_keeps_its_time_and_says_so() {
        let (mut story, start) = story(Vantage::Client);
        let at = |ms| start + Duration::from_millis(ms);
        let told = |ms| record(at(ms), Event::PacketLeft { seq: ms });
        let lines: String = [100, 40, 100].map(|ms| story.lines(&told(ms))).concat();
        let expected = "{\"time\":100.000,\"name\":\"rtp:packet_left\",\"data\":{\"seq\":100}}\n\
            {\"time\":40.000,\"name\":\"rtp:packet_left\",\"data\":{\"seq\":40},\"disorder\":true}\n\
            {\"time\":100.000,\"name\":\"rtp:packet_left\",\"data\":{\"seq\":100}}\n";
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_reply_knows_its_request_and_a_description_has_no_status() {
        let (mut story, start) = story(Vantage::Client);
        let at = |ms| start + Duration::from_millis(ms);
        story.lines(&record(at(1), message(true, "DESCRIBE m RTSP/1.0\nCSeq: 3\n")));
        let reply = story.lines(&record(at(4), message(false, "RTSP/1.0 200 OK\nCSeq: 3\n")));
        let data = r#""data":{"method":"DESCRIBE","cseq":3,"status":200,"after":3.000,"#;
        assert!(reply.contains("rtsp:reply_received") && reply.contains(data), "{reply}");
        let text = "\nSession Description: \n\n</script>\u{2028}";
        let description = story.lines(&record(at(5), message(false, text)));
        let data =
            r#""data":{"method":"DESCRIBE","text":"\nSession Description: \n\n</script>\u2028"}"#;
        assert!(description.contains("rtsp:reply_received"), "{description}");
        assert!(description.contains(data), "{description}");
        let ignored = story.lines(&record(at(5), Event::Ignored { why: "odd".to_owned() }));
        assert!(ignored.contains(r#""data":{"text":"\nSession"#), "{ignored}");
    }

    #[test]
    fn in_a_servers_log_a_session_is_named_by_its_client_until_it_has_an_id() {
        let (mut story, at) = story(Vantage::Server);
        let origin = Origin { side: Side::Server, peer: Some(PEER.into()) };
        let mut line = |event| story.lines(&Record { at, origin, event, wire: None });
        let asked = line(message(false, "SETUP m RTSP/1.0\r\nCSeq: 1\r\n\r\n"));
        assert!(asked.contains(r#""session":"127.0.0.1:40000","data""#), "{asked}");
        let reply = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: 12AB;timeout=60\r\n\r\n";
        for event in [message(true, reply), Event::State(State::Ready)] {
            let told = line(event);
            assert!(told.contains(r#""session":"12AB","data""#), "{told}");
        }
    }

    #[test]
    fn a_seed_that_readers_would_round_is_a_string() {
        for (seed, shown) in [("7", "7"), ("9007199254740993", "\"9007199254740993\"")] {
            let option = |name: &str| match name {
                "seed" => Some(seed.to_owned()),
                "loss" => Some("0.5".to_owned()),
                _ => None,
            };
            let header = Header { network: Impairment::read(option, 0).ok(), ..Header::default() };
            let line = header.line(SystemTime::UNIX_EPOCH);
            let expected = format!(
                "\"network\":{{\"loss\":0.5,\"duplicate\":0,\"reorder\":0,\"delay\":0,\"jitter\":0,\"seed\":{shown}}}"
            );
            assert!(line.contains(&expected), "{line}");
        }
    }

    #[test]
    fn of_both_ends_the_capture_has_each_message_once() {
        let (mut story, at) = story(Vantage::Network);
        let peer = PEER.into();
        let sides = [
            Origin { side: Side::Client, peer: None },
            Origin { side: Side::Server, peer: Some(peer) },
        ];
        let mut captured = Vec::new();
        for origin in sides {
            let event = Event::Connected { local: Some(peer), peer };
            story.lines(&Record { at, origin, event, wire: None });
            let event = message(origin.side == Side::Client, "PLAY m RTSP/1.0\nCSeq: 2\n");
            let mut record = Record { at, origin, event, wire: None };
            captured.extend(story.wire(&mut record).map(|(wire, _)| wire.comment));
        }
        assert_eq!(captured, ["request PLAY, CSeq 2"]);
    }
}
