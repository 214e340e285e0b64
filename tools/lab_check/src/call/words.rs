//! The words of the command line: what a command needs, and the usage.

use std::path::Path;

/// Without this placeholder the program can't be told where to listen, or where to connect.
pub(super) fn with_port(task: &str, command: &str) -> Result<String, String> {
    if command.contains("{port}") {
        return Ok(command.to_owned());
    }
    Err(format!("expected {{port}} in the COMMAND of {task}, found {command:?}"))
}

/// The call that compares these two and writes that page, for a shell.
pub(crate) fn again([one, other]: &[String; 2], report: &Path, movie: &Path) -> String {
    let words = [one, other, &report.display().to_string(), &movie.display().to_string()];
    let [one, other, report, movie] =
        words.map(|word| format!("'{}'", word.replace('\'', "'\\''")));
    format!("lab_check --movie {movie} --report {report} \\\n    compare {one} {other}")
}

pub(super) const USAGE: &str = "\
Usage: lab_check [OPTIONS] server COMMAND
       lab_check [OPTIONS] server --at HOST:PORT
       lab_check [OPTIONS] client COMMAND
       lab_check [OPTIONS] compare COMMAND COMMAND
       lab_check [OPTIONS] class FOLDER...
       lab_check [OPTIONS] learn server|client COMMAND
       lab_check [OPTIONS] learn both SERVER CLIENT
       lab_check log FILE [FILE]

Checks a server or a client of the lab, in any language, and prints its report
card; or the cards of a class, a folder each; or leads through the lab, a step
at a time, with a program that is not finished. In COMMAND {port} is replaced by
the RTSP port; for a client also {host}, {rtp} and {movie}. Ends with code 0 if
nothing failed, 1 if something did, 2 after a wrong call, and 3 if nothing
failed with a client, but lines could not be checked because something did not
come; with class 0 if each folder has a card, 1 if not.

Examples:
    lab_check server \"python3 Server.py {port}\"
        starts a server, and speaks to it as the lab's client does
    lab_check server --at 127.0.0.1:2048
        the same with a server that runs already
    lab_check client \"python3 ClientLauncher.py {host} {port} {rtp} {movie}\"
        starts a client, in all variations, and watches it as a server
    lab_check compare \"python3 Server.py {port}\" \"target/debug/server {port}\"
        two servers side by side
    lab_check log client.jsonl server.jsonl
        logs that were handed in: with the seed every loss is computed anew
    lab_check class submissions/*
        the servers of a class: a table, a card each, and what most fail
    lab_check learn server \"python3 Server.py {port}\"
        the next line that your server does not meet yet, and why
    lab_check learn both \"./server {port}\" \"./client {host} {port} {rtp}\"
        both halves in the order of the steps, at the end one against the other";
