//! The programs, tests and options that the documents name exist, and all options are named.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use super::jobs::{built, programs};
use super::markdown::{Block, documents, root};
use crate::harness::tests;

tests![
    every_program_that_a_command_names_is_there,
    every_option_is_in_the_table_of_its_program_and_no_other,
    every_example_of_help_is_a_command_of_a_document,
];

fn every_program_that_a_command_names_is_there() {
    let benches = fs::read_to_string(root().join("benches/Cargo.toml")).unwrap();
    let programs = fs::read_to_string(root().join("tests/Cargo.toml")).unwrap();
    let mut texts: Vec<_> = documents()
        .into_iter()
        .map(|document| (fs::read_to_string(root().join(&document.name)).unwrap(), document.name))
        .collect();
    texts.push((fs::read_to_string(root().join(".ci/run")).unwrap(), ".ci/run".to_owned()));
    let (mut faults, mut count) = (Vec::new(), 0);
    for (text, document) in &texts {
        for (option, folders) in [
            ("--bin ", &["src/bin", "tools", "tools/session_report/src/bin"][..]),
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
                let is_declared = match option {
                    "--bench " => benches.contains(&format!("[[bench]]\nname = \"{name}\"")),
                    "--test " => programs.contains(&format!("[[test]]\nname = \"{name}\"")),
                    _ => false,
                };
                let is_there = folders.iter().any(is_in) || is_declared;
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

/// The tables of options have those that `--help` has, and no others.
fn every_option_is_in_the_table_of_its_program_and_no_other() {
    let all = documents();
    let options = all.iter().find(|document| document.name == OPTIONS).unwrap();
    for program in PROGRAMS {
        let head = format!("| {program} |");
        let starts = |block: &&Block| block.lines.first().is_some_and(|row| row.starts_with(&head));
        let table = options.blocks.iter().find(starts);
        let table = table.unwrap_or_else(|| panic!("{OPTIONS} has no table of {program}"));
        let rows = table.lines.iter().filter_map(|row| row.split('|').nth(1));
        let documented: BTreeSet<_> = rows.flat_map(options_in).collect();
        let help = help_of(program);
        let lines = help.lines().map(str::trim).filter(|line| line.starts_with('-'));
        let real: BTreeSet<_> = lines.flat_map(options_in).collect();
        assert!(real.contains("--help"), "no options in {help}");
        assert_eq!(documented, real, "the options of {program} in {OPTIONS}, and in --help");
    }
}

/// The examples of `--help` are commands in some document that are run; those of `lab_check`, which
/// its own tests run, are at least in a document.
fn every_example_of_help_is_a_command_of_a_document() {
    let all: Vec<Block> = documents().into_iter().flat_map(|document| document.blocks).collect();
    for program in PROGRAMS {
        let wanted = |block: &&Block| block.marked("run").is_some() || program == "lab_check";
        let lines = all.iter().filter(wanted).flat_map(|block| &block.lines);
        let commands: BTreeSet<_> = lines.map(|line| built(line.trim())).collect();
        let help = help_of(program);
        let examples = help.lines().filter_map(|line| line.strip_prefix("    "));
        let examples: Vec<_> =
            examples.filter(|line| line.split(' ').next() == Some(program)).collect();
        assert!(!examples.is_empty(), "no examples in {help}");
        for example in examples {
            let command = programs().join(example).display().to_string();
            assert!(commands.contains(&command), "no document has the example {example:?}");
        }
    }
}

fn help_of(program: &str) -> String {
    let help = Command::new(programs().join(program)).arg("--help").output().unwrap().stdout;
    String::from_utf8(help).unwrap()
}

/// The words with `--` in a cell, or the first one in a line of the help.
fn options_in(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || "`,".contains(c));
    let options = words.filter(|word| word.starts_with("--") && word.len() > 3);
    // What follows in a line of the help is prose.
    let count = if text.contains('`') { usize::MAX } else { 1 };
    options.take(count).map(str::to_owned).collect()
}

/// Those that have a table of options.
const PROGRAMS: [&str; 3] = ["server", "client_launcher", "lab_check"];
const OPTIONS: &str = "docs/options.md";
