//! Both languages on one page: `cargo run --example side_by_side -- FILE.html`.
//!
//! It reads the Python lab and the Rust sources, and puts each Python method beside its Rust twin: the
//! item with its name as an alias. The page is one file that loads nothing.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a tool for who has the sources")]

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

mod classes;
mod excerpt;
mod highlight;
mod page;
mod python;
#[allow(dead_code, reason = "the tests of the page use the rest")]
mod rows;
#[allow(dead_code, reason = "the tests of the page use the rest")]
mod rust;

fn main() -> ExitCode {
    let mut words = env::args_os().skip(1);
    let (Some(file), None) = (words.next(), words.next()) else {
        complain("Usage: cargo run --example side_by_side -- FILE.html");
        return ExitCode::from(2);
    };
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let made = rows::chapters(project).and_then(|chapters| fs::write(&file, page::page(&chapters)));
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("could not write {}: {error}", Path::new(&file).display()));
            ExitCode::FAILURE
        }
    }
}

fn complain(text: &str) {
    writeln!(io::stderr(), "{text}").ok();
}
