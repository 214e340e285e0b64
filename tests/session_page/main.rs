//! The page of a session, in the order of what it must hold: its figures, its lives, its text, and what
//! two browsers make of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]
use std::process::ExitCode;

#[path = "../client_common/mod.rs"]
mod client_common;
#[path = "../common/mod.rs"]
mod common;
#[path = "../desktop/mod.rs"]
mod desktop;
#[path = "../harness/mod.rs"]
mod harness;

mod browser;
mod contrast;
mod figures;
mod html;
mod in_browsers;
mod made_up;
mod program;
mod session;

fn main() -> ExitCode {
    let modules =
        [figures::TESTS, html::TESTS, contrast::TESTS, in_browsers::TESTS, program::TESTS];
    harness::run("session_page", &modules)
}
