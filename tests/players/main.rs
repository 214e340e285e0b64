//! Programs of others as peers, a network of two machines, and floods: what takes long for a good
//! reason. `.ci/run` runs it, `cargo test --test players` does, plain `cargo test` does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures, and what is left out, are said"
)]

#[path = "../client_common/mod.rs"]
mod client_common;
#[path = "../common/mod.rs"]
mod common;

mod client_standard_peers;
mod movies;
mod network;
mod programs;
mod run;
mod server_floods;
mod server_standard_players;
