//! The starter code of the handout, with the bodies that it leaves open filled up to a step.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::programs::project;

/// The steps that have a body to fill, of server and client.
pub(crate) const STEPS: [u32; 5] = [1, 2, 3, 5, 6];

/// The name of an open body, `step 2: Client.openRtpPort`, and what fills it.
pub(crate) type Bodies = BTreeMap<String, String>;

/// Those of tests/fixtures/starter.
pub(crate) fn bodies() -> Bodies {
    let text = fs::read_to_string(project().join("tests/fixtures/starter/bodies.txt")).unwrap();
    let parts = text.replace('\r', "");
    let parts = parts.split("\n== ").skip(1).map(|part| part.split_once('\n').unwrap());
    parts.map(|(name, body)| (name.to_owned(), body.trim_end().to_owned())).collect()
}

/// The Python files of the starter, by their names.
pub(crate) fn files() -> BTreeMap<String, String> {
    let files = fs::read_dir(project().join("docs/starter")).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|end| end == "py"));
    let read = |path: &Path| fs::read_to_string(path).unwrap().replace('\r', "");
    paths
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), read(&path)))
        .collect()
}

/// The name of the body that this line leaves open.
pub(crate) fn open_body(line: &str) -> Option<&str> {
    let open = line.trim().strip_prefix("raise NotImplementedError('");
    let not_written = open.and_then(|name| name.strip_suffix("')"));
    not_written.or(line.rsplit_once("  # step ").map(|_| line.rsplit_once("  # ").unwrap().1))
}

/// Writes the starter into the folder, with all bodies of the steps up to this one.
pub(crate) fn write(folder: &Path, step: u32) {
    let bodies = bodies();
    let filled = |line: &str| {
        let name = open_body(line).filter(|name| step_of(name) <= step);
        name.map_or_else(|| line.to_owned(), |name| bodies[name].clone())
    };
    for (name, text) in files() {
        let lines: Vec<_> = text.lines().map(filled).collect();
        fs::write(folder.join(name), lines.join("\n") + "\n").unwrap();
    }
}

pub(crate) fn step_of(name: &str) -> u32 {
    let number = name.strip_prefix("step ").and_then(|rest| rest.split_once(':')).unwrap().0;
    number.parse().unwrap()
}
