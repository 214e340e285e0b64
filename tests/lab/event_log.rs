//! The event log of the programs in the lab's dialect: what they write is what has happened.

use std::path::Path;
use std::thread;

use crate::client_common::program::{Ended, Program, client_command, rtp_port, run_client};
use crate::common::LIMIT;
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{MOVIE, folder_with, lab_format, made_movie};
use crate::common::raw_client::RawClient;
use crate::common::server_process::ServerProcess;
use crate::lives::{EventLog, Frames, assert_lives, number};
use rtsp_lab::trace::{Files, Header, Recorder};
use serde_json::Value;

const BAD: [&str; 10] =
    ["--loss", "10", "--duplicate", "5", "--reorder", "10", "--delay", "20", "--jitter", "10"];
const SEEDS: [&str; 5] = ["1", "2", "3", "7", "8"];

/// Plays the folder's movie from a server with these options; both write a log.
fn play(folder: &Path, options: &[&str], name: &str) -> (EventLog, EventLog, Ended) {
    play_through(folder, options, "0", name)
}

/// The same through a playout buffer.
fn play_through(
    folder: &Path,
    options: &[&str],
    buffer: &str,
    name: &str,
) -> (EventLog, EventLog, Ended) {
    let [of_server, of_client] = ["server", "client"].map(|who| {
        let path = folder.join(format!("{name}.{who}.jsonl"));
        path.to_str().unwrap().to_owned()
    });
    let server = ServerProcess::start(folder, &[options, &["--log", &of_server]].concat());
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let of_client_words = ["--headless", "--buffer", buffer, "--log", &of_client];
    let words = [&of_client_words[..], &["127.0.0.1", &port, &rtp_port, MOVIE]].concat();
    let ended = Program::start(&mut client_command(&words)).end(3 * LIMIT);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");
    let server = EventLog::of_server(Path::new(&of_server), 1);
    (server, EventLog::read(Path::new(&of_client)), ended)
}

fn every_life_has_one_end(options: &[&str]) {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 100)));
    thread::scope(|scope| {
        for seed in SEEDS {
            let (folder, bad) = (folder.path(), [&BAD[..], &["--seed", seed]].concat());
            let options = [options, &bad].concat();
            scope.spawn(move || {
                let (server, client, _) = play(folder, &options, seed);
                assert_lives(&server, &client, &bad, Frames::Last);
            });
        }
    });
}

#[test]
fn every_life_of_a_packet_has_one_end() {
    every_life_has_one_end(&[]);
}

#[test]
fn every_life_of_a_piece_has_one_end() {
    every_life_has_one_end(&["--fragment", "500"]);
}

#[test]
fn every_life_has_one_end_through_a_playout_buffer() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 60)));
    let options = [&BAD[..], &["--seed", "5"]].concat();
    let (server, client, _) = play_through(folder.path(), &options, "100", "buffered");
    assert_lives(&server, &client, &options, Frames::Last);
}

#[test]
fn a_log_has_the_level_of_the_playout_buffer_and_each_underrun() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 40)));
    let bad = ["--jitter", "100", "--delay", "100", "--seed", "3"];
    let (_, client, ended) = play_through(folder.path(), &bad, "40", "underruns");
    assert_eq!(client.header["settings"]["buffer_ms"], 40);
    let printed = ended.output.lines().find_map(|line| line.strip_prefix("buffer underruns: "));
    let underruns = client.named("buffer:underrun");
    assert_eq!(printed, Some(underruns.len().to_string().as_str()));
    assert!(underruns.iter().all(|data| number(data, "frame") <= 40), "{underruns:?}");
    let shown = client.named("frame:shown");
    assert!(!underruns.is_empty() && shown.iter().any(|data| data["level"].as_u64() > Some(0)));
    let (_, client, _) = play(folder.path(), &bad, "no_buffer");
    assert_eq!(client.header["settings"]["buffer_ms"], 0);
    assert!(client.named("buffer:underrun").is_empty());
    assert!(client.named("frame:shown").iter().all(|data| data["level"].is_null()));
}

#[test]
fn one_file_holds_both_ends_of_the_programs_own_server() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 40)));
    let log = folder.path().join("session.jsonl");
    let words = ["--headless", "--log", log.to_str().unwrap()];
    let command = &mut client_command(&words);
    let ended = Program::start(command.current_dir(folder.path())).end(LIMIT);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");
    let log = EventLog::read(&log);
    assert_eq!(log.header["trace"]["vantage_point"]["type"], "network");
    assert_eq!((&log.header["title"], &log.header["dialect"]), (&MOVIE.into(), &"lab".into()));
    assert_eq!(log.header["network"], Value::Null);
    assert!(log.events.iter().all(|event| event["side"] == "client" || event["side"] == "server"));
    let (client, server) = (log.of_side("client"), log.of_side("server"));
    let (sent, received) = (server.named("rtp:packet_sent"), client.named("rtp:packet_received"));
    assert_eq!((sent.len(), received.len()), (40, 40));
    assert_eq!(server.named("rtp:packet_left").len(), 0, "that goes without saying");
    let states = ["INIT", "READY", "PLAYING", "INIT"].map(Value::from);
    let all = [&[Value::Null][..], &states].concat();
    for side in [&client, &server] {
        let changes = side.named("session:state");
        let [old, new] = ["old", "new"]
            .map(|at| changes.iter().map(|data| data[at].clone()).collect::<Vec<_>>());
        assert_eq!((old.as_slice(), new.as_slice()), (&all[..4], &all[1..]));
    }
    for (asked, answered, side) in [
        ("rtsp:request_sent", "rtsp:reply_received", &client),
        ("rtsp:request_received", "rtsp:reply_sent", &server),
    ] {
        let methods = ["SETUP", "PLAY", "TEARDOWN"].map(Value::from);
        for name in [asked, answered] {
            let told: Vec<_> = side.named(name).iter().map(|it| it["method"].clone()).collect();
            assert_eq!(told, methods, "{name}");
        }
    }
    assert_summary(&log, &ended);
}

