//! The command line of `lab_check`.

use std::ffi::OsString;
use std::path::PathBuf;

use getopts::{Matches, Options};

use crate::class::Order;
use crate::client::{self, KeySet, Pressing};
pub(crate) use crate::given::Server;
use crate::learn;
use crate::outputs::Places;

mod of_class;
mod of_learn;
mod words;

pub(crate) use words::again;
use words::{USAGE, with_port};

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// The help, or the version.
    Text(String),
    /// The call asks to check something.
    Call(Box<Call>),
}

/// What to check, and how.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) task: Task,
    /// The movie that servers are asked for, and that is played to clients.
    pub(crate) movie: PathBuf,
    /// The files in which the card is left.
    pub(crate) places: Places,
    /// What each requirement is worth.
    pub(crate) points: Option<PathBuf>,
    /// What the program is called in the table; its command if no name is given.
    pub(crate) name: Option<String>,
    /// Print what happened before something has failed.
    pub(crate) verbose: bool,
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
        /// The variations to play; all, if empty.
        scripts: Vec<String>,
        /// Who presses its buttons.
        pressing: Pressing,
        /// Print all that it says on standard error.
        verbose: bool,
    },
    /// Two servers, side by side.
    Compare {
        /// Their commands, with `{port}`.
        commands: [String; 2],
        /// The page that shows them.
        report: Option<PathBuf>,
    },
    /// The programs of a class.
    Class(Order),
    /// A program that is being written.
    Learn(learn::Order),
    /// An event log that was handed in, or a client's and its server's.
    Log(Vec<PathBuf>),
}

impl Asked {
    /// What is wrong with the call, in one line, if something is.
    pub(crate) fn read(words: impl Iterator<Item = OsString>) -> Result<Self, String> {
        // Other people's folders may have names that are no text.
        let (words, strange): (Vec<_>, Vec<_>) = words.partition(|word| word.to_str().is_some());
        let matches = options().parse(with_set(words.into_iter()));
        let matches = matches.map_err(|flaw| flaw.to_string().replace(char::is_control, "?"))?;
        if matches.opt_present("help") {
            return Ok(Self::Text(help()));
        }
        if matches.opt_present("version") {
            return Ok(Self::Text(format!("lab_check {}", env!("CARGO_PKG_VERSION"))));
        }
        Call::read(&matches, strange).map(|call| Self::Call(Box::new(call)))
    }
}

impl Call {
    fn read(matches: &Matches, strange: Vec<OsString>) -> Result<Self, String> {
        let mut task = read_task(matches)?;
        match (&mut task, strange.first()) {
            (_, None) => {}
            (Task::Class(order), _) => order.folders.extend(strange.into_iter().map(PathBuf::from)),
            (_, Some(word)) => return Err(format!("expected text, found {word:?}")),
        }
        if matches!(&task, Task::Class(order) if order.folders.is_empty()) {
            return Err("expected a FOLDER or more after class, found 0".to_owned());
        }
        let movie = matches.opt_str("movie").unwrap_or_else(|| "movie.Mjpeg".to_owned());
        let is_misplaced = |option: &&&str| task.refuses(option) && matches.opt_present(option);
        if let Some(option) = CARD_OPTIONS.iter().find(is_misplaced) {
            return Err(format!("--{option} goes with server and client: {}", task.instead()));
        }
        let path = |option| matches.opt_str(option).map(PathBuf::from);
        let places = Places {
            tsv: path("tsv"),
            json: path("json"),
            junit: path("junit"),
            gradescope: path("gradescope"),
            html: path("html"),
        };
        let (movie, name) = (PathBuf::from(movie), matches.opt_str("name"));
        let verbose = matches.opt_present("verbose");
        if matches!(task, Task::Compare { .. } | Task::Learn(_)) && verbose {
            return Err("--verbose goes with server and client".to_owned());
        }
        Ok(Self { task, movie, places, points: path("points"), name, verbose })
    }
}

