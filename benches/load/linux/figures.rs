//! What is made of a round, and how it is printed.

use std::time::Duration;

use super::FRAME_INTERVAL;
use super::receiver::Stream;
use super::round::Round;

/// The figures of one server in one round.
#[derive(Debug)]
pub(crate) struct Figures {
    /// Seconds of a processor for 1,000 frames.
    pub(crate) cpu: f64,
    /// How busy the machine was, of 100: with these sessions and all else.
    busy: u64,
    /// How many frames came while it was measured.
    pub(crate) frames: u32,
    /// How many are missing between those that came, in all sessions.
    lost: u32,
    /// How many datagrams did not fit the receiver's buffers.
    dropped: u32,
    /// Frames a second of all sessions together, by their number.
    rate: f64,
    slowest_rate: f64,
    /// In milliseconds: median, 99th percentile, maximum.
    deviation: Option<[f64; 3]>,
    setup: Option<[f64; 3]>,
    play: Option<[f64; 3]>,
    first_packet: Option<[f64; 3]>,
    /// In KiB.
    resident: u32,
    resident_per_session: f64,
    threads_per_session: f64,
}

impl Figures {
    pub(crate) fn of(round: &Round) -> Self {
        let [start, end] = &round.looks;
        let seconds = end.at.duration_since(start.at).as_secs_f64();
        let sessions = f64::from(u32::try_from(round.streams.len()).unwrap());
        let parts = round.streams.iter().map(|stream| Part::of(stream, round)).collect::<Vec<_>>();
        let frames = parts.iter().map(|part| part.frames).sum();
        let lost = parts.iter().map(|part| part.lost).sum();
        let sent = f64::from(frames + lost);
        let deviations = parts.iter().flat_map(|part| part.deviations.iter().copied());
        let rates = parts.iter().map(|part| f64::from(part.frames + part.lost) / seconds);
        let (rest, playing) = (round.rest, end.usage);
        let [worked, idle] = [0, 1].map(|index| end.machine[index] - start.machine[index]);
        Self {
            cpu: (playing.cpu - start.usage.cpu) / sent * 1000.0,
            busy: 100 * worked / (worked + idle).max(1),
            frames,
            lost,
            dropped: end.dropped - start.dropped,
            rate: sent / seconds / sessions,
            slowest_rate: rates.fold(f64::INFINITY, f64::min),
            deviation: percentiles(deviations),
            setup: percentiles(round.sessions.iter().map(|session| session.setup)),
            play: percentiles(round.sessions.iter().map(|session| session.play)),
            first_packet: percentiles(first_packets(round)),
            resident: playing.resident,
            resident_per_session: (f64::from(playing.resident) - f64::from(rest.resident))
                / sessions,
            threads_per_session: f64::from(playing.threads - rest.threads) / sessions,
        }
    }
}

/// What one session saw while it was measured.
struct Part {
    frames: u32,
    lost: u32,
    /// How far each frame was from 50 ms after the one before it.
    deviations: Vec<Duration>,
}

impl Part {
    fn of(stream: &Stream, round: &Round) -> Self {
        let [start, end] = &round.looks;
        let frames = stream.frames.iter().filter(|frame| (start.at..end.at).contains(&frame.at));
        let frames = frames.copied().collect::<Vec<_>>();
        let mut part = Self { frames: 0, lost: 0, deviations: Vec::new() };
        part.frames = u32::try_from(frames.len()).unwrap();
        for pair in frames.windows(2) {
            let [before, after] = [pair[0], pair[1]];
            match after.number.wrapping_sub(before.number) {
                1 => {
                    let interval = after.at.duration_since(before.at);
                    part.deviations.push(interval.abs_diff(FRAME_INTERVAL));
                }
                distance => part.lost += u32::from(distance.saturating_sub(1)),
            }
        }
        part
    }
}

fn first_packets(round: &Round) -> impl Iterator<Item = Duration> {
    round.sessions.iter().zip(&round.streams).filter_map(|(session, stream)| {
        Some(stream.frames.first()?.at.duration_since(session.asked_to_play))
    })
}

/// Median, 99th percentile and maximum, in milliseconds.
fn percentiles(times: impl Iterator<Item = Duration>) -> Option<[f64; 3]> {
    let mut times = times.collect::<Vec<_>>();
    times.sort();
    let last = times.len().checked_sub(1)?;
    Some([last / 2, last * 99 / 100, last].map(|index| times[index].as_secs_f64() * 1e3))
}

pub(crate) fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Prints the figures of both side by side, and returns the ratio of the server's processor time to
/// the baseline's.
pub(crate) fn print(server: &Figures, baseline: Option<&Figures>) -> f64 {
    let both = [Some(server), baseline];
    let row = |what: &str, goal: &str, figure: &dyn Fn(&Figures) -> Option<String>| {
        let [server, baseline] =
            both.map(|one| one.and_then(figure).unwrap_or_else(|| "-".to_owned()));
        println!("{what:<44} {server:>10} {baseline:>10}   {goal}");
    };
    let times = |what: &str, goals: [&str; 3], of: &dyn Fn(&Figures) -> Option<[f64; 3]>| {
        for (index, which) in ["p50", "p99", "max"].into_iter().enumerate() {
            let what = if index == 0 { what } else { "" };
            row(&format!("{what:<39} {which}"), goals[index], &|one| {
                of(one).map(|found| format!("{:.3} ms", found[index]))
            });
        }
    };
    println!("{:<44} {:>10} {:>10}   goal", "", "server", "baseline");
    row("CPU of 1,000 frames", "", &|one| Some(format!("{:.4} s", one.cpu)));
    row("  all processors, all programs", "", &|one| Some(format!("{} %", one.busy)));
    row("frames that came", "", &|one| Some(one.frames.to_string()));
    row("frames lost", "0", &|one| Some(one.lost.to_string()));
    row("  packets that found a full buffer", "", &|one| Some(one.dropped.to_string()));
    row("frames a second in a session", "20.00", &|one| Some(format!("{:.2}", one.rate)));
    row("  in the slowest", "", &|one| Some(format!("{:.2}", one.slowest_rate)));
    times("from frame to frame, off 50 ms by", ["", "", ""], &|one| one.deviation);
    times("reply to SETUP", ["0.3", "5", ""], &|one| one.setup);
    times("reply to PLAY", ["0.3", "5", ""], &|one| one.play);
    times("PLAY to first packet", ["0.5", "", ""], &|one| one.first_packet);
    row("resident memory", "", &|one| Some(format!("{} KiB", one.resident)));
    row("  per session, above rest", "64", &|one| {
        Some(format!("{:.1} KiB", one.resident_per_session))
    });
    row("threads per session", "", &|one| Some(format!("{:.2}", one.threads_per_session)));
    server.cpu / baseline.map_or(f64::NAN, |one| one.cpu)
}
