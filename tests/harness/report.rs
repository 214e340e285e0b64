//! What was left out: each program writes it down for the last one, which sums it up.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::common::left_out::{Cure, LeftOut, TIME, install};

/// The file of a program: first the run, then a line for each test that was left out. If it can't
/// be written, there is none, and the sum does not mention the program.
#[derive(Clone)]
pub(crate) struct Report(Option<Arc<Mutex<File>>>);

impl Report {
    pub(crate) fn begin(program: &str) -> Self {
        let file = fs::create_dir_all(folder()).and_then(|()| {
            let mut file = File::create(folder().join(program))?;
            writeln!(file, "{}", this_run())?;
            Ok(file)
        });
        Self(file.ok().map(|file| Arc::new(Mutex::new(file))))
    }

    pub(crate) fn add(&self, test: &str, left_out: &LeftOut) {
        let cure = match &left_out.cure {
            Cure::Install(packages) => packages.as_str(),
            Cure::Nothing => "",
            Cure::Time => TIME,
        };
        if let Some(file) = &self.0 {
            let mut file = file.lock().expect("no thread fails while it writes");
            writeln!(file, "{test}\t{cure}\t{}", left_out.what).expect("it is written");
        }
    }
}

/// Takes what the programs of this run have left out so far, and removes it.
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
    let (cure, what) = rest.split_once('\t')?;
    let cure = match cure {
        "" => Cure::Nothing,
        TIME => Cure::Time,
        packages => Cure::Install(packages.to_owned()),
    };
    Some(LeftOut { what: what.to_owned(), cure })
}

/// One line: how many tests were left out, and what would help.
pub(crate) fn summary(all: &[LeftOut]) -> String {
    let (mut packages, mut reasons) = (BTreeSet::new(), BTreeSet::new());
    let (mut missing, mut long, mut forbidden) = (0, 0, 0);
    for LeftOut { what, cure } in all {
        match cure {
            Cure::Install(names) => {
                packages.extend(names.split(' '));
                missing += 1;
            }
            Cure::Nothing => {
                reasons.insert(what.as_str());
                forbidden += 1;
            }
            Cure::Time => long += 1,
        }
    }
    let listed =
        |names: BTreeSet<&str>, between| names.into_iter().collect::<Vec<_>>().join(between);
    let parts = [
        (missing, format!("for want of programs ({})", install(&listed(packages, " ")))),
        (long, format!("for their length ({TIME})")),
        (forbidden, format!("that this machine forbids ({})", listed(reasons, "; "))),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts.map(|(count, why)| format!("{count} {why}")).collect();
    match all.len() {
        0 => "left out: nothing".to_owned(),
        1 => format!("left out: 1 test: {}", parts.concat()),
        count => format!("left out: {count} tests: {}", parts.join(", ")),
    }
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
