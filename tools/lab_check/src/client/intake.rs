//! Whether the client takes what comes at its RTP port, by the queue that the system keeps for it.

use std::time::{Duration, Instant};

use super::port::{self, Queue};

/// What was seen of the queue while packets came.
#[derive(Debug)]
pub(crate) struct Intake {
    next_look: Instant,
    first: Option<Queue>,
    looks: u32,
    was_empty: bool,
    /// Since when it has been too long.
    long_since: Option<Instant>,
    behind: Option<String>,
}

impl Intake {
    pub(crate) fn new() -> Self {
        Self {
            next_look: Instant::now(),
            first: None,
            looks: 0,
            was_empty: false,
            long_since: None,
            behind: None,
        }
    }

    /// Looks at the queue of that port now and then; to be called while packets are sent there.
    pub(crate) fn turn(&mut self, port: u16) {
        if Instant::now() < self.next_look {
            return;
        }
        self.next_look = Instant::now() + LOOK_INTERVAL;
        if let Some(queue) = port::queue(port) {
            self.look(queue);
        }
    }

    fn look(&mut self, queue: Queue) {
        self.looks += 1;
        self.was_empty |= queue.bytes == 0;
        // A client that is in READY need not read; a new socket begins at 0.
        let first = *self.first.get_or_insert(queue);
        let dropped = queue.dropped.saturating_sub(first.dropped);
        if dropped > 0 {
            self.behind = Some(format!("the system has dropped {dropped} packets at its port"));
        }
        if queue.bytes <= LONG {
            self.long_since = None;
        } else if self.long_since.get_or_insert_with(Instant::now).elapsed() >= TOO_LONG {
            let bytes = queue.bytes;
            self.behind.get_or_insert_with(|| format!("{bytes} bytes wait at its port"));
        }
    }

    /// Whether it reads, and how it was too slow, as the run has it.
    pub(crate) fn verdict(&self) -> (Option<bool>, Option<String>) {
        (self.reads(), self.behind().map(str::to_owned))
    }

    /// Whether the client has read what had come; `None` if the system does not tell, or packets
    /// came too shortly.
    fn reads(&self) -> Option<bool> {
        (self.looks >= ENOUGH_LOOKS).then_some(self.was_empty)
    }

    /// How the client was too slow, if it was.
    fn behind(&self) -> Option<&str> {
        self.behind.as_deref()
    }
}

const LOOK_INTERVAL: Duration = Duration::from_millis(20);
/// Half a second.
const ENOUGH_LOOKS: u32 = 25;
/// Some packets of the lab, as the system counts them.
const LONG: u64 = 65_536;
/// For this long a client may be kept from reading by a busy machine.
const TOO_LONG: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    /// What is made of these numbers of bytes, half a second of each.
    fn seen(bytes: &[u64], dropped: u64) -> (Option<bool>, bool) {
        let mut intake = Intake::new();
        for &bytes in bytes {
            for _ in 0..ENOUGH_LOOKS {
                intake.look(Queue { bytes, dropped: 5 });
            }
            // As if this had been seen for so long.
            intake.long_since = intake.long_since.and_then(|since| since.checked_sub(TOO_LONG));
            intake.look(Queue { bytes, dropped: 5 + dropped });
        }
        (intake.reads(), intake.behind().is_some())
    }

    #[test]
    fn a_queue_that_is_never_empty_is_not_read_and_a_long_one_is_read_too_slowly() {
        assert_eq!(seen(&[], 0), (None, false));
        assert_eq!(seen(&[0, 13_000, 0], 0), (Some(true), false));
        assert_eq!(seen(&[13_000, 52_000], 0), (Some(false), false));
        assert_eq!(seen(&[0, 80_000], 0), (Some(true), true));
        assert_eq!(seen(&[0, 0], 3), (Some(true), true));
    }
}
