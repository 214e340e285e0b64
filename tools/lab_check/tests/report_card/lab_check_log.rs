//! `lab_check log`: a log as the programs write it passes, one that was changed by hand does not.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::client_common::program::{Program, client_command, rtp_port};
use crate::common::LIMIT;
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{MOVIE, folder_with, lab_format};
use crate::common::programs::program;
use crate::common::server_process::{ServerProcess, wait_until};
use crate::harness::tests;

tests![what_was_written_passes_and_what_was_made_up_does_not, what_is_no_log_is_said,];

const BAD: [&str; 12] = [
    "--loss",
    "10",
    "--duplicate",
    "5",
    "--reorder",
    "5",
    "--delay",
    "10",
    "--jitter",
    "5",
    "--seed",
    "7",
];

/// Runs `lab_check log`; its code, and what it says.
fn log(folder: &Path, names: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(program("lab_check"));
    let output = command.arg("log").args(names).current_dir(folder).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

/// Plays; the texts of the client's log and of the server's.
fn play(folder: &Path) -> [String; 2] {
    let options = [&BAD[..], &["--log", "server.jsonl"]].concat();
    let server = ServerProcess::start(folder, &options);
    let (port, rtp) = (server.port().to_string(), rtp_port());
    let client = folder.join("client.jsonl");
    let words = ["--headless", "--log", client.to_str().unwrap(), "127.0.0.1", &port, &rtp, MOVIE];
    let ended = Program::start(&mut client_command(&words)).end(LIMIT);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    wait_until("the server's log", || text("server.jsonl").contains("rtsp:closed"));
    ["client.jsonl", "server.jsonl"].map(text)
}

fn what_was_written_passes_and_what_was_made_up_does_not() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 60)));
    let folder = folder.path();
    let [client, server] = play(folder);
    let (code, said) = log(folder, &["client.jsonl", "server.jsonl"]);
    assert_eq!(code, Some(0), "{said}");
    let passed = "pass  fates       60 packets, 4 lost, ";
    assert!(said.contains(passed) && said.contains("--seed 7 has them"), "{said}");
    let (code, said) = log(folder, &["client.jsonl"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("open  fates       there is no seed"), "{said}");

    let lost = line_with(&server, "\"net\":\"lost\"");
    let number = lost.split("\"seq\":").nth(1).unwrap().split(',').next().unwrap();
    let passed = server.lines().find(|line| line.contains("packet_sent") && !line.contains("net"));
    let passed = passed.unwrap();
    let first = line_with(&client, "rtp:packet_received");
    let came = first.replace("\"seq\":1,", &format!("\"seq\":{number},"));
    let twice = format!("{first}\n{came}");
    let shown = client.split("\"frames shown\":").nth(1).unwrap().split(',').next().unwrap();
    let printed = format!("\"frames shown\":{shown}");
    let rate = client.split("\"packets lost rate\":").nth(1).unwrap().split(',').next().unwrap();
    let rate = format!("\"packets lost rate\":{rate}");
    let (without_end, _) = client.split_at(client.find("session:summary").unwrap());
    let without_end: Vec<_> = without_end.lines().filter(|line| line.ends_with('}')).collect();
    let without_end = without_end.join("\n").replace("rtsp:closed", "rtsp:other") + "\n";
    fs::write(folder.join("changed.jsonl"), without_end).unwrap();
    let (code, said) = log(folder, &["changed.jsonl", "server.jsonl"]);
    assert_eq!(code, Some(3), "a killed program's log is no forgery: {said}");
    assert!(said.contains("open  end         changed.jsonl has no end"), "{said}");
    for (changed_server, from, to, expected) in [
        (
            true,
            lost,
            lost.replace(",\"net\":\"lost\"", ""),
            "was let alone; by the seed it was lost",
        ),
        (
            true,
            passed,
            passed.replace(",\"ts\"", ",\"net\":\"lost\",\"ts\""),
            "was lost; by the seed it was let alone",
        ),
        (true, passed, String::new(), "is the session's"),
        (true, "\"seed\":7", "\"seed\":8".to_owned(), "by the seed"),
        (false, &rate, "\"packets lost rate\":\"1.00 %\"".to_owned(), "packets lost rate: 1.00 %"),
        (false, first, twice, "came, which was lost on purpose"),
        (false, &printed, "\"frames shown\":60".to_owned(), "frames shown: 60 printed"),
        (false, first, first.replacen("\"time\":", "\"time\":9", 1), "time runs backwards"),
    ] {
        let text = if changed_server { &server } else { &client };
        let changed = text.replacen(from, &to, 1);
        let changed = changed.replace("\n\n", "\n");
        assert_ne!(&changed, text);
        fs::write(folder.join("changed.jsonl"), changed).unwrap();
        let other = if changed_server { "client.jsonl" } else { "server.jsonl" };
        let (code, said) = log(folder, &[other, "changed.jsonl"]);
        assert_eq!(code, Some(1), "{expected}: {said}");
        assert!(said.contains("FAIL") && said.contains(expected), "{expected}: {said}");
    }
}

fn line_with<'a>(text: &'a str, part: &str) -> &'a str {
    text.lines().find(|line| line.contains(part)).unwrap()
}

fn what_is_no_log_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("page.html"), "<html>").unwrap();
    let (code, said) = log(folder.path(), &["page.html"]);
    let expected =
        "lab_check: page.html, line 1: expected the header of an event log, urn:rtsp-lab:log:1\n";
    assert_eq!((code, said.as_str()), (Some(1), expected));
    let (code, said) = log(folder.path(), &["none.jsonl"]);
    assert!(code == Some(1) && said.starts_with("lab_check: none.jsonl can't be read: "), "{said}");
    let (code, said) = log(folder.path(), &[]);
    assert_eq!(
        (code, said.contains("expected one FILE or two after log, found 0")),
        (Some(2), true)
    );
}
