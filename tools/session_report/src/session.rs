//! A session put together from its events: the messages with their replies, the times of playing, and
//! the life of each packet.

use crate::join::{Clocks, Joined};
use crate::log::{Event, Header, Level, Second, Side, What};

mod dialogue;
mod frames;
mod packet;
mod packets;
mod runs;

pub(crate) use dialogue::{Exchange, Message, State};
pub(crate) use frames::Reason;
pub(crate) use packet::{End, Packet};
pub(crate) use runs::Run;

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) header: Header,
    pub(crate) has_client: bool,
    pub(crate) has_server: bool,
    pub(crate) clocks: Option<Clocks>,
    /// How many sessions the server's log has.
    pub(crate) sessions: usize,
    /// How many events there are in the logs, of those that are known.
    pub(crate) events: usize,
    pub(crate) exchanges: Vec<Exchange>,
    /// Whether every packet is a frame of its own.
    pub(crate) frames_are_packets: bool,
    pub(crate) runs: Vec<Run>,
    /// In the order of `Packet::begin`.
    pub(crate) packets: Vec<Packet>,
    /// When frames were shown.
    pub(crate) shown: Vec<f64>,
    /// Why frames that came were not shown.
    pub(crate) reasons: Vec<Reason>,
    /// Frames waiting to be shown, at the times when one was due.
    pub(crate) levels: Vec<(f64, u64)>,
    pub(crate) underruns: Vec<f64>,
    /// From the time on where single packets are not written any more: the counts of each second.
    pub(crate) seconds: Vec<(f64, Second)>,
    /// What the user was told.
    pub(crate) messages: Vec<(f64, Level, String)>,
    pub(crate) summary: Vec<(String, String)>,
    pub(crate) malformed: u64,
    pub(crate) strangers: u64,
    pub(crate) dropped: u64,
    /// How many ticks of the RTP timestamps are a second.
    pub(crate) clock_hz: f64,
    /// When the last thing happened.
    pub(crate) end: f64,
}

impl Session {
    /// Puts a session together.
    pub(crate) fn of(joined: Joined) -> Self {
        let Joined { header, events, has_client, has_server, clocks, sessions } = joined;
        let header = packets::described(header, &events);
        let frames_are_packets = packets::frames_are_packets(&header, &events);
        let exchanges = dialogue::exchanges(&events);
        let side = if has_client { Side::Client } else { Side::Server };
        let runs = runs::runs(&events, &exchanges, side);
        let table =
            packets::Table::of(&events, &header, frames_are_packets, has_server && has_client);
        let mut session = Self {
            header,
            has_client,
            has_server,
            clocks,
            sessions,
            events: events.len(),
            exchanges,
            frames_are_packets,
            runs,
            shown: Vec::new(),
            reasons: Vec::new(),
            packets: Vec::new(),
            levels: Vec::new(),
            underruns: Vec::new(),
            seconds: Vec::new(),
            messages: Vec::new(),
            summary: Vec::new(),
            malformed: 0,
            strangers: 0,
            dropped: 0,
            clock_hz: 90_000.0,
            end: 0.0,
        };
        (session.packets, session.reasons) = table.finish();
        for event in &events {
            session.note(event);
        }
        session
    }

    /// Notes what is neither a message nor a packet.
    fn note(&mut self, event: &Event) {
        let time = event.time;
        let closes = matches!(event.what, What::Summary(_) | What::Described { .. });
        self.end = if closes { self.end } else { self.end.max(time) };
        match &event.what {
            What::Shown(_, level) => {
                self.shown.push(time);
                self.levels.push((time, level.unwrap_or(0)));
            }
            What::Underrun => self.underruns.push(time),
            What::Second(second) => self.seconds.push((time, second.as_ref().clone())),
            What::Message { level, text } => self.messages.push((time, *level, text.clone())),
            What::Summary(figures) if event.side == Side::Client || !self.has_client => {
                self.summary.clone_from(figures);
            }
            What::Malformed => self.malformed += 1,
            What::Strangers(count) => self.strangers += count,
            What::Dropped(events) => self.dropped += events,
            What::Described { ssrc, frames, fps, clock_hz, .. } => {
                self.header.ssrc = self.header.ssrc.take().or_else(|| ssrc.clone());
                self.header.frames = self.header.frames.or(*frames);
                self.header.fps = self.header.fps.or(*fps);
                let given = clock_hz.filter(|hz| *hz > 0).map(crate::text::counted);
                self.clock_hz = given.unwrap_or(self.clock_hz);
            }
            _ => {}
        }
    }

    /// Whether both ends are there, and their times can be laid side by side.
    pub(crate) fn has_one_clock(&self) -> bool {
        let is_exact = |clocks: &Clocks| clocks.error.is_some_and(|error| error <= 5.0);
        self.has_client && self.has_server && self.clocks.as_ref().is_none_or(is_exact)
    }

    /// Frames a second, as the movie has them.
    pub(crate) fn fps(&self) -> f64 {
        self.header.fps.unwrap_or(20.0)
    }

    /// From when on single packets are not written any more.
    pub(crate) fn sampled_from(&self) -> Option<f64> {
        self.seconds.first().map(|(time, _)| time - 1000.0)
    }

    /// The packets that are all written.
    pub(crate) fn counted_packets(&self) -> impl Iterator<Item = &Packet> {
        let until = self.sampled_from().unwrap_or(f64::INFINITY);
        self.packets.iter().filter(move |packet| packet.begin() < until)
    }

    /// The time spent playing.
    pub(crate) fn play_time(&self) -> f64 {
        self.runs.iter().map(|run| run.played).sum()
    }

    /// A figure of the summary that the program itself has written.
    pub(crate) fn summed_up(&self, name: &str) -> Option<&str> {
        let figure = self.summary.iter().find(|(of, _)| of == name);
        figure.map(|(_, value)| value.as_str())
    }
}
