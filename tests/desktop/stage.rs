//! What a test begins with, and what it ends with: a server, and its transcript.

use std::cell::Cell;
use std::path::Path;

use super::super::common::programs::project;
use super::super::common::server_process::ServerProcess;
use super::xvfb::Desktop;

/// A server of the real movie, and a display.
pub(crate) fn start() -> (ServerProcess, Desktop) {
    let desktop = Desktop::start();
    (ServerProcess::start(folder(), &[]), desktop)
}

/// The folder of the movie.
pub(crate) fn folder() -> &'static Path {
    project()
}

/// The line that says that the server deals with a request of this kind for the `count`th time.
pub(crate) fn processing(count: u32, method: &str) -> impl Fn(&str) -> bool {
    let (end, seen) = (format!("processing {method}"), Cell::new(0));
    move |line: &str| {
        seen.set(seen.get() + u32::from(line.ends_with(&end)));
        seen.get() == count && line.ends_with(&end)
    }
}

/// What the server has dealt with, in order.
pub(crate) fn methods(transcript: &[String]) -> Vec<&str> {
    transcript.iter().filter_map(|line| line.split_once("processing ")).map(|line| line.1).collect()
}
