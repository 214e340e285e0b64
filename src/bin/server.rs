//! `server [OPTIONS] PORT`: serves the movies of a folder. Python: `python Server.py PORT`.

use std::ffi::OsString;
use std::io::Write;
#[cfg(target_os = "linux")]
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, io};

use getopts::{Matches, Options};
use rtsp_lab::console::Console;
use rtsp_lab::impairment::Impairment;
use rtsp_lab::server::{MAX_PAYLOAD, Network, Server, Settings};
use rtsp_lab::standard::jpeg_payload::SMALLEST_LIMIT as SMALLEST_MTU; // wing

fn main() -> ExitCode {
    let options = options();
    let usage = || options.usage("Usage: server [OPTIONS] PORT\n\nServes the movies of a folder.");
    let call = match Call::read(&options, env::args_os().skip(1)) {
        Ok(Some(call)) => call,
        Ok(None) => {
            say(&usage());
            return ExitCode::SUCCESS;
        }
        Err(flaw) => {
            complain(&format!("{flaw}\n\n{}", usage()));
            return ExitCode::from(2);
        }
    };
    match serve(call) {
        Ok(()) => ExitCode::SUCCESS,
        Err(flaw) => {
            complain(&flaw);
            ExitCode::FAILURE
        }
    }
}

fn serve(call: Call) -> Result<(), String> {
    #[cfg(target_os = "linux")]
    make_room_for_descriptors();
    let server = Server::bind(&call.host, call.port, call.settings);
    let server = server.map_err(|error| format!("could not {error}"))?;
    if call.quiet {
        server.serve(|_| {});
        return Ok(());
    }
    let console = Console::start();
    let (console, printer) =
        console.map_err(|error| format!("could not start a thread: {error}"))?;
    let (movies, address) = (plain(server.movies()), server.local_addr());
    printer.say(format!("serving the movies in {movies} at {address}"));
    if let Some(impairment) = call.impairment {
        printer.say(format!("a bad network on purpose: {impairment}"));
    }
    server.serve(move |event| printer.say(event.to_string()));
    console.finish();
    Ok(())
}

