//! README and documents, checked: that their links lead somewhere, and that what they show is what
//! the programs do.
//!
//! The commands of a block, or of all blocks with one name, are one test. If a program that one of
//! them names is missing, the whole test is left out, because the others may need what that one
//! makes.
//!
//! Every block of code has a mark before it, a comment that does not show in the rendered page:
//!
//! | mark | what is checked |
//! |---|---|
//! | `<!-- wire: NAME -->` | these bytes go over the wire, see `documents/wire.rs` |
//! | `<!-- console -->` | the commands after `$` print what follows them |
//! | `<!-- console: NAME -->` | the same; blocks of one name are terminals side by side |
//! | `<!-- run -->` | the commands do their work; `<!-- run: NAME -->` as above |
//! | `<!-- not run: WHY -->` | nothing, for that reason; `.ci/run` as the reason is looked up |
//! | `<!-- measured: COMMAND -->` | only that `.ci/run` has the command: it took a figure once |
//! | `<!-- quoted: FILE -->` | these lines stand in that file, `…` for those left out |
//! | `<!-- drawing -->` | only that it is no transcript and no command |
//!
//! A table has a mark only where it is checked. A block of code without one fails a test.
//!
//! Console blocks are written anew, as the programs print them now, by
//!
//! ```text
//! RENEW_DOCUMENTS=1 cargo test --test documents
//! ```
//!
//! The run that writes fails and names the document, so that no change goes unnoticed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]
// The documents are the same everywhere, so one system checks them.
#![cfg_attr(not(target_os = "linux"), allow(unused, reason = "nothing is checked here"))]

#[path = "../client_common/mod.rs"]
mod client_common;
#[path = "../common/mod.rs"]
mod common;
#[path = "../desktop/mod.rs"]
mod desktop;
#[path = "../harness/mod.rs"]
mod harness;

#[cfg(target_os = "linux")]
mod commands;
#[cfg(target_os = "linux")]
mod consoles;
#[cfg(target_os = "linux")]
mod dialogue;
#[cfg(target_os = "linux")]
mod jobs;
#[cfg(target_os = "linux")]
mod links;
#[cfg(target_os = "linux")]
mod markdown;
#[cfg(target_os = "linux")]
mod marks;
#[cfg(target_os = "linux")]
mod names;
#[cfg(target_os = "linux")]
mod ports;
#[cfg(target_os = "linux")]
mod quotes;
#[cfg(target_os = "linux")]
mod stage;
#[cfg(target_os = "linux")]
mod troubles;
#[cfg(target_os = "linux")]
mod values;
#[cfg(target_os = "linux")]
mod wire;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    let modules = [
        consoles::TESTS,
        jobs::TESTS,
        links::TESTS,
        markdown::TESTS,
        marks::TESTS,
        names::TESTS,
        ports::TESTS,
        quotes::TESTS,
        troubles::TESTS,
        values::tests::TESTS,
        wire::TESTS,
    ];
    let found = [commands::tests(), wire::tests()].into_iter().flatten();
    harness::run_with("documents", &modules, found.collect())
}

#[cfg(not(target_os = "linux"))]
fn main() {}
