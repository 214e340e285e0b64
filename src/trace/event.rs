//! What can happen, and the names and values that it has in the log.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::json::{Object, quoted};
use crate::impairment::Fate;
use crate::rtsp::State;
use crate::statistics::Order;

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A connection has been made.
    Connected {
        local: Option<SocketAddr>,
        peer: SocketAddr,
    },
    /// A message, as it went or came.
    Message {
        is_sent: bool,
        text: String,
    },
    /// The last message was ignored; why.
    Ignored {
        why: String,
    },
    /// The connection has ended.
    Closed {
        by: &'static str,
        why: String,
    },
    /// The session is in this state.
    State(State),
    /// What line 1 did not know.
    Described(Described),
    /// A packet was given to the network; `by` is how much later it is to leave.
    PacketSent {
        seq: u64,
        count: u64,
        frame: u64,
        bytes: usize,
        m: bool,
        ts: u32,
        fate: Fate,
        by: Duration,
    },
    /// It went to the socket.
    PacketLeft {
        seq: u64,
    },
    /// A packet has come.
    PacketReceived {
        seq: u64,
        bytes: usize,
        m: bool,
        ts: u32,
        pt: u8,
        order: Order,
        missing: u64,
        /// It is late, and has its place in its frame all the same.
        is_kept: bool,
    },
    /// A datagram that is no RTP, or not of the movie.
    Malformed {
        length: usize,
        reason: String,
        head: Vec<u8>,
    },
    /// So many datagrams of somebody else.
    Stranger {
        from: SocketAddr,
        count: u64,
    },
    /// The numbers begin anew.
    NumbersAnew {
        from: u64,
        to: u64,
    },
    /// All packets of a frame have come.
    FrameComplete {
        id: FrameId,
        packets: u32,
        bytes: usize,
    },
    /// A frame can't be shown.
    FrameDamaged {
        id: FrameId,
        why: String,
    },
    FrameDecoded {
        id: FrameId,
        took: Duration,
    },
    FrameShown {
        id: FrameId,
        waited: Duration,
        /// How many frames waited in the playout buffer when this one left it.
        level: usize,
    },
    /// A whole frame is not shown.
    FrameLeftOut {
        id: FrameId,
        why: &'static str,
    },
    /// The playout buffer had run empty when this frame was due: it has come only now.
    BufferUnderrun {
        id: FrameId,
    },
    /// A report went or came.
    Report {
        is_sent: bool,
        values: ReportValues,
    },
    /// What the user is told: `error`, `warning` or `info`.
    Told {
        level: &'static str,
        message: String,
    },
    /// The figures that the program prints, `name: value` lines.
    Summary(String),
    /// A second in which ordinary packets are not written one by one.
    Second(Second),
    /// So many events were let go.
    Dropped(u64),
}

/// A frame, as a client knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameId {
    /// Its number, where a packet is a frame.
    pub(crate) number: Option<u64>,
    /// The RTP timestamp of its last packet.
    pub(crate) ts: u32,
    /// The number of the packet that was taken last for it.
    pub(crate) last: u64,
}

/// What is known of the movie and its packets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Described {
    pub(crate) ssrc: Option<u32>,
    pub(crate) frames: Option<u64>,
    pub(crate) fps: Option<u32>,
    pub(crate) clock_hz: Option<u32>,
    pub(crate) movie: Option<String>,
    pub(crate) dialect: Option<&'static str>,
}

/// The values of a report (RFC 3550 section 6.4), by their names in the log.
#[derive(Clone, Debug)]
pub(crate) struct ReportValues {
    pub(crate) kind: &'static str,
    pub(crate) ssrc: u32,
    pub(crate) values: Vec<(&'static str, i64)>,
    /// 64 bits, of which a number of JSON has 53.
    pub(crate) ntp: Option<u64>,
    pub(crate) jitter_ms: Option<Duration>,
}

/// What happened in a second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Second {
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) lost: u64,
    pub(crate) late: u64,
    pub(crate) again: u64,
    pub(crate) bytes: u64,
    pub(crate) shown: u64,
}

impl Event {
    /// Whether it is about a packet or a frame that was as it should be.
    pub(super) fn is_ordinary(&self) -> bool {
        if let Self::PacketSent { fate, .. } = self {
            return *fate == Fate::Passed;
        }
        if let Self::PacketReceived { order, .. } = self {
            return matches!(order, Order::Next | Order::Same);
        }
        matches!(
            self,
            Self::PacketLeft { .. }
                | Self::FrameComplete { .. }
                | Self::FrameDecoded { .. }
                | Self::FrameShown { .. }
        )
    }

    /// How much memory its texts take.
    pub(super) fn weight(&self) -> usize {
        if let Self::Message { text, .. } | Self::Told { message: text, .. } = self {
            text.len()
        } else {
            0
        }
    }

