//! What builds the project anew to look at it: its documents and their examples, and the lab without the
//! standard dialect.
//! `cargo test --test rebuilt` runs it, plain `cargo test` does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![allow(clippy::indexing_slicing, reason = "a test may fail")]

use std::path::{Path, PathBuf};
use std::process::Command;

mod examples;
mod search;
mod without_the_wing;

/// The example that puts both languages on one page knows all Python methods.
#[path = "../../examples/side_by_side/classes.rs"]
#[allow(dead_code, reason = "its Rust side is not looked up here")]
mod classes;
#[path = "../house/wing.rs"]
mod wing;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project's folder")
}

/// Runs Cargo in a folder, and shows what it says if it fails.
fn cargo(folder: &Path, words: &[&str], target: &Path, flags: (&str, &str)) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(words).current_dir(folder).env("CARGO_TARGET_DIR", target).env(flags.0, flags.1);
    let output = cargo.output().expect("Cargo runs this test");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "cargo {}:\n{said}", words.join(" "));
}

fn target() -> PathBuf {
    // This program lies in `debug/deps`.
    let own = std::env::current_exe().unwrap();
    own.ancestors().nth(3).unwrap().to_owned()
}
