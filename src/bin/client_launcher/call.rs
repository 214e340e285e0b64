//! The command line of `client_launcher`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use getopts::{Matches, Options};
use rtsp_lab::client::Settings;
use rtsp_lab::playout::Target;
use rtsp_lab::terminal::Limits;
use rtsp_lab::trace::Files;
use rtsp_lab::window::{self, Buttons, Theme};

use super::source::Source;
use super::url; // wing

/// What the command line asks for.
pub(crate) enum Asked {
    /// The help, or the version.
    Text(String),
    /// The call asks to play a movie.
    Call(Box<Call>),
}

/// What to play, and how.
pub(crate) struct Call {
    /// The server and the movie; `None` starts a server inside this program.
    pub(crate) source: Option<Source>,
    /// Play at once.
    pub(crate) play: bool,
    /// Where to play.
    pub(crate) place: Place,
    /// What the window is like.
    pub(crate) window: window::Settings,
    /// How much the playout buffer is to hold; `None` if frames are shown as they come.
    pub(crate) buffer: Option<Target>,
    /// How long to play without a window.
    pub(crate) limits: Limits,
    /// Print no transcript.
    pub(crate) quiet: bool,
    /// What to write.
    pub(crate) files: Files,
    /// Where the page of the session is to be.
    pub(crate) report: Option<PathBuf>,
    /// How many packets to write one by one.
    pub(crate) packets: Option<u64>,
}

/// Where the movie is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a window.
    Window,
    /// In a window if there is a display, else nowhere: the terminal gets a line of figures every
    /// second.
    WindowIfPossible,
    /// Nowhere: the terminal gets a line of figures every second.
    Terminal,
}

impl Asked {
    /// What is wrong with the call, in one line, if something is.
    pub(crate) fn read(words: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let matches = options().parse(words);
        let matches = matches.map_err(|flaw| flaw.to_string().replace(char::is_control, "?"))?;
        if matches.opt_present("help") {
            return Ok(Self::Text(help()));
        }
        if matches.opt_present("version") {
            return Ok(Self::Text(format!("client_launcher {}", env!("CARGO_PKG_VERSION"))));
        }
        Call::read(&matches).map(|call| Self::Call(Box::new(call)))
    }
}

