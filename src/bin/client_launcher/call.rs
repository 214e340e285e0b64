//! The command line of `client_launcher`.

use std::ffi::OsString;
use std::time::Duration;

use getopts::{Matches, Options};
use rtsp_lab::client::Settings;
use rtsp_lab::terminal::Limits;
use rtsp_lab::window::{self, Buttons};

use super::source::Source;
use super::url; // wing

/// What the command line asks for.
pub(crate) struct Call {
    /// The server and the movie; `None` for a server of its own.
    pub(crate) source: Option<Source>,
    /// Play at once.
    pub(crate) play: bool,
    /// Where to play.
    pub(crate) place: Place,
    /// What the window is like.
    pub(crate) window: window::Settings,
    /// How long to play in the terminal.
    pub(crate) limits: Limits,
    /// Print no transcript.
    pub(crate) quiet: bool,
}

/// Where the movie is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a window.
    Window,
    /// In a window if there is a display, in the terminal else.
    WindowIfPossible,
    /// In the terminal.
    Terminal,
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
        let source = read_source(&matches)?;
        let place = match source {
            _ if matches.opt_present("headless") => Place::Terminal,
            Some(_) => Place::Window,
            None => Place::WindowIfPossible,
        };
        Ok(Some(Self {
            play: source.is_none() || matches.opt_present("play"),
            source,
            place,
            window: read_window(&matches)?,
            limits: read_limits(&matches)?,
            quiet: matches.opt_present("quiet"),
        }))
    }
}

pub(crate) fn options() -> Options {
    let mut options = Options::new();
    options
        .optflag("", "play", "play at once, without a press on Setup and Play")
        .optflag("", "headless", "play without a window, and print the statistics")
        .optflag("", "three-buttons", "no button for Setup: Play does it, too")
        .optflag("", "stay-open", "keep the window after Teardown, ready for another Setup")
        .optopt("", "scale", "draw the window N times as large: 1 to 4", "N")
        .optflag("", "tcp", "with a URL: receive over TCP, and do not try UDP first")
        .optopt("", "seconds", "with --headless: end after this time", "N")
        .optopt("", "patience", "with --headless: wait so much longer when nothing comes", "N")
        .optflag("", "quiet", "do not print requests and replies")
        .optflag("h", "help", "print this");
    options
}

pub(crate) fn usage(options: &Options) -> String {
    options.usage(
        "Usage: client_launcher [OPTIONS] SERVER_ADDR SERVER_PORT RTP_PORT MOVIE\n       \
         client_launcher [OPTIONS] rtsp://HOST[:PORT]/MOVIE\n       \
         client_launcher [OPTIONS]\n\n\
         Plays MOVIE from a server of the lab; by its URL from any RTSP server that sends JPEG;\n\
         without arguments movie.Mjpeg from a server of its own.",
    )
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
    let scale = matches.opt_str("scale");
    if matches.opt_present("headless") && (three_buttons || stay_open || scale.is_some()) {
        return Err("--three-buttons, --stay-open and --scale need a window".to_owned());
    }
    let buttons = if three_buttons { Buttons::Three } else { Buttons::Five };
    Ok(window::Settings { buttons, scale: read_scale(scale)?, stay_open })
}

fn read_scale(word: Option<String>) -> Result<usize, String> {
    let Some(word) = word else { return Ok(1) };
    let scale = word.parse().ok().filter(|scale| (1..=4).contains(scale));
    scale.ok_or_else(|| format!("expected --scale from 1 to 4, found {word:?}"))
}

fn read_limits(matches: &Matches) -> Result<Limits, String> {
    let seconds = read_seconds(matches, "seconds")?;
    let patience = read_seconds(matches, "patience")?.unwrap_or_default();
    Ok(Limits { seconds, patience })
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
