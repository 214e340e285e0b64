//! In a test program with a harness of its own the attribute `test` does nothing at all: there a test
//! stands in a list.

use std::fs;
use std::path::{Path, PathBuf};

use super::source::root;

/// All Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

/// The names of a manifest's test programs with a harness of their own.
fn with_own_harness(manifest: &str) -> Vec<&str> {
    let sections = manifest.split("\n[[test]]\n").skip(1);
    let sections = sections.map(|section| section.split("\n[").next().unwrap());
    let own = sections.filter(|section| section.lines().any(|line| line == "harness = false"));
    own.map(|section| section.split('"').nth(1).expect("a name")).collect()
}

#[test]
fn no_test_program_with_a_harness_of_its_own_has_the_attribute_test() {
    let mut count = 0;
    for (package, tests) in [("tests", ""), ("tools/lab_check", "tests")] {
        let package = root().join(package);
        let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
        for program in with_own_harness(&manifest) {
            let folder = package.join(tests).join(program);
            for source in folder.is_dir().then(|| sources(&folder)).into_iter().flatten() {
                let text = fs::read_to_string(&source).unwrap();
                let stray = text.lines().any(|line| line.trim() == "#[test]");
                assert!(!stray, "{}: its tests belong into `tests![]`", source.display());
                count += 1;
            }
        }
    }
    assert!(count > 40, "only {count} files");
}

/// Cargo.toml says `test = false` of the programs: a test in one would never run.
#[test]
fn no_program_has_a_test_of_its_own() {
    let programs = sources(&root().join("src/bin"));
    assert!(programs.len() > 2, "{programs:?}");
    for program in programs {
        let text = fs::read_to_string(&program).unwrap();
        let stray = text.lines().any(|line| line.trim() == "#[test]");
        assert!(!stray, "{}: its tests belong into the library", program.display());
    }
}
