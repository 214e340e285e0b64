//! What the whole-program tests share: the real binary, a raw client, made-up movies.
//!
//! Nothing here uses the library but to start a server, and for the fates of packets: requests,
//! replies and packets are written and read by hand, so that a mistake in the project's own encoder
//! can't hide behind the same mistake in its decoder.

#![allow(dead_code, reason = "every test program uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]

use std::time::Duration;

pub(crate) mod bad_network;
pub(crate) mod command_line;
pub(crate) mod jpeg_pieces;
pub(crate) mod jpegs;
pub(crate) mod left_out;
pub(crate) mod library_server;
pub(crate) mod limited;
pub(crate) mod lossy_proxy;
pub(crate) mod movies;
#[cfg(unix)]
pub(crate) mod other_user;
pub(crate) mod preload;
pub(crate) mod programs;
pub(crate) mod raw_client;
pub(crate) mod rtcp;
pub(crate) mod rtp;
pub(crate) mod said;
pub(crate) mod server_process;
pub(crate) mod standard_client;
pub(crate) mod standard_reply;
pub(crate) mod starter;
pub(crate) mod witness;

/// The most that a test waits before it fails: nothing takes this long, on any machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// How long to watch that nothing more comes: six frames would come in this time.
pub(crate) const A_WHILE: Duration = Duration::from_millis(300);
