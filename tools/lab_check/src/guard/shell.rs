//! A shell that waits for the end of this process.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use crate::mark::{KILL, Mark};

/// A shell that waits at a pipe. The system closes the pipe when this process ends, however it ends,
/// and then the shell does its work. Dropped, it goes without having done anything.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
    /// Our end of the pipe.
    _pipe: Option<OwnedFd>,
}

impl Guard {
    /// Has `command` run with `argument` as its `$1`, should this process end first.
    ///
    /// # Errors
    /// The shell can't be started.
    pub(crate) fn post(command: &str, argument: &str) -> io::Result<Self> {
        let mut shell = start(&format!("read _; {command}"), argument)?;
        let pipe = shell.stdin.take().map(OwnedFd::from);
        Ok(Self { shell, _pipe: pipe })
    }

    /// Has a program killed that is still to be started, by its group and its mark. Its first process
    /// must write the group's number to what is returned, and close that: so there is no moment at
    /// which the group is there and the guard does not know it.
    ///
    /// # Errors
    /// The shell can't be started.
    pub(crate) fn of_program(mark: Mark) -> io::Result<(Self, Stdio)> {
        let script = format!("mark={mark}; read group; read _; test $group || exit\n{KILL}");
        let mut shell = start(&script, "")?;
        let pipe = shell.stdin.take().map(OwnedFd::from);
        let copy = pipe.as_ref().map(OwnedFd::try_clone).transpose()?;
        Ok((Self { shell, _pipe: pipe }, copy.map_or_else(Stdio::null, Stdio::from)))
    }
}

fn start(script: &str, argument: &str) -> io::Result<Child> {
    Command::new("sh")
        .args(["-c", script, "lab_check", argument])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // In a group of its own Ctrl-C does not reach it.
        .process_group(0)
        .spawn()
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shell.kill().ok();
        self.shell.wait().ok();
    }
}
