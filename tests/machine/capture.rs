//! The capture, as Wireshark without a window reads it: nothing is set, and everything is understood.

use std::path::Path;
use std::process::Command;

use crate::client_common::program::{Program, client_command, rtp_port};
use crate::common::LIMIT;
use crate::common::bad_network::leaving;
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::left_out::needs;
use crate::common::movies::{MOVIE, folder_with, lab_format};
use crate::common::server_process::{ServerProcess, wait_until};
use crate::harness::tests;

tests![
    in_the_labs_dialect_everything_is_understood,
    in_the_standard_dialect_everything_is_understood,
    one_capture_of_both_ends_has_each_packet_once,
];

const BAD: [&str; 4] = ["--loss", "10", "--seed", "7"];
const FRAMES: u64 = 60;

/// What tshark prints of a file, line by line, with no preferences of a user's.
fn tshark(file: &Path, words: &[&str]) -> Vec<String> {
    let mut command = Command::new("tshark");
    command.args(["-n", "-r"]).arg(file).args(words).env("WIRESHARK_CONFIG_DIR", "/nonexistent");
    let output = command.output().expect("run tshark");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// How many packets of RTP the only stream has, and how many of it are lost.
fn stream(file: &Path) -> (u64, u64) {
    let lines = tshark(file, &["-q", "-z", "rtp,streams"]);
    let rows: Vec<_> = lines.iter().filter(|line| line.contains("0x")).collect();
    let [row] = rows.as_slice() else { panic!("{lines:#?}") };
    let words: Vec<_> = row.split_whitespace().collect();
    let at = words.iter().position(|word| word.ends_with("%)")).expect("a share of lost packets");
    let jitter: f64 = words[at + 5].parse().expect("a mean jitter");
    assert!(jitter >= 0.0, "{row}");
    (words[at - 2].parse().unwrap(), words[at - 1].parse().unwrap())
}

fn fields(file: &Path, filter: &str, fields: &[&str]) -> Vec<String> {
    let fields = fields.iter().flat_map(|field| ["-e", field]);
    let words: Vec<_> = ["-Y", filter, "-T", "fields", "-E", "separator=,"].into_iter().collect();
    tshark(file, &words.into_iter().chain(fields).collect::<Vec<_>>())
}

/// Plays with that address of the movie, and returns the captures of server and client.
fn play(folder: &Path, words: impl Fn(&ServerProcess) -> Vec<String>) -> [std::path::PathBuf; 2] {
    needs("tshark", "tshark");
    let captures = ["server.pcapng", "client.pcapng"].map(|name| folder.join(name));
    let [of_server, of_client] = captures.clone().map(|path| path.to_str().unwrap().to_owned());
    let log = folder.join("server.jsonl");
    let files = ["--capture", &of_server, "--log", log.to_str().unwrap()];
    let server = ServerProcess::start(folder, &[&BAD[..], &files].concat());
    let mut command = client_command(&["--headless", "--capture", &of_client]);
    let ended = Program::start(command.args(words(&server))).end(3 * LIMIT);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");
    wait_until("the end of the log", || {
        std::fs::read_to_string(&log).is_ok_and(|text| text.contains("\"rtsp:closed\""))
    });
    captures
}

fn assert_understood(captures: &[std::path::PathBuf; 2], packets: u64, methods: &[&str]) {
    let left = leaving(&BAD, packets);
    let lost = packets - left.len() as u64;
    assert!(lost > 3, "{lost} lost");
    for capture in captures {
        let found = fields(capture, "rtsp.method", &["rtsp.method"]);
        assert_eq!(found, methods, "{}", capture.display());
        let replies = fields(capture, "rtsp.status", &["rtsp.status"]);
        assert_eq!(replies, vec!["200"; methods.len()]);
        assert_eq!(fields(capture, "_ws.malformed", &["frame.number"]), [""; 0]);
        assert_eq!(fields(capture, "rtp.version != 2", &["frame.number"]), [""; 0]);
    }
    let [server, client] = captures;
    // Lost at the very end is what no receiver knows of.
    let known_lost =
        left.iter().max().unwrap() - left.iter().min().unwrap() + 1 - left.len() as u64;
    for capture in captures {
        assert_eq!(stream(capture), (left.len() as u64, known_lost), "{}", capture.display());
    }
    let on_purpose = fields(server, "frame.comment contains \"lost\"", &["frame.comment"]);
    assert_eq!(on_purpose.len() as u64, lost);
    let told = |comment: &String| comment.ends_with("lost on purpose: --loss 10, seed 7");
    assert!(on_purpose.iter().all(told), "{on_purpose:?}");
    let seen = fields(client, "frame.comment contains \"lost before it\"", &["rtp.seq"]);
    assert!(!seen.is_empty() && seen.len() as u64 <= lost, "{seen:?}");
}

fn in_the_labs_dialect_everything_is_understood() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 60)));
    let rtp_port = rtp_port();
    let captures = play(folder.path(), |server| {
        let port = server.port().to_string();
        ["127.0.0.1", &port, &rtp_port, MOVIE].map(str::to_owned).to_vec()
    });
    assert_understood(&captures, FRAMES, &["SETUP", "PLAY", "TEARDOWN"]);
    let ports = fields(&captures[1], "rtp", &["udp.dstport", "exported_pdu.dst_port"]);
    assert!(ports.iter().all(|line| line.contains(&rtp_port)), "{ports:?}");
    let comments = fields(&captures[0], "rtp.seq == 2", &["frame.comment"]);
    assert_eq!(comments, ["packet 2, frame 2"]);
}

fn in_the_standard_dialect_everything_is_understood() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 60)));
    let captures =
        play(folder.path(), |server| vec![format!("rtsp://{}/{MOVIE}", server.address())]);
    let packets = tshark(&captures[0], &["-Y", "rtp or frame.comment contains \"lost\""]).len();
    let methods = ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"];
    assert_understood(&captures, packets as u64, &methods);
    for capture in &captures {
        let reports = fields(capture, "rtcp", &["rtcp.pt"]);
        assert!(!reports.is_empty(), "{}", capture.display());
    }
}

fn one_capture_of_both_ends_has_each_packet_once() {
    needs("tshark", "tshark");
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 30)));
    let capture = folder.path().join("both.pcapng");
    let mut command = client_command(&["--headless", "--capture", capture.to_str().unwrap()]);
    let ended = Program::start(command.current_dir(folder.path())).end(LIMIT);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(stream(&capture), (30, 0));
    assert_eq!(fields(&capture, "rtsp.method", &["rtsp.method"]), ["SETUP", "PLAY", "TEARDOWN"]);
    let comments = fields(&capture, "rtp.seq == 7", &["frame.comment"]);
    assert_eq!(comments, ["packet 7, frame 7"], "the client's packet, the server's frame");
}
