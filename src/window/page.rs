//! The key R: the page of the session so far, which somebody else writes.

use std::fmt;
use std::time::{Duration, Instant};

/// Writes the page of the session so far.
pub trait PageWriter {
    /// Begins to write, if it is not at it.
    fn begin(&mut self);

    /// How that went, once it is done.
    fn news(&mut self) -> Option<String>;
}

/// Who writes it, and what the user is told for a while.
#[derive(Default)]
pub(super) struct Page {
    writer: Option<Box<dyn PageWriter>>,
    told: Option<(String, Instant)>,
}

impl Page {
    pub(super) fn of(writer: Option<Box<dyn PageWriter>>) -> Self {
        Self { writer, told: None }
    }

    /// The key has been pressed.
    pub(super) fn ask(&mut self, now: Instant) {
        match &mut self.writer {
            Some(writer) => writer.begin(),
            None => self.told = Some((NO_WRITER.to_owned(), now)),
        }
    }

    /// Looks for news; says whether what is told has changed.
    pub(super) fn look(&mut self, now: Instant) -> bool {
        let news = self.writer.as_mut().and_then(|writer| writer.news());
        if let Some(news) = news {
            self.told = Some((news, now));
            return true;
        }
        self.told.take_if(|(_, since)| now.duration_since(*since) >= TOLD).is_some()
    }

    /// What the user is told.
    pub(super) fn told(&self) -> Option<&str> {
        self.told.as_ref().map(|(text, _)| text.as_str())
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Page").field("told", &self.told).finish_non_exhaustive()
    }
}

/// Without an event log there is nothing to make a page of.
const NO_WRITER: &str = "no page: start with --report FILE";
const TOLD: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    /// It is done when it is asked twice.
    struct Slow(u32);

    impl PageWriter for Slow {
        fn begin(&mut self) {
            self.0 += 1;
        }

        fn news(&mut self) -> Option<String> {
            (self.0 == 2).then(|| {
                self.0 = 0;
                "wrote session_1.html".to_owned()
            })
        }
    }

    #[test]
    fn what_was_written_is_told_for_a_while() {
        let now = Instant::now();
        let mut page = Page::of(Some(Box::new(Slow(0))));
        page.ask(now);
        assert!(!page.look(now) && page.told().is_none());
        page.ask(now);
        assert!(page.look(now));
        assert_eq!(page.told(), Some("wrote session_1.html"));
        assert!(!page.look(now + TOLD / 2));
        assert!(page.look(now + TOLD) && page.told().is_none());
    }

    #[test]
    fn without_a_log_the_key_says_what_is_missing() {
        let mut page = Page::default();
        page.ask(Instant::now());
        assert_eq!(page.told(), Some(NO_WRITER));
    }
}
