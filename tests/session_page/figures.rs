//! The figures of the page are those that the player prints, and each packet's life has one end.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::client_common::program::{Ended, rtp_port};
use crate::common::bad_network::network;
use crate::common::jpegs::{PLAIN, jpegs};
use crate::common::movies::{MOVIE, folder_with, lab_format};
use crate::common::programs::project;
use crate::common::server_process::{ServerProcess, wait_until};
use crate::harness::tests;
use crate::session::{BAD, Page, Played, lab, play, report, text};
use rtsp_lab::client::{Client, Player, Settings, Witness};
use rtsp_lab::impairment::Fate;
use rtsp_lab::rtsp::{Method, State};
use rtsp_lab::trace::{Files, Header, Recorder};
use tempfile::TempDir;

tests![
    of_a_good_session,
    of_fragments,
    of_a_refusal,
    of_the_standard_dialect,
    of_two_pauses,
    of_a_playout_buffer,
    the_lives_add_up_for_five_seeds;
    long: the_whole_movie_over_a_bad_network
];

fn movie(frames: usize) -> TempDir {
    folder_with(&lab_format(&jpegs(PLAIN, frames)))
}

/// Head and summary say what was printed; and so they do with the client's log alone.
#[track_caller]
fn assert_as_printed(played: &Played) {
    for page in [&played.page, &played.of_client] {
        assert_figures(page, &played.ended);
    }
}

#[track_caller]
fn assert_figures(page: &Page, ended: &Ended) {
    let printed: Vec<_> =
        ended.output.lines().skip_while(|line| !line.starts_with("current frame: ")).collect();
    let summary = page.summary();
    assert!(
        !printed.is_empty() && printed.iter().all(|line| summary.contains(&(*line).to_owned()))
    );
    assert!(
        !page.0.contains("id=\"differences\""),
        "{}",
        page.between("id=\"again\"", "</section>")
    );
    // As it is printed: with two digits after the point.
    let microseconds =
        |text: &str| text.trim_end_matches(" ms").replace('.', "").parse::<u64>().unwrap() * 10;
    let replies =
        printed.iter().filter_map(|line| line.strip_prefix("reply to ")?.split_once(": "));
    let slowest = replies.map(|(_, time)| microseconds(time)).max().unwrap();
    let [verdict, figure, _] = page.card("slowest reply");
    let of_all = microseconds(&figure);
    assert_eq!(verdict == "pass", of_all < 50_000);
    // Printed is the last reply to each method, and the page has them all. The program asks for each once.
    let is_program = ended.output.contains("Data sent:");
    assert!(of_all == slowest || of_all > slowest && !is_program, "{of_all} {slowest}");
    assert_eq!(page.card("packets lost")[1], ended.figure("packets lost rate"));
    let shown = format!("{} of ", ended.figure("frames shown"));
    assert!(page.card("frames shown")[1].starts_with(&shown), "{:?}", page.card("frames shown"));
    let average = ended.figure("frames per second average");
    assert_eq!(page.card("frames a second")[1], average);
}

fn of_a_good_session() {
    let folder = movie(40);
    let played = play(folder.path(), &[], lab);
    assert_as_printed(&played);
    for card in ["packets lost", "frames shown"] {
        assert_eq!(played.page.card(card)[0], "pass", "{card}");
    }
    assert_eq!(played.page.card("frames shown")[1], "40 of 40");
    assert_eq!(played.page.balance()[..4], [40, 0, 40, 40]);
}

fn of_fragments() {
    let folder = folder_with(&fs::read(project().join(MOVIE)).unwrap());
    let options = [&BAD[..], &["--fragment", "1400"]].concat();
    let words = |port: &str| [vec!["--seconds".to_owned(), "4".to_owned()], lab(port)].concat();
    assert_as_printed(&play(folder.path(), &options, words));
}

/// A server alone has no session to tell of, and what was not measured is not seen.
fn of_a_refusal() {
    let folder = movie(5);
    let words = |port: &str| {
        let words = ["127.0.0.1", port, &rtp_port(), "other.Mjpeg"];
        words.map(str::to_owned).to_vec()
    };
    let Played { page, of_client, .. } = play(folder.path(), &[], words);
    for page in [page, of_client] {
        assert_ne!(page.card("slowest reply")[0], "not seen", "a refusal is a reply");
        for card in ["PLAY to first packet", "packets lost", "frames shown", "frames a second"] {
            assert_eq!(page.card(card)[..2], ["not seen", "–"], "{card}");
        }
        assert!(page.0.contains("404 File Not Found") && page.0.contains("class=\"msg refused\""));
        assert!(
            page.between("id=\"replies\"", "</section>").contains("<td class=\"bad\">404</td>")
        );
        assert!(!page.0.contains("class=\"st READY\""), "a refusal changes no state");
    }
}

fn of_the_standard_dialect() {
    let folder = movie(40);
    let words = |port: &str| vec![format!("rtsp://127.0.0.1:{port}/{MOVIE}")];
    let played = play(folder.path(), &[], words);
    assert_as_printed(&played);
    assert_eq!(played.page.card("frames shown")[..2], ["pass", "40 of 40"]);
    assert!(played.page.0.contains("Standard dialect over UDP"));
}

