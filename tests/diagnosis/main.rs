//! What the diagnosis says of made streams: the right one, with one mistake in it or none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]

mod healthy;
mod mistakes;
mod notes;
mod other_forms;
mod other_movies;
mod published;
mod receiver;
mod sender;
mod session;
mod texts;
