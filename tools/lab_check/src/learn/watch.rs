//! Waits until a file of the folder has changed, or the reader types something.
//!
//! What counts is the content of a file, not its time; so nothing depends on what the system tells of
//! changes, which on the disks of others (WSL, NFS, a share) is nothing.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, BufRead};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// The files of a folder as they were at one time: the lines of each, as numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look(BTreeMap<String, Vec<u64>>);

impl Look {
    /// The files as they are.
    pub(crate) fn at(folder: &Path) -> Self {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let file = |entry: fs::DirEntry| {
            let name = entry.file_name().to_str()?.to_owned();
            let size = entry.metadata().ok().filter(fs::Metadata::is_file)?.len();
            if is_passed_over(&name) || size > LARGEST {
                return None;
            }
            let bytes = fs::read(entry.path()).ok()?;
            Some((name, bytes.split(|byte| *byte == b'\n').map(number).collect()))
        };
        Self(entries.filter_map(file).take(MOST_FILES).collect())
    }

    /// Which file is another one now, and which of its lines, the first and the last; from 1.
    pub(crate) fn change_to(&self, now: &Self) -> Option<Change> {
        for (name, lines) in &now.0 {
            let before = self.0.get(name);
            if before != Some(lines) {
                let before = before.map(Vec::as_slice).unwrap_or_default();
                let same = |(one, other): &(&u64, &u64)| one == other;
                let first = before.iter().zip(lines).take_while(same).count();
                let rest = before.len().min(lines.len()) - first;
                let ends = before.iter().rev().zip(lines.iter().rev()).take(rest);
                let last = lines.len() - ends.take_while(same).count();
                return Some(Change {
                    name: name.clone(),
                    first: first + 1,
                    last: last.max(first + 1),
                });
            }
        }
        let gone = self.0.keys().find(|name| !now.0.contains_key(*name))?;
        Some(Change { name: gone.clone(), first: 0, last: 0 })
    }
}

/// A file that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) name: String,
    /// 0 if the file is there no more.
    pub(crate) first: usize,
    pub(crate) last: usize,
}

/// What ends a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    Saved(Change),
    Typed(String),
    /// Nobody types any more.
    Closed,
}

/// The lines that are typed. Their thread ends with the input, or with this process: nothing in `std`
/// wakes a reader of a terminal.
#[derive(Debug)]
pub(crate) struct Keys(Receiver<String>);

impl Keys {
    /// Those of this process.
    ///
    /// # Errors
    /// There is no thread for them: in one line.
    pub(crate) fn listen() -> Result<Self, String> {
        let (sender, lines) = mpsc::sync_channel(1);
        let read = move || {
            for line in io::stdin().lock().lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        };
        let named = thread::Builder::new().name("read_keys".to_owned()).spawn(read);
        named.map_err(|error| format!("could not start a thread: {error}"))?;
        Ok(Self(lines))
    }

    /// Waits until something is new against `known`, which then is as it is now.
    pub(crate) fn wait(&self, folder: &Path, known: &mut Look) -> News {
        loop {
            match self.0.recv_timeout(LOOK_INTERVAL) {
                Ok(line) => return News::Typed(line.trim().to_owned()),
                Err(RecvTimeoutError::Disconnected) => return News::Closed,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Look::at(folder);
            let Some(change) = known.change_to(&now) else { continue };
            // An editor may still write.
            let settled = settled(folder, now);
            let change = known.change_to(&settled).unwrap_or(change);
            *known = settled;
            return News::Saved(change);
        }
    }
}

/// The files when nothing has changed for a moment.
fn settled(folder: &Path, mut last: Look) -> Look {
    for _ in 0..MOST_LOOKS {
        thread::sleep(DEBOUNCE);
        let next = Look::at(folder);
        if next == last {
            break;
        }
        last = next;
    }
    last
}

/// What Python, editors and the lab's clients leave beside a program.
fn is_passed_over(name: &str) -> bool {
    let ends = [".pyc", ".log", "~", ".swp", ".swo", ".swx", ".tmp"];
    name == "4913"
        || name == "session.txt"
        || name.starts_with("cache-")
        || ends.iter().any(|end| name.ends_with(end))
}

fn number(line: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.hash(&mut hasher);
    hasher.finish()
}

const LOOK_INTERVAL: Duration = Duration::from_millis(250);
const DEBOUNCE: Duration = Duration::from_millis(200);
const MOST_LOOKS: usize = 10;
/// No source is so long; a movie is.
const LARGEST: u64 = 1 << 20;
const MOST_FILES: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_with_its_lines_and_what_others_leave_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("a.py", "1\n2\n3\n4\n");
        let before = Look::at(folder.path());
        for name in ["a.pyc", "a.py~", ".a.py.swp", "cache-1.jpg", "4913"] {
            write(name, "x");
        }
        write("a.py", "1\n2\n3\n4\n");
        assert_eq!(before.change_to(&Look::at(folder.path())), None);
        write("a.py", "1\nzwei\n2.5\n3\n4\n");
        let change = before.change_to(&Look::at(folder.path())).unwrap();
        assert_eq!(change, Change { name: "a.py".to_owned(), first: 2, last: 3 });
        write("a.py", "1\n4\n");
        let change = before.change_to(&Look::at(folder.path())).unwrap();
        assert_eq!((change.first, change.last), (2, 2));
        fs::remove_file(folder.path().join("a.py")).unwrap();
        assert_eq!(before.change_to(&Look::at(folder.path())).unwrap().first, 0);
    }
}
