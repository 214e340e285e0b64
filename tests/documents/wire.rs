//! The bytes that the documents show go over the wire: each block is played, or compared with what
//! was played, between real sockets.
//!
//! `␊` is LF and `␍` is CR; a line without either ends in LF. In a `dialogue` the lines that begin
//! with `C: ` are sent by a raw client, and those that begin with `S: ` must come from the server,
//! see `dialogue.rs`.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::client_common::stage::{TURN, client_of};
use crate::common::movies::{MOVIE, folder_with, lab_format, real_frames};
use crate::common::raw_client::RawClient;
use crate::common::server_process::{ServerProcess, server_command, wait_until};
use rtsp_lab::client::{Client, Player};
use rtsp_lab::rtsp::State;

use super::markdown::{Block, root};
use super::marks::marked;
use super::ports::four_digit_port;
use super::values::{Kind, Values};
use crate::harness::{Named, tests};

tests![every_check_is_of_an_example];

type Check = fn(&Block);

const CHECKS: [(&str, Check); 10] = [
    ("requests of the client", requests),
    ("transports", transports),
    ("glued", glued),
    ("replies", replies),
    ("change of dialect", change_of_dialect),
    ("description", description),
    ("first packet", first_packet),
    ("movie file", movie_file),
    ("dialogue", super::dialogue::play),
    ("dialogue with the Python lab", super::dialogue::play_with_python),
];

/// A test for each example.
pub(crate) fn tests() -> Vec<Named> {
    let test = |(block, name): (Block, String)| {
        Named::new(format!("wire::{} {name}", block.place()), move || {
            check_of(&block, &name)(&block);
        })
    };
    marked("wire").into_iter().map(test).collect()
}

fn check_of(block: &Block, name: &str) -> Check {
    let check = CHECKS.iter().find(|(known, _)| *known == name);
    check.unwrap_or_else(|| panic!("{}: no check {name:?}", block.place())).1
}

fn every_check_is_of_an_example() {
    let examples = marked("wire");
    let is_used = |name: &str| examples.iter().any(|(_, used)| used == name);
    let unused: Vec<_> =
        CHECKS.iter().filter(|(name, _)| !is_used(name)).map(|check| check.0).collect();
    assert!(unused.is_empty(), "no document has these any more: {unused:?}");
}

/// What the library's client writes when each of its buttons is pressed, a write a line.
fn requests(block: &Block) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut writes, mut bytes) = (Vec::new(), [0; 4096]);
        loop {
            let count = stream.read(&mut bytes).unwrap();
            if count == 0 {
                return writes;
            }
            writes.push(String::from_utf8(bytes[..count].to_vec()).unwrap());
            let reply = format!("RTSP/1.0 200 OK\nCSeq: {}\nSession: 571600\n", writes.len());
            stream.write_all(reply.as_bytes()).unwrap();
        }
    });
    let (mut client, _) = client_of(port, 0);
    let mut press = |button: fn(&mut Client)| {
        button(&mut client);
        while client.is_waiting() {
            client.wait(TURN);
        }
        client.state()
    };
    assert_eq!(press(Client::setup_movie), State::Ready);
    press(Client::play_movie);
    press(Client::pause_movie);
    press(Client::describe_movie);
    press(Client::exit_client);
    drop(client);
    same_lines(block, &mut Values::default(), &server.join().unwrap());
}

/// Each is the third line of a SETUP, after which packets come to that port.
fn transports(block: &Block) {
    let server = real_server();
    for line in &block.lines {
        let mut client = RawClient::connect(server.address());
        let [port, next] = [0, 1].map(|more| (client.rtp_port() + more).to_string());
        assert!(line.contains("5008"), "{}: {line:?} has no 5008", block.place());
        let line = line.replace("5009", &next).replace("5008", &port);
        client.cseq += 1;
        let reply = client.ask(format!("SETUP {MOVIE} RTSP/1.0\nCSeq: 1\n{line}\n"));
        client.session_opened(&reply);
        client.granted("PLAY");
        assert_eq!(client.packet().sequence_number, 1, "{}: {line:?}", block.place());
    }
}

/// Both requests are answered, although nothing separates them.
fn glued(block: &Block) {
    let server = real_server();
    let mut client = RawClient::ready(server.address());
    client.granted("PLAY");
    let text = bytes_of(block);
    let documented = text.split("Session: ").nth(1).unwrap().get(..6).unwrap();
    assert_eq!(text.matches(documented).count(), 2, "{}: two requests", block.place());
    assert!(!text.contains("\nTEARDOWN"), "{}: something stands between them", block.place());
    client.send(text.replace(documented, &client.session.to_string()));
    for cseq in [3, 4] {
        client.cseq = cseq;
        assert_eq!(client.reply(), client.reply_with("200 OK"), "{}", block.place());
    }
}

/// Replies: granted, to a missing movie, and of a server that is short of descriptors.
fn replies(block: &Block) {
    let server = real_server();
    let mut client = RawClient::connect(server.address());
    let mut found = Vec::new();
    let mut setup = |client: &mut RawClient| {
        client.cseq = 0;
        let request = client.request("SETUP");
        found.push(client.ask(request));
    };
    setup(&mut client);
    let mut client = RawClient::of("none.Mjpeg", server.address());
    setup(&mut client);
    let fresh = real_server();
    let mut only = RawClient::connect(fresh.address());
    only.granted("OPTIONS");
    let limit = fresh.descriptors_for_one_more();
    let mut command = std::process::Command::new("sh");
    let binary = server_command(root()).get_program().to_owned();
    let run = format!("ulimit -n {limit} && exec \"$0\" 0");
    command.current_dir(root()).args(["-c", &run]).arg(binary);
    let short = ServerProcess::start_with(&mut command).expect("a server short of descriptors");
    let mut client = RawClient::connect(short.address());
    client.granted("OPTIONS");
    wait_until("the main thread waits in accept", || short.state() == "S");
    setup(&mut client);
    same_lines(block, &mut Values::default(), &found);
}

