//! The lab's client in Python plays from this server.

use std::process::{Command, Output};

use crate::common::left_out::python;
use crate::common::movies::{MOVIE, folder_with, lab_format, real_frames};
use crate::common::programs::project;
use crate::common::server_process::{ServerProcess, free_port};
use crate::harness::tests;

tests![the_python_client_plays_without_a_loss, the_python_client_plays_to_the_end,];

fn the_python_client_plays_without_a_loss() {
    let folder = folder_with(&lab_format(real_frames().get(..60).unwrap()));
    let server = ServerProcess::start(folder.path(), &[]);
    let script = "setup,play,frames=20,pause,describe,play,frames=40,teardown";
    let output = python_client(&server, script);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{complaint}{said}");
    for line in ["first frame: 1", "lost: 0", "late: 0", "bad jpeg: 0"] {
        assert!(said.lines().any(|said| said == line), "no line {line:?} in {said}");
    }
    assert!(said.contains("\nContent-Type: application/sdp"), "no description in {said}");
}

fn the_python_client_plays_to_the_end() {
    let folder = folder_with(&lab_format(real_frames().get(..20).unwrap()));
    let server = ServerProcess::start(folder.path(), &[]);
    let output = python_client(&server, "play,end,teardown");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{complaint}{said}");
    for line in ["frames: 20", "last frame: 20", "lost: 0", "late: 0", "bad jpeg: 0"] {
        assert!(said.lines().any(|said| said == line), "no line {line:?} in {said}");
    }
}

fn python_client(server: &ServerProcess, script: &str) -> Output {
    let launcher = project().join("tests/python_lab/ClientLauncher.py");
    let ports = [server.port(), free_port()].map(|port| port.to_string());
    let mut command = Command::new(python());
    command.arg(launcher).args(["--script", script, "127.0.0.1"]).args(ports).arg(MOVIE);
    command.output().unwrap()
}
