//! The way of a frame, from its last packet to the screen.

use std::time::Instant;

use super::event::{Event, FrameId};
use super::handle::Trace;

/// What is told of a frame on its way through the decoder to the screen.
#[derive(Debug, Default)]
pub(crate) struct Journey(Option<Box<Traveller>>);

#[derive(Debug)]
struct Traveller {
    trace: Trace,
    id: FrameId,
    /// When its last packet came.
    at: Instant,
    /// How many frames it leaves behind in the playout buffer.
    level: usize,
}

impl Journey {
    /// The frame is whole; its last packet came at `at`.
    pub(super) fn begun(trace: Trace, id: FrameId, at: Instant) -> Self {
        Self(Some(Box::new(Traveller { trace, id, at, level: 0 })))
    }

    /// The playout buffer had run empty when it was due: it has come only now.
    pub(crate) fn missed(&self) {
        if let Some(it) = &self.0 {
            let id = it.id;
            it.trace.tell(|| Event::BufferUnderrun { id });
        }
    }

    /// It leaves the playout buffer, in which so many frames go on waiting.
    pub(crate) fn leave(&mut self, level: usize) {
        if let Some(it) = &mut self.0 {
            it.level = level;
        }
    }

    /// When the decoder begins with it; `None` if nobody wants to know.
    pub(crate) fn begin(&self) -> Option<Instant> {
        self.0.as_ref().map(|_| Instant::now())
    }

    /// The decoder has been through it since then, and there is a picture, or none.
    pub(crate) fn decoded(&self, begun: Option<Instant>, is_picture: bool) {
        let (Some(it), Some(begun)) = (&self.0, begun) else { return };
        let id = it.id;
        it.trace.tell(|| {
            if is_picture {
                Event::FrameDecoded { id, took: begun.elapsed() }
            } else {
                Event::FrameDamaged { id, why: "undecodable".to_owned() }
            }
        });
    }

    /// It is handed over to be shown.
    pub(crate) fn shown(&self) {
        if let Some(it) = &self.0 {
            let (id, level, now) = (it.id, it.level, Instant::now());
            let waited = now.saturating_duration_since(it.at);
            it.trace.tell_at(now, || Event::FrameShown { id, waited, level });
        }
    }

    /// It is not shown though it is whole.
    pub(crate) fn left_out(&self, why: &'static str) {
        if let Some(it) = &self.0 {
            let id = it.id;
            it.trace.tell(|| Event::FrameLeftOut { id, why });
        }
    }
}
