//! Makes the page of a session from its event logs.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]

use std::env;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;

use getopts::Options;
use session_report::Source;

const USAGE: &str = "Usage: report LOG [LOG] -o FILE.html

Makes one page of HTML of a session from its event log (--log of client_launcher and server): of both
ends, or of one. Two logs, the client's and the server's in either order, are joined.";

fn main() -> ExitCode {
    match run(env::args().skip(1).collect()) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("report: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<String>) -> Result<String, String> {
    let mut options = Options::new();
    options.optopt("o", "output", "the page that is written", "FILE.html");
    options.optflag("h", "help", "say this");
    let usage = options.usage(USAGE);
    let given = options.parse(arguments).map_err(|fault| format!("{fault}\n{usage}"))?;
    if given.opt_present("h") {
        return Ok(usage.trim_end().to_owned());
    }
    let file = given.opt_str("o").ok_or_else(|| format!("-o FILE.html is missing\n{usage}"))?;
    if given.free.is_empty() {
        return Err(format!("no log is given\n{usage}"));
    }
    let mut sources = Vec::new();
    for name in given.free {
        let file = File::open(&name).map_err(|error| format!("{name} can't be opened: {error}"))?;
        sources.push(Source { name, reader: BufReader::new(file) });
    }
    let page = session_report::page(sources).map_err(|fault| fault.to_string())?;
    write(Path::new(&file), &page).map_err(|error| format!("{file} can't be written: {error}"))?;
    Ok(format!("{file}: {} kB, open it in a browser", page.len().div_ceil(1000)))
}

/// A page that is there is whole: a full disk leaves the one from before.
fn write(file: &Path, page: &str) -> std::io::Result<()> {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    fs::write(&part, page).and_then(|()| fs::rename(&part, file)).inspect_err(|_| {
        // What could not be written is of no use.
        let _ = fs::remove_file(&part);
    })
}
