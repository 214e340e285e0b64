//! What playing costs, and whether the client of the dev profile keeps up with a large movie.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::client_common::program::{Ended, rtp_port};
use super::common::left_out::is_installed;
use super::common::movies::{MOVIE, folder_with, lab_format};
use super::common::programs::project;
use super::common::server_process::{Killed, ServerProcess, cpu_ticks};
use super::desktop::player::Player;
use super::desktop::screen::{DOT, State};
use super::desktop::xvfb::Desktop;
use super::probe::Probe;
use super::{figures, large_movie};

/// The share of one core that the release client uses while it plays the project's movie.
pub(crate) fn cpu_percent(desktop: &Desktop) -> f64 {
    let server = ServerProcess::start(project(), &[]);
    let player = Player::start(desktop, server.port(), MOVIE, &["--play"]);
    Probe::of_window(desktop, &player).wait_for(DOT, State::Playing.color());
    let before = cpu_ticks(player.id());
    thread::sleep(PLAYING);
    let ticks = u32::try_from(cpu_ticks(player.id()) - before).unwrap();
    // A tick is a hundredth of a second.
    f64::from(ticks) / PLAYING.as_secs_f64()
}

/// The same of mpv, the player that does the same with the least, on the same movie in the standard dialect;
/// `None` where it is missing.
pub(crate) fn mpv_percent(desktop: &Desktop) -> Option<f64> {
    if !is_installed("mpv") {
        return None;
    }
    let server = ServerProcess::start(project(), &["--loop"]);
    let mut mpv = Command::new("mpv");
    mpv.args("--no-config --vo=x11 --no-audio --really-quiet".split(' '));
    mpv.arg(format!("rtsp://{}/{MOVIE}", server.address())).env("DISPLAY", desktop.display());
    let mpv = mpv.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mpv = Killed(mpv.ok()?);
    thread::sleep(STARTING);
    let before = cpu_ticks(mpv.0.id());
    thread::sleep(PLAYING);
    let ticks = u32::try_from(cpu_ticks(mpv.0.id()) - before).unwrap();
    Some(f64::from(ticks) / PLAYING.as_secs_f64())
}

/// Builds the client as `cargo run` does, and returns where it is.
pub(crate) fn built_dev_client() -> PathBuf {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--bin", "client_launcher", "--message-format=json-render-diagnostics"]);
    build.current_dir(project()).stderr(Stdio::inherit());
    let output = build.output().unwrap();
    assert!(output.status.success(), "build the client");
    // Only programs have one, and only one is built.
    let messages = String::from_utf8(output.stdout).unwrap();
    let (_, path) = messages.split_once(r#""executable":""#).unwrap();
    path.split('"').next().unwrap().into()
}

/// Prints what the dev client shows of a large movie, and returns how many percent it does not.
pub(crate) fn dev_client_plays_large_movie(desktop: &Desktop, client: &Path) -> f64 {
    let frames = large_movie::frames();
    let count = u32::try_from(frames.len()).unwrap();
    let folder = folder_with(&lab_format(&frames));
    let server = ServerProcess::start(folder.path(), &[]);
    let ended = played(desktop, client, &server, FRAME_INTERVAL * count);
    let figure = |name| ended.figure(name).parse::<u32>().unwrap();
    let shown = figure("frames shown");
    figures::print_figure("dev profile, 1280x720: shown", shown, &count.to_string());
    figures::print_figure("dev profile, 1280x720: left out", figure("frames left out"), "0");
    figures::print_figure("dev profile, 1280x720: lost", figure("packets lost"), "0");
    100.0 * f64::from(count.saturating_sub(shown)) / f64::from(count)
}

/// What the client printed when the movie, so long, had been played.
fn played(desktop: &Desktop, client: &Path, server: &ServerProcess, length: Duration) -> Ended {
    let output = tempfile::NamedTempFile::new().unwrap();
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let mut command = Command::new(client);
    command.args(["--play", "127.0.0.1", &port, &rtp_port, MOVIE]);
    let mut player = Player::run(desktop, command.stdout(output.reopen().unwrap()));
    Probe::of_window(desktop, &player).wait_for(DOT, State::Playing.color());
    thread::sleep(length + GRACE);
    player.key("t");
    let code = player.exit_code();
    let output = fs::read_to_string(output.path()).unwrap();
    Ended { code, output, errors: String::new() }
}

/// Until mpv plays.
const STARTING: Duration = Duration::from_secs(3);
/// How long the movie plays while the processor is looked at.
const PLAYING: Duration = Duration::from_secs(20);
/// How long the server shows each frame.
const FRAME_INTERVAL: Duration = Duration::from_millis(50);
/// For the last frame.
const GRACE: Duration = Duration::from_secs(1);
