//! The last of the test programs: in one line, what those before it have left out on this machine.
//!
//! Cargo runs them by their names, and `tests/house` runs the examples of the documentation, so that
//! nothing comes after this line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(dead_code, reason = "it uses its own part of them")]
#![allow(clippy::print_stdout, reason = "it is what this is for")]

mod common {
    pub(crate) mod left_out;
}
#[path = "harness/report.rs"]
mod report;

fn main() {
    let only_listed = std::env::args().any(|word| word == "--list");
    if !only_listed {
        println!("\n{}", report::summary(&report::take()));
    }
}
