//! What depends on the machine: the Python lab as a peer, GStreamer, a C compiler, IPv6, other users.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]

use std::process::ExitCode;

#[path = "../client_common/mod.rs"]
mod client_common;
#[path = "../common/mod.rs"]
mod common;
#[path = "../harness/mod.rs"]
mod harness;

mod addresses;
mod capture;
mod client_python;
mod clock;
mod left_out;
mod other_users;
mod server_python;
mod server_standard_pause;
mod small_datagrams;

fn main() -> ExitCode {
    let modules = [
        addresses::TESTS,
        capture::TESTS,
        client_python::TESTS,
        #[cfg(target_os = "linux")]
        clock::TESTS,
        left_out::TESTS,
        #[cfg(unix)]
        other_users::TESTS,
        server_python::TESTS,
        server_standard_pause::TESTS,
        #[cfg(target_os = "linux")]
        small_datagrams::TESTS,
    ];
    harness::run("machine", &modules)
}
