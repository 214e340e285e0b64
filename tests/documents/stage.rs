//! Where the commands of a document are run: a folder with a movie and the lab in Python, and
//! servers that go on while other commands run.
//!
//! A command is run as it stands, except for three things. `cargo run` and `target/release` are
//! replaced by the programs that Cargo has built for the tests, because a Cargo inside `cargo test`
//! would wait for the outer one. The ports are replaced by free ones, because others may use those
//! of the documents. And where a step of the handout is checked, the lab is the starter, filled up to
//! that step. And a command that would run for ever is ended when it has done its work: a
//! server at the end of its stage, a player when the server has granted its PLAY.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::client_common::program::Program;
use crate::common::left_out::{leave_out, python, runs};
use crate::common::movies::{MOVIE, folder_with, lab_format, real_frames};
use crate::common::server_process::{ServerProcess, wait_until};
use crate::common::starter;
use crate::desktop::player::Player;
use crate::desktop::screen::State;
use crate::desktop::xvfb::Desktop;

use super::jobs::{Job, built, programs};
use super::markdown::root;
use super::ports::{PORTS, four_digit_port, has_number, replace_number};

pub(crate) struct Stage {
    folder: TempDir,
    /// Where the next command is run.
    current: PathBuf,
    ports: Vec<(&'static str, String)>,
    servers: Vec<Running>,
    /// Where a window of the lab in Python opens.
    desktop: Option<Desktop>,
}

/// A server that goes on.
struct Running {
    /// The number of its command.
    command: usize,
    port: String,
    process: ServerProcess,
}

/// What a command has printed, and its exit code if it has ended by itself.
pub(crate) enum Outcome {
    Ended { code: Option<i32>, lines: Vec<String> },
    Went,
}

impl Stage {
    pub(crate) fn new(name: &str) -> Self {
        let frames = real_frames();
        let count = if name.ends_with("whole movie") { frames.len() } else { 60 };
        let folder = folder_with(&lab_format(&frames[..count]));
        prepare(folder.path());
        if let Some(step) = step_of(name) {
            starter::write(folder.path(), step);
        }
        let current = folder.path().to_owned();
        let ports = PORTS.map(|port| (port, four_digit_port().to_string())).to_vec();
        Self { folder, current, ports, servers: Vec::new(), desktop: None }
    }

    /// Runs a command, the `number`th.
    #[track_caller]
    pub(crate) fn run(&mut self, number: usize, command: &str, job: Job) -> Outcome {
        let real = self.real(command);
        if command.contains(" --press tk ") && self.desktop.is_none() {
            needs_tk();
            self.desktop = Some(Desktop::start());
        }
        if let Some(folder) = real.strip_prefix("cd ").filter(|folder| !folder.contains(' ')) {
            self.current.push(folder);
            assert!(self.current.is_dir(), "{command}: there is no such folder");
            return Outcome::Went;
        }
        if real.starts_with("ffmpeg") && real.contains("video.mp4") {
            make_video(self.folder.path());
        }
        if job != Job::Server {
            self.start_the_server_of(&real);
        }
        match job {
            Job::Server => {
                self.start(number, &real);
                Outcome::Went
            }
            Job::Window => self.watch(&real),
            Job::Player => self.play(&real),
            Job::Plain => {
                let ended = Program::start(&mut self.shell(&real)).end(LIMIT);
                let lines = ended.output.lines().filter(|line| !line.starts_with(ROOT));
                let lines = lines.map(|line| self.documented(line)).collect();
                Outcome::Ended { code: ended.code, lines }
            }
        }
    }

    /// Ends the servers, whose clients have gone, and returns what they have printed.
    pub(crate) fn end(mut self) -> Vec<(usize, Vec<String>)> {
        let servers = std::mem::take(&mut self.servers);
        let end = |Running { command, process, .. }| {
            if command == NOBODYS {
                return (command, Vec::new());
            }
            let lines = process.lines_when_clients_have_gone();
            (command, lines.iter().map(|line| self.documented(line)).collect())
        };
        servers.into_iter().map(end).collect()
    }

    fn shell(&self, real: &str) -> Command {
        let (before, last) =
            real.rsplit_once("&& ").map_or(("", real), |(head, tail)| (head, tail));
        let (and, exec) = (
            if before.is_empty() { "" } else { "&& " },
            // So that the command itself is ended, not only its shell.
            if last.contains('|') || last.starts_with("for ") { "" } else { "exec " },
        );
        let line = format!("exec 2>&1; {before}{and}{exec}{last}");
        let mut command = Command::new("sh");
        command.args(["-c", &line]).current_dir(&self.current);
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "CARGO_MANIFEST_DIR"] {
            command.env_remove(name);
        }
        if let Some(desktop) = &self.desktop {
            command.env("DISPLAY", desktop.display());
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [programs()].into_iter().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap());
        let dummies = [("SDL_VIDEODRIVER", "dummy"), ("SDL_AUDIODRIVER", "dummy")];
        command.envs(dummies).env("MPV_HOME", self.folder.path());
        command
    }

