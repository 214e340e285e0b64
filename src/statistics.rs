//! The statistics of a session, by the definitions of the report's extension 1.
//!
//! [`Reception`] is what `listen_rtp` sees of the packets: which came, which are late, which are
//! lost (RFC 3550 appendix A.1). [`Statistics`] adds what the client sees of it: frames shown, time
//! spent playing, time from each request to its reply. The caller owns the clock: every time is
//! counted from one moment of the caller's.
//!
//! ```
//! use rtsp_lab::rtp_packet::RtpPacket;
//! use rtsp_lab::statistics::{Order, Reception};
//! use std::time::Duration;
//!
//! let mut reception = Reception::default();
//! for (number, order) in [(1, Order::Next), (2, Order::Next), (5, Order::Gap), (4, Order::Late)] {
//!     let packet = RtpPacket::jpeg(number, 0, 0, b"jpeg");
//!     assert_eq!(reception.record(&packet, false, Duration::from_millis(50)), order);
//! }
//! assert_eq!((reception.packets, reception.lost, reception.late), (4, 1, 1));
//! ```

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use crate::playout::Figures;
use crate::rtp_packet::RtpPacket;
use crate::rtsp::Method;

mod history;

pub use history::{History, INTERVAL, MOST, Sample};

/// What has been received over RTP.
#[derive(Clone, Debug, Default)]
pub struct Reception {
    /// Packets received, late ones and duplicates among them.
    pub packets: u64,
    /// Bytes of payload received.
    pub bytes: u64,
    /// Packets that did not come.
    pub lost: u64,
    /// Packets that came after a later one; they are not shown.
    pub late: u64,
    /// Packets that came once more.
    pub duplicates: u64,
    /// Frames that were dropped because a part of them did not come.
    pub damaged: u64,
    /// Datagrams that are no RTP, or not of the movie.
    pub malformed: u64,
    /// Datagrams that somebody else than the server has sent.
    pub strangers: u64,
    /// Whole frames that were left out because decoding did not keep up.
    pub overruns: u64,
    /// When the last packet came.
    pub last_arrival: Option<Duration>,
    /// When the first packet since the last PLAY came.
    run_began: Option<Duration>,
    /// How unevenly packets come (RFC 3550 section 6.4.1), where their timestamps can tell it.
    pub jitter: Option<Duration>,
    /// How often PLAY was sent.
    pub runs: u32,
    /// The timestamps since the last of them.
    pub timestamps: Option<Timestamps>,
    sequence: Option<Sequence>,
    numbers_are_packets: bool,
    resumed: bool,
    recent: LastSecond,
}

/// The RTP timestamps of a run: its first, and how far the last is from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamps {
    /// The one of the first packet.
    pub first: u32,
    /// Ticks from there to the last, below 0 if the server has gone back.
    pub ticks: i64,
    last: u32,
}

impl Timestamps {
    const fn starting_at(first: u32) -> Self {
        Self { first, ticks: 0, last: first }
    }

    fn advance(&mut self, timestamp: u32) {
        self.ticks += step_between(self.last, timestamp);
        self.last = timestamp;
    }
}

/// The ticks from one timestamp to another. They wrap, so there are two ways: the shorter one counts.
pub(crate) fn step_between(one: u32, other: u32) -> i64 {
    let (ahead, back) = (other.wrapping_sub(one), one.wrapping_sub(other));
    if ahead < back { i64::from(ahead) } else { -i64::from(back) }
}

/// Where a packet stands among those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// It is the one that was expected.
    Next,
    /// One or more before it are missing, or the numbers begin anew.
    Gap,
    /// It has the number of the one before and goes on with the same frame.
    Same,
    /// A later one came before it.
    Late,
    /// It came before.
    Again,
}

impl Order {
    /// Whether the movie goes on with it.
    pub const fn goes_on(self) -> bool {
        match self {
            Self::Next | Self::Gap | Self::Same => true,
            Self::Late | Self::Again => false,
        }
    }
}

