//! `client_launcher SERVER_ADDR SERVER_PORT RTP_PORT MOVIE`: plays a movie. Python:
//! `python ClientLauncher.py Server_name Server_port RTP_port Video_file`.
//!
//! Without arguments it starts a server of its own and plays `movie.Mjpeg` from it at once, in any
//! folder.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{env, thread};

use rtsp_lab::client::{ClientEvent, Settings};
use rtsp_lab::console::Console;
use rtsp_lab::impairment::Impairment;
use rtsp_lab::rtsp::Method;
use rtsp_lab::server::{self, Network, Server, ServerError, ServerEvent, Stopper};
use rtsp_lab::terminal;
use rtsp_lab::window::{PlayerWindow, WindowError};

mod call;
mod own_movie;
mod source;
mod url; // wing

use call::{Asked, Call, Place};
use own_movie::OwnMovie;
use source::Source;

fn main() -> ExitCode {
    match Asked::read(env::args_os().skip(1)) {
        Ok(Asked::Call(call)) => run(&call),
        Ok(Asked::Text(text)) => {
            say(&text);
            ExitCode::SUCCESS
        }
        Err(flaw) => {
            complain(&format!("{flaw}; try --help"));
            ExitCode::from(2)
        }
    }
}

fn run(call: &Call) -> ExitCode {
    match call.source.clone() {
        Some(source) => {
            let window = open_window(&source.movie(), call);
            launch(source, None, window, call)
        }
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
    let own_movie = OwnMovie::find()?;
    let window = open_window(own_movie::NAME, call);
    // The network is good until the user changes it, and a pause may last: nobody else is served.
    let network = Network::new(Impairment::default());
    let settings = server::Settings {
        movies: own_movie.folder(),
        network: Some(network.clone()),
        // A lecture lasts longer than the movie; without a window its end ends the program.
        looping: matches!(window, Ok(Some(_))),
        idle_limit: Duration::MAX,
        ..Default::default()
    };
    let server = Server::bind("127.0.0.1", 0, settings).map_err(could_not)?;
    let server_port = server.local_addr().port();
    let stopper = server.stopper();
    let serving = thread::Builder::new().name("server".to_owned());
    let limit = Arc::new(OnceLock::new());
    let found = Arc::clone(&limit);
    let report = move |event| {
        if let ServerEvent::TooLarge { limit, .. } = event {
            found.set(limit).ok();
        }
    };
    let serving = serving.spawn(move || server.serve(report));
    let serving = serving.map_err(|error| format!("could not start a thread: {error}"))?;
    // Stops the server whatever happens below, so that the thread can be joined.
    let stop = StopAtEnd(stopper);
    say(own_movie.greeting());
    let (server, movie) = ("127.0.0.1".to_owned(), own_movie::NAME.to_owned());
    let settings = Settings { server, server_port, rtp_port: 0, movie };
    let code =
        launch(Source::Own(settings, limit, own_movie.frames()), Some(network), window, call);
    drop(stop);
    drop(serving.join());
    Ok(code)
}

/// The window, unless none is wanted.
fn open_window(movie: &str, call: &Call) -> Result<Option<PlayerWindow>, WindowError> {
    if call.place == Place::Terminal {
        return Ok(None);
    }
    PlayerWindow::open(&format!("{movie} - RTSP lab client"), call.window).map(Some)
}

/// Plays in a window, or without one; `network` is that of the own server.
fn launch(
    source: Source,
    network: Option<Network>,
    window: Result<Option<PlayerWindow>, WindowError>,
    call: &Call,
) -> ExitCode {
    match window {
        Ok(None) => play_in_terminal(source, call),
        Ok(Some(mut window)) => {
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
            say(&format!("{}\n{WITHOUT_A_WINDOW}", reason_and_cure(&error)));
            play_in_terminal(source, call)
        }
        Err(error) => {
            complain(&format!("{}, or --headless", reason_and_cure(&error)));
            ExitCode::FAILURE
        }
    }
}

/// A separate thread prints, so that the window does not freeze when the terminal does.
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
    let shown = window.run(&mut *client).map_err(|error| error.to_string());
    let (statistics, now) = client.statistics();
    if !call.quiet && statistics.frames_shown > 0 {
        printer.say(statistics.summary(now).to_string());
    }
    drop((client, printer));
    console.finish();
    shown
}

fn reason_and_cure(error: &WindowError) -> String {
    let cure = error.cure().unwrap_or_else(|| "try another display".to_owned());
    format!("{error}: {cure}")
}

fn play_in_terminal(source: Source, call: &Call) -> ExitCode {
    let mut client = source.client(reporter(call.quiet, |text| say(&text)));
    if terminal::play(&mut *client, call.limits, &mut io::stdout()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Prints the transcript; with `--quiet`, only what the user must know.
fn reporter(quiet: bool, print: impl Fn(String)) -> impl FnMut(ClientEvent) {
    move |event| {
        if !quiet {
            print(event.to_string());
        } else if matches!(event, ClientEvent::Told(_) | ClientEvent::TakenBack(_)) {
            complain(&event.to_string());
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

const WITHOUT_A_WINDOW: &str = "Without a window: a line of figures a second, then the statistics.";