/// An absolute path as people write it: what Windows itself calls absolute begins with `\\?\`.
fn plain(path: &Path) -> String {
    let path = path.display().to_string();
    match path.strip_prefix(r"\\?\UNC\") {
        Some(share) => format!(r"\\{share}"),
        None => path.strip_prefix(r"\\?\").unwrap_or(&path).to_owned(),
    }
}

/// Linux doubles its table of a process's open files when it is full. Where there are several
/// threads, it waits 5 to 15 ms for all processors meanwhile, and so would some client for its SETUP.
/// The table never shrinks, so it is filled now, while there is one thread.
#[cfg(target_os = "linux")]
fn make_room_for_descriptors() {
    let input = io::stdin();
    let copies = (0..ROOM).map_while(|_| input.as_fd().try_clone_to_owned().ok());
    drop(copies.collect::<Vec<_>>());
}

/// What the command line asks for.
struct Call {
    host: String,
    port: u16,
    settings: Settings,
    impairment: Option<Impairment>,
    quiet: bool,
}

impl Call {
    /// `None` if only the usage is wanted.
    fn read(
        options: &Options,
        words: impl Iterator<Item = OsString>,
    ) -> Result<Option<Self>, String> {
        let matches = options.parse(words).map_err(|flaw| flaw.to_string())?;
        if matches.opt_present("help") {
            return Ok(None);
        }
        let port = match matches.free.as_slice() {
            [port] => read_port(port)?,
            [] => return Err("expected a PORT, found none".to_owned()),
            [_, other, ..] => return Err(format!("expected one PORT, found {other:?} behind it")),
        };
        let fragment = read_bytes(&matches, "fragment", 1)?;
        let mut settings = Settings { fragment, ..Settings::default() };
        let mtu = read_bytes(&matches, "mtu", SMALLEST_MTU)?; // wing
        settings.mtu = mtu.unwrap_or(settings.mtu); // wing
        settings.allow_low_ports = matches.opt_present("allow-low-ports");
        settings.max_clients = read_clients(&matches)?.unwrap_or(settings.max_clients);
        settings.idle_limit = read_seconds(&matches, "idle", settings.idle_limit)?;
        settings.setup_limit = read_seconds(&matches, "setup", settings.setup_limit)?;
        if let Some(folder) = matches.opt_str("movies") {
            settings.movies = PathBuf::from(folder);
        }
        let impairment = read_impairment(&matches)?;
        settings.network = impairment.map(Network::new);
        let host = matches.opt_str("bind").unwrap_or_else(|| "0.0.0.0".to_owned());
        let quiet = matches.opt_present("quiet");
        Ok(Some(Self { host, port, settings, impairment, quiet }))
    }
}

fn options() -> Options {
    let mut options = Options::new();
    options
        .optopt("", "bind", "listen at this address only; :: is every one, IPv6 too", "ADDR")
        .optopt("", "movies", "the folder of the movies (default: this one)", "DIR")
        .optopt("", "fragment", "send frames in pieces of at most this size", "BYTES")
        .optopt("", "mtu", "standard dialect: payload of a packet (default: 1400)", "BYTES") // wing
        .optopt("", "loss", "a bad network: lose this share of the RTP packets", "PERCENT")
        .optopt("", "duplicate", "send this share twice", "PERCENT")
        .optopt("", "reorder", "send this share behind the next packet", "PERCENT")
        .optopt("", "delay", "send each packet so much later", "MS")
        .optopt("", "jitter", "vary the delay by so much, up and down", "MS")
        .optopt("", "seed", "do the same to the same packets as with this seed before", "N")
        .optopt("", "max-clients", "how many may be connected at once (4096)", "N")
        .optflag("", "allow-low-ports", "send RTP to ports below 1024, too")
        .optopt("", "idle", "end a session after so long without request or packet (60)", "SECONDS")
        .optopt("", "setup", "close a connection after so long without SETUP (10)", "SECONDS")
        .optflag("", "quiet", "print nothing but errors")
        .optflag("h", "help", "print this");
    options
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

/// `None` if nothing is to be done to packets.
fn read_impairment(matches: &Matches) -> Result<Option<Impairment>, String> {
    let random = rand::random_range(1..=999_999);
    let impairment = Impairment::read(|name| matches.opt_str(name), random);
    let impairment = impairment.map_err(|bad| bad.to_string())?;
    Ok(Some(impairment).filter(|impairment| impairment.is_bad()))
}

fn read_clients(matches: &Matches) -> Result<Option<usize>, String> {
    let Some(word) = matches.opt_str("max-clients") else { return Ok(None) };
    let number = word.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("expected --max-clients from 1 on, found {word:?}")).map(Some)
}

fn read_seconds(matches: &Matches, name: &str, default: Duration) -> Result<Duration, String> {
    let Some(word) = matches.opt_str(name) else { return Ok(default) };
    let seconds = word.parse().ok().filter(|seconds| (1..=MOST_SECONDS).contains(seconds));
    let flaw = || format!("expected --{name} from 1 to {MOST_SECONDS} seconds, found {word:?}");
    seconds.ok_or_else(flaw).map(Duration::from_secs)
}

/// A closed terminal or pipe is no reason to stop serving.
fn say(text: &str) {
    writeln!(io::stdout(), "{text}").ok();
}

fn complain(text: &str) {
    writeln!(io::stderr(), "server: {text}").ok();
}

/// What a few hundred sessions open; with fewer allowed, all of them.
#[cfg(target_os = "linux")]
const ROOM: usize = 2048;
/// A day: nobody pauses for longer.
const MOST_SECONDS: u64 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_shown_as_people_write_it() {
        for (path, shown) in [
            ("/home/ann/movies", "/home/ann/movies"),
            (r"\\?\C:\Users\Ann\movies", r"C:\Users\Ann\movies"),
            (r"\\?\UNC\school\lab", r"\\school\lab"),
        ] {
            assert_eq!(plain(Path::new(path)), shown);
        }
    }
}