impl Reception {
    /// Counts a packet. `continues` says that it goes on with a frame under the same number, as
    /// from servers that number frames, not packets.
    pub fn record(&mut self, packet: &RtpPacket<'_>, continues: bool, arrival: Duration) -> Order {
        let order = self.place(packet, continues, arrival);
        if order.goes_on() {
            let timestamps = Timestamps::starting_at(packet.timestamp);
            self.timestamps.get_or_insert(timestamps).advance(packet.timestamp);
        }
        order
    }

    fn place(&mut self, packet: &RtpPacket<'_>, continues: bool, arrival: Duration) -> Order {
        self.packets += 1;
        self.bytes += packet.payload.len() as u64;
        self.last_arrival = Some(arrival);
        self.run_began.get_or_insert(arrival);
        self.recent.add(arrival, packet.payload.len());
        let resumed = self.resumed;
        self.resumed = false;
        let Some(sequence) = &mut self.sequence else {
            self.sequence = Some(Sequence::starting_at(packet.sequence_number));
            return Order::Next;
        };
        let order = match sequence.place(packet.sequence_number) {
            Place::Ahead(1) => Order::Next,
            Place::Ahead(0) if continues => Order::Same,
            // A server may begin to count anew when it plays again.
            Place::Behind(1..) | Place::Elsewhere if resumed => Order::Gap,
            Place::Ahead(1..) => Order::Gap,
            Place::Ahead(0) => {
                // The last packet once more does not tell how the next ones are numbered.
                self.resumed = resumed;
                Order::Again
            }
            Place::Behind(behind) if sequence.has(behind) => Order::Again,
            Place::Elsewhere if sequence.jumps_again(packet.sequence_number) => Order::Gap,
            Place::Behind(_) | Place::Elsewhere => Order::Late,
        };
        let (missing, found) = sequence.advance(packet.sequence_number, order);
        self.lost = (self.lost + missing).saturating_sub(u64::from(found));
        self.late += u64::from(order == Order::Late);
        self.duplicates += u64::from(order == Order::Again);
        let is_piece = !packet.payload.is_empty() && !packet.payload.starts_with(b"\xFF\xD8");
        self.numbers_are_packets |= order == Order::Next && is_piece;
        order
    }

    /// With the next packet the numbers may begin anew: PLAY is about to be sent.
    pub const fn resume(&mut self) {
        self.resumed = true;
        self.run_began = None;
        self.runs += 1;
        self.timestamps = None;
    }

    /// The next packet's number says nothing of those before: it is of another source, or the server
    /// may have gone on anywhere.
    pub fn begin_anew(&mut self) {
        self.sequence = None;
        self.timestamps = None;
    }

    /// The number of the frame that came last, where the server numbers frames.
    pub fn frame_number(&self) -> Option<u64> {
        let sequence = self.sequence.as_ref().filter(|_| !self.numbers_are_packets)?;
        Some(sequence.highest)
    }

    /// Bits received in the last second.
    pub fn bits_now(&self, now: Duration) -> u64 {
        8 * self.recent.sum(now)
    }
}

/// The sequence numbers seen so far, extended to 64 bits (RFC 3550 appendix A.1).
#[derive(Clone, Debug)]
struct Sequence {
    highest: u64,
    /// How far the highest is from the first: what came before that is not missing.
    span: u64,
    /// Bit n: the packet n before the highest has come.
    seen: u128,
    jumped_to: Option<u16>,
}

/// Where a number lies, seen from the highest.
enum Place {
    Ahead(u64),
    Behind(u64),
    Elsewhere,
}

impl Sequence {
    fn starting_at(number: u16) -> Self {
        Self { highest: u64::from(number), span: 0, seen: 1, jumped_to: None }
    }

