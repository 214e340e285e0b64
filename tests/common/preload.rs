//! A library that stands in for a part of the system, made from a C source in `tests/peers`. It is
//! loaded before the C library (ld.so(8), `LD_PRELOAD`), so this needs Linux and a C compiler.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::left_out::needs;
use super::programs::project;

/// The library, until this is dropped.
pub(crate) struct Preload {
    library: PathBuf,
    _folder: TempDir,
}

impl Preload {
    /// Makes it of that source; without a compiler the test ends here.
    pub(crate) fn build(source: &str) -> Self {
        needs("cc", "gcc libc6-dev");
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("preload.so");
        let source = project().join("tests/peers").join(source);
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source);
        let output = compiler.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        Self { library, _folder: folder }
    }

    /// Lays it before the system, for the program and all that this starts.
    pub(crate) fn before<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("LD_PRELOAD", &self.library)
    }
}
