//! A few seconds of the movie: each header bit by bit, the frames, and when they came.

use std::time::{Duration, Instant};

use super::caller::Caller;
use super::figures::{median, milliseconds, quantile};
use super::finding::finding;
use super::requirements as need;
use super::scene::{Case, MovieKind, Note, Number, Scene, Stop};
use super::stream::{self, Seen};

mod header;
mod order;

/// Plays a few seconds.
pub(crate) const STREAM: Case = Case {
    name: "Play: headers, frames, pace",
    needs: &[],
    decides: &[
        &need::HEADER,
        &need::VERSION,
        &need::PADDING,
        &need::EXTENSION,
        &need::CSRC_COUNT,
        &need::MARKER,
        &need::PAYLOAD_TYPE,
        &need::SEQUENCE,
        &need::FIRST_NUMBER,
        &need::TIMESTAMP,
        &need::TIMESTAMP_RUNS,
        &need::SSRC,
        &need::FRAMES,
        &need::LOSS,
        &need::RATE,
        &need::DEVIATION,
    ],
    movie: MovieKind::Whole,
    play: play_for_a_while,
};

fn play_for_a_while(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.playing_caller(1)?;
    listen_and_judge(scene, &mut caller, LISTENING);
    Ok(())
}

/// Plays until a clock must have gone on, and takes the headers apart.
pub(crate) const FIRST_PACKETS: Case = Case {
    name: "Play: the first headers",
    needs: &[],
    decides: &[
        &need::PLAY,
        &need::PACKETS,
        &need::HEADER,
        &need::VERSION,
        &need::PADDING,
        &need::EXTENSION,
        &need::CSRC_COUNT,
        &need::MARKER,
        &need::PAYLOAD_TYPE,
        &need::SEQUENCE,
        &need::FIRST_NUMBER,
        &need::TIMESTAMP,
        &need::TIMESTAMP_RUNS,
        &need::SSRC,
    ],
    movie: MovieKind::Whole,
    play: play_the_first,
};

fn play_the_first(scene: &mut Scene<'_>) -> Result<(), Stop> {
    let mut caller = scene.ready_caller()?;
    let play = scene.grant(&mut caller, "PLAY")?;
    scene.pass(&need::PLAY);
    scene.packets(&mut caller, play.packets_before, 1)?;
    scene.pass(&need::PACKETS);
    listen_and_judge(scene, &mut caller, A_TICK_AND_MORE);
    Ok(())
}

fn listen_and_judge(scene: &mut Scene<'_>, caller: &mut Caller, time: Duration) {
    let goes_on = listen(scene, caller, time);
    let arrivals = caller.ear.heard().to_vec();
    let seen = stream::frames(&arrivals, scene.movie);
    let header_is_right = header::judge(scene, &arrivals);
    if header_is_right {
        header::judge_fields(scene, &arrivals, &seen);
    }
    order::judge(scene, &arrivals, &seen, header_is_right);
    if let Some(finding) = finding(&arrivals, caller.ear.address()) {
        scene.explain(finding.to_string());
    }
    judge_pace(scene, &seen, goes_on);
}

/// Listens until the time or the movie is over; returns whether packets came all the time.
fn listen(scene: &Scene<'_>, caller: &mut Caller, time: Duration) -> bool {
    let end = scene.within(time);
    while Instant::now() < end {
        let count = caller.ear.count();
        if !caller.ear.wait_for(count + 1, scene.within(LONGEST_GAP).min(end)) {
            return Instant::now() >= end;
        }
    }
    true
}

/// Rate and deviation. Only new frames count: a repeated frame is another fault.
fn judge_pace(scene: &mut Scene<'_>, seen: &[Seen], goes_on: bool) {
    let times = times_of_new(seen);
    let last = seen.iter().filter_map(|frame| frame.index).max();
    let is_over = last.map_or(!goes_on, |last| last + 1 >= scene.movie.frames.len());
    if times.len() < FEWEST_FRAMES && !times.is_empty() && !is_over {
        return judge_few(scene, &times, goes_on);
    }
    let Some(rate) = rate_of(&times) else {
        let why = format!("{} frames are too few to measure", times.len());
        scene.not_checked(&need::RATE, &why);
        return scene.not_checked(&need::DEVIATION, &why);
    };
    let figure = format!("{rate:.2} (the median of half seconds)");
    let is_right = (SLOWEST..=FASTEST).contains(&rate);
    if is_right {
        scene.pass(&need::RATE);
    } else {
        let expected = format!("{SLOWEST} to {FASTEST} frames a second");
        scene.fail_playing(&need::RATE, &format!("{rate:.2} frames a second"), &expected);
    }
    scene.figure(&need::RATE, figure);
    scene.note(Note::Number(Number::Rate, rate));
    judge_deviation(scene, &times, is_right);
}