    /// Whether the packet so far behind the highest has come.
    const fn has(&self, behind: u64) -> bool {
        behind < 128 && self.seen >> behind & 1 == 1
    }

    fn place(&self, number: u16) -> Place {
        let [.., high, low] = self.highest.to_be_bytes();
        let ahead = number.wrapping_sub(u16::from_be_bytes([high, low]));
        let behind = ahead.wrapping_neg();
        match ahead {
            ..MAX_DROPOUT => Place::Ahead(ahead.into()),
            _ if behind <= MAX_MISORDER => Place::Behind(behind.into()),
            _ => Place::Elsewhere,
        }
    }

    /// Whether this is the second packet in order after a jump: the sender has begun anew.
    fn jumps_again(&mut self, number: u16) -> bool {
        let again = self.jumped_to == Some(number.wrapping_sub(1));
        self.jumped_to = Some(number);
        again
    }

    /// Notes the packet; how many are missing before it, and whether it was missing itself.
    fn advance(&mut self, number: u16, order: Order) -> (u64, bool) {
        match (self.place(number), order) {
            (Place::Ahead(ahead @ 1..), _) => {
                self.highest += ahead;
                self.span += ahead;
                let shift = u32::try_from(ahead).unwrap_or(u32::MAX);
                self.seen = self.seen.checked_shl(shift).unwrap_or(0) | 1;
                self.jumped_to = None;
                (ahead - 1, false)
            }
            (_, Order::Gap) => {
                *self = Self::starting_at(number);
                (0, false)
            }
            (Place::Behind(behind), _) => {
                let found = behind <= self.span && !self.has(behind);
                self.seen |= 1_u128 << behind.min(127);
                (0, found)
            }
            (Place::Ahead(_) | Place::Elsewhere, _) => (0, false),
        }
    }
}

/// Amounts of the last second.
#[derive(Clone, Debug, Default)]
struct LastSecond(VecDeque<(Duration, usize)>);

impl LastSecond {
    fn add(&mut self, now: Duration, amount: usize) {
        while self.0.front().is_some_and(|&(time, _)| time + SECOND <= now) {
            self.0.pop_front();
        }
        self.0.push_back((now, amount));
    }

    fn sum(&self, now: Duration) -> u64 {
        let recent = self.0.iter().rev().take_while(|&&(time, _)| time + SECOND > now);
        recent.map(|&(_, amount)| amount as u64).sum()
    }
}

/// What the client shows of a session (the report's extension 1).
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    /// What `listen_rtp` reported last.
    pub reception: Reception,
    /// Frames decoded and handed over to be shown.
    pub frames_shown: u64,
    /// Frames that came whole but can't be decoded.
    pub undecodable: u64,
    /// Pictures that were left out because the window did not keep up.
    pub overruns: u64,
    /// The time from the last request of each method to its reply.
    pub replies: Vec<(Method, Duration)>,
    /// The rates of the last minute.
    pub history: History,
    /// The playout buffer, if there is one.
    pub playout: Option<Figures>,
    /// How many frames the movie has, if that is known: then its numbers begin anew after its end.
    pub movie_frames: Option<u64>,
    /// The number of the frame that came last, where the server tells its place in the movie.
    pub frame_of_place: Option<u64>,
    frames: LastSecond,
    played: Duration,
    playing_since: Option<Duration>,
}

impl Statistics {
    /// Begins a session of the same movie.
    pub fn begin_session(&mut self) {
        *self = Self { movie_frames: self.movie_frames, ..Self::default() };
    }

    /// The movie plays from here on.
    pub fn play(&mut self, now: Duration) {
        self.playing_since.get_or_insert(now);
    }

    /// The movie is paused; the pause is left out of every average.
    pub fn pause(&mut self, now: Duration) {
        self.played = self.play_time(now);
        self.playing_since = None;
    }

