//! The second experiment: what comes too late for playout, against the playout buffer.

use std::error::Error;
use std::time::Duration;

use getopts::Matches;
use rtsp_lab::impairment::Impairment;
use rtsp_lab::playout::Target;

use super::chart::{Chart, Series};
use super::run::{Outcome, Setup};
use super::{Findings, list, number, play, theory};

/// Plays all points.
pub(crate) fn experiment(matches: &Matches) -> Result<Findings, Box<dyn Error>> {
    let jitters: Vec<u32> = list(matches, "jitter", "20,40,80")?;
    let words: Vec<String> = list(matches, "buffer", "0,50,100,200")?;
    let mut buffers = Vec::new();
    for word in &words {
        buffers.push(buffer(word)?);
    }
    let (seeds, frames) = (number(matches, "seeds", 10)?, number(matches, "frames", 200)?);
    let first_seed = number(matches, "first-seed", 1)?;
    let delay = matches.opt_present("delay").then(|| number(matches, "delay", 1)).transpose()?;
    let network = |jitter: u32, seed| network(jitter, delay.unwrap_or(jitter + 20), seed);
    let mut runs = Vec::new();
    for &jitter in &jitters {
        for &buffer in &buffers {
            // The same network for each buffer, so that nothing but the buffer differs.
            for seed in first_seed..first_seed + seeds {
                let network = network(jitter, seed.into())?;
                runs.push((jitter, seed, Setup { packets: 1, frames, network, buffer }));
            }
        }
    }
    let setups: Vec<_> = runs.iter().map(|(.., setup)| setup.clone()).collect();
    let outcomes = play(&setups, number(matches, "at-once", 20)?)?;
    let runs: Vec<Run> = runs
        .into_iter()
        .zip(outcomes)
        .map(|((jitter, seed, setup), outcome)| Run { jitter, seed, setup, outcome })
        .collect();
    let late = |jitter, buffer: Target, frames| {
        let of_seed = |seed| network_or_good(jitter, delay.unwrap_or(jitter + 20), seed);
        theory::late(of_seed, buffer, frames)
    };
    let last = buffers.iter().flatten().map(|target| ms(*target)).max().unwrap_or_default();
    let curves = |jitter: u32| {
        let places = (0..=20).map(|step| last * step / 20);
        let target = |ms: u32| Target::Time(Duration::from_millis(ms.into()));
        places.map(|ms| (ms, late(jitter, target(ms), frames))).collect::<Vec<_>>()
    };
    let chart = chart(&jitters, &runs, frames, curves);
    let head = "jitter_ms,buffer_ms,seed,frames_sent,frames_shown,late_for_playout,underruns,\
                interval_median_ms,interval_p95_ms,interval_worst_ms,buffer_delay_ms";
    let rows = [head.to_owned()].into_iter().chain(runs.iter().map(Run::row)).collect();
    Ok(Findings { chart, rows, summary: table(&runs, late) })
}

struct Run {
    jitter: u32,
    seed: u32,
    setup: Setup,
    outcome: Outcome,
}

impl Run {
    /// The share of frames that came too late; there is none without a buffer.
    fn late(&self) -> Option<f64> {
        let late = self.outcome.playout?.late;
        Some(f64::from(u32::try_from(late).ok()?) / f64::from(self.setup.frames))
    }

    /// The interval between two pictures that so many of a hundred do not exceed.
    fn interval(&self, percent: usize) -> f64 {
        let mut intervals = self.outcome.intervals.clone();
        intervals.sort_unstable();
        let place = (intervals.len() * percent).div_ceil(100).saturating_sub(1);
        millis(intervals.get(place).copied().unwrap_or_default())
    }

    fn buffer(&self) -> String {
        self.setup.buffer.map_or_else(|| "off".to_owned(), |target| ms(target).to_string())
    }

    fn row(&self) -> String {
        let count = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
        let playout = self.outcome.playout;
        let delay = playout.map_or(0.0, |playout| millis(playout.delay()));
        format!(
            "{},{},{},{},{},{},{},{:.1},{:.1},{:.1},{delay:.1}",
            self.jitter,
            self.buffer(),
            self.seed,
            self.setup.frames,
            self.outcome.shown,
            count(playout.map(|playout| playout.late)),
            count(playout.map(|playout| playout.underruns)),
            self.interval(50),
            self.interval(95),
            self.interval(100),
        )
    }
}

fn buffer(word: &str) -> Result<Option<Target>, String> {
    match (word, Target::parse(word)) {
        ("off", _) => Ok(None),
        // Here it is a schedule without a reserve, while the client's 0 is none at all.
        ("0", _) => Ok(Some(Target::Time(Duration::ZERO))),
        (_, Some(Some(target @ Target::Time(_)))) => Ok(Some(target)),
        _ => Err(format!("expected --buffer as off, or from 0 to 2000 ms, found {word:?}")),
    }
}

fn network(jitter: u32, delay: u32, seed: u64) -> Result<Impairment, String> {
    let option = |name: &str| match name {
        "jitter" => Some(jitter.to_string()),
        "delay" => Some(delay.to_string()),
        _ => None,
    };
    Impairment::read(option, seed).map_err(|bad| bad.to_string())
}