fn change_of_dialect(block: &Block) {
    let server = real_server();
    let mut client = RawClient::connect(server.address());
    client.granted("OPTIONS");
    client.send("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n");
    assert_eq!(client.rest(), bytes_of(block), "{}: up to the close", block.place());
}

/// The port has four digits, as the document's, for they count in `Content-Length`.
fn description(block: &Block) {
    let folder = folder_with(&lab_format(real_frames().get(..20).unwrap()));
    let port = four_digit_port().to_string();
    let server = ServerProcess::start_with(server_command(folder.path()).arg(&port)).unwrap();
    let mut client = RawClient::ready(server.address());
    client.granted("DESCRIBE");
    let documented = bytes_of(block);
    let found = client.read_text(documented.len());
    let mut values = Values::default();
    for (one, other) in documented.split('\n').zip(found.split('\n')) {
        assert!(values.same(one, other), "{}: {one:?}, found {other:?}", block.place());
    }
    assert!(values.stands_for(Kind::Port, "2048", &port), "{}: the port", block.place());
    let session = client.session.to_string();
    assert!(values.stands_for(Kind::Session, "791629", &session), "{}", block.place());
    client.granted("TEARDOWN");
}

/// Two hexadecimal digits a byte; timestamp and SSRC are this run's.
fn first_packet(block: &Block) {
    let server = real_server();
    let client = RawClient::playing(server.address());
    let packet = client.packet();
    let documented: Vec<_> = block.text().split_whitespace().map(str::to_owned).collect();
    let (end, documented) = documented.split_last().unwrap();
    assert_eq!((documented.len(), end.as_str()), (14, "…"), "{}: a header", block.place());
    let flags = [packet.padding, packet.extension].map(u8::from);
    let first = packet.version << 6 | flags[0] << 5 | flags[1] << 4 | packet.csrc_count;
    let second = u8::from(packet.marker) << 7 | packet.payload_type;
    let mut bytes = vec![first, second];
    bytes.extend(packet.sequence_number.to_be_bytes());
    bytes.extend([packet.timestamp, packet.ssrc].iter().flat_map(|word| word.to_be_bytes()));
    bytes.extend(packet.payload.iter().take(2));
    for (index, (byte, word)) in bytes.iter().zip(documented).enumerate() {
        let is_this_runs = (4..12).contains(&index);
        let same = format!("{byte:02X}") == *word;
        let is_byte = word.len() == 2 && u8::from_str_radix(word, 16).is_ok();
        assert!(is_byte && (same || is_this_runs), "{}: byte {index} is {byte:02X}", block.place());
    }
}

/// The beginning of the project's own movie, without the spaces.
fn movie_file(block: &Block) {
    let movie = fs::read(root().join(MOVIE)).unwrap();
    let line = block.text();
    let (line, _) = line.split_once('(').unwrap();
    let mut at = 0;
    let mut words = line.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let expected = match word {
            "…" if words.peek().is_none() => return,
            "…" => {
                // Up to the end of this frame: its last two bytes follow.
                at = frame_end(&movie, at) - 2;
                continue;
            }
            digits if digits.len() == 5 => digits.as_bytes().to_vec(),
            byte => vec![u8::from_str_radix(byte, 16).unwrap()],
        };
        let found = movie.get(at..at + expected.len()).unwrap();
        assert_eq!(found, expected, "{}: {word} at byte {at} of {MOVIE}", block.place());
        at += expected.len();
    }
    panic!("{}: the movie goes on", block.place());
}

/// Where the frame ends in which that byte is.
fn frame_end(movie: &[u8], at: usize) -> usize {
    let mut end = 0;
    while end <= at {
        let length = std::str::from_utf8(movie.get(end..end + 5).unwrap()).unwrap();
        end += 5 + length.parse::<usize>().unwrap();
    }
    end
}

fn real_server() -> ServerProcess {
    ServerProcess::start(root(), &["--bind", "127.0.0.1"])
}

/// Each line of the block is one of these texts.
#[track_caller]
fn same_lines(block: &Block, values: &mut Values, found: &[String]) {
    let documented: Vec<_> = block.lines.iter().map(|line| bytes_of_line(line)).collect();
    let one_by_one = documented.iter().zip(found);
    for (one, other) in one_by_one {
        let is_same = one.matches('\n').count() == other.matches('\n').count()
            && one.split('\n').zip(other.split('\n')).all(|(one, other)| values.same(one, other));
        assert!(is_same, "{}: {one:?}, found {other:?}", block.place());
    }
    assert_eq!(documented.len(), found.len(), "{}: {found:?}", block.place());
}

fn bytes_of(block: &Block) -> String {
    block.lines.iter().map(|line| bytes_of_line(line)).collect()
}

fn bytes_of_line(line: &str) -> String {
    let end = if line.contains(['␊', '␍']) { "" } else { "\n" };
    line.replace('␊', "\n").replace('␍', "\r") + end
}
