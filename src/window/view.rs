//! What is to be seen: plain data, taken from the client.

use std::time::Duration;

use super::buttons::{Buttons, Look};
use super::controls::{Controls, End, end_of};
use super::palette::Theme;
use super::target::{PanelKind, Target};
use crate::client::{LatestPacket, LogEntry, Message, Player, Status};
use crate::connection::address;
use crate::diagnosis::Guilty;
use crate::impairment::Percent;
use crate::picture::Picture;
use crate::playout::Figures;
use crate::rtsp::{Method, State};
use crate::statistics::{Sample, Statistics};

/// All that the window shows.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// Pixels of the window for each point of the drawing, across and down.
    pub scale: usize,
    /// The palette.
    pub theme: Theme,
    /// Nothing but the movie is wanted.
    pub movie_only: bool,
    /// Where the session is.
    pub state: State,
    /// What else is to be known of it, beside the state.
    pub pills: Vec<(String, Tone)>,
    /// What is played.
    pub movie: &'a str,
    /// The server and its port.
    pub address: String,
    /// The session's id.
    pub session: Option<&'a str>,
    /// How long the last reply took.
    pub last_reply: Option<Duration>,
    /// The last frame.
    pub picture: Option<&'a Picture>,
    /// So many frames have come, and none could be decoded.
    pub undecoded: u64,
    /// The movie is over.
    pub end: Option<End<'a>>,
    /// Which buttons there are.
    pub buttons: Buttons,
    /// How each of them looks.
    pub looks: Vec<Look>,
    /// What the mouse points at.
    pub hover: Option<Target>,
    /// What the user should know.
    pub message: Option<&'a Message>,
    /// What of it the panel of the RTP header shows.
    pub packet_hint: Option<&'a str>,
    /// The figures of the report's extension 1.
    pub columns: [Column; 2],
    /// What only the panel of all figures has.
    pub extra: Vec<Figure>,
    /// The figures in one line, the most important first.
    pub line: Vec<Item>,
    /// The rates of the last minute.
    pub curves: [Curve; 2],
    /// There is an answer to DESCRIBE.
    pub has_description: bool,
    /// What is open beside the movie.
    pub panel: Option<Panel<'a>>,
    /// The dialog "Close the player?" is open.
    pub asks_to_close: bool,
}

/// How something beside the state is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Something is amiss.
    Warning,
    /// It is good to know.
    Plain,
}

/// A caption, and lines of a figure each.
#[derive(Clone, Debug, Hash)]
pub struct Column {
    /// What the lines are about.
    pub caption: &'static str,
    /// From top to bottom.
    pub rows: Vec<Figure>,
}

/// One figure.
#[derive(Clone, Debug, Hash)]
pub struct Figure {
    /// Its name.
    pub name: &'static str,
    /// Its value with the unit; `None` if there is none yet.
    pub value: Option<String>,
    /// Something has been lost.
    pub warns: bool,
}

/// One figure of a line: its value, with a word before or after it.
#[derive(Clone, Debug, Hash)]
pub struct Item {
    /// The word before, or nothing.
    pub before: &'static str,
    /// The value; `None` if there is none yet.
    pub value: Option<String>,
    /// The word after, or nothing.
    pub after: &'static str,
    /// How many characters the value usually has.
    pub usual: u32,
    /// Something has been lost.
    pub warns: bool,
}

/// A rate over the last minute.
#[derive(Clone, Debug, Hash)]
pub struct Curve {
    /// Name and unit.
    pub name: &'static str,
    /// The present value; `None` if there is none yet.
    pub value: Option<u64>,
    /// The values, the newest last, two a second.
    pub samples: Vec<u64>,
}