    /// Takes what `listen_rtp` has counted, unless more is known already.
    pub fn receive(&mut self, reception: Reception) {
        // Frames may be damaged and datagrams malformed while no packet comes.
        let known =
            |of: &Reception| (of.packets, of.malformed, of.damaged, of.overruns, of.strangers);
        if known(&reception) >= known(&self.reception) {
            self.reception = reception;
        }
    }

    /// Counts a frame that is handed over to be shown.
    pub fn show_frame(&mut self, now: Duration) {
        self.frames_shown += 1;
        self.frames.add(now, 1);
    }

    /// Notes the present rates, if that is due.
    pub fn sample(&mut self, now: Duration) {
        let sample = Sample { frames: self.frames_now(now), bits: self.reception.bits_now(now) };
        self.history.record(now, sample);
    }

    /// Notes how long a reply took.
    pub fn reply(&mut self, method: Method, after: Duration) {
        self.replies.retain(|&(other, _)| other != method);
        self.replies.push((method, after));
    }

    /// The time spent playing: each run from its first packet to the end of its last frame, which is on
    /// screen for the lab's 50 ms; pauses are left out.
    pub fn play_time(&self, now: Duration) -> Duration {
        self.played + self.playing_since.map_or(Duration::ZERO, |start| self.run(start, now))
    }

    /// The time from the first frame of a run to the end of its last one, which a pause does not cut
    /// short: it stays on the screen. The last packet may have come while the reply to the pause did.
    fn run(&self, start: Duration, now: Duration) -> Duration {
        let start = self.reception.run_began.map_or(start, |began| began.max(start));
        let last = self.reception.last_arrival.filter(|last| *last >= start);
        last.map_or(Duration::ZERO, |last| last.min(now).saturating_sub(start) + FRAME_INTERVAL)
    }

    /// The number of the displayed frame.
    pub fn current_frame(&self) -> u64 {
        let counted = self.frames_shown + self.frames_left_out() + self.damaged_frames();
        let waiting = self.playout.map_or(0, |playout| playout.frames as u64);
        let last = self.frame_of_place.or_else(|| self.reception.frame_number());
        let number = last.map_or(counted, |last| last.saturating_sub(waiting));
        let frames = self.movie_frames.filter(|&frames| frames > 0 && number > 0);
        frames.map_or(number, |frames| (number - 1) % frames + 1)
    }

    /// Frames shown in the last second.
    pub fn frames_now(&self, now: Duration) -> u64 {
        self.frames.sum(now)
    }

    /// Frames shown per second of play time.
    pub fn frames_average(&self, now: Duration) -> f64 {
        self.per_second(self.frames_shown, now)
    }

    /// Bits received per second of play time.
    pub fn bits_average(&self, now: Duration) -> f64 {
        self.per_second(8 * self.reception.bytes, now)
    }

    /// Packets lost per packet received, 1 at most: numbers that are wrong leave gaps of any size.
    #[expect(clippy::cast_precision_loss, reason = "2^53 packets are enough")]
    pub fn loss_rate(&self) -> f64 {
        let received = self.reception.packets.max(1);
        (self.reception.lost as f64 / received as f64).min(1.0)
    }

    /// Frames that could not be shown: a part did not come, or the JPEG is broken.
    pub const fn damaged_frames(&self) -> u64 {
        self.reception.damaged + self.undecodable
    }

    /// Whole frames that were not shown because this computer is too slow.
    pub const fn frames_left_out(&self) -> u64 {
        self.reception.overruns + self.overruns
    }

    #[expect(clippy::cast_precision_loss, reason = "2^53 bits are 1,000 terabytes")]
    fn per_second(&self, amount: u64, now: Duration) -> f64 {
        // A first frame is no rate of thousands.
        amount as f64 / self.play_time(now).max(FRAME_INTERVAL).as_secs_f64()
    }

    /// Every figure as a `name: value` line, the names as in the report.
    pub fn summary(&self, now: Duration) -> Summary<'_> {
        Summary { statistics: self, now }
    }
}

