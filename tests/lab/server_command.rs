//! The command `server`: its options, what it prints, its addresses, and how it is stopped.

use std::io::{BufRead, BufReader};
use std::iter;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Output, Stdio};

use crate::common::command_line::{assert_help_and_version, assert_wrong_call};
use crate::common::movies::made_movie;
use crate::common::raw_client::RawClient;
use crate::common::rtp::assert_frames;
use crate::common::server_process::{Killed, ServerProcess, free_port, server_command, wait_until};

#[test]
fn the_console_shows_what_the_reports_figures_show_for_each_client() {
    let (folder, _) = made_movie(30);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut clients = [(); 2].map(|()| RawClient::connect(server.address()));
    clients.iter_mut().for_each(RawClient::setup);
    for method in ["PLAY", "PAUSE", "TEARDOWN"] {
        for client in &mut clients {
            client.granted(method);
        }
    }
    let clients = clients.map(|client| (client.address(), client.rtp_port(), client.session));
    for (address, rtp_port, session) in clients {
        let figures = figures_11_and_14_to_18(rtp_port, session);
        assert_eq!(server.transcript_of(address), figures, "what was shown of {address}");
    }
}

/// The lines of figures 11, 14, 16 and 18 of the report, and the replies.
fn figures_11_and_14_to_18(rtp_port: u16, session: u32) -> Vec<String> {
    let mut lines = vec!["connected".to_owned()];
    for (cseq, method) in (1..).zip(["SETUP", "PLAY", "PAUSE", "TEARDOWN"]) {
        let last_line = match method {
            "SETUP" => format!("Transport: RTP/UDP; client_port= {rtp_port}"),
            _ => format!("Session: {session}"),
        };
        lines.extend([
            "Data received:".to_owned(),
            format!("{method} movie.Mjpeg RTSP/1.0"),
            format!("CSeq: {cseq}"),
            last_line,
            format!("processing {method}"),
            "Data sent:".to_owned(),
            "RTSP/1.0 200 OK".to_owned(),
            format!("CSeq: {cseq}"),
            format!("Session: {session}"),
        ]);
    }
    lines.push("closed: the client has closed the connection".to_owned());
    lines
}

/// Otherwise the table would grow step by step, and at each step some client would have to wait.
#[cfg(target_os = "linux")]
#[test]
fn the_table_of_open_files_is_large_before_the_first_client_comes() {
    let (folder, _) = made_movie(1);
    let server = ServerProcess::start(folder.path(), &[]);
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let size = status.lines().find_map(|line| line.strip_prefix("FDSize:")).unwrap();
    let size: u32 = size.trim().parse().unwrap();
    assert!(size >= 1024, "room for {size} files");
}

#[test]
fn the_console_shows_refusals_with_their_reasons() {
    let (folder, _) = made_movie(10);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::connect(server.address());
    client.answered("PLAY", "455 Method Not Valid in This State");
    client.movie = "none.Mjpeg".to_owned();
    client.answered("SETUP", "404 File Not Found");
    let address = client.address();
    drop(client);
    let lines = server.transcript_of(address);
    let reasons: Vec<_> = lines.iter().filter(|line| line.starts_with("answered ")).collect();
    assert_eq!(
        reasons,
        [
            "answered 455 Method Not Valid in This State: PLAY in INIT: SETUP comes first",
            "answered 404 File Not Found: \
             could not find movie \"none.Mjpeg\" in the folder of movies; there is \"movie.Mjpeg\"",
        ]
    );
}

#[test]
fn a_client_cant_write_control_characters_or_another_clients_lines_to_the_console() {
    let (folder, _) = made_movie(10);
    let mut server = ServerProcess::start(folder.path(), &[]);
    let mut client = RawClient::connect(server.address());
    client.ask("PLAY \x1b[2J\x07\r[9.9.9.9:9] lies RTSP/1.0\nCSeq: 1\n[9.9.9.9:9] lies\n\n");
    let address = client.address();
    drop(client);
    server.transcript_of(address);
    let own = format!("[{address}] ");
    for line in server.kill().iter().skip(1) {
        assert!(line.starts_with(&own), "a line of another than {own}: {line:?}");
        assert!(!line.contains(char::is_control), "a control character in {line:?}");
    }
}

