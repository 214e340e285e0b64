//! The loss laboratory: what theory says of lost and late packets, beside what server and client of
//! this project do.
//!
//! `cargo run --example losslab -- --help` says how to call it; docs/losses.md and docs/buffer.md how to
//! read what comes out.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use getopts::{Matches, Options};
use tempfile::TempDir;

mod chart;
mod losses;
mod playout;
mod run;
mod theory;

use chart::{Chart, escaped};
use run::{Outcome, Setup};

fn main() -> ExitCode {
    match laboratory() {
        Ok(text) => {
            writeln!(io::stdout(), "{text}").ok();
            ExitCode::SUCCESS
        }
        Err(flaw) => {
            writeln!(io::stderr(), "losslab: {flaw}").ok();
            ExitCode::FAILURE
        }
    }
}

/// What came out of an experiment.
struct Findings {
    chart: Chart,
    /// The head of the table, and a row for each run.
    rows: Vec<String>,
    /// What is said of it in the terminal.
    summary: String,
}

fn laboratory() -> Result<String, Box<dyn Error>> {
    let matches = options().parse(std::env::args_os().skip(1))?;
    if matches.opt_present("help") {
        return Ok(options().usage(USAGE).trim_end().to_owned());
    }
    let result = if matches.opt_present("buffer") || matches.opt_present("jitter") {
        playout::experiment(&matches)?
    } else {
        losses::experiment(&matches)?
    };
    for file in matches.opt_strs("o") {
        write(Path::new(&file), &result)?;
    }
    Ok(result.summary)
}

fn options() -> Options {
    let mut options = Options::new();
    options
        .optopt("", "packets", "packets of a frame, 1 to 60 (default: 1,5,10,20)", "N,...")
        .optopt("", "loss", "packets lost, each by itself (default: 0.5,1,2,5,10)", "PERCENT,...")
        .optopt("", "buffer", "playout buffer (default: 0,50,100,200)", "MS|off,...")
        .optopt("", "jitter", "how much delays vary, up and down (default: 20,40,80)", "MS,...")
        .optopt("", "delay", "the delay that varies (default: 20 more than the jitter)", "MS")
        .optopt("", "seeds", "runs of each point, each with a seed of its own (default: 10)", "N")
        .optopt("", "first-seed", "the seed of the first run (default: 1)", "N")
        .optopt("", "frames", "frames of a run (default: 100, with a buffer 200)", "N")
        .optopt("", "at-once", "how many runs play at the same time (default: 20)", "N")
        .optmulti("o", "output", "write a figure, a table, a page", "FILE.svg|csv|html")
        .optflag("h", "help", "print this");
    options
}

/// Numbers of a list.
fn list<T: std::str::FromStr>(
    matches: &Matches,
    name: &str,
    default: &str,
) -> Result<Vec<T>, String> {
    let words = matches.opt_str(name).unwrap_or_else(|| default.to_owned());
    let read = |word: &str| {
        word.parse().map_err(|_| format!("expected --{name} as {default}, found {words:?}"))
    };
    words.split(',').map(read).collect()
}

/// One number, 1 or more.
fn number(matches: &Matches, name: &str, default: u32) -> Result<u32, String> {
    let Some(word) = matches.opt_str(name) else { return Ok(default) };
    let number = word.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("expected --{name} from 1 on, found {word:?}"))
}

/// Plays all runs, some at once: each at the movie's own rate, with its own server, client and network,
/// so that none is the faster for it. The outcomes are in the order of the runs.
fn play(setups: &[Setup], at_once: u32) -> Result<Vec<Outcome>, String> {
    let folder = TempDir::new().map_err(|error| error.to_string())?;
    for setup in setups {
        let written = run::write_movie(folder.path(), setup.packets, setup.frames);
        written.map_err(|error| format!("could not write the movie: {error}"))?;
    }
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(setup) = setups.get(place) else { return };
                    let outcome = run::run(setup, folder.path()).map_err(|error| error.to_string());
                    let mut all = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
                    all.push((place, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(place, _)| *place);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn write(file: &Path, result: &Findings) -> Result<(), Box<dyn Error>> {
    let text = match file.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => result.chart.svg(),
        Some("csv") => result.rows.join("\n") + "\n",
        Some("html") => page(result),
        _ => {
            return Err(
                format!("expected -o FILE.svg, .csv or .html, found {}", file.display()).into()
            );
        }
    };
    fs::write(file, text)
        .map_err(|error| format!("could not write {}: {error}", file.display()))?;
    Ok(())
}

/// The figure, what it says, and the table.
fn page(result: &Findings) -> String {
    let cells = |row: &String| escaped(row).replace(',', "</td><td>");
    let rows: Vec<_> = result.rows.iter().map(cells).collect();
    let rows = rows.join("</td></tr>\n<tr><td>");
    let (title, svg) = (escaped(&result.chart.title), result.chart.svg());
    let summary = escaped(&result.summary);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n\
         <style>body {{ font-family: sans-serif; max-width: 70em; margin: auto }}\n\
         td {{ text-align: right; padding: 0 .6em }}</style></head><body>\n\
         {svg}<pre>{summary}</pre>\n<table>\n<tr><td>{rows}</td></tr>\n</table>\n</body></html>\n"
    )
}

const USAGE: &str = "\
Usage: losslab [OPTIONS]

Plays a movie over a bad network again and again, and sets what comes out beside
what theory says: the share of frames that are not shown, against the share of
packets that are lost. With --buffer or --jitter: the share of frames that come
too late for playout, against the playout buffer.";
