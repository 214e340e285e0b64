//! The lab's dialect through the front door: both programs, or one of them and a peer that the test
//! itself plays, over real sockets.

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
#[path = "../counted.rs"]
mod counted;
#[path = "../fuzz/src/lib.rs"] // wing
mod fuzz; // wing
#[path = "../lives.rs"]
mod lives;

mod client_bad_network;
mod client_command;
mod client_connecting;
mod client_headless;
mod client_hostile;
mod client_mistakes;
mod client_odd_replies;
mod client_odd_rtp;
mod client_odd_servers;
mod client_threads;
mod event_log;
mod fuzz_corpus; // wing
mod impairment;
mod losslab;
mod server_bad_network;
mod server_clients;
mod server_command;
mod server_dialogue;
mod server_explains;
mod server_limits;
mod server_movie_faults;
mod server_movies;
mod server_odd_movies;
mod server_strangers;
