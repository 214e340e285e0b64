//! The program under test: started, watched, and gone at the end with all that it has started.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Child;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::deadline::Deadline;
use crate::family::Family;
use crate::usage::Usage;

/// A running program; ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    family: Family,
    output: Receiver<String>,
    errors: Receiver<String>,
    readers: Vec<JoinHandle<()>>,
    said: Vec<String>,
    complaints: Vec<String>,
}

impl Program {
    /// Runs a command of the shell in `folder`, with `{name}` replaced by each value.
    ///
    /// # Errors
    /// It can't be started: in one line.
    pub(crate) fn start(
        template: &str,
        values: &[(&str, &str)],
        folder: &Path,
    ) -> Result<Self, String> {
        let command = fill(template, values);
        let could_not = |error| format!("could not start {command:?}: {error}");
        let (mut child, family) = Family::start(&command, folder).map_err(could_not)?;
        let (lines, output) = mpsc::sync_channel(KEPT_LINES);
        // Its own channel, so that no flood on the other output displaces a complaint.
        let (error_lines, errors) = mpsc::sync_channel(KEPT_LINES);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (readers, said, complaints) = (Vec::new(), Vec::new(), Vec::new());
        let mut program = Self { child, family, output, errors, readers, said, complaints };
        if let Some(stdout) = stdout {
            program.readers.push(read(stdout, lines).map_err(could_not)?);
        }
        if let Some(stderr) = stderr {
            program.readers.push(read(stderr, error_lines).map_err(could_not)?);
        }
        Ok(program)
    }

    /// The number of its first process, which is that of its group.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether its first process still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Whether none of its processes runs any more.
    pub(crate) fn has_ended(&mut self) -> bool {
        !self.is_running() && Usage::of_group(self.id()).is_none()
    }

    /// How its first process has ended, such as `exit status: 1`; `None` while it runs.
    pub(crate) fn end(&mut self) -> Option<String> {
        self.child.try_wait().ok().flatten().map(|status| status.to_string())
    }

    /// Waits until it has ended; returns whether it has.
    pub(crate) fn wait(&mut self, deadline: Deadline) -> bool {
        while self.is_running() {
            if deadline.is_over() {
                return false;
            }
            thread::sleep(LOOK_INTERVAL);
        }
        true
    }

    /// All lines that it has printed, on either output.
    pub(crate) fn said(&mut self) -> &[String] {
        if !self.is_running() {
            // Its last words may still be in the pipes.
            self.wait_for_readers();
        }
        self.said.extend(self.output.try_iter().take(KEPT_LINES));
        let complaints: Vec<_> = self.errors.try_iter().take(KEPT_LINES).collect();
        for line in complaints {
            self.note_complaint(line);
        }
        keep_last(&mut self.said);
        &self.said
    }

    /// The lines that it has printed on standard error.
    pub(crate) fn complaints(&mut self) -> &[String] {
        self.said();
        &self.complaints
    }

    /// Waits until it has said nothing on standard error for a moment, or has closed it; but not for
    /// ever, because some programs never stop.
    pub(crate) fn wait_for_silence(&mut self) {
        let deadline = Deadline::after(READER_LIMIT);
        while !deadline.is_over() {
            match self.errors.recv_timeout(QUIET.min(deadline.left())) {
                Ok(line) => self.note_complaint(line),
                Err(_) => return,
            }
        }
    }

    fn note_complaint(&mut self, line: String) {
        // What it has printed before.
        self.said.extend(self.output.try_iter().take(KEPT_LINES));
        self.said.push(line.clone());
        self.complaints.push(line);
        keep_last(&mut self.complaints);
    }

    /// Joins the readers, which end with the outputs. It does not wait for ever: a process that
    /// can't be killed, because it is another user's, holds the outputs open.
    fn wait_for_readers(&self) {
        let deadline = Deadline::after(READER_LIMIT);
        while !deadline.is_over() && !self.readers.iter().all(JoinHandle::is_finished) {
            thread::sleep(LOOK_INTERVAL);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.family.end(&mut self.child);
        self.wait_for_readers();
        for reader in self.readers.drain(..).filter(JoinHandle::is_finished) {
            reader.join().ok();
        }
    }
}

fn keep_last(lines: &mut Vec<String>) {
    lines.drain(..lines.len().saturating_sub(KEPT_LINES));
}

fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |command, (name, value)| {
        command.replace(&format!("{{{name}}}"), value)
    })
}

/// Reads an output, because a program whose output nobody reads stops at 64 KiB.
fn read(
    output: impl Read + Send + 'static,
    lines: SyncSender<String>,
) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("read_output".to_owned()).spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while matches!(output.by_ref().take(LINE_LIMIT).read_until(b'\n', &mut line), Ok(1..)) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            // The rest is dropped, so that it can't fill the memory.
            if matches!(lines.try_send(text), Err(TrySendError::Disconnected(_))) {
                return;
            }
            line.clear();
        }
    })
}

/// How often to check whether something has ended.
const LOOK_INTERVAL: Duration = Duration::from_millis(5);
/// How long to wait for the outputs of a program that was killed.
const READER_LIMIT: Duration = Duration::from_millis(500);
/// After this long without a line nothing more is to be expected.
const QUIET: Duration = Duration::from_millis(100);
/// The most bytes of a line.
const LINE_LIMIT: u64 = 4096;
/// The most lines that are kept.
const KEPT_LINES: usize = 1000;
