//! `lab_check`: the report card of any lab program, in any language.
//!
//! It speaks to a server as the lab's client does, or to a client as the lab's server does, and
//! looks only at what is on the wire and at what the system tells of the program.
//!
//! It uses only this much of the library, so that it shares no mistake with the rest:
//! - [`rtsp`](rtsp_lab::rtsp): the names of methods and states, and the state table;
//! - [`datagram`](rtsp_lab::datagram): how large a datagram the system sends;
//! - [`rtp_packet`](rtsp_lab::rtp_packet): the packets that a client gets, and the size of a
//!   header;
//! - [`video_stream`](rtsp_lab::video_stream): the frames of the movie.
//!
//! And in one file, `server/finding.rs`, which judges nothing and gives a failure its reason, in the
//! words of the client:
//! - [`diagnosis`](rtsp_lab::diagnosis): what is wrong with a server's packets;
//! - [`jpeg`](rtsp_lab::jpeg), [`lab_payload`](rtsp_lab::lab_payload),
//!   [`statistics`](rtsp_lab::statistics): what it has to be told of packets and frames.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

mod call;
mod card;
mod client;
mod compare;
mod deadline;
mod escape;
mod family;
mod guard;
mod port;
mod program;
mod progress;
mod python;
mod server;
mod stage;
mod story;
mod tsv;
mod usage;

use call::{Asked, Call, Task};
use card::Card;
use tsv::Table;

fn main() -> ExitCode {
    #[cfg(windows)]
    if let Some(folder) = guard::order() {
        guard::follow(&folder);
        return ExitCode::SUCCESS;
    }
    match Asked::read(env::args_os().skip(1)) {
        Ok(Asked::Text(text)) => {
            say(&text);
            ExitCode::SUCCESS
        }
        Ok(Asked::Call(call)) => match run(&call) {
            Ok(code) => code,
            Err(flaw) => {
                complain(&flaw);
                ExitCode::FAILURE
            }
        },
        Err(flaw) => {
            complain(&format!("{flaw}; try --help"));
            ExitCode::from(2)
        }
    }
}

fn run(call: &Call) -> Result<ExitCode, String> {
    let name = call.name.as_deref();
    // If it can't be written, the user should not have to wait for the card to learn that.
    let table = call.tsv.as_deref().map(Table::open).transpose()?;
    match &call.task {
        Task::Server(server) => {
            hand_out(server::check(server, name, &call.movie)?, table, call.verbose)
        }
        Task::Client { command, scripts, pressing, verbose } => {
            let asked = client::Asked { scripts, pressing: *pressing, verbose: *verbose };
            hand_out(client::check(command, name, &call.movie, asked)?, table, call.verbose)
        }
        Task::Compare { commands } => {
            let comparison = compare::compare(commands, &call.movie)?;
            say(&comparison.to_string());
            Ok(code_of(comparison.is_full(), false))
        }
    }
}

fn hand_out(mut card: Card, table: Option<Table<'_>>, verbose: bool) -> Result<ExitCode, String> {
    if !verbose {
        card.leave_out_stories();
    }
    say(&card.to_string());
    if let Some(table) = table {
        table.append(&card)?;
    }
    Ok(code_of(card.is_full(), card.is_unfinished()))
}

fn code_of(is_full: bool, is_unfinished: bool) -> ExitCode {
    match (is_full, is_unfinished) {
        (false, _) => ExitCode::FAILURE,
        (true, true) => ExitCode::from(UNFINISHED),
        (true, false) => ExitCode::SUCCESS,
    }
}

/// Nothing failed, but something did not come that lines depend on.
const UNFINISHED: u8 = 3;

/// A closed terminal or pipe is no reason to stop.
fn say(text: &str) {
    writeln!(io::stdout(), "{text}").ok();
}

fn complain(text: &str) {
    writeln!(io::stderr(), "lab_check: {}", escape::escaped(text)).ok();
}
