//! How all the processes of a program are found at its end, wherever they have gone.
//!
//! A process may leave its group and its session, empty its environment, close its files and lose
//! its parent. But it keeps its resource limits, and so does everything that it starts. So the
//! program is given a limit that nobody else has: one of the resident set, which Linux ignores
//! (setrlimit(2)).

use std::fmt;
use std::process::{Command, Stdio};

/// The mark of one program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    kib: u64,
}

impl Mark {
    /// One that no other program has.
    pub(super) fn new() -> Self {
        Self { kib: LEAST_KIB + rand::random::<u64>() % LEAST_KIB }
    }

    /// The shell commands by which a shell marks itself, and so everything that it starts or
    /// becomes. A hard limit below the mark forbids it; then only the group identifies the program.
    pub(super) fn command(self) -> String {
        format!("ulimit -S -m {} 2>/dev/null", self.kib)
    }

    /// Kills everything that has the mark, and the group with that number. A shell does it, because
    /// the standard library can only kill one process.
    pub(super) fn kill(self, group: u32) {
        let script = format!("mark={self}; group={group}\n{KILL}");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).stdin(Stdio::null()).stderr(Stdio::null()).status().ok();
    }
}

/// The limit in bytes, as proc(5) shows it.
impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.kib * 1024)
    }
}

/// The shell commands that kill everything with the mark `$mark`, and the group `$group`.
///
/// A killed process can start nothing more but may just have done so, so they look again until they
/// find nothing new.
pub(super) const KILL: &str = r#"
kill -s KILL -- "-$group"
for _ in 1 2 3 4 5 6 7 8; do
    found=$(grep -ls "^Max resident set  *$mark " /proc/[0-9]*/limits | cut -d / -f 3)
    test "$found" != "$before" || break
    before=$found
    kill -s KILL $found
done
"#;

/// A pebibyte: more than any machine has, should a system heed it.
const LEAST_KIB: u64 = 1 << 40;