impl Task {
    /// Whether an option about one card has no sense here.
    fn refuses(&self, option: &str) -> bool {
        match self {
            Self::Server(_) | Self::Client { .. } => false,
            Self::Compare { .. } => option != "name",
            Self::Class(_) => option != "points",
            Self::Learn(_) | Self::Log(_) => true,
        }
    }

    /// What there is in place of one card.
    const fn instead(&self) -> &'static str {
        match self {
            Self::Server(_) | Self::Client { .. } => "they print one",
            Self::Compare { .. } => "compare prints two columns",
            Self::Class(_) => "class has a folder of cards",
            Self::Learn(_) => "learn prints a line at a time",
            Self::Log(_) => "log has no card",
        }
    }
}

fn options() -> Options {
    let mut options = Options::new();
    for (_, add) in GROUPS {
        add(&mut options);
    }
    options
}

/// A paragraph for each group of options.
fn help() -> String {
    let paragraph = |(title, add): &Group| {
        let mut options = Options::new();
        add(&mut options);
        let rows = options.usage_with_format(|rows| rows.collect::<Vec<_>>().join("\n"));
        format!("\n\n{title}:\n{rows}")
    };
    USAGE.to_owned() + &GROUPS.iter().map(paragraph).collect::<String>()
}

/// Options that are about one card.
const CARD_OPTIONS: [&str; 7] = ["tsv", "json", "junit", "gradescope", "html", "points", "name"];

