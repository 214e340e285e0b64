//! Cleans up even if `lab_check` itself is killed or ended by Ctrl-C.

#[cfg(windows)]
pub(crate) use myself::{Guard, follow, order};
#[cfg(unix)]
pub(crate) use shell::Guard;

#[cfg(windows)]
mod myself;
#[cfg(unix)]
mod shell;
