//! All rounds, in order.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use call::Call;
use common::movies::{MOVIE, lab_format, real_frames};
use figures::{Figures, median};
use sessions::Dialect;

mod baseline;
mod call;
mod figures;
mod process;
mod receiver;
mod round;
mod sessions;
mod start_up;

#[path = "../../tests/common/mod.rs"]
mod common;

pub(crate) fn main() {
    let call = match Call::read(std::env::args().skip(1)) {
        Ok(call) => call,
        Err(flaw) => {
            println!("{flaw}");
            return;
        }
    };
    if let Some(movie) = &call.baseline {
        baseline::serve(Path::new(movie));
        return;
    }
    if let Err(flaw) = process::check_descriptors(call.sessions, call.standard) {
        println!("{flaw}");
        return;
    }
    let folder = long_movie();
    start_up::print(folder.path());
    if call.sessions > 0 {
        lab(&call, folder.path());
    }
    if call.standard > 0 {
        standard(&call, folder.path());
    }
}

/// The lab's dialect and the baseline in turns.
fn lab(call: &Call, folder: &Path) {
    let mut ratios = Vec::new();
    for number in 1..=call.rounds {
        let server = round::of_server(folder, Dialect::Lab, call.sessions, call.seconds);
        let baseline = round::of_baseline(folder, call.sessions, call.seconds);
        println!();
        println!("round {number}: {} lab sessions, {} s", call.sessions, call.seconds);
        ratios.push(figures::print(&server, Some(&baseline)));
        check(&server);
    }
    let ratios_said = ratios.iter().map(|ratio| format!("{ratio:.3}")).collect::<Vec<_>>();
    println!();
    println!("CPU, server / baseline: {}", ratios_said.join(" "));
    println!("  median {:.3}, goal {CPU_GOAL}", median(&mut ratios));
}

/// The standard dialect, for which the baseline would be another.
fn standard(call: &Call, folder: &Path) {
    for number in 1..=call.rounds {
        let server = round::of_server(folder, Dialect::Standard, call.standard, call.seconds);
        println!();
        println!("round {number}: {} standard sessions, {} s", call.standard, call.seconds);
        figures::print(&server, None);
        check(&server);
    }
}

/// Limits so wide that only a fault exceeds them, not a busy machine.
fn check(server: &Figures) {
    assert!(server.frames > 0, "frames come");
    assert!(server.cpu < 10.0 * 0.032, "1,000 frames take less than 0.32 s");
}

/// The project's movie, repeated so that it does not end within a round.
fn long_movie() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let movie = lab_format(&real_frames()).repeat(REPEATS);
    fs::write(folder.path().join(MOVIE), movie).unwrap();
    folder
}

/// How long the sessions may settle before anything is measured.
const SETTLE: Duration = Duration::from_secs(1);
const FRAME_INTERVAL: Duration = Duration::from_millis(50);
/// Two minutes and a half.
const REPEATS: usize = 6;
/// How much more than the baseline the server may compute.
const CPU_GOAL: f64 = 1.15;