/// The same, once it is known to be possible.
fn network_or_good(jitter: u32, delay: u32, seed: u64) -> Impairment {
    network(jitter, delay, seed).unwrap_or_default()
}

fn ms(target: Target) -> u32 {
    match target {
        Target::Time(time) => u32::try_from(time.as_millis()).unwrap_or(u32::MAX),
        Target::Frames(_) => 0,
    }
}

fn millis(time: Duration) -> f64 {
    1000.0 * time.as_secs_f64()
}

/// All seeds of a point, one after the other.
fn points(runs: &[Run]) -> impl Iterator<Item = &[Run]> {
    runs.chunk_by(|one, next| one.jitter == next.jitter && one.setup.buffer == next.setup.buffer)
}

fn mean(runs: &[Run], figure: impl Fn(&Run) -> f64) -> f64 {
    let count = f64::from(u32::try_from(runs.len().max(1)).unwrap_or(u32::MAX));
    runs.iter().map(figure).sum::<f64>() / count
}

fn table(runs: &[Run], theory: impl Fn(u32, Target, u32) -> theory::Share) -> String {
    let mut lines = vec![
        "jitter  buffer   late for playout  predicted (95 % band)     by the book  underruns  interval p95   worst  added delay".to_owned(),
    ];
    for point in points(runs) {
        let Some(run) = point.first() else { continue };
        let theory = run.setup.buffer.map(|target| theory(run.jitter, target, run.setup.frames));
        let theory = theory.map_or_else(
            || "-".to_owned(),
            |share| {
                let [mean, least, most] =
                    [share.mean, share.least, share.most].map(|share| 100.0 * share);
                format!("{mean:.2} % ({least:.1} to {most:.1} %)")
            },
        );
        let book = run.setup.buffer.map_or_else(
            || "-".to_owned(),
            |target| {
                let (jitter, buffer) = (f64::from(run.jitter.max(1)), f64::from(ms(target)));
                format!("{:.1} %", 100.0 * theory::late_by_the_book(jitter, buffer))
            },
        );
        let late = match run.late() {
            Some(_) => {
                format!("{:.2} %", 100.0 * mean(point, |run| run.late().unwrap_or_default()))
            }
            None => "-".to_owned(),
        };
        let underruns = mean(point, |run| {
            let count = run.outcome.playout.map_or(0, |playout| playout.underruns);
            f64::from(u32::try_from(count).unwrap_or(u32::MAX))
        });
        let worst = point.iter().map(|run| run.interval(100)).fold(0.0, f64::max);
        lines.push(format!(
            "{:>3} ms  {:>6}  {late:>16}  {theory:<24}  {book:>11}  {underruns:>8.1}  {:>9.1} ms  {worst:>5.0} ms  {:>8.1} ms",
            run.jitter, run.buffer(), mean(point, |run| run.interval(95)),
            mean(point, |run| run.outcome.playout.map_or(0.0, |playout| millis(playout.delay()))),
        ));
    }
    lines.join("\n")
}

fn chart(
    jitters: &[u32],
    runs: &[Run],
    frames: u32,
    theory: impl Fn(u32) -> Vec<(u32, theory::Share)>,
) -> Chart {
    let mut ticks: Vec<u32> = runs.iter().filter_map(|run| run.setup.buffer.map(ms)).collect();
    ticks.sort_unstable();
    ticks.dedup();
    let series = jitters.iter().map(|&jitter| {
        let of_jitter = points(runs).filter(|point| {
            point.first().is_some_and(|run| run.jitter == jitter && run.setup.buffer.is_some())
        });
        let of_jitter: Vec<_> = of_jitter.collect();
        let place = |run: &Run| f64::from(run.setup.buffer.map_or(0, ms));
        let share = |run: &Run| run.late().unwrap_or_default();
        let theory = theory(jitter).into_iter();
        Series {
            name: format!("jitter {jitter} ms"),
            curve: theory.map(|(at, of)| (f64::from(at), of.mean, of.least, of.most)).collect(),
            marks: of_jitter
                .iter()
                .filter_map(|point| Some((place(point.first()?), mean(point, share))))
                .collect(),
            dots: of_jitter
                .iter()
                .flat_map(|point| point.iter().map(|run| (place(run), share(run))))
                .collect(),
        }
    });
    Chart {
        title: "A playout buffer of twice the jitter leaves nothing late".to_owned(),
        notes: vec![
            format!(
                "Lines and bands: mean of 300 movies of {frames} frames with delays drawn from the distribution, and where 95 % fall."
            ),
            "Large marks: measured, all seeds together; dots: each seed.".to_owned(),
        ],
        x_name: "playout buffer (ms)".to_owned(),
        y_name: "frames late for playout (%)".to_owned(),
        ticks: ticks.iter().map(|ms| (f64::from(*ms), ms.to_string())).collect(),
        is_logarithmic: false,
        series: series.collect(),
    }
}
