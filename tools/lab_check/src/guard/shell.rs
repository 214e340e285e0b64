//! A shell that waits for the end of this process.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A shell that waits at a pipe. The system closes the pipe when this process ends, however it
/// ends, and then the shell does its work. If this is dropped, it ends without doing anything.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
    /// Our end of the pipe.
    _pipe: Option<OwnedFd>,
}

impl Guard {
    /// Has a folder removed in case this process ends first.
    ///
    /// # Errors
    /// The shell can't be started.
    pub(crate) fn of_folder(folder: &Path) -> io::Result<Self> {
        let mut shell = start("read _; rm -rf -- \"$1\"", folder.as_os_str())?;
        let pipe = shell.stdin.take().map(OwnedFd::from);
        Ok(Self { shell, _pipe: pipe })
    }

    /// Runs a script that first reads what another process writes to the second value, and then
    /// reads until the end, which comes when this process has ended and the other has closed the
    /// pipe.
    ///
    /// # Errors
    /// The shell can't be started.
    pub(crate) fn that_is_told(script: &str) -> io::Result<(Self, Stdio)> {
        let mut shell = start(script, OsStr::new(""))?;
        let pipe = shell.stdin.take().map(OwnedFd::from);
        let copy = pipe.as_ref().map(OwnedFd::try_clone).transpose()?;
        Ok((Self { shell, _pipe: pipe }, copy.map_or_else(Stdio::null, Stdio::from)))
    }
}

fn start(script: &str, argument: &OsStr) -> io::Result<Child> {
    Command::new("sh")
        .args(["-c", script, "lab_check"])
        .arg(argument)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // In a group of its own, so that Ctrl-C does not reach it.
        .process_group(0)
        .spawn()
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shell.kill().ok();
        self.shell.wait().ok();
    }
}
