//! A flag that threads can wait for. Python: `threading.Event`.
//!
//! ```
//! use rtsp_lab::event::Event;
//! use std::{sync::Arc, thread, time::Duration};
//!
//! let stop = Arc::new(Event::default());
//! let waker = Arc::clone(&stop);
//! let thread = thread::spawn(move || waker.set());
//! assert!(stop.wait(Duration::from_secs(5)), "set within five seconds");
//! thread.join().unwrap();
//! ```

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A flag that one thread sets and others wait for.
#[derive(Debug, Default)]
pub struct Event {
    flag: Mutex<bool>,
    changed: Condvar,
}

impl Event {
    /// Whether the flag is up. Python: `Event.is_set`.
    pub fn is_set(&self) -> bool {
        *self.lock()
    }

    /// Raises the flag and wakes all who wait for it. Python: `Event.set`.
    pub fn set(&self) {
        *self.lock() = true;
        self.changed.notify_all();
    }

    /// Lowers the flag. Python: `Event.clear`.
    pub fn clear(&self) {
        *self.lock() = false;
    }

    /// Waits until the flag is up, at most `timeout`; says whether it is. Python: `Event.wait`.
    pub fn wait(&self, timeout: Duration) -> bool {
        // A condition variable may wake without a cause, so the flag is looked at again each time.
        let (flag, _) = self
            .changed
            .wait_timeout_while(self.lock(), timeout, |flag| !*flag)
            .unwrap_or_else(PoisonError::into_inner);
        *flag
    }

    /// A `bool` can't be left half written, so a thread that panicked with the lock did no harm.
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.flag.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn an_event_starts_down_goes_up_and_comes_down() {
        let event = Event::default();
        assert!(!event.is_set());
        event.set();
        assert!(event.is_set());
        event.clear();
        assert!(!event.is_set());
    }

    #[test]
    fn waiting_for_a_flag_that_stays_down_ends_with_false() {
        assert!(!Event::default().wait(Duration::from_millis(1)));
    }

    #[test]
    fn setting_wakes_every_thread_that_waits() {
        let event = Arc::new(Event::default());
        let waiters: Vec<_> = (0..4)
            .map(|_| {
                let event = Arc::clone(&event);
                thread::spawn(move || event.wait(LONG))
            })
            .collect();
        event.set();
        for waiter in waiters {
            assert!(waiter.join().unwrap());
        }
    }
}
