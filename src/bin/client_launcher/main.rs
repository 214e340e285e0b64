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
use rtsp_lab::console::{Console, Printer};
use rtsp_lab::impairment::Impairment;
use rtsp_lab::playout::INTERVAL;
use rtsp_lab::rtsp::Method;
use rtsp_lab::server::{self, Network, Server, ServerError, ServerEvent, Stopper};
use rtsp_lab::terminal;
use rtsp_lab::trace::{Header, Recorder, Trace};
use rtsp_lab::window::{PlayerWindow, WindowError};

mod call;
mod own_movie;
mod page;
mod source;
mod url; // wing

use call::{Asked, Call, Place};
use own_movie::OwnMovie;
use page::{Page, Writer};
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
    let code = match call.source.clone() {
        Some(source) => {
            let window = open_window(&source.movie(), call);
            recorded(source, call, |source, told| Ok(launch(source, None, window, call, told)))
        }
        None => launch_with_own_server(call),
    };
    code.unwrap_or_else(|flaw| {
        complain(&flaw);
        ExitCode::FAILURE
    })
}

/// Whom to tell what happens.
struct Told {
    trace: Trace,
    /// What writes the page of the session so far, if one is wanted.
    page: Option<Writer>,
}

/// Plays, and writes down what happens, if that is asked for. The last line is what was printed at the end.
fn recorded(
    source: Source,
    call: &Call,
    play: impl FnOnce(Source, Told) -> Result<(ExitCode, Option<String>), String>,
) -> Result<ExitCode, String> {
    let command = env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let buffer = call.buffer.map(|target| target.time(INTERVAL));
    let header = Header { command, packets: call.packets, buffer, ..source.header() };
    let mut files = call.files.clone();
    let page = Page::wanted(call.report.as_deref(), &mut files)?;
    let recorder = Recorder::start(files, header, |flaw| complain(&flaw));
    let (recorder, trace) = recorder.map_err(|error| no_thread(&error))?;
    let told = Told { trace: trace.clone(), page: page.as_ref().map(Page::writer) };
    let (code, summary) = play(source, told)?;
    if let Some(summary) = summary {
        trace.summary(&summary);
    }
    if !recorder.finish() {
        complain("could not write all that has happened: the disk stands still");
    }
    if let Some(page) = page {
        let written = page.write()?;
        if !call.quiet {
            say(&format!("{written}: open it in a browser"));
        }
    }
    Ok(code)
}

fn no_thread(error: &io::Error) -> String {
    format!("could not start a thread: {error}")
}

/// A server of its own on free ports, and the movie plays at once.
fn launch_with_own_server(call: &Call) -> Result<ExitCode, String> {
    let could_not = |error: ServerError| format!("could not {error}");
    let own_movie = OwnMovie::find()?;
    let window = open_window(own_movie::NAME, call);
    // A lecture lasts longer than the movie; without a window its end ends the program.
    let looping = matches!(window, Ok(Some(_)));
    let limit = Arc::new(OnceLock::new());
    let found = Arc::clone(&limit);
    // The network is good until the user changes it, and a pause may last: nobody else is served.
    let network = Network::new(Impairment::default());
    let report = move |event| {
        if let ServerEvent::TooLarge { limit, .. } = event {
            found.set(limit).ok();
        }
    };
    let (server, movie) = ("127.0.0.1".to_owned(), own_movie::NAME.to_owned());
    let settings = Settings { server, server_port: 0, rtp_port: 0, movie };
    let source = Source::Own(settings, limit, own_movie.frames());
    recorded(source, call, |mut source, told| {
        let settings = server::Settings {
            movies: own_movie.folder(),
            network: Some(network.clone()),
            looping,
            idle_limit: Duration::MAX,
            trace: told.trace.clone(),
            ..Default::default()
        };
        let server = Server::bind("127.0.0.1", 0, settings).map_err(could_not)?;
        source.set_port(server.local_addr().port());
        let stopper = server.stopper();
        let serving = thread::Builder::new().name("server".to_owned());
        let serving =
            serving.spawn(move || server.serve(report)).map_err(|error| no_thread(&error))?;
        // Stops the server whatever happens below, so that the thread can be joined.
        let stop = StopAtEnd(stopper);
        say(own_movie.greeting());
        let played = launch(source, Some(network), window, call, told);
        drop(stop);
        drop(serving.join());
        Ok(played)
    })
}

