//! What is said, a function for each sentence. A title has at most 45 characters, a line 60.

mod frames;
mod layout;
pub(super) mod notes;
mod numbers;
mod payload;
mod sentence;
mod silence;

pub(super) use frames::*;
pub(super) use layout::*;
pub(super) use numbers::*;
pub(super) use payload::*;
pub(super) use silence::*;
