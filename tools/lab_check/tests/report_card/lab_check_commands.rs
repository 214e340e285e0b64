//! What `lab_check` does with the command that it is given: how it is read, where it runs, and that
//! nothing of it remains afterwards.

use std::fs;
#[cfg(windows)]
use std::path::Path;

use crate::common::movies::{folder_with, lab_format, real_frames};
use crate::common::programs::program;
use crate::harness::tests;
use crate::lab_check_common::{Outcome, lab_check};
use tempfile::TempDir;

tests![
    names_with_spaces_in_quotes_are_names_also_below_the_lab,
    #[cfg(windows)]
    nothing_is_left_when_lab_check_is_killed,
];

/// A lab, with a server in a folder of its own.
fn lab() -> TempDir {
    let lab = folder_with(&lab_format(real_frames().get(..300).unwrap()));
    fs::create_dir(lab.path().join("my lab")).unwrap();
    fs::copy(program("server"), lab.path().join("my lab").join(SERVER)).unwrap();
    lab
}

fn names_with_spaces_in_quotes_are_names_also_below_the_lab() {
    let lab = lab();
    let command = format!("\"my lab/{SERVER}\" --movies \"none such\" {{port}}");
    let outcome = Outcome::of(lab_check(lab.path()).args(["server", &command]));
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let complaint = "could not open folder of movies none such";
    assert!(outcome.stdout.contains(complaint), "the server has said it: {outcome:?}");
}

/// On other systems `lab_check_server` has a family for this that is harder to find.
#[cfg(windows)]
fn nothing_is_left_when_lab_check_is_killed() {
    use crate::common::server_process::{Killed, wait_until};
    use std::net::{Ipv4Addr, TcpStream};
    use std::process::Stdio;

    let lab = lab();
    let (server, said) = (lab.path().join("my lab").join(SERVER), lab.path().join("port.txt"));
    let (server, said) = (server.display(), said.display());
    let command = format!(
        "echo {{port}} >\"{said}\" & start \"\" /b \"{server}\" {{port}} & \"{server}\" --quiet 0"
    );
    let mut lab_check = lab_check(lab.path());
    lab_check.args(["server", &command, "--movie", "movie.Mjpeg"]).env("TMP", lab.path());
    let silent = lab_check.stdout(Stdio::null()).stderr(Stdio::null());
    let mut lab_check = Killed(silent.spawn().unwrap());
    let mut listens = None;
    wait_until("a server", || {
        let port = fs::read_to_string(said.to_string()).ok();
        let port = port.and_then(|port| port.trim().parse::<u16>().ok());
        listens = port.filter(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_ok());
        listens.is_some()
    });
    assert_eq!(stages(lab.path()), 1, "its folder is there while it runs");
    lab_check.0.kill().unwrap();
    lab_check.0.wait().unwrap();
    let port = listens.unwrap();
    let is_gone = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err();
    wait_until("the end of the server", is_gone);
    wait_until("the end of its folder", || stages(lab.path()) == 0);
}

/// How many folders for programs under test exist.
#[cfg(windows)]
fn stages(folder: &Path) -> usize {
    let names = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.file_name());
    names.filter(|name| name.to_string_lossy().starts_with("lab_check-")).count()
}

const SERVER: &str = if cfg!(windows) { "server.exe" } else { "server" };
