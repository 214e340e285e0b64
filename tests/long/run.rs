//! Programs that are run to their end.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::server_process::Killed;

/// What a program has printed when it has ended by itself, whatever its exit code.
pub(crate) fn run(program: &str, words: &[String], out: &Path) -> Result<String, String> {
    let complaint = |error| format!("could not run {program}: {error}");
    let file = File::create(out).map_err(complaint)?;
    let other = file.try_clone().map_err(complaint)?;
    let mut command = Command::new(program);
    let quiet = command.args(words).env("SDL_VIDEODRIVER", "dummy").env("SDL_AUDIODRIVER", "dummy");
    let piped = quiet.stdin(Stdio::null()).stdout(file).stderr(other);
    let mut child = Killed(piped.spawn().map_err(complaint)?);
    let deadline = Instant::now() + LIMIT;
    while child.0.try_wait().map_err(complaint)?.is_none() {
        if Instant::now() > deadline {
            return Err(format!("{program} does not end by itself: {words:?}"));
        }
        thread::sleep(Duration::from_millis(20));
    }
    let printed = fs::read(out).map_err(complaint)?;
    Ok(String::from_utf8_lossy(&printed).into_owned())
}

/// A movie takes three seconds.
const LIMIT: Duration = Duration::from_secs(60);
