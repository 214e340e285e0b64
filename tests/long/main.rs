//! Programs of others as peers, a network of two machines, and floods: what takes long for a good
//! reason. `.ci/run` runs it, `cargo test --test long` does, plain `cargo test` does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]
use std::process::ExitCode;

#[path = "../client_common/mod.rs"]
mod client_common;
#[path = "../common/mod.rs"]
mod common;
#[path = "../harness/mod.rs"]
mod harness;
#[path = "../lives.rs"]
mod lives;

mod client_standard_peers;
mod event_log;
mod movies;
mod network;
mod programs;
mod run;
mod server_floods;
mod server_standard_players;
mod server_standard_recoding;
mod whole_movie;

fn main() -> ExitCode {
    let modules = [
        #[cfg(unix)]
        client_standard_peers::TESTS,
        event_log::TESTS,
        #[cfg(target_os = "linux")]
        network::TESTS,
        server_floods::TESTS,
        server_standard_players::TESTS,
        server_standard_recoding::TESTS,
        whole_movie::TESTS,
    ];
    harness::run("long", &modules)
}