/// Every figure is, as text, what was printed.
fn assert_summary(log: &EventLog, ended: &Ended) {
    let summary = log.summary().as_object().unwrap();
    for (name, value) in summary {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert_eq!(text, ended.figure(name), "{name}");
    }
    let printed = ended.output.lines().skip_while(|line| !line.starts_with("current frame: "));
    assert_eq!(printed.count(), summary.len(), "all figures, and no others: {summary:?}");
}

#[test]
fn a_client_tells_what_its_server_does_not_know() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 60)));
    let bad = ["--loss", "20", "--seed", "7"];
    let (server, client, ended) = play(folder.path(), &bad, "one");
    assert_eq!(server.header["network"]["loss"], 20);
    assert_eq!(server.header["network"]["seed"], 7);
    assert_eq!(client.header["network"], Value::Null, "it can't know");
    assert_eq!(client.header["trace"]["vantage_point"]["type"], "client");
    let replies = client.named("rtsp:reply_received");
    for (reply, method) in replies.iter().zip(["SETUP", "PLAY", "TEARDOWN"]) {
        // The log rounds to three decimals, and what is printed to two.
        let after = reply["after"].as_f64().unwrap();
        let printed = ended.figure(&format!("reply to {method}"));
        let milliseconds: f64 = printed.strip_suffix(" ms").unwrap().parse().unwrap();
        assert!((milliseconds - after).abs() < 0.006, "{printed}, {reply}");
    }
    let ssrc = |log: &EventLog| {
        let described = log.named("session:described");
        described.iter().find_map(|data| data["ssrc"].as_str().map(str::to_owned))
    };
    assert_eq!(ssrc(&client).map(|ssrc| ssrc.len()), Some(8));
    assert_eq!(ssrc(&client), ssrc(&server), "by which the logs are joined");
    assert_summary(&client, &ended);
}

#[test]
fn a_servers_log_tells_its_clients_apart() {
    let (folder, _) = made_movie(10);
    let log = folder.path().join("server.jsonl");
    let server = ServerProcess::start(folder.path(), &["--log", log.to_str().unwrap()]);
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let mut client = RawClient::playing(server.address());
        assert_eq!(client.packets(10).len(), 10);
        client.granted("TEARDOWN");
        sessions.push(client.session.to_string());
    }
    let log = EventLog::of_server(&log, 2);
    for session in sessions {
        let own = log.events.iter().filter(|event| event["session"] == session.as_str());
        let names: Vec<_> = own.map(|event| event["name"].as_str().unwrap()).collect();
        assert_eq!(names.iter().filter(|name| **name == "rtp:packet_sent").count(), 10);
        assert_eq!(names.last(), Some(&"rtsp:closed"), "{names:?}");
    }
}

#[test]
fn after_so_many_packets_a_line_a_second_is_written_and_nothing_unusual_is_lost() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 60)));
    let bad = ["--loss", "20", "--seed", "7", "--log-packets", "10"];
    let (server, client, _) = play(folder.path(), &bad, "one");
    let all = number(client.summary(), "packets received");
    assert_eq!(client.named("stats:second").len(), 0, "a million is not reached");
    let [sent, lost] = ["sent", "lost"].map(|name| {
        let seconds = server.named("stats:second");
        seconds.iter().map(|second| number(second, name)).sum::<u64>()
    });
    let one_by_one = server.named("rtp:packet_sent");
    let is_lost = |event: &&&Value| event["net"] == "lost";
    assert_eq!(one_by_one.iter().filter(is_lost).count() as u64, 60 - all);
    assert_eq!(sent, 50, "the first ten were written");
    let of_the_first = one_by_one.iter().take(10).filter(is_lost).count() as u64;
    assert_eq!(lost, 60 - all - of_the_first);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cant_be_written_is_told_and_the_movie_plays() {
    let (folder, _) = made_movie(3);
    let nowhere = folder.path().join("none").join("session.jsonl");
    for (option, path, why) in [
        ("--log", "/dev/full", "No space left on device"),
        ("--capture", "/dev/full", "No space left on device"),
        ("--log", nowhere.to_str().unwrap(), "No such file or directory"),
    ] {
        let ended = run_client(&["--headless", "--seconds", "1", option, path]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.figure("frames shown").parse::<u32>().unwrap() > 15, "{ended:?}");
        let what = option.trim_start_matches("--");
        let told = format!("client_launcher: could not write the {what} to {path}: {why}");
        assert!(ended.errors.starts_with(&told), "{ended:?}");
        assert_eq!(ended.errors.lines().count(), 1, "once: {ended:?}");
    }
}

#[test]
fn nothing_is_written_after_the_end_and_all_before_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.jsonl");
    let files = Files { log: Some(log.clone()), ..Files::default() };
    let (recorder, trace) =
        Recorder::start(files, Header::default(), |flaw| panic!("{flaw}")).unwrap();
    for number in 0..1000 {
        trace.summary(&format!("number: {number}\n"));
    }
    assert!(recorder.finish());
    trace.summary("number: 1000\n");
    let log = EventLog::read(&log);
    let numbers = log.named("session:summary").into_iter().map(|data| number(data, "number"));
    assert_eq!(numbers.collect::<Vec<_>>(), (0..1000).collect::<Vec<_>>());
}
