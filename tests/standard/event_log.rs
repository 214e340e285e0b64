//! The event log in the standard dialect.

use std::path::Path;
use std::thread;

use crate::client_common::program::{Program, client_command};
use crate::common::LIMIT;
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{MOVIE, folder_with, lab_format};
use crate::common::server_process::ServerProcess;
use crate::lives::{EventLog, Frames, assert_lives, number};

const BAD: [&str; 10] =
    ["--loss", "10", "--duplicate", "5", "--reorder", "10", "--delay", "20", "--jitter", "10"];
const SEEDS: [&str; 5] = ["1", "2", "3", "7", "8"];

fn play(folder: &Path, options: &[&str], words: &[&str], name: &str) -> (EventLog, EventLog) {
    let [of_server, of_client] = ["server", "client"].map(|who| {
        let path = folder.join(format!("{name}.{who}.jsonl"));
        path.to_str().unwrap().to_owned()
    });
    let server = ServerProcess::start(folder, &[options, &["--log", &of_server]].concat());
    let url = format!("rtsp://{}/{MOVIE}", server.address());
    let words = [words, &["--headless", "--log", &of_client, &url]].concat();
    let ended = Program::start(&mut client_command(&words)).end(3 * LIMIT);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""), "{ended:?}");
    let server = EventLog::of_server(Path::new(&of_server), 1);
    (server, EventLog::read(Path::new(&of_client)))
}

#[test]
fn every_life_of_a_packet_has_one_end() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 100)));
    thread::scope(|scope| {
        for seed in SEEDS {
            let (folder, bad) = (folder.path(), [&BAD[..], &["--seed", seed]].concat());
            scope.spawn(move || {
                let options = [&bad[..], &["--mtu", "400"]].concat();
                let (server, client) = play(folder, &options, &[], seed);
                assert_lives(&server, &client, &bad, Frames::Timestamp);
            });
        }
    });
}

#[test]
fn over_tcp_and_udp_reports_are_told_at_both_ends() {
    let folder = folder_with(&lab_format(&jpegs(PLAIN, 80)));
    for (words, transport) in [(&["--tcp"][..], "tcp"), (&[], "udp")] {
        let (server, client) = play(folder.path(), &[], words, transport);
        assert_eq!(client.header["transport"], transport);
        assert_eq!(client.header["dialect"], "standard");
        let described = server.named("session:described");
        assert!(described.iter().any(|data| data["frames"] == 80), "{described:?}");
        assert_eq!(server.named("rtp:packet_left").len(), 0);
        let (sent, received) =
            (server.named("rtp:packet_sent"), client.named("rtp:packet_received"));
        assert_eq!(sent.len(), received.len());
        assert_eq!(client.named("frame:shown").len(), 80, "{transport}");
        // Of a sender report, what was sent is what came, value for value.
        let (sent, came) = (server.named("rtcp:report_sent"), client.named("rtcp:report_received"));
        assert!(!came.is_empty() && came.iter().all(|report| sent.contains(report)), "{came:?}");
        assert!(
            came.iter().all(|report| report["type"] == "SR" && number(report, "packets") < 1000)
        );
        // The client says goodbye before TEARDOWN, over TCP only while its source is there.
        let (sent, came) = (client.named("rtcp:report_sent"), server.named("rtcp:report_received"));
        assert!(came.iter().all(|report| sent.contains(report)), "{came:?}");
        assert!(sent.iter().all(|report| report["type"] == "RR"), "{sent:?}");
    }
}
