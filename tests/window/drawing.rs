//! What the window looks like, drawn without a display: each view against the picture of it in
//! `tests/fixtures/window/`, where its texts lie, and that nothing else has a part in it.
//!
//! If the window is to look different, renew the pictures and look at each that has changed:
//!
//! ```text
//! RENEW_PICTURES=1 cargo test --test window drawing
//! ```
//!
//! The run that writes a picture fails and names it, so that nothing passes unseen; the next one
//! passes.

pub(crate) mod example;
pub(crate) mod extremes;
pub(crate) mod layout;
pub(crate) mod overlays;
pub(crate) mod panels;
pub(crate) mod pictures;
pub(crate) mod purity;
pub(crate) mod renewal;
pub(crate) mod sizes;
pub(crate) mod stability;
pub(crate) mod states;
pub(crate) mod views;
