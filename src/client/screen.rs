//! What the client has to show: the last picture, the statistics, what the server has said of the
//! movie.

use std::net::SocketAddr;
use std::time::Duration;

use super::buffer::Buffer;
use super::decoder::{Decoded, NotShown};
use super::findings::{Findings, Flaw, LatestPacket};
use crate::diagnosis::Finding;
use crate::picture::Picture;
use crate::statistics::{Reception, Statistics};

/// What the client has to show.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    /// The statistics.
    pub(crate) statistics: Statistics,
    /// The playout buffer's handle.
    pub(crate) buffer: Buffer,
    /// The last frame that could be decoded.
    pub(crate) picture: Option<Picture>,
    /// The packet that came last.
    pub(crate) latest_packet: Option<LatestPacket>,
    /// What is wrong with what the server sends.
    pub(crate) finding: Option<Finding>,
    /// The answer to the last DESCRIBE.
    pub(crate) description: Option<String>,
    /// A sender other than the server, until the user has been told.
    stranger: Option<SocketAddr>,
    knows_stranger: bool,
    /// Why frames are dropped, until the user has been told.
    flaws: Vec<Flaw>,
    flaws_known: Vec<Flaw>,
    /// Whether the server has said, since PLAY was last sent, that nothing more will come.
    pub(crate) has_ended: bool,
}

impl Screen {
    /// Begins a session: removes the last one's picture and findings.
    pub(crate) fn begin_session(&mut self) {
        let mut statistics = std::mem::take(&mut self.statistics);
        statistics.reception = Reception::default();
        let (description, buffer) = (self.description.take(), std::mem::take(&mut self.buffer));
        buffer.begin_session();
        *self = Self { statistics, buffer, description, ..Self::default() };
    }

    /// Takes an answer to DESCRIBE that came in a message of its own.
    pub(crate) fn describe(&mut self, text: &str) {
        self.description = Some(text.trim_end().to_owned());
    }

    /// Takes a frame that has been decoded, or figures alone.
    pub(crate) fn show(&mut self, decoded: Decoded, now: Duration) {
        self.count(decoded.not_shown);
        if let Some(findings) = decoded.findings {
            self.learn(findings);
        }
        self.learn_flaws(decoded.flaw);
        if let Some(picture) = decoded.picture {
            self.statistics.show_frame(now);
            self.picture = Some(picture);
        }
    }

    /// Takes the count of the frames that are not shown.
    pub(crate) const fn count(&mut self, not_shown: NotShown) {
        self.statistics.undecodable = not_shown.undecodable;
        self.statistics.overruns = not_shown.overruns;
    }

    /// Takes findings. Those that were still on their way at PAUSE are older than what is known by
    /// then.
    pub(crate) fn learn(&mut self, findings: Findings) {
        let Findings { reception, latest, stranger, flaws, has_ended } = findings;
        let known = &self.statistics.reception;
        if reception.runs >= known.runs {
            if reception.packets >= known.packets {
                self.latest_packet = latest.or(self.latest_packet.take());
            }
            self.has_ended = has_ended || self.has_ended && reception.runs == known.runs;
            self.statistics.receive(reception);
        }
        if !self.knows_stranger {
            self.stranger = stranger;
            self.knows_stranger = stranger.is_some();
        }
        self.learn_flaws(flaws);
    }

    fn learn_flaws(&mut self, flaws: impl IntoIterator<Item = Flaw>) {
        for flaw in flaws {
            if self.flaws_known.len() < MOST_FLAWS && !self.flaws_known.contains(&flaw) {
                self.flaws_known.push(flaw.clone());
                self.flaws.push(flaw);
            }
        }
    }

    /// Whether frames wait in the playout buffer.
    pub(crate) fn is_buffered(&self) -> bool {
        self.statistics.playout.is_some_and(|playout| playout.frames > 0)
    }

    /// A sender other than the server; once.
    pub(crate) const fn new_stranger(&mut self) -> Option<SocketAddr> {
        self.stranger.take()
    }

    /// Why frames are dropped; each reason once.
    pub(crate) fn new_flaws(&mut self) -> Vec<Flaw> {
        std::mem::take(&mut self.flaws)
    }
}

/// So many reasons are enough: a stream of random bytes has all of them.
const MOST_FLAWS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    /// Findings after so many packets.
    fn findings(packets: u64) -> Findings {
        let mut findings = Findings::default();
        findings.reception.packets = packets;
        findings
    }

    #[test]
    fn what_is_to_be_told_is_told_once_whichever_frame_brings_it() {
        let mut screen = Screen::default();
        let address = |port| Some(([127, 0, 0, 2], port).into());
        screen.learn(findings(1));
        assert_eq!((screen.new_stranger(), screen.new_flaws()), (None, Vec::new()));
        // The frame that carried the first flaw was dropped.
        let flaw = |why: &str| Flaw { why: why.to_owned(), is_of_the_network: false };
        let flaws = ["one", "two"].map(flaw);
        screen.learn(Findings { flaws: flaws.to_vec(), stranger: address(1), ..findings(2) });
        assert_eq!((screen.new_stranger(), screen.new_flaws()), (address(1), flaws.to_vec()));
        let flaws = [&flaws[..], &[flaw("three")]].concat();
        screen.learn(Findings { flaws: flaws.clone(), stranger: address(1), ..findings(3) });
        assert_eq!((screen.new_stranger(), screen.new_flaws()), (None, flaws[2..].to_vec()));
        // Older findings that arrive late change nothing.
        screen.learn(Findings { flaws: flaws[..1].to_vec(), stranger: address(1), ..findings(2) });
        assert_eq!((screen.new_stranger(), screen.new_flaws()), (None, Vec::new()));
        screen.begin_session();
        screen.learn(Findings { flaws: flaws.clone(), stranger: address(2), ..findings(4) });
        assert_eq!((screen.new_stranger(), screen.new_flaws()), (address(2), flaws));
    }

    #[test]
    fn the_end_of_one_run_is_not_the_end_of_the_next() {
        let mut screen = Screen::default();
        let (mut first, mut second) = (findings(5), findings(5));
        first.reception.resume();
        second.reception = first.reception.clone();
        second.reception.resume();
        screen.learn(Findings { has_ended: true, ..first.clone() });
        assert!(screen.has_ended);
        screen.learn(second);
        assert!(!screen.has_ended);
        // It was still on its way to the window when PLAY was sent again.
        screen.learn(Findings { has_ended: true, ..first });
        assert!(!screen.has_ended);
    }
}