    fn start(&mut self, number: usize, real: &str) {
        let (_, port) = self.ports.iter().find(|(_, port)| has_number(real, port)).unwrap();
        let (port, tells) =
            (port.clone(), !real.contains("http.server") && !real.contains("--quiet"));
        let mut process = ServerProcess::spawn(&mut self.shell(real), port.parse().unwrap());
        if tells {
            let said = ["serving the movies in ", "listening on "];
            process.wait_for(|line| said.iter().any(|start| line.starts_with(start)));
        } else {
            wait_until(real, || TcpStream::connect(process.address()).is_ok());
        }
        self.servers.push(Running { command: number, port, process });
    }

    /// Starts a server for a command that connects to a port of this machine, if none is there.
    fn start_the_server_of(&mut self, real: &str) {
        let calls = |port: &String| {
            let places = [":", " "].map(|between| format!("127.0.0.1{between}{port}"));
            places.iter().any(|place| real.contains(place))
        };
        let called = self.ports.iter().map(|(_, port)| port).find(|port| calls(port)).cloned();
        let Some(port) = called else { return };
        if !self.servers.iter().any(|server| server.port == port) {
            let server = self.real(&format!("cargo run --bin server {port}"));
            self.start(NOBODYS, &server);
        }
    }

    /// Plays in the window until some frames are shown, and leaves by Teardown.
    fn watch(&self, real: &str) -> Outcome {
        let desktop = Desktop::start();
        let mut words = real.split_whitespace();
        let mut command = Command::new(words.next().unwrap());
        command.args(words).current_dir(&self.current).env_remove("CARGO_MANIFEST_DIR");
        let plays_by_itself = command.get_args().next().is_none() || real.contains("--play");
        let mut player = Player::run(&desktop, command.stdout(Stdio::null()));
        if !plays_by_itself {
            player.key("s");
            player.wait_for("READY", |screen| screen.state() == Some(State::Ready));
            player.key("p");
        }
        player.wait_for("some frames", |screen| screen.frame_number() >= 3);
        player.key("t");
        Outcome::Ended { code: player.exit_code(), lines: Vec::new() }
    }

    /// Lets somebody else's player play until the server has granted its PLAY.
    fn play(&mut self, real: &str) -> Outcome {
        let server = self.servers.last_mut().expect("a player has a server");
        let before = server.process.count("processing PLAY");
        let mut player = ServerProcess::spawn(&mut self.shell(real), 0);
        let server = self.servers.last_mut().unwrap();
        wait_until(real, || server.process.count("processing PLAY") > before || player.has_ended());
        let plays = server.process.count("processing PLAY") > before;
        assert!(plays, "{real} has ended without a PLAY: {:#?}", player.kill());
        player.kill();
        Outcome::Went
    }

    /// The command with this run's programs and ports in place of the document's.
    fn real(&self, command: &str) -> String {
        let command = built(command);
        if command.starts_with("tshark ") {
            // The ports are those in its file.
            return command;
        }
        self.ports.iter().fold(command, |text, (port, real)| replace_number(&text, port, real))
    }

    /// A line of this run as the document would have it.
    fn documented(&self, line: &str) -> String {
        let line = line.replace(&format!("{}/", programs().display()), "target/release/");
        self.ports.iter().fold(line, |text, (port, real)| replace_number(&text, real, port))
    }
}

/// The step of the handout that a stage checks: `step 2, a client`.
fn step_of(name: &str) -> Option<u32> {
    let (step, side) = name.rsplit_once("lab_handout.md: step ")?.1.split_once(", a ")?;
    step.parse().ok().filter(|_| ["client", "server"].contains(&side))
}

/// Ends the test if Python has no Tk, or no PIL.
fn needs_tk() {
    if !runs(Command::new(python()).args(["-c", "import PIL.ImageTk, tkinter"])) {
        leave_out("Python has no Tk, or no PIL", "python3-tk python3-pil.imagetk");
    }
}

/// What the commands find in their folder.
fn prepare(folder: &Path) {
    let lab = root().join("tests/python_lab");
    for file in fs::read_dir(&lab).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_some_and(|end| end == "py") {
            fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
        }
    }
    fs::create_dir(folder.join("path")).unwrap();
    symlink(&lab, folder.join("path/to")).unwrap();
    symlink(root().join("docs"), folder.join("docs")).unwrap();
    symlink(root().join("tests"), folder.join("tests")).unwrap();
    let movies = folder.join("folder-with-movies");
    fs::create_dir(&movies).unwrap();
    symlink(folder.join(MOVIE), movies.join(MOVIE)).unwrap();
    symlink(folder.join("path"), movies.join("path")).unwrap();
    fs::write(folder.join("mpv.conf"), "vo=null\nao=null\n").unwrap();
}

/// Two seconds of what is no MJPEG yet.
fn make_video(folder: &Path) {
    let words =
        "-nostdin -loglevel error -f lavfi -i testsrc2=s=640x480:r=25 -t 2 -c:v mpeg4 video.mp4";
    let words = words.split_whitespace();
    let status = Command::new("ffmpeg").args(words).current_dir(folder).status().unwrap();
    assert!(status.success(), "make a video");
}

/// The command of a server that no document has started.
const NOBODYS: usize = usize::MAX;
/// What tshark says first if it is run by root.
const ROOT: &str = "Running as user \"root\"";
/// Nothing that a document shows takes this long.
const LIMIT: Duration = Duration::from_secs(90);
