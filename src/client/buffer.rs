//! The playout buffer's handle: what the user wants of it, and what there is to be seen.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::playout::{Figures, Playout, Target};

/// A client's playout buffer. Frames wait in the thread that decodes them, which looks here before
/// each; so a change counts from the next frame on, or after a twentieth of a second. It outlives
/// sessions.
#[derive(Clone, Debug, Default)]
pub struct Buffer(Arc<Mutex<Desk>>);

/// What passes between the threads.
#[derive(Debug, Default)]
struct Desk {
    target: Option<Target>,
    is_playing: bool,
    is_to_be_cleared: bool,
    figures: Option<Figures>,
}

impl Buffer {
    /// How much it is to hold; `None` if frames are shown as they come.
    pub fn target(&self) -> Option<Target> {
        self.desk().target
    }

    /// Changes that, also while the movie plays.
    pub fn set_target(&self, target: Option<Target>) {
        self.desk().target = target;
    }

    /// What there is to be seen of it, if there is a buffer.
    pub fn figures(&self) -> Option<Figures> {
        self.desk().figures
    }

    /// The movie plays.
    pub(super) fn play(&self) {
        self.desk().is_playing = true;
    }

    /// The movie is paused: what waits is kept.
    pub(super) fn pause(&self) {
        self.desk().is_playing = false;
    }

    /// The movie goes on elsewhere: what waits is thrown away.
    pub(crate) fn clear(&self) {
        self.desk().is_to_be_cleared = true;
    }

    /// A session begins, with nothing in the buffer.
    pub(super) fn begin_session(&self) {
        let mut desk = self.desk();
        *desk = Desk { target: desk.target, ..Desk::default() };
    }

    /// Has the buffer do what is wanted. Returns what it throws away for that.
    pub(super) fn obey<T>(&self, playout: &mut Playout<T>) -> Vec<T> {
        let mut desk = self.desk();
        if desk.target != playout.target() {
            playout.set_target(desk.target);
        }
        let is_to_be_cleared = std::mem::take(&mut desk.is_to_be_cleared);
        let cleared = if is_to_be_cleared { playout.clear() } else { Vec::new() };
        match (desk.is_playing, playout.is_playing()) {
            (true, false) => playout.play(),
            (false, true) => playout.pause(),
            (true, true) | (false, false) => {}
        }
        cleared
    }

    /// Notes what there is to be seen.
    pub(super) fn tell<T>(&self, playout: &Playout<T>) {
        self.desk().figures = playout.figures();
    }

    /// Nothing here can be left half written.
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
