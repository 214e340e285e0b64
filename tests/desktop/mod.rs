//! The real window on a desktop of its own: keys and clicks in, pixels out.
//!
//! Nothing here uses the library: where things are and which colours they have is written down
//! once more, so that a mistake in the program's drawing can't hide behind the same mistake here.

#![allow(dead_code, reason = "every test program uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]

use std::time::Duration;

pub(crate) mod panels;
mod pixels;
pub(crate) mod places;
pub(crate) mod player;
pub(crate) mod screen;
pub(crate) mod stage;
pub(crate) mod xvfb;

/// The most that a test waits before it fails: nothing takes this long, on any machine.
const LIMIT: Duration = Duration::from_secs(30);
/// How long to wait between two looks at something that sends no event.
const LOOK: Duration = Duration::from_millis(20);
