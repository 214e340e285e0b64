//! A program as a user who has no file and no other process here. Only root can start it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::programs::program;
use tempfile::TempDir;

/// What stands before a command that another user is to run.
pub(crate) const AS_ANOTHER: [&str; 5] =
    ["setpriv", "--reuid=61234", "--regid=61234", "--clear-groups", "--inh-caps=-all"];

/// A copy of one of the project's programs, which may itself lie where only its owner may look.
pub(crate) struct OpenCopy {
    pub(crate) program: PathBuf,
    _folder: TempDir,
}

impl OpenCopy {
    pub(crate) fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        open_to_all(folder.path());
        let copy = folder.path().join(name);
        fs::copy(program(name), &copy).expect("copy a program");
        Self { program: copy, _folder: folder }
    }

    /// Whether another user can run it.
    pub(crate) fn is_within_reach(&self) -> bool {
        let mut asks = Command::new(AS_ANOTHER[0]);
        asks.args(&AS_ANOTHER[1..]).args(["test", "-x"]).arg(&self.program);
        asks.current_dir("/").status().is_ok_and(|status| status.success())
    }
}

/// Lets everybody look into a folder.
pub(crate) fn open_to_all(folder: &Path) {
    fs::set_permissions(folder, Permissions::from_mode(0o755)).expect("open a folder to all");
}

pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}
