//! A server that has too little of something.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::raw_client::RawClient;
use super::server_process::ServerProcess;

/// The program, started by a command that sets limits, if that command exists and may set them.
pub(crate) fn limited(program: &Path, folder: &Path, before: &[&str]) -> Option<ServerProcess> {
    let (limiter, words) = before.split_first().expect("a command");
    let mut command = Command::new(limiter);
    command.current_dir(folder).args(words).arg(program).arg("0");
    ServerProcess::start_with(&mut command)
}

/// How much the server computes in a second in which it can do nothing.
pub(crate) fn ticks_while_it_waits(server: &ServerProcess, waiting: &mut RawClient) -> u64 {
    let before = server.cpu_ticks();
    assert!(waiting.hears_nothing(Duration::from_secs(1)), "there is no room for one more");
    server.cpu_ticks() - before
}