/// What can be open beside the movie.
#[derive(Clone, Copy, Debug)]
pub enum Panel<'a> {
    /// The last requests and replies.
    RtspLog {
        /// Those that are kept.
        entries: &'a [LogEntry],
        /// How many there were before them.
        forgotten: usize,
        /// The number of the first that is shown, the forgotten ones counted; `None` for the newest.
        first: Option<usize>,
    },
    /// The packet that came last.
    RtpHeader {
        /// If one has come.
        packet: Option<&'a LatestPacket>,
        /// What of it is wrong.
        guilty: &'a Guilty,
        /// The time, in seconds since 1970, to tell whether the timestamp is one.
        clock: u32,
    },
    /// All figures.
    Statistics,
    /// What each key does.
    Keys {
        /// The arrow keys do something, too.
        can_seek: bool,
        /// And the brackets.
        can_lose: bool,
    },
    /// The answer to DESCRIBE.
    Description {
        /// If it has come.
        text: Option<&'a str>,
        /// The first line that is shown.
        first: Option<usize>,
    },
}

impl Panel<'_> {
    pub(super) const fn kind(&self) -> PanelKind {
        match self {
            Self::RtspLog { .. } => PanelKind::RtspLog,
            Self::RtpHeader { .. } => PanelKind::RtpHeader,
            Self::Statistics => PanelKind::Statistics,
            Self::Keys { .. } => PanelKind::Keys,
            Self::Description { .. } => PanelKind::Description,
        }
    }
}

impl<'a> View<'a> {
    /// What the client has to show, and what the user has opened; `clock` is the time in seconds since
    /// 1970.
    pub(super) fn of(
        client: &'a dyn Player,
        controls: &'a Controls,
        theme: Theme,
        clock: u32,
    ) -> Self {
        let status = client.status();
        let Status { statistics, now, .. } = status;
        let (server, server_port) = status.server;
        let (buttons, address) = (controls.buttons(), address(server, server_port));
        let loss = controls.loss();
        let columns = [
            picture_column(statistics, now, status.place.map(position)),
            network_column(statistics, now),
        ];
        Self {
            scale: controls.scale(),
            theme,
            movie_only: controls.movie_only(),
            state: status.state,
            pills: pills(&status, loss, client.buffering(), controls.told()),
            movie: status.movie,
            session: status.session_id,
            last_reply: statistics.replies.last().map(|&(_, time)| time),
            picture: status.picture,
            undecoded: statistics.undecodable,
            end: end_of(client),
            buttons,
            looks: buttons
                .all()
                .iter()
                .map(|button| look(client, controls, button.method))
                .collect(),
            hover: controls.hover(),
            message: status.message,
            packet_hint: packet_hint(&status),
            extra: extra(&address, statistics, loss),
            address,
            line: line(statistics, now, &columns),
            columns,
            curves: curves(statistics, now),
            has_description: status.description.is_some(),
            panel: controls.panel().map(|panel| panel_of(panel, &status, controls, clock)),
            asks_to_close: controls.asks_to_close(),
        }
    }
}

fn panel_of<'a>(
    kind: PanelKind,
    status: &Status<'a>,
    controls: &Controls,
    clock: u32,
) -> Panel<'a> {
    match kind {
        PanelKind::RtspLog => Panel::RtspLog {
            entries: status.rtsp_log,
            forgotten: status.rtsp_forgotten,
            first: controls.first_shown(),
        },
        PanelKind::RtpHeader => Panel::RtpHeader {
            packet: status.latest_packet,
            guilty: status.finding.map_or(&Guilty::Nothing, |finding| &finding.guilty),
            clock,
        },
        PanelKind::Statistics => Panel::Statistics,
        PanelKind::Keys => {
            Panel::Keys { can_seek: status.place.is_some(), can_lose: controls.loss().is_some() }
        }
        PanelKind::Description => {
            Panel::Description { text: status.description, first: controls.first_shown() }
        }
    }
}

