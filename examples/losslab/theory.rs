//! What theory says, with the range in which 95 of 100 experiments fall.

use std::time::Duration;

use rtsp_lab::impairment::{Impairment, Line};
use rtsp_lab::playout::{Figures, Playout, Target};

use super::run::FRAME;

/// A share and the range around it, each from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub(crate) mean: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

/// The share of frames of `packets` packets that lack one, if each packet is lost with probability
/// `loss`: `1 - (1 - p)^n`. The range is the binomial distribution's, of `frames` frames.
pub(crate) fn broken(packets: u32, loss: f64, frames: u32) -> Share {
    let mean = 1.0 - (1.0 - loss).powf(packets.into());
    Share { mean, least: quantile(mean, frames, 0.025), most: quantile(mean, frames, 0.975) }
}

/// The least share of successes, in so many trials, that is not exceeded with that probability.
fn quantile(success: f64, trials: u32, probability: f64) -> f64 {
    let (n, odds) = (f64::from(trials), (success / (1.0 - success)).ln());
    let mut log = n * (1.0 - success).ln();
    let mut sum = log.exp();
    for k in 1..=trials {
        if sum >= probability {
            return f64::from(k - 1) / n;
        }
        log += ((n - f64::from(k) + 1.0) / f64::from(k)).ln() + odds;
        sum += log.exp();
    }
    1.0
}

/// The share of frames that are late for playout, of 300 movies that play in no time: each delay is drawn
/// from the jitter's distribution, and the client's own buffer decides.
pub(crate) fn late(network: impl Fn(u64) -> Impairment, buffer: Target, frames: u32) -> Share {
    let share = |seed| f64::from(late_frames(network(seed), buffer, frames)) / f64::from(frames);
    let mut shares: Vec<f64> = (0..MOVIES).map(|movie| share(OTHER_SEEDS + movie)).collect();
    shares.sort_by(f64::total_cmp);
    let at = |place: usize| shares.get(place).copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    Share { mean, least: at(7), most: at(292) }
}

/// The same if playout were never begun anew: two delays, of the first frame and of another, differ by
/// more than the buffer holds. Both are as likely anywhere within twice the jitter.
pub(crate) fn late_by_the_book(jitter: f64, buffer: f64) -> f64 {
    let beyond = (2.0 * jitter - buffer).max(0.0);
    beyond * beyond / (8.0 * jitter * jitter)
}

fn late_frames(network: Impairment, buffer: Target, frames: u32) -> u32 {
    let (mut line, mut playout) = (Line::new(network), Playout::default());
    playout.set_target(Some(buffer));
    playout.play();
    for frame in 0..frames {
        line.push(&frame.to_be_bytes(), FRAME * frame);
    }
    let mut media = Duration::ZERO;
    while let Some(arrival) = line.next_due() {
        line.pop(arrival);
        play_until(&mut playout, arrival.saturating_sub(Duration::from_nanos(1)));
        playout.push((), media, arrival).ok();
        media += FRAME;
        play_until(&mut playout, arrival);
    }
    let late = playout.figures().map_or(0, |figures: Figures| figures.late);
    u32::try_from(late).unwrap_or(u32::MAX)
}

fn play_until(playout: &mut Playout<()>, now: Duration) {
    while let Some(due) = playout.next_due().filter(|due| *due <= now) {
        playout.pop(due);
    }
}

const MOVIES: u64 = 300;
/// None of them is a seed of a run.
const OTHER_SEEDS: u64 = 1_000_000;
