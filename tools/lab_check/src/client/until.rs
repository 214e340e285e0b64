//! How far a run goes: to its end, or only as far as a step of the learning mode looks.

use std::time::{Duration, Instant};

use rtsp_lab::rtsp::{Method, State};

use super::hands::Hands;
use super::limits::OWN_PATIENCE;
use super::run::Run;

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// To the end that the client makes.
    End,
    /// As [`Self::End`], but a press that has no effect ends it, too.
    Stuck,
    /// Until a request of that kind has come; it is not answered.
    Request(Method),
    /// Until so many packets were due after PLAY.
    Packets(u16),
}

impl Until {
    /// Whether it has come so far.
    pub(crate) fn is_reached(self, run: &Run, packets: u16) -> bool {
        match self {
            Self::End | Self::Stuck => false,
            Self::Request(method) => run.has(method),
            Self::Packets(most) => packets >= most,
        }
    }

    /// Whether no request comes any more after that many: the last was answered at that time, or a
    /// button was pressed that has had no effect.
    pub(crate) fn waits_in_vain(
        self,
        hands: &Hands,
        state: State,
        (requests, since): (usize, Instant),
    ) -> bool {
        let Some(patience) = self.patience() else { return false };
        let sends_by_itself = !hands.are_needed() && state == State::Ready;
        (sends_by_itself && since.elapsed() > OWN_PATIENCE)
            || hands.pressed_since(requests).is_some_and(|since| since > patience)
    }

    /// How long after a press a request has to come, if that ends the run.
    fn patience(self) -> Option<Duration> {
        (self != Self::End).then_some(PATIENCE)
    }
}

/// A little longer than a silence after which nothing more is to be expected.
const PATIENCE: Duration = Duration::from_millis(2200);