/// Beside the state: what is amiss, and for a while what a key has done.
fn pills<'a>(
    status: &Status<'_>,
    loss: Option<Percent>,
    buffering: Option<Figures>,
    told: impl Iterator<Item = &'a str>,
) -> Vec<(String, Tone)> {
    let loss = loss.filter(|loss| *loss > Percent::default());
    let warnings = [
        status.has_ended.then(|| "END".to_owned()),
        (status.has_no_data && !status.has_ended).then(|| "NO DATA".to_owned()),
        buffering.map(|figures| format!("BUFFERING {figures}")),
        loss.map(|loss| format!("LOSS {loss}")),
    ];
    let warnings = warnings.into_iter().flatten().map(|text| (text, Tone::Warning));
    warnings.chain(told.map(|text| (text.to_owned(), Tone::Plain))).collect()
}

/// What of the message the panel of the RTP header shows in red.
fn packet_hint(status: &Status<'_>) -> Option<&'static str> {
    match &status.finding?.guilty {
        Guilty::Nothing => None,
        Guilty::Length => Some("shows the packet; its length is red there"),
        Guilty::Bits(bits) if bits.start >= 96 => Some("shows the packet; the bytes are red there"),
        Guilty::Bits(_) => Some("shows the packet; the field is red there"),
    }
}

/// What only the panel of all figures has.
fn extra(address: &str, statistics: &Statistics, loss: Option<Percent>) -> Vec<Figure> {
    let figure = |name, value: String| Figure { name, value: Some(value), warns: false };
    let loss = loss.map(|loss| {
        let warns = loss > Percent::default();
        Figure { warns, ..figure("Lost on purpose", loss.to_string()) }
    });
    let twice = figure("Twice", statistics.reception.duplicates.to_string());
    let mut all = vec![twice, figure("Server", address.to_owned())];
    all.extend(loss);
    if let Some(playout) = statistics.playout {
        all.push(figure("Buffer", playout.to_string()));
        all.push(figure("Underruns", playout.underruns.to_string()));
        all.push(figure("Late for playout", playout.late.to_string()));
    }
    all
}

/// All figures of a line: what warns, then the most important.
fn line(statistics: &Statistics, now: Duration, columns: &[Column; 2]) -> Vec<Item> {
    let reception = &statistics.reception;
    let begun = reception.packets > 0;
    let item = |before, value: String, after, usual| Item {
        before,
        value: begun.then_some(value),
        after,
        usual,
        warns: false,
    };
    let place = columns.first().and_then(|column| column.rows.last()?.value.clone());
    let damaged = statistics.damaged_frames();
    let items = [
        item("", statistics.frames_now(now).to_string(), "frames/s", 2),
        item("", (reception.bits_now(now) / 1000).to_string(), "kbit/s", 4),
        Item { warns: reception.lost > 0, ..item("lost", reception.lost.to_string(), "", 1) },
        item("frame", statistics.current_frame().to_string(), "", 3),
        item("", place.unwrap_or_default(), "", 6),
        item("late", reception.late.to_string(), "", 1),
        item("", megabytes(reception.bytes), "MB", 4),
        Item { warns: damaged > 0, ..item("damaged", damaged.to_string(), "", 1) },
    ];
    let (warning, others): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| item.warns);
    [warning, others].concat()
}

/// Lit is what the state table allows; blue is what leads on to the movie.
fn look(client: &dyn Player, controls: &Controls, method: Method) -> Look {
    let next = match client.state() {
        State::Playing if end_of(client).is_some() => Method::Play,
        State::Init => controls.first_step(),
        State::Ready => Method::Play,
        State::Playing => Method::Pause,
    };
    match controls.offers(client, method) {
        true if method == next => Look::Next,
        true => Look::On,
        false => Look::Off,
    }
}

/// Where the movie stands and how long it is.
fn position((position, length): (Duration, Duration)) -> String {
    format!("{} of {}", seconds(position), seconds(length))
}

