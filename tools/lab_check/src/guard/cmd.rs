//! A `cmd` that waits for the end of this process.

use std::io;
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A `cmd` that waits at a pipe. The system closes the pipe when this process ends, however it ends,
/// and then `cmd` does its work. Dropped, it goes without having done anything.
#[derive(Debug)]
pub(crate) struct Guard {
    cmd: Child,
}

impl Guard {
    /// Has a folder removed, should this process end first.
    ///
    /// # Errors
    /// `cmd` can't be started.
    pub(crate) fn of_folder(folder: &Path) -> io::Result<Self> {
        let cmd = Command::new("cmd")
            .raw_arg(format!("/D /S /C \"{REMOVE}\""))
            .env("FOLDER", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Neither Ctrl-C nor the end of our console reaches it.
            .creation_flags(CREATE_NO_WINDOW)
            .spawn()?;
        Ok(Self { cmd })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.cmd.kill().ok();
        self.cmd.wait().ok();
    }
}

/// Waits for the end of its input, and removes the folder. As long as the program that has run there is
/// on its way out it can't be removed, so `ping` waits a second, and it tries again.
const REMOVE: &str = concat!(
    r#"set /p _= & for /L %i in (1,1,20) do if exist "%FOLDER%" "#,
    r#"(rd /s /q "%FOLDER%" & if exist "%FOLDER%" ping -n 2 127.0.0.1)"#,
);
/// Of the Windows API.
const CREATE_NO_WINDOW: u32 = 0x0800_0000;
