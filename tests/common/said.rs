//! What a test prints: kept until it fails, unless `--nocapture` is given. libtest does that for
//! its programs, this module for those of `tests/harness`.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::RefCell;
use std::fmt::{Display, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    /// What this thread's test has said.
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
}
static IS_KEPT: AtomicBool = AtomicBool::new(false);

/// From now on keeps also what panics print, with the place in the source. Threads other than a
/// test's own print it at once.
pub(crate) fn keep_what_panics_say() {
    IS_KEPT.store(true, Ordering::Relaxed);
    let at_once = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !keep(panic) {
            return at_once(panic);
        }
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            keep(&backtrace);
        }
    }));
}

/// Says something that only matters if the test fails.
#[allow(clippy::print_stdout, reason = "libtest keeps it, or nobody is to")]
pub(crate) fn say(what: impl Display) {
    if !keep(&what) {
        println!("{what}");
    }
}

fn keep(what: &dyn Display) -> bool {
    let append = |said: &mut Option<String>| {
        let said = said.as_mut().filter(|_| IS_KEPT.load(Ordering::Relaxed))?;
        writeln!(said, "{what}").ok()
    };
    SAID.with_borrow_mut(append).is_some()
}

pub(crate) fn begin() {
    SAID.set(Some(String::new()));
}

pub(crate) fn end() -> String {
    SAID.take().unwrap_or_default()
}
