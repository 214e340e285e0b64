//! `server [OPTIONS] PORT`: serves the movies of a folder. Python: `python Server.py PORT`.

use std::ffi::OsString;
use std::io::Write;
#[cfg(target_os = "linux")]
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, io};

use getopts::{Matches, Options};
use rtsp_lab::console::Console;
use rtsp_lab::impairment::Impairment;
use rtsp_lab::server::{MAX_PAYLOAD, Network, Server, Settings};
use rtsp_lab::standard::jpeg_payload::SMALLEST_LIMIT as SMALLEST_MTU; // wing
use rtsp_lab::trace::{Files, Header, Recorder, Vantage};
use rtsp_lab::video_stream::as_written;

fn main() -> ExitCode {
    match Asked::read(env::args_os().skip(1)) {
        Ok(Asked::Text(text)) => {
            say(&text);
            ExitCode::SUCCESS
        }
        Ok(Asked::Call(call)) => match serve(*call) {
            Ok(()) => ExitCode::SUCCESS,
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

fn serve(call: Call) -> Result<(), String> {
    #[cfg(target_os = "linux")]
    make_room_for_descriptors();
    let no_thread = |error: io::Error| format!("could not start a thread: {error}");
    let recorder = Recorder::start(call.files, call.header, |flaw| complain(&flaw));
    let (recorder, trace) = recorder.map_err(no_thread)?;
    let settings = Settings { trace, ..call.settings };
    let server = Server::bind(&call.host, call.port, settings);
    let server = server.map_err(|error| format!("could not {error}"))?;
    if call.quiet {
        server.serve(|_| {});
        recorder.finish();
        return Ok(());
    }
    let (console, printer) = Console::start(io::stdout()).map_err(no_thread)?;
    let (movies, address) = (as_written(server.movies()), server.local_addr());
    printer.say(format!("serving the movies in {movies} at {address}"));
    if let Some(impairment) = call.impairment {
        printer.say(format!("a bad network on purpose: {impairment}"));
    }
    server.serve(move |event| printer.say(event.to_string()));
    recorder.finish();
    console.finish();
    Ok(())
}

/// Linux doubles a process's table of open files when it is full. If the process has several
/// threads, that takes 5 to 15 ms, and some client's SETUP would wait for it. The table never
/// shrinks, so it is filled now, while there is only one thread.
#[cfg(target_os = "linux")]
fn make_room_for_descriptors() {
    let input = io::stdin();
    let copies = (0..ROOM).map_while(|_| input.as_fd().try_clone_to_owned().ok());
    drop(copies.collect::<Vec<_>>());
}

/// What the command line asks for.
enum Asked {
    /// The help, or the version.
    Text(String),
    /// The call asks to serve.
    Call(Box<Call>),
}

/// How to serve.
struct Call {
    host: String,
    port: u16,
    settings: Settings,
    impairment: Option<Impairment>,
    quiet: bool,
    files: Files,
    header: Header,
}

impl Asked {
    /// What is wrong with the call, in one line, if something is.
    fn read(words: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let matches = options().parse(words);
        let matches = matches.map_err(|flaw| flaw.to_string().replace(char::is_control, "?"))?;
        if matches.opt_present("help") {
            return Ok(Self::Text(help()));
        }
        if matches.opt_present("version") {
            return Ok(Self::Text(format!("server {}", env!("CARGO_PKG_VERSION"))));
        }
        Call::read(&matches).map(|call| Self::Call(Box::new(call)))
    }
}

impl Call {
    fn read(matches: &Matches) -> Result<Self, String> {
        let port = match matches.free.as_slice() {
            [port] => read_port(port)?,
            [] => return Err("expected a PORT, found none".to_owned()),
            [_, other, ..] => return Err(format!("expected one PORT, found {other:?} after it")),
        };
        let fragment = read_bytes(matches, "fragment", 1)?;
        let marker = matches.opt_present("marker");
        let mut settings = Settings { fragment, marker, ..Settings::default() };
        let mtu = read_bytes(matches, "mtu", SMALLEST_MTU)?; // wing
        settings.mtu = mtu.unwrap_or(settings.mtu); // wing
        settings.recode = !matches.opt_present("no-recode"); // wing
        settings.looping = matches.opt_present("loop");
        settings.allow_low_ports = matches.opt_present("allow-low-ports");
        let max_clients = read_clients(matches, "max-clients")?;
        settings.max_clients = max_clients.unwrap_or(settings.max_clients);
        settings.max_clients_per_address = read_clients(matches, "max-clients-per-address")?;
        settings.idle_limit = read_seconds(matches, "idle", settings.idle_limit)?;
        settings.session_timeout = settings.idle_limit; // wing
        settings.setup_limit = read_seconds(matches, "setup", settings.setup_limit)?;
        if let Some(folder) = matches.opt_str("movies") {
            settings.movies = PathBuf::from(folder);
        }
        let impairment = read_impairment(matches)?;
        settings.network = impairment.map(Network::new);
        let host = matches.opt_str("bind").unwrap_or_else(|| "0.0.0.0".to_owned());
        let quiet = matches.opt_present("quiet");
        let (files, packets) = read_files(matches)?;
        let header = Header {
            vantage: Vantage::Server,
            title: "server".to_owned(),
            network: impairment,
            fragment: settings.fragment,
            command: env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
            packets,
            ..Header::default()
        };
        Ok(Self { host, port, settings, impairment, quiet, files, header })
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

/// A title, and the function that adds the options under it.
type Group = (&'static str, fn(&mut Options));

const GROUPS: [Group; 5] = [
    ("Where", where_to_serve),
    ("Packets", packets),
    ("A bad network, on purpose", bad_network),
    ("Limits", limits),
    ("What is printed and written", printing),
];

fn where_to_serve(options: &mut Options) {
    options
        .optopt("", "bind", "listen at this address; :: is every one (default: 0.0.0.0)", "ADDR")
        .optopt("", "movies", "the folder of the movies (default: this one)", "DIR")
        .optflag("", "loop", "lab's dialect: play each movie again and again (default: once)");
}

/// Clients of the assignment of 2025 show nothing without the marker bit.
const FRAGMENT: &str = "send frames in pieces of this size, the last one marked; clients of the 2025 assignment want \
     20468 (default: whole)";

fn packets(options: &mut Options) {
    options
        .optopt("", "fragment", FRAGMENT, "BYTES")
        .optflag(
            "",
            "marker",
            "mark the last packet of each frame, also of whole ones (default: not)",
        )
        .optopt("", "mtu", "standard dialect: payload of a packet (default: 1400)", "BYTES") // wing
        .optflag("", "no-recode", "standard dialect: refuse what RTP can't carry (415)") // wing
        .optflag("", "allow-low-ports", "send RTP to ports below 1024 (default: SETUP gets 461)");
}

fn bad_network(options: &mut Options) {
    options
        .optopt("", "loss", "lose this share of the RTP packets (default: 0)", "PERCENT")
        .optopt("", "duplicate", "send this share twice (default: 0)", "PERCENT")
        .optopt("", "reorder", "send this share after the next packet (default: 0)", "PERCENT")
        .optopt("", "delay", "send each packet this much later (default: 0)", "MS")
        .optopt("", "jitter", "vary the delay by this much, up and down (default: 0)", "MS")
        .optopt("", "seed", "do the same as with this seed before (default: random)", "N");
}

fn limits(options: &mut Options) {
    options
        .optopt("", "max-clients", "how many may be connected at once (default: 4096)", "N")
        .optopt(
            "",
            "max-clients-per-address",
            "the same for each address (default: a quarter)",
            "N",
        )
        .optopt("", "setup", "close a connection that brings no SETUP (default: 10)", "SECONDS")
        .optopt("", "idle", "end a session without request or packet (default: 60)", "SECONDS");
}

fn printing(options: &mut Options) {
    options
        .optopt("", "log", "write what happens to each packet here, a line an event", "FILE")
        .optopt("", "log-packets", "after so many, a line a second (default: 1000000)", "N")
        .optopt("", "capture", "write packets and messages here, for Wireshark", "FILE")
        .optflag("", "quiet", "print nothing but errors")
        .optflag("h", "help", "print this")
        .optflag("V", "version", "print the version");
}

fn read_port(word: &str) -> Result<u16, String> {
    word.parse()
        .map_err(|_| format!("expected a PORT from 0 (any free one) to 65535, found {word:?}"))
}

fn read_bytes(matches: &Matches, name: &str, least: usize) -> Result<Option<usize>, String> {
    let Some(word) = matches.opt_str(name) else { return Ok(None) };
    let bytes = word.parse().ok().filter(|bytes| (least..=MAX_PAYLOAD).contains(bytes));
    let flaw = || format!("expected --{name} from {least} to {MAX_PAYLOAD} bytes, found {word:?}");
    bytes.ok_or_else(flaw).map(Some)
}

/// The bad network to send through; `None` if packets go out as they are.
fn read_impairment(matches: &Matches) -> Result<Option<Impairment>, String> {
    let random = rand::random_range(1..=999_999);
    let impairment = Impairment::read(|name| matches.opt_str(name), random);
    let impairment = impairment.map_err(|bad| bad.to_string())?;
    Ok(Some(impairment).filter(|impairment| impairment.is_bad()))
}

fn read_clients(matches: &Matches, name: &str) -> Result<Option<usize>, String> {
    let Some(word) = matches.opt_str(name) else { return Ok(None) };
    let number = word.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("expected --{name} from 1 on, found {word:?}")).map(Some)
}

fn read_seconds(matches: &Matches, name: &str, default: Duration) -> Result<Duration, String> {
    let Some(word) = matches.opt_str(name) else { return Ok(default) };
    let seconds = word.parse().ok().filter(|seconds| (1..=MOST_SECONDS).contains(seconds));
    let flaw = || format!("expected --{name} from 1 to {MOST_SECONDS} seconds, found {word:?}");
    seconds.ok_or_else(flaw).map(Duration::from_secs)
}

/// Where to write what happens, and how many packets one by one.
fn read_files(matches: &Matches) -> Result<(Files, Option<u64>), String> {
    let file = |name| matches.opt_str(name).map(PathBuf::from);
    let packets = matches.opt_str("log-packets").map(|word| {
        let flaw = || format!("expected --log-packets as a number, 0 or more, found {word:?}");
        word.parse().map_err(|_| flaw())
    });
    Ok((Files { log: file("log"), capture: file("capture") }, packets.transpose()?))
}

/// A closed terminal or pipe is no reason to stop serving.
fn say(text: &str) {
    writeln!(io::stdout(), "{text}").ok();
}

fn complain(text: &str) {
    writeln!(io::stderr(), "server: {text}").ok();
}

/// As many files as a few hundred sessions open; where fewer are allowed, all of those.
#[cfg(target_os = "linux")]
const ROOM: usize = 2048;
const USAGE: &str = "\
Usage: server [OPTIONS] PORT

Serves the movies of a folder at RTSP port PORT (0: any free one), to the lab's
clients and to all players of rtsp:// URLs.

Examples:
    server 2048
        the movies of this folder
    server --setup 600 --idle 3600 2048
        for a lecture: clients may wait, and pause for an hour
    server --loss 5 --delay 40 --jitter 15 --seed 7 2048
        over a bad network, which is the same each time";
/// A day: no pause is longer.
const MOST_SECONDS: u64 = 24 * 60 * 60;
