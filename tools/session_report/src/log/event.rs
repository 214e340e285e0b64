//! The events of a log as values.

use serde_json::{Map, Value};

use super::fault::Fault;
use super::member::{Members, plain, rate};
use super::side::{Side, Vantage};

/// Something that happened at one end.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Milliseconds since the log began.
    pub(crate) time: f64,
    pub(crate) side: Side,
    /// Whose it is, in a server's log of several clients.
    pub(crate) session: Option<String>,
    pub(crate) what: What,
}

/// What happened. What a page has no place for is left out when it is read.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Connected {
        local: String,
    },
    Request {
        method: String,
        cseq: Option<u64>,
        text: String,
        hex: Option<String>,
    },
    Reply {
        cseq: Option<u64>,
        /// The lab's description, which comes in a message of its own, has none.
        status: Option<u64>,
        text: String,
        hex: Option<String>,
        after: Option<f64>,
    },
    State(String),
    Described {
        ssrc: Option<String>,
        frames: Option<u64>,
        fps: Option<f64>,
        clock_hz: Option<u64>,
        movie: Option<String>,
        dialect: Option<String>,
    },
    Sent {
        seq: u64,
        frame: Option<u64>,
        bytes: u64,
        ts: Option<u64>,
        net: Net,
        by: f64,
    },
    Received {
        seq: u64,
        bytes: u64,
        ts: Option<u64>,
        order: Order,
        /// It is late, and its frame takes it all the same.
        is_kept: bool,
        missing: Option<Missing>,
    },
    Malformed,
    Strangers(u64),
    NumbersAnew,
    Complete(Frame),
    Damaged(Frame, String),
    Shown(Frame, Option<u64>),
    LeftOut(Frame, String),
    Underrun,
    Message {
        level: Level,
        text: String,
    },
    Second(Box<Second>),
    Dropped(u64),
    Summary(Vec<(String, String)>),
}

/// A frame by its number or, where only that is known, by its timestamp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Frame {
    pub(crate) number: Option<u64>,
    pub(crate) ts: Option<u64>,
    /// The number of the packet that was taken last for it.
    pub(crate) last: Option<u64>,
}

/// What the network does to a packet on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Net {
    #[default]
    Passed,
    Lost,
    Doubled,
    Swapped,
}

/// Where a packet stands among those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    OnTime,
    Late,
    Again,
}

/// The first and the last of the packets that are missing before one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Missing {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// How bad something is that a user is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warning,
    Info,
}

/// The counts of a second in which single packets are not written any more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Second {
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) lost: u64,
    pub(crate) late: u64,
    pub(crate) again: u64,
    pub(crate) bytes: u64,
    pub(crate) shown: u64,
    pub(crate) delays: [Option<f64>; 3],
    pub(crate) jitter: Option<f64>,
}

impl Event {
    /// The event of a line; none if a page has no place for it.
    pub(crate) fn of(line: &Map<String, Value>, vantage: Vantage) -> Result<Option<Self>, Fault> {
        let line = Members { event: "an event", object: line };
        let name = line.text("name")?.ok_or_else(|| line.fault("name", "the event's name"))?;
        let line = Members { event: &name, ..line };
        let time =
            line.time("time")?.ok_or_else(|| line.fault("time", "milliseconds, 0 or more"))?;
        let nothing = Map::new();
        let data = line.object("data")?.unwrap_or(Members { event: &name, object: &nothing });
        let side = side(&line, vantage)?;
        let Some(what) = What::of(&name, &data)? else { return Ok(None) };
        Ok(Some(Self { time, side, session: line.text("session")?, what }))
    }
}

fn side(line: &Members<'_>, vantage: Vantage) -> Result<Side, Fault> {
    match (vantage, line.word("side")?.as_str()) {
        (Vantage::One(side), _) => Ok(side),
        (Vantage::Both, "client") => Ok(Side::Client),
        (Vantage::Both, "server") => Ok(Side::Server),
        (Vantage::Both, _) => Err(line.fault("side", "client or server")),
    }
}

impl What {
    fn of(name: &str, data: &Members<'_>) -> Result<Option<Self>, Fault> {
        let Some((space, name)) = name.split_once(':') else { return Ok(None) };
        match space {
            "rtsp" => Self::of_rtsp(name, data),
            "rtp" => Self::of_rtp(name, data),
            "frame" => Self::of_frame(name, data),
            "loglevel" => {
                let level = match name {
                    "error" => Level::Error,
                    "warning" => Level::Warning,
                    _ => Level::Info,
                };
                Ok(Some(Self::Message { level, text: data.word("message")? }))
            }
            _ => Self::of_session(space, name, data),
        }
    }

    fn of_rtsp(name: &str, data: &Members<'_>) -> Result<Option<Self>, Fault> {
        Ok(Some(match name {
            "connected" => Self::Connected { local: data.word("local")? },
            "request_sent" | "request_received" => Self::Request {
                method: data.word("method")?,
                cseq: data.whole("cseq")?,
                text: data.word("text")?,
                hex: data.text("hex")?,
            },
            "reply_sent" | "reply_received" => Self::Reply {
                cseq: data.whole("cseq")?,
                status: data.whole("status")?,
                text: data.word("text")?,
                hex: data.text("hex")?,
                after: data.time("after")?,
            },
            "ignored" => Self::Message {
                level: Level::Warning,
                text: format!("a message was ignored: {}", data.word("why")?),
            },
            "closed" => {
                let why = data.text("why")?.map(|why| format!(": {why}")).unwrap_or_default();
                let by = data.word("by")?;
                let level = if by == "error" { Level::Error } else { Level::Info };
                let by = if by.is_empty() { by } else { format!(" by {by}") };
                Self::Message { level, text: format!("the connection was closed{by}{why}") }
            }
            _ => return Ok(None),
        }))
    }

