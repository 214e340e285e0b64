//! What the client has to show: the last picture, the figures, what the server has said of the movie.

use std::net::SocketAddr;
use std::time::Duration;

use super::decoder::Decoded;
use super::findings::Findings;
use super::latest_packet::LatestPacket;
use crate::picture::Picture;
use crate::statistics::Statistics;

/// What the client has to show.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    /// The figures.
    pub(crate) statistics: Statistics,
    /// The last frame that could be decoded.
    pub(crate) picture: Option<Picture>,
    /// The packet that came last.
    pub(crate) latest_packet: Option<LatestPacket>,
    /// The answer to the last DESCRIBE.
    pub(crate) description: Option<String>,
    /// Who else than the server has sent something, until that has been told.
    stranger: Option<SocketAddr>,
    knows_stranger: bool,
    /// Why frames can't be put together, until that has been told.
    flaws: Vec<String>,
    flaws_known: usize,
    /// The last run of which the server has said that nothing more will come.
    ended_run: Option<u32>,
}

impl Screen {
    /// A session begins: the last one's picture goes, its figures and the description stay.
    pub(crate) fn begin_session(&mut self) {
        let statistics = std::mem::take(&mut self.statistics);
        let description = self.description.take();
        *self = Self { statistics, description, ..Self::default() };
    }

    /// Takes a frame that has been decoded, or figures alone.
    pub(crate) fn show(&mut self, decoded: Decoded, now: Duration) {
        self.statistics.undecodable = decoded.undecodable;
        self.statistics.overruns = decoded.overruns;
        self.learn(decoded.findings);
        if let Some(picture) = decoded.picture {
            self.statistics.show_frame(now);
            self.picture = Some(picture);
        }
    }

    /// Takes what has been found out. After PAUSE more is known than what is still on its way.
    pub(crate) fn learn(&mut self, findings: Findings) {
        let Findings { reception, latest, stranger, flaws, has_ended } = findings;
        if reception.packets >= self.statistics.reception.packets {
            self.latest_packet = latest.or(self.latest_packet.take());
        }
        if has_ended {
            self.ended_run = Some(reception.runs);
        }
        self.statistics.receive(reception);
        if !self.knows_stranger {
            self.stranger = stranger;
            self.knows_stranger = stranger.is_some();
        }
        let known = self.flaws_known;
        self.flaws_known = known.max(flaws.len());
        self.flaws.extend(flaws.into_iter().skip(known));
    }

    /// Who else than the server has sent something; once.
    pub(crate) const fn new_stranger(&mut self) -> Option<SocketAddr> {
        self.stranger.take()
    }

    /// Why frames can't be put together; each reason once.
    pub(crate) fn new_flaws(&mut self) -> Vec<String> {
        std::mem::take(&mut self.flaws)
    }

    /// Whether the server has said that nothing more will come, since PLAY was sent last.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended_run == Some(self.statistics.reception.runs)
    }
}
