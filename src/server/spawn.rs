//! Threads that may fail to start: what they were to work on is not lost then.

use std::io;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use super::STACK_SIZE;

/// Starts a thread that does `work` with `given`; without room for a thread, `given` comes back.
///
/// `std` drops what a thread is started with if there is none, so it is handed over afterwards.
pub(crate) fn spawn_with<T: Send + 'static, R: Send + 'static>(
    name: &str,
    given: T,
    work: impl FnOnce(T) -> R + Send + 'static,
) -> Result<JoinHandle<Option<R>>, (T, io::Error)> {
    let (give, taken) = mpsc::channel();
    let builder = thread::Builder::new().name(name.to_owned()).stack_size(STACK_SIZE);
    match builder.spawn(move || taken.recv().ok().map(work)) {
        Ok(thread) => {
            // It waits for this, and for nothing else.
            give.send(given).ok();
            Ok(thread)
        }
        Err(error) => Err((given, error)),
    }
}
