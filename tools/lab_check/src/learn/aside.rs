//! What takes long, and is played beside the steps.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crate::card::Card;
use crate::server::Lesson;

/// A server that plays until the sequence number needs its high byte. If nobody waits for it any more,
/// it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Aside {
    thread: Option<JoinHandle<Result<Card, String>>>,
    called_off: Arc<AtomicBool>,
}

impl Aside {
    /// Begins, with that card.
    ///
    /// # Errors
    /// It can't begin: in one line.
    pub(crate) fn begin(command: &str, movie: &Path, card: Card) -> Result<Self, String> {
        let lesson = Lesson::prepare(command, movie)?;
        let called_off = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&called_off);
        let named = thread::Builder::new().name("aside".to_owned());
        let thread = named
            .spawn(move || lesson.play_long(card, &flag))
            .map_err(|error| format!("could not start a thread: {error}"))?;
        Ok(Self { thread: Some(thread), called_off })
    }

    /// Waits for its end; `None` if it had none.
    ///
    /// # Errors
    /// It could not be played: in one line.
    pub(crate) fn wait(&mut self) -> Result<Option<Card>, String> {
        let Some(thread) = self.thread.take() else { return Ok(None) };
        let found = thread.join().map_err(|_| "a thread has ended before its time".to_owned())?;
        found.map(Some)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.called_off.store(true, Ordering::Relaxed);
        self.wait().ok();
    }
}
