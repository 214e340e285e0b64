//! Two network namespaces, gone when they are dropped, and what their kernel counts.

use std::ffi::OsStr;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs a command; what it prints, or what it says when it fails.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{command:?}: {said}"))
    }
}

/// A namespace with a generated name.
pub(crate) struct Namespace {
    name: String,
}

impl Namespace {
    /// # Errors
    /// The user may not, or there is no `ip`.
    pub(crate) fn new(role: char) -> Result<Self, String> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rtsp-lab-{}-{number}{role}", std::process::id());
        run(Command::new("ip").args(["netns", "add", &name]))?;
        Ok(Self { name })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A program in there.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }

    /// Runs words of a command line in there.
    pub(crate) fn run(&self, line: &str) -> Result<String, String> {
        let mut words = line.split(' ');
        run(self.command(words.next().unwrap()).args(words))
    }

    /// Changes what nftables does with packets, all at once.
    pub(crate) fn filter(&self, rules: &[&str]) -> Result<String, String> {
        run(self.command("nft").arg(rules.join("\n")))
    }

    /// The packets that a counter of nftables has seen.
    #[track_caller]
    pub(crate) fn counted(&self, counter: &str) -> u64 {
        let text = self.filter(&[&format!("list counter inet lab {counter}")]).unwrap();
        let after = text.split("packets ").nth(1).expect("a number of packets");
        after.split(' ').next().unwrap().parse().unwrap()
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        run(Command::new("ip").args(["netns", "delete", &self.name])).ok();
    }
}