/// How it ended, and the statistics, if they were printed.
type Played = (ExitCode, Option<String>);

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
    told: Told,
) -> Played {
    match window {
        Ok(None) => played(play_in_terminal(source, call, &told.trace)),
        Ok(Some(mut window)) => {
            if let Some(network) = network {
                window.set_network(network);
            }
            played(play_in_window(source, window, call, told))
        }
        Err(error) if call.place == Place::WindowIfPossible => {
            say(&format!("{}\n{WITHOUT_A_WINDOW}", reason_and_cure(&error)));
            played(play_in_terminal(source, call, &told.trace))
        }
        Err(error) => {
            complain(&format!("{}, or --headless", reason_and_cure(&error)));
            (ExitCode::FAILURE, None)
        }
    }
}

fn played(played: Result<Played, String>) -> Played {
    played.unwrap_or_else(|flaw| {
        complain(&flaw);
        (ExitCode::FAILURE, None)
    })
}

/// Threads of their own print, so that neither window nor session stands still when the terminal does.
struct Output {
    consoles: [Console; 2],
    out: Printer,
    errors: Printer,
}

impl Output {
    fn start() -> Result<Self, String> {
        let no_thread = |error| no_thread(&error);
        let (console, out) = Console::start(io::stdout()).map_err(no_thread)?;
        let (of_errors, errors) = Console::start(io::stderr()).map_err(no_thread)?;
        Ok(Self { consoles: [console, of_errors], out, errors })
    }

    /// Prints the transcript; with `--quiet`, only what the user must know.
    fn reporter(&self, quiet: bool) -> impl FnMut(ClientEvent) + use<> {
        let (out, errors) = (self.out.clone(), self.errors.clone());
        move |event| {
            if !quiet {
                out.say(event.to_string());
            } else if matches!(event, ClientEvent::Told(_) | ClientEvent::TakenBack(_)) {
                errors.say(complaint(&event.to_string()));
            }
        }
    }

    /// Waits until all is printed, if it can be. Nobody else may hold a printer any more.
    fn finish(self) {
        let Self { consoles, out, errors } = self;
        drop((out, errors));
        consoles.into_iter().for_each(Console::finish);
    }
}

fn play_in_window(
    source: Source,
    mut window: PlayerWindow,
    call: &Call,
    told: Told,
) -> Result<Played, String> {
    let output = Output::start()?;
    if let Some(writer) = told.page {
        window.set_page_writer(Box::new(writer));
    }
    let mut client = source.client(told.trace, output.reporter(call.quiet));
    client.buffer().set_target(call.buffer);
    if call.play {
        client.press(Method::Play);
    }
    let shown = window.run(&mut *client).map_err(|error| error.to_string());
    let (statistics, now) = client.statistics();
    let summary = statistics.summary(now).to_string();
    if !call.quiet && statistics.frames_shown > 0 {
        output.out.say(summary.clone());
    }
    drop(client);
    output.finish();
    shown.map(|()| (ExitCode::SUCCESS, Some(summary)))
}

fn reason_and_cure(error: &WindowError) -> String {
    let cure = error.cure().unwrap_or_else(|| "try another display".to_owned());
    format!("{error}: {cure}")
}

fn play_in_terminal(source: Source, call: &Call, trace: &Trace) -> Result<Played, String> {
    let output = Output::start()?;
    let mut client = source.client(trace.clone(), output.reporter(call.quiet));
    client.buffer().set_target(call.buffer);
    let played = terminal::play(&mut *client, call.limits, &|text| output.out.say(text));
    drop(client);
    output.finish();
    let code = if played.is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    Ok((code, Some(played.summary)))
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
    writeln!(io::stderr(), "{}", complaint(text)).ok();
}

fn complaint(text: &str) -> String {
    format!("client_launcher: {text}")
}

const WITHOUT_A_WINDOW: &str = "Without a window: a line of figures a second, then the statistics.";
