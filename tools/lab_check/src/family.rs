//! A program with all that it starts: begun in a folder and gone at the end, even if this process
//! is killed.

#[cfg(windows)]
pub(crate) use job::Family;
#[cfg(unix)]
pub(crate) use marked::Family;

#[cfg(windows)]
mod job;
#[cfg(unix)]
mod mark;
#[cfg(unix)]
mod marked;