fn of_two_pauses() {
    let folder = movie(200);
    let server = ServerProcess::start(folder.path(), &[]);
    let log = folder.path().join("client.jsonl");
    let files = Files { log: Some(log.clone()), ..Files::default() };
    let (recorder, trace) =
        Recorder::start(files, Header::default(), |flaw| panic!("{flaw}")).unwrap();
    let settings = Settings {
        server: "127.0.0.1".to_owned(),
        server_port: server.port(),
        rtp_port: 0,
        movie: MOVIE.to_owned(),
    };
    let mut client = Client::new(settings, |_| ());
    client.watch(Witness { trace: trace.clone(), ..Witness::default() });
    for frames in [10, 20, 30] {
        client.press(Method::Play);
        wait_until("frames", || {
            client.wait(Duration::from_millis(20));
            client.statistics().0.frames_shown >= frames
        });
        client.press(if frames < 30 { Method::Pause } else { Method::Teardown });
        wait_until("the reply", || {
            client.wait(Duration::from_millis(20));
            client.state() != State::Playing
        });
        if frames == 10 {
            client.press(Method::Describe);
        }
    }
    let (statistics, now) = client.statistics();
    let output = statistics.summary(now).to_string();
    trace.summary(&output);
    assert!(recorder.finish());
    let ended = Ended { code: Some(0), output, errors: String::new() };
    let page = report(&[log.to_str().unwrap()]);
    assert_figures(&page, &ended);
    assert_eq!(page.0.matches("class=\"band\"").count(), 3, "three runs");
    let rows = text(page.between("<tbody>", "</tbody>"));
    assert!(rows.contains("Session Description"), "the description is part of its reply: {rows}");
}

/// With a buffer that is too small for the network it runs empty now and then.
fn of_a_playout_buffer() {
    let folder = movie(80);
    let options = ["--delay", "60", "--jitter", "60", "--seed", "7"];
    let words = |port: &str| [vec!["--buffer".to_owned(), "40".to_owned()], lab(port)].concat();
    let played = play(folder.path(), &options, words);
    assert_as_printed(&played);
    let underruns = played.ended.figure("buffer underruns");
    assert!(underruns != "0", "{:?}", played.ended);
    assert!(played.page.0.contains("frames waiting in the buffer of 40 ms"));
    assert!(played.page.0.contains(&format!(">{underruns} × empty<")), "{underruns}");
}

fn the_lives_add_up_for_five_seeds() {
    thread::scope(|scope| {
        for seed in ["1", "2", "3", "7", "8"] {
            scope.spawn(move || lives_add_up(seed));
        }
    });
}

fn lives_add_up(seed: &str) {
    let folder = movie(60);
    let options = [
        &["--loss", "10", "--duplicate", "5", "--reorder", "10", "--delay", "20", "--jitter", "10"],
        &["--seed", seed][..],
    ]
    .concat();
    let Played { page, ended, .. } = play(folder.path(), &options, lab);
    let network = network(&options);
    let lost = (1..=60).filter(|count| network.fate(*count) == Fate::Lost).count() as u64;
    let balance = page.balance();
    let [sent, gone, arrived, ends @ ..] = &balance[..] else { panic!("{balance:?}") };
    assert_eq!((*sent, *gone), (60, lost), "seed {seed}");
    assert_eq!(gone + arrived, *sent);
    assert_eq!(ends.iter().sum::<u64>(), *arrived, "{balance:?}");
    assert_figures(&page, &ended);
}

/// As the documents have it.
fn the_whole_movie_over_a_bad_network() {
    let folder = folder_with(&fs::read(project().join(MOVIE)).unwrap());
    let played = play(folder.path(), &BAD, lab);
    assert_as_printed(&played);
    let (page, ended) = (&played.page, &played.ended);
    let [verdict, figure, why] = page.card("packets lost");
    assert_eq!((verdict.as_str(), figure.as_str()), ("FAIL", "5.60 %"));
    assert_eq!(why, "27 lost, 482 received; on purpose: --loss 5");
    let figures = ["packets lost", "duplicate packets", "late packets"];
    assert_eq!(figures.map(|name| ended.figure(name)), ["27", "9", "8"]);
    let lanes = page.between("id=\"over\"", "</svg>");
    for (lane, count) in [("late", "8"), ("dup", "9"), ("lost", "27")] {
        let shown = format!("class=\"cnt {lane}\"");
        let lane = lanes.split_once(&shown).unwrap().1;
        assert_eq!(lane.split_once('>').unwrap().1.split_once('<').unwrap().0, count);
    }
    let rows = page.between("id=\"lost\"", "</section>");
    let rows = rows.split("<tr><td class=\"n\">").skip(1);
    let lost: Vec<_> = rows.map(|row| row.split_once('<').unwrap().0).take(5).collect();
    assert_eq!(lost, ["23", "33", "67", "80", "81"]);
    assert!(page.0.contains("--loss 5, seed 7</td>"));
    assert!(page.0.len() <= 130_000, "{} bytes for 25 s", page.0.len());
}
