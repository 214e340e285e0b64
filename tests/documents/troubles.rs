//! The README's table "When something goes wrong": each message is provoked, and is what the
//! programs say.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rtsp_lab::client::{Client, Player, Settings};

use crate::client_common::program::{Program, client_command, rtp_port, run_client};
use crate::client_common::scripted_server::{ScriptedServer, deserted_port};
use crate::common::LIMIT;
use crate::common::movies::{MOVIE, made_movie};
use crate::common::other_user::{AS_ANOTHER, OpenCopy, is_root};
use crate::common::server_process::{ServerProcess, server_command};

use super::markdown::root;
use super::marks::marked;
use crate::common::left_out::forbidden;
use crate::harness::tests;

tests![every_trouble_is_told_as_the_readme_tells, the_messages_are_not_there_when_nothing_is_wrong,];

type Provoke = fn() -> Told;

/// What was said when a trouble was provoked.
struct Told {
    /// `None` if it can't be provoked on this machine.
    said: Option<String>,
    /// The document's port, and the one that stands for it here.
    port: Option<(&'static str, String)>,
}

impl Told {
    fn just(said: String) -> Self {
        Self { said: Some(said), port: None }
    }

    fn with_port(documented: &'static str, port: String, said: String) -> Self {
        Self { said: Some(said), port: Some((documented, port)) }
    }
}

const TROUBLES: [(&str, Provoke); 13] = [
    ("Address already in use", taken_port),
    ("Permission denied", systems_port),
    ("Connection failed", no_server),
    ("Unable to bind", taken_rtp_port),
    ("Nothing comes", no_packets),
    ("The packets are too short", no_rtp),
    ("404 File Not Found", no_movie),
    ("415 Unsupported Media Type", another_file),
    ("No reply that can be read", another_server),
    ("The end", end_of_the_movie),
    ("Session ended", long_pause),
    ("there is no display", no_display),
    ("is missing", no_library),
];

fn every_trouble_is_told_as_the_readme_tells() {
    let tables = marked("checked");
    let (table, _) = tables.iter().find(|(_, name)| name == "troubles").expect("the table");
    let rows: Vec<_> = table.lines.iter().skip(2).collect();
    let mut not_provoked = Vec::new();
    for row in &rows {
        let message = row.split('`').nth(1).unwrap_or_else(|| panic!("no message in {row}"));
        let known = TROUBLES.iter().find(|(part, _)| message.contains(part));
        let (_, provoke) =
            known.unwrap_or_else(|| panic!("nobody knows how to provoke {message:?}"));
        let Told { said, port } = provoke();
        let Some(said) = said else {
            not_provoked.push(message);
            continue;
        };
        let real = port.map_or(message.to_owned(), |(documented, real)| {
            assert!(message.contains(documented), "{message:?} does not say {documented:?}");
            message.replace(documented, &real)
        });
        let real = real.trim_end_matches("...");
        assert!(said.contains(real), "expected {real:?}, found:\n{said}");
    }
    assert_eq!(rows.len(), TROUBLES.len(), "a row for each trouble");
    if !not_provoked.is_empty() {
        forbidden(format!(
            "this system gives port 554 to everybody, so {not_provoked:?} never comes"
        ));
    }
}

fn taken_port() -> Told {
    let taken = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = complaint(server_command(root()).arg(&port));
    Told::with_port("2048", port, said)
}

/// As a user who is not root.
fn systems_port() -> Told {
    let first = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap();
    if first.trim().parse::<u16>().unwrap() <= 554 {
        return Told { said: None, port: None };
    }
    let server = OpenCopy::of("server");
    let mut command = Command::new(&server.program);
    if is_root() {
        command = Command::new(AS_ANOTHER[0]);
        command.args(&AS_ANOTHER[1..]).arg(&server.program);
    }
    Told::just(complaint(command.current_dir("/").arg("554")))
}

fn no_server() -> Told {
    Told::just(played(&deserted_port().to_string(), &rtp_port()))
}

fn taken_rtp_port() -> Told {
    let server = ServerProcess::start(root(), &[]);
    let taken = UdpSocket::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = played(&server.port().to_string(), &port);
    Told::with_port("5008", port, said)
}

fn no_packets() -> Told {
    let (port, said) = after_play(|_| {});
    Told::with_port("5008", port, said)
}

fn no_rtp() -> Told {
    Told::just(after_play(|server| server.sends(b"no RTP")).1)
}

fn no_movie() -> Told {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(folder.path(), &[]);
    Told::just(played(&server.port().to_string(), &rtp_port()))
}

fn another_file() -> Told {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(MOVIE), b"GIF89a").unwrap();
    let server = ServerProcess::start(folder.path(), &[]);
    Told::just(played(&server.port().to_string(), &rtp_port()))
}

