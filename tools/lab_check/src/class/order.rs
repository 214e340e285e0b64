//! What `class` is asked for.

use std::path::PathBuf;
use std::time::Duration;

use crate::role::Role;

/// What to check, and how.
#[derive(Debug)]
pub(crate) struct Order {
    /// A folder for each submission.
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) role: Role,
    /// How each program is called, in its own folder; the lab's own way if it is not said.
    pub(crate) command: Option<String>,
    /// Options that each check is given.
    pub(crate) options: Vec<String>,
    /// The folder for table, summary and cards.
    pub(crate) out: PathBuf,
    /// How many checks run at the same time.
    pub(crate) jobs: Option<usize>,
    /// The most time for one check.
    pub(crate) limit: Duration,
}
