//! The figures of one server, made from what the scenarios recorded.

use std::time::{Duration, Instant};

use crate::usage::Usage;

use super::figures::{Count, Spread, a_minute, count, deviations, frame_times, gaps, rate, within};
use super::scenario::{Dialogue, Stream};

/// All figures of one server. What could not be measured is `None`.
#[derive(Debug, Default)]
pub(crate) struct Measures {
    pub(crate) setup: Option<Spread>,
    pub(crate) play: Option<Spread>,
    pub(crate) teardown: Option<Spread>,
    pub(crate) first_packet: Option<Spread>,
    pub(crate) at_rest: Option<Usage>,
    pub(crate) one: Option<Streaming>,
    pub(crate) few: Option<Streaming>,
    pub(crate) many: Option<Streaming>,
    pub(crate) torn_down: Option<Left>,
    pub(crate) closed: Option<Left>,
    pub(crate) killed: Option<Left>,
    /// What is drawn of the sessions that play, by how many there are.
    pub(crate) seen: Vec<Seen>,
}

impl Measures {
    /// Notes the times of clients that came one after another.
    pub(crate) fn note_dialogues(&mut self, dialogues: &[Dialogue]) {
        let spread =
            |time: fn(&Dialogue) -> Duration| Spread::of(dialogues.iter().map(time).collect());
        self.setup = spread(|dialogue| dialogue.setup);
        self.play = spread(|dialogue| dialogue.play);
        self.teardown = spread(|dialogue| dialogue.teardown);
        self.first_packet = spread(|dialogue| dialogue.first_packet);
    }
}

/// Sessions that play at the same time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Streaming {
    /// Frames a second, in the slowest session.
    pub(crate) rate: Option<f64>,
    /// By how much frames came too early or too late, in all sessions.
    pub(crate) deviation: Option<Spread>,
    pub(crate) packets: Count,
    /// Of all sessions together, in a minute.
    pub(crate) cpu: Option<Duration>,
    pub(crate) resident_kib: Option<u64>,
    /// More than at rest, for each session.
    pub(crate) kib_a_session: Option<f64>,
    /// More than at rest, for each session.
    pub(crate) threads_a_session: Option<f64>,
}

impl Streaming {
    /// The figures of a stream, given what the server used before it.
    pub(crate) fn of(stream: &Stream, at_rest: Option<Usage>) -> Self {
        let seen = stream.sessions.iter().map(|arrivals| within(arrivals, stream.window));
        let sessions: Vec<_> = seen.collect();
        let frames: Vec<_> = sessions.iter().map(|arrivals| frame_times(arrivals)).collect();
        let rates: Option<Vec<f64>> = frames.iter().map(|frames| rate(frames)).collect();
        let deviation = Spread::of(frames.iter().flat_map(|frames| deviations(frames)).collect());
        let packets =
            sessions.iter().map(|arrivals| count(arrivals)).fold(Count::default(), |all, one| {
                Count { expected: all.expected + one.expected, lost: all.lost + one.lost }
            });
        let each = |figure: fn(&Usage) -> u64| {
            let more = more(at_rest, stream.used_at_the_end(), figure)?;
            Some(small(more) / small(i64::try_from(sessions.len()).ok()?))
        };
        Self {
            rate: rates.and_then(|rates| rates.into_iter().reduce(f64::min)),
            deviation,
            packets,
            cpu: stream.cpu().and_then(|cpu| a_minute(cpu, stream.time())),
            resident_kib: stream.used_at_the_end().map(|usage| usage.resident_kib),
            kib_a_session: each(|usage| usage.resident_kib),
            threads_a_session: each(|usage| usage.threads),
        }
    }
}

/// What a figure shows of sessions that play.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) sessions: usize,
    /// The times between frames, in milliseconds.
    pub(crate) gaps: Vec<f64>,
    /// Seconds, and the share of a processor since the moment before, in percent.
    pub(crate) cpu: Vec<(f64, f64)>,
    /// Seconds, and the memory in use, in MiB.
    pub(crate) memory: Vec<(f64, f64)>,
}

impl Seen {
    /// What there is to draw of a stream; no curves where the system does not tell.
    pub(crate) fn of(stream: &Stream) -> Self {
        let [from, _] = stream.window;
        let seen = stream.sessions.iter().map(|arrivals| within(arrivals, stream.window));
        let between = seen.flat_map(|arrivals| gaps(&frame_times(&arrivals)));
        let gaps = between.map(|gap| gap.as_secs_f64() * 1000.0).collect();
        let seconds = |at: Instant| at.duration_since(from).as_secs_f64();
        let memory = stream.over_time.iter().map(|(at, usage)| {
            (seconds(*at), small(i64::try_from(usage.resident_kib).unwrap_or(i64::MAX)) / 1024.0)
        });
        let pairs = stream.over_time.iter().zip(stream.over_time.iter().skip(1));
        let cpu = pairs.filter_map(|((before, had), (at, has))| {
            let time = at.duration_since(*before).as_secs_f64();
            let used = has.cpu.saturating_sub(had.cpu).as_secs_f64();
            (time > 0.0).then(|| (seconds(*at), 100.0 * used / time))
        });
        Self { sessions: stream.sessions.len(), gaps, cpu: cpu.collect(), memory: memory.collect() }
    }
}

