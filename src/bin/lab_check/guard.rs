//! What has to be put right even if `lab_check` itself is killed or ends by Ctrl-C.

use std::io;
use std::process::{Child, Command, Stdio};

/// A shell that waits at a pipe. The system closes the pipe when this process ends, however it ends,
/// and then the shell does its work. Dropped, it goes without having done anything.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
}

impl Guard {
    /// Has `command` run with `argument` as its `$1`, should this process end first.
    ///
    /// # Errors
    /// The shell can't be started.
    #[cfg(unix)]
    pub(crate) fn post(command: &str, argument: &str) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;

        let script = format!("read _; {command}");
        let shell = Command::new("sh")
            .args(["-c", &script, "lab_check", argument])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // In a group of its own Ctrl-C does not reach it.
            .process_group(0)
            .spawn()?;
        Ok(Self { shell })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shell.kill().ok();
        self.shell.wait().ok();
    }
}
