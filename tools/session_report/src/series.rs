//! What the curves draw: rates, loss, delay and jitter over time.

use crate::session::{Packet, Session};
use crate::text::{amount, counted};

/// A line of (time, value), in milliseconds and the curve's own unit.
pub(crate) type Line = Vec<(f64, f64)>;

/// At which times a curve has a value, and over which time before that it sums.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps {
    /// Where the axis of time ends.
    pub(crate) until: f64,
    pub(crate) step: f64,
    pub(crate) window: f64,
}

/// A value every 100 ms, as the player's window has; in long sessions so many in all.
const MOST_STEPS: f64 = 600.0;

impl Steps {
    pub(crate) fn of(session: &Session) -> Self {
        let until = (session.end / 500.0).ceil().max(1.0) * 500.0;
        let step = (until / MOST_STEPS).max(100.0);
        Self { until, step, window: step.max(1000.0) }
    }

    fn times(self, (from, to): (f64, f64)) -> impl Iterator<Item = f64> {
        let step = self.step;
        let first = (from / step).ceil();
        (0..=1200_u32)
            .map(move |count| (first + f64::from(count)) * step)
            .take_while(move |time| *time <= to)
    }

    /// The times of playing, each with the second after it, in which its rates fall to nothing.
    fn spans(self, session: &Session) -> Vec<(f64, f64)> {
        let begins = session.runs.iter().skip(1).map(|run| run.from);
        let begins = begins.chain([self.until]);
        let spans = session.runs.iter().zip(begins);
        spans.map(|(run, next)| (run.from, (run.to + self.window).min(next))).collect()
    }

    /// For each time of playing a line: the sum of the window before, for each second of it.
    fn rate(self, session: &Session, mut points: Line) -> Vec<Line> {
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        let sums = Sums::of(&points);
        let value =
            |time: f64| (time, sums.between(time - self.window, time) * 1000.0 / self.window);
        self.spans(session).into_iter().map(|span| self.times(span).map(value).collect()).collect()
    }
}

/// Sums of values up to a time.
struct Sums<'a> {
    points: &'a [(f64, f64)],
    sums: Vec<f64>,
}

impl<'a> Sums<'a> {
    fn of(points: &'a [(f64, f64)]) -> Self {
        let mut sum = 0.0;
        let sums = points.iter().map(|(_, value)| {
            sum += value;
            sum
        });
        Self { points, sums: sums.collect() }
    }

    fn until(&self, time: f64) -> f64 {
        let count = self.points.partition_point(|point| point.0 <= time);
        count.checked_sub(1).and_then(|last| self.sums.get(last)).copied().unwrap_or(0.0)
    }

    /// After the one, up to the other.
    fn between(&self, from: f64, to: f64) -> f64 {
        self.until(to) - self.until(from)
    }
}

/// Frames shown a second.
pub(crate) fn frames(session: &Session, steps: Steps) -> Vec<Line> {
    let until = session.sampled_from().unwrap_or(f64::INFINITY);
    let shown = session.shown.iter().filter(|time| **time < until).map(|time| (*time, 1.0));
    let seconds = session.seconds.iter().map(|(time, second)| (*time, counted(second.shown)));
    steps.rate(session, shown.chain(seconds).collect())
}

/// Kilobits of payload received a second.
pub(crate) fn kilobits(session: &Session, steps: Steps) -> Vec<Line> {
    let bits = |bytes: u64| counted(bytes) * 8.0 / 1000.0;
    let mut points: Line = Vec::new();
    for packet in session.counted_packets() {
        let times = packet.arrived.iter().chain(&packet.again);
        points.extend(times.map(|time| (*time, bits(packet.bytes))));
    }
    points.extend(session.seconds.iter().map(|(time, second)| (*time, bits(second.bytes))));
    steps.rate(session, points)
}

/// Of the packets due in the window the share that never came, in percent; nothing where there are
/// fewer than ten.
pub(crate) fn loss(session: &Session, steps: Steps) -> Vec<Line> {
    let place = |packet: &Packet| (packet.place(), f64::from(u8::from(packet.arrived.is_none())));
    let mut due: Line = session.counted_packets().map(|packet| (place(packet).0, 1.0)).collect();
    let mut lost: Line = session.counted_packets().map(place).collect();
    for (time, second) in &session.seconds {
        due.push((*time, counted(second.received + second.lost)));
        lost.push((*time, counted(second.lost)));
    }
    for points in [&mut due, &mut lost] {
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
    }
    let (due, lost) = (Sums::of(&due), Sums::of(&lost));
    let value = |time: f64| {
        let of = due.between(time - steps.window, time);
        let share = 100.0 * lost.between(time - steps.window, time) / of;
        (of >= 10.0).then_some((time, share))
    };
    let spans = steps.spans(session).into_iter();
    spans.map(|span| steps.times(span).filter_map(value).collect()).collect()
}

