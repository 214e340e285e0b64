//! Prints without waiting: a terminal that stands still must not hold up server or window.
//!
//! A terminal stands still while text in it is selected, or after Ctrl-S; a pipe, while nobody
//! reads it. Printing would block then. So a separate thread prints; what does not fit its queue is
//! dropped and counted.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::event::Event;

/// The thread `console`, which writes to one output until no [`Printer`] is left.
#[derive(Debug)]
pub struct Console {
    done: Arc<Event>,
    thread: JoinHandle<()>,
}

/// What others print with; never waits.
#[derive(Clone, Debug)]
pub struct Printer {
    texts: SyncSender<String>,
    left_out: Arc<AtomicU64>,
    bytes_waiting: Arc<AtomicUsize>,
}

impl Console {
    /// Starts the thread that writes to `out`.
    ///
    /// # Errors
    /// The system has no room for another thread.
    pub fn start(mut out: impl Write + Send + 'static) -> io::Result<(Self, Printer)> {
        let (texts, waiting) = sync_channel(MAX_WAITING);
        let (done, left_out) = (Arc::new(Event::default()), Arc::new(AtomicU64::new(0)));
        let bytes_waiting = Arc::default();
        let printer = Printer { texts, left_out, bytes_waiting };
        let (told, counts) = (Arc::clone(&done), printer.counts());
        let thread = thread::Builder::new().name("console".to_owned()).spawn(move || {
            print_all(&waiting, &counts, &mut out);
            told.set();
        })?;
        Ok((Self { done, thread }, printer))
    }

    /// Waits until everything is printed, but not for ever for a terminal that stands still.
    pub fn finish(self) {
        if self.done.wait(LAST_WAIT) {
            drop(self.thread.join());
        }
    }
}

impl Printer {
    /// Puts the text and a line end into the queue.
    pub fn say(&self, text: String) {
        let length = text.len();
        let before = self.bytes_waiting.fetch_add(length, Ordering::Relaxed);
        let has_room = before.saturating_add(length) <= MAX_BYTES_WAITING;
        if !has_room || self.texts.try_send(text).is_err() {
            self.bytes_waiting.fetch_sub(length, Ordering::Relaxed);
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn counts(&self) -> Counts {
        let (left_out, bytes_waiting) =
            (Arc::clone(&self.left_out), Arc::clone(&self.bytes_waiting));
        Counts { left_out, bytes_waiting }
    }
}

/// What the thread and the printers share.
struct Counts {
    left_out: Arc<AtomicU64>,
    bytes_waiting: Arc<AtomicUsize>,
}

/// A closed terminal or pipe is no reason to stop, so errors of `out` are ignored.
fn print_all(texts: &Receiver<String>, counts: &Counts, out: &mut dyn Write) {
    for text in texts {
        writeln!(out, "{text}").ok();
        counts.bytes_waiting.fetch_sub(text.len(), Ordering::Relaxed);
        let count = counts.left_out.swap(0, Ordering::Relaxed);
        if count > 0 {
            writeln!(out, "({count} messages are left out: the terminal stood still)").ok();
        }
    }
}

/// Messages that may wait for the terminal.
const MAX_WAITING: usize = 4096;
/// The same in bytes, for some are long.
const MAX_BYTES_WAITING: usize = 1 << 20;
/// How long a program waits for the terminal before it ends.
const LAST_WAIT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_left_out_and_counted() {
        let (texts, waiting) = sync_channel(2);
        let printer = Printer { texts, left_out: Arc::default(), bytes_waiting: Arc::default() };
        for text in ["one", "two", "three", "four"] {
            printer.say(text.to_owned());
        }
        let counts = printer.counts();
        drop(printer);
        let mut out = Vec::new();
        print_all(&waiting, &counts, &mut out);
        let expected = "one\n(2 messages are left out: the terminal stood still)\ntwo\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn long_messages_are_left_out_before_they_fill_the_memory() {
        let (texts, waiting) = sync_channel(MAX_WAITING);
        let printer = Printer { texts, left_out: Arc::default(), bytes_waiting: Arc::default() };
        let long = "x".repeat(MAX_BYTES_WAITING / 3);
        for _ in 0..5 {
            printer.say(long.clone());
        }
        let counts = printer.counts();
        drop(printer);
        let mut out = Vec::new();
        print_all(&waiting, &counts, &mut out);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.matches(&long).count(), 3);
        assert!(text.contains("(2 messages are left out"));
        assert_eq!(counts.bytes_waiting.load(Ordering::Relaxed), 0, "there is room again");
    }
}
