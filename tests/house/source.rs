//! The sources as a value, so that made-up ones can be checked as the real ones are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The text of each file, by its path from the root of the project, with `/` in it.
pub(crate) type Tree = BTreeMap<String, String>;

/// The root of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The project's library and programs, and those of `lab_check` and `session_report`.
pub(crate) fn project() -> Tree {
    let mut tree = Tree::new();
    for folder in ["src", "tools/lab_check/src", "tools/session_report/src"] {
        read_folder(&root().join(folder), folder, &mut tree);
    }
    tree
}

fn read_folder(folder: &Path, name: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{name}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            read_folder(&path, &name, tree);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            tree.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

/// Lines of code: not empty, no comment, before the tests.
pub(crate) fn code_lines(source: &str) -> usize {
    let before_tests = source.split("#[cfg(test)]").next().unwrap_or_default();
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    before_tests.lines().filter(is_code).count()
}
