//! The lab does not know the standard dialect: without it the lab compiles, and its tests pass.
//!
//! Whoever deletes the wing deletes `src/standard.rs`, `src/standard/` and each line that ends in
//! `// wing`. That is done here in a copy. `tests/house/layers.rs` sees to it that no other line names
//! the wing.

use std::fs;
use std::path::Path;

use super::{cargo, root, target};

#[test]
fn the_lab_stands_without_the_wing() {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(root(), copy.path());
    fs::remove_file(copy.path().join("src/standard.rs")).unwrap();
    fs::remove_dir_all(copy.path().join("src/standard")).unwrap();

    // Kept for the next time, so that the packages are built once.
    let target = target().join("without_the_wing");
    let flags = ("RUST_TEST_THREADS", "4");
    cargo(copy.path(), &["check", "--locked", "--package", "rtsp_lab"], &target, flags);
    let test = ["test", "--locked", "--package", "rtsp_lab_tests", "--test", "lab", "--"];
    let of_wing = OF_THE_WING.iter().flat_map(|name| ["--skip", name]);
    cargo(copy.path(), &test.into_iter().chain(of_wing).collect::<Vec<_>>(), &target, flags);
}

/// Without what the wing's deletion deletes, and without what is built or kept by Git.
fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        let target = to.join(&name);
        if name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() {
            fs::create_dir(&target).unwrap();
            copy_folder(&path, &target);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let kept = source.lines().filter(|line| !line.trim_end().ends_with("// wing"));
            fs::write(&target, kept.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Tests of the lab's program that speak the standard dialect, too.
const OF_THE_WING: [&str; 0] = [];