/// In the place of the play time stands the position, if it is known.
fn picture_column(statistics: &Statistics, now: Duration, position: Option<String>) -> Column {
    let begun = statistics.reception.packets > 0;
    let figure = |name, value: String| Figure { name, value: begun.then_some(value), warns: false };
    let damaged = statistics.damaged_frames();
    let rows = vec![
        figure("Current frame", statistics.current_frame().to_string()),
        figure("Frames shown", statistics.frames_shown.to_string()),
        figure("Frames/s now", statistics.frames_now(now).to_string()),
        figure("Frames/s average", format!("{:.1}", statistics.frames_average(now))),
        Figure { warns: damaged > 0, ..figure("Frames damaged", damaged.to_string()) },
        match position {
            Some(position) => figure("Position", position),
            None => figure("Play time", minutes(statistics.play_time(now))),
        },
    ];
    Column { caption: "PICTURE", rows }
}

/// Where packets are put in order there are hardly late ones, and their place is the jitter's.
fn network_column(statistics: &Statistics, now: Duration) -> Column {
    let reception = &statistics.reception;
    let begun = reception.packets > 0;
    let figure = |name, value: String| Figure { name, value: begun.then_some(value), warns: false };
    let warns = reception.lost > 0;
    let loss_rate = format!("{:.1} %", 100.0 * statistics.loss_rate());
    let rows = vec![
        figure("Data received", format!("{} MB", megabytes(reception.bytes))),
        figure("kbit/s now", (reception.bits_now(now) / 1000).to_string()),
        figure("kbit/s average", format!("{:.0}", statistics.bits_average(now) / 1000.0)),
        Figure { warns, ..figure("Packets lost", reception.lost.to_string()) },
        Figure { warns, ..figure("Loss rate", loss_rate) },
        match reception.jitter {
            Some(jitter) => figure("Jitter", format!("{:.2} ms", 1000.0 * jitter.as_secs_f64())),
            None => figure("Late packets", reception.late.to_string()),
        },
    ];
    Column { caption: "NETWORK", rows }
}

fn curves(statistics: &Statistics, now: Duration) -> [Curve; 2] {
    let begun = statistics.reception.packets > 0;
    let samples = |value: fn(Sample) -> u64| statistics.history.samples().map(value).collect();
    [
        Curve {
            name: "frames/s",
            value: begun.then(|| statistics.frames_now(now)),
            samples: samples(|sample| sample.frames),
        },
        Curve {
            name: "kbit/s",
            value: begun.then(|| statistics.reception.bits_now(now) / 1000),
            samples: samples(|sample| sample.bits / 1000),
        },
    ]
}

