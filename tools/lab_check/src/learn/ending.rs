//! How a run ends, and how it speaks.

use std::io::{self, Write};

/// How a run has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Done,
    Failed,
    /// Nothing has failed, but something did not come.
    Open,
    /// There is nobody to look at it all the time.
    NoTerminal,
}

/// A closed terminal or pipe is no reason to stop.
pub(crate) fn say(text: &str) {
    let mut out = io::stdout();
    out.write_all(text.as_bytes()).ok();
    out.flush().ok();
}
