//! What is looked at while the client runs: its processor, its threads, the queue of its port and its
//! pictures.

use rtsp_lab::rtsp::Method;

use crate::story::{Side, Story};
use crate::usage::Usage;

use super::hands::Hands;
use super::intake::Intake;
use super::limits::COUNT_EVERY;
use super::meter::Meter;
use super::movie::Movie;
use super::press::Report;
use super::raised::AllRaised;
use super::run::Run;
use super::sight::Sight;

/// The looks at one run of the client.
#[derive(Debug)]
pub(crate) struct Watch {
    pub(crate) intake: Intake,
    pub(crate) sight: Sight,
    /// The exceptions that its own files have raised.
    pub(crate) raised: AllRaised,
    /// The packet at which its threads were counted.
    counted_at: u16,
    /// Measures the client while it has nothing to do: when it is paused, or all is over.
    rest: Option<Meter>,
}

impl Watch {
    /// Of a client whose window is looked at by a script, or not.
    pub(crate) fn new(sees_window: bool) -> Self {
        let (intake, sight) = (Intake::new(), Sight::new(sees_window));
        Self { intake, sight, raised: AllRaised::default(), counted_at: 0, rest: None }
    }

    /// Looks at the clock.
    pub(crate) fn turn(&mut self, group: u32) {
        if let Some(meter) = &mut self.rest {
            meter.turn(group);
        }
    }

    /// Takes what the script in the client's process tells; returns whether the client is on its way.
    pub(crate) fn hear(&mut self, hands: &mut Hands, movie: &Movie, story: &mut Story) -> bool {
        let mut is_on_its_way = false;
        while let Some(report) = hands.report() {
            if let Report::Pressed(text) = &report {
                story.did(Side::Client, &format!("{text} is pressed"));
            }
            if let Report::Raised(raised) = &report {
                self.raised.add(raised.clone());
            }
            is_on_its_way |= matches!(report, Report::Window | Report::Pressed(_));
            self.sight.take(report, movie);
        }
        is_on_its_way
    }

    /// From now on the client has nothing to do.
    pub(crate) fn rest(&mut self) {
        self.rest = Some(Meter::new());
    }

    /// From now on it has something to do.
    pub(crate) const fn work(&mut self) {
        self.rest = None;
    }

    /// Whether it rests, and that has not been measured for long enough.
    pub(crate) fn is_measuring(&self) -> bool {
        self.rest.as_ref().is_some_and(|meter| !meter.is_done())
    }

    /// Whether it rests.
    pub(crate) const fn is_resting(&self) -> bool {
        self.rest.is_some()
    }

    /// The share of a processor that it has used while it rested, if that is known.
    pub(crate) fn share(&self, group: u32) -> Option<f64> {
        self.rest.as_ref().and_then(|meter| meter.share(group))
    }

    /// Counts the threads that it has at that packet, if the system tells.
    pub(crate) fn count_threads(&mut self, run: &mut Run, group: u32, packet: u16) {
        let Some(usage) = Usage::of_group(group) else { return };
        self.counted_at = packet;
        run.threads.push((run.count(Method::Play), usage.threads));
    }

    /// Notes what was seen, at the end.
    pub(crate) fn tell(self, run: &mut Run, group: u32) {
        (run.reads, run.behind) = self.intake.verdict();
        run.idle = self.share(group);
        run.sight = self.sight;
        run.raised = self.raised;
    }

    /// Whether its threads are to be counted again at that packet.
    pub(crate) const fn is_time_to_count(&self, packet: u16) -> bool {
        packet >= self.counted_at + COUNT_EVERY
    }
}
