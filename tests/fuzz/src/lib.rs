//! What is fuzzed: a function for each target, that any bytes may be given to.
//!
//! A function panics if the library does not keep what it promises. `cargo fuzz` looks for bytes
//! that make one panic; `tests/fuzz_corpus.rs` includes this file and gives each function the bytes
//! that are kept in `corpus/`, without a nightly compiler.

#![allow(unreachable_pub, reason = "here it is a library, in tests/fuzz_corpus.rs a module")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod description;
mod input;
mod jpeg_in;
mod jpeg_out;
mod lab_replies;
mod lab_requests;
mod lab_rtp;
mod movie;
mod packet_order;
mod picture;
mod rtcp;
mod standard_messages;

/// A target: its name, which is that of its corpus, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 11] = [
    ("lab_requests", lab_requests::run),
    ("lab_replies", lab_replies::run),
    ("standard_messages", standard_messages::run),
    ("lab_rtp", lab_rtp::run),
    ("jpeg_out", jpeg_out::run),
    ("jpeg_in", jpeg_in::run),
    ("description", description::run),
    ("rtcp", rtcp::run),
    ("movie", movie::run),
    ("picture", picture::run),
    ("packet_order", packet_order::run),
];

/// Runs the target of that name.
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = TARGETS.into_iter().find(|&(other, _)| other == name).unwrap();
    target(data);
}
