//! `lab_check` judges itself: programs without a fault get a full card, and of each program with one
//! fault the card names that fault and no other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]
use std::process::ExitCode;

#[path = "../../../../tests/client_common/mod.rs"]
mod client_common;
#[path = "../../../../tests/common/mod.rs"]
mod common;
#[path = "../../../../tests/desktop/mod.rs"]
mod desktop;
#[path = "../../../../tests/harness/mod.rs"]
mod harness;

mod lab_check_class;
mod lab_check_client;
mod lab_check_commands;
mod lab_check_common;
mod lab_check_compare;
mod lab_check_learn;
mod lab_check_log;
mod lab_check_outputs;
mod lab_check_press;
mod lab_check_server;
mod lab_check_starter;
mod lab_check_terminal;

fn main() -> ExitCode {
    let modules = [
        lab_check_class::TESTS,
        lab_check_client::TESTS,
        lab_check_commands::TESTS,
        lab_check_compare::TESTS,
        lab_check_learn::TESTS,
        lab_check_log::TESTS,
        lab_check_outputs::TESTS,
        lab_check_press::TESTS,
        lab_check_server::TESTS,
        lab_check_starter::TESTS,
        lab_check_terminal::TESTS,
    ];
    harness::run("report_card", &modules)
}
