//! The examples of the library's documentation run, as `cargo test` would run them: but there they
//! would come last, after the line that sums up what was left out.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn every_example_of_the_documentation_runs() {
    let test = env::current_exe().unwrap();
    let libraries = test.parent().unwrap();
    let mut rustdoc = Command::new(Path::new(env!("CARGO")).with_file_name("rustdoc"));
    rustdoc.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    rustdoc.args(["--test", "src/lib.rs", "--crate-name", "rtsp_lab", "--edition", "2024"]);
    rustdoc.arg("-L").arg(libraries).arg("--extern");
    rustdoc.arg(format!("rtsp_lab={}", newest(libraries).display()));
    let output = rustdoc.output().expect("rustdoc is beside cargo");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let passed = said.split(" passed").next().and_then(|before| before.rsplit(' ').next());
    let passed: usize = passed.and_then(|number| number.parse().ok()).expect("a number of them");
    assert!(passed >= 30, "only {passed} examples: {said}");
}

/// The library that this test was built with: Cargo has built it just now, or last.
fn newest(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("librtsp_lab-") && name.ends_with(".rlib")
    };
    let time = |path: &PathBuf| fs::metadata(path).unwrap().modified().unwrap();
    files.filter(is_ours).max_by_key(time).expect("the library beside the tests")
}
