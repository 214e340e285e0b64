//! The loss laboratory: what server and client count is what the network's seed says, in every run.

use std::thread;

use rtsp_lab::client::{Client, Player};
use rtsp_lab::impairment::Impairment;
use rtsp_lab::playout::Target;

use crate::client_common::jpeg::frame;
use crate::client_common::rtp::packet;
use crate::client_common::stage::Stage;

#[path = "../../examples/losslab/run.rs"]
mod run;
#[path = "../../examples/losslab/theory.rs"]
mod theory;

use run::{FRAME, Outcome, Setup, run as play, write_movie};

fn network(options: &[(&str, &str)], seed: u64) -> Impairment {
    let option = |name: &str| {
        let found = options.iter().find(|(of, _)| *of == name);
        found.map(|(_, word)| (*word).to_owned())
    };
    Impairment::read(option, seed).unwrap()
}

/// All at once; the outcomes in the order of the setups.
fn play_all(setups: &[Setup]) -> Vec<Outcome> {
    let folder = tempfile::tempdir().unwrap();
    for setup in setups {
        write_movie(folder.path(), setup.packets, setup.frames).unwrap();
    }
    let folder = folder.path();
    thread::scope(|scope| {
        let start = |setup| scope.spawn(move || play(setup, folder).unwrap());
        let running: Vec<_> = setups.iter().map(start).collect();
        running.into_iter().map(|run| run.join().unwrap()).collect()
    })
}

#[test]
fn the_counts_of_server_and_client_are_those_of_the_seed() {
    let points = [(1, "10"), (3, "2"), (5, "10"), (5, "30"), (12, "1"), (20, "5")];
    let setups: Vec<_> = (101..)
        .zip(points)
        .map(|(seed, (packets, loss))| {
            let network = network(&[("loss", loss)], seed);
            Setup { packets, frames: 40, network, buffer: None }
        })
        .collect();
    let outcomes = play_all(&setups);
    assert!(outcomes.iter().any(|outcome| outcome.shown < 40), "nothing was lost");
    for (setup, outcome) in setups.iter().zip(outcomes) {
        let prediction = setup.prediction();
        assert!(outcome.agrees(&prediction), "{setup:?}: {outcome:?}, not {prediction:?}");
        assert!(outcome.damaged <= 40 - outcome.shown, "a lower bound: {outcome:?}");
    }
}

#[test]
fn a_buffer_shows_the_same_frames() {
    let network = network(&[("delay", "60"), ("jitter", "40")], 7);
    let setup = |buffer| Setup { packets: 1, frames: 30, network, buffer };
    let setups =
        [setup(None), setup(Some(Target::Time(2 * FRAME))), setup(Some(Target::Frames(25)))];
    let [off, time, frames] = play_all(&setups).try_into().unwrap();
    assert!(off.playout.is_none());
    for outcome in [&off, &time, &frames] {
        assert_eq!((outcome.shown, outcome.intervals.len()), (30, 29), "{outcome:?}");
    }
    for (outcome, waits) in [(time, FRAME), (frames, 10 * FRAME)] {
        let playout = outcome.playout.unwrap();
        assert_eq!((playout.played, playout.frames, playout.emptied), (30, 0, 0));
        assert!(playout.delay() > waits, "{playout:?}");
    }
}

#[test]
fn theory_is_as_in_the_book() {
    let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
    let ten = theory::broken(10, 0.05, 1000);
    assert!(near(ten.mean, 0.401_263_060_761_621));
    // Of 1,000 throws of a coin 469 to 531 are heads, 95 times of 100.
    let coin = theory::broken(1, 0.5, 1000);
    assert!(near(coin.least, 0.469) && near(coin.most, 0.531), "{coin:?}");
    assert!(near(theory::late_by_the_book(40.0, 0.0), 0.5));
    assert!(near(theory::late_by_the_book(40.0, 40.0), 0.125));
    assert!(near(theory::late_by_the_book(40.0, 90.0), 0.0));
    let jitter = |seed| network(&[("delay", "60"), ("jitter", "40")], seed);
    let late = |ms| theory::late(jitter, Target::Time(FRAME * ms / 50), 200).mean;
    assert!(late(0) > late(50) && late(50) > 0.0 && near(late(100), 0.0));
}

/// The frames may be shown meanwhile if the machine is slow: after half a second what waits is played.
#[test]
fn a_pause_keeps_what_waits_in_the_buffer_and_a_new_session_does_not() {
    let mut stage = Stage::ready();
    stage.client.buffer().set_target(Some(Target::Frames(30)));
    stage.play();
    for number in 1..=3 {
        stage.sends(&packet(number, &frame(1)), number.into());
    }
    let kept = |client: &Client| {
        let statistics = client.statistics().0;
        let waiting = statistics.playout.map_or(0, |playout| playout.frames as u64);
        (statistics.frames_shown + waiting, statistics.playout.map(|playout| playout.emptied))
    };
    stage.until("three frames", |client| kept(client) == (3, Some(0)));
    stage.pause();
    assert_eq!(kept(&stage.client), (3, Some(0)));
    stage.play();
    stage.until_shown(3);
    stage.sends(&packet(4, &frame(1)), 4);
    stage.teardown();
    let playout = stage.statistics().playout.unwrap();
    let shown = stage.statistics().frames_shown;
    assert_eq!((playout.frames, shown + playout.emptied), (0, 4));
    assert_eq!(stage.client.buffer().target(), Some(Target::Frames(30)), "it outlives sessions");
}