/// The statistics as text, a `name: value` line each.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    statistics: &'a Statistics,
    now: Duration,
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (statistics, now) = (self.statistics, self.now);
        let reception = &statistics.reception;
        writeln!(out, "current frame: {}", statistics.current_frame())?;
        writeln!(out, "frames shown: {}", statistics.frames_shown)?;
        writeln!(out, "frames per second now: {}", statistics.frames_now(now))?;
        writeln!(out, "frames per second average: {:.2}", statistics.frames_average(now))?;
        writeln!(out, "play time: {:.2} s", statistics.play_time(now).as_secs_f64())?;
        writeln!(out, "data received: {} bytes", reception.bytes)?;
        writeln!(out, "data rate now: {} bit/s", reception.bits_now(now))?;
        writeln!(out, "data rate average: {:.0} bit/s", statistics.bits_average(now))?;
        writeln!(out, "packets received: {}", reception.packets)?;
        writeln!(out, "packets lost: {}", reception.lost)?;
        writeln!(out, "packets lost rate: {:.2} %", 100.0 * statistics.loss_rate())?;
        writeln!(out, "late packets: {}", reception.late)?;
        writeln!(out, "duplicate packets: {}", reception.duplicates)?;
        if let Some(jitter) = reception.jitter {
            writeln!(out, "jitter: {:.2} ms", 1000.0 * jitter.as_secs_f64())?;
        }
        writeln!(out, "malformed packets: {}", reception.malformed)?;
        if reception.strangers > 0 {
            writeln!(out, "packets from strangers: {}", reception.strangers)?;
        }
        writeln!(out, "damaged frames: {}", statistics.damaged_frames())?;
        writeln!(out, "frames left out: {}", statistics.frames_left_out())?;
        if let Some(playout) = &statistics.playout {
            writeln!(out, "buffer: {}", playout.target)?;
            writeln!(
                out,
                "buffer delay average: {:.2} ms",
                1000.0 * playout.delay().as_secs_f64()
            )?;
            writeln!(out, "buffer underruns: {}", playout.underruns)?;
            writeln!(out, "frames late for playout: {}", playout.late)?;
            writeln!(out, "frames emptied from the buffer: {}", playout.emptied)?;
        }
        for (method, after) in &statistics.replies {
            writeln!(out, "reply to {method}: {:.2} ms", 1000.0 * after.as_secs_f64())?;
        }
        Ok(())
    }
}