#[test]
fn a_quiet_server_prints_nothing() {
    let (folder, frames) = made_movie(3);
    let (server, mut client) = quiet_server(folder.path());
    client.setup();
    client.granted("PLAY");
    assert_frames(&client.packets(3), &frames, 1);
    client.movie = "none.Mjpeg".to_owned();
    client.granted("TEARDOWN");
    client.session = 0;
    client.answered("SETUP", "404 File Not Found");
    client.shut_down_writing();
    client.rest();
    assert_eq!(server.kill(), [""; 0], "--quiet");
}

/// A quiet server does not tell its port, so it is given one; another program may be faster.
fn quiet_server(folder: &std::path::Path) -> (ServerProcess, RawClient) {
    let attempt = || {
        let port = free_port();
        let mut command = server_command(folder);
        let mut server = ServerProcess::spawn(command.arg("--quiet").arg(port.to_string()), port);
        wait_until("the server answers or ends", || {
            server.has_ended() || TcpStream::connect(server.address()).is_ok()
        });
        (!server.has_ended()).then(|| (RawClient::connect(server.address()), server))
    };
    let (client, server) = iter::repeat_with(attempt).take(5).flatten().next().unwrap();
    (server, client)
}

#[test]
fn a_wrong_call_gets_a_line_that_says_what_is_wrong_and_code_2() {
    for (arguments, flaw) in [
        (&[][..], "expected a PORT, found none"),
        (&["1", "2"], "expected one PORT, found \"2\" after it"),
        (&["abc"], "expected a PORT from 0 (any free one) to 65535, found \"abc\""),
        (&["70000"], "expected a PORT from 0 (any free one) to 65535, found \"70000\""),
        (&[""], "expected a PORT from 0 (any free one) to 65535, found \"\""),
        (&["-1"], "Unrecognized option: '1'"),
        (&["--idle", "0", "0"], "expected --idle from 1 to 86400 seconds, found \"0\""),
        (&["--setup", "x", "0"], "expected --setup from 1 to 86400 seconds, found \"x\""),
        (&["--max-clients", "0", "0"], "expected --max-clients from 1 on, found \"0\""),
        (&["--fragment", "0", "0"], "expected --fragment from 1 to 65495 bytes, found \"0\""),
        (&["--fragment", "x", "0"], "expected --fragment from 1 to 65495 bytes, found \"x\""),
        (
            &["--fragment", "65496", "0"],
            "expected --fragment from 1 to 65495 bytes, found \"65496\"",
        ),
        (&["--fragment", "-5", "0"], "expected --fragment from 1 to 65495 bytes, found \"-5\""),
        (&["--fragment"], "Argument to option 'fragment' missing"),
        (&["--loss", "100", "0"], "expected --loss of less than 100 %, found 100 %"),
        (&["--loss", "-1", "0"], "expected --loss from 0 to less than 100 percent"),
        (&["--loss=-1", "0"], "as 5 or 0.5, found \"-1\""),
        (&["--loss", "x", "0"], "found \"x\""),
        (&["--loss", "NaN", "0"], "found \"NaN\""),
        (&["--duplicate", "inf", "0"], "expected --duplicate from 0 to 100 percent"),
        (&["--reorder", "60", "0"], "expected --reorder of at most 50 %, found 60 %"),
        (
            &["--loss", "60", "--duplicate", "60", "0"],
            "expected --loss, --duplicate and --reorder of at most 100 % together, found 60 %",
        ),
        (&["--delay", "10001", "0"], "expected --delay from 0 to 10000 ms, found \"10001\""),
        (
            &["--delay", "40", "--jitter", "41", "0"],
            "expected --jitter of at most the --delay, 40 ms, found 41 ms",
        ),
        (&["--loss", "5", "--seed", "x", "0"], "expected --seed from 0 to 18446744073709551615"),
        (&["--seed", "7", "0"], "expected --seed with --loss"),
        (&["--loss"], "Argument to option 'loss' missing"),
        (&["--loud", "0"], "Unrecognized option: 'loud'"),
        (&["--lo\nud", "0"], "Unrecognized option: 'lo?ud'"),
        (&["--quiet", "--quiet", "0"], "Option 'quiet' given more than once"),
    ] {
        assert_wrong_call("server", server_command(".".as_ref()).args(arguments), flaw);
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_a_wrong_call_too() {
    use std::os::unix::ffi::OsStrExt;
    let argument = std::ffi::OsStr::from_bytes(b"\xFF");
    assert_wrong_call("server", server_command(".".as_ref()).arg(argument), "");
}

#[test]
fn the_help_is_printed_on_request_and_names_every_option() {
    let help = assert_help_and_version("server", || server_command(".".as_ref()));
    for name in [
        "PORT",
        "--bind ADDR",
        "--movies DIR",
        "--fragment BYTES",
        "20468",
        "--marker",
        "--loss PERCENT",
        "--duplicate PERCENT",
        "--reorder PERCENT",
        "--delay MS",
        "--jitter MS",
        "--seed N",
        "--quiet",
    ] {
        assert!(help.contains(name), "{name} in {help}");
    }
}

#[test]
fn a_port_in_use_is_one_line_and_code_1() {
    let taken = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert_failure(&[&port], &format!("server: could not bind RTSP port 0.0.0.0:{port}: "));
}

#[test]
fn an_address_of_another_machine_is_one_line_and_code_1() {
    let start = "server: could not bind RTSP port 192.0.2.1:0: ";
    assert_failure(&["--bind", "192.0.2.1", "0"], start);
}

#[test]
fn a_folder_of_movies_that_is_none_is_one_line_and_code_1() {
    let (folder, _) = made_movie(1);
    for name in ["none", "movie.Mjpeg"] {
        let path = folder.path().join(name);
        let path = path.to_str().unwrap();
        let start = format!("server: could not open folder of movies {path}: ");
        assert_failure(&["--movies", path, "0"], &start);
    }
}

#[track_caller]
fn assert_failure(arguments: &[&str], start: &str) {
    let command = &mut server_command(".".as_ref());
    let Output { status, stdout, stderr } = command.args(arguments).output().unwrap();
    let complaint = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(1), "the code of {arguments:?}: {complaint}");
    assert!(complaint.starts_with(start), "{arguments:?}: {complaint:?}");
    assert_eq!(complaint.matches('\n').count(), 1, "one line: {complaint:?}");
    assert!(stdout.is_empty(), "nothing on standard output, {arguments:?}");
}

#[test]
fn bound_to_one_address_it_serves_there() {
    let (folder, frames) = made_movie(3);
    let mut server = ServerProcess::start(folder.path(), &["--bind", "127.0.0.1"]);
    let line = server.wait_for(|line| line.starts_with("serving "));
    let movies = folder.path().canonicalize().unwrap().display().to_string();
    let movies = movies.trim_start_matches(r"\\?\");
    assert_eq!(line, format!("serving the movies in {movies} at 127.0.0.1:{}", server.port()));
    let client = RawClient::playing(server.address());
    assert_frames(&client.packets(3), &frames, 1);
}

#[cfg(target_os = "linux")]
#[test]
fn bound_to_one_address_it_is_not_at_another() {
    let (folder, _) = made_movie(3);
    let server = ServerProcess::start(folder.path(), &["--bind", "127.0.0.1"]);
    let elsewhere = std::net::SocketAddr::from(([127, 0, 0, 2], server.port()));
    assert!(TcpStream::connect(elsewhere).is_err(), "no server at {elsewhere}");
}

#[test]
fn a_console_that_is_gone_does_not_stop_the_serving() {
    let (folder, frames) = made_movie(5);
    let mut command = server_command(folder.path());
    let mut server = Killed(command.arg("0").stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim_end().rsplit(':').next().unwrap().parse().unwrap();
    for _ in 0..2 {
        let mut client = RawClient::playing((Ipv4Addr::LOCALHOST, port).into());
        assert_frames(&client.packets(5), &frames, 1);
        client.granted("TEARDOWN");
    }
    assert!(server.0.try_wait().unwrap().is_none(), "the server goes on");
}

/// A terminal stands still while text in it is selected; a pipe that nobody reads does, too.
#[test]
fn a_console_that_stands_still_does_not_hold_up_the_serving() {
    let (folder, _) = made_movie(5);
    let mut command = server_command(folder.path());
    let mut server = Killed(command.arg("0").stdout(Stdio::piped()).spawn().unwrap());
    let mut console = BufReader::new(server.0.stdout.take().unwrap());
    let mut line = String::new();
    console.read_line(&mut line).unwrap();
    let port: u16 = line.trim_end().rsplit(':').next().unwrap().parse().unwrap();
    let mut client = RawClient::ready((Ipv4Addr::LOCALHOST, port).into());
    // About 400 bytes of transcript each; the pipe holds 65,536.
    for _ in 0..1000 {
        client.granted("PAUSE");
    }
    drop(console);
}

/// The server as a part of another program: stopped by its `Stopper`, with a limit to silence.
mod in_another_program {
    use std::collections::HashSet;
    use std::net::SocketAddr;
    use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
    use std::sync::{Mutex, MutexGuard, PoisonError};
    use std::thread::{self, JoinHandle};
    use std::time::Duration;

    use rtsp_lab::server::{Server, ServerEvent, Settings, Stopper};
    use tempfile::TempDir;

    use crate::common::LIMIT;
    use crate::common::movies::made_movie;
    use crate::common::raw_client::RawClient;
    use crate::common::rtp::assert_frames;
    use crate::common::server_process::wait_until;

    /// The tests of this module count the threads of the process, so they take turns.
    static TURN: Mutex<()> = Mutex::new(());

    struct RunningServer {
        address: SocketAddr,
        stopper: Stopper,
        thread: JoinHandle<()>,
        events: Receiver<ServerEvent>,
        _turn: MutexGuard<'static, ()>,
    }

    impl RunningServer {
        fn start(folder: &TempDir, limit: Duration) -> Self {
            let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
            let movies = folder.path().to_owned();
            let (setup_limit, idle_limit) = (limit, limit);
            let settings = Settings { movies, setup_limit, idle_limit, ..Settings::default() };
            let server = Server::bind("127.0.0.1", 0, settings).unwrap();
            let (address, stopper) = (server.local_addr(), server.stopper());
            let (sender, events) = mpsc::channel();
            let report = move |event| drop(sender.send(event));
            let thread = thread::spawn(move || server.serve(report));
            Self { address, stopper, thread, events, _turn: turn }
        }

        /// Stops the server and returns what it reported that nobody has read.
        fn stop(self) -> Vec<ServerEvent> {
            self.stopper.stop();
            let mut unread = Vec::new();
            // The channel ends when `serve` has returned and every thread let go of the report.
            loop {
                match self.events.recv_timeout(LIMIT) {
                    Ok(event) => unread.push(event),
                    Err(RecvTimeoutError::Disconnected) => break,
                    Err(RecvTimeoutError::Timeout) => panic!("`serve` goes on after {LIMIT:?}"),
                }
            }
            self.thread.join().unwrap();
            // The kernel lists a thread for a moment after it was joined.
            wait_until("the end of every thread", || server_threads().is_empty());
            unread
        }

        /// Waits until that client's connection has ended; returns why.
        fn closed(&self, client: SocketAddr) -> String {
            loop {
                match self.events.recv_timeout(LIMIT) {
                    Ok(ServerEvent::Closed { peer, why }) if peer == client => return why,
                    Ok(_) => {}
                    Err(error) => panic!("{client} was not closed: {error}"),
                }
            }
        }
    }

    /// The names of the server's threads in this process, as far as the kernel keeps them.
    fn server_threads() -> Vec<String> {
        let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
        let names =
            tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
        names
            .filter(|name| name.starts_with("recv_rtsp_reque") || name.starts_with("send_rtp"))
            .collect()
    }

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn stopping_ends_every_connection_and_every_thread_while_clients_play() {
        let (folder, _) = made_movie(200);
        let server = RunningServer::start(&folder, LONG);
        let mut clients: Vec<_> = (0..3).map(|_| RawClient::playing(server.address)).collect();
        clients.push(RawClient::ready(server.address));
        clients.push(RawClient::connect(server.address));
        clients.iter().take(3).for_each(|client| drop(client.packet()));
        if cfg!(target_os = "linux") {
            assert!(server_threads().len() >= 6, "the threads are seen: {:?}", server_threads());
        }
        let mut open = HashSet::new();
        for event in server.stop() {
            if let ServerEvent::Connected { peer } = event {
                open.insert(peer);
            } else if let ServerEvent::Closed { peer, why } = event {
                assert!(open.remove(&peer), "{peer} was open");
                assert_eq!(why, "the server stops");
            }
        }
        assert!(open.is_empty(), "every connection was closed, not {open:?}");
        for client in &mut clients {
            assert_eq!(client.rest(), "", "the connection is closed");
            client.waiting_packets();
            client.assert_no_packet("after the server has stopped");
        }
    }

    #[test]
    fn a_server_that_nobody_called_can_be_stopped_too() {
        let (folder, _) = made_movie(1);
        let server = RunningServer::start(&folder, LONG);
        let again = server.stopper.clone();
        assert!(server.stop().is_empty(), "nothing happened");
        again.stop();
    }

    #[test]
    fn a_stopped_server_has_left_its_port() {
        let (folder, _) = made_movie(1);
        let server = RunningServer::start(&folder, LONG);
        let address = server.address;
        let client = RawClient::ready(address);
        server.stop();
        drop(client);
        // A program that another test is just starting inherits the listener for a moment.
        wait_until("a free port", || {
            Server::bind("127.0.0.1", address.port(), Settings::default()).is_ok()
        });
    }

    #[test]
    fn a_client_that_says_nothing_while_nothing_is_sent_is_closed() {
        let (folder, frames) = made_movie(30);
        let server = RunningServer::start(&folder, Duration::from_millis(600));
        let mut playing = RawClient::playing(server.address);
        let mut ready = RawClient::ready(server.address);
        let mut init = RawClient::connect(server.address);
        for (client, state) in [(&mut init, "INIT"), (&mut ready, "READY")] {
            assert_eq!(client.rest(), "", "closed in {state}");
        }
        assert_frames(&playing.packets(30), &frames, 1);
        let address = playing.address();
        assert_eq!(playing.rest(), "", "closed at the end of the movie");
        let why = server.closed(address);
        assert!(why.contains("while nothing was sent"), "{why:?}");
        server.stop();
    }

    #[test]
    fn the_silence_of_a_client_counts_from_the_end_of_its_movie() {
        let (folder, _) = made_movie(30);
        let server = RunningServer::start(&folder, Duration::from_millis(1400));
        let mut client = RawClient::playing(server.address);
        client.packets(30);
        let waits = client.hears_nothing(Duration::from_millis(700));
        assert!(
            waits,
            "the connection is closed too early: the movie alone is longer than the limit"
        );
        client.granted("PAUSE");
        server.stop();
    }

    #[test]
    fn a_client_that_asks_now_and_then_is_not_silent() {
        let (folder, _) = made_movie(30);
        let server = RunningServer::start(&folder, Duration::from_millis(1400));
        let mut client = RawClient::ready(server.address);
        for _ in 0..3 {
            assert!(client.hears_nothing(Duration::from_millis(600)), "the connection stays");
            client.granted("OPTIONS");
        }
        server.stop();
    }
}
