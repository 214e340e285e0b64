//! The first experiment: one lost packet spoils a frame of n packets.

use std::error::Error;

use getopts::Matches;
use rtsp_lab::impairment::Impairment;

use super::chart::{Chart, Series};
use super::run::{Outcome, Prediction, Setup};
use super::{Findings, list, number, play, theory};

/// Plays all points.
pub(crate) fn experiment(matches: &Matches) -> Result<Findings, Box<dyn Error>> {
    let packets: Vec<u32> = list(matches, "packets", "1,5,10,20")?;
    if let Some(other) = packets.iter().find(|packets| !(1..=60).contains(*packets)) {
        return Err(format!("expected --packets from 1 to 60, found {other}").into());
    }
    let mut losses: Vec<f64> = list(matches, "loss", "0.5,1,2,5,10")?;
    losses.sort_by(f64::total_cmp);
    let (seeds, frames) = (number(matches, "seeds", 10)?, number(matches, "frames", 100)?);
    let mut seed = u64::from(number(matches, "first-seed", 1)?);
    let mut runs = Vec::new();
    for &packets in &packets {
        for &loss in &losses {
            for _ in 0..seeds {
                let network = network(loss, seed)?;
                runs.push((loss, seed, Setup { packets, frames, network, buffer: None }));
                seed += 1;
            }
        }
    }
    let setups: Vec<_> = runs.iter().map(|(.., setup)| setup.clone()).collect();
    let outcomes = play(&setups, number(matches, "at-once", 20)?)?;
    let runs: Vec<_> = runs
        .into_iter()
        .zip(outcomes)
        .map(|((loss, seed, setup), outcome)| {
            let prediction = setup.prediction();
            Run { loss, seed, setup, outcome, prediction }
        })
        .collect();
    let wrong = runs.iter().filter(|run| !run.outcome.agrees(&run.prediction)).count();
    if wrong > 0 {
        return Err(disagreement(&runs, wrong).into());
    }
    let chart = chart(&packets, &losses, &runs, frames * seeds);
    let head = "packets,loss_percent,seed,frames_sent,frames_shown,frames_shown_by_seed,damaged_printed,\
                packets_sent,packets_received,packets_lost,packets_lost_printed,lost_per_sent,\
                lost_per_received";
    let rows = [head.to_owned()].into_iter().chain(runs.iter().map(Run::row)).collect();
    let count = runs.len();
    let summary = format!(
        "{count} of {count} runs: the counts of server and client are those of the seed\n{}",
        table(&packets, &losses, &runs, frames * seeds)
    );
    Ok(Findings { chart, rows, summary })
}

/// A run, with what the seed says of it.
struct Run {
    loss: f64,
    seed: u64,
    setup: Setup,
    outcome: Outcome,
    prediction: Prediction,
}

impl Run {
    fn not_shown(&self) -> f64 {
        let (frames, shown) = (u64::from(self.setup.frames), self.outcome.shown);
        share(frames.saturating_sub(shown), frames)
    }

    fn row(&self) -> String {
        let Self { loss, seed, setup, outcome, prediction } = self;
        let (sent, lost) = outcome.sent;
        format!(
            "{},{loss},{seed},{},{},{},{},{sent},{},{lost},{},{:.5},{:.5}",
            setup.packets,
            setup.frames,
            outcome.shown,
            prediction.shown,
            outcome.damaged,
            outcome.received,
            outcome.lost,
            share(lost, sent),
            share(outcome.lost, outcome.received),
        )
    }
}

fn network(loss: f64, seed: u64) -> Result<Impairment, String> {
    let option = |name: &str| (name == "loss").then(|| loss.to_string());
    Impairment::read(option, seed).map_err(|bad| bad.to_string())
}

/// Which runs came out otherwise than their seed says: then datagrams were lost for another reason.
fn disagreement(runs: &[Run], wrong: usize) -> String {
    let first = runs.iter().find(|run| !run.outcome.agrees(&run.prediction));
    let first = first.map(|run| format!(
        "seed {}: frames shown {}, by the seed {}; packets received {} of {}, lost on purpose {}",
        run.seed, run.outcome.shown, run.prediction.shown, run.outcome.received,
        run.outcome.sent.0, run.prediction.lost,
    ));
    format!(
        "{wrong} of {} runs are not as their seed says ({}): this computer is too slow for so many; \
         try a lower --at-once",
        runs.len(),
        first.unwrap_or_default()
    )
}

/// All runs of a point.
fn point(runs: &[Run], packets: u32, loss: f64) -> impl Iterator<Item = &Run> {
    runs.iter()
        .filter(move |run| run.setup.packets == packets && (run.loss - loss).abs() < f64::EPSILON)
}

fn mean(runs: &[Run], packets: u32, loss: f64) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0_f64);
    for run in point(runs, packets, loss) {
        sum += run.not_shown();
        count += 1.0;
    }
    sum / count.max(1.0)
}

fn table(packets: &[u32], losses: &[f64], runs: &[Run], frames: u32) -> String {
    let mut lines = vec!["packets  loss     not shown   1-(1-p)^n   95 % band".to_owned()];
    for &packets in packets {
        for &loss in losses {
            let theory = theory::broken(packets, loss / 100.0, frames);
            let measured = 100.0 * mean(runs, packets, loss);
            lines.push(format!(
                "{packets:>7}  {loss:>4} %  {measured:>8.2} %  {:>8.2} %  {:>6.2} to {:.2} %",
                100.0 * theory.mean,
                100.0 * theory.least,
                100.0 * theory.most
            ));
        }
    }
    lines.join("\n")
}

fn chart(packets: &[u32], losses: &[f64], runs: &[Run], frames: u32) -> Chart {
    let seeds = runs.len() / (packets.len() * losses.len()).max(1);
    let (first, last) = (losses.first().copied(), losses.last().copied());
    let (first, last) = (first.unwrap_or(1.0), last.unwrap_or(1.0));
    let places: Vec<f64> =
        (0..=60).map(|step| first * (last / first).powf(f64::from(step) / 60.0)).collect();
    let series = packets.iter().map(|&packets| Series {
        name: if packets == 1 { "n = 1 packet".into() } else { format!("n = {packets} packets") },
        curve: places
            .iter()
            .map(|&loss| {
                let theory = theory::broken(packets, loss / 100.0, frames);
                (loss, theory.mean, theory.least, theory.most)
            })
            .collect(),
        marks: losses.iter().map(|&loss| (loss, mean(runs, packets, loss))).collect(),
        dots: losses
            .iter()
            .flat_map(|&loss| point(runs, packets, loss).map(move |run| (loss, run.not_shown())))
            .collect(),
    });
    Chart {
        title: "One lost packet spoils a frame of n packets".to_owned(),
        notes: vec![
            format!(
                "Lines: 1 - (1 - p)^n. Bands: where 95 % of experiments with {frames} frames fall."
            ),
            format!(
                "Large marks: measured, {seeds} seeds together; dots: each seed, every one used once."
            ),
        ],
        x_name: "packets lost, each by itself: p (%), logarithmic".to_owned(),
        y_name: "frames not shown (%)".to_owned(),
        ticks: losses.iter().map(|loss| (*loss, loss.to_string())).collect(),
        is_logarithmic: true,
        series: series.collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}
