//! The README's way to a twin: the documents that Cargo makes, and a search for the Python name.

use std::fs;
use std::path::Path;

use super::classes::CLASSES;
use super::{cargo, root, target};

#[test]
fn a_search_for_any_python_name_finds_its_twin() {
    let words = command_of_the_readme();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // The flags of `.ci/run`, which has just made the same documents.
    cargo(root(), &words, &target(), ("RUSTDOCFLAGS", "-D warnings"));
    let names = names_of(&target().join("doc"));
    for class in &CLASSES {
        for method in class.methods {
            assert!(is_among(method, &names), "{}.{method} is not in the index", class.name);
        }
    }
    assert!(!is_among("sendRtspRequests", &names) && !is_among("endRtspRequest", &names));
}

/// `cargo doc …` as it stands there, but for what shows a browser, and without all packages.
fn command_of_the_readme() -> Vec<String> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mut commands = readme.split('`').filter(|text| text.starts_with("cargo doc "));
    let command = commands.next().expect("the README says how to search");
    let words = command.split_whitespace().skip(1).filter(|word| *word != "--open");
    words.chain(["--no-deps", "--locked"]).map(str::to_owned).collect()
}

/// The column of the search index that has the names of items and their aliases.
fn names_of(documents: &Path) -> String {
    let folder = documents.join("search.index/name");
    let files = fs::read_dir(&folder);
    let files = files.unwrap_or_else(|error| {
        panic!("{}: {error}. Has rustdoc another search index now?", folder.display())
    });
    files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

/// Each name stands there after its length in base 16, whose digits are `` `abc…o ``, all but the last
/// as capitals: `@ABC…O`.
fn is_among(name: &str, names: &str) -> bool {
    let (sixteens, ones) = (name.len() / 16, name.len() % 16);
    let digit = |zero: u8, value: usize| char::from(zero + u8::try_from(value).unwrap());
    let capital = (sixteens > 0).then(|| digit(b'@', sixteens));
    let length: String = capital.into_iter().chain([digit(b'`', ones)]).collect();
    names.contains(&format!("{length}{name}"))
}