fn minutes(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

fn seconds(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

#[expect(clippy::cast_precision_loss, reason = "two decimals are shown")]
fn megabytes(count: u64) -> String {
    format!("{:.2}", count as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp_packet::RtpPacket;

    /// Numbers that are all different, so that none can stand in another's place.
    fn statistics() -> (Statistics, Duration) {
        let (mut statistics, at) = (Statistics::default(), Duration::from_millis);
        let jpeg = [b"\xFF\xD8".to_vec(), vec![0; 39_998]].concat();
        statistics.play(at(0));
        for (time, number) in [(100, 1), (200, 2), (300, 7), (400, 5), (500, 4), (2900, 9)] {
            let packet = RtpPacket::jpeg(number, 0, 0, &jpeg);
            statistics.reception.record(&packet, false, at(time));
        }
        for time in [100, 2000, 2900] {
            statistics.show_frame(at(time));
        }
        statistics.undecodable = 8;
        statistics.sample(at(2900));
        (statistics, at(2950))
    }

    fn shown(column: &Column) -> Vec<(&str, &str, bool)> {
        let value = |figure| Option::as_deref(figure).unwrap_or("-");
        column.rows.iter().map(|row| (row.name, value(&row.value), row.warns)).collect()
    }

    #[test]
    fn every_figure_stands_behind_its_name() {
        let (statistics, now) = statistics();
        let picture = [
            ("Current frame", "9", false),
            ("Frames shown", "3", false),
            ("Frames/s now", "2", false),
            ("Frames/s average", "1.1", false),
            ("Frames damaged", "8", true),
            ("Play time", "0:02.8", false),
        ];
        assert_eq!(shown(&picture_column(&statistics, now, None)), picture);
        let network = [
            ("Data received", "0.24 MB", false),
            ("kbit/s now", "320", false),
            ("kbit/s average", "674", false),
            ("Packets lost", "3", true),
            ("Loss rate", "50.0 %", true),
            ("Late packets", "2", false),
        ];
        assert_eq!(shown(&network_column(&statistics, now)), network);
        let [frames, bits] = curves(&statistics, now);
        assert_eq!((frames.name, frames.value, frames.samples), ("frames/s", Some(2), vec![2]));
        assert_eq!((bits.name, bits.value, bits.samples), ("kbit/s", Some(320), vec![320]));
    }

    #[test]
    fn the_standard_dialect_has_a_place_and_a_jitter() {
        let (mut statistics, now) = statistics();
        statistics.reception.jitter = Some(Duration::from_micros(1230));
        let picture = picture_column(&statistics, now, Some("0:10 of 0:25".to_owned()));
        assert_eq!(shown(&picture)[5], ("Position", "0:10 of 0:25", false));
        assert_eq!(shown(&network_column(&statistics, now))[5], ("Jitter", "1.23 ms", false));
    }

    #[test]
    fn what_came_twice_and_what_is_lost_on_purpose_have_rows_of_their_own() {
        let (mut statistics, now) = statistics();
        let packet = RtpPacket::jpeg(9, 0, 0, b"");
        statistics.reception.record(&packet, false, now);
        let rows = |loss: Option<u8>| {
            let rows = extra("host:2048", &statistics, loss.map(Percent::whole));
            let row = |row: Figure| (row.name, row.value.unwrap(), row.warns);
            rows.into_iter().map(row).collect::<Vec<_>>()
        };
        let twice = ("Twice", "1".to_owned(), false);
        let server = ("Server", "host:2048".to_owned(), false);
        let lost = ("Lost on purpose", "3 %".to_owned(), true);
        assert_eq!(rows(Some(3)), [twice.clone(), server.clone(), lost]);
        assert_eq!(rows(None), [twice, server]);
    }

    #[test]
    fn what_warns_comes_first_in_the_line() {
        let (statistics, now) = statistics();
        let columns = [picture_column(&statistics, now, None), network_column(&statistics, now)];
        let text = |item: Item| format!("{} {} {}", item.before, item.value.unwrap(), item.after);
        let line: Vec<String> = line(&statistics, now, &columns).into_iter().map(text).collect();
        let line: Vec<&str> = line.iter().map(|text| text.trim()).collect();
        let expected = [
            "lost 3",
            "damaged 8",
            "2 frames/s",
            "320 kbit/s",
            "frame 9",
            "0:02.8",
            "late 2",
            "0.24 MB",
        ];
        assert_eq!(line, expected);
    }

    #[test]
    fn before_the_first_packet_there_are_no_figures() {
        let (statistics, now) = (Statistics::default(), Duration::ZERO);
        let columns = [picture_column(&statistics, now, None), network_column(&statistics, now)];
        for column in &columns {
            assert!(shown(column).iter().all(|(_, value, warns)| *value == "-" && !warns));
        }
        assert!(curves(&statistics, now).iter().all(|curve| curve.value.is_none()));
    }

    #[test]
    fn times_are_minutes_seconds_and_tenths() {
        assert_eq!(minutes(Duration::from_millis(11_649)), "0:11.6");
        assert_eq!(minutes(Duration::from_secs(3725)), "62:05.0");
    }

    #[test]
    fn amounts_are_megabytes() {
        assert_eq!(megabytes(1_416_000), "1.42");
    }
}
