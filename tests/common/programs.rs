//! Where the project lies, and its programs as Cargo has built them for the tests.

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder of the project, also for the tests of a package that lies within it.
pub(crate) fn project() -> &'static Path {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    folders.find(|folder| folder.join("movie.Mjpeg").exists()).expect("the folder of the movie")
}

/// One of the project's programs, built from its sources as they are now, because Cargo does not
/// build the programs of other packages for a test. With `PROGRAMS=built` the programs are taken as
/// they are, for machines where Cargo can't run, or has built them in another way.
pub(crate) fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        if std::env::var_os("PROGRAMS").is_none_or(|value| value != "built") {
            build();
        }
    });
    folder().join(format!("{name}{EXE_SUFFIX}"))
}

/// Where Cargo puts programs: a test program lies in `deps` below it.
fn folder() -> PathBuf {
    let test = std::env::current_exe().expect("a path of this program");
    test.parent().and_then(Path::parent).expect("target/debug").to_owned()
}

fn build() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(project()).args(["build", "--locked", "--quiet", "--bins"]);
    if folder().ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().expect("run cargo").success(), "the programs can't be built");
}
