//! Threads that may fail to start: what they were to work on is not lost then.

use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::STACK_SIZE;

/// Starts a thread that does `work` with `given`; without room for a thread, `given` comes back.
///
/// `std` drops what a thread is started with if there is none, so it is handed over afterwards.
pub(crate) fn spawn_with<T: Send + 'static, R: Send + 'static>(
    name: &str,
    given: T,
    work: impl FnOnce(T) -> R + Send + 'static,
) -> Result<JoinHandle<R>, (T, io::Error)> {
    let hatch = Arc::new(Hatch::default());
    let there = Arc::clone(&hatch);
    let builder = thread::Builder::new().name(name.to_owned()).stack_size(STACK_SIZE);
    match builder.spawn(move || work(there.take())) {
        Ok(thread) => {
            // It waits for this, and for nothing else.
            hatch.put(given);
            Ok(thread)
        }
        Err(error) => Err((given, error)),
    }
}

/// Through which a value is handed to another thread. A channel does the same with ten times the
/// memory, which the C library then keeps for each thread.
pub(crate) struct Hatch<T> {
    value: Mutex<Option<T>>,
    filled: Condvar,
}

impl<T> Default for Hatch<T> {
    fn default() -> Self {
        Self { value: Mutex::new(None), filled: Condvar::new() }
    }
}

impl<T> Hatch<T> {
    /// Leaves the value there, and does not wait.
    pub(crate) fn put(&self, value: T) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
        self.filled.notify_one();
    }

    /// Waits until a value is there.
    pub(crate) fn take(&self) -> T {
        let mut value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(value) = value.take() {
                return value;
            }
            value = self.filled.wait(value).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