/// A web server that knows one answer.
fn another_server() -> Told {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert_ne!(stream.read(&mut [0; 1000]).unwrap(), 0, "a request");
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        // Until the client closes.
        stream.read_to_end(&mut Vec::new()).ok();
    });
    let told = Told::just(played(&port, &rtp_port()));
    server.join().unwrap();
    told
}

/// A client without a window does not pause, so the text comes from what the window uses.
fn long_pause() -> Told {
    let server = ServerProcess::start(root(), &["--idle", "1"]);
    let (server_port, rtp_port) = (server.port(), rtp_port().parse().unwrap());
    let (name, movie) = ("127.0.0.1".to_owned(), MOVIE.to_owned());
    let settings = Settings { server: name, server_port, rtp_port, movie };
    let (says, said) = mpsc::channel();
    let mut client = Client::new(settings, move |event| says.send(event.to_string()).unwrap());
    client.setup_movie();
    let (deadline, mut all) = (Instant::now() + LIMIT, String::new());
    while !all.contains("Session ended") && Instant::now() < deadline {
        client.wait(Duration::from_millis(100));
        all.extend(said.try_iter());
    }
    Told::just(all)
}

/// Only the window says so, in pixels; its words are looked up.
fn end_of_the_movie() -> Told {
    Told::just(fs::read_to_string(root().join("src/window/movie.rs")).unwrap())
}

fn no_display() -> Told {
    Told::just(no_window(&[]))
}

/// The loader first finds files of that name that are no libraries.
fn no_library() -> Told {
    let folder = tempfile::tempdir().unwrap();
    for file in ["libX11.so.6", "libxcb.so.1"] {
        fs::write(folder.path().join(file), "").unwrap();
    }
    let folder = folder.path().to_str().unwrap();
    Told::just(no_window(&[("DISPLAY", ":9"), ("LD_LIBRARY_PATH", folder)]))
}

/// What the client says that can't open its window, with these variables.
fn no_window(variables: &[(&str, &str)]) -> String {
    let (port, rtp_port) = (deserted_port().to_string(), rtp_port());
    let mut command = client_command(&["127.0.0.1", &port, &rtp_port, MOVIE]);
    let ended = Program::start(command.envs(variables.iter().copied())).end(LIMIT);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    ended.errors
}

/// What a server says that can't start; then it ends with code 1.
fn complaint(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

/// What the client says that plays from that port, without a window.
fn played(port: &str, rtp_port: &str) -> String {
    run_client(&["--headless", "127.0.0.1", port, rtp_port, MOVIE]).output
}

/// A client's RTP port, and what it says to a server that grants everything, and then does this.
fn after_play(sends: fn(&ScriptedServer)) -> (String, String) {
    let mut server = ScriptedServer::start();
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let words = ["--headless", "--seconds", "4", "127.0.0.1", &port, &rtp_port, MOVIE];
    let client = Program::start(&mut client_command(&words));
    let granted: JoinHandle<()> = thread::spawn(move || {
        server.grants("SETUP");
        server.grants("PLAY");
        sends(&server);
        server.grants("TEARDOWN");
    });
    let said = client.end(LIMIT).output;
    granted.join().unwrap();
    (rtp_port, said)
}

/// A folder of made-up movies: these messages do not depend on the movie.
fn the_messages_are_not_there_when_nothing_is_wrong() {
    let (folder, _) = made_movie(2);
    let server = ServerProcess::start(folder.path(), &[]);
    let said = played(&server.port().to_string(), &rtp_port());
    for (part, _) in TROUBLES {
        assert!(!said.contains(part), "{part:?} in {said}");
    }
}
