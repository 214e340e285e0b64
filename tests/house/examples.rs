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
    rustdoc.current_dir(env!("CARGO_MANIFEST_DIR"));
    rustdoc.args(["--test", "src/lib.rs", "--crate-name", "rtsp_lab", "--edition", "2024"]);
    rustdoc.arg("-L").arg(libraries);
    for name in packages().iter().map(String::as_str).chain(["rtsp_lab"]) {
        let library = newest(libraries, name);
        rustdoc.arg("--extern").arg(format!("{name}={}", library.display()));
    }
    rustdoc.env("CARGO_PKG_VERSION", env!("CARGO_PKG_VERSION"));
    let output = rustdoc.output().expect("rustdoc is beside cargo");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let passed = said.split(" passed").next().and_then(|before| before.rsplit(' ').next());
    let passed: usize = passed.and_then(|number| number.parse().ok()).expect("a number of them");
    assert!(passed >= 30, "only {passed} examples: {said}");
}

/// The packages that the library and its examples use, by the names that they have in the code.
fn packages() -> Vec<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let sections = ["\n[dependencies]\n", "\n[dev-dependencies]\n"];
    let sections = sections.map(|head| manifest.split(head).nth(1).unwrap());
    let lines = sections
        .iter()
        .flat_map(|section| section.lines().take_while(|line| !line.starts_with('[')));
    let names = lines.filter_map(|line| line.split_once(" = "));
    names.map(|(name, _)| name.replace('-', "_")).collect()
}

/// The library of that name that this test was built with: Cargo has built it just now, or last.
fn newest(folder: &Path, name: &str) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let start = format!("lib{name}-");
    let is_wanted = |path: &PathBuf| {
        let file = path.file_name().unwrap().to_string_lossy();
        file.starts_with(&start) && file.ends_with(".rlib")
    };
    let time = |path: &PathBuf| fs::metadata(path).unwrap().modified().unwrap();
    files.filter(is_wanted).max_by_key(time).expect("a library beside the tests")
}
