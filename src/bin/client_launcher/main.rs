//! `client_launcher SERVER_ADDR SERVER_PORT RTP_PORT MOVIE`: plays a movie. Python:
//! `python ClientLauncher.py Server_name Server_port RTP_port Video_file`.
//!
//! Without arguments it starts a server of its own and plays `movie.Mjpeg` from it at once.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, thread};

use rtsp_lab::client::{Client, ClientEvent, Settings};
use rtsp_lab::server::{self, Server, ServerError, Stopper};
use rtsp_lab::terminal;
use rtsp_lab::window::PlayerWindow;

mod call;

use call::{Call, Place};

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
    match call.settings.clone() {
        Some(settings) => launch(settings, call),
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
    let server = Server::bind("127.0.0.1", 0, server::Settings::default()).map_err(could_not)?;
    let server_port = server.local_addr().port();
    let stopper = server.stopper();
    let serving = thread::Builder::new().name("server".to_owned());
    let serving = serving.spawn(move || server.serve(|_| {}));
    let serving = serving.map_err(|error| format!("could not start a thread: {error}"))?;
    // Stops the server whatever happens below, so that the thread can be joined.
    let stop = StopAtEnd(stopper);
    say(TWO_PROGRAMS);
    let (server, movie) = ("127.0.0.1".to_owned(), "movie.Mjpeg".to_owned());
    let code = launch(Settings { server, server_port, rtp_port: 0, movie }, call);
    drop(stop);
    drop(serving.join());
    Ok(code)
}

/// Plays in a window, or in the terminal.
fn launch(settings: Settings, call: &Call) -> ExitCode {
    let quiet = call.quiet;
    let title = format!("{} - RTSP lab client", settings.movie);
    let mut client = Client::new(settings, move |event| {
        if !quiet {
            say(&event.to_string());
        } else if let ClientEvent::Told(message) = event {
            complain(&message.to_string());
        }
    });
    if call.place == Place::Terminal {
        return play_in_terminal(&mut client, call.seconds);
    }
    match PlayerWindow::open(&title) {
        Ok(window) => play_in_window(&mut client, window, call.play),
        Err(error) if call.place == Place::WindowIfPossible => {
            say(&format!("could not {error}; playing without one, as with --headless"));
            play_in_terminal(&mut client, call.seconds)
        }
        Err(error) => {
            complain(&format!("could not {error}; --headless plays without a window"));
            ExitCode::FAILURE
        }
    }
}

fn play_in_window(client: &mut Client, mut window: PlayerWindow, play: bool) -> ExitCode {
    if play {
        client.play_movie();
    }
    match window.run(client) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("could not {error}"));
            ExitCode::FAILURE
        }
    }
}

fn play_in_terminal(client: &mut Client, limit: Option<Duration>) -> ExitCode {
    if terminal::play(client, limit, &mut io::stdout()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
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

const TWO_PROGRAMS: &str = "\
Playing from a server inside this program. The same with two programs, in two terminals:
    cargo run --bin server 2048
    cargo run --bin client_launcher 127.0.0.1 2048 5008 movie.Mjpeg";
