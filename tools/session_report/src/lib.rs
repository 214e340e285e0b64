//! The page of a session: what became of each message, packet and frame, from the event log that
//! the programs write with `--log`.
//!
//! [`page()`] takes the log of both ends, or a client's and a server's, and gives one page of HTML that
//! needs nothing else: no network, no other file, and no JavaScript for all but the enlarged view.
//! `docs/session.md` says how to read it.
//!
//! Bytes go in and text comes out: nothing here opens a file or looks at a clock, so the same log
//! gives the same page, byte for byte.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "each part takes the events that it is about, and no others"
)]

use std::io::BufRead;

mod compared;
mod figures;
mod join;
mod log;
mod page;
mod series;
mod session;
mod svg;
mod text;
mod view;

pub use compared::{Compared, Curve, Row, compared};
pub use log::{BadLog, Fault};

/// A log, and what a message about it calls it.
#[derive(Debug)]
pub struct Source<R> {
    /// The name of the file.
    pub name: String,
    /// Its bytes.
    pub reader: R,
}

/// The page of a session, from one log or from those of its two ends, in either order.
///
/// # Errors
/// A log can't be read, is no event log, or is broken; or the two are not of the two ends of one
/// session. The error names the file, the line, and what was expected there.
pub fn page<R: BufRead>(logs: impl IntoIterator<Item = Source<R>>) -> Result<String, BadLog> {
    let logs: Result<Vec<_>, _> =
        logs.into_iter().map(|source| log::read(source.name, source.reader)).collect();
    let joined = join::join(logs?)?;
    Ok(page::page(&session::Session::of(joined)))
}
