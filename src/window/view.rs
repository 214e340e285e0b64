//! What is to be seen: plain data, taken from the client.

use std::time::Duration;

use super::buttons::{Buttons, Look};
use super::controls::{Controls, Target};
use super::keys::PanelKind;
use crate::client::{LatestPacket, LogEntry, Message, Player, Status};
use crate::connection::address;
use crate::diagnosis::Guilty;
use crate::impairment::Percent;
use crate::picture::Picture;
use crate::rtsp::{Method, State};
use crate::statistics::{Reception, Sample, Statistics};

/// All that the window shows.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// Pixels of the window for each point of the drawing, across and down.
    pub scale: usize,
    /// Where the session is.
    pub state: State,
    /// Nothing has come for 2 s.
    pub no_data: bool,
    /// The server has said that the movie is over.
    pub has_ended: bool,
    /// What is played, and from where.
    pub title: String,
    /// The session's id.
    pub session: Option<&'a str>,
    /// How long the last reply took.
    pub last_reply: Option<Duration>,
    /// The last frame.
    pub picture: Option<&'a Picture>,
    /// Which buttons there are.
    pub buttons: Buttons,
    /// How each of them looks.
    pub looks: Vec<Look>,
    /// What the mouse points at.
    pub hover: Option<Target>,
    /// What the user should know.
    pub message: Option<&'a Message>,
    /// The answer to DESCRIBE.
    pub description: Option<&'a str>,
    /// The figures of the report's extension 1.
    pub columns: [Column; 2],
    /// The rates of the last minute.
    pub curves: [Curve; 2],
    /// What is open over the right half of the video.
    pub panel: Option<Panel<'a>>,
    /// The dialog "Close the player?" is open.
    pub asks_to_close: bool,
}

/// A caption, and lines of a figure each.
#[derive(Clone, Debug)]
pub struct Column {
    /// What the lines are about.
    pub caption: &'static str,
    /// What else is to be known of them.
    pub note: Option<String>,
    /// From top to bottom.
    pub rows: Vec<Figure>,
}

/// One figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name.
    pub name: &'static str,
    /// Its value with the unit; `None` if there is none yet.
    pub value: Option<String>,
    /// Something has been lost.
    pub warns: bool,
}

/// A rate over the last minute.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Name and unit.
    pub name: &'static str,
    /// The present value; `None` if there is none yet.
    pub value: Option<u64>,
    /// The values, the newest last, two a second.
    pub samples: Vec<u64>,
}

/// What can be open over the right half of the video.
#[derive(Clone, Copy, Debug)]
pub enum Panel<'a> {
    /// The last requests and replies.
    RtspLog(&'a [LogEntry]),
    /// The packet that came last, if one has come, and what of it is wrong.
    RtpHeader(Option<&'a LatestPacket>, &'a Guilty),
    /// What each key does.
    Keys {
        /// The arrow keys do something, too.
        can_seek: bool,
        /// And the brackets.
        can_lose: bool,
    },
}

impl<'a> View<'a> {
    /// What the client has to show, and what the user has opened.
    pub(super) fn of(client: &'a dyn Player, controls: &Controls, scale: usize) -> Self {
        let status = client.status();
        let Status { statistics, now, .. } = status;
        let (server, server_port) = status.server;
        let buttons = controls.buttons();
        Self {
            scale,
            state: status.state,
            no_data: status.has_no_data,
            has_ended: status.has_ended,
            title: client.buffering().map_or_else(
                || format!("{} from {}", status.movie, address(server, server_port)),
                |buffering| format!("BUFFERING {buffering}"),
            ),
            session: status.session_id,
            last_reply: statistics.replies.last().map(|&(_, time)| time),
            picture: status.picture,
            buttons,
            looks: buttons
                .all()
                .iter()
                .map(|button| look(client, controls, button.method))
                .collect(),
            hover: controls.hover(),
            message: status.message,
            description: status.description,
            columns: [
                picture_column(statistics, now, status.place.map(position)),
                network_column(statistics, now, controls.loss()),
            ],
            curves: curves(statistics, now),
            panel: controls.panel().map(|panel| match panel {
                PanelKind::RtspLog => Panel::RtspLog(status.rtsp_log),
                PanelKind::RtpHeader => {
                    let guilty = status.finding.map_or(&Guilty::Nothing, |finding| &finding.guilty);
                    Panel::RtpHeader(status.latest_packet, guilty)
                }
                PanelKind::Keys => Panel::Keys {
                    can_seek: status.place.is_some(),
                    can_lose: controls.loss().is_some(),
                },
            }),
            asks_to_close: controls.asks_to_close(),
        }
    }
}