impl Call {
    fn read(matches: &Matches) -> Result<Self, String> {
        let source = read_source(matches)?;
        let place = match source {
            _ if matches.opt_present("headless") => Place::Terminal,
            Some(_) => Place::Window,
            None => Place::WindowIfPossible,
        };
        let file = |name| matches.opt_str(name).map(PathBuf::from);
        Ok(Self {
            play: source.is_none() || matches.opt_present("play"),
            source,
            place,
            window: read_window(matches)?,
            buffer: read_buffer(matches)?,
            limits: read_limits(matches)?,
            quiet: matches.opt_present("quiet"),
            files: Files { log: file("log"), capture: file("capture") },
            report: file("report"),
            packets: read_packets(matches)?,
        })
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

const GROUPS: [Group; 4] = [
    ("In a window", in_a_window),
    ("Without a window", without_a_window),
    ("With a URL", with_a_url),
    ("Always", always),
];

fn in_a_window(options: &mut Options) {
    options
        .optflag("", "play", "play at once, without a press on Setup and Play")
        .optflag("", "three-buttons", "no button for Setup: Play does it, too")
        .optflag("", "stay-open", "keep the window after Teardown, ready for another Setup")
        .optopt("", "scale", "draw N times as large, 1 to 4 (default: as the window is)", "N")
        .optflag("", "light", "dark on light, for a hall that is bright");
}

fn without_a_window(options: &mut Options) {
    options
        .optflag("", "headless", "a line of figures a second, then the statistics")
        .optopt("", "seconds", "end after this time (default: at the movie's end)", "N")
        .optopt("", "patience", "wait this much longer when nothing comes (default: 0)", "N");
}

fn with_a_url(options: &mut Options) {
    options.optflag("", "tcp", "receive over TCP, and do not try UDP first");
}

fn always(options: &mut Options) {
    options
        .optopt("", "log", "write what happens to each packet here, a line an event", "FILE")
        .optopt("", "log-packets", "after so many, a line a second (default: 1000000)", "N")
        .optopt("", "report", "write a page of the session here, for a browser", "FILE")
        .optopt("", "capture", "write packets and messages here, for Wireshark", "FILE")
        .optopt("", "buffer", BUFFER, "MS")
        .optflag("", "quiet", "do not print requests and replies")
        .optflag("h", "help", "print this")
        .optflag("V", "version", "print the version");
}

fn read_source(matches: &Matches) -> Result<Option<Source>, String> {
    let tcp = matches.opt_present("tcp");
    let source = match matches.free.as_slice() {
        [url] if url.contains("://") => return url::read(url, tcp).map(Some), // wing
        [] => None,
        [server, server_port, rtp_port, movie] => Some(Source::Lab(Settings {
            server: server.clone(),
            server_port: read_port("SERVER_PORT", server_port)?,
            rtp_port: read_port("RTP_PORT", rtp_port)?,
            movie: read_movie(movie)?,
        })),
        words => {
            return Err(format!(
                "expected SERVER_ADDR SERVER_PORT RTP_PORT MOVIE or a URL, found {} arguments",
                words.len()
            ));
        }
    };
    if tcp {
        return Err("--tcp goes with a URL: rtsp://HOST[:PORT]/MOVIE".to_owned());
    }
    Ok(source)
}

fn read_port(name: &str, word: &str) -> Result<u16, String> {
    let port = word.parse().ok().filter(|&port: &u16| port != 0);
    port.ok_or_else(|| format!("expected {name} from 1 to 65535, found {word:?}"))
}

/// A line end in the name would begin a header line of the request.
fn read_movie(word: &str) -> Result<String, String> {
    if word.trim().is_empty() || word.contains(char::is_control) {
        return Err(format!("expected the name of a MOVIE, found {word:?}"));
    }
    Ok(word.to_owned())
}

fn read_window(matches: &Matches) -> Result<window::Settings, String> {
    let (three_buttons, stay_open) =
        (matches.opt_present("three-buttons"), matches.opt_present("stay-open"));
    let (scale, light) = (matches.opt_str("scale"), matches.opt_present("light"));
    let asks_for_window = three_buttons || stay_open || light || scale.is_some();
    if matches.opt_present("headless") && asks_for_window {
        return Err("--three-buttons, --stay-open, --scale and --light need a window".to_owned());
    }
    let buttons = if three_buttons { Buttons::Three } else { Buttons::Five };
    let theme = if light { Theme::Light } else { Theme::Dark };
    Ok(window::Settings { buttons, scale: read_scale(scale)?, theme, stay_open })
}

fn read_scale(word: Option<String>) -> Result<Option<usize>, String> {
    let Some(word) = word else { return Ok(None) };
    let scale = word.parse().ok().filter(|scale| (1..=4).contains(scale));
    scale.map(Some).ok_or_else(|| format!("expected --scale from 1 to 4, found {word:?}"))
}

fn read_buffer(matches: &Matches) -> Result<Option<Target>, String> {
    let Some(word) = matches.opt_str("buffer") else { return Ok(None) };
    let flaw = || format!("expected --buffer from 0 to 2000 ms, or frames as 30f, found {word:?}");
    Target::parse(&word).ok_or_else(flaw)
}

fn read_limits(matches: &Matches) -> Result<Limits, String> {
    let seconds = read_seconds(matches, "seconds")?;
    let patience = read_seconds(matches, "patience")?.unwrap_or_default();
    Ok(Limits { seconds, patience })
}

fn read_packets(matches: &Matches) -> Result<Option<u64>, String> {
    let Some(word) = matches.opt_str("log-packets") else { return Ok(None) };
    let flaw = || format!("expected --log-packets as a number, 0 or more, found {word:?}");
    word.parse().map(Some).map_err(|_| flaw())
}

fn read_seconds(matches: &Matches, name: &str) -> Result<Option<Duration>, String> {
    let Some(word) = matches.opt_str(name) else { return Ok(None) };
    if !matches.opt_present("headless") {
        return Err(format!("--{name} goes with --headless"));
    }
    let seconds = word.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let flaw = || format!("expected --{name} as a number, 0 or more, found {word:?}");
    seconds.ok_or_else(flaw).map(Some)
}

const BUFFER: &str = "hold frames back until so much waits, then play at the movie's rate; 30f counts \
     frames (default: 0)";

const USAGE: &str = "\
Usage: client_launcher [OPTIONS] SERVER_ADDR SERVER_PORT RTP_PORT MOVIE
       client_launcher [OPTIONS] rtsp://HOST[:PORT]/MOVIE
       client_launcher [OPTIONS]

Plays MOVIE from a server of the lab, or by its URL from any RTSP server that
sends JPEG.

Examples:
    client_launcher 127.0.0.1 2048 5008 movie.Mjpeg
        from the server at RTSP port 2048; RTP comes to UDP port 5008
    client_launcher rtsp://127.0.0.1:2048/movie.Mjpeg
        the same movie by its URL
    client_launcher
        movie.Mjpeg of this folder, or else the one that is built in, from a
        server inside this program, at once
    client_launcher --headless --seconds 10 127.0.0.1 2048 5008 movie.Mjpeg
        ten seconds without a window";
