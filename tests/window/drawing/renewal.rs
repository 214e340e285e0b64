//! Each view looks like its picture, and each picture is that of a view.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::example::{Example, examples};
use super::pictures::Shot;
use crate::common::programs::project;
use crate::harness::tests;

tests![
    every_view_looks_like_its_picture,
    every_picture_is_that_of_a_view,
    every_name_is_given_once,
];

fn every_view_looks_like_its_picture() {
    let renew = env::var_os("RENEW_PICTURES").is_some();
    let judge = if renew { renewed } else { fault };
    let faults: Vec<String> = examples().iter().filter_map(judge).collect();
    assert!(
        faults.is_empty(),
        "{}\n\nLook at them. If they are as they should be: {RENEW}\n",
        faults.join("\n")
    );
}

fn every_picture_is_that_of_a_view() {
    let names: BTreeSet<String> =
        examples().iter().map(|example| format!("{}.png", example.name)).collect();
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name());
    let files: BTreeSet<String> = files.map(|name| name.into_string().unwrap()).collect();
    let stray: Vec<&String> = files.difference(&names).collect();
    assert!(stray.is_empty(), "no view looks like these any more, remove them: {stray:?}");
}

fn every_name_is_given_once() {
    let (all, mut names) = (examples(), BTreeSet::new());
    let twice = all.iter().find(|example| !names.insert(example.name));
    assert!(twice.is_none(), "{twice:?}");
}

/// In words what is not as in the picture.
fn fault(example: &Example) -> Option<String> {
    let (path, found) = (path_of(example), example.shot());
    let why = match Shot::read(&path) {
        Err(error) => error,
        Ok(expected) if (expected.width, expected.height) != example.size => {
            format!("it is {}x{}, the window {:?}", expected.width, expected.height, example.size)
        }
        Ok(expected) => match found.pixels_unlike(&expected) {
            0 => return None,
            unlike => {
                let difference = kept(&found.difference(&expected), example, "difference");
                format!("{unlike} pixels differ, in red in {difference}")
            }
        },
    };
    Some(format!("{}: {why}; found: {}", path.display(), kept(&found, example, "found")))
}

/// Writes the picture anew if it is not exactly as it was.
fn renewed(example: &Example) -> Option<String> {
    let (path, found) = (path_of(example), example.shot());
    let is_new = Shot::read(&path).map_or(true, |expected| expected != found);
    is_new.then(|| {
        found.write(&path);
        format!("written: {}", path.display())
    })
}

fn path_of(example: &Example) -> PathBuf {
    folder().join(example.name).with_extension("png")
}

fn folder() -> PathBuf {
    project().join("tests/fixtures/window")
}

/// Leaves a picture for whoever looks for the reason; where it is.
fn kept(shot: &Shot, example: &Example, kind: &str) -> String {
    let name = format!("{}-{kind}.png", example.name);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    shot.write(&path);
    path.display().to_string()
}

const RENEW: &str = "RENEW_PICTURES=1 cargo test --test window drawing";