/// A title, and the function that adds the options under it.
type Group = (&'static str, fn(&mut Options));

const GROUPS: [Group; 7] = [
    ("With server", of_server),
    ("With client", of_client),
    ("With server and client", of_both),
    ("With compare", of_compare),
    ("With class", of_class::options),
    ("With learn", of_learn::options),
    ("Always", of_all),
];

fn of_server(options: &mut Options) {
    options.optopt("", "at", "check the one that runs there; start none", "HOST:PORT");
}

fn of_client(options: &mut Options) {
    options
        .optmulti("", "script", "play only this variation; may be repeated (default: all)", "NAME")
        .optflagopt(
            "",
            "keys",
            "press its buttons by its window's keys, or by Tab and Space",
            "tab",
        )
        .optopt("", "press", "press the buttons of its window in Python's Tk", "tk");
}

fn of_both(options: &mut Options) {
    options.optflag(
        "",
        "verbose",
        "print the story of what fails, and all it says on standard error",
    );
    options
        .optopt("", "tsv", "append a row to this table", "FILE")
        .optopt("", "json", "write the card as JSON", "FILE")
        .optopt("", "junit", "write the card as a JUnit report", "FILE")
        .optopt("", "gradescope", "write the card as Gradescope's results.json", "FILE")
        .optopt("", "html", "write the card as a page", "FILE")
        .optopt("", "points", "read what each requirement is worth", "FILE")
        .optopt("", "name", "what the program is called (default: its command)", "NAME");
}

fn of_compare(options: &mut Options) {
    options.optopt("", "report", "write a page of the two, side by side", "FILE");
}

fn of_all(options: &mut Options) {
    options
        .optopt("", "movie", "the movie to play (default: movie.Mjpeg)", "FILE")
        .optflag("h", "help", "print this")
        .optflag("V", "version", "print the version");
}

fn read_task(matches: &Matches) -> Result<Task, String> {
    let words: Vec<&str> = matches.free.iter().map(String::as_str).collect();
    let at = matches.opt_str("at");
    let (scripts, pressing) = (matches.opt_strs("script"), read_pressing(matches)?);
    let is_client = matches!(words.first(), Some(&("client" | "class")))
        || matches!(words.as_slice(), ["learn", "client" | "both", ..]);
    let verbose = matches.opt_present("verbose");
    if !is_client && (pressing != Pressing::ByHand || !scripts.is_empty()) {
        return Err("--script, --keys and --press go with client".to_owned());
    }
    if at.is_some() && words.first() != Some(&"server") {
        return Err("--at goes with server".to_owned());
    }
    if matches.opt_present("report") && words.first() != Some(&"compare") {
        return Err("--report goes with compare".to_owned());
    }
    if words.first() != Some(&"class") {
        if let Some(option) = of_class::ITS_OWN.iter().find(|option| matches.opt_present(option)) {
            return Err(format!("--{option} goes with class"));
        }
    }
    if words.first() != Some(&"learn") {
        if let Some(option) = of_learn::ITS_OWN.iter().find(|option| matches.opt_present(option)) {
            return Err(format!("--{option} goes with learn"));
        }
    }
    match (words.as_slice(), at) {
        (["learn", rest @ ..], _) => of_learn::read(matches, pressing, rest).map(Task::Learn),
        (["class", folders @ ..], _) => of_class::read(matches, pressing, folders).map(Task::Class),
        (["server", command], None) => {
            Ok(Task::Server(Server::Command(with_port("server", command)?)))
        }
        (["server"], Some(place)) => Ok(Task::Server(Server::At(read_place(&place)?))),
        (["client", command], None) => {
            client::known(&scripts)?;
            let command = with_port("client", command)?;
            if pressing == Pressing::Tk {
                client::pressable(&command)?;
            }
            Ok(Task::Client { command, scripts, pressing, verbose })
        }
        (["compare", one, other], None) => {
            let commands = [with_port("compare", one)?, with_port("compare", other)?];
            let report = matches.opt_str("report").map(PathBuf::from);
            Ok(Task::Compare { commands, report })
        }
        (["log", logs @ ..], None) if (1..=2).contains(&logs.len()) => {
            Ok(Task::Log(logs.iter().map(PathBuf::from).collect()))
        }
        (["log", rest @ ..], _) => {
            Err(format!("expected one FILE or two after log, found {}", rest.len()))
        }
        ([], _) => {
            Err("expected server, client, compare, class, learn or log, found nothing".to_owned())
        }
        ([task @ ("server" | "client"), rest @ ..], _) => {
            Err(format!("expected one COMMAND after {task}, or --at, found {}", rest.len()))
        }
        (["compare", rest @ ..], _) => {
            Err(format!("expected two COMMANDs after compare, found {}", rest.len()))
        }
        ([other, ..], _) => {
            Err(format!("expected server, client, compare, class, learn or log, found {other:?}"))
        }
    }
}

/// `--keys tab` is `--keys=tab` for the library, and no command is called `tab`.
fn with_set(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut all: Vec<OsString> = Vec::new();
    for word in words {
        match all.last_mut() {
            Some(last) if last == "--keys" && word == "tab" => last.push("=tab"),
            _ => all.push(word),
        }
    }
    all
}

fn read_pressing(matches: &Matches) -> Result<Pressing, String> {
    let keys = matches.opt_present("keys").then(|| matches.opt_str("keys"));
    match (keys, matches.opt_str("press").as_deref()) {
        (None, None) => Ok(Pressing::ByHand),
        (Some(None), None) => Ok(Pressing::Keys(KeySet::Own)),
        (Some(Some(set)), None) if set == "tab" => Ok(Pressing::Keys(KeySet::Tab)),
        (Some(Some(set)), None) => Err(format!("expected --keys or --keys tab, found {set:?}")),
        (None, Some("tk")) => Ok(Pressing::Tk),
        (None, Some(other)) => Err(format!("expected --press tk, found {other:?}")),
        (Some(_), Some(_)) => Err("expected --keys or --press, found both".to_owned()),
    }
}

fn read_place(word: &str) -> Result<String, String> {
    let port = word.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    let is_place = port.is_some_and(|port| port != 0);
    let flaw = || format!("expected --at HOST:PORT, found {word:?}");
    if is_place { Ok(word.to_owned()) } else { Err(flaw()) }
}