const SECOND: Duration = Duration::from_secs(1);
/// How long the lab shows a frame.
const FRAME_INTERVAL: Duration = Duration::from_millis(50);
/// The largest step forward that is a loss and no new beginning (RFC 3550 appendix A.1).
const MAX_DROPOUT: u16 = 3000;
/// The largest step back that is reordering and no new beginning (RFC 3550 appendix A.1).
const MAX_MISORDER: u16 = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRAME: &[u8] = b"\xFF\xD8frame\xFF\xD9";
    const TICK: Duration = Duration::from_millis(50);

    fn record_all(numbers: impl IntoIterator<Item = u16>) -> Reception {
        let mut reception = Reception::default();
        for (number, tick) in numbers.into_iter().zip(0..) {
            reception.record(&RtpPacket::jpeg(number, 0, 0, FRAME), false, TICK * tick);
        }
        reception
    }

    fn counts(reception: &Reception) -> (u64, u64, u64) {
        (reception.packets, reception.lost, reception.late)
    }

    #[test]
    fn of_two_ways_between_timestamps_the_shorter_counts() {
        const HALF: u32 = 1 << 31;
        for (one, other, ticks) in [
            (7, 7, 0),
            (0, 1, 1),
            (1, 0, -1),
            (u32::MAX, 2, 3),
            (2, u32::MAX, -3),
            (0, HALF - 1, i64::from(HALF) - 1),
            (0, HALF, -i64::from(HALF)),
            (0, HALF + 1, 1 - i64::from(HALF)),
        ] {
            assert_eq!(step_between(one, other), ticks, "from {one} to {other}");
        }
    }

    #[test]
    fn older_figures_of_as_many_packets_are_not_taken() {
        let older = record_all(1..4);
        let newer = Reception { damaged: 1, ..older.clone() };
        let mut statistics = Statistics::default();
        statistics.receive(newer);
        statistics.receive(older);
        assert_eq!((statistics.reception.packets, statistics.reception.damaged), (3, 1));
    }

    #[test]
    fn an_unbroken_stream_loses_nothing_even_across_the_wrap() {
        let reception = record_all((65_000..=u16::MAX).chain(0..=1000));
        assert_eq!(counts(&reception), (1537, 0, 0));
        assert_eq!(reception.frame_number(), Some(66_536));
    }

    #[test]
    fn any_start_is_no_loss() {
        assert_eq!(counts(&record_all([40_000, 40_001])), (2, 0, 0));
    }

    #[test]
    fn gaps_are_lost_also_across_the_wrap() {
        assert_eq!(counts(&record_all([1, 2, 5, 6, 10])), (5, 5, 0));
        assert_eq!(counts(&record_all([65_534, 2])), (2, 3, 0));
    }

    #[test]
    fn a_packet_out_of_order_is_late_and_not_lost() {
        assert_eq!(counts(&record_all([1, 3, 2, 4])), (4, 0, 1));
        assert_eq!(counts(&record_all([65_535, 1, 0, 2])), (4, 0, 1));
    }

    #[test]
    fn a_repeated_packet_is_a_duplicate_and_not_late_and_finds_nothing_again() {
        let reception = record_all([1, 2, 2, 4, 2, 2]);
        assert_eq!((counts(&reception), reception.duplicates), ((6, 1, 0), 3));
        let reception = record_all([1, 4, 2, 2, 3, 2, 1]);
        assert_eq!((counts(&reception), reception.duplicates), ((7, 0, 2), 3));
    }

    #[test]
    fn what_came_before_the_first_packet_was_never_lost() {
        let reception = record_all([5, 4, 4, 6, 3]);
        assert_eq!((counts(&reception), reception.duplicates), ((5, 0, 2), 1));
        let reception = record_all([0, 65_535, 3, 65_534, 65_534]);
        assert_eq!((counts(&reception), reception.duplicates), ((5, 2, 2), 1));
    }

    #[test]
    fn a_hundred_packets_are_remembered() {
        let all = (1..=101).chain([1, 2, 50, 101]);
        let reception = record_all(all);
        assert_eq!((counts(&reception), reception.duplicates), ((105, 0, 0), 4));
        let reception = record_all([1].into_iter().chain(3..=102).chain([2, 2]));
        assert_eq!((counts(&reception), reception.duplicates), ((103, 0, 1), 1));
    }

    #[test]
    fn one_stray_number_is_late_and_two_in_order_are_a_new_beginning() {
        assert_eq!(counts(&record_all([1, 2, 30_000, 3])), (4, 0, 1));
        let reception = record_all([1, 2, 30_000, 30_001, 30_002, 30_004]);
        assert_eq!(counts(&reception), (6, 1, 1));
        assert_eq!(reception.frame_number(), Some(30_004));
    }

    #[test]
    fn after_play_a_server_may_count_from_1_again() {
        let mut reception = record_all(1..=10);
        reception.resume();
        for number in 1..=5 {
            let order = reception.record(&RtpPacket::jpeg(number, 0, 0, FRAME), false, TICK);
            assert_ne!(order, Order::Late);
        }
        assert_eq!(counts(&reception), (15, 0, 0));
        assert_eq!(reception.frame_number(), Some(5));
    }

    #[test]
    fn after_play_the_numbers_may_also_run_on() {
        let mut reception = record_all(1..=10);
        reception.resume();
        reception.record(&RtpPacket::jpeg(11, 0, 0, FRAME), false, TICK);
        assert_eq!(counts(&reception), (11, 0, 0));
    }

    #[test]
    fn pieces_under_their_frames_number_are_no_repetitions() {
        let mut reception = Reception::default();
        for (number, continues, order) in
            [(1, false, Order::Next), (1, true, Order::Same), (2, false, Order::Next)]
        {
            let payload = if continues { b"rest" } else { b"\xFF\xD8.." };
            let packet = RtpPacket::jpeg(number, 0, 0, payload);
            assert_eq!(reception.record(&packet, continues, TICK), order);
        }
        assert_eq!(counts(&reception), (3, 0, 0));
        assert_eq!(reception.frame_number(), Some(2));
    }

    #[test]
    fn a_packet_that_comes_with_the_reply_to_the_pause_ends_the_run_as_any_other() {
        let (mut reception, mut statistics) = (Reception::default(), Statistics::default());
        let start = Duration::from_secs(10);
        let last = play_a_run(&mut statistics, &mut reception, start, 40);
        statistics.pause(last.saturating_sub(Duration::from_millis(1)));
        assert_eq!(statistics.play_time(last), Duration::from_millis(1999));
    }

    #[test]
    fn rates_are_those_of_the_last_second_and_of_the_time_spent_playing() {
        let (mut reception, mut statistics) = (Reception::default(), Statistics::default());
        let mut now = Duration::from_secs(10);
        let mut number = 0;
        for _run in 0..2 {
            statistics.play(now);
            reception.resume();
            for _ in 0..40 {
                now += TICK;
                number += 1;
                reception.record(&RtpPacket::jpeg(number, 0, 0, FRAME), false, now);
                statistics.show_frame(now);
            }
            statistics.receive(reception.clone());
            assert_eq!(statistics.frames_now(now), 20);
            assert_eq!(reception.bits_now(now), 20 * 8 * FRAME.len() as u64);
            statistics.pause(now);
            now += Duration::from_secs(100);
            assert_eq!((statistics.frames_now(now), reception.bits_now(now)), (0, 0));
        }
        assert_eq!(statistics.play_time(now), Duration::from_secs(4));
        assert!((statistics.frames_average(now) - 20.0).abs() < 1e-9);
        assert!((statistics.bits_average(now) - 20.0 * 8.0 * 9.0).abs() < 1e-6);
        assert_eq!(statistics.current_frame(), 80);
    }

    /// The packets of one run come every 50 ms from PLAY on.
    fn play_a_run(
        statistics: &mut Statistics,
        reception: &mut Reception,
        start: Duration,
        frames: u16,
    ) -> Duration {
        statistics.play(start);
        let mut now = start;
        for frame in 0..frames {
            now = start + TICK * u32::from(frame);
            let number = u16::try_from(reception.packets).unwrap() + 1;
            reception.record(&RtpPacket::jpeg(number, 0, 0, FRAME), false, now);
            statistics.show_frame(now);
        }
        statistics.receive(reception.clone());
        now
    }

    #[test]
    fn the_last_frame_counts_its_50_ms_and_the_silence_behind_it_does_not_count() {
        let (mut reception, mut statistics) = (Reception::default(), Statistics::default());
        let last = play_a_run(&mut statistics, &mut reception, TICK, 500);
        let later = last + Duration::from_secs(60);
        assert_eq!(statistics.play_time(later), Duration::from_secs(25));
        assert!((statistics.frames_average(later) - 20.0).abs() < 1e-9);
    }

    #[test]
    fn many_short_runs_have_the_average_of_one_long_one() {
        let (mut reception, mut statistics) = (Reception::default(), Statistics::default());
        let mut now = Duration::ZERO;
        for _ in 0..10 {
            now = play_a_run(&mut statistics, &mut reception, now, 4) + TICK;
            statistics.pause(now);
            now += Duration::from_secs(5);
        }
        assert_eq!(statistics.play_time(now), Duration::from_secs(2));
        assert!((statistics.frames_average(now) - 20.0).abs() < 1e-9);
    }

    #[test]
    fn one_frame_is_no_rate_of_thousands() {
        let (mut reception, mut statistics) = (Reception::default(), Statistics::default());
        let now = play_a_run(&mut statistics, &mut reception, TICK, 1) + Duration::from_micros(9);
        for now in [now, now + TICK, now + SECOND] {
            assert!((statistics.frames_average(now) - 20.0).abs() < 1e-9);
        }
    }

    #[test]
    fn the_last_packet_once_more_does_not_hide_that_the_numbers_begin_anew() {
        let mut reception = record_all(1..=3);
        reception.resume();
        for (number, order) in [(3, Order::Again), (1, Order::Gap), (2, Order::Next)] {
            let packet = RtpPacket::jpeg(number, 0, 0, FRAME);
            assert_eq!(reception.record(&packet, false, TICK), order, "number {number}");
        }
    }

    #[test]
    fn an_empty_packet_does_not_change_how_frames_are_counted() {
        let mut reception = Reception::default();
        for (number, payload) in [(1, FRAME), (2, b"".as_slice()), (3, FRAME)] {
            reception.record(&RtpPacket::jpeg(number, 0, 0, payload), false, TICK);
        }
        assert_eq!(reception.frame_number(), Some(3));
    }

    #[test]
    fn no_more_is_lost_than_all() {
        let mut statistics = Statistics::default();
        // The bytes of the numbers are swapped.
        statistics.receive(record_all((1..20).map(|number: u16| number << 8)));
        assert_eq!(statistics.reception.lost, 18 * 255);
        let summary = statistics.summary(TICK).to_string();
        assert!(summary.contains("packets lost rate: 100.00 %"), "{summary}");
    }

    #[test]
    fn the_summary_has_the_figures_of_the_report() {
        let mut statistics = Statistics::default();
        statistics.receive(record_all([1, 2, 4]));
        statistics.reply(Method::Setup, Duration::from_millis(9));
        statistics.reply(Method::Setup, Duration::from_micros(1500));
        let summary = statistics.summary(TICK).to_string();
        for line in [
            "current frame: 4",
            "packets lost: 1",
            "packets lost rate: 33.33 %",
            "reply to SETUP: 1.50 ms",
        ] {
            assert!(summary.lines().any(|found| found == line), "{line} in {summary}");
        }
        assert_eq!(summary.matches("reply to").count(), 1);
    }

    proptest! {
        /// Made-up networks: what was not sent on is lost, what was overtaken is late, what was sent
        /// twice is a duplicate, to the packet.
        #[test]
        fn lost_late_and_duplicates_are_exact(
            start in any::<u16>(),
            fates in proptest::collection::vec(0..10_u8, 1..400),
        ) {
            let (mut arrivals, mut lost, mut late, mut pending) = (vec![start], 0, 0, 0);
            let mut duplicates = 0;
            for (fate, step) in fates.iter().zip(1_u16..) {
                let number = start.wrapping_add(step);
                if *fate == 0 {
                    pending += 1;
                    continue;
                }
                lost += std::mem::take(&mut pending);
                let last = arrivals.len() - 1;
                match fate {
                    1 => { arrivals.extend([number, number]); duplicates += 1; }
                    2 if last > 0
                        && arrivals[last] == number.wrapping_sub(1)
                        && arrivals[last - 1] != arrivals[last] =>
                    {
                        arrivals.insert(last, number);
                        late += 1;
                    }
                    _ => arrivals.push(number),
                }
            }
            let reception = record_all(arrivals.clone());
            prop_assert_eq!(counts(&reception), (arrivals.len() as u64, lost, late));
            prop_assert_eq!(reception.duplicates, duplicates);
        }
    }
}
