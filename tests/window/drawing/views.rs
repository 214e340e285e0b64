//! What there may be to see: a [`Scene`] owns it, and the [`View`] borrows from it.
//!
//! `Scene::playing()` is the window in the middle of a movie; every other scene is one that differs
//! from it, or from `Scene::init()`, in a few fields.

#![allow(dead_code, reason = "every program uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "the examples are right")]

use std::time::Duration;

use rtsp_lab::client::{ClientEvent, LatestPacket, LogEntry, Message};
use rtsp_lab::diagnosis::Guilty;
use rtsp_lab::picture::Picture;
use rtsp_lab::rtp_packet::RtpPacket;
use rtsp_lab::rtsp::State;
use rtsp_lab::standard::client::latest_packet;
use rtsp_lab::statistics::MOST;
use rtsp_lab::window::{
    Buttons, Column, Curve, End, Figure, Item, Look, Panel, Target, Theme, Tone, View,
};

/// All that a view shows.
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own to see")]
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) scale: usize,
    pub(crate) theme: Theme,
    pub(crate) movie_only: bool,
    pub(crate) state: State,
    pub(crate) pills: Vec<(&'static str, Tone)>,
    /// The end of the movie: whether the server has told it, and how it is played again.
    pub(crate) end: Option<(bool, &'static str)>,
    pub(crate) undecoded: u64,
    pub(crate) can_seek: bool,
    pub(crate) can_lose: bool,
    pub(crate) movie: String,
    pub(crate) address: String,
    pub(crate) session: Option<String>,
    pub(crate) last_reply: Option<Duration>,
    pub(crate) picture: Option<Picture>,
    pub(crate) buttons: Buttons,
    pub(crate) hover: Option<Target>,
    pub(crate) message: Option<Message>,
    pub(crate) packet_hint: Option<&'static str>,
    pub(crate) has_description: bool,
    /// The playout buffer: how full it is, its underruns, and what came too late for it.
    pub(crate) buffer: Option<[&'static str; 3]>,
    pub(crate) columns: [Column; 2],
    pub(crate) curves: [Curve; 2],
    pub(crate) panel: Option<Open>,
    /// What of the packet is marked.
    pub(crate) guilty: Guilty,
    pub(crate) asks_to_close: bool,
}

/// A panel with what is in it.
#[derive(Clone, Debug)]
pub(crate) enum Open {
    RtspLog(Vec<LogEntry>),
    /// From that entry on, with so many forgotten.
    Scrolled(Vec<LogEntry>, usize, usize),
    RtpHeader(Option<LatestPacket>),
    Statistics,
    Keys,
    Description(Option<String>, Option<usize>),
}

impl Scene {
    /// The window as it is at first.
    pub(crate) fn init() -> Self {
        Self {
            scale: 1,
            theme: Theme::Dark,
            movie_only: false,
            state: State::Init,
            pills: Vec::new(),
            end: None,
            undecoded: 0,
            can_seek: false,
            can_lose: false,
            movie: "movie.Mjpeg".to_owned(),
            address: "127.0.0.1:2048".to_owned(),
            session: None,
            last_reply: None,
            picture: None,
            buttons: Buttons::Five,
            hover: None,
            message: None,
            packet_hint: None,
            has_description: false,
            buffer: None,
            columns: [picture_column(None), network_column(None)],
            curves: curves(None, [vec![], vec![]]),
            panel: None,
            guilty: Guilty::Nothing,
            asks_to_close: false,
        }
    }

    /// After SETUP.
    pub(crate) fn ready() -> Self {
        Self {
            state: State::Ready,
            session: Some("571600".to_owned()),
            last_reply: Some(Duration::from_micros(412)),
            ..Self::init()
        }
    }

    /// In the middle of the movie, a minute and more after PLAY.
    pub(crate) fn playing() -> Self {
        let samples = [frame_rates(), bit_rates()];
        Self {
            state: State::Playing,
            picture: Some(picture(1431)),
            columns: [
                picture_column(Some(["1431", "1426", "20", "19.9", "0", "1:11.6"])),
                network_column(Some(["5.35 MB", "612", "598", "0", "0.0 %", "0"])),
            ],
            curves: curves(Some([20, 612]), samples),
            ..Self::ready()
        }
    }

    /// The same with the dialogue beside the movie: as much as can be seen without a message.
    pub(crate) fn playing_with_log() -> Self {
        Self { panel: Some(Open::RtspLog(dialogue())), ..Self::playing() }
    }

    /// What `draw` takes.
    pub(crate) fn view(&self) -> View<'_> {
        View {
            scale: self.scale,
            theme: self.theme,
            movie_only: self.movie_only,
            state: self.state,
            pills: self.pills.iter().map(|(text, tone)| ((*text).to_owned(), *tone)).collect(),
            movie: &self.movie,
            address: self.address.clone(),
            undecoded: self.undecoded,
            end: self.end.map(|(is_told, how)| End { is_told, how }),
            session: self.session.as_deref(),
            last_reply: self.last_reply,
            picture: self.picture.as_ref(),
            buttons: self.buttons,
            looks: looks(self.buttons, self.state, self.end.is_some()),
            hover: self.hover,
            message: self.message.as_ref(),
            packet_hint: self.packet_hint,
            columns: self.columns.clone(),
            extra: self.extra(),
            line: line(&self.columns),
            has_description: self.has_description,
            curves: self.curves.clone(),
            panel: self.panel.as_ref().map(|open| self.panel(open)),
            asks_to_close: self.asks_to_close,
        }
    }

    fn panel<'a>(&'a self, open: &'a Open) -> Panel<'a> {
        match open {
            Open::RtspLog(entries) => Panel::RtspLog { entries, forgotten: 0, first: None },
            Open::Scrolled(entries, first, forgotten) => {
                Panel::RtspLog { entries, forgotten: *forgotten, first: Some(*first) }
            }
            Open::RtpHeader(packet) => {
                Panel::RtpHeader { packet: packet.as_ref(), guilty: &self.guilty, clock: CLOCK }
            }
            Open::Statistics => Panel::Statistics,
            Open::Keys => Panel::Keys { can_seek: self.can_seek, can_lose: self.can_lose },
            Open::Description(text, first) => {
                Panel::Description { text: text.as_deref(), first: *first }
            }
        }
    }

    fn extra(&self) -> Vec<Figure> {
        let figure =
            |name, value: &str| Figure { name, value: Some(value.to_owned()), warns: false };
        let loss = self.can_lose.then(|| figure("Lost on purpose", "0 %"));
        let others = [figure("Twice", "0"), figure("Server", &self.address)];
        let buffer = self
            .buffer
            .into_iter()
            .flat_map(|values| ["Buffer", "Underruns", "Late for playout"].into_iter().zip(values));
        let buffer = buffer.map(|(name, value)| figure(name, value));
        others.into_iter().chain(loss).chain(buffer).collect()
    }
}

/// The time when the lab's packet was sent.
const CLOCK: u32 = 0x6553_F10C + 3;

/// The eight figures of a line, from the columns.
fn line(columns: &[Column; 2]) -> Vec<Item> {
    let value = |column: usize, row: usize| columns[column].rows[row].value.clone();
    let warns = |column: usize, row: usize| columns[column].rows[row].warns;
    let item = |before, (column, row), after, usual| Item {
        before,
        value: value(column, row),
        after,
        usual,
        warns: warns(column, row),
    };
    let mut data = item("", (1, 0), "MB", 4);
    data.value = data.value.map(|value| value.trim_end_matches(" MB").to_owned());
    let items = [
        item("", (0, 2), "frames/s", 2),
        item("", (1, 1), "kbit/s", 4),
        item("lost", (1, 3), "", 1),
        item("frame", (0, 0), "", 3),
        item("", (0, 5), "", 6),
        item("late", (1, 5), "", 1),
        data,
        item("damaged", (0, 4), "", 1),
    ];
    let (warning, others): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| item.warns);
    [warning, others].concat()
}

