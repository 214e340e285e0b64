//! Shows on standard error what is being done, so that the user does not face a frozen screen.

use std::io::{self, Write};

/// Counts the cases of one run.
#[derive(Debug)]
pub(crate) struct Progress {
    total: usize,
    done: usize,
    is_silent: bool,
}

impl Progress {
    /// For a run of `total` cases.
    pub(crate) const fn new(total: usize) -> Self {
        Self { total, done: 0, is_silent: false }
    }

    /// For a run that is over so soon that nothing needs to be said.
    pub(crate) const fn silent() -> Self {
        Self { total: 0, done: 0, is_silent: true }
    }

    /// Says which case begins.
    pub(crate) fn begin(&mut self, case: &str) {
        self.done += 1;
        if self.is_silent {
            return;
        }
        // A closed pipe is no reason to stop.
        writeln!(io::stderr(), "[{}/{}] {case}", self.done, self.total).ok();
    }

    /// Says why a case begins once more.
    pub(crate) fn again(&self, case: &str, why: &str) {
        if self.is_silent {
            return;
        }
        writeln!(io::stderr(), "[{}/{}] {case}: {why}", self.done, self.total).ok();
    }
}
