//! The lab does not know the standard dialect: without it the lab compiles, and its tests pass.
//!
//! Whoever deletes the wing deletes its files and each line that ends in its mark. That is done here in
//! a copy. `tests/house` sees to it that no other line names the wing.

use std::fs;
use std::path::Path;

use super::{cargo, root, target, wing};

#[test]
fn the_lab_stands_without_the_wing() {
    let copy = tempfile::tempdir().unwrap();
    copy_without_the_wing("", copy.path());
    // Kept for the next time, so that the packages are built once.
    let target = target().join("without_the_wing");
    let flags = ("RUST_TEST_THREADS", "4");
    cargo(copy.path(), &["check", "--locked", "--package", "rtsp_lab"], &target, flags);
    let test = ["test", "--locked", "--package", "rtsp_lab_tests", "--test", "lab", "--"];
    let of_wing = OF_THE_WING.iter().flat_map(|name| ["--skip", name]);
    cargo(copy.path(), &test.into_iter().chain(of_wing).collect::<Vec<_>>(), &target, flags);
}

/// Copies a folder of the project, but for what belongs to the wing, and what is built or Git's.
fn copy_without_the_wing(folder: &str, to: &Path) {
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let inside = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let (from, to) = (root().join(&inside), to.join(&name));
        if wing::has_file(&inside) || name == "target" || name == ".git" {
            continue;
        }
        if from.is_dir() {
            fs::create_dir(&to).unwrap();
            copy_without_the_wing(&inside, &to);
        } else if from.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&from).unwrap();
            let kept: Vec<_> = source.lines().filter(|line| !wing::has_line(line)).collect();
            fs::write(&to, kept.join("\n") + "\n").unwrap();
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// What names a URL as its subject among the tests of the lab's program, by a part of its name.
const OF_THE_WING: [&str; 1] = ["a_url_that_is_none"];
