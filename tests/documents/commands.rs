//! The commands of the documents, run in stages: each must end well, and print what a console
//! shows.

use std::collections::BTreeMap;
use std::process::Command;

use super::consoles::{difference, renew};
use super::jobs::{job_of, programs_in};
use super::markdown::Block;
use super::marks::blocks;
use super::stage::{Outcome, Stage};
use super::values::Values;
use crate::common::left_out::{leave_out, needs_all, python, runs};
use crate::common::said::say;
use crate::harness::Named;

/// A test for each stage: every command does its work, and prints what its console shows.
pub(crate) fn tests() -> Vec<Named> {
    let test = |(name, blocks): (String, Vec<Block>)| {
        let title = format!("commands::{name}");
        // One of the movies is played to its end in any case: the handout's.
        let takes_long = name.ends_with(", whole movie");
        Named::new(title, move || play(&name, &blocks)).that_takes_long(takes_long)
    };
    stages().into_iter().map(test).collect()
}

#[track_caller]
fn play(name: &str, blocks: &[Block]) {
    let faults = faults_of(name, blocks);
    assert!(faults.is_empty(), "{}\n\nIf they are as they should be: {RENEW}\n", faults.join("\n"));
}

/// One command of a block.
struct Step {
    block: Block,
    command: String,
    /// What it prints, in a console.
    shown: Option<Shown>,
}

/// The lines after a command.
pub(crate) struct Shown {
    pub(crate) lines: Vec<String>,
    /// The first of them in the block.
    pub(crate) from: usize,
}

/// Runs a stage; returns what was not as its blocks say.
fn faults_of(name: &str, blocks: &[Block]) -> Vec<String> {
    let steps: Vec<_> = blocks.iter().flat_map(steps_of).collect();
    needs_all(&steps.iter().flat_map(|step| programs_in(&step.command)).collect::<Vec<_>>());
    let mut stage = Stage::new(name);
    let (mut faults, mut printed) = (Vec::new(), vec![None; steps.len()]);
    for (number, step) in steps.iter().enumerate() {
        let (place, command) = (step.block.place(), &step.command);
        say(format_args!("{place}: {command}"));
        let job = job_of(command, step.shown.as_ref().map(|shown| shown.lines.as_slice()));
        if let Outcome::Ended { code, lines } = stage.run(number, command, job) {
            // GStreamer may fail when the server closes first, as the document says.
            let must_be_well = step.shown.is_none() && !command.starts_with("gst-launch-1.0");
            if must_be_well && code != Some(0) {
                faults.push(format!(
                    "{place}: {command}\n  ends with {code:?}:\n{}",
                    lines.join("\n")
                ));
            }
            printed[number] = Some(lines);
        }
    }
    for (number, lines) in stage.end() {
        if let Some(place) = printed.get_mut(number) {
            *place = Some(lines);
        }
    }
    let mut values = Values::default();
    // From the end, so that what is rewritten does not move what is before it.
    for (step, printed) in steps.iter().zip(printed).rev() {
        if let (Some(shown), Some(printed)) = (&step.shown, printed) {
            faults.extend(fault(step, shown, &printed, &mut values));
        }
    }
    faults
}

fn fault(step: &Step, shown: &Shown, printed: &[String], values: &mut Values) -> Option<String> {
    let fault = difference(&shown.lines, printed, values)?;
    let place = format!("{}: {}", step.block.place(), step.command);
    if std::env::var_os("RENEW_DOCUMENTS").is_some() {
        renew(&step.block, shown, printed);
        return Some(format!("{place}: written anew"));
    }
    Some(format!("{place}\n  {fault}\n  it prints:\n{}", printed.join("\n")))
}

fn steps_of(block: &Block) -> Vec<Step> {
    if block.marked("console").is_some() {
        return console_of(block);
    }
    let commands = match block.language.as_str() {
        "python" => vec![python_of(block)],
        _ => commands_of(block),
    };
    let left_out = exceptions(block);
    let commands = commands.into_iter().filter(|command| !left_out.contains(command));
    commands.map(|command| Step { block: block.clone(), command, shown: None }).collect()
}

/// A command for each line, where lines that end in `\` continue; comments are skipped.
fn commands_of(block: &Block) -> Vec<String> {
    let text = block.text().replace("\\\n", " ");
    let lines = text.lines().map(|line| line.split("  #").next().unwrap().trim().to_owned());
    let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// A block in Python, as a command.
fn python_of(block: &Block) -> String {
    if !runs(Command::new(python()).args(["-c", "import cv2"])) {
        leave_out("Python's OpenCV is not installed", "python3-opencv");
    }
    let text = block.text();
    assert!(!text.contains('\''), "{}: only double quotes", block.place());
    format!("python3 -c '{text}\nassert there, \"no picture\"'")
}

/// The commands that the mark leaves out: `; not "cargo test": it is what runs this`.
fn exceptions(block: &Block) -> Vec<String> {
    let mark = block.mark.as_deref().unwrap_or_default();
    let left_out = mark.split("; not \"").skip(1).map(|rest| {
        let (command, why) = rest.split_once("\": ").unwrap_or_default();
        assert!(!why.is_empty(), "{}: why not {rest:?}", block.place());
        assert!(commands_of(block).contains(&command.to_owned()), "{}: {command:?}", block.place());
        command.to_owned()
    });
    left_out.collect()
}

/// `$ command`, which `\` continues in the next line, and the lines up to the next command.
fn console_of(block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut goes_on = false;
    for (index, line) in block.lines.iter().enumerate() {
        if let Some(command) = line.strip_prefix("$ ") {
            let shown = Some(Shown { lines: Vec::new(), from: index + 1 });
            steps.push(Step { block: block.clone(), command: command.to_owned(), shown });
        } else if let Some(Step { command, shown: Some(shown), .. }) = steps.last_mut() {
            if goes_on {
                *command = format!("{} {}", command.trim_end_matches('\\').trim(), line.trim());
                shown.from = index + 1;
            } else {
                shown.lines.push(line.clone());
            }
        } else {
            panic!("{}: a console begins with `$ `, not {line:?}", block.place());
        }
        goes_on = line.ends_with('\\');
    }
    steps
}

/// The blocks that are run together, by document and by the names in their marks; those without a
/// name run alone.
fn stages() -> BTreeMap<String, Vec<Block>> {
    let mut stages: BTreeMap<String, Vec<Block>> = BTreeMap::new();
    for block in blocks() {
        let name = block.marked("run").or(block.marked("console")).map(str::to_owned);
        let Some(name) = name else { continue };
        let name = if name.is_empty() { format!("line {}", block.line) } else { name };
        stages.entry(format!("{}: {name}", block.document)).or_default().push(block);
    }
    stages
}

const RENEW: &str = "RENEW_DOCUMENTS=1 cargo test --test documents";
