//! On Unix a program is identified by its group of processes and by its mark.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::mark::{KILL, Mark};
use crate::guard::Guard;

/// All processes of a program.
#[derive(Debug)]
pub(crate) struct Family {
    mark: Mark,
    guard: Option<Guard>,
}

impl Family {
    /// Runs a command of the shell in `folder`, its outputs in pipes; the program's first process.
    ///
    /// # Errors
    /// It can't be started.
    pub(crate) fn start(command: &str, folder: &Path) -> io::Result<(Child, Self)> {
        let mark = Mark::new();
        let script = format!("mark={mark}; read group; read _; test $group || exit\n{KILL}");
        let (guard, group) = Guard::that_is_told(&script)?;
        let child = shell(command, mark)
            .current_dir(folder)
            .stdin(group)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok((child, Self { mark, guard: Some(guard) }))
    }

    /// Ends all of them.
    pub(crate) fn end(&mut self, child: &mut Child) {
        self.mark.kill(child.id());
        child.kill().ok();
        // This must come before the number of the group is free for others.
        drop(self.guard.take());
        child.wait().ok();
    }
}

/// The shell marks itself, tells the guard the number of its group, and becomes the program, which
/// so has that group. There is no moment at which the group exists and the guard does not know it.
fn shell(command: &str, mark: Mark) -> Command {
    let mark = mark.command();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{mark}; echo $$ >&0; exec </dev/null; exec {command}")])
        .process_group(0);
    shell
}