/// What is left of sessions whose clients have gone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    /// Packets that still came, in a second.
    pub(crate) packets: u64,
    /// In a second.
    pub(crate) cpu: Option<Duration>,
    /// More than at rest.
    pub(crate) threads: Option<i64>,
    /// More than at rest.
    pub(crate) descriptors: Option<i64>,
}

impl Left {
    /// The figures of a server after its clients have gone.
    pub(crate) fn of(stream: &Stream, at_rest: Option<Usage>) -> Self {
        let packets = stream.sessions.iter().map(|arrivals| within(arrivals, stream.window).len());
        let used = stream.used_at_the_end();
        Self {
            packets: u64::try_from(packets.sum::<usize>()).unwrap_or(u64::MAX),
            cpu: stream.cpu(),
            threads: more(at_rest, used, |usage| usage.threads),
            descriptors: more(at_rest, used, |usage| usage.descriptors),
        }
    }
}

impl Stream {
    fn time(&self) -> Duration {
        let [from, to] = self.window;
        to.duration_since(from)
    }

    fn cpu(&self) -> Option<Duration> {
        let [before, after] = self.used;
        // A process that ends takes its time with it, so the sum may fall.
        Some(after?.cpu.saturating_sub(before?.cpu))
    }

    const fn used_at_the_end(&self) -> Option<Usage> {
        let [_, after] = self.used;
        after
    }
}

fn more(before: Option<Usage>, after: Option<Usage>, figure: fn(&Usage) -> u64) -> Option<i64> {
    let (before, after) = (figure(&before?), figure(&after?));
    Some(i64::try_from(after).ok()? - i64::try_from(before).ok()?)
}

/// Counts of threads and KiB are far too small for `f64` to round them.
fn small(number: i64) -> f64 {
    f64::from(i32::try_from(number).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::receiver::Arrival;

    const AT_REST: Usage = Usage {
        cpu: Duration::from_millis(30),
        waited: Duration::from_millis(10),
        threads: 1,
        resident_kib: 10_000,
        descriptors: 4,
    };

    /// Frames every 60 ms in two sessions, of which the second loses one.
    fn stream() -> Stream {
        let from = Instant::now();
        let arrival = |number: u16| Arrival {
            at: from + Duration::from_millis(60) * u32::from(number),
            number,
            begins_frame: true,
        };
        // The last one comes after the measurement.
        let whole: Vec<_> = (0..100).chain([110]).map(arrival).collect();
        let mut lacking = whole.clone();
        lacking.remove(50);
        let before = Usage { threads: 5, ..AT_REST };
        let after = Usage {
            cpu: before.cpu + Duration::from_millis(600),
            resident_kib: 10_500,
            descriptors: 8,
            ..before
        };
        Stream {
            window: [from, from + Duration::from_secs(6)],
            sessions: vec![whole, lacking],
            used: [Some(before), Some(after)],
            over_time: vec![(from, before), (from + Duration::from_secs(6), after)],
        }
    }

    #[test]
    fn a_stream_gives_its_figures() {
        let streaming = Streaming::of(&stream(), Some(AT_REST));
        let rate = streaming.rate.unwrap();
        assert!((16.4..16.6).contains(&rate), "the slowest session's: {rate}");
        assert_eq!(streaming.deviation.unwrap().p50, Duration::from_millis(10));
        assert_eq!(streaming.deviation.unwrap().max, Duration::from_millis(70));
        assert_eq!(streaming.packets, Count { expected: 200, lost: 1 });
        assert_eq!(streaming.cpu, Some(Duration::from_secs(6)));
        assert_eq!(streaming.resident_kib, Some(10_500));
        assert_eq!(streaming.kib_a_session, Some(250.0));
        assert_eq!(streaming.threads_a_session, Some(2.0));
    }

    #[test]
    fn what_is_left_is_what_is_more_than_at_rest() {
        let left = Left::of(&stream(), Some(AT_REST));
        assert_eq!((left.packets, left.cpu), (199, Some(Duration::from_millis(600))));
        assert_eq!((left.threads, left.descriptors), (Some(4), Some(4)));
    }

    #[test]
    fn what_is_drawn_of_a_stream() {
        let seen = Seen::of(&stream());
        assert_eq!((seen.sessions, seen.gaps.len()), (2, 99 + 98));
        assert!(seen.gaps.iter().all(|gap| (59.9..120.1).contains(gap)), "{:?}", seen.gaps);
        let [(at, cpu)] = seen.cpu[..] else { panic!("{:?}", seen.cpu) };
        assert!((at - 6.0).abs() < 1e-9 && (cpu - 10.0).abs() < 1e-9, "600 ms in 6 s: {cpu}");
        assert_eq!(seen.memory.len(), 2);
        let unknown = Seen::of(&Stream { over_time: Vec::new(), ..stream() });
        assert!(unknown.cpu.is_empty() && unknown.memory.is_empty());
    }

    #[test]
    fn where_the_system_does_not_tell_nothing_is_known() {
        let unknown = Stream { used: [None, None], ..stream() };
        let streaming = Streaming::of(&unknown, None);
        assert_eq!((streaming.cpu, streaming.threads_a_session), (None, None));
        assert!(streaming.rate.is_some());
        let left = Left::of(&unknown, None);
        assert_eq!((left.cpu, left.threads, left.descriptors), (None, None, None));
    }

    #[test]
    fn a_session_that_stands_still_has_no_rate() {
        let mut standing = stream();
        standing.sessions.push(Vec::new());
        assert_eq!(Streaming::of(&standing, None).rate, None);
    }
}
