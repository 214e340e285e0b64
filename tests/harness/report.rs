//! What was left out, written down by each program for the last one, which sums it up.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::left_out::{Cure, LeftOut, install};

/// The file of a program: first the run, then a line for each test that was left out.
#[derive(Clone)]
pub(crate) struct Report(Arc<Mutex<File>>);

impl Report {
    pub(crate) fn begin(program: &str) -> Self {
        fs::create_dir_all(folder()).expect("a folder for what is left out");
        let mut file = File::create(folder().join(program)).expect("a file for what is left out");
        writeln!(file, "{}", this_run()).expect("it is written");
        Self(Arc::new(Mutex::new(file)))
    }

    pub(crate) fn add(&self, test: &str, left_out: &LeftOut) {
        let packages = match &left_out.cure {
            Cure::Install(packages) => packages.as_str(),
            Cure::Nothing => "",
        };
        let mut file = self.0.lock().expect("no thread fails while it writes");
        writeln!(file, "{test}\t{packages}\t{}", left_out.what).expect("it is written");
    }
}

/// What the programs of this run have left out so far. It is forgotten with that.
pub(crate) fn take() -> Vec<LeftOut> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder()).into_iter().flatten().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        fs::remove_file(entry.path()).ok();
        let mut lines = text.lines();
        if lines.next() == Some(this_run().as_str()) {
            all.extend(lines.filter_map(left_out));
        }
    }
    all
}

fn left_out(line: &str) -> Option<LeftOut> {
    let (_, rest) = line.split_once('\t')?;
    let (packages, what) = rest.split_once('\t')?;
    let cure = if packages.is_empty() { Cure::Nothing } else { Cure::Install(packages.to_owned()) };
    Some(LeftOut { what: what.to_owned(), cure })
}

/// One line: how many tests were left out, what to install for them, and why others can't run.
pub(crate) fn summary(all: &[LeftOut]) -> String {
    let (mut packages, mut reasons, mut curable) = (BTreeSet::new(), BTreeSet::new(), 0);
    for LeftOut { what, cure } in all {
        match cure {
            Cure::Install(names) => {
                packages.extend(names.split(' '));
                curable += 1;
            }
            Cure::Nothing => drop(reasons.insert(what.as_str())),
        }
    }
    let listed =
        |names: BTreeSet<&str>, between| names.into_iter().collect::<Vec<_>>().join(between);
    let tests = |count| format!("{count} {}", if count == 1 { "test" } else { "tests" });
    let mut line = format!(
        "left out: {}",
        if all.is_empty() { "nothing".to_owned() } else { tests(all.len()) }
    );
    if curable > 0 {
        let command = install(&listed(packages, " "));
        line += &format!("; {} would run after: {command}", tests(curable));
    }
    if curable < all.len() {
        line +=
            &format!("; {} can't run here: {}", tests(all.len() - curable), listed(reasons, ", "));
    }
    line
}

/// Something that all programs of one `cargo test` have in common, and no others.
fn this_run() -> String {
    #[cfg(unix)]
    return std::os::unix::process::parent_id().to_string();
    #[cfg(not(unix))]
    String::from("any")
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("left_out")
}
