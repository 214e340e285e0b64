//! How all the processes of a program are found at its end, wherever they have gone.
//!
//! A process may leave its group and its session, empty its environment, close its files and lose its
//! parent. It keeps its limits, and so does all that it starts. So the program is given one that
//! nobody else has: that of the resident set, which Linux does not heed (setrlimit(2)).

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

    /// What a shell does to be marked, and with it what it starts and what it becomes. A hard limit
    /// below the mark forbids it; then the program is known by its group alone.
    pub(super) fn command(self) -> String {
        format!("ulimit -S -m {} 2>/dev/null", self.kib)
    }

    /// Kills all that has the mark, and the group with that number. The standard library can only
    /// kill one process.
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

/// What a shell does to kill all that has the mark `$mark`, and the group `$group`.
///
/// Who is killed can start nothing more, but may just have done so: it looks again until it finds
/// nothing new.
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
