//! The examples of the library's documentation run, as `cargo test` would run them: but there they
//! would come last, after the line that sums up what was left out.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use super::root;

#[test]
fn every_example_of_the_documentation_runs() {
    let built = libraries();
    let mut rustdoc = Command::new(Path::new(env!("CARGO")).with_file_name("rustdoc"));
    rustdoc.current_dir(root()).env("CARGO_PKG_VERSION", env!("CARGO_PKG_VERSION"));
    rustdoc.args(["--test", "src/lib.rs", "--crate-name", "rtsp_lab", "--edition", "2024"]);
    for (name, file) in &built {
        // Those of their own packages lie beside them.
        let folder = Path::new(file).parent().unwrap().display();
        rustdoc.arg("-L").arg(format!("dependency={folder}"));
        rustdoc.arg("--extern").arg(format!("{name}={file}"));
    }
    let said = said_by(&rustdoc.output().expect("rustdoc is beside cargo"));
    let passed = said.split(" passed").next().and_then(|before| before.rsplit(' ').next());
    let passed: usize = passed.and_then(|number| number.parse().ok()).expect("a number of them");
    assert!(passed >= 25, "only {passed} examples: {said}");
}

/// The library and the packages that it and its examples use, as Cargo has built them: names and files.
fn libraries() -> BTreeMap<String, String> {
    let of_tests = [
        "test",
        "--no-run",
        "--locked",
        "--quiet",
        "--test",
        "units",
        "--package",
        "rtsp_lab_tests",
    ];
    let of_library = ["build", "--locked", "--quiet", "--lib", "--package", "rtsp_lab"];
    // The library itself is built by the second.
    [of_tests.as_slice(), of_library.as_slice()].into_iter().flat_map(built_by).collect()
}

fn built_by(words: &[&str]) -> Vec<(String, String)> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(words).arg("--message-format=json").current_dir(root());
    let messages = said_by(&cargo.output().unwrap());
    let artifact = |line: &str| {
        let (_, target) = line.split_once(r#""target":{"#)?;
        let mut files = target
            .split('"')
            .filter(|word| Path::new(word).extension().is_some_and(|end| end == "rlib"));
        let (_, name) = target.split_once(r#""name":""#)?;
        Some((name.split('"').next()?.replace('-', "_"), files.next_back()?.replace(r"\\", r"\")))
    };
    messages.lines().filter_map(artifact).collect()
}

fn said_by(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}