/// How the buttons look in each state, written down once more.
fn looks(buttons: Buttons, state: State, is_over: bool) -> Vec<Look> {
    use Look::{Next, Off, On};
    match (buttons, state) {
        (Buttons::Five, State::Playing) if is_over => vec![Off, Next, On, On, On],
        (Buttons::Three, State::Playing) if is_over => vec![Next, On, On, On],
        (Buttons::Five, State::Init) => vec![Next, Off, Off, Off, On],
        (Buttons::Five, State::Ready) => vec![Off, Next, Off, On, On],
        (Buttons::Five, State::Playing) => vec![Off, Off, Next, On, On],
        (Buttons::Three, State::Init) => vec![Next, Off, Off, On],
        (Buttons::Three, State::Ready) => vec![Next, Off, On, On],
        (Buttons::Three, State::Playing) => vec![Off, Next, On, On],
    }
}

/// The left column with its six values.
pub(crate) fn picture_column(values: Option<[&str; 6]>) -> Column {
    let names = [
        "Current frame",
        "Frames shown",
        "Frames/s now",
        "Frames/s average",
        "Frames damaged",
        "Play time",
    ];
    Column { caption: "PICTURE", rows: rows(names, values) }
}

/// The right column with its six values.
pub(crate) fn network_column(values: Option<[&str; 6]>) -> Column {
    let names = [
        "Data received",
        "kbit/s now",
        "kbit/s average",
        "Packets lost",
        "Loss rate",
        "Late packets",
    ];
    Column { caption: "NETWORK", rows: rows(names, values) }
}

