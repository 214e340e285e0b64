//! The command line of `lab_check`.

use std::ffi::OsString;
use std::path::PathBuf;

use getopts::{Matches, Options};

use crate::client;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) task: Task,
    /// The movie that servers are asked for, and that is played to clients.
    pub(crate) movie: PathBuf,
    /// The table to which the card is appended.
    pub(crate) tsv: Option<PathBuf>,
    /// What the program is called in the table; its command if it has no name.
    pub(crate) name: Option<String>,
}

/// What is to be checked.
#[derive(Debug)]
pub(crate) enum Task {
    /// A server.
    Server(Server),
    /// A client.
    Client {
        /// Its command, with `{host}`, `{port}`, `{rtp}` and `{movie}`.
        command: String,
        /// The variations to play; none stands for all.
        scripts: Vec<String>,
        /// Press its buttons by its window's keys.
        keys: bool,
    },
    /// Two servers, side by side.
    Compare {
        /// Their commands, with `{port}`.
        commands: [String; 2],
    },
}

/// A server to check.
#[derive(Clone, Debug)]
pub(crate) enum Server {
    /// One to start, with `{port}`.
    Command(String),
    /// One that runs at this `HOST:PORT`.
    At(String),
}

impl Call {
    /// `None` if only the usage is wanted.
    pub(crate) fn read(
        options: &Options,
        words: impl Iterator<Item = OsString>,
    ) -> Result<Option<Self>, String> {
        let matches = options.parse(words).map_err(|flaw| flaw.to_string())?;
        if matches.opt_present("help") {
            return Ok(None);
        }
        let task = read_task(&matches)?;
        let movie = matches.opt_str("movie").unwrap_or_else(|| "movie.Mjpeg".to_owned());
        let tsv = matches.opt_str("tsv").map(PathBuf::from);
        if matches!(task, Task::Compare { .. }) && tsv.is_some() {
            return Err("--tsv goes with server and client: compare prints two columns".to_owned());
        }
        let (movie, name) = (PathBuf::from(movie), matches.opt_str("name"));
        Ok(Some(Self { task, movie, tsv, name }))
    }
}

pub(crate) fn options() -> Options {
    let mut options = Options::new();
    options
        .optopt("", "movie", "the movie to play (default: movie.Mjpeg)", "FILE")
        .optopt("", "at", "server: check the one that runs there, and start none", "HOST:PORT")
        .optmulti("", "script", "client: only this variation; may be repeated", "NAME")
        .optflag("", "keys", "client: press its buttons by its window's keys")
        .optopt("", "tsv", "append a row to this table", "FILE")
        .optopt("", "name", "what the program is called in the table", "NAME")
        .optflag("h", "help", "print this");
    options
}

pub(crate) fn usage(options: &Options) -> String {
    options.usage(
        "Usage: lab_check [OPTIONS] server COMMAND\n       \
         lab_check [OPTIONS] server --at HOST:PORT\n       \
         lab_check [OPTIONS] client COMMAND\n       \
         lab_check [OPTIONS] compare COMMAND COMMAND\n\n\
         Checks a server or a client of the lab, in any language, and prints its report card.\n\
         In COMMAND {port} is replaced by the RTSP port; for a client also {host}, {rtp}, {movie}.\n\
         Ends with code 0 if nothing failed, 1 if something did, 2 after a wrong call.",
    )
}

fn read_task(matches: &Matches) -> Result<Task, String> {
    let words: Vec<&str> = matches.free.iter().map(String::as_str).collect();
    let at = matches.opt_str("at");
    let (scripts, keys) = (matches.opt_strs("script"), matches.opt_present("keys"));
    let is_client = words.first() == Some(&"client");
    if !is_client && (keys || !scripts.is_empty()) {
        return Err("--script and --keys go with client".to_owned());
    }
    if at.is_some() && words.first() != Some(&"server") {
        return Err("--at goes with server".to_owned());
    }
    match (words.as_slice(), at) {
        (["server", command], None) => {
            Ok(Task::Server(Server::Command(with_port("server", command)?)))
        }
        (["server"], Some(place)) => Ok(Task::Server(Server::At(read_place(&place)?))),
        (["client", command], None) => {
            client::known(&scripts)?;
            Ok(Task::Client { command: with_port("client", command)?, scripts, keys })
        }
        (["compare", one, other], None) => {
            let commands = [with_port("compare", one)?, with_port("compare", other)?];
            Ok(Task::Compare { commands })
        }
        ([], _) => Err("expected server, client or compare, found nothing".to_owned()),
        ([task @ ("server" | "client"), rest @ ..], _) => {
            Err(format!("expected one COMMAND behind {task}, or --at, found {}", rest.len()))
        }
        (["compare", rest @ ..], _) => {
            Err(format!("expected two COMMANDs behind compare, found {}", rest.len()))
        }
        ([other, ..], _) => Err(format!("expected server, client or compare, found {other:?}")),
    }
}

/// Without it the program can't be told where to listen, or where to call.
fn with_port(task: &str, command: &str) -> Result<String, String> {
    if command.contains("{port}") {
        return Ok(command.to_owned());
    }
    Err(format!("expected {{port}} in the COMMAND of {task}, found {command:?}"))
}

fn read_place(word: &str) -> Result<String, String> {
    let port = word.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    let is_place = port.is_some_and(|port| port != 0);
    let flaw = || format!("expected --at HOST:PORT, found {word:?}");
    if is_place { Ok(word.to_owned()) } else { Err(flaw()) }
}
