//! The event log of the movie that comes with the project, from its first frame to its last.

use std::path::Path;
use std::thread;

use crate::client_common::program::{Program, client_command, rtp_port};
use crate::common::LIMIT;
use crate::common::movies::{MOVIE, folder_with, lab_format, real_frames};
use crate::common::server_process::ServerProcess;
use crate::harness::tests;
use crate::lives::{EventLog, Frames, assert_lives, number};

tests![every_life_of_a_packet_of_the_whole_movie_has_one_end];

const BAD: [&str; 10] =
    ["--loss", "5", "--duplicate", "1", "--reorder", "2", "--delay", "40", "--jitter", "15"];

fn every_life_of_a_packet_of_the_whole_movie_has_one_end() {
    let folder = folder_with(&lab_format(&real_frames()));
    thread::scope(|scope| {
        for seed in ["7", "8", "9", "10", "11"] {
            let folder = folder.path();
            scope.spawn(move || play(folder, seed));
        }
    });
}

fn play(folder: &Path, seed: &str) {
    let [of_server, of_client] = ["server", "client"].map(|who| {
        let path = folder.join(format!("{seed}.{who}.jsonl"));
        path.to_str().unwrap().to_owned()
    });
    let bad = [&BAD[..], &["--seed", seed]].concat();
    let server = ServerProcess::start(folder, &[&bad[..], &["--log", &of_server]].concat());
    let (port, rtp_port) = (server.port().to_string(), rtp_port());
    let words = ["--headless", "--log", &of_client, "127.0.0.1", &port, &rtp_port, MOVIE];
    let ended = Program::start(&mut client_command(&words)).end(3 * LIMIT);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");
    let server = EventLog::of_server(Path::new(&of_server), 1);
    let client = EventLog::read(Path::new(&of_client));
    assert_lives(&server, &client, &bad, Frames::Last);
    if seed == "7" {
        let sent = server.named("rtp:packet_sent");
        let lost = sent.iter().filter(|event| event["net"] == "lost");
        let lost: Vec<_> = lost.map(|event| number(event, "seq")).collect();
        assert_eq!((lost.len(), &lost[..5]), (27, &[23, 33, 67, 80, 81][..]));
        for (name, count) in [("packets lost", 27), ("duplicate packets", 9), ("late packets", 8)] {
            assert_eq!(number(client.summary(), name), count, "{name}");
        }
    }
}
