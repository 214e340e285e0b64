//! The kept bytes of every fuzz target, through its function: what was found once stays found.
//!
//! `tests/fuzz/README.md` tells how they are looked for.

use crate::common::programs::project;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn corpus() -> PathBuf {
    project().join("tests/fuzz/corpus")
}

/// Their names and their bytes.
fn kept(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = fs::read_dir(corpus().join(target)).unwrap();
    let paths = folder.map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn every_target_takes_what_is_kept_for_it() {
    let mut refused = Vec::new();
    for (target, run) in crate::fuzz::TARGETS {
        let kept = kept(target);
        assert!(kept.len() > 5, "{target} has {} files", kept.len());
        // A panic names the place in the target, and these are the bytes that lead there.
        let panics = |bytes: &[u8]| std::panic::catch_unwind(|| run(bytes)).is_err();
        refused.extend(kept.into_iter().filter(|(_, bytes)| panics(bytes)).map(|(path, _)| path));
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn every_target_takes_what_is_kept_for_the_others() {
    for (target, run) in crate::fuzz::TARGETS {
        for (other, _) in crate::fuzz::TARGETS {
            for (_, bytes) in kept(other).iter().take(20) {
                crate::fuzz::run(target, bytes);
                run(&bytes[..bytes.len() / 2]);
            }
        }
    }
}

#[test]
fn every_target_is_a_program_and_has_a_corpus_that_is_small() {
    let names: BTreeSet<String> =
        crate::fuzz::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let entries = |folder: &Path| -> BTreeSet<String> {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let fuzz = corpus().parent().unwrap().to_owned();
    assert_eq!(entries(&fuzz.join("targets")), names);
    assert_eq!(entries(&fuzz.join("corpus")), names);
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for name in &names {
        assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "{name}");
        let program = fs::read_to_string(fuzz.join("targets").join(name).with_extension("rs"));
        assert!(program.unwrap().contains(&format!("run(\"{name}\", data)")), "{name}");
    }
    let bytes: usize = names.iter().flat_map(|name| kept(name)).map(|(_, bytes)| bytes.len()).sum();
    assert!(bytes <= 200 << 10, "{bytes} bytes of corpus");
}
