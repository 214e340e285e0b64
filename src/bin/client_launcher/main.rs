//! `client_launcher SERVER_ADDR SERVER_PORT RTP_PORT MOVIE`: plays a movie. Python:
//! `python ClientLauncher.py Server_name Server_port RTP_port Video_file`.
//!
//! Without arguments it starts a server of its own and plays `movie.Mjpeg` from it at once.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, thread};

use rtsp_lab::client::{ClientEvent, Settings};
use rtsp_lab::console::Console;
use rtsp_lab::impairment::Impairment;
use rtsp_lab::rtsp::Method;
use rtsp_lab::server::{self, Network, Server, ServerError, Stopper};
use rtsp_lab::terminal;
use rtsp_lab::window::PlayerWindow;

mod call;
mod source;
mod url; // wing

use call::{Call, Place};
use source::Source;

fn main() -> ExitCode {
    let options = call::options();
    match Call::read(&options, env::args_os().skip(1)) {
        Ok(Some(call)) => run(&call),
        Ok(None) => {
            say(&call::usage(&options));
            ExitCode::SUCCESS
        }
        Err(flaw) => {
            complain(&format!("{flaw}\n\n{}", call::usage(&options)));
            ExitCode::from(2)
        }
    }
}

fn run(call: &Call) -> ExitCode {
    match call.source.clone() {
        Some(source) => launch(source, None, call),
        None => match launch_with_own_server(call) {
            Ok(code) => code,
            Err(flaw) => {
                complain(&flaw);
                ExitCode::FAILURE
            }
        },
    }
}

/// A server of its own on free ports, and the movie plays at once.
fn launch_with_own_server(call: &Call) -> Result<ExitCode, String> {
    let could_not = |error: ServerError| format!("could not {error}");
    // A good network, until its user wishes otherwise; and a pause may last, for nobody else is served.
    let network = Network::new(Impairment::default());
    let settings = server::Settings {
        movies: folder_of_the_movie()?,
        network: Some(network.clone()),
        idle_limit: Duration::MAX,
        ..Default::default()
    };
    let server = Server::bind("127.0.0.1", 0, settings).map_err(could_not)?;
    let server_port = server.local_addr().port();
    let stopper = server.stopper();
    let serving = thread::Builder::new().name("server".to_owned());
    let serving = serving.spawn(move || server.serve(|_| {}));
    let serving = serving.map_err(|error| format!("could not start a thread: {error}"))?;
    // Stops the server whatever happens below, so that the thread can be joined.
    let stop = StopAtEnd(stopper);
    say(TWO_PROGRAMS);
    let (server, movie) = ("127.0.0.1".to_owned(), MOVIE.to_owned());
    let settings = Settings { server, server_port, rtp_port: 0, movie };
    let code = launch(Source::Lab(settings), Some(network), call);
    drop(stop);
    drop(serving.join());
    Ok(code)
}

/// This folder, or the project's: `cargo run` works in each of its folders, and names it.
fn folder_of_the_movie() -> Result<PathBuf, String> {
    let project = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let folders = [Some(PathBuf::from(".")), project];
    let found = folders.into_iter().flatten().find(|folder| folder.join(MOVIE).is_file());
    found.ok_or_else(|| format!("there is no {MOVIE} in this folder; name a server and a movie"))
}

/// Plays in a window, or in the terminal; `network` is that of the own server.
fn launch(source: Source, network: Option<Network>, call: &Call) -> ExitCode {
    if call.place == Place::Terminal {
        return play_in_terminal(source, call);
    }
    match PlayerWindow::open(&format!("{} - RTSP lab client", source.movie()), call.window) {
        Ok(mut window) => {
            if let Some(network) = network {
                window.set_network(network);
            }
            match play_in_window(source, window, call) {
                Ok(()) => ExitCode::SUCCESS,
                Err(flaw) => {
                    complain(&flaw);
                    ExitCode::FAILURE
                }
            }
        }
        Err(error) if call.place == Place::WindowIfPossible => {
            say(&format!("could not {error}; playing without one, as with --headless"));
            play_in_terminal(source, call)
        }
        Err(error) => {
            complain(&format!("could not {error}; --headless plays without a window"));
            ExitCode::FAILURE
        }
    }
}

/// The window must not stand still when the terminal does, so a thread of its own prints.
fn play_in_window(source: Source, mut window: PlayerWindow, call: &Call) -> Result<(), String> {
    let console = Console::start();
    let (console, printer) =
        console.map_err(|error| format!("could not start a thread: {error}"))?;
    let transcript = printer.clone();
    let report = reporter(call.quiet, move |text| transcript.say(text));
    let mut client = source.client(report);
    if call.play {
        client.press(Method::Play);
    }
    let shown = window.run(&mut *client).map_err(|error| format!("could not {error}"));
    let (statistics, now) = client.statistics();
    if !call.quiet && statistics.frames_shown > 0 {
        printer.say(statistics.summary(now).to_string());
    }
    drop((client, printer));
    console.finish();
    shown
}

fn play_in_terminal(source: Source, call: &Call) -> ExitCode {
    let mut client = source.client(reporter(call.quiet, |text| say(&text)));
    if terminal::play(&mut *client, call.limits, &mut io::stdout()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Prints the transcript, or what the user must know even if it is to be quiet.
fn reporter(quiet: bool, print: impl Fn(String)) -> impl FnMut(ClientEvent) {
    move |event| {
        if !quiet {
            print(event.to_string());
        } else if let ClientEvent::Told(message) = event {
            complain(&message.to_string());
        }
    }
}

struct StopAtEnd(Stopper);

impl Drop for StopAtEnd {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// A closed terminal or pipe is no reason to stop playing.
fn say(text: &str) {
    writeln!(io::stdout(), "{text}").ok();
}

fn complain(text: &str) {
    writeln!(io::stderr(), "client_launcher: {text}").ok();
}

/// The movie that comes with the project.
const MOVIE: &str = "movie.Mjpeg";
const TWO_PROGRAMS: &str = "\
Playing from a server inside this program. The same with two programs, in two terminals:
    cargo run --bin server 2048
    cargo run --bin client_launcher 127.0.0.1 2048 5008 movie.Mjpeg";
