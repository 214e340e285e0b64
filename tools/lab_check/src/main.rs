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
//!
//! And in `log.rs`, which computes anew what the seed of a handed-in log has done:
//! - [`impairment`](rtsp_lab::impairment): the fates of packets.

use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

mod call;
mod card;
mod class;
mod client;
mod compare;
mod deadline;
mod escape;
mod family;
mod figures;
mod given;
mod gradescope;
mod guard;
mod handed_out;
mod html;
mod junit;
mod learn;
mod log;
mod outputs;
mod points;
mod port;
mod program;
mod progress;
mod python;
mod role;
mod server;
mod sheet;
mod stage;
mod story;
mod terminal;
mod tsv;
mod usage;
mod width;

use call::{Asked, Call, Server, Task};
use card::Card;
use class::Order;
use learn::Ending;
use outputs::{Outputs, Page};
use points::Points;
use role::Role;
use sheet::{About, Sheet};

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
    // If something is wrong with them, the user should not have to wait for the card to learn that.
    let desk = |role| Desk::prepare(call, role);
    match &call.task {
        Task::Server(server) => {
            let (Server::Command(command) | Server::At(command)) = server;
            let desk = desk(Role::Server)?;
            desk.hand_out(command, server::check(server, name, &call.movie)?, call.verbose)
        }
        Task::Client { command, scripts, pressing, verbose } => {
            let desk = desk(Role::Client)?;
            let asked = client::Asked { scripts, pressing: *pressing, verbose: *verbose };
            desk.hand_out(command, client::check(command, name, &call.movie, asked)?, call.verbose)
        }
        Task::Class(order) => check_class(call, order),
        Task::Learn(order) => Ok(led(learn::run(order, &call.movie)?)),
        Task::Log(paths) => {
            let findings = log::check(paths)?;
            say(findings.to_string().trim_end());
            Ok(code_of(!findings.has_failed(), !findings.are_good()))
        }
        Task::Compare { commands, report } => {
            let page = report.as_deref().map(Page::open).transpose()?;
            let comparison = compare::compare(commands, &call.movie)?;
            say(&comparison.to_string());
            if let Some((page, path)) = page.zip(report.as_deref()) {
                page.write(&compare::page(&comparison, call::again(commands, path, &call.movie)))?;
            }
            Ok(code_of(comparison.is_full(), false))
        }
    }
}

/// Where a card goes, and what it needs there: ready before the check begins.
struct Desk<'a> {
    role: Role,
    begun: (SystemTime, Instant),
    points: Option<Points>,
    outputs: Outputs<'a>,
}

impl<'a> Desk<'a> {
    fn prepare(call: &'a Call, role: Role) -> Result<Self, String> {
        let points = call.points.as_deref().map(|path| read_points(path, role)).transpose()?;
        let outputs = Outputs::open(&call.places)?;
        Ok(Self { role, begun: (SystemTime::now(), Instant::now()), points, outputs })
    }

    fn hand_out(self, command: &str, mut card: Card, verbose: bool) -> Result<ExitCode, String> {
        let (begun, clock) = self.begun;
        let about = About { role: self.role, command, begun, took: clock.elapsed() };
        let sheet = Sheet::of(&card, about, self.points.as_ref());
        if !verbose {
            card.leave_out_stories();
        }
        say(&terminal::shown(&card));
        if let Some(points) = sheet.points_line() {
            say(&points);
        }
        self.outputs.write(&sheet)?;
        Ok(code_of(card.is_full(), card.is_unfinished()))
    }
}

fn read_points(path: &Path, role: Role) -> Result<Points, String> {
    let of_client = client::requirements();
    let known = [(Role::Server, server::requirements()), (Role::Client, of_client.as_slice())];
    Points::read(path, role, &known)
}

fn check_class(call: &Call, order: &Order) -> Result<ExitCode, String> {
    let of_client = client::requirements();
    let requirements = match order.role {
        Role::Server => server::requirements(),
        Role::Client => &of_client,
    };
    let path = call.points.as_deref();
    let points = path.map(|path| read_points(path, order.role)).transpose()?;
    let (summary, is_whole) =
        class::check(order, &call.movie, requirements, path.zip(points.as_ref()))?;
    say(summary.trim_end());
    Ok(code_of(is_whole, false))
}

fn code_of(is_full: bool, is_unfinished: bool) -> ExitCode {
    match (is_full, is_unfinished) {
        (false, _) => ExitCode::FAILURE,
        (true, true) => ExitCode::from(UNFINISHED),
        (true, false) => ExitCode::SUCCESS,
    }
}

fn led(ending: Ending) -> ExitCode {
    match ending {
        Ending::Done => ExitCode::SUCCESS,
        Ending::Failed => ExitCode::FAILURE,
        Ending::Open => ExitCode::from(UNFINISHED),
        Ending::NoTerminal => {
            complain("--watch needs a terminal");
            ExitCode::from(2)
        }
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
