//! A test that is left out, and why.

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What a machine would need for a test to do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// What is missing, as a sentence.
    pub(crate) what: String,
    pub(crate) cure: Cure,
}

/// What would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cure {
    /// Debian's packages, with spaces between them.
    Install(String),
    /// Nothing that can be installed: other rights, or another network.
    Nothing,
    /// A user who has time.
    Time,
}

impl LeftOut {
    /// Whether the variable `LEFT_OUT` is `refused`, and something can be done about it.
    pub(crate) fn is_refused(&self) -> bool {
        let refused = std::env::var_os("LEFT_OUT").is_some_and(|value| value == "refused");
        refused && self.cure != Cure::Nothing
    }

    /// Ends the test.
    pub(crate) fn leave(self) -> ! {
        panic::resume_unwind(Box::new(self))
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cure {
            Cure::Install(packages) => write!(f, "{}: {}", self.what, install(packages)),
            Cure::Nothing => f.write_str(&self.what),
            Cure::Time => write!(f, "{}: {TIME}", self.what),
        }
    }
}

/// The result of a test's work, or why it was left out.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, LeftOut> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let left_out = payload.downcast::<LeftOut>();
        *left_out.unwrap_or_else(|payload| panic::resume_unwind(payload))
    })
}

/// How to install these packages; their names are those of Debian.
pub(crate) fn install(packages: &str) -> String {
    let how = if cfg!(target_os = "linux") { "apt install" } else { "install" };
    format!("{how} {packages}")
}

/// Ends the test, because something is missing that these packages have.
pub(crate) fn leave_out(what: impl fmt::Display, packages: &str) -> ! {
    LeftOut { what: what.to_string(), cure: Cure::Install(packages.to_owned()) }.leave()
}

/// Ends the test, because the rights or the network of this machine don't allow it.
pub(crate) fn forbidden(what: impl fmt::Display) -> ! {
    LeftOut { what: what.to_string(), cure: Cure::Nothing }.leave()
}

/// Ends the test, which takes too long for every day.
pub(crate) fn takes_long() -> ! {
    LeftOut { what: "it takes minutes".to_owned(), cure: Cure::Time }.leave()
}

/// How to run also what takes long.
pub(crate) const TIME: &str = "cargo test -- --include-ignored";

/// Ends the test if there is no such program, which that package has.
pub(crate) fn needs(program: &str, package: &str) {
    needs_all(&[(program, package)]);
}

/// Ends the test if one of the programs is missing; a package has each.
pub(crate) fn needs_all(programs: &[(&str, &str)]) {
    let missing: Vec<_> = programs.iter().filter(|(program, _)| !is_installed(program)).collect();
    if let Some((first, _)) = missing.first() {
        let packages: BTreeSet<_> = missing.iter().map(|(_, package)| *package).collect();
        let packages: Vec<_> = packages.into_iter().collect();
        leave_out(format!("{first} is not installed"), &packages.join(" "));
    }
}

/// Python on this machine, without which the test ends. It is the program itself, because what is
/// found on the path may be a script that takes a while to find it.
pub(crate) fn python() -> &'static str {
    static PYTHON: OnceLock<Option<String>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| ["python3", "python"].into_iter().find_map(python_named));
    found.as_deref().unwrap_or_else(|| leave_out("python3 is not installed", "python3"))
}

fn python_named(name: &str) -> Option<String> {
    let script = "import sys; assert sys.version_info > (3,); print(sys.executable)";
    let output = Command::new(name).args(["-c", script]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !path.is_empty()).then_some(path)
}

/// Whether a program is found where a shell looks for it.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).any(|folder| folder.join(&name).is_file())
}

/// Whether the program is there and ends well.
pub(crate) fn runs(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