    fn of_rtp(name: &str, data: &Members<'_>) -> Result<Option<Self>, Fault> {
        Ok(Some(match name {
            "packet_sent" => Self::Sent {
                seq: data.packet("seq")?,
                frame: data.whole("frame")?,
                bytes: bytes(data)?,
                ts: data.whole("ts")?,
                net: net(data)?,
                by: data.time("by")?.unwrap_or_default(),
            },
            "packet_received" => Self::Received {
                seq: data.packet("seq")?,
                bytes: bytes(data)?,
                ts: data.whole("ts")?,
                order: order(data)?,
                is_kept: data.whole("kept")? == Some(1),
                missing: missing(data)?,
            },
            "packet_malformed" => Self::Malformed,
            "stranger" => Self::Strangers(data.whole("count")?.unwrap_or(1)),
            "numbers_anew" => Self::NumbersAnew,
            _ => return Ok(None),
        }))
    }

    fn of_frame(name: &str, data: &Members<'_>) -> Result<Option<Self>, Fault> {
        let (number, ts) = (data.whole("frame")?, data.whole("ts")?);
        let last = data.whole("last")?;
        let frame = Frame { number, ts, last };
        Ok(Some(match name {
            "complete" => Self::Complete(frame),
            "damaged" => Self::Damaged(frame, data.word("why")?),
            "shown" => Self::Shown(frame, data.whole("level")?),
            "left_out" => Self::LeftOut(frame, data.word("why")?),
            _ => return Ok(None),
        }))
    }

    fn of_session(space: &str, name: &str, data: &Members<'_>) -> Result<Option<Self>, Fault> {
        Ok(Some(match (space, name) {
            ("session", "state") => Self::State(data.word("new")?),
            ("session", "described") => Self::Described {
                ssrc: data.text("ssrc")?,
                frames: data.whole("frames")?,
                fps: data.value("fps").and_then(rate),
                clock_hz: data.whole("clock_hz")?,
                movie: data.text("movie")?,
                dialect: data.text("dialect")?,
            },
            ("session", "summary") => {
                let figures = data.object.iter().map(|(name, value)| (name.clone(), plain(value)));
                Self::Summary(figures.collect())
            }
            ("buffer", "underrun") => Self::Underrun,
            ("stats", "second") => Self::Second(Box::new(second(data)?)),
            ("log", "dropped") => Self::Dropped(data.whole("events")?.unwrap_or(1)),
            _ => return Ok(None),
        }))
    }
}

fn bytes(data: &Members<'_>) -> Result<u64, Fault> {
    let bytes = data.whole("bytes")?.unwrap_or_default();
    // No datagram is longer, and no frame of the lab is.
    Ok(bytes.min(u64::from(u32::MAX)))
}

fn net(data: &Members<'_>) -> Result<Net, Fault> {
    match data.word("net")?.as_str() {
        "" | "passed" => Ok(Net::Passed),
        "lost" => Ok(Net::Lost),
        "doubled" => Ok(Net::Doubled),
        "swapped" => Ok(Net::Swapped),
        _ => Err(data.fault("net", "passed, lost, doubled or swapped")),
    }
}

fn order(data: &Members<'_>) -> Result<Order, Fault> {
    match data.word("order")?.as_str() {
        "" | "next" | "gap" | "same" => Ok(Order::OnTime),
        "late" => Ok(Order::Late),
        "again" => Ok(Order::Again),
        _ => Err(data.fault("order", "next, gap, same, late or again")),
    }
}

/// Sequence numbers have 16 bits, so no more can be missing at once.
const MOST_MISSING: u64 = 1 << 16;

fn missing(data: &Members<'_>) -> Result<Option<Missing>, Fault> {
    let Some(missing) = data.value("missing") else { return Ok(None) };
    let numbers = missing.as_array().filter(|numbers| !numbers.is_empty());
    let end = |number: Option<&Value>| number.and_then(Value::as_u64);
    let ends = numbers.and_then(|it| Some((end(it.first())?, end(it.last())?)));
    let in_order = ends.filter(|(first, last)| first <= last && last - first < MOST_MISSING);
    match in_order {
        Some((first, last)) => Ok(Some(Missing { first, last })),
        None => Err(data.fault("missing", "[first, last]")),
    }
}

fn second(data: &Members<'_>) -> Result<Second, Fault> {
    let count = |name| data.whole(name).map(Option::unwrap_or_default);
    Ok(Second {
        sent: count("sent")?,
        received: count("received")?,
        lost: count("lost")?,
        late: count("late")?,
        again: count("again")?,
        bytes: count("bytes")?,
        shown: count("shown")?,
        delays: [data.time("delay_p5")?, data.time("p50")?, data.time("p95")?],
        jitter: data.time("jitter")?,
    })
}
