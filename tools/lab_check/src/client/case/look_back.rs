//! The end of a run: what the client leaves behind.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use rtsp_lab::rtsp::{Method, State};

use crate::deadline::Deadline;

use super::super::connection::Connection;
use super::super::port;
use super::super::run::{Rest, Run};
use super::{Case, END_RESERVE};

impl Case<'_> {
    /// Looks at what is left.
    pub(super) fn look_back(mut self) -> Run {
        let is_torn_down = self.state == State::Init && self.run.has(Method::Teardown);
        if is_torn_down {
            self.run.rest = Some(self.see_it_end());
        } else if self.last_look.is_none() {
            self.run.broke_off = self.break_off();
        }
        self.run.idle = self.rest.and_then(|meter| meter.share(self.program.id()));
        self.run.end = self.program.end();
        self.run.said = self.program.said().to_vec();
        self.run.by_hand = self.hands.are_needed();
        self.run
    }

    /// After TEARDOWN.
    fn see_it_end(&mut self) -> Rest {
        let deadline = Deadline::after((self.deadline.left() + END_RESERVE).min(END_LIMIT));
        while !self.has_ended() && !deadline.is_over() {
            self.turn();
        }
        Rest {
            connection: self.connection.as_ref().is_some_and(|connection| !connection.is_closed()),
            port: port::is_bound(self.run.named_port),
            processes: !self.has_ended(),
            cache_files: self.cache_files(),
        }
    }

    /// The client's own files that hold a picture or have the name of a cache; all else is a link to
    /// the user's. A client may leave other files, such as a log.
    fn cache_files(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.stage.folder()) else { return Vec::new() };
        let own =
            entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        own.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
            .filter(|(name, path)| name.starts_with("cache") || holds_picture(path))
            .map(|(name, _)| name)
            .collect()
    }

    /// How the client has left before its time, if it has.
    fn break_off(&mut self) -> Option<String> {
        let is_closed = self.connection.as_ref().is_some_and(Connection::is_closed);
        if is_closed {
            // It may be about to end.
            self.program.wait(Deadline::after(WORDS_LIMIT));
        }
        let state = self.state;
        if self.has_ended() {
            let end = self.program.end().unwrap_or_default();
            return Some(format!("it ended in {state} ({end})"));
        }
        is_closed.then(|| format!("it closed the connection in {state}"))
    }
}

/// Whether it begins as a JPEG does.
fn holds_picture(path: &Path) -> bool {
    let mut start = [0; 2];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == [0xFF, 0xD8]
}

/// How long the client has to end after TEARDOWN.
const END_LIMIT: Duration = Duration::from_secs(4);
/// How long the last words of a program may be on their way.
const WORDS_LIMIT: Duration = Duration::from_millis(400);
