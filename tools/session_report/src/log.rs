//! An event log, read line by line: JSON Lines, a header first, then one event a line
//! (`docs/log.md`).

use std::io::{BufRead, Read as _};

use serde_json::{Map, Value};

mod event;
mod fault;
mod header;
mod member;
mod side;

pub(crate) use event::{Event, Frame, Level, Missing, Net, Order, Second, What};
pub use fault::{BadLog, Fault};
pub(crate) use header::{Header, UNNAMED};
pub(crate) use side::{Side, Vantage};

/// A log as it is in its file.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) name: String,
    pub(crate) header: Header,
    pub(crate) events: Vec<Event>,
}

/// No event is longer: a message of RTSP has a tenth of it.
const LONGEST_LINE: u64 = 1 << 20;

/// Reads a log.
pub(crate) fn read(name: String, reader: impl BufRead) -> Result<Log, BadLog> {
    let mut lines = Lines { reader, number: 0, bytes: Vec::new() };
    match lines.log() {
        Ok((header, events)) => Ok(Log { name, header, events }),
        Err(fault) => Err(BadLog { file: name, line: lines.number.max(1), fault }),
    }
}

struct Lines<R> {
    reader: R,
    number: usize,
    bytes: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn log(&mut self) -> Result<(Header, Vec<Event>), Fault> {
        if !self.advance()? {
            return Err(Fault::Empty);
        }
        let header = Header::of(&self.object().map_err(|_| self.no_header())?)?;
        let mut events = Vec::new();
        while self.advance()? {
            let line = self.object()?;
            events.extend(Event::of(&line, header.vantage)?);
        }
        Ok((header, events))
    }

    /// Takes the next line, if there is one.
    fn advance(&mut self) -> Result<bool, Fault> {
        self.bytes.clear();
        self.number += 1;
        let mut line = self.reader.by_ref().take(LONGEST_LINE);
        line.read_until(b'\n', &mut self.bytes).map_err(Fault::Unreadable)?;
        let too_long = self.bytes.len() as u64 == LONGEST_LINE && !self.is_whole();
        match (self.number, too_long) {
            (1, true) => Err(self.no_header()),
            (_, true) => Err(Fault::TooLong { most: LONGEST_LINE }),
            (_, false) => Ok(!self.bytes.is_empty()),
        }
    }

    fn is_whole(&self) -> bool {
        self.bytes.ends_with(b"\n")
    }

    fn object(&self) -> Result<Map<String, Value>, Fault> {
        match serde_json::from_slice(&self.bytes) {
            Ok(object) => Ok(object),
            Err(error) if error.is_eof() && !self.is_whole() => Err(Fault::CutOff),
            Err(error) => Err(Fault::NoEvent { found: self.found(), column: error.column() }),
        }
    }

    fn no_header(&self) -> Fault {
        Fault::NoHeader { found: self.found() }
    }

    /// The line as a message quotes it.
    fn found(&self) -> String {
        let start = self.bytes.get(..60).unwrap_or(&self.bytes);
        let end = if start.len() < self.bytes.len() { "…" } else { "" };
        format!("{}{end}", start.trim_ascii_end().escape_ascii())
    }
}