/// Lit is what the state table allows; blue is what leads on to the movie.
fn look(client: &dyn Player, controls: &Controls, method: Method) -> Look {
    let next = match client.state() {
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
    format!("{} of {}", minutes(position), minutes(length))
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
    let note = statistics.playout.map(|playout| format!("buffer {playout}"));
    Column { caption: "PICTURE", note, rows }
}

/// Where packets are put in order there are hardly late ones, and their place is the jitter's. `loss`
/// is what the embedded server loses on purpose.
fn network_column(statistics: &Statistics, now: Duration, loss: Option<Percent>) -> Column {
    let reception = &statistics.reception;
    let begun = reception.packets > 0;
    let figure = |name, value: String| Figure { name, value: begun.then_some(value), warns: false };
    let warns = reception.lost > 0;
    let loss_rate = format!("{:.1} %", 100.0 * statistics.loss_rate());
    let rows = vec![
        figure("Data received", bytes(reception.bytes)),
        figure("Rate now", format!("{} kbit/s", reception.bits_now(now) / 1000)),
        figure("Rate average", format!("{:.0} kbit/s", statistics.bits_average(now) / 1000.0)),
        Figure { warns, ..figure("Packets lost", reception.lost.to_string()) },
        Figure { warns, ..figure("Loss rate", loss_rate) },
        match reception.jitter {
            Some(jitter) => figure("Jitter", format!("{:.2} ms", 1000.0 * jitter.as_secs_f64())),
            None => figure("Late packets", late(reception)),
        },
    ];
    let note = loss.filter(|loss| *loss > Percent::default());
    let note = note.map(|loss| format!("{loss} lost on purpose"));
    Column { caption: "NETWORK", note, rows }
}

/// What came twice has no line of its own, for it is rare.
fn late(reception: &Reception) -> String {
    match reception.duplicates {
        0 => reception.late.to_string(),
        duplicates => format!("{}, {duplicates} twice", reception.late),
    }
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

#[expect(clippy::cast_precision_loss, reason = "two decimals are shown")]
fn bytes(count: u64) -> String {
    format!("{:.2} MB", count as f64 / 1e6)
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
            ("Frames/s average", "1.0", false),
            ("Frames damaged", "8", true),
            ("Play time", "0:02.9", false),
        ];
        assert_eq!(shown(&picture_column(&statistics, now, None)), picture);
        let network = [
            ("Data received", "0.24 MB", false),
            ("Rate now", "320 kbit/s", false),
            ("Rate average", "651 kbit/s", false),
            ("Packets lost", "3", true),
            ("Loss rate", "50.0 %", true),
            ("Late packets", "2", false),
        ];
        assert_eq!(shown(&network_column(&statistics, now, None)), network);
        let [frames, bits] = curves(&statistics, now);
        assert_eq!((frames.name, frames.value, frames.samples), ("frames/s", Some(2), vec![2]));
        assert_eq!((bits.name, bits.value, bits.samples), ("kbit/s", Some(320), vec![320]));
    }

    #[test]
    fn the_standard_dialect_has_a_place_and_a_jitter() {
        let (mut statistics, now) = statistics();
        statistics.reception.jitter = Some(Duration::from_micros(1230));
        let picture = picture_column(&statistics, now, Some("0:10.0 of 0:25.0".to_owned()));
        assert_eq!(shown(&picture)[5], ("Position", "0:10.0 of 0:25.0", false));
        assert_eq!(shown(&network_column(&statistics, now, None))[5], ("Jitter", "1.23 ms", false));
    }

    #[test]
    fn what_came_twice_stands_beside_what_came_late() {
        let (mut statistics, now) = statistics();
        let packet = RtpPacket::jpeg(9, 0, 0, b"");
        statistics.reception.record(&packet, false, now);
        assert_eq!(shown(&network_column(&statistics, now, None))[5].1, "2, 1 twice");
    }

    #[test]
    fn what_is_lost_on_purpose_stands_beside_the_caption() {
        let (statistics, now) = statistics();
        let note = |percent| network_column(&statistics, now, Some(Percent::whole(percent))).note;
        assert_eq!((note(3).as_deref(), note(0)), (Some("3 % lost on purpose"), None));
        assert_eq!(network_column(&statistics, now, None).note, None);
    }

    #[test]
    fn before_the_first_packet_there_are_no_figures() {
        let (statistics, now) = (Statistics::default(), Duration::ZERO);
        let columns =
            [picture_column(&statistics, now, None), network_column(&statistics, now, None)];
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
        assert_eq!(bytes(1_416_000), "1.42 MB");
    }
}
