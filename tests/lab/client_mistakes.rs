//! What the client says of lab servers with one mistake: real packets, the real program, the words in
//! the terminal and the code. And of servers without one: nothing.

mod sender;
mod silence;
mod table;

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client_common::jpeg::folder_with_movie;
use crate::client_common::program::{Ended, Program, Server, client_command, rtp_port};
use crate::client_common::scripted_server::ScriptedServer;
use crate::client_common::{LIMIT, MOVIE};
use crate::common::programs::project;
use rtsp_lab::client::{Client, ClientEvent, Player, Settings};
use rtsp_lab::rtsp::{Method, State};
use sender::Frame;
use table::{MISTAKES, Mistake, NOTES, SILENCES};

/// The client with a server that grants everything; it sends what `packets` makes of each frame of the
/// movie, one every 50 ms, until the client ends.
fn play(packets: impl Fn(&Frame<'_>) -> Vec<Vec<u8>> + Sync, options: &[&str]) -> Ended {
    let mut server = ScriptedServer::start();
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let words = [&["--headless"], options, &["127.0.0.1", &port, &rtp_port, MOVIE]].concat();
    let client = Program::start(&mut client_command(&words));
    for method in ["SETUP", "PLAY"] {
        server.grants(method);
    }
    let (to, is_over) = (server.client_port, AtomicBool::new(false));
    thread::scope(|threads| {
        threads.spawn(|| {
            let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            for (jpeg, number) in sender::MOVIE.iter().zip(1..) {
                for packet in packets(&Frame { number, jpeg }) {
                    // Nobody may be there any more.
                    socket.send_to(&packet, ("127.0.0.1", to)).ok();
                }
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                thread::sleep(Duration::from_millis(50));
            }
        });
        server.grants("TEARDOWN");
        is_over.store(true, Ordering::Relaxed);
    });
    client.end(LIMIT)
}

/// Whether a line has these words, with anything in the place of `…`.
fn has(text: &str, words: &str) -> bool {
    text.lines().any(|line| {
        let mut rest = Some(line);
        for part in words.split('…') {
            rest = rest.and_then(|rest| rest.split_once(part)).map(|(_, rest)| rest);
        }
        rest.is_some()
    })
}

/// Each in a thread of its own, a few at a time; what is wrong with any of them.
fn for_all<T: Sync>(table: &[T], check: impl Fn(&T) -> Option<String> + Sync) {
    let (next, faults) = (AtomicUsize::new(0), std::sync::Mutex::new(Vec::new()));
    thread::scope(|threads| {
        for _ in 0..AT_ONCE {
            threads.spawn(|| {
                while let Some(row) = table.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = check(row);
                    faults.lock().unwrap().extend(found);
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn each_mistake_is_named_and_the_code_is_1() {
    for_all(MISTAKES, |Mistake { name, packets, says }| {
        let ended = play(packets, &["--quiet"]);
        let told = ended.errors.lines().count();
        let is_right = has(&ended.errors, says) && told == 1 && ended.code == Some(1);
        (!is_right).then(|| format!("{name}: expected {says}\nfound {ended:?}"))
    });
}

#[test]
fn what_is_odd_and_plays_is_noted_and_the_code_is_0() {
    for_all(NOTES, |Mistake { name, packets, says }| {
        let ended = play(packets, &[]);
        let notes = ended.output.matches("note: ").count();
        let is_right = has(&ended.output, &format!("note: {says}"))
            && notes == 1
            && ended.code == Some(0)
            && ended.figure("damaged frames") == "0";
        (!is_right).then(|| format!("{name}: expected {says}\nfound {ended:?}"))
    });
}

#[test]
fn a_mistake_that_is_over_is_taken_back_and_the_code_is_0() {
    let packets = |frame: &Frame<'_>| {
        let digits: &[u8] = if frame.number <= 15 { b"12047" } else { b"" };
        vec![[&sender::header(0x80, frame.number), digits, frame.jpeg].concat()]
    };
    let ended = play(packets, &["--quiet"]);
    let lines: Vec<_> = ended.errors.lines().collect();
    assert_eq!(lines.len(), 2, "{ended:?}");
    assert!(lines[0].contains("The length is still in front of the JPEG: "), "{ended:?}");
    let taken_back = "client_launcher: taken back: The length is still in front of the JPEG";
    assert_eq!(lines[1], taken_back);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let [shown, damaged] = shown_and_damaged(&ended);
    assert!(shown <= 45 && damaged <= 15, "{ended:?}");
}

#[test]
fn frames_that_are_cut_off_are_damaged_and_none_is_shown() {
    let ended = play(
        |frame| vec![[&sender::header(0x80, frame.number), &frame.jpeg[..8192]].concat()],
        &[],
    );
    assert_eq!(shown_and_damaged(&ended)[0], 0);
}

/// All frames are either, but for those that a computer that is too slow leaves out, and says so; of the
/// last one nobody knows that it does not go on.
fn shown_and_damaged(ended: &Ended) -> [u32; 2] {
    let figure = |name| ended.figure(name).parse::<u32>().expect(name);
    let [shown, damaged, left_out] =
        ["frames shown", "damaged frames", "frames left out"].map(figure);
    assert!([59, 60].contains(&(shown + damaged + left_out)), "{ended:?}");
    assert!(left_out < 30, "{ended:?}");
    [shown, damaged]
}

#[test]
fn numbers_with_gaps_lose_no_more_than_all() {
    let packets = |frame: &Frame<'_>| {
        vec![[&sender::header(0x80, frame.number.swap_bytes()), frame.jpeg].concat()]
    };
    assert_eq!(play(packets, &[]).figure("packets lost rate"), "100.00 %");
}

/// The project's own server says nothing wrong, on networks of all kinds; nor is it said.
#[test]
fn of_a_server_without_a_mistake_nothing_is_said() {
    let networks: &[&[&str]] = &[
        &[],
        &["--fragment", "1400"],
        &["--fragment", "8000"],
        &["--loss", "10", "--duplicate", "10", "--reorder", "10", "--seed", "1"],
        &[
            "--loss",
            "10",
            "--duplicate",
            "10",
            "--reorder",
            "10",
            "--seed",
            "2",
            "--fragment",
            "4000",
        ],
        &["--reorder", "30", "--seed", "3", "--fragment", "1400"],
    ];
    for_all(networks, |options| {
        let server = Server::start(project(), options);
        let words = [
            "--headless",
            "--quiet",
            "--seconds",
            "4",
            "127.0.0.1",
            &server.port,
            &rtp_port(),
            MOVIE,
        ];
        let ended = Program::start(&mut client_command(&words)).end(LIMIT);
        let is_right = ended.errors.is_empty() && ended.code == Some(0);
        (!is_right).then(|| format!("{options:?}: {ended:?}"))
    });
}

#[test]
fn of_pauses_and_of_the_end_of_the_movie_nothing_is_said() {
    let folder = folder_with_movie(40);
    let server = Server::start(folder.path(), &[]);
    let (server_port, movie) = (server.port.parse().unwrap(), MOVIE.to_owned());
    let settings = Settings { server: "127.0.0.1".to_owned(), server_port, rtp_port: 0, movie };
    let (says, said) = std::sync::mpsc::channel();
    let mut client = Client::new(settings, move |event| says.send(event).unwrap());
    client.press(Method::Play);
    let until = |client: &mut Client, is_so: &dyn Fn(&Client) -> bool| {
        let deadline = Instant::now() + LIMIT;
        while !is_so(client) {
            assert!(Instant::now() < deadline, "{:?}", client.status().state);
            client.wait(Duration::from_millis(100));
        }
    };
    for frames in [5, 6, 20, 21] {
        until(&mut client, &|client| client.statistics().0.frames_shown >= frames);
        client.press(Method::Pause);
        until(&mut client, &|client| client.state() == State::Ready);
        client.press(Method::Play);
    }
    until(&mut client, &|client| client.has_no_data());
    client.press(Method::Teardown);
    until(&mut client, &|client| client.is_torn_down());
    assert_eq!(client.statistics().0.frames_shown, 40);
    let is_said = |event: &ClientEvent| {
        matches!(event, ClientEvent::Told(_) | ClientEvent::TakenBack(_) | ClientEvent::Noted(_))
    };
    assert_eq!(said.try_iter().find(is_said), None);
}

/// The document is the table.
#[test]
fn the_document_has_what_the_client_says() {
    let document = fs::read_to_string(project().join("docs/mistakes.md")).unwrap();
    let row = |name: &str, says: &str| format!("| {name} | {} |\n", says.replace('|', "\\|"));
    let of = |table: &[Mistake]| -> String {
        table.iter().map(|Mistake { name, says, .. }| row(name, says)).collect()
    };
    let silences: String = SILENCES.iter().map(|(name, says)| row(name, says)).collect();
    for table in [of(MISTAKES), of(NOTES), silences] {
        let table = format!("|---|---|\n{table}\n");
        assert!(document.contains(&table), "docs/mistakes.md lacks this:\n{table}");
    }
}

/// They wait most of the time.
const AT_ONCE: usize = 12;
