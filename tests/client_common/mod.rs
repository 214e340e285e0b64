//! What the whole-program tests of the client share: a server that the test itself plays, JPEGs and
//! RTP packets made by hand, and the programs as they are run by their users.
//!
//! Nothing here uses the project's encoders and parsers, so that a mistake in them can't hide
//! behind the same mistake here.

#![allow(dead_code, reason = "every test program uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]

use std::time::Duration;

pub(crate) mod connecting;
pub(crate) mod full_queue;
pub(crate) mod jpeg;
pub(crate) mod program;
pub(crate) mod rfc2435;
pub(crate) mod rtp;
pub(crate) mod scripted_server;
pub(crate) mod stage;
pub(crate) mod standard_server;
pub(crate) mod standard_stage; // wing

/// The most that a test waits before it fails: nothing takes this long, on any machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// The name that the lab's own movie has.
pub(crate) const MOVIE: &str = "movie.Mjpeg";
