//! Shows on standard error what is being done, so that the user does not face a frozen screen.

use std::io::{self, Write};

/// Counts the cases of one run.
#[derive(Debug)]
pub(crate) struct Progress {
    total: usize,
    done: usize,
}

impl Progress {
    /// For a run of `total` cases.
    pub(crate) const fn new(total: usize) -> Self {
        Self { total, done: 0 }
    }

    /// Says which case begins.
    pub(crate) fn begin(&mut self, case: &str) {
        self.done += 1;
        // A closed pipe is no reason to stop.
        writeln!(io::stderr(), "[{}/{}] {case}", self.done, self.total).ok();
    }

    /// Says why a case begins once more.
    pub(crate) fn again(&self, case: &str, why: &str) {
        writeln!(io::stderr(), "[{}/{}] {case}: {why}", self.done, self.total).ok();
    }
}
