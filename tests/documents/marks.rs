//! No block of code is forgotten: each says how it is checked, or why it is not.

use std::fs;

use super::markdown::{Block, documents, root};
use crate::harness::tests;

tests![every_block_of_code_has_a_mark, what_is_said_to_be_in_ci_is_there,];

pub(crate) fn blocks() -> Vec<Block> {
    documents().into_iter().flat_map(|document| document.blocks).collect()
}

/// All blocks that have this mark, with what follows its name.
pub(crate) fn marked(name: &str) -> Vec<(Block, String)> {
    let all = blocks().into_iter();
    let with_rest = |block: Block| {
        let rest = block.marked(name)?.to_owned();
        Some((block, rest))
    };
    all.filter_map(with_rest).collect()
}

fn every_block_of_code_has_a_mark() {
    let faults: Vec<_> = blocks()
        .iter()
        .filter_map(|block| Some(format!("{}: {}", block.place(), fault(block)?)))
        .collect();
    assert!(faults.is_empty(), "{}\nSee tests/documents.rs for the marks.", faults.join("\n"));
}

fn fault(block: &Block) -> Option<String> {
    let first = block.lines.first();
    let Some(mark) = &block.mark else {
        return (!block.is_table).then(|| format!("no mark before {first:?}"));
    };
    // Elsewhere a comment may be just a comment, but not before a block of code.
    let known = KNOWN.iter().any(|name| block.marked(name).is_some());
    if !known {
        return Some(format!("the mark {mark:?} is not known"));
    }
    for name in ["wire", "not run", "quoted", "measured"] {
        if block.marked(name) == Some("") {
            return Some(format!("{mark:?} lacks what stands after it"));
        }
    }
    let is_drawing = block.marked("drawing").is_some();
    let found = SIGNS.iter().find(|sign| is_drawing && block.text().contains(**sign));
    found.map(|sign| format!("a drawing with {sign:?} in it: a transcript, or a command?"))
}

/// `not run: .ci/run` is true.
fn what_is_said_to_be_in_ci_is_there() {
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    for (block, command) in marked("measured") {
        let command = command.replace("cargo bench", "cargo bench --locked");
        assert!(ci.contains(&command), "{}: .ci/run lacks {command:?}", block.place());
    }
    for (block, why) in marked("not run") {
        if why.starts_with(".ci/run") {
            for command in block.lines.iter().filter(|line| !line.is_empty()) {
                let command = command.replace("cargo bench", "cargo bench --locked");
                assert!(ci.contains(&command), "{}: .ci/run lacks {command:?}", block.place());
            }
        }
    }
}

const KNOWN: [&str; 8] =
    ["wire", "console", "run", "not run", "quoted", "measured", "drawing", "checked"];
/// What transcripts, messages and commands have in them, and drawings have not.
const SIGNS: [&str; 14] = [
    "RTSP/1.0",
    "Data received",
    "Data sent",
    "CSeq",
    "Session:",
    "v=0",
    "could not",
    "expected ",
    "$ ",
    "cargo ",
    "python3 ",
    "ffmpeg ",
    "ffplay ",
    "mpv ",
];
