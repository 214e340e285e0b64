//! What a command of a document does, and the program that stands for `cargo run`.

use std::path::PathBuf;

use crate::common::programs::program;
use crate::harness::tests;

tests![
    cargo_run_stands_for_the_programs_that_are_built,
    programs_of_others_are_found_wherever_a_command_names_them,
];

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Runs until the end of the stage.
    Server,
    /// Opens the project's window.
    Window,
    /// Plays until it is ended.
    Player,
    /// Ends by itself.
    Plain,
}

/// What a document's command does. In a console block a command is a server if it says that it
/// serves.
pub(crate) fn job_of(command: &str, printed: Option<&[String]>) -> Job {
    let command = built(command);
    let is_server =
        ["/server ", "Server.py ", "http.server "].iter().any(|name| command.contains(name))
            && !command.contains("lab_check");
    let said = ["serving the movies in ", "listening on "];
    let serves = |lines: &[String]| {
        let begins = |line: &String| said.iter().any(|start| line.starts_with(start));
        lines.first().is_some_and(|line| line == "…") || lines.iter().any(begins)
    };
    let is_window = command.contains("/client_launcher") && !command.contains("--headless");
    let players = ["ffplay ", "mpv ", "gst-launch-1.0 playbin"];
    if is_server && printed.is_none_or(serves) {
        Job::Server
    } else if is_window && printed.is_none() {
        Job::Window
    } else if players.iter().any(|player| command.starts_with(player)) {
        Job::Player
    } else {
        Job::Plain
    }
}

/// The programs of others that a command line names, wherever it does, with the packages that have
/// them: even in quotes, after `cargo run --`, in a pipe or in a loop.
pub(crate) fn programs_in(command: &str) -> Vec<(&'static str, &'static str)> {
    let is_named = |name| command.split(|c: char| !is_of_a_name(c)).any(|word| word == name);
    PACKAGES.into_iter().filter(|(name, _)| is_named(*name)).collect()
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || "-_./".contains(c)
}

/// The programs of others that documents call.
const PACKAGES: [(&str, &str); 6] = [
    ("python3", "python3"),
    ("ffmpeg", "ffmpeg"),
    ("ffplay", "ffmpeg"),
    ("mpv", "mpv"),
    ("gst-launch-1.0", "gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good"),
    ("tshark", "tshark"),
];

/// The project's programs, by the names that a student calls them by.
const OWN: [&str; 3] = ["server", "client_launcher", "lab_check"];

/// With the programs that are built already.
pub(crate) fn built(command: &str) -> String {
    let folder = format!("{}/", programs().display());
    // Also from a folder two levels down.
    let command = command.replace("../../target/", "target/").replace("target/release/", &folder);
    if OWN.iter().any(|name| command.split(' ').next() == Some(name)) {
        // As they are called where the shell finds them.
        return format!("{folder}{command}");
    }
    let Some(mut rest) = command.strip_prefix("cargo run") else { return command };
    let mut name = "client_launcher";
    loop {
        rest = rest.trim_start();
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        match word {
            "--release" | "--locked" | "--quiet" | "-q" => rest = after,
            "--bin" => (name, rest) = after.split_once(' ').unwrap_or((after, "")),
            "--" => {
                rest = after;
                break;
            }
            _ => break,
        }
    }
    format!("{folder}{name} {rest}").trim_end().to_owned()
}

/// The folder of the programs that are built for the tests.
pub(crate) fn programs() -> PathBuf {
    // That of another package may be missing.
    program("lab_check").parent().unwrap().to_owned()
}

fn cargo_run_stands_for_the_programs_that_are_built() {
    let bin = programs();
    let bin = bin.display();
    for (command, expected) in [
        ("cargo run", format!("{bin}/client_launcher")),
        ("cargo run --bin server 2048", format!("{bin}/server 2048")),
        ("cargo run --release --bin server -- --mtu 9 2048", format!("{bin}/server --mtu 9 2048")),
        ("cargo run -- --headless", format!("{bin}/client_launcher --headless")),
        ("server --mtu 9 2048", format!("{bin}/server --mtu 9 2048")),
        ("client_launcher", format!("{bin}/client_launcher")),
        ("ffplay rtsp://a", "ffplay rtsp://a".to_owned()),
    ] {
        assert_eq!(built(command), expected);
    }
    assert_eq!(job_of("cargo run --bin server 2048", None), Job::Server);
    assert_eq!(job_of("cargo run --bin server x", Some(&[])), Job::Plain);
    assert_eq!(job_of("cargo run", None), Job::Window);
}

fn programs_of_others_are_found_wherever_a_command_names_them() {
    let names =
        |command| programs_in(command).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    for (command, expected) in [
        ("ffmpeg -i video.mp4 my.Mjpeg", &["ffmpeg"][..]),
        ("cargo run --bin lab_check -- server \"python3 Server.py {port}\"", &["python3"]),
        ("cd path && for f in *; do sh -c 'mpv $f|tshark'; done", &["mpv", "tshark"]),
        ("cargo run --bin server 2048", &[]),
        ("ls docs/mpv.md my-ffmpeg", &[]),
    ] {
        assert_eq!(names(command), expected, "{command}");
    }
}