    /// Its name in the log, with the name space.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Connected { .. } => "rtsp:connected",
            // The story knows which it is.
            Self::Message { .. } => "rtsp:message",
            Self::Ignored { .. } => "rtsp:ignored",
            Self::Closed { .. } => "rtsp:closed",
            Self::State(_) => "session:state",
            Self::Described(_) => "session:described",
            Self::PacketSent { .. } => "rtp:packet_sent",
            Self::PacketLeft { .. } => "rtp:packet_left",
            Self::PacketReceived { .. } => "rtp:packet_received",
            Self::Malformed { .. } => "rtp:packet_malformed",
            Self::Stranger { .. } => "rtp:stranger",
            Self::NumbersAnew { .. } => "rtp:numbers_anew",
            Self::FrameComplete { .. } => "frame:complete",
            Self::FrameDamaged { .. } => "frame:damaged",
            Self::FrameDecoded { .. } => "frame:decoded",
            Self::FrameShown { .. } => "frame:shown",
            Self::FrameLeftOut { .. } => "frame:left_out",
            Self::BufferUnderrun { .. } => "buffer:underrun",
            Self::Report { is_sent: true, .. } => "rtcp:report_sent",
            Self::Report { is_sent: false, .. } => "rtcp:report_received",
            Self::Told { level, .. } => level,
            Self::Summary(_) => "session:summary",
            Self::Second(_) => "stats:second",
            Self::Dropped(_) => "log:dropped",
        }
    }

    /// Its values; members that have their default are left out.
    pub(super) fn data(&self) -> Object {
        let object = Object::default();
        match self {
            Self::Connected { local, peer } => {
                object.maybe("local", local.map(quote)).plain("peer", quote(*peer))
            }
            Self::Message { text, .. } => object.text("text", text),
            Self::Ignored { why } => object.text("why", why),
            Self::Closed { by, why } => object.text("by", by).text("why", why),
            Self::State(state) => object.plain("new", quote(state)),
            Self::Described(described) => described.data(),
            Self::PacketLeft { seq } => object.plain("seq", seq),
            Self::PacketSent { .. } | Self::PacketReceived { .. } => self.packet(),
            Self::Malformed { length, reason, head } => {
                let hex: Vec<String> = head.iter().map(|byte| format!("{byte:02x}")).collect();
                object.plain("length", length).text("reason", reason).text("head", &hex.concat())
            }
            Self::Stranger { from, count } => {
                let count = Some(count).filter(|count| **count > 1);
                object.plain("from", quote(*from)).maybe("count", count)
            }
            Self::NumbersAnew { from, to } => object.plain("from", from).plain("to", to),
            Self::FrameComplete { id, packets, bytes } => {
                id.data().plain("packets", packets).plain("bytes", bytes)
            }
            Self::FrameDamaged { id, why } => id.data().text("why", why),
            Self::FrameDecoded { id, took } => id.data().ms("took", *took),
            Self::FrameShown { id, waited, level } => {
                let level = Some(level).filter(|level| **level > 0);
                id.data().ms("waited", *waited).maybe("level", level)
            }
            Self::FrameLeftOut { id, why } => id.data().text("why", why),
            Self::BufferUnderrun { id } => id.data(),
            Self::Report { values, .. } => values.data(),
            Self::Told { message, .. } => object.text("message", message),
            Self::Summary(text) => summary(text),
            Self::Second(second) => second.data(),
            Self::Dropped(events) => object.plain("events", events),
        }
    }

    fn packet(&self) -> Object {
        let object = Object::default();
        if let Self::PacketSent { seq, count, frame, bytes, m, ts, fate, by } = self {
            let count = Some(count).filter(|count| *count != seq);
            let net = match fate {
                Fate::Passed => None,
                Fate::Lost => Some("\"lost\""),
                Fate::Doubled => Some("\"doubled\""),
                Fate::Swapped => Some("\"swapped\""),
            };
            let object = object.plain("seq", seq).maybe("count", count).plain("frame", frame);
            let object = object.plain("bytes", bytes).maybe("m", m.then_some(1));
            let object = object.plain("ts", ts).maybe("net", net);
            return if by.is_zero() { object } else { object.ms("by", *by) };
        }
        if let Self::PacketReceived { seq, bytes, m, ts, pt, order, missing, is_kept } = self {
            let name = match order {
                Order::Next => None,
                Order::Gap => Some("\"gap\""),
                Order::Same => Some("\"same\""),
                Order::Late => Some("\"late\""),
                Order::Again => Some("\"again\""),
            };
            let object = object.plain("seq", seq).plain("bytes", bytes);
            let object = object.maybe("m", m.then_some(1)).plain("ts", ts);
            let object = object.maybe("pt", Some(pt).filter(|pt| **pt != JPEG));
            let first = seq.saturating_sub(*missing);
            let missing = (*missing > 0).then(|| format!("[{first},{}]", seq.saturating_sub(1)));
            let object = object.maybe("order", name).maybe("missing", missing);
            return object.maybe("kept", is_kept.then_some(1));
        }
        object
    }
}

