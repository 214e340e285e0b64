//! On Windows its processes form a job, which the system ends when the last handle to it is closed:
//! this process has the only one.

use std::io;
use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use win32job::{ExtendedLimitInfo, Job};

/// All processes of a program.
#[derive(Debug)]
pub(crate) struct Family {
    job: Option<Job>,
}

impl Family {
    /// Runs a command of the shell in `folder`, its outputs in pipes; the program's first process.
    ///
    /// # Errors
    /// It can't be started.
    pub(crate) fn start(command: &str, folder: &Path) -> io::Result<(Child, Self)> {
        let mut limits = ExtendedLimitInfo::new();
        limits.limit_kill_on_job_close();
        let job = Job::create_with_limit_info(&limits).map_err(io::Error::other)?;
        let mut child = Command::new("cmd")
            // With /S the outer quotes are removed, and the rest of the command is left as it is.
            .raw_arg(format!("/D /S /C \"{command}\""))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // It has started nothing yet, because it is still being loaded.
        if let Err(error) = job.assign_process(child.as_raw_handle() as isize) {
            child.kill().ok();
            child.wait().ok();
            return Err(io::Error::other(error));
        }
        Ok((child, Self { job: Some(job) }))
    }

    /// Ends all of them.
    pub(crate) fn end(&mut self, child: &mut Child) {
        drop(self.job.take());
        child.wait().ok();
    }
}