/// From sent to arrived, in milliseconds, and whether it came late.
pub(crate) fn delays(session: &Session) -> Vec<(f64, f64, bool)> {
    if !session.has_one_clock() {
        return Vec::new();
    }
    let of_packet = |packet: &Packet| Some((packet.arrived?, packet.delay()?, packet.is_late));
    let packets = session.counted_packets().filter_map(of_packet);
    let seconds = session.seconds.iter().flat_map(|(time, second)| {
        second.delays.iter().flatten().map(|delay| (*time, *delay, false))
    });
    packets.chain(seconds).collect()
}

/// The interarrival jitter of RFC 3550 A.8, begun anew at each run. In the lab's dialect a timestamp
/// counts seconds, so there the frames' own grid stands for it.
pub(crate) fn jitter(session: &Session) -> Vec<Line> {
    let period = 1000.0 / session.fps();
    let media = |packet: &Packet| {
        let frame = packet.frame.filter(|_| !session.header.is_standard);
        let ticks = packet.ts.filter(|_| session.header.is_standard);
        let by_frame = frame.map(|frame| counted(frame) * period);
        by_frame.or_else(|| ticks.map(|ts| counted(ts) * 1000.0 / session.clock_hz))
    };
    let mut arrivals: Line = session
        .counted_packets()
        .filter_map(|packet| Some((packet.arrived?, media(packet)?)))
        .collect();
    arrivals.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut lines = Vec::new();
    for run in &session.runs {
        let own = arrivals.iter().filter(|(time, _)| (run.from..=run.to).contains(time));
        let (mut line, mut jitter, mut last) = (Line::new(), 0.0, None);
        for (arrived, media) in own {
            if let Some((before, of)) = last.replace((*arrived, *media)) {
                let difference: f64 = (arrived - before) - (media - of);
                jitter += (difference.abs() - jitter) / 16.0;
                line.push((*arrived, jitter));
            }
        }
        let told = session.seconds.iter().filter(|(time, _)| (run.from..=run.to).contains(time));
        line.extend(told.filter_map(|(time, second)| Some((*time, second.jitter?))));
        lines.push(line);
    }
    lines
}

/// The differences of arrival of successive frames within a run: of the last packet of each that
/// came in time.
pub(crate) fn gaps(session: &Session) -> Vec<f64> {
    // In the lab's dialect many frames have one timestamp.
    let of_frame =
        |packet: &Packet| packet.frame.or(packet.ts.filter(|_| session.header.is_standard));
    let on_time = session.counted_packets().filter(|packet| packet.is_on_time());
    let arrivals = on_time.filter_map(|packet| Some((packet.arrived?, of_frame(packet)?)));
    let mut arrivals: Vec<(f64, u64)> = arrivals.collect();
    arrivals.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut gaps = Vec::new();
    for run in &session.runs {
        let own = arrivals.iter().filter(|(time, _)| (run.from..=run.to).contains(time));
        let (mut ends, mut of): (Vec<f64>, Option<u64>) = (Vec::new(), None);
        for (time, frame) in own {
            match ends.last_mut() {
                Some(end) if of == Some(*frame) => *end = *time,
                _ => ends.push(*time),
            }
            of = Some(*frame);
        }
        gaps.extend(ends.iter().zip(ends.iter().skip(1)).map(|(one, other)| other - one));
    }
    gaps
}

/// Every so many of the points of a line, so that a figure is not longer with a longer session.
pub(crate) fn thinned(line: &Line, most: usize) -> Line {
    let step = line.len().div_ceil(most.max(1)).max(1);
    let last = line.last().copied();
    let mut thin: Line = line.iter().step_by(step).copied().collect();
    thin.extend(last.filter(|last| thin.last() != Some(last)));
    thin
}

/// The mean of values; none of none.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / amount(values.len()))
}
