//! The structure of the sources: which file may use which, and that every Python method has its
//! twin.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]
#![allow(clippy::wildcard_enum_match_arm, reason = "most kinds of items say nothing here")]
#![allow(clippy::match_same_arms, reason = "a row for each room")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures, and what is left out, are said"
)]

mod circles;
mod graph;
mod harnesses;
mod layers;
mod made_up;
mod page;
mod source;
mod twins;
mod wing;

/// The example that puts both languages on one page.
#[path = "../../examples/side_by_side"]
mod side_by_side {
    pub(crate) mod classes;
    mod excerpt;
    mod highlight;
    pub(crate) mod page;
    pub(crate) mod python;
    pub(crate) mod rows;
    pub(crate) mod rust;
}
