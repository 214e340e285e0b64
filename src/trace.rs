//! What happens to a session and to each of its packets, written down while it happens: the event log
//! and the capture. The lab can be read without it.
//!
//! Threads tell a [`Trace`] what they have seen, each as one value with the time at which it happened,
//! and never wait: a bounded channel leads to one thread, which brings the events into the order of
//! their times and writes them. A trace that nobody writes down costs a comparison.
//!
//! ```
//! use rtsp_lab::trace::{Files, Header, Recorder};
//!
//! let folder = tempfile::tempdir()?;
//! let log = folder.path().join("session.jsonl");
//! let files = Files { log: Some(log.clone()), ..Files::default() };
//! let (recorder, trace) = Recorder::start(files, Header::default(), |flaw| panic!("{flaw}"))?;
//! trace.summary("frames shown: 500\n");
//! recorder.finish();
//! let text = std::fs::read_to_string(log)?;
//! assert!(text.starts_with(r#"{"file_schema":"urn:rtsp-lab:log:1","#));
//! assert!(text.ends_with("\"data\":{\"frames shown\":500}}\n"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! `docs/log.md` has the format.

mod event;
mod handle;
mod journey;
mod json;
mod packets;
mod pcapng;
mod recorder;
mod story;

pub(crate) use event::{Described, Event, ReportValues};
pub use handle::Trace;
pub(crate) use journey::Journey;
pub(crate) use packets::{Arrivals, Departures, Whence};
pub use recorder::{Files, Recorder};
pub use story::{Header, Vantage};
