//! A second process of this program, which waits for the end of the first.

use std::env;
use std::ffi::OsString;
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, io, thread};

/// A process that waits at a pipe. The system closes the pipe when this process ends, however it
/// ends, and then the other process does its work. If this is dropped, it ends without doing
/// anything.
#[derive(Debug)]
pub(crate) struct Guard {
    other: Child,
}

impl Guard {
    /// Has a folder removed in case this process ends first.
    ///
    /// # Errors
    /// The other process can't be started.
    pub(crate) fn of_folder(folder: &Path) -> io::Result<Self> {
        let other = Command::new(env::current_exe()?)
            .arg(ORDER)
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // So that neither Ctrl-C nor the end of our console reaches it.
            .creation_flags(CREATE_NO_WINDOW)
            .spawn()?;
        Ok(Self { other })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.other.kill().ok();
        self.other.wait().ok();
    }
}

/// The folder that this process is to remove, if it is a guard.
pub(crate) fn order() -> Option<PathBuf> {
    let words: Vec<OsString> = env::args_os().skip(1).collect();
    match words.as_slice() {
        [order, folder] if order == ORDER => Some(folder.into()),
        _ => None,
    }
}

/// Waits for the end of the first process, and removes the folder. Programs that have run there may
/// still be on their way out, and until then Windows removes nothing.
pub(crate) fn follow(folder: &Path) {
    io::copy(&mut io::stdin(), &mut io::sink()).ok();
    for _ in 0..ATTEMPTS {
        if fs::remove_dir_all(folder).is_ok() || !folder.exists() {
            return;
        }
        thread::sleep(PAUSE);
    }
}

/// The variable that tells a process that it is a guard.
const ORDER: &str = "--remove-when-this-input-ends";
const ATTEMPTS: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);
/// Of the Windows API.
const CREATE_NO_WINDOW: u32 = 0x0800_0000;