impl FrameId {
    fn data(self) -> Object {
        let object = Object::default();
        match self.number {
            Some(number) => {
                let last = Some(self.last).filter(|last| *last != number);
                object.plain("frame", number).maybe("last", last)
            }
            None => object.plain("ts", self.ts).plain("last", self.last),
        }
    }
}

impl Described {
    fn data(&self) -> Object {
        let ssrc = self.ssrc.map(|ssrc| format!("\"{ssrc:08x}\""));
        let object = Object::default().maybe("ssrc", ssrc).maybe("frames", self.frames);
        let object = object.maybe("fps", self.fps).maybe("clock_hz", self.clock_hz);
        let movie = self.movie.as_deref().map(quoted);
        object.maybe("movie", movie).maybe("dialect", self.dialect.map(quoted))
    }
}

impl ReportValues {
    fn data(&self) -> Object {
        let object = Object::default().text("type", self.kind);
        let object = object.text("ssrc", &format!("{:08x}", self.ssrc));
        let object = object.maybe("ntp", self.ntp.map(|ntp| format!("\"{ntp:016x}\"")));
        let all = self.values.iter();
        let object = all.fold(object, |object, (name, value)| object.plain(name, value));
        match self.jitter_ms {
            Some(jitter) => object.ms("jitter_ms", jitter),
            None => object,
        }
    }
}

impl Second {
    fn data(self) -> Object {
        let Self { sent, received, lost, late, again, bytes, shown } = self;
        let object = Object::default().plain("sent", sent).plain("received", received);
        let object = object.plain("lost", lost).plain("late", late).plain("again", again);
        object.plain("bytes", bytes).plain("shown", shown)
    }
}

fn quote(value: impl fmt::Display) -> String {
    quoted(&value.to_string())
}

/// `name: value` lines as members: whole numbers as such, everything else as the text that is printed.
fn summary(text: &str) -> Object {
    let lines = text.lines().filter_map(|line| line.split_once(": "));
    lines.fold(Object::default(), |object, (name, value)| match value.parse::<u64>() {
        Ok(number) => object.plain(name, number),
        Err(_) => object.text(name, value),
    })
}

/// The payload type that is not written.
const JPEG: u8 = 26;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(event: &Event) -> String {
        format!("{} {}", event.name(), event.data().end())
    }

    #[test]
    fn defaults_are_left_out() {
        let (seq, count, frame, bytes, ts) = (23, 23, 23, 12_000, 1_796_032_978);
        let (m, fate, by) = (false, Fate::Passed, Duration::ZERO);
        let sent = Event::PacketSent { seq, count, frame, bytes, m, ts, fate, by };
        let expected = r#"rtp:packet_sent {"seq":23,"frame":23,"bytes":12000,"ts":1796032978}"#;
        assert_eq!(line(&sent), expected);
        let (m, fate, by) = (true, Fate::Lost, Duration::from_micros(37_043));
        let sent = Event::PacketSent { seq: 65_559, count, frame, bytes, m, ts, fate, by };
        let expected = "rtp:packet_sent {\"seq\":65559,\"count\":23,\"frame\":23,\"bytes\":12000,\
             \"m\":1,\"ts\":1796032978,\"net\":\"lost\",\"by\":37.043}";
        assert_eq!(line(&sent), expected);
        let (order, missing, pt) = (Order::Gap, 2, 26);
        let (m, is_kept) = (false, false);
        let received = Event::PacketReceived { seq, bytes, m, ts, pt, order, missing, is_kept };
        let expected = "rtp:packet_received {\"seq\":23,\"bytes\":12000,\"ts\":1796032978,\
             \"order\":\"gap\",\"missing\":[21,22]}";
        assert_eq!(line(&received), expected);
    }

    #[test]
    fn a_frame_is_named_by_its_number_or_by_its_time_and_last_packet() {
        let waited = Duration::from_micros(1500);
        for (number, last, level, expected) in [
            (Some(7), 7, 0, r#"frame:shown {"frame":7,"waited":1.500}"#),
            (Some(7), 507, 2, r#"frame:shown {"frame":7,"last":507,"waited":1.500,"level":2}"#),
            (None, 63, 0, r#"frame:shown {"ts":9,"last":63,"waited":1.500}"#),
        ] {
            let id = FrameId { number, ts: 9, last };
            assert_eq!(line(&Event::FrameShown { id, waited, level }), expected);
        }
    }

    #[test]
    fn figures_are_as_they_are_printed() {
        let text = "packets lost: 13\npackets lost rate: 5.60 %\nreply to PLAY: 0.34 ms\n";
        let expected = r#"session:summary {"packets lost":13,"packets lost rate":"5.60 %","reply to PLAY":"0.34 ms"}"#;
        assert_eq!(line(&Event::Summary(text.to_owned())), expected);
    }
}
