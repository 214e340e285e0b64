//! What has to be put right even if `lab_check` itself is killed or ends by Ctrl-C.

#[cfg(windows)]
pub(crate) use cmd::Guard;
#[cfg(unix)]
pub(crate) use shell::Guard;

#[cfg(windows)]
mod cmd;
#[cfg(unix)]
mod shell;