fn rows(names: [&'static str; 6], values: Option<[&str; 6]>) -> Vec<Figure> {
    let value = |row: usize| values.and_then(|values| values.get(row).map(ToString::to_string));
    let rows = names.into_iter().enumerate();
    rows.map(|(row, name)| Figure { name, value: value(row), warns: false }).collect()
}

/// The two curves with their present values and their samples.
pub(crate) fn curves(values: Option<[u64; 2]>, samples: [Vec<u64>; 2]) -> [Curve; 2] {
    let [frames, bits] = samples;
    [
        Curve { name: "frames/s", value: values.map(|[frames, _]| frames), samples: frames },
        Curve { name: "kbit/s", value: values.map(|[_, bits]| bits), samples: bits },
    ]
}

/// Twenty frames a second, now and then one fewer.
fn frame_rates() -> Vec<u64> {
    (0..MOST as u64).map(|sample| if sample % 17 == 3 { 19 } else { 20 }).collect()
}

/// Down and up in half a minute, as the pictures get poorer and richer.
fn bit_rates() -> Vec<u64> {
    (0..MOST as u64).map(|sample| 612 - (sample % 60).min(60 - sample % 60) * 4).collect()
}

/// A frame as large as the lab's: flat areas, an oblique edge, a soft gradient, and along the
/// bottom the 16 cells that tell its number.
pub(crate) fn picture(number: u32) -> Picture {
    let (width, height) = (384, 288);
    let pixel = |x: usize, y: usize| -> u32 {
        let shade = u32::try_from(x / 3).unwrap();
        match (x, y) {
            (_, 280..) if number >> (15 - x / 24) & 1 == 1 => 0xFF_FFFF,
            (_, 280..) => 0x00_0000,
            (40..104, 40..120) => 0xE8_D8A0,
            (220.., ..96) => 0x30_5070 + (shade << 16) + shade / 2,
            _ if 3 * x + 4 * y < 1000 => 0x3C_6E8C,
            _ => 0x2E_5A34,
        }
    };
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| pixel(x, y))).collect();
    Picture { width, height, pixels }
}

/// Everything that a lab server and its client say to each other.
pub(crate) fn dialogue() -> Vec<LogEntry> {
    let sent = |text: &str| ClientEvent::Sent(text.to_owned());
    let received = |text: &str| ClientEvent::Received(text.to_owned());
    let ok = |cseq: u32| received(&format!("RTSP/1.0 200 OK\nCSeq: {cseq}\nSession: 571600\n"));
    let events = [
        (0, ClientEvent::Connected(([127, 0, 0, 1], 2048).into())),
        (1, sent("SETUP movie.Mjpeg RTSP/1.0\nCSeq: 1\nTransport: RTP/UDP; client_port= 54321\n")),
        (1, ok(1)),
        (2310, sent("PLAY movie.Mjpeg RTSP/1.0\nCSeq: 2\nSession: 571600\n")),
        (2311, ok(2)),
        (9876, sent("DESCRIBE movie.Mjpeg RTSP/1.0\nCSeq: 3\nSession: 571600\n")),
        (9876, ok(3)),
        (9877, received(DESCRIPTION)),
    ];
    let entry =
        |(at, event): (u64, ClientEvent)| LogEntry { at: Duration::from_millis(1000 + at), event };
    events.into_iter().map(entry).collect()
}

/// The answer to DESCRIBE, as the client takes it from after the reply.
pub(crate) const DESCRIPTION: &str = "Session Description: \n\n\
    Content-Base: movie.Mjpeg\r\nContent-Type: application/sdp\r\nContent-Length: 90\r\n\
    v=0\r\nm=video 2048 RTP/AVP 26\r\na=control:streamid=571600\r\n\
    a=mimetype:string;\"video/MJPEG\"\r\n";

/// A datagram as the window keeps it.
pub(crate) fn packet(datagram: &[u8]) -> LatestPacket {
    LatestPacket::of(datagram, &RtpPacket::decode(datagram).unwrap()).unwrap()
}

/// The same of a packet of the standard dialect.
pub(crate) fn standard_packet(datagram: &[u8]) -> LatestPacket {
    latest_packet(datagram, &RtpPacket::decode(datagram).unwrap()).unwrap()
}
