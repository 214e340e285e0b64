//! The page of the session, which is made from its event log.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use rtsp_lab::trace::Files;
use rtsp_lab::window::PageWriter;
use session_report::Source;
use tempfile::TempDir;

/// A page that is wanted, and the log that it is made from.
pub(crate) struct Page {
    file: PathBuf,
    log: PathBuf,
    /// Where the log lies, if nobody asked for it.
    _folder: Option<TempDir>,
}

impl Page {
    /// The page that is asked for, if one is. It needs a log: without `--log` there is one as long as the
    /// program runs.
    ///
    /// # Errors
    /// There is no place for that log: why, in one line.
    pub(crate) fn wanted(file: Option<&Path>, files: &mut Files) -> Result<Option<Self>, String> {
        let Some(file) = file.map(Path::to_owned) else { return Ok(None) };
        if let Some(log) = files.log.clone() {
            return Ok(Some(Self { file, log, _folder: None }));
        }
        let folder = tempfile::Builder::new().prefix("rtsp_lab-").tempdir();
        let folder = folder.map_err(|error| format!("could not write a log: {error}"))?;
        let log = folder.path().join("session.jsonl");
        files.log = Some(log.clone());
        Ok(Some(Self { file, log, _folder: Some(folder) }))
    }

    /// What writes the page while the session goes on.
    pub(crate) fn writer(&self) -> Writer {
        Writer { log: self.log.clone(), thread: None }
    }

    /// Writes the page of the whole session; the name of its file.
    ///
    /// # Errors
    /// It could not be made or written: why, in one line.
    pub(crate) fn write(&self) -> Result<String, String> {
        let page = page_of(&self.log)?;
        let could_not = |error| flaw(&self.file, &error);
        // A page that is there is whole: a full disk leaves the one from before.
        let mut part = self.file.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let written = fs::write(&part, page).and_then(|()| fs::rename(&part, &self.file));
        written.map(|()| self.file.display().to_string()).map_err(|error| {
            fs::remove_file(&part).ok();
            could_not(error)
        })
    }
}

/// Writes the page of the session so far into the folder where the program was started, under a name
/// that is not taken, in a thread of its own: the window goes on.
pub(crate) struct Writer {
    log: PathBuf,
    thread: Option<JoinHandle<String>>,
}

impl PageWriter for Writer {
    fn begin(&mut self) {
        if self.thread.is_none() {
            let log = self.log.clone();
            let thread = thread::Builder::new().name("report".to_owned());
            self.thread = thread.spawn(move || write_so_far(&log).unwrap_or_else(|flaw| flaw)).ok();
        }
    }

    fn news(&mut self) -> Option<String> {
        let thread = self.thread.take_if(|thread| thread.is_finished())?;
        thread.join().ok()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// What the window says of it.
fn write_so_far(log: &Path) -> Result<String, String> {
    let page = page_of(log)?;
    for number in 1..=MOST_PAGES {
        let name = format!("session_{number}.html");
        match File::create_new(&name) {
            Ok(mut file) => {
                let written = file.write_all(page.as_bytes());
                return written
                    .map(|()| format!("wrote {name}"))
                    .map_err(|error| flaw(name.as_ref(), &error));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(flaw(name.as_ref(), &error)),
        }
    }
    Err("could not write a page: there are too many".to_owned())
}

/// The page of what the log has by now: its last line may still be on its way to the disk.
fn page_of(log: &Path) -> Result<String, String> {
    let mut bytes = fs::read(log).map_err(|error| format!("could not read the log: {error}"))?;
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    bytes.truncate(end);
    let source = Source { name: log.display().to_string(), reader: bytes.as_slice() };
    session_report::page([source]).map_err(|flaw| format!("could not make the page: {flaw}"))
}

fn flaw(file: &Path, error: &io::Error) -> String {
    format!("could not write {}: {error}", file.display())
}

/// Nobody presses a key more often.
const MOST_PAGES: u32 = 9999;
