//! The programs, tests and options that the documents name are there, and all options are named.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use super::markdown::{documents, root};
use crate::common::programs::program;
use crate::harness::tests;

tests![every_program_that_a_command_names_is_there, every_option_is_in_the_readme_and_no_other,];

fn every_program_that_a_command_names_is_there() {
    let benches = fs::read_to_string(root().join("benches/Cargo.toml")).unwrap();
    let mut texts: Vec<_> = documents()
        .into_iter()
        .map(|document| (fs::read_to_string(root().join(&document.name)).unwrap(), document.name))
        .collect();
    texts.push((fs::read_to_string(root().join(".ci/run")).unwrap(), ".ci/run".to_owned()));
    let (mut faults, mut count) = (Vec::new(), 0);
    for (text, document) in &texts {
        for (option, folders) in [
            ("--bin ", &["src/bin", "tools"][..]),
            ("--test ", &["tests", "tools/lab_check/tests"]),
            ("--bench ", &[]),
            ("--example ", &["examples"]),
        ] {
            for rest in text.split(option).skip(1) {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
                let name = rest.get(..end.unwrap_or(rest.len())).unwrap();
                let is_in = |folder| {
                    let file = root().join(folder).join(name);
                    file.is_dir() || file.with_extension("rs").is_file()
                };
                let is_there = folders.iter().any(is_in)
                    || option == "--bench "
                        && benches.contains(&format!("[[bench]]\nname = \"{name}\""));
                count += 1;
                if !is_there {
                    faults.push(format!("{document}: there is no {option}{name}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 15, "only {count} commands were found");
}

/// The README's tables of options have those that `--help` has, and no others.
fn every_option_is_in_the_readme_and_no_other() {
    let readme = documents().into_iter().find(|document| document.name == "README.md").unwrap();
    for (program, binary) in
        [("server", program("server")), ("client_launcher", program("client_launcher"))]
    {
        let head = format!("| {program} | |");
        let table = readme.blocks.iter().find(|block| block.lines.first() == Some(&head));
        let table = table.unwrap_or_else(|| panic!("the README has no table of {program}"));
        let rows = table.lines.iter().filter_map(|row| row.split('|').nth(1));
        let documented: BTreeSet<_> = rows.flat_map(options_in).collect();
        let help = Command::new(binary).arg("--help").output().unwrap().stdout;
        let help = String::from_utf8(help).unwrap();
        let lines = help.lines().map(str::trim).filter(|line| line.starts_with('-'));
        let mut real: BTreeSet<_> = lines.flat_map(options_in).collect();
        real.remove("--help");
        assert_eq!(documented, real, "the README's options of {program}, and those of --help");
    }
}

/// The first words with `--` in a cell, or in a line of the usage.
fn options_in(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || "`,".contains(c));
    let options = words.filter(|word| word.starts_with("--") && word.len() > 3);
    // What follows in a line of the usage is prose.
    let count = if text.contains('`') { usize::MAX } else { 1 };
    options.take(count).map(str::to_owned).collect()
}
