//! The buttons of a Tk window, pressed by a script in the client's own process.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::{env, fs, process};

use crate::guard::Guard;
use crate::python::PythonCommand;

use super::button::Button;
use super::picture::Picture;
use super::raised::Raised;

/// The script, as a file that Python can run. It is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Press {
    folder: PathBuf,
    _guard: Guard,
}

/// Checks that the script can press the buttons of the client of that command.
///
/// # Errors
/// The command does not begin with Python: in one line.
pub(crate) fn can_press(command: &str) -> Result<(), String> {
    let flaw =
        || format!("expected a COMMAND that begins with python for --press tk, found {command:?}");
    PythonCommand::of(command).map(drop).ok_or_else(flaw)
}

impl Press {
    /// Writes the script.
    ///
    /// # Errors
    /// There is no display, or it can't be written: in one line.
    pub(crate) fn prepare() -> Result<Self, String> {
        if NEEDS_DISPLAY && env::var_os("DISPLAY").is_none() {
            let why = "could not press buttons: DISPLAY is not set, so there is no window";
            return Err(why.to_owned());
        }
        let name = format!("lab_check-{}-press-{:08x}", process::id(), rand::random::<u32>());
        let folder = env::temp_dir().join(name);
        let write = || {
            let guard = Guard::of_folder(&folder)?;
            fs::create_dir(&folder)?;
            fs::write(folder.join(NAME), SCRIPT)?;
            Ok(guard)
        };
        let could_not = |error: io::Error| format!("could not write {}: {error}", folder.display());
        let guard = write().map_err(could_not)?;
        Ok(Self { folder, _guard: guard })
    }

    /// A link for one run of the client.
    ///
    /// # Errors
    /// There is no port for it: in one line.
    pub(crate) fn link(&self) -> Result<Link, String> {
        let could_not = |error| format!("could not open a port for the script: {error}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(could_not)?;
        listener.set_nonblocking(true).map_err(could_not)?;
        let port = listener.local_addr().map_err(could_not)?.port();
        let script = self.folder.join(NAME);
        let (bytes, reports) = (Vec::new(), VecDeque::new());
        let (asked, traces) = (None, false);
        Ok(Link { script, port, listener, stream: None, bytes, reports, asked, traces })
    }
}

impl Drop for Press {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// What the script tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// It has opened a window.
    Window,
    /// A button with that text is being pressed.
    Pressed(String),
    /// A button can't be pressed: which, and what is there instead.
    Absent(Button, String),
    /// The client has opened a picture.
    Opened(Picture),
    /// What it took for a picture is none.
    Refused(Picture),
    /// Its window shows another picture.
    Shown,
    /// It draws by a library whose pictures are not seen.
    Draws(String),
    /// One of its files has raised an exception.
    Raised(Raised),
}

/// The connection to the script in one run of the client.
#[derive(Debug)]
pub(crate) struct Link {
    script: PathBuf,
    port: u16,
    listener: TcpListener,
    stream: Option<TcpStream>,
    /// The beginning of a message.
    bytes: Vec<u8>,
    reports: VecDeque<Report>,
    asked: Option<Button>,
    /// Exceptions are told, too.
    traces: bool,
}

impl Link {
    /// The same, and the script tells of exceptions, too.
    pub(crate) fn tracing(self) -> Self {
        Self { traces: true, ..self }
    }

    /// The command with the script in it.
    pub(crate) fn command(&self, command: &str) -> String {
        let Some(PythonCommand { python, program }) = PythonCommand::of(command) else {
            return command.to_owned();
        };
        let path = self.script.display().to_string();
        let path = if cfg!(windows) { format!("\"{path}\"") } else { quoted(&path) };
        let more = if self.traces { "+" } else { "" };
        format!("{python}{path} {}{more} {program}", self.port)
    }

    /// Asks the script to press a button; returns whether it hears.
    pub(crate) fn press(&mut self, button: Button) -> bool {
        let names = match button {
            Button::Setup => "setup\tplay",
            Button::Play => "play",
            Button::Pause => "pause",
            Button::Teardown => "teardown\tclose",
        };
        self.turn();
        let Some(stream) = &mut self.stream else { return false };
        self.asked = Some(button);
        stream.write_all(format!("press\t{names}\n").as_bytes()).is_ok()
    }

    /// The next report, if one has come.
    pub(crate) fn report(&mut self) -> Option<Report> {
        self.turn();
        self.reports.pop_front()
    }

    /// Takes what has come.
    fn turn(&mut self) {
        if self.stream.is_none() {
            self.stream = self.listener.accept().ok().and_then(|(stream, _)| {
                // On some systems it does not inherit that from the listener.
                stream.set_nonblocking(true).is_ok().then_some(stream)
            });
        }
        let Some(stream) = &mut self.stream else { return };
        let mut part = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut part) {
            self.bytes.extend(part.iter().take(count));
            if self.bytes.len() > MOST_BYTES {
                break;
            }
        }
        let mut lines: Vec<Vec<u8>> =
            self.bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        // What comes after the last line end is not yet a message.
        self.bytes = lines.pop().unwrap_or_default();
        for line in lines {
            let line = String::from_utf8_lossy(&line).into_owned();
            self.reports.extend(read(&line, self.asked));
        }
    }
}

/// A message, if it is one that counts; `asked` is the button that was asked for.
fn read(line: &str, asked: Option<Button>) -> Option<Report> {
    let words: Vec<&str> = line.split('\t').collect();
    match words.as_slice() {
        ["absent", why, there @ ..] => {
            let there = if there.is_empty() { "no buttons".to_owned() } else { there.join(", ") };
            let button = asked?;
            Some(Report::Absent(
                button,
                format!("its button {button} {why}; its window has {there}"),
            ))
        }
        ["window"] => Some(Report::Window),
        ["pressed", text] => Some(Report::Pressed((*text).to_owned())),
        [what @ ("picture" | "refused"), length, first, last] => {
            let picture = Picture::told(length.parse().ok()?, first, last);
            let is_one = *what == "picture";
            Some(if is_one { Report::Opened(picture) } else { Report::Refused(picture) })
        }
        ["shown", ..] => Some(Report::Shown),
        ["raised", words @ ..] => Raised::read(words).map(Report::Raised),
        ["draws", name] => Some(Report::Draws((*name).to_owned())),
        _ => None,
    }
}

/// A word for `sh`.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

const SCRIPT: &str = include_str!("press.py");
/// Its name in a traceback.
const NAME: &str = "press.py";
/// Elsewhere Tk needs no X.
const NEEDS_DISPLAY: bool = cfg!(all(unix, not(target_os = "macos")));
/// No message is so long: such bytes are dropped with what follows them.
const MOST_BYTES: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_and_others_are_passed_over() {
        let told = read("absent\tis not there\tGo\tHalt", Some(Button::Pause));
        let text = "its button Pause is not there; its window has Go, Halt".to_owned();
        assert_eq!(told, Some(Report::Absent(Button::Pause, text)));
        let line = format!("picture\t40\t{}\t{}", "07".repeat(8), "07".repeat(16));
        assert_eq!(read(&line, None), Some(Report::Opened(Picture::of(&[7; 40]))));
        for line in ["", "done\tPlay", "picture\tx\t\t", "absent\tis not there", "nonsense"] {
            assert_eq!(read(line, None), None, "{line}");
        }
    }

    #[test]
    fn the_path_is_one_word_of_the_shell() {
        assert_eq!(quoted("/tmp/it's here/a.py"), r"'/tmp/it'\''s here/a.py'");
    }
}