/// The pace of a server that has sent fewer frames in this time than half of the report's.
fn judge_few(scene: &mut Scene<'_>, times: &[f64], goes_on: bool) {
    let silence = if goes_on { 0.0 } else { LONGEST_GAP.as_secs_f64() };
    let time = times.last().copied().unwrap_or_default() + silence;
    #[expect(clippy::cast_precision_loss, reason = "it is below 30")]
    let rate = (times.len() - 1) as f64 / time.max(INTERVAL);
    let came = format!("{} frames, {rate:.2} a second", times.len());
    scene.fail_playing(&need::RATE, &came, &format!("{SLOWEST} to {FASTEST} frames a second"));
    scene.figure(&need::RATE, format!("{rate:.2}"));
    scene.note(Note::Number(Number::Rate, rate));
    scene.not_checked(&need::DEVIATION, OTHER_RATE);
}

/// At another rate all intervals deviate, which is one fault and not two.
fn judge_deviation(scene: &mut Scene<'_>, times: &[f64], rate_is_right: bool) {
    let intervals = times.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?));
    let deviations: Vec<f64> = intervals.map(|interval| (interval - INTERVAL).abs()).collect();
    let (middle, large) = (median(&deviations), quantile(&deviations, 0.99));
    let figure = format!("p50 {}, p99 {} away", milliseconds(middle), milliseconds(large));
    if middle <= LARGEST_DEVIATION {
        scene.pass(&need::DEVIATION);
    } else if !rate_is_right {
        scene.not_checked(&need::DEVIATION, OTHER_RATE);
    } else {
        let came = format!("half of the intervals are more than {} away", milliseconds(middle));
        scene.fail_playing(&need::DEVIATION, &came, "half of them within 10 ms of 50 ms");
    }
    scene.figure(&need::DEVIATION, figure);
    scene.note(Note::Number(Number::Deviation, middle));
    scene.note(Note::Number(Number::LargeDeviation, large));
}

/// When each new frame came, in seconds from the first.
fn times_of_new(seen: &[Seen]) -> Vec<f64> {
    let Some(first) = seen.first() else { return Vec::new() };
    let mut next = 0;
    let is_new = |frame: &&Seen| match frame.index {
        Some(index) if index < next => false,
        Some(index) => {
            next = index + 1;
            true
        }
        None => true,
    };
    let new = seen.iter().filter(is_new);
    new.map(|frame| frame.at.saturating_duration_since(first.at).as_secs_f64()).collect()
}

/// Frames a second: the median over all stretches of ten intervals, so that neither a single halt
/// of a busy machine counts, nor a sender that is early and late in turn.
fn rate_of(times: &[f64]) -> Option<f64> {
    if times.len() < FEWEST_FRAMES {
        return None;
    }
    let stretches = times.windows(STRETCH + 1);
    let lengths: Vec<_> = stretches.filter_map(|pair| Some(pair.last()? - pair.first()?)).collect();
    #[expect(clippy::cast_precision_loss, reason = "it is 10")]
    let rate = STRETCH as f64 / median(&lengths);
    Some(rate)
}

/// Why the deviation is not judged.
const OTHER_RATE: &str = "at another rate all intervals deviate";
/// How long to listen.
const LISTENING: Duration = Duration::from_millis(3500);
/// So long that a clock of seconds must have gone on.
const A_TICK_AND_MORE: Duration = Duration::from_millis(1800);
/// After this long without a packet the movie is over.
const LONGEST_GAP: Duration = Duration::from_millis(1500);
/// The time from when one frame is due to the next.
const INTERVAL: f64 = 0.05;
/// How many intervals are measured together.
const STRETCH: usize = 10;
/// Fewer frames say nothing about the rate.
const FEWEST_FRAMES: usize = 30;
/// The report's own loop waits 0.05 s after each frame and comes to 19.7.
pub(super) const SLOWEST: f64 = 19.5;
const FASTEST: f64 = 20.5;
/// The most for half of the intervals, in seconds.
const LARGEST_DEVIATION: f64 = 0.01;

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(interval: impl Fn(usize) -> f64) -> f64 {
        let mut now = 0.0;
        let times: Vec<f64> = (0..70)
            .map(|number| {
                now += interval(number);
                now
            })
            .collect();
        rate_of(&times).unwrap()
    }

    #[test]
    fn one_halt_does_not_change_the_rate_and_a_slow_sender_does() {
        assert!((rate(|_| 0.05) - 20.0).abs() < 0.01);
        assert!((rate(|number| if number == 40 { 0.4 } else { 0.05 }) - 20.0).abs() < 0.01);
        assert!((rate(|number| [0.0, 0.1][number % 2]) - 20.0).abs() < 0.01);
        assert!((rate(|_| 1.0 / 19.0) - 19.0).abs() < 0.01);
    }
}
