//! What is to be seen: plain data, taken from the client.

use std::time::Duration;

use crate::client::{Client, Message};
use crate::connection::address;
use crate::picture::Picture;
use crate::rtsp::{Method, State};
use crate::statistics::Statistics;

use super::layout::BUTTONS;

/// All that the window shows.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(crate) state: State,
    pub(crate) no_data: bool,
    pub(crate) title: String,
    pub(crate) session: Option<&'a str>,
    pub(crate) picture: Option<&'a Picture>,
    pub(crate) buttons: [Button; 5],
    pub(crate) message: Option<&'a Message>,
    pub(crate) description: Option<&'a str>,
    pub(crate) columns: [Column; 3],
    pub(crate) asks_to_close: bool,
}

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Button {
    /// The state forbids it.
    Off,
    /// It can be pressed.
    On,
    /// It is what one would press next.
    Next,
}

/// A caption, and lines of a name and a value each.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) caption: &'static str,
    pub(crate) rows: Vec<(String, String)>,
}

impl<'a> View<'a> {
    /// What the client has to show.
    pub(crate) fn of(client: &'a Client, asks_to_close: bool) -> Self {
        let settings = client.settings();
        let (statistics, now) = client.statistics();
        Self {
            state: client.state(),
            no_data: client.has_no_data(),
            title: format!(
                "{} from {}",
                settings.movie,
                address(&settings.server, settings.server_port)
            ),
            session: client.session_id(),
            picture: client.picture(),
            buttons: BUTTONS.map(|(method, ..)| button(client, method)),
            message: client.message(),
            description: client.description(),
            columns: [
                picture_column(statistics, now),
                network_column(statistics, now),
                replies(statistics),
            ],
            asks_to_close,
        }
    }
}

fn button(client: &Client, method: Method) -> Button {
    let next = match client.state() {
        State::Init => Method::Setup,
        State::Ready => Method::Play,
        State::Playing => Method::Pause,
    };
    match client.offers(method) {
        true if method == next => Button::Next,
        true => Button::On,
        false => Button::Off,
    }
}

fn picture_column(statistics: &Statistics, now: Duration) -> Column {
    let rows = [
        ("Current frame", statistics.current_frame().to_string()),
        ("Frames shown", statistics.frames_shown.to_string()),
        ("Frames/s now", statistics.frames_now(now).to_string()),
        ("Frames/s average", format!("{:.1}", statistics.frames_average(now))),
        ("Frames damaged", statistics.damaged_frames().to_string()),
        ("Play time", minutes(statistics.play_time(now))),
    ];
    column("PICTURE", rows)
}

fn network_column(statistics: &Statistics, now: Duration) -> Column {
    let reception = &statistics.reception;
    let rows = [
        ("Data received", bytes(reception.bytes)),
        ("Rate now", format!("{} kbit/s", reception.bits_now(now) / 1000)),
        ("Rate average", format!("{:.0} kbit/s", statistics.bits_average(now) / 1000.0)),
        ("Packets lost", reception.lost.to_string()),
        ("Loss rate", format!("{:.1} %", 100.0 * statistics.loss_rate())),
        ("Late packets", reception.late.to_string()),
    ];
    column("NETWORK", rows)
}

fn replies(statistics: &Statistics) -> Column {
    let milliseconds = |time: &Duration| format!("{:.1} ms", 1000.0 * time.as_secs_f64());
    let row = |(method, time): &(Method, Duration)| (method.to_string(), milliseconds(time));
    Column { caption: "REPLY TIMES", rows: statistics.replies.iter().map(row).collect() }
}

fn column(caption: &'static str, rows: [(&str, String); 6]) -> Column {
    Column { caption, rows: rows.map(|(name, value)| (name.to_owned(), value)).to_vec() }
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
