//! The window: its pictures, drawn without a display, and the real one under Xvfb with real keys and
//! clicks and the pixels read back.

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
#[path = "../desktop/mod.rs"]
mod desktop;

mod drawing;
mod window;
mod window_bad_network;
mod window_close;
mod window_connecting;
mod window_hostile;
mod window_options;
mod window_panels;
mod window_resize;
mod window_standard;
mod window_troubles;
