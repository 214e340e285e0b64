//! The house: which file may know which, and that every Python method has its twin.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures, and what is left out, are said"
)]

mod circles;
mod examples;
mod graph;
mod harnesses;
mod layers;
mod made_up;
mod source;
mod twins;
