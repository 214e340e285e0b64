//! The standard dialect through the front door: messages of RFC 2326, packets of RFC 2435, reports of
//! RFC 3550, over real sockets.

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
#[path = "../lives.rs"]
mod lives;

mod client_standard;
mod client_standard_bad_network;
mod client_standard_connecting;
mod client_standard_loss;
mod client_standard_media;
mod client_standard_passwords;
mod event_log;
mod impairment;
mod server_standard_bad_network;
mod server_standard_clients;
mod server_standard_dialogue;
mod server_standard_media;
mod server_standard_movie_faults;
mod server_standard_play;
mod server_standard_reports;
mod server_standard_setup;
mod server_standard_strangers;
mod server_standard_transcripts;
