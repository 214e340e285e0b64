//! The window: its pictures, drawn without a display, and the real one under Xvfb with real keys and
//! clicks and the pixels read back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]
use std::process::ExitCode;

#[path = "../client_common/mod.rs"]
mod client_common;
#[path = "../common/mod.rs"]
mod common;
#[path = "../desktop/mod.rs"]
mod desktop;
#[path = "../harness/mod.rs"]
mod harness;

mod drawing;
mod window;
mod window_bad_network;
mod window_close;
mod window_connecting;
mod window_hall;
mod window_hostile;
mod window_options;
mod window_panels;
mod window_resize;
mod window_standard;
mod window_troubles;

fn main() -> ExitCode {
    let modules = [
        drawing::layout::TESTS,
        drawing::pictures::TESTS,
        drawing::purity::TESTS,
        drawing::renewal::TESTS,
        drawing::sizes::TESTS,
        drawing::stability::TESTS,
        drawing::states::TESTS,
        window::TESTS,
        window_bad_network::TESTS,
        window_close::TESTS,
        #[cfg(target_os = "linux")]
        window_connecting::TESTS,
        window_hall::TESTS,
        #[cfg(target_os = "linux")]
        window_hostile::TESTS,
        window_options::TESTS,
        window_panels::TESTS,
        window_resize::TESTS,
        window_standard::TESTS,
        window_troubles::TESTS,
    ];
    harness::run("window", &modules)
}
